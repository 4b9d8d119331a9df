"""The HTTPS API in OpenAPI 3.1, made from the catalogue and the models: there is nothing to keep in step."""

from functools import cache
from typing import Any

from ocr.catalogue import example, options_schema, products, record_schema
from ocr.document import MEDIA_TYPES
from ocr.errors import Problem
from ocr.intake import FORM, IMAGE_MEMBER
from ocr.product import Product
from ocr.record import SCHEMA_VERSION

Part = dict[str, Any]

IMAGE = {"type": "string", "contentEncoding": "base64", "description": "the picture, base64"}
PROBLEM = {
    "description": "an RFC 9457 problem",
    "content": {"application/problem+json": {"schema": Problem.model_json_schema()}},
}


@cache
def document() -> Part:
    """The whole API as one OpenAPI document."""
    reads = {f"/ocr/{slug}": {"post": _read(product)} for slug, product in products().items()}
    return {
        "openapi": "3.1.0",
        "info": {"title": "OCR gateway", "version": SCHEMA_VERSION},
        "security": [{"key": []}],
        "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "x-api-key"}}},
        "paths": {**reads, **_rest()},
    }


def _read(product: Product) -> Part:
    options = options_schema(product)
    members = options.get("properties", {})
    picture = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in MEDIA_TYPES.values()}
    told = {"type": "object", "required": [IMAGE_MEMBER, *options.get("required", [])]}
    return {
        "operationId": f"read_{product.slug}",
        "summary": f"Read a picture: {product.name}",
        "tags": [product.category],
        "parameters": [
            {"name": name, "in": "query", "required": False, "schema": kind} for name, kind in members.items()
        ],
        "requestBody": {
            "required": True,
            "content": picture
            | {
                "application/json": {"schema": told | {"properties": {IMAGE_MEMBER: IMAGE, **members}}},
                FORM: {
                    "schema": told | {"properties": {IMAGE_MEMBER: {"type": "string", "format": "binary"}, **members}}
                },
            },
        },
        "responses": _answers("the record", record_schema(product), example=example(product)),
    }


def _rest() -> Part:
    anything = {"type": "object"}
    return {
        "/records/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "get": {"summary": "One record", "responses": _answers("the record", anything)},
            "delete": {"summary": "Forget a record, its picture and raw answers", "responses": _empty()},
        },
        "/records": {
            "get": {
                "summary": "The latest records of a product, or the record of an upload",
                "parameters": [
                    {"name": name, "in": "query", "required": False, "schema": {"type": "string"}}
                    for name in ("product", "before", "key", "version")
                ],
                "responses": _answers("records", {"type": "array", "items": anything}),
            }
        },
        "/uploads": {
            "post": {
                "summary": "A form to upload one picture of up to 10 MB straight to the bucket",
                "requestBody": {"required": True, "content": {"application/json": {"schema": anything}}},
                "responses": _answers("the form's address and members", anything, "201"),
            }
        },
        "/products": {
            "get": {
                "summary": "Every product",
                "responses": _answers("products", {"type": "array", "items": anything}),
            }
        },
        "/products/{slug}": {
            "parameters": [{"name": "slug", "in": "path", "required": True, "schema": {"type": "string"}}],
            "get": {"summary": "One product: options, vendors, schema, example", "responses": _answers("it", anything)},
        },
    }


def _answers(what: str, schema: Part, status: str = "200", **more: Part) -> Part:
    content = {"application/json": {"schema": schema, **more}}
    return {status: {"description": what, "content": content}, "default": PROBLEM}


def _empty() -> Part:
    return {"204": {"description": "forgotten"}, "default": PROBLEM}
