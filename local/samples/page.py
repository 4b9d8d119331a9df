"""A sheet to print on: text, seals, tinted paper, photographs; it remembers the truth of what it was given.

Lengths are pixels. Two looks of every kind of document exist, so that nobody can learn a layout by heart.
"""

import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

import pylopdf_fonts_zh_cn as fonts
import segno
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from ocr.declare.codes import crc16

RED = (200, 30, 30)
BLACK = (28, 28, 32)
WHITE = (255, 255, 255)

Colour = tuple[int, int, int]
Point = tuple[float, float]
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Style:
    """How one kind of document is set: faces, inks, distances, which wording its labels take.

    `colon` stands behind a label; `mirrored` turns the order of fields within a row; `ruled` forms have boxes;
    `stacked` puts a label above its value; `margin` is free paper around the printed area.
    """

    label_face: str = "sans"
    value_face: str = "sans"
    size: int = 28
    label_ink: Colour = BLACK
    ink: Colour = BLACK
    colon: str = ""
    leading: float = 1.5
    alias: int = 0
    mirrored: bool = False
    ruled: bool = True
    stacked: bool = False
    paper: Colour = WHITE
    margin: int = 60


@cache
def font(face: str, size: int) -> ImageFont.FreeTypeFont:
    """The "sans", "serif", "mono" or "ocrb" face at `size` pixels; the latter two have no Chinese characters."""
    return ImageFont.truetype(FACES[face], size)


_LATIN = files("glyphive.assets.fonts")
FACES = {
    "sans": str(fonts.sans_path()),
    "serif": str(fonts.serif_path()),
    "mono": str(_LATIN / "dejavu_sans_mono" / "DejaVuSansMono.ttf"),
    # The type that ICAO 9303 prescribes for machine-readable zones.
    "ocrb": str(_LATIN / "ocr_b" / "OCR-B.ttf"),
}


@dataclass(frozen=True)
class Print:
    """A text on the page: where it starts on its base line, its size and its face."""

    left: float
    baseline: float
    text: str
    size: int
    face: str


@dataclass
class Page:
    """One side of a document while it is being printed. `truth` is what a record of it must say, `random` decides
    what a document leaves open, `notes` go into the picture file's own metadata. `covered` names fields that something
    hides, `paints` those that only a colour says, `ignored` those that a record may say or leave out; `prints` are the
    texts, for files that hold these."""

    width: int
    height: int
    style: Style
    random: Random
    truth: dict[str, Any] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    covered: set[str] = field(default_factory=set)
    paints: set[str] = field(default_factory=set)
    ignored: set[str] = field(default_factory=set)
    prints: list[Print] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.picture = Image.new("RGB", (self.width, self.height), self.style.paper)
        self.draw = ImageDraw.Draw(self.picture)

    def know(self, **truth: Any) -> None:
        """What follows from the print without standing on it as such."""
        self.truth.update(truth)

    def text(
        self,
        at: Point,
        text: str,
        size: int = 0,
        face: str = "",
        ink: Colour | None = None,
        bold: bool = False,
        anchor: str = "la",
    ) -> None:
        """`text` at a point, in the look's value face and ink unless said otherwise; `anchor` as in Pillow."""
        size, face = size or self.style.size, face or self.style.value_face
        set_in = font(face, size)
        corner, on_line = set_in.getbbox(text, anchor=anchor), set_in.getbbox(text, anchor="ls")
        self.prints.append(Print(at[0] + corner[0] - on_line[0], at[1] + corner[1] - on_line[1], text, size, face))
        self.draw.text(
            at,
            text,
            ink or self.style.ink,
            set_in,
            anchor,
            stroke_width=max(1, size // 36) if bold else 0,
        )

    def machine_readable(self, lines: Sequence[str], top: float, margin: float = 0) -> None:
        """A machine-readable zone in OCR-B from margin to margin (0: the look's), every sign in a cell of its own."""
        margin = margin or self.style.margin
        pitch = (self.width - 2 * margin) / len(lines[0])
        # Ten signs an inch, in a type that leaves a little between them.
        size = int(pitch * 96 / font("ocrb", 100).getlength("<"))
        for number, line in enumerate(lines):
            for place, sign in enumerate(line):
                at = margin + (place + 0.5) * pitch, top + number * size * 2
                self.draw.text(at, sign, BLACK, font("ocrb", size), "ma")

    def band(self, box: Box, colour: Colour) -> None:
        self.draw.rectangle(box, fill=colour)

    def frame(self, box: Box, ink: Colour = BLACK, width: int = 2) -> None:
        self.draw.rectangle(box, outline=ink, width=width)

    def rule(self, start: Point, end: Point, ink: Colour = BLACK, width: int = 2) -> None:
        self.draw.line((*start, *end), fill=ink, width=width)

    def guilloche(self, tint: Colour, lines: int = 26) -> None:
        """The fine waves that certificates are printed on; `tint` must stay close to the paper's colour."""
        phase = self.random.uniform(0, math.tau)
        for number in range(lines):
            base, swing = self.height * (number + 0.5) / lines, self.height / lines * 1.6
            points = [
                (x, base + swing * math.sin(x / self.width * math.tau * 3 + phase + number * 0.35))
                for x in range(0, self.width + 12, 12)
            ]
            self.draw.line(points, fill=tint, width=1)

    def invoice_code(self, box: Box, kind: str) -> None:
        """The QR code of an invoice of this kind, which says what was printed of it so far."""
        amount = self.truth.get("amount" if "invoice_code" in self.truth else "total", "")
        members = [self.truth.get(name, "") for name in ("invoice_code", "invoice_number")]
        members += [amount, self.truth["issue_date"].replace("-", ""), self.truth.get("check_code", "")]
        payload = ",".join(["01", kind, *members, ""])
        self.qr_code(box, f"{payload}{crc16(payload)},")

    def qr_code(self, box: Box, text: str) -> None:
        """A QR code that says `text`, with a little of the white that it needs around it."""
        modules = segno.make(text, micro=False, error="m").matrix
        picture = Image.new("L", (len(modules) + 4, len(modules) + 4), 255)
        for row, line in enumerate(modules, 2):
            for column, dark in enumerate(line, 2):
                picture.putpixel((column, row), 0 if dark else 255)
        left, top, right, bottom = (int(side) for side in box)
        self.picture.paste(picture.resize((right - left, bottom - top), Image.Resampling.NEAREST), (left, top))

    def photo(self, box: Box, backdrop: Colour = (214, 226, 238)) -> None:
        """A portrait of nobody: head and shoulders as flat shapes."""
        left, top, right, bottom = box
        width, height, middle = right - left, bottom - top, (left + right) / 2
        skin, hair, cloth = (226, 190, 164), (46, 38, 34), (70, 84, 112)
        scene = Image.new("RGB", (int(width), int(height)), backdrop)
        draw = ImageDraw.Draw(scene)
        middle = width / 2
        draw.ellipse((middle - width * 0.46, height * 0.70, middle + width * 0.46, height * 1.4), fill=cloth)
        draw.rectangle((middle - width * 0.1, height * 0.55, middle + width * 0.1, height * 0.76), fill=skin)
        draw.ellipse((middle - width * 0.27, height * 0.12, middle + width * 0.27, height * 0.55), fill=hair)
        draw.ellipse((middle - width * 0.22, height * 0.2, middle + width * 0.22, height * 0.64), fill=skin)
        self.picture.paste(scene, (int(left), int(top)))

    def emblem(self, centre: Point, radius: float) -> None:
        """Stands where a document shows a coat of arms: a golden star on a red disc."""
        left, top = centre[0] - radius, centre[1] - radius
        self.draw.ellipse((left, top, left + 2 * radius, top + 2 * radius), fill=(205, 60, 50))
        star = [(left + x, top + y) for x, y in _star(radius, radius * 0.7)]
        self.draw.polygon(star, fill=(240, 205, 90))

    def seal(self, at: Point, radius: int, name: str, purpose: str = "", tilt: float = 0.0) -> None:
        """A round red seal, half transparent: the owner's name along its ring, a star, the purpose below."""
        side = radius * 2 + 8
        layer = Image.new("RGBA", (side, side))
        draw, centre = ImageDraw.Draw(layer), side / 2
        ink = (*RED, 150)
        draw.ellipse((4, 4, side - 4, side - 4), outline=ink, width=max(3, radius // 22))
        draw.polygon(_star(centre, radius * 0.3), fill=ink)
        size = min(int(radius * 0.3), int(radius * 3.0 / max(len(name), 1)))
        for place, character in enumerate(name):
            angle = (place - (len(name) - 1) / 2) * min(34.0, 250 / max(len(name), 1))
            layer.alpha_composite(_turned(character, size, ink, angle, side, radius * 0.76))
        draw.text((centre, centre + radius * 0.55), purpose, ink, font("serif", max(12, radius // 6)), "mm")
        self._stamp(layer, at, tilt)

    def chop(self, box: Box, rows: Iterable[str]) -> None:
        """A square red seal with its text in rows."""
        left, top, right, bottom = box
        layer = Image.new("RGBA", (int(right - left), int(bottom - top)))
        draw, ink, rows = ImageDraw.Draw(layer), (*RED, 165), list(rows)
        draw.rectangle((2, 2, layer.width - 3, layer.height - 3), outline=ink, width=4)
        size = int((layer.height - 16) / len(rows) * 0.8)
        for place, row in enumerate(rows):
            draw.text(
                (layer.width / 2, 8 + (place + 0.5) * (layer.height - 16) / len(rows)),
                row,
                ink,
                font("serif", min(size, int((layer.width - 16) / len(row)))),
                "mm",
            )
        self._stamp(layer, ((left + right) / 2, (top + bottom) / 2), 0)

    def _stamp(self, layer: Image.Image, centre: Point, tilt: float) -> None:
        layer = layer.rotate(tilt, Image.Resampling.BICUBIC, expand=True)
        corner = int(centre[0] - layer.width / 2), int(centre[1] - layer.height / 2)
        self.picture.paste(layer, corner, layer)

    def encoded(self, media_type: str) -> bytes:
        """The finished picture as a JPEG or PNG file."""
        return encoded(self.picture, media_type, self.notes)


def encoded(picture: Image.Image, media_type: str, notes: dict[str, str] | None = None) -> bytes:
    """`picture` as a file; `notes` become a PNG's text chunks."""
    file = io.BytesIO()
    if media_type == "image/png":
        chunks = PngInfo()
        for key, text in (notes or {}).items():
            chunks.add_text(key, text)
        picture.save(file, "PNG", pnginfo=chunks, optimize=True)
    else:
        picture.save(file, "JPEG", quality=92)
    return file.getvalue()


def _star(centre: float, radius: float) -> list[Point]:
    return [
        (
            centre + radius * (1 if corner % 2 == 0 else 0.4) * math.sin(corner * math.pi / 5),
            centre - radius * (1 if corner % 2 == 0 else 0.4) * math.cos(corner * math.pi / 5),
        )
        for corner in range(10)
    ]


def _turned(
    character: str, size: int, ink: tuple[int, int, int, int], angle: float, side: int, reach: float
) -> Image.Image:
    layer = Image.new("RGBA", (side, side))
    ImageDraw.Draw(layer).text((side / 2, side / 2 - reach), character, ink, font("serif", size), "mm")
    return layer.rotate(-angle, Image.Resampling.BICUBIC)
