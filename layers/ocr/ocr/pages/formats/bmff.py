"""HEIC and AVIF: pictures in boxes (ISO/IEC 14496-12, 23008-12)."""

import struct
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache

from ocr.pages.formats.header import MOST_PARTS, Header, too_complex

# What a file may call itself, by the decoder that it is for.
HEIF, AVIF = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"}, {b"avif", b"avis"}
STILL = {b"mif1", b"msf1"}
_META = b"meta"
# A picture may be made of others, which are made of others: tiles overlap a little, and there may be a grid for what
# can be seen through. What is decoded together is held against the picture's own pixels, or a small one's.
MOST_TIMES, MOST_DEPTH, SMALL = 4, 4, 1 << 20
# Quarter turns against the clock, and the mirror behind them if there is one → EXIF's orientation.
_ORIENTATIONS = {
    (0, None): 1,
    (1, None): 8,
    (2, None): 3,
    (3, None): 6,
    (0, 0): 4,
    (0, 1): 2,
    (1, 0): 5,
    (1, 1): 7,
    (2, 0): 2,
    (2, 1): 4,
    (3, 0): 7,
    (3, 1): 5,
}


def brand(content: bytes) -> str | None:
    """HEIF, AVIF or, for a film and for what is none, None."""
    if content[4:8] != b"ftyp":
        return None
    length = min(int.from_bytes(content[:4]), 256)
    brands = [content[8:12], *(content[at : at + 4] for at in range(16, length, 4))]
    if brands[0] not in HEIF | AVIF | STILL:
        return None
    if AVIF & {*brands} and not HEIF & {*brands}:
        return "AVIF"
    return "HEIF"


def bmff(content: bytes) -> Header:
    """The main picture. The decoder turns a HEIC upright itself, so that its sizes and its depth are known then."""
    meta = next(body for kind, body in _boxes(content) if kind == _META)[4:]
    parts = dict(_boxes(meta))
    properties = dict(_boxes(parts[b"iprp"]))
    every = list(_boxes(properties[b"ipco"]))
    sizes = [struct.unpack_from(">II", body, 4) for kind, body in every if kind == b"ispe"]
    width, height = max(sizes, key=lambda size: size[0] * size[1])
    version = parts[b"pitm"][0]
    [main] = struct.unpack_from(">I" if version else ">H", parts[b"pitm"], 4)
    turned, mirrored = 0, None
    areas: dict[int, int] = {}
    for owner, number in _associated(properties[b"ipma"]):
        kind, body = every[number - 1]
        if kind == b"ispe":
            across, down = struct.unpack_from(">II", body, 4)
            areas[owner] = across * down
        if owner != main:
            continue
        if kind == b"ispe":
            width, height = struct.unpack_from(">II", body, 4)
        elif kind == b"irot":
            turned = body[0] & 3
        elif kind == b"imir":
            mirrored = body[0] & 1
    if any(across * down > max(width * height, 1) for across, down in sizes):
        raise ValueError("a part that is larger than the whole")
    if _decoded(main, _made_of(meta), areas, width * height) > MOST_TIMES * max(width * height, SMALL):
        raise too_complex()
    if brand(content) == "AVIF":
        return Header("AVIF", width, height, 8, 3, _ORIENTATIONS[turned, mirrored], content)
    # A side may have become the other one, and less.
    return Header("HEIF", width, height, 8, 3, 1, content, exact=False)


def _boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    for _ in range(MOST_PARTS):
        if at + 8 > len(content):
            return
        length, kind = struct.unpack_from(">I4s", content, at)
        head = 8
        if length == 1:
            [length] = struct.unpack_from(">Q", content, at + 8)
            head = 16
        length = length or len(content) - at
        if length < head:
            raise ValueError("a box that is shorter than its head")
        yield kind, content[at + head : at + length]
        at += length
    raise too_complex()


def _made_of(meta: bytes) -> Mapping[int, list[int]]:
    """The items that each item is made of."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    for references in (body for kind, body in _boxes(meta) if kind == b"iref"):
        wide = references[0] > 0
        for kind, body in _boxes(references[4:]):
            if kind == b"dimg":
                owner, count = struct.unpack_from(">IH" if wide else ">HH", body)
                if count > MOST_PARTS:
                    raise too_complex()
                found[owner] += struct.unpack_from(f">{count}{'I' if wide else 'H'}", body, 6 if wide else 4)
    return found


def _decoded(item: int, made_of: Mapping[int, list[int]], areas: Mapping[int, int], whole: int) -> int:
    """How many pixels are decoded for an item; raises `TooComplex` for one that is made of itself."""

    @cache
    def pixels(item: int, depth: int) -> int:
        if depth > MOST_DEPTH:
            raise too_complex()
        return areas.get(item, whole) + sum(pixels(part, depth + 1) for part in made_of.get(item, ()))

    return pixels(item, 0)


def _associated(table: bytes) -> Iterator[tuple[int, int]]:
    """The items' properties: each item with the number of one, from 1."""
    version, wide = table[0], table[3] & 1
    [count] = struct.unpack_from(">I", table, 4)
    at = 8
    for _ in range(min(count, MOST_PARTS)):
        [owner] = struct.unpack_from(">I" if version else ">H", table, at)
        at += 4 if version else 2
        some = table[at]
        at += 1
        for _ in range(some):
            [value] = struct.unpack_from(">H" if wide else ">B", table, at)
            at += 2 if wide else 1
            if number := value & (0x7FFF if wide else 0x7F):
                yield owner, number
