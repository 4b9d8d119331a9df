"""Promise: a deleted stack leaves its records and keys, and a new one of its name takes them over.

It is tried with a small template: what CloudFormation does with a retained resource does not depend on the others.
"""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from local import delete, deploy
from local.cloud.aws import Aws
from local.cloud.stack import parts_of

KEEPS = {"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"}
TABLE = {
    "BillingMode": "PAY_PER_REQUEST",
    "TableName": {"Fn::Sub": "${AWS::StackName}-records"},
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
}
TEMPLATE: dict[str, Any] = {
    "Parameters": {"Days": {"Type": "String", "Default": "7"}},
    "Resources": {
        "Records": {"Type": "AWS::DynamoDB::Table", **KEEPS, "Properties": TABLE},
        "JuheKey": {
            "Type": "AWS::SecretsManager::Secret",
            **KEEPS,
            "Properties": {"Name": {"Fn::Sub": "${AWS::StackName}/juhe"}, "SecretString": "{}"},
        },
        "Uploads": {
            "Type": "AWS::S3::Bucket",
            "DeletionPolicy": "Delete",
            "Properties": {
                "BucketName": {"Fn::Sub": "${AWS::StackName}-uploads"},
                "VersioningConfiguration": {"Status": "Enabled"},
            },
        },
    },
    "Outputs": {"Days": {"Value": {"Ref": "Days"}}},
}


@pytest.fixture
def stack(emulator: Aws) -> Iterator[str]:
    """A small stack whose table has a record, whose secret is filled and whose bucket has three versions."""
    name, client = f"t{uuid4().hex[:8]}", emulator.client
    client("cloudformation").create_stack(StackName=name, TemplateBody=json.dumps(TEMPLATE))
    client("cloudformation").get_waiter("stack_create_complete").wait(StackName=name)
    client("dynamodb").put_item(TableName=f"{name}-records", Item={"id": {"S": "paid for"}})
    client("secretsmanager").put_secret_value(SecretId=f"{name}/juhe", SecretString='{"plate_key": "filled"}')
    for content in (b"1", b"2"):
        client("s3").put_object(Bucket=f"{name}-uploads", Key="uploads/a.jpg", Body=content)
    client("s3").delete_object(Bucket=f"{name}-uploads", Key="uploads/a.jpg")
    yield name
    client("cloudformation").delete_stack(StackName=name)


def stands(aws: Aws, stack: str) -> bool:
    try:
        [found] = aws.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    except ClientError:
        return False
    return bool(found["StackStatus"] != "DELETE_COMPLETE")


def secret(aws: Aws, stack: str) -> dict[str, Any]:
    found: dict[str, Any] = aws.client("secretsmanager").describe_secret(SecretId=f"{stack}/juhe")
    return found


def test_it_is_said_what_will_be_destroyed_and_what_stays(emulator: Aws, stack: str) -> None:
    parts = parts_of(emulator.client, stack)
    printed = "\n".join(delete.destroyed(emulator.client, stack, parts, everything=False))
    assert f"3 objects and their versions in {stack}-uploads" in printed
    kept = printed.partition("Kept:")[2]
    assert f"table {stack}-records" in kept
    assert f"{stack}/juhe" in kept
    printed = "\n".join(delete.destroyed(emulator.client, stack, parts, everything=True))
    assert f"table {stack}-records" in printed.partition("without a way back")[2].partition("Kept")[0]


@pytest.mark.parametrize(("typed", "sure"), [("{stack}", True), ("y", False), ("", False)])
def test_who_does_not_type_the_stacks_name_deletes_nothing(
    typed: str, sure: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("builtins.input", lambda _: typed.format(stack="ocr"))
    assert delete.confirmed("ocr") is sure


def test_a_deleted_stack_leaves_records_and_keys_and_a_new_one_takes_them_over(emulator: Aws, stack: str) -> None:
    client = emulator.client
    delete.delete(client, stack, parts_of(client, stack))
    assert not stands(emulator, stack)
    assert client("secretsmanager").get_secret_value(SecretId=f"{stack}/juhe")["SecretString"] != "{}"
    left = deploy.leftovers(client, TEMPLATE, stack, {})
    assert left == {"Records": {"TableName": f"{stack}-records"}, "JuheKey": {"Id": secret(emulator, stack)["ARN"]}}
    assert "Records" not in deploy.leftovers(client, TEMPLATE, stack, {"TableName": "restored"})
    deploy.adopt(client, TEMPLATE, stack, left, {"Days": "9"})
    assert parts_of(client, stack).keys() == left.keys()
    assert deploy.leftovers(client, TEMPLATE, stack, {}) == {}
    # What `sam deploy` does next.
    client("cloudformation").update_stack(StackName=stack, TemplateBody=json.dumps(TEMPLATE))
    client("cloudformation").get_waiter("stack_update_complete").wait(StackName=stack)
    assert parts_of(client, stack).keys() == TEMPLATE["Resources"].keys()
    assert client("dynamodb").get_item(TableName=f"{stack}-records", Key={"id": {"S": "paid for"}})["Item"]
    filled = client("secretsmanager").get_secret_value(SecretId=f"{stack}/juhe")["SecretString"]
    assert filled == '{"plate_key": "filled"}'


def test_a_stack_is_deleted_with_all_it_has_where_somebody_says_so(emulator: Aws, stack: str) -> None:
    kept = delete.retained(emulator.client, stack)
    delete.delete(emulator.client, stack, parts_of(emulator.client, stack))
    delete.destroy(emulator.client, kept)
    assert deploy.leftovers(emulator.client, TEMPLATE, stack, {}) == {}
