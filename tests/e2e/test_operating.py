"""What the operator runs against a deployed stack: the doctor, and putting dead letters back."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial

import pytest

from local.aws import ROOT
from local.doctor import verdict
from local.redrive import move
from local.samples import samples
from local.simulators import SECRETS
from local.stack import NAME, Stack
from ocr.errors import Busy, Refused

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
    assert verdict(Busy("", code="unreachable"))[:2] == ("no", "")
    assert verdict(Refused("", code="certificate"))[:2] == ("no", "")
    assert verdict(Refused("", code="401"))[:2] == ("yes", "no")


def test_dead_uploads_are_put_back_and_nothing_else_is_touched(stack: Stack) -> None:
    sample = next(iter(samples(["id_card"])))
    key = "uploads/id_card/from-the-dead.jpg"
    version = stack.client("s3").put_object(Bucket=stack.uploads, Key=key, Body=sample.picture)["VersionId"]
    told = {"s3": {"bucket": {"name": stack.uploads}, "object": {"key": key, "versionId": version}}}
    sqs = stack.client("sqs")
    for body in (json.dumps({"Records": [told]}), '{"requestContext": {"condition": "RetryAttemptsExhausted"}}'):
        sqs.send_message(QueueUrl=stack.dead_letters, MessageBody=body)

    try:
        assert move(sqs, dict(stack.parts)) == (1, 1)
        left = sqs.get_queue_attributes(QueueUrl=stack.dead_letters, AttributeNames=["All"])["Attributes"]
        assert int(left["ApproximateNumberOfMessages"]) + int(left["ApproximateNumberOfMessagesNotVisible"]) == 1
    finally:
        sqs.purge_queue(QueueUrl=stack.dead_letters)
