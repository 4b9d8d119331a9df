"""Our own vendor: the OCR engine in a Lambda of this stack. It needs no account and costs nothing a picture."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from botocore.exceptions import BotoCoreError, ClientError

from ocr.declare.fields import declared
from ocr.declare.offers import Limits, Offer, Outcome, VendorRequest
from ocr.model.picture import Picture
from ocr.model.reading import ExtractedDocument, Item, Line, Reading
from ocr.platform import aws
from ocr.platform.errors import Busy, CallerError, TooMuch
from ocr.platform.settings import settings

# A synchronous Lambda payload ends at 6 MB; the rest is for the JSON around the picture.
PAYLOAD = 6_000_000
PATIENCE_STEP = 5  # seconds
TRIP_SECONDS = 1.0  # for the picture to get there and the answer to come back
THROTTLED = {"TooManyRequestsException", "ServiceException", "EC2ThrottledException"}


@dataclass(frozen=True)
class Engine(Offer):
    """The engine's reading of one picture; what it is turned into is the subclasses' matter."""

    vendor: ClassVar[str] = "embedded"
    limits: ClassVar[Limits] = Limits(bytes=PAYLOAD, encoded="base64")
    patience: ClassVar[float] = 5
    task: ClassVar[str] = "lines"

    def read(self, request: VendorRequest) -> list[Outcome]:
        """The outcome of the one document."""
        [document] = request.documents
        try:
            answer = _invoke(self.task, document, request.seconds)
        except ClientError as error:
            if error.response["Error"]["Code"] not in THROTTLED:
                raise
            return [self._busy("The engine is at its concurrency limit.", "throttled")]
        except BotoCoreError:
            return [self._busy("The engine did not answer in time.", "late")]
        return [self._outcome(request, answer)]

    def understood(self, request: VendorRequest, raw: Any) -> Outcome:
        """The outcome of a kept answer of the engine."""
        return self._outcome(request, raw)

    def units(self, options: Mapping[str, str]) -> float:
        """Nothing: the engine is ours."""
        return 0

    def _busy(self, detail: str, code: str) -> Busy:
        # One caller's load or one picture must not close the engine for everybody: this opens no circuit.
        return Busy(detail, vendor=self.vendor, code=code, retry_after=5, blames="nothing")

    def _outcome(self, request: VendorRequest, answer: Any) -> Outcome:
        match answer:
            case {"error": {"code": "too_much"}}:
                return TooMuch(
                    "The picture holds more text than the engine reads of one picture.",
                    "Crop it to one page or one document and send it again.",
                    vendor=self.vendor,
                    code="too_much",
                )
            case {"error": {"code": "late"}}:
                return self._busy("The engine had too little time for this picture.", "late")
            case {"error": {"code": "unreadable"}}:
                return CallerError(
                    "The picture cannot be decoded.",
                    "Save it again as JPEG or PNG.",
                    kind="damaged",
                    vendor=self.vendor,
                )
            case {"lines": [*lines], "angle": angle}:
                read = [Line.model_validate(line) for line in lines]
                return self._reading(request, answer, read).model_copy(
                    update={"lines": read, "angle": angle, "units": 0, "raw": answer}
                )
            case _:
                # Its process died: of this picture, which is seen when it happens again, or of something else.
                return Busy("The engine failed on this picture.", vendor=self.vendor, code="failed", blames="picture")

    def _reading(self, request: VendorRequest, answer: Any, lines: list[Line]) -> Reading:
        return Reading(vendor=self.vendor)


@dataclass(frozen=True)
class Text(Engine):
    """Lines as they stand, with the traditional characters that mainland documents hardly have."""

    task: ClassVar[str] = "text"


@dataclass(frozen=True)
class Labels(Engine):
    """Fields by their declared labels, patterns and check digits."""

    finds_labels: ClassVar[bool] = True

    def _reading(self, request: VendorRequest, answer: Any, lines: list[Line]) -> Reading:
        from ocr.extraction.extract import find_all

        return Reading(vendor=self.vendor, findings=find_all(request.fields, lines))


@dataclass(frozen=True)
class Tables(Labels):
    """Rows and columns, and the labelled fields around them."""

    task: ClassVar[str] = "tables"
    finds_labels: ClassVar[bool] = False

    def _reading(self, request: VendorRequest, answer: Any, lines: list[Line]) -> Reading:
        from ocr.extraction.extract import find
        from ocr.extraction.tables import tables

        labelled = any(field.mark.names for field in declared(request.fields).values())
        findings = [find(request.fields, lines)] if labelled else []
        return Reading(vendor=self.vendor, findings=findings, tables=tables(lines, answer.get("rules", [])))


@dataclass(frozen=True)
class Kinds(Engine):
    """Which product's document it is, and its fields where the product holds them."""

    def _reading(self, request: VendorRequest, answer: Any, lines: list[Line]) -> Reading:
        from ocr.extraction.classification import sorted_out

        return Reading(vendor=self.vendor, findings=[sorted_out(request.fields, lines)])


@dataclass(frozen=True)
class Plates(Engine):
    """Licence plates on photographs, best first."""

    task: ClassVar[str] = "plates"

    def _reading(self, request: VendorRequest, answer: Any, lines: list[Line]) -> Reading:
        return Reading(vendor=self.vendor, findings=[_plate(plate) for plate in answer.get("plates", [])])


def _plate(plate: Mapping[str, Any]) -> ExtractedDocument:
    line = Line.model_validate({"text": plate["text"], "confidence": plate["confidence"], "box": plate["box"]})
    items = [
        Item(label="车牌号", text=line.text, confidence=line.confidence, box=line.box),
        Item(label="车牌颜色", text=plate.get("color") or "", box=line.box),
    ]
    return ExtractedDocument(items=items, box=line.box)


def _invoke(task: str, document: Picture, seconds: float) -> Any:
    # What it has not answered by then nobody waits for any more.
    payload = {"task": task, "image": base64.b64encode(document.content).decode(), "seconds": seconds - TRIP_SECONDS}
    # In steps, so that a handful of clients serve all deadlines.
    client = aws.functions(max(1, int(seconds) // PATIENCE_STEP * PATIENCE_STEP))
    answer = client.invoke(FunctionName=settings().engine_function, Payload=json.dumps(payload).encode())
    return json.loads(answer["Payload"].read())
