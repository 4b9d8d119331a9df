"""What vendors' calls cost, counted in the table by day, tenant, vendor and product, before each call and after it.

A call is counted as possibly charged before it is made. Once its outcome is known it becomes charged, is given back, or
stays as it is: a vendor that had the picture and never answered may have charged for it, and so may one whose caller
died. Calls that cost nothing are not counted. A count is a part of the transaction that says the same in the ledger
(`Lease.counts`): neither stands without the other, and a write that is repeated counts once.

A budget is a counter of its own, one a vendor and period. What a call costs is added on the condition that it fits, in
one write: however many functions ask at once, a budget is never exceeded. The write leaves a mark beside the counter:
one that botocore repeats, since its answer was lost, counts once. In transactions, calls would hold each other up.
"""

import random
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import chain, cycle
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from ocr.declare.offers import Offer
from ocr.model.tenant import OPERATOR, Tenant
from ocr.platform import aws, threads
from ocr.platform.errors import VendorUnavailable
from ocr.platform.settings import Budget, settings
from ocr.platform.telemetry import alert
from ocr.storage.records import queried, several, together

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef, UpdateTypeDef

SPENT = "budget"
KEPT_DAYS = 400
DAY = 86_400
NEARLY = Decimal("0.8")
# Transactions that meet on one item hold each other up, so that each sum is kept in parts, which take turns: with one
# for some 20 ms, and two of them a call, so many parts count 400 calls a second of a vendor and product.
PARTS = 16
# The sums of a day are found in the index by day, under so many keys: one takes 1,000 writes a second.
LISTED = 4
# A write is repeated for less than half of this time; then its mark is of no use any more.
MARKED_SECONDS = 60
# The marks that one write takes away: no expression is too long for DynamoDB.
MOST_MARKS = 50
# After so long a vendor without a budget left is asked again: the operator may have given it more.
LONGEST_WAIT = 3600
COUNTS = ("calls", "units", "cost", "possible_units", "possible_cost")

Row = dict[str, Any]


@dataclass(frozen=True)
class Charge:
    """What one call for a tenant may cost: `units` of the vendor's own, and `cost` in yuan.

    `day` is when it is made (UTC). `budgets` are the counters that it was taken out of.
    """

    tenant: str
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
    """What is added to the sums of a charge's day, tenant, vendor and product; what is negative is taken away."""

    charge: Charge
    amounts: Mapping[str, Decimal | int]


def charge(product: str, offer: Offer, options: Mapping[str, str], tenant: Tenant) -> Charge | None:
    """What a call that is made now for a tenant may cost; None where it costs nothing."""
    units = Decimal(str(offer.units(options)))
    if not units:
        return None
    cost = units * settings().price(offer.vendor, offer.interface)
    return Charge(tenant.name, offer.vendor, product, units, cost, datetime.now(UTC).date())


@cache
def _parts() -> Iterator[int]:
    """The parts in turn, in an order drawn at the first call: functions that start from one snapshot differ in it."""
    return cycle(random.sample(range(PARTS), PARTS))


def updates(counts: Iterable[Count]) -> list["UpdateTypeDef"]:
    """The counts as updates for one write of the table: at most one for each item."""
    sums: dict[tuple[date, str], dict[str, Decimal]] = {}
    part = next(_parts())
    for one in counts:
        of = one.charge
        key = of.day, f"usage#{of.day.isoformat()}#{of.tenant}#{of.vendor}#{of.product}#{part}"
        into = sums.setdefault(key, dict.fromkeys(COUNTS, Decimal(0)))
        for name, amount in one.amounts.items():
            into[name] += amount
    return [_counted(day, key, part, amounts) for (day, key), amounts in sums.items() if any(amounts.values())]


def _counted(day: date, key: str, part: int, amounts: Mapping[str, Decimal]) -> "UpdateTypeDef":
    """The update of a sum, which is found again under its day."""
    named = {":day": _listed(day, part), ":created_at": day.isoformat()}
    return _update(key, amounts, "#day = :day, created_at = :created_at", {"#day": "day"}, named)


def add(counts: Iterable[Count]) -> None:
    """Count by itself what no write of the ledger says."""
    found: list[TransactWriteItemTypeDef] = [{"Update": one} for one in updates(counts)]
    if found:
        # A transaction, since that counts once although its answer is lost and it is repeated.
        together(*found)


def report(start: date, end: date, tenant: Tenant = OPERATOR) -> list[Row]:
    """What calls cost from the day `start` to `end`, both included: a row for each day, tenant, vendor and product.

    It is read from an index, and so may lack what was counted in the last second. A tenant is shown its own calls.
    """
    days = [start + timedelta(days=number) for number in range((end - start).days + 1)]
    rows: dict[tuple[str, ...], Row] = {}
    for item in chain.from_iterable(
        threads.each(_sums, [_listed(day, part) for day in days for part in range(LISTED)])
    ):
        _, *names, _ = item["id"].split("#")
        fresh = dict(zip(("day", "tenant", "vendor", "product"), names, strict=True)) | dict.fromkeys(COUNTS, 0)
        row = rows.setdefault(tuple(names), fresh)
        for name in COUNTS:
            row[name] += item.get(name, 0)
    return [rows[names] for names in sorted(rows) if rows[names]["calls"] and tenant.sees(rows[names])]


def _sums(listed: str) -> list[Mapping[str, Any]]:
    query = {
        "TableName": settings().table,
        "IndexName": "by_day",
        "KeyConditionExpression": "#day = :day",
        "ExpressionAttributeNames": {"#day": "day"},
        "ExpressionAttributeValues": {":day": listed},
    }
    return [item for page in queried(query) for item in page["Items"]]


def _listed(day: date, part: int) -> str:
    """The key of the index by day under which this part of the day's sums is found."""
    return f"usage#{day.isoformat()}#{part % LISTED}"


def grouped(rows: Sequence[Row], by: str | None) -> list[Row]:
    """The rows added up to one for each value of the column `by`, sorted by it; to one in all for None."""
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
    now = datetime.now(UTC)
    for period in ("day", "month"):
        budgets = [one for one in settings().vendor_budgets if (one.vendor, one.period) == (charge.vendor, period)]
        if not budgets:
            continue
        key = _budget_key(charge.vendor, period, now)
        try:
            fits = _taken(key, budgets, {"units": charge.units, "cost": charge.cost})
        except Exception:
            free(charge)
            raise
        if not fits:
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
        _changed(key, {"units": -charge.units, "cost": -charge.cost})


def _taken(key: str, budgets: Sequence[Budget], amounts: Mapping[str, Decimal]) -> bool:
    if any(amounts[one.of] > one.most for one in budgets):
        return False
    after = _changed(key, amounts, {one.of: one.most - amounts[one.of] for one in budgets})
    if after is None:
        return False
    for one in budgets:
        if after[one.of] - amounts[one.of] < NEARLY * one.most <= after[one.of]:
            alert("BudgetNearlySpent", {"vendor": one.vendor, "period": one.period, "of": one.of})
    return True


# Marks that may go, by budget: their writes will not be repeated any more.
_idle_marks: dict[str, list[str]] = {}


def _changed(
    key: str, amounts: Mapping[str, Decimal], most: Mapping[str, Decimal] | None = None
) -> Mapping[str, Decimal] | None:
    """A budget's counters once the amounts are added, however often the write is repeated on its way.

    None where one of them was above `most` before.
    """
    now, mark, idle = int(time.time()), f"mark_{uuid.uuid4().hex[:12]}", _idle_marks.pop(key, [])[:MOST_MARKS]
    rooms = {f":{name}_before": room for name, room in (most or {}).items()}
    fits = " AND ".join(f"{name} <= :{name}_before" for name in most or {})
    also = f"#mark = :now{' REMOVE ' if idle else ''}{', '.join(idle)}"
    update = _update(key, amounts, also, {"#mark": mark}, {":now": now, **rooms})
    fits = f" AND (attribute_not_exists(id) OR ({fits}))" if fits else ""
    update["ConditionExpression"] = f"attribute_not_exists(#mark){fits}"
    update["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    try:
        answer = aws.dynamodb().update_item(**update, ReturnValues="ALL_NEW")
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        _idle_marks.setdefault(key, []).extend(idle)
        stands: Mapping[str, Any] = error.response.get("Item", {})  # type: ignore[assignment]  # its stubs know none
        if mark not in stands:
            return None
        return {name: stands[name] for name in amounts}
    after: Mapping[str, Any] = answer["Attributes"]
    old = [name for name, at in after.items() if name.startswith("mark_") and at < now - MARKED_SECONDS]
    own = [] if answer["ResponseMetadata"]["RetryAttempts"] else [mark]
    _idle_marks.setdefault(key, []).extend([*own, *old])
    return {name: after[name] for name in amounts}


def _update(
    key: str, amounts: Mapping[str, Decimal], also: str, names: Mapping[str, str], values: Mapping[str, Any]
) -> "UpdateTypeDef":
    """The update that adds the amounts to an item's, and sets `also`."""
    until = int(time.time()) + KEPT_DAYS * DAY
    added = {f":{name}": amount for name, amount in amounts.items()}
    return {
        "TableName": settings().table,
        "Key": {"id": key},
        "UpdateExpression": f"ADD {', '.join(f'{name} :{name}' for name in amounts)} SET expires_at = :until, {also}",
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": {**added, ":until": until, **values},
    }


def spent(now: datetime) -> list[Row]:
    """Each budget of the current day and month, with what was spent of it."""
    budgets = {one: _budget_key(one.vendor, one.period, now) for one in settings().vendor_budgets}
    found = {item["id"]: item for item in several(list(dict.fromkeys(budgets.values())))}
    return [one._asdict() | {"spent": found.get(key, {}).get(one.of, 0)} for one, key in budgets.items()]


def _budget_key(vendor: str, period: str, now: datetime) -> str:
    return f"budget#{vendor}#{now.date().isoformat()[: 10 if period == 'day' else 7]}"
