"""Records: the HTTPS API beside reading pictures. It shows, lists and erases records, and lists the products."""

import json
import re
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.logging.correlation_paths import API_GATEWAY_REST
from aws_lambda_powertools.utilities.typing import LambdaContext

from ocr.declare.options import LABEL_PATTERN
from ocr.entry import api
from ocr.entry.openapi import ETAG, answered, problems
from ocr.entry.response_models import PictureLink, RecordList, UploadForm
from ocr.model.record import Record, Status
from ocr.platform.errors import CallerError
from ocr.platform.settings import settings
from ocr.platform.telemetry import logger
from ocr.storage import erasure, queries, uploaded_pictures
from ocr.storage import records as kept
from records import catalogue as products
from records import operations, reviews
from records.shared import RECORD, RecordId, Seen, Slug, answer, audit, product_of, shown, tenant, unknown

app = api.resolver()

MOST_RECORDS = 100
UPLOAD_BODY = "Send the options as a JSON object: {}."
OPTIONS = {"requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}}}
MOMENT = {"anyOf": [{"type": "string", "format": kind} for kind in ("date", "date-time")]}


@logger.inject_lambda_context(correlation_id_path=API_GATEWAY_REST)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request; reading a picture is the products' own."""
    return api.answered(app, event, context)


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
    found = kept.of_upload(uri, version, tenant())
    if found:
        audit("read", found.id)
    return shown(found, seen)


@app.get("/records/<id>", operation_id="get_record", tags=["records"], summary="Show a record", responses=RECORD)
def record(id: RecordId, seen: Seen = None) -> Response[str]:
    """The record of this id, in whatever status. A pending one says after how many seconds to ask again."""
    found = api.found(id, tenant())
    if found:
        audit("read", id)
    return shown(found, seen)


@app.get(
    "/records/<id>/picture",
    operation_id="get_picture",
    tags=["records"],
    summary="Show a record's picture",
    responses=answered(200, "a link to it", PictureLink) | problems(404, 410),
)
def picture(id: RecordId) -> Response[str]:
    """A link to the uploaded picture or file, good for five minutes. What came in an HTTPS request is not kept."""
    found = api.found(id, tenant())
    link = found.source and uploaded_pictures.link(found.source)
    if not link:
        detail = "This picture is not kept: it came in an HTTPS request, or its time is over."
        raise CallerError(detail, "Upload pictures that are to be looked at again.", kind="not_found")
    audit("picture", id)
    return answer(HTTPStatus.OK, json.dumps(link))


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
    if not erasure.erase(api.record_id(id), tenant()):
        raise api.missing()
    audit("delete", id)
    return answer(HTTPStatus.NO_CONTENT, "")


@app.get(
    "/records",
    operation_id="list_records",
    tags=["records"],
    summary="List records",
    responses=answered(200, "a page of records", RecordList) | problems(404),
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
    label: Annotated[str | None, Query(pattern=LABEL_PATTERN, description="only with this label of yours")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_RECORDS, description="at most so many on a page")] = MOST_RECORDS,
    cursor: Annotated[str | None, Query(description="`next` of the previous page")] = None,
) -> Response[str]:
    """Records, newest first, with personal fields masked. `checks=failed` shows those with a failed check.

    `review=needed` shows those with `needs_review`.

    As long as `next` is not null there may be more, however few records are on this page.
    """
    from ocr.declare import catalogue

    if product and not catalogue.exists(product):
        raise unknown(product)
    search = queries.Search(
        since=_moment("from", since, datetime.now(UTC) - timedelta(days=settings().record_days)),
        until=_moment("to", until, datetime.now(UTC) + timedelta(days=1)),
        product=product,
        status=status,
        vendor=vendor,
        doubtful=checks == "failed",
        tenant=tenant(),
        review="needed" if review == "true" else review,
        label=label,
    )
    found, cursor = queries.page(search, limit, cursor)
    audit("list", *(one.id for one in found))
    body = {"records": [one.model_dump(mode="json", exclude_none=True) for one in found], "next": cursor}
    return answer(HTTPStatus.OK, json.dumps(body, ensure_ascii=False))


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
    return answer(HTTPStatus.CREATED, json.dumps(uploads.form(product_of(product), members, tenant())))


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

    found = renormalize(api.record_id(id), tenant())
    if found:
        audit("renormalize", id)
    return shown(found, None)


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


for one in (reviews.router, operations.router, products.router):
    app.include_router(one)
