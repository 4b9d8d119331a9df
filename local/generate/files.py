"""Every file that is made from the code, with its text; which of them are stale."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from inspect import getsourcefile
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from local.accuracy.calibration import curve
from local.cloud.aws import ROOT
from local.generate import openapi, product_pages, supply
from local.generate.contents import contents
from local.generate.descriptions import descriptions
from local.generate.events import events, first_sample
from local.generate.signs import signs
from local.generate.tables import pages, with_table
from local.generate.template import template
from local.generate.vendor_pages import FOLDER, vendor_pages
from local.samples.catalogue import documents
from ocr.declare.catalogue import products, record_schema
from ocr.declare.checks import check_results
from ocr.declare.options import NAMES, known
from ocr.declare.product import Product
from ocr.model.record import SCHEMA_VERSION, Announcement, Document, Record, Status
from ocr.platform.aws import DESCRIPTIONS

EVENTS = ROOT / "events"
TEMPLATE = ROOT / "template.yaml"
SIGNS = ROOT / "layers/ocr/ocr/extraction/signs.json"
CURVE = ROOT / "layers/ocr/ocr/pipeline/confidence.json"
OPENAPI = ROOT / "functions/records/openapi.json"
PRODUCTS = ROOT / "docs/products.md"
# Another day, another outcome: not for a file that is compared.
DAILY = {"not_expired"}


class Misfit(ValueError):
    """A sample and its product's fields disagree; the message names both files."""


def files() -> Iterator[tuple[Path, str]]:
    """Every generated file with its text."""
    examples = {slug: example(product) for slug, product in products().items()}
    for product in products().values():
        yield EVENTS / "schemas" / f"{product.slug}.json", _json(record_schema(product))
        for name, event in events(product).items():
            yield EVENTS / product.slug / f"{name}.json", _json(event)
        yield ROOT / "functions" / product.slug / "example.json", _json(examples[product.slug])
    yield EVENTS / "schemas" / "announcement.json", _json(announcement_schema())
    api = openapi.document(examples)
    yield OPENAPI, _lines(api) + "\n"
    yield SIGNS, signs()
    yield CURVE, curve()
    yield NAMES, _json(sorted({name for product in products().values() for name in known(product.offers)}))
    for name, text in descriptions():
        yield DESCRIPTIONS / name, text
    yield PRODUCTS, product_pages.page()
    yield from vendor_pages()
    declared = template(TEMPLATE.read_text())
    yield TEMPLATE, declared
    for name, text in supply.written().items():
        yield ROOT / name, text
    made = {name: tabled() for name, tabled in contents(api, declared).items()}
    for path in pages():
        if path != PRODUCTS and path.parent != FOLDER:
            yield path, _page(path.read_text(encoding="utf-8"), made)


def _page(text: str, tables: Mapping[str, str]) -> str:
    """A page with its tables made anew."""
    for name, made in tables.items():
        text = with_table(text, name, made)
    return text


def announcement_schema() -> dict[str, Any]:
    """The JSON Schema of an event's `detail`."""
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:ocr:schema:announcement:{SCHEMA_VERSION}",
    }
    return head | Announcement.model_json_schema(mode="serialization")


def example(product: Product) -> dict[str, Any]:
    """The record of the product's first sample, with what is printed on that; a vendor adds evidence."""
    sample = first_sample(product.slug)
    try:
        fields = product.fields.model_validate(sample.truth)
    except ValidationError as error:
        raise Misfit(_misfit(product, error)) from None
    checks = check_results(fields, product.checks)
    record = Record(
        id=hashlib.sha256(product.slug.encode()).hexdigest()[:32],
        product=product.slug,
        status=Status.SUCCEEDED,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        vendor=product.offers[-1].vendor,
        options=sample.options,
        document=Document(fields=sample.truth, checks=[check for check in checks if check.name not in DAILY]),
    )
    return record.model_dump(mode="json", exclude_none=True)


def _misfit(product: Product, error: ValidationError) -> str:
    drawn = next(document.draw for document in documents() if document.product == product.slug)
    wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_url=False))
    return (
        f"The sample of {product.slug} prints what its fields do not take: {wrong}. The sample is {drawn.__name__} in "
        f"{Path(getsourcefile(drawn) or '').relative_to(ROOT)}; the fields are in functions/{product.slug}/app.py."
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _lines(value: Any, levels: int = 3) -> str:
    """A document with a line for each part, three levels down: short to serve, and a change shows where it is."""
    if levels and isinstance(value, dict) and value:
        parts = (f"{json.dumps(name)}:{_lines(part, levels - 1)}" for name, part in value.items())
        return "{\n" + ",\n".join(parts) + "\n}"
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def same(path: Path, text: str) -> bool:
    """Whether the file holds this text; pictures in events may differ, since their bytes depend on the machine."""
    if not path.exists():
        return False
    kept = path.read_text()
    is_event = path.parent.parent == EVENTS
    return kept == text or (is_event and _bare(json.loads(kept)) == _bare(json.loads(text)))


def _bare(event: Any) -> Any:
    return event | {"body": None} if isinstance(event, dict) and "requestContext" in event else event


def stale() -> list[Path]:
    """The generated files that are not as the code would make them, and those it would not make."""
    made = dict(files())
    extra = {*EVENTS.glob("*/*.json"), *FOLDER.glob("*.md"), *DESCRIPTIONS.rglob("*.json")} - made.keys()
    return sorted([path for path, text in made.items() if not same(path, text)] + list(extra))


def write() -> None:
    """Make every generated file anew."""
    made = dict(files())
    for path in {*EVENTS.glob("*/*.json"), *FOLDER.glob("*.md"), *DESCRIPTIONS.rglob("*.json")} - made.keys():
        path.unlink()
    for path, text in made.items():
        if not same(path, text):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
