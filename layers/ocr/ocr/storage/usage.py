"""What vendors' calls cost, counted in the table by day, vendor and product, before each call and after it.

A call is counted as possibly charged before it is made. Once its outcome is known it becomes charged, is given back, or
stays as it is: a vendor that had the picture and never answered may have charged for it, and so may one whose caller
died. Calls that cost nothing are not counted. A count is a part of the transaction that says the same in the ledger
(`Lease.counts`): neither stands without the other, and a write that is repeated counts once.

A budget is a counter of its own, one a vendor and period. What a call costs is added on the condition that it fits, in
one write: however many functions ask at once, a budget is never exceeded.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import batched, chain, cycle
from typing import TYPE_CHECKING, Any

from ocr.declare.offers import Offer
from ocr.platform import aws, threads
from ocr.platform.errors import VendorUnavailable
from ocr.platform.settings import Budget, settings
from ocr.platform.telemetry import alert
from ocr.storage.records import MOST_KEYS, several

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import UpdateTypeDef

SPENT = "budget"
KEPT_DAYS = 400
DAY = 86_400
NEARLY = Decimal("0.8")
# Transactions that meet on one item hold each other up, so that each sum is kept in parts, which take turns: with one
# for some 20 ms, and two of them a call, so many parts count 400 calls a second of a vendor and product.
PARTS = 16
_parts = cycle(random.sample(range(PARTS), PARTS))
# After so long a vendor without a budget left is asked again: the operator may have given it more.
LONGEST_WAIT = 3600
COUNTS = ("calls", "units", "cost", "possible_units", "possible_cost")

Row = dict[str, Any]


@dataclass(frozen=True)
class Charge:
    """What one call may cost: `units` of the vendor's own and `cost` in yuan; `day` is when it is made (UTC).

    `budgets` are the counters that it was taken out of.
    """

    vendor: str
    product: str
    units: Decimal
    cost: Decimal
    day: date
    budgets: tuple[str, ...] = field(default=(), compare=False)

    @property
    def possible(self) -> "Count":
        """The call is going to be made: it may be charged."""
        return Count(self, {"calls": 1, "possible_units": self.units, "possible_cost": self.cost})

    @property
    def charged(self) -> "Count":
        """The call that was possibly charged was."""
        moved = {"possible_units": -self.units, "possible_cost": -self.cost}
        return Count(self, {"units": self.units, "cost": self.cost, **moved})

    @property
    def given_back(self) -> "Count":
        """The call that was possibly charged was not made, or was free."""
        return Count(self, {"calls": -1, "possible_units": -self.units, "possible_cost": -self.cost})


@dataclass(frozen=True)
class Count:
    """What is added to the sums of a charge's day, vendor and product; what is negative is taken away."""

    charge: Charge
    amounts: Mapping[str, Decimal | int]


def charge(product: str, offer: Offer, options: Mapping[str, str]) -> Charge | None:
    """What a call that is made now may cost; None where it costs nothing."""
    units = Decimal(str(offer.units(options)))
    if not units:
        return None
    cost = units * settings().price(offer.vendor, offer.interface)
    return Charge(offer.vendor, product, units, cost, datetime.now(UTC).date())


def updates(counts: Iterable[Count]) -> list["UpdateTypeDef"]:
    """The counts as updates for one write of the table: at most one for each item."""
    sums: dict[str, dict[str, Decimal]] = {}
    part = next(_parts)
    for one in counts:
        key = _key(one.charge.day, one.charge.vendor, one.charge.product, part)
        into = sums.setdefault(key, dict.fromkeys(COUNTS, Decimal(0)))
        for name, amount in one.amounts.items():
            into[name] += amount
    return [_added(key, amounts) for key, amounts in sums.items() if any(amounts.values())]


def add(counts: Iterable[Count]) -> None:
    """Count by itself what no write of the ledger says."""
    for one in updates(counts):
        aws.table().meta.client.update_item(**one)


def report(start: date, end: date, sold: Sequence[tuple[str, str]]) -> list[Row]:
    """What calls cost from the day `start` to `end`, both included: a row for each day, vendor and product.

    `sold` are the products with the vendors that read them.
    """
    days = [start + timedelta(days=number) for number in range((end - start).days + 1)]
    keys = [_key(day, vendor, product, part) for day in days for product, vendor in sold for part in range(PARTS)]
    rows: dict[tuple[str, ...], Row] = {}
    for item in chain.from_iterable(threads.each(several, list(batched(keys, MOST_KEYS, strict=False)))):
        _, *names, _ = item["id"].split("#")
        fresh = dict(zip(("day", "vendor", "product"), names, strict=True)) | dict.fromkeys(COUNTS, 0)
        row = rows.setdefault(tuple(names), fresh)
        for name in COUNTS:
            row[name] += item.get(name, 0)
    return [rows[names] for names in sorted(rows) if rows[names]["calls"]]


def grouped(rows: Sequence[Row], by: str | None) -> list[Row]:
    """The rows added up to one for each `vendor`, `product` or `day`, sorted by it; to one in all for None."""
    sums: dict[str, Row] = {}
    for row in rows:
        own = {by: row[by]} if by else {}
        into = sums.setdefault(row[by] if by else "", own | dict.fromkeys(COUNTS, 0))
        for name in COUNTS:
            into[name] += row[name]
    return [sums[name] for name in sorted(sums)]


def taken(charge: Charge) -> Charge:
    """The charge, once it is taken out of the vendor's budgets.

    Raises `VendorUnavailable`, unpaid and with the code `budget`, where one of them has no room for it.
    """
    now, amounts = datetime.now(UTC), {"units": charge.units, "cost": charge.cost}
    for period in ("day", "month"):
        budgets = [one for one in settings().vendor_budgets if (one.vendor, one.period) == (charge.vendor, period)]
        if not budgets:
            continue
        key = _budget_key(charge.vendor, period, now)
        if not _taken(key, budgets, amounts):
            free(charge)
            raise VendorUnavailable(
                f"The vendor's budget for this {period} is spent.",
                vendor=charge.vendor,
                code=SPENT,
                retry_after=LONGEST_WAIT,
                blames="nothing",
            )
        charge = replace(charge, budgets=(*charge.budgets, key))
    return charge


def free(charge: Charge) -> None:
    """Have the budgets that a charge was taken out of room for another."""
    for key in charge.budgets:
        aws.table().meta.client.update_item(**_added(key, {"units": -charge.units, "cost": -charge.cost}))


def _taken(key: str, budgets: Sequence[Budget], amounts: Mapping[str, Decimal]) -> bool:
    if any(amounts[one.of] > one.most for one in budgets):
        return False
    room = {f":{one.of}_before": one.most - amounts[one.of] for one in budgets}
    fits = " AND ".join(f"{one.of} <= :{one.of}_before" for one in budgets)
    answer = aws.written(
        aws.table().update_item,
        Key={"id": key},
        UpdateExpression="ADD units :units, cost :cost SET expires_at = :until",
        ConditionExpression=f"attribute_not_exists(id) OR ({fits})",
        ExpressionAttributeValues={**_values(amounts), **room},
        ReturnValues="UPDATED_NEW",
    )
    if answer is None:
        return False
    for one in budgets:
        after = Decimal(str(answer["Attributes"][one.of]))
        if after - amounts[one.of] < NEARLY * one.most <= after:
            alert("BudgetNearlySpent", {"vendor": one.vendor, "period": one.period, "of": one.of})
    return True


def _added(key: str, amounts: Mapping[str, Decimal]) -> "UpdateTypeDef":
    return {
        "TableName": settings().table,
        "Key": {"id": key},
        "UpdateExpression": f"ADD {', '.join(f'{name} :{name}' for name in amounts)} SET expires_at = :until",
        "ExpressionAttributeValues": _values(amounts),
    }


def _values(amounts: Mapping[str, Decimal]) -> dict[str, Any]:
    until = int(datetime.now(UTC).timestamp()) + KEPT_DAYS * DAY
    return {f":{name}": amount for name, amount in amounts.items()} | {":until": until}


def spent(now: datetime) -> list[Row]:
    """Each budget of the current day and month, with what was spent of it."""
    budgets = {one: _budget_key(one.vendor, one.period, now) for one in settings().vendor_budgets}
    found = {item["id"]: item for item in several(list(dict.fromkeys(budgets.values())))}
    return [one._asdict() | {"spent": found.get(key, {}).get(one.of, 0)} for one, key in budgets.items()]


def _budget_key(vendor: str, period: str, now: datetime) -> str:
    return f"budget#{vendor}#{now.date().isoformat()[: 10 if period == 'day' else 7]}"


def _key(day: date, vendor: str, product: str, part: int) -> str:
    return f"usage#{day.isoformat()}#{vendor}#{product}#{part}"
