"""What was found on a page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ocr.declare.fields import Declared
from ocr.extraction.labels import LabelMatch
from ocr.extraction.page import TextSpan
from ocr.extraction.values import Fit

SURE = 1.6  # line heights that a value may cost and be as sure as any
DOUBT = 0.25  # of the certainty, for each line height beyond


@dataclass(frozen=True, eq=False)
class FieldMatch:
    """The value of a field: its spans, the label it goes by, and how little it suits the page, in line heights."""

    field: Declared
    label: str
    spans: tuple[TextSpan, ...]
    fit: Fit
    match: LabelMatch | None = None
    cost: float = 0.0

    @property
    def certainty(self) -> float:
        """How sure it is that the text is this field's, 0..1: full up to a cost, then less with every line height."""
        return max(0.0, min(1.0, 1.0 - DOUBT * (self.cost - SURE)))


def touches(line: Iterable[TextSpan], taken: Sequence[TextSpan]) -> bool:
    """Whether some of the spans are of the same characters."""
    return any(
        span.line is other.line and span.start < other.end and other.start < span.end
        for span in line
        for other in taken
    )
