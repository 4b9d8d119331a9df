"""A picture as a telephone stores it, HEIC: written whole, without compression, since free encoders of HEVC are few.

The video has one frame of blocks whose samples stand as they are (ITU-T H.265, 7.3.8.7 `pcm_sample`); the boxes around
it are those of ISO/IEC 23008-12. Every decoder reads it; it is six times as large as a telephone's own.
"""

import struct
from collections.abc import Iterator

import numpy as np
from PIL import Image

BLOCK = 32
_VPS, _SPS, _PPS, _IDR = 32, 33, 34, 19
# How likely each state of a context takes the other value, where the range is at its largest (H.265, table 9-46).
_UNLIKELY = (
    240, 227, 216, 205, 195, 185, 175, 166, 158, 150, 142, 135, 128, 122, 116, 110, 104, 99, 94, 89, 85, 80, 76, 72, 69,
    65, 62, 59, 56, 53, 50, 48, 45, 43, 41, 39, 37, 35, 33, 31, 30, 28, 27, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15,
    14, 14, 13, 12, 12, 11, 11, 10, 9,
)  # fmt: skip


def heic(picture: Image.Image, quarters: int = 0) -> bytes:
    """The picture's file; a viewer turns it so many quarters against the clock."""
    width, height = picture.width // 2 * 2, picture.height // 2 * 2
    sets = {
        _VPS: _vps(),
        _SPS: _sps(width, height),
        _PPS: _pps(),
    }
    slice_ = _nal(_IDR, _slice(picture.crop((0, 0, width, height))))
    data = struct.pack(">I", len(slice_)) + slice_
    kind = _box(b"ftyp", b"heic", bytes(4), b"mif1heic")

    def meta(at: int) -> bytes:
        return _full(
            b"meta",
            _full(b"hdlr", bytes(4), b"pict", bytes(13)),
            _full(b"pitm", struct.pack(">H", 1)),
            _full(b"iloc", struct.pack(">BBHHHHII", 0x44, 0, 1, 1, 0, 1, at, len(data))),
            _full(
                b"iinf",
                struct.pack(">H", 1),
                _box(b"infe", struct.pack(">IHH", 2 << 24, 1, 0), b"hvc1", b"\0"),
            ),
            _box(
                b"iprp",
                _box(
                    b"ipco",
                    _box(b"hvcC", _configuration(sets)),
                    _full(b"ispe", struct.pack(">II", width, height)),
                    _box(b"colr", b"nclx", struct.pack(">HHHB", 1, 13, 6, 0x80)),
                    _box(b"irot", bytes([quarters % 4])),
                ),
                _full(b"ipma", struct.pack(">IHB", 1, 1, 4), bytes([0x81, 2, 3, 0x84])),
            ),
        )

    return kind + meta(len(kind) + len(meta(0)) + 8) + _box(b"mdat", data)


def _box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", 8 + len(body)) + kind + body


def _full(kind: bytes, *parts: bytes) -> bytes:
    return _box(kind, bytes(4), *parts)


class _Bits:
    """Bits in their order, with the codes of H.265 for numbers."""

    def __init__(self) -> None:
        self.text = ""

    def put(self, value: int, width: int) -> "_Bits":
        self.text += format(value, f"0{width}b")
        return self

    def numbers(self, *values: int) -> "_Bits":
        """Each as ue(v)."""
        for value in values:
            code = format(value + 1, "b")
            self.text += "0" * (len(code) - 1) + code
        return self

    def ended(self) -> bytes:
        """All of them, with the bit that ends a unit."""
        text = self.text + "1"
        text += "0" * (-len(text) % 8)
        return int(text, 2).to_bytes(len(text) // 8)


def _level(bits: _Bits) -> _Bits:
    """Main profile, of whatever size."""
    return bits.put(1, 8).put(0x60000000, 32).put(0b1001, 4).put(0, 44).put(186, 8)


def _vps() -> bytes:
    bits = _Bits().put(0, 4).put(3, 2).put(0, 6).put(0, 3).put(1, 1).put(0xFFFF, 16)
    return _nal(_VPS, _level(bits).put(1, 1).numbers(0, 0, 0).put(0, 6).numbers(0).put(0, 2).ended())


def _sps(width: int, height: int) -> bytes:
    across, down = (-(-side // BLOCK) * BLOCK for side in (width, height))
    bits = _level(_Bits().put(0, 4).put(0, 3).put(1, 1)).numbers(0, 1, across, down)
    bits.put(1, 1).numbers(0, (across - width) // 2, 0, (down - height) // 2)
    # Blocks of 32 that are not parted; samples of eight bits.
    bits.numbers(0, 0, 4).put(1, 1).numbers(0, 0, 0).numbers(2, 0, 0, 3, 0, 0).put(0, 3)
    bits.put(1, 1).put(7, 4).put(7, 4).numbers(2, 0).put(1, 1)
    return _nal(_SPS, bits.numbers(0).put(0, 5).ended())


def _pps() -> bytes:
    bits = _Bits().numbers(0, 0).put(0, 7).numbers(0, 0, 0).put(0, 3).numbers(0, 0).put(0, 7)
    # No filter changes what is written.
    return _nal(_PPS, bits.put(1, 1).put(0, 1).put(1, 1).put(0, 2).numbers(0).put(0, 2).ended())


def _nal(kind: int, body: bytes) -> bytes:
    """A unit, in which no code of a stream's start stands."""
    out, zeros = bytearray([kind << 1, 1]), 0
    for byte in body:
        if zeros >= 2 and byte <= 3:
            out.append(3)
            zeros = 0
        out.append(byte)
        zeros = zeros + 1 if byte == 0 else 0
    return bytes(out)


def _configuration(sets: dict[int, bytes]) -> bytes:
    head = struct.pack(
        ">BBI6sBHBBBBHB", 1, 1, 0x60000000, b"\x90" + bytes(5), 186, 0xF000, 0xFC, 0xFD, 0xF8, 0xF8, 0, 0x0F
    )
    arrays = (struct.pack(">BHH", 0x80 | kind, 1, len(unit)) + unit for kind, unit in sets.items())
    return head + bytes([len(sets)]) + b"".join(arrays)


def _slice(picture: Image.Image) -> bytes:
    head = _Bits().put(1, 1).put(0, 1).numbers(0, 2, 0)
    out = head.ended()
    for number, samples in enumerate(_blocks(picture)):
        state = min(number, len(_UNLIKELY) - 1)
        # The last block is not the end, the block is not parted, its samples stand as they are.
        out += _flushed((510 if number == 0 else 508) - _UNLIKELY[state] - 2) + samples
    return out + _flushed(508)


def _flushed(low: int) -> bytes:
    """What an arithmetic coder writes at its end, whatever it had in hand."""
    bits, outstanding, span = "", 0, 2

    def put(bit: int) -> None:
        nonlocal bits, outstanding
        bits += str(bit) + str(1 - bit) * outstanding
        outstanding = 0

    while span < 256:
        if low < 256:
            put(0)
        elif low >= 512:
            low -= 512
            put(1)
        else:
            low -= 256
            outstanding += 1
        span, low = span << 1, low << 1
    put(low >> 9 & 1)
    bits += format(low >> 7 & 3 | 1, "02b")
    # The first bit of a coder says nothing.
    bits = bits[1:]
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8)


def _blocks(picture: Image.Image) -> Iterator[bytes]:
    """Each block's brightness and, at half the size, its colours."""
    planes = []
    for number, plane in enumerate(picture.convert("YCbCr").split()):
        small = plane if number == 0 else plane.resize((plane.width // 2, plane.height // 2), Image.Resampling.BOX)
        side = BLOCK if number == 0 else BLOCK // 2
        pixels = np.asarray(small)
        planes.append((side, np.pad(pixels, [(0, -length % side) for length in pixels.shape], mode="edge")))
    across, down = planes[0][1].shape[1] // BLOCK, planes[0][1].shape[0] // BLOCK
    for row in range(down):
        for column in range(across):
            yield b"".join(
                plane[row * side : (row + 1) * side, column * side : (column + 1) * side].tobytes()
                for side, plane in planes
            )
