"""Whether a page shows more than one document of a product, told from what one document shows only once.

A number with a check digit of which the product declares one; a label behind which stand more values than fields may
have it; a value known by its shape that no more fields have, be it a line of its own or one of several in a line. What
a document repeats, on its other side say, it repeats with the same value.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from difflib import SequenceMatcher
from functools import cache

from ocr.declare.checks import valid
from ocr.declare.fields import Declared, Fields, canonical, declared
from ocr.extraction.layout import laid_out
from ocr.extraction.page import joined, upright
from ocr.extraction.values import compact, shaped
from ocr.extraction.vocabulary import is_chinese, vocabulary
from ocr.model.reading import Line

# So many fields have to be there twice; a number with a check digit is enough alone.
FIELDS = 2
# Shorter ones are too common to tell documents apart: a month and a year, say.
NUMBER = 8
# From here on two texts are two readings of the same.
SAME = 0.7


def repeated(model: type[Fields], lines: Sequence[Line]) -> list[str]:
    """The fields that the page shows for more than one document; empty where it may show but one."""
    numbers, others = _twice(model, lines)
    return sorted(numbers | others) if numbers or len(others) >= FIELDS else []


def contradictions(model: type[Fields], lines: Sequence[Line]) -> int:
    """How many fields the page shows more values of than one document has, be it by chance."""
    numbers, others = _twice(model, lines)
    return len(numbers | others)


def _twice(model: type[Fields], lines: Sequence[Line]) -> tuple[set[str], set[str]]:
    """The fields that are there more than once: those told by their check digit, and the others."""
    fields = [one for one in declared(model).values() if one.mark.names and not one.row]
    # Line items may hold anybody's numbers.
    numbers = _by_number(fields, lines) if not _labels_of_rows(model) else set()
    return numbers, _by_shape(fields, lines) | _by_label(model, lines)


def untied(model: type[Fields], lines: Sequence[Line], ties: Collection[str]) -> list[str]:
    """Which of `ties`, the fields that a document prints on several sides, have different values on this page.

    Empty where one of them stands there twice with one value: the sides are one document's, and a letter was misread.
    """
    fields, words = declared(model), vocabulary(model)
    values: defaultdict[str, list[str]] = defaultdict(list)
    for match in laid_out(upright(lines), words).matches if ties else ():
        terms = words.terms.get(canonical(match.label), ()) if match.values else ()
        for name in {term.field for term in terms} & set(ties):
            text = joined(match.values)
            stretches = list(shaped(fields[name], text)) if fields[name].shape.pattern else [(0, len(text))]
            values[name] += [compact(text[start:end]) for start, end in stretches[:1]]
    twice = {name: found for name, found in values.items() if len(found) > 1}
    differing = [name for name, found in twice.items() if not _is_among(found[0], found[1:])]
    return sorted(differing) if len(differing) == len(twice) else []


def _by_number(fields: Sequence[Declared], lines: Sequence[Line]) -> set[str]:
    """The fields whose check digit more numbers on the page pass, none of which may be another field's."""
    checks = [one.shape.check for one in fields if one.shape.check]
    found = set()
    for one in fields:
        own_check = one.shape.check
        if own_check and one.shape.pattern and checks.count(own_check) == 1:
            others = {check for check in checks if check != own_check}
            texts = {compact(line.text[start:end]) for line in lines for start, end in shaped(one, line.text)}
            own = {text for text in texts if len(text) >= NUMBER and valid(own_check, text)}
            if sum(not any(valid(check, text) for check in others) for text in own) > 1:
                found.add(one.name)
    return found


def _by_shape(fields: Sequence[Declared], lines: Sequence[Line]) -> set[str]:
    """The fields that lines look like, or texts read as one line: more of them than fields have such a shape."""
    alike: defaultdict[str, list[Declared]] = defaultdict(list)
    for one in fields:
        if one.shape.pattern and not one.shape.check:
            alike[one.shape.pattern].append(one)
    shapes = [(pattern, owners[0]) for pattern, owners in alike.items()]
    values: defaultdict[str, set[str]] = defaultdict(set)
    for line in lines:
        for pattern, start, end in _made_of(shapes, line.text):
            values[pattern].add(compact(line.text[start:end]))
    return {owners[0].name for pattern, owners in alike.items() if len(values[pattern]) > len(owners)}


def _made_of(shapes: Sequence[tuple[str, Declared]], text: str) -> list[tuple[str, int, int]]:
    """The values that a line is nothing but, with their shapes: one, or several with a letter between them at most.

    22:55开 08车015号 is a time and a seat.
    """
    found = [(pattern, start, end) for pattern, field in shapes for start, end in {*shaped(field, text)}]
    if whole := [one for one in found if one[1:] == (0, len(text))]:
        return whole
    values: list[tuple[str, int, int]] = []
    at = 0
    for pattern, start, end in sorted(found, key=lambda one: (one[1], -one[2], one[0])):
        if at <= start and len(text[at:start].strip()) <= 1:
            values.append((pattern, start, end))
            at = end
    return values if len(values) > 1 and len(text[at:].strip()) <= 1 else []


def _by_label(model: type[Fields], lines: Sequence[Line]) -> set[str]:
    """The fields whose labels stand on the page with more values than they have meanings; line items repeat theirs."""
    values: defaultdict[tuple[tuple[str, ...], str], list[str]] = defaultdict(list)
    words, rows = vocabulary(model), _labels_of_rows(model)
    for match in laid_out(upright(lines), words).matches:
        label, value = canonical(match.label), canonical(joined(match.values)) if match.values else ""
        if match.meanings and len(value) > 1 and label in words.terms and label not in rows:
            fields = tuple(sense.field for sense in words.terms[label])
            # 住址 on one card and 地址 on another are one label. English small print is not the label above it.
            same = fields, "" if is_chinese(label) else label
            if not _is_among(value, values[same]):
                values[same].append(value)
    return {fields[0] for (fields, _), found in values.items() if len(found) > len(fields)}


@cache
def _labels_of_rows(model: type[Fields]) -> str:
    """The columns' labels of all line items, in one text."""
    return " ".join(
        canonical(name)
        for one in declared(model).values()
        for column in (declared(one.row).values() if one.row else ())
        for name in column.mark.names
    )


def _is_among(text: str, others: Collection[str]) -> bool:
    return any(is_same(text, other) for other in others)


def is_same(text: str, other: str) -> bool:
    """Whether two texts are two readings of the same."""
    return SequenceMatcher(None, text, other, autojunk=False).ratio() >= SAME
