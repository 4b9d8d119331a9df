"""Promise: no secret, no field and no text of a person is in the log, whatever a caller or a vendor says.

What is built runs under the Runtime Interface Emulator with AWS's own runtime client, which logs errors by itself.
"""

import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from local.cloud.build import BUILT, alone, build
from local.cloud.runtime import Runtime, running
from local.cloud.stack import logical
from local.loopback import serving
from tests.support.aws import ANSWERS, TABLE, UPLOADS, World
from tests.support.scripted import picture

pytestmark = pytest.mark.xdist_group("stack")

PERSON = "44010619700602997X"
SECRET = {"app_id": "ESAPP0815", "app_secret": "ESSECRET0815", "mode": "oauth2"}
TOKEN = "TOKEN0815"
PREFIX = "emulated"
BAD_HEADER = f"{PERSON} has no colon\r\nX-Broken {SECRET['app_secret']}\r\n"
# What the vendor answers to a picture: as text, since most of these are no JSON.
BODIES = [
    f'{{"code": 0, "data": {{"name": "{PERSON}"',
    f'{{"code": "{PERSON}", "message": "{PERSON}", "data": null}}',
    f'{{"code": 0, "message": "{PERSON}", "data": {{"texts": [{{"text": {{"{PERSON}": 1}}, "points": "{PERSON}"}}]}}}}',
    f'{{"code": 0, "data": "{PERSON}"}}',
    f"<html>{PERSON}</html>",
    f'["{PERSON}"]',
]
JSON = "application/json"
FORM = "multipart/form-data; boundary=b"
REQUESTS: list[tuple[dict[str, str], bytes]] = [
    ({"Content-Type": f"image/png; name={PERSON}\r\nX-Evil: 1"}, b"no picture"),
    ({"Content-Type": PERSON}, picture()),
    ({"Content-Type": JSON}, f'{{"image": "{PERSON}", "{PERSON}": 1}}'.encode()),
    ({"Content-Type": JSON}, f'{{"{PERSON}'.encode()),
    ({"Content-Type": JSON}, f'{{"s3_uri": "s3://{UPLOADS}/uploads/general_text/{PERSON}.png"}}'.encode()),
    ({"Content-Type": FORM}, f'--b\r\nContent-Disposition: form-data; name="{PERSON}"\r\n\r\n'.encode()),
    ({"Content-Type": "image/png", "Idempotency-Key": f"{PERSON} \x00"}, picture()),
    (
        {"Content-Type": "image/png", "Prefer": PERSON, "Origin": PERSON, "If-None-Match": PERSON},
        b"\x89PNG" + b"?" * 99,
    ),
]
# None of these comes from API Gateway or SQS; whoever may invoke the function can send them.
EVENTS: list[Any] = [
    {PERSON: 1},
    {"Records": [{"body": PERSON, "messageId": PERSON}]},
    {"Records": PERSON},
    {"httpMethod": PERSON, "headers": PERSON, "body": PERSON, "isBase64Encoded": True},
    [PERSON],
    PERSON,
]


@contextmanager
def vendor() -> Iterator[str]:
    """A vendor whose every answer breaks HTTP a little, and says what nobody may log."""
    bodies = iter(BODIES * 9)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.answer(next(bodies))

        def do_GET(self) -> None:
            self.answer(json.dumps({"code": 0, "data": {"token": TOKEN, "expiresIn": "7200000"}}))

        def answer(self, body: str) -> None:
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body.encode())}\r\n"
            self.wfile.write(f"{head}{BAD_HEADER}\r\n{body}".encode())
            self.close_connection = True

    with serving(Handler) as url:
        yield url


@contextmanager
def function(world: World, handler: str, folder: str, **more: str) -> Iterator[Runtime]:
    with alone():
        build()
    environment = {
        **world.emulator.environment,
        "TABLE": TABLE,
        "UPLOADS_BUCKET": UPLOADS,
        "ANSWERS_BUCKET": ANSWERS,
        "ENGINE_FUNCTION": "none",
        "SECRETS_PREFIX": PREFIX,
        "POWERTOOLS_LOG_LEVEL": "DEBUG",
        "AWS_LAMBDA_LOG_LEVEL": "DEBUG",
        "RECORD_KEY": "RECORDKEY0815",
    }
    with running(handler, BUILT / folder, [BUILT / "OcrLayer"], environment | more) as found:
        yield found


def request(headers: dict[str, str], body: bytes, **more: Any) -> dict[str, Any]:
    return {
        "httpMethod": "POST",
        "path": f"/ocr/{PERSON}",
        "resource": "/ocr/general_text",
        "headers": headers,
        "queryStringParameters": None,
        "requestContext": {"identity": {"apiKeyId": "k"}, "requestId": "r"},
        "body": b64encode(body).decode(),
        "isBase64Encoded": True,
        **more,
    }


def assert_nothing_leaked(log: str) -> None:
    assert [word for word in (PERSON, *SECRET.values(), TOKEN, "RECORDKEY0815", "X-Evil") if word in log] == [
        # The word for how calls are authorized is no secret.
        *(["oauth2"] if "oauth2" in log else [])
    ]
    assert b64encode(picture())[:40].decode() not in log


def test_a_product_tells_nothing_in_its_log(world: World) -> None:
    secrets = world.emulator.client("secretsmanager")
    secrets.create_secret(Name=f"{PREFIX}/esign", SecretString=json.dumps(SECRET))
    settings = {"VENDORS": "esign", "CIRCUIT_FAILURES": "1000"}
    with (
        vendor() as url,
        function(
            world, "general_text.app.handler", logical("general_text"), VENDOR_URLS=f"esign={url}", **settings
        ) as at,
    ):
        for number in range(len(BODIES)):
            asked = request({"Content-Type": "image/png"}, picture(100 + number))
            assert at.invoke(asked)["statusCode"] in {200, 202, 502, 503}
        for headers, body in REQUESTS:
            assert 400 <= at.invoke(request(headers, body))["statusCode"] < 600
        odd = request(
            {"Content-Type": "image/png"}, picture(), queryStringParameters={PERSON: PERSON, "vendor": PERSON}
        )
        assert at.invoke(odd)["statusCode"] == 400
        for event in EVENTS:
            at.invoke(event)
        log = at.log.read_text()
    assert "A library logged: urllib3.connection" in log  # the header that is none was seen
    assert_nothing_leaked(log)


def test_the_records_function_tells_nothing_in_its_log(world: World) -> None:
    with function(world, "records.app.handler", "RecordsApi") as at:
        for path in (f"/records/{PERSON}", "/records", "/records/by-source", f"/products/{PERSON}", f"/{PERSON}"):
            for query in ({}, {"from": PERSON}, {"cursor": PERSON}, {"product": PERSON}, {"uri": f"s3://b/{PERSON}"}):
                for method in ("GET", "DELETE", "POST"):
                    more = {"httpMethod": method, "path": path, "resource": path, "queryStringParameters": query}
                    assert at.invoke(request({"If-None-Match": PERSON}, PERSON.encode(), **more))["statusCode"] < 500
        for event in EVENTS:
            at.invoke(event)
        log = at.log.read_text()
    assert_nothing_leaked(log)
