"""The one way to a decoder: a file is weighed before it is decoded, and decoded alone, within bounds.

`look` reads a file's own claims, at a cost that goes with its bytes and no decoder involved: format, size, and how much
work the pixels are. What it returns holds the pixels only: texts, profiles, previews and further frames, which hostile
files hide their work in, reach no decoder. `turn` is the place at the decoder: one picture at a time in this process,
for so much processor time. Whatever decodes, now or later, goes through both.
"""

import re
import struct
import time
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING

from ocr.platform.errors import CallerError, OcrError, TooMuch

if TYPE_CHECKING:
    from PIL import Image

# Segments, chunks: a camera's file has dozens, one in small pieces some thousands.
MOST_PARTS = 20_000
# A progressive JPEG costs its pixels once more with every scan; encoders make about ten.
MOST_SCANS = 100
MOST_SCANNED_PIXELS = 1_500_000_000
# Pillow unpacks run lengths in Python, byte by byte.
MOST_RUN_LENGTHS = 1 << 20
# 50 megapixels, in whatever form, take about one second of a processor.
MOST_CPU_SECONDS = 5.0
MOST_METADATA = 1 << 16
MOST_TAGS = 256


@dataclass(frozen=True)
class Header:
    """What a file says of itself. Sizes are the stored picture's pixels, `orientation` is EXIF's, 1 to 8.

    bits      a channel's; pixels of fewer bits are of a palette or of black and white
    channels  grey 1, colour 3, four of CMYK; alpha is not told apart from them
    pixels    the file with nothing in it but its first picture
    ended     whether the file says where the picture ends; `pixels` always does, and `opened` sees what is missing
    """

    format: str
    width: int
    height: int
    bits: int
    channels: int
    orientation: int
    pixels: bytes
    ended: bool = True


def look(content: bytes) -> Header:
    """The header of a JPEG, PNG, BMP or GIF.

    Raises `CallerError`: `unsupported_format` for what is none of these, `damaged` for one whose parts do not make a
    file; `TooMuch` for one that is made of more parts or scans than any camera, scanner or program writes.
    """
    read = next((read for start, read in _FORMATS if content.startswith(start)), None)
    if read is None:
        raise CallerError("The bytes are not a picture in a known format.", kind="unsupported_format")
    try:
        header = read(content)
    except (struct.error, LookupError, ValueError):
        raise damaged() from None
    if not (header.width and header.height):
        raise damaged()
    return header


class Clock:
    """How much processor time the thread that made it may still take for one picture."""

    def __init__(self) -> None:
        self._until = time.thread_time() + MOST_CPU_SECONDS

    def check(self) -> None:
        """Raise `TooMuch` when the time is used up."""
        if time.thread_time() > self._until:
            raise too_much()


_ONE_AT_A_TIME = Lock()


@contextmanager
def turn() -> Iterator[Clock]:
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
            raise too_much() from None
        except Exception:
            raise damaged() from None


@contextmanager
def opened(header: Header) -> Iterator["Image.Image"]:
    """The picture, not yet decoded, in its turn; what Pillow makes of it is to be done within the block."""
    from PIL import Image  # costs 50 ms: not at cold start, nor for what was refused before

    if not header.ended and not _has_last_row(header):
        raise damaged()
    with turn() as clock, Image.open(_Timed(header.pixels, clock), formats=(header.format,)) as picture:
        if picture.size != (header.width, header.height):
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


def damaged() -> CallerError:
    """The error for a file that cannot be decoded."""
    return CallerError("The picture is damaged or cut short.", kind="damaged")


def too_much() -> TooMuch:
    """The error for a file that takes more work than a picture of its size may."""
    return TooMuch("The picture's file takes far more work to decode than its pixels are worth.")


# --- JPEG -------------------------------------------------------------------------------------------------------------

_MARKER = re.compile(rb"\xff([^\x00\xff])")
# In the data of a scan 0xFF is followed by a zero or, between intervals, by a restart marker.
_BEHIND_SCAN = re.compile(rb"\xff([^\x00\xd0-\xd7\xff])")
_SOF = {0xC0, 0xC1, 0xC2, 0xC9, 0xCA}
_OTHER_SOF = {0xC3, 0xC5, 0xC6, 0xC7, 0xCB, 0xCD, 0xCE, 0xCF}
_ALONE = {0x01, *range(0xD0, 0xD9)}
_SOS, _EOI, _COM = 0xDA, 0xD9, 0xFE
_END_OF_JPEG = bytes([0xFF, _EOI])
_LAST_BYTES = 4
_APP0, _APP1, _APP14, _APP15 = 0xE0, 0xE1, 0xEE, 0xEF
_EXIF, _XMP = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0"


def _jpeg(content: bytes) -> Header:
    """The segments up to the first picture's end. Cameras put previews and films behind it."""
    kept, frame, orientation, scans, at = [content[:2]], None, 0, 0, 2
    for _ in range(MOST_PARTS):
        found = (_BEHIND_SCAN if scans else _MARKER).search(content, at)
        marker, start = (found[1][0], found.start()) if found else (_EOI, len(content))
        if scans:
            kept.append(content[at:start])
        if marker == _EOI:
            kept.append(_END_OF_JPEG)
            break
        at = start + 2
        if marker in _ALONE:
            continue
        at += int.from_bytes(content[at : at + 2])
        body = content[start + 4 : at]
        if marker in _SOF | _OTHER_SOF:
            if frame or marker in _OTHER_SOF:
                raise ValueError("a second frame, or one that no browser shows")
            frame = struct.unpack_from(">BHHB", body)
        elif marker == _APP1:
            orientation = orientation or _told(body)
        scans += marker == _SOS
        if _says_how_to_decode(marker, body):
            kept.append(content[start:at])
    else:
        raise too_much()
    if frame is None or not scans:
        raise ValueError("no picture")
    bits, height, width, channels = frame
    if scans > MOST_SCANS or scans * width * height > MOST_SCANNED_PIXELS:
        raise too_much()
    return Header("JPEG", width, height, bits, channels, orientation or 1, b"".join(kept), start < len(content))


def _says_how_to_decode(marker: int, body: bytes) -> bool:
    """Whether a segment is needed for the pixels; of applications' own only two say how the channels make a colour."""
    if marker == _APP0:
        return body.startswith(b"JFIF\0")
    if marker == _APP14:
        return body.startswith(b"Adobe")
    return not (_APP0 <= marker <= _APP15 or marker == _COM)


def _has_last_row(header: Header) -> bool:
    """Whether the last bytes of a JPEG without an end are those of its last row: then no pixels are missing."""
    from PIL import ImageChops

    shorter = header.pixels[: -len(_END_OF_JPEG) - _LAST_BYTES] + _END_OF_JPEG
    difference = ImageChops.difference(_grey(header, header.pixels), _grey(header, shorter)).getbbox()
    return difference is not None and difference[3] == header.height


def _grey(header: Header, pixels: bytes) -> "Image.Image":
    with opened(replace(header, pixels=pixels, ended=True)) as picture:
        picture.draft("L", picture.size)
        return picture.convert("L")


def _told(segment: bytes) -> int:
    """The orientation in an APP1 segment, 0 where it tells none."""
    if segment.startswith(_EXIF):
        return _of_exif(segment[len(_EXIF) :])
    return _of_xmp(segment) if segment.startswith(_XMP) else 0


# --- PNG --------------------------------------------------------------------------------------------------------------

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PIXELS = {b"IHDR", b"PLTE", b"tRNS", b"IDAT"}
_CHANNELS = {0: 1, 2: 3, 3: 3, 4: 1, 6: 3}
_END = b"\0\0\0\0IEND\xaeB`\x82"


def _png(content: bytes) -> Header:
    kept, orientation, at = [_SIGNATURE], 0, len(_SIGNATURE)
    header = struct.unpack_from(">IIBB", content, at + 8)
    for _ in range(MOST_PARTS):
        if at >= len(content):
            break
        length, kind = struct.unpack_from(">I4s", content, at)
        end = at + 12 + length
        if kind in _PIXELS:
            kept.append(content[at:end])
        elif kind == b"IEND":
            break
        elif not orientation and length <= MOST_METADATA:
            orientation = _of_chunk(kind, content[at + 8 : end - 4])
        at = end
    else:
        raise too_much()
    width, height, bits, colour = header
    return Header("PNG", width, height, bits, _CHANNELS[colour], orientation or 1, b"".join(kept) + _END)


def _of_chunk(kind: bytes, body: bytes) -> int:
    """The orientation in a chunk, 0 where it tells none: EXIF's own, XMP's, or ImageMagick's EXIF in hexadecimals."""
    if kind == b"eXIf":
        return _of_exif(body.removeprefix(_EXIF))
    name, _, rest = body.partition(b"\0")
    if kind == b"iTXt" and name == b"XML:com.adobe.xmp" and rest[:1] == b"\0":
        return _of_xmp(rest)
    if kind == b"zTXt" and name in {b"Raw profile type exif", b"Raw profile type APP1"}:
        return _of_profile(rest[1:])
    return 0


def _of_profile(packed: bytes) -> int:
    try:
        text = zlib.decompressobj().decompress(packed, 2 * MOST_METADATA)
        exif = bytes.fromhex(b"".join(text.split()[2:]).decode("ascii"))
    except (zlib.error, ValueError):
        return 0
    return _of_exif(exif.removeprefix(_EXIF))


# --- BMP --------------------------------------------------------------------------------------------------------------

_RUN_LENGTHS = {1, 2}


def _bmp(content: bytes) -> Header:
    size = int.from_bytes(content[14:18], "little")
    if size == 12:
        width, height, _, bits = struct.unpack_from("<HHHH", content, 18)
        packing = 0
    else:
        width, height, _, bits, packing = struct.unpack_from("<IiHHI", content, 18)
    if packing in _RUN_LENGTHS and len(content) > MOST_RUN_LENGTHS:
        raise too_much()
    # Pixels of 16 bits are three channels of five or six.
    return Header("BMP", width, abs(height), min(bits, 8), 1 if bits < 16 else 3, 1, content)


# --- GIF --------------------------------------------------------------------------------------------------------------

_EXTENSION, _FRAME, _TRAILER = b"!", b",", b";"
_COLOURS = 0x80


def _gif(content: bytes) -> Header:
    """The screen and its first frame, which may be larger."""
    width, height, flags = struct.unpack_from("<HHB", content, 6)
    at = 13 + _palette(flags)
    for _ in range(MOST_PARTS):
        kind = content[at : at + 1]
        if kind != _EXTENSION:
            break
        at = _behind_blocks(content, at + 2)
    else:
        raise too_much()
    if kind != _FRAME:
        raise ValueError("no frame")
    left, top, across, down, flags = struct.unpack_from("<HHHHB", content, at + 1)
    end = _behind_blocks(content, at + 11 + _palette(flags))
    return Header("GIF", max(width, left + across), max(height, top + down), 8, 1, 1, content[:end] + _TRAILER)


def _palette(flags: int) -> int:
    """The length of a palette in bytes, 0 where there is none."""
    return 3 << (flags % 8 + 1) if flags & _COLOURS else 0


def _behind_blocks(content: bytes, at: int) -> int:
    """Where a row of blocks ends, each with its length in front; the last is empty."""
    while at < len(content) and (length := content[at]):
        at += 1 + length
    return at + 1


_FORMATS: tuple[tuple[bytes, Callable[[bytes], Header]], ...] = (
    (b"\xff\xd8\xff", _jpeg),
    (_SIGNATURE, _png),
    (b"BM", _bmp),
    (b"GIF87a", _gif),
    (b"GIF89a", _gif),
)

# --- Metadata ---------------------------------------------------------------------------------------------------------

ORIENTATION = 0x0112
_XMP_ORIENTATION = re.compile(rb"tiff:Orientation(?:\s*=\s*[\"']|>)\s*([1-8])")


def _of_exif(tiff: bytes) -> int:
    """The orientation in a TIFF structure, 0 where it tells none or is none."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 0
    try:
        [first] = struct.unpack_from(f"{order}I", tiff, 4)
        [entries] = struct.unpack_from(f"{order}H", tiff, first)
        # Tags stand in rising order, and few are below this one.
        for at in range(first + 2, min(first + 2 + 12 * min(entries, MOST_TAGS), len(tiff) - 11), 12):
            tag, kind, _, short, _ = struct.unpack_from(f"{order}HHIHH", tiff, at)
            if tag == ORIENTATION:
                [value] = struct.unpack_from(f"{order}I", tiff, at + 8) if kind == _LONG else [short]
                return value if value in range(1, 9) else 0
    except struct.error:
        pass
    return 0


_LONG = 4


def _of_xmp(text: bytes) -> int:
    found = _XMP_ORIENTATION.search(text)
    return int(found[1]) if found else 0
