"""Tables in Markdown, and how a page holds them: between `<!-- name -->` and `<!-- /name -->`."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from local.cloud.aws import ROOT

README = ROOT / "README.md"
# Tables that are not generated: `make score`, `evaluate`, `policies`, `trials`, `bench` and `cost` write them.
ACCURACY = ROOT / "docs/accuracy.md"
MONEY = ROOT / "docs/money.md"
PROMISES = ROOT / "docs/how-it-works.md"
PERFORMANCE = ROOT / "docs/performance.md"


def pages() -> list[Path]:
    """Every page that people read."""
    return [README, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def with_table(text: str, name: str, made: str) -> str:
    """The text with its table of this name in a new state; the same text where there is none."""
    before, opening, rest = text.partition(f"<!-- {name} -->\n")
    _, closing, after = rest.partition(f"<!-- /{name} -->")
    return before + opening + (made if opening else "") + closing + after


def rows_of(text: str, name: str) -> dict[str, str]:
    """The lines of the table of this name, without its head, by their first cells."""
    _, _, rest = text.partition(f"<!-- {name} -->\n")
    lines = rest.partition(f"<!-- /{name} -->")[0].splitlines(keepends=True)
    return {line.split(" | ")[0].removeprefix("| "): line for line in lines[2:]}


def tables_of(text: str, name: str) -> list[list[list[str]]]:
    """The cells of each table between the marks of this name: its head, then its rows."""
    _, _, rest = text.partition(f"<!-- {name} -->\n")
    block = rest.partition(f"<!-- /{name} -->")[0].splitlines()
    found = [[*lines] for rows, lines in groupby(block, lambda line: line.startswith("|")) if rows]
    return [[_cells(line) for line in (lines[0], *lines[2:])] for lines in found]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.removeprefix("|").removesuffix("|").split(" | ")]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    return "".join(map(row, [head, ["---"] * len(head), *rows]))


def row(cells: Iterable[str]) -> str:
    """A line of a table."""
    return f"| {' | '.join(cell.replace('\n', ' ').replace('|', '\\|') for cell in cells)} |\n"
