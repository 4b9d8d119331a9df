"""Labels and values brought together: every label's candidates are weighed, the cheapest pair is settled first.

A value stands to the right of its label or below it. What a candidate costs is how far it is to go, and how badly it
suits the field; a field, a label and a piece of text are each used once.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ocr.extract.blocks import settle
from ocr.extract.labels import Meaning, Row, Spot
from ocr.extract.layout import Layout, reaching
from ocr.extract.page import Area, Piece, around, joined
from ocr.extract.values import Fit, fit, shaped, takes_any_text, trimmed
from ocr.fields import Declared

WORD_GAP = 1.5  # within one value
LINE_GAP = 1.3  # between two lines of one value
REACH_DOWN = 2.6  # from a label to a value below it
REACH_RIGHT = 30.0
INDENT = 1.5  # how far the lines of one text may begin apart

# Costs, in line heights down.
STEP_RIGHT = 0.12
BELOW = 1.5
ASIDE = 0.4
ANOTHERS = 2.0  # the piece follows another label in its row
MISREAD_LABEL = 1.0
SHARED_LABEL = 0.5
COLON = -0.5
GLUED = 0.7
SUITS = {Fit.REFUSED: 4.0, Fit.OPEN: 0.0, Fit.TYPED: -1.0, Fit.SHAPED: -1.5, Fit.CHECKED: -2.0}


@dataclass(frozen=True, eq=False)
class Candidate:
    """Pieces that may be the value of a field because of a label; `cost` in line heights, lower is better."""

    field: Declared
    spot: Spot
    meaning: Meaning
    pieces: tuple[Piece, ...]
    fit: Fit
    cost: float


@dataclass(frozen=True, eq=False)
class Found:
    """The value of a field: its pieces, and the label it goes by."""

    field: Declared
    label: str
    pieces: tuple[Piece, ...]
    fit: Fit
    spot: Spot | None = None


def search(layout: Layout, fields: dict[str, Declared]) -> list[Found]:
    """The values of the fields on this page, each field at most once."""
    meanings = settle(layout, list(fields))
    found = _labelled(_candidates(layout, meanings, fields))
    _read_on(found, layout)
    return _by_shape(found, layout, fields)


def _labelled(candidates: Iterable[Candidate]) -> dict[str, Found]:
    found: dict[str, Found] = {}
    spots: set[Spot] = set()
    used: list[Piece] = []
    for one in sorted(candidates, key=lambda candidate: candidate.cost):
        free = one.field.name not in found and one.spot not in spots
        if free and not any(_same_text(piece, other) for piece in one.pieces for other in used):
            found[one.field.name] = Found(one.field, one.meaning.label, one.pieces, one.fit, one.spot)
            spots.add(one.spot)
            used += one.pieces
    return found


def _same_text(one: Piece, other: Piece) -> bool:
    return one.line is other.line and one.start < other.end and other.start < one.end


def _candidates(layout: Layout, meanings: dict[Spot, Meaning], fields: dict[str, Declared]) -> Iterator[Candidate]:
    spots, pieces = layout.spots, layout.pieces
    followers = {id(value): spot for spot in spots for value in spot.values}
    for spot, meaning in meanings.items():
        field = fields[meaning.field]
        base = _doubt(spot, meaning)
        for run, way in _to_the_right(spot, field):
            yield _weighed(field, spot, meaning, run, base + way)
        for piece, way in _below(spot, pieces, spots):
            owner = followers.get(id(piece))
            yield from _if_suitable(_weighed(field, spot, meaning, (piece,), base + way + (ANOTHERS if owner else 0)))


def _doubt(spot: Spot, meaning: Meaning) -> float:
    """What using this label costs whatever its value."""
    shared, misread = SHARED_LABEL * bool(meaning.head), MISREAD_LABEL * (not spot.exact)
    return shared + misread + COLON * spot.colon + GLUED * spot.glued


def _if_suitable(candidate: Candidate) -> Iterator[Candidate]:
    if candidate.fit > Fit.REFUSED:
        yield candidate


def _weighed(field: Declared, spot: Spot, meaning: Meaning, pieces: Sequence[Piece], cost: float) -> Candidate:
    text = joined(pieces)
    if len(pieces) == 1:
        start, end = trimmed(field, text)
        pieces = [pieces[0].cut(pieces[0].start + start, pieces[0].start + end) or pieces[0]]
        text = pieces[0].text
    suits = fit(field, text)
    return Candidate(field, spot, meaning, tuple(pieces), suits, cost + SUITS[suits])


def _to_the_right(spot: Spot, field: Declared) -> Iterator[tuple[Sequence[Piece], float]]:
    """What follows the label in its row: its first run of words, or as much as it takes to suit the field."""
    runs = reaching(spot.values, WORD_GAP)
    if not runs:
        return
    way = STEP_RIGHT * min(max(0.0, runs[0][0].area.left - spot.area.right), REACH_RIGHT)
    yield runs[0], way
    if field.mark.free:
        yield (
            [piece for run in runs if run is runs[0] or not run[0].area.beside(runs[0][0].area) for piece in run],
            way - 0.01,
        )
    if not takes_any_text(field):
        for count in range(1, len(spot.values) + 1):
            yield spot.values[:count], way + 0.01 * count
    for run in runs[1:]:
        yield run, STEP_RIGHT * (run[0].area.left - spot.area.right) + BELOW


def _below(spot: Spot, pieces: Sequence[Piece], spots: Sequence[Spot]) -> Iterator[tuple[Piece, float]]:
    """What stands under the label without another label in between."""
    for piece in pieces:
        if piece.area.middle <= spot.area.middle or piece.area.beside(spot.area):
            continue
        down, aside = piece.area.down(spot.area), _aside(piece.area, spot.area)
        if down <= REACH_DOWN and aside is not None and not _between(spot, piece.area, spots):
            yield piece, BELOW + max(0.0, down) + ASIDE * aside


def _aside(value: Area, label: Area) -> float | None:
    """How badly a value below its label is aligned with it; None: not below it at all."""
    aside = min(abs(value.left - label.left), abs(value.right - label.right), abs(value.center - label.center))
    return aside if value.across(label) < 0 or aside < INDENT else None


def _between(spot: Spot, value: Area, spots: Sequence[Spot]) -> bool:
    return any(
        other is not spot
        and other.area.across(value) < 0
        and spot.area.middle < other.area.middle < value.middle
        and not other.area.beside(spot.area)
        for other in spots
    )


def _read_on(found: dict[str, Found], layout: Layout) -> None:
    """Let values that run over several lines run on, down to the next label."""
    for name, one in found.items():
        if one.field.mark.free and one.spot:
            found[name] = replace(one, pieces=(*one.pieces, *_following(one, layout, list(found.values()))))


def _following(one: Found, layout: Layout, found: Sequence[Found]) -> list[Piece]:
    """The lines under a value that continue it."""
    last = around(piece.area for piece in one.pieces)
    left = min(last.left, one.spot.area.left if one.spot else last.left) - INDENT
    lines: list[Piece] = []
    for row in layout.rows:
        held = [piece for piece in row.pieces if left <= piece.area.left <= last.right]
        if not held or held[0].area.middle <= last.middle or held[0].area.beside(last):
            continue
        if held[0].area.down(last) > LINE_GAP or _ends_value(held[0], row, found):
            break
        run = reaching(held, WORD_GAP)[0]
        lines += run
        last = around((last, *(piece.area for piece in run)))
    return lines


def _ends_value(piece: Piece, row: Row, found: Sequence[Found]) -> bool:
    """Whether a line belongs to another field, or begins with a label, even one without a value."""
    if any(_same_text(piece, other) for one in found for other in one.pieces):
        return True
    spots = [spot for spot in row.spots if spot.area.across(piece.area) < 0]
    return any(not spot.glued for spot in spots)


def _by_shape(found: dict[str, Found], layout: Layout, fields: dict[str, Declared]) -> list[Found]:
    """Fields whose label was not found, or whose value does not look right, by what their values look like."""
    for name, field in fields.items():
        known = found.get(name)
        if not field.shape.pattern or (known and known.fit > Fit.REFUSED):
            continue
        used = [piece for other in found.values() if other is not known for piece in other.pieces]
        best = max(_shaped(field, layout, used), key=lambda one: one.fit, default=None)
        if best and (known is None or best.fit is Fit.CHECKED):
            found[name] = best
    return [found[name] for name in fields if name in found]


def _shaped(field: Declared, layout: Layout, used: Sequence[Piece]) -> Iterator[Found]:
    """Every unused text on the page that has the field's shape, also where it is split over neighbouring pieces."""
    for row in layout.rows:
        for held in row.held:
            for piece in held:
                for start, end in shaped(field, piece.text):
                    cut = piece.cut(piece.start + start, piece.start + end)
                    if cut and not any(_same_text(cut, other) for other in used):
                        yield Found(field, field.name, (cut,), fit(field, cut.text))
            yield from _split(field, held, used)


def _split(field: Declared, held: Sequence[Piece], used: Sequence[Piece]) -> Iterator[Found]:
    for start in range(len(held)):
        for end in range(start + 2, min(len(held), start + 6) + 1):
            pieces = tuple(held[start:end])
            if any(_same_text(piece, other) for piece in pieces for other in used):
                break
            if (suits := fit(field, joined(pieces))) > Fit.TYPED:
                yield Found(field, field.name, pieces, suits)
