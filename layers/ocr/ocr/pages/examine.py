"""A picture is examined before anything is paid for."""

from typing import TYPE_CHECKING

from ocr.model.picture import Picture, Upload
from ocr.pages import gate
from ocr.pages.formats.header import Header
from ocr.platform.errors import CallerError

if TYPE_CHECKING:
    from PIL import Image

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 50_000_000
# What a JPEG can have, the form in which vendors get what does not fit as it is.
MAX_SIDE = 65_500
# Grey, colour, and the four of print.
JPEG_BITS, JPEG_CHANNELS = 8, {1, 3, 4}


def examine(content: bytes, upload: Upload | None = None) -> Picture:
    """The document in `content`; raises `CallerError` for what no vendor could read.

    `too_large` over 10 MB, 50 megapixels or 65,500 pixels a side, `unsupported_format` for what is no picture in a
    format of `MEDIA_TYPES`, `damaged` for an empty file or one that is cut short. Raises `TooComplex` for one that
    takes more work than its pixels are worth. How long its sides have to be each vendor says (`pages.resize.fit`).
    """
    if not content:
        raise CallerError("The picture has 0 bytes.", "Send the picture's bytes.", kind="damaged")
    refuse_size(len(content))
    header = gate.read_header(content)
    _refuse_sides(header)
    if header.format == "JPEG" and (header.bits != JPEG_BITS or header.channels not in JPEG_CHANNELS):
        raise CallerError(
            f"The JPEG has {header.channels} channels of {header.bits} bits.",
            "Save it again as a plain JPEG.",
            kind="unsupported_format",
        )
    with gate.opened(header) as picture:
        size = picture.size
        _decode(picture)
    return Picture(content, header.format, *size, header.orientation, upload, whole=header.ended)


def refuse_size(size: int) -> None:
    """Raise `CallerError` `too_large` when `size` bytes are more than any picture may have."""
    if size > MAX_BYTES:
        raise CallerError(
            f"The picture has {size} bytes; at most {MAX_BYTES} are taken.",
            kind="too_large",
        )


def _refuse_sides(header: Header) -> None:
    if header.width * header.height > MAX_PIXELS:
        raise CallerError(f"The picture has more than {MAX_PIXELS // 1_000_000} megapixels.", kind="too_large")
    if max(header.width, header.height) > MAX_SIDE:
        raise CallerError(
            f"The picture is {header.width}×{header.height} pixels; no side may have more than {MAX_SIDE}.",
            "Send it in several pictures.",
            kind="too_large",
        )


def _decode(picture: "Image.Image") -> None:
    """Read all pixels, so that a cut file shows; JPEGs at an eighth, which costs a tenth."""
    picture.draft("L", (max(1, picture.width // 8), max(1, picture.height // 8)))
    picture.load()
