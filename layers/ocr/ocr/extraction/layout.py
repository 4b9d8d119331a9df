"""The page as labels and what stands around them."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from ocr.declare.fields import canonical
from ocr.extraction.captions import is_caption
from ocr.extraction.labels import ENUMERATION, LETTER_GAP, LabelledRow, LabelMatch, match
from ocr.extraction.page import Rect, TextSpan, around, rows
from ocr.extraction.seals import seals
from ocr.extraction.vocabulary import Vocabulary, is_chinese

STACK_GAP = 1.6  # between the middles' edges of characters printed one below the other
WORD_GAP = 1.5  # within one run of text
OVERLAP = 1.5  # how far two texts of one run may reach into each other, as boxes that are too wide do
WRAP_GAP = 1.0  # between the two lines of one label
VALUE_INDENT = 1.5  # how far a value right below its label may begin out of line with it
VALUE_BELOW = 1.6  # between the middles of both


@dataclass(frozen=True)
class Mark:
    """A text and its place: what a head is recognized by."""

    text: str
    area: Rect


@dataclass
class Layout:
    """What a product's labels make of a page: rows of labels and values, and the marks that may head a block."""

    rows: list[LabelledRow]
    marks: list[Mark] = field(default_factory=list)

    @property
    def matches(self) -> list[LabelMatch]:
        """Every label in reading order."""
        return [match for row in self.rows for match in row.matches]

    @property
    def spans(self) -> list[TextSpan]:
        """Everything that is no label, in reading order."""
        return [span for row in self.rows for held in row.held for span in held]

    @property
    def lines(self) -> list[list[TextSpan]]:
        """Every run of text that is no label, also those that follow one in a span of their own."""
        runs = (run for row in self.rows for held in row.held for run in reaching(held, WORD_GAP))
        labelled = {id(span.line) for match in self.matches for span in match.spans}
        return [run for run in runs if id(run[0].line) not in labelled]

    @property
    def unlabelled(self) -> list[list[TextSpan]]:
        """The runs of text that do not follow a label directly."""
        return self.lines_beside(set(self.matches))

    def lines_beside(self, labels: Collection[LabelMatch]) -> list[list[TextSpan]]:
        """The runs of text that do not follow one of `labels` directly; what only looks like a label is text again."""
        return [line for row in self.rows for line in _unlabelled(row, labels)]

    def mistaken(self, labels: Collection[LabelMatch]) -> list[TextSpan]:
        """The spans that begin like a label, if that is none of `labels`."""
        return [span for row in self.rows for span in _mistaken(row, labels)]


def _unlabelled(row: LabelledRow, labels: Collection[LabelMatch]) -> Iterator[list[TextSpan]]:
    for held in row.held:
        runs = reaching(held, WORD_GAP)
        yield from runs if held is row.loose else runs[1:]
    for span in _mistaken(row, labels):
        yield [span]


def _mistaken(row: LabelledRow, labels: Collection[LabelMatch]) -> Iterator[TextSpan]:
    """Whole spans in which there are only labels that may be none."""
    for span in row.spans:
        held = [one for one in row.matches if one.holds(span.line)]
        if held and all(one.weak and one not in labels for one in held):
            yield span


def laid_out(spans: Sequence[TextSpan], words: Vocabulary) -> Layout:
    """The page cut into labels and values."""
    sealed = seals(spans, [*words.terms, *words.heads])
    captions = [one for one in spans if one not in sealed and _is_small_print(one, words)]
    values = {one for one in captions if _is_in_other_print(one, spans, words)}
    left_out = {*sealed, *captions} - values
    shortened = [_one_language(one, words) for one in spans if one not in left_out]
    columns, beside_columns = _columns(_in_rows(shortened, words), words)
    over_two_lines, rest = wrapped(beside_columns, words)
    layout = Layout([match(row, words, values) for row in rows(rest)])
    layout.marks = columns + [Mark(canonical(one.label), one.area) for one in layout.matches]
    layout.marks += [Mark(head, _beginning(one, head)) for one in layout.matches if (head := words.head_of(one.label))]
    layout.marks += [Mark(canonical(span.text), span.area) for span in layout.spans]
    uprights = [
        LabelMatch(mark.text, words.terms[mark.text], mark.area) for mark in columns if mark.text in words.terms
    ]
    for one in (*over_two_lines, *uprights):
        one.free = words.runs_on(one.label)
        _take_from_rows(one, layout)
    return layout


def _beginning(one: LabelMatch, head: str) -> Rect:
    """Where a label's head stands: a long label reaches no nearer to what is another block's."""
    return replace(one.area, right=one.area.left + one.area.width * len(head) / len(one.label))


def _is_small_print(span: TextSpan, words: Vocabulary) -> bool:
    sides = re.split("[/／]", span.text.strip(" /／:"))
    bilingual = len(sides) > 1 and any(is_caption(side) for side in sides) and not re.search("[0-9]", span.text)
    return (bilingual or is_caption(span.text)) and not _says_label(span, words)


def _says_label(span: TextSpan, words: Vocabulary) -> bool:
    """Whether the text is a declared label, in one of its languages."""
    sides = re.split("[/／]", span.text.strip(" /／:"))
    return canonical("".join(sides)) in words.terms or any(canonical(side) in words.terms for side in sides)


def _is_in_other_print(span: TextSpan, spans: Iterable[TextSpan], words: Vocabulary) -> bool:
    """Whether a text in capitals begins right below a label that has small letters: PASSPORT OFFICE is a value then."""
    if not span.text.isupper() or not span.text.isascii():
        return False
    over = (other for other in spans if _is_right_over(other.area, span.area))
    return any(any(map(str.islower, other.text)) and _says_label(other, words) for other in over)


def _is_right_over(upper: Rect, lower: Rect) -> bool:
    return abs(upper.left - lower.left) < VALUE_INDENT and 0 < lower.middle - upper.middle < VALUE_BELOW


def _one_language(span: TextSpan, words: Vocabulary) -> TextSpan:
    """A caption in several languages as the declared one of them, in the place of all: 1. Nom/Surname."""
    numbered = ENUMERATION.match(span.text)
    first = numbered.end() if numbered else 0
    sides = [(match.start(), match.end()) for match in re.compile("[^/／]+").finditer(span.text, first)]
    declared = canonical(span.text[first:]) in words.terms
    if len(sides) < 2 or declared or any(map(str.isdigit, span.text[first:])):
        return span
    known = [number for number, (start, end) in enumerate(sides) if canonical(span.text[start:end]) in words.terms]
    if not known or not all(_is_translation(span.text[start:end], words) for start, end in sides[known[0] + 1 :]):
        return span
    start, end = sides[known[0]]
    caption = span.cut(span.start + start, span.start + end)
    return replace(caption, area=span.area) if caption else span


def _is_translation(text: str, words: Vocabulary) -> bool:
    """Whether a text behind a label and a slash says the label again; a value would be in capitals or in Chinese."""
    if canonical(text) in words.terms or is_caption(text):
        return True
    return any(map(str.islower, text)) and not is_chinese(text)


def wrapped(spans: Sequence[TextSpan], words: Vocabulary) -> tuple[list[LabelMatch], list[TextSpan]]:
    """Labels that are printed over two lines, and the spans without them."""
    matches: list[LabelMatch] = []
    used: set[TextSpan] = set()
    for upper in spans:
        start = canonical(ENUMERATION.sub("", upper.text, count=1))
        if upper in used or len(start) < 2 or start in words.terms or not words.begins(start):
            continue
        for lower in spans:
            term = start + canonical(lower.text)
            if term in words.terms and lower not in used and _continues(upper, lower):
                area = around((upper.area, lower.area))
                matches.append(LabelMatch(term, words.terms[term], area, spans=(upper, lower)))
                used |= {upper, lower}
    return matches, [span for span in spans if span not in used]


def _continues(upper: TextSpan, lower: TextSpan) -> bool:
    below = lower.area.middle > upper.area.middle and not lower.area.beside(upper.area)
    return below and lower.area.down(upper.area) < WRAP_GAP and lower.area.across(upper.area) < 0


def _in_rows(spans: Sequence[TextSpan], words: Vocabulary) -> Iterator[TextSpan]:
    """The spans, cut into letters where these begin labels that are spaced out: 名(称) over 类(型)."""
    for span in spans:
        letters = [span.cut(at, at + 1) for at in range(span.start, span.end)] if span.vertical else []
        begun = [letter for letter in letters if letter and _begins_label(letter, spans, words)]
        yield from begun if begun and len(begun) == len(letters) else [span]


def _begins_label(letter: TextSpan, spans: Iterable[TextSpan], words: Vocabulary) -> bool:
    """Whether a letter and what stands in its row begin with a label."""
    beside = (other for other in spans if not other.vertical and other.area.beside(letter.area))
    right = [other for other in beside if 0 < other.area.left - letter.area.right < LETTER_GAP]
    if not right:
        return False
    text = canonical(letter.text + min(right, key=lambda other: other.area.left).text)
    return len(words.at(text, 0) or "") > 1


def _columns(spans: Iterable[TextSpan], words: Vocabulary) -> tuple[list[Mark], list[TextSpan]]:
    """Labels and heads whose characters stand one below the other, in one span or in several, and all other spans."""
    marks: list[Mark] = []
    used: set[TextSpan] = set()
    spans = list(spans)
    for column in stacks(spans):
        letters = [(letter, span) for span in column for letter in canonical(span.text)]
        text = "".join(letter for letter, _ in letters)
        if head := words.head(text):
            marks.append(Mark(head, around(span.area for span in column)))
            used |= set(column)
            continue
        for start, end in words.upright(text):
            held = {span for _, span in letters[start:end]}
            marks.append(Mark(text[start:end], around(span.area for span in held)))
            used |= held
    return marks, [span for span in spans if span not in used]


def stacks(spans: Sequence[TextSpan]) -> list[list[TextSpan]]:
    """Texts that run from top to bottom: vertical spans and single characters that stand one below the other."""
    narrow = [span for span in spans if span.vertical or len(canonical(span.text)) == 1]
    narrow.sort(key=lambda span: span.area.top)
    stacks: list[list[TextSpan]] = []
    while narrow:
        stacks.append([narrow.pop(0)])
        while follower := next((one for one in narrow if _under(stacks[-1][-1].area, one.area)), None):
            narrow.remove(follower)
            stacks[-1].append(follower)
    return stacks


def _under(upper: Rect, lower: Rect) -> bool:
    aligned = abs(upper.center - lower.center) < 0.5 * max(upper.width, lower.width)
    return aligned and lower.middle > upper.middle and lower.down(upper) < STACK_GAP


def _take_from_rows(taker: LabelMatch, layout: Layout) -> None:
    """Give a label that stands beside several rows what follows it there, and make it part of its row."""
    home: LabelledRow | None = None
    for row in layout.rows:
        if not any(span.area.beside(taker.area) for span in row.spans):
            continue
        owner = next((one for one in reversed(row.matches) if one.area.right <= taker.area.left + 0.5), None)
        held = owner.values if owner else row.loose
        taken = [span for span in held if span.area.left >= taker.area.right - 0.5]
        held[:] = [span for span in held if span not in taken and span.area.across(taker.area) > -0.5]
        taker.values += taken
        home = home or row
    if home is None:
        layout.rows.append(LabelledRow([], [taker], []))
    else:
        home.matches.append(taker)
        home.matches.sort(key=lambda one: one.area.left)


def reaching(spans: Iterable[TextSpan], gap: float) -> list[list[TextSpan]]:
    """The spans of a row in runs, a new one beginning after every gap wider than `gap`, and where two lie one above the
    other: print that is off its row is."""
    runs: list[list[TextSpan]] = []
    for span in spans:
        if runs and -OVERLAP < runs[-1][-1].area.across(span.area) <= gap and runs[-1][-1].area.beside(span.area):
            runs[-1].append(span)
        else:
            runs.append([span])
    return runs
