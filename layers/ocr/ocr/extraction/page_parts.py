"""Several documents on one page: which lines belong to which, and of what kind each is.

A page is cut along a strip in which nothing is printed, and each half again. A cut stands where both halves are
documents of their own. Those of two kinds each show as much of their kind as the whole page does, so that nothing was
cut apart. Those of one kind each show most of the values that such a document has only once, however their forms
differ. What is cut in two that is one document loses signs of its kind, and both sides of one card contradict each
other in nothing.

Where no strip is clear, a few lines may cross one: rows of two documents side by side that were read as one line each.
These are cut where a blank or a label stands at the strip, all of them or none.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations
from statistics import median

from ocr.declare.fields import Fields, canonical, labels
from ocr.extraction.classification import LEAST, Known, known, label_starts
from ocr.extraction.extract import find
from ocr.extraction.page import TextSpan, spanned, upright, width
from ocr.extraction.repetition import contradictions, is_same, repeated
from ocr.model.reading import ExtractedDocument, Line

FEWEST_LINES = 3  # of a document
NARROWEST = 0.8  # the strip between two documents, in line heights
MOST_CUTS = 12  # tried in each direction, the widest first
MOST_JOINED = 0.5  # of the lines of a page that may cross a strip, as rows of two documents read as one
OFF = 1.0  # how far left of the right column a text may be cut, in line heights: letters differ in width
LOSS = 0.1  # of its score that half a page may lose against the whole: a part of another document
MOST_LOSS = 0.3  # where a half is clear of other kinds: what it loses are signs that the other half happens to show
STRONG = 0.5  # the score from which on a page without a title, but with a checked value, is of a kind all the same
OWN = 0.6  # of the lines that show a kind: so many no other kind explains where it is a document of its own
FEWEST_SIGNS = 5  # lines that show a kind which has neither title nor checked value
CLEAR = 1.5  # how much better than any other such a kind suits its half of a page
FAINT = 0.1  # the score that a small document has beside large ones
SHARED = 0.5  # of the values that are there more than once: so many each of two documents of one kind shows
DIFFERENT = 2  # fields that differ between two documents of one kind
MOST_LINES = 1000

Models = Callable[[str], type[Fields] | None]
# What a cut is worth: how well the poorer half suits its kind; of cuts that are about as good there, what of one
# document the halves show twice, the less the better, then how well both suit theirs: a half that took a number of its
# neighbour's suits its own kind no worse.
Worth = tuple[float, int, float]


@dataclass(frozen=True)
class DocumentLines:
    """The lines of one document, and the slug of the product that it suits best."""

    lines: list[Line]
    kind: str | None

    def found(self, findings: Sequence[ExtractedDocument]) -> ExtractedDocument:
        """What was found among its lines, as one of several documents on a page.

        Where its lines hold several after all, which nothing here could part, none of their values is anybody's.
        """
        only = findings[0] if len(findings) == 1 else ExtractedDocument()
        apart = {"alone": True, "lines": self.lines, "box": spanned(line.box for line in self.lines)}
        return only.model_copy(update=apart | {"type": only.type or self.kind})


def parts(lines: Sequence[Line], models: Models) -> list[DocumentLines]:
    """The documents on a page, from the top and the left; one with all lines where there is one only.

    `models` gives the fields of a kind, by its slug; documents of a kind that it does not know are not told apart.
    """
    shown = known(lines, FAINT)
    whole = [kind for kind in shown if kind.score >= LEAST]
    best = next(iter(whole), None)
    page = [DocumentLines(list(lines), best.slug if best else None)]
    if best is None or len(lines) > MOST_LINES:
        return page
    model = models(best.slug)
    if not (_several_kinds(shown) or model and (best.titles > 1 or contradictions(model, lines))):
        return page
    return _rejoined(_cut(upright(lines), whole, models), models)


def _rejoined(found: Sequence[DocumentLines], models: Models) -> list[DocumentLines]:
    """The parts, those that are two sides of one document as one: of one kind, with nothing that differs.

    A part that may be a side of several stands by itself.
    """
    mates: dict[int, list[int]] = {number: [] for number in range(len(found))}
    for one, other in combinations(mates, 2):
        if _are_sides(found[one], found[other], models):
            mates[one].append(other)
            mates[other].append(one)
    pairs = {one: others[0] for one, others in mates.items() if len(others) == 1 and mates[others[0]] == [one]}
    return [
        DocumentLines([*part.lines, *found[pairs[number]].lines], part.kind) if number in pairs else part
        for number, part in enumerate(found)
        if pairs.get(number, number) >= number
    ]


def _are_sides(one: DocumentLines, other: DocumentLines, models: Models) -> bool:
    model = models(one.kind or "")
    if model is None or one.kind != other.kind:
        return False
    first, second = (_values(model, part.lines) for part in (one, other))
    return not any(_differing(first, second)) and not repeated(model, [*one.lines, *other.lines])


def _cut(spans: Sequence[TextSpan], whole: Sequence[Known], models: Models) -> list[DocumentLines]:
    parted = _parted(_halves(spans), spans, whole, models) or _parted(_joined_halves(spans), spans, whole, models)
    if parted is None:
        return [DocumentLines(_lines(spans), whole[0].slug if whole else None)]
    one, other, first, second = parted
    return [*_cut(one, first, models), *_cut(other, second, models)]


def _parted(
    halves: Iterator[tuple[list[TextSpan], list[TextSpan]]],
    spans: Sequence[TextSpan],
    whole: Sequence[Known],
    models: Models,
) -> tuple[list[TextSpan], list[TextSpan], list[Known], list[Known]] | None:
    """The best of these cuts, with the kinds that suit either half; None where none parts two documents."""
    lines = _lines(spans)
    cuts: list[tuple[Worth, list[TextSpan], list[TextSpan], list[Known], list[Known]]] = []
    enough = LEAST
    for one, other in halves:
        first, second = known(_lines(one), FAINT), known(_lines(other), FAINT)
        least = min(first[0].score, second[0].score) if first and second else 0.0
        if least >= enough and _parts_two((one, other), (first, second), whole, lines, models):
            left = sum(_contradictions(kind[0], half, models) for kind, half in ((first, one), (second, other)))
            cuts.append(((least, -left, first[0].score + second[0].score), one, other, first, second))
            enough = max(enough, least * (1 - LOSS))
    good = [cut for cut in cuts if cut[0][0] >= enough]
    return max(good, key=lambda cut: cut[0][1:])[1:] if good else None


def _contradictions(kind: Known, spans: Sequence[TextSpan], models: Models) -> int:
    model = models(kind.slug)
    return contradictions(model, _lines(spans)) if model else 0


def _lines(spans: Sequence[TextSpan]) -> list[Line]:
    return [span.line for span in spans]


def _parts_two(
    halves: Sequence[Sequence[TextSpan]],
    kinds: Sequence[Sequence[Known]],
    whole: Sequence[Known],
    lines: Sequence[Line],
    models: Models,
) -> bool:
    """Whether a cut parts two documents; `kinds` are those that suit either half, of which each has one."""
    first, second = (found[0] for found in kinds)
    if first.slug == second.slug:
        model = models(first.slug)
        return model is not None and _are_two(model, halves, kinds, lines)
    return all(
        _is_whole(found[0], whole, LOSS)
        if _stands_alone(found[0])
        else _is_clear(found, other[0].slug) and _is_whole(found[0], whole, MOST_LOSS)
        for found, other in (kinds, kinds[::-1])
    )


def _are_two(
    model: type[Fields],
    halves: Sequence[Sequence[TextSpan]],
    kinds: Sequence[Sequence[Known]],
    lines: Sequence[Line],
) -> bool:
    """Whether both halves are documents of one kind: what the page shows more than once either has for itself.

    So they are where each is plainly a document, and several of their values differ, or all that both have.
    """
    names = repeated(model, lines)
    if not names and not all(_stands_alone(found[0]) or _is_clear(found) for found in kinds):
        return False
    first, second = (_values(model, _lines(half)) for half in halves)
    if names:
        return min(len(found.keys() & set(names)) for found in (first, second)) >= SHARED * len(names)
    differing = list(_differing(first, second))
    return sum(differing) >= DIFFERENT or (any(differing) and all(differing))


def _values(model: type[Fields], lines: Sequence[Line]) -> Mapping[str, str]:
    """What these lines say of each field."""
    known_as = labels(model)
    items = ((known_as.get(canonical(item.label)), item.text) for item in find(model, lines).items)
    return {name: canonical(text) for name, text in items if name}


def _differing(first: Mapping[str, str], second: Mapping[str, str]) -> Iterator[bool]:
    """Of each field that both have whether it differs."""
    return (not is_same(first[name], second[name]) for name in first.keys() & second.keys())


def _is_whole(half: Known, whole: Sequence[Known], loss: float) -> bool:
    before = next((kind.score for kind in whole if kind.slug == half.slug), 0.0)
    return half.score >= max(LEAST, before * (1 - loss))


def _several_kinds(shown: Sequence[Known]) -> bool:
    """Whether the page may show more than one kind: two stand alone, or one has signs that the best one lacks."""
    best, *rest = shown
    return sum(map(_stands_alone, shown)) > 1 or any(_is_apart(kind, best) for kind in rest)


def _is_apart(kind: Known, best: Known) -> bool:
    own = kind.shown_by - best.shown_by
    return len(own) >= max(FEWEST_SIGNS, OWN * len(kind.shown_by))


def _stands_alone(kind: Known) -> bool:
    """Whether it is a document and no part of another one: parts have labels as other documents do, and no title."""
    return kind.titled or (kind.checked and kind.score >= STRONG)


def _is_clear(found: Sequence[Known], other: str | None = None) -> bool:
    """Whether a half is of its kind alone: a part of another document suits several, the other half's among them."""
    best, *rest = found
    theirs = frozenset[int]().union(*(kind.shown_by for kind in rest if kind.slug == other))
    own = best.shown_by - theirs
    # Beside another kind it may suit kinds that print the same: a temporary ID card does as an ID card.
    clear = all(best.score >= CLEAR * kind.score or (other and kind.shown_by <= best.shown_by) for kind in rest)
    return clear and len(own) >= max(FEWEST_SIGNS, OWN * len(best.shown_by))


def _halves(spans: Sequence[TextSpan]) -> Iterator[tuple[list[TextSpan], list[TextSpan]]]:
    """The spans on both sides of the strips, down or across the page, that nothing crosses, the widest first."""
    cuts: list[tuple[float, int, list[TextSpan]]] = []
    for first, last in (("top", "bottom"), ("left", "right")):
        ordered = sorted(spans, key=lambda span: float(getattr(span.area, first)))
        strips: list[tuple[float, int, list[TextSpan]]] = []
        end = float("-inf")
        for number, span in enumerate(ordered):
            gap = getattr(span.area, first) - end
            if FEWEST_LINES <= number <= len(ordered) - FEWEST_LINES and gap >= NARROWEST:
                strips.append((gap, number, ordered))
            end = max(end, getattr(span.area, last))
        cuts += sorted(strips, key=_width, reverse=True)[:MOST_CUTS]
    for _, number, ordered in sorted(cuts, key=_width, reverse=True):
        yield ordered[:number], ordered[number:]


def _joined_halves(spans: Sequence[TextSpan]) -> Iterator[tuple[list[TextSpan], list[TextSpan]]]:
    """The spans on both sides of strips down the page that lines cross, those cut in two, the fewest first."""
    found: list[tuple[int, list[TextSpan], list[TextSpan]]] = []
    for edge in sorted({span.area.left for span in spans}):
        right = [span for span in spans if span.area.left >= edge]
        left = [span for span in spans if span.area.right <= edge - NARROWEST]
        joined = [span for span in spans if span.area.left < edge and span.area.right > edge - NARROWEST]
        if min(len(left), len(right)) < FEWEST_LINES or not 0 < len(joined) <= MOST_JOINED * len(spans):
            continue
        letter = median(span.area.width / sum(map(width, span.text)) for span in (*left, *right))
        pairs = [_cut_line(span, edge, letter) for span in joined]
        cut = [pair for pair in pairs if pair]
        if len(cut) == len(joined):
            found.append((len(joined), [*left, *(one for one, _ in cut)], [*right, *(other for _, other in cut)]))
    for _, one, other in sorted(found, key=lambda strip: strip[0])[:MOST_CUTS]:
        yield one, other


def _cut_line(span: TextSpan, edge: float, letter: float) -> tuple[TextSpan, TextSpan] | None:
    """A line as two, cut at the blank or the label nearest to where the right column begins; None if none is there."""
    text, area = span.text, span.area
    total = sum(map(width, text))
    letter = min(letter, area.width / total)
    best: tuple[float, int, float, float] | None = None
    for at in chain((match.end() for match in re.finditer(r"\s+", text)), label_starts(text)):
        first, last = (letter * sum(map(width, half)) for half in (text[:at].rstrip(), text[at:]))
        ends, begins = area.left + first, area.right - last
        off = abs(begins - edge)
        if ends <= edge and begins >= edge - OFF and (best is None or off < best[0]):
            best = off, at, first / area.width, 1 - last / area.width
    return span.parted(best[1], *best[2:]) if best else None


def _width(strip: tuple[float, int, list[TextSpan]]) -> float:
    return strip[0]
