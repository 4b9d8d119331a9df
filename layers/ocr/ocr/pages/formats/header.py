"""What a picture file says of itself, and the orientation that its metadata tell."""

import re
import struct
from dataclasses import dataclass

from ocr.platform.errors import CallerError, TooComplex

# Segments, chunks, boxes: a camera's file has dozens, one in small pieces some thousands.
MOST_PARTS = 20_000
MOST_METADATA = 1 << 16
MOST_TAGS = 256


@dataclass(frozen=True)
class Header:
    """What a file says of itself. Sizes are the stored picture's pixels, `orientation` is the stored one, 1 to 8.

    bits      a channel's; pixels of fewer bits are of a palette or of black and white
    channels  grey 1, colour 3, four of CMYK; alpha is not told apart from them
    pixels    the file with nothing in it but its first picture
    ended     whether the file says where the picture ends; `pixels` always does, and `opened` sees what is missing
    exact     whether the picture has these sizes; else they are the most that it may have
    frames    the pictures in the file that are pages, by their numbers for the decoder
    """

    format: str
    width: int
    height: int
    bits: int
    channels: int
    orientation: int
    pixels: bytes
    ended: bool = True
    exact: bool = True
    frames: tuple[int, ...] = (0,)


def damaged() -> CallerError:
    """The error for a file that cannot be decoded."""
    return CallerError("The picture is damaged or cut short.", kind="damaged")


def too_complex() -> TooComplex:
    """The error for a file that takes more work than a picture of its size may."""
    return TooComplex("The picture's file takes far more work to decode than its pixels are worth.")


ORIENTATION = 0x0112
_XMP_ORIENTATION = re.compile(rb"tiff:Orientation(?:\s*=\s*[\"']|>)\s*([1-8])")


def of_exif(tiff: bytes) -> int:
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


def of_xmp(text: bytes) -> int:
    found = _XMP_ORIENTATION.search(text)
    return int(found[1]) if found else 0
