"""A TIFF of several pages, as scanners and fax machines write it."""

from ocr.model.picture import Picture
from ocr.pages import gate
from ocr.pages.colour import plain
from ocr.pages.page import LONGEST_SIDE, Page, drawn


def page(document: Picture, number: int) -> Page:
    """A page; it is a picture, made smaller where it is larger than any vendor needs."""
    header = gate.read_header(document.content)
    with gate.opened(header) as file:
        file.seek(header.frames[number - 1])
        width, height = _size(*file.size)
    return Page(number, width, height, None, lambda: _drawn(document, number))


def _drawn(document: Picture, number: int) -> Picture:
    from PIL import Image

    header = gate.read_header(document.content)
    with gate.opened(header) as file:
        file.seek(header.frames[number - 1])
        picture = plain(file)
        size = _size(*picture.size)
        return drawn(
            picture if size == picture.size else picture.resize(size, Image.Resampling.LANCZOS), document, number
        )


def _size(width: int, height: int) -> tuple[int, int]:
    factor = min(1.0, LONGEST_SIDE / max(width, height))
    return max(1, round(width * factor)), max(1, round(height * factor))
