"""What the operator runs against a deployed stack: the doctor, tenants' keys, and putting dead letters back."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
import requests
from boto3.dynamodb.types import TypeDeserializer

from announce.app import announcement
from cli.keys import TenantKeys
from local import smoke
from local.cloud.aws import ROOT
from local.cloud.listener import listening
from local.cloud.sending import Picture, Reading, salt, send
from local.cloud.stack import NAME, Stack
from local.doctor import verdict
from local.redrive import move
from local.samples import samples
from local.simulators import SECRETS
from ocr.platform.errors import VendorRejected, VendorUnavailable

KEYS = [key for secret in SECRETS.values() for key in secret.values()]


@pytest.fixture
def wrong_key(stack: Stack) -> Iterator[None]:
    """Juhe's keys are others meanwhile; no function looks at them in between."""
    put = partial(stack.client("secretsmanager").put_secret_value, SecretId=f"{NAME}/juhe")
    put(SecretString=json.dumps(dict.fromkeys(SECRETS["juhe"], "not-a-key")))
    yield
    put(SecretString=json.dumps(SECRETS["juhe"]))


def examined(stack: Stack) -> tuple[int, list[list[str]]]:
    """The doctor's exit code and its table, row by row."""
    done = subprocess.run(
        [sys.executable, "-m", "local.doctor"],
        cwd=ROOT,
        env=dict(os.environ) | stack.aws.environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert not [key for key in KEYS if key in done.stdout + done.stderr]
    rows = [line.split() for line in done.stdout.splitlines()]
    return done.returncode, [row for row in rows if row and row[0] in SECRETS]


def test_the_doctor_finds_every_vendor_well(stack: Stack) -> None:
    code, rows = examined(stack)
    assert code == 0, rows
    assert {row[0] for row in rows} == SECRETS.keys()
    assert all(row[2:5] == ["yes", "yes", "yes"] for row in rows), rows


def test_the_doctor_sees_a_key_that_is_not_accepted(stack: Stack, wrong_key: None) -> None:
    code, rows = examined(stack)
    assert code == 1
    assert {row[4] for row in rows if row[0] == "juhe"} == {"no"}


def test_the_doctor_tells_silence_from_refusal() -> None:
    assert verdict(VendorUnavailable("", code="unreachable"))[:2] == ("no", "")
    assert verdict(VendorRejected("", code="certificate"))[:2] == ("no", "")
    assert verdict(VendorRejected("", code="401"))[:2] == ("yes", "no")


def test_a_good_stack_passes_every_check_of_the_smoke_test(stack: Stack) -> None:
    found = smoke.Target(NAME, stack.client, stack.outputs, stack.url, stack.api_key, local=True)
    assert {name: wrong for name, wrong in smoke.checks(found) if wrong} == {}


def test_a_tenants_key_reaches_its_own_records_alone_until_it_is_revoked(stack: Stack) -> None:
    keys, sample = TenantKeys(NAME, stack.client), next(iter(samples(["vin"])))
    picture = Picture("vin", sample.name, sample.picture, sample.media_type, {"vendor": "embedded"})
    tenants = {name: replace(stack, api_key=keys.create(name, None, None)[1]) for name in ("claims", "lending")}
    behind = salt()
    found = {name: send(tenant, picture, "https", behind) for name, tenant in tenants.items()}
    assert [(one.status, one.body["replayed"], one.body["tenant"]) for one in found.values()] == [
        ("succeeded", False, name) for name in tenants
    ]

    def seen(record: Reading, by: Stack) -> int:
        answer = requests.get(f"{stack.url}/records/{record.record_id}", headers={"x-api-key": by.api_key}, timeout=60)
        return answer.status_code

    callers = (tenants["claims"], tenants["lending"], stack)
    assert [[seen(record, by) for by in callers] for record in found.values()] == [[200, 404, 200], [404, 200, 200]]
    assert [keys.revoke(name) for name in tenants] == [1, 1]
    assert seen(found["claims"], tenants["claims"]) in {401, 403}


def dead_letters(stack: Stack) -> int:
    """How many messages lie in the dead-letter queue, seen or not."""
    attributes = stack.client("sqs").get_queue_attributes(QueueUrl=stack.dead_letters, AttributeNames=["All"])[
        "Attributes"
    ]
    return int(attributes["ApproximateNumberOfMessages"]) + int(attributes["ApproximateNumberOfMessagesNotVisible"])


@pytest.fixture
def dead(stack: Stack) -> Iterator[Any]:
    """Puts a message into the dead-letter queue, which is empty again afterwards."""
    sqs = stack.client("sqs")
    yield lambda body: sqs.send_message(QueueUrl=stack.dead_letters, MessageBody=json.dumps(body))
    sqs.purge_queue(QueueUrl=stack.dead_letters)


def test_dead_uploads_and_announcements_are_put_back_and_nothing_else_is_touched(stack: Stack, dead: Any) -> None:
    sample = next(iter(samples(["id_card"])))
    picture = Picture("id_card", sample.name, sample.picture, sample.media_type, {"vendor": "embedded"})
    record = send(stack, picture, "s3")
    item = stack.client("dynamodb").get_item(TableName=stack.table, Key={"id": {"S": record.record_id}})["Item"]
    plain = {name: TypeDeserializer().deserialize(value) for name, value in item.items()}
    dead({"record_id": record.record_id, "product": "id_card"})
    dead({"record_id": "0" * 32, "product": "id_card"})  # erased meanwhile
    dead(announcement(plain).model_dump(mode="json"))
    dead({"unknown": "message"})
    with listening(stack) as listener:
        assert move(stack.client, stack.parts) == (3, 1)
        assert listener.wait_for({(str(record.record_id), False)}, 60) == set()
    assert dead_letters(stack) == 1


def test_a_batch_of_the_stream_that_was_given_up_is_announced_from_the_stream(stack: Stack, dead: Any) -> None:
    streams, sample = stack.client("dynamodbstreams"), next(iter(samples(["vin"])))
    picture = Picture("vin", sample.name, sample.picture, sample.media_type, {"vendor": "embedded"})
    record = send(stack, picture, "https")
    arn = stack.client("dynamodb").describe_table(TableName=stack.table)["Table"]["LatestStreamArn"]
    [shard, *_] = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    start = streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")
    numbers = []
    iterator = start["ShardIterator"]
    while (answer := streams.get_records(ShardIterator=iterator))["Records"]:
        numbers += [
            one["dynamodb"]["SequenceNumber"]
            for one in answer["Records"]
            if one["dynamodb"]["Keys"]["id"]["S"] == record.record_id
        ]
        iterator = answer["NextShardIterator"]
    batch = {"streamArn": arn, "shardId": shard["ShardId"]}
    dead({"DDBStreamBatchInfo": batch | {"startSequenceNumber": numbers[0], "endSequenceNumber": numbers[-1]}})
    with listening(stack) as listener:
        assert move(stack.client, stack.parts) == (1, 0)
        assert listener.wait_for({(str(record.record_id), False)}, 60) == set()
