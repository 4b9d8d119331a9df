"""WebP: a still picture, or the first frame of an animation."""

import struct
from collections.abc import Iterator

from ocr.pages.formats.header import MOST_METADATA, MOST_PARTS, Header, of_exif, of_xmp, too_complex
from ocr.platform.errors import CallerError

# What stands in front of the pixels, in the file's order; the first chunk with pixels is the last that is needed.
_HEADS, _PIXELS = (b"VP8X", b"ANIM", b"ALPH"), {b"VP8 ", b"VP8L", b"ANMF"}
_ANIMATED_OR_SEEN_THROUGH = 0x12
_LOSSLESS = 0x2F
_SIDE = 0x3FFF
# The decoder holds a picture five times over, four bytes a pixel.
MOST_PIXELS = 25_000_000


def webp(content: bytes) -> Header:
    """The first picture's own chunks, put together as a file without metadata, profile and further frames."""
    orientation = 0
    kept: dict[bytes, bytes] = {}
    for kind, body in _chunks(content[12:]):
        if (kind in _HEADS or kind in _PIXELS) and not _PIXELS & kept.keys():
            kept[kind] = body
        elif kind == b"EXIF" and len(body) <= MOST_METADATA:
            orientation = orientation or of_exif(body.removeprefix(b"Exif\0\0"))
        elif kind == b"XMP " and len(body) <= MOST_METADATA:
            orientation = orientation or of_xmp(body)
    if b"VP8X" in kept:
        canvas = kept[b"VP8X"]
        kept[b"VP8X"] = bytes([canvas[0] & _ANIMATED_OR_SEEN_THROUGH]) + canvas[1:]
    parts = b"".join(_chunk(kind, body) for kind, body in kept.items())
    width, height = _size(kept)
    if width * height > MOST_PIXELS:
        raise CallerError(
            f"A WebP may have {MOST_PIXELS // 1_000_000} megapixels at most.",
            "Send it as JPEG, PNG, HEIC or AVIF.",
            kind="too_large",
        )
    picture = b"RIFF" + struct.pack("<I", 4 + len(parts)) + b"WEBP" + parts
    return Header("WEBP", width, height, 8, 3, orientation or 1, picture)


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    for _ in range(MOST_PARTS):
        if at + 8 > len(content):
            return
        kind, length = struct.unpack_from("<4sI", content, at)
        yield kind, content[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
    raise too_complex()


def _chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def _size(kept: dict[bytes, bytes]) -> tuple[int, int]:
    if b"VP8X" in kept:
        canvas = kept[b"VP8X"]
        return int.from_bytes(canvas[4:7], "little") + 1, int.from_bytes(canvas[7:10], "little") + 1
    if b"VP8 " in kept:
        width, height = struct.unpack_from("<HH", kept[b"VP8 "], 6)
        return width & _SIDE, height & _SIDE
    if kept[b"VP8L"][0] != _LOSSLESS:
        raise ValueError("not what it says")
    [packed] = struct.unpack_from("<I", kept[b"VP8L"], 1)
    return (packed & _SIDE) + 1, (packed >> 14 & _SIDE) + 1
