"""`make doctor`: which vendors are configured, reachable and accepted. Prints no key, costs nothing.

Each vendor is asked to read an empty picture: one that knows us complains of the picture, another of the key.
"""

import os
import sys
from collections.abc import Iterator
from typing import Any

import boto3
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from local.arguments import Arguments
from local.cloud.stack import parts_of, point_at, settings_of
from ocr.declare.catalogue import products
from ocr.declare.offers import Offer, Outcome, VendorRequest
from ocr.declare.options import required
from ocr.declare.product import Product
from ocr.model.picture import Picture
from ocr.platform.errors import CallerError, ConfigurationError, NoResult, OcrError, VendorRejected, VendorUnavailable
from ocr.platform.settings import settings
from ocr.vendors import credentials

NOTHING = Picture(b"", "JPEG", 0, 0)
SECONDS = 10.0
# How `ocr.http` says that no vendor was heard.
SILENT = {"unreachable", "unanswered", "cut", "certificate"}
WIDTH = 170
# The cheapest value of each option that some vendor insists on.
REQUIRED = {"codetype": "1004"}


def main() -> int:
    """Print one line a vendor and product; 1 when a configured vendor is not reached or does not accept us."""
    parser = Arguments("make doctor")
    parser.add_argument("--stack", help="the name of a stack on AWS; without it, that of make up, if that runs")
    parts = parts_of(boto3.client, point_at(parser.parse_args().stack))
    os.environ.update(settings_of(boto3.client, parts["RecordsApi"]))
    table = Table("vendor", "asked as", "configured", "reachable", "accepted", "what it said", box=SIMPLE)
    refused = 0
    for product, offer in _offers():
        configured, reachable, accepted, said = _examined(product, offer)
        refused += configured != "no" and (configured, accepted) != ("yes", "yes")
        table.add_row(offer.vendor, product.slug, configured, reachable, accepted, said)
    # A pipe has no width to fit the table into.
    (Console() if sys.stdout.isatty() else Console(width=WIDTH)).print(table)
    return 1 if refused else 0


def _offers() -> Iterator[tuple[Product, Offer]]:
    """The first product that each of a vendor's offers is sold as, for vendors that need a key."""
    seen: set[type[Any]] = set()
    for product in products().values():
        for offer in product.offers:
            if offer.keys and type(offer) not in seen:
                seen.add(type(offer))
                yield product, offer


def _examined(product: Product, offer: Offer) -> tuple[str, str, str, str]:
    try:
        secret = credentials.secret(offer)
        stored = credentials.stored(offer.vendor) or {}
        wrong = "; ".join(credentials.blemishes(offer, stored))
    except VendorUnavailable as error:
        return "", "", "", error.detail
    except ConfigurationError as error:
        return "wrongly", "", "", str(error)
    if secret is None:
        fill = f"fill the secret {settings().secrets_prefix}/{offer.vendor}: {', '.join(offer.keys)}"
        if credentials.has_strangers(offer, stored):
            return "wrongly", "", "", f"{fill}; it has a member that docs/vendors/{offer.vendor}.md does not list"
        return "no", "", "", fill
    options = {name: REQUIRED[name] for name in required([offer])}
    try:
        [outcome] = offer.read(VendorRequest(product.slug, product.fields, [NOTHING], options, SECONDS, secret))
    except ConfigurationError as error:
        return "wrongly", "", "", str(error)
    reachable, accepted, said = verdict(outcome)
    if wrong:
        return "wrongly", reachable, accepted, f"wrongly filled: {wrong}; {said}"
    return "yes", reachable, accepted, said


def verdict(outcome: Outcome) -> tuple[str, str, str]:
    """Whether a vendor that came to this outcome was reached, whether it accepts us, and what it said."""
    if not isinstance(outcome, OcrError):
        return "yes", "yes", "it read an empty picture"
    # That is what an empty picture is: a request which only a doctor makes.
    if isinstance(outcome, CallerError | NoResult) or outcome.blames == "request":
        return "yes", "yes", f"{outcome.code or ''} it turned the doctor's empty picture away, as it should".strip()
    said = f"{outcome.code or ''} {outcome.detail}".strip()
    if outcome.code in SILENT:
        return "no", "", said
    return "yes", "no" if isinstance(outcome, VendorRejected) else "", said


if __name__ == "__main__":
    sys.exit(main())
