"""Promise: what no vendor could read is refused before anything is paid, with a problem that says what to do."""

import contextlib
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ocr.model.problem import problem_of
from ocr.pages.examine import MAX_BYTES, examine
from ocr.platform.errors import CallerError, OcrError


def encoded(size: tuple[int, int] = (64, 48), mode: str = "RGB", format: str = "JPEG", **options: Any) -> bytes:
    file = BytesIO()
    Image.new(mode, size).save(file, format, **options)
    return file.getvalue()


def with_pixels(png: bytes, width: int, height: int) -> bytes:
    """The PNG with another size in its header, as a decompression bomb has it."""
    import zlib

    header = b"IHDR" + width.to_bytes(4) + height.to_bytes(4) + png[24:29]
    return png[:12] + header + zlib.crc32(header).to_bytes(4) + png[33:]


@pytest.mark.parametrize(
    ("content", "status"),
    [
        pytest.param(b"", 422, id="0 bytes"),
        pytest.param(b"a shopping list\n" * 20, 415, id="a text file called .jpg"),
        pytest.param(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", 415, id="a PDF"),
        pytest.param(encoded((400, 300))[:-200], 422, id="truncated JPEG"),
        pytest.param(encoded((400, 300), format="PNG")[:-60], 422, id="truncated PNG"),
        pytest.param(with_pixels(encoded(format="PNG"), 20_000, 20_000), 413, id="20000 x 20000"),
        pytest.param(with_pixels(encoded(format="PNG"), 200_000, 200_000), 413, id="decompression bomb"),
        pytest.param(b"\xff\xd8\xff" + bytes(MAX_BYTES), 413, id="11 MB"),
    ],
)
def test_unusable_pictures_are_refused_with_what_to_do(content: bytes, status: int) -> None:
    with pytest.raises(CallerError) as refused:
        examine(content)
    problem = problem_of(refused.value)
    assert problem.status == status
    assert problem.detail
    assert problem.advice


def test_a_jpeg_with_a_second_picture_behind_it_is_a_jpeg() -> None:
    file = BytesIO()
    Image.new("RGB", (64, 48)).save(file, "MPO", save_all=True, append_images=[Image.new("RGB", (32, 32))])
    with Image.open(BytesIO(file.getvalue())) as picture:
        assert picture.format == "MPO"
    document = examine(file.getvalue())
    assert (document.format, document.media_type, document.width) == ("JPEG", "image/jpeg", 64)


def test_sixteen_bit_colour_is_taken() -> None:
    # Pillow cannot write 16-bit RGB, so the PNG is put together here: one chunk after the other.
    import struct
    import zlib

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", 40, 40, 16, 2, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + bytes(40 * 6) for _ in range(40)))
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    assert examine(png).format == "PNG"


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA"])
def test_eight_bit_pictures_are_taken(mode: str) -> None:
    document = examine(encoded((80, 60), mode, "PNG"))
    assert (document.width, document.height, document.format) == (80, 60, "PNG")


def test_exif_orientation_is_noted_and_nonsense_is_not() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert examine(encoded(exif=exif)).orientation == 6
    exif[0x0112] = 77
    assert examine(encoded(exif=exif)).orientation == 1


@given(st.binary(min_size=1, max_size=400), st.sampled_from(["JPEG", "PNG", "BMP"]), st.integers(0, 300))
def test_hostile_bytes_never_raise_anything_else(noise: bytes, format: str, at: int) -> None:
    content = encoded(format=format)
    with contextlib.suppress(OcrError):
        examine(content[:at] + noise + content[at + len(noise) :])
