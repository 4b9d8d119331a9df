"""What on a page says that it is another paper than one of a product: its heading, and captions of other forms.

Half the papers of the world print a name, a date and an amount. A page that is headed by another kind of paper, or
whose captions mostly are none of the product's, is not the product's, however many of its words stand there.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from difflib import SequenceMatcher

from ocr.declare.fields import canonical
from ocr.extraction.page import TextSpan
from ocr.model.reading import Line

HEADING_ROWS = 4  # from the top, in which a page says what it is
SHORTEST_HEADING, LONGEST_HEADING = 3, 20  # characters
# What the words for kinds of papers end in: 登记表, 处方笺, 送货单, 合格证, 学生证, 个人简历, 缴费凭条.
PAPERS = "单表证书票卡笺据函条历签簿册"
HEADING = re.compile(rf"[\u4e00-\u9fff()（）0-9]*[{PAPERS}]")
BRACKETS = re.compile(r"[(（].*?[)）]")
# A caption stands at the beginning or behind a blank or a stop; 10:12 is none.
CAPTION = re.compile(r"(?:^|(?<=[\s;,。】)]))([^\s:;,。]{2,10})\s*:(?!\d)")
ALIKE = 0.7  # from here on a caption is a label that was not quite read


def headings(rows: Sequence[Sequence[TextSpan]]) -> Iterator[str]:
    """The texts on top of a page that name a kind of paper, canonical."""
    for row in rows[:HEADING_ROWS]:
        for text in (*(span.text for span in row), "".join(span.text for span in row)):
            heading = canonical(text)
            if SHORTEST_HEADING <= len(heading) <= LONGEST_HEADING and HEADING.fullmatch(BRACKETS.sub("", heading)):
                yield heading


def is_headed_otherwise(headings: Collection[str], names: Collection[str]) -> bool:
    """Whether a page is headed by other kinds of papers only than what a product's names end in."""
    ends = {BRACKETS.sub("", name)[-1:] for name in names}
    return bool(headings) and not any(BRACKETS.sub("", heading)[-1:] in ends for heading in headings)


def captions(lines: Sequence[Line]) -> Iterator[str]:
    """Every text with a colon behind that is set as a caption, canonical."""
    for line in lines:
        for match in CAPTION.finditer(unicodedata.normalize("NFKC", line.text)):
            yield canonical(match[1])


def foreign(captions: Collection[str], labels: Collection[str]) -> list[str]:
    """The captions that are none of these labels, also where a letter was misread."""
    return [one for one in captions if not any(_is_alike(one, label) for label in labels)]


def _is_alike(caption: str, label: str) -> bool:
    return caption == label or SequenceMatcher(None, caption, label, autojunk=False).ratio() >= ALIKE
