"""The one way to a decoder: a file is weighed before it is decoded, and decoded alone, within bounds.

`read_header` reads a file's own claims, at a cost that goes with its bytes and no decoder involved: format, size, and
how much work the pixels are. What it returns holds the pixels only: texts, profiles, previews and further frames, which
hostile files hide their work in, reach no decoder. `decoder` is the place at the decoder: one picture at a time in this
process, for so much processor time. Whatever decodes, now or later, goes through both.
"""

import struct
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING
from zlib import crc32

from ocr.pages import unsupported
from ocr.pages.formats import bmff, jpeg
from ocr.pages.formats.bmp import bmp
from ocr.pages.formats.gif import gif
from ocr.pages.formats.header import Header, damaged, too_complex
from ocr.pages.formats.png import png
from ocr.pages.formats.tiff import tiff
from ocr.pages.formats.webp import webp
from ocr.platform.errors import OcrError

if TYPE_CHECKING:
    from PIL import Image

# 50 megapixels, in whatever form, take about one second of a processor.
MOST_CPU_SECONDS = 5.0

# What a decoder takes for more of a JPEG's data, if it needs any; the byte that may stand before the end; and so many
# rows are looked at together.
_MORE, _FILLING, _ROWS = bytes(range(1, 250, 3)), b"\xff", 512


def read_header(content: bytes) -> Header:
    """The header of a JPEG, PNG, BMP, GIF, WebP, TIFF, HEIC or AVIF.

    Raises `CallerError`: `unsupported_format` for what is none of these, `damaged` for one whose parts do not make a
    file; `TooComplex` for one that is made of more parts or scans than any camera, scanner or program writes.
    """
    read = next((read for start, read in _FORMATS if content.startswith(start)), None)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        read = webp
    if bmff.brand(content):
        read = bmff.bmff
    if read is None:
        raise unsupported.refusal(content)
    try:
        header = read(content)
    except (struct.error, LookupError, ValueError, StopIteration):
        raise damaged() from None
    if not (header.width and header.height):
        raise damaged()
    return header


_FORMATS: tuple[tuple[bytes, Callable[[bytes], Header]], ...] = (
    (b"\xff\xd8\xff", jpeg.jpeg),
    (b"\x89PNG\r\n\x1a\n", png),
    (b"BM", bmp),
    (b"GIF87a", gif),
    (b"GIF89a", gif),
    (b"II*\0", tiff),
    (b"MM\0*", tiff),
)


class Clock:
    """How much processor time the thread that made it may still take for one picture."""

    def __init__(self) -> None:
        self._until = time.thread_time() + MOST_CPU_SECONDS

    def check(self) -> None:
        """Raise `TooComplex` when the time is used up."""
        if time.thread_time() > self._until:
            raise too_complex()


_ONE_AT_A_TIME = Lock()


@contextmanager
def decoder() -> Iterator[Clock]:
    """The place at the decoder, for one picture: decoders ask the clock as often as they can.

    Decoders raise nearly anything on hostile bytes: whatever is raised here becomes an error for the caller to act on.
    """
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield Clock()
        except OcrError:
            raise
        except MemoryError:
            raise too_complex() from None
        except Exception:
            raise damaged() from None


def prepare() -> None:
    """Load what pictures are opened with."""
    from PIL import Image

    Image.preinit()


@contextmanager
def opened(header: Header) -> Iterator["Image.Image"]:
    """The picture, not yet decoded, in its turn; what Pillow makes of it is to be done within the block.

    Raises `damaged` for a file that is cut short, or of another size than its header says.
    """
    from PIL import Image  # costs 50 ms: not at cold start, nor for what was refused before

    if not header.ended and not _has_every_pixel(header):
        raise damaged()
    if header.format == "HEIF":
        from pi_heif import register_heif_opener

        register_heif_opener(thumbnails=False)
    claimed = header.width * header.height
    with decoder() as clock, Image.open(_Timed(header.pixels, clock), formats=(header.format,)) as picture:
        across, down = picture.size
        if picture.size != (header.width, header.height) if header.exact else across * down > claimed:
            raise damaged()
        yield picture


class _Timed(BytesIO):
    """A file that is not read any further when its clock has run out."""

    def __init__(self, content: bytes, clock: Clock) -> None:
        super().__init__(content)
        self._clock = clock

    def read(self, size: int | None = -1, /) -> bytes:
        self._clock.check()
        return super().read(size)


def _has_every_pixel(header: Header) -> bool:
    """Whether a JPEG without an end lacks nothing else: whatever follows its data then changes no pixel."""
    data = header.pixels[: -len(jpeg.END)].rstrip(_FILLING)
    return _sum(header, data + jpeg.END) == _sum(header, data + _MORE + jpeg.END)


def _sum(header: Header, pixels: bytes) -> int:
    """In colour: the last bytes of a block of a coloured picture say nothing of how light it is."""
    found = 0
    with opened(replace(header, pixels=pixels, ended=True)) as picture:
        picture.draft("YCbCr", picture.size)
        for top in range(0, picture.height, _ROWS):
            found = crc32(picture.crop((0, top, picture.width, min(top + _ROWS, picture.height))).tobytes(), found)
    return found
