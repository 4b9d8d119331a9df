"""Tables in Markdown, and those that the README has between `<!-- name -->` and `<!-- /name -->`."""

from local.cloud.aws import ROOT
from ocr.declare.catalogue import products, sellers
from ocr.declare.offers import Offer
from ocr.declare.product import Product
from ocr.platform.settings import Settings

README = ROOT / "README.md"
# Its tables are measured, not generated: `make score` and `make evaluate` write them.
ACCURACY = ROOT / "docs/accuracy.md"


def readme(text: str) -> str:
    """The README with its tables made anew."""
    for name, made in {"products": _products(), "vendors": _vendors(), "settings": _settings()}.items():
        text = with_table(text, name, made)
    return text


def with_table(text: str, name: str, made: str) -> str:
    """The text with its table of this name in a new state; the same text where there is none."""
    before, opening, rest = text.partition(f"<!-- {name} -->\n")
    _, closing, after = rest.partition(f"<!-- /{name} -->")
    return before + opening + (made if opening else "") + closing + after


def _products() -> str:
    head = ["product", "", "category", *sellers()]
    return table(head, [[f"`{one.slug}`", one.name, one.category, *_sellers(one)] for one in products().values()])


def _sellers(product: Product) -> list[str]:
    by_vendor = {offer.vendor: offer for offer in product.sold_by}
    return [_sold(by_vendor[vendor]) if vendor in by_vendor else "" for vendor in sellers()]


def _sold(offer: Offer) -> str:
    pid = getattr(offer, "pid", None)
    return f"pid {pid}" if pid else "✓"


def _vendors() -> str:
    rows = [_offer(offer) for offers in sellers().values() for offer in offers]
    return table(["vendor", "sells", "a picture", "formats", "sides, px", "pictures a request", "price units"], rows)


def _offer(offer: Offer) -> list[str]:
    limits = offer.limits
    counted = f" {limits.encoded}" if limits.encoded else ""
    sells = [
        product.slug for product in products().values() if any(type(one) is type(offer) for one in product.sold_by)
    ]
    return [
        offer.vendor,
        f"{len(sells)} products" if len(sells) > 3 else ", ".join(f"`{slug}`" for slug in sells),
        f"≤ {limits.bytes / 1024:.0f} KB{counted}",
        ", ".join(sorted(limits.formats)),
        f"{limits.side[0]}–{limits.side[1]}",
        str(limits.batch),
        offer.price(),
    ]


def _settings() -> str:
    rows = [
        [f"`{field.validation_alias}`", field.description or "", _default(field.get_default())]
        for field in Settings.model_fields.values()
    ]
    return table(["variable", "what it says", "default"], rows)


def _default(value: object) -> str:
    if isinstance(value, tuple):
        return f"`{','.join(value)}`"
    return "" if value in ({}, "") or "Undefined" in repr(value) else f"`{value}`"


def table(head: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
