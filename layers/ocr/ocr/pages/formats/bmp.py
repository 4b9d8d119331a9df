"""BMP."""

import struct

from ocr.pages.formats.header import Header, too_complex

# Pillow unpacks run lengths in Python, byte by byte.
MOST_RUN_LENGTHS = 1 << 20
_RUN_LENGTHS = {1, 2}


def bmp(content: bytes) -> Header:
    """The file as it is, with the size and depth that its header says. Raises `too_complex` for much that is packed."""
    size = int.from_bytes(content[14:18], "little")
    if size == 12:
        width, height, _, bits = struct.unpack_from("<HHHH", content, 18)
        packing = 0
    else:
        width, height, _, bits, packing = struct.unpack_from("<IiHHI", content, 18)
    if packing in _RUN_LENGTHS and len(content) > MOST_RUN_LENGTHS:
        raise too_complex()
    # Pixels of 16 bits are three channels of five or six.
    return Header("BMP", width, abs(height), min(bits, 8), 1 if bits < 16 else 3, 1, content)
