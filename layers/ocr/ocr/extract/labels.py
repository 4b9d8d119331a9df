"""What stands on a page as a label: the declared ones, and what looks like one.

A product declares the labels of its fields; the page prints them spaced out (姓 名), glued to their values
(性别男民族汉), over two lines, or only in part: 名称 twice, once beside 购买方 and once beside 销售方. Such a part is
called a tail here, and what decides between its fields (购买方) its head.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

from ocr.extract.page import Area, Piece, around
from ocr.fields import Declared, Fields, canonical, declared, labels

LONG_LABEL = 4  # from this length on, one misread character is forgiven
LONGEST_TERM = 40
LETTER_GAP = 6.0  # how far apart the letters of a label that is spaced out may stand, in line heights
SEPARATORS = ":;,.()[]<>|/、。·*-"
ENUMERATION = re.compile(r"\s*[0-9]{1,2}[.．、)）]\s*")  # 5.车辆类型
JOINTS = ":： /／|｜、;；,，)）]】"
OPENINGS = " /／|｜、;；,，(（[【"
LATIN = re.compile(r"[A-Za-z][A-Za-z .'/()]*(?![0-9])")
_LETTER = r"[\u4e00-\u9fffA-Za-z()（）、/·.]"
ELSEWHERE = re.compile(rf"(?:{_LETTER}{{2,16}}?|(?:{_LETTER}\s+){{1,7}}{_LETTER})\s*[:：](?!//)")

# The small print under the labels of bilingual documents: never a value.
CAPTION_WORDS = re.compile(
    r"(address|authority|birth|card|category|characters|citizenship|class|code|country|date|document|engine|expiry|family"
    r"|file|first|for|from|full|gender|given|holder|id|identification|identity|issued?|issuing|licen[cs]e|model|names?"
    r"|nationality|no|number|of|on|or|owner|passport|period|permit|place|plate|record|register|sex|signature|surname"
    r"|term|the|to|type|until|use|valid|validity|vehicle|vin)[.:]?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Meaning:
    """A field that a term may stand for: its declared label, and the head that the page must print beside the term."""

    field: str
    label: str
    head: str = ""


@dataclass(frozen=True)
class Vocabulary:
    """Every term that may be printed as a label, in canonical form, and what it may mean."""

    terms: dict[str, tuple[Meaning, ...]]
    heads: frozenset[str]
    free: frozenset[str]
    long: tuple[str, ...]

    def at(self, text: str, start: int) -> str | None:
        """The longest term that begins at this position."""
        ends = range(min(len(text), start + LONGEST_TERM), start, -1)
        return next((text[start:end] for end in ends if text[start:end] in self.terms), None)

    def nearly_at(self, text: str, start: int) -> tuple[str, int] | None:
        """The one long term that begins here with one character misread, and how many characters it takes."""
        near = [(term, size) for term in self.long if (size := _nearly(term, text, start))]
        longest = max((len(term) for term, _ in near), default=0)
        best = [one for one in near if len(one[0]) == longest]
        return best[0] if len({self.terms[term] for term, _ in best}) == 1 else None

    def begins(self, text: str) -> bool:
        """Whether some term begins with this text."""
        return any(term.startswith(text) for term in self.terms)

    def upright(self, text: str) -> Iterator[tuple[int, int]]:
        """Where labels and heads stand in a text that is printed from top to bottom."""
        known = {term for term in (*self.terms, *self.heads) if len(term) > 1}
        at = 0
        while at < len(text):
            size = max((len(term) for term in known if text.startswith(term, at)), default=0)
            if size:
                yield at, at + size
            at += size or 1

    def is_whole(self, term: str) -> bool:
        """Whether a field declares the term as it is."""
        return any(not meaning.head for meaning in self.terms[term])

    def runs_on(self, term: str) -> bool:
        """Whether the value of a term may be a whole text, in which other labels' words occur."""
        return any(meaning.field in self.free for meaning in self.terms[term])


@cache
def vocabulary(model: type[Fields]) -> Vocabulary:
    """The terms of a product's own fields, without those of its rows."""
    printed = {name: one for name, one in declared(model).items() if one.mark.names and not one.mark.rows}
    terms: dict[str, list[Meaning]] = {}
    for name, one in printed.items():
        suffixed = {canonical(label).replace("_", "") for label in one.mark.names if "_" in label}
        for label in (*one.mark.names, name):
            # 性别女 names a field in answers; in print it is a label and its value.
            if labels(model).get(canonical(label)) == name and canonical(label) not in suffixed:
                terms.setdefault(canonical(label), []).append(Meaning(name, label))
    for tail, meanings in _tails(model, printed.values()).items():
        terms.setdefault(tail, []).extend(meanings)
    return Vocabulary(
        {term: tuple(meanings) for term, meanings in terms.items()},
        frozenset(meaning.head for meanings in terms.values() for meaning in meanings),
        frozenset(name for name, one in printed.items() if one.mark.free),
        tuple(
            term
            for term, meanings in terms.items()
            # What is mostly computed has labels much like its source's: a misread one is the source's.
            if len(term) >= LONG_LABEL
            and _chinese(term)
            and not all(printed[one.field].mark.derived for one in meanings)
        ),
    )


def _tails(model: type[Fields], fields: Iterable[Declared]) -> dict[str, list[Meaning]]:
    """Ends of labels that several fields share, each with the heads that tell them apart, and ends in brackets."""
    found: dict[str, list[Meaning]] = {}
    whole = {canonical(label): field for label, field in labels(model).items()}
    for one in fields:
        for label in one.mark.names:
            for head, tail in _splits(canonical(label)):
                found.setdefault(tail, []).append(Meaning(one.name, label, head))
    return {
        tail: meanings
        for tail, meanings in found.items()
        if len({meaning.field for meaning in meanings} | {whole.get(tail, meanings[0].field)}) > 1 or tail[0] == "("
    }


def _splits(label: str) -> Iterator[tuple[str, str]]:
    """The ways to read a label as head and tail: 购买方|名称, and 姓名_男 as 男|姓名."""
    tail, line, head = label.partition("_")
    if line and _chinese(head):
        yield head, tail
    elif _chinese(label):
        yield from ((label[:cut], label[cut:]) for cut in range(2, len(label) - 1))


def _chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def _nearly(term: str, text: str, start: int) -> int:
    """How many characters the term takes here with one of them wrong, missing or too many; 0: it is not there."""
    for size in (len(term), len(term) - 1, len(term) + 1):
        found = text[start : start + size]
        if len(found) == size and _one_edit(term, found):
            return size
    return 0


def _one_edit(one: str, other: str) -> bool:
    prefix = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rest, other_rest = one[prefix:], other[prefix:]
    if len(one) == len(other):
        return rest[1:] == other_rest[1:]
    # A first or last letter too many belongs to whatever stands next to the label.
    return 0 < prefix < len(one) - 1 and (rest[1:] == other_rest or rest == other_rest[1:])


@dataclass(eq=False)
class Spot:
    """A label found on the page.

    meanings  what it may stand for; empty for a label that nobody declared
    label     as it is printed (undeclared) or as the term it matched
    values    what follows it in its row, up to the next label
    exact     every character of it was read as declared
    colon     a colon follows
    glued     a value follows without any gap: it may be a word that only begins like a label
    """

    label: str
    meanings: tuple[Meaning, ...]
    area: Area
    values: list[Piece] = field(default_factory=list)
    exact: bool = True
    colon: bool = False
    glued: bool = False
    free: bool = False


@dataclass(frozen=True)
class Letter:
    """One canonical character of a row and where it was read. `opens`: a label may begin here."""

    key: str
    piece: Piece
    at: int
    opens: bool
    first: bool


@dataclass
class Row:
    """One row of the page: its labels from the left, and what stands before the first of them."""

    pieces: list[Piece]
    spots: list[Spot]
    loose: list[Piece]

    @property
    def held(self) -> list[list[Piece]]:
        """What stands between the labels, from the left."""
        return [self.loose, *(spot.values for spot in self.spots)]


def spot(row: list[Piece], words: Vocabulary) -> Row:
    """The labels of one row, each with the values that follow it."""
    return _Reader(row, words).read()


class _Reader:
    """Reads one row from the left, as one run of characters that knows where each was printed."""

    def __init__(self, row: list[Piece], words: Vocabulary) -> None:
        self.row = row
        self.words = words
        self.letters = [letter for piece in row for letter in _letters(piece)]
        self.text = "".join(letter.key for letter in self.letters)
        self.found: list[tuple[int, int, Spot]] = []

    def read(self) -> Row:
        position = 0
        while position < len(self.letters):
            position = self._declared(position) or self._elsewhere(position) or position + 1
        return self._shared_out()

    def _declared(self, start: int) -> int:
        """Where the declared label that begins here ends; 0 if none does."""
        term = self.words.at(self.text, start)
        size, exact = len(term or ""), True
        if term is None and self.letters[start].opens:
            piece = self.letters[start].piece
            same = next((at for at in range(start, len(self.letters)) if self.letters[at].piece is not piece), None)
            near = self.words.nearly_at(self.text[:same], start)
            (term, size), exact = near or (None, 0), False
        if term is None or not self._admitted(start, start + size, term):
            return 0
        self._note(start, start + size, Spot(term, self.words.terms[term], self._area(start, start + size), [], exact))
        self.found[-1][2].free = self.words.runs_on(term)
        return start + size

    def _admitted(self, start: int, end: int, term: str) -> bool:
        """Whether a term stands here as a label and not as a part of some other word."""
        closed = self._closed(end)
        opened = self.letters[start].opens
        if not self._close_together(start, end) or ((len(term) == 1 or not _chinese(term)) and not (opened and closed)):
            return False
        before = self._before(start)
        if self._ends_with_colon(end):
            return opened or (bool(self.found) and not self.found[-1][2].free)
        if before and not opened:
            return self._glued(start, term, before)
        if self._ends_piece(start, end, term):
            return True
        return self._after_blank(start) and not (before and before.free)

    def _closed(self, end: int) -> bool:
        return end == len(self.letters) or self.letters[end].opens or self.letters[end].key in SEPARATORS

    def _ends_piece(self, start: int, end: int, term: str) -> bool:
        """Whether a long label was read as the end of the value before it: the next piece is its own value."""
        if not self.found or self.found[-1][2].free or len(term) < LONG_LABEL or end == len(self.letters):
            return False
        return self.letters[end].first and not self.letters[start].first and self.words.is_whole(term)

    def _glued(self, start: int, term: str, before: Spot) -> bool:
        """Whether a label follows the value of the one before without a gap: 性别男民族汉."""
        return self.words.is_whole(term) and not before.free and start > self.found[-1][1]

    def _before(self, start: int) -> Spot | None:
        """The label whose value this position would be, if both stand in one piece."""
        if not self.found:
            return None
        _, end, spot = self.found[-1]
        same = self.letters[end - 1].piece is self.letters[start].piece
        return spot if same else None

    def _after_blank(self, start: int) -> bool:
        letter = self.letters[start]
        before = letter.piece.line.text[letter.piece.start : letter.at]
        return letter.first or before[-1:].isspace() or before[-1:] in ":：" or bool(ENUMERATION.fullmatch(before))

    def _close_together(self, start: int, end: int) -> bool:
        pieces = list(dict.fromkeys(letter.piece for letter in self.letters[start:end]))
        return all(left.area.across(right.area) < LETTER_GAP for left, right in zip(pieces, pieces[1:], strict=False))

    def _elsewhere(self, start: int) -> int:
        """Where a label that nobody declared ends: a few words and a colon at the beginning of a piece."""
        letter = self.letters[start]
        begins_value = bool(self.found) and self.found[-1][1] == start
        if not letter.opens or begins_value or not self._after_blank(start):
            return 0
        before = self._before(start)
        match = ELSEWHERE.match(letter.piece.text, letter.at - letter.piece.start)
        if match is None or (before and before.free):
            return 0
        last = letter.piece.start + match.end() - 1
        behind = (number for number in range(start, len(self.letters)) if self._passed(number, letter.piece, last))
        end = next(behind, len(self.letters))
        if end == start:
            return 0
        self._note(start, end, Spot(match.group()[:-1].strip(), (), self._area(start, end)))
        return end

    def _passed(self, number: int, piece: Piece, last: int) -> bool:
        letter = self.letters[number]
        return letter.piece is not piece or letter.at >= last

    def _note(self, start: int, end: int, spot: Spot) -> None:
        spot.colon = self._ends_with_colon(end)
        spot.glued = not self._closed(end)
        self.found.append((start, end, spot))

    def _ends_with_colon(self, end: int) -> bool:
        letter = self.letters[end - 1]
        return letter.piece.line.text[letter.at + 1 : letter.piece.end].lstrip()[:1] in (":", "：")

    def _area(self, start: int, end: int) -> Area:
        letters = self.letters[start:end]
        return around(letter.piece.place(letter.at, letter.at + 1) for letter in letters)

    def _shared_out(self) -> Row:
        """Every label with the pieces from its end to the next label's beginning."""
        starts = [start for start, _, _ in self.found] + [len(self.letters)]
        for number, (_, end, spot) in enumerate(self.found):
            spot.values = self._between(end, starts[number + 1])
        return Row(self.row, [spot for _, _, spot in self.found], self._between(0, starts[0]))

    def _between(self, start: int, end: int) -> list[Piece]:
        runs: dict[Piece, list[int]] = {}
        for letter in self.letters[start:end]:
            runs.setdefault(letter.piece, []).append(letter.at)
        pieces = (_value(piece, ats[0], ats[-1] + 1) for piece, ats in runs.items())
        return [piece for piece in pieces if piece and not ENUMERATION.fullmatch(piece.text)]


def _value(piece: Piece, start: int, end: int) -> Piece | None:
    """The characters from `start` to `end` without what only joins them to a label, and without its small print."""
    said = piece.line.text[start:end]
    small = LATIN.match(said.lstrip(JOINTS))
    if small and is_caption(small.group()):
        said = said.lstrip(JOINTS)[small.end() :]
    start = end - len(said.lstrip(JOINTS))
    if end < piece.end:
        end -= len(said) - len(said.rstrip(OPENINGS))
    return piece.cut(start, max(start, end))


def _letters(piece: Piece) -> list[Letter]:
    found: list[Letter] = []
    opens = first = True
    for at in range(piece.start, piece.end):
        character = piece.line.text[at]
        for key in canonical(character):
            found.append(Letter(key, piece, at, opens, first))
            opens = first = False
        opens = opens or not canonical(character) or character in SEPARATORS or canonical(character) in SEPARATORS
    return found


def is_caption(text: str) -> bool:
    """Whether the text is the English small print of a label."""
    words = re.split(r"[\s/()]+", text.strip(" /()"))
    return all(CAPTION_WORDS.fullmatch(word) for word in words)
