"""The words that a product declares as labels, as they may be printed.

Where 购买方名称 and 销售方名称 are declared, a page may print 名称 twice, once beside 购买方 and once beside 销售方.
Such a part of a label is called its tail here, and what decides between the fields that share it its head.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from ocr.declare.fields import Declared, Fields, canonical, declared, labels

LONG_LABEL = 4  # from this length on, one misread character is forgiven
LONG_HEAD = 3  # 购买方, not the 机打 of 机打号码: a party, which has a block of its own


@dataclass(frozen=True)
class LabelSense:
    """A field that a term may stand for: its declared label, and the head that the page must print beside the term."""

    field: str
    label: str
    head: str = ""


@dataclass(frozen=True)
class Vocabulary:
    """Every term that may be printed as a label, in canonical form, and what it may mean."""

    terms: dict[str, tuple[LabelSense, ...]]
    heads: frozenset[str]
    free: frozenset[str]
    long: tuple[str, ...]

    @cached_property
    def beginnings(self) -> frozenset[str]:
        """What terms begin with, and nothing."""
        return frozenset(term[:end] for term in self.terms for end in range(len(term) + 1))

    def at(self, text: str, start: int) -> str | None:
        """The longest term that begins at this position."""
        found = None
        for end in range(start + 1, len(text) + 1):
            if text[start:end] not in self.beginnings:
                break
            if text[start:end] in self.terms:
                found = text[start:end]
        return found

    def nearly_at(self, text: str, start: int) -> tuple[str, int] | None:
        """The one long term that begins here with one character misread, and how many characters it takes."""
        first, second = text[start], text[start + 1 : start + 2]
        # One of the first two letters is right, or the first was not read.
        likely = (term for term in self.long if term[0] == first or term[1] in (first, second))
        near = [(term, size) for term in likely if (size := _nearly(term, text, start))]
        longest = max((len(term) for term, _ in near), default=0)
        best = [one for one in near if len(one[0]) == longest]
        return best[0] if len({self.terms[term] for term, _ in best}) == 1 else None

    def begins(self, text: str) -> bool:
        """Whether some term begins with this text."""
        return text in self.beginnings

    def upright(self, text: str) -> Iterator[tuple[int, int]]:
        """Where labels and heads stand in a text that is printed from top to bottom."""
        known = {term for term in (*self.terms, *self.heads) if len(term) > 1}
        at = 0
        while at < len(text):
            size = max((len(term) for term in known if text.startswith(term, at)), default=0)
            if size:
                yield at, at + size
            at += size or 1

    def head_of(self, term: str) -> str | None:
        """The head that a whole label begins with: 销售方名称 heads the labels below it, too."""
        long = [head for head in self.heads if len(head) >= LONG_HEAD and term.startswith(head)]
        head = max(long, key=len, default=term)
        return head if term[len(head) :] in self.terms else None

    def head(self, text: str) -> str | None:
        """The long head that a text from top to bottom is, with one character misread, or the first or last missing."""
        near = [head for head in self.heads if _is_head(head, text)]
        return near[0] if len(near) == 1 else None

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
    terms: dict[str, list[LabelSense]] = {}
    for name, one in printed.items():
        suffixed = {canonical(label).replace("_", "") for label in one.mark.names if "_" in label}
        for label in (*one.mark.names, name):
            # 性别女 names a field in answers; in print it is a label and its value.
            if labels(model).get(canonical(label)) == name and canonical(label) not in suffixed:
                terms.setdefault(canonical(label), []).append(LabelSense(name, label))
        for label in one.mark.also:
            terms.setdefault(canonical(label), []).append(LabelSense(name, label))
    for tail, meanings in _tails(model, printed.values()).items():
        terms.setdefault(tail, []).extend(meanings)
    return Vocabulary(
        {term: tuple(meanings) for term, meanings in terms.items()},
        frozenset(meaning.head for meanings in terms.values() for meaning in meanings),
        frozenset(name for name, one in printed.items() if one.mark.free),
        tuple(term for term, meanings in terms.items() if _forgives(term, meanings, printed)),
    )


def _is_head(head: str, text: str) -> bool:
    if len(head) == len(text):
        return len(head) >= LONG_LABEL and _one_edit(head, text)
    return len(head) >= LONG_HEAD and text in (head[1:], head[:-1])


def _forgives(term: str, meanings: Iterable[LabelSense], fields: dict[str, Declared]) -> bool:
    """Whether a term may be misread. What is mostly computed has labels much like its source's, which comes first."""
    return len(term) >= LONG_LABEL and is_chinese(term) and not all(fields[one.field].mark.derived for one in meanings)


def _tails(model: type[Fields], fields: Iterable[Declared]) -> dict[str, list[LabelSense]]:
    """Ends of labels that several fields share, each with the heads that tell them apart, and ends in brackets."""
    found: dict[str, list[LabelSense]] = {}
    whole = {canonical(label): field for label, field in labels(model).items()}
    for one in fields:
        for label in one.mark.names:
            for head, tail in _splits(canonical(label)):
                found.setdefault(tail, []).append(LabelSense(one.name, label, head))
    shared = {
        tail: meanings
        for tail, meanings in found.items()
        if len({meaning.field for meaning in meanings} | {whole.get(tail, meanings[0].field)}) > 1 or tail[0] == "("
    }
    return {tail: _parallel(meanings, shared) for tail, meanings in shared.items()}


def _parallel(meanings: list[LabelSense], shared: dict[str, list[LabelSense]]) -> list[LabelSense]:
    """The meanings whose heads stand for blocks of one kind, as 购买方 and 销售方 do: they share more than one tail.

    All of them where no two heads do. 发票 in 发票名称 heads no block in which there is another 名称.
    """
    tails = {
        one.head: {tail for tail, others in shared.items() if any(o.head == one.head for o in others)}
        for one in meanings
    }
    alike = {one for one in tails for other in tails if one != other and len(tails[one] & tails[other]) > 1}
    return [one for one in meanings if one.head in alike] if alike else meanings


def _splits(label: str) -> Iterator[tuple[str, str]]:
    """The ways to read a label as head and tail: 购买方|名称, and 姓名_男 as 男|姓名."""
    tail, line, head = label.partition("_")
    if line and is_chinese(head):
        yield head, tail
    elif is_chinese(label):
        yield from ((label[:cut], label[cut:]) for cut in range(2, len(label) - 1))


def is_chinese(text: str) -> bool:
    """Whether some of the text is Chinese."""
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def _nearly(term: str, text: str, start: int) -> int:
    """How many characters the term takes here with one of them wrong, missing or too many; 0: it is not there."""
    for size in (len(term), len(term) - 1, len(term) + 1):
        found = text[start : start + size]
        # Beside another text, one that only lacks a term's end may well be a value: 房屋所有权, no 房屋所有权人.
        is_value = start > 0 and term.startswith(found) and start + size == len(text)
        if len(found) < size or is_value or _ends_in_value(term, found):
            continue
        if _one_edit(term, found):
            return size
    return 0


def _ends_in_value(term: str, found: str) -> bool:
    """Whether what is read for a term's last letter is a figure, and so the value's first: 整备质1750kg."""
    return found[-1].isdecimal() and not term[-1].isdecimal()


def _one_edit(one: str, other: str) -> bool:
    prefix = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rest, other_rest = one[prefix:], other[prefix:]
    if len(one) == len(other):
        return rest[1:] == other_rest[1:]
    if len(one) > len(other):
        return rest[1:] == other_rest
    # A first or last letter too many belongs to whatever stands next to the label.
    return 0 < prefix < len(one) - 1 and rest == other_rest[1:]
