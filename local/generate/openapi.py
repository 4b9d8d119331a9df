"""The whole HTTPS API in OpenAPI 3.1, as `make generate` writes it for `GET /openapi.json` to serve.

Powertools makes it. The records API describes itself: its resolver. The products' functions have none, since an event
handler would cost each of their cold starts; their routes are described here, from their declarations, on a resolver
that nobody calls. Both are merged, and what many routes share is told once.
"""

import inspect
import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any, get_args

from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.event_handler.openapi.merge import OpenAPIMerge
from aws_lambda_powertools.event_handler.openapi.models import APIKey, APIKeyIn, Server
from aws_lambda_powertools.event_handler.openapi.params import Header, Query

from local.generate.components import Part, tidy
from ocr.declare.catalogue import options_schema, products, record_model
from ocr.declare.options import known
from ocr.declare.product import Category, Product
from ocr.entry.openapi import RETRY_AFTER, answered, problems
from ocr.entry.requests import FORM, IMAGE_MEMBER, JSON
from ocr.entry.response_models import Outcomes, Pending
from ocr.entry.responses import PROBLEM_TYPE
from ocr.model.problem import problem_of
from ocr.model.record import SCHEMA_VERSION
from ocr.platform.errors import (
    CallerError,
    InProgress,
    InternalError,
    NoResult,
    OcrError,
    UnexpectedResponse,
    VendorUnavailable,
)
from pages.app import app as pages
from records.app import app as records

DESCRIPTION = """\
One kind of document, one path: `POST /ocr/{product}` takes a picture and answers with its record. What goes wrong is an
[RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) problem that says what to do next. Every answer names its request in
`X-Request-Id`. A picture that is sent again is answered from what was read before, and is not paid twice."""

MEANINGS = {
    400: "The request is not valid, or an option is unknown, missing or not allowed.",
    401: "The request carries no valid API key.",
    403: "A policy or a firewall does not allow the request.",
    404: "There is no such product, record, upload or path; records and uploads expire.",
    409: "The same picture is being read right now, or the record's status does not allow the request.",
    410: "The record was deleted.",
    412: "The record has changed since it was read.",
    413: "The picture or the request has too many bytes or pixels.",
    415: "The format of the picture or of the body is not supported.",
    422: "The picture is damaged or too small, nothing was found on it, or an Idempotency-Key was sent with another "
    "request before.",
    428: "The change does not say which state of the record it is for.",
    429: "There are too many requests, or the day's requests are used up.",
    500: "This system failed.",
    502: "The vendor rejected the call, answered in an unknown form or not at all, or a function failed.",
    503: "No vendor is available right now, or none is set up.",
    504: "The function behind the API did not respond in time.",
}
RETRIED = {409, 429, 500, 502, 503, 504}
# An example of each status.
KINDS: Mapping[int, OcrError] = {
    400: CallerError("There is no option 'codetype' here.", kind="invalid_option"),
    401: CallerError("The request carries no API key that this API knows.", kind="unauthorized"),
    403: CallerError("A policy or a firewall does not allow the request.", kind="forbidden"),
    404: CallerError("There is no such record.", kind="not_found"),
    409: InProgress("Another request reads the same picture."),
    410: CallerError("This record was deleted.", kind="gone"),
    412: CallerError("Another request has changed this record since.", kind="changed_meanwhile"),
    413: CallerError("The picture has more than 50 megapixels.", kind="too_large"),
    415: CallerError(
        "This is a Word file, which is not read here.", "Export it as PDF and send that.", kind="unsupported_format"
    ),
    422: NoResult("The vendor found nothing on the picture."),
    428: CallerError("The request has no If-Match.", kind="unconditional"),
    429: CallerError("More requests a second than this key or this API may send.", kind="throttled"),
    500: InternalError("An error of this system, not of the request."),
    502: UnexpectedResponse(
        "The vendor answered with a code that its document does not list.", vendor="juhe", code="10099"
    ),
    503: VendorUnavailable("The vendor's circuit breaker is open.", vendor="ctyun", code="circuit"),
    504: InternalError("The function behind the API did not respond in time.", kind="gateway_timeout"),
}

ADDRESS = {"type": "string", "pattern": "^s3://", "description": "of a picture in the bucket of uploads"}
LINK = {"type": "string", "format": "uri", "pattern": "^https://", "description": "of a picture on the internet"}
ENCODED = {"type": "string", "description": "the picture in base64, or as a data: URI"}
# A picture may as well come as what it is; clients are generated for this one.
BYTES = "application/octet-stream"
BINARY: Part = {"type": "string", "format": "binary"}
# What the template gives to everybody.
OPEN = ("/openapi.json", "/docs", "/console")
CLOSED = {"additionalProperties": False}
BATCH = {"minItems": 1, "maxItems": 50}

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        max_length=255,
        pattern="^[!-~]*$",
        description="a request with a key that was sent before is answered with that request's record",
    ),
]
Prefer = Annotated[
    str | None,
    Header(
        alias="Prefer",
        description="`respond-async` asks for 202 at once, `wait=5` after 5 seconds; the picture is read meanwhile",
    ),
]
APPLIED: Part = {
    "Preference-Applied": {
        "description": "the preferences of the request, where the response came sooner for them",
        "schema": {"type": "string"},
    }
}


def document(examples: Mapping[str, Any]) -> Part:
    """The API as one OpenAPI document, with `examples` of a record by product."""
    merged = OpenAPIMerge(
        title="OCR gateway",
        version=SCHEMA_VERSION,
        description=DESCRIPTION,
        # Relative to where this document lies: the stage's root, or the custom domain's.
        servers=[Server(url=".")],
        tags=["records", "catalogue", *get_args(Category)],
        security_schemes={"key": APIKey(**{"in": APIKeyIn.header, "name": "x-api-key"})},
        security=[{"key": []}],
        on_conflict="error",
    )
    # Powertools does not look at a handler's docstring.
    for route in (route for one in (records, pages) for route in (*one._static_routes, *one._dynamic_routes)):
        route.description = inspect.getdoc(route.func)
    for resolver in (_products(), records, pages):
        merged.add_schema(resolver.get_openapi_schema().model_dump(by_alias=True, exclude_none=True))
    made = tidy(
        json.loads(merged.get_openapi_json_schema()),
        _problems(),
        {f"/ocr/{slug}": examples[slug] for slug in products()},
    )
    for path in OPEN:
        made["paths"][path]["get"]["security"] = []
    for parameter in made["components"]["parameters"].values():
        if parameter["in"] == "path" and parameter["name"] in ("product", "slug"):
            name = parameter["schema"]["$ref"].rpartition("/")[2]
            made["components"]["schemas"][name] = {"type": "string", "enum": list(products())}
    return made


def _products() -> APIGatewayRestResolver:
    """A resolver with the routes of all products: of all together, so that no two models get one name."""
    described = APIGatewayRestResolver()
    for product in products().values():
        _read(described, product)
        _batch(described, product)
    return described


def _read(described: APIGatewayRestResolver, product: Product) -> None:
    pending = {"Location": {"description": "where the record will be", "schema": {"type": "string"}}}
    described.post(
        f"/ocr/{product.slug}",
        operation_id=f"read_{product.slug}",
        summary=f"Read a picture: {product.name}",
        description=product.fields.__doc__ or f"One picture, one record: {product.name}.",
        tags=[product.category],
        responses=answered(200, "the record", record_model(product))
        | answered(202, "the record is pending", Pending, headers=pending | RETRY_AFTER | APPLIED)
        | problems(404, 409, 413, 415, 422, 503),
        openapi_extensions={"requestBody": {"required": True, "content": _picture(product)}},
    )(_signed(_options(product) | {"idempotency_key": IdempotencyKey, "prefer": Prefer}))


def _batch(described: APIGatewayRestResolver, product: Product) -> None:
    described.post(
        f"/ocr/{product.slug}/batch",
        operation_id=f"read_{product.slug}_batch",
        summary=f"Read up to 50 pictures: {product.name}",
        description="Each picture has an outcome of its own: the status that it would have had alone, and the rest.",
        tags=[product.category],
        responses=answered(200, "the outcomes, in the order of the pictures", Outcomes, headers=APPLIED)
        | problems(413, 415, 503),
        openapi_extensions={"requestBody": {"required": True, "content": _pictures(product)}},
    )(_signed(_options(product) | {"idempotency_key": IdempotencyKey, "prefer": Prefer}))


def _options(product: Product) -> dict[str, Any]:
    """The options as query parameters; one that is needed may come in the body as well."""
    return {name: Annotated[kind | None, Query(alias=name)] for name, kind in known(product.offers).items()}


def _signed(parameters: Mapping[str, Any]) -> Callable[..., None]:
    """A handler with these parameters, for Powertools to look at."""

    def described() -> None: ...

    described.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=kind)
            for name, kind in parameters.items()
        ]
    )
    return described


def _picture(product: Product) -> Part:
    options = _members(product)
    return (
        {BYTES: {"schema": BINARY}}
        | _form(
            JSON, options, {IMAGE_MEMBER: ENCODED}, {"s3_uri": ADDRESS, "version": {"type": "string"}}, {"url": LINK}
        )
        | _form(FORM, options, {IMAGE_MEMBER: BINARY})
    )


def _pictures(product: Product) -> Part:
    options = _members(product)
    return _form(
        JSON,
        options,
        {"s3_uris": {"type": "array", "items": ADDRESS} | BATCH},
        {"images": {"type": "array", "items": ENCODED} | BATCH},
    ) | _form(FORM, options, {"images": {"type": "array", "items": BINARY} | BATCH})


def _members(product: Product) -> dict[str, Any]:
    return dict(options_schema(product).get("properties", {}))


def _form(kind: str, options: Part, *pictures: Part) -> Part:
    """A body in which the picture stands in the first member of one of `pictures`, with options beside it."""
    forms = [
        {"type": "object", "properties": picture | options, "required": [next(iter(picture))], **CLOSED}
        for picture in pictures
    ]
    return {kind: {"schema": forms[0] if len(forms) == 1 else {"oneOf": forms}}}


def _problems() -> Part:
    return {f"Problem{status}": _problem(status) for status in MEANINGS}


def _problem(status: int) -> Part:
    content = {
        "schema": {"$ref": "#/components/schemas/Problem"},
        "examples": {"problem": {"value": _instance(status)}},
    }
    headers = {"headers": RETRY_AFTER} if status in RETRIED else {}
    return {"description": MEANINGS[status], "content": {PROBLEM_TYPE: content}, **headers}


def _instance(status: int) -> Part:
    return problem_of(KINDS[status]).model_dump(mode="json", exclude_none=True)
