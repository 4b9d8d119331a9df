"""How a Chinese number plate is spelt (GA 36-2018), and a line read under that spelling.

The recognizer gives each frame of a line a probability for each of its 18,000 characters. Instead of taking the
likeliest character and repairing the string, the likeliest *plate* is searched (Viterbi over CTC frames): a province
stands only where one can stand, I nowhere, O behind a province alone, and what looks alike counts for what its place
allows. Plates of other makes (armed police, aviation, emergency) are thought of only where their marks are seen.
"""

import functools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine import networks

Floats = NDArray[np.float32]

PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # neither I nor O
DIGITS = "0123456789"
BOTH = DIGITS + LETTERS
OFFICES = LETTERS + "O"  # behind the province: O was that of governments
ENERGY = "ABCDEFGHJK"  # the letter that marks a new-energy plate
ORDINARY = (
    (PROVINCES, OFFICES, *[BOTH] * 5),
    (PROVINCES, LETTERS, *[BOTH] * 4, "挂学警港澳领试超临"),
    ("使", *[DIGITS] * 6),
)
# Each with the marks that it is told by.
MARKED = (
    ("使", (*[DIGITS] * 6, "使")),
    ("WJ", ("W", "J", PROVINCES, *[DIGITS] * 4, BOTH)),  # armed police since 2012
    ("WJ", ("W", "J", DIGITS, DIGITS, BOTH, *[DIGITS] * 4)),  # and before
    ("民航", ("民", "航", BOTH, *[DIGITS] * 4)),
    ("应急", (PROVINCES, "XS", BOTH, *[DIGITS] * 3, "应", "急")),
)
SEEN = 0.2  # the probability of each mark, somewhere in the line, from which a make is thought of
NEW_ENERGY = (
    (PROVINCES, LETTERS, ENERGY, BOTH, *[DIGITS] * 4),
    (PROVINCES, LETTERS, *[DIGITS] * 5, ENERGY),
)
BY_PAINT: dict[str | None, tuple[tuple[str, ...], ...]] = {"blue": ORDINARY, "green": NEW_ENERGY}
SEPARATORS = "·.•・-: "  # on the plate or seen in its screws: read over, like the gaps between letters
SAME = {"0": "Oo○〇", "O": "o○〇", "1": "Il|"}  # in the places where they may stand
ALIKE = {
    "0": "DQ",
    "8": "B",
    "5": "S",
    "2": "Z",
    "6": "G",
    "4": "A",
    "D": "0O",
    "O": "0Q",
    "B": "8",
    "S": "5",
    "Z": "2",
    "G": "6",
}
ALIKE_COUNTS = 0.3  # the share of a look-alike's probability that goes to a character whose place rules the other out
UNREAD = 1e-4  # the probability of reading over a frame, however surely the network sees a character there
IMPOSSIBLE = 1e-7
BLANK, FEWEST = 0.9, 5  # a line with fewer frames than that, below that probability of a gap, is not worth the search

ALPHABET = "".join(dict.fromkeys(PROVINCES + BOTH + "O挂学警港澳领试超临使民航应急"))

GAP = -1  # in the place of a character
STAYED, FROM_GAP, FROM_PLACE = range(3)  # how a frame came to stand on a character


@dataclass(frozen=True)
class Spelt:
    """A line read as a plate: its characters, how surely each was read (0..1), and what the spelling had to force.

    `forced` is the log-likelihood of this reading against the network's own: 0 where they agree, −20 for a word.
    """

    text: str
    sure: tuple[float, ...]
    forced: float


NOTHING = Spelt("", (), -math.inf)


def spell(frames: Floats, color: str | None = None) -> Spelt:
    """The likeliest plate of that colour in these frames (frames × characters of the network, probabilities)."""
    if (frames[:, 0] < BLANK).sum() < FEWEST:
        return NOTHING
    gaps = np.log(np.maximum(frames[:, 0] + frames[:, _columns(SEPARATORS)].sum(axis=1), UNREAD))
    own = float(np.log(frames.max(axis=1)).sum())
    plain, alike = (frames[:, _wanted()] @ _shares(share) for share in (0.0, ALIKE_COUNTS))
    spellings = (*BY_PAINT.get(color, ORDINARY + NEW_ENERGY), *_marked(frames))
    return max((_spell(each, gaps, plain, alike, own) for each in spellings), key=lambda spelt: spelt.forced)


def _marked(frames: Floats) -> Iterator[tuple[str, ...]]:
    """The makes whose marks are all seen."""
    known = networks.characters()
    for marks, spelling in MARKED:
        if all(mark in known and frames[:, known[mark]].max() >= SEEN for mark in marks):
            yield spelling


def _spell(spelling: tuple[str, ...], gaps: Floats, plain: Floats, alike: Floats, own: float) -> Spelt:
    seen = np.full((len(spelling), *plain.shape), IMPOSSIBLE)  # places × frames × ALPHABET
    for place, allowed in enumerate(spelling):
        columns = [ALPHABET.index(character) for character in allowed]
        source = plain if allowed == BOTH else alike
        seen[place][:, columns] = np.clip(source[:, columns], IMPOSSIBLE, 1)
    likely, path = _path(gaps, np.log(seen).swapaxes(0, 1))
    if math.isinf(likely):  # fewer frames than characters
        return NOTHING
    characters = dict(path)  # place → its character, an index into ALPHABET
    text = "".join(ALPHABET[characters[place]] for place in range(len(spelling)))
    sure = tuple(float(seen[place, :, characters[place]].max()) for place in range(len(spelling)))
    return Spelt(text, sure, likely - own)


def _path(gaps: Floats, seen: Floats) -> tuple[float, list[tuple[int, int]]]:
    """Viterbi along gap, place, gap, … gap: the likeliest path's log-likelihood, and its places with their characters.

    `seen` is frames × places × characters. One place follows another without a gap only where their characters differ:
    that is how CTC tells 8 from 88.
    """
    frames, places, characters = seen.shape
    rows, columns = np.arange(places), np.arange(characters)
    on = np.full((places, characters), -np.inf)  # the likelihood of standing on a place's character
    gap = np.full(places + 1, -np.inf)  # … in the gap before each place, and after the last
    gap[0] = 0.0
    entered = np.zeros((frames, places, characters), np.int8)  # STAYED on it, or came FROM_GAP or FROM_PLACE
    closed = np.zeros((frames, places + 1), bool)  # whether the gap was entered, from the place before it
    leaders = np.zeros((frames, places, 2), np.intp)  # the two likeliest characters of each place, a frame earlier
    for frame in range(frames):
        first = on.argmax(axis=1)
        lead = on[rows, first]
        others = np.where(columns == first[:, None], -np.inf, on)
        second = others.argmax(axis=1)
        leaders[frame, :, 0], leaders[frame, :, 1] = first, second
        onward = np.where(columns == first[:, None], on[rows, second][:, None], lead[:, None])
        ways = np.full((3, places, characters), -np.inf)
        ways[STAYED], ways[FROM_GAP], ways[FROM_PLACE, 1:] = on, gap[:-1, None], onward[:-1]
        entered[frame], closed[frame, 1:] = ways.argmax(axis=0), lead > gap[1:]
        on = ways.max(axis=0) + seen[frame]
        gap[1:] = np.maximum(gap[1:], lead)
        gap += gaps[frame]
    last = int(on[-1].argmax())
    state = (places - 1, last) if on[-1, last] > gap[-1] else (places, GAP)
    return float(max(on[-1, last], gap[-1])), list(_back(state, entered, closed, leaders))


def _back(
    state: tuple[int, int], entered: NDArray[np.int8], closed: NDArray[np.bool_], leaders: NDArray[np.intp]
) -> Iterator[tuple[int, int]]:
    """The places and characters of a path, from its end (place, character or GAP) to its start."""
    place, character = state
    for frame in reversed(range(len(entered))):
        if character == GAP:
            if closed[frame, place]:
                place, character = place - 1, int(leaders[frame, place - 1, 0])
            continue
        yield place, character
        way = entered[frame, place, character]
        if way == FROM_GAP:
            character = GAP
        elif way == FROM_PLACE:
            first, second = leaders[frame, place - 1].tolist()
            place, character = place - 1, second if character == first else first


@functools.cache
def _shares(alike: float) -> Floats:
    """Wanted columns × ALPHABET: how much of each goes to which; look-alikes give the share `alike`."""
    shares = np.zeros((len(networks.characters()), len(ALPHABET)), np.float32)
    for column, character in enumerate(ALPHABET):
        shares[_columns(ALIKE.get(character, "")), column] = alike
        shares[_columns(character + character.lower() + SAME.get(character, "")), column] = 1
    return shares[_wanted()]


@functools.cache
def _wanted() -> list[int]:
    """The columns of the network that can count for a plate, some hundred of its 18,000."""
    return _columns(ALPHABET + ALPHABET.lower() + "".join(SAME.values()) + "".join(ALIKE.values()))


def _columns(characters: str) -> list[int]:
    known = networks.characters()
    return sorted({known[character] for character in characters if character in known})
