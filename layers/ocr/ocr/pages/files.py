"""Any file that people have: a picture, or a file of pages."""

import re

from ocr.model.picture import Picture, Upload
from ocr.pages import examine, gate, invoice_xml, ofd, pdf, tiff_pages
from ocr.pages.page import Page, scale

_PDF = re.compile(rb"[\s\S]{0,1024}?%PDF-")
# The names of a zip's parts are not packed.
_OFD = re.compile(rb"PK\x03\x04")
_OFD_ROOT = b"OFD.xml"
_READERS = {"PDF": pdf, "OFD": ofd, "XML": invoice_xml}


def opened(content: bytes, upload: Upload | None = None) -> Picture:
    """The file, examined: `pages` says how many it has where it is no picture itself. Raises as `examine` does."""
    if content:
        examine.refuse_size(len(content))
    kind = _kind(content)
    if kind:
        pages, width, height = _READERS[kind].count(content)
        factor = scale(width, height)
        return Picture(content, kind, round(width * factor), round(height * factor), upload=upload, pages=pages)
    picture = examine.examine(content, upload)
    if picture.format == "TIFF" and (frames := len(gate.read_header(content).frames)) > 1:
        return Picture(content, "TIFF", picture.width, picture.height, upload=upload, pages=frames)
    return picture


def page(document: Picture, number: int) -> Page:
    """One page of a file, from 1. Raises `CallerError` and `TooComplex` for one that cannot be opened."""
    found: Page = _READERS.get(document.format, tiff_pages).page(document, number)
    return found


def _kind(content: bytes) -> str | None:
    if content.startswith(b"%PDF-") or (not content.startswith((b"\xff\xd8", b"\x89PNG")) and _PDF.match(content)):
        return "PDF"
    if _OFD.match(content) and _OFD_ROOT in content:
        return "OFD"
    return "XML" if invoice_xml.is_one(content) else None
