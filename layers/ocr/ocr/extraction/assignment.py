"""Labels and values brought together: every label's candidates are weighed, and the page as a whole is cheapest.

A value stands to the right of its label or below it. What a candidate costs is how far it is to go, and how badly it
suits the field. No text is two values: who takes what is decided for all fields at once, so that a label whose value
is covered does not take its neighbour's. Labels that nobody declared take what is theirs, too.

A form is printed first and filled in later, often half a row too low or too high. Where the texts suit their labels
better under such a shift, distances are measured from where the values then stand.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations, pairwise
from statistics import median

from ocr.declare.fields import Declared
from ocr.extraction.blocks import settle
from ocr.extraction.form_order import in_order
from ocr.extraction.hungarian import cheapest
from ocr.extraction.labels import LabelMatch
from ocr.extraction.layout import WORD_GAP, Layout, reaching
from ocr.extraction.match import FieldMatch, touches
from ocr.extraction.multiline import read_on
from ocr.extraction.page import Rect, TextSpan, joined
from ocr.extraction.patterns import recognized
from ocr.extraction.splitting import proved
from ocr.extraction.unlabelled import standing_alone_on
from ocr.extraction.values import Fit, fit, is_fragment, takes_any_text, trimmed
from ocr.extraction.vocabulary import LabelSense

# Distances, in line heights.
REACH_DOWN = 2.6  # from a label to a value below it
REACH_RIGHT = 30.0
GROUP_GAP = 3.0  # between the groups of one number
INDENT = 1.5  # how far a value below its label may be out of line with it
TIGHT = 0.7  # between a label and the value right below it
ALIGNED = 0.7  # how far these may begin apart
OUT_OF_ROW = 1.3  # between the middles of a label and of a line of its value
HALF_ROW = 0.5
TALL = 1.6  # a label over several rows: whatever stands beside one of them is beside it
LEVEL = 0.3  # middles this close are of one row
SHIFTS = (0.7, -0.7)  # how far the values of a form may stand below their labels, for a start
STEEPEST = 0.04  # how fast that may grow downwards
FEWEST = 4  # values that tell how the print lies

# Costs, in line heights down.
STEP_RIGHT = 0.12
BELOW = 1.5
ASIDE = 0.4
ANOTHERS = 2.0  # the span follows another label in its row
MISREAD_LABEL = 1.0
SHARED_LABEL = 0.5
OTHER_NAME = 0.02  # for each name of the field that is declared before the one that is printed
COLON = -0.5
LATER = 0.05  # less for each step to a value, for each field that the label introduces before this one
NEXT_ROW = 1.0  # more for each line height beyond half a row
GLUED = 0.7
LABEL_IGNORED = 0.4  # what looks like a label is read as a part of the value
STACKED = 2.5  # the value is to the right where the page has its values below
SHIFTED = 0.03  # what a shift of the whole print has to pay for, for each label
NOTHING = 6.0  # a label stays without a value
SUITS = {Fit.REFUSED: 4.0, Fit.OPEN: 0.0, Fit.LIKELY: -0.5, Fit.TYPED: -1.0, Fit.SHAPED: -1.5, Fit.CHECKED: -2.0}


@dataclass(frozen=True, eq=False)
class Candidate:
    """Spans that may be the value of a field because of a label.

    field  None for a label that nobody declared
    cost   in line heights, lower is better; without what it costs to stand too high or too low
    drop   how far its middle is below the label's, None where it is printed in one span with the label or under it
    rivals how far it is below the other labels that it stands beside, and the text of the label's own row below it
    """

    field: Declared | None
    match: LabelMatch
    label: str
    spans: tuple[TextSpan, ...]
    fit: Fit
    cost: float
    drop: float | None = None
    rivals: tuple[float, ...] = ()

    @cached_property
    def claimant(self) -> object:
        """Who gets at most one value: the field, or the undeclared label."""
        return self.field.name if self.field else self.match

    @property
    def first(self) -> tuple[int, int]:
        """What at most one claimant gets: the beginning of the text."""
        return id(self.spans[0].line), self.spans[0].start

    def on(self, print_: "Print") -> float:
        """The cost where the values stand so far too low."""
        if self.drop is None:
            return self.cost
        shift = print_.at(self.match.area)
        off = abs(self.drop - shift)
        nearer = any(abs(rival - shift) + LEVEL < off for rival in self.rivals)
        return self.cost + _off(off) + NOTHING * nearer


def _off(drop: float) -> float:
    """What it costs to stand too high or too low: little within half a row, more beyond it."""
    return drop + NEXT_ROW * max(0.0, drop - HALF_ROW)


def search(
    layout: Layout, fields: dict[str, Declared], in_form_order: bool = False
) -> tuple[list[FieldMatch], list[FieldMatch]]:
    """The values of these fields on this page, each field at most once; and what stands for them but is no value.

    Labels of other fields end a value, too.
    `in_form_order`: every document has all the fields, in the order of their declaration.
    """
    settled = settle(layout, list(fields))
    known = {match: tuple(one for one in senses if one.field in fields) for match, senses in settled.items()}
    meanings = {match: senses for match, senses in known.items() if senses}
    found = _labelled(list(_candidates(layout, meanings, fields)))
    read_on(found, layout, list(found), fields)
    fragments = _without_fragments(found)
    recognized(found, layout, fields)
    standing_alone_on(found, layout, fields)
    if in_form_order:
        covered = {one.field.name for one in fragments}
        in_order(found, layout, {name: field for name, field in fields.items() if name not in covered})
    fragments += _without_fragments(found)
    said = [found[name] for name in fields if name in found and _says_something(found[name])]
    return said, fragments


def _without_fragments(found: dict[str, FieldMatch]) -> list[FieldMatch]:
    """Takes out what is less than a value: another field may know it."""
    names = [name for name, one in found.items() if is_fragment(one.field, joined(one.spans))]
    return [found.pop(name) for name in names]


def _says_something(one: FieldMatch) -> bool:
    """Whether the value is more than the dashes that a form prints where it has nothing to say, and no other label."""
    said = joined(one.spans)
    is_label = not one.field.mark.free and said.rstrip().endswith((":", "："))
    return any(map(str.isalnum, said)) and not is_label


# --- The cheapest page ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Print:
    """How far the values of a form stand below their labels at the top of the page, and how that grows downwards."""

    shift: float = 0.0
    slope: float = 0.0

    def at(self, label: Rect) -> float:
        return self.shift + self.slope * label.middle


def _labelled(candidates: Sequence[Candidate]) -> dict[str, FieldMatch]:
    """The fields' values where the print lies as suits best."""
    best = _chosen(candidates, Print())
    if _is_crooked(best):
        starts = [best, *(_chosen(candidates, Print(shift)) for shift in SHIFTS)]
        others = [_chosen(candidates, _measured(start)) for start in starts]
        best = min((best, *others), key=lambda one: one.cost)
    return _disjoint(best, candidates)


@dataclass(frozen=True)
class _Choice:
    """Who gets what where the print lies so, and what that costs in all."""

    print: Print
    taken: list[Candidate]
    cost: float


def _chosen(candidates: Sequence[Candidate], print_: Print) -> _Choice:
    least: dict[tuple[object, tuple[int, int]], Candidate] = {}
    for one in candidates:
        known = least.get((one.claimant, one.first))
        if known is None or one.on(print_) < known.on(print_):
            least[one.claimant, one.first] = one
    pairs = cheapest({key: one.on(print_) for key, one in least.items()}, NOTHING)
    taken = [least[pair] for pair in pairs.items()]
    claimants = len({claimant for claimant, _ in least})
    cost = sum(one.on(print_) for one in taken) + NOTHING * (claimants - len(taken))
    return _Choice(print_, taken, cost + SHIFTED * claimants * (print_ != Print()))


def _measured(choice: _Choice) -> Print:
    """How the print lies, by the values that suit their labels: the line through most of them (Theil and Sen)."""
    points = [
        (one.match.area.middle, one.drop) for one in choice.taken if one.drop is not None and one.fit > Fit.LIKELY
    ]
    pairs = ((a, b) for a, b in combinations(points, 2) if abs(a[0] - b[0]) > 1)
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in pairs]
    if len(points) < FEWEST or not slopes:
        return choice.print
    slope = min(max(median(slopes), -STEEPEST), STEEPEST)
    return Print(median(drop - slope * middle for middle, drop in points), slope)


def _is_crooked(choice: _Choice) -> bool:
    """Whether the values do not stand level with their labels, or do not suit them."""
    drops = [abs(one.drop) for one in choice.taken if one.drop is not None]
    misfits = sum(one.fit is Fit.REFUSED for one in choice.taken)
    return len(drops) >= FEWEST and (median(drops) > LEVEL or misfits > 1)


def _disjoint(choice: _Choice, candidates: Iterable[Candidate]) -> dict[str, FieldMatch]:
    """The choice without texts that two values share: the dearer one takes what else is there for it."""
    found: dict[str, FieldMatch] = {}
    used: list[TextSpan] = []
    for one in sorted(choice.taken, key=lambda one: (one.field is None, one.on(choice.print))):
        others = (other for other in candidates if other.claimant == one.claimant and other.match is one.match)
        ways = [one, *sorted(others, key=lambda other: other.on(choice.print))]
        free = next((way for way in ways if not touches(way.spans, used)), None)
        if free is None:
            continue
        used += free.spans
        if free.field:
            cost = free.on(choice.print)
            found[free.field.name] = FieldMatch(free.field, free.label, free.spans, free.fit, free.match, cost)
    return found


# --- Candidates -------------------------------------------------------------------------------------------------------


def _candidates(
    layout: Layout, meanings: dict[LabelMatch, tuple[LabelSense, ...]], fields: dict[str, Declared]
) -> Iterator[Candidate]:
    matches, spans = layout.matches, layout.spans
    stacked = STACKED * _is_stacked(matches, layout.unlabelled)
    followers = {id(value) for match in matches for value in match.values}
    lines = [(line, 0.0) for line in layout.lines] + [([span], LABEL_IGNORED) for span in layout.mistaken(())]
    rivals = {id(line[0]): _rivals(line[0], matches) for line, _ in lines}
    own = {
        match: tuple(drop for value in match.values[:1] if (drop := _drop(match, value)) is not None)
        for match in matches
    }
    for match in matches:
        for place, meaning in enumerate(meanings.get(match, ())):
            field = fields[meaning.field]
            base = _doubt(match, meaning, field)
            for run, way in _to_the_right(match, field):
                apart = 0.0 if match.holds(run[0].line) else stacked + LABEL_IGNORED * _is_cut_off(run[0], matches) * 2
                yield _weighed(field, match, meaning, run, base + way * (1 - LATER * place) + apart)
            for run, way, ignored in _beside(match, lines, matches):
                beside = _weighed(field, match, meaning, run, base + way + ignored + stacked)
                yield from _if_suitable(replace(beside, rivals=(*rivals[id(run[0])], *own[match])))
            for span, way in _below(match, spans, matches):
                another = ANOTHERS * (id(span) in followers)
                below = replace(_weighed(field, match, meaning, (span,), base + way + another), drop=None)
                if below.fit is Fit.LIKELY or not _is_indented(span.area, match.area):
                    yield from _if_suitable(below)
        if not meanings.get(match) and match.values:
            run = reaching(match.values, WORD_GAP)[0]
            yield Candidate(None, match, match.label, tuple(run), Fit.OPEN, _far(match, run), _drop(match, run[0]))


def _is_cut_off(span: TextSpan, matches: Iterable[LabelMatch]) -> bool:
    """Whether the text begins behind another label in the same span."""
    return span.start > 0 and any(match.holds(span.line) for match in matches)


def _is_stacked(matches: Sequence[LabelMatch], lines: Sequence[Sequence[TextSpan]]) -> bool:
    """Whether most labels of the page have their values right below them."""
    alone = [match for match in matches if not any(match.holds(value.line) for value in match.values)]
    over = [match for match in alone if any(_is_right_below(line[0].area, match.area) for line in lines)]
    return len(over) > len(matches) / 2


def _is_right_below(value: Rect, label: Rect) -> bool:
    aligned = abs(value.left - label.left) < ALIGNED
    return aligned and value.middle > label.middle and value.down(label) < TIGHT and not value.beside(label)


def _doubt(match: LabelMatch, meaning: LabelSense, field: Declared) -> float:
    """What using this label costs whatever its value."""
    shared, misread = SHARED_LABEL * bool(meaning.head), MISREAD_LABEL * (not match.exact)
    other = OTHER_NAME * field.mark.names.index(meaning.label) if meaning.label in field.mark.names else 0.0
    return shared + misread + other + COLON * match.colon + GLUED * match.glued


def _if_suitable(candidate: Candidate) -> Iterator[Candidate]:
    if candidate.fit > Fit.REFUSED:
        yield candidate


def _weighed(
    field: Declared, match: LabelMatch, meaning: LabelSense, spans: Sequence[TextSpan], cost: float
) -> Candidate:
    text = joined(spans)
    if len(spans) == 1:
        start, end = trimmed(field, text)
        spans = [spans[0].cut(spans[0].start + start, spans[0].start + end) or spans[0]]
        text = spans[0].text
    suits = fit(field, text)
    drop = _drop(match, spans[0])
    return Candidate(field, match, meaning.label, tuple(spans), suits, cost + SUITS[suits], drop)


def _drop(match: LabelMatch, span: TextSpan) -> float | None:
    """How far a text stands below the row of its label, if it was not printed with it."""
    if match.holds(span.line):
        return None
    middle, label = span.area.middle, match.area
    half = 0.5 if label.height < TALL else 0.0
    top, bottom = min(label.top + half, label.middle), max(label.bottom - half, label.middle)
    return middle - min(max(middle, top), bottom)


def _far(match: LabelMatch, run: Sequence[TextSpan]) -> float:
    return STEP_RIGHT * min(max(0.0, run[0].area.left - match.area.right), REACH_RIGHT)


def _before_a_number(run: Sequence[TextSpan]) -> Sequence[TextSpan]:
    """The run up to a number with its check digit that was read as one text with it."""
    pairs = enumerate(pairwise(run), 1)
    return run[: next((at for at, (before, span) in pairs if before.line is span.line and proved(span.text)), len(run))]


def _to_the_right(match: LabelMatch, field: Declared) -> Iterator[tuple[Sequence[TextSpan], float]]:
    """What follows the label in its row: its first run of words, or as much as it takes to suit the field."""
    runs = reaching(match.values, WORD_GAP)
    if not runs:
        return
    way = STEP_RIGHT * min(max(0.0, runs[0][0].area.left - match.area.right), REACH_RIGHT)
    if takes_any_text(field):
        yield _before_a_number(runs[0]), way
    else:
        yield runs[0], way
        near = reaching(match.values, GROUP_GAP)[0]
        for count in range(1, len(near) + 1):
            yield near[:count], way + 0.01 * count
        for before, span in pairwise(near):
            if span.line is before.line:  # two values that were read as one text
                yield [span], STEP_RIGHT * max(0.0, span.area.left - match.area.right)
    for run in runs[1:]:
        yield run, STEP_RIGHT * (run[0].area.left - match.area.right) + BELOW


def _beside(
    match: LabelMatch, lines: Iterable[tuple[Sequence[TextSpan], float]], matches: Sequence[LabelMatch]
) -> Iterator[tuple[Sequence[TextSpan], float, float]]:
    """Lines to the right that are not quite in the label's row: the cell of a form has more lines than its label."""
    for line, ignored in lines:
        area = line[0].area
        way = area.left - match.area.right
        if not -ALIGNED < way < REACH_RIGHT or match.holds(line[0].line) or line[0] in match.values:
            continue
        if abs(_drop(match, line[0]) or 0.0) < OUT_OF_ROW and not _in_between(match.area, area, matches):
            yield line, STEP_RIGHT * max(0.0, way), ignored


def _rivals(span: TextSpan, matches: Iterable[LabelMatch]) -> tuple[float, ...]:
    """How far a text is below each of the labels to its left that no other label keeps it from."""
    left = [match for match in matches if -ALIGNED < span.area.left - match.area.right < REACH_RIGHT]
    drops = ((match, _drop(match, span)) for match in left if not _in_between(match.area, span.area, matches))
    return tuple(drop for _, drop in drops if drop is not None and abs(drop) < OUT_OF_ROW)


def _in_between(label: Rect, value: Rect, matches: Iterable[LabelMatch]) -> bool:
    """Whether another label stands between a label and what is to its right."""
    return any(label.right <= other.area.left < value.left and other.area.down(value) < 0 for other in matches)


def _below(
    match: LabelMatch, spans: Sequence[TextSpan], matches: Sequence[LabelMatch]
) -> Iterator[tuple[TextSpan, float]]:
    """What stands under the label without another label in between."""
    for span in spans:
        level = span.area.beside(match.area) and span.area.across(match.area) >= 0
        if span.area.middle <= match.area.middle or level or match.holds(span.line):
            continue
        down, aside = span.area.down(match.area), _aside(span.area, match.area)
        if down <= REACH_DOWN and aside is not None and not _between(match, span.area, matches):
            yield span, BELOW + max(0.0, down) + ASIDE * aside


def _aside(value: Rect, label: Rect) -> float | None:
    """How badly a value below its label is aligned with it; None: not below it at all."""
    edges = (value.left - label.left, value.right - label.right, value.center - label.center, value.left - label.right)
    aside = min(map(abs, edges))
    return aside if value.across(label) < 0 or aside < INDENT else None


def _is_indented(value: Rect, label: Rect) -> bool:
    """Whether a value below its label begins only where the label ends, as a text does that is too long for its row."""
    return value.left > label.right - ALIGNED and value.right > label.right + INDENT


def _between(match: LabelMatch, value: Rect, matches: Sequence[LabelMatch]) -> bool:
    return any(
        other is not match
        and other.area.across(value) < 0
        and match.area.middle < other.area.middle < value.middle
        and not other.area.beside(match.area)
        for other in matches
    )
