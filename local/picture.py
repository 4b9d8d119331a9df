"""`make picture`: the picture of a record in docs/records.md: a sample, read by the engine, with its fields beside it.

Nothing on it is made up: boxes, values, confidences and checks are those of the record.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw

from local.accuracy import offline
from local.arguments import Arguments
from local.cloud.aws import ROOT
from local.samples import samples
from local.samples.page import font
from ocr.model.record import Document

PRODUCT = "id_card"
FILE = ROOT / "docs/id_card.png"
WIDTH, MARGIN, GAP = 1200, 24, 28
CARD, ROW = 590, 57
COLOURS = ("#1f6feb", "#bf3989", "#1a7f37", "#9a6700", "#8250df", "#cf222e", "#0a7ea4", "#57606a")
INK, GREY, PASSED = "#1f2328", "#656d76", "#1a7f37"
# Of a photograph and a few inks, so many colours are enough.
PALETTE = 128


@dataclass(frozen=True)
class Field:
    """One field as it is shown: the label and the confidence are the evidence's, `passed` are its checks."""

    name: str
    value: str
    label: str
    confidence: float | None
    box: tuple[tuple[float, float], ...]
    passed: str


def main() -> None:
    """Write the picture."""
    Arguments(description="Draw the picture of the README.").parse_args()
    sample = next(samples([PRODUCT]))
    record, _ = offline.record(PRODUCT, sample.picture)
    assert record.document
    FILE.write_bytes(drawn(sample.picture, record.document))
    print(f"wrote {FILE.relative_to(Path.cwd()) if FILE.is_relative_to(Path.cwd()) else FILE}")


def fields(document: Document) -> Iterator[Field]:
    """The document's fields in the order of the declaration, each with what speaks for it."""
    for name, value in document.fields.items():
        evidence = document.evidence.get(name)
        passed = [one.name for one in document.checks if one.outcome == "passed" and name in one.fields]
        box = tuple((x, y) for x, y in evidence.box) if evidence and evidence.box else ()
        label, confidence = (evidence.label, evidence.confidence) if evidence else ("", None)
        yield Field(name, str(value), label, confidence, box, " ".join(passed))


def drawn(picture: bytes, document: Document) -> bytes:
    """A PNG: the picture with a box a field on the left, the fields on the right."""
    shown = list(fields(document))
    with Image.open(BytesIO(picture)) as original:
        scale = CARD / original.width
        card = original.convert("RGB").resize((CARD, round(original.height * scale)), Image.Resampling.LANCZOS)
    height = 2 * MARGIN + max(card.height, ROW * len(shown))
    sheet = Image.new("RGB", (WIDTH, height), "white")
    top = (height - card.height) // 2
    sheet.paste(card, (MARGIN, top))
    draw = ImageDraw.Draw(sheet)
    for field, colour in zip(shown, COLOURS, strict=False):
        points = [(MARGIN + x * scale, top + y * scale) for x, y in field.box]
        if points:
            draw.polygon(points, outline=colour, width=3)
    _table(draw, shown, MARGIN + CARD + GAP, (height - ROW * len(shown)) // 2)
    file = BytesIO()
    sheet.quantize(PALETTE, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file.getvalue()


def _table(draw: ImageDraw.ImageDraw, shown: list[Field], left: int, top: int) -> None:
    """A field a row: its name and label, below them its value, at the right edge its confidence and its checks."""
    right = WIDTH - MARGIN
    for row, (field, colour) in enumerate(zip(shown, COLOURS, strict=False)):
        y = top + row * ROW
        draw.rectangle((left, y + 4, left + 5, y + ROW - 8), fill=colour)
        x = left + 16
        draw.text((x, y + 2), field.name, colour, font("sans", 15), "la")
        x += int(font("sans", 15).getlength(field.name)) + 10
        draw.text((x, y + 2), field.label, GREY, font("sans", 15), "la")
        draw.text((left + 16, y + 24), field.value, INK, font("sans", 20), "la")
        if field.confidence is not None:
            draw.text((right, y + 2), f"{field.confidence:.2f}", GREY, font("sans", 15), "ra")
        if field.passed:
            draw.text((right, y + 28), f"✓ {field.passed}", PASSED, font("sans", 13), "ra")


if __name__ == "__main__":
    main()
