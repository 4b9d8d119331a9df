"""Promise: a picture may come as bytes, a form or JSON, with the same options; what is none of these is told so."""

import json
from base64 import b64encode
from typing import Any

import pytest
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent
from hypothesis import given
from hypothesis import strategies as st

from ocr.entry.requests import ParsedRequest, request
from ocr.model.problem import problem_of
from ocr.platform.errors import CallerError
from tests.support.http_events import PICTURE, event

PRODUCT = "id_card"
FORM = (
    b'--x\r\nContent-Disposition: form-data; name="codetype"\r\n\r\n1004\r\n'
    b'--x\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
    + PICTURE
    + b"\r\n--x--\r\n"
)


def encoded(kind: str, body: str) -> APIGatewayProxyEvent:
    """A request whose body is said to be base64."""
    return APIGatewayProxyEvent(
        {"headers": {"content-type": kind}, "queryStringParameters": None, "body": body, "isBase64Encoded": True}
    )


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(event("image/png", PICTURE, {"codetype": "1004"}), id="bytes"),
        pytest.param(event("application/octet-stream", PICTURE, {"codetype": "1004"}), id="bytes without a type"),
        pytest.param(event("multipart/form-data; boundary=x", FORM), id="form"),
        pytest.param(
            event("application/json", json.dumps({"image": b64encode(PICTURE).decode(), "codetype": 1004})), id="JSON"
        ),
        pytest.param(
            event(
                "application/json", json.dumps({"image": b64encode(PICTURE).decode()}).encode(), {"codetype": "1004"}
            ),
            id="JSON that came as bytes",
        ),
        pytest.param(
            event(
                "application/json; charset=utf-8",
                json.dumps({"image": "data:image/png;base64," + b64encode(PICTURE).decode(), "codetype": "1004"}),
            ),
            id="JSON with a data URL",
        ),
    ],
)
def test_every_input_form_tells_the_same(sent: APIGatewayProxyEvent) -> None:
    assert request(sent, PRODUCT) == ParsedRequest(PICTURE, {"codetype": "1004"})


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        pytest.param(event("text/plain", "hello"), 415, id="text"),
        pytest.param(event("", PICTURE), 415, id="no content type"),
        pytest.param(event("application/json", "{"), 400, id="broken JSON"),
        pytest.param(event("application/json", "[]"), 400, id="JSON that is no object"),
        pytest.param(event("application/json", "{}"), 400, id="no image"),
        pytest.param(event("application/json", "[" * 100_000), 400, id="JSON that is nested too deeply"),
        pytest.param(event("application/json", '{"image": "图片"}'), 400, id="base64 in Chinese"),
        pytest.param(encoded("application/json", "aGVsbG8"), 400, id="JSON as bytes in broken base64"),
        pytest.param(encoded("image/png", "图片"), 400, id="bytes in broken base64"),
        pytest.param(encoded("multipart/form-data; boundary=x", "aGVsbG8"), 400, id="form in broken base64"),
        pytest.param(event("image/png", "\ud800"), 400, id="half a character"),
        pytest.param(event("application/json", '{"image": 7}'), 400, id="image that is no text"),
        pytest.param(event("application/json", '{"image": "@@@@"}'), 400, id="broken base64"),
        pytest.param(event("application/json", '{"image": "aGVsbG8"}'), 400, id="base64 without padding"),
        pytest.param(event("application/json", '{"image": "aGk_", "a": "b"}'), 400, id="URL-safe base64"),
        pytest.param(event("application/json", '{"image": "aGk=", "codetype": [1]}'), 400, id="option that is a list"),
        pytest.param(event("multipart/form-data", FORM), 400, id="form without boundary"),
        pytest.param(event("multipart/form-data; boundary=y", FORM), 400, id="form with another boundary"),
        pytest.param(event("multipart/form-data; boundary=x", b"--x--\r\n"), 400, id="empty form"),
    ],
)
def test_what_is_no_picture_is_told_with_what_to_do(sent: APIGatewayProxyEvent, status: int) -> None:
    with pytest.raises(CallerError) as refused:
        request(sent, PRODUCT)
    assert refused.value.status == status
    assert problem_of(refused.value).advice


@given(st.binary(max_size=300), st.sampled_from(["application/json", "multipart/form-data; boundary=x", "image/png"]))
def test_no_body_raises_anything_but_a_callers_error(body: bytes, kind: str) -> None:
    try:
        parsed: Any = request(event(kind, body), PRODUCT)
    except CallerError:
        return
    assert isinstance(parsed, ParsedRequest)
