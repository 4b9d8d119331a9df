"""`make cost`: what the stack costs a month when nothing is read, and what 1,000 documents cost, for sets of products.

Beside it: what the same uploads cost with version 1, and with a naive handler.

Counts are multiplied with prices: what the template makes, what a document takes (`operations.json`), and list prices
(`prices.json`). Put your region's prices there. Vendors bill by themselves.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from cfnlint.decode import cfn_yaml  # type: ignore[import-untyped]
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from local.arguments import Arguments
from local.cloud.aws import ROOT
from local.cloud.stack import logical
from local.generate.tables import MONEY, with_table
from local.generate.tables import table as in_markdown
from ocr.declare.catalogue import products
from ocr.platform import threads

HERE = Path(__file__).parent
PRICES: Mapping[str, Any] = json.loads((HERE / "prices.json").read_text())
OPERATIONS: Mapping[str, Any] = json.loads((HERE / "operations.json").read_text())
MINUTES_A_MONTH = 60 * 24 * 30
THOUSAND = 1000
# Statuses of records and of announcements, vendors with one outcome each, and what somebody has to hear of: a month.
METRICS_IN_USE = 20
# Parts that a stack has only where its operator asks for them.
OPTIONAL = {"HasWebhooks", "SignsIn"}


def main() -> None:
    """Print the tables."""
    parser = Arguments(prog="python -m local cost", description="What the stack costs.")
    parser.add_argument("--docs", action="store_true", help=f"write the comparison into {MONEY.name}")
    asked = parser.parse_args()
    console = Console(width=None if sys.stdout.isatty() else 120)
    idle_table = Table("products", "mappings", "secrets", "alarms", "idle a month, $", "in use: metrics, $", box=SIMPLE)
    for name, slugs in sets().items():
        parts = idle(slugs)
        cells = [f"{parts[part]:.2f}" for part in ("SQS request", "secret", "alarm on a metric")]
        idle_table.add_row(
            name, *cells, f"{sum(parts.values()):.2f}", f"{_month({'custom metric': METRICS_IN_USE}):.2f}"
        )
    console.print(idle_table)
    reading = Table("1,000 documents", "$", "of which the most", box=SIMPLE)
    for name, parts in readings():
        most = sorted(parts.items(), key=lambda part: -part[1])[:3]
        reading.add_row(name, f"{sum(parts.values()):.3f}", ", ".join(f"{part} {cost:.3f}" for part, cost in most))
    console.print(reading)
    head, *rows = compared()
    for shown in ([head, *rows], written()):
        beside = Table(*shown[0], box=SIMPLE)
        for row in shown[1:]:
            beside.add_row(*row)
        console.print(beside)
    console.print(f"1,000 reports of what a month's calls cost, of few products: {report():.3f} $")
    if asked.docs:
        items = written()
        page = with_table(MONEY.read_text(), "cost", in_markdown(head, rows))
        MONEY.write_text(with_table(page, "written", in_markdown(items[0], items[1:])))


@cache
def template() -> Mapping[str, Any]:
    """The template as it is written, its short forms written out."""
    loaded: Mapping[str, Any] = json.loads(json.dumps(cfn_yaml.load(str(ROOT / "template.yaml"))))
    return loaded


def sets() -> Mapping[str, list[str]]:
    """Sets of products to count for, by name."""
    default = template()["Parameters"]["Products"]["Default"].split(",")
    return {"one": default[:1], f"the default's {len(default)}": default, f"all {len(products())}": [*products()]}


def idle(slugs: list[str]) -> dict[str, float]:
    """US dollars a month of a stack with these products that reads nothing, by what costs them."""
    made = {name: part for name, part in template()["Resources"].items() if part.get("Condition") not in OPTIONAL}
    names = {logical(slug) for slug in slugs}
    polls = 0
    for part in made.values():
        if part.get("Condition", "Has").removeprefix("Has") not in {"", *names}:
            continue
        for mapping in _mappings(part):
            bounded = "with MaximumConcurrency" if "ScalingConfig" in mapping else "without"
            polls += PRICES["polling"][f"pollers {bounded}"] * PRICES["polling"]["requests a minute"]
    alarms = 0
    for part in made.values():
        if part["Type"] == "AWS::CloudWatch::Alarm":
            watched = part["Properties"].get("Metrics", [{"MetricStat": {}}])
            there = [one["Fn::If"][0].removeprefix("Has") in names for one in watched if "Fn::If" in one]
            alarms += sum(there) + sum("MetricStat" in one for one in watched)
    secrets = sum(part["Type"] == "AWS::SecretsManager::Secret" for part in made.values())
    counted = {"SQS request": polls * MINUTES_A_MONTH, "secret": secrets, "alarm on a metric": alarms}
    return {name: _month({name: number}) for name, number in counted.items()}


def _mappings(part: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What brings the messages of queues to a function, in one part of the template."""
    if part["Type"] == "AWS::Lambda::EventSourceMapping":
        return [part["Properties"]]
    events = part["Properties"].get("Events", {}) if part["Type"] == "AWS::Serverless::Function" else {}
    return [event["Properties"] for event in events.values() if event["Type"] == "SQS"]


def _month(counted: Mapping[str, float]) -> float:
    """The price of so much in a month, beyond what is free."""
    prices: Mapping[str, float] = {**PRICES["a month"], **PRICES["each"]}
    free: Mapping[str, float] = PRICES["free"]
    return sum(max(0.0, number - free.get(name, 0)) * prices[name] for name, number in counted.items())


def readings() -> Iterator[tuple[str, dict[str, float]]]:
    """Each way that documents are read, with the price of a thousand by what costs it."""
    engine, vendor = OPERATIONS["engine"]["seconds"], OPERATIONS["vendor seconds"]
    yield "by HTTPS, the engine", reading("by HTTPS", engine, own=True)
    yield "by HTTPS, a vendor of 1 s", reading("by HTTPS", vendor)
    yield "by S3, one at a time, the engine", reading("by S3", engine, own=True)
    yield "by S3, batches, the engine", reading("by S3", engine, own=True, batch=threads.MOST)
    yield "by S3, batches, a vendor of 1 s", reading("by S3", vendor, batch=threads.MOST)


def reading(way: str, seconds: float, *, own: bool = False, batch: int = 1) -> dict[str, float]:
    """US dollars of a thousand documents, by what costs them; `own` says that our engine reads them."""
    prices, product, engine = PRICES["each"], OPERATIONS["product"], OPERATIONS["engine"]
    counted = {name: number for name, number in OPERATIONS[way].items() if name in prices}
    if not own:
        counted["DynamoDB write unit"] += OPERATIONS["a call that may be charged"]["DynamoDB write unit"]
    counted["SQS request"] = counted.get("SQS request", 0) / batch
    counted["Lambda request"] = 1 / batch + own
    counted["log GB"] = OPERATIONS["log bytes"] / 1e9
    costs = {name: THOUSAND * number * prices[name] for name, number in counted.items()}
    waiting = (seconds / batch + product["seconds beside the vendor"]) * product["GB"]
    costs["Lambda, the product"] = THOUSAND * waiting * prices["Lambda GB-second"]
    if own:
        costs["Lambda, the engine"] = THOUSAND * engine["seconds"] * engine["GB"] * prices["Lambda GB-second"]
    return costs


def compared() -> list[list[str]]:
    """A head and rows: 1,000 uploads now, with version 1 and with a naive handler, by what costs them."""
    uploads = OPERATIONS["uploads"]
    ways = [way for way, took in uploads.items() if isinstance(took, dict)]
    bills = {way: _bill(uploads[way], uploads["a month"]) for way in ways}
    rows = [
        [name, *(_counted(bills[way][name][0]) for way in ways), *(f"{bills[way][name][1]:.4f}" for way in ways)]
        for name in bills[ways[0]]
    ]
    sums = [sum(cost for _, cost in bills[way].values()) for way in ways]
    rows.append(["all", *[""] * len(ways), *(f"{one:.4f}" for one in sums)])
    rows.append(["now ÷", *[""] * len(ways), *(f"{sums[0] / one:.2f}" for one in sums)])
    return [["1,000 uploads", *ways, *(f"{way}, $" for way in ways)], *rows]


def written() -> list[list[str]]:
    """A head and rows: the items that an upload writes into the table, and the units that each takes."""
    items = OPERATIONS["written"]["items"]
    rows = [
        [
            one["item"],
            one["with"],
            f"{one['bytes']:,}",
            f"{one['table']}",
            ", ".join(f"{units} {index}" for index, units in one["indexes"].items()),
        ]
        for one in items
    ]
    table, indexes = sum(one["table"] for one in items), sum(sum(one["indexes"].values()) for one in items)
    return [
        ["item", "in the transaction of", "bytes", "write units", "of the indexes"],
        *rows,
        ["all", "", "", f"{table}", f"{indexes}"],
    ]


def _counted(number: float) -> str:
    return f"{number:,.4f}".rstrip("0").rstrip(".")


def _bill(took: Mapping[str, float], month: int) -> dict[str, tuple[float, float]]:
    """How much 1,000 uploads take of what is billed, and what that costs; metrics by their part of the month's."""
    each = {name: THOUSAND * number for name, number in took.items() if name in PRICES["each"]}
    each["SQS request"] = THOUSAND * took["SQS requests a batch"] / took["batch"]
    each["Lambda request"] = THOUSAND / took["batch"]
    each["Lambda GB-second"] = THOUSAND * took["seconds"] * OPERATIONS["product"]["GB"]
    each["log GB"] = THOUSAND * took["log bytes"] / 1e9
    bill = {name: (number, number * PRICES["each"][name]) for name, number in each.items()}
    metrics = took["custom metric"]
    bill["custom metric"] = metrics, _month({"custom metric": metrics}) * THOUSAND / month
    return bill


def report() -> float:
    """US dollars of a thousand reports of a month; 4 KB more that a query finds cost half a unit more."""
    prices, took = PRICES["each"], OPERATIONS["a report of 31 days"]
    each: float = sum(number * prices[name] for name, number in took.items() if name in prices)
    running: float = took["seconds"] * OPERATIONS["product"]["GB"] * prices["Lambda GB-second"]
    return THOUSAND * (each + running)


if __name__ == "__main__":
    main()
