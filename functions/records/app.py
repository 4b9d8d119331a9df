"""Records: the HTTPS API beside reading pictures. It shows, lists and erases records, and lists the products."""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from pathlib import Path as File
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Header, Path, Query
from aws_lambda_powertools.logging.correlation_paths import API_GATEWAY_REST
from aws_lambda_powertools.utilities.typing import LambdaContext

from ocr.entry import api, callers, responses
from ocr.entry.openapi import ETAG, RETRY_AFTER, answered, problems
from ocr.entry.preferences import is_seen
from ocr.entry.response_models import (
    Description,
    Entry,
    Page,
    PictureLink,
    QueueStates,
    TenantKeys,
    UploadForm,
    Usage,
    VendorStates,
)
from ocr.model.record import Record, Status
from ocr.model.tenant import Tenant
from ocr.platform.errors import CallerError, OcrError
from ocr.platform.settings import settings
from ocr.platform.telemetry import logger
from ocr.storage import erasure, queries, uploaded_pictures
from ocr.storage import records as kept
from ocr.storage.records import RECORD_ID

if TYPE_CHECKING:
    from ocr.declare.product import Product

app = api.resolver()

MOST_RECORDS = 100
PUBLIC, PRIVATE = "public, max-age=3600", "private, max-age=3600"
HTML = "text/html"
OPENAPI = File(__file__).with_name("openapi.json")
UPLOAD_BODY = "Send the options as a JSON object: {}."

Slug = Annotated[str, Path(description="a product's slug, such as id_card")]
RecordId = Annotated[str, Path(description="a record's id", json_schema_extra={"pattern": f"^{RECORD_ID.pattern}$"})]
Seen = Annotated[str | None, Header(alias="If-None-Match", description="an ETag; 304 if nothing has changed")]
OPTIONS = {"requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}}}
CHANGE_BODY = 'Send the change as a JSON object: {"fields": {"name": "text"}, "decision": "approved"}.'
CHANGE = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "title": "Change",
                    "type": "object",
                    "minProperties": 1,
                    "additionalProperties": False,
                    "properties": {
                        "fields": {
                            "type": "object",
                            "description": "texts by field name, as the document prints them; null removes a value",
                            "additionalProperties": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                        },
                        "decision": {"type": "string", "enum": ["approved", "rejected"]},
                    },
                }
            }
        },
    }
}
CLAIM_BODY = 'Send the claim as a JSON object: {"reviewer": "a name of your own", "seconds": 120}.'
MOST_CLAIMED_SECONDS = 600
CLAIM = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "title": "Claim",
                    "type": "object",
                    "required": ["reviewer", "seconds"],
                    "additionalProperties": False,
                    "properties": {
                        "reviewer": {
                            "type": "string",
                            "pattern": "^[A-Za-z0-9_-]{1,64}$",
                            "description": "who reviews: a name that no other reviewer with this key has",
                        },
                        "seconds": {
                            "type": "integer",
                            "minimum": 0,
                            "maximum": MOST_CLAIMED_SECONDS,
                            "description": "how long; 0 gives the claim back",
                        },
                    },
                }
            }
        },
    }
}
_REVIEWER = re.compile(r"[A-Za-z0-9_-]{1,64}")
MOMENT = {"anyOf": [{"type": "string", "format": kind} for kind in ("date", "date-time")]}


@logger.inject_lambda_context(correlation_id_path=API_GATEWAY_REST)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request; reading a picture is the products' own."""
    return api.answered(app, event, context)


RECORD = (
    answered(200, "the record", Record, headers=ETAG | RETRY_AFTER)
    | answered(304, "the record has not changed", headers=ETAG)
    | problems(404, 410)
)


@app.get(
    "/records/by-source",
    operation_id="find_record",
    tags=["records"],
    summary="Show the record of an upload",
    responses=RECORD,
)
def by_source(
    uri: Annotated[str, Query(min_length=1, description="s3://bucket/key of the uploaded picture")],
    version: Annotated[str | None, Query(description="one of several versions; otherwise the latest")] = None,
    seen: Seen = None,
) -> Response[str]:
    """The record of an upload: of the latest version under its s3:// address, or of this `version`."""
    found = kept.of_upload(uri, version, _tenant())
    if found:
        _audit("read", found.id)
    return _found(found, seen)


@app.get("/records/<id>", operation_id="get_record", tags=["records"], summary="Show a record", responses=RECORD)
def record(id: RecordId, seen: Seen = None) -> Response[str]:
    """The record of this id, in whatever status. A pending one says after how many seconds to ask again."""
    found = api.found(id, _tenant())
    if found:
        _audit("read", id)
    return _found(found, seen)


@app.patch(
    "/records/<id>",
    operation_id="revise_record",
    tags=["records"],
    summary="Correct, approve or reject a record",
    responses=answered(200, "the record as it is then", Record, headers=ETAG)
    | problems(400, 404, 409, 410, 412, 422, 428),
    openapi_extensions=CHANGE,
)
def revise(
    id: RecordId,
    state: Annotated[
        str | None, Header(alias="If-Match", description="the ETag of the record that you looked at")
    ] = None,
    validate_only: Annotated[bool, Query(description="only show the record as it would be")] = False,
) -> Response[str]:
    """The record with corrected fields, and approved or rejected. A correction is text, as the document prints it.

    It is read and checked as a vendor's text is; null removes a value. What was read before is kept in `reviewed`, with
    the time and with the key or principal whose change it is. `items[0].tax` names a field of a row.
    """
    from ocr.entry import requests
    from ocr.pipeline.revision import Change, revised

    change = Change.of(requests.members(app.current_event, CHANGE_BODY))
    seen = _unchanged(api.found(id, _tenant()), state)
    product = _product(seen.product)
    made = revised(product, seen, change, by=callers.identity(app.current_event))
    if validate_only or made is seen:
        _audit("read", id)
    elif not kept.revise(seen, made, product.fields):
        raise _changed_meanwhile()
    else:
        _audit("revise", id)
    return _found(made, None)


@app.post(
    "/records/<id>/claim",
    operation_id="claim_record",
    tags=["records"],
    summary="Claim a record for a review",
    responses=answered(204, "it is yours") | problems(400, 404, 409, 410),
    openapi_extensions=CLAIM,
)
def claim(id: RecordId) -> Response[str]:
    """Tell other reviewers for a while that this record is being reviewed; 409 while another one reviews it.

    A claim ends by itself and keeps nobody from changing the record: for that there is If-Match. The same reviewer
    renews a claim by another one, and gives it back with `seconds` 0.
    """
    from ocr.entry import requests
    from ocr.storage import claims

    body = requests.members(app.current_event, CLAIM_BODY)
    reviewer, seconds = body.get("reviewer"), body.get("seconds")
    if not (isinstance(reviewer, str) and _REVIEWER.fullmatch(reviewer)):
        raise CallerError("`reviewer` is not 1 to 64 letters, digits, - or _.", CLAIM_BODY, kind="invalid_request")
    if type(seconds) is not int or not 0 <= seconds <= MOST_CLAIMED_SECONDS:
        detail = f"`seconds` is not a whole number from 0 to {MOST_CLAIMED_SECONDS}."
        raise CallerError(detail, CLAIM_BODY, kind="invalid_request")
    if body.keys() - {"reviewer", "seconds"}:
        raise CallerError("The claim has other members.", CLAIM_BODY, kind="invalid_request")
    api.found(id, _tenant())
    if not claims.claim(id, f"{callers.identity(app.current_event)} {reviewer}", seconds):
        raise CallerError("Another reviewer has claimed this record.", kind="being_reviewed")
    return _json(HTTPStatus.NO_CONTENT, "")


@app.get(
    "/records/<id>/picture",
    operation_id="get_picture",
    tags=["records"],
    summary="Show a record's picture",
    responses=answered(200, "a link to it", PictureLink) | problems(404, 410),
)
def picture(id: RecordId) -> Response[str]:
    """A link to the uploaded picture or file, good for five minutes. What came in an HTTPS request is not kept."""
    found = api.found(id, _tenant())
    link = found.source and uploaded_pictures.link(found.source)
    if not link:
        detail = "This picture is not kept: it came in an HTTPS request, or its time is over."
        raise CallerError(detail, "Upload pictures that are to be looked at again.", kind="not_found")
    _audit("picture", id)
    return _json(HTTPStatus.OK, json.dumps(link))


@app.delete(
    "/records/<id>",
    operation_id="delete_record",
    tags=["records"],
    summary="Erase a record and its picture",
    responses=answered(204, "it is erased") | problems(404, 409),
)
def delete(id: RecordId) -> Response[str]:
    """Erase a record: what was read, its upload, the vendors' raw answers, and those of every copy of the picture.

    After 409 or 500 send the same request again: all records may be erased by then, and some uploads not yet.
    """
    if not erasure.erase(api.record_id(id), _tenant()):
        raise api.missing()
    _audit("delete", id)
    return _json(HTTPStatus.NO_CONTENT, "")


@app.get(
    "/records",
    operation_id="list_records",
    tags=["records"],
    summary="List records",
    responses=answered(200, "a page of records", Page) | problems(404),
)
def records(
    product: Annotated[str | None, Query(pattern="^[a-z][a-z0-9_]{0,63}$", description="only of this product")] = None,
    status: Annotated[Status | None, Query(description="only with this status")] = None,
    vendor: Annotated[str | None, Query(pattern="^[a-z]{1,63}$", description="only read by this vendor")] = None,
    review: Annotated[
        queries.Reviewed | Literal["true"] | None,
        Query(description="`needed` or `true`: those with `needs_review`; or what a person made of it"),
    ] = None,
    checks: Annotated[Literal["failed"] | None, Query(description="with a check that failed only")] = None,
    since: Annotated[str | None, Query(alias="from", description="from this time on", json_schema_extra=MOMENT)] = None,
    until: Annotated[str | None, Query(alias="to", description="before this time", json_schema_extra=MOMENT)] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_RECORDS, description="at most so many on a page")] = MOST_RECORDS,
    cursor: Annotated[str | None, Query(description="`next` of the previous page")] = None,
) -> Response[str]:
    """Records, newest first, with personal fields masked. `checks=failed` shows those with a failed check.

    `review=needed` shows those with `needs_review`.

    As long as `next` is not null there may be more, however few records are on this page.
    """
    from ocr.declare import catalogue

    if product and not catalogue.exists(product):
        raise _unknown(product)
    search = queries.Search(
        since=_moment("from", since, datetime.now(UTC) - timedelta(days=settings().record_days)),
        until=_moment("to", until, datetime.now(UTC) + timedelta(days=1)),
        product=product,
        status=status,
        vendor=vendor,
        doubtful=checks == "failed",
        tenant=_tenant(),
        review="needed" if review == "true" else review,
    )
    found, cursor = queries.page(search, limit, cursor)
    _audit("list", *(one.id for one in found))
    body = {"records": [one.model_dump(mode="json", exclude_none=True) for one in found], "next": cursor}
    return _json(HTTPStatus.OK, json.dumps(body, ensure_ascii=False))


@app.post(
    "/uploads/<product>",
    operation_id="create_upload",
    tags=["records"],
    summary="Make a form to upload a picture with",
    responses=answered(201, "the form", UploadForm) | problems(404),
    openapi_extensions=OPTIONS,
)
def uploads(product: Slug) -> Response[str]:
    """A form that uploads one picture straight to the bucket: for pictures that are too large for a request."""
    from ocr.entry import requests, uploads

    members = requests.members(app.current_event, UPLOAD_BODY) if app.current_event.body else {}
    return _json(HTTPStatus.CREATED, json.dumps(uploads.form(_product(product), members, _tenant())))


@app.post(
    "/records/<id>/renormalize",
    operation_id="renormalize_record",
    tags=["records"],
    summary="Make a record anew from the kept answer",
    responses=answered(200, "the record", Record, headers=ETAG) | problems(404, 409, 410),
)
def renormalize(id: RecordId) -> Response[str]:
    """The record, made anew from the vendor's kept answer: no vendor is called, nothing is paid."""
    from ocr.pipeline.renormalization import renormalize

    found = renormalize(api.record_id(id), _tenant())
    if found:
        _audit("renormalize", id)
    return _found(found, None)


@app.get(
    "/usage",
    operation_id="get_usage",
    tags=["records"],
    summary="Show what calls to vendors cost",
    responses=answered(200, "what calls cost", Usage),
)
def usage(
    by: Annotated[Literal["vendor", "product", "key", "day"], Query(description="what a row is of")] = "vendor",
    since: Annotated[date | None, Query(alias="from", description="the first day, in UTC; else the month's")] = None,
    until: Annotated[date | None, Query(alias="to", description="the last day; else today")] = None,
) -> Response[str]:
    """What was charged, and what may have been, as it was counted before and after each call.

    The operator sees all calls, a tenant those that were made for its own keys and uploads. Yuan are by the prices that
    the operator had named when a call was made.
    """
    from ocr.entry import costs

    today = datetime.now(UTC).date()
    found = costs.report(since or today.replace(day=1), until or today, by, _tenant())
    return _json(HTTPStatus.OK, found.model_dump_json(exclude_none=True, by_alias=True))


@app.get(
    "/vendors",
    operation_id="list_vendor_states",
    tags=["records"],
    summary="Show the vendors' circuits and budgets",
    responses=answered(200, "circuits and budgets", VendorStates) | problems(403),
)
def vendors() -> Response[str]:
    """The circuit breakers of the vendors, and what was spent of their budgets. For the operator's key."""
    from ocr.declare import catalogue
    from ocr.storage import circuits, usage

    _for_the_operator()
    known = catalogue.offers_by_vendor()
    offers = [one for vendor in settings().vendors for one in known.get(vendor, [])]
    found = {"circuits": circuits.states(offers), "budgets": usage.spent(datetime.now(UTC))}
    return _json(HTTPStatus.OK, VendorStates.model_validate(found).model_dump_json(exclude_none=True))


@app.get(
    "/queues",
    operation_id="list_queues",
    tags=["records"],
    summary="Show what waits in the queues",
    responses=answered(200, "the queues", QueueStates) | problems(403),
)
def queues() -> Response[str]:
    """How many messages wait in each queue, and for how long. For the operator's key."""
    from ocr.storage import queue_states

    _for_the_operator()
    found = QueueStates.model_validate({"queues": queue_states.states()})
    return _json(HTTPStatus.OK, found.model_dump_json(exclude_none=True))


@app.get(
    "/keys",
    operation_id="list_keys",
    tags=["records"],
    summary="Show the tenants' API keys",
    responses=answered(200, "the keys", TenantKeys) | problems(403),
)
def keys() -> Response[str]:
    """The tenants' API keys with their limits, without their values. For the operator's key."""
    from ocr.storage import tenant_keys

    _for_the_operator()
    found = TenantKeys.model_validate({"keys": tenant_keys.all_keys()})
    return _json(HTTPStatus.OK, found.model_dump_json(exclude_none=True))


@app.get(
    "/products",
    operation_id="list_products",
    tags=["catalogue"],
    summary="List the products",
    responses=answered(200, "the products", list[Entry]),
)
def products() -> Response[str]:
    """Every product that is set up here, in short."""
    from ocr.declare import catalogue  # imports all products: not at cold start

    found = [one for one in catalogue.products().values() if settings().has(one.slug)]
    return _json(HTTPStatus.OK, json.dumps([catalogue.summary(one) for one in found]))


@app.get(
    "/products/<slug>",
    operation_id="get_product",
    tags=["catalogue"],
    summary="Describe a product",
    responses=answered(200, "the product", Description) | problems(404),
)
def product(slug: Slug) -> Response[str]:
    """One product: options, vendors with limits and prices, the schema of its record, and an example."""
    from ocr.declare import catalogue

    return _json(HTTPStatus.OK, json.dumps(catalogue.description(_product(slug))))


@app.post("/ocr/<product>", include_in_schema=False)
@app.post("/ocr/<product>/batch", include_in_schema=False)
def read(product: str) -> Response[str]:
    """A product that does not exist, or is not set up: every other has a path of its own, with its own function."""
    raise _unknown(product)


def _product(slug: str) -> "Product":
    from ocr.declare import catalogue

    found = catalogue.products().get(slug)
    if found is None or not settings().has(slug):
        raise _unknown(slug)
    return found


def _unknown(slug: str) -> OcrError:
    from ocr.declare import catalogue

    if catalogue.exists(slug):
        return CallerError(
            "This product is not set up here.",
            "GET /products lists those that are; the operator adds others by the parameter Products.",
            kind="unknown_product",
        )
    meant = catalogue.suggestions(unquote(slug))
    advice = f"Did you mean {' or '.join(meant)}? " if meant else ""
    return CallerError(
        "There is no product of this name.", f"{advice}GET /products lists the products.", kind="unknown_product"
    )


@app.get(
    "/openapi.json",
    operation_id="get_openapi",
    tags=["catalogue"],
    summary="This API in OpenAPI 3.1",
    responses=answered(200, "the API in OpenAPI 3.1", dict[str, Any], headers=ETAG)
    | answered(304, "the document is as it was", headers=ETAG),
)
def openapi(seen: Seen = None) -> Response[str]:
    """This API in OpenAPI 3.1, as `make generate` wrote it."""
    _for_anybody()
    return _lasting(OPENAPI.read_text(encoding="utf-8"), responses.RECORD_TYPE, seen)


@app.get(
    "/products/openapi.json",
    operation_id="get_openapi_by_key",
    tags=["catalogue"],
    summary="This API in OpenAPI 3.1, for holders of a key",
    responses=answered(200, "the API in OpenAPI 3.1", dict[str, Any], headers=ETAG)
    | answered(304, "the document is as it was", headers=ETAG),
)
def openapi_by_key(seen: Seen = None) -> Response[str]:
    """The document of `/openapi.json`, also where the operator shows that to nobody."""
    return _lasting(OPENAPI.read_text(encoding="utf-8"), responses.RECORD_TYPE, seen, {"Cache-Control": PRIVATE})


@app.get(
    "/docs",
    operation_id="get_docs",
    tags=["catalogue"],
    summary="This API as a page",
    responses=answered(200, "a page", str, HTML, headers=ETAG) | answered(304, "the page is as it was", headers=ETAG),
)
def docs(seen: Seen = None) -> Response[str]:
    """This API in OpenAPI 3.1 as a page to read and try; it loads nothing from anywhere."""
    from records.docs import page

    _for_anybody()
    body, policy = page(OPENAPI.read_text(encoding="utf-8"))
    return _lasting(body, f"{HTML}; charset=utf-8", seen, {"Content-Security-Policy": policy})


@app.get(
    "/console",
    operation_id="get_console",
    tags=["catalogue"],
    summary="A page for people",
    responses=answered(200, "a page", str, HTML, headers=ETAG) | answered(304, "the page is as it was", headers=ETAG),
)
def console(seen: Seen = None) -> Response[str]:
    """A page to read pictures with, to look through records, correct and approve them; it asks for an API key."""
    from records.console import page

    _for_anybody()
    body, policy = page()
    headers = {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"}
    return _lasting(body, f"{HTML}; charset=utf-8", seen, headers)


def _for_anybody() -> None:
    """Raise `CallerError` where the operator shows these pages to nobody."""
    if not settings().public_pages:
        raise CallerError("This page is not public.", "GET /products/openapi.json with your key.", kind="unauthorized")


def _lasting(body: str, kind: str, seen: str | None, headers: Mapping[str, str] | None = None) -> Response[str]:
    """What says nothing of a record: whoever has it keeps it for a while, and is then told whether it changed."""
    tag = _tag(body)
    answered = {"ETag": tag, "Cache-Control": PUBLIC} | dict(headers or {})
    if is_seen(tag, seen):
        return Response(int(HTTPStatus.NOT_MODIFIED), body="", headers=answered)
    return Response(int(HTTPStatus.OK), kind, body, headers=answered)


def _tenant() -> Tenant:
    return callers.tenant(app.current_event)


def _for_the_operator() -> None:
    """Raise `forbidden` for a tenant's key."""
    if _tenant().name:
        raise CallerError("This is shown to the operator's key alone.", kind="forbidden")


def _unchanged(found: Record | None, state: str | None) -> Record:
    """The record, if it is as the caller has seen it: as the ETag in If-Match stands for it."""
    record = api.there(found)
    if state is None:
        raise CallerError("The request has no If-Match.", kind="unconditional")
    if not is_seen(_tag(record.model_dump_json(exclude_none=True)), state):
        raise _changed_meanwhile()
    return record


def _changed_meanwhile() -> OcrError:
    return CallerError("Another request has changed this record since.", kind="changed_meanwhile")


def _audit(action: str, *record_ids: str) -> None:
    api.audited(app.current_event, action, *record_ids)


def _tag(body: str) -> str:
    return f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'


def _found(record: Record | None, seen: str | None) -> Response[str]:
    """A record with its ETag; a pending one with Retry-After; 304 if `seen` names that ETag."""
    record = api.there(record)
    body = record.model_dump_json(exclude_none=True)
    tag = _tag(body)
    headers = {"ETag": tag} | ({"Retry-After": "2"} if record.status == Status.PENDING else {})
    if is_seen(tag, seen):
        return Response(int(HTTPStatus.NOT_MODIFIED), body="", headers=headers)
    if record.crops:
        body = responses.linked(record).model_dump_json(exclude_none=True)
    return Response(int(HTTPStatus.OK), responses.RECORD_TYPE, body, headers=headers)


_BLANK = re.compile(r"(:[0-9.]+) (?=[0-9]{2}(:?[0-9]{2})?$)")


def _moment(name: str, text: str | None, default: datetime) -> datetime:
    if text is None:
        return default
    try:
        # A "+" that was not percent-encoded has become a blank on the way.
        at = datetime.fromisoformat(_BLANK.sub(r"\1+", text))
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        advice = "Send ISO 8601: 2026-01-31 or 2026-01-31T08:00:00Z."
        raise CallerError(f"`{name}` is not a date or time.", advice, kind="invalid_request") from None


def _json(
    status: int, body: str, kind: str = responses.RECORD_TYPE, headers: Mapping[str, str] | None = None
) -> Response[str]:
    return Response(int(status), kind, body, headers=dict(headers or {}))
