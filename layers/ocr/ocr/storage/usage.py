"""What vendors' calls cost, counted in the table by day, vendor and product, before each call and after it.

A call is counted as possibly charged before it is made. Once its outcome is known it becomes charged, is given back, or
stays as it is: a vendor that had the picture and never answered may have charged for it, and so may one whose caller
died. Calls that cost nothing are not counted.

A budget is a counter of its own, one a vendor and period. What a call costs is added on the condition that it fits, in
one write: however many functions ask at once, a budget is never exceeded.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import batched
from typing import Any

from ocr.declare.offers import Offer
from ocr.platform import aws
from ocr.platform.errors import VendorUnavailable
from ocr.platform.settings import Budget, settings
from ocr.platform.telemetry import alert

SPENT = "budget"
KEPT_DAYS = 400
DAY = 86_400
NEARLY = Decimal("0.8")
# DynamoDB takes no more keys in one request.
_MOST_KEYS = 100
# After so long a vendor without a budget left is asked again: the operator may have given it more.
LONGEST_WAIT = 3600
COUNTS = ("calls", "units", "cost", "possible_units", "possible_cost")

Row = dict[str, Any]


@dataclass(frozen=True)
class Charge:
    """What one call may cost: `units` of the vendor's own and `cost` in yuan; `day` is when it is made (UTC)."""

    vendor: str
    product: str
    units: Decimal
    cost: Decimal
    day: date
    budgets: tuple[str, ...] = ()


def reserve(product: str, offer: Offer, options: Mapping[str, str]) -> Charge | None:
    """Count one call as possibly charged; None where it costs nothing.

    Raises `VendorUnavailable`, unpaid and with the code `budget`, where a budget of the vendor has no room for it.
    """
    units = Decimal(str(offer.units(options)))
    if not units:
        return None
    now = datetime.now(UTC)
    cost = units * settings().price(offer.vendor, offer.interface)
    charge = Charge(offer.vendor, product, units, cost, now.date(), _budgeted(offer.vendor, units, cost, now))
    try:
        _add(_key(charge.day, charge.vendor, product), calls=1, possible_units=units, possible_cost=cost)
    except BaseException:
        _free(charge)
        raise
    return charge


def charged(charge: Charge) -> None:
    """Write down that a call was charged."""
    _add(
        _key(charge.day, charge.vendor, charge.product),
        units=charge.units,
        cost=charge.cost,
        possible_units=-charge.units,
        possible_cost=-charge.cost,
    )


def give_back(charge: Charge) -> None:
    """Write down that a call was not made, or was free: its budgets have room for another."""
    _free(charge)
    key = _key(charge.day, charge.vendor, charge.product)
    _add(key, calls=-1, possible_units=-charge.units, possible_cost=-charge.cost)


def report(start: date, end: date, sold: Sequence[tuple[str, str]]) -> list[Row]:
    """What calls cost from the day `start` to `end`, both included: a row for each day, vendor and product.

    `sold` are the products with the vendors that read them.
    """
    days = [start + timedelta(days=number) for number in range((end - start).days + 1)]
    found = _items([_key(day, vendor, product) for day in days for product, vendor in sold])
    return [_row(item) for item in found if item["calls"]]


def grouped(rows: Sequence[Row], by: str | None) -> list[Row]:
    """The rows added up to one for each `vendor`, `product` or `day`, sorted by it; to one in all for None."""
    sums: dict[str, Row] = {}
    for row in rows:
        own = {by: row[by]} if by else {}
        into = sums.setdefault(row[by] if by else "", own | dict.fromkeys(COUNTS, 0))
        for count in COUNTS:
            into[count] += row[count]
    return [sums[name] for name in sorted(sums)]


def _row(item: Mapping[str, Any]) -> Row:
    _, day, vendor, product = item["id"].split("#")
    return {"day": day, "vendor": vendor, "product": product} | {name: item.get(name, 0) for name in COUNTS}


def _budgeted(vendor: str, units: Decimal, cost: Decimal, now: datetime) -> tuple[str, ...]:
    """Take a call's cost out of the vendor's budgets; returns the counters that it stands in."""
    taken: list[str] = []
    for period in ("day", "month"):
        budgets = [one for one in settings().vendor_budgets if (one.vendor, one.period) == (vendor, period)]
        if not budgets:
            continue
        key = f"budget#{vendor}#{now.date().isoformat()[: 10 if period == 'day' else 7]}"
        if not _taken(key, budgets, {"units": units, "cost": cost}):
            for other in taken:
                _add(other, units=-units, cost=-cost)
            raise VendorUnavailable(
                f"The vendor's budget for this {period} is spent.",
                vendor=vendor,
                code=SPENT,
                retry_after=LONGEST_WAIT,
                blames="nothing",
            )
        taken.append(key)
    return tuple(taken)


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


def _free(charge: Charge) -> None:
    for key in charge.budgets:
        _add(key, units=-charge.units, cost=-charge.cost)


def _add(key: str, **amounts: Decimal | int) -> None:
    aws.table().update_item(
        Key={"id": key},
        UpdateExpression=f"ADD {', '.join(f'{name} :{name}' for name in amounts)} SET expires_at = :until",
        ExpressionAttributeValues=_values(amounts),
    )


def _values(amounts: Mapping[str, Decimal | int]) -> dict[str, Any]:
    until = int(datetime.now(UTC).timestamp()) + KEPT_DAYS * DAY
    return {f":{name}": amount for name, amount in amounts.items()} | {":until": until}


def _items(keys: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    client, table = aws.table().meta.client, settings().table
    for some in batched(keys, _MOST_KEYS, strict=False):
        asked: Any = {table: {"Keys": [{"id": key} for key in some], "ConsistentRead": True}}
        while asked:
            answer = client.batch_get_item(RequestItems=asked)
            yield from answer["Responses"].get(table, [])
            asked = answer.get("UnprocessedKeys")


def _key(day: date, vendor: str, product: str) -> str:
    return f"usage#{day.isoformat()}#{vendor}#{product}"
