"""A product as the stack describes it: its options and its fields."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import click
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from cli.api import Api, Json, body, problem
from cli.api import kind as kind_of

NOT_FOUND = 404


def described(api: Api, slug: str) -> Json:
    """The description of a product; raises `click.UsageError` where there is none of this slug."""
    answer = api.ask("GET", f"/products/{quote(slug, safe='')}")
    if answer.status_code == NOT_FOUND and kind_of(problem(answer)) == "unknown_product":
        # The API says which one was probably meant.
        failed = problem(answer)
        raise click.UsageError(f"There is no product {slug!r}. {failed.get('advice', '')}".strip())
    found: Json = body(answer)
    return found


def check(product: Json, options: Mapping[str, str]) -> None:
    """Raise `click.UsageError` for options that the product does not take, before any picture is sent."""
    schema = {**product["options"], "additionalProperties": False}
    wrong = best_match(Draft202012Validator(schema).iter_errors(dict(options)))
    if wrong:
        known = ", ".join(product["options"].get("properties", {}))
        where = f"Option {wrong.path[0]}: " if wrong.path else ""
        raise click.UsageError(f"{where}{wrong.message}. {product['product']} takes: {known}.")


def fields(product: Json) -> Mapping[str, Json]:
    """The schemas of the product's fields by name, in their order."""
    schema = product["schema"]
    found = _followed(schema, schema["properties"]["document"])
    properties: Mapping[str, Json] = _followed(schema, found["properties"]["fields"])["properties"]
    return properties


def kind(schema: Json) -> str:
    """What a value may be: the values themselves, or their format or JSON type."""
    words = [word for one in _alternatives(schema) for word in _words(one)]
    return ", ".join(dict.fromkeys(words))


def meaning(schema: Json) -> str:
    """What a value is for, as the schema describes it."""
    return next((one["description"] for one in (schema, *_alternatives(schema)) if "description" in one), "")


def _words(schema: Json) -> list[str]:
    if "enum" in schema or "const" in schema:
        return [str(value) for value in schema.get("enum", [schema.get("const")])]
    return [str(schema.get("format") or schema.get("type") or "object")]


def _alternatives(schema: Json) -> list[Json]:
    """What a value may be besides null."""
    return [one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"]


def _followed(schema: Json, part: Json) -> Any:
    """The object that a part of a schema is or refers to."""
    [one] = _alternatives(part)
    return schema["$defs"][one["$ref"].rpartition("/")[2]] if "$ref" in one else one
