"""Number plates on a photograph: where one may be, and what is spelt there.

Places come from two sources, each blind where the other sees: lines that were read as text, and patches of a plate's
paint. Each place is cut out in several ways (as it is, wider, its two rows side by side) and read under the spelling of
plates; what the cuts agree on is the plate.
"""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import geometric_mean

import cv2
import numpy as np

from engine import networks, paint, spelling
from engine.picture import Corners, Pixels
from engine.reading import Line, cut, sides
from engine.spelling import Spelt

MOST_PATCHES = 10  # of paint, those with most strokes first
FRONT = 440 / 140  # width : height of a single row, seen from the front
TWO_ROWS = 2.6  # width : height below which a patch may hold two rows
UPPER = 0.42  # the share of a two-row plate's height that its upper row takes
LEAST_SERIAL = 3  # letters and digits that a line needs to be looked at
PAINTED, WRITTEN = -8.0, -4.0  # what the spelling may force: more where paint speaks for a plate too
HOPELESS = -14.0  # below this a second look has never helped
LEAST_SURE = 0.15  # of each letter and digit; provinces and suffixes are small print, and `forced` has its say on them
READ = 0.3  # of each character that is given out; for another nobody can say which it is
GUESSED = 0.003  # of a province: small and of many strokes, it is rightly read long before the network is sure of it …
FAVOURED = "新"  # … but this one the network also sees in a blur
UNREAD = "?"


@dataclass(frozen=True)
class Plate:
    """A plate: its text without separators, 0..1, its corners (4 × 2) and its paint, None where that is unclear.

    What was not read of it is `?`: to guess the province would make another vehicle of it.
    """

    text: str
    confidence: float
    corners: Corners
    color: str | None


@dataclass(frozen=True)
class Place:
    """Where a plate may be. `color` is the paint that it was found by, None for a line of text."""

    corners: Corners
    color: str | None = None


@dataclass(frozen=True)
class Guess:
    """One cut of a place, read."""

    place: Place
    spelt: Spelt

    @property
    def confidence(self) -> float:
        return geometric_mean(self.spelt.sure)

    @property
    def believable(self) -> bool:
        forced = WRITTEN if self.place.color is None else PAINTED
        letters = (
            sure for character, sure in zip(self.spelt.text, self.spelt.sure, strict=True) if character.isascii()
        )
        return self.spelt.forced >= forced and min(letters) >= LEAST_SURE


def find(pixels: Pixels, lines: list[Line]) -> list[Plate]:
    """The plates on an upright photograph with these lines of text, the surest and nearest first."""
    patches = [Place(patch.corners, patch.color) for patch in paint.patches(pixels)[:MOST_PATCHES]]
    guesses = [guess for place in [*_written(lines), *patches] for guess in _guesses(pixels, place)]
    plates = [_agreed(pixels, group) for group in _by_place([guess for guess in guesses if guess.believable])]
    return sorted(plates, key=lambda plate: -plate.confidence * sides(plate.corners)[1])


def _written(lines: list[Line]) -> list[Place]:
    return [Place(line.corners) for line in lines if _serial(line.text) >= LEAST_SERIAL]


def _serial(text: str) -> int:
    """How many letters and digits a plate's serial could have of this text."""
    return sum(character.isascii() and character.isalnum() for character in text)


def _guesses(pixels: Pixels, place: Place) -> list[Guess]:
    first = [_guess(place, strip) for strip in _cuts(pixels, place)]
    if max(guess.spelt.forced for guess in first) < HOPELESS:
        return []
    return first + [_guess(place, strip) for strip in _wider_cuts(pixels, place)]


def _guess(place: Place, strip: Pixels) -> Guess:
    return Guess(place, spelling.spell(networks.frames(strip), place.color))


def _cuts(pixels: Pixels, place: Place) -> Iterator[Pixels]:
    whole = cut(pixels, place.corners)
    yield whole
    if place.color is None:  # the line may be a lower row
        yield _joined(cut(pixels, grown(place.corners, up=UPPER / (1 - UPPER))))
    elif len(whole) * TWO_ROWS > whole.shape[1]:  # two rows, or one seen from the side
        yield _joined(whole)
        yield cv2.resize(whole, (round(len(whole) * FRONT), len(whole)))


def _wider_cuts(pixels: Pixels, place: Place) -> Iterator[Pixels]:
    yield cut(pixels, grown(place.corners, left=0.06, right=0.06, up=0.06, down=0.06))
    if place.color is None:  # a province that was not seen as text
        yield cut(pixels, grown(place.corners, left=0.2))


def _joined(whole: Pixels) -> Pixels:
    """The two rows of a plate as one strip: the upper beside the lower, at one height."""
    border = max(round(len(whole) * UPPER), 1)
    upper, lower = whole[:border], whole[border:]
    if not len(lower):
        return whole
    width = max(round(upper.shape[1] * len(lower) / len(upper)), 1)
    return np.hstack([cv2.resize(upper, (width, len(lower))), lower])


def grown(corners: Corners, *, left: float = 0, right: float = 0, up: float = 0, down: float = 0) -> Corners:
    """Corners moved outwards, along the text by shares of the width, across it by shares of the height."""
    a, b, c, d = corners
    along, across = (b - a + c - d) / 2, (d - a + c - b) / 2
    return np.stack(
        [
            a - left * along - up * across,
            b + right * along - up * across,
            c + right * along + down * across,
            d - left * along + down * across,
        ]
    )


def _by_place(guesses: list[Guess]) -> list[list[Guess]]:
    groups: list[list[Guess]] = []
    for guess in guesses:
        for group in groups:
            if _overlap(group[0].place.corners, guess.place.corners):
                group.append(guess)
                break
        else:
            groups.append([guess])
    return groups


def _overlap(one: Corners, other: Corners) -> bool:
    return any(
        cv2.pointPolygonTest(a.astype(np.float32), b.mean(axis=0).tolist(), False) >= 0
        for a, b in ((one, other), (other, one))
    )


def _least(character: str) -> float:
    """How surely a character has to be read to be given out."""
    return READ if character.isascii() or character in FAVOURED else GUESSED


def _agreed(pixels: Pixels, guesses: list[Guess]) -> Plate:
    votes: dict[str, float] = defaultdict(float)
    for guess in guesses:
        votes[guess.spelt.text] += guess.confidence * math.exp(min(guess.spelt.forced, 0.0))
    text = max(votes, key=votes.__getitem__)
    best = max((guess for guess in guesses if guess.spelt.text == text), key=lambda guess: guess.confidence)
    corners = best.place.corners
    sure = [max(guess.spelt.sure[place] for guess in guesses if guess.spelt.text == text) for place in range(len(text))]
    read = "".join(one if certain >= _least(one) else UNREAD for one, certain in zip(text, sure, strict=True))
    color = paint.color(cut(pixels, corners)) if paint.in_colour(pixels) else None
    return Plate(read, best.confidence, corners, color)
