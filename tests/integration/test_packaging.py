"""Promise: what is shipped runs by itself. Every function's built artifact starts and answers in a clean environment.

Nothing is on its path but the code, the layers and the runtime's own boto3.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from local.cloud.aws import ROOT
from local.cloud.build import BUILT, alone, build
from local.cloud.runtime import running
from local.cloud.stack import logical
from ocr.declare.catalogue import products

EVENT: dict[str, Any] = {
    "httpMethod": "POST",
    "path": "/",
    "headers": {"Content-Type": "image/png"},
    "queryStringParameters": None,
    "requestContext": {},
    "body": "",
    "isBase64Encoded": True,
}
SETTINGS = {"TABLE": "t", "UPLOADS_BUCKET": "u", "ANSWERS_BUCKET": "a", "ENGINE_FUNCTION": "e", "BUS": "b"}

pytestmark = pytest.mark.xdist_group("stack")


@pytest.fixture(scope="module")
def built() -> Path:
    """What `sam build` made of the template."""
    with alone():
        build()
    return BUILT


@pytest.mark.parametrize("slug", products())
def test_a_product_starts_and_refuses_an_empty_picture(built: Path, slug: str) -> None:
    with running(
        f"{slug}.app.handler", built / logical(slug), [built / "OcrLayer", built / "FilesLayer"], SETTINGS
    ) as function:
        answer = function.invoke(EVENT)
    # What is asked for has to be clear before anything is opened: a captcha's codetype is not in the event.
    kind, status = ("invalid_option", 400) if slug == "captcha" else ("damaged", 422)
    assert (answer["statusCode"], json.loads(answer["body"])["type"]) == (status, f"urn:ocr:problem:{kind}"), answer


def test_records_lists_every_product(built: Path) -> None:
    with running("records.app.handler", built / "RecordsApi", [built / "OcrLayer"], SETTINGS) as function:
        answer = function.invoke(EVENT | {"httpMethod": "GET", "path": "/products", "resource": "/products"})
    assert [one["product"] for one in json.loads(answer["body"])] == list(products())


def test_announce_takes_a_change_that_is_no_news(built: Path) -> None:
    with running("announce.app.handler", built / "Announce", [built / "OcrLayer"], SETTINGS) as function:
        change = {"eventSource": "aws:dynamodb", "eventID": "1", "dynamodb": {"SequenceNumber": "1"}}
        assert function.invoke({"Records": [change]}) == {"batchItemFailures": []}


def test_the_engine_reads_with_nothing_but_its_layers(built: Path) -> None:
    event = json.loads((ROOT / "events/general_text/https-binary.json").read_text())
    layers = [built / "OcrLayer", built / "EngineLayer"]
    with running("engine.app.handler", built / "Engine", layers, {"POWERTOOLS_METRICS_NAMESPACE": "OCR"}) as function:
        answer = function.invoke({"task": "lines", "image": event["body"], "seconds": 60})
    assert len(answer["lines"]) > 3
