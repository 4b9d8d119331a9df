"""Promise: whatever a vendor does on a bad day, with any product, the picture's record is true, and it heals by itself.

Drawn at random: a product, a vendor that sells it, a few bad answers in a row, perhaps a wrong clock or a secret that
is wrongly filled. The simulated vendors really read the picture and count what they charge. `BAD_DAYS` sets how many
are drawn; the default fits into every run of the tests.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import cache
from importlib import import_module
from random import Random
from typing import Any

import pytest

from local.samples import samples
from local.samples.catalogue import Sample
from local.simulators import SECRETS, VENDORS, Control, reader, running
from local.simulators.pictures import opened
from local.simulators.state import CHARGED
from ocr.declare.catalogue import products
from ocr.declare.offers import Offer
from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.model.record import Record, Status
from ocr.platform import aws
from ocr.platform.errors import VendorRejected, VendorUnavailable
from ocr.vendors.parsing import Row
from tests.support.aws import World, forget_secrets, forget_settings, whole_table
from tests.support.scripted import Context
from tests.support.sending import delivered, of_upload, post

DAYS = int(os.environ.get("BAD_DAYS", "5"))
MOST_ORDERS, MOST_DELIVERIES = 4, 12
PREFIX = "bad-days"
# A vendor that hangs is waited for in real time. What it says further down, of this very picture, is final.
SECONDS, SECONDS_WITH_HANGS, PATIENCE = 60.0, 4.0, 0.2
FAULTS = [fault for fault in CHARGED if fault not in ("nested_code", "hang")] + ["hang"] * ("BAD_DAYS" in os.environ)
# Each ends in no call.
WRONG: Mapping[str, Callable[[dict[str, str]], str]] = {
    "a number": lambda answer: json.dumps(answer | {next(iter(answer)): 7438000001}),
    "a list": lambda answer: json.dumps([*answer]),
    "JSON in a text": lambda answer: json.dumps(json.dumps(answer)),
    "no JSON": lambda answer: next(iter(answer.values())),
    "a line break inside": lambda answer: json.dumps(
        answer | {name: f"{value}\n{value}" for name, value in answer.items()}
    ),
    "full-width letters": lambda answer: json.dumps(answer | dict.fromkeys(answer, "ＡＢＣ\x07")),
    "nothing": lambda answer: json.dumps(dict.fromkeys(answer, "")),
    "quotes that are none": lambda answer: json.dumps(answer).replace('"', "“"),
}
AHEAD = {"esign", "ctyun"}


class Market:
    """The simulated vendors with their secrets, and what they were asked and paid."""

    def __init__(self, world: World, urls: Mapping[str, str]) -> None:
        self.controls = {name: Control(url) for name, url in urls.items()}
        self.secrets = world.emulator.client("secretsmanager")
        for name in VENDORS:
            self.fill(name, json.dumps(SECRETS[name]))

    def fill(self, vendor: str, text: str) -> None:
        """Put a secret's text in place, as an operator does; the containers find it."""
        name = f"{PREFIX}/{vendor}"
        try:
            self.secrets.create_secret(Name=name, SecretString=text)
        except self.secrets.exceptions.ResourceExistsException:
            self.secrets.put_secret_value(SecretId=name, SecretString=text)
        forget_secrets()

    def paid(self, vendor: str) -> int:
        return len(self.controls[vendor].report()["charges"])

    def calls(self, vendor: str) -> int:
        return int(self.controls[vendor].report()["calls"])


@pytest.fixture
def market(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Market]:
    with ExitStack() as stack:
        urls = stack.enter_context(running(*VENDORS))
        parts = {
            "VENDORS": ",".join(VENDORS),
            "VENDOR_URLS": " ".join(map("=".join, urls.items())),
            "SECRETS_PREFIX": PREFIX,
            "CIRCUIT_FAILURES": "1000",
            "MAX_RECEIVES": "1000",
            "MAX_TRIES": "1000",
            "RESEND_UNKNOWN": "10",
        }
        for name, value in parts.items():
            monkeypatch.setenv(name, value)
        forget_settings()
        for kind in {type(offer) for product, offer in pairs()}:
            monkeypatch.setattr(kind, "patience", PATIENCE)
        yield Market(world, urls)
    forget_secrets()


@cache
def pairs() -> list[tuple[Product, Offer]]:
    return [(one, offer) for one in products().values() for offer in one.offers if offer.vendor in VENDORS]


@cache
def sample(product: str) -> Sample:
    return next(samples([product]))


@cache
def codes(vendor: str) -> list[dict[str, Any]]:
    """The codes of a vendor's tables that are about its day and not about the picture, as orders."""
    tables = [one for one in vars(import_module(f"ocr.vendors.{vendor}")).values() if isinstance(one, dict)]
    rows = {code: row for table in tables for code, row in table.items() if isinstance(row, Row)}
    passing = [code for code, row in rows.items() if issubclass(row.error, VendorUnavailable | VendorRejected)]
    numbers = [{"code": int(code)} for code in passing if code.lstrip("-").isdigit()]
    return numbers + [{"code": 401, "message": code} for code in passing if not code.lstrip("-").isdigit()]


def drawn(random: Random, vendor: str) -> list[dict[str, Any]]:
    """Bad answers in a row."""
    faults = [{"fault": fault, "seconds": 0.1} for fault in FAULTS]
    others = [{"code": 999999, "charged": True}, {"fault": "http500", "status": 502, "charged": True}]
    return [
        random.choice([random.choice(faults), random.choice(codes(vendor)), random.choice(others)])
        for _ in range(random.randint(1, MOST_ORDERS))
    ]


def deliver(kind: Product, notification: dict[str, Any], receives: int, seconds: float) -> bool:
    """Whether the message comes again."""
    answer = serve(kind)(delivered(notification, receives=receives), Context(seconds))  # type: ignore[arg-type]
    return bool(answer["batchItemFailures"])


def read(record: Record | dict[str, Any]) -> Any:
    """What a record says was read."""
    found = record if isinstance(record, dict) else record.model_dump(mode="json", exclude_none=True)
    return [one["fields"] for one in [found["document"], *found["others"]]]


def test_any_vendor_may_have_a_bad_day_with_any_product(world: World, market: Market) -> None:
    random = Random(20)
    for number in range(DAYS):
        kind, offer = random.choice(pairs())
        _day(world, market, random, number, kind, offer)


def _day(world: World, market: Market, random: Random, number: int, kind: Product, offer: Offer) -> None:
    vendor, shown = offer.vendor, sample(kind.slug)
    options = {"vendor": vendor, **shown.options}
    calm, content = (shown.picture + b"%08d%d" % (number, day) for day in (0, 1))
    control = market.controls[vendor]
    control.reset()
    # However busy the machine, the vendor is not slow because it has never seen the picture.
    reader.plates(opened(shown.picture)) if kind.slug == "license_plate" else reader.page(opened(shown.picture))
    status, good = post(kind, calm, **options)
    assert status == 200, (kind.slug, vendor, good)

    orders = drawn(random, vendor)
    wrong, skewed = random.choice([None, None, *WRONG]), vendor in AHEAD and random.random() < 0.2
    if wrong == "nothing" and any(other is not offer and other.vendor in VENDORS for other in kind.offers):
        wrong = None  # Without a key it is no seller here: who insists on it is told so, as a test of its own has it.
    story = f"day {number}: {kind.slug} at {vendor}: {orders}, secret: {wrong}, skewed: {skewed}"
    control.reset()
    notification = world.upload(f"uploads/{kind.slug}/{number}", content, **options)
    receives = 1
    if wrong:
        market.fill(vendor, WRONG[wrong](dict(SECRETS[vendor])))
        assert deliver(kind, notification, receives, SECONDS), story
        assert market.calls(vendor) == 0, story
        assert _unseen() == 0, story
        market.fill(vendor, json.dumps(SECRETS[vendor]))
        receives += 1
    if skewed:
        control.set(ahead=3600)
        deliver(kind, notification, receives, SECONDS)
        receives += 1
        control.set(ahead=0)
    for order in orders:
        control.order(**order)
    hangs = any(order.get("fault") == "hang" for order in orders)
    # Each delivery meets one of the bad answers at least: who comes after all of them has time again.
    last = receives + len(orders)
    while receives < MOST_DELIVERIES:
        seconds = SECONDS_WITH_HANGS if hangs and receives < last else SECONDS
        if not deliver(kind, notification, receives, seconds):
            break
        receives += 1
    record = of_upload(notification)
    assert record, story
    control.forget()
    if record.status == Status.FAILED:
        assert record.problem, story
        assert record.problem.kind == "unexpected_response", (story, record.problem)
        status, body = post(kind, content, **options)
        assert (status, read(body) if status == 200 else body) == (200, read(good)), story
    else:
        assert record.status == Status.SUCCEEDED, (story, record.problem)
        assert read(record) == read(good), story
    report = control.report()
    assert report["violations"] == [], story
    # What was charged beyond the one call is what the ledger counts as sent once more.
    assert market.paid(vendor) <= 1 + sum(_costs(order) for order in orders), story
    assert _resent() >= market.paid(vendor) - 1, story
    for item in world.items():
        aws.table().delete_item(Key={"id": item["id"]})


def _costs(order: Mapping[str, Any]) -> bool:
    return bool(order.get("charged", CHARGED.get(order.get("fault", ""), True)))


def _unseen() -> int:
    return sum(int(item["unseen"]) for item in whole_table().scan()["Items"] if "unseen" in item)


def _resent() -> int:
    return max((int(item["resends"]) for item in whole_table().scan()["Items"] if "resends" in item), default=0)
