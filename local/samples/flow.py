"""Columns that fill from top to bottom: labelled values in rows, boxed forms, tables, headings, lines of text.

What a document prints through a column enters the page's truth by itself.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from local.samples.page import Colour, Page, font
from local.samples.values import Field, Printed

# Figures and words stay whole at a line's end where they can; Chinese breaks anywhere but before a closing mark.
UNBROKEN = re.compile(r"([A-Za-z0-9.,:@/*()<>¥-]+|.)[，。；：、）》]*")
LABEL_TINT = (243, 240, 232)


def wrapped(text: str, face: str, size: int, width: float) -> list[str]:
    """`text` cut into lines no wider than `width` pixels."""
    lines = [""]
    for match in UNBROKEN.finditer(text):
        piece = match.group()
        if lines[-1] and font(face, size).getlength(lines[-1] + piece) > width:
            lines.append("")
        lines[-1] += piece
    return lines


@dataclass
class Column:
    """A region of `page`, `width` pixels wide, printed from `y` downwards. `indent` is the width kept for labels
    (0: each label takes what it needs), `size` the type size (0: the look's)."""

    page: Page
    left: float
    y: float
    width: float
    indent: float = 0
    size: int = 0

    def __post_init__(self) -> None:
        self.style = self.page.style
        self.size = self.size or self.style.size

    @property
    def pitch(self) -> float:
        """From one line of text to the next."""
        return self.size * self.style.leading

    def skip(self, lines: float = 1) -> None:
        self.y += self.pitch * lines

    def heading(
        self,
        text: str,
        size: int = 0,
        ink: Colour | None = None,
        name: str = "",
        gap: float = 0.6,
        face: str = "",
    ) -> None:
        """A centred, heavy line; `name` is the record's field it stands for, if any."""
        size = size or int(self.size * 1.5)
        middle = self.left + self.width / 2
        self.page.text((middle, self.y), text, size, face or self.style.label_face, ink, bold=True, anchor="ma")
        self.y += size * (1.1 + gap)
        if name:
            self.page.know(**{name: text})

    def line(self, text: str | Printed, name: str = "", ink: Colour | None = None, anchor: str = "la") -> list[str]:
        """Running text over the column's width, as the lines it was cut into; `name` is the record's field it stands
        for, if any."""
        printed = text if isinstance(text, Printed) else Printed(text, text)
        at = {"l": self.left, "m": self.left + self.width / 2, "r": self.left + self.width}[anchor[0]]
        parts = wrapped(printed.text, self.style.value_face, self.size, self.width)
        for part in parts:
            self.page.text((at, self.y), part, self.size, ink=ink, anchor=anchor)
            self.y += self.pitch
        if name:
            self.page.know(**{name: printed.truth})
        return parts

    def row(self, *fields: Field, stacked: bool | None = None) -> None:
        """Labelled values side by side, without rules; a long value runs on below itself."""
        stacked = self.style.stacked if stacked is None else stacked
        widths = self._widths(fields, stacked)
        if sum(widths) > self.width + 1:
            self.rows(*fields)
            return
        left, lines = self.left, 1
        for each, width in self._in_order(list(zip(fields, widths, strict=True))):
            lines = max(lines, self._labelled(each, left, width - self.size * 0.5, stacked))
            left += width
        self.y += self.pitch * lines + (self.size * 0.35 if stacked else 0)

    def rows(self, *rows: Field | Sequence[Field]) -> None:
        for each in rows:
            self.row(*([each] if isinstance(each, Field) else each))

    def form(self, *rows: Field | Sequence[Field], lines: float = 1) -> None:
        """A boxed form: each field a cell for its label and a cell for its value; unruled looks keep the columns
        and drop the boxes. `lines` is the least height of a row in lines of text."""
        for each in rows:
            self._form_row([each] if isinstance(each, Field) else list(each), lines)

    def table(
        self,
        heads: Sequence[str],
        rows: Sequence[Sequence[str]],
        shares: Sequence[float],
        boxed: bool | None = None,
    ) -> None:
        """Heads above rows of cells; `shares` are the columns' parts of the width."""
        boxed = self.style.ruled if boxed is None else boxed
        widths = [self.width * share / sum(shares) for share in shares]
        self.page.rule((self.left, self.y), (self.left + self.width, self.y))
        for number, cells in enumerate([heads, *rows]):
            self._table_row(cells, widths, boxed, heads=number == 0)

    def _in_order[T](self, fields: Sequence[T]) -> Sequence[T]:
        return fields[::-1] if self.style.mirrored else fields

    def _widths(self, fields: Sequence[Field], stacked: bool) -> list[float]:
        """By shares where everything fits its share, else what each field needs; more than the column's width says
        that they cannot stand side by side."""
        total = sum(each.share for each in fields)
        shared = [self.width * each.share / total for each in fields]
        needed = [self._needed(each, stacked) for each in fields]
        if len(fields) == 1 or all(need <= share for need, share in zip(needed, shared, strict=True)):
            return shared
        spare = max(0.0, self.width - sum(needed)) / len(fields)
        return [need + spare for need in needed]

    def _needed(self, field: Field, stacked: bool) -> float:
        label, value = (
            self._labels_width(field, stacked),
            self._length(field.value.text, self.style.value_face),
        )
        return (max(label, value) if stacked else label + value) + self.size * 0.7

    def _length(self, text: str, face: str, scale: float = 1) -> float:
        return font(face, int(self.size * scale)).getlength(text)

    def _labels_width(self, field: Field, stacked: bool) -> float:
        """A label with the gap behind it."""
        label, *_ = self._label(field).split("\n")
        natural = self._length(label, self.style.label_face, 0.8 if stacked else 1)
        return natural if stacked or not label else max(self.indent, natural + self.size * 0.5)

    def _know(self, field: Field) -> None:
        if field.name and field.value.truth is not None:
            self.page.know(**{field.name: field.value.truth})

    def _label(self, field: Field) -> str:
        wording = field.wording(self.style.alias)
        return wording + self.style.colon if wording else ""

    def _labelled(self, field: Field, left: float, width: float, stacked: bool) -> int:
        """Prints one field and tells how many lines it took."""
        style, type_size = self.style, int(self.size * 0.8) if stacked else self.size
        label, *translation = self._label(field).split("\n")
        self._know(field)
        self.page.text((left, self.y), label, type_size, style.label_face, style.label_ink)
        for each in translation:
            self.page.text((left, self.y + self.size * 1.25), each, int(self.size * 0.6), ink=style.label_ink)
        shift = 0.0 if stacked else self._labels_width(field, stacked)
        top = self.y + type_size * 1.35 * stacked
        lines = wrapped(field.value.text, style.value_face, self.size, width - shift)
        for number, line in enumerate(lines):
            self.page.text((left + shift, top + number * self.size * 1.35), line, self.size)
        return len(lines) + stacked

    def _form_row(self, fields: list[Field], least: float) -> None:
        total, left = sum(each.share for each in fields), self.left
        cells = []
        for each in self._in_order(fields):
            width = self.width * each.share / total
            indent = min(self.indent or width * 0.35, width * 0.6)
            label = wrapped(self._label(each), self.style.label_face, self.size, indent - self.size * 0.5)
            value = wrapped(each.value.text, self.style.value_face, self.size, width - indent - self.size * 0.6)
            self._know(each)
            cells.append((left, width, indent, label, value))
            left += width
        height = (max(least, *(max(len(cell[3]), len(cell[4])) for cell in cells)) - 1) * self.size * 1.3 + self.pitch
        for left, width, indent, label, value in cells:
            self._boxes(left, width, indent, height)
            self._centred(label, left + self.size * 0.25, height, self.style.label_face, self.style.label_ink)
            self._centred(value, left + indent + self.size * 0.3, height, self.style.value_face, self.style.ink)
        self.y += height

    def _boxes(self, left: float, width: float, indent: float, height: float) -> None:
        bottom = self.y + height
        if not self.style.ruled:
            self.page.rule((left, bottom), (left + width, bottom), (170, 170, 170), 1)
            return
        self.page.frame((left, self.y, left + width, bottom), self.style.label_ink)
        self.page.rule((left + indent, self.y), (left + indent, bottom), self.style.label_ink, 1)

    def _centred(self, lines: list[str], left: float, height: float, face: str, ink: Colour) -> None:
        middle = self.y + height / 2 - (len(lines) - 1) * self.size * 0.65
        for number, line in enumerate(lines):
            self.page.text((left, middle + number * self.size * 1.3), line, self.size, face, ink, anchor="lm")

    def _table_row(self, cells: Sequence[str], widths: Sequence[float], boxed: bool, heads: bool) -> None:
        face = self.style.label_face if heads else self.style.value_face
        texts = [
            wrapped(cell, face, self.size, width - self.size * 0.5) for cell, width in zip(cells, widths, strict=True)
        ]
        height = (max(map(len, texts)) - 1) * self.size * 1.3 + self.pitch
        if heads and boxed:
            self.page.band((self.left, self.y, self.left + self.width, self.y + height), LABEL_TINT)
        left = self.left
        for lines, width in zip(texts, widths, strict=True):
            self._centred(lines, left + self.size * 0.25, height, face, self.style.ink)
            if boxed:
                self.page.frame((left, self.y, left + width, self.y + height), width=1)
            left += width
        self.y += height
        if heads or boxed:
            self.page.rule((self.left, self.y), (self.left + self.width, self.y), width=1)


def sheet(page: Page, top: float = 44, indent: float = 0, size: int = 0) -> Column:
    """One column over the whole printed width of `page`."""
    return Column(page, page.style.margin, top, page.width - 2 * page.style.margin, indent, size)


def line_items(names: Sequence[str], rows: Sequence[Sequence[Printed]]) -> list[dict[str, Any]]:
    """Rows of a table as a record lists them; cells that print nothing are left out."""
    return [{name: cell.truth for name, cell in zip(names, row, strict=True) if name and cell.text} for row in rows]
