"""The sample events work as the README says: with `sam remote invoke`, on the stack as it is deployed."""

import json
import os
import subprocess
from typing import Any

import pytest

from local.cloud.aws import ROOT
from local.cloud.build import TOOLS
from local.cloud.stack import NAME, Stack, logical
from local.samples import samples

# Every product's events are held to the same form by the house rules; these three stand for all.
PRODUCTS = ("general_text", "id_card", "license_plate")


def invoked(stack: Stack, product: str, event: str) -> dict[str, Any]:
    """What SAM CLI prints of the function's answer."""
    shown = subprocess.run(
        [
            *(str(TOOLS / "bin/sam"), "remote", "invoke", logical(product), "--stack-name", NAME),
            *("--event-file", str(ROOT / "events" / product / f"{event}.json"), "--output", "json"),
        ],
        env=dict(os.environ) | stack.aws.environment | {"SAM_CLI_TELEMETRY": "0"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    payload = json.loads(shown.stdout)["Payload"]
    answer: dict[str, Any] = json.loads(payload) if isinstance(payload, str) else payload
    return answer


@pytest.mark.parametrize("product", PRODUCTS)
@pytest.mark.parametrize("event", ["https-binary", "https-json", "https-multipart"])
def test_an_https_event_is_answered_with_a_record(stack: Stack, product: str, event: str) -> None:
    # The command line asks twice where an answer takes long: while the first is being read, the second is told so.
    answers = (invoked(stack, product, event) for _ in range(20))
    answer = next(one for one in answers if one["statusCode"] != 409)
    assert answer["statusCode"] == 200, answer
    assert json.loads(answer["body"])["document"]["fields"]


@pytest.mark.parametrize("product", PRODUCTS)
def test_an_upload_event_ends_in_a_record(stack: Stack, product: str) -> None:
    event = json.loads((ROOT / "events" / product / "s3.json").read_text())
    [notification] = json.loads(event["Records"][0]["body"])["Records"]
    sample = next(iter(samples([product])))
    assert notification["s3"]["bucket"]["name"] == stack.uploads
    stack.client("s3").put_object(Bucket=stack.uploads, Key=notification["s3"]["object"]["key"], Body=sample.picture)
    # The queue delivers this upload as well: while that reads, the event is asked to come again, as a queue would.
    assert any(invoked(stack, product, "s3") == {"batchItemFailures": []} for _ in range(20))
