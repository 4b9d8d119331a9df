"""What stands on a page as a label: the declared ones, and what looks like one.

They are printed spaced out (姓 名), numbered (5.车辆类型), glued to their values (性别男民族汉), with small print
(姓名/Name). So a row is read as one run of characters, and a label is where one may begin: at a text's beginning, after
a blank or a colon, or where the value of the label before it ends.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from ocr.declare.fields import canonical, canonical_letter
from ocr.extraction.captions import is_nearly_caption
from ocr.extraction.page import Rect, TextSpan, around
from ocr.extraction.vocabulary import LONG_LABEL, LabelSense, Vocabulary, is_chinese
from ocr.model.reading import Line

LETTER_GAP = 6.0  # how far apart the letters of a label that is spaced out may stand, in line heights
SEPARATORS = ":;,.()[]<>|/、。·*-"
ENUMERATION = re.compile(r"\s*[0-9]{1,2}[.．、)）]\s*")  # 5.车辆类型
DIRT = " .,·'|、。，-"  # what is read at the ends of a text that is none of it
SPECKS = re.compile(r"[.,·'|、。，]+")  # and behind a label: a dash is a value that says nothing
JOINTS = ":： /／|｜、;；,，)）]】"
OPENINGS = " /／|｜、;；,，(（[【"
LATIN = re.compile(r"[A-Za-z][A-Za-z .'/()-]*(?![0-9])")
_LETTER = r"[\u4e00-\u9fffA-Za-z()（）、/·.]"
ELSEWHERE = re.compile(rf"(?:{_LETTER}{{2,16}}?|(?:{_LETTER}\s+){{1,7}}{_LETTER})\s*[:：](?!//)")

# What may be printed behind a declared label without making it another one: 单位名称, 总质量(kg), and where the label
# goes on in the next line 购买方名称及 or 购买方名称及身份.
SUFFIX = re.compile(
    r"(?:名称|全称|及|和|号码|编号|情况|\([^()0-9]{1,8}\)|（[^（）0-9]{1,8}）){1,2}(?=\s*[:：])"
    r"|\s*[(（](?:kg|g|t|mm|cm|m|km|km/h|ml|l|kw|m2|㎡|%|千克|公斤|吨|毫米|厘米|米|平方米|元|万元|人|片|个)[)）]"
    r"|及(?:身份(?:证(?:号码?)?)?)?\s*$",
    re.IGNORECASE,
)
# What begins a word behind a mark: ，分摊 of 分摊建筑面积.
LIST = re.compile(r"(?:^|[,，;；、/])\s*[\u4e00-\u9fff]{2,}$")


@dataclass(eq=False)
class LabelMatch:
    """A label found on the page.

    meanings  what it may stand for; empty for a label that nobody declared
    label     as it is printed (undeclared) or as the term it matched
    values    what follows it in its row, up to the next label
    exact     every character of it was read as declared
    colon     a colon follows
    glued     a value follows without any gap: it may be a word that only begins like a label
    spans     the texts that it is printed in
    """

    label: str
    meanings: tuple[LabelSense, ...]
    area: Rect
    values: list[TextSpan] = field(default_factory=list)
    exact: bool = True
    colon: bool = False
    glued: bool = False
    free: bool = False
    spans: tuple[TextSpan, ...] = ()

    @property
    def weak(self) -> bool:
        """Whether it may be a part of a text that only looks like a label."""
        return not self.meanings or (self.glued and not self.colon)

    def holds(self, line: Line) -> bool:
        """Whether it is printed in one span with this line."""
        return any(span.line is line for span in self.spans)


@dataclass(frozen=True)
class Char:
    """One canonical character of a row and where it was read. `opens`: a label may begin here."""

    key: str
    span: TextSpan
    at: int
    opens: bool
    first: bool


@dataclass
class LabelledRow:
    """One row of the page: its labels from the left, and what stands before the first of them."""

    spans: list[TextSpan]
    matches: list[LabelMatch]
    loose: list[TextSpan]

    @property
    def held(self) -> list[list[TextSpan]]:
        """What stands between the labels, from the left."""
        return [self.loose, *(match.values for match in self.matches)]


def match(row: list[TextSpan], words: Vocabulary, values: Collection[TextSpan] = ()) -> LabelledRow:
    """The labels of one row, each with the values that follow it. `values` are known to be no small print."""
    return _Reader(row, words, values).read()


class _Reader:
    """Reads one row from the left, as one run of characters that knows where each was printed."""

    def __init__(self, row: list[TextSpan], words: Vocabulary, values: Collection[TextSpan]) -> None:
        self.row = row
        self.words = words
        self.values = values
        self.letters = [letter for span in row for letter in _letters(span)]
        self.text = "".join(letter.key for letter in self.letters)
        self.found: list[tuple[int, int, LabelMatch]] = []

    def read(self) -> LabelledRow:
        position = 0
        while position < len(self.letters):
            position = self._declared(position) or self._elsewhere(position) or position + 1
        return self._shared_out()

    def _declared(self, start: int) -> int:
        """Where the declared label that begins here ends; 0 if none does."""
        term, size, exact = self._term(start)
        if term is None or not self._admitted(start, start + size, term):
            return 0
        end = self._suffixed(start + size)
        one = LabelMatch(term, self.words.terms[term], self._area(start, end), exact=exact)
        one.free = self.words.runs_on(term)
        self._note(start, end, one)
        return end

    def _suffixed(self, end: int) -> int:
        """Where a label ends with what is printed behind it and does not make it another one."""
        span, at = self.letters[end - 1].span, self.letters[end - 1].at + 1
        match = SUFFIX.match(span.line.text, at, span.end)
        if match is None:
            return end
        return next((n for n in range(end, len(self.letters)) if self._passed(n, span, match.end())), len(self.letters))

    def _term(self, start: int) -> tuple[str | None, int, bool]:
        """The term here, how many characters it takes, and whether all were read rightly. A misread one is one text."""
        term = self.words.at(self.text, start)
        if term or not self.letters[start].opens:
            return term, len(term or ""), True
        if self.letters[start].first and self._ends_with_colon(start + 1):
            ended = [term for term in self.words.terms if len(term) == 2 and term[1] == self.text[start]]
            return (ended[0], 1, False) if len(ended) == 1 else (None, 0, False)
        span = self.letters[start].span
        end = next((at for at in range(start, len(self.letters)) if self.letters[at].span is not span), None)
        term, size = self.words.nearly_at(self.text[:end], start) or ("", 0)
        return (None, 0, False) if self._may_be_cut(term, start + size) else (term, size, False)

    def _may_be_cut(self, term: str, end: int) -> bool:
        """Whether a misread label's last letter may be the first of the text that is glued to it: 核发机河津市."""
        glued = end < len(self.text) and not self._closed(end) and is_chinese(self.text[end])
        return not term or (glued and self.text[end - 1] != term[-1])

    def _admitted(self, start: int, end: int, term: str) -> bool:
        """Whether a term stands here as a label and not as a part of some other word."""
        opened, before = self.letters[start].opens, self._before(start)
        word = opened and self._closed(end)
        if not self._close_together(start, end) or ((len(term) == 1 or not is_chinese(term)) and not word):
            return False
        if self._is_listed(start):
            return False
        if self._ends_with_colon(end):
            if not opened and self._ends_longer(start, term):
                return False
            return opened or bool(self.found and not self.found[-1][2].free)
        if self._is_spaced_out(start, end) and self.words.is_whole(term):
            return True
        if before and start == self.found[-1][1] and self._are_labels(self.letters[start].span):
            return True
        if before and self._is_in_brackets(start):
            return False
        if before and not opened:
            behind = start > self.found[-1][1] or len(term) >= LONG_LABEL
            return self.words.is_whole(term) and not before.free and behind
        if self._ends_span(start, end, term) or self._is_behind_text(start, end, term):
            return True
        return self._after_blank(start) and not (before and before.free)

    def _is_listed(self, start: int) -> bool:
        """Whether a semicolon stands before it: a remark lists accounts so, a form sets its labels apart by blanks."""
        letter = self.letters[start]
        return letter.span.line.text[letter.span.start : letter.at].rstrip().endswith((";", "；"))

    def _ends_longer(self, start: int, term: str) -> bool:
        """Whether it ends a longer label that a value lists: 面积 宗地面积：90㎡/建筑面积：80㎡ is one value."""
        if not self.found:
            return False
        letter, last = self.letters[start], self.found[-1][2]
        before = letter.span.line.text[letter.span.start : letter.at]
        return bool(LIST.search(before)) and (last.label == term or not last.meanings)

    def _is_spaced_out(self, start: int, end: int) -> bool:
        """Whether a label begins behind a blank at the end of one span and ends in the next: no text does so."""
        first, last = self.letters[start], self.letters[end - 1]
        return first.opens and first.span is not last.span and self._after_blank(start)

    def _are_labels(self, span: TextSpan) -> bool:
        """Whether a span is nothing but labels: the heads of two columns, read as one text."""
        text, at = canonical(span.text), 0
        while at < len(text) and len(term := self.words.at(text, at) or "") > 1:
            at += len(term)
        return at == len(text)

    def _closed(self, end: int) -> bool:
        """Whether a word may end before this position."""
        return end == len(self.letters) or self.letters[end].opens or self.letters[end].key in SEPARATORS

    def _ends_span(self, start: int, end: int, term: str) -> bool:
        """Whether a long label was read as the end of the value before it: the next span is its own value."""
        if not self.found or self.found[-1][2].free or len(term) < LONG_LABEL or end == len(self.letters):
            return False
        return self.letters[end].first and not self.letters[start].first and self.words.is_whole(term)

    def _is_behind_text(self, start: int, end: int, term: str) -> bool:
        """Whether a long label was read as the end of the text beside it, which has no label: 广东省深圳出生日期.

        What follows in the row is its value then.
        """
        if self.found or end == len(self.letters) or self.words.at(self.text, end):
            return False
        long = len(term) >= LONG_LABEL and self.words.is_whole(term)
        return long and not self.letters[start].first and self.letters[end].first

    def _before(self, start: int) -> LabelMatch | None:
        """The label whose value this position would be, if both stand in one span."""
        if not self.found:
            return None
        _, end, match = self.found[-1]
        same = self.letters[end - 1].span is self.letters[start].span
        return match if same else None

    def _is_in_brackets(self, start: int) -> bool:
        """Whether a bracket that the value opened is still open here: 有限责任公司(台港澳法人独资)."""
        letter, behind = self.letters[start], self.letters[self.found[-1][1]].at
        value = canonical(letter.span.line.text[behind : letter.at])
        return value.count("(") > value.count(")")

    def _after_blank(self, start: int) -> bool:
        letter = self.letters[start]
        before = letter.span.line.text[letter.span.start : letter.at]
        return (
            letter.first
            or not before.strip(DIRT)
            or before[-1].isspace()
            or before[-1] in ":："
            or bool(ENUMERATION.fullmatch(before))
        )

    def _close_together(self, start: int, end: int) -> bool:
        spans = list(dict.fromkeys(letter.span for letter in self.letters[start:end]))
        return all(left.area.across(right.area) < LETTER_GAP for left, right in zip(spans, spans[1:], strict=False))

    def _elsewhere(self, start: int) -> int:
        """Where a label that nobody declared ends: a few words and a colon at the beginning of a span."""
        letter = self.letters[start]
        begins_value = bool(self.found) and self.found[-1][1] == start and not self._is_left_empty(start)
        begins = letter.opens and letter.key.isalnum() and self._after_blank(start) and not self._is_listed(start)
        if begins_value or not begins:
            return 0
        before = self._before(start)
        match = ELSEWHERE.match(letter.span.text, letter.at - letter.span.start)
        if match is None or (before and (before.free or is_nearly_caption(match.group()))):
            return 0
        last = letter.span.start + match.end() - 1
        behind = (number for number in range(start, len(self.letters)) if self._passed(number, letter.span, last))
        end = next(behind, len(self.letters))
        if end == start:
            return 0
        self._note(start, end, LabelMatch(match.group().rstrip(":： "), (), self._area(start, end)))
        return end

    def _is_left_empty(self, start: int) -> bool:
        """Whether the label before has no value, but the next label behind a blank: 保证人名称： 保证人地址：."""
        letter, last = self.letters[start], self.found[-1][2]
        written = letter.span.line.text[: letter.span.end]
        blank = not letter.first and written[letter.at - 1].isspace()
        return last.colon and not last.free and (blank or letter.first) and written.rstrip().endswith((":", "："))

    def _passed(self, number: int, span: TextSpan, last: int) -> bool:
        letter = self.letters[number]
        return letter.span is not span or letter.at >= last

    def _note(self, start: int, end: int, match: LabelMatch) -> None:
        match.spans = tuple(dict.fromkeys(letter.span for letter in self.letters[start:end]))
        match.colon = self._ends_with_colon(end)
        match.glued = not self._closed(end)
        self.found.append((start, end, match))

    def _ends_with_colon(self, end: int) -> bool:
        letter = self.letters[end - 1]
        return letter.span.line.text[letter.at + 1 : letter.span.end].lstrip()[:1] in (":", "：")

    def _area(self, start: int, end: int) -> Rect:
        letters = self.letters[start:end]
        return around(letter.span.place(letter.at, letter.at + 1) for letter in letters)

    def _shared_out(self) -> LabelledRow:
        """Every label with the spans from its end to the next label's beginning."""
        starts = [start for start, _, _ in self.found] + [len(self.letters)]
        for number, (_, end, match) in enumerate(self.found):
            match.values = self._between(end, starts[number + 1])
        return LabelledRow(self.row, [match for _, _, match in self.found], self._between(0, starts[0]))

    def _between(self, start: int, end: int) -> list[TextSpan]:
        runs: dict[TextSpan, list[int]] = {}
        for letter in self.letters[start:end]:
            runs.setdefault(letter.span, []).append(letter.at)
        spans = (span if span in self.values else _value(span, ats[0], ats[-1] + 1) for span, ats in runs.items())
        return [
            span for span in spans if span and not (ENUMERATION.fullmatch(span.text) or SPECKS.fullmatch(span.text))
        ]


def _value(span: TextSpan, start: int, end: int) -> TextSpan | None:
    """The characters from `start` to `end` without what only joins them to a label, and without its small print."""
    said = span.line.text[start:end]
    small = LATIN.match(said.lstrip(JOINTS))
    if small and is_nearly_caption(small.group()):
        said = said.lstrip(JOINTS)[small.end() :]
    start = end - len(said.lstrip(JOINTS))
    if end < span.end:
        end -= len(said) - len(said.rstrip(OPENINGS))
    return span.cut(start, max(start, end))


def _letters(span: TextSpan) -> list[Char]:
    found: list[Char] = []
    opens = first = True
    for at in range(span.start, span.end):
        character = span.line.text[at]
        keys = canonical_letter(character)
        for key in keys:
            found.append(Char(key, span, at, opens, first))
            opens = first = False
        opens = opens or not keys or character in SEPARATORS or keys in SEPARATORS
    return found
