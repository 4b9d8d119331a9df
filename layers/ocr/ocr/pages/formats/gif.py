"""GIF: its first frame."""

import struct

from ocr.pages.formats.header import MOST_PARTS, Header, too_complex

_EXTENSION, _FRAME, _TRAILER = b"!", b",", b";"
_COLOURS = 0x80


def gif(content: bytes) -> Header:
    """The screen and its first frame, which may be larger."""
    width, height, flags = struct.unpack_from("<HHB", content, 6)
    at = 13 + _palette(flags)
    for _ in range(MOST_PARTS):
        kind = content[at : at + 1]
        if kind != _EXTENSION:
            break
        at = _behind_blocks(content, at + 2)
    else:
        raise too_complex()
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
