"""Promise: what would cost far more than a picture is worth is refused early, and what only looks odd is taken."""

import random
import struct
import zlib
from functools import cache
from io import BytesIO
from time import thread_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile

from ocr.pages import gate
from ocr.pages.examine import examine
from ocr.platform.errors import CallerError, OcrError, TooComplex
from tests.support.hostile import (
    EOI,
    SIDE,
    bare_png,
    bmp565,
    chunk,
    encoded,
    exif,
    flooded,
    icon,
    jpeg,
    made_of,
    many_scans,
    png,
    run_length_bmp,
    segment,
    textured,
    zipped,
)

# What refusing a file may cost in seconds of a processor; each of these took two to sixty.
CHEAP = 1.0
MOST_CPU_SECONDS = 2.5
REFUSED = {
    "scans": (lambda: many_scans(1000), 422),
    "more scans than its pixels allow": (lambda: many_scans(40), 422),
    "segments": (lambda: jpeg(segment(0xFE, b"") * 2_500_000), 422),
    "chunks": (lambda: png(chunk(b"teXt", b"") * 800_000), 422),
    "run lengths": (lambda: run_length_bmp(7000, 7000, b"\x01\x01" * 5_000_000), 422),
    "an icon": (lambda: icon(13_300), 415),
    "PostScript without end": (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n" + b"%junk\n" * 1_700_000, 415),
    "a side that no JPEG has": (lambda: encoded("PNG", (1_562_500, 32), "1"), 413),
    "two frames": (lambda: jpeg(segment(0xC0, b"\x08\0\x40\0\x40\x01\x01\x11\0")), 422),
    "no frame": (lambda: b"\xff\xd8" + segment(0xDA, b"\x01\x01\0\0\x3f\0") + EOI, 422),
    "an arithmetic of no browser": (lambda: encoded().replace(b"\xff\xc0", b"\xff\xc3"), 422),
    "twelve bits": (lambda: encoded().replace(b"\xff\xc0\0\x11\x08", b"\xff\xc0\0\x11\x0c"), 415),
    "a WebP of 50 megapixels": (lambda: empty_webp(SIDE), 413),
    "a HEIC made of ten thousand": (lambda: made_of({1: [2] * 10_000}), 422),
    "a HEIC made of itself": (lambda: made_of({1: [2], 2: [1]}), 422),
    "a HEIC made of many, each made of many": (lambda: made_of({n: [n + 1] * 60 for n in range(1, 5)}), 422),
    "a colour type that is none": (lambda: png()[:25] + b"\x07" + png()[26:], 422),
}


@pytest.mark.parametrize(("made", "status"), REFUSED.values(), ids=REFUSED)
def test_a_file_with_more_work_than_pixels_is_refused_before_it_is_decoded(
    made: Any, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = made()

    def decoded(*_: Any) -> None:
        raise AssertionError("It was decoded.")

    monkeypatch.setattr(ImageFile.ImageFile, "load", decoded)
    begun = thread_time()
    with pytest.raises(OcrError) as refused:
        examine(content)
    assert thread_time() - begun < CHEAP
    assert (refused.value.status, bool(refused.value.advice)) == (status, True)


def test_a_decoder_that_finds_no_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "MOST_CPU_SECONDS", 0)
    with pytest.raises(TooComplex):
        examine(textured("JPEG", (600, 400)))
    monkeypatch.undo()
    assert examine(textured("JPEG", (600, 400)))


def test_a_picture_for_which_there_is_no_memory_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(_: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(ImageFile.ImageFile, "load", load)
    with pytest.raises(TooComplex):
        examine(encoded())


ODD = {
    "a JPEG of twenty scans": lambda: many_scans(20),
    "text that unpacks to megabytes": lambda: png(zipped(b"zTXt", 2 << 20), zipped(b"iTXt", 2 << 20, b"k\0\1\0\0\0")),
    "a profile that unpacks to megabytes": lambda: png(zipped(b"iCCP", 2 << 20)),
    "metadata that is none": lambda: png(chunk(b"eXIf", b"no TIFF at all")),
    "metadata with a head of its own": lambda: png(chunk(b"eXIf", b"Exif\0\0" + exif(6))),
    "half a hexadecimal": lambda: png(
        chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(b"\nexif\n   9\n4d4d0"))
    ),
    "a text whose sum is wrong": lambda: png(chunk(b"tEXt", b"k\0v", check=1)),
    "a film in a PNG": lambda: png(chunk(b"acTL", bytes([0, 0, 0, 9, 0, 0, 0, 0])), chunk(b"fdAT", b"x" * 99)),
    "a JPEG with a film behind it": lambda: encoded() + random.Random(7).randbytes(6 << 20),
    "a JPEG with junk between its segments": lambda: jpeg(segment(0xFE, b"x") + b"junk" + b"\xff" * 9),
    "16 bits a pixel": lambda: bmp565(80, 60),
    "a film in a GIF": lambda: film(),
    "a single pixel": lambda: encoded("JPEG", (1, 1)),
}


# Decoders pay for what containers allow; none of these may cost more than a large photograph does.
TRICKS = {
    "pixels in pieces of three bytes": lambda: bare_png(
        900, 900, 2, random.Random(1).randbytes(2701 * 30) * 30, piece=3
    ),
    "15,000 empty pieces": lambda: png(*[chunk(b"IDAT", b"")] * 15_000),
    "pixels that unpack to 50 MB more": lambda: bare_png(64, 64, 2, bytes(50 << 20)),
    "interlaced": lambda: bare_png(4000, 4000, 2, bytes(4000 * 12_001 + 100_000), interlaced=True),
    "9,000 frames": lambda: png(*[chunk(b"fcTL", bytes(26)), chunk(b"fdAT", bytes(50))] * 9_000),
    "150 profiles that unpack to 20 MB": lambda: png(*[zipped(b"zTXt", 20 << 20, b"Raw profile type exif\0\0")] * 150),
    "EXIF that leads to itself": lambda: jpeg(
        segment(0xE1, b"Exif\0\0II*\0" + b"\x08\0\0\0\x01\0\x69\x87\4\0\1\0\0\0\x08\0\0\0" * 2)
    ),
    "a restart after each block": lambda: textured("JPEG", (3000, 3000), quality=30, restart_marker_blocks=1),
    "millions of restarts": lambda: flooded(encoded(), b"\xff\xd0" * 4_000_000),
    "millions of stuffed bytes": lambda: flooded(encoded(), b"\xff\0" * 4_000_000),
    "15,000 tables": lambda: jpeg(*[segment(0xDB, b"\0" + bytes(range(1, 65)))] * 15_000),
    "another arithmetic": lambda: textured("JPEG", (600, 400)).replace(b"\xff\xc0", b"\xff\xc9", 1),
    "far more pixels than data": lambda: encoded().replace(b"\0\x30\0\x40", b"\x1b\x9f\x1b\x9f", 1),
    "two hundred pictures in one": lambda: encoded(
        "MPO", save_all=True, append_images=[Image.new("RGB", (64, 48))] * 200
    ),
    "run lengths that end at once": lambda: run_length_bmp(64, 64, b"\0\0" * 100_000),
    "run lengths that leap": lambda: run_length_bmp(7000, 7000, b"\0\2\xff\xff" * 200_000),
    "3,000,000 blocks of a byte": lambda: encoded("GIF", mode="P")[:-2] + b"\1\0" * 3_000_000 + b"\0;",
    "a film in a WebP": lambda: encoded(
        "WEBP", save_all=True, append_images=[Image.new("RGB", (64, 48), n) for n in range(50)]
    ),
}


@pytest.mark.parametrize("made", TRICKS.values(), ids=TRICKS)
def test_other_tricks_cost_no_more_than_a_photograph(made: Any) -> None:
    content, refused = made(), None
    begun = thread_time()
    try:
        examine(content)
    except OcrError as error:
        refused = error
    assert thread_time() - begun < MOST_CPU_SECONDS
    assert refused is None or (refused.status in range(400, 500) and refused.advice)


def empty_webp(side: int) -> bytes:
    """A lossless WebP that says of itself that it is so large, and has no pixels."""
    body = b"VP8L" + struct.pack("<IBI", 14, 0x2F, side - 1 | side - 1 << 14) + bytes(9)
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


def film() -> bytes:
    """A GIF of two frames."""
    file = BytesIO()
    Image.new("P", (64, 48)).save(file, "GIF", save_all=True, append_images=[Image.new("P", (64, 48), 7)])
    return file.getvalue()


@pytest.mark.parametrize("made", ODD.values(), ids=ODD)
def test_what_only_looks_odd_is_taken(made: Any) -> None:
    assert examine(made()).width


# Every width up to these, in one property: a row's length in bytes is nobody's depth.
@given(st.integers(32, 5000), st.sampled_from(["1", "L", "P", "RGB", "RGBA"]))
def test_a_bmp_of_any_width_is_taken(width: int, mode: str) -> None:
    assert examine(encoded("BMP", (width, 32), mode)).width == width


@pytest.mark.parametrize("width", [717, 718, 719, 720, 1600, 1680, 2160, 4032, 4160])
@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA"])
def test_a_bmp_of_common_width_is_taken(width: int, mode: str) -> None:
    assert examine(encoded("BMP", (width, 40), mode)).format == "BMP"


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_rows": 1}, {"subsampling": 0}])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_jpeg_without_its_end_is_taken_if_it_has_all_pixels(options: dict[str, Any], mode: str) -> None:
    whole = textured("JPEG", (650, 470), mode, **options)
    taken = examine(whole[: -len(EOI)])
    assert not taken.whole
    for missing in (0.05, 0.3, 0.6):
        with pytest.raises(CallerError):
            examine(whole[: int(len(whole) * (1 - missing))])


@pytest.mark.parametrize("options", [{}, {"progressive": True}])
def test_that_nothing_is_missing_shows_on_plain_paper_too(options: dict[str, Any]) -> None:
    paper = Image.new("RGB", (120, 80), "white")
    paper.paste("black", (10, 10, 40, 30))
    file = BytesIO()
    paper.save(file, "JPEG", **options)
    assert not examine(file.getvalue()[: -len(EOI)]).whole
    assert not examine(file.getvalue()[:-1]).whole
    with pytest.raises(CallerError):
        examine(file.getvalue()[:-40])


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_orientation_is_found_wherever_programs_write_it(order: str, orientation: int) -> None:
    tiff = exif(orientation, order, entries=3)
    xmp = f'<rdf tiff:Orientation="{orientation}"/>'.encode()
    raw = zlib.compress(b"\nexif\n    %d\n%s\n" % (len(tiff) + 6, (b"Exif\0\0" + tiff).hex().encode()))
    for content in (
        jpeg(segment(0xE1, b"Exif\0\0" + tiff)),
        jpeg(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp)),
        png(chunk(b"eXIf", tiff)),
        png(chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp)),
        png(chunk(b"zTXt", b"Raw profile type exif\0\0" + raw)),
    ):
        assert examine(content).orientation == orientation


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pillow_sees_the_same_orientation(orientation: int) -> None:
    tags = Image.Exif()
    tags[0x0112] = orientation
    file = BytesIO()
    Image.new("RGB", (64, 48)).save(file, "JPEG", exif=tags)
    assert examine(file.getvalue()).orientation == orientation


drawn = cache(textured)  # an AVIF takes its time


@settings(deadline=None)
@given(
    st.binary(max_size=200),
    st.sampled_from(["JPEG", "PNG", "BMP", "GIF", "WEBP", "TIFF", "AVIF"]),
    st.integers(0, 400),
    st.booleans(),
)
def test_whatever_stands_in_a_file_is_an_error_that_says_what_to_do(
    noise: bytes, format: str, at: int, instead: bool
) -> None:
    content = drawn(format, (64, 48))
    refused: OcrError | None = None
    try:
        examine(content[:at] + noise + content[at + len(noise) * instead :])
    except OcrError as error:
        refused = error
    assert refused is None or (refused.status in range(400, 500) and refused.advice)
