"""Promise: a file of pages becomes one record; a page that holds its text costs nothing, any other is paid once.

`DEATHS` says at how many random pages a scan is killed; from 50 on it has 100 pages.
"""

import json
import math
import os
import time
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from pathlib import Path
from random import Random
from tempfile import NamedTemporaryFile
from typing import Any

import pytest
import requests
from PIL import Image

from cli.api import Api
from cli.reading import ReadRequest
from cli.reading import read as reading_of
from cli.stack import Endpoint, Key
from local.samples import digital
from local.samples.page import Page, Style
from ocr.declare.fields import label
from ocr.declare.offers import Outcome, VendorRequest
from ocr.declare.product import Product
from ocr.entry import uploads
from ocr.entry.serve import serve
from ocr.model.answer import ReceivedAnswer
from ocr.model.picture import Picture
from ocr.model.reading import Box, ExtractedDocument, Item, Line, Reading, rectangle
from ocr.model.record import Record, Status
from ocr.pipeline import files
from ocr.platform import aws
from ocr.platform.errors import NoResult
from ocr.platform.settings import settings
from ocr.storage import erasure, records
from ocr.vendors import embedded
from tests.support.api import Answer, Call, Gateway, serving
from tests.support.aws import ANSWERS, UPLOADS, World, expire_leases, whole
from tests.support.scripted import Context, First, Ticket, calls, died, product, reading
from tests.support.sending import asked, deliver, of_upload, post

NUMBER = "A-17"
DEATHS = int(os.environ.get("DEATHS", "3"))


def printed(*texts: str) -> Page:
    page = Page(900, 600, Style(), Random(0))
    for place, text in enumerate(texts):
        page.text((80, 80 + 60 * place), text)
    return page


def sheet(seed: int) -> Image.Image:
    return Image.new("RGB", (640, 480), (seed * 40 % 256, 200, 255 - seed % 200))


@cache
def scan(pages: int, format: str = "TIFF") -> bytes:
    return digital.scanned([sheet(seed) for seed in range(pages)], format)


def text_pdf(*numbers: str) -> bytes:
    return digital.pdf([printed("客运车票样张", f"编号: {number}", "请妥善保管此票据") for number in numbers])


def text_and_scan(number: str) -> bytes:
    """A PDF of two pages, one with its text and one without."""
    import pypdfium2

    both = pypdfium2.PdfDocument.new()
    both.import_pages(pypdfium2.PdfDocument(text_pdf(number)))
    both.import_pages(pypdfium2.PdfDocument(scan(1, "PDF")))
    file = BytesIO()
    both.save(file)
    return file.getvalue()


class Paper(Ticket):
    number: str | None = label("编号", "发票号码", pii=True)


def readers(*answers: Any) -> Product:
    """A product that a vendor sells and whose text is understood."""
    offers = [First(list(answers or [reading])), embedded.Labels()]
    return Product("ticket", Paper, name="票", category="general", required=["number"], offers=offers)


def of_page(number: str) -> Any:
    return lambda: reading(number=number)


class TestPages:
    def test_each_page_of_a_scan_is_read_once_and_all_are_in_one_record(self, world: World) -> None:
        kind = product([of_page(f"A-{page}") for page in range(1, 4)])
        status, record = post(kind, scan(3))
        assert (status, record["status"]) == (200, "succeeded")
        assert [(one["number"], one["vendor"], one["status"]) for one in record["pages"]] == [
            (page, "first", "succeeded") for page in (1, 2, 3)
        ]
        found = [record["document"], *record["others"]]
        assert sorted(one["fields"]["number"] for one in found) == ["A-1", "A-2", "A-3"]
        assert {one["evidence"]["number"]["page"] for one in found} == {1, 2, 3}
        assert record["picture"]["pages"] == 3
        assert calls(kind) == 3
        assert post(kind, scan(3))[1]["replayed"]
        assert calls(kind) == 3

    def test_a_page_that_was_read_before_is_not_read_again_for_other_pages(self, world: World) -> None:
        kind = product([reading])
        post(kind, scan(3), pages="2")
        assert calls(kind) == 1
        _, record = post(kind, scan(3), pages="1-2")
        assert [one["number"] for one in record["pages"]] == [1, 2]
        assert calls(kind) == 2

    @pytest.mark.parametrize("pages", ["4", "0", "2-1", "a", "1-4"])
    def test_pages_that_there_are_not_are_refused(self, world: World, pages: str) -> None:
        status, problem = post(product([reading]), scan(3), pages=pages)
        assert (status, problem["type"]) == (400, "urn:ocr:problem:invalid_option")

    def test_pages_that_agree_are_one_document(self, world: World) -> None:
        _, record = post(product([reading]), scan(2))
        assert record["others"] == []
        assert record["document"]["fields"] == {"number": NUMBER}

    def test_more_pages_than_are_read_at_once_are_refused_before_any_is(self, world: World) -> None:
        kind = product([reading])
        many = digital.pdf([printed("x")] * 101)
        status, problem = post(kind, many)
        assert (status, problem["type"]) == (413, "urn:ocr:problem:too_large")
        assert calls(kind) == 0

    def test_a_file_that_is_deleted_leaves_nothing_of_its_pages(self, world: World) -> None:
        kind = product([reading])
        _, record = post(kind, scan(3))
        assert erasure.erase(record["id"])
        assert not [item for item in world.items() if item["id"].startswith("content#")]


class TestText:
    def test_a_page_with_its_text_is_read_without_a_vendor(self, world: World) -> None:
        kind = readers()
        for made in (text_pdf(NUMBER), digital.ofd([printed("客运车票样张", f"编号: {NUMBER}", "请妥善保管此票据")])):
            status, record = post(kind, made)
            assert (status, record["status"]) == (200, "succeeded")
            assert record["document"]["fields"] == {"number": NUMBER}
            [page] = record["pages"]
            assert (page["vendor"], record["vendor"], record["attempts"]) == ("text", "text", [])
            evidence = record["document"]["evidence"]["number"]
            assert (evidence["confidence"], evidence["page"]) == (1, 1)
            (left, top), _, (right, bottom), _ = evidence["box"]
            assert 0 < left < right < page["width"]
            assert 0 < top < bottom < page["height"]
        assert calls(kind) == 0

    def test_who_insists_on_a_vendor_is_answered_by_it(self, world: World) -> None:
        kind = readers()
        _, record = post(kind, text_pdf(NUMBER), vendor="first")
        assert record["pages"][0]["vendor"] == "first"
        assert calls(kind) == 1

    def test_of_a_file_with_both_only_the_scan_is_paid(self, world: World) -> None:
        kind = readers(of_page("A-2"))
        _, record = post(kind, text_and_scan("A-1"))
        assert [one["vendor"] for one in record["pages"]] == ["text", "first"]
        assert [one["fields"]["number"] for one in (record["document"], *record["others"])] == ["A-1", "A-2"]
        assert calls(kind) == 1


class TestNormalizedAgain:
    def test_a_file_is_made_anew_of_its_text_and_of_the_answers_about_its_scans(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kind = readers(of_page("A-2"))

        class Module:
            product = kind

        monkeypatch.setattr("ocr.pipeline.renormalization.import_module", lambda name: Module)
        _, record = post(kind, text_and_scan("A-1"))
        assert record["document"]["fields"]["number"] == "A-1"
        later = Reading(vendor="first", findings=[ExtractedDocument(items=[Item(label="编号", text="B-18")])])
        monkeypatch.setattr("tests.support.scripted.First.understood", lambda *_: later, raising=False)
        status, again = asked("POST", f"/records/{record['id']}/renormalize")
        assert (status, again["status"]) == (200, "succeeded")
        assert [one["fields"]["number"] for one in (again["document"], *again["others"])] == ["A-1", "B-18"]
        assert [one["vendor"] for one in again["pages"]] == ["text", "first"]
        assert again["attempts"] == record["attempts"]
        assert calls(kind) == 1
        assert erasure.erase(record["id"])
        answers = whole("s3").list_objects_v2(Bucket=ANSWERS).get("Contents", [])
        assert answers == []


class TestCrashes:
    @pytest.mark.parametrize("page", range(6))
    def test_a_function_that_dies_at_a_page_pays_no_page_twice(self, world: World, page: int) -> None:
        """Six pages; the vendor's answer to one of the calls is never seen."""
        kind = product([*[reading] * page, died, reading])
        with pytest.raises(SystemExit):
            post(kind, scan(6))
        paid = calls(kind)
        expire_leases()
        status, record = post(kind, scan(6))
        assert (status, record["status"]) == (200, "succeeded")
        assert len(record["pages"]) == 6
        # The one call whose outcome nobody knows is made again, as the settings allow; a page asked beside it may have
        # died with it.
        assert 6 <= calls(kind) <= 6 + min(files.AT_ONCE, paid)
        # A call that was planned when its neighbour died counts as one that may have been made.
        assert calls(kind) - 6 <= record["resends"] <= files.AT_ONCE

    def test_a_scan_that_is_killed_at_random_pages_loses_none_and_pays_none_twice(self, world: World) -> None:
        pages = 100 if DEATHS >= 50 else 10
        chance, answered, died_at = Random(DEATHS), [0], [0]

        def answer() -> Reading:
            if died_at[0] < DEATHS and chance.random() < 0.2:
                died_at[0] += 1
                died()
            answered[0] += 1
            return reading()

        kind = product([answer])
        work, outcome = files.job(kind, scan(pages, "PDF"), {}), None
        while outcome is None:
            try:
                [outcome] = files.read(kind, [work], end=time.monotonic() + 600)
            except SystemExit:
                expire_leases()
        assert isinstance(outcome, Record)
        unknown = sum(page.status == Status.UNKNOWN for page in outcome.pages)
        assert len(outcome.pages) == pages
        # A page whose calls died as often as the settings allow is held for a person, and the record says so.
        assert answered[0] == pages - unknown
        assert calls(kind) == answered[0] + died_at[0]

    def test_a_file_for_which_there_is_too_little_time_goes_on_where_it_was(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A step ends after the pages that are read side by side; such a delivery is no try."""
        kind = product([reading])
        notification = world.upload("uploads/ticket/long", scan(9))

        def clock(pages: int) -> Callable[[], float]:
            # It jumps behind the step's end when so many pages were read.
            return lambda: float("inf") if calls(kind) >= pages else 0.0

        for step in (1, 2):
            monkeypatch.setattr(files, "monotonic", clock(step * files.AT_ONCE))
            assert deliver(kind, notification, receives=step) == ["message-0"]
            assert calls(kind) == step * files.AT_ONCE
        monkeypatch.setattr(files, "monotonic", clock(1000))
        assert deliver(kind, notification, receives=20) == []
        found = of_upload(notification)
        assert found
        assert (found.status, len(found.pages), calls(kind)) == (Status.SUCCEEDED, 9, 9)


@dataclass(frozen=True, eq=False)
class Separator(embedded.Labels):
    """Our own engine, as it tells apart what a test says lies on a page."""

    boxes: Sequence[Box] = ()
    unsure: bool = False
    asked: list[VendorRequest] = field(default_factory=list)

    def read(self, request: VendorRequest) -> list[Outcome]:
        self.asked.append(request)
        lines = [Line(text=f"编号: {number}", box=_print_in(box)) for number, box in enumerate(self.boxes)]
        found = [ExtractedDocument(alone=True, box=line.box, lines=[line]) for line in lines]
        if self.unsure or len(found) == 1:
            found = [ExtractedDocument()]
        return [Reading(vendor="embedded", findings=found, lines=lines, units=0, raw=ReceivedAnswer.of({}))]


def _print_in(box: Box) -> Box:
    (left, top), _, (right, bottom), _ = box
    return rectangle(left + 20, top + 20, right - left - 40, bottom - top - 40)


# Four cards of four colours on one page, by which a vendor knows which it is shown.
COLOURS = {"A-1": (200, 40, 40), "A-2": (40, 200, 40), "A-3": (40, 40, 200), "A-4": (200, 200, 40)}
PLACES = [rectangle(40 + 300 * (place % 2), 40 + 200 * (place // 2), 240, 140) for place in range(4)]


def page_of_cards(format: str = "PNG") -> bytes:
    paper = Image.new("RGB", (640, 420), "white")
    for (corner, _, _, _), colour in zip(PLACES, COLOURS.values(), strict=True):
        paper.paste(colour, (round(corner[0]), round(corner[1]), round(corner[0]) + 240, round(corner[1]) + 140))
    file = BytesIO()
    paper.save(file, format, **({"resolution": 200} if format == "PDF" else {}))
    return file.getvalue()


class OneCard(First):
    """A vendor that reads one document a picture, and says of its text where it stands."""

    def read(self, ask: VendorRequest) -> list[Outcome]:
        self.asked.append(ask)
        return [self.of(document) for document in ask.documents]

    def of(self, document: Picture) -> Outcome:
        answer = self.answers.pop(0) if self.answers else None
        if answer:
            return answer()
        with Image.open(BytesIO(document.content)) as picture:
            colour = picture.convert("RGB")
            shown: Any = colour.getpixel((picture.width // 2, picture.height // 2))
            coloured = colour.convert("HSV").getchannel("S").point([255 * (strong > 128) for strong in range(256)])
        number = min(COLOURS, key=lambda one: math.dist(COLOURS[one], shown))
        left, top, right, bottom = coloured.getbbox() or (0, 0, 1, 1)
        items = [Item(label="编号", text=number, confidence=0.9, box=rectangle(left, top, right - left, bottom - top))]
        return Reading(vendor="first", findings=[ExtractedDocument(items=items)], raw=ReceivedAnswer.of({}))


def cards(*answers: Any, separator: Separator | None = None) -> Product:
    offers = [OneCard(list(answers)), separator or Separator(PLACES)]
    return Product("ticket", Ticket, name="票", category="general", required=["number"], offers=offers)


class TestDocumentsCutOut:
    @pytest.fixture(autouse=True)
    def with_the_engine(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("VENDORS", "first,embedded")
        settings.cache_clear()

    @pytest.mark.parametrize(("format", "page"), [("PNG", None), ("PDF", 1)])
    def test_each_document_on_a_page_is_read_and_paid_once(self, world: World, format: str, page: int | None) -> None:
        kind, content = cards(), page_of_cards(format)
        status, record = post(kind, content, split="1")
        found = [record["document"], *record["others"]]
        assert (status, record["status"], calls(kind)) == (200, "succeeded", 4)
        assert [one["fields"]["number"] for one in found] == list(COLOURS)
        assert [one.get("page") for one in found] == [page] * 4
        assert [one["part"] for one in record["pages"]] == ["1/4", "2/4", "3/4", "4/4"]
        # Where a value stands is counted on the page.
        for one, place in zip(found, PLACES, strict=True):
            (left, top), _, (right, bottom), _ = one["evidence"]["number"]["box"]
            middle = (place[0][0] + place[2][0]) / 2, (place[0][1] + place[2][1]) / 2
            assert ((left + right) / 2, (top + bottom) / 2) == pytest.approx(middle, abs=3)
        assert post(kind, content, split="1")[1]["replayed"]
        assert calls(kind) == 4
        assert erasure.erase(record["id"])
        assert not [item for item in world.items() if item["id"].startswith("content#")]

    def test_a_function_that_dies_in_between_pays_no_document_twice(self, world: World) -> None:
        kind = cards(None, None, died)
        with pytest.raises(SystemExit):
            post(kind, page_of_cards(), split="1")
        expire_leases()
        status, record = post(kind, page_of_cards(), split="1")
        assert (status, record["status"]) == (200, "succeeded")
        assert [one["fields"]["number"] for one in (record["document"], *record["others"])] == list(COLOURS)
        # What died with the function is asked for again, as often as the settings allow, and counted.
        assert calls(kind) <= 4 + record["resends"]
        [separator] = [offer for offer in kind.offers if isinstance(offer, Separator)]
        assert len(separator.asked) == 1

    @pytest.mark.parametrize("separator", [Separator(PLACES[:1]), Separator(PLACES, unsure=True)])
    def test_a_page_that_nothing_parts_is_read_as_a_whole_as_it_is_without_the_option(
        self, world: World, separator: Separator
    ) -> None:
        kind = cards(separator=separator)
        _, first = post(kind, page_of_cards())
        _, record = post(kind, page_of_cards(), split="1")
        assert (record["id"], record["replayed"], record["pages"]) == (first["id"], True, [])
        assert calls(kind) == 1

    def test_a_document_of_which_nothing_is_read_is_told(self, world: World) -> None:
        kind = cards(None, None, lambda: NoResult("Nothing is there.", vendor="first"))
        status, problem = post(kind, page_of_cards(), split="1")
        assert (status, problem["type"], problem["pages"]) == (422, "urn:ocr:problem:incomplete", [1])
        _, record = asked("GET", f"/records/{problem['record_id']}")
        assert len(record["others"]) == 2
        assert sorted(one["status"] for one in record["pages"]) == ["no_result", *["succeeded"] * 3]

    def test_who_cannot_part_says_so(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("VENDORS", "first")
        settings.cache_clear()
        status, problem = post(cards(), page_of_cards(), split="1")
        assert (status, problem["type"]) == (422, "urn:ocr:problem:conflicting_options")


def https(kind: Product, headers: Mapping[str, str], body: bytes, path: str = "/ocr/ticket") -> dict[str, Any]:
    """The response of the product's function to a request, as the gateway hands both over."""
    event = {
        "httpMethod": "POST",
        "path": path,
        "resource": path,
        "headers": dict(headers),
        "queryStringParameters": None,
        "requestContext": {},
        "body": b64encode(body).decode(),
        "isBase64Encoded": True,
    }
    found: dict[str, Any] = serve(kind)(event, Context())  # type: ignore[arg-type]
    return found


def by_body(kind: Product, content: bytes, world: World) -> Record:
    return answered(https(kind, {"Content-Type": "application/octet-stream"}, content))


def by_form(kind: Product, content: bytes, world: World) -> Record:
    return answered(https(kind, *multipart(content)))


def by_json(kind: Product, content: bytes, world: World) -> Record:
    body = json.dumps({"image": b64encode(content).decode()}).encode()
    return answered(https(kind, {"Content-Type": "application/json"}, body))


def by_batch(kind: Product, content: bytes, world: World) -> Record:
    answer = json.loads(https(kind, *multipart(content), "/ocr/ticket/batch")["body"])
    return Record.model_validate(answer["outcomes"][0]["record"])


def by_upload(kind: Product, content: bytes, world: World) -> Record:
    notification = world.upload("uploads/ticket/a file", content)
    assert deliver(kind, notification) == []
    record = of_upload(notification)
    assert record
    return record


def by_presigned_form(kind: Product, content: bytes, world: World) -> Record:
    form = uploads.form(kind, {})
    fields = {"Content-Type": "application/x-of-no-importance", **form["fields"]}
    answer = requests.post(form["url"], data=fields, files={"file": ("a", content)}, timeout=10)
    assert answer.ok, answer.text
    version = aws.s3().head_object(Bucket=UPLOADS, Key=form["key"])["VersionId"]
    thing = {"key": form["key"], "versionId": version, "sequencer": "0"}
    assert deliver(kind, {"s3": {"bucket": {"name": UPLOADS}, "object": thing}}) == []
    record = records.find(form["id"])
    assert record
    return record


def by_command_line(kind: Product, content: bytes, world: World) -> Record:
    def asked(call: Call) -> Answer:
        answer = https(kind, call.headers, call.body)
        return Answer(answer["statusCode"], answer["body"])

    with serving(Gateway(routes={"POST /ocr/ticket": asked})) as gateway, NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        outcome = reading_of(Api(Endpoint(gateway.url, Key("k"))), ReadRequest("ticket"), Path(file.name))
    assert outcome.record
    return Record.model_validate(outcome.record)


def multipart(content: bytes) -> tuple[dict[str, str], bytes]:
    head = b'--b\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n'
    return {"Content-Type": "multipart/form-data; boundary=b"}, head + content + b"\r\n--b--\r\n"


def answered(response: dict[str, Any]) -> Record:
    return Record.model_validate(json.loads(response["body"]))


BY: dict[str, Callable[[Product, bytes, World], Record]] = {
    "HTTPS body": by_body,
    "HTTPS form": by_form,
    "JSON, base64": by_json,
    "batch": by_batch,
    "upload": by_upload,
    "presigned form": by_presigned_form,
    "command line": by_command_line,
}


@pytest.mark.parametrize("format", digital.FORMATS)
def test_every_format_comes_by_every_way(world: World, format: str) -> None:
    """The page about files shows these formats and ways as a table."""
    assert tuple(BY) == digital.WAYS
    content = digital.FORMATS[format](NUMBER)
    for way, read in BY.items():
        record = read(readers(), content, world)
        assert record.status == Status.SUCCEEDED, (way, record.problem)
        assert record.document
        assert record.document.fields == {"number": NUMBER}
