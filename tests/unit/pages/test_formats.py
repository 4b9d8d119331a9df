"""Promise: what a decoder can open is taken and read upright; the sender of any other file is told what it is."""

import sys
from base64 import b64encode
from io import BytesIO
from subprocess import run
from typing import Any

import pytest
from PIL import Image

from local.samples.heic import heic
from ocr.declare.offers import Limits
from ocr.model.problem import problem_of
from ocr.model.reading import Line, Reading, rectangle
from ocr.pages.examine import examine
from ocr.pages.resize import fit
from ocr.pages.unsupported import KINDS
from ocr.platform.errors import CallerError, OcrError
from tests.support.hostile import encoded, textured

PLAIN = Limits(bytes=6_000_000)
TAKEN = {
    "CMYK JPEG": lambda: encoded("JPEG", mode="CMYK"),
    "16-bit PNG": lambda: encoded("PNG", mode="I;16"),
    "GIF": lambda: encoded("GIF", mode="P"),
    "WebP": lambda: encoded("WEBP"),
    "WebP seen through": lambda: encoded("WEBP", mode="RGBA"),
    "lossless WebP": lambda: encoded("WEBP", lossless=True),
    "a film in WebP": lambda: film("WEBP"),
    "AVIF": lambda: encoded("AVIF"),
    "AVIF seen through": lambda: encoded("AVIF", mode="RGBA"),
    "TIFF": lambda: encoded("TIFF"),
    "a fax": lambda: encoded("TIFF", mode="1", compression="group4"),
    "LZW TIFF": lambda: encoded("TIFF", mode="L", compression="tiff_lzw"),
    "JPEG in TIFF": lambda: encoded("TIFF", compression="jpeg"),
    "16-bit TIFF": lambda: encoded("TIFF", mode="I;16"),
    "TIFF of fractions": lambda: encoded("TIFF", mode="F"),
    "CMYK TIFF": lambda: encoded("TIFF", mode="CMYK"),
    "Lab TIFF": lambda: encoded("TIFF", mode="LAB"),
    "HEIC": lambda: heic(Image.new("RGB", (64, 48), "white")),
}


def dark(content: bytes) -> tuple[float, float, float, float]:
    """Left, top, width and height of what is dark on a picture."""
    with Image.open(BytesIO(content)) as picture:
        found = picture.convert("L").point(lambda value: 255 if value < 100 else 0).getbbox()
    assert found
    return found[0], found[1], found[2] - found[0], found[3] - found[1]


def film(format: str) -> bytes:
    """Two frames, the first dark."""
    file = BytesIO()
    frames = [Image.new("RGB", (64, 48), colour) for colour in ("#200000", "white")]
    frames[0].save(file, format, save_all=True, append_images=frames[1:])
    return file.getvalue()


@pytest.mark.parametrize("made", TAKEN.values(), ids=TAKEN)
def test_what_a_decoder_can_open_is_taken_and_every_vendor_can_have_it(made: Any) -> None:
    taken = examine(made())
    assert (taken.width, taken.height) == (64, 48)
    sent = fit(taken, PLAIN).document
    assert sent.format in PLAIN.formats
    with Image.open(BytesIO(sent.content)) as picture:
        assert picture.size == (64, 48)


@pytest.mark.parametrize("format", ["GIF", "WEBP"])
def test_of_a_film_the_first_frame_is_read(format: str) -> None:
    with Image.open(BytesIO(fit(examine(film(format)), PLAIN).document.content)) as picture:
        assert picture.convert("L").getextrema()[1] < 128


def test_what_is_scanned_in_sixteen_bits_keeps_its_range() -> None:
    """A scanner that uses 12 of 16 bits: text and paper stay apart."""
    grey = Image.new("I;16", (64, 48), 3900)
    grey.paste(400, (0, 0, 32, 48))
    file = BytesIO()
    grey.save(file, "TIFF")
    with Image.open(BytesIO(fit(examine(file.getvalue()), PLAIN).document.content)) as picture:
        low, high = picture.convert("L").getextrema()
    assert low < 20
    assert high > 235


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["JPEG", "WEBP", "TIFF", "AVIF"])
def test_a_turned_picture_is_sent_upright_and_its_boxes_come_back(format: str, orientation: int) -> None:
    """The mark stands in the stored picture's corner; where the vendor sees it leads back there."""
    stored = Image.new("RGB", (160, 96), "white")
    stored.paste((0, 0, 0), (0, 0, 40, 24))
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = BytesIO()
    tags: dict[str, Any] = {"tiffinfo": {0x0112: orientation}} if format == "TIFF" else {"exif": exif}
    stored.save(file, format, **tags)
    fitted = fit(examine(file.getvalue()), PLAIN)
    mark = Line(text="mark", box=rectangle(*dark(fitted.document.content)))
    [back] = fitted.restored(Reading(vendor="any", lines=[mark])).lines
    assert back.box
    assert min(back.box) == pytest.approx((0, 0), abs=4)
    assert max(back.box) == pytest.approx((40, 24), abs=4)


@pytest.mark.parametrize("quarters", range(4))
def test_a_turned_heic_stands_upright(quarters: int) -> None:
    stored = Image.new("RGB", (160, 96), "white")
    stored.paste((0, 0, 0), (0, 0, 40, 24))
    taken = examine(heic(stored, quarters))
    upright = stored.rotate(90 * quarters, expand=True)
    assert (taken.width, taken.height, taken.orientation) == (*upright.size, 1)
    file = BytesIO()
    upright.save(file, "PNG")
    assert dark(fit(taken, PLAIN).document.content) == pytest.approx(dark(file.getvalue()), abs=4)


FOREIGN = {
    "a Word file": b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml" + bytes(40) + b"word/document.xml",
    "an Excel file": b"PK\x03\x04" + bytes(26) + b"xl/workbook.xml",
    "a zip archive": b"PK\x03\x04" + bytes(26) + b"a.jpg",
    "a Word, Excel or WPS file": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500),
    "a RAR archive": b"Rar!\x1a\x07\x01\0",
    "a Photoshop file": b"8BPS\0\1",
    "an SVG drawing": b'<?xml version="1.0"?>\n<!-- a drawing -->\n<svg xmlns="http://www.w3.org/2000/svg"/>',
    "a web page": b"\n<!DOCTYPE html><html></html>",
    "a film": b"\0\0\0\x18ftypmp42" + bytes(12),
    "a JBIG2 picture": b"\x97JB2\r\n\x1a\n\x01\0\0\0\x01",
    "a JPEG 2000 picture": b"\0\0\0\x0cjP  \r\n\x87\n",
    "a camera's raw picture": b"II*\0\x10\0\0\0CR\2\0" + bytes(4) + b"\1\0\0\1\4\0\1\0\0\0\1\0\0\0" + bytes(4),
    "a PNG as programs for iPhones hold it": b"\x89PNG\r\n\x1a\n\0\0\0\4CgBI\x50\0\x20\2",
    "an XPS file": b"PK\x03\x04" + bytes(26) + b"FixedDocSeq.fdseq",
    "a tar archive": b"a.jpg" + bytes(252) + b"ustar\0",
    "a file in base64": b64encode(b"\xff\xd8\xff\xe0" + bytes(99)),
    "a text": "购物清单\n".encode("gb18030") * 9,
}


@pytest.mark.parametrize(("name", "content"), FOREIGN.items(), ids=FOREIGN)
def test_another_file_is_told_what_it_is_and_what_to_do(name: str, content: bytes) -> None:
    with pytest.raises(CallerError) as refused:
        examine(content)
    problem = problem_of(refused.value)
    assert (problem.status, problem.kind) == (415, "unsupported_format")
    assert name in problem.detail
    assert problem.advice


def test_every_kind_of_file_says_what_to_do() -> None:
    assert all(kind.advice.endswith(".") and kind.name for kind in KINDS)


@pytest.mark.parametrize("format", ["WEBP", "TIFF", "AVIF"])
def test_a_file_that_claims_too_many_pixels_is_refused_before_it_is_decoded(
    format: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The claim is written over: what stands behind it is a small picture."""
    content = encoded(format, (1024, 768))
    large = {
        "WEBP": content[:26] + b"\xff\x3f\xff\x3f" + content[30:],
        "TIFF": content.replace(b"\0\1\4\0\1\0\0\0\0\4\0\0", b"\0\1\4\0\1\0\0\0\0\0\4\0"),
        "AVIF": content.replace(b"ispe\0\0\0\0\0\0\4\0\0\0\3\0", b"ispe\0\0\0\0\0\0\xff\0\0\0\x30\0"),
    }[format]
    assert large != content
    monkeypatch.setattr(Image, "open", lambda *_, **__: pytest.fail("It was opened."))
    with pytest.raises(CallerError) as refused:
        examine(large)
    assert refused.value.kind == "too_large"


def test_a_plain_picture_loads_no_other_decoder() -> None:
    """What a cold start does not need, it does not pay for."""
    code = (
        "import sys\nimport license_plate.app\nfrom ocr.pages.files import opened\n"
        "opened(bytes.fromhex(sys.argv[1]))\n"
        "ours = {f'ocr.pages.{name}' for name in ('pdf', 'ofd', 'invoice_xml', 'tiff_pages')}\n"
        "print({'pypdfium2', 'pi_heif', 'ofdkit', 'defusedxml', *ours} & sys.modules.keys())"
    )
    done = run([sys.executable, "-c", code, textured("JPEG", (64, 48)).hex()], capture_output=True, text=True)
    assert done.stdout.strip() == "set()", done.stderr


def test_a_picture_that_is_cut_short_is_refused_in_every_format() -> None:
    for format in ("WEBP", "TIFF", "AVIF"):
        whole = textured(format, (640, 480))
        with pytest.raises(OcrError):
            examine(whole[: len(whole) // 3])
    with pytest.raises(OcrError):
        examine(heic(Image.new("RGB", (64, 48)))[:3000])
