"""Several documents on one page: which lines belong to which, and of what kind each is.

A page is cut along a strip in which nothing is printed, and each half again. A cut stands where both halves are
documents of their own: each shows as much of its kind as the whole page does, so that nothing was cut apart; and they
are of two kinds, or of one kind with values that such a document has only once. What is cut in two that is one document
loses signs of its kind, and both sides of one card contradict each other in nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ocr.declare.fields import Fields
from ocr.extraction.classification import LEAST, Known, known
from ocr.extraction.page import TextSpan, spanned, upright
from ocr.extraction.repetition import repeated
from ocr.model.reading import ExtractedDocument, Line

FEWEST_LINES = 3  # of a document
NARROWEST = 0.8  # the strip between two documents, in line heights
MOST_CUTS = 12  # tried in each direction, the widest first
LOSS = 0.1  # of its score that half a page may lose against the whole: a part of another document
UNEVEN = 0.3  # where both are of one kind: a label that is read in one copy only
STRONG = 0.5  # the score from which on a page without a title, but with a checked value, is of a kind all the same
MOST_LINES = 1000


@dataclass(frozen=True)
class Part:
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


def parts(lines: Sequence[Line], models: Callable[[str], type[Fields] | None]) -> list[Part]:
    """The documents on a page, from the top and the left; one with all lines where there is one only.

    `models` gives the fields of a kind, by its slug; documents of a kind that it does not know are not told apart.
    """
    whole = known(lines)
    best = next(iter(whole), None)
    page = [Part(list(lines), best.slug if best else None)]
    if best is None or len(lines) > MOST_LINES or not (_several_kinds(whole) or _repeats(best, lines, models)):
        return page
    return _cut(upright(lines), whole, models)


def _cut(spans: Sequence[TextSpan], whole: Sequence[Known], models: Callable[[str], type[Fields] | None]) -> list[Part]:
    chosen: tuple[float, list[TextSpan], list[TextSpan], list[Known], list[Known]] | None = None
    for one, other in _halves(spans):
        first, second = known(_lines(one)), known(_lines(other))
        worth = _worth(first, second, whole, _lines(spans), models)
        if worth and (chosen is None or worth > chosen[0]):
            chosen = worth, one, other, first, second
    if chosen is None:
        return [Part(_lines(spans), whole[0].slug if whole else None)]
    _, one, other, first, second = chosen
    return [*_cut(one, first, models), *_cut(other, second, models)]


def _lines(spans: Sequence[TextSpan]) -> list[Line]:
    return [span.line for span in spans]


def _worth(
    one: Sequence[Known],
    other: Sequence[Known],
    whole: Sequence[Known],
    lines: Sequence[Line],
    models: Callable[[str], type[Fields] | None],
) -> float:
    """How surely a cut parts two documents: the score of the poorer half; 0 where it does not."""
    if not one or not other:
        return 0.0
    loss = UNEVEN if one[0].slug == other[0].slug else LOSS
    if not (_is_whole(one[0], whole, loss) and _is_whole(other[0], whole, loss)):
        return 0.0
    if one[0].slug == other[0].slug:
        parted = _repeats(one[0], lines, models)
    else:
        parted = all(map(_stands_alone, (one[0], other[0])))
    return min(one[0].score, other[0].score) if parted else 0.0


def _is_whole(half: Known, whole: Sequence[Known], loss: float) -> bool:
    before = next((kind.score for kind in whole if kind.slug == half.slug), 0.0)
    return half.score >= max(LEAST, before * (1 - loss))


def _repeats(kind: Known, lines: Sequence[Line], models: Callable[[str], type[Fields] | None]) -> bool:
    model = models(kind.slug)
    return bool(model and repeated(model, lines))


def _several_kinds(whole: Sequence[Known]) -> bool:
    return sum(map(_stands_alone, whole)) > 1


def _stands_alone(kind: Known) -> bool:
    """Whether it is a document and no part of another one: parts have labels as other documents do, and no title."""
    return kind.titled or (kind.checked and kind.score >= STRONG)


def _halves(spans: Sequence[TextSpan]) -> Iterator[tuple[list[TextSpan], list[TextSpan]]]:
    """The spans on both sides of the widest strips, from top to bottom or from left to right, that nothing crosses."""
    for first, last in (("top", "bottom"), ("left", "right")):
        ordered = sorted(spans, key=lambda span: float(getattr(span.area, first)))
        strips: list[tuple[float, int]] = []
        end = float("-inf")
        for number, span in enumerate(ordered):
            gap = getattr(span.area, first) - end
            if FEWEST_LINES <= number <= len(ordered) - FEWEST_LINES and gap >= NARROWEST:
                strips.append((gap, number))
            end = max(end, getattr(span.area, last))
        for _, number in sorted(strips, reverse=True)[:MOST_CUTS]:
            yield ordered[:number], ordered[number:]
