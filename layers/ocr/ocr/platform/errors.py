"""What can go wrong, by whose turn it is to act.

    OcrError                    the caller gets it as an RFC 9457 problem
    ├── CallerError             the request or the picture is at fault: no retry, no other vendor
    ├── NoResult                the picture was read, and nothing of the product was found on it
    ├── Incomplete              the picture was read, and what was found is not one whole document
    ├── InProgress              another call reads the same content: ask again later
    ├── InternalError           this system failed
    ├── OutcomeUnknown          a vendor was called and never answered: held for a person
    └── VendorFault             another vendor may still answer
        ├── VendorUnavailable   rate limit, timeout, outage, an answer that cannot be read: retry later
        ├── TooComplex          this very picture is more than the vendor can process
        ├── VendorRejected      key, quota, contract, or a well-made request turned away: the operator has to act
        └── UnexpectedResponse  a response that can be read and that the vendor's document does not explain

The class says whose turn it is; `kind` says what is wrong and ends the problem's `type`. `PROBLEMS` lists every kind.
`ConfigurationError` stands outside the tree: a mistake of ours is never mistaken for a vendor's response.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, NamedTuple


class ProblemType(NamedTuple):
    """What all problems of one kind have in common.

    `advice` is for errors that have none of their own. `upload` says what becomes of an upload that meets the problem:
    the status of its record, `RETRIED` where the queue delivers it again, `NEVER` where only a request can meet it.
    """

    status: int
    title: str
    advice: str
    upload: str = "failed"


NEVER, RETRIED = "", "retried"


_AGAIN = "Send the same request again after the time in Retry-After."
_CORRECT = "Correct the request and send it again."

# By kind. A client switches on these words: rename none.
PROBLEMS: Mapping[str, ProblemType] = {
    # The request.
    "invalid_request": ProblemType(400, "The request is not valid", _CORRECT, NEVER),
    "invalid_option": ProblemType(
        400, "An option is unknown, missing or not allowed", "GET /products/{product} lists the options."
    ),
    "conflicting_options": ProblemType(
        422,
        "No vendor takes these options together",
        "Leave out options; GET /products/{product} lists which vendor takes which.",
    ),
    "unauthorized": ProblemType(401, "No valid API key", "Send your API key in the header x-api-key.", NEVER),
    "forbidden": ProblemType(403, "The request is not allowed", "Ask the operator who may send requests.", NEVER),
    "unknown_product": ProblemType(404, "There is no such product", "GET /products lists the products."),
    "unknown_path": ProblemType(404, "There is no such path or method", "GET /openapi.json lists every path.", NEVER),
    "not_found": ProblemType(
        404, "There is no such record or upload", "Check the id or the address. Records and uploads expire.", NEVER
    ),
    "gone": ProblemType(410, "The record was deleted", "Send the picture again to have it read.", NEVER),
    "conflict": ProblemType(409, "The record does not allow this", "GET the record to see its status.", NEVER),
    "being_reviewed": ProblemType(
        409, "Another person is reviewing the record", "Review another record, or wait for this one.", NEVER
    ),
    "invalid_value": ProblemType(
        422,
        "A value is not of its field's type",
        "Write the value as the document prints it; GET /products/{product} has the types.",
        NEVER,
    ),
    "changed_meanwhile": ProblemType(
        412,
        "The record has changed since you saw it",
        "GET the record, look at it, and send your change again.",
        NEVER,
    ),
    "unconditional": ProblemType(
        428, "The change does not say which state it is for", "Send the record's ETag in the header If-Match.", NEVER
    ),
    "key_reused": ProblemType(
        422,
        "The Idempotency-Key belongs to another request",
        "Send a new Idempotency-Key with every new request.",
        NEVER,
    ),
    "throttled": ProblemType(429, "Too many requests", _AGAIN, NEVER),
    "quota_exceeded": ProblemType(
        429, "The day's requests are used up", "Wait for tomorrow, or ask the operator for a larger plan.", NEVER
    ),
    # The picture.
    "unsupported_format": ProblemType(
        415,
        "The format is not supported",
        "Send a JPEG, PNG, BMP, GIF, WebP, TIFF, HEIC or AVIF, a PDF, OFD or 数电票 XML.",
    ),
    "damaged": ProblemType(
        422,
        "The picture is empty, damaged or cut short",
        "Check that the file opens in a viewer, and send it again.",
    ),
    "too_large": ProblemType(
        413,
        "The picture or the request is too large",
        "Send a smaller picture: 2000 pixels on the longer side are enough for every document.",
    ),
    "too_small": ProblemType(422, "The picture has too few pixels", "Send the picture in its original size."),
    "too_complex": ProblemType(
        422,
        "The picture could not be processed",
        "Save the picture again as a plain JPEG, or crop it to one document, and send that.",
    ),
    "wrong_document": ProblemType(
        422, "The picture shows another kind of document", "Send the picture to the product of its kind.", "no_result"
    ),
    "incomplete": ProblemType(
        422,
        "The document was not read as a whole",
        "The record holds what was read. Check it, or send a picture of the whole document, sharp and uncovered.",
        "incomplete",
    ),
    "several_documents": ProblemType(
        422, "The picture shows several documents", "Send one picture of each document.", "incomplete"
    ),
    "unreachable_picture": ProblemType(
        422,
        "The picture could not be fetched from its address",
        "Check that the address opens from the internet without a login, or send the picture itself.",
        NEVER,
    ),
    "poor_quality": ProblemType(
        422, "The picture did not pass the image checks", "Send a sharp picture of the whole original."
    ),
    "no_result": ProblemType(
        422,
        "Nothing was found on the picture",
        "Check that the picture shows the whole document, sharp and upright, and send a better one.",
        "no_result",
    ),
    # The time.
    "in_progress": ProblemType(
        409,
        "The same picture is being read right now",
        "Send the same request again after the time in Retry-After: it returns the finished record.",
        RETRIED,
    ),
    "gateway_failure": ProblemType(502, "The function behind the API failed", _AGAIN, NEVER),
    "gateway_timeout": ProblemType(504, "The function behind the API did not respond in time", _AGAIN, NEVER),
    "internal": ProblemType(
        500,
        "This system failed",
        "Send the same picture again; it is not paid twice. If it goes on, tell the operator.",
        RETRIED,
    ),
    # The vendors.
    "vendor_unavailable": ProblemType(503, "No vendor is available right now", _AGAIN, RETRIED),
    "no_vendor": ProblemType(
        503, "No vendor is set up for this product", "The operator has to fill in a vendor's secret.", RETRIED
    ),
    "vendor_rejected": ProblemType(
        502,
        "The vendor rejected our call",
        "A retry does not help: the operator has to check the vendor's account.",
        RETRIED,
    ),
    "unexpected_response": ProblemType(
        502,
        "The vendor's response was not understood",
        "The operator has the vendor's response on file. The picture is read again when it is sent again, "
        "or with all others like it by `make redrive`.",
    ),
    "outcome_unknown": ProblemType(
        502,
        "The vendor was called and never answered",
        "The vendor may have billed the call. To pay for another try, delete the record and send the picture again.",
        "unknown",
    ),
}

# What the same vendor is asked once more with, at once: the picture made smaller, or in a request of its own.
Remedy = Literal["smaller", "alone"]


class ConfigurationError(Exception):
    """A mistake in this system's own settings or declarations."""


@dataclass(eq=False)
class OcrError(Exception):
    """Base of every error that a caller may see.

    `detail` and `advice` never carry a field value, a file name or a vendor's free text: they reach logs. `kind` is one
    of `PROBLEMS`. `code` is the vendor's own code; `paid` says whether the vendor may have billed the call; `trace` is
    the vendor's own id for it. `raw` is the vendor's response: it is kept encrypted with the record and shown to
    nobody. `remedy` is what the same vendor may be asked once more with. `blames` says what a fault counts against: the
    vendor, whose circuit opens after a few; the picture, which is final after two; the
    request, which this system made; or nothing, as when a vendor has no room right now: then the picture was not tried,
    and waits for its turn.
    """

    detail: str
    advice: str = ""
    kind: str = ""
    code: str | None = None
    vendor: str | None = None
    paid: bool = False
    retry_after: int | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    trace: str | None = None
    remedy: Remedy | None = None
    raw: Any = field(default=None, repr=False)
    blames: Literal["vendor", "picture", "request", "nothing"] = "vendor"

    default_kind: ClassVar[str] = "internal"

    def __post_init__(self) -> None:
        super().__init__(self.detail)
        self.kind = self.kind or self.default_kind
        self.advice = self.advice or PROBLEMS[self.kind].advice

    @property
    def status(self) -> int:
        """The HTTP status of its kind."""
        return PROBLEMS[self.kind].status

    @property
    def waits(self) -> bool:
        """Whether no vendor has worked on the picture: it comes again, and its tries are not used up."""
        return self.blames == "nothing"

    @property
    def title(self) -> str:
        """The title of its kind."""
        return PROBLEMS[self.kind].title


@dataclass(eq=False)
class CallerError(OcrError):
    """The request or the picture cannot be used. `kind` says what is wrong with it."""

    kind: str = field(kw_only=True)


class NoResult(OcrError):
    """The picture was read and holds nothing of what was asked for."""

    default_kind = "no_result"


class Incomplete(OcrError):
    """The picture was read, and what was found is not one whole document of the product."""

    default_kind = "incomplete"


class InProgress(OcrError):
    """Another call reads the same content."""

    default_kind = "in_progress"


class OutcomeUnknown(OcrError):
    """A vendor was called and its response never arrived; the call may have been billed."""

    default_kind = "outcome_unknown"


class InternalError(OcrError):
    """This system failed in a way that nobody foresaw."""

    default_kind = "internal"


class VendorFault(OcrError):
    """The vendor did not do its part; another vendor may."""

    @property
    def waits(self) -> bool:
        """As of any error; where a vendor may have worked on the picture, it may have billed that."""
        return not self.paid and self.blames != "picture"


class VendorUnavailable(VendorFault):
    """Rate limit, timeout, outage, an answer that cannot be read: the same request can succeed later."""

    default_kind = "vendor_unavailable"


class TooComplex(VendorFault):
    """Processing this very picture takes more time or memory than there is, or breaks what processes it."""

    default_kind = "too_complex"


class VendorRejected(VendorFault):
    """Key, quota, contract, or a well-made request turned away: nothing changes until the operator acts."""

    default_kind = "vendor_rejected"


class UnexpectedResponse(VendorFault):
    """A response that can be read and is outside the vendor's document: never a success. It is kept as it is."""

    default_kind = "unexpected_response"
