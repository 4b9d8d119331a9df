"""Which product a page belongs to.

Three kinds of evidence: the title on top of the document; labels, the rarer among all products the weightier; and
values that are known by their looks and check digit. All of it stands in `signs.json`, which `make generate` makes from
the products' declarations: who reads one product imports no other. No product is known here by name.
"""

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ocr.declare import catalogue
from ocr.declare.checks import valid
from ocr.declare.fields import Declared, Fields, Label, Shape, canonical, document_field
from ocr.extraction.extract import find
from ocr.extraction.page import rows, upright
from ocr.extraction.values import shaped
from ocr.model.reading import ExtractedDocument, Item, Line

__all__ = ["Verdict", "classify", "ranking", "sorted_out"]

SIGNS = Path(__file__).with_name("signs.json")
# Below this a page has too little of any product to be called one: it is a text like others.
LEAST = 0.3
RUNNER_UP = "runner_up"


@dataclass(frozen=True)
class Verdict:
    """The slug of the product that suits best and of the one after it; `confidence` is the best one's share of both."""

    best: str
    confidence: float
    runner_up: str | None = None


def classify(lines: Sequence[Line]) -> Verdict | None:
    """What the page with these lines is; None where it is nothing that a product declares."""
    (best, score), (second, rest) = ranking(lines)[:2]
    if score < LEAST:
        return None
    return Verdict(best, score / (score + rest), second if rest else None)


def ranking(lines: Sequence[Line]) -> list[tuple[str, float]]:
    """Every product that is known by its labels, by its slug, with how well it suits the page, 0..2, the best first."""
    page = _page(lines)
    scores = [(kind.slug, _title(kind.titles, page) + _found(kind, page)) for kind in _kinds()]
    return sorted(scores, key=lambda one: one[1], reverse=True)


def sorted_out(fields: type[Fields], lines: Sequence[Line]) -> ExtractedDocument:
    """What the page with these lines is, with its own labelled values if `fields` hold them; empty if nothing is known.

    The confidence is that of the kind's evidence. The kind that suits second best is told beside the declared fields.
    """
    verdict = classify(lines)
    if verdict is None:
        return ExtractedDocument()
    kinds = [Item(label="document_type", text=verdict.best, confidence=verdict.confidence)]
    if verdict.runner_up:
        kinds.append(Item(label=RUNNER_UP, text=verdict.runner_up, confidence=1 - verdict.confidence))
    own = find(catalogue.products()[verdict.best].fields, lines) if document_field(fields) else ExtractedDocument()
    return own.model_copy(update={"items": [*own.items, *kinds]})


# --- The page ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Page:
    """What stands in its lines and in whole rows, canonical; the labels on it; the looks that its values have."""

    lines: frozenset[str]
    labels: frozenset[str]
    looks: frozenset[str]


def _page(lines: Sequence[Line]) -> _Page:
    # A title may be spaced out over several lines of one row.
    together = [canonical("".join(piece.text for piece in row)) for row in rows(upright(lines))]
    texts = [line.text for line in lines]
    looks = (name for name, field in _looks().items() if any(_shows(text, field) for text in texts))
    labels = _any_label().findall("\n".join(together))
    return _Page(frozenset((*map(canonical, texts), *together)), frozenset(labels), frozenset(looks))


def _shows(text: str, field: Declared) -> bool:
    return any(valid(field.shape.check or "", text[start:end]) for start, end in shaped(field, text))


# --- The products -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Sign:
    """What one field is known by, each with its weight: its labels, the most usual first, and its values' looks."""

    side: str | None
    labels: Mapping[str, float]
    looks: Mapping[str, float]

    @property
    def weight(self) -> float:
        """What it weighs on a usual document."""
        return max((*list(self.labels.values())[:1], *self.looks.values()), default=0.0)

    def seen(self, page: _Page) -> float:
        """The weight of what of it the page shows."""
        labels = (weight for label, weight in self.labels.items() if label in page.labels)
        looks = (weight for look, weight in self.looks.items() if look in page.looks)
        return min(max((*labels, *looks), default=0.0), self.weight)


@dataclass(frozen=True)
class _Kind:
    """A product as it is recognized. `sides` are its fields' signs, all together and those of each side alone."""

    slug: str
    titles: tuple[str, ...]
    sides: tuple[tuple[_Sign, ...], ...]


@cache
def _signs() -> Mapping[str, Any]:
    told: Mapping[str, Any] = json.loads(SIGNS.read_text(encoding="utf-8"))
    return told


@cache
def _kinds() -> tuple[_Kind, ...]:
    told: Mapping[str, Any] = _signs()["kinds"]
    return tuple(
        _Kind(slug, tuple(kind["titles"]), tuple(_sides([_Sign(**sign) for sign in kind["signs"]])))
        for slug, kind in told.items()
    )


def _sides(signs: Sequence[_Sign]) -> Iterator[tuple[_Sign, ...]]:
    yield tuple(signs)
    for side in dict.fromkeys(sign.side for sign in signs if sign.side):
        yield tuple(sign for sign in signs if sign.side == side)


@cache
def _any_label() -> re.Pattern[str]:
    """Every label of every product, the longest first: 记录 is none within 检验记录."""
    labels = {label for kind in _kinds() for sign in kind.sides[0] for label in sign.labels}
    return re.compile("|".join(map(re.escape, sorted(labels, key=len, reverse=True))))


@cache
def _looks() -> Mapping[str, Declared]:
    """A field for each of the looks that values can be known by."""
    return {name: Declared(name, Label(), str, Shape(**look)) for name, look in _signs()["looks"].items()}


# --- The score --------------------------------------------------------------------------------------------------------


def _title(titles: Iterable[str], page: _Page) -> float:
    """How much of the line that it stands in the best title fills, 0..1."""
    return max((len(title) / len(line) for title in titles for line in page.lines if title in line), default=0.0)


def _found(kind: _Kind, page: _Page) -> float:
    """How much of the product's fields the page has, by weight, 0..1; one side is enough."""
    return max(_share(signs, page) for signs in kind.sides)


def _share(signs: Sequence[_Sign], page: _Page) -> float:
    seen, all_ = (math.hypot(*weights) for weights in ([s.seen(page) for s in signs], [s.weight for s in signs]))
    return seen / all_ if all_ else 0.0
