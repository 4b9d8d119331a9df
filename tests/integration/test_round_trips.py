"""Promise: a call asks AWS for nothing that no other promise needs.

What waits for nothing else stands in one request with it: what a call costs with the claim and with the record.
"""

from typing import Any

import pytest

from ocr.declare.offers import Offer
from ocr.declare.product import Product
from ocr.platform import aws
from tests.support.aws import World, forget_settings
from tests.support.fault_injection import FaultInjector
from tests.support.scripted import First, Ticket, picture, reading
from tests.support.sending import post

CLAIM, ANSWER, RECORD = "TransactWriteItems", "PutObject", "TransactWriteItems"


class Free(First):
    def units(self, options: Any) -> float:
        return 0


def asked(kind: Product, content: bytes) -> list[str]:
    """What is asked of AWS for a picture, in order, once everything is warm."""
    post(kind, picture(0))
    asked: list[str] = []
    injector = FaultInjector(passed=lambda operation, *_: asked.append(operation))
    with injector.over(aws.dynamodb(), aws.s3()):
        assert post(kind, content)[0] == 200
    return asked


def sold(offer: Offer) -> Product:
    return Product("ticket", Ticket, name="票", category="general", required=["number"], offers=[offer])


@pytest.mark.parametrize(
    ("offer", "budgets", "expected"),
    [
        (First([reading]), "", [CLAIM, ANSWER, RECORD]),
        (First([reading]), "first=100/day", [CLAIM, "UpdateItem", ANSWER, RECORD]),
        (Free([reading]), "", ["PutItem", ANSWER, RECORD]),
    ],
)
def test_a_picture_that_is_read_takes_three_calls_and_one_more_where_a_budget_is_kept(
    world: World, monkeypatch: pytest.MonkeyPatch, offer: Offer, budgets: str, expected: list[str]
) -> None:
    monkeypatch.setenv("VENDOR_BUDGETS", budgets)
    forget_settings()
    assert asked(sold(offer), picture(1)) == expected
