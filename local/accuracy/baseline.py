"""What a simple extraction makes of the same lines: a value stands right behind its label, in its row, or below it.

It is what `ocr.extraction` is measured against: what that gets right beyond this is what its cleverness pays.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ocr.declare.catalogue import products
from ocr.declare.fields import canonical, declared
from ocr.model.reading import ExtractedDocument, Item, Line, Reading
from ocr.model.record import Document
from ocr.pipeline.normalization import documents
from ocr.vendors.embedded import Labels

WITHIN = 0.5  # of its height: how far the middles of a label and of a value in its row may be apart
BELOW = 3.0  # of its height: how far below its label a value may stand


def document_of(slug: str, said: Mapping[str, Any]) -> Document | None:
    """The document that the baseline makes of these lines; None where it makes none."""
    lines = [Line.model_validate(line) for line in said.get("lines", [])]
    items = list(_items(_labels(slug), [line for line in lines if line.box]))
    found = documents(products()[slug], Reading(vendor="embedded", findings=[ExtractedDocument(items=items)]))
    return next(iter(found), None)


def applies(slug: str) -> bool:
    """Whether the product's values are found by labels at all."""
    return any(isinstance(offer, Labels) and offer.finds_labels for offer in products()[slug].offers)


def _labels(slug: str) -> dict[str, str]:
    """Canonical label → the label, the longest first."""
    fields = declared(products()[slug].fields).values()
    names = {canonical(name): name for field in fields for name in field.mark.names if not field.row}
    return dict(sorted(names.items(), key=lambda pair: len(pair[0]), reverse=True))


def _items(labels: Mapping[str, str], lines: Sequence[Line]) -> Iterator[Item]:
    for line in lines:
        text = canonical(line.text)
        label = next((one for one in labels if text.startswith(one)), None)
        if label is None:
            continue
        rest = _behind(line.text, label)
        value = rest or next((other.text for other in _near(line, lines) if canonical(other.text) not in labels), "")
        if value:
            yield Item(label=labels[label], text=value, confidence=line.confidence, box=line.box)


def _behind(text: str, label: str) -> str:
    """What a line says behind the label that it begins with."""
    end = next((end for end in range(1, len(text) + 1) if canonical(text[:end]) == label), len(text))
    return text[end:].strip(" :：")


def _near(label: Line, lines: Sequence[Line]) -> Iterator[Line]:
    """The next line in the label's row, then the next one below it."""
    left, top, right, bottom = _edges(label)
    height, middle = bottom - top, (top + bottom) / 2
    others = [(_edges(line), line) for line in lines if line is not label]
    beside = [
        one for one in others if one[0][0] >= right and abs((one[0][1] + one[0][3]) / 2 - middle) < WITHIN * height
    ]
    below = [
        one for one in others if bottom - WITHIN * height <= one[0][1] < bottom + BELOW * height and one[0][0] < right
    ]
    yield from (line for _, line in sorted(beside, key=lambda one: one[0][0])[:1])
    yield from (line for edges, line in sorted(below, key=lambda one: one[0][1])[:1] if edges[2] > left)


def _edges(line: Line) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a line that has a box."""
    xs, ys = zip(*(line.box or ()), strict=True)
    return min(xs), min(ys), max(xs), max(ys)
