"""PDF: pages with their own characters, and pages that are pictures. PDFium is asked by one thread at a time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import atan2, ceil, degrees
from typing import Any

from ocr.model.picture import Picture
from ocr.pages import gate
from ocr.pages.formats.header import damaged
from ocr.pages.page import DOTS_PER_INCH, LEAST_CHARACTERS, SCAN, Page, drawn, scale
from ocr.pages.plausible import plausible
from ocr.pages.runs import Character, direction, lines
from ocr.platform.errors import CallerError

_PASSWORD = 4
_INVISIBLE = 3
# Text that cannot be seen was put there by whoever read a scan, or was covered; so much of it makes a page a picture.
MOST_HIDDEN = 0.1
# Text is seen where the page, drawn small and grey, is not all of one grey (0 to 255); and if it is not smaller than
# that, in pixels of the page.
LOOKED_AT_DOTS = 100
CONTRAST = 24
LEAST_HEIGHT = 3.0
# Characters and objects of one page: a full page of small print has some ten thousand.
MOST_CHARACTERS, MOST_OBJECTS = 100_000, 50_000


def count(content: bytes) -> tuple[int, float, float]:
    """How many pages there are, and the first one's size in points.

    Raises `CallerError`: `unsupported_format` for one with a password, `damaged` for what is no PDF.
    """
    with _opened(content) as pdf:
        pages = len(pdf)
        if not pages:
            raise damaged()
        width, height = pdf.get_page_size(0)
        return pages, width, height


def page(document: Picture, number: int) -> Page:
    """A page: its characters where it has them and they can be seen and believed, else how it is drawn."""
    with _opened(document.content) as pdf, _page(pdf, number) as one:
        width, height = one.get_size()
        factor = scale(width, height)
        across, down = ceil(width * factor), ceil(height * factor)
        characters = _characters(one, across, down)
    answer = None
    if characters is not None and len(characters) >= LEAST_CHARACTERS:
        read = lines(characters)
        if plausible(line["text"] for line in read):
            answer = {"lines": read, "angle": direction(characters), "rules": []}
    return Page(number, across, down, answer, lambda: _drawn(document, number))


def _drawn(document: Picture, number: int) -> Picture:
    with _opened(document.content) as pdf, _page(pdf, number) as one:
        picture = one.render(scale=scale(*one.get_size()), may_draw_forms=False, rev_byteorder=True).to_pil()
        return drawn(picture.convert("RGB"), document, number)


@contextmanager
def _opened(content: bytes) -> Iterator[Any]:
    # 60 ms: not at a cold start that gets a JPEG.
    import pypdfium2

    with gate.decoder():
        try:
            pdf = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError as error:
            if getattr(error, "err_code", None) == _PASSWORD or "assword" in str(error):
                raise CallerError(
                    "The PDF asks for a password.", "Send it without the password.", kind="unsupported_format"
                ) from None
            raise CallerError("The PDF is damaged.", "Print it to a new PDF and send that.", kind="damaged") from None
        try:
            yield pdf
        finally:
            pdf.close()


@contextmanager
def _page(pdf: Any, number: int) -> Iterator[Any]:
    """A page, in which what was filled in, typed over it or stamped on it is as printed as the rest."""
    import pypdfium2.raw as pdfium

    pdf.init_forms()
    one = pdf[number - 1]
    if pdfium.FPDFPage_GetAnnotCount(one):
        pdfium.FPDFPage_Flatten(one, pdfium.FLAT_NORMALDISPLAY)
        one.close()
        one = pdf[number - 1]
    try:
        yield one
    finally:
        one.close()


def _characters(one: Any, width: int, height: int) -> list[Character] | None:
    """The characters that are seen, in pixels; None where the page is a picture, whatever text is over or under it."""
    import pypdfium2.raw as pdfium

    if _is_scan(one):
        return None
    text = one.get_textpage()
    try:
        total = pdfium.FPDFText_CountChars(text)
        if total > MOST_CHARACTERS:
            return None
        found, unseen, unknown = [], 0, 0
        turned, place_of, angle_of = one.get_rotation(), _places(one, text, width, height), _angles(text)
        is_seen = _eye(one, width)
        for index in range(total):
            code = pdfium.FPDFText_GetUnicode(text, index)
            character = chr(code) if 0 < code < 0x110000 else "\ufffd"
            if character.isspace() or pdfium.FPDFText_IsGenerated(text, index) == 1:
                found.append(_BLANK)
                continue
            unknown += pdfium.FPDFText_HasUnicodeMapError(text, index) == 1
            place = place_of(index)
            if place is None:
                continue
            drawn_by = pdfium.FPDFText_GetTextObject(text, index)
            invisible = bool(drawn_by) and pdfium.FPDFTextObj_GetTextRenderMode(drawn_by) == _INVISIBLE
            if invisible or not is_seen(place):
                unseen += 1
                continue
            found.append(Character(character, *place, angle=(angle_of(index) + turned) % 360))
        seen = sum(one is not _BLANK for one in found)
        return None if unseen + unknown > MOST_HIDDEN * max(seen, 1) else found
    finally:
        text.close()


_BLANK = Character(" ", 0, 0, 0, 0)


def _angles(text: Any) -> Callable[[int], int]:
    """How far a character's line is turned on the page, in degrees, clockwise; that italics lean does not count."""
    import ctypes

    import pypdfium2.raw as pdfium

    matrix = pdfium.FS_MATRIX()
    there = ctypes.byref(matrix)

    def angle_of(index: int) -> int:
        pdfium.FPDFText_GetMatrix(text, index, there)
        return -round(degrees(atan2(matrix.b, matrix.a)))

    return angle_of


Place = tuple[float, float, float, float]


def _eye(one: Any, width: int) -> Callable[[Place], bool]:
    """Whether something is printed at a place of the page: neither white on white, nor covered, nor too small."""
    factor = min(1.0, LOOKED_AT_DOTS / DOTS_PER_INCH)
    points, _ = one.get_size()
    scaled = factor * width / points
    grey = one.render(scale=scaled, grayscale=True, may_draw_forms=False).to_pil().convert("L")
    (across, down), pixels = grey.size, grey.tobytes()

    def is_seen(place: Place) -> bool:
        left, top, right, bottom = place
        if bottom - top < LEAST_HEIGHT:
            return False
        start, end = max(int(left * factor), 0), min(ceil(right * factor), across)
        lowest, highest = 255, 0
        # A row or two show most characters: it takes all rows to say that there is none.
        for row in range(max(int(top * factor), 0), min(ceil(bottom * factor), down)):
            part = pixels[row * across + start : row * across + end]
            lowest, highest = min((lowest, *part)), max((highest, *part))
            if highest - lowest >= CONTRAST:
                return True
        return False

    return is_seen


def _places(one: Any, text: Any, width: int, height: int) -> Callable[[int], Place | None]:
    """Left, top, right and bottom of a character in the pixels of the page as it is shown, however it is turned."""
    import ctypes

    import pypdfium2.raw as pdfium

    x, y = ctypes.c_int(), ctypes.c_int()

    def shown(across: float, down: float) -> tuple[float, float]:
        size = _GRAINS * width, _GRAINS * height
        pdfium.FPDF_PageToDevice(one, 0, 0, *size, 0, across, down, ctypes.byref(x), ctypes.byref(y))
        return x.value / _GRAINS, y.value / _GRAINS

    # Where three points of the page are shown says where all are.
    far = max(one.get_size())
    (start_x, start_y), (side_x, side_y), (up_x, up_y) = shown(0, 0), shown(far, 0), shown(0, far)
    a, b, c, d = (side_x - start_x) / far, (side_y - start_y) / far, (up_x - start_x) / far, (up_y - start_y) / far
    rectangle = pdfium.FS_RECTF()
    there = ctypes.byref(rectangle)

    def place_of(index: int) -> Place | None:
        if not pdfium.FPDFText_GetLooseCharBox(text, index, there):
            return None
        x1, y1, x2, y2 = rectangle.left, rectangle.top, rectangle.right, rectangle.bottom
        one_x, other_x = start_x + a * x1 + c * y1, start_x + a * x2 + c * y2
        one_y, other_y = start_y + b * x1 + d * y1, start_y + b * x2 + d * y2
        left, right = min(one_x, other_x), max(one_x, other_x)
        top, bottom = min(one_y, other_y), max(one_y, other_y)
        inside = right > 0 and bottom > 0 and left < width and top < height and right > left and bottom > top
        return (left, top, right, bottom) if inside else None

    return place_of


def _is_scan(one: Any) -> bool:
    """Whether pictures, in one piece or in strips, cover so much of the page that they are the page."""
    import pypdfium2.raw as pdfium
    from PIL import Image, ImageDraw

    width, height = one.get_size()
    if pdfium.FPDFPage_CountObjects(one) > MOST_OBJECTS:
        return False
    covered = Image.new("L", (_GRID, _GRID))
    draw = ImageDraw.Draw(covered)
    for thing in one.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = thing.get_bounds()
        if right > left and top > bottom:
            box = (left / width, bottom / height, right / width, top / height)
            draw.rectangle([min(max(edge, -1), 2) * _GRID for edge in box], fill=1)
    return sum(covered.tobytes()) > SCAN * _GRID * _GRID


# How finely what is covered of a page is counted, a side.
_GRID = 64
# PDFium says in whole numbers where a point is shown: so many of them make a pixel.
_GRAINS = 100
