"""Which field a label stands for that several fields share: 名称 beside 购买方 and 名称 beside 销售方.

The head of the label decides: the nearest one to the left or above. A head of one character (男, 女) is the value of
another label in the same block, so there the first of the one belongs to the first of the other. Where the page shows
no heads, blocks stand in the order in which the product declares its fields.
"""

from collections.abc import Sequence
from functools import cmp_to_key
from typing import Any

from ocr.extraction.labels import LabelMatch
from ocr.extraction.layout import Layout, Mark
from ocr.extraction.page import Rect
from ocr.extraction.vocabulary import LONG_HEAD, LabelSense

HEAD_TAILS = ("", "信息", "资料", "方", "人", "单位", "情况")  # what a head may be followed by: 购买方信息
SIDEWAYS = 0.2  # what a step to the side counts against one down: blocks are wide


def settle(layout: Layout, fields: Sequence[str]) -> dict[LabelMatch, tuple[LabelSense, ...]]:
    """The meaning of every label that has one; `fields` in the order of their declaration.

    A label that several fields declare as it is introduces a value of each: a name and a number, words and figures.
    """
    settled: dict[LabelMatch, tuple[LabelSense, ...]] = {}
    shared: dict[tuple[LabelSense, ...], list[LabelMatch]] = {}
    for match in layout.matches:
        whole = tuple(meaning for meaning in match.meanings if not meaning.head)
        if len({meaning.field for meaning in match.meanings}) == 1:
            settled[match] = match.meanings[:1]
        elif len({meaning.field for meaning in whole}) > 1:
            settled[match] = whole
        elif match.meanings:
            shared.setdefault(match.meanings, []).append(match)
    for meanings, matches in shared.items():
        settled_here = _by_head_or_turn(sorted(matches, key=_reading_order), meanings, layout.marks, fields)
        settled |= {match: (meaning,) for match, meaning in settled_here.items()}
    return settled


def _by_head_or_turn(
    matches: list[LabelMatch], meanings: Sequence[LabelSense], marks: Sequence[Mark], fields: Sequence[str]
) -> dict[LabelMatch, LabelSense]:
    headed = [(meaning, mark) for meaning in meanings if meaning.head for mark in marks if _is_head(mark, meaning.head)]
    if len({meaning.field for meaning, _ in headed}) == 1 and len(matches) > 1:
        headed = []
    if headed and all(len(meaning.head) == 1 for meaning, _ in headed):
        return _paired(matches, headed)
    if headed:
        return _nearest(matches, headed, meanings)
    return _in_turn(matches, meanings, fields)


def _is_head(mark: Mark, head: str) -> bool:
    return mark.text.startswith(head) and mark.text[len(head) :] in (HEAD_TAILS if len(head) > 1 else "")


def _paired(matches: list[LabelMatch], headed: list[tuple[LabelSense, Mark]]) -> dict[LabelMatch, LabelSense]:
    """First label with first head, second with second."""
    order = sorted(headed, key=lambda pair: reading_order_of(pair[1].area))
    return {match: meaning for match, (meaning, _) in zip(matches, order, strict=False)}


def _nearest(
    matches: list[LabelMatch], headed: list[tuple[LabelSense, Mark]], meanings: Sequence[LabelSense]
) -> dict[LabelMatch, LabelSense]:
    found: dict[LabelMatch, LabelSense] = {}
    whole = next((meaning for meaning in meanings if not meaning.head), None)
    for match in matches:
        reached = [(way, meaning) for meaning, mark in headed if (way := _way(mark.area, match.area)) is not None]
        if reached:
            found[match] = min(reached, key=lambda pair: pair[0])[1]
        elif whole:
            found[match] = whole
    return found


def _way(head: Rect, area: Rect) -> float | None:
    """How far a label is from a head to its left or above it; None: it is on another side."""
    if head.right <= area.left + 0.5:
        return max(0.0, head.down(area)) + SIDEWAYS * max(0.0, head.across(area))
    if head.bottom <= area.top + 0.5:
        return head.down(area) + SIDEWAYS * max(0.0, head.across(area))
    return None


def _in_turn(
    matches: list[LabelMatch], meanings: Sequence[LabelSense], fields: Sequence[str]
) -> dict[LabelMatch, LabelSense]:
    """Without heads: labels in reading order, fields in the order of their declaration."""
    whole = [meaning for meaning in meanings if not meaning.head]
    if whole and len(matches) == 1:
        return {matches[0]: whole[0]}
    first = {meaning.field: meaning for meaning in reversed(meanings)}
    parties = {meaning.field for meaning in meanings if len(meaning.head) >= LONG_HEAD}
    if len(parties) > 1:
        # Of other heads nothing heads a block: 发票 in 发票名称.
        first = {field: meaning for field, meaning in first.items() if field in parties}
    order = [first[field] for field in fields if field in first]
    return dict(zip(matches, order, strict=False)) if len(matches) > 1 else {}


@cmp_to_key
def reading_order_of(one: Rect, other: Rect) -> int:
    """Reading order: by rows from the top, within a row from the left."""
    if one.beside(other):
        return -1 if one.left < other.left else 1
    return -1 if one.middle < other.middle else 1


def _reading_order(match: LabelMatch) -> Any:
    return reading_order_of(match.area)
