"""PDF: pages with their own characters, and pages that are pictures. PDFium is asked by one thread at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from typing import Any

from ocr.model.picture import Picture
from ocr.pages import gate
from ocr.pages.formats.header import damaged
from ocr.pages.page import LEAST_CHARACTERS, Page, drawn, scale
from ocr.pages.plausible import plausible
from ocr.pages.runs import Character, lines
from ocr.platform.errors import CallerError

_PASSWORD = 4
_INVISIBLE = 3
# Text that cannot be seen was put over a scan by whoever read it; so much of it makes a page one.
MOST_HIDDEN = 0.1
# A picture that covers so much of a page is the page.
SCAN = 0.5
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
            answer = {"lines": read, "angle": 0, "rules": []}
    return Page(number, across, down, answer, lambda: _drawn(document, number))


def _drawn(document: Picture, number: int) -> Picture:
    with _opened(document.content) as pdf, _page(pdf, number) as one:
        picture = one.render(scale=scale(*one.get_size()), may_draw_forms=False, rev_byteorder=True).to_pil()
        return drawn(picture.convert("RGB"), document, number)


@contextmanager
def _opened(content: bytes) -> Iterator[Any]:
    # 60 ms: not at a cold start that gets a JPEG.
    import pypdfium2

    with gate.turn():
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
    one = pdf[number - 1]
    try:
        yield one
    finally:
        one.close()


def _characters(one: Any, width: int, height: int) -> list[Character] | None:
    """The page's characters in pixels; None where the page is a picture, whatever text lies over or under it."""
    import pypdfium2.raw as pdfium

    if _is_scan(one):
        return None
    text = one.get_textpage()
    try:
        total = pdfium.FPDFText_CountChars(text)
        if total > MOST_CHARACTERS:
            return None
        found, hidden, unknown = [], 0, 0
        for index in range(total):
            code = pdfium.FPDFText_GetUnicode(text, index)
            character = chr(code) if 0 < code < 0x110000 else "\ufffd"
            if pdfium.FPDFText_IsGenerated(text, index) == 1 or character.isspace():
                found.append(Character(" ", 0, 0, 0, 0))
                continue
            drawn_by = pdfium.FPDFText_GetTextObject(text, index)
            hidden += bool(drawn_by) and pdfium.FPDFTextObj_GetTextRenderMode(drawn_by) == _INVISIBLE
            unknown += pdfium.FPDFText_HasUnicodeMapError(text, index) == 1
            place = _place(one, text, index, width, height)
            if place:
                found.append(Character(character, *place))
        seen = sum(not one.text.isspace() for one in found)
        return None if hidden + unknown > MOST_HIDDEN * max(seen, 1) else found
    finally:
        text.close()


def _place(one: Any, text: Any, index: int, width: int, height: int) -> tuple[float, float, float, float] | None:
    """Left, top, right and bottom in the pixels of the page as it is shown, whichever way it is turned."""
    import ctypes

    import pypdfium2.raw as pdfium

    rectangle = pdfium.FS_RECTF()
    if not pdfium.FPDFText_GetLooseCharBox(text, index, ctypes.byref(rectangle)):
        return None
    # PDFium answers in whole pixels; tenths are near enough.
    x, y = ctypes.c_int(), ctypes.c_int()
    corners = []
    for across, down in ((rectangle.left, rectangle.top), (rectangle.right, rectangle.bottom)):
        pdfium.FPDF_PageToDevice(one, 0, 0, 10 * width, 10 * height, 0, across, down, ctypes.byref(x), ctypes.byref(y))
        corners.append((x.value / 10, y.value / 10))
    (left, right), (top, bottom) = (sorted(values) for values in zip(*corners, strict=True))
    inside = right > 0 and bottom > 0 and left < width and top < height and right > left and bottom > top
    return (left, top, right, bottom) if inside else None


def _is_scan(one: Any) -> bool:
    import pypdfium2.raw as pdfium

    width, height = one.get_size()
    if pdfium.FPDFPage_CountObjects(one) > MOST_OBJECTS:
        return False
    for thing in one.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = thing.get_bounds()
        if max(0, min(right, width) - max(left, 0)) * max(0, min(top, height) - max(bottom, 0)) > SCAN * width * height:
            return True
    return False
