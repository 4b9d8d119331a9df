"""Promise: where a referee doubts a reading, another vendor is asked if the operator says so; no doubt hides."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest

from ocr.declare.checks import not_expired
from ocr.declare.field_types import Date, ResidentId
from ocr.declare.fields import Fields, label
from ocr.declare.offers import Offer
from ocr.declare.product import Product
from ocr.model.answer import ReceivedAnswer
from ocr.model.reading import ExtractedDocument, Item, Reading
from ocr.model.record import Status
from ocr.platform.errors import ConfigurationError, VendorUnavailable
from ocr.platform.settings import settings
from ocr.storage import ledger, queries, usage
from tests.support.aws import World, forget_settings
from tests.support.scripted import First, Second, calls, died, picture
from tests.support.sending import WAYS, asked, brought, post

NUMBER, WRONG = "11010519491231002X", "110105194912310021"


class Card(Fields):
    name: str | None = label("姓名", pii=True)
    number: ResidentId | None = label("公民身份号码", pii=True)
    until: Date | None = label("有效期至")


@dataclass(frozen=True, eq=False)
class Free(Second):
    """A vendor that costs nothing, as the engine."""

    vendor: ClassVar[str] = "second"

    def units(self, options: Any) -> float:
        return 0


class Unset(Second):
    """A vendor whose key is not filled in."""

    vendor: ClassVar[str] = "third"
    keys: ClassVar[tuple[str, ...]] = ("key",)


def says(vendor: str, name: str, number: str | None, sure: float | None = 0.95) -> Any:
    told = {"姓名": name} | ({"公民身份号码": number} if number else {})
    items = [Item(label=label, text=text, confidence=sure) for label, text in told.items()]
    raw = ReceivedAnswer.of(told)
    return lambda: Reading(vendor=vendor, findings=[ExtractedDocument(items=items)], raw=raw)


def card(first: Any, second: Any, other: type[Second] = Free) -> Product:
    offers: list[Offer] = [First([first]), other([second])]
    return Product("ticket", Card, name="卡", category="general", required=["number"], offers=offers)


@pytest.fixture
def policy(world: World, monkeypatch: pytest.MonkeyPatch) -> Any:
    def named(text: str) -> None:
        monkeypatch.setenv("ESCALATE", text)
        forget_settings()

    return named


def read(kind: Product, seed: int = 1) -> Any:
    status, body = post(kind, picture(seed))
    assert status == 200, body
    return body


def test_a_reading_that_no_referee_doubts_is_the_last_word(policy: Any) -> None:
    kind = card(says("first", "林一一", NUMBER), says("second", "林二二", NUMBER))
    assert (read(kind)["vendor"], calls(kind, "second")) == ("first", 0)


@pytest.mark.parametrize("first", [WRONG, None])
def test_where_a_referee_fails_the_opinion_whose_check_holds_wins(policy: Any, first: str | None) -> None:
    kind = card(says("first", "林一一", first), says("second", "林一一", NUMBER))
    found = read(kind) if first else post(kind, picture(1))[1]
    assert found["document"]["fields"] == {"name": "林一一", "number": NUMBER}
    assert (found["status"], found["needs_review"], found["review"]) == ("succeeded", False, [])
    assert [one["vendor"] for one in found["attempts"]] == ["first", "second"]


def test_where_nobody_can_tell_who_is_right_both_texts_stand_there(policy: Any) -> None:
    kind = card(says("first", "林一一", WRONG), says("second", "林一二", NUMBER, sure=0.99))
    found = read(kind)
    assert found["document"]["fields"] == {"name": "林一二", "number": NUMBER}
    assert (found["needs_review"], found["review"]) == (True, ["name"])
    [other] = found["document"]["evidence"]["name"]["opinions"]
    assert (other["vendor"], other["text"]) == ("first", "林一一")


def test_that_a_document_has_expired_asks_nobody_and_lets_no_later_date_win(policy: Any) -> None:
    policy("checks")

    def until(vendor: str, number: str, last: str) -> Any:
        items = [Item(label="公民身份号码", text=number), Item(label="有效期至", text=last)]
        return lambda: Reading(vendor=vendor, findings=[ExtractedDocument(items=items)], raw=ReceivedAnswer.of({}))

    for number, paid, doubted in ((NUMBER, 0, ["until"]), (WRONG, 1, ["number", "until"])):
        kind = card(until("first", number, "2001.03.07"), until("second", number, "2101.03.07"), Second)
        kind.checks = (not_expired("until"),)
        found = read(kind, 1 + paid)
        assert (calls(kind, "second"), found["document"]["fields"]["until"]) == (paid, "2001-03-07")
        assert (found["needs_review"], found["review"]) == (True, doubted)


def test_what_all_doubt_stays_in_doubt(policy: Any) -> None:
    found = read(card(says("first", "林一一", WRONG), says("second", "林一一", WRONG)))
    assert (found["document"]["fields"]["name"], found["review"]) == ("林一一", ["number"])


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("", 0),
        ("free", 0),
        ("checks", 1),
        ("never ticket=checks", 1),
        ("checks ticket=never", 0),
        ("ticket=confidence<0.9", 0),
        ("ticket=checks|confidence<0.9", 1),
    ],
)
def test_a_second_vendor_is_paid_only_where_the_operator_says_so(policy: Any, text: str, asked: int) -> None:
    policy(text)
    kind = card(says("first", "林一一", WRONG), says("second", "林一一", NUMBER), Second)
    assert (read(kind)["review"], calls(kind, "second")) == ([] if asked else ["number"], asked)


def test_little_confidence_is_a_doubt_where_the_operator_says_so(policy: Any) -> None:
    policy("confidence<0.97")
    kind = card(says("first", "林一一", NUMBER), says("second", "林一一", NUMBER, sure=0.99), Second)
    assert (read(kind)["needs_review"], calls(kind, "second")) == (False, 1)


def test_who_says_never_has_no_second_opinion(policy: Any) -> None:
    policy("never")
    kind = card(says("first", "林一一", WRONG), says("second", "林一一", NUMBER))
    assert (read(kind)["review"], calls(kind, "second")) == (["number"], 0)


def test_a_second_opinion_that_nobody_gives_takes_nothing_from_the_first(policy: Any) -> None:
    kind = card(says("first", "林一一", WRONG), lambda: VendorUnavailable("Down.", code="down"))
    found = read(kind)
    assert (found["vendor"], found["status"], found["review"]) == ("first", "succeeded", ["number"])


@pytest.mark.parametrize("way", WAYS)
def test_a_second_opinion_and_a_doubt_come_every_way_and_a_vendor_without_a_key_changes_neither(
    world: World, policy: Any, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setenv("VENDORS", "third,first,second")
    policy("checks")
    answers = [("林一一", NUMBER), ("林一二", NUMBER)]
    first, second = First([says("first", "林一一", WRONG)]), Second([says("second", *one) for one in answers])
    unset = Unset([died])
    kind = Product("ticket", Card, name="卡", category="general", required=["number"], offers=[unset, first, second])
    found = [one for content in map(picture, (1, 2)) for one in brought(way, world, kind, content) if one]
    assert [(one.status, one.review, one.needs_review) for one in found] == [
        (Status.SUCCEEDED, [], False),
        (Status.SUCCEEDED, ["name"], True),
    ]
    assert [[attempt.vendor for attempt in one.attempts] for one in found] == [["first", "second"]] * 2
    today = datetime.now(UTC).date()
    spent = {row["vendor"]: row["units"] for row in usage.report(today - timedelta(days=1), today)}
    assert (unset.asked, spent) == ([], {"first": 2, "second": 2})
    waiting, _ = queries.page(
        queries.Search(datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC), review="needed"), 10
    )
    assert [one.id for one in waiting] == [found[1].id]


@pytest.mark.parametrize("text", ["sometimes", "checks|", "confidence<2", "confidence>0.5", "id_card=all"])
def test_a_policy_that_means_nothing_is_a_wrong_setting(policy: Any, text: str) -> None:
    policy(text)
    with pytest.raises(ConfigurationError, match="ESCALATE"):
        settings()


def test_who_dies_while_a_second_vendor_is_asked_has_the_first_paid_once(
    policy: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next reader makes the record of the first's answer, which was kept by then."""

    def dies() -> Any:
        raise KeyboardInterrupt

    first = says("first", "林一一", WRONG)
    kind = card(first, dies)
    with pytest.raises(KeyboardInterrupt):
        post(kind, picture(5))
    monkeypatch.setattr(ledger.time, "time", lambda now=ledger.time.time: now() + 3600)
    monkeypatch.setattr(First, "understood", lambda *_: first(), raising=False)
    monkeypatch.setattr(Free, "understood", lambda *_: None, raising=False)
    found = read(kind, 5)
    assert (found["vendor"], calls(kind)) == ("first", 1)


def answered(monkeypatch: pytest.MonkeyPatch, first: Any, second: Any) -> None:
    """Have the vendors' kept answers mean what they said."""
    monkeypatch.setattr(First, "understood", lambda *_: first(), raising=False)
    monkeypatch.setattr(Free, "understood", lambda *_: second(), raising=False)


def test_a_request_names_its_policy_and_pays_nobody_twice(policy: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What vendors said when they were asked alone is weighed when they are asked together."""
    policy("never")
    first, second = says("first", "林一一", WRONG), says("second", "林一一", NUMBER)
    kind = card(first, second)
    answered(monkeypatch, first, second)

    def told(**options: str) -> Any:
        status, body = post(kind, picture(7), **options)
        assert status == 200, body
        return body["document"]["fields"]["number"], [one["vendor"] for one in body["attempts"]]

    assert told(vendor="first") == (WRONG, ["first"])
    assert told(vendor="second") == (NUMBER, ["second"])
    assert told(vendor="first,second", escalate="checks") == (NUMBER, ["first", "second"])
    assert told(vendor="first,second", escalate="never") == (WRONG, ["first"])
    assert (calls(kind), calls(kind, "second")) == (1, 1)


def test_a_record_that_is_made_anew_is_made_of_all_opinions(policy: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A label is put right: the number that one vendor misread stays the other's, and both names stand there."""
    kind = card(says("first", "林一一", WRONG), says("second", "林一二", NUMBER, sure=0.99))
    before = read(kind, 10)
    answered(monkeypatch, says("first", "林三三", WRONG), says("second", "林一二", NUMBER, sure=0.99))
    module = type("Module", (), {"product": kind})
    monkeypatch.setattr("ocr.pipeline.renormalization.import_module", lambda name: module)
    status, found = asked("POST", f"/records/{before['id']}/renormalize")
    assert (status, found["document"]["fields"]) == (200, {"name": "林一二", "number": NUMBER})
    [other] = found["document"]["evidence"]["name"]["opinions"]
    assert (other["vendor"], other["text"], found["review"]) == ("first", "林三三", ["name"])
    assert (calls(kind), calls(kind, "second")) == (1, 1)


def test_who_insists_on_a_vendor_is_told_what_that_one_read_alone(policy: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = says("first", "林一一", WRONG), says("second", "林一一", NUMBER)
    kind = card(first, second)
    answered(monkeypatch, first, second)
    both = read(kind, 8)
    assert both["document"]["fields"]["number"] == NUMBER
    for vendor, number in (("first", WRONG), ("second", NUMBER)):
        status, body = post(kind, picture(8), vendor=vendor)
        assert (status, body["document"]["fields"]["number"]) == (200, number)
    assert (calls(kind), calls(kind, "second")) == (1, 1)


@pytest.mark.parametrize("escalate", ["sometimes", "checks|", "confidence<2", ""])
def test_a_request_s_policy_that_means_nothing_is_no_option(policy: Any, escalate: str) -> None:
    status, body = post(card(says("first", "林一一", NUMBER), died), picture(9), escalate=escalate)
    assert (status, body["type"]) == (400, "urn:ocr:problem:invalid_option")
