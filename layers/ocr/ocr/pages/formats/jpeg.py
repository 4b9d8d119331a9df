"""JPEG."""

import re
import struct

from ocr.pages.formats.header import MOST_PARTS, Header, of_exif, of_xmp, too_complex

# A progressive JPEG costs its pixels once more with every scan; encoders make about ten.
MOST_SCANS = 100
MOST_SCANNED_PIXELS = 1_500_000_000
_MARKER = re.compile(rb"\xff([^\x00\xff])")
# In the data of a scan 0xFF is followed by a zero or, between intervals, by a restart marker.
_BEHIND_SCAN = re.compile(rb"\xff([^\x00\xd0-\xd7\xff])")
_SOF = {0xC0, 0xC1, 0xC2, 0xC9, 0xCA}
_OTHER_SOF = {0xC3, 0xC5, 0xC6, 0xC7, 0xCB, 0xCD, 0xCE, 0xCF}
_ALONE = {0x01, *range(0xD0, 0xD9)}
_SOS, _EOI, _COM = 0xDA, 0xD9, 0xFE
END = bytes([0xFF, _EOI])
_APP0, _APP1, _APP14, _APP15 = 0xE0, 0xE1, 0xEE, 0xEF
_EXIF, _XMP = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0"


def jpeg(content: bytes) -> Header:
    """The segments up to the first picture's end. Cameras put previews and films behind it."""
    kept, frame, orientation, scans, at = [content[:2]], None, 0, 0, 2
    for _ in range(MOST_PARTS):
        found = (_BEHIND_SCAN if scans else _MARKER).search(content, at)
        marker, start = (found[1][0], found.start()) if found else (_EOI, len(content))
        if scans:
            kept.append(content[at:start])
        if marker == _EOI:
            kept.append(END)
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
            orientation = orientation or _orientation(body)
        scans += marker == _SOS
        if _says_how_to_decode(marker, body):
            kept.append(content[start:at])
    else:
        raise too_complex()
    if frame is None or not scans:
        raise ValueError("no picture")
    bits, height, width, channels = frame
    if scans > MOST_SCANS or scans * width * height > MOST_SCANNED_PIXELS:
        raise too_complex()
    return Header("JPEG", width, height, bits, channels, orientation or 1, b"".join(kept), start < len(content))


def _says_how_to_decode(marker: int, body: bytes) -> bool:
    """Whether a segment is needed for the pixels; of applications' own only two say how the channels make a colour."""
    if marker == _APP0:
        return body.startswith(b"JFIF\0")
    if marker == _APP14:
        return body.startswith(b"Adobe")
    return not (_APP0 <= marker <= _APP15 or marker == _COM)


def _orientation(segment: bytes) -> int:
    """The orientation in an APP1 segment, 0 where it tells none."""
    if segment.startswith(_EXIF):
        return of_exif(segment[len(_EXIF) :])
    return of_xmp(segment) if segment.startswith(_XMP) else 0
