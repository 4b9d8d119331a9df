"""What was found on a page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ocr.declare.fields import Declared
from ocr.extraction.labels import LabelMatch
from ocr.extraction.page import TextSpan
from ocr.extraction.values import Fit


@dataclass(frozen=True, eq=False)
class FieldMatch:
    """The value of a field: its pieces, the label it goes by, and how little it suits the page, in line heights."""

    field: Declared
    label: str
    pieces: tuple[TextSpan, ...]
    fit: Fit
    spot: LabelMatch | None = None
    cost: float = 0.0


def touches(line: Iterable[TextSpan], taken: Sequence[TextSpan]) -> bool:
    """Whether some of the pieces are of the same characters."""
    return any(
        piece.line is other.line and piece.start < other.end and other.start < piece.end
        for piece in line
        for other in taken
    )
