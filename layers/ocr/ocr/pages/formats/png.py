"""PNG."""

import struct
import zlib

from ocr.pages import unsupported
from ocr.pages.formats.header import MOST_METADATA, MOST_PARTS, Header, of_exif, of_xmp, too_complex

_EXIF = b"Exif\0\0"
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PIXELS = {b"IHDR", b"PLTE", b"tRNS", b"IDAT"}
_CHANNELS = {0: 1, 2: 3, 3: 3, 4: 1, 6: 3}
_END = b"\0\0\0\0IEND\xaeB`\x82"


def png(content: bytes) -> Header:
    """The chunks that the pixels need, put together as a file without metadata and profile."""
    kept, orientation, at = [_SIGNATURE], 0, len(_SIGNATURE)
    if content[at + 4 : at + 8] == b"CgBI":
        raise unsupported.unread("a PNG as programs for iPhones hold it", unsupported.AS_PICTURE)
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
        raise too_complex()
    width, height, bits, colour = header
    return Header("PNG", width, height, bits, _CHANNELS[colour], orientation or 1, b"".join(kept) + _END)


def _of_chunk(kind: bytes, body: bytes) -> int:
    """The orientation in a chunk, 0 where it tells none: EXIF's own, XMP's, or ImageMagick's EXIF in hexadecimals."""
    if kind == b"eXIf":
        return of_exif(body.removeprefix(_EXIF))
    name, _, rest = body.partition(b"\0")
    if kind == b"iTXt" and name == b"XML:com.adobe.xmp" and rest[:1] == b"\0":
        return of_xmp(rest)
    if kind == b"zTXt" and name in {b"Raw profile type exif", b"Raw profile type APP1"}:
        return _of_profile(rest[1:])
    return 0


def _of_profile(packed: bytes) -> int:
    try:
        text = zlib.decompressobj().decompress(packed, 2 * MOST_METADATA)
        exif = bytes.fromhex(b"".join(text.split()[2:]).decode("ascii"))
    except (zlib.error, ValueError):
        return 0
    return of_exif(exif.removeprefix(_EXIF))
