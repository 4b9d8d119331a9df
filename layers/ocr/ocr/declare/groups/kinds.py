"""What every kind of document is called: by slug, by name, by etoplive's number."""

from typing import Annotated

from pydantic import BeforeValidator

from ocr.declare import catalogue
from ocr.declare.field_types import Integer, Text
from ocr.declare.fields import Fields, canonical, derived, label
from ocr.declare.offers import Offer
from ocr.declare.product import Product

__all__ = ["Sorted"]


def _slug(value: object) -> str:
    """A slug, or the product whose name or title is the longest one in a vendor's word for it: 身份证人像页."""
    word = canonical(str(value))
    if word in catalogue.products():
        return word
    known = ((canonical(name), one.slug) for one in catalogue.products().values() for name in (one.name, *one.titles))
    called = [(len(name), slug) for name, slug in known if name in word]
    if not called:
        raise ValueError("no product is called so")
    return max(called)[1]


def _name(slug: str) -> str:
    return catalogue.products()[slug].name


def _offers(product: Product) -> list[Offer]:
    return [offer for offer in product.offers if offer.number is not None]


def _pid(slug: str) -> int | None:
    return next((offer.number for offer in _offers(catalogue.products()[slug])), None)


def _slug_of(pid: int) -> str | None:
    """The product that has this number; where several have it, the one that takes whatever comes."""
    matching = (
        (offer.narrowed, one.slug)
        for one in catalogue.products().values()
        for offer in _offers(one)
        if offer.number == pid
    )
    return min(matching, default=(False, None))[1]


class Sorted(Fields):
    """What a document is. etoplive gives a word for it and a number, either of which may be unknown here."""

    document_type: Annotated[str, BeforeValidator(_slug)] | None = derived(
        "pid", _slug_of, "document_type", "type", description="the product for such documents, as in GET /products"
    )
    document_name: Text | None = derived("document_type", _name, description="its Chinese name")
    pid: Integer | None = derived("document_type", _pid, "pid", description="etoplive's number for such documents")
    angle: Integer | None = label("angle", "direct", description="how the document is turned, as etoplive counts it")
