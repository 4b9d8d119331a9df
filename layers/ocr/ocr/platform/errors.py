"""What can go wrong, sorted by whose turn it is to act.

    OcrError                  the caller sees it as an RFC 9457 problem
    ├── CallerError           the picture or the options are at fault: never retried, never another vendor
    ├── NoResult              the picture is fine, nothing was found on it
    ├── InFlight              the same content is being read right now: ask again later
    ├── Internal              a failure of this system that nobody foresaw
    ├── Unknown               a call was sent and its answer never arrived; held for a person
    └── VendorFault           another vendor may still answer
        ├── Busy              rate limit, timeout, outage: retry later
        ├── TooMuch           this very picture is more than the vendor can process
        ├── Refused           key, quota or contract: the operator has to act
        └── Changed           an answer that the vendor's document does not explain

`ConfigurationError` stands outside the tree: a mistake of ours is never mistaken for a vendor's answer.
"""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, ClassVar, Literal


class ConfigurationError(Exception):
    """A mistake in this system's own settings or declarations."""


@dataclass(eq=False)
class OcrError(Exception):
    """Base of everything a caller may be told.

    `detail` and `advice` never carry a field value, a file name or a vendor's free text: they reach logs.
    `blames` says what a fault counts against: the vendor, whose circuit opens after a few; the picture, which is final
    after two; or nothing, as when a vendor has no room right now.
    `code` is the vendor's own code, `paid` says whether the vendor may have charged for the call. `raw` is the vendor's
    answer: it is kept encrypted with the record and shown to nobody.
    """

    detail: str
    advice: str = ""
    code: str | None = None
    vendor: str | None = None
    paid: bool = False
    retry_after: int | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    status: int = 0
    raw: Any = field(default=None, repr=False)
    blames: Literal["vendor", "picture", "nothing"] = "vendor"

    slug: ClassVar[str] = "error"
    title: ClassVar[str] = "Error"
    default_status: ClassVar[int] = 500
    default_advice: ClassVar[str] = "Report this to the operator with the record id."

    def __post_init__(self) -> None:
        super().__init__(self.detail)
        self.status = self.status or self.default_status
        self.advice = self.advice or self.default_advice

    @property
    def kind(self) -> str:
        """The error's class in one word, as it stands in records, events and metrics."""
        return self.slug


class CallerError(OcrError):
    """The picture or the options cannot be used. `status` says which: 400, 404, 413, 415 or 422."""

    slug = "caller"
    title = "The picture or the options cannot be used"
    default_status = HTTPStatus.BAD_REQUEST
    default_advice = "Correct the request and send it again."


class NoResult(OcrError):
    """The picture was read and holds nothing of what was asked for."""

    slug = "no_result"
    title = "Nothing was found on the picture"
    default_status = HTTPStatus.UNPROCESSABLE_ENTITY
    default_advice = "Check that the picture shows the document, whole, sharp and upright, and send a better one."


class InFlight(OcrError):
    """The same content is being read by another call."""

    slug = "in_flight"
    title = "This picture is being read right now"
    default_status = HTTPStatus.CONFLICT
    default_advice = "Ask again after the time in Retry-After; the same request then returns the finished record."


class Unknown(OcrError):
    """A call was sent to a vendor and this system never saw the answer; it may have been charged."""

    slug = "unknown"
    title = "The outcome of the vendor call is unknown"
    default_status = HTTPStatus.BAD_GATEWAY
    default_advice = "An operator decides whether to pay for another try: delete the record and send the picture again."


class Internal(OcrError):
    """This system failed where nobody foresaw it."""

    slug = "internal"
    title = "This system failed"
    default_advice = "Send the same picture again; it is never charged twice. If it goes on, tell the operator."


class VendorFault(OcrError):
    """The vendor did not do its part; another vendor may."""

    slug = "vendor"
    title = "The vendor failed"
    default_status = HTTPStatus.BAD_GATEWAY


class Busy(VendorFault):
    """Rate limit, timeout, outage: the same request can succeed later."""

    slug = "busy"
    title = "The vendor is busy or out of reach"
    default_status = HTTPStatus.SERVICE_UNAVAILABLE
    default_advice = "Send the same request again after the time in Retry-After."


class TooMuch(VendorFault):
    """Processing this very picture takes more time or memory than there is, or breaks what processes it."""

    slug = "too_much"
    title = "The picture could not be processed"
    default_status = HTTPStatus.UNPROCESSABLE_ENTITY
    default_advice = "Save the picture again as a plain JPEG, or crop it to one document, and send that."


class Refused(VendorFault):
    """Key, quota or contract: nothing will change until the operator acts."""

    slug = "refused"
    title = "The vendor refused the call"
    default_advice = "Retrying will not help: the operator has to look at the vendor's key, quota or contract."


class Changed(VendorFault):
    """An answer outside the vendor's document: never success, its raw bytes are kept."""

    slug = "changed"
    title = "The vendor's answer was not understood"
    default_advice = "The operator has the vendor's answer on file; retrying will not help until it is understood."
