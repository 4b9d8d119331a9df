"""Our own vendor: the OCR engine in a Lambda of this stack. It needs no account and costs nothing a picture."""

import base64
import json
import random
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Condition
from typing import Any, ClassVar

from botocore.exceptions import BotoCoreError, ClientError

from ocr.declare.fields import declared
from ocr.declare.offers import Limits, Offer, Outcome, VendorRequest
from ocr.model.answer import ReceivedAnswer
from ocr.model.picture import Picture
from ocr.model.reading import ExtractedDocument, Item, Line, Reading
from ocr.platform import aws, threads
from ocr.platform.errors import CallerError, TooComplex, VendorUnavailable
from ocr.platform.settings import settings

# A synchronous Lambda payload ends at 6 MB; the rest is for the JSON around the picture.
PAYLOAD = 6_000_000
PATIENCE_STEP = 5  # seconds
TRIP_SECONDS = 1.0  # for the picture to get there and the answer to come back
THROTTLES = {"TooManyRequestsException", "ServiceException", "EC2ThrottledException"}
THROTTLED = "throttled"
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 1.0  # seconds
# Throttles within this time are one sign of want of room, in seconds.
TOGETHER = 2.0
LESS = 0.7


class Room:
    """How many pictures this process has the engine read at once: fewer after a throttle, more after a reading.

    So that all batches together ask for about as much as Lambda gives them, whatever that is. What is throttled
    together counts once.
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._taken, self._most, self._lowered = 0, float(threads.MOST), 0.0

    @contextmanager
    def taken(self, until: float) -> Iterator[bool]:
        """One place, had before `until` on the monotonic clock; False where there is none by then."""
        with self._changed:
            mine = self._changed.wait_for(lambda: self._taken < self._most, until - time.monotonic())
            self._taken += mine
        try:
            yield mine
        finally:
            with self._changed:
                self._taken -= mine
                self._changed.notify()

    def throttled(self) -> None:
        """Lambda had no room for a call."""
        with self._changed:
            now = time.monotonic()
            if now - self._lowered > TOGETHER:
                self._most, self._lowered = max(1.0, self._most * LESS), now

    def read(self) -> None:
        """Lambda had room, and the engine answered."""
        with self._changed:
            self._most = min(float(threads.MOST), self._most + 1 / self._most)
            self._changed.notify()


room = Room()


@dataclass(frozen=True)
class Engine(Offer):
    """The engine's reading of one picture; what it is turned into is the subclasses' matter."""

    vendor: ClassVar[str] = "embedded"
    limits: ClassVar[Limits] = Limits(bytes=PAYLOAD, encoded="base64")
    patience: ClassVar[float] = 5
    task: ClassVar[str] = "lines"
    reads_text: ClassVar[bool] = True

    def read(self, request: VendorRequest) -> list[Outcome]:
        """The outcome of the one document."""
        [document] = request.documents
        try:
            answer = _invoke_patiently(self.task, document, request.seconds, self.patience)
        except BotoCoreError:
            return [self._late("The engine did not answer in time.")]
        if answer is None:
            # Nobody's fault, and not tried: neither the engine's circuit nor the picture's tries are touched.
            full = "The engine is at its concurrency limit."
            return [VendorUnavailable(full, vendor=self.vendor, code=THROTTLED, retry_after=5, blames="nothing")]
        return [self._outcome(request, answer)]

    def understood(self, request: VendorRequest, raw: ReceivedAnswer) -> Outcome:
        """The outcome of a kept answer of the engine."""
        return self._outcome(request, raw)

    def units(self, options: Mapping[str, str]) -> float:
        """Nothing: the engine is ours."""
        return 0

    def _late(self, detail: str) -> VendorUnavailable:
        # One caller's haste or one picture must not close the engine for everybody: this opens no circuit.
        return VendorUnavailable(detail, vendor=self.vendor, code="late", retry_after=5, blames="request")

    def _outcome(self, request: VendorRequest, raw: ReceivedAnswer) -> Outcome:
        answer = json.loads(raw.content)
        match answer:
            case {"error": {"code": "too_complex"}}:
                return TooComplex(
                    "The picture holds more text than the engine reads of one picture.",
                    "Crop it to one page or one document and send it again.",
                    vendor=self.vendor,
                    code="too_complex",
                )
            case {"error": {"code": "late"}}:
                return self._late("The engine had too little time for this picture.")
            case {"error": {"code": "unreadable"}}:
                return CallerError(
                    "The picture cannot be decoded.",
                    "Save it again as JPEG or PNG.",
                    kind="damaged",
                    vendor=self.vendor,
                )
            case {"lines": [*lines], "angle": angle}:
                read = self._printed([Line.model_validate(line) for line in lines])
                return self._reading(request, answer, read).model_copy(
                    update={"lines": read, "angle": angle, "units": 0, "raw": raw}
                )
            case _:
                # Its process died: of this picture, which is seen when it happens again, or of something else.
                return VendorUnavailable(
                    "The engine failed on this picture.", vendor=self.vendor, code="failed", blames="picture"
                )

    def _printed(self, lines: list[Line]) -> list[Line]:
        return lines

    def _reading(self, request: VendorRequest, answer: Any, lines: list[Line]) -> Reading:
        return Reading(vendor=self.vendor)


@dataclass(frozen=True)
class Text(Engine):
    """Lines as they stand, with the traditional characters that mainland documents hardly have."""

    task: ClassVar[str] = "text"

    def _printed(self, lines: list[Line]) -> list[Line]:
        from ocr.extraction.marks import widened

        return widened(lines)


@dataclass(frozen=True)
class Labels(Engine):
    """Fields by their declared labels, patterns and check digits."""

    finds_labels: ClassVar[bool] = True
    parts_pages: ClassVar[bool] = True

    def _reading(self, request: VendorRequest, answer: Any, lines: list[Line]) -> Reading:
        from ocr.extraction.classification import is_known
        from ocr.extraction.extract import find_all
        from ocr.extraction.page_parts import parts

        shown = parts(lines, {request.product: request.fields}.get)
        wanted = [part for part in shown if part.kind == request.product or not is_known(request.product)]
        if len(shown) == 1 or not wanted:
            return Reading(vendor=self.vendor, findings=find_all(request.fields, lines))
        findings = [part.found(find_all(request.fields, part.lines)) for part in wanted]
        left_out = [part.kind for part in shown if part not in wanted and part.kind]
        return Reading(vendor=self.vendor, findings=findings, also_shows=sorted(left_out))


@dataclass(frozen=True)
class Tables(Labels):
    """Rows and columns, and the labelled fields around them."""

    task: ClassVar[str] = "tables"
    finds_labels: ClassVar[bool] = False
    parts_pages: ClassVar[bool] = False

    def _reading(self, request: VendorRequest, answer: Any, lines: list[Line]) -> Reading:
        from ocr.extraction.extract import find
        from ocr.extraction.tables import tables

        labelled = any(field.mark.names for field in declared(request.fields).values())
        findings = [find(request.fields, lines)] if labelled else []
        return Reading(vendor=self.vendor, findings=findings, tables=tables(lines, answer.get("rules", [])))


@dataclass(frozen=True)
class Kinds(Engine):
    """Which product's document it is, and its fields where the product holds them."""

    parts_pages: ClassVar[bool] = True

    def _reading(self, request: VendorRequest, answer: Any, lines: list[Line]) -> Reading:
        from ocr.declare import catalogue
        from ocr.extraction.classification import sorted_out
        from ocr.extraction.page_parts import parts

        shown = parts(lines, lambda slug: catalogue.products()[slug].fields)
        if len(shown) == 1:
            return Reading(vendor=self.vendor, findings=[sorted_out(request.fields, lines)])
        findings = [part.found([sorted_out(request.fields, part.lines)]) for part in shown]
        return Reading(vendor=self.vendor, findings=findings)


@dataclass(frozen=True)
class Plates(Engine):
    """Licence plates on photographs, best first."""

    task: ClassVar[str] = "plates"
    reads_text: ClassVar[bool] = False

    def _reading(self, request: VendorRequest, answer: Any, lines: list[Line]) -> Reading:
        return Reading(vendor=self.vendor, findings=[_plate(plate) for plate in answer.get("plates", [])])


def _plate(plate: Mapping[str, Any]) -> ExtractedDocument:
    line = Line.model_validate({"text": plate["text"], "confidence": plate["confidence"], "box": plate["box"]})
    items = [
        Item(label="车牌号", text=line.text, confidence=line.confidence, box=line.box),
        Item(label="车牌颜色", text=plate.get("color") or "", box=line.box),
    ]
    return ExtractedDocument(items=items, box=line.box)


def _invoke_patiently(task: str, document: Picture, seconds: float, least: float) -> ReceivedAnswer | None:
    """The engine's answer; None where Lambda had no room for it until less than `least` of `seconds` were left.

    A throttled call costs nothing but its time: waiting here is better than to come again.
    """
    end, pause = time.monotonic() + seconds, FIRST_PAUSE
    while True:
        with room.taken(end - least) as mine:
            if not mine:
                return None
            try:
                answer = _invoke(task, document, end - time.monotonic())
            except ClientError as error:
                if error.response["Error"]["Code"] not in THROTTLES:
                    raise
                room.throttled()
            else:
                room.read()
                return answer
        wait = pause * random.uniform(0.5, 1)
        if time.monotonic() + wait > end - least:
            return None
        time.sleep(wait)
        pause = min(LONGEST_PAUSE, 2 * pause)


def _invoke(task: str, document: Picture, seconds: float) -> ReceivedAnswer:
    # What it has not answered by then nobody waits for any more.
    payload = {"task": task, "image": base64.b64encode(document.content).decode(), "seconds": seconds - TRIP_SECONDS}
    # In steps, so that a handful of clients serve all deadlines.
    client = aws.functions(int(seconds) // PATIENCE_STEP * PATIENCE_STEP or max(1, int(seconds)))
    answer = client.invoke(FunctionName=settings().engine_function, Payload=json.dumps(payload).encode())
    return ReceivedAnswer(content=answer["Payload"].read())
