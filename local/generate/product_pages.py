"""`docs/products.md`: every product with its vendors, options and fields, as it is declared."""

import inspect
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any

from local.generate.tables import table
from ocr.declare.catalogue import offers_by_vendor, options_schema, products
from ocr.declare.fields import Fields, declared
from ocr.declare.product import Product

HEAD = """\
# Products

{count} kinds of documents. Each is spelled the same everywhere: its folder `functions/{{product}}`, its path
`/ocr/{{product}}`, its prefix `uploads/{{product}}/` in the bucket, its sample events and schema below
[`events/`](../events). `GET /products/{{product}}` returns the same, with limits, prices, the JSON
Schema and an example record. The captcha product is for systems that you own or are allowed to test.

This page is made by `make generate` from the declarations.

"""
OPTIONS = """
Options come as query parameters, as members of a form or of JSON, or as the upload's metadata (`x-amz-meta-NAME`).
These are taken by most products; what else a product takes stands with the product.

"""
OPTION_HEAD = ["option", "values", "meaning"]


def page() -> str:
    """The whole page."""
    found = products()
    order = list(offers_by_vendor())
    rows = [
        [f"[`{one.slug}`](#{one.slug})", one.name, one.category, *(_offered(one, vendor) for vendor in order)]
        for one in found.values()
    ]
    options = {slug: [*_options(one)] for slug, one in found.items()}
    shared = _shared(list(options.values()))
    parts = [HEAD.format(count=len(found)), table(["product", "", "category", *order], rows), OPTIONS]
    parts.append(table(OPTION_HEAD, shared))
    for one in found.values():
        parts.append(_section(one, [option for option in options[one.slug] if option not in shared]))
    return "".join(parts)


def _shared(options: Sequence[list[list[str]]]) -> list[list[str]]:
    """The options that more than half of the products take."""
    counted = Counter(tuple(one) for each in options for one in each)
    return [list(one) for one, count in counted.items() if count > len(options) / 2]


def _offered(product: Product, vendor: str) -> str:
    offer = next((one for one in product.offers if one.vendor == vendor), None)
    if offer is None:
        return ""
    return f"pid {offer.number}" if offer.number else "✓"


def _section(product: Product, options: list[list[str]]) -> str:
    about = inspect.getdoc(import_module(f"{product.slug}.app")) or product.name
    lines = [f"\n## {product.slug}\n\n{about.partition('\n\n')[0]}\n\n"]
    if options:
        lines += [table(OPTION_HEAD, options), "\n"]
    return "".join([*lines, table(["field", "on the document", "type", ""], _fields(product.fields))])


def _options(product: Product) -> Iterator[list[str]]:
    schema = options_schema(product)
    for name, one in schema.get("properties", {}).items():
        needed = ", required" if name in schema.get("required", []) else ""
        yield [f"`{name}`{needed}", _values(one), _meaning(one)]


def _alternatives(schema: Any) -> list[Any]:
    return [one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"]


def _values(schema: Any) -> str:
    [one, *_] = _alternatives(schema)
    if "enum" in one:
        return ", ".join(f"`{value}`" for value in one["enum"])
    return f"`{one['const']}`" if "const" in one else "text"


def _meaning(schema: Any) -> str:
    return next((one["description"] for one in (schema, *_alternatives(schema)) if "description" in one), "")


def _fields(model: type[Fields], within: str = "") -> Iterator[list[str]]:
    properties = model.model_json_schema(mode="serialization")["properties"]
    for name, field in declared(model).items():
        marks = [*(["personal"] if field.mark.pii else []), *([field.mark.side] if field.mark.side else [])]
        yield [f"`{within}{name}`", " · ".join(field.mark.names), _type(properties[name]), ", ".join(marks)]
        if field.row:
            yield from _fields(field.row, f"{within}{name}[].")


def _type(schema: Any) -> str:
    [one, *_] = _alternatives(schema)
    if "enum" in one:
        return ", ".join(f"`{value}`" for value in one["enum"])
    if one.get("type") == "array":
        return "list"
    return str(one.get("format") or one.get("type") or "object")
