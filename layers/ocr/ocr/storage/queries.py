"""Lists of records: of a product or of all, by time, page by page, without scanning the table."""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from ocr.model.record import FINAL, Status, Summary
from ocr.model.tenant import OPERATOR, Tenant
from ocr.platform.errors import CallerError
from ocr.platform.settings import settings
from ocr.storage.records import RECORD_ID, WAITING, Item, expired, moment, partitions, queried

# A list looks at no more records in one go, so that a rare status or vendor costs no more time than an answer has.
MOST_SEEN = 10_000
# Of those, what one query reads where most may not match.
SEEN_AT_ONCE = 1_000
# Before all records of its moment, where the newest come first.
HIGHEST = "f" * 32


Reviewed = Literal["needed", "approved", "rejected", "corrected"]
_DECIDED = "decision = :decision"
_REVIEWED: Mapping[Reviewed, tuple[str, Item]] = {
    "approved": (_DECIDED, {":decision": "approved"}),
    "rejected": (_DECIDED, {":decision": "rejected"}),
    "corrected": ("corrected > :none", {":none": 0}),
}


@dataclass(frozen=True)
class Search:
    """What a list is about: a tenant's records, of a product or of all, `since` (inclusive) `until` (exclusive) when.

    `doubtful` asks for records of which a check failed, `review` for those that wait for a person, or that one has
    corrected or decided on.
    """

    since: datetime
    until: datetime
    product: str | None = None
    status: Status | None = None
    vendor: str | None = None
    doubtful: bool = False
    tenant: Tenant = OPERATOR
    review: Reviewed | None = None
    label: str | None = None

    @property
    def is_rare(self) -> bool:
        """Whether most records of the index that is asked may not match."""
        rare = self.status or self.vendor or self.label or self.doubtful or self.review in _REVIEWED
        further = self.tenant.name or self.product if self.waits else self.tenant.name and self.product
        return bool(rare or further)

    @property
    def waits(self) -> bool:
        """Whether it is about records that wait for a person: those have an index of their own."""
        return self.review == "needed"


def page(search: Search, limit: int, cursor: str | None = None) -> tuple[list[Summary], str | None]:
    """Up to `limit` records, newest first, and the cursor that goes on behind the last of them.

    A page may be short, empty even, and have a cursor: behind `MOST_SEEN` records of other vendors, say. A cursor names
    the last record that was seen, so records that come meanwhile move nothing. Raises `invalid_request` for a
    cursor of another search.
    """
    found: list[Item] = []
    after = _after(cursor)
    if after:
        after |= {"tenant": search.tenant.name, "waits": WAITING}
    own = search.tenant.name or search.waits or search.product in (None, after["product"] if after else None)
    if after and not (own and _within(search, after["created_at"])):
        raise _no_cursor()
    seen = 0
    for part in _found(search, after, limit):
        for one in part["Items"]:
            if expired(one):
                continue
            if len(found) == limit:
                return [_summary(one) for one in found], _cursor(found[-1])
            found.append(one)
        seen += part["ScannedCount"]
        if seen >= MOST_SEEN and (last := part.get("LastEvaluatedKey")):
            return [_summary(one) for one in found], _cursor(last)
    return [_summary(one) for one in found], None


def _found(search: Search, after: Item | None, limit: int) -> Iterator[Mapping[str, Any]]:
    """DynamoDB's answers in the order of their partitions: of those that wait, the tenant, the product, or a day."""
    if search.since > search.until:
        return  # DynamoDB refuses such a query
    statuses = {f":{status}": status for status in ([search.status] if search.status else sorted(FINAL))}
    names: dict[str, str] = {"#status": "status"}
    values: Item = {":since": moment(search.since), ":until": moment(search.until), **statuses}
    filters = f"#status IN ({', '.join(statuses)})"
    indexes = [*_partitions(search)]
    equal = {"vendor": search.vendor, "label": search.label, "tenant": search.tenant.name, "product": search.product}
    for name, wanted in equal.items():
        if wanted and name != indexes[0][1]:
            names, values = names | {f"#{name}": name}, values | {f":{name}": wanted}
            filters += f" AND #{name} = :{name}"
    if search.doubtful:
        values |= {":none": 0}
        filters += " AND checks_failed > :none"
    if search.review and search.review in _REVIEWED:
        condition, more = _REVIEWED[search.review]
        values |= more
        filters += f" AND {condition}"
    query: Item = {
        "TableName": settings().table,
        "FilterExpression": filters,
        "ScanIndexForward": False,
        "Limit": SEEN_AT_ONCE if search.is_rare else limit + 1,
    }
    for index, name, parts in indexes:
        if after and after[name] not in parts:
            continue  # the cursor stands in a later one
        queries = [
            query
            | {
                "IndexName": index,
                "KeyConditionExpression": "#part = :part AND created_at BETWEEN :since AND :until",
                "ExpressionAttributeNames": names | {"#part": name},
                "ExpressionAttributeValues": values | {":part": part},
            }
            for part in parts
        ]
        if len(queries) > 1:
            yield from _merged(queries, after)
        elif after:
            yield from queried(
                queries[0] | {"ExclusiveStartKey": {part: after[part] for part in ("id", "created_at", name)}}
            )
        else:
            yield from queried(queries[0])
        after = None


def _merged(queries: Sequence[Item], after: Item | None) -> Iterator[Mapping[str, Any]]:
    """The answers to several queries as if they were one query's, newest first, from behind `after`.

    What was found is given out once every query has come past its moment. In between, the last key is the moment that
    all have come to; of records of the same moment the higher id comes first.
    """
    if after:
        for query in queries:
            query["ExpressionAttributeValues"][":until"] = after["created_at"]
    pages = [iter(queried(query)) for query in queries]
    reached: dict[int, Item | None] = dict.fromkeys(range(len(pages)))
    waiting: list[Item] = []
    behind = {*reached}
    while behind:
        answers = {number: next(pages[number]) for number in behind}
        reached |= {number: answer.get("LastEvaluatedKey") for number, answer in answers.items()}
        waiting += [
            one for answer in answers.values() for one in answer["Items"] if not after or _place(one) < _place(after)
        ]
        waiting.sort(key=_place, reverse=True)
        last = max(filter(None, reached.values()), key=_place, default=None)
        ready = [one for one in waiting if last is None or one["created_at"] > last["created_at"]]
        waiting = waiting[len(ready) :]
        seen = sum(answer["ScannedCount"] for answer in answers.values())
        yield {"Items": ready, "ScannedCount": seen} | ({"LastEvaluatedKey": last | {"id": HIGHEST}} if last else {})
        behind = {number for number, key in reached.items() if key and last and key["created_at"] >= last["created_at"]}


def _place(item: Mapping[str, Any]) -> tuple[str, str]:
    return item["created_at"], item["id"]


def _partitions(search: Search) -> Iterator[tuple[str, str, list[str]]]:
    """Index, attribute and its values, of partitions that belong together."""
    if search.waits:
        yield "by_review", "waits", partitions(WAITING)
        return
    if search.tenant.name:
        yield "by_tenant", "tenant", [search.tenant.name]
        return
    if search.product:
        yield "by_product", "product", [search.product]
        return
    # No record is older than its expiry or of the future, and every other day would cost a query.
    now = datetime.now(UTC)
    day = min(search.until, now + timedelta(days=1)).astimezone(UTC).date()
    first = max(search.since, now - timedelta(days=settings().record_days + 1)).astimezone(UTC).date()
    while day >= first:
        yield "by_day", "day", partitions(day.isoformat())
        day -= timedelta(days=1)


def _cursor(last: Mapping[str, Any]) -> str:
    position = json.dumps([last["id"], last["created_at"], last.get("product", "")])
    return base64.urlsafe_b64encode(position.encode()).decode().rstrip("=")


def _after(cursor: str | None) -> Item | None:
    if cursor is None:
        return None
    try:
        id, created_at, product = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True))
        day = datetime.fromisoformat(created_at).date().isoformat()
        if not RECORD_ID.fullmatch(id) or not isinstance(product, str):
            raise ValueError
    except (ValueError, TypeError):
        raise _no_cursor() from None
    return {"id": id, "created_at": created_at, "product": product, "day": day}


def _within(search: Search, created_at: str) -> bool:
    return moment(search.since) <= created_at <= moment(search.until)


def _no_cursor() -> CallerError:
    return CallerError(
        "This cursor was not issued for this list.", "Leave it out to start at the newest.", kind="invalid_request"
    )


def _summary(found: Item) -> Summary:
    shown = json.loads(found.get("shown", "{}"))
    parts = {name: found[name] for name in Summary.model_fields if name in found}
    return Summary.model_validate(parts | {"fields": shown})
