"""Number plates: on a drawn scene, as spelt, and where there is none."""

from pathlib import Path

import numpy as np
import pylopdf_fonts_zh_cn
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from PIL.Image import Transpose

from engine import app, networks, paint, picture, plates, spelling
from engine.reading import Line
from ocr.declare.checks import valid

FONT = Path(pylopdf_fonts_zh_cn.__file__).parent / "NotoSansSC-Regular.otf"
PAINT = {"blue": "#1c3f94", "yellow": "#f2b600", "green": "#5fbf6a", "white": "#f0f0f0", "black": "#101010"}
INK = {"blue": "white", "black": "white", "yellow": "black", "green": "black", "white": "black"}


def plate(text: str, color: str) -> Image.Image:
    """A single-row plate of 440 : 140, as they are: province and letter, a dot, the serial."""
    board = Image.new("RGB", (352, 112), PAINT[color])
    step = 332 / (len(text) + 0.4)
    for index, character in enumerate(text):
        _put(board, character, 10 + step * (index + (0.9 if index > 1 else 0.5)), 56, step)
    dot = 10 + step * 2.2
    ImageDraw.Draw(board).ellipse((dot - 4, 52, dot + 4, 60), fill=INK[color])
    return board


def two_rows(text: str, color: str) -> Image.Image:
    """A two-row plate of 440 : 280."""
    board = Image.new("RGB", (264, 168), PAINT[color])
    for index, character in enumerate(text[:2]):
        _put(board, character, 92 + 80 * index, 36, 44)
    for index, character in enumerate(text[2:]):
        _put(board, character, 33 + 49.5 * index, 110, 50)
    return board


def _put(board: Image.Image, character: str, x: float, y: float, width: float) -> None:
    """A character round a point: letters as wide as they are drawn, ideographs made to fit."""
    font = ImageFont.truetype(FONT, round(width * (1.4 if character.isascii() else 0.95)))
    ink = "black" if sum(board.getpixel((2, 2))) > 350 else "white"
    ImageDraw.Draw(board).text((x, y), character, font=font, fill=ink, stroke_width=1, anchor="mm")


def scene(board: Image.Image, width: int = 150, skew: float = 4) -> Image.Image:
    """The plate on a grey bonnet under a noisy sky, a little askew, with a sign and a street's name in the picture."""
    noise = np.random.default_rng(7).normal(128, 24, (420, 640)).clip(0, 255).astype(np.uint8)
    street = Image.fromarray(noise).convert("RGB").filter(ImageFilter.GaussianBlur(1))
    draw = ImageDraw.Draw(street)
    draw.rectangle((120, 160, 520, 400), fill="#8b8f94")
    draw.rectangle((20, 20, 180, 70), fill="#1a5fb4")
    draw.text((32, 26), "清河路 3200", font=ImageFont.truetype(FONT, 24), fill="white")
    small = board.resize((width, width * board.height // board.width), Image.Resampling.LANCZOS)
    mask = Image.new("L", small.size, 255).rotate(skew, expand=True)
    street.paste(small.rotate(skew, expand=True, resample=Image.Resampling.BICUBIC), (250, 250), mask)
    return street


def found(image: Image.Image) -> list[dict[str, object]]:
    stored = picture.Picture(np.ascontiguousarray(np.asarray(image)[:, :, ::-1]), *image.size, picture.TURNS[1])
    plates_found: list[dict[str, object]] = app.read(stored, "plates")["plates"]
    return plates_found


@pytest.mark.parametrize(
    ("board", "text", "color"),
    [
        (plate("粤B8K35Z", "blue"), "粤B8K35Z", "blue"),
        (plate("苏AD05712", "green"), "苏AD05712", "green"),
        (plate("川A70H5警", "white"), "川A70H5警", "white"),
        (plate("粤Z5N31港", "black"), "粤Z5N31港", "black"),
        (two_rows("鲁H62Q3挂", "yellow"), "鲁H62Q3挂", "yellow"),
    ],
    ids=["blue", "new energy", "police", "Hong Kong", "two rows"],
)
def test_the_one_plate_of_a_scene(board: Image.Image, text: str, color: str) -> None:
    [one] = found(scene(board))

    assert (one["text"], one["color"]) == (text, color)
    assert 0.5 < float(str(one["confidence"])) <= 1


def test_the_box_is_the_plate_in_a_turned_picture() -> None:
    [one] = found(scene(plate("粤B8K35Z", "blue"), skew=0).transpose(Transpose.ROTATE_270))

    assert one["text"] == "粤B8K35Z"
    assert np.array(one["box"]) == pytest.approx(
        np.array([[420 - 250, 250], [420 - 250, 400], [420 - 297, 400], [420 - 297, 250]]), abs=8
    )


def test_the_nearer_of_two_plates_comes_first() -> None:
    street = scene(plate("粤B8K35Z", "blue"), width=200)
    street.paste(plate("湘C22106", "blue").resize((100, 32), Image.Resampling.LANCZOS), (500, 90))

    assert [one["text"] for one in found(street)] == ["粤B8K35Z", "湘C22106"]


def test_no_plate_where_there_is_none() -> None:
    sheet = Image.new("RGB", (560, 420), "white")
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((20, 300, 340, 400), fill=PAINT["blue"])
    for y, text in ((20, "订单编号 B8K35Z77"), (80, "ABCDEFG 1234567"), (140, "京东 A12345678"), (200, "2024-05-17")):
        draw.text((30, y), text, font=ImageFont.truetype(FONT, 34), fill="black")
    draw.text((40, 320), "A8K3529", font=ImageFont.truetype(FONT, 50), fill="white")

    assert found(sheet) == []


def frames_of(text: str, sure: float = 0.97) -> np.ndarray:
    """What the recognizer answers for a line read as this text: a character, a gap, a character."""
    columns = networks.characters()
    seen = np.full((2 * len(text) + 1, len(columns)), 1e-9, np.float32)
    seen[:, 0] = 1e-6
    seen[0::2, 0] = 0.999
    for index, character in enumerate(text):
        seen[2 * index + 1, columns[character]] = sure
    return seen


@pytest.mark.parametrize(
    ("read", "spelt"),
    [
        ("京A·12345", "京A12345"),
        ("京A O1I35", "京A01135"),  # neither letter is ever on a plate
        ("京8·12345", "京B12345"),  # a letter has to stand here
        ("苏E·051712", "苏ED51712"),  # five digits would do, six make a new-energy plate
        ("沪AD12345", "沪AD12345"),
        ("沪A12345D", "沪A12345D"),
        ("鄂F8888警", "鄂F8888警"),
        ("使014578", "使014578"),
        ("224001使", "224001使"),
        ("粤O·12345", "粤O12345"),
        ("藏D·T5022", "藏DT5022"),
        ("京A·1234临", "京A1234临"),
        ("WJ京1234X", "WJ京1234X"),
        ("WJ01·31234", "WJ0131234"),
        ("民航·A1043", "民航A1043"),
        ("鄂X·A123应急", "鄂XA123应急"),
    ],
)
def test_a_line_is_read_as_plates_are_spelt(read: str, spelt: str) -> None:
    assert spelling.spell(frames_of(read)).text == spelt


@pytest.mark.parametrize("read", ["YM-X-3011", "公正法治", "430512198908131367", "BANK OF BEIJING", "京A1234", "粤港"])
def test_what_is_no_plate_is_forced_into_one(read: str) -> None:
    assert spelling.spell(frames_of(read)).forced < plates.PAINTED


def test_a_held_character_is_not_read_twice() -> None:
    held = np.repeat(frames_of("京A1234"), 2, axis=0)

    assert spelling.spell(held).forced < plates.PAINTED


def test_paint_decides_between_old_plates_and_new_ones() -> None:
    either = frames_of("沪AD12345")

    assert len(spelling.spell(either, "green").text) == 8
    assert len(spelling.spell(either, "blue").text) == 7


@pytest.mark.parametrize("color", PAINT)
def test_paint_is_told_from_ink(color: str) -> None:
    assert paint.color(np.asarray(plate("粤B8K35Z", color))[:, :, ::-1]) == color


def test_a_grey_picture_says_nothing_of_a_plates_paint() -> None:
    [one] = found(scene(plate("粤B8K35Z", "blue")).convert("L").convert("RGB"))

    assert (one["text"], one["color"]) == ("粤B8K35Z", None)


def test_half_yellow_half_green_is_the_lorry_of_new_energy() -> None:
    board = plate("粤BD12345", "green")
    board.paste(plate("粤BD12345", "yellow").crop((0, 0, 110, 112)), (0, 0))

    assert paint.color(np.asarray(board)[:, :, ::-1]) == "yellow_green"


def test_a_character_that_was_not_read_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = frames_of("京A12345")
    seen[1] = 1e-6  # the province is a blur
    seen[1, networks.characters()["新"]] = 0.1
    monkeypatch.setattr(networks, "frames", lambda strip: seen)
    corners = np.array([[0, 0], [140, 0], [140, 44], [0, 44]], np.float32)

    [plate] = plates.find(np.zeros((60, 160, 3), np.uint8), [Line("A12345", 0.9, corners)])

    assert plate.text == "?A12345"
    assert not valid("cn_plate", plate.text)
