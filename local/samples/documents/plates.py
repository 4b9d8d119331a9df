"""Number plates (GA 36) photographed on the back of a vehicle."""

from PIL import Image, ImageDraw, ImageFilter

from local.samples.catalogue import Document
from local.samples.numbers import digits
from local.samples.page import WHITE, Colour, Page, font
from local.samples.personas import Personas
from local.samples.styles import PLAIN

SCALE = 3  # pixels a millimetre, before the plate is fitted into its scene
INKS: dict[str, tuple[Colour, Colour]] = {
    "blue": ((18, 66, 168), WHITE),
    "green": ((96, 190, 120), (20, 24, 22)),
    "yellow": ((240, 180, 30), (24, 22, 20)),
}
BODIES: dict[str, Colour] = {"a": (188, 190, 194), "b": (62, 66, 74)}


def _signs(text: str, width: float, height: float, ink: Colour, gap: float) -> Image.Image:
    """`text` in a plate's narrow heavy letters, each `width` by `height` millimetres."""
    pitch = (width + gap) * SCALE
    strip = Image.new("RGBA", (round(pitch * len(text)), round(height * SCALE)))
    for place, sign in enumerate(text):
        glyph = _glyph(sign, ink)
        broad = round(width * SCALE * (0.4 if sign == "1" else 1))
        glyph = glyph.resize((broad, strip.height), Image.Resampling.LANCZOS)
        strip.alpha_composite(glyph, (round(place * pitch + (width * SCALE - broad) / 2), 0))
    return strip


def _glyph(sign: str, ink: Colour) -> Image.Image:
    layer = Image.new("RGBA", (400, 400))
    ImageDraw.Draw(layer).text((200, 200), sign, ink, font("sans", 240), "mm", stroke_width=7, stroke_fill=ink)
    return layer.crop(layer.getbbox())


def _blank(width: int, height: int, paint: Colour, ink: Colour) -> Image.Image:
    plate = Image.new("RGBA", (width * SCALE, height * SCALE), paint)
    draw = ImageDraw.Draw(plate)
    if paint == INKS["green"][0]:
        for y in range(plate.height // 2):
            pale = 0.8 - 1.6 * y / plate.height
            red, green, blue = (round(part + (255 - part) * pale) for part in paint)
            draw.line((0, y, plate.width, y), fill=(red, green, blue))
    draw.rounded_rectangle((6, 6, plate.width - 7, plate.height - 7), radius=24, outline=ink, width=5)
    return plate


def _one_row(text: str, width: int, paint: Colour, ink: Colour) -> Image.Image:
    """Two signs, the dot, the rest: 440 millimetres for seven signs, 480 for eight."""
    plate, middle = _blank(width, 140, paint, ink), 70 * SCALE
    sign = 45 if len(text) == 7 else 43
    head, tail = _signs(text[:2], sign, 90, ink, 12), _signs(text[2:], sign, 90, ink, 11)
    plate.alpha_composite(head, (16 * SCALE, 25 * SCALE))
    dot = (16 + 2 * (sign + 12) + 6) * SCALE
    ImageDraw.Draw(plate).ellipse((dot - 15, middle - 15, dot + 15, middle + 15), fill=ink)
    plate.alpha_composite(tail, (dot + 12 * SCALE, 25 * SCALE))
    return plate


def _two_rows(text: str, paint: Colour, ink: Colour) -> Image.Image:
    """Lorries' plates: province and letter above, five signs below, 440 by 220 millimetres."""
    plate = _blank(440, 220, paint, ink)
    plate.alpha_composite(_signs(text[:2], 80, 60, ink, 40), (105 * SCALE, 18 * SCALE))
    plate.alpha_composite(_signs(text[2:], 65, 110, ink, 15), (27 * SCALE, 92 * SCALE))
    return plate


def _scene(page: Page, body: Colour) -> tuple[int, int]:
    """A car's back on a road, and where its plate belongs."""
    for y in range(page.height):
        shade = 205 - y * 90 // page.height
        page.rule((0, y), (page.width, y), (shade, shade + 4, shade + 10), 1)
    width, height = page.width, page.height
    dark = (body[0] // 2, body[1] // 2, body[2] // 2)
    page.draw.rounded_rectangle((130, 210, width - 130, height - 120), 90, fill=body)
    page.draw.rounded_rectangle((230, 90, width - 230, 330), 80, fill=(46, 54, 64))
    for left in (160, width - 330):
        page.draw.rounded_rectangle((left, 400, left + 170, 480), 24, fill=(176, 36, 36))
        page.draw.rounded_rectangle((left, height - 130, left + 150, height - 40), 30, fill=(30, 30, 32))
    page.draw.rounded_rectangle((180, height - 190, width - 180, height - 100), 30, fill=dark)
    return width // 2, (height + 360) // 2


def _plate(number: str, colour: str) -> Image.Image:
    paint, ink = INKS[colour]
    if colour == "yellow":
        return _two_rows(number, paint, ink)
    return _one_row(number, 480 if colour == "green" else 440, paint, ink)


def _photographed(page: Page, number: str, colour: str) -> None:
    alias = page.style.alias
    centre = _scene(page, BODIES["b" if alias else "a"])
    plate = _plate(number, colour)
    width = (430, 330)[alias]
    plate = plate.resize((width, plate.height * width // plate.width), Image.Resampling.LANCZOS)
    plate = plate.rotate((0, -3)[alias], Image.Resampling.BICUBIC, expand=True)
    page.picture.paste(plate, (centre[0] - plate.width // 2, centre[1] - plate.height // 2), plate)
    page.picture = page.picture.filter(ImageFilter.GaussianBlur(0.6))
    page.know(plate_number=number, color=colour)
    page.paints.add("color")


def _number(personas: Personas, colour: str) -> str:
    plate, random = personas.vehicle(list(INKS).index(colour)).plate, personas.random(colour)
    forms = {
        "blue": plate,
        "green": f"{plate[:2]}D{digits(random, 5)}",
        "yellow": plate[:2] + digits(random, 5),
    }
    return forms[colour]


def _document(name: str, colour: str) -> Document:
    def draw(page: Page, personas: Personas) -> None:
        _photographed(page, _number(personas, colour), colour)

    return Document("license_plate", name, (1200, 900), PLAIN, draw)


PLATES = (
    _document("car", "blue"),
    _document("new_energy", "green"),
    _document("lorry", "yellow"),
)
