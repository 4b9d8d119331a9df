"""Which product a page belongs to.

Three kinds of evidence: the title on top of the document; labels, the rarer among all products the weightier; and
values that are known by their shape and check digit. All of it stands in `signs.json`, which `make generate` makes from
the products' declarations: who reads one product imports no other. No product is known here by name.

Which product suits best is one question, whether it is that product's document at all another. Without its title a
document has to show several of its own fields, and no other paper's heading or captions.
"""

import json
import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from ocr.declare import catalogue
from ocr.declare.checks import valid
from ocr.declare.fields import Declared, Fields, Label, Shape, canonical, canonical_letter, document_field
from ocr.declare.identifiers import WITH_CHECK_DIGIT
from ocr.extraction import contrary, mrz
from ocr.extraction.extract import find
from ocr.extraction.page import rows, upright
from ocr.extraction.repetition import repeated
from ocr.extraction.values import compact, shaped
from ocr.model.reading import ExtractedDocument, Item, Line

__all__ = ["Classification", "Known", "classify", "is_known", "known", "ranking", "sorted_out"]

SIGNS = Path(__file__).with_name("signs.json")
# Below this a page has too little of any product to be called one: it is a text like others.
LEAST = 0.2
ALONE = 0.4  # what a single label counts, or a single value that no check digit confirms
WHOLE_TITLE = 0.7  # of its line that a title fills where nothing else speaks for the product
PART_OF_TITLE = 0.2  # of its line that a title fills where fields speak for the product, too
ABOUT = 0.2  # the share of a page's lines that show what a document is about; the rest are values and small print
CHECKED_LINES = 3  # that a value counts for whose check digit is right
UNCHECKED = 0.5  # what a value of some shape counts if no check tells it from chance
FEWEST = 5  # fields by which a page without a title is of a product, its columns aside: every table of goods has these
MOST_OF_A_SIDE, FEWEST_OF_A_SIDE = 0.65, 3  # a share and a number of fields by which it is, too
PER_CAPTION = 2  # of the product's fields against each caption of another paper
LEAST_DIGITS = 4  # of every value that a check confirms, the names of a machine-readable zone aside
STOPS = re.compile("[,，。;；!！?？、]")
MARKS = " :,;.()[]<>|/、。·*-\u3000\n_=+"
LONGEST_VALUE, LONGEST_LINE = 14, 34  # characters of a text with a stop in it, or of any, that is no running text
LONGEST_BETWEEN = 4  # characters of a value between two labels of one text
RUNNER_UP = "runner_up"


@dataclass(frozen=True)
class Classification:
    """The slug of the product that suits best and of the one after it; `confidence` is the best one's share of both."""

    best: str
    confidence: float
    runner_up: str | None = None


def classify(lines: Sequence[Line]) -> Classification | None:
    """What the page with these lines is; None where it is nothing that a product declares, or not surely so."""
    page = _page(lines)
    scores = {kind.slug: _score(kind, page) for kind in _kinds()}
    best, second = sorted(_kinds(), key=lambda kind: scores[kind.slug], reverse=True)[:2]
    score, rest = scores[best.slug], scores[second.slug]
    if score < LEAST or not _is_shown(best, page):
        return None
    return Classification(best.slug, score / (score + rest), second.slug if rest else None)


def ranking(lines: Sequence[Line]) -> list[tuple[str, float]]:
    """Every product that is known by its labels, by its slug, with how well it suits the page, 0..2, the best first."""
    page = _page(lines)
    scores = [(kind.slug, _score(kind, page)) for kind in _kinds()]
    return sorted(scores, key=lambda one: one[1], reverse=True)


@dataclass(frozen=True)
class Known:
    """A product that a page may be of: how well it suits, 0..2, and whether its title or a check digit proves it.

    `shown_by` are the numbers of the lines, in reading order, that show signs of it; `titles` counts its titles.
    """

    slug: str
    score: float
    titled: bool
    checked: bool
    shown_by: frozenset[int]
    titles: int


def known(lines: Sequence[Line], least: float = LEAST) -> list[Known]:
    """Every product of which a page has enough, the best first."""
    page = _page(lines)
    scored = ((kind, score) for kind in _kinds() if (score := _score(kind, page)) >= least)
    found = (
        Known(
            kind.slug,
            score,
            _title(kind.titles, page.lines) >= WHOLE_TITLE,
            any(sign.is_checked(page) for sign in kind.sides[0]),
            frozenset().union(*(sign.lines(page) for sign in kind.sides[0])),
            sum(_title(kind.titles, [text]) >= WHOLE_TITLE for text in page.texts),
        )
        for kind, score in scored
    )
    return sorted(found, key=lambda one: one.score, reverse=True)


def label_starts(text: str) -> list[int]:
    """Where labels of any product begin in a text, behind its first character."""
    return [match.start() for match in _any_label().finditer(text) if match.start()]


def is_known(slug: str) -> bool:
    """Whether documents of the product are told from others."""
    return any(kind.slug == slug for kind in _kinds())


def sorted_out(fields: type[Fields], lines: Sequence[Line]) -> ExtractedDocument:
    """What the page with these lines is, with its own labelled values if `fields` hold them; empty if nothing is known.

    The confidence is that of the kind's evidence. The kind that suits second best is told beside the declared fields.
    """
    found = classify(lines)
    if found is None:
        return ExtractedDocument()
    kinds = [Item(label="document_type", text=found.best, confidence=found.confidence)]
    if found.runner_up:
        kinds.append(Item(label=RUNNER_UP, text=found.runner_up, confidence=1 - found.confidence))
    model = catalogue.products()[found.best].fields
    # Of several documents that nothing could part nobody can tell whose a value is.
    own = find(model, lines) if document_field(fields) and not repeated(model, lines) else ExtractedDocument()
    return own.model_copy(update={"items": [*own.items, *kinds]})


# --- The page ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Page:
    """What stands in its lines and in whole rows, canonical; `texts` are its lines, each as often as it is there.

    `labels` and `patterns` are what stands on it as a label, and the shapes that its values have, each with its lines;
    `headings` what it is headed as, `captions` what stands before a colon.
    """

    lines: frozenset[str]
    labels: Mapping[str, frozenset[int]]
    patterns: Mapping[str, frozenset[int]]
    texts: Sequence[str]
    headings: tuple[str, ...]
    captions: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many lines there are."""
        return len(self.texts)


def _page(lines: Sequence[Line]) -> _Page:
    # A title may be spaced out over several lines of one row; so may a label.
    spans = upright(lines)
    table, zone = rows(spans), mrz.read(spans)
    put_right = {span: line.text for line in zone.lines for span in line.spans} if zone else {}
    together = [canonical("".join(span.text for span in row)) for row in table]
    texts = [put_right.get(span, span.text) for row in table for span in row]
    labels: dict[str, set[int]] = {}
    patterns: dict[str, set[int]] = {}
    for number, text in enumerate(texts):
        for label in _standing(text):
            labels.setdefault(label, set()).add(number)
        for name in _shown(text):
            patterns.setdefault(name, set()).add(number)
    first = 0
    for row in table:
        if len(row) > 1 and not any(first <= number < first + len(row) for held in labels.values() for number in held):
            for label in _standing(" ".join(span.text for span in row)):
                labels.setdefault(label, set()).add(first)
        first += len(row)
    plain = [canonical(text) for text in texts]
    return _Page(
        frozenset((*plain, *together)),
        _frozen(labels),
        _frozen(patterns),
        plain,
        tuple(contrary.headings(table)),
        tuple(contrary.captions(lines)),
    )


def _frozen(held: Mapping[str, set[int]]) -> dict[str, frozenset[int]]:
    return {name: frozenset(numbers) for name, numbers in held.items()}


def _standing(text: str) -> Iterator[str]:
    """The labels that stand in a text as labels: at its beginning or behind a mark, with a value or nothing behind.

    In running text, which has commas and stops, a colon has to follow: 民族 in 坚持民族团结 is a word.
    """
    written = unicodedata.normalize("NFKC", text)
    letters = [(letter, at) for at, character in enumerate(written) for letter in canonical_letter(character)]
    plain = "".join(letter for letter, _ in letters)
    running = bool(STOPS.search(written)) and len(plain) > LONGEST_VALUE or len(plain) > LONGEST_LINE
    behind = -1
    for match in _any_label().finditer(plain):
        start, end = letters[match.start()][1], letters[match.end() - 1][1] + 1
        opened = match.start() == 0 or written[start - 1] in MARKS
        colon = written[end:].lstrip()[:1] == ":"
        closed = colon or end == len(written) or written[end] in MARKS or written[end].isascii()
        chained = behind > 0 and match.start() - behind <= LONGEST_BETWEEN
        if colon and (opened or chained) if running else (opened and (closed or match.start() == 0)) or chained:
            behind = match.end()
            yield match.group()


def _shown(text: str) -> Iterator[str]:
    """The shapes of which a value is in the text; without a check it has to be all of it."""
    written = compact(text)
    numbered = sum(map(str.isdigit, text)) >= LEAST_DIGITS or "<" in text
    for name, field in _patterns().items():
        if not field.shape.check:
            if re.fullmatch(field.shape.pattern or "", written):
                yield name
        elif numbered and any(valid(field.shape.check, text[start:end]) for start, end in shaped(field, text)):
            yield name


# --- The products -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Sign:
    """What one field is known by, each with its weight: its labels, the most usual first, and its values' shape."""

    side: str | None
    column: bool
    labels: Mapping[str, float]
    patterns: Mapping[str, float]

    @cached_property
    def weight(self) -> float:
        """What it weighs on a usual document."""
        return max((*list(self.labels.values())[:1], *self.patterns.values()), default=0.0)

    def seen(self, page: _Page) -> float:
        """The weight of what of it the page shows."""
        labels = (weight for label, weight in self.labels.items() if label in page.labels)
        patterns = (
            weight * _certainty(pattern) for pattern, weight in self.patterns.items() if pattern in page.patterns
        )
        return min(max((*labels, *patterns), default=0.0), self.weight)

    def lines(self, page: _Page) -> frozenset[int]:
        """The lines of the page that show it."""
        held = [page.labels.get(label) for label in self.labels] + [
            page.patterns.get(pattern) for pattern in self.patterns
        ]
        return frozenset().union(*(numbers for numbers in held if numbers))

    def is_checked(self, page: _Page) -> bool:
        """Whether the page shows a value of it whose check digit is right."""
        return any(pattern in page.patterns and _patterns()[pattern].shape.check for pattern in self.patterns)

    def is_confirmed(self, page: _Page) -> bool:
        """Whether the check of such a value is more than that it has a number's form."""
        return any(
            pattern in page.patterns and _patterns()[pattern].shape.check in WITH_CHECK_DIGIT
            for pattern in self.patterns
        )


def _certainty(pattern: str) -> float:
    """What a look counts: without a check it may be chance."""
    return 1.0 if _patterns()[pattern].shape.check else UNCHECKED


@dataclass(frozen=True)
class _Kind:
    """A product as it is recognized. `sides` are its fields' signs, all together and those of each side alone."""

    slug: str
    name: str
    titles: tuple[str, ...]
    sides: tuple[tuple[_Sign, ...], ...]


@cache
def _signs() -> Mapping[str, Any]:
    signs: Mapping[str, Any] = json.loads(SIGNS.read_text(encoding="utf-8"))
    return signs


@cache
def _kinds() -> tuple[_Kind, ...]:
    kinds: Mapping[str, Any] = _signs()["kinds"]
    return tuple(
        _Kind(slug, kind["name"], tuple(kind["titles"]), tuple(_sides([_Sign(**sign) for sign in kind["signs"]])))
        for slug, kind in kinds.items()
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
def _patterns() -> Mapping[str, Declared]:
    """A field for each of the shapes that values can be known by."""
    return {name: Declared(name, Label(), str, Shape(**pattern)) for name, pattern in _signs()["patterns"].items()}


# --- The score --------------------------------------------------------------------------------------------------------


def _score(kind: _Kind, page: _Page) -> float:
    """Title and signs together; a title that is only a part of its line needs some of these beside it."""
    title, found = _title(kind.titles, page.lines), _found(kind, page)
    return title + found if found or title >= WHOLE_TITLE else 0.0


def _is_shown(kind: _Kind, page: _Page) -> bool:
    """Whether the page is the product's, by its title or enough fields, and no other paper with some of its words."""
    title = _title(kind.titles, page.lines)
    if title >= WHOLE_TITLE:
        return True
    if contrary.is_headed_otherwise(page.headings, (kind.name, *kind.titles)):
        return False
    if title >= PART_OF_TITLE:
        return True
    shown = [sign for sign in kind.sides[0] if sign.lines(page) and not sign.column]
    checked = any(sign.is_confirmed(page) for sign in shown)
    weight = len(shown) + CHECKED_LINES * checked
    labels = {label for sign in kind.sides[0] for label in sign.labels}
    if weight < PER_CAPTION * len(contrary.foreign(page.captions, labels)):
        return False
    whole_side = len(shown) >= FEWEST_OF_A_SIDE and _found(kind, page) >= MOST_OF_A_SIDE
    return checked or len(shown) >= FEWEST or whole_side


def _title(titles: Iterable[str], lines: Iterable[str]) -> float:
    """How much of the line that it stands in the best title fills, 0..1."""
    return max((len(title) / len(line) for line in lines for title in titles if title in line), default=0.0)


def _found(kind: _Kind, page: _Page) -> float:
    """How much of the product's fields the page has, by weight, 0..1; one side is enough."""
    return max(_share(signs, page) for signs in kind.sides)


def _share(signs: Sequence[_Sign], page: _Page) -> float:
    """By weight, as far as the page is about them: one label alone, or two in a long text, are chance."""
    seen = math.hypot(*(sign.seen(page) for sign in signs))
    if not seen:
        return 0.0
    shown = [sign.lines(page) for sign in signs]
    checked = sum(sign.is_checked(page) for sign in signs)
    explained = len(frozenset().union(*shown)) + CHECKED_LINES * checked
    about = min(1.0, explained / (ABOUT * page.count)) if page.count else 0.0
    alone = sum(map(bool, shown)) == 1 and not checked
    return seen / math.hypot(*(sign.weight for sign in signs)) * about * (ALONE if alone else 1.0)
