"""A record: what is kept and announced of one picture."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ocr.model.check import Check
from ocr.model.problem import Problem
from ocr.model.reading import Box, Code, Line, Opinion, Reading, Table

SCHEMA_VERSION = "2"


class Status(StrEnum):
    """How far a picture is: pending, ended in one of five ways, or deleted on request.

    succeeded   the document that was asked for, with every field that it cannot be without
    incomplete  it was read, but such a field is missing, or several documents on the picture cannot be told apart
    no_result   nothing of it: there is no such document on the picture, or another one
    failed      the picture was not read
    unknown     a vendor may have been paid for it, and no answer was seen
    """

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    INCOMPLETE = "incomplete"
    NO_RESULT = "no_result"
    FAILED = "failed"
    UNKNOWN = "unknown"
    DELETED = "deleted"


FINAL = frozenset(Status) - {Status.PENDING, Status.DELETED}


class StrictModel(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Evidence(StrictModel):
    """Where a field's value comes from: the text as read, how sure the vendor is, where the text stands."""

    label: str = Field(description="the label on the document, or the vendor's name for the field")
    text: str = Field(description="the text as it was read")
    confidence: float | None = Field(
        default=None,
        description="how likely the value is right, 0..1: as it was counted where the embedded engine read it, "
        "with what the checks say; else as the vendor says",
    )
    source: Literal["code"] | None = Field(
        default=None, description="`code`: a code on the picture says it; left out where it was read as text"
    )
    meaning: str | None = Field(default=None, description="what a flag of the vendor says of the picture, in words")
    box: Box | None = Field(
        default=None, description="where the text stands: four corners in the picture's, or the page's, pixels"
    )
    page: int | None = Field(default=None, description="the page that it stands on, from 1, in a file of pages")
    opinions: list[Opinion] = Field(
        default=[], description="what other vendors read instead, where nobody can tell who is right"
    )


class Attempt(StrictModel):
    """One call to a vendor: what came of it, the vendor's own code, how long it took, what it may have cost."""

    vendor: str = Field(description="the vendor that was called")
    outcome: str = Field(description="read, or unfit if it was not called, or its problem: vendor_unavailable …")
    code: str | None = Field(default=None, description="the vendor's own code, or why it was not called")
    milliseconds: int = Field(default=0, description="how long it took")
    units: float = Field(default=0, description="price units that were billed or may have been")
    cost: float = Field(default=0, description="what these cost at the operator's prices, in yuan; 0 without a price")
    trace: str | None = Field(default=None, description="the vendor's own id for the call, to ask the vendor about it")


class PictureInfo(StrictModel):
    """The picture as it was stored, without its bytes."""

    sha256: str = Field(description="of its bytes")
    format: str = Field(description="JPEG, PNG, BMP, GIF, WEBP, TIFF, HEIF or AVIF; PDF, OFD or XML")
    width: int = Field(description="pixels; of a file of pages the first one's")
    height: int = Field(description="pixels; of a file of pages the first one's")
    bytes: int = Field(description="its size")
    pages: int | None = Field(default=None, description="how many pages it has, if it is a file of pages")
    orientation: int | None = Field(
        default=None, description="EXIF's orientation, 2..8, if viewers turn or mirror the stored pixels to show it"
    )


class PageInfo(StrictModel):
    """How one page of a file, or one document that was cut out of it, was read. Boxes are in the page's pixels."""

    number: int = Field(description="the page's number, from 1")
    part: str | None = Field(
        default=None, description="which of the documents that were cut out of the page, as in 2/4, if any were"
    )
    box: Box | None = Field(default=None, description="where on the page it was cut out")
    width: int = Field(description="pixels")
    height: int = Field(description="pixels")
    vendor: str | None = Field(
        default=None,
        description="whose reading it is; `text` where the file itself holds its characters and no vendor was asked",
    )
    status: Status = Field(description="how the page ended, as a record of it alone would have")
    problem: str | None = Field(default=None, description="the kind of its problem, if it has one")


class Source(StrictModel):
    """The upload that a record is of."""

    bucket: str = Field(description="the bucket of uploads")
    key: str = Field(description="the object's key")
    version: str | None = Field(default=None, description="the object's version")

    @property
    def uri(self) -> str:
        """Its s3:// address, without the version."""
        return f"s3://{self.bucket}/{self.key}"


class Document(StrictModel):
    """One document found on a picture: typed fields, the evidence for each, undeclared labels, the checks."""

    type: str | None = Field(default=None, description="the document's type as the vendor named it")
    sides: list[str] = Field(default=[], description="the declared sides whose fields were found")
    fields: dict[str, Any] = Field(description="the fields found, by name, as the product's schema types them")
    evidence: dict[str, Evidence] = Field(default={}, description="where each field's value comes from, by field name")
    unmapped: list[Evidence] = Field(default=[], description="labelled values that belong to no declared field")
    checks: list[Check] = Field(default=[], description="the checks of single fields and between fields")
    box: Box | None = Field(default=None, description="where the document lies on the picture, if the vendor says")
    page: int | None = Field(default=None, description="the page that it begins on, in a file of pages")

    @property
    def failed(self) -> list[Check]:
        """The checks that failed."""
        return [check for check in self.checks if check.outcome == "failed"]


class CropLink(StrictModel):
    """A picture that the vendor cut out of the one it read, asked for by an option. It is deleted with the record."""

    shows: str = Field(description="face, document, page or other")
    media_type: str = Field(description="image/jpeg, image/png, image/bmp, or application/octet-stream for any other")
    key: str = Field(description="the object's key in the encrypted bucket of answers")
    url: str | None = Field(
        default=None, description="a link to it, good for 5 minutes; each response has a new one, nothing keeps it"
    )


Decision = Literal["approved", "rejected"]


class Correction(StrictModel):
    """One field that a person corrected; `items[0].tax` is a row's."""

    field: str = Field(description="the field's name")
    before: Any = Field(default=None, description="its value until then; left out where it had none")
    after: Any = Field(default=None, description="its value since then; left out where it has none")


class Revision(StrictModel):
    """One change that a person made to a record."""

    at: datetime = Field(description="when")
    by: str = Field(
        description="whose it is: the id of an API key, the ARN of a principal, or a person's at the provider"
    )
    decision: Decision | None = Field(default=None, description="approved or rejected, if it was decided on then")
    corrections: list[Correction] = Field(default=[], description="the fields that were corrected")


class Review(StrictModel):
    """What people made of a record. What the machine had read is in the first `before` of each field."""

    decision: Decision | None = Field(
        default=None, description="approved or rejected; left out from a correction on until it is decided on anew"
    )
    corrected: list[str] = Field(default=[], description="the fields whose values a person gave")
    revisions: list[Revision] = Field(description="every change, in order")


class Record(StrictModel):
    """The one record of one picture: of an upload, or of what HTTPS callers sent."""

    id: str = Field(description="its id")
    version: str = Field(default=SCHEMA_VERSION, description="the version of this schema")
    product: str = Field(description="the product's slug")
    tenant: str | None = Field(default=None, description="whose it is; left out where it is the operator's")
    status: Status = Field(description="how far the picture is, or how it ended")
    created_at: datetime = Field(description="when the picture came")
    finished_at: datetime | None = Field(default=None, description="when the record was written")
    replayed: bool = Field(default=False, description="answered from an earlier reading of the same content")
    resends: int = Field(default=0, description="calls made after one that may have been billed and gave no result")
    vendor: str | None = Field(default=None, description="whose reading it is")
    options: dict[str, str] = Field(default={}, description="the options of the request or the upload")
    picture: PictureInfo | None = Field(default=None, description="the picture's hash, format and size")
    source: Source | None = Field(default=None, description="the upload, if the picture came by S3")
    document: Document | None = Field(default=None, description="the document asked for")
    others: list[Document] = Field(default=[], description="further documents of the same kind on the same picture")
    also_shows: list[str] = Field(
        default=[], description="the products of the other documents on the picture, which were not asked for"
    )
    lines: list[Line] = Field(default=[], description="the lines of text, of products that return text")
    tables: list[Table] = Field(default=[], description="the tables, of products that return tables")
    codes: list[Code] = Field(default=[], description="the codes on the picture, of products whose documents have any")
    angle: float | None = Field(default=None, description="degrees that the text is turned, clockwise")
    crops: list[CropLink] = Field(default=[], description="the pictures that the vendor cut out, if asked for")
    pages: list[PageInfo] = Field(
        default=[], description="how each page was read, if the file has pages or its documents were cut out"
    )
    attempts: list[Attempt] = Field(default=[], description="the calls to vendors, in order")
    cost: float = Field(default=0, description="what its calls cost or may have cost, in yuan; 0 without prices")
    reviewed: Review | None = Field(default=None, description="what people corrected and decided, if anybody did")
    problem: Problem | None = Field(default=None, description="why there is no document")
    needs_review: bool = Field(
        default=False, description="what was read is in doubt, and no person has decided: one should look at it"
    )
    review: list[str] = Field(
        default=[], description="the fields in doubt: of checks that failed, and those that vendors read differently"
    )

    def count(self, attempts: Sequence[Attempt]) -> None:
        """Say that these calls were made for it, and what they cost."""
        self.attempts = [*attempts]
        self.cost = round(sum(one.cost for one in attempts), 6)

    @property
    def checks_failed(self) -> int:
        """How many checks failed, in all its documents."""
        return sum(len(one.failed) for one in self._documents())

    @property
    def confidence(self) -> float | None:
        """The mean confidence of the fields' evidence, or of the lines where there is none, 0..1."""
        known = self._confidences()
        return sum(known) / len(known) if known else None

    @property
    def lowest_confidence(self) -> float | None:
        """The least of the same confidences."""
        return min(self._confidences(), default=None)

    def _documents(self) -> list[Document]:
        return [self.document, *self.others] if self.document else []

    def _confidences(self) -> list[float]:
        given = self.reviewed.corrected if self.reviewed else ()
        evidence = self.document.evidence if self.document else {}
        read = [one for name, one in evidence.items() if name not in given]
        parts: list[Evidence | Line] = [*read] if evidence else [*self.lines]
        return [part.confidence for part in parts if part.confidence is not None]


def readers(record: Record) -> set[str | None]:
    """The vendors whose readings a record is made of."""
    return {one.vendor for one in record.attempts if one.outcome == "read"} | {record.vendor}


class PageRecord(Record):
    """What the ledger keeps of one page of a file that a vendor read; its file's record is made of `reading`."""

    page: int
    reading: Reading | None = None


class Doubts(StrictModel):
    """What makes a record doubtful, for lists and events, which do not hold its documents; nothing personal."""

    problem: str | None = Field(default=None, description="the kind of its problem: incomplete, damaged, …")
    needs_review: bool = Field(default=False, description="a person should look at what was read")
    checks_failed: int = Field(default=0, description="how many checks of its documents failed")
    lowest_confidence: float | None = Field(
        default=None, description="the lowest confidence of its fields, 0..1; null if the vendor gives none"
    )
    decision: Decision | None = Field(default=None, description="what a person decided: approved or rejected")
    corrected: int = Field(default=0, description="how many fields a person corrected")


class Summary(Doubts):
    """A record as lists show it: personal fields are masked, long ones left out."""

    id: str
    product: str
    tenant: str | None = None
    status: Status
    created_at: datetime
    finished_at: datetime | None = None
    replayed: bool = False
    vendor: str | None = None
    label: str | None = None
    fields: dict[str, Any] = {}


class Announcement(Doubts):
    """What an event says of a record: its id, its product and how it ended. Nothing of what was read."""

    event_id: str = Field(description="the same for the same outcome, however often it is announced")
    record_id: str = Field(description="the record's id")
    product: str = Field(description="the product's slug")
    tenant: str | None = Field(default=None, description="whose it is; null where it is the operator's")
    label: str | None = Field(default=None, description="the caller's own word for it, if it was sent with one")
    status: Status = Field(description="how the picture ended, or that the record was deleted")
    finished_at: datetime = Field(description="when the record was written")
    replayed: bool = Field(description="answered from an earlier reading of the same content")
