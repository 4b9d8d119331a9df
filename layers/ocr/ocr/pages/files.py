"""Any file that people have: a picture, or a file of pages."""

import re
from types import ModuleType

from ocr.model.picture import Picture, Upload
from ocr.pages import examine, gate
from ocr.pages.page import Page, scale

_PDF = re.compile(rb"[\s\S]{0,1024}?%PDF-")
# What most files are: JPEG and PNG.
_PICTURES = (b"\xff\xd8", b"\x89PNG")
_ZIP, _OFD_ROOT = b"PK\x03\x04", "ofd.xml"
# The names of a zip's parts are not packed.
_OFD_NAME = re.compile(rb"(?i)ofd\.xml")


def opened(content: bytes, upload: Upload | None = None) -> Picture:
    """The file, examined: `pages` says how many it has where it is no picture itself. Raises as `examine` does."""
    if content:
        examine.refuse_size(len(content))
    kind = _kind(content)
    if kind:
        pages, width, height = _reader(kind).count(content)
        factor = scale(width, height)
        return Picture(content, kind, round(width * factor), round(height * factor), upload=upload, pages=pages)
    picture = examine.examine(content, upload)
    if picture.format == "TIFF" and (frames := len(gate.read_header(content).frames)) > 1:
        return Picture(content, "TIFF", picture.width, picture.height, upload=upload, pages=frames)
    return picture


def page(document: Picture, number: int) -> Page:
    """One page of a file, from 1. Raises `CallerError` and `TooComplex` for one that cannot be opened."""
    found: Page = _reader(document.format).page(document, number)
    return found


def _reader(format: str) -> ModuleType:
    """The module that reads such a file. Not at cold start: a picture needs none."""
    if format == "PDF":
        from ocr.pages import pdf

        return pdf
    if format == "OFD":
        from ocr.pages import ofd

        return ofd
    if format == "XML":
        from ocr.pages import invoice_xml

        return invoice_xml
    from ocr.pages import tiff_pages

    return tiff_pages


def _kind(content: bytes) -> str | None:
    if content.startswith(_PICTURES):
        return None
    if _PDF.match(content):
        return "PDF"
    if _is_ofd(content):
        return "OFD"
    from ocr.pages import invoice_xml

    return "XML" if invoice_xml.is_one(content) else None


def _is_ofd(content: bytes) -> bool:
    """Whether this is an OFD, whole or cut short; an archive of several is none."""
    if not content.startswith(_ZIP) or not _OFD_NAME.search(content):
        return False
    from io import BytesIO
    from zipfile import BadZipFile, ZipFile

    try:
        with ZipFile(BytesIO(content)) as parts:
            return any(name.replace("\\", "/").lstrip("./").lower() == _OFD_ROOT for name in parts.namelist())
    except (BadZipFile, ValueError, NotImplementedError):
        return True
