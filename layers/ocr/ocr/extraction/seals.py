"""The imprint of an invoice seal: letters along its rim, a tax number across it, 发票专用章 below.

It falls where it falls, mostly on the remarks, and says nothing that is not printed on the form as well. The words
across it are read as lines and show where it lies; whatever else stands within its rim without being a label is its
rim's.
"""

import re
from collections.abc import Sequence

from ocr.declare.fields import canonical
from ocr.extraction.page import Rect, TextSpan
from ocr.extraction.values import compact

# GB/T-shaped: an oval of 40 by 30 mm; its words and its number take about three fifths of its width.
WORDS = re.compile(r"(?=.*章)(?:.*[发票财务合同业][^名称]?[票专务同用].*|.*专用?.?章)")
PLACE = re.compile(r".{0,8}\(盖?章\)?")  # where the form asks for one
SHARE = 0.6  # of the imprint's width that its words take
HEIGHT = 0.8  # of its width
NUMBER = 15  # characters of a tax number, at least
RIM = 4  # letters that are read together along the rim, at most
LINE_GAP = 1.5  # from the number to the words below it, in line heights


def seals(spans: Sequence[TextSpan], labels: Sequence[str]) -> set[TextSpan]:
    """The spans that are of a seal's imprint; `labels` in canonical form are never."""
    found = {span for span in spans if PLACE.fullmatch(canonical(span.text))}
    page = "\n".join(compact(span.text) for span in spans)
    for words in (span for span in spans if _are_words(span, labels)):
        numbers = {span for span in spans if _is_number_over(span, words, page)}
        inside = _imprint(words.area, [number.area for number in numbers])
        rim = {span for span in spans if _is_on_rim(span, inside, labels)}
        found |= {words} | numbers | rim
    return found


def _are_words(span: TextSpan, labels: Sequence[str]) -> bool:
    text = canonical(span.text)
    return (
        len(text) >= 4
        and bool(WORDS.fullmatch(text))
        and not text.startswith(("(", "备注"))
        and "加盖" not in text
        and text not in labels
    )


def _is_number_over(span: TextSpan, words: TextSpan, page: str) -> bool:
    """Whether the span is the tax number across the seal: printed a second time, over its words."""
    text = compact(span.text)
    over = span.area.middle < words.area.middle and span.area.down(words.area) < LINE_GAP * words.area.height
    return len(text) >= NUMBER and text.isascii() and page.count(text) > 1 and over and span.area.across(words.area) < 0


def _imprint(words: Rect, numbers: Sequence[Rect]) -> Rect:
    """Where the seal lies: its words are near its lower rim, its number across its middle."""
    wide = max((words.width, *(number.width for number in numbers))) / SHARE
    center = numbers[0].center if numbers else words.center
    bottom = words.bottom + 0.05 * wide
    return Rect(center - wide / 2, bottom - HEIGHT * wide, center + wide / 2, bottom)


def _is_on_rim(span: TextSpan, inside: Rect, labels: Sequence[str]) -> bool:
    text = canonical(span.text)
    within = inside.left < span.area.center < inside.right and inside.top < span.area.middle < inside.bottom
    return within and len(text) <= RIM and text.isalpha() and text not in labels and not any(map(str.isascii, text))
