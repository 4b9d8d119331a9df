"""Labels and values brought together: every label's candidates are weighed, the cheapest pair is settled first.

A value stands to the right of its label or below it. What a candidate costs is how far it is to go, and how badly it
suits the field; a field, a label and a piece of text are each used once.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ocr.declare.fields import Declared
from ocr.extraction.blocks import settle
from ocr.extraction.labels import LabelMatch
from ocr.extraction.layout import WORD_GAP, Layout, reaching
from ocr.extraction.match import FieldMatch, touches
from ocr.extraction.page import Rect, TextSpan, joined
from ocr.extraction.patterns import recognized
from ocr.extraction.texts import read_on
from ocr.extraction.values import Fit, fit, takes_any_text, trimmed
from ocr.extraction.words import LabelSense

# Distances, in line heights.
REACH_DOWN = 2.6  # from a label to a value below it
REACH_RIGHT = 30.0
INDENT = 1.5  # how far a value below its label may be out of line with it
TIGHT = 0.7  # between a label and the value right below it
ALIGNED = 0.7  # how far these may begin apart
OUT_OF_ROW = 1.3  # between the middles of a label and of a line of its value

# Costs, in line heights down.
STEP_RIGHT = 0.12
BELOW = 1.5
ASIDE = 0.4
ANOTHERS = 2.0  # the piece follows another label in its row
MISREAD_LABEL = 1.0
SHARED_LABEL = 0.5
COLON = -0.5
GLUED = 0.7
STACKED = 2.5  # the value is to the right where the page has its values below
SUITS = {Fit.REFUSED: 4.0, Fit.OPEN: 0.0, Fit.TYPED: -1.0, Fit.SHAPED: -1.5, Fit.CHECKED: -2.0}


@dataclass(frozen=True, eq=False)
class Candidate:
    """Pieces that may be the value of a field because of a label; `cost` in line heights, lower is better."""

    field: Declared
    spot: LabelMatch
    meaning: LabelSense
    pieces: tuple[TextSpan, ...]
    fit: Fit
    cost: float


def search(layout: Layout, fields: dict[str, Declared]) -> list[FieldMatch]:
    """The values of these fields on this page, each field at most once; labels of other fields end a value, too."""
    settled = settle(layout, list(fields))
    meanings = {spot: meaning for spot, meaning in settled.items() if meaning.field in fields}
    found = _labelled(_candidates(layout, meanings, fields))
    read_on(found, layout)
    return [one for one in recognized(found, layout, fields) if _says_something(one)]


def _says_something(one: FieldMatch) -> bool:
    """Whether the value is more than the dashes that a form prints where it has nothing to say."""
    return any(character.isalnum() for character in joined(one.pieces))


def _labelled(candidates: Iterable[Candidate]) -> dict[str, FieldMatch]:
    found: dict[str, FieldMatch] = {}
    spots: set[LabelMatch] = set()
    used: list[TextSpan] = []
    for one in sorted(candidates, key=lambda candidate: candidate.cost):
        free = one.field.name not in found and one.spot not in spots
        if free and not touches(one.pieces, used):
            found[one.field.name] = FieldMatch(one.field, one.meaning.label, one.pieces, one.fit, one.spot)
            spots.add(one.spot)
            used += one.pieces
    return found


def _candidates(
    layout: Layout, meanings: dict[LabelMatch, LabelSense], fields: dict[str, Declared]
) -> Iterator[Candidate]:
    spots, lines, pieces = layout.spots, layout.unlabelled, layout.pieces
    stacked = STACKED * _is_stacked(spots, lines)
    followers = {id(value) for spot in spots for value in spot.values}
    for spot, meaning in meanings.items():
        field = fields[meaning.field]
        base = _doubt(spot, meaning)
        for run, way in _to_the_right(spot, field):
            apart = stacked if run[0].start == 0 else 0.0
            yield _weighed(field, spot, meaning, run, base + way + apart)
        for run, way in _beside(spot, lines, spots):
            yield _weighed(field, spot, meaning, run, base + way + stacked)
        for piece, way in _below(spot, pieces, spots):
            another = ANOTHERS * (id(piece) in followers)
            yield from _if_suitable(_weighed(field, spot, meaning, (piece,), base + way + another))


def _is_stacked(spots: Sequence[LabelMatch], lines: Sequence[Sequence[TextSpan]]) -> bool:
    """Whether most labels of the page have their values right below them."""
    alone = [spot for spot in spots if not any(value.start for value in spot.values)]
    over = [spot for spot in alone if any(_is_right_below(line[0].area, spot.area) for line in lines)]
    return len(over) > len(spots) / 2


def _is_right_below(value: Rect, label: Rect) -> bool:
    aligned = abs(value.left - label.left) < ALIGNED
    return aligned and value.middle > label.middle and value.down(label) < TIGHT and not value.beside(label)


def _doubt(spot: LabelMatch, meaning: LabelSense) -> float:
    """What using this label costs whatever its value."""
    shared, misread = SHARED_LABEL * bool(meaning.head), MISREAD_LABEL * (not spot.exact)
    return shared + misread + COLON * spot.colon + GLUED * spot.glued


def _if_suitable(candidate: Candidate) -> Iterator[Candidate]:
    if candidate.fit > Fit.REFUSED:
        yield candidate


def _weighed(
    field: Declared, spot: LabelMatch, meaning: LabelSense, pieces: Sequence[TextSpan], cost: float
) -> Candidate:
    text = joined(pieces)
    if len(pieces) == 1:
        start, end = trimmed(field, text)
        pieces = [pieces[0].cut(pieces[0].start + start, pieces[0].start + end) or pieces[0]]
        text = pieces[0].text
    suits = fit(field, text)
    return Candidate(field, spot, meaning, tuple(pieces), suits, cost + SUITS[suits])


def _to_the_right(spot: LabelMatch, field: Declared) -> Iterator[tuple[Sequence[TextSpan], float]]:
    """What follows the label in its row: its first run of words, or as much as it takes to suit the field."""
    runs = reaching(spot.values, WORD_GAP)
    if not runs:
        return
    way = STEP_RIGHT * min(max(0.0, runs[0][0].area.left - spot.area.right), REACH_RIGHT)
    yield runs[0], way
    if not takes_any_text(field):
        for count in range(1, len(spot.values) + 1):
            yield spot.values[:count], way + 0.01 * count
    for run in runs[1:]:
        yield run, STEP_RIGHT * (run[0].area.left - spot.area.right) + BELOW


def _beside(
    spot: LabelMatch, lines: Iterable[Sequence[TextSpan]], spots: Sequence[LabelMatch]
) -> Iterator[tuple[Sequence[TextSpan], float]]:
    """Lines to the right that are not quite in the label's row: the cell of a form has more lines than its label."""
    if spot.values:
        return
    for line in lines:
        area = line[0].area
        way, shift = area.left - spot.area.right, abs(area.middle - spot.area.middle)
        if -ALIGNED < way < REACH_RIGHT and shift < OUT_OF_ROW and not _in_between(spot.area, area, spots):
            yield line, STEP_RIGHT * way + shift


def _in_between(label: Rect, value: Rect, spots: Iterable[LabelMatch]) -> bool:
    """Whether another label stands between a label and what is to its right."""
    return any(label.right <= other.area.left < value.left and other.area.down(value) < 0 for other in spots)


def _below(
    spot: LabelMatch, pieces: Sequence[TextSpan], spots: Sequence[LabelMatch]
) -> Iterator[tuple[TextSpan, float]]:
    """What stands under the label without another label in between."""
    for piece in pieces:
        if piece.area.middle <= spot.area.middle or piece.area.beside(spot.area):
            continue
        down, aside = piece.area.down(spot.area), _aside(piece.area, spot.area)
        if down <= REACH_DOWN and aside is not None and not _between(spot, piece.area, spots):
            yield piece, BELOW + max(0.0, down) + ASIDE * aside


def _aside(value: Rect, label: Rect) -> float | None:
    """How badly a value below its label is aligned with it; None: not below it at all."""
    aside = min(abs(value.left - label.left), abs(value.right - label.right), abs(value.center - label.center))
    return aside if value.across(label) < 0 or aside < INDENT else None


def _between(spot: LabelMatch, value: Rect, spots: Sequence[LabelMatch]) -> bool:
    return any(
        other is not spot
        and other.area.across(value) < 0
        and spot.area.middle < other.area.middle < value.middle
        and not other.area.beside(spot.area)
        for other in spots
    )
