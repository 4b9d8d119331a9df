"""What a text must look like to be the value of a field: its shape, its check, its type."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from enum import IntEnum
from functools import cache, lru_cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ocr.declare.checks import valid
from ocr.declare.fields import Declared

# Where a text may be two: at a blank, behind a percent sign, between Chinese and Latin.
# The asterisks around a class of goods are of the name: *住宿服务*住宿费.
_LATIN = r"[\x00-\x29\x2b-\x7f]"
BREAK = re.compile(rf"\s+|(?<=%)|(?<=[\u4e00-\u9fff])(?={_LATIN})|(?<={_LATIN})(?=[\u4e00-\u9fff])")
# What stands in front of a figure without being part of it: marks, and a sign of currency that was read as one letter.
STRAY_BEFORE = re.compile(r"[^0-9¥￥$]{1,2}(?=[¥￥$]?[0-9])|[^\w(（¥￥$]+")
STRAY_AFTER = re.compile(r"[^\w)）%]+$")
SEPARATOR = re.compile(r"[\s/|、,，;；]+")
LONGEST_WORD = 4  # letters of a word of a closed set: 准贷记卡


class Fit(IntEnum):
    """How well a text suits a field, worst first."""

    REFUSED = 0  # not of the field's type
    OPEN = 1  # the field takes any text
    LIKELY = 2  # and this is like most of its values
    TYPED = 3  # of the field's type
    SHAPED = 4  # has the shape of the field's values
    CHECKED = 5  # and its check digit is right


def fit(field: Declared, text: str) -> Fit:
    """How well `text`, as read, suits the field."""
    shape, written = field.shape, compact(text)
    if shape.check and valid(shape.check, written):
        return Fit.CHECKED
    if shape.pattern and re.fullmatch(shape.pattern, written):
        return Fit.SHAPED
    if not _accepts(field, text) or (shape.pattern and _any_text(field)) or _too_little(field, written):
        return Fit.REFUSED
    if not _any_text(field):
        return Fit.TYPED
    return Fit.LIKELY if shape.like and re.fullmatch(shape.like, written) else Fit.OPEN


def takes_any_text(field: Declared) -> bool:
    """Whether neither the field's shape nor its type tells a value from other text."""
    return field.shape.pattern is None and _any_text(field)


def is_fragment(field: Declared, text: str) -> bool:
    """Whether the text is less than any value of the field: most of it is covered, or it is another's."""
    return _too_little(field, compact(text))


def _too_little(field: Declared, written: str) -> bool:
    least = field.shape.least
    return least is not None and not re.fullmatch(least, written)


@cache
def _any_text(field: Declared) -> bool:
    return _accepts(field, "\u4e00\u4e01 Q7")


def compact(text: str) -> str:
    """The text as shapes see it: NFKC, without spaces."""
    return "".join(unicodedata.normalize("NFKC", text).split())


@lru_cache(maxsize=1 << 13)
def _compact_letter(character: str) -> str:
    return compact(character)


def trimmed(field: Declared, text: str) -> tuple[int, int]:
    """The stretch of `text` that suits the field best: all of it unless only a part does."""
    if fit(field, text) > Fit.REFUSED:
        return 0, len(text)
    if field.shape.pattern:
        return next(shaped(field, text), (0, len(text)))
    whole = (0, len(text))
    best = max(_stretches(field, text), key=lambda one: one[1] - one[0], default=whole)
    return best if best != whole else next(_ends(field, text), whole)


def _stretches(field: Declared, text: str) -> Iterator[tuple[int, int]]:
    """The parts of a text that are of the field's type: without what is stray at its ends, without what follows."""
    if _any_text(field):
        return
    starts = {0, *(match.end() for match in [STRAY_BEFORE.match(text)] if match)}
    ends = {match.start() for match in BREAK.finditer(text)} | {len(text), len(STRAY_AFTER.sub("", text))}
    if _is_word(field):
        ends |= set(range(1, min(len(text), LONGEST_WORD) + 1))
    for start in starts:
        yield from ((start, end) for end in ends if end > start and fit(field, text[start:end]) > Fit.LIKELY)


def _ends(field: Declared, text: str) -> Iterator[tuple[int, int]]:
    """The ends of a text behind a mark, the longest first, that are of the field's type where nothing else is."""
    if not _any_text(field):
        starts = (match.end() for match in SEPARATOR.finditer(text))
        yield from ((start, len(text)) for start in starts if fit(field, text[start:]) > Fit.LIKELY)


@cache
def _is_word(field: Declared) -> bool:
    """Whether the field's values are words of a closed set, so that no letter of them can be another's."""
    return not _any_text(field) and not any(_accepts(field, figure) for figure in ("12", "12.5", "2019-03-07", "08:31"))


def shaped(field: Declared, text: str, pattern: str | None = None) -> Iterator[tuple[int, int]]:
    """Every stretch of `text` that has the field's shape: in the whole without its blanks, then in single words."""
    pattern = pattern or field.shape.pattern
    if not pattern:
        return
    words = [(match.start(), match.end()) for match in re.finditer(r"\S+", text)]
    for start, end in [(0, len(text)), *(words if len(words) > 1 else ())]:
        for first, last in _matches(pattern, text[start:end]):
            if not _cuts_a_number(text, start + first, start + last):
                yield start + first, start + last


def standing_alone(pattern: str, text: str) -> tuple[int, int] | None:
    """Where the value stands in a text that is wholly as `pattern` says: its first group, or all of it."""
    for keys in ([(key, at) for at, key in enumerate(text)], list(_keys(text))):
        if match := re.fullmatch(pattern, "".join(key for key, _ in keys)):
            start, end = match.span(1) if match.re.groups else match.span()
            return (keys[start][1], keys[end - 1][1] + 1) if end > start else None
    return None


def _keys(text: str) -> Iterable[tuple[str, int]]:
    """The letters of `compact(text)`, each with its place in the text."""
    return ((key, at) for at, character in enumerate(text) for key in _compact_letter(character))


def _matches(pattern: str, text: str) -> Iterator[tuple[int, int]]:
    pairs = list(_keys(text))
    for match in re.finditer(pattern, "".join(key for key, _ in pairs)):
        if match.end() > match.start():
            yield pairs[match.start()][1], pairs[match.end() - 1][1] + 1


def _cuts_a_number(text: str, start: int, end: int) -> bool:
    """Whether the stretch is only a part of a word, or of a number that is printed in groups."""
    before, after = text[:start], text[end:]
    inside = _one_word(before[-1:], text[start]) or _one_word(text[end - 1], after[:1])
    left, right = before.rstrip()[-1:], after.lstrip()[:1]
    return inside or (left.isdecimal() and text[start].isdecimal()) or (text[end - 1].isdecimal() and right.isdecimal())


def _one_word(left: str, right: str) -> bool:
    return (left + right).isascii() and left.isalnum() and right.isalnum()


def parsed(field: Declared, text: str) -> Any | None:
    """The value that the field's type makes of a text; None where it makes none."""
    try:
        return _adapter(field).validate_python(text)
    except ValidationError:
        return None


def _accepts(field: Declared, text: str) -> bool:
    return field.type is str or parsed(field, text) is not None


@cache
def _adapter(field: Declared) -> TypeAdapter[Any]:
    return TypeAdapter(field.type)
