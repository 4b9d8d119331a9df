"""Response bodies that are neither one record nor a problem."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from ocr.model.problem import Problem
from ocr.model.record import Record, Status, StrictModel, Summary


class RecordList(StrictModel):
    """Records of a time, newest first."""

    records: list[Summary]
    next: str | None = Field(description="the `cursor` that goes on behind the last of them, or null")


class PictureLink(StrictModel):
    """A link to the picture or file that a record is of."""

    url: str = Field(description="the link; it is a key: keep it nowhere")
    expires_in: int = Field(description="seconds that it is good for")


class Pending(StrictModel):
    """A picture that is accepted and not read yet: the part of its record that is known."""

    id: str = Field(description="the id of its record")
    status: Literal[Status.PENDING]


class Outcome(StrictModel):
    """What came of one picture of a batch."""

    name: str = Field(description="the file's name, the picture's address, or its place among the pictures from 0")
    status: int = Field(description="the HTTP status that it would have had alone")
    record_id: str | None = None
    record: Record | None = Field(default=None, description="left out if the response would be too long")
    problem: Problem | None = None


class Outcomes(StrictModel):
    """What came of the pictures of a batch, in the order in which they were sent."""

    outcomes: list[Outcome]


class UploadForm(StrictModel):
    """A form that uploads one picture straight to the bucket, with an HTTPS POST as multipart/form-data."""

    id: str = Field(description="the id of the record that the picture will have")
    url: str = Field(description="where to post the form")
    fields: dict[str, str] = Field(
        description="the form's fields; after them `Content-Type`, and the picture as `file`"
    )
    key: str = Field(description="the object's key in the bucket")
    expires_in: int = Field(description="seconds until the form is refused")


class Costs(StrictModel):
    """What calls to vendors cost. Price units are the vendor's own; yuan are by the operator's prices."""

    calls: int = Field(description="calls that were charged or may have been")
    units: float = Field(description="price units that were charged")
    cost: float = Field(description="yuan for these")
    possible_units: float = Field(description="price units of calls that may have been charged: no answer came")
    possible_cost: float = Field(description="yuan for these")


class UsageRow(Costs):
    """What one vendor's calls cost, one product's, those of one tenant's keys, or those of one day (UTC)."""

    vendor: str | None = None
    product: str | None = None
    key: str | None = Field(default=None, description="the tenant whose keys they were; `operator` for any other key")
    day: date | None = None


class Usage(StrictModel):
    """What calls to vendors cost from one day to another, both included."""

    since: date = Field(alias="from")
    until: date = Field(alias="to")
    rows: list[UsageRow]
    total: Costs
    unpriced: list[str] = Field(description="the vendors in it of which the operator named no price: yuan say 0 there")


class BudgetLeft(StrictModel):
    """What a vendor may cost in a period (UTC), and what was spent of it."""

    vendor: str
    of: Literal["units", "cost"] = Field(description="in the vendor's price units, or in yuan")
    period: Literal["day", "month"]
    most: float
    spent: float = Field(description="what was charged, and what may have been")


class Circuit(StrictModel):
    """A circuit breaker: whether an interface of a vendor is asked."""

    vendor: str
    interface: str
    state: Literal["closed", "open", "half_open"] = Field(description="`half_open`: one call tries it again")
    since: datetime | None = Field(default=None, description="when it opened")


class VendorStates(StrictModel):
    """How the vendors are doing: their circuits and their budgets."""

    circuits: list[Circuit]
    budgets: list[BudgetLeft]


class QueueState(StrictModel):
    """A queue: how many messages it holds, by SQS's own approximate count."""

    queue: str = Field(
        description="the slug of the product whose uploads wait in it; or `dead_letters`: given up; `undelivered`: no "
        "function saw it; `announcements`, `deliveries`: events on their way"
    )
    waiting: int = Field(description="messages that a function may take now")
    delayed: int = Field(description="messages that wait for their next try")
    in_progress: int = Field(description="messages that a function has")
    oldest_seconds: int | None = Field(
        default=None,
        description="age of the oldest message; left out of an empty queue, and where CloudWatch has no figure yet",
    )


class QueueStates(StrictModel):
    """The stack's queues, by name."""

    queues: list[QueueState]


class TenantKey(StrictModel):
    """An API key of a tenant, without its value. The limits hold for all keys of the tenant together."""

    tenant: str
    id: str
    per_second: float = Field(description="the most requests a second")
    per_day: int = Field(description="the most requests a day")
    created_at: datetime
    revoked_at: datetime | None = None


class TenantKeys(StrictModel):
    """The tenants' API keys, as `ocr keys` has made and revoked them."""

    keys: list[TenantKey]


class Entry(StrictModel):
    """A product in short."""

    product: str = Field(description="its slug: the same in paths, prefixes, queues and events")
    name: str = Field(description="its Chinese name")
    category: str
    vendors: list[str] = Field(description="the vendors that read it")
    path: str = Field(description="where to post a picture")
    prefix: str = Field(description="where to upload a picture in the bucket")
    schema_version: str


class Limits(StrictModel):
    """What a vendor takes of a product, and its price."""

    vendor: str
    options: list[str]
    bytes: int = Field(description="the most bytes that a picture may have")
    bytes_counted: Literal["raw", "base64", "urlencoded"] = Field(description="how they are counted")
    formats: list[str]
    side_pixels: list[int] = Field(description="the shortest and the longest side")
    pictures_a_request: int
    price_units: str


class Description(Entry):
    """Everything a caller needs to know of a product."""

    options: dict[str, Any] = Field(description="JSON Schema of its options")
    required: dict[str, list[list[str]]] = Field(
        description="fields without which a record is `incomplete`, by side; of each inner list one has to be there"
    )
    offers: list[Limits]
    schema_: dict[str, Any] = Field(alias="schema", description="JSON Schema of its record")
    example: dict[str, Any] = Field(description="a record of its sample")
