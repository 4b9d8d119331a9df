"""Files that are made to hurt, and files that only look like it: what containers allow and decoders pay for."""

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from random import Random
from typing import Any

from PIL import Image

from local.samples.heic import heic

EOI = b"\xff\xd9"
# The most pixels that are taken, as a square.
SIDE = 7071


def encoded(format: str = "JPEG", size: tuple[int, int] = (64, 48), mode: str = "RGB", **options: Any) -> bytes:
    """A plain picture."""
    file = BytesIO()
    bands = Image.getmodebands(mode)
    Image.new(mode, size, (180,) * bands if bands > 1 else 180).save(file, format, **options)
    return file.getvalue()


def textured(format: str, size: tuple[int, int], mode: str = "RGB", **options: Any) -> bytes:
    """A picture in which no two blocks are alike."""
    file = BytesIO()
    across, down = max(1, size[0] // 16), max(1, size[1] // 16)
    small = Image.frombytes("L", (across, down), Random(90).randbytes(across * down))
    small.resize(size).convert(mode).save(file, format, **options)
    return file.getvalue()


def chunk(kind: bytes, body: bytes, check: int | None = None) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body) ^ (check or 0))


def png(*chunks: bytes, plain: bytes | None = None) -> bytes:
    """A PNG with further chunks behind its header."""
    whole = plain or encoded("PNG")
    return whole[:33] + b"".join(chunks) + whole[33:]


def zipped(kind: bytes, size: int, head: bytes = b"k\0\0") -> bytes:
    """A chunk whose text or profile unpacks to so many bytes."""
    return chunk(kind, head + zlib.compress(bytes(size), 9))


def many_scans(count: int, side: int = SIDE) -> bytes:
    """A progressive JPEG with further scans, of 75 bytes each, that change nothing."""
    file = BytesIO()
    Image.new("RGB", (side, side), "white").save(file, "JPEG", progressive=True)
    plain = file.getvalue()
    last = plain.rfind(b"\xff\xda")
    return plain[:last] + plain[last : -len(EOI)] * count + EOI


def segment(marker: int, body: bytes) -> bytes:
    """One segment of a JPEG."""
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def jpeg(*segments: bytes, plain: bytes | None = None) -> bytes:
    """A JPEG with further segments behind its first marker."""
    whole = plain or encoded("JPEG")
    return whole[:2] + b"".join(segments) + whole[2:]


def exif(orientation: int, order: str = ">", entries: int = 1) -> bytes:
    """A TIFF structure that tells an orientation, behind as many tags as wanted."""
    head = {">": b"MM\0*", "<": b"II*\0"}[order] + struct.pack(f"{order}I", 8)
    tags = [struct.pack(f"{order}HHIHH", 0x0100, 3, 1, 7, 0)] * (entries - 1)
    tags.append(struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0))
    return head + struct.pack(f"{order}H", entries) + b"".join(tags) + bytes(4)


def run_length_bmp(width: int, height: int, data: bytes) -> bytes:
    """A BMP of eight bits whose rows are run lengths."""
    palette = b"".join(bytes([255 - n, n, n, 0]) for n in range(256))
    start = 14 + 40 + len(palette)
    head = struct.pack("<2sIHHI", b"BM", start + len(data), 0, 0, start)
    return head + struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 1, len(data), 0, 0, 256, 0) + palette + data


def bmp565(width: int, height: int) -> bytes:
    """A BMP of 16 bits a pixel: five, six and five of the colours."""
    rows = bytes(height * ((width * 2 + 3) // 4 * 4))
    masks = struct.pack("<III", 0xF800, 0x7E0, 0x1F)
    start = 14 + 40 + len(masks)
    head = struct.pack("<2sIHHI", b"BM", start + len(rows), 0, 0, start)
    return head + struct.pack("<IiiHHIIiiII", 40, width, height, 1, 16, 3, len(rows), 0, 0, 0, 0) + masks + rows


def icon(side: int) -> bytes:
    """An ICO, whose parser decodes before anybody has looked at the size."""
    picture = encoded("PNG", (side, side))
    return struct.pack("<HHH", 0, 1, 1) + struct.pack("<BBBBHHII", 0, 0, 0, 0, 1, 32, len(picture), 22) + picture


def made_of(parts: dict[int, list[int]]) -> bytes:
    """A HEIC whose items are made of others, the first of which is the one that is shown."""
    whole = heic(Image.new("RGB", (640, 640)))
    lists = b"".join(
        struct.pack(">I4sHH", 12 + 2 * len(some), b"dimg", owner, len(some)) + struct.pack(f">{len(some)}H", *some)
        for owner, some in parts.items()
    )
    references = struct.pack(">I4sI", 12 + len(lists), b"iref", 0) + lists
    at = whole.index(b"meta") - 4
    [length] = struct.unpack_from(">I", whole, at)
    end = at + length
    return whole[:at] + struct.pack(">I", length + len(references)) + whole[at + 4 : end] + references + whole[end:]


def bare_png(
    width: int, height: int, colour: int, rows: bytes, *, piece: int = 1 << 30, interlaced: bool = False
) -> bytes:
    """A PNG of eight bits a channel around these rows, in pieces of so many bytes."""
    packed = zlib.compress(rows, 9)
    pieces = (chunk(b"IDAT", packed[at : at + piece]) for at in range(0, len(packed), piece))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, interlaced))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(pieces) + chunk(b"IEND", b"")


def flooded(plain: bytes, flood: bytes) -> bytes:
    """A JPEG with something again and again in front of its end."""
    return plain[: -len(EOI)] + flood + EOI


def worst() -> dict[str, Callable[[], bytes]]:
    """The ten files that are taken and cost most memory or time, those first that cost most memory."""
    side, tall = (SIDE, SIDE), (763, 65_500)
    turned = Image.Exif()
    turned[0x0112] = 6
    return {
        "transparent": lambda: encoded("PNG", side, "RGBA"),
        "transparent, turned": lambda: png(chunk(b"eXIf", exif(6)), plain=encoded("PNG", side, "RGBA")),
        "grey and transparent, turned": lambda: png(chunk(b"eXIf", exif(8)), plain=encoded("PNG", side, "LA")),
        "palette with a transparent colour": lambda: encoded("PNG", side, "P", transparency=0),
        "progressive": lambda: textured("JPEG", side, quality=50, progressive=True, subsampling=0, exif=turned),
        "as many scans as are taken": lambda: many_scans(20),
        "baseline": lambda: textured("JPEG", side, quality=60, exif=turned),
        "as tall as is taken": lambda: encoded("PNG", tall),
        "run lengths": lambda: run_length_bmp(
            SIDE, SIDE, (b"\xff\x01" * (SIDE // 255) + bytes([SIDE % 255, 1]) + b"\0\0") * SIDE
        ),
        "texts and profiles": lambda: png(
            *[zipped(b"zTXt", 1 << 20)] * 60, zipped(b"iCCP", 200 << 20), plain=encoded("PNG", side)
        ),
    }
