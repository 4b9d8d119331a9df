"""Records: the HTTPS API beside reading pictures. What is kept can be had and deleted; what can be read is listed."""

import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.utilities.typing import LambdaContext

from ocr import ledger, reply
from ocr.document import Upload
from ocr.errors import CallerError, OcrError
from ocr.observe import logger, traced, unforeseen
from ocr.settings import settings

app = APIGatewayRestResolver()

MOST_RECORDS = 100
RECORD_ID = re.compile(r"[0-9a-f]{32}")
UPLOAD_BODY = 'Send {"product": "id_card", "options": {}}.'


@traced
@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request for anything but reading a picture."""
    return app.resolve(event, context)


@app.get("/records/<id>")
def record(id: str) -> Response[str]:
    """The record of this id, however it ended."""
    kept = ledger.find(_record_id(id))
    if kept is None:
        raise _missing_record()
    return _json(HTTPStatus.OK, kept.model_dump_json(exclude_none=True))


@app.delete("/records/<id>")
def delete(id: str) -> Response[str]:
    """Forget a record: the item, the picture it was read from, the vendors' raw answers."""
    if not ledger.forget(_record_id(id)):
        raise _missing_record()
    return _json(HTTPStatus.NO_CONTENT, "")


@app.get("/records")
def records() -> Response[str]:
    """The record of an upload, by its `key` and `version`, or the latest records of a `product`, up to `before`."""
    told = app.current_event.query_string_parameters or {}
    if "key" in told:
        kept = ledger.of_upload(Upload(settings().uploads_bucket, told["key"], told.get("version")))
        if kept is None:
            raise _missing_record()
        return _json(HTTPStatus.OK, kept.model_dump_json(exclude_none=True))
    if "product" not in told:
        raise CallerError("Neither product nor key was told.", "Ask with ?product=… or with ?key=…&version=….")
    return _json(HTTPStatus.OK, json.dumps(ledger.latest(told["product"], MOST_RECORDS, told.get("before"))))


@app.post("/uploads")
def uploads() -> Response[str]:
    """A form that uploads one picture straight to the bucket: for pictures over what one request may carry."""
    from ocr import catalogue, intake, upload

    told = intake.members(app.current_event, UPLOAD_BODY)
    slug = told.get("product")
    product = catalogue.products().get(slug) if isinstance(slug, str) else None
    if product is None:
        raise CallerError("The body names no product.", UPLOAD_BODY)
    return _json(HTTPStatus.CREATED, json.dumps(upload.form(product, told.get("options") or {})))


@app.get("/products")
def products() -> Response[str]:
    """Every product in a line or two."""
    from ocr import catalogue  # imports all products: not at cold start

    return _json(HTTPStatus.OK, json.dumps([catalogue.summary(one) for one in catalogue.products().values()]))


@app.get("/products/<slug>")
def product(slug: str) -> Response[str]:
    """One product: options, vendors with limits and prices, the schema of its record and an example."""
    from ocr import catalogue

    found = catalogue.products().get(slug)
    if found is None:
        raise _missing("There is no such product.", "GET /products lists what can be read.")
    return _json(HTTPStatus.OK, json.dumps(catalogue.description(found)))


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


def _record_id(told: str) -> str:
    """The id, if it is one of a record: the table also holds the pointers of uploads, tokens and circuits."""
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
    return Response(int(status), kind, body, headers={"Cache-Control": "no-store", **(headers or {})})
