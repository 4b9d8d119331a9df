"""Promise: what is sent to hurt is refused with a 4xx that says what to do, costs nothing, and stands in no log."""

import json
import logging
import struct
import zlib
from typing import Any

import pytest

from ocr.platform.telemetry import logger
from tests.support.aws import UPLOADS, World
from tests.support.scripted import calls, picture, product, reading
from tests.support.sending import sent

MARK = "evil-4711"
BOMB = zlib.compress(bytes(200 * 1024 * 1024), 9)


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(*chunks: bytes) -> bytes:
    """A picture with further chunks behind its header."""
    plain = picture()
    return plain[:33] + b"".join(chunks) + plain[33:]


def pixels_bomb() -> bytes:
    """A picture whose pixels unpack to far more than it says."""
    plain = picture()
    start = plain.index(b"IDAT") - 4
    return plain[:start] + chunk(b"IDAT", BOMB) + chunk(b"IEND", b"")


def nested(depth: int) -> bytes:
    return b'{"image": ' + b"[" * depth + b"]" * depth + b"}"


FORM = "multipart/form-data; boundary=b"
JSON = "application/json"
PART = b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
FILE = b'--b\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\n\r\n%s\r\n'
END = b"--b--\r\n"

HOSTILE = [
    pytest.param(b"".join(PART % (b"f%d" % n, b"1") for n in range(10_000)) + END, FORM, id="10,000 members"),
    pytest.param(
        PART % (b"vendor", b"first") * 10_000 + FILE % (b"a.png", picture()) + END, FORM, id="10,000 times one member"
    ),
    pytest.param(FILE % (b"a.png", b"x") * 10_000 + END, FORM, id="10,000 files"),
    pytest.param(PART % (b"vendor", MARK.encode() * 500_000) + END, FORM, id="a member of 4 MB"),
    pytest.param(
        b'--b\r\nContent-Disposition: form-data; name="f"\r\n' + b"X: y\r\n" * 10_000 + b"\r\n1\r\n" + END,
        FORM,
        id="10,000 headers of a part",
    ),
    pytest.param(FILE % (b"a.png", picture()), FORM, id="a form without an end"),
    pytest.param(b"", FORM, id="an empty form"),
    pytest.param(picture(), "multipart/form-data", id="a form without a boundary"),
    pytest.param(nested(200_000), JSON, id="deep JSON"),
    pytest.param(b'{"image": "", "vendor": "%s\\r\\nX-Evil: 1"}' % MARK.encode(), JSON, id="a line break in an option"),
    pytest.param(b'{"s3_uri": "s3://%s/uploads/ticket/a"}' % MARK.encode(), JSON, id="an address elsewhere"),
    pytest.param(b'{"image": "%s"}' % (b"\\ud800" + MARK.encode()), JSON, id="half a character"),
    pytest.param(
        b'{"s3_uri": "s3://%s/uploads/ticket/a", "version": "\\ud800"}' % UPLOADS.encode(), JSON, id="half a version"
    ),
    pytest.param(
        b'{"s3_uri": "s3://%s/uploads/ticket/a", "version": "%s\\r\\n"}' % (UPLOADS.encode(), MARK.encode()),
        JSON,
        id="a line break in a version",
    ),
    pytest.param(b'{"image": 1e400}', JSON, id="a number beyond all"),
    pytest.param(pixels_bomb(), "image/png", id="pixels that unpack to 200 MB"),
    pytest.param(png(chunk(b"zTXt", b"k\0\0" + BOMB)), "image/png", id="a text that unpacks to 200 MB"),
    pytest.param(png(chunk(b"iTXt", b"k\0\1\0\0\0" + BOMB)), "image/png", id="a Unicode text that unpacks to 200 MB"),
    pytest.param(png(chunk(b"iCCP", b"k\0\0" + BOMB)), "image/png", id="a colour profile that unpacks to 200 MB"),
    pytest.param(png(*[chunk(b"tEXt", b"k\0" + b"x" * 60_000)] * 1200), "image/png", id="72 MB of texts"),
    pytest.param(picture(), f"image/png; {MARK}\r\nX-Evil: 1", id="a line break in the content type"),
]


@pytest.mark.parametrize("path", ["", "/batch"])
@pytest.mark.parametrize(("body", "media_type"), HOSTILE)
def test_it_is_refused_and_not_told(
    world: World,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    body: Any,
    media_type: str,
    path: str,
) -> None:
    watched = logging.getLogger(logger.name or logger.service)
    watched.addHandler(caplog.handler)
    kind = product([reading])
    status, answer = sent(kind, body, media_type, path)
    watched.removeHandler(caplog.handler)
    logged = "".join(capsys.readouterr()) + "".join(str(vars(record)) for record in caplog.records)
    assert MARK not in logged
    assert "X-Evil" not in json.dumps(answer["headers"])
    assert "A request failed" not in logged
    if "outcomes" in answer:  # one picture of several: the others have nothing to do with it
        assert all(400 <= one["status"] < 500 for one in answer["outcomes"])
    elif status != 200:
        assert 400 <= status < 500
        assert answer["advice"]
    # Whatever Pillow reads without unpacking it is a picture like any other: then it is one call, not two hundred MB.
    assert calls(kind) == (status == 200 and "outcomes" not in answer)


@pytest.mark.parametrize("path", ["", "/batch"])
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(b"../../" + MARK.encode(), id="a path"),
        pytest.param(b"C:\\scans\\..\\" + MARK.encode(), id="a Windows path"),
        pytest.param(MARK.encode() + b"\x00.png", id="a zero byte"),
        pytest.param((MARK + "\u202egnp.exe").encode(), id="a name that turns round"),
        pytest.param(MARK.encode() * 100, id="a name without end"),
        pytest.param(b"=?utf-8?Q?" + MARK.encode() + b"=0A?=", id="a line break in an encoded word"),
        pytest.param(b"=?no-such?B?!!?=" + MARK.encode(), id="an encoding that is none"),
        pytest.param(MARK.encode() + b"\xff\xfe", id="bytes in no encoding"),
    ],
)
def test_a_files_name_decides_nothing_and_stands_in_no_log(
    world: World, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str], name: bytes, path: str
) -> None:
    watched = logging.getLogger(logger.name or logger.service)
    watched.addHandler(caplog.handler)
    kind = product([reading])
    status, answer = sent(kind, FILE % (name, picture()) + END, FORM, path)
    watched.removeHandler(caplog.handler)
    body = answer["outcomes"][0] if path else answer
    assert (status, calls(kind), body["status"]) == (200, 1, 200 if path else "succeeded")
    assert body.get("name", "a").isprintable()
    assert not {"/", "\\"} & {*body.get("name", "a")}
    assert len(body.get("name", "a")) <= 100
    assert MARK not in "".join(capsys.readouterr()) + "".join(str(vars(record)) for record in caplog.records)
