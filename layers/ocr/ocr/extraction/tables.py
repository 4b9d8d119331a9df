"""Tables by their printed rules, without them by where the texts stand; and the page's text in reading order."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from ocr.extraction import ruled
from ocr.extraction.page import TextSpan, around, joined, rows, spanned, upright, upright_rules
from ocr.extraction.values import BREAK
from ocr.model.reading import Cell, Line, Table

FEWEST_ROWS = 2
FEWEST_COLUMNS = 2
PARAGRAPH_GAP = 3.0  # a table ends where this much is free, in line heights
LEAST_GUTTER = 0.1  # between two columns
INSET = 0.3  # how far a text may reach into the next column
UNIT_APART = re.compile(r"(?<=[\u4e00-\u9fff]) (?=\([^()]+\)$)")
UNIT_JOINED = re.compile(r"(?<=[\u4e00-\u9fff])(?=\([^()]+\)$)")
CLOSE = 0.6  # of the usual distance of two rows: two lines of one


def text(lines: Sequence[Line]) -> str:
    """The text of the page in reading order, a line of it for each row."""
    return "\n".join("  ".join(span.text.strip() for span in row) for row in rows(upright(lines)))


def tables(lines: Sequence[Line], rules: Sequence[ruled.Segment] = ()) -> list[Table]:
    """Every table on the page: what `rules` draw (ends in pixels), else rows that follow closely and share columns."""
    drawn = ruled.tables(upright(lines), upright_rules(lines, rules))
    return [_spaced(one) for one in drawn or map(_table, _regions(rows(upright(lines))))]


def _spaced(table: Table) -> Table:
    """The table with a blank before a unit, 产量 (吨), in each cell of a row of which most have one: it may be lost."""
    spaced = Counter(cell.row for cell in table.cells if UNIT_APART.search(cell.text))
    glued = Counter(cell.row for cell in table.cells if UNIT_JOINED.search(cell.text))
    most = {row for row, count in spaced.items() if count > glued[row]}
    cells = (
        cell.model_copy(update={"text": UNIT_JOINED.sub(" ", cell.text)}) if cell.row in most else cell
        for cell in table.cells
    )
    return table.model_copy(update={"cells": list(cells)})


def _regions(page: Sequence[list[TextSpan]]) -> Iterator[list[list[TextSpan]]]:
    """Stretches of rows of which most have several cells."""
    region: list[list[TextSpan]] = []
    for row in page:
        if region and _gap(region[-1], row) > PARAGRAPH_GAP:
            yield from _trimmed(region)
            region = []
        region.append(row)
    yield from _trimmed(region)


def _trimmed(region: list[list[TextSpan]]) -> Iterator[list[list[TextSpan]]]:
    """The region from its first row of several cells to its last one, if that is a table."""
    wide = [number for number, row in enumerate(region) if len(row) >= FEWEST_COLUMNS]
    if len(wide) >= FEWEST_ROWS:
        yield region[wide[0] : wide[-1] + 1]


def _gap(upper: Sequence[TextSpan], lower: Sequence[TextSpan]) -> float:
    return around(span.area for span in lower).top - around(span.area for span in upper).bottom


def _table(region: list[list[TextSpan]]) -> Table:
    columns = _columns(region)
    return Table(
        cells=[cell for number, row in enumerate(_merged(region, columns)) for cell in _cells(number, row, columns)]
    )


@dataclass(frozen=True)
class Gutters:
    """The borders between columns, from the left."""

    at: tuple[float, ...]

    def column(self, x: float) -> int:
        """The column that a place stands in, counted from 0."""
        return sum(border < x for border in self.at)

    def split(self, span: TextSpan) -> list[tuple[int, TextSpan]]:
        """The span with its column, cut where its words stand in different columns.

        As many words as columns are one for each: what is printed far apart but read as one text has its words
        placed too evenly to be trusted.
        """
        first, last = self.column(span.area.left + INSET), self.column(span.area.right - INSET)
        if first >= last:
            return [(self.column(span.area.center), span)]
        words = list(_words(span))
        if len(words) == last - first + 1:
            return list(enumerate(words, first))
        parts: list[tuple[int, TextSpan]] = []
        for word in words:
            column = self.column(word.area.center)
            if parts and parts[-1][0] == column:
                parts[-1] = (column, span.cut(parts[-1][1].start, word.end) or word)
            else:
                parts.append((column, word))
        return parts


def _words(span: TextSpan) -> Iterator[TextSpan]:
    """The span cut at its blanks, and where Chinese ends and figures begin."""
    ends = [span.start + match.end() for match in BREAK.finditer(span.text)]
    for start, end in zip([span.start, *ends], [*ends, span.end], strict=True):
        if word := span.cut(start, end):
            yield word


def _columns(region: Sequence[Sequence[TextSpan]]) -> Gutters:
    """Borders in the middle of every stretch that no cell covers, cells over several columns aside."""
    cells = [span for row in region for span in row if not _spans(span, region)]
    covered = _united((span.area.left, span.area.right) for span in cells)
    return Gutters(
        tuple(
            (left[1] + right[0]) / 2
            for left, right in zip(covered, covered[1:], strict=False)
            if right[0] - left[1] > LEAST_GUTTER
        )
    )


def _spans(span: TextSpan, region: Sequence[Sequence[TextSpan]]) -> bool:
    """Whether the span stands above or below two separate cells of some row."""
    return any(span not in row and sum(other.area.across(span.area) < -0.5 for other in row) > 1 for row in region)


def _united(stretches: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """The stretches with the overlapping ones made one, from the left."""
    found: list[tuple[float, float]] = []
    for left, right in sorted(stretches):
        if found and left <= found[-1][1]:
            found[-1] = (found[-1][0], max(right, found[-1][1]))
        else:
            found.append((left, right))
    return found


def _merged(region: Sequence[list[TextSpan]], columns: Gutters) -> list[list[TextSpan]]:
    """Rows, with the further lines of a cell in the row where the cell began."""
    gaps = [_gap(upper, lower) for upper, lower in zip(region, region[1:], strict=False)]
    usual = median(gaps) if gaps else 0.0
    found = [list(region[0])]
    for gap, row in zip(gaps, region[1:], strict=True):
        if gap < CLOSE * usual and len(row) < len(columns.at) + 1:
            found[-1] += row
        else:
            found.append(list(row))
    return found


def _cells(number: int, row: Sequence[TextSpan], columns: Gutters) -> Iterator[Cell]:
    held: dict[int, list[TextSpan]] = {}
    for span in row:
        parts = columns.split(span)
        for column, part in [(columns.column(span.area.left + INSET), span)] if len(parts) == 1 else parts:
            held.setdefault(column, []).append(part)
    for column, spans in sorted(held.items()):
        last = max(columns.column(span.area.right - INSET) for span in spans)
        sure = [span.line.confidence for span in spans if span.line.confidence is not None]
        yield Cell(
            row=number,
            column=column,
            text=joined(spans),
            column_to=last if last > column else None,
            confidence=fmean(sure) if sure else None,
            box=spanned(span.box for span in spans),
        )
