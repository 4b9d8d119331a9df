"""The page as labels and what stands around them."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from ocr.declare.fields import canonical
from ocr.extraction.captions import is_caption
from ocr.extraction.labels import ENUMERATION, LETTER_GAP, LabelMatch, Row, spot
from ocr.extraction.page import Rect, TextSpan, around, rows
from ocr.extraction.seals import seals
from ocr.extraction.words import Vocabulary, is_chinese

STACK_GAP = 1.6  # between the middles' edges of characters printed one below the other
WORD_GAP = 1.5  # within one run of text
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

    rows: list[Row]
    marks: list[Mark] = field(default_factory=list)

    @property
    def spots(self) -> list[LabelMatch]:
        """Every label in reading order."""
        return [spot for row in self.rows for spot in row.spots]

    @property
    def pieces(self) -> list[TextSpan]:
        """Everything that is no label, in reading order."""
        return [piece for row in self.rows for held in row.held for piece in held]

    @property
    def lines(self) -> list[list[TextSpan]]:
        """Every run of text that is no label, also those that follow one in a piece of their own."""
        runs = (run for row in self.rows for held in row.held for run in reaching(held, WORD_GAP))
        labelled = {id(piece.line) for spot in self.spots for piece in spot.pieces}
        return [run for run in runs if id(run[0].line) not in labelled]

    @property
    def unlabelled(self) -> list[list[TextSpan]]:
        """The runs of text that do not follow a label directly."""
        return self.lines_beside(set(self.spots))

    def lines_beside(self, labels: Collection[LabelMatch]) -> list[list[TextSpan]]:
        """The runs of text that do not follow one of `labels` directly; what only looks like a label is text again."""
        return [line for row in self.rows for line in _unlabelled(row, labels)]

    def mistaken(self, labels: Collection[LabelMatch]) -> list[TextSpan]:
        """The pieces that begin like a label, if that is none of `labels`."""
        return [piece for row in self.rows for piece in _mistaken(row, labels)]


def _unlabelled(row: Row, labels: Collection[LabelMatch]) -> Iterator[list[TextSpan]]:
    for held in row.held:
        runs = reaching(held, WORD_GAP)
        yield from runs if held is row.loose else runs[1:]
    for piece in _mistaken(row, labels):
        yield [piece]


def _mistaken(row: Row, labels: Collection[LabelMatch]) -> Iterator[TextSpan]:
    """Whole pieces in which there are only labels that may be none."""
    for piece in row.pieces:
        held = [one for one in row.spots if one.holds(piece.line)]
        if held and all(one.weak and one not in labels for one in held):
            yield piece


def laid_out(pieces: Sequence[TextSpan], words: Vocabulary) -> Layout:
    """The page cut into labels and values."""
    sealed = seals(pieces, [*words.terms, *words.heads])
    captions = [one for one in pieces if one not in sealed and _is_small_print(one, words)]
    values = {one for one in captions if _is_in_other_print(one, pieces, words)}
    left_out = {*sealed, *captions} - values
    shortened = [_one_language(one, words) for one in pieces if one not in left_out]
    columns, beside_columns = _columns(_in_rows(shortened, words), words)
    over_two_lines, rest = wrapped(beside_columns, words)
    layout = Layout([spot(row, words, values) for row in rows(rest)])
    layout.marks = columns + [Mark(canonical(one.label), one.area) for one in layout.spots]
    layout.marks += [Mark(head, one.area) for one in layout.spots if (head := words.head_of(one.label))]
    layout.marks += [Mark(canonical(piece.text), piece.area) for piece in layout.pieces]
    uprights = [
        LabelMatch(mark.text, words.terms[mark.text], mark.area) for mark in columns if mark.text in words.terms
    ]
    for one in (*over_two_lines, *uprights):
        one.free = words.runs_on(one.label)
        _take_from_rows(one, layout)
    return layout


def _is_small_print(piece: TextSpan, words: Vocabulary) -> bool:
    sides = re.split("[/／]", piece.text.strip(" /／:"))
    bilingual = len(sides) > 1 and any(is_caption(side) for side in sides) and not re.search("[0-9]", piece.text)
    return (bilingual or is_caption(piece.text)) and not _says_label(piece, words)


def _says_label(piece: TextSpan, words: Vocabulary) -> bool:
    """Whether the text is a declared label, in one of its languages."""
    sides = re.split("[/／]", piece.text.strip(" /／:"))
    return canonical("".join(sides)) in words.terms or any(canonical(side) in words.terms for side in sides)


def _is_in_other_print(piece: TextSpan, pieces: Iterable[TextSpan], words: Vocabulary) -> bool:
    """Whether a text in capitals begins right below a label that has small letters: PASSPORT OFFICE is a value then."""
    if not piece.text.isupper() or not piece.text.isascii():
        return False
    over = (other for other in pieces if _is_right_over(other.area, piece.area))
    return any(any(map(str.islower, other.text)) and _says_label(other, words) for other in over)


def _is_right_over(upper: Rect, lower: Rect) -> bool:
    return abs(upper.left - lower.left) < VALUE_INDENT and 0 < lower.middle - upper.middle < VALUE_BELOW


def _one_language(piece: TextSpan, words: Vocabulary) -> TextSpan:
    """A caption in two languages as the declared one of them, in the place of both: Surname/Nom."""
    sides = [(match.start(), match.end()) for match in re.finditer("[^/／]+", piece.text)]
    if len(sides) < 2 or any(map(str.isdigit, piece.text)):
        return piece
    known = [number for number, (start, end) in enumerate(sides) if canonical(piece.text[start:end]) in words.terms]
    if not known or not all(_is_translation(piece.text[start:end], words) for start, end in sides[known[0] + 1 :]):
        return piece
    start, end = sides[known[0]]
    caption = piece.cut(piece.start + start, piece.start + end)
    return replace(caption, area=piece.area) if caption else piece


def _is_translation(text: str, words: Vocabulary) -> bool:
    """Whether a text behind a label and a slash says the label again; a value would be in capitals or in Chinese."""
    if canonical(text) in words.terms or is_caption(text):
        return True
    return any(map(str.islower, text)) and not is_chinese(text)


def wrapped(pieces: Sequence[TextSpan], words: Vocabulary) -> tuple[list[LabelMatch], list[TextSpan]]:
    """Labels that are printed over two lines, and the pieces without them."""
    spots: list[LabelMatch] = []
    used: set[TextSpan] = set()
    for upper in pieces:
        start = canonical(ENUMERATION.sub("", upper.text, count=1))
        if upper in used or len(start) < 2 or start in words.terms or not words.begins(start):
            continue
        for lower in pieces:
            term = start + canonical(lower.text)
            if term in words.terms and lower not in used and _continues(upper, lower):
                area = around((upper.area, lower.area))
                spots.append(LabelMatch(term, words.terms[term], area, pieces=(upper, lower)))
                used |= {upper, lower}
    return spots, [piece for piece in pieces if piece not in used]


def _continues(upper: TextSpan, lower: TextSpan) -> bool:
    below = lower.area.middle > upper.area.middle and not lower.area.beside(upper.area)
    return below and lower.area.down(upper.area) < WRAP_GAP and lower.area.across(upper.area) < 0


def _in_rows(pieces: Sequence[TextSpan], words: Vocabulary) -> Iterator[TextSpan]:
    """The pieces, cut into letters where these begin labels that are spaced out: 名(称) over 类(型)."""
    for piece in pieces:
        letters = [piece.cut(at, at + 1) for at in range(piece.start, piece.end)] if piece.vertical else []
        begun = [letter for letter in letters if letter and _begins_label(letter, pieces, words)]
        yield from begun if begun and len(begun) == len(letters) else [piece]


def _begins_label(letter: TextSpan, pieces: Iterable[TextSpan], words: Vocabulary) -> bool:
    """Whether a letter and what stands in its row begin with a label."""
    beside = (other for other in pieces if not other.vertical and other.area.beside(letter.area))
    right = [other for other in beside if 0 < other.area.left - letter.area.right < LETTER_GAP]
    if not right:
        return False
    text = canonical(letter.text + min(right, key=lambda other: other.area.left).text)
    return len(words.at(text, 0) or "") > 1


def _columns(pieces: Iterable[TextSpan], words: Vocabulary) -> tuple[list[Mark], list[TextSpan]]:
    """Labels and heads whose characters stand one below the other, in one piece or in several, and all other pieces."""
    marks: list[Mark] = []
    used: set[TextSpan] = set()
    pieces = list(pieces)
    for column in _stacks(pieces):
        letters = [(letter, piece) for piece in column for letter in canonical(piece.text)]
        text = "".join(letter for letter, _ in letters)
        if head := words.head(text):
            marks.append(Mark(head, around(piece.area for piece in column)))
            used |= set(column)
            continue
        for start, end in words.upright(text):
            held = {piece for _, piece in letters[start:end]}
            marks.append(Mark(text[start:end], around(piece.area for piece in held)))
            used |= held
    return marks, [piece for piece in pieces if piece not in used]


def _stacks(pieces: Sequence[TextSpan]) -> list[list[TextSpan]]:
    """Texts that run from top to bottom: vertical pieces and single characters that stand one below the other."""
    narrow = [piece for piece in pieces if piece.vertical or len(canonical(piece.text)) == 1]
    narrow.sort(key=lambda piece: piece.area.top)
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
    home: Row | None = None
    for row in layout.rows:
        if not any(piece.area.beside(taker.area) for piece in row.pieces):
            continue
        owner = next((one for one in reversed(row.spots) if one.area.right <= taker.area.left + 0.5), None)
        held = owner.values if owner else row.loose
        taken = [piece for piece in held if piece.area.left >= taker.area.right - 0.5]
        held[:] = [piece for piece in held if piece not in taken and piece.area.across(taker.area) > -0.5]
        taker.values += taken
        home = home or row
    if home is None:
        layout.rows.append(Row([], [taker], []))
    else:
        home.spots.append(taker)
        home.spots.sort(key=lambda one: one.area.left)


def reaching(pieces: Iterable[TextSpan], gap: float) -> list[list[TextSpan]]:
    """The pieces of a row in runs, a new one beginning after every gap wider than `gap`."""
    runs: list[list[TextSpan]] = []
    for piece in pieces:
        if runs and runs[-1][-1].area.across(piece.area) <= gap and runs[-1][-1].area.beside(piece.area):
            runs[-1].append(piece)
        else:
            runs.append([piece])
    return runs
