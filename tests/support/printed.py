"""Pages for the tests of extraction: texts at places, as an engine would have read them."""

import math

from ocr.model.reading import Box, ExtractedDocument, Line, Point, rectangle

Print = tuple[float, float, str]
HEIGHT = 30


def page(*prints: Print, turned: float = 0, height: int = HEIGHT) -> list[Line]:
    """Lines of text `height` pixels high, each at its left and top, the whole page turned by degrees clockwise."""
    return [Line(text=text, confidence=0.9, box=_turned(_box(x, y, text, height), turned)) for x, y, text in prints]


def column(x: float, y: float, letters: str, height: int = HEIGHT) -> list[Print]:
    """A word printed from top to bottom, read letter by letter."""
    return [(x, y + number * height * 1.2, letter) for number, letter in enumerate(letters)]


def values(finding: ExtractedDocument) -> dict[str, str]:
    """The texts by label."""
    return {item.label: item.text for item in finding.items}


def grid(finding: ExtractedDocument, name: str) -> list[dict[str, str]]:
    """The rows of a line-item field, each as texts by label."""
    return [{item.label: item.text for item in row} for row in finding.rows.get(name, [])]


def turn(point: Point, degrees: float) -> Point:
    """A point of the page, turned with it."""
    return _rotated(point, math.radians(degrees))


def _box(x: float, y: float, text: str, height: float) -> Box:
    return rectangle(x, y, sum(height if ord(letter) > 0xFF else height * 0.55 for letter in text), height)


def _turned(box: Box, degrees: float) -> Box:
    a, b, c, d = (_rotated(point, math.radians(degrees)) for point in box)
    return (a, b, c, d)


def _rotated(point: Point, angle: float) -> Point:
    (x, y), cos, sin = point, math.cos(angle), math.sin(angle)
    return (x * cos - y * sin, x * sin + y * cos)
