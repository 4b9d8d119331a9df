"""A file of results that a later run goes on with: a line a picture, written as soon as what became of it is known."""

import csv
import io
import json
import re
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from cli.reading import FINISHED, Outcome, ReadRequest

if TYPE_CHECKING:
    from _csv import Reader

# A page of text is longer than what csv takes in a cell by default.
csv.field_size_limit(sys.maxsize)

OWN = ("file", "record_id", "status", "options")
DOUBTS = ("checks_failed", "lowest_confidence", "problem")
# Excel takes a file for UTF-8 only behind this mark.
MARK = "\ufeff"
# Behind a tab, a spreadsheet takes for text what it would else round to 15 digits, strip of zeros or run as a formula.
GUARD = "\t"
_ROUNDED = re.compile("0[0-9]+|[0-9]{12,}")
_FORMULA = re.compile(r"[=+@\-\t\r](?![0-9.,]*$)")


def plain(outcome: Outcome) -> dict[str, Any]:
    """An outcome as a JSON object, without the members that it has not."""
    members = {name: value for name, value in asdict(outcome).items() if value is not None}
    return members | {"file": outcome.file.as_posix()}


class NotResults(ValueError):
    """The file is there and holds something else than the results of this product with these options."""


@dataclass(frozen=True)
class Row:
    """One picture's line, as it stands in a file."""

    file: str
    status: str
    line: str


class Sheet(ABC):
    """How outcomes are written as lines, and read again."""

    head = ""

    @abstractmethod
    def line(self, outcome: Outcome) -> str:
        """One outcome, with the end of its line."""

    @abstractmethod
    def rows(self, text: str) -> Iterator[Row]:
        """The whole lines of a file, without one that an interrupted run left unfinished; raises `NotResults`."""


class Csv(Sheet):
    """A header, then a row a picture: file, record, status, options, the product's fields, what is doubtful.

    Lists and such are JSON in their cell. A field that is named as one of the other columns is `document.NAME`. Excel
    opens it as it is: it begins with a byte order mark, and long numbers and what looks like a formula follow a tab.
    """

    def __init__(self, fields: Sequence[str], request: ReadRequest) -> None:
        self._fields = fields
        self._options = " ".join(f"{name}={value}" for name, value in sorted(request.options.items()))
        names = [f"document.{name}" if name in (*OWN, *DOUBTS) else name for name in fields]
        self._columns = [*OWN, *names, *DOUBTS]
        self.head = MARK + _row(self._columns)

    def line(self, outcome: Outcome) -> str:
        cells = [_cell(outcome.fields.get(name)) for name in self._fields]
        own = [outcome.file.as_posix(), outcome.id or "", outcome.status, self._options]
        doubts = ["; ".join(outcome.checks_failed), _cell(outcome.lowest_confidence), outcome.reason]
        return _row(_guarded(cell) for cell in [*own, *cells, *doubts])

    def rows(self, text: str) -> Iterator[Row]:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        if next(reader, None) != self._columns:
            raise NotResults("its columns are not those of this product")
        for cells in _whole(reader, text):
            if len(cells) != len(self._columns):
                raise NotResults("it has rows of another length than its header")
            file, _, status, options = (cell.removeprefix(GUARD) for cell in cells[: len(OWN)])
            if options != self._options:
                raise NotResults("its pictures were read with other options")
            yield Row(file, status, _row(cells))


class JsonLines(Sheet):
    """A JSON object a picture: product, options, file, status, id, record, problem."""

    def __init__(self, request: ReadRequest) -> None:
        self._request = asdict(request)

    def line(self, outcome: Outcome) -> str:
        return json.dumps(self._request | plain(outcome), ensure_ascii=False) + "\n"

    def rows(self, text: str) -> Iterator[Row]:
        # Not by `splitlines`: what was read may hold ends of lines that are none of JSON Lines.
        for line in text.split("\n")[:-1]:
            try:
                members = json.loads(line)
                row = Row(members["file"], members["status"], line + "\n")
                request = {name: members[name] for name in self._request}
            except (ValueError, KeyError, TypeError):
                raise NotResults("it has lines of another kind") from None
            if request != self._request:
                raise NotResults("its pictures were read as another product or with other options")
            yield row


class Results:
    """An open file of results. What earlier runs finished stands in it; lines of pictures that were not are dropped.

    Raises `NotResults` for a file that holds something else.
    """

    def __init__(self, path: Path, sheet: Sheet) -> None:
        self._sheet = sheet
        self._lock = Lock()
        kept = [row for row in self._rows(path) if row.status in FINISHED]
        self._done = {Path(row.file).resolve(): row.status for row in kept}
        # Put in place at once: whoever interrupts finds the old file or the new one.
        fresh = path.with_name(path.name + ".new")
        fresh.write_text(sheet.head + "".join(row.line for row in kept), encoding="utf-8", newline="")
        fresh.replace(path)
        self._file = path.open("ab", buffering=0)

    def _rows(self, path: Path) -> list[Row]:
        if not path.exists():
            return []
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                text = file.read()
        except UnicodeDecodeError:
            raise NotResults("it is no text in UTF-8") from None
        return [*self._sheet.rows(text)] if text else []

    def among(self, files: Iterable[Path]) -> dict[Path, str]:
        """Those of the files that earlier runs finished, with the status that each ended in."""
        return {file: self._done[file.resolve()] for file in files if file.resolve() in self._done}

    def again(self, file: Path) -> None:
        """Have a file read although an earlier run finished it."""
        self._done.pop(file.resolve(), None)

    def add(self, outcome: Outcome) -> None:
        """Append one outcome, in one write; for any thread."""
        with self._lock:
            self._file.write(self._sheet.line(outcome).encode())

    def close(self) -> None:
        """Nothing more is added."""
        self._file.close()


def _guarded(cell: str) -> str:
    return GUARD + cell if _ROUNDED.fullmatch(cell) or _FORMULA.match(cell) else cell


def _row(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()


def _cell(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False)


def _whole(reader: "Reader", text: str) -> list[list[str]]:
    """The rows that end as rows do: the last one may have been cut off, also within quotes."""
    rows = []
    try:
        for cells in reader:
            rows.append(cells)
    except csv.Error:
        if reader.line_num < text.count("\n"):
            raise NotResults("it has a row that is no CSV") from None
        return rows
    return rows if text.endswith("\n") else rows[:-1]
