"""Two texts that were read as one line: 2013-06-172013-06-18, a number run together with the code beside it, a label
whose first letter was read with the text to its left."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from ocr.declare.checks import valid
from ocr.extraction.page import TextSpan
from ocr.extraction.values import compact

_DAY = r"[12][0-9]{3}(?:[-./][0-9]{1,2}[-./][0-9]{2}|年[0-9]{1,2}月[0-9]{1,2}日)"
TIMES = re.compile(r"(?<![0-9:])[0-2]?[0-9]:[0-5][0-9](?:[-~—–一至]+)(?=[0-2]?[0-9]:[0-5][0-9](?![0-9]))")
# An amount, and the rate of tax in the next, narrow column: 450.0017%.
RATES = re.compile(r"[0-9]\.[0-9]{2}(?=(?:[013569]|1[01367])%)")
# An amount in words, and in figures: 叁仟元整 ￥3000.00.
WORDS = re.compile(r"[元圆角分整正](?=\s*[(（]?\s*[¥￥]\s*[:：]?\s*[0-9])")
DAYS = re.compile(rf"{_DAY}(?=\s*{_DAY})")
LEAST_COPIED = 8  # characters of a number that is known again behind another one
# What may be a number with a check digit, by itself between blanks, and the checks that say so.
NUMBER = re.compile(r"(?<!\S)[0-9A-Z]{17,18}(?!\S)")
CHECKS = ("vin_17", "cn_resident_id")
# A label of so many letters may be torn; its parts stand this close, in line heights.
TORN = (2, 3, 4)
TORN_GAP = 3.0


def apart(spans: Sequence[TextSpan], labels: Iterable[str]) -> list[TextSpan]:
    """The spans, those that are two texts as two; `labels` in canonical form are of the form."""
    numbers = {text for span in spans if len(text := compact(span.text)) >= LEAST_COPIED and text.isdecimal()}
    known = tuple(labels)
    torn = defaultdict(set)
    for span, cut in _torn(spans, known):
        torn[span].add(cut)
    return [part for span in spans for part in _parts(span, numbers, torn.get(span, ()))]


@lru_cache(maxsize=128)
def _parts_of(labels: tuple[str, ...]) -> Mapping[str, set[str]]:
    """The ends of labels, each with the beginnings that it may lack."""
    heads: dict[str, set[str]] = defaultdict(set)
    for label in labels:
        if len(label) in TORN and not label.isascii():
            for cut in range(1, len(label)):
                if label[cut:] not in labels:
                    heads[label[cut:]].add(label[:cut])
    return heads


def _torn(spans: Sequence[TextSpan], labels: tuple[str, ...]) -> Iterator[tuple[TextSpan, int]]:
    """Where two texts of a row are to be cut so that a label's parts stand by themselves."""
    heads = _parts_of(labels)
    for span in (span for span in spans if not span.text.startswith(labels)):
        for length in range(1, max(TORN)):
            for head in heads.get(span.text[:length], ()):
                for before in spans:
                    gap = span.area.left - before.area.right
                    whole = before.text[-len(head) :] == head and len(before.text) > len(head)
                    if whole and -1.0 < gap < TORN_GAP and before.area.beside(span.area):
                        yield before, len(before.text) - len(head)
                        yield span, length


def _parts(span: TextSpan, numbers: Iterable[str], torn: Iterable[int]) -> Iterator[TextSpan]:
    ends = {*_joints(span.text), *_copied(span.text, numbers), *_checked(span.text), *torn}
    cuts = sorted({span.start + end for end in ends if 0 < end < len(span.text)})
    for start, end in zip([span.start, *cuts], [*cuts, span.end], strict=True):
        if part := span.cut(start, end):
            yield part


def _joints(text: str) -> Iterator[int]:
    """Where a date ends right behind which another one begins, a time from which a ride lasts until another, or an
    amount before its rate or its figures."""
    yield from (match.end() for form in (DAYS, TIMES, RATES, WORDS) for match in form.finditer(text))


def proved(text: str) -> bool:
    """Whether a text is a number with a right check digit and nothing else."""
    return bool(NUMBER.fullmatch(text)) and any(valid(check, text) for check in CHECKS)


def _checked(text: str) -> Iterator[int]:
    """Where a number with a right check digit begins and ends behind another text with figures, which is no label."""
    for match in NUMBER.finditer(text):
        if re.search("[0-9]", text[: match.start()]) and proved(match[0]):
            yield from match.span()


def _copied(text: str, numbers: Iterable[str]) -> Iterator[int]:
    """Where a number begins that stands alone elsewhere, if what is before it is as long as a number, too."""
    for number in numbers:
        before = text[: -len(number)]
        if text.endswith(number) and len(compact(before)) >= LEAST_COPIED and before[-1:].isdecimal():
            yield len(before)
