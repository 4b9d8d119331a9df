"""The catalogue: every product, found by walking the folders. There is no list to keep in step."""

import json
import os
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, create_model

from ocr.declare.offers import Offer
from ocr.declare.options import known, required
from ocr.declare.product import Category, Product
from ocr.model.record import SCHEMA_VERSION, Document, Record
from ocr.platform.settings import Settings

# On Lambda all functions lie at the task's root; in a checkout, in the folder beside the layers.
CHECKOUT = Path(__file__).parents[4] / "functions"
# Functions that are not products: not to be imported, least of all the engine, whose libraries only it carries.
OTHERS = {"announce", "engine", "pages", "records", "sign_in", "undelivered", "webhooks"}


def folder() -> Path:
    """Where the products' folders lie."""
    return Path(os.environ.get("LAMBDA_TASK_ROOT") or CHECKOUT)


@cache
def products() -> dict[str, Product]:
    """Every product by its slug, in the order of the categories."""
    slugs = sorted({path.parent.name for path in folder().glob("*/app.py")} - OTHERS)
    declarations = [import_module(f"{slug}.app").product for slug in slugs]
    found = [one for one in declarations if isinstance(one, Product)]
    order = get_args(Category)
    return {product.slug: product for product in sorted(found, key=lambda one: order.index(one.category))}


def exists(slug: str) -> bool:
    """Whether there is a product of this slug; imports none."""
    return slug.isidentifier() and slug not in OTHERS and (folder() / slug / "app.py").is_file()


def suggestions(slug: str) -> list[str]:
    """Up to three slugs that were probably meant by a wrong one: `idcard`, `id-card` and 身份证 mean `id_card`."""
    names = {product.name: product.slug for product in products().values()}
    plain = {_plain(name): found for name, found in names.items()} | {_plain(one): one for one in products()}
    wanted = _plain(slug)
    within = [found for name, found in plain.items() if len(wanted) > 1 and (wanted in name or name in wanted)]
    near = [plain[name] for name in get_close_matches(wanted, plain, n=3, cutoff=0.7)]
    return list(dict.fromkeys([*(plain[name] for name in plain if name == wanted), *near, *within]))[:3]


def _plain(name: str) -> str:
    """A slug or a name as it is compared: letters and digits alone, without case."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def offers_by_vendor() -> dict[str, list[Offer]]:
    """Every vendor that reads a product, in the order that they are tried in, with one offer of each kind."""
    offers = (offer for product in products().values() for offer in product.offers)
    distinct = {(offer.vendor, type(offer).__name__): offer for offer in offers}
    order = Settings.model_fields["vendors"].get_default()
    found: dict[str, list[Offer]] = {}
    for offer in sorted(distinct.values(), key=lambda one: order.index(one.vendor)):
        found.setdefault(offer.vendor, []).append(offer)
    return found


def summary(product: Product) -> dict[str, Any]:
    """A product in short, as the catalogue lists it."""
    return {
        "product": product.slug,
        "name": product.name,
        "category": product.category,
        "vendors": [offer.vendor for offer in product.offers],
        "path": f"/ocr/{product.slug}",
        "prefix": f"uploads/{product.slug}/",
        "schema_version": SCHEMA_VERSION,
    }


def description(product: Product) -> dict[str, Any]:
    """Everything a caller needs to know of a product: options, vendors with limits, prices, record schema, example."""
    return summary(product) | {
        "options": options_schema(product),
        "required": {side: [list(choice) for choice in fields] for side, fields in product.complete.sides.items()},
        "offers": [_offer(offer) for offer in product.offers],
        "schema": record_schema(product),
        "example": example(product),
    }


def example(product: Product) -> dict[str, Any]:
    """A record of the product's sample, as `make generate` wrote it into the product's folder."""
    record: dict[str, Any] = json.loads((folder() / product.slug / "example.json").read_text(encoding="utf-8"))
    return record


def options_schema(product: Product) -> dict[str, Any]:
    """The JSON Schema of the options: query, form or JSON members over HTTPS, metadata over S3."""
    needed = required(product.offers)
    members = {name: (kind, ... if name in needed else None) for name, kind in known(product.offers).items()}
    model: type[BaseModel] = create_model("Options", **members)  # type: ignore[call-overload]
    return model.model_json_schema()


@cache
def record_model(product: Product) -> type[Record]:
    """The record with this product's fields in it."""
    name = product.fields.__name__
    found = create_model(f"{name}Document", __base__=Document, fields=(product.fields, ...))
    return create_model(f"{name}Record", __base__=Record, document=(found | None, None), others=(list[found], []))


def record_schema(product: Product) -> dict[str, Any]:
    """The JSON Schema (2020-12) of the product's record."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:ocr:schema:{product.slug}:{SCHEMA_VERSION}",
        "title": f"{product.name} {product.slug}",
    } | record_model(product).model_json_schema(mode="serialization")


def _offer(offer: Offer) -> dict[str, Any]:
    limits = offer.limits
    return {
        "vendor": offer.vendor,
        "options": sorted(offer.options),
        "bytes": limits.bytes,
        "bytes_counted": limits.encoded or "raw",
        "formats": sorted(limits.formats),
        "side_pixels": list(limits.side),
        "pictures_a_request": limits.batch,
        "price_units": offer.price(),
    }
