"""TIFF: its pages. Previews, and what cameras and scanners put beside the pages, are none."""

import struct
from typing import Any

from ocr.pages import unsupported
from ocr.pages.formats.header import MOST_PARTS, MOST_TAGS, Header, too_complex
from ocr.platform.errors import CallerError

# Uncompressed, three of fax machines, LZW, JPEG, deflate, run lengths.
_COMPRESSIONS = {1, 2, 3, 4, 5, 7, 8, 32773, 32946}
_PREVIEW = 1
# A tile is unpacked as a whole, whatever the picture's size.
MOST_TILE = 1 << 24
_DNG, _CANON = 50706, b"CR"
_SIZES = {1: "B", 3: "H", 4: "I"}
_SUBFILE, _WIDTH, _HEIGHT, _BITS, _COMPRESSION = 254, 256, 257, 258, 259
_STRIPS, _ORIENTATION, _SAMPLES, _TILE_WIDTH, _TILE_HEIGHT, _TILES = 273, 274, 277, 322, 323, 324


def tiff(content: bytes) -> Header:
    """The largest size and depth of all pages, and the first page's orientation."""
    order = {b"II": "<", b"MM": ">"}[content[:2]]
    [at] = struct.unpack_from(f"{order}I", content, 4)
    seen: set[int] = set()
    pages: dict[int, dict[int, int]] = {}
    turned: dict[int, int] = {}
    number = 0
    while at and at not in seen:
        if number == MOST_PARTS:
            raise too_complex()
        seen.add(at)
        tags, at = _directory(content, at, order, turned if not pages else {})
        if _DNG in tags or content[8:10] == _CANON:
            raise _raw()
        if not tags.get(_SUBFILE, 0) & _PREVIEW:
            _refuse_odd(tags)
            pages[number] = tags
        number += 1
    if not pages:
        raise _raw()  # previews only: what they are of lies elsewhere
    first = next(iter(pages.values()))
    largest = max(pages.values(), key=lambda tags: tags[_WIDTH] * tags[_HEIGHT]) if len(pages) > 1 else first
    bits = max(tags.get(_BITS, 1) for tags in pages.values())
    orientation = first.get(_ORIENTATION, 1) if len(pages) == 1 else 1
    # Pillow would turn the picture by it; pages that are drawn one by one may be turned.
    if len(pages) == 1 and _ORIENTATION in turned:
        at = turned[_ORIENTATION]
        content = content[:at] + struct.pack(f"{order}H", 1) + content[at + 2 :]
    return Header(
        "TIFF",
        largest[_WIDTH],
        largest[_HEIGHT],
        bits,
        1 if first.get(_SAMPLES, 1) < 3 else 3,
        orientation if orientation in range(1, 9) else 1,
        content,
        exact=len(pages) == 1,
        frames=tuple(pages),
    )


def _raw() -> CallerError:
    return unsupported.unread("a camera's raw picture", unsupported.AS_PICTURE)


def _directory(content: bytes, at: int, order: str, places: dict[int, int]) -> tuple[dict[int, int], int]:
    """A directory's tags, of each the first value, and where the next directory is; `places` gets where values are."""
    [entries] = struct.unpack_from(f"{order}H", content, at)
    if entries > MOST_TAGS:
        raise too_complex()
    tags: dict[int, int] = {}
    for place in range(at + 2, at + 2 + 12 * entries, 12):
        tag, kind, count = struct.unpack_from(f"{order}HHI", content, place)
        size = _SIZES.get(kind)
        if size is None or not count:
            continue
        where = place + 8
        if struct.calcsize(size) * count > 4:
            [where] = struct.unpack_from(f"{order}I", content, place + 8)
        if tag in {_STRIPS, _TILES} and count > MOST_PARTS * 4:
            raise too_complex()
        [tags[tag]] = struct.unpack_from(f"{order}{size}", content, where)
        places[tag] = where
    [following] = struct.unpack_from(f"{order}I", content, at + 2 + 12 * entries)
    return tags, following


def _refuse_odd(tags: dict[int, Any]) -> None:
    if tags[_WIDTH] < 1 or tags[_HEIGHT] < 1 or not {_STRIPS, _TILES} & tags.keys():
        raise ValueError("no picture")
    if tags.get(_TILE_WIDTH, 0) * tags.get(_TILE_HEIGHT, 0) > MOST_TILE:
        raise too_complex()
    if tags.get(_COMPRESSION, 1) not in _COMPRESSIONS:
        raise CallerError("The TIFF is packed in a way that is not read here.", kind="unsupported_format")
