"""Promise: whatever a grammar of hostile pictures, forms, metadata and vendors' answers makes, the handlers live.

Every outcome is one that is documented, and nothing that was sent stands in a log. `HOSTILE` says how many are tried.
"""

import json
import logging
import os
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


@settings(max_examples=COUNT, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pictures, answers, metadata)
def test_the_handlers_live_and_tell_nothing(
    world: World,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    content: bytes,
    answer: Outcome,
    options: dict[str, str],
) -> None:
    kind = product([lambda: answer])
    status, body = sent(kind, content, "image/png")
    assert status in {200, *(one.status for one in PROBLEMS.values())}
    assert status == 200 or body["type"].removeprefix("urn:ocr:problem:") in PROBLEMS
    upload = world.upload("uploads/ticket/hostile.bin", content, **options)
    again = deliver(kind, upload)
    assert again or of_upload(upload)
    logged = "".join(capsys.readouterr()) + "".join(str(vars(record)) for record in caplog.records)
    caplog.clear()
    assert MARK not in logged
    assert status == 200 or MARK not in json.dumps(body)


def test_what_is_logged_is_watched(caplog: pytest.LogCaptureFixture) -> None:
    """The search above would see a leak."""
    logger.warning("watched", mark=MARK)
    logging.getLogger("library").warning(MARK)
    said: Any = [vars(record) for record in caplog.records]
    assert MARK in str(said[0])
    assert MARK not in str(said[1:])
