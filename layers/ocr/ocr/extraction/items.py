"""Line items: rows of values under a row of column heads, and the totals below them.

The heads say how many columns there are; where one ends and the next begins, the values say. A row is what stands
beside a figure or a date; text alone continues the nearest row. The table ends at its totals, at the next label, or
where nothing follows.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from ocr.declare.fields import Declared, Fields, canonical, declared, labels
from ocr.extraction.captions import is_nearly_caption
from ocr.extraction.journeys import Leg, legs, nearest
from ocr.extraction.labels import LabelMatch, match
from ocr.extraction.layout import WORD_GAP, reaching, stacks, wrapped
from ocr.extraction.page import SAME_TEXT, Rect, TextSpan, around, joined, rows
from ocr.extraction.tables import INSET, Gutters
from ocr.extraction.values import Fit, fit, is_fragment, parsed, takes_any_text
from ocr.extraction.vocabulary import Vocabulary, vocabulary

FEWEST_HEADS = 3
TOTALS = ("合计", "小计", "总计", "价税合计", "本页", "以下空白")
HEAD_HEIGHT = 1.3  # heads within one row may stand this far apart, in line heights
ROW_GAP = 3.5  # a table ends where this much is free
TEXT_GAP = 1.2  # from a row to text that continues it
# How much farther the row above a text counts than the one below it: it goes on with the one, or begins the other.
CONTINUES, OVER_FIGURES = -0.1, 0.4
LEVEL = 0.4  # how far below a head a text of the heads' row may stand
TALL = 1.6  # heads over several lines
MARGIN_BELOW = 1.0  # how far below the heads a text reaches that runs past them


@dataclass(frozen=True)
class Column:
    """One column: its label, and the declared field, if it is one."""

    label: str
    head: LabelMatch
    field: Declared | None


@dataclass
class Items:
    """A table's rows as (label, spans) pairs, its totals by label, and all spans that it is made of."""

    rows: list[list[tuple[str, list[TextSpan]]]] = field(default_factory=list)
    totals: dict[str, list[TextSpan]] = field(default_factory=dict)
    spans: set[TextSpan] = field(default_factory=set)


def line_items(model: type[Fields], row_model: type[Fields], spans: Sequence[TextSpan]) -> Items:
    """The rows of `row_model` on the page of a product with `model`; empty where there are no column heads."""
    columns, heads = _heads(row_model, spans)
    if not columns:
        return Items()
    top = around(column.head.area for column in columns)
    margin = _running_past(spans, top)
    spans = [part for span in spans if span not in margin for part in _cells_apart(span, top)]
    body = [row for row in rows(set(spans) - heads) if around(span.area for span in row).middle > top.middle]
    kept = list(_body(body, top.bottom, vocabulary(model)))
    chain, chained = legs(row_model, (span for row in kept for span in row), top)
    rest = [left for row in kept if (left := [span for span in row if span not in chained])]
    gutters = _gutters(columns, rest)
    items = Items(spans=heads | margin | {span for row in kept for span in row})
    cells = [named for row in _rows(rest, columns, gutters) if (named := _named(row, columns))]
    known, needed = labels(row_model), set(row_model.row_needs)
    for row in _along(chain, cells, row_model) if chain else cells:
        if not needed or any(known.get(canonical(label)) in needed for label, _ in row):
            items.rows.append(row)
    items.totals = _totals(model, body[len(kept) :], columns, gutters)
    if _is_sum(items.rows, row_model):
        last = dict(items.rows.pop())
        items.totals |= {total: last[label] for label, total in _total_labels(model, columns) if label in last}
    return items


def _named(cells: "Cells", columns: Sequence[Column]) -> "NamedCells":
    """The cells of a row by their columns' labels, without those that hold less than a value."""
    held = ((columns[number], _under(columns[number], spans)) for number, spans in sorted(cells.items()))
    return [(column.label, spans) for column, spans in held if _may_hold(column, spans)]


def _under(column: Column, spans: Sequence[TextSpan]) -> list[TextSpan]:
    """The spans of a cell; of texts that stand apart in one row the one under the head: the others are of columns
    whose heads were not read."""
    gap = SAME_TEXT if column.field and not takes_any_text(column.field) else WORD_GAP
    kept: list[TextSpan] = []
    for row in rows(spans):
        runs = reaching(row, gap)
        kept += min(runs, key=lambda run: abs(around(span.area for span in run).center - column.head.area.center))
    return kept


def _is_sum(rows: Sequence["NamedCells"], row_model: type[Fields]) -> bool:
    """Whether the last row is what the others come to: its figures are their sums, its text is a part of 合计."""
    if len(rows) < 2:
        return False
    sums: dict[str, Decimal] = {}
    for label, amount in (cell for row in rows[:-1] for cell in _figures(row, row_model)):
        sums[label] = sums.get(label, Decimal()) + amount
    last = dict(_figures(rows[-1], row_model))
    text = "".join(canonical(joined(spans)) for label, spans in rows[-1] if label not in last)
    return bool(last) and text in TOTALS[0] and all(sums.get(label) == amount for label, amount in last.items())


def _figures(row: "NamedCells", row_model: type[Fields]) -> Iterator[tuple[str, Decimal]]:
    """The cells of a row that are numbers, by their labels."""
    known, fields = labels(row_model), declared(row_model)
    for label, spans in row:
        field = known.get(canonical(label))
        value = parsed(fields[field], joined(spans)) if field else None
        if isinstance(value, Decimal):
            yield label, value


def _along(chain: Sequence[Leg], rows: Sequence["NamedCells"], row_model: type[Fields]) -> list["NamedCells"]:
    """The rows of the legs, each with what stands beside its beginning, and the rows that belong to none."""
    areas = [around(span.area for _, spans in row for span in spans) for row in rows]
    stations = [*(leg.begins for leg in chain), chain[-1].ends]
    beside = [nearest(leg.begins, areas, stations) for leg in chain]
    names = row_model.row_chain or ("", "")
    made = [[*leg.row(names), *(rows[at] if at is not None else [])] for leg, at in zip(chain, beside, strict=True)]
    return made + [row for at, row in enumerate(rows) if at not in beside]


def _running_past(spans: Sequence[TextSpan], heads: Rect) -> set[TextSpan]:
    """The letters of what runs down the margin, past the heads: 第二联 发票联 on an invoice."""
    columns = ((column, around(span.area for span in column)) for column in stacks(spans))
    past = (column for column, area in columns if area.top < heads.top and area.bottom > heads.bottom + MARGIN_BELOW)
    return {span for column in past for span in column}


def _cells_apart(span: TextSpan, heads: Rect) -> Iterator[TextSpan]:
    """The span; its letters where cells of one column were read as one text from top to bottom."""
    under = span.area.top > heads.middle and heads.left < span.area.center < heads.right
    if not (span.vertical and under):
        yield span
        return
    yield from (letter for at in range(span.start, span.end) if (letter := span.cut(at, at + 1)))


def _may_hold(column: Column, spans: Sequence[TextSpan]) -> bool:
    return column.field is None or not is_fragment(column.field, joined(spans))


def _heads(row_model: type[Fields], spans: Sequence[TextSpan]) -> tuple[list[Column], set[TextSpan]]:
    """The columns in the row that names most of them, and the spans that name them."""
    words, fields = vocabulary(row_model), declared(row_model)
    over_two_lines, rest = wrapped(spans, words)
    lines = [match(row, words) for row in rows(rest)]
    matches = [*over_two_lines, *(one for line in lines for one in line.matches)]
    matches = [one for one in matches if one.meanings and not one.meanings[0].head and not one.colon]
    best: list[LabelMatch] = []
    for one in matches:
        row = [other for other in matches if abs(other.area.middle - one.area.middle) < HEAD_HEIGHT]
        best = max(best, row, key=lambda found: len({match.meanings for match in found}))
    if len({one.meanings for one in best}) < min(FEWEST_HEADS, len(fields)):
        return [], set()
    best += [_other(value, best, words) for one in best for value in one.values if _stands_alone(value, one)]
    best = [one for one in best if one.meanings or len(canonical(one.label)) > 1]
    columns = [_column(one, row_model) for one in sorted(best, key=lambda one: one.area.center)]
    named = {id(span.line) for one in best for span in one.spans}
    return columns, {span for span in spans if id(span.line) in named or _is_of_heads(span, [one.area for one in best])}


def _stands_alone(value: TextSpan, head: LabelMatch) -> bool:
    return value.start == 0 and value.area.across(head.area) > 0.5 and _is_of_heads(value, [head.area])


def _other(span: TextSpan, heads: Sequence[LabelMatch], words: Vocabulary) -> LabelMatch:
    """A head among the others that is none as declared: the only missing one with half of its letters, or unknown."""
    text, named = canonical(span.text), {one.meanings[0].field for one in heads if one.meanings}
    terms = (term for term, (sense, *_) in words.terms.items() if not sense.head and sense.field not in named)
    alike = {words.terms[term][0].field: term for term in terms if _is_nearly(text, term)}
    term = next(iter(alike.values())) if len(alike) == 1 else None
    return LabelMatch(span.text, words.terms[term] if term else (), span.area, exact=False, spans=(span,))


def _is_nearly(text: str, term: str) -> bool:
    """Whether a text has at least half of a short label's letters in their places, or lacks one of them."""
    if len(text) == len(term):
        return 2 * sum(map(str.__eq__, text, term)) >= len(term)
    return text in {term[:at] + term[at + 1 :] for at in range(len(term))}


def _is_of_heads(span: TextSpan, heads: Sequence[Rect]) -> bool:
    """Whether a text stands in the row of the heads. A first row of values may reach into it, half a row lower."""
    area = around(heads)
    nearest = min(heads, key=lambda head: abs(head.center - span.area.center))
    level = span.area.middle - nearest.middle < LEVEL or (area.height > TALL and _holds_no_figure(span))
    return (level or is_nearly_caption(span.text)) and span.area.beside(area) and span.area.height <= area.height + 0.5


def _holds_no_figure(span: TextSpan) -> bool:
    return not any(map(str.isdecimal, span.text))


def _column(head: LabelMatch, row_model: type[Fields]) -> Column:
    meaning = head.meanings[0] if head.meanings else None
    return Column(
        meaning.label if meaning else head.label, head, declared(row_model)[meaning.field] if meaning else None
    )


def _body(below: Sequence[list[TextSpan]], top: float, words: Vocabulary) -> Iterator[list[TextSpan]]:
    """The rows from the heads down to the table's end."""
    bottom = top
    for row in below:
        area = around(span.area for span in row)
        if area.top - bottom > ROW_GAP or _begins_totals(row) or _labelled(row, words):
            return
        bottom = area.bottom
        yield row


def _begins_totals(row: Sequence[TextSpan]) -> bool:
    return canonical("".join(span.text for span in row)).startswith(TOTALS)


def _labelled(row: list[TextSpan], words: Vocabulary) -> bool:
    """Whether the row begins with a label of the product: the table is over."""
    matches = match(row, words).matches
    if any(one.colon for one in matches) or sum(bool(one.meanings) and one.exact for one in matches) > 1:
        return True
    first = canonical(row[0].text)
    term = words.at(first, 0)
    whole = term is not None and (term == first or len(term) > 2 or is_nearly_caption(first[len(term) :]))
    return term is not None and whole and words.is_whole(term)


def _gutters(columns: Sequence[Column], body: Sequence[Sequence[TextSpan]]) -> Gutters:
    """The borders between the columns: between two heads, where the fewest cells are cut or on the wrong side."""
    cells = [span for row in body for span in row]
    return Gutters(tuple(_border(left, right, cells) for left, right in zip(columns, columns[1:], strict=False)))


def _border(left: Column, right: Column, cells: Sequence[TextSpan]) -> float:
    """Where the column under one head ends and the next one begins; cells read as one say nothing of it."""
    start, end = left.head.area.center, right.head.area.center
    apart = [cell for cell in cells if not (cell.area.left < start and cell.area.right > end)]
    areas = [left.head.area, right.head.area, *(cell.area for cell in apart)]
    edges = {start, end, *(x for area in areas for x in (area.left, area.right))}
    inner = sorted(x for x in edges if start <= x <= end)
    between = [cell for cell in apart if start < cell.area.center < end]
    cuts = (
        (sum(area.left < x < area.right for area in areas) + 2 * _misfits(x, left, right, between), a - b, x)
        for a, b in zip(inner, inner[1:], strict=False)
        for x in ((a + b) / 2,)
    )
    return min(cuts, default=(0, 0.0, start))[2]


def _misfits(border: float, left: Column, right: Column, cells: Iterable[TextSpan]) -> int:
    """How many cells would be in a column whose values they cannot be, though they could be in the other."""
    sides = ((cell, *((left, right) if cell.area.center < border else (right, left))) for cell in cells)
    return sum(not _suits(cell, here) and _suits(cell, there) for cell, here, there in sides)


def _suits(cell: TextSpan, column: Column) -> bool:
    return column.field is None or fit(column.field, cell.text) > Fit.REFUSED


NamedCells = list[tuple[str, list[TextSpan]]]
Cells = dict[int, list[TextSpan]]


def _rows(body: Sequence[Sequence[TextSpan]], columns: Sequence[Column], gutters: Gutters) -> list[Cells]:
    """The cells of every row; text beside no figure goes to the nearest row, of two the one that it continues."""
    lines = [_cells(row, gutters) for row in body]
    anchored = [line for line in lines if _is_anchored(line, columns)] or lines
    found: list[Cells] = [dict[int, list[TextSpan]]() for _ in anchored]
    above = OVER_FIGURES if _stand_over_figures(lines, anchored) else CONTINUES
    for line in lines:
        ways = [_distance(line, row, above) for row in anchored]
        nearest = ways.index(min(ways))
        if line is anchored[nearest] or ways[nearest] < TEXT_GAP:
            for column, spans in line.items():
                found[nearest].setdefault(column, []).extend(spans)
    return found


def _cells(row: Sequence[TextSpan], gutters: Gutters) -> Cells:
    cells: Cells = {}
    for column, span in (part for whole in row for part in _split(whole, gutters)):
        cells.setdefault(column, []).append(span)
    return cells


def _split(span: TextSpan, gutters: Gutters) -> list[tuple[int, TextSpan]]:
    """The span with its column; one text that begins in the first is of it, however far it reaches."""
    parts = gutters.split(span)
    return [(0, span)] if len(parts) == 1 and gutters.column(span.area.left + INSET) == 0 else parts


def _is_anchored(line: Cells, columns: Sequence[Column]) -> bool:
    """Whether a figure, a date or the like stands in the line."""
    for number, spans in line.items():
        kind = columns[number].field
        if kind and any(fit(kind, span.text) >= Fit.TYPED for span in spans):
            return True
    return False


def _stand_over_figures(lines: Sequence[Cells], anchored: Sequence[Cells]) -> bool:
    """Whether each name has a line of its own, as on a narrow roll, and its figures stand in the next one."""
    texts = {number for line in lines[:1] if line is not anchored[0] for number in line}
    return bool(texts) and not any(texts & row.keys() for row in anchored)


def _distance(line: Cells, other: Cells, above: float) -> float:
    """How far a line is from a row, and how much farther from one `above` it than from one below."""
    one = around(span.area for spans in line.values() for span in spans)
    two = around(span.area for spans in other.values() for span in spans)
    return -1.0 if line is other else max(0.0, one.down(two)) + (above if two.middle < one.middle else 0.0)


def _totals(
    model: type[Fields], below: Sequence[list[TextSpan]], columns: Sequence[Column], gutters: Gutters
) -> dict[str, list[TextSpan]]:
    """The values under the columns in the row of totals, for fields that are labelled 合计金额 or 金额合计."""
    row = next((row for row in below if canonical("".join(span.text for span in row)).startswith(TOTALS[:3])), None)
    if row is None:
        return {}
    totals, found = dict(_total_labels(model, columns)), dict[str, list[TextSpan]]()
    for number, spans in _cells([span for span in row if span.area.left > row[0].area.right], gutters).items():
        if total := totals.get(columns[number].label):
            found.setdefault(total, spans)
    return found


def _total_labels(model: type[Fields], columns: Iterable[Column]) -> Iterator[tuple[str, str]]:
    """The labels of the columns whose totals are fields of their own, each with the label of its total."""
    known = labels(model)
    for column in columns:
        names = column.field.mark.names if column.field else ()
        totals = (label for name in names for label in (f"合计{name}", f"{name}合计"))
        if total := next((label for label in totals if canonical(label) in known), None):
            yield column.label, total
