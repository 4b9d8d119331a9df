"""What was found on a page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ocr.extract.labels import Spot
from ocr.extract.page import Piece
from ocr.extract.values import Fit
from ocr.fields import Declared


@dataclass(frozen=True, eq=False)
class Found:
    """The value of a field: its pieces, and the label it goes by."""

    field: Declared
    label: str
    pieces: tuple[Piece, ...]
    fit: Fit
    spot: Spot | None = None


def touches(line: Iterable[Piece], taken: Sequence[Piece]) -> bool:
    """Whether some of the pieces are of the same characters."""
    return any(
        piece.line is other.line and piece.start < other.end and other.start < piece.end
        for piece in line
        for other in taken
    )
