"""`make cost` counts what the template makes; `make scale` bends a load at its tightest ceiling."""

import pytest

from local.cost.__main__ import OPERATIONS, compared, idle, reading, readings, sets, written
from local.generate.tables import MONEY, table, with_table
from local.scale.model import QUOTAS, Load, ceilings, replay


def test_a_stack_of_the_default_products_costs_less_than_five_dollars_a_month_when_nothing_is_read() -> None:
    one, default, every = (sum(idle(slugs).values()) for slugs in sets().values())
    assert one < default <= 5 < every


def test_each_product_more_costs_its_polled_queue_and_its_watched_age() -> None:
    slugs = [*sets().values()][-1]
    few, more = idle(slugs[:20]), idle(slugs[:21])
    assert more["SQS request"] - few["SQS request"] == pytest.approx(5 * 3 * 60 * 24 * 30 * 0.0000004)
    assert more["alarm on a metric"] - few["alarm on a metric"] == pytest.approx(0.1)
    assert more["secret"] == few["secret"]


def test_a_thousand_documents_cost_cents_and_a_batch_less_than_one_at_a_time() -> None:
    costs = {name: sum(parts.values()) for name, parts in readings()}
    assert all(0.01 < cost < 0.3 for cost in costs.values())
    assert sum(reading("by S3", 1.0, batch=10).values()) < sum(reading("by S3", 1.0).values())


def test_an_upload_costs_less_than_two_thirds_of_what_it_did_and_the_page_says_so() -> None:
    head, *rows = compared()
    page = MONEY.read_text()
    assert with_table(page, "cost", table(head, rows)) == page
    ratios = dict(zip(head[-3:], map(float, rows[-1][-3:]), strict=True))
    assert ratios["version 1, $"] <= 0.6


def test_an_upload_is_compared_by_what_the_handlers_are_counted_to_do() -> None:
    now, paid = OPERATIONS["uploads"]["now"], OPERATIONS["a call that may be charged"]
    counted = {name: number for name, number in OPERATIONS["by S3"].items() if isinstance(number, int)}
    counted["DynamoDB write unit"] += paid["DynamoDB write unit"]
    counted["SQS requests a batch"] = counted.pop("SQS request")
    assert {name: now[name] for name in counted} == counted
    assert now["seconds"] == pytest.approx(
        OPERATIONS["product"]["seconds beside the vendor"] + 1 / now["batch"], abs=0.001
    )


def test_what_an_upload_writes_is_what_it_is_billed_and_the_page_says_so() -> None:
    head, *rows = written()
    page = MONEY.read_text()
    assert with_table(page, "written", table(head, rows)) == page
    assert sum(map(int, rows[-1][-2:])) == OPERATIONS["uploads"]["now"]["DynamoDB write unit"]


@pytest.mark.parametrize(
    ("load", "bends"),
    [
        (Load(10_000, rate=50, account="new"), "Lambda concurrency"),
        (Load(10_000, rate=100, products=1), "MaximumConcurrency"),
        (Load(100_000, rate=900, account="raised", products=47), "the table's writes"),
        (Load(100_000, rate=400, account="raised", products=47, index_writes=4), "by_day"),
    ],
)
def test_a_load_bends_at_its_tightest_ceiling(load: Load, bends: str) -> None:
    run = replay(load)
    assert [*run.bent] == [bends]
    assert run.longest_queue > 0
    assert run.seconds > load.documents / load.rate


def test_a_load_below_every_ceiling_never_waits() -> None:
    run = replay(Load(10_000, rate=4, account="new"))
    assert (run.longest_queue, run.bent, run.given_up) == (0, {}, False)


def test_a_million_documents_find_an_end_within_what_a_message_waits() -> None:
    run = replay(Load(1_000_000, rate=300))
    assert run.read == pytest.approx(1_000_000, abs=1)
    assert not run.given_up
    assert run.seconds <= 1_000_000 / min(ceilings(Load()).values()) + QUOTAS["doubling seconds"]
