"""Promise: however many records page without gaps or repeats, while others are being written.

`LISTED` says how many; `make test-all` lists ten thousand.
"""

import functools
import os
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from ocr.model.check import Check
from ocr.model.record import Document, Evidence, Record, Status
from ocr.model.tenant import Tenant
from ocr.platform import aws
from ocr.platform.settings import settings
from ocr.storage import queries, records
from tests.support.aws import World, whole_table
from tests.support.scripted import Ticket

MANY = int(os.environ.get("LISTED", "600"))
PAGE = 100 if MANY > 1000 else 25
NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)


def item(number: int, at: datetime) -> records.Item:
    """One finished record's item."""
    found = Document(fields={"number": f"T-{number}"})
    record = Record(
        id=f"{number:08x}{number:024x}", product="ticket", status=Status.SUCCEEDED, created_at=at, document=found
    )
    return records.item(record.model_copy(update={"finished_at": at}), Ticket, content=f"{number}", owner="")


@pytest.fixture
def written(world: World, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> list[str]:
    """The ids of all records, the newest first; some are of the same moment, and they are of four days.

    Where days have shards, a third is from before they had any.
    """
    moments = [NOON - timedelta(seconds=(4 * 86_400 // MANY) * (number // 3)) for number in range(MANY)]
    with whole_table().batch_writer() as table:
        for number, at in enumerate(moments):
            monkeypatch.setenv("DAY_SHARDS", str(1 if number % 3 else request.param))
            settings.cache_clear()
            table.put_item(Item=item(number, at))
    monkeypatch.setenv("DAY_SHARDS", str(request.param))
    settings.cache_clear()
    return [f"{number:08x}{number:024x}" for number in range(MANY)]


@pytest.mark.parametrize(("written", "product"), [(1, "ticket"), (1, None), (4, None)], indirect=["written"])
def test_records_page_without_gaps_or_repeats(written: list[str], product: str | None) -> None:
    search = queries.Search(NOON - timedelta(days=7), NOON + timedelta(days=7), product)
    seen: list[str] = []
    cursor, late = None, count(MANY)
    while True:
        page, cursor = queries.page(search, PAGE, cursor)
        seen += [one.id for one in page]
        if cursor is None:
            break
        # Whoever comes meanwhile comes at the front.
        number = next(late)
        aws.table().put_item(Item=item(number, NOON + timedelta(seconds=number)))
    assert len(seen) == len({*seen}) == MANY
    assert {*seen} == {*written}
    ages = [written.index(id) // 3 for id in seen]
    assert ages == sorted(ages)


@pytest.mark.parametrize("written", [1, 4], indirect=True)
def test_what_is_rare_is_found_a_bounded_number_of_records_at_a_time(
    written: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MOST_SEEN", 100)
    monkeypatch.setattr(queries, "SEEN_AT_ONCE", 50)
    rare = item(MANY, NOON - timedelta(days=3, seconds=1)) | {"vendor": "rare"}
    aws.table().put_item(Item=rare)
    for product in ("ticket", None):
        search = queries.Search(NOON - timedelta(days=7), NOON + timedelta(days=7), product, vendor="rare")
        pages = [queries.page(search, PAGE)]
        while cursor := pages[-1][1]:
            pages.append(queries.page(search, PAGE, cursor))
        assert [one.id for page, _ in pages for one in page] == [rare["id"]]
        assert len(pages) > 3


def test_records_of_which_a_check_failed_are_listed_alone_and_say_how_doubtful_they_are(world: World) -> None:
    wrong = Check(name="luhn", fields=["number"], outcome="failed")
    sure = Evidence(label="编号", text="T", confidence=0.91)
    at = NOON - timedelta(hours=1)
    doubtful = Document(fields={"number": "T"}, evidence={"number": sure}, checks=[wrong, wrong])
    for number, document in enumerate([Document(fields={"number": "T"}), doubtful]):
        record = Record(
            id=f"{number:032x}", product="ticket", status=Status.SUCCEEDED, created_at=at, document=document
        )
        finished = record.model_copy(update={"finished_at": at})
        aws.table().put_item(Item=records.item(finished, Ticket, content=f"{number}", owner=""))
    for product in ("ticket", None):
        search = queries.Search(NOON - timedelta(days=1), NOON, product, doubtful=True)
        [one], _ = queries.page(search, PAGE)
        assert (one.id, one.checks_failed, one.lowest_confidence) == (f"{1:032x}", 2, 0.91)


def waiting(number: int, **more: Any) -> records.Item:
    """The item of a record that waits for a person, or no longer does."""
    at = NOON - timedelta(minutes=number // 2)
    record = Record(
        id=f"{number:08x}{number:024x}",
        product="ticket" if number % 3 else "voucher",
        tenant="alpha" if number % 2 else None,
        status=Status.SUCCEEDED,
        created_at=at,
        finished_at=at,
        needs_review=number % 5 > 0,
        document=Document(fields={"number": "T"}),
    )
    return records.item(record, Ticket, content=f"{number}", owner="") | more


@pytest.mark.parametrize("shards", [1, 4])
def test_records_that_wait_for_a_person_are_found_without_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch, shards: int
) -> None:
    monkeypatch.setenv("DAY_SHARDS", str(shards))
    settings.cache_clear()
    with whole_table().batch_writer() as table:
        for number in range(60):
            table.put_item(Item=waiting(number))
        table.put_item(Item=waiting(61, expires_at=1))
    index = whole_table().scan(IndexName="by_review")["Items"]
    assert len(index) == 49  # one of them has expired
    asked = set[str]()
    plain = records.queried

    def noting(query: Any) -> Iterable[Any]:
        asked.add(query["IndexName"])
        return plain(query)

    monkeypatch.setattr(queries, "queried", noting)
    of = functools.partial(queries.Search, NOON - timedelta(days=1), NOON + timedelta(days=1), review="needed")
    for search, product, tenant in [
        (of(), None, None),
        (of("voucher"), "voucher", None),
        (of(tenant=Tenant("alpha")), None, "alpha"),
        (of("ticket", tenant=Tenant("alpha")), "ticket", "alpha"),
    ]:
        found, cursor = queries.page(search, 7)
        while cursor:
            more, cursor = queries.page(search, 7, cursor)
            found += more
        mine = [
            one["id"]
            for one in map(waiting, range(60))
            if one["needs_review"] and product in (None, one["product"]) and tenant in (None, one.get("tenant"))
        ]
        assert sorted(one.id for one in found) == mine
        assert [one.created_at for one in found] == sorted((one.created_at for one in found), reverse=True)
    assert asked == {"by_review"}
