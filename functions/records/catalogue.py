"""The products that are set up here, this API as a document and as a page, and the console."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path as File
from typing import Any

from aws_lambda_powertools.event_handler import Response

from ocr.entry import api, responses
from ocr.entry.openapi import ETAG, answered, problems
from ocr.entry.preferences import is_seen
from ocr.entry.response_models import Description, Entry
from ocr.platform.errors import CallerError
from ocr.platform.settings import settings
from records.shared import Seen, Slug, answer, product_of, tag_of, unknown

router = api.router()

PUBLIC, PRIVATE = "public, max-age=3600", "private, max-age=3600"
HTML = "text/html"
OPENAPI = File(__file__).with_name("openapi.json")


@router.get(
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
    return answer(HTTPStatus.OK, json.dumps([catalogue.summary(one) for one in found]))


@router.get(
    "/products/<slug>",
    operation_id="get_product",
    tags=["catalogue"],
    summary="Describe a product",
    responses=answered(200, "the product", Description) | problems(404),
)
def product(slug: Slug) -> Response[str]:
    """One product: options, vendors with limits and prices, the schema of its record, and an example."""
    from ocr.declare import catalogue

    return answer(HTTPStatus.OK, json.dumps(catalogue.description(product_of(slug))))


@router.post("/ocr/<product>", include_in_schema=False)
@router.post("/ocr/<product>/batch", include_in_schema=False)
def read(product: str) -> Response[str]:
    """A product that does not exist, or is not set up: every other has a path of its own, with its own function."""
    raise unknown(product)


@router.get(
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


@router.get(
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


@router.get(
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


@router.get(
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
    tag = tag_of(body)
    answered = {"ETag": tag, "Cache-Control": PUBLIC} | dict(headers or {})
    if is_seen(tag, seen):
        return Response(int(HTTPStatus.NOT_MODIFIED), body="", headers=answered)
    return Response(int(HTTPStatus.OK), kind, body, headers=answered)
