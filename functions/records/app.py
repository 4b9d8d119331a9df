"""Records: the HTTPS API beside reading pictures. What is kept can be had and deleted; what can be read is listed."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent
from aws_lambda_powertools.utilities.typing import LambdaContext

from ocr import records as kept
from ocr import reply
from ocr.errors import CallerError, OcrError
from ocr.observe import logger, traced, unforeseen
from ocr.record import Record, Status
from ocr.records import RECORD_ID, Search
from ocr.settings import settings

if TYPE_CHECKING:
    from ocr.product import Product

app = APIGatewayRestResolver()

MOST_RECORDS = 100
UPLOAD_BODY = "Send the options as a JSON object: {}."


@traced
@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request for anything but reading a picture."""
    answer = app.resolve(event, context)
    told = reply.common(APIGatewayProxyEvent(event))
    return answer | {"multiValueHeaders": answer["multiValueHeaders"] | {name: [told[name]] for name in told}}


@app.get("/records/by-source")
def by_source() -> Response[str]:
    """The record of an upload: of the latest version under its s3:// address, or of the `version` that is told."""
    told = app.current_event.query_string_parameters or {}
    if "uri" not in told:
        raise CallerError("No uri was told.", "Ask with ?uri=s3://bucket/key, and &version=… for one of several.")
    return _found(kept.of_upload(told["uri"], told.get("version")))


@app.get("/records/<id>")
def record(id: str) -> Response[str]:
    """The record of this id, however far it is."""
    return _found(kept.find(_record_id(id)))


@app.delete("/records/<id>")
def delete(id: str) -> Response[str]:
    """Forget a record: its item, its picture, the vendors' raw answers, and those of all pictures of this content."""
    if not kept.forget(_record_id(id)):
        raise _missing_record()
    return _json(HTTPStatus.NO_CONTENT, "")


@app.get("/records")
def records() -> Response[str]:
    """The records of a time, newest first, personal fields masked: of a product, a status, a vendor, or of all."""
    told = app.current_event.query_string_parameters or {}
    search = Search(
        since=_moment(told, "from", datetime.now(UTC) - timedelta(days=settings().record_days)),
        until=_moment(told, "to", datetime.now(UTC) + timedelta(days=1)),
        product=told.get("product"),
        status=_status(told.get("status")),
        vendor=told.get("vendor"),
    )
    found, cursor = kept.page(search, _limit(told.get("limit", str(MOST_RECORDS))), told.get("cursor"))
    body = {"records": [one.model_dump(mode="json", exclude_none=True) for one in found], "next": cursor}
    return _json(HTTPStatus.OK, json.dumps(body, ensure_ascii=False))


@app.post("/uploads/<slug>")
def uploads(slug: str) -> Response[str]:
    """A form that uploads one picture straight to the bucket: for pictures over what one request may carry."""
    from ocr import intake, upload

    told = intake.members(app.current_event, UPLOAD_BODY) if app.current_event.body else {}
    return _json(HTTPStatus.CREATED, json.dumps(upload.form(_product(slug), told)))


@app.post("/records/<id>/renormalize")
def renormalize(id: str) -> Response[str]:
    """The record made anew from the vendor's answer as it was kept: nothing is sent, nothing is charged."""
    from ocr.renormalize import renormalize

    return _found(renormalize(_record_id(id)))


@app.get("/products")
def products() -> Response[str]:
    """Every product in a line or two."""
    from ocr import catalogue  # imports all products: not at cold start

    return _json(HTTPStatus.OK, json.dumps([catalogue.summary(one) for one in catalogue.products().values()]))


@app.get("/products/<slug>")
def product(slug: str) -> Response[str]:
    """One product: options, vendors with limits and prices, the schema of its record and an example."""
    from ocr import catalogue

    return _json(HTTPStatus.OK, json.dumps(catalogue.description(_product(slug))))


def _product(slug: str) -> "Product":
    from ocr import catalogue

    found = catalogue.products().get(slug)
    if found is None:
        raise _missing("There is no such product.", "GET /products lists what can be read.")
    return found


@app.get("/openapi.json")
def openapi() -> Response[str]:
    """This API in OpenAPI 3.1."""
    from ocr.openapi import document

    return _json(HTTPStatus.OK, json.dumps(document()))


@app.not_found
def unknown(error: NotFoundError) -> Response[str]:
    """Nothing here answers under this path, an unknown product included."""
    return _refused(_missing("There is nothing under this path.", "GET /products lists what can be read."))


@app.exception_handler(OcrError)  # type: ignore[untyped-decorator]
def refused(error: OcrError) -> Response[str]:
    """An error that the caller can act on."""
    return _refused(error)


@app.exception_handler(Exception)  # type: ignore[untyped-decorator]
def failed(error: Exception) -> Response[str]:
    """An error of ours: its type is logged, its message, which may quote a record, is not."""
    unforeseen("A request failed", error)
    return _refused(reply.INTERNAL)


def _refused(error: OcrError) -> Response[str]:
    body = error.problem().model_dump_json(exclude_none=True)
    return _json(error.status, body, reply.PROBLEM_TYPE, reply.waiting(error))


def _found(record: Record | None) -> Response[str]:
    """A record with its ETag; a pending one with Retry-After."""
    if record is None:
        raise _missing_record()
    if record.status == Status.DELETED:
        raise CallerError("The record was deleted.", "Send the picture again to have it read.", status=HTTPStatus.GONE)
    body = record.model_dump_json(exclude_none=True)
    tag = f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'
    headers = {"ETag": tag} | ({"Retry-After": "2"} if record.status == Status.PENDING else {})
    seen = app.current_event.headers.get("If-None-Match") or app.current_event.headers.get("if-none-match") or ""
    if tag in [one.strip().removeprefix("W/") for one in seen.split(",")]:
        return Response(int(HTTPStatus.NOT_MODIFIED), body="", headers=headers)
    return Response(int(HTTPStatus.OK), reply.RECORD_TYPE, body, headers=headers)


def _moment(told: Mapping[str, str], name: str, default: datetime) -> datetime:
    if name not in told:
        return default
    try:
        at = datetime.fromisoformat(told[name])
    except ValueError:
        raise CallerError(f"{name} is no moment.", "Send ISO 8601: 2026-01-31 or 2026-01-31T08:00:00Z.") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _status(told: str | None) -> Status | None:
    if told is not None and told not in Status:
        raise CallerError("There is no such status.", f"Send one of {', '.join(Status)}.")
    return Status(told) if told else None


def _limit(told: str) -> int:
    if not told.isascii() or not told.isdigit() or not 1 <= int(told[:6]) <= MOST_RECORDS:
        raise CallerError(f"limit is no number from 1 to {MOST_RECORDS}.", "Leave it out, or send a smaller one.")
    return int(told)


def _record_id(told: str) -> str:
    """The id, if it is one of a record: the table also holds the ledger's entries, rates, tokens and circuits."""
    if not RECORD_ID.fullmatch(told):
        raise _missing_record()
    return told


def _missing_record() -> OcrError:
    return _missing("There is no such record.", "Ids stand in answers and events; records expire.")


def _missing(detail: str, advice: str) -> OcrError:
    return CallerError(detail, advice, status=HTTPStatus.NOT_FOUND)


def _json(
    status: int, body: str, kind: str = reply.RECORD_TYPE, headers: Mapping[str, str] | None = None
) -> Response[str]:
    return Response(int(status), kind, body, headers=dict(headers or {}))
