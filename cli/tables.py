"""Records, lists and products as tables for people. What was read is printed as it is, never as markup."""

import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from csv import DictWriter
from io import StringIO
from typing import Any

from rich.box import SIMPLE
from rich.console import RenderableType
from rich.table import Column, Table
from rich.text import Text

from cli import products
from cli.api import Json
from cli.calibration import calibration_error
from cli.evaluation import Evaluation, Total
from cli.reading import SUCCEEDED, Outcome

MARKS = {"passed": ("✓", "green"), "failed": ("✗", "red")}


def record(found: Json) -> Iterator[RenderableType]:
    """A record: its head, and for each document the fields with confidence and checks, and what else was read."""
    yield Text(_head(found), style="" if found["status"] == SUCCEEDED else "red")
    if found.get("problem"):
        yield _text(f"{found['problem']['detail']} {found['problem']['advice']}")
    documents = [found["document"], *found.get("others", [])] if found.get("document") else []
    for document in documents:
        yield _fields(document)
        yield from (_rows(name, value) for name, value in document["fields"].items() if _is_rows(value))
    yield from (_grid(one["cells"]) for one in found.get("tables", []))


def keys(found: Iterable[Json]) -> Table:
    """The tenants' keys."""
    table = _table("tenant", "id", "a second", "a day", "created at")
    for one in found:
        table.add_row(one["tenant"], one["id"], f"{one['per_second']:g}", str(one["per_day"]), one["created_at"])
    return table


def _head(found: Json) -> str:
    again = "replayed" if found.get("replayed") else None
    return "  ".join(
        part for part in (found["id"], found["product"], found["status"], found.get("vendor"), again) if part
    )


def _fields(document: Json) -> Table:
    table = _table("field", "value", "confidence", "checks")
    for name, value in document["fields"].items():
        if not _is_rows(value):
            confidence = document.get("evidence", {}).get(name, {}).get("confidence")
            table.add_row(name, _text(value), _number(confidence), _verdicts(document, name))
    for check in document.get("checks", []):
        # A failed check of what was not filled has no row of its own above.
        if check["outcome"] == "failed" and not any(name in document["fields"] for name in check["fields"]):
            table.add_row(_text(", ".join(check["fields"])), "", "", _verdict(check))
    for one in document.get("unmapped", []):
        table.add_row(_text(one["label"]), _text(one["text"]), _number(one.get("confidence")), "", style="dim")
    return table


def _verdicts(document: Json, name: str) -> Text:
    """The checks that a field is part of, with what is wrong."""
    checks = [check for check in document.get("checks", []) if name in check["fields"] and check["outcome"] in MARKS]
    return Text("\n").join(_verdict(check) for check in checks)


def _verdict(check: Json) -> Text:
    mark, style = MARKS[check["outcome"]]
    detail = f": {check['detail']}" if check.get("detail") else ""
    return Text(f"{mark} {check['name']}{detail}", style)


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _rows(name: str, rows: Sequence[Json]) -> Table:
    """A field that is a table of its own."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    table = _table(*columns)
    table.title, table.title_justify = name, "left"
    for row in rows:
        table.add_row(*(_text(row.get(column)) for column in columns))
    return table


def _grid(cells: Sequence[Json]) -> Table:
    """A table as it stands on the picture; a cell over several rows or columns stands in its first."""
    places = {(cell["row"], cell["column"]): cell["text"] for cell in cells}
    table = Table(box=SIMPLE, show_header=False)
    for row in range(1 + max(row for row, _ in places)):
        table.add_row(*(_text(places.get((row, column))) for column in range(1 + max(column for _, column in places))))
    return table


def outcomes(found: Iterable[Outcome]) -> Table:
    """A line a picture; why it was not read has been said by then."""
    table = _table("file", _ids(), "status", "fields", "lowest confidence", "checks failed")
    for one in found:
        style = None if one.status == SUCCEEDED else "red"
        confidence = _number(one.lowest_confidence)
        cells = [str(one.file), one.id, one.status, len(one.fields), confidence, ", ".join(one.checks_failed)]
        table.add_row(*map(_text, cells), style=style)
    return table


def summaries(records: Iterable[Json]) -> Table:
    """A line a record, as lists show them: personal fields masked."""
    table = _table(
        _ids(), "product", "status", "vendor", "label", "created", "checks failed", "lowest confidence", "fields"
    )
    for one in records:
        shown = ", ".join(f"{name}={value}" for name, value in one.get("fields", {}).items())
        status = ": ".join(part for part in (one["status"], one.get("problem")) if part)
        doubts = [one.get("checks_failed") or None, _number(one.get("lowest_confidence"))]
        by = [one.get("vendor"), one.get("label"), one["created_at"][:19]]
        parts = [one["id"], one["product"], status, *by, *doubts, shown]
        table.add_row(*map(_text, parts))
    return table


def usage(by: str, found: Json) -> Table:
    """A line for each vendor, product, tenant or day, and one for all."""
    table = _table(by, "calls", "price units", "yuan", "possible units", "possible yuan")
    for row in [*found["rows"], {by: "in all"} | found["total"]]:
        table.add_row(*(_text(row[name]) for name in (by, *found["total"])))
    return table


def vendors(found: Json) -> Iterator[Table]:
    """The vendors' circuit breakers, and their budgets where there are any."""
    table = _table("vendor", "interface", "circuit", "since")
    for one in found["circuits"]:
        table.add_row(one["vendor"], one["interface"], one["state"].replace("_", " "), one.get("since", ""))
    yield table
    if found["budgets"]:
        table = _table("vendor", "budget", "spent", "in", "period")
        for one in found["budgets"]:
            table.add_row(one["vendor"], f"{one['most']:g}", f"{one['spent']:g}", one["of"], one["period"])
        yield table


def queues(found: Json) -> Table:
    """The stack's queues."""
    table = _table("queue", "waiting", "delayed", "in progress", "oldest, seconds")
    for one in found["queues"]:
        told = (one["queue"], one["waiting"], one["delayed"], one["in_progress"], one.get("oldest_seconds"))
        table.add_row(*map(_text, told))
    return table


def evaluation(found: Evaluation) -> Iterator[Table]:
    """What readers made of pictures whose content is known: as a whole, by field, by check, by confidence."""
    for title, head, rows in evaluation_rows(found):
        table = _table(*head)
        table.title, table.title_justify = title, "left"
        for row in rows:
            table.add_row(*map(_text, row))
        yield table


Rows = tuple[str, Sequence[str], list[list[str]]]


def evaluation_rows(found: Evaluation) -> Iterator[Rows]:
    """The tables of an evaluation: title, head, rows."""
    head = ["reader", "pictures", "exactly right", "silently wrong", "escalated", "seconds", "price units", "yuan"]
    yield "Records", [*head, "units a right one", "yuan a right one"], [_total(one) for one in found.totals()]
    head = ["field", "reader", "exact", "wrong", "missing", "silently wrong", "characters misread"]
    counts = found.fields().items()
    rows = [[*key, *map(str, (n.right, n.wrong, n.missing, n.silent, n.slips))] for key, n in counts]
    yield "Fields", head, rows
    head = ["check", "reader", "passed, right", "passed, wrong", "failed, right", "failed, wrong"]
    pairs = [(passed, right) for passed in (True, False) for right in (True, False)]
    yield "Checks", head, [[*key, *(str(n[pair]) for pair in pairs)] for key, n in found.checks().items()]
    head = ["confidence", "reader", "values", "mean confidence", "share right"]
    rows = []
    for reader in found.readers:
        bins = found.calibration(reader)
        rows += [
            [f"{low:g}–{high:g}", reader.name, str(n), _number(sure), _number(right)]
            for low, high, n, sure, right in bins
        ]
        rows += [["calibration error", reader.name, "", "", _number(calibration_error(bins))]] if bins else []
    yield "Confidence", head, rows


def _total(one: Total) -> list[str]:
    counts = [one.pictures, one.right, one.silent, one.escalated]
    money = [f"{part:.4g}" for part in (one.units, one.cost)]
    each = ["" if part is None else f"{part:.4g}" for part in one.each]
    return [one.reader.name, *map(str, counts), f"{one.seconds:.1f}", *money, *each]


def csv_of(columns: Sequence[str], rows: Iterable[Json]) -> str:
    """The rows as CSV with a head."""
    file = StringIO()
    writer = DictWriter(file, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def catalogue(described: Iterable[Json]) -> Table:
    """A line a product."""
    table = _table("product", "name", "category", "vendors")
    for one in described:
        table.add_row(*map(_text, (one["product"], one["name"], one["category"], ", ".join(one["vendors"]))))
    return table


def webhooks(endpoints: Iterable[Json]) -> Table:
    """A line an endpoint."""
    table = _table("id", "address", "products", "statuses", "tenant")
    for one in endpoints:
        filters = (", ".join(one["products"]) or "all", ", ".join(one["statuses"]) or "all")
        table.add_row(*map(_text, (one["id"], one["url"], *filters, one["tenant"] or "all")))
    return table


def product(description: Json) -> Iterator[RenderableType]:
    """A product: who reads it for what, which options it takes, which fields its records have."""
    yield Text(f"{description['product']}  {description['name']}  {description['category']}")
    offers = _table("vendor", "price", "formats", "bytes")
    for offer in description["offers"]:
        size = f"{offer['bytes']} {offer['bytes_counted']}"
        offers.add_row(*map(_text, (offer["vendor"], offer["price_units"], ", ".join(offer["formats"]), size)))
    yield offers
    yield _taken(description["options"])
    yield _declared(products.fields(description))


def _taken(options: Json) -> Table:
    table = _table("option", "values", "what it is")
    for name, schema in options.get("properties", {}).items():
        needed = " (needed)" if name in options.get("required", []) else ""
        table.add_row(*map(_text, (name + needed, products.kind(schema), products.meaning(schema))))
    return table


def _declared(fields: Mapping[str, Json]) -> Table:
    table = _table("field", "values", "stands on it as")
    for name, schema in fields.items():
        table.add_row(*map(_text, (name, products.kind(schema), ", ".join(schema.get("labels", [])))))
    return table


def _ids() -> Column:
    """A column of ids, to be copied as a whole however narrow the terminal is."""
    return Column("record", no_wrap=True, min_width=32)


def _table(*columns: str | Column) -> Table:
    """A table that breaks its values over lines where the terminal is narrow, and never cuts one."""
    return Table(*(Column(one, overflow="fold") if isinstance(one, str) else one for one in columns), box=SIMPLE)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _text(value: Any) -> Text:
    """A value as text, without what a terminal would obey."""
    plain = value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)
    return Text("".join(letter if letter == "\n" or not _is_obeyed(letter) else "\ufffd" for letter in plain))


def _is_obeyed(letter: str) -> bool:
    """Whether it is a control code, another end of a line, or turns the direction of what follows."""
    turns = "\u202a" <= letter <= "\u202e" or "\u2066" <= letter <= "\u2069"
    return turns or unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"}
