"""A form as it is issued: what the printing works printed, and what a printer, a stamp or a pen put into it later.

The form is placed in pixels, every text by the middle of its left end. What is put in stands where the printer's feed
took it (`shift`), not where the form wanted it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

import numpy
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from local.samples.page import BLACK, Box, Colour, Page, Point, Print, font
from local.samples.values import Field, Printed
from local.samples.values import field as labelled

# Printers set letters and figures half as wide as a Chinese character, each in a cell of its own.
HALF = range(0x20, 0x7F)
MONO = 0.92
SLIP = 1.35


@dataclass(frozen=True)
class Pen:
    """How a text is set. `face` "print" takes half-width letters from another face, as printers do; `dots` is a needle
    printer's height of a character in dots, 0 for none; `bold` letters are heavier; `wide` is extra space between."""

    face: str = "serif"
    size: int = 24
    ink: Colour = BLACK
    dots: int = 0
    bold: bool = False
    wide: float = 0

    def length(self, text: str) -> float:
        """The text's width in pixels."""
        return sum(width for *_, width in self._signs(text)) + self.wide * len(text)

    def _signs(self, text: str) -> Iterator[tuple[str, ImageFont.FreeTypeFont, float]]:
        """What is set at once, with its face and its width: the whole text, or sign by sign."""
        if self.face != "print":
            for sign in text if self.wide else [text]:
                yield sign, font(self.face, self.size), font(self.face, self.size).getlength(sign)
            return
        for sign in text:
            half = ord(sign) in HALF or sign == "¥"
            face = "mono" if half and not sign.isdigit() else "serif"
            yield sign, font(face, int(self.size * MONO) if face == "mono" else self.size), self.size / (1 + half)

    def prints(self, text: str, left: float, middle: float) -> Iterator[Print]:
        """The text as characters in their places."""
        for sign, face, width in self._signs(text):
            half = self.face == "print" and face.size != self.size
            name = {True: "mono", False: "serif"}[half] if self.face == "print" else self.face
            yield Print(left, middle + self.size * 0.36, sign, round(face.size), name)
            left += width + self.wide

    def mask(self, text: str) -> Image.Image:
        """The text in grey levels, on a strip 1.6 characters high whose middle is the text's."""
        if self.dots:
            return self._dotted(text)
        strip = Image.new("L", (int(self.length(text)) + self.size, int(self.size * 1.6)))
        draw, left = ImageDraw.Draw(strip), self.size * 0.3
        stroke = max(1, self.size // 30) if self.bold else 0
        for sign, face, width in self._signs(text):
            # Set on one line, whatever the face: its middle is that of a capital letter.
            at = left + width / 2, strip.height / 2 + self.size * 0.36
            draw.text(at, sign, 255, face, "ms", stroke_width=stroke)
            left += width + self.wide
        return strip

    def _dotted(self, text: str) -> Image.Image:
        """Needles leave round dots side by side: thin strokes break, and letters have steps."""
        small = replace(self, size=self.dots, dots=0, wide=self.wide * self.dots / self.size).mask(text)
        grid = (numpy.asarray(small) > 84).astype(numpy.float32)
        dots = numpy.kron(grid, _dot()) * 255
        strip = Image.fromarray(dots.astype(numpy.uint8))
        scale = self.size / self.dots / len(_dot())
        return strip.resize(
            (max(1, round(strip.width * scale)), max(1, round(strip.height * scale))), Image.Resampling.BOX
        )


@cache
def _dot() -> numpy.typing.NDArray[numpy.float32]:
    spread = numpy.linspace(-1, 1, 6)
    return numpy.clip(1.7 - numpy.hypot(*numpy.meshgrid(spread, spread)) * 1.1, 0.15, 1).astype(numpy.float32)


@dataclass
class Paper:
    """A page of a form. `label` is the pen of what is printed beforehand, `value` of what is put in, which stands
    `shift` pixels right and down of its place; `caption` is the pen of small translations below labels."""

    page: Page
    label: Pen = field(default_factory=Pen)
    value: Pen = field(default_factory=lambda: Pen("print"))
    shift: Point = (0, 0)
    caption: Pen = field(default_factory=lambda: Pen(size=13))
    boxes: dict[str, Box] = field(default_factory=dict)

    def draw(self, at: Point, text: str, pen: Pen, anchor: str = "l") -> Box:
        """A text whose left, middle or right end stands at a point; returns the box it takes."""
        mask = pen.mask(text)
        length = pen.length(text)
        left = at[0] - {"l": 0, "m": length / 2, "r": length}[anchor]
        corner = round(left - pen.size * 0.3), round(at[1] - mask.height / 2)
        self.page.picture.paste(pen.ink, corner, mask)
        self.page.prints += pen.prints(text, left, at[1])
        return left, at[1] - pen.size * 0.6, left + length, at[1] + pen.size * 0.6

    def say(
        self, x: float, y: float, text: str, anchor: str = "l", width: float = 0, below: str = "", **pen: object
    ) -> Box:
        """A text of the form itself. `width` spreads its letters over so many pixels; `below` is its translation."""
        set_in = replace(self.label, **pen)  # type: ignore[arg-type]
        if width and len(text) > 1:
            set_in = replace(set_in, wide=max(0.0, (width - set_in.length(text)) / (len(text) - 1)))
        box = self.draw((x, y), text, set_in, anchor)
        if below:
            self.draw((box[0], y + set_in.size * 0.5 + self.caption.size * 0.75), below, self.caption)
        return box

    def put(
        self,
        name: str,
        x: float,
        y: float,
        value: str | int | Printed,
        anchor: str = "l",
        width: float = 0,
        **pen: object,
    ) -> float:
        """A value put into the form, the record's field `name` (none: no record holds it), in lines no wider than
        `width`; returns where its last line stands."""
        field: Field = labelled(name, "", value)
        set_in = replace(self.value, **pen)  # type: ignore[arg-type]
        lines = _cut(field.value.text, set_in, width) if width else [field.value.text]
        placed = [
            self.draw((x + self.shift[0], y + self.shift[1] + number * set_in.size * SLIP), line, set_in, anchor)
            for number, line in enumerate(lines)
        ]
        if name and field.value.truth is not None:
            self.page.know(**{name: field.value.truth})
            self.boxes[name] = (
                min(box[0] for box in placed),
                placed[0][1],
                max(box[2] for box in placed),
                placed[-1][3],
            )
        return y + (len(lines) - 1) * set_in.size * SLIP

    def upright(self, x: float, top: float, bottom: float, text: str, **pen: object) -> None:
        """Letters one below the other, spread from top to bottom."""
        set_in = replace(self.label, **pen)  # type: ignore[arg-type]
        pitch = (bottom - top) / len(text)
        for number, letter in enumerate(text):
            self.draw((x, top + (number + 0.5) * pitch), letter, set_in, "m")

    def turned(self, x: float, middle: float, text: str, **pen: object) -> None:
        """A line that runs downwards, around a middle: small print in a margin."""
        set_in = replace(self.label, **pen)  # type: ignore[arg-type]
        strip = set_in.mask(text).rotate(-90, expand=True)
        self.page.picture.paste(set_in.ink, (round(x - strip.width / 2), round(middle - strip.height / 2)), strip)

    def grid(self, box: Box, across: Iterable[float] = (), down: Iterable[float] = (), width: int = 2) -> None:
        """A frame with rules across at these heights and down at these places."""
        left, top, right, bottom = box
        self.page.frame(box, self.label.ink, width)
        for y in across:
            self.page.rule((left, y), (right, y), self.label.ink, width)
        for x in down:
            self.page.rule((x, top), (x, bottom), self.label.ink, width)

    def rule(self, *ends: float) -> None:
        self.page.rule((ends[0], ends[1]), (ends[2], ends[3]), self.label.ink, 2)

    def dotted(self, left: float, right: float, y: float) -> None:
        """A line to write on."""
        for x in range(int(left), int(right), 6):
            self.page.rule((x, y), (x + 2, y), self.label.ink, 1)

    def cover(self, *names: str, block: int = 14) -> None:
        """Makes the values of these fields unreadable, as people do before they show a document to others: no record
        may hold them."""
        for name in names:
            left, top, right, bottom = (int(side) for side in self.boxes[name])
            region = self.page.picture.crop((left - 4, top, right + 4, bottom))
            coarse = region.resize(
                (max(1, region.width // block), max(1, region.height // block)), Image.Resampling.BOX
            )
            self.page.picture.paste(coarse.resize(region.size, Image.Resampling.NEAREST), (left - 4, top))
            self.page.truth.pop(name, None)
            self.page.covered.add(name)

    def hologram(self, box: Box, strength: float = 0.45) -> None:
        """A film that shimmers in colours over whatever stands below."""
        left, top, right, bottom = (int(side) for side in box)
        across, down = numpy.meshgrid(numpy.linspace(0, 9, right - left), numpy.linspace(0, 7, bottom - top))
        waves = [numpy.sin(across + down * turn + phase) for turn, phase in ((1, 0), (1.3, 2), (0.7, 4))]
        film = Image.fromarray(((numpy.stack(waves, axis=-1) * 0.28 + 0.72) * 255).astype(numpy.uint8))
        region = self.page.picture.crop((left, top, right, bottom))
        self.page.picture.paste(Image.blend(region, film, strength), (left, top))

    def watermark(self, text: str, ink: Colour = (150, 150, 160), strength: float = 0.3, size: int = 46) -> None:
        """What people write across a copy before they give it away."""
        layer = Image.new("L", self.page.picture.size)
        pen = Pen("sans", size)
        mask = pen.mask(text).rotate(24, Image.Resampling.BICUBIC, expand=True)
        for y in range(-mask.height // 3, self.page.height, int(mask.height * 1.3)):
            for x in range(-mask.width // 4, self.page.width, int(mask.width * 1.1)):
                layer.paste(mask, (x, y))
        self.page.picture.paste(ink, (0, 0), layer.point(lambda level: int(level * strength)))

    def oval(self, centre: Point, size: Point, rows: Sequence[str], ink: Colour = (205, 60, 60)) -> None:
        """The supervision mark of a tax office: an oval with its name around and across, over whatever stands there."""
        width, height = size
        layer = Image.new("RGBA", (int(width) + 8, int(height) + 8))
        draw, tint = ImageDraw.Draw(layer), (*ink, 175)
        draw.ellipse((3, 3, width + 3, height + 3), outline=tint, width=4)
        draw.ellipse((11, 9, width - 5, height - 3), outline=tint, width=1)
        for number, row in enumerate(rows):
            y = height * (number + 1) / (len(rows) + 1) + 4
            room = width * (0.62 if number in (0, len(rows) - 1) and len(rows) > 1 else 0.8)
            fitting = font("serif", min(int(height / (len(rows) + 2.4)), int(room / max(1, len(row)))))
            draw.text((width / 2 + 4, y), row, tint, fitting, "mm")
        self.page.picture.paste(layer, (int(centre[0] - width / 2), int(centre[1] - height / 2)), layer)

    def code(self, box: Box) -> None:
        """A square of black and white modules that stands where a QR code does."""
        left, top, right, bottom = (int(side) for side in box)
        modules = numpy.random.default_rng(self.page.random.randint(0, 9999)).integers(0, 2, (29, 29)) * 255
        for row, column in ((0, 0), (0, 22), (22, 0)):
            modules[row : row + 7, column : column + 7] = 0
            modules[row + 1 : row + 6, column + 1 : column + 6] = 255
            modules[row + 2 : row + 5, column + 2 : column + 5] = 0
        picture = Image.fromarray(modules.astype(numpy.uint8))
        self.page.picture.paste(picture.resize((right - left, bottom - top), Image.Resampling.NEAREST), (left, top))

    def bars(self, box: Box) -> None:
        """A bar code."""
        x, top, right, bottom = box
        while x < right:
            width = self.page.random.choice((2, 2, 3, 5))
            self.page.band((x, top, min(x + width, right), bottom), BLACK)
            x += width + self.page.random.choice((2, 3, 4))

    def holes(self, pitch: float = 48, radius: float = 9) -> None:
        """The feed holes of continuous paper, down both edges."""
        for number in range(int(self.page.height / pitch)):
            y = pitch * (number + 0.5)
            for x in (22, self.page.width - 22):
                self.page.draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(120, 116, 110))

    def faint(self, box: Box, strength: float = 0.7) -> None:
        """Makes what stands in a box nearly as light as its paper: worn ink, glare."""
        left, top, right, bottom = (int(side) for side in box)
        region = self.page.picture.crop((left, top, right, bottom))
        light = region.filter(ImageFilter.GaussianBlur(12)).point(lambda level: min(255, level + 30))
        self.page.picture.paste(Image.blend(region, light, strength), (left, top))


def _cut(text: str, pen: Pen, width: float) -> list[str]:
    """A text in lines no wider than `width`; only figures and Latin words stay whole, as printers cut."""
    lines = [""]
    for piece in re.findall(r"[A-Za-z0-9.]+|.", text):
        if lines[-1] and pen.length(lines[-1] + piece) > width:
            lines.append("")
        lines[-1] += piece
    return lines
