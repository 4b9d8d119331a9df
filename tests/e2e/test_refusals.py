"""Bad requests on the deployed stack: a problem that says what to do, by HTTPS and in the record of an upload."""

import json
from base64 import b64encode
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import pytest
import requests
from PIL import Image

from local.cloud.sending import Picture, send
from local.cloud.stack import Stack
from local.samples import samples
from ocr.pages.examine import MAX_BYTES


def encoded(mode: str = "RGB", format: str = "JPEG", size: tuple[int, int] = (64, 64)) -> bytes:
    file = BytesIO()
    Image.new(mode, size).save(file, format)
    return file.getvalue()


def wide(width: int, height: int) -> bytes:
    """A small PNG that says it is this large."""
    import zlib

    png = encoded(format="PNG")
    header = b"IHDR" + width.to_bytes(4) + height.to_bytes(4) + png[24:29]
    return png[:12] + header + zlib.crc32(header).to_bytes(4) + png[33:]


BAD = [
    pytest.param(b"", 422, id="0 bytes"),
    pytest.param(b"a shopping list", 415, id="text called .jpg"),
    pytest.param(encoded(size=(300, 300))[:-100], 422, id="truncated JPEG"),
    pytest.param(encoded(size=(7, 7)), 422, id="7 x 7"),
    pytest.param(wide(20_000, 20_000), 413, id="20000 x 20000"),
    pytest.param(wide(200_000, 200_000), 413, id="decompression bomb"),
    pytest.param(encoded(format="JPEG2000"), 415, id="JPEG 2000"),
    pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), 415, id="old Word"),
    pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, id="SVG"),
    pytest.param(encoded() + bytes(11 * 1024 * 1024), 413, id="11 MB"),
]


def is_problem(body: Any, status: int) -> bool:
    """Whether this is an RFC 9457 problem that says what to do."""
    members = {"type", "title", "status", "detail", "advice"}
    return (
        isinstance(body, dict)
        and members <= body.keys()
        and body["status"] == status
        and all(body[name] for name in members)
    )


def post(stack: Stack, path: str, **request: Any) -> requests.Response:
    headers = {"x-api-key": stack.api_key, "Content-Type": "image/jpeg", **request.pop("headers", {})}
    return requests.post(stack.url + path, headers={k: v for k, v in headers.items() if v}, timeout=60, **request)


@pytest.mark.parametrize(("content", "status"), BAD)
def test_a_bad_picture_is_refused_by_https(stack: Stack, content: bytes, status: int) -> None:
    answer = post(stack, "/ocr/id_card", data=content)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert is_problem(answer.json(), status)


@pytest.mark.parametrize(("content", "status"), BAD)
def test_the_same_picture_as_an_upload_ends_in_a_failed_record_with_the_same_body(
    stack: Stack, content: bytes, status: int
) -> None:
    record = uploaded(stack, "id_card", content)
    assert record["status"] == "failed"
    assert is_problem(record["problem"], status)
    problem = post(stack, "/ocr/id_card", data=content).json()
    problem.pop("record_id", None)
    # What is larger than API Gateway takes never reaches a function by HTTPS: the same kind, in other words.
    by_gateway = len(content) > MAX_BYTES
    assert record["problem"]["type"] == problem["type"]
    assert by_gateway or record["problem"] == problem


def test_an_upload_under_no_products_prefix_ends_in_a_failed_record(stack: Stack) -> None:
    record = uploaded(stack, "id_cardx", encoded())
    assert (record["status"], record["product"]) == ("failed", "unknown_product")
    assert record["problem"]["type"].endswith("unknown_product")
    assert is_problem(record["problem"], 404)


def uploaded(stack: Stack, product: str, content: bytes) -> Mapping[str, Any]:
    """The record that this content ends in when it is uploaded."""
    return send(stack, Picture(product, "upload", content, "image/jpeg"), "s3", b"").body


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        pytest.param({"json": {"image": "@@@@"}, "headers": {"Content-Type": "application/json"}}, 400, id="base64"),
        pytest.param({"data": encoded(), "params": {"color": "red"}}, 400, id="unknown option"),
        pytest.param({"data": "hello", "headers": {"Content-Type": "text/plain"}}, 415, id="no picture"),
    ],
)
def test_a_bad_request_is_told_what_is_wrong(stack: Stack, request_: dict[str, Any], status: int) -> None:
    assert is_problem(post(stack, "/ocr/id_card", **request_).json(), status)


def test_an_unknown_product_is_told_where_the_known_ones_are(stack: Stack) -> None:
    answer = post(stack, "/ocr/unicorn_licence", data=encoded())
    assert is_problem(answer.json(), 404)
    assert "/products" in answer.json()["advice"]


@pytest.mark.parametrize("key", ["", "wrong"])
def test_no_key_no_picture(stack: Stack, key: str) -> None:
    answer = post(stack, "/ocr/id_card", data=encoded(), headers={"x-api-key": key})
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert is_problem(answer.json(), 401)


def test_one_bad_picture_among_ten_uploads_does_not_touch_the_other_nine(stack: Stack) -> None:
    sample = next(iter(samples(["general_text"])))
    contents = [b"bad" if number == 4 else sample.picture + bytes([number]) for number in range(10)]
    with ThreadPoolExecutor(len(contents)) as threads:
        records = list(threads.map(lambda content: uploaded(stack, "general_text", content), contents))
    assert [record["status"] for record in records] == [
        "failed" if number == 4 else "succeeded" for number in range(10)
    ]


def test_the_engine_and_the_queues_outlive_them_all(stack: Stack) -> None:
    sample = next(iter(samples(["id_card"])))
    picture = Picture("id_card", sample.name, sample.picture, sample.media_type, {}, sample.truth)
    assert send(stack, picture, "https").is_right
    assert send(stack, picture, "s3").is_right


def test_every_input_form_is_taken(stack: Stack) -> None:
    sample = next(iter(samples(["general_text"])))
    as_json = {"image": b64encode(sample.picture).decode()}
    answers = [
        post(stack, "/ocr/general_text", data=sample.picture),
        post(stack, "/ocr/general_text", data=json.dumps(as_json), headers={"Content-Type": "application/json"}),
        post(stack, "/ocr/general_text", files={"image": sample.picture}, headers={"Content-Type": ""}),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len({answer.json()["id"] for answer in answers}) == 1
