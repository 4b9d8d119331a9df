"""A file of pages: PDF, OFD, a TIFF of several, the data of an electronic invoice. Each page says itself what it holds
or is drawn as a picture."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from math import dist
from typing import TYPE_CHECKING, Any

from ocr.model.picture import Picture
from ocr.model.reading import Box, Point
from ocr.platform.errors import CallerError

if TYPE_CHECKING:
    from PIL import Image

MOST_PAGES = 100
# Pages are drawn for vendors at what office scanners use; boxes on any page are counted in its pixels at that.
DOTS_PER_INCH = 200
# A page of photographs is as large as they say it is.
LONGEST_SIDE = 3500
# Of a page that has to be drawn smaller than this nothing can be read.
LEAST_DOTS_PER_INCH = 40
QUALITY = 90
# So many characters a page has at least that holds its text.
LEAST_CHARACTERS = 12
# Pictures that cover so much of a page are the page.
SCAN = 0.5


@dataclass(frozen=True)
class Part:
    """A document on a page that is read as a picture of its own: `2/4`, and its corners in the page's pixels."""

    name: str
    box: Box

    @property
    def number(self) -> int:
        """Which of them it is, from 1."""
        return int(self.name.partition("/")[0])

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of its picture in pixels."""
        a, b, _, d = self.box
        return max(1, round(dist(a, b))), max(1, round(dist(a, d)))

    def holds(self, box: Box | None) -> bool:
        """Whether the middle of a box on the page is within it."""
        if box is None:
            return False
        x, y = (sum(corner[axis] for corner in box) / len(box) for axis in (0, 1))
        (ax, ay), (bx, by), _, (dx, dy) = self.box
        across = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / max(dist((ax, ay), (bx, by)) ** 2, 1)
        down = ((x - ax) * (dx - ax) + (y - ay) * (dy - ay)) / max(dist((ax, ay), (dx, dy)) ** 2, 1)
        return 0 <= across <= 1 and 0 <= down <= 1

    def placed(self, point: Point) -> Point:
        """Where a point of its picture is on the page."""
        (ax, ay), (bx, by), _, (dx, dy) = self.box
        across, down = point[0] / self.size[0], point[1] / self.size[1]
        return ax + across * (bx - ax) + down * (dx - ax), ay + across * (by - ay) + down * (dy - ay)


@dataclass(frozen=True)
class Page:
    """One page, from 1; its size is in the pixels that its boxes are counted in.

    part     which part of the page it is, where a document was cut out of it
    answer   what the page itself says, as the engine would answer: `lines` with boxes, `angle`, perhaps `rules`; and as
             `data` what the file states beside it: `items`, pairs of a label and a text, and `rows` of such pairs
    draw     the page as a picture, where it has to be read; None where it cannot be drawn
    """

    number: int
    width: int
    height: int
    answer: Mapping[str, Any] | None = None
    draw: Callable[[], Picture] | None = field(default=None, repr=False)
    part: Part | None = None


def selected(text: str | None, pages: int) -> Sequence[int]:
    """The numbers of the pages that the option `pages` asks for, in their order: `1-3,7`; all where it is not told.

    Raises `invalid_option` for pages that the file does not have, `too_large` for more than 100.
    """
    if not text:
        numbers: Sequence[int] = range(1, pages + 1)
    else:
        ranges = [tuple(map(int, part.split("-"))) for part in text.split(",")]
        if any(one[0] > one[-1] or one[-1] > pages for one in ranges):
            raise _invalid(f"The file has {pages} page{'s' * (pages != 1)}.")
        numbers = sorted({number for one in ranges for number in range(one[0], one[-1] + 1)})
    if len(numbers) > MOST_PAGES:
        raise CallerError(
            f"The file has {len(numbers)} pages; at most {MOST_PAGES} are read at once.",
            "Say which with the option pages, as in pages=1-100.",
            kind="too_large",
        )
    return numbers


def _invalid(detail: str) -> CallerError:
    return CallerError(detail, "Send numbers and ranges that the file has, as in pages=1-3,7.", kind="invalid_option")


def scale(width: float, height: float) -> float:
    """How many pixels a point (1/72 inch) of the page becomes.

    Raises `too_large` where nothing would be legible, `damaged` for a page of less than a pixel.
    """
    pixels = min(DOTS_PER_INCH / 72, LONGEST_SIDE / max(width, height, 1))
    if min(width, height) * pixels < 1:
        raise CallerError("A page of the file has no size.", kind="damaged")
    if pixels * 72 < LEAST_DOTS_PER_INCH:
        metres = max(width, height) / 72 * 0.0254
        raise CallerError(
            f"A page of the file is {metres:.1f} metres long.", "Print it on several pages.", kind="too_large"
        )
    return pixels


def drawn(picture: "Image.Image", document: Picture, number: int) -> Picture:
    """A page of the document that was drawn as this picture, in RGB."""
    page = replace(document, upload=None, pages=0, page=number, file=document.sha256)
    return as_jpeg(picture, page)


def as_jpeg(picture: "Image.Image", page: Picture) -> Picture:
    """The page with this picture, in RGB, for its own."""
    file = BytesIO()
    picture.save(file, "JPEG", quality=QUALITY)
    return replace(page, content=file.getvalue(), format="JPEG", width=picture.width, height=picture.height)
