"""How well the embedded vendor reads pictures whose content is known: fields, tables, plates, texts, kinds of document.

    python -m local.evaluate FOLDER…                    score each folder by its truth.json, or print what was read
    python -m local.evaluate FOLDER --product id_card   read pictures without a truth as this product
    python -m local.evaluate FOLDER --fresh             ask the engine anew, also where its answer is kept
    python -m local.evaluate FOLDER --docs              put the figures into docs/accuracy.md, too

`truth.json` is a list with an object a picture:

    file      the picture's name in the folder
    product   whose document it is, with `fields`: what its record should hold; `masked` names fields that the picture
              hides, `neutral` those that count neither way; `grid` is a table's number of rows and of columns
    plate     the licence plate that should come first
    lines     the texts that stand on it

Every value counts once, every cell of a row or a table too. A plate counts when the one returned first is exactly
right. A text's accuracy is 1 − edit distance / length of the longer text, over its lines written one after another
without spaces. Documents and texts are told apart, too: what has no title of its own (a text, a table) should be said
to be no document. Ends with status 1 when a picture cannot be read.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from statistics import fmean
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError
from rapidfuzz.distance import Levenshtein
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.marks import Mark
from local.accuracy import offline
from local.accuracy.marks import Value, computed, marked
from local.arguments import Arguments, product
from local.generate.tables import ACCURACY, table, with_table
from ocr.declare.catalogue import products
from ocr.model.record import Document
from ocr.platform.errors import OcrError

TRUTH = "truth.json"
# What tells what a document is, and what reads any document.
SORTS, ANY = "document_classification_only", "document_classification"
PLATES, TEXTS = "license_plate", "general_text"
NO_PLATE, NO_TABLE, NO_DOCUMENT = "—", "no table", "no document"
# A pipe has no width to fit a table into.
WIDTH = 170


class Entry(BaseModel):
    """What a truth.json says of one picture."""

    file: str
    product: str = ""
    fields: dict[str, Any] = {}
    masked: list[str] = []
    neutral: list[str] = []
    grid: tuple[int, int] | None = None
    plate: str | None = None
    lines: list[str] | None = None

    @property
    def reader(self) -> str:
        """The product that reads the picture."""
        return self.product or (PLATES if self.plate is not None else TEXTS)

    @property
    def shape(self) -> str:
        """A table's rows × columns; empty where it is unknown."""
        first = next(iter(self.fields.get("tables") or []), None)
        grid = self.grid or (first and (len(first), len(first[0])))
        return f"{grid[0]}×{grid[1]}" if grid else ""

    @property
    def document_type(self) -> str:
        """What a picture should be said to be."""
        product = products().get(self.product)
        return product.slug if product and product.titles else NO_DOCUMENT


@dataclass(frozen=True)
class PartScore:
    """A plate, text, grid or kind of document as it is and as it was read; `right` is 0..1."""

    kind: str
    truth: str
    read: str
    right: float

    @property
    def missed(self) -> str:
        """Where truth and reading part: truth → reading."""
        if self.kind != "text":
            return "" if self.right == 1 else f"{self.truth} → {self.read}"
        changes = SequenceMatcher(None, self.truth, self.read, autojunk=False).get_opcodes()
        parts = ((self.truth[a:b], self.read[c:d]) for kind, a, b, c, d in changes if kind != "equal")
        return ", ".join(f"{truth or '∅'} → {read or '∅'}" for truth, read in parts)


@dataclass(frozen=True)
class PictureScore:
    """What came of one picture: of its fields' values, of its other parts; `fault` says why it could not be read."""

    picture: Path
    entry: Entry
    values: Sequence[Value] = ()
    parts: Sequence[PartScore] = ()
    seconds: float = 0
    fault: str = ""

    @property
    def name(self) -> str:
        return f"{self.picture.parent.name}/{self.picture.name}"


class Unusable(Exception):
    """A folder or truth.json that nothing can be measured by. The message is a sentence for the caller."""


def truth(folder: Path) -> list[Entry] | None:
    """What a folder's truth.json says, None where it has none. Raises Unusable."""
    if not folder.is_dir():
        raise Unusable(f"{folder} is not a folder.")
    file = folder / TRUTH
    if not file.exists():
        return None
    try:
        entries = TypeAdapter(list[Entry]).validate_json(file.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        place = " → ".join(str(part) for part in first["loc"])
        raise Unusable(f"{file} is not what it should be{f' at {place}' if place else ''}: {first['msg']}.") from None
    unknown = sorted({entry.product for entry in entries} - {"", *offline.slugs()})
    if unknown:
        raise Unusable(f"{file} names products that the embedded vendor does not read: {', '.join(unknown)}.")
    return entries


def evaluate(folder: Path, entries: Iterable[Entry], fresh: bool = False) -> Iterator[PictureScore]:
    """The score of each picture of a folder that its truth.json names."""
    for entry in entries:
        picture = folder / entry.file
        try:
            yield _score(picture, entry, fresh)
        except (OSError, OcrError) as error:
            yield _lost(picture, entry, _sentence(error))


def _score(picture: Path, entry: Entry, fresh: bool) -> PictureScore:
    content = picture.read_bytes()
    record, answer = offline.record(entry.reader, content, fresh=fresh)
    if "error" in answer.said:
        return _lost(picture, entry, "It cannot be decoded.")
    found = next(iter(offline.documents(record)), None)
    parts = []
    if entry.plate is not None:
        plates = [plate["text"] for plate in answer.said["plates"]]
        parts.append(_part("plate", entry.plate, plates[0] if plates else NO_PLATE))
    else:
        parts.append(_part("document", entry.document_type, _kind(content)))
    if entry.lines is not None:
        text, read = _text(entry.lines), _text(answer.lines)
        parts.append(PartScore("text", text, read, accuracy(text, read)))
    if entry.shape:
        parts.append(_part("grid", entry.shape, _shapes(found)))
    return PictureScore(picture, entry, _values(entry, found, answer), parts, answer.seconds)


def _values(entry: Entry, found: Document | None, answer: offline.Answer) -> list[Value]:
    if not entry.product:
        return []
    ignored = {*entry.neutral, *computed(products()[entry.product].fields) - entry.fields.keys()}
    return marked(entry.fields, found, answer.lines, entry.masked, ignored)


def _lost(picture: Path, entry: Entry, fault: str) -> PictureScore:
    """A picture that could not be read: all that stands on it is lost."""
    plates = [PartScore("plate", entry.plate, NO_PLATE, 0)] if entry.plate is not None else []
    texts = [PartScore("text", _text(entry.lines), "", 0)] if entry.lines is not None else []
    grids = [PartScore("grid", entry.shape, NO_TABLE, 0)] if entry.shape else []
    return PictureScore(picture, entry, marked(entry.fields, None, []), [*plates, *texts, *grids], fault=fault)


def _part(kind: str, truth: str, read: str) -> PartScore:
    return PartScore(kind, truth, read, float(truth == read))


def _kind(content: bytes) -> str:
    record, _ = offline.record(SORTS, content)
    return next((str(one.fields.get("document_type") or NO_DOCUMENT) for one in offline.documents(record)), NO_DOCUMENT)


def _shapes(found: Document | None) -> str:
    tables = found.fields.get("tables", []) if found else []
    return " and ".join(f"{len(grid)}×{len(grid[0])}" for grid in tables) or NO_TABLE


def _sentence(error: OSError | OcrError) -> str:
    return error.detail if isinstance(error, OcrError) else f"It cannot be opened: {error.strerror}."


def _text(lines: Iterable[str]) -> str:
    return "".join("".join(lines).split())


def accuracy(truth: str, read: str) -> float:
    """1 − edit distance / length of the longer text; 1 for two empty texts."""
    return Levenshtein.normalized_similarity(truth, read)


# --- What is printed --------------------------------------------------------------------------------------------------


def show(scores: Sequence[PictureScore], console: Console) -> None:
    """Fields by product, the other parts in a line a kind, then everything that went wrong."""
    head, rows = by_product(scores)
    if rows:
        shown = Table(*head)
        for column in shown.columns[1:]:
            column.justify = "right"
        for row in rows:
            shown.add_row(*row, end_section=row is rows[-2] if len(rows) > 1 else False)
        console.print(shown)
    console.print(*totals(scores), sep="\n")
    for line in losses(scores):
        console.print(escape(line), soft_wrap=True)


def totals(scores: Sequence[PictureScore]) -> Iterator[str]:
    """What came of the parts that are no fields, a line a kind, and how long the engine took."""
    for kind, name in (("grid", "grids of tables"), ("plate", "plates"), ("document", "kinds of document")):
        parts = [part for one in scores for part in one.parts if part.kind == kind]
        if parts:
            yield f"{name}: {sum(part.right for part in parts):.0f} of {len(parts)} exactly right"
    texts = [part for one in scores for part in one.parts if part.kind == "text"]
    if texts:
        lengths = sum(max(len(one.truth), len(one.read)) for one in texts)
        wrong = sum(Levenshtein.distance(one.truth, one.read) for one in texts)
        a_picture = fmean(one.right for one in texts)
        yield f"text: accuracy {a_picture:.4f} a picture, {1 - wrong / max(lengths, 1):.4f} a character"
    unread = sum(bool(one.fault) for one in scores)
    seconds = fmean(one.seconds for one in scores)
    yield f"{len(scores)} pictures, {unread} of them not read, {seconds:.2f} s of the engine a picture"


def losses(scores: Iterable[PictureScore]) -> Iterator[str]:
    """What went wrong, a line each: the picture, what of it, truth → reading, and whether anything says so."""
    for one in scores:
        if one.fault:
            yield f"{one.name}: not read. {one.fault}"
        for part in one.parts:
            if part.missed:
                yield f"{one.name}: {part.kind} {part.missed}"
        for value in one.values:
            if value.mark != Mark.RIGHT:
                said = [value.mark, *["silent"] * value.silent, *[f"lost in {value.lost_in}"] * bool(value.lost_in)]
                yield f"{one.name}: {value.name} {value.printed or '∅'} → {value.found or '∅'} ({', '.join(said)})"


def by_product(scores: Iterable[PictureScore]) -> tuple[list[str], list[list[str]]]:
    """A table of the fields' values, a row a product: how many are printed, what came of them, where lost ones were
    lost."""
    known = [one for one in scores if one.values]
    slugs = sorted({one.entry.product for one in known})
    rows = []
    for slug in [*slugs, *["all"] * (len(slugs) > 1)]:
        ours = [one for one in known if slug in (one.entry.product, "all")]
        values = [value for one in ours for value in one.values]
        counts = figures(values)
        printed = sum(value.printed is not None for value in values)
        share = f"{counts['right'] / printed:.3f}" if printed else ""
        rows.append([slug, str(len(ours)), str(printed), *map(str, counts.values()), share])
    return ["product", "pictures", "values", *FIGURES, "share"], rows


def keep(scores: Sequence[PictureScore]) -> None:
    """Write the figures into the page on accuracy; no name of a picture or folder, and no value."""
    head, rows = by_product(scores)
    made = table(head, rows) + "\n" + "".join(f"- {line}\n" for line in totals(scores))
    ACCURACY.write_text(with_table(ACCURACY.read_text(), "real", made))


FIGURES = ("right", "wrong", "missing", "invented", "silent", "covered", "in lines", "in recognition", "in extraction")


def figures(values: Iterable[Value]) -> dict[str, int]:
    """How many values bear each mark, are silent, stand in the lines, and were lost in recognition or in extraction;
    of values that are covered on the picture and were returned, only those that no failed check points at."""
    found: Counter[str] = Counter()
    for value in values:
        found[value.mark] += value.mark != Mark.COVERED or not value.flagged
        found["silent"] += value.silent
        found["in lines"] += value.in_lines
        found[f"in {value.lost_in}"] += bool(value.lost_in)
    return {name: found[name] for name in FIGURES}


def show_read(picture: Path, product: str, fresh: bool, console: Console) -> None:
    """Print what was read on a picture whose content nobody knows."""
    try:
        record, answer = offline.record(product or ANY, picture.read_bytes(), fresh=fresh)
    except (OSError, OcrError) as error:
        console.print(escape(f"{picture.name}: not read. {_sentence(error)}"))
        return
    console.print(escape(f"{picture.name}: {record.status}, {answer.seconds:.2f} s"), style="bold")
    for document in offline.documents(record):
        console.print_json(data=document.fields)
        for check in document.checks:
            if check.outcome == "failed":
                console.print(escape(f"  {check.name} failed on {', '.join(check.fields)}: {check.detail}"))
    if not record.document:
        console.print(escape("\n".join(f"  {line}" for line in answer.lines) or "  No line was found."))


def main() -> None:
    asked = _arguments()
    console = Console() if sys.stdout.isatty() else Console(width=WIDTH)
    scores: list[PictureScore] = []
    try:
        for folder in asked.folders:
            entries = truth(folder)
            if entries is None:
                for picture in sorted(_pictures(folder)):
                    show_read(picture, asked.product or "", asked.fresh, console)
                continue
            if others := _pictures(folder) - {folder / entry.file for entry in entries}:
                console.print(f"{len(others)} files of {folder} are not in its {TRUTH} and are left out.")
            for number, one in enumerate(evaluate(folder, entries, asked.fresh), 1):
                scores.append(one)
                print(f"\r{folder.name} {number}/{len(entries)}", end="", file=sys.stderr)
            print(file=sys.stderr)
    except Unusable as error:
        sys.exit(f"evaluate: {error}")
    if scores:
        show(scores, console)
    if scores and asked.docs:
        keep(scores)
    sys.exit(any(one.fault for one in scores))


def _pictures(folder: Path) -> set[Path]:
    return {path for path in folder.iterdir() if path.is_file() and path.name != TRUTH}


def _arguments() -> argparse.Namespace:
    parser = Arguments(description="Read pictures whose content is known and say what was missed.")
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--product", type=product(offline.slugs()), metavar="SLUG", help="of pictures without truth")
    parser.add_argument("--fresh", action="store_true", help="ask the engine also where its answer is kept")
    parser.add_argument("--docs", action="store_true", help="put the figures into docs/accuracy.md")
    return parser.parse_args()


if __name__ == "__main__":
    main()
