"""Promise: every call's cost is counted before it is made and true after it; no budget is exceeded by one unit.

`ASKING` says how many ask at once; `make test-all` has ten thousand ask.
"""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError

from local.cost.__main__ import OPERATIONS
from ocr.declare import catalogue
from ocr.declare.offers import Offer
from ocr.declare.product import Product
from ocr.model.record import Status
from ocr.model.tenant import OPERATOR
from ocr.platform import aws
from ocr.platform.errors import (
    CallerError,
    ConfigurationError,
    NoResult,
    UnexpectedResponse,
    VendorRejected,
    VendorUnavailable,
)
from ocr.platform.settings import settings
from ocr.storage import circuits, usage
from records import app
from tests.support.aws import World, forget_settings
from tests.support.fault_injection import Fault, FaultInjector
from tests.support.scripted import Answer, Context, First, calls, died, picture, product, reading
from tests.support.sending import WAYS, brought, deliver, of_upload, post

ASKING = int(os.environ.get("ASKING", "60"))
TODAY = datetime.now(UTC).date()
ALPHA, BETA = (f"ocr-{name}-{'a' * 40}" for name in ("alpha", "beta"))


@pytest.fixture
def money(world: World, monkeypatch: pytest.MonkeyPatch) -> Any:
    def named(budgets: str = "", prices: str = "first=0.5 second=2 second.second=3") -> None:
        monkeypatch.setenv("VENDOR_BUDGETS", budgets)
        monkeypatch.setenv("VENDOR_PRICES", prices)
        forget_settings()

    named()
    return named


def counted(by: str = "vendor") -> dict[str, tuple[Any, ...]]:
    rows = usage.grouped(usage.report(TODAY, datetime.now(UTC).date()), by)
    return {row[by]: tuple(row[name] for name in usage.COUNTS) for row in rows}


def reserved(offer: Offer) -> usage.Charge:
    charge = usage.charge("ticket", offer, {}, OPERATOR)
    assert charge
    return usage.taken(charge)


def says(answer: Any) -> Answer:
    return lambda: answer


@pytest.mark.parametrize(
    ("answer", "count"),
    [
        (reading(), (1, 1, Decimal("0.5"), 0, 0)),
        (NoResult("Nothing.", paid=True), (1, 1, Decimal("0.5"), 0, 0)),
        (CallerError("Poor.", kind="poor_quality", paid=True), (1, 1, Decimal("0.5"), 0, 0)),
        (VendorUnavailable("No answer.", code="unanswered", paid=True), (1, 0, 0, 1, Decimal("0.5"))),
        (UnexpectedResponse("Odd.", paid=True), (1, 0, 0, 1, Decimal("0.5"))),
        (VendorUnavailable("Not reached.", code="unreachable"), None),
        (VendorRejected("No quota."), None),
    ],
)
def test_a_call_is_charged_possibly_charged_or_given_back(
    world: World, money: Any, answer: Any, count: tuple[Any, ...] | None
) -> None:
    money("first=1/day")
    kind = product([says(answer)])
    _, body = post(kind, picture(1))
    assert counted().get("first") == count
    assert [*counted("day").values()] == ([count] if count else [])
    if count and "attempts" in body:
        assert (body["cost"], body["attempts"][0]["cost"]) == (0.5, 0.5)
    assert (calls(kind), post(kind, picture(2))[0] == 503) == (1, True) or not count
    assert calls(kind) == (1 if count else 2)


def test_an_interfaces_own_price_wins_and_what_has_none_costs_nothing(money: Any) -> None:
    assert settings().price("second", "second") == 3
    assert settings().price("second", "other") == 2
    assert settings().price("third", "other") == 0


@pytest.mark.parametrize(
    "budgets", ["first", "first=1", "first=-1/day", "first=1/year", "third=1yuan/day", "first=x/day"]
)
def test_a_budget_that_means_nothing_is_a_wrong_setting(money: Any, budgets: str) -> None:
    money(budgets)
    with pytest.raises(ConfigurationError, match="BUDGETS|budget"):
        settings()


MOST = ASKING // 2


@pytest.mark.parametrize(
    ("budgets", "most"),
    [
        (f"first={MOST}/day", MOST),
        (f"first={MOST}/month", MOST),
        (f"first={2 * MOST}/day first={MOST / 2}yuan/month", MOST),
    ],
)
def test_no_budget_is_exceeded_however_many_ask_at_once(money: Any, budgets: str, most: int) -> None:
    money(budgets)
    offer = First([reading])

    def ask(_: int) -> bool:
        try:
            return reserved(offer) is not None
        except VendorUnavailable:
            return False

    with ThreadPoolExecutor(16) as threads:
        assert sum(threads.map(ask, range(ASKING))) == most
    assert {row["spent"] * (2 if row["of"] == "cost" else 1) for row in usage.spent(datetime.now(UTC))} == {most}


def test_a_batch_that_costs_more_than_is_left_is_read_as_far_as_it_goes(world: World, money: Any) -> None:
    money("first=7/day")
    kind = product([reading])
    uploads = [world.upload(f"uploads/ticket/{number}.png", picture(number)) for number in range(10)]
    assert len(deliver(kind, *uploads)) == 3
    assert (calls(kind), counted()["first"]) == (7, (7, 7, Decimal("3.5"), 0, 0))


@pytest.mark.parametrize("which", [0, 1])
def test_a_write_whose_answer_was_lost_counts_once(money: Any, which: int) -> None:
    injector = FaultInjector(faults=[Fault("TransactWriteItems", "lost", skip=which), Fault("UpdateItem", "lost")])
    with injector.over(aws.dynamodb()):
        assert post(product([reading]), picture(1))[0] == 200
    assert counted()["first"] == (1, 1, Decimal("0.5"), 0, 0)


@pytest.mark.parametrize("lost", [1, 2])
def test_a_budget_whose_answer_was_lost_is_taken_once_and_given_back_once(money: Any, lost: int) -> None:
    money("first=3/day first=9/month")
    injector, offer = FaultInjector(), First([reading])

    def spent() -> list[Any]:
        return [one["spent"] for one in usage.spent(datetime.now(UTC))]

    with injector.over(aws.dynamodb()):
        injector.faults = [Fault("UpdateItem", "lost", skip=1, times=lost)]
        charge = reserved(offer)
        assert (spent(), reserved(offer).budgets, spent()) == ([1, 1], charge.budgets, [2, 2])
        injector.faults = [Fault("UpdateItem", "lost", times=lost)]
        usage.free(charge)
        assert (spent(), reserved(offer).budgets, spent()) == ([1, 1], charge.budgets, [2, 2])
        # What is full is not refused to whoever took the last of it.
        injector.faults = [Fault("UpdateItem", "lost", times=lost)]
        assert (reserved(offer).budgets, spent()) == (charge.budgets, [3, 3])
    with pytest.raises(VendorUnavailable):
        reserved(offer)
    assert spent() == [3, 3]


def test_a_budget_that_cannot_be_taken_gives_back_the_other(money: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    money("first=3/day first=9/month")
    plain = usage._changed

    def changed(key: str, *given: Any) -> Any:
        if key.endswith(TODAY.isoformat()[:7]):
            raise ConnectionClosedError(endpoint_url="")
        return plain(key, *given)

    monkeypatch.setattr(usage, "_changed", changed)
    with pytest.raises(ConnectionClosedError):
        reserved(First([reading]))
    assert [one["spent"] for one in usage.spent(datetime.now(UTC))] == [0, 0]


def test_a_budget_does_not_grow_with_its_calls(world: World, money: Any) -> None:
    money("first=100/day")
    for _ in range(20):
        usage.free(reserved(First([reading])))
    [item] = [one for one in world.items() if one["id"].startswith("budget#")]
    assert len(item) < 10


def test_what_an_owner_counts_without_the_ledger_counts_once(money: Any) -> None:
    charge = usage.charge("ticket", First([reading]), {}, OPERATOR)
    assert charge
    injector = FaultInjector(faults=[Fault("TransactWriteItems", "lost")])
    with injector.over(aws.dynamodb()):
        usage.add([charge.possible, charge.charged])
    assert counted()["first"] == (1, 1, Decimal("0.5"), 0, 0)


def test_a_call_whose_function_died_may_have_been_charged(money: Any) -> None:
    with pytest.raises(SystemExit):
        post(product([died]), picture(1))
    assert counted()["first"] == (1, 0, 0, 1, Decimal("0.5"))


def test_what_a_vendor_cost_stands_although_another_was_asked_then(money: Any) -> None:
    lost = VendorUnavailable("No answer.", code="unanswered", paid=True)
    for number, answer in enumerate([lost, VendorRejected("No.")]):
        post(product([says(answer)], [lambda: reading("second")]), picture(number))
    assert counted() == {"first": (1, 0, 0, 1, Decimal("0.5")), "second": (2, 2, 6, 0, 0)}


def test_a_vendor_without_a_budget_left_leaves_the_picture_to_the_next(money: Any) -> None:
    money("first=1/day")
    kind = product([reading], [lambda: reading("second")])
    assert [post(kind, picture(number))[1]["vendor"] for number in range(3)] == ["first", "second", "second"]
    assert (calls(kind), calls(kind, "second")) == (1, 2)
    assert counted()["second"] == (2, 2, 6, 0, 0)


@pytest.mark.parametrize("way", WAYS)
def test_a_budget_holds_every_way(world: World, money: Any, way: str) -> None:
    money("first=2/day")
    kind = product([reading], [lambda: reading("second")])
    found = brought(way, world, kind, *map(picture, range(4)))
    assert sorted(one.vendor or "" for one in found if one) == ["first", "first", "second", "second"]
    assert (calls(kind), counted()) == (2, {"first": (2, 2, 1, 0, 0), "second": (2, 2, 6, 0, 0)})
    money("first=2/day second=3/day")
    alone = product([reading])
    assert (brought(way, world, alone, picture(9)), calls(alone)) == ([None], 0)


def test_where_no_vendor_has_a_budget_left_an_upload_waits_until_there_is_one(world: World, money: Any) -> None:
    money("first=0/day")
    kind = product([reading])
    with pytest.raises(VendorUnavailable) as refused:
        reserved(First([reading]))
    assert (refused.value.code, refused.value.paid, refused.value.waits) == ("budget", False, True)
    upload = world.upload("uploads/ticket/a.png", picture(1))
    assert deliver(kind, upload) != []
    assert (of_upload(upload), calls(kind), counted()) == (None, 0, {})
    money("first=1/day")
    assert deliver(kind, upload) == []
    record = of_upload(upload)
    assert record
    assert (record.status, record.cost) == (Status.SUCCEEDED, 0.5)


def test_what_a_call_that_was_never_made_would_have_cost_is_free_for_another(
    money: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    money("first=1/day")
    kind: Product = product([reading])
    monkeypatch.setattr("ocr.storage.ledger.sending", lambda *_, **__: (_ for _ in ()).throw(RuntimeError("table")))
    assert post(kind, picture(1))[0] == 503
    monkeypatch.undo()
    assert counted() == {}


def test_an_answer_from_the_ledger_costs_nothing(money: Any) -> None:
    kind = product([reading])
    for _ in range(3):
        post(kind, picture(1))
    assert counted()["first"] == (1, 1, Decimal("0.5"), 0, 0)


def test_the_operator_hears_of_a_budget_at_four_fifths_once(money: Any, capsys: pytest.CaptureFixture[str]) -> None:
    money("first=10/day")
    alerted = []
    for _ in range(10):
        reserved(First([reading]))
        alerted.append("BudgetNearlySpent" in capsys.readouterr().out)
    assert alerted == [False] * 7 + [True] + [False] * 2


def asked(query: dict[str, str], key: str = "", path: str = "/usage") -> tuple[int, Any]:
    event: dict[str, Any] = {
        "httpMethod": "GET",
        "path": path,
        "headers": {},
        "queryStringParameters": query or None,
    }
    event |= {"body": None, "isBase64Encoded": False, "requestContext": {"identity": {"apiKey": key}}}
    answer = app.handler(event, Context())  # type: ignore[arg-type]
    return answer["statusCode"], json.loads(answer["body"])


@pytest.mark.parametrize("by", ["vendor", "product", "day"])
def test_the_report_says_what_was_charged_and_what_may_have_been(money: Any, by: str) -> None:
    money(prices="")
    lost = VendorUnavailable("No answer.", code="unanswered", paid=True)
    kind = product([reading, says(lost)])
    post(kind, picture(1))
    post(kind, picture(2))
    status, body = asked({"by": by, "from": TODAY.isoformat()})
    name = {"vendor": "first", "product": "ticket", "day": TODAY.isoformat()}[by]
    costs = {"calls": 2, "units": 1, "cost": 0, "possible_units": 1, "possible_cost": 0}
    assert (status, body["rows"], body["total"], body["unpriced"]) == (200, [{by: name} | costs], costs, ["first"])
    assert asked({"from": "2020-01-01", "to": "2020-01-02"})[1]["rows"] == []


@pytest.mark.parametrize(
    "query", [{"from": "2020-01-02", "to": "2020-01-01"}, {"from": "2020-01-01"}, {"by": "tenant"}]
)
def test_a_report_of_no_days_or_of_too_many_is_refused(money: Any, query: dict[str, str]) -> None:
    assert asked(query)[0] == 400


def test_the_operator_sees_whose_keys_cost_what_and_a_tenant_sees_its_own(world: World, money: Any) -> None:
    kind = product([reading], [lambda: reading("second")])
    for number, key in enumerate([ALPHA, ALPHA, BETA, ""]):
        post(kind, picture(number), key=key)
    post(kind, picture(0), key=ALPHA, vendor="second")
    deliver(kind, world.upload("uploads/ticket/tenants/beta/a.png", picture(7)))

    def units(key: str, by: str) -> dict[str, float]:
        return {row[by]: row["units"] for row in asked({"by": by, "from": TODAY.isoformat()}, key)[1]["rows"]}

    assert units("", "key") == {"alpha": 3, "beta": 2, "operator": 1}
    assert units("", "vendor") == {"first": 5, "second": 1}
    assert units(ALPHA, "key") == {"alpha": 3}
    assert units(ALPHA, "vendor") == {"first": 2, "second": 1}
    assert units(BETA, "product") == {"ticket": 2}
    assert units(BETA, "day") == {TODAY.isoformat(): 2}
    assert asked({"from": TODAY.isoformat()}, BETA)[1]["total"]["cost"] == 1
    assert units(f"ocr-gamma-{'a' * 40}", "vendor") == {}


def test_a_report_asks_for_days_and_not_for_every_product(money: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked_for = list[dict[str, Any]]()
    monkeypatch.setattr(usage, "queried", lambda query: asked_for.append(query) or [])  # type: ignore[func-returns-value]
    assert usage.report(TODAY - timedelta(days=30), TODAY) == []
    assert len(asked_for) == OPERATIONS["a report of 31 days"]["calls"]["Query"]


def test_the_operator_sees_circuits_and_budgets_and_a_tenant_sees_neither(money: Any, monkeypatch: Any) -> None:
    offer = First([reading])
    monkeypatch.setattr(catalogue, "offers_by_vendor", lambda: {"first": [offer]})
    money("first=10/day")
    assert asked({}, path="/vendors") == (
        200,
        {
            "circuits": [{"vendor": "first", "interface": "first", "state": "closed"}],
            "budgets": [{"vendor": "first", "of": "units", "period": "day", "most": 10, "spent": 0}],
        },
    )
    reserved(offer)
    opened: dict[str, str | int] = {
        "id": circuits.name(offer),
        "circuit": "OPEN",
        "opened_at": 1_800_000_000,
        "expires_at": 1_900_000_000,
    }
    aws.table().put_item(Item=opened)
    body = asked({}, path="/vendors")[1]
    assert body["circuits"] == [
        {"vendor": "first", "interface": "first", "state": "open", "since": "2027-01-15T08:00:00Z"}
    ]
    assert body["budgets"][0]["spent"] == 1
    assert asked({}, f"ocr-acme-{'0' * 40}", path="/vendors")[0] == 403
