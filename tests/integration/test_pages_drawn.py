"""Promise: what a browser cannot show of a kept file is drawn for it: for whoever may see the record, and upright."""

import base64
import json
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from local.samples import digital
from local.samples.heic import heic
from pages import app
from tests.support.aws import World
from tests.support.scripted import Context, picture, product, reading
from tests.support.sending import deliver, of_upload


def asked(path: str, key: str = "", **query: str) -> tuple[int, dict[str, list[str]], bytes]:
    """Status, headers and body of the answer to a request with the key of this name."""
    answer = app.handler(
        {
            "httpMethod": "GET",
            "path": path,
            "resource": path,
            "headers": {},
            "queryStringParameters": query or None,
            "requestContext": {"stage": "v1", "path": path, "requestId": "r-1", "identity": {"apiKey": key}},
            "body": None,
            "isBase64Encoded": False,
        },
        Context(),  # type: ignore[arg-type]
    )
    body = base64.b64decode(answer["body"]) if answer["isBase64Encoded"] else answer["body"].encode()
    return answer["statusCode"], answer["multiValueHeaders"], body


def kept(world: World, name: str, content: bytes) -> str:
    """The id of the record of a file that was uploaded."""
    upload = world.upload(f"uploads/ticket/{name}", content)
    assert deliver(product([reading] * 3), upload) == []
    found = of_upload(upload)
    assert found
    return found.id


def sheets(*sizes: tuple[int, int]) -> list[Image.Image]:
    return [Image.new("RGB", size, (200, 60 * place, 30)) for place, size in enumerate(sizes)]


def turned_jpeg() -> bytes:
    into, exif = BytesIO(), Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (600, 400), "white").save(into, "JPEG", exif=exif)
    return into.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "number", "shape"),
    [
        ("a.pdf", lambda: digital.scanned(sheets((600, 400), (400, 600)), "PDF"), 2, 400 / 600),
        ("a.tiff", lambda: digital.scanned(sheets((600, 400), (400, 600)), "TIFF"), 2, 400 / 600),
        ("a.heic", lambda: heic(Image.new("RGB", (640, 320), "white")), 1, 2.0),
        ("a.jpg", turned_jpeg, 1, 400 / 600),
    ],
)
def test_a_page_is_drawn_upright_and_as_wide_as_it_is_asked_for(
    world: World, name: str, content: Any, number: int, shape: float
) -> None:
    id = kept(world, name, content())
    status, headers, body = asked(f"/records/{id}/pages/{number}", width="120")
    assert (status, headers["Content-Type"], headers["Cache-Control"]) == (200, ["image/jpeg"], ["no-store"])
    with Image.open(BytesIO(body)) as drawn:
        assert drawn.format == "JPEG"
        assert drawn.width == 120
        assert drawn.width / drawn.height == pytest.approx(shape, rel=0.02)


def test_who_may_not_see_the_record_sees_no_page(world: World) -> None:
    id = kept(world, "a.png", picture())
    assert asked(f"/records/{id}/pages/1")[0] == 200
    assert asked(f"/records/{id}/pages/1", key=f"ocr-acme-{'0' * 40}")[0] == 404


@pytest.mark.parametrize(("path", "status"), [("pages/2", 404), ("pages/0", 400), ("pages/x", 400)])
def test_a_page_that_is_not_there_is_a_problem(world: World, path: str, status: int) -> None:
    answer = asked(f"/records/{kept(world, 'a.png', picture())}/{path}")
    assert answer[0] == status
    assert json.loads(answer[2])["status"] == status
