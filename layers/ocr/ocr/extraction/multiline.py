"""Values that run over several lines: addresses, scopes of business, a firm's name in a narrow cell."""

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from ocr.declare.field_types import PRINTED_DAY
from ocr.declare.fields import Declared
from ocr.declare.identifiers import WITH_CHECK_DIGIT
from ocr.extraction.labels import ELSEWHERE
from ocr.extraction.layout import WORD_GAP, Layout, reaching
from ocr.extraction.match import FieldMatch, touches
from ocr.extraction.page import Rect, TextSpan, around, joined
from ocr.extraction.unlabelled import standing_alone_for
from ocr.extraction.values import Fit, compact, fit, is_fragment, takes_any_text

LINE_GAP = 1.3  # between two lines of what is declared as long text, in line heights
INDENT = 1.5  # how far they may begin apart
TIGHT = 0.7  # between two lines of any other text
ALIGNED = 0.7  # how far they may begin apart
OTHER_SIZE = 1.35  # times as high: print of another kind, a title say


def read_on(
    found: dict[str, FieldMatch], layout: Layout, names: Collection[str], fields: Mapping[str, Declared]
) -> None:
    """Let the texts of these fields run on over the lines that nothing claims, each line with the nearest text.

    What is like a value of one of `fields` that has none is that one's, though its label was not read, or it has none.
    """
    missing = [field for name, field in fields.items() if not field.mark.derived and _is_missing(field, found)]
    alone = [one for field in missing if takes_any_text(field) and (one := standing_alone_for(field, found, layout))]
    taken = [span for one in (*found.values(), *alone) for span in one.spans]
    labels = {one.match for one in found.values() if one.match}
    # Where a field has its value, what follows its label in another language goes on with it: the second line of an
    # address stands beside the small print.
    named = (match for match in layout.matches if not match.weak)
    labels |= {match for match in named if any(sense.field in found for sense in match.meanings)}
    unclaimed = (reaching(match.values, WORD_GAP)[0] for match in labels if match.values)
    beside = [*layout.lines_beside(labels), *unclaimed]
    free = (line for line in beside if not touches(line, taken))
    lines = [line for line in free if not any(_is_of(field, joined(line)) for field in missing)]
    texts = {name: _Text(found[name]) for name in names if takes_any_text(found[name].field)}
    while lines and texts:
        gap, name, number = min(
            (text.gap(line, lines), name, number) for number, line in enumerate(lines) for name, text in texts.items()
        )
        if gap == math.inf:
            break
        texts[name].lines.append(lines.pop(number))
    for name, text in texts.items():
        found[name] = replace(found[name], spans=text.spans)


def _is_missing(field: Declared, found: Mapping[str, FieldMatch]) -> bool:
    known = found.get(field.name)
    return known is None or is_fragment(field, joined(known.spans))


def _is_of(field: Declared, text: str) -> bool:
    """Whether a text could be nothing but a value of the field, or is a whole one as most of them are."""
    if takes_any_text(field):
        return field.mark.free and fit(field, text) is Fit.LIKELY
    if field.shape.check in WITH_CHECK_DIGIT and fit(field, text) is Fit.CHECKED:
        return True
    return bool(re.fullmatch(PRINTED_DAY, compact(text))) and fit(field, text) > Fit.REFUSED


class _Text:
    """A value that may get more lines."""

    def __init__(self, one: FieldMatch) -> None:
        self.field = one.field
        self.free = one.field.mark.free
        self.label = one.match.area if one.match else one.spans[0].area
        self.lines: list[Sequence[TextSpan]] = [one.spans]

    @property
    def spans(self) -> tuple[TextSpan, ...]:
        """From the top."""
        return tuple(span for line in sorted(self.lines, key=lambda line: line[0].area.middle) for span in line)

    def gap(self, line: Sequence[TextSpan], others: Sequence[Sequence[TextSpan]]) -> float:
        """How far a line is from the text; infinite where it cannot belong to it.

        It has to be of its size, close, and to begin where the text begins; below what is declared as long text less
        strictly so. Above a text only what brings it nearer to its label's middle belongs to it. What has a text of its
        own in the labels' column is that one's value, though nobody declared it.
        """
        area, block = line[0].area, around(span.area for span in self.spans)
        below, above = area.middle > block.bottom, area.middle < block.top and self._centres(area, block)
        most, indent = (LINE_GAP, INDENT) if self.free and below else (TIGHT, ALIGNED)
        # A letter by itself under the label is of a caption that runs from top to bottom.
        runs_back = self.free and len("".join(span.text for span in line)) > 1
        starts = (block.left, self.label.left) if runs_back else (block.left,)
        aligned = any(abs(area.left - start) < indent for start in starts)
        heights = sorted((area.height, self.lines[0][0].area.height))
        alike, gap = heights[1] <= heights[0] * OTHER_SIZE, max(0.0, area.down(block))
        near = (above or below) and aligned and alike and gap < most and not self._ends_before(line)
        return gap if near and not any(self._labels(other[0].area, area) for other in others) else math.inf

    def _ends_before(self, line: Sequence[TextSpan]) -> bool:
        """Whether a line with a label of its own, which nobody declared, follows what is a whole value without it."""
        return bool(ELSEWHERE.match(joined(line))) and fit(self.field, joined(self.spans)) is Fit.LIKELY

    def _labels(self, other: Rect, area: Rect) -> bool:
        """Whether a text stands in the row of a line where this text has its label."""
        left = other.right <= area.left and abs(other.left - self.label.left) < ALIGNED
        return left and self.label.right <= area.left and other.beside(area)

    def _centres(self, area: Rect, block: Rect) -> bool:
        """Whether the text with the area's line stands more evenly beside its label; not where it is below that."""
        if self.label.bottom - 0.5 <= block.top:
            return False
        return abs(around((area, block)).middle - self.label.middle) < abs(block.middle - self.label.middle)
