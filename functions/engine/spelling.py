"""How a Chinese number plate is spelt (GA 36-2018), and a line read under that spelling.

The recognizer gives each frame of a line a probability for each of its 18,000 characters. Instead of taking the
likeliest character and repairing the string, the likeliest *plate* is searched (Viterbi over CTC frames): a province
stands only where one can stand, I and O nowhere, and what looks alike counts for what its place allows.
"""

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine import networks

Floats = NDArray[np.float32]

PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # neither I nor O
DIGITS = "0123456789"
BOTH = DIGITS + LETTERS
ENERGY = "ABCDEFGHJK"  # the letter that marks a new-energy plate
ORDINARY = (
    (PROVINCES, LETTERS, *[BOTH] * 5),
    (PROVINCES, LETTERS, *[BOTH] * 4, "挂学警港澳领"),
    ("使", *[DIGITS] * 6),
)
NEW_ENERGY = (
    (PROVINCES, LETTERS, ENERGY, BOTH, *[DIGITS] * 4),
    (PROVINCES, LETTERS, *[DIGITS] * 5, ENERGY),
)
BY_PAINT: dict[str | None, tuple[tuple[str, ...], ...]] = {"blue": ORDINARY, "green": NEW_ENERGY}
SEPARATORS = "·.•・-: "  # on the plate or seen in its screws: read over, like the gaps between letters
SAME = {"0": "Oo○〇", "1": "Il|"}  # never letters on a plate
ALIKE = {"0": "DQ", "8": "B", "5": "S", "2": "Z", "6": "G", "4": "A", "D": "0O", "B": "8", "S": "5", "Z": "2", "G": "6"}
ALIKE_COUNTS = 0.3  # the share of a look-alike's probability that goes to a character whose place rules the other out
UNREAD = 1e-4  # the probability of reading over a frame, however surely the network sees a character there
IMPOSSIBLE = 1e-7

ALPHABET = "".join(dict.fromkeys(PROVINCES + BOTH + "挂学警港澳领使"))


@dataclass(frozen=True)
class Spelt:
    """A line read as a plate: its characters, how surely each was read (0..1), and what the spelling had to force.

    `forced` is the log-likelihood of this reading against the network's own: 0 where they agree, −20 for a word.
    """

    text: str
    sure: tuple[float, ...]
    forced: float


def spell(frames: Floats, color: str | None = None) -> Spelt:
    """The likeliest plate of that colour in these frames (frames × characters of the network, probabilities)."""
    gaps = np.log(np.maximum(frames[:, 0] + frames[:, _columns(SEPARATORS)].sum(axis=1), UNREAD))
    own = float(np.log(frames.max(axis=1)).sum())
    plain, alike = (frames[:, _wanted()] @ _shares(share) for share in (0.0, ALIKE_COUNTS))
    spellings = BY_PAINT.get(color, ORDINARY + NEW_ENERGY)
    return max((_spell(each, gaps, plain, alike, own) for each in spellings), key=lambda spelt: spelt.forced)


def _spell(spelling: tuple[str, ...], gaps: Floats, plain: Floats, alike: Floats, own: float) -> Spelt:
    seen = np.full((len(spelling), *plain.shape), IMPOSSIBLE)  # places × frames × ALPHABET
    for place, allowed in enumerate(spelling):
        columns = [ALPHABET.index(character) for character in allowed]
        source = plain if allowed == BOTH else alike
        seen[place][:, columns] = np.clip(source[:, columns], IMPOSSIBLE, 1)
    likely, runs = _path(gaps, np.log(seen.max(axis=2)), seen.argmax(axis=2))
    text, sure = "", []
    for place, run in zip(seen, runs, strict=True):
        best = int(np.log(place[run]).sum(axis=0).argmax())
        text += ALPHABET[best]
        sure.append(float(place[run, best].max()))
    return Spelt(text, tuple(sure), likely - own)


def _path(gaps: Floats, seen: Floats, best: NDArray[np.intp]) -> tuple[float, list[list[int]]]:
    """Viterbi along gap, place, gap, … gap: the path's log-likelihood and the frames of each place.

    One place follows another without a gap only where the characters differ: that is how CTC tells 8 from 88.
    """
    places, frames = seen.shape
    score = np.full(2 * places + 1, -np.inf)
    score[0] = 0.0
    steps = np.zeros((frames, len(score)), np.int8)  # how many states back each state was entered from
    for frame in range(frames):
        ways = np.full((3, len(score)), -np.inf)
        ways[0], ways[1, 1:] = score, score[:-1]
        if frame:
            differs = best[1:, frame] != best[:-1, frame - 1]
            ways[2, 3::2] = np.where(differs, score[1:-2:2], -np.inf)
        steps[frame] = ways.argmax(axis=0)
        score = ways.max(axis=0)
        score[0::2] += gaps[frame]
        score[1::2] += seen[:, frame]
    state = int(score[-2:].argmax()) + len(score) - 2
    likely, runs = float(score[state]), [list[int]() for _ in range(places)]
    for frame in reversed(range(frames)):
        if state % 2:
            runs[state // 2].append(frame)
        state -= steps[frame, state]
    return likely, runs


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
