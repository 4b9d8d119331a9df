"""Promise: who read, listed or deleted which record is written down, and nothing of a person with it."""

import json
from typing import Any

import pytest

from ocr.platform import telemetry
from records import app
from tests.support.aws import World, forget_settings
from tests.support.scripted import Context, picture, product, reading
from tests.support.sending import deliver, of_upload

CALLER = {"apiKeyId": "key-of-team-a", "userArn": "arn:aws:iam::000000000000:user/team-a"}
FILE = "lu-xiang"
MISSING = f"/records/{'0' * 32}"


def asked(method: str, path: str, headers: dict[str, str] | None = None, **query: str) -> dict[str, Any]:
    """The answer to a request of somebody who is known."""
    event = {
        "httpMethod": method,
        "path": path,
        "resource": path,
        "headers": headers or {},
        "queryStringParameters": query or None,
        "requestContext": {"stage": "v1", "path": path, "requestId": "r-1", "identity": CALLER},
        "body": None,
        "isBase64Encoded": False,
    }
    answer: dict[str, Any] = app.handler(event, Context())  # type: ignore[arg-type]
    return answer


def test_each_look_at_a_record_is_one_line(world: World, caplog: pytest.LogCaptureFixture) -> None:
    upload = world.upload(f"uploads/ticket/{FILE}.png", picture())
    deliver(product([reading]), upload)
    record = of_upload(upload)
    assert record
    assert record.source
    asked("GET", f"/records/{record.id}")
    asked("GET", "/records/by-source", uri=record.source.uri)
    asked("GET", "/records")
    asked("GET", f"/records/{'0' * 32}")
    assert asked("DELETE", f"/records/{record.id}")["statusCode"] == 204
    lines = [vars(line) for line in caplog.records if line.name == telemetry._audits.name]
    assert [(line["action"], line["record_ids"]) for line in lines] == [
        ("read", [record.id]),
        ("read", [record.id]),
        ("list", [record.id]),
        ("delete", [record.id]),
    ]
    assert {(line["api_key_id"], line["principal"], line["request_id"]) for line in lines} == {
        (*CALLER.values(), "r-1")
    }
    assert FILE not in str(lines)
    assert "A-17" not in str(lines)


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/console"])
def test_the_public_pages_are_kept_by_whoever_has_them(world: World, path: str) -> None:
    first = asked("GET", path)
    headers = first["multiValueHeaders"]
    assert headers["Cache-Control"] == ["public, max-age=3600"]
    again = asked("GET", path, {"If-None-Match": headers["ETag"][0]})
    assert (again["statusCode"], again["body"]) == (304, "")
    assert again["multiValueHeaders"]["ETag"] == headers["ETag"]
    assert asked("GET", path, {"If-None-Match": "*"})["statusCode"] == 304


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/console", "/products", "/records", MISSING])
def test_the_head_of_everything_is_told_without_its_body(world: World, path: str) -> None:
    whole, head = asked("GET", path), asked("HEAD", path)
    assert (head["statusCode"], head["body"]) == (whole["statusCode"], "")
    assert head["multiValueHeaders"] == whole["multiValueHeaders"]


def test_the_operator_may_keep_the_pages_from_the_public(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = asked("GET", "/openapi.json")
    monkeypatch.setenv("PUBLIC_PAGES", "false")
    forget_settings()
    for path in ("/docs", "/openapi.json", "/console"):
        refused = asked("GET", path)
        assert (refused["statusCode"], json.loads(refused["body"])["type"]) == (401, "urn:ocr:problem:unauthorized")
        assert refused["multiValueHeaders"]["Cache-Control"] == ["no-store"]
    by_key = asked("GET", "/products/openapi.json")
    assert by_key["body"] == shown["body"]
    assert by_key["multiValueHeaders"]["Cache-Control"] == ["private, max-age=3600"]


def test_records_are_kept_by_nobody_on_the_way(world: World) -> None:
    answer = asked("GET", "/records")
    assert answer["multiValueHeaders"]["Cache-Control"] == ["no-store"]
    assert "records" in json.loads(answer["body"])
