"""What the routes of this function share: the forms of their answers, and whose request it is."""

import hashlib
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Header, Path

from ocr.entry import api, callers, responses
from ocr.entry.openapi import ETAG, RETRY_AFTER, answered, problems
from ocr.entry.preferences import is_seen
from ocr.model.record import Record, Status
from ocr.model.tenant import Tenant
from ocr.platform.errors import CallerError, OcrError
from ocr.platform.settings import settings
from ocr.storage.records import RECORD_ID

if TYPE_CHECKING:
    from ocr.declare.product import Product

# Every router knows the request that is being answered.
router = api.router()

Slug = Annotated[str, Path(description="a product's slug, such as id_card")]
RecordId = Annotated[str, Path(description="a record's id", json_schema_extra={"pattern": f"^{RECORD_ID.pattern}$"})]
Seen = Annotated[str | None, Header(alias="If-None-Match", description="an ETag; 304 if nothing has changed")]
RECORD = (
    answered(200, "the record", Record, headers=ETAG | RETRY_AFTER)
    | answered(304, "the record has not changed", headers=ETAG)
    | problems(404, 410)
)


def tenant() -> Tenant:
    """Whose key the request came with."""
    return callers.tenant(router.current_event)


def audit(action: str, *record_ids: str) -> None:
    """Write down who did what to these records."""
    api.audited(router.current_event, action, *record_ids)


def product_of(slug: str) -> "Product":
    """The product of this slug; raises `unknown_product` where there is none, or it is not set up here."""
    from ocr.declare import catalogue

    found = catalogue.products().get(slug)
    if found is None or not settings().has(slug):
        raise unknown(slug)
    return found


def unknown(slug: str) -> OcrError:
    """The error for a product that does not exist, or is not set up here."""
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


def answer(
    status: int, body: str, kind: str = responses.RECORD_TYPE, headers: Mapping[str, str] | None = None
) -> Response[str]:
    """An answer of JSON, unless `kind` says otherwise."""
    return Response(int(status), kind, body, headers=dict(headers or {}))


def tag_of(body: str) -> str:
    """The ETag of a body."""
    return f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'


def shown(record: Record | None, seen: str | None) -> Response[str]:
    """A record with its ETag; a pending one with Retry-After; 304 if `seen` names that ETag."""
    record = api.there(record)
    body = record.model_dump_json(exclude_none=True)
    tag = tag_of(body)
    headers = {"ETag": tag} | ({"Retry-After": "2"} if record.status == Status.PENDING else {})
    if is_seen(tag, seen):
        return Response(int(HTTPStatus.NOT_MODIFIED), body="", headers=headers)
    if record.crops:
        body = responses.linked(record).model_dump_json(exclude_none=True)
    return Response(int(HTTPStatus.OK), responses.RECORD_TYPE, body, headers=headers)
