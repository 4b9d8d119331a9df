"""`make delete STACK=name`: a stack on AWS is deleted, once it was said what that destroys and somebody typed its name.

CloudFormation deletes no bucket that holds something, so every version of every object goes first. The table of records
and the keys stay, since they were paid for and filled in by hand; ALL=1 deletes them as well.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import boto3
from botocore.exceptions import ClientError, WaiterError
from rich.console import Console

from cli.keys import TenantKeys
from local.arguments import Arguments
from local.cloud.build import Failed
from local.cloud.stack import parts_of

Client = Callable[[Any], Any]
BUCKETS = ("Uploads", "Answers")
# DeleteObjects takes no more.
AT_ONCE = 1000
TABLE, SECRET = "Records", "AWS::SecretsManager::Secret"
# The one secret that goes with its stack.
ENDPOINTS = "WebhookEndpoints"


def main() -> None:
    """Say what will be destroyed, ask, and destroy it."""
    parser = Arguments("make delete")
    parser.add_argument("stack")
    parser.add_argument("--all", action="store_true", help="the table of records and the keys too")
    asked = parser.parse_args()
    stack, client, console = asked.stack, boto3.client, Console(highlight=False, soft_wrap=True)
    parts = parts_of(client, stack)
    for line in destroyed(client, stack, parts, everything=asked.all):
        console.print(line, markup=False)
    if not confirmed(stack):
        raise Failed("Nothing was deleted.")
    kept = retained(client, stack)
    delete(client, stack, parts)
    if asked.all:
        destroy(client, kept)
    console.print(f"{stack} is deleted." if asked.all else f"{stack} is deleted. {_adopted(stack)}", markup=False)


def confirmed(stack: str) -> bool:
    """Whether somebody types the stack's name; nobody is there where there is no input."""
    try:
        return input(f"Type {stack} to delete it: ").strip() == stack
    except EOFError:
        return False


def destroyed(client: Client, stack: str, parts: Mapping[str, str], *, everything: bool) -> Iterator[str]:
    """What is about to be destroyed, and what stays, line by line."""
    account, where = client("sts").get_caller_identity()["Account"], client("s3").meta
    yield f"Stack {stack} in account {account}, {where.region_name}, at {where.endpoint_url}"
    yield "Destroyed: its API with all keys, its functions, queues, event bus, webhooks and logs, and"
    for name in BUCKETS:
        if name in parts:
            count = sum(1 for _ in versions(client, parts[name]))
            yield f"  {count} objects and their versions in {parts[name]}"
    kept = retained(client, stack)
    yield "Destroyed as well, without a way back:" if everything else "Kept:"
    for kind, name in kept:
        yield f"  {'secret' if kind == SECRET else 'table'} {name}"
    yield "Kept: the audit log, and the role by which API Gateway logs in this account."


def retained(client: Client, stack: str) -> list[tuple[str, str]]:
    """Type and physical id of the table and the secrets of a stack, which outlive it."""
    pages = client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
    return [
        (part["ResourceType"], part["PhysicalResourceId"])
        for page in pages
        for part in page["StackResourceSummaries"]
        if (part["ResourceType"] == SECRET and part["LogicalResourceId"] != ENDPOINTS)
        or part["LogicalResourceId"] == TABLE
    ]


def versions(client: Client, bucket: str) -> Iterator[dict[str, str]]:
    """Key and id of every version of every object of a bucket, markers of deletions included."""
    for page in client("s3").get_paginator("list_object_versions").paginate(Bucket=bucket):
        for found in (*page.get("Versions", []), *page.get("DeleteMarkers", [])):
            yield {"Key": found["Key"], "VersionId": found["VersionId"]}


def empty(client: Client, bucket: str) -> None:
    """Delete every version of every object; raises `Failed` for one that is locked."""
    left = list(versions(client, bucket))
    for begin in range(0, len(left), AT_ONCE):
        batch = {"Objects": left[begin : begin + AT_ONCE], "Quiet": True}
        answer = client("s3").delete_objects(Bucket=bucket, Delete=batch)
        if errors := answer.get("Errors"):
            raise Failed(f"{bucket} could not be emptied: {errors[0]['Code']}. Nothing else was deleted.")


def delete(client: Client, stack: str, parts: Mapping[str, str]) -> None:
    """Empty the buckets and delete the stack; raises `Failed` with CloudFormation's reason."""
    for bucket in (parts[name] for name in BUCKETS if name in parts):
        empty(client, bucket)
    # They are no part of the stack, and would go on naming its API.
    if "ApiPlan" in parts:
        TenantKeys(stack, client).revoke_all()
    formation = client("cloudformation")
    formation.delete_stack(StackName=stack)
    try:
        formation.get_waiter("stack_delete_complete").wait(StackName=stack)
    except WaiterError as error:
        raise Failed(
            f"{stack} could not be deleted: {_reason(formation, stack)}. An upload may have come meanwhile: "
            f"run make delete STACK={stack} again."
        ) from error


def _reason(formation: Any, stack: str) -> str:
    events = formation.describe_stack_events(StackName=stack)["StackEvents"]
    failed = (one for one in events if one["ResourceStatus"] == "DELETE_FAILED" and "ResourceStatusReason" in one)
    return next((f"{one['LogicalResourceId']}: {one['ResourceStatusReason']}" for one in failed), "no reason was given")


def destroy(client: Client, kept: list[tuple[str, str]]) -> None:
    """Delete the table and the secrets that a stack has left behind."""
    for kind, name in kept:
        try:
            if kind == SECRET:
                client("secretsmanager").delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
            else:
                client("dynamodb").delete_table(TableName=name)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise


def _adopted(stack: str) -> str:
    return f"make deploy STACK={stack} IMPORT=1 makes it anew with the table and the keys that stay."


if __name__ == "__main__":
    main()
