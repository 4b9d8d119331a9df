"""The embedded engine, asked as the product functions ask it: a picture's file in, its lines out."""

import base64
import io
import json
import os
import socket
import subprocess
import sys
import zlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pylopdf_fonts_zh_cn
import pytest
from PIL import Image, ImageDraw, ImageFont
from PIL.Image import Transpose

from engine import app, bounds, networks, picture, reading
from ocr.pages.formats.header import ORIENTATION
from ocr.platform import telemetry

FONT = Path(pylopdf_fonts_zh_cn.__file__).parent / "NotoSansSC-Regular.otf"
CONTEXT = SimpleNamespace(
    function_name="engine",
    memory_limit_in_mb=3008,
    invoked_function_arn="arn:engine",
    aws_request_id="1",
    get_remaining_time_in_millis=lambda: 60_000,
)
TEXTS = ["公司名称 江州清河印务", "订单编号 A1029-77", "合计金额 3,560.00"]
PLACES = [(40, 30), (40, 90), (40, 150)]
TURNS = {90: Transpose.ROTATE_270, 180: Transpose.ROTATE_180, 270: Transpose.ROTATE_90}


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "ocr")
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "OCR")


@pytest.fixture(scope="module")
def page() -> Image.Image:
    """Three lines of text on a sheet of 420 × 210 pixels."""
    sheet = Image.new("RGB", (420, 210), "#f4f2ea")
    for text, place in zip(TEXTS, PLACES, strict=True):
        ImageDraw.Draw(sheet).text(place, text, font=ImageFont.truetype(FONT, 30), fill="#222")
    return sheet


def file_of(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def ask(content: bytes, task: str = "lines", seconds: float = 60) -> Any:
    event = {"task": task, "image": base64.b64encode(content).decode(), "seconds": seconds}
    return json.loads(json.dumps(app.handler(event, CONTEXT)))


def noise(width: int, height: int) -> Image.Image:
    return Image.fromarray(np.random.default_rng(7).integers(0, 255, (height, width), np.uint8))


def said(answer: Any) -> list[str]:
    return [line["text"].replace(" ", "") for line in answer["lines"]]


WANTED = [text.replace(" ", "") for text in TEXTS]


def test_lines_come_in_reading_order_with_confidence_and_box(page: Image.Image) -> None:
    answer = ask(file_of(page))

    assert said(answer) == WANTED
    assert (answer["width"], answer["height"], answer["angle"]) == (420, 210, 0)
    assert all(0.9 < line["confidence"] <= 1 for line in answer["lines"])
    for line, (x, y) in zip(answer["lines"], PLACES, strict=True):
        assert line["box"][0] == pytest.approx([x, y + 8], abs=10)
        assert line["box"][2][1] == pytest.approx(y + 40, abs=10)


@pytest.mark.parametrize("angle", TURNS)
def test_a_turned_picture_is_read_and_its_boxes_start_where_the_text_does(page: Image.Image, angle: int) -> None:
    answer = ask(file_of(page.transpose(TURNS[angle])))

    assert said(answer) == WANTED
    assert answer["angle"] == angle
    x, y = PLACES[0][0], PLACES[0][1] + 8
    start = {90: (210 - y, x), 180: (420 - x, 210 - y), 270: (y, 420 - x)}[angle]
    assert answer["lines"][0]["box"][0] == pytest.approx(start, abs=10)


@pytest.mark.parametrize("skew", [5, -5])
def test_a_skewed_picture_is_read_in_order(page: Image.Image, skew: int) -> None:
    skewed = page.rotate(skew, resample=Image.Resampling.BICUBIC, expand=True, fillcolor="#f4f2ea")

    assert said(ask(file_of(skewed))) == WANTED


def test_what_stands_side_by_side_is_one_row() -> None:
    def line(text: str, x: float, y: float) -> reading.Line:
        return reading.Line(text, 1, np.array([[x, y], [x + 80, y + 4], [x + 80, y + 24], [x, y + 20]], np.float32))

    lines = [line("右", 200, 8), line("下", 0, 40), line("左", 0, 0), line("下右", 200, 48)]

    assert [each.text for each in reading.in_order(lines)] == ["左", "右", "下", "下右"]


@pytest.mark.parametrize(
    ("upright", "upset"),
    [(("P<CHNWEI<<FANG<<<<<<<<", 0.83), (">>>>>>>>>>>>>DN∀Ⅎ>>IƎM", 0.92)), (("8W", 0.75), ("M8", 0.99))],
    ids=["the fillers of a machine-readable line", "letters that are others on their heads"],
)
def test_what_could_be_read_upside_down_lies_as_its_page_does(
    upright: tuple[str, float], upset: tuple[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    readings = iter([[upright], [upset]])
    monkeypatch.setattr(networks, "texts", lambda strips, mainland: next(readings)[: len(list(strips))])
    box = np.array([[0, 0], [400, 0], [400, 20], [0, 20]], np.float32)

    [line] = reading.recognize(np.zeros((40, 420, 3), np.uint8), [box])

    assert line.text == upright[0]


def test_simplified_characters_are_believed_before_their_variants() -> None:
    columns = networks.characters()
    seen = np.zeros((1, 4, len(columns)), np.float32)
    seen[0, :, 0] = 0.01
    seen[0, 0, [columns["満"], columns["满"]]] = 0.7, 0.2  # print too small to tell: the mainland's
    seen[0, 2, [columns["喆"], columns["吉"]]] = 0.95, 0.02  # a rare character of names, plainly seen

    [(text, confidence)], _ = networks.recognizer().postprocess_op(seen)

    assert text == "满喆"
    assert confidence == pytest.approx((0.2 + 0.95) / 2, abs=0.001)


@pytest.mark.parametrize("angle", [0, 90])
def test_printed_rules_come_with_a_table_in_the_stored_pixels(page: Image.Image, angle: int) -> None:
    sheet = page.resize((840, 420)).copy()
    for line in [(20, y, 820, y) for y in (40, 160, 280, 400)] + [(x, 40, x, 400) for x in (20, 420, 820)]:
        ImageDraw.Draw(sheet).line(line, fill="black", width=3)
    stored = sheet.transpose(TURNS[angle]) if angle else sheet

    rules = ask(file_of(stored), "tables")["rules"]

    assert "rules" not in ask(file_of(stored))
    level = [rule for rule in rules if abs(rule[0][0] - rule[1][0]) > abs(rule[0][1] - rule[1][1])]
    assert (len(level), len(rules)) == ((4, 7) if not angle else (3, 7))
    places = sorted(rule[0][1] for rule in level)
    assert places == pytest.approx([40, 160, 280, 400] if not angle else [20, 420, 820], abs=4)


def test_text_without_a_table_has_no_rules(page: Image.Image) -> None:
    assert ask(file_of(page), "tables")["rules"] == []


def test_white_print_on_a_transparent_ground_is_read() -> None:
    sheet = Image.new("RGBA", (420, 90), (0, 0, 0, 0))
    ImageDraw.Draw(sheet).text((40, 30), TEXTS[0], font=ImageFont.truetype(FONT, 30), fill="white")

    assert said(ask(file_of(sheet))) == WANTED[:1]


def test_a_thin_strip_is_read() -> None:
    strip = Image.new("RGB", (1160, 48), "white")
    ImageDraw.Draw(strip).text((8, 2), "  ".join(TEXTS), font=ImageFont.truetype(FONT, 30), fill="#222")

    assert "".join(said(ask(file_of(strip)))) == "".join(WANTED)


def test_general_text_keeps_traditional_characters() -> None:
    columns = networks.characters()
    seen = np.zeros((1, 2, len(columns)), np.float32)
    seen[0, 0, [columns["羅"], columns["罗"]]] = 0.7, 0.2
    seen[0, 1, 0] = 1

    def decoded(mainland: bool) -> str:
        [(text, _)], _ = networks.recognizer(mainland).postprocess_op(seen)
        return str(text)

    assert (decoded(mainland=True), decoded(mainland=False)) == ("罗", "羅")


def test_a_picture_without_text_has_no_lines() -> None:
    answer = ask(file_of(Image.new("RGB", (200, 120), "gray")), "plates")

    assert answer == {"width": 200, "height": 120, "angle": 0, "lines": [], "plates": []}


@pytest.mark.parametrize("size", [(1, 1), (31, 31), (1600, 2), (2, 1600)])
def test_no_shape_is_too_odd(size: tuple[int, int]) -> None:
    assert ask(file_of(noise(*size)), "plates")["width"] == size[0]


def bomb(side: int) -> bytes:
    """A PNG of a few kilobytes that unpacks to a square of this many pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return len(content).to_bytes(4) + kind + content + zlib.crc32(kind + content).to_bytes(4)

    header = side.to_bytes(4) * 2 + bytes([1, 0, 0, 0, 0])
    rows = zlib.compress(bytes((side // 8 + 1) * side))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


PHOTO = file_of(noise(300, 200).convert("RGB"), "JPEG")
BROKEN = {
    "nothing": b"",
    "text": b"this is no picture at all",
    "half a JPEG": PHOTO[: len(PHOTO) // 2],
    "half a PNG": file_of(noise(300, 200))[:9000],
    "only a header": b"\xff\xd8\xff\xe0",
    "a bomb": bomb(20_000),
    "more than a camera has": bomb(8_001),
    "a PDF": b"%PDF-1.7\n1 0 obj",
    "a GIF with no frame": b"GIF89a\x10\x00\x10\x00\x00\x00\x00;",
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_decoded_is_answered(content: bytes) -> None:
    answer = ask(content)

    assert answer["error"]["code"] == "unreadable"
    assert answer["error"]["detail"]
    assert answer.keys() == {"error"}


def test_a_page_with_too_much_to_read_is_answered_and_the_next_one_read(
    page: Image.Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(bounds, "MOST_CPU_SECONDS", 0)
        assert ask(file_of(page))["error"]["code"] == "too_complex"
    assert said(ask(file_of(page))) == WANTED


def test_a_page_that_nobody_waits_for_is_not_read(page: Image.Image) -> None:
    assert ask(file_of(page), seconds=0)["error"]["code"] == "late"


def test_broken_base64_is_answered() -> None:
    assert app.handler({"task": "lines", "image": "%%%", "seconds": 60}, CONTEXT)["error"]["code"] == "unreadable"


def _spot(size: tuple[int, int], x: int, y: int) -> Image.Image:
    """A white picture with a black spot of 9 × 9 pixels round a point."""
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).rectangle((x - 4, y - 4, x + 4, y + 4), fill="black")
    return image


def _found(decoded: picture.Picture) -> list[float]:
    """Where the spot is, in the stored picture's pixels."""
    rows, columns = np.nonzero(decoded.pixels.min(axis=2) < 100)
    corners = np.array([[columns.mean() + 0.5, rows.mean() + 0.5]] * 4, np.float32)
    return decoded.stored(corners)[0].tolist()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_turns_the_pixels_and_boxes_turn_back(orientation: int) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    decoded = picture.decode(file_of(_spot((120, 60), 20, 10), "JPEG", quality=95, exif=exif))

    assert (decoded.width, decoded.height) == (120, 60)
    assert decoded.pixels.shape[:2] == ((60, 120) if orientation < 5 else (120, 60))
    assert _found(decoded) == pytest.approx([20.5, 10.5], abs=0.6)


def test_exif_orientation_is_part_of_the_angle(page: Image.Image) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    answer = ask(file_of(page.transpose(Transpose.ROTATE_90), "JPEG", quality=95, exif=exif))

    assert said(answer) == WANTED
    assert (answer["width"], answer["height"], answer["angle"]) == (210, 420, 270)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_large_picture_is_read_smaller_and_its_boxes_are_not(kind: str) -> None:
    decoded = picture.decode(file_of(_spot((6000, 2000), 5000, 1000), kind))

    assert max(decoded.pixels.shape) <= picture.LONGEST_SIDE
    assert (decoded.width, decoded.height) == (6000, 2000)
    assert _found(decoded) == pytest.approx([5000, 1000], abs=3)


def _transparent(mode: str) -> Image.Image:
    """Black ink on transparent black: only the alpha channel tells them apart."""
    alpha = _spot((120, 60), 20, 10).convert("L").point(lambda value: 255 - value)
    image = Image.new("RGBA", (120, 60), (0, 0, 0, 0))
    image.putalpha(alpha)
    return image.convert(mode)


def _deep() -> Image.Image:
    """Sixteen bits of grey in which ink and paper are both lighter than eight bits can say."""
    grey = np.asarray(_spot((120, 60), 20, 10).convert("L"))
    return Image.fromarray(np.where(grey < 128, 8_000, 16_000).astype(np.uint16))


FILES = {
    "JPEG in CMYK": file_of(_spot((120, 60), 20, 10).convert("CMYK"), "JPEG", quality=95),
    "grey JPEG": file_of(_spot((120, 60), 20, 10).convert("L"), "JPEG", quality=95),
    "PNG with alpha": file_of(_transparent("RGBA")),
    "PNG of grey and alpha": file_of(_transparent("LA")),
    "PNG of 16 bits": file_of(_deep()),
    "palette PNG": file_of(_spot((120, 60), 20, 10).quantize(8)),
    "BMP": file_of(_spot((120, 60), 20, 10), "BMP"),
    "BMP of 1 bit": file_of(_spot((120, 60), 20, 10).convert("1"), "BMP"),
}


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_every_kind_of_picture_shows_dark_ink_on_light_paper(content: bytes) -> None:
    decoded = picture.decode(content)

    assert decoded.pixels.shape == (60, 120, 3)
    assert decoded.pixels.dtype == np.uint8
    assert np.median(decoded.pixels) > 200
    assert _found(decoded) == pytest.approx([20.5, 10.5], abs=1)


def test_the_networks_come_without_the_internet(monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(*_: object) -> None:
        raise AssertionError("the engine called out")

    monkeypatch.setattr(socket.socket, "connect", offline)
    monkeypatch.setattr(socket, "getaddrinfo", offline)

    assert networks.detector.__wrapped__()
    assert networks._recognizer.__wrapped__(mainland=True)


def test_reading_leaves_the_process_its_smallest_numbers(page: Image.Image) -> None:
    """The detector counts them as zero, for speed; whoever else counts in this process does not."""
    ask(file_of(page))

    assert sys.float_info.min / 2 > 0


def test_the_runtime_keeps_no_device_id_and_no_reports(tmp_path: Path) -> None:
    """What onnxruntime means to send to its maker it first puts into the home directory."""
    path = os.pathsep.join((str(Path(app.__file__).parents[1]), str(Path(telemetry.__file__).parents[2])))
    environment = os.environ | {"HOME": str(tmp_path), "PYTHONPATH": path}
    for name in ("ORT_DISABLE_TELEMETRY", "XDG_CACHE_HOME"):
        environment.pop(name, None)

    subprocess.run(
        [sys.executable, "-c", "from engine import networks; networks.detector()"], env=environment, check=True
    )

    assert list(tmp_path.rglob("*")) == []


def test_nothing_that_was_read_is_logged(
    page: Image.Image, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    logged = io.StringIO()
    for handler in app.logger.handlers:
        monkeypatch.setattr(handler, "stream", logged)

    ask(file_of(page), "plates")
    ask(b"no picture")

    output = logged.getvalue() + "".join(capfd.readouterr())
    words = [word for text in TEXTS for word in text.split()]
    assert not any(word in output or json.dumps(word)[1:-1] in output for word in words)
