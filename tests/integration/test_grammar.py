"""Promise: whatever a grammar of hostile pictures, forms, metadata and vendors' answers makes, the handlers live.

Each comes by one of the ways in: as a body, a form, JSON or an upload with metadata. Every outcome is one that is
documented, in bounded processor time, and nothing that was sent stands in a log. `HOSTILE` says how many are tried.
"""

import json
import logging
import os
from base64 import b64encode
from itertools import count
from time import process_time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocr.declare.offers import Outcome
from ocr.model.answer import ReceivedAnswer
from ocr.model.reading import Cell, ExtractedDocument, Item, Line, Reading, Table
from ocr.platform.errors import PROBLEMS, NoResult, UnexpectedResponse, VendorUnavailable
from ocr.platform.telemetry import logger
from tests.support.aws import World
from tests.support.hostile import chunk, encoded, exif, jpeg, png, run_length_bmp, segment, zipped
from tests.support.scripted import product
from tests.support.sending import deliver, of_upload, sent

COUNT = int(os.environ.get("HOSTILE", "100"))
MARK = "secret-4711"
FORM = "multipart/form-data; boundary=b"
# Processor time, in seconds, that one request or one upload may take at most, whatever is in it.
SECONDS = 20
sizes = st.tuples(st.integers(1, 80), st.integers(1, 80))
words = st.one_of(st.just(MARK), st.text(max_size=20), st.sampled_from(["\x1b[2J", "=1+1", "../", "\u202e", "0" * 400]))
chunks = st.builds(
    lambda kind, body, wrong: chunk(kind, body, int(wrong)),
    st.sampled_from([b"tEXt", b"iCCP", b"eXIf", b"acTL", b"IDAT", b"PLTE", b"IHDR", b"zTXt"]),
    st.one_of(st.binary(max_size=60), st.builds(exif, st.integers(0, 99))),
    st.booleans(),
)
segments = st.builds(segment, st.integers(0xC0, 0xFE), st.one_of(st.binary(max_size=60), st.builds(exif, st.just(6))))
pictures = st.one_of(
    st.builds(encoded, st.sampled_from(["JPEG", "PNG", "BMP", "GIF"]), sizes, st.sampled_from(["L", "RGB"])),
    st.builds(lambda parts: png(*parts), st.lists(chunks, max_size=4)),
    st.builds(lambda parts: jpeg(*parts), st.lists(segments, max_size=4)),
    st.builds(lambda size: png(zipped(b"iTXt", size)), st.integers(0, 3 << 20)),
    st.builds(run_length_bmp, st.integers(1, 60), st.integers(1, 60), st.binary(max_size=200)),
    st.binary(max_size=200),
    st.builds(lambda at, noise: encoded()[:at] + noise + encoded()[at:], st.integers(0, 600), st.binary(max_size=9)),
)
items = st.builds(lambda label, text: Item(label=label, text=text), st.one_of(st.just("编号"), words), words)
documents = st.builds(lambda some: ExtractedDocument(items=some, rows={"": [some]}), st.lists(items, max_size=6))
answers = st.one_of(
    st.builds(
        lambda found, text, number: Reading(
            vendor="first",
            findings=found * number,
            lines=[Line(text=text)],
            tables=[Table(cells=[Cell(row=0, column=0, text=text)])],
            raw=ReceivedAnswer.of({"text": "kept"}),
        ),
        st.lists(documents, max_size=3),
        words,
        st.sampled_from([1, 1, 1, 300]),
    ),
    st.sampled_from([NoResult("Nothing."), UnexpectedResponse("Odd."), VendorUnavailable("Down.", code="down")]),
)
names = st.one_of(
    st.sampled_from(["mood", "vendor", "mtime", "nothing"]), st.from_regex(r"[a-z-]{1,9}", fullmatch=True)
)
metadata = st.dictionaries(names, st.from_regex(r"[!-~]{1,20}", fullmatch=True), max_size=3)
headers = st.sampled_from(
    [
        'form-data; name="file"; filename="a.png"',
        f'form-data; name="file"; filename="../{MARK}"',
        f"form-data; name=file; filename*=utf-8''{MARK}%00.png",
        f'form-data; name="{MARK}"',
        'form-data; name="mood"',
        "form-data",
        f"attachment; {MARK}",
    ]
)
parts = st.builds(
    lambda header, kind, body: b"--b\r\nContent-Disposition: %s\r\n%s\r\n%s\r\n" % (header.encode(), kind, body),
    headers,
    st.sampled_from([b"", b"Content-Type: image/png\r\n", b"Content-Transfer-Encoding: base64\r\n", b"\xff: \0\r\n"]),
    st.one_of(pictures, words.map(str.encode)),
)
forms = st.builds(
    lambda parts, end: b"".join(parts) + end, st.lists(parts, max_size=4), st.sampled_from([b"--b--\r\n", b"--b", b""])
)
bodies = st.builds(lambda picture, options: {"image": b64encode(picture).decode(), **options}, pictures, metadata)
numbers = count()


@settings(max_examples=COUNT, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(pictures, st.tuples(pictures, metadata), forms.map(lambda form: (form, FORM)), bodies),
    answers,
)
def test_the_handlers_live_and_tell_nothing(
    world: World,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    what: bytes | tuple[bytes, str | dict[str, str]] | dict[str, str],
    answer: Outcome,
) -> None:
    kind = product([lambda: answer])
    began = process_time()
    match what:
        case bytes(content), dict(options):
            upload = world.upload(f"uploads/ticket/hostile-{next(numbers)}.bin", content, **options)
            assert deliver(kind, upload) or of_upload(upload)
        case (bytes() as content, str() as form):
            answered(sent(kind, content, form))
        case bytes() | dict():
            answered(sent(kind, what))
    assert process_time() - began < SECONDS
    logged = "".join(capsys.readouterr()) + "".join(str(vars(record)) for record in caplog.records)
    caplog.clear()
    assert MARK not in logged


def answered(response: tuple[int, dict[str, Any]]) -> None:
    """A response is a record or a problem of ours, and no problem quotes what was sent."""
    status, body = response
    assert status == 200 or status == PROBLEMS[body["type"].removeprefix("urn:ocr:problem:")].status
    assert status == 200 or MARK not in json.dumps(body)


def test_what_is_logged_is_watched(caplog: pytest.LogCaptureFixture) -> None:
    """The search above would see a leak."""
    logger.warning("watched", mark=MARK)
    logging.getLogger("library").warning(MARK)
    said: Any = [vars(record) for record in caplog.records]
    assert MARK in str(said[0])
    assert MARK not in str(said[1:])
