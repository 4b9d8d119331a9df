"""How well the embedded engine reads real photographs whose content is known.

    python -m local.evaluate FOLDER…

A folder holds pictures and a truth.json, a list of `{"file", "plate"}` or `{"file", "lines": […]}`. A plate counts when
the one plate returned first is exactly right. A text's accuracy is 1 − edit distance / length of the longer text, over
its lines written one after another without spaces. Ends with status 1 when a picture is missing or unreadable.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from statistics import fmean
from typing import Any

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "functions"), str(ROOT / "layers" / "ocr")]

NO_PLATE = "—"


@dataclass(frozen=True)
class Verdict:
    """One picture: what stands on it, what was read, how much of that is right (0..1), and the engine's seconds."""

    picture: Path
    kind: str
    truth: str
    read: str
    right: float
    seconds: float

    @property
    def missed(self) -> str:
        """Where reading and truth part: truth → reading."""
        if self.kind == "plate":
            return "" if self.right else f"{self.truth} → {self.read}"
        changes = SequenceMatcher(None, self.truth, self.read, autojunk=False).get_opcodes()
        parts = ((self.truth[a:b], self.read[c:d]) for kind, a, b, c, d in changes if kind != "equal")
        return ", ".join(f"{truth or '∅'} → {read or '∅'}" for truth, read in parts)


def evaluate(folder: Path) -> Iterator[Verdict]:
    """The verdict on each picture that the folder's truth.json names."""
    for entry in json.loads((folder / "truth.json").read_text(encoding="utf-8")):
        yield _verdict(folder / entry["file"], entry)


def _verdict(picture: Path, entry: dict[str, Any]) -> Verdict:
    kind = "plate" if "plate" in entry else "text"
    start = time.perf_counter()
    answer = _answer(picture, "plates" if kind == "plate" else "lines")
    seconds = time.perf_counter() - start
    if kind == "plate":
        read = next((plate["text"] for plate in answer["plates"]), NO_PLATE)
        return Verdict(picture, kind, entry["plate"], read, float(read == entry["plate"]), seconds)
    truth, read = _text(entry["lines"]), _text(line["text"] for line in answer["lines"])
    return Verdict(picture, kind, truth, read, accuracy(truth, read), seconds)


def _answer(picture: Path, task: str) -> dict[str, Any]:
    from engine import app
    from engine import picture as pictures

    return app.read(pictures.decode(picture.read_bytes()), task)


def _text(lines: Iterable[str]) -> str:
    return "".join("".join(lines).split())


def accuracy(truth: str, read: str) -> float:
    """1 − edit distance / length of the longer text; 1 for two empty texts."""
    return 1 - distance(truth, read) / max(len(truth), len(read), 1)


def distance(one: str, other: str) -> int:
    """Levenshtein's: insertions, deletions and replacements from one text to the other."""
    row = list(range(len(other) + 1))
    for count, left in enumerate(one, 1):
        above, row[0] = row[0], count
        for column, right in enumerate(other, 1):
            above, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, above + (left != right))
    return row[-1]


def show(verdicts: list[Verdict], console: Console) -> None:
    """A line a picture, then the totals."""
    table = Table("picture", "read", "right", "ms", "missed: truth → reading")
    for one in verdicts:
        right = ("✓" if one.right else "✗") if one.kind == "plate" else f"{one.right:.3f}"
        read = one.read if len(one.read) <= 24 else f"{one.read[:23]}…"
        table.add_row(
            f"{one.picture.parent.name}/{one.picture.name}", read, right, f"{one.seconds * 1000:.0f}", one.missed
        )
    console.print(table)
    plates, texts = ([one for one in verdicts if one.kind == kind] for kind in ("plate", "text"))
    if plates:
        console.print(f"plates: {sum(one.right for one in plates):.0f} of {len(plates)} exactly right")
    if texts:
        lengths = sum(max(len(one.truth), len(one.read)) for one in texts)
        wrong = sum(distance(one.truth, one.read) for one in texts)
        console.print(
            f"text: accuracy {fmean(one.right for one in texts):.4f} a picture, {1 - wrong / lengths:.4f} a character"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description="Read pictures whose content is known and say what was missed.")
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    folders = parser.parse_args().folders
    from engine.picture import Unreadable

    try:
        verdicts = [verdict for folder in folders for verdict in evaluate(folder)]
    except (OSError, Unreadable) as fault:
        sys.exit(f"evaluate: {fault}")
    show(verdicts, Console())


if __name__ == "__main__":
    main()
