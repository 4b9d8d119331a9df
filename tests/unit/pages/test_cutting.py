"""Promise: a document is cut out of its page upright, with its margin and nothing of its neighbours."""

import math
from io import BytesIO

import pytest
from PIL import Image, ImageDraw

from ocr.model.picture import Picture
from ocr.model.reading import Box, ExtractedDocument, Line, Point, rectangle
from ocr.pages.cutting import cut, parts

SIZE = (900, 700)
CARDS = [(150, 150, 250, 150), (500, 150, 250, 150)]


def turned(box: Box, degrees: float) -> Box:
    middle = SIZE[0] / 2, SIZE[1] / 2
    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))

    def there(point: Point) -> Point:
        x, y = point[0] - middle[0], point[1] - middle[1]
        return middle[0] + x * cosine - y * sine, middle[1] + x * sine + y * cosine

    a, b, c, d = box
    return there(a), there(b), there(c), there(d)


def found(degrees: float) -> list[ExtractedDocument]:
    """Two cards, each with three lines of print."""
    documents = []
    for left, top, width, height in CARDS:
        prints = [rectangle(left + 30, top + 20 + 40 * number, width - 60, 24) for number in range(3)]
        lines = [Line(text="x", box=turned(box, degrees)) for box in prints]
        around = turned(rectangle(left + 30, top + 20, width - 60, height - 46), degrees)
        documents.append(ExtractedDocument(alone=True, box=around, lines=lines))
    return documents


def page(degrees: float) -> Picture:
    paper = Image.new("RGB", SIZE, "white")
    draw = ImageDraw.Draw(paper)
    for (left, top, width, height), colour in zip(CARDS, ("red", "blue"), strict=True):
        draw.polygon(turned(rectangle(left, top, width, height), degrees), fill=colour)
    file = BytesIO()
    paper.save(file, "PNG")
    return Picture(file.getvalue(), "PNG", *SIZE, page=1)


@pytest.mark.parametrize("degrees", [0, 5, 90, 180])
def test_a_document_is_cut_out_upright_and_alone(degrees: float) -> None:
    documents = found(degrees)
    lines = [line for document in documents for line in document.lines]
    told = parts(documents, lines, SIZE)
    assert [one.name for one in told] == ["1/2", "2/2"]
    for part, document, own in zip(told, documents, ("R", "B"), strict=True):
        picture = cut(page(degrees), part)
        with Image.open(BytesIO(picture.content)) as shown:
            assert shown.size == (picture.width, picture.height) == part.size
            # Paper has all of either colour, and the other card none of this one's.
            assert not sum(shown.convert("RGB").getchannel(own).histogram()[:80])
        assert picture.width > picture.height
        # What stands on the part stands on the page where the document is.
        assert part.holds(document.box)
        corners = [part.placed(point) for point in ((0, 0), (picture.width, picture.height))]
        assert math.dist(corners[0], part.box[0]) < 1
        assert math.dist(corners[1], part.box[2]) < 1


def test_where_one_document_reaches_into_another_nothing_is_cut_out() -> None:
    first, second = found(0)
    stray = Line(text="x", box=rectangle(200, 200, 50, 20))
    second = second.model_copy(update={"lines": [*second.lines, stray]})
    assert parts([first, second], [*first.lines, *second.lines], SIZE) == []
