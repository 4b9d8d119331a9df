"""The small print of bilingual forms: what a Chinese label is called in another language. It is never a value."""

import re
import unicodedata
from functools import cache

_WORDS = """
a address after agent air airport allow allowance amount and authority bag baggage basis bearer before birth by caac
call card carrier category certificate characters charge check citizenship city ck class code company conjunction
country curb currency date delivery departure destination development dimension discount document duration e economy
endorsement endorsements engine expiration expires expiry family fare fee file first flight for from fuel full fund
gender get given gross holder id identification identity indicator information inspection insurance invoice issue
issued issuing itinerary left length licence license load management mass meter mileage model month name names
nation nationality no not number of off office on or other overall owner passenger passengers passport pay payment
period permit person personal phone place plate price receipt record register registration reservation restrictions
s seat serial sex signature status sum supervision supervisor surcharge surname tax taxes taxi tel telephone term
the thru ticket tickets time title to total trailer transport type unit until usage use valid validity vehicle vin
void wait waiting weight year

apellidos ausstellungsdatum autoridad autorite behorde caducidad cittadinanza cognome data de delivrance des di
domicile du expedicion fecha geburtsdatum geburtsort geschlecht gultig la le lieu lugar luogo nachname nacimiento
nacionalidad naissance nascita nationalite nom nombre nombres nome pasaporte passeport pays prenom prenoms rilascio
scadenza sesso sexe sexo staatsangehorigkeit taille titulaire vornamen
"""
CAPTION_WORDS = frozenset(_WORDS.split())
FORGIVES = 5  # from this many letters on, one misread letter is forgiven; two from twice as many
LONGEST = max(map(len, CAPTION_WORDS)) + 1
MISREAD = 0.25  # how much of a caption's letters may belong to no word of a caption


def is_caption(text: str) -> bool:
    """Whether the text is small print: words of captions and nothing else, rightly read."""
    words = _words(text)
    return bool(words) and not _holds_figures(text) and all(word in CAPTION_WORDS for word in words)


def is_nearly_caption(text: str) -> bool:
    """Whether the text right behind or below a label is its small print: most letters are of the words of captions."""
    words = _words(text)
    letters = sum(map(len, words))
    return letters > 1 and not _holds_figures(text) and sum(map(_foreign, words)) <= MISREAD * letters


def _words(text: str) -> list[str]:
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).casefold()
    return re.findall("[a-z]+", plain) if plain.isascii() else []


def _holds_figures(text: str) -> bool:
    return any(character.isdecimal() for character in text)


@cache
def _foreign(word: str) -> int:
    """How many letters of a word belong to no caption, however its words are run together: IDNO, ofBirth."""
    best: list[int] = [0, *range(1, len(word) + 1)]
    for end in range(1, len(word) + 1):
        best[end] = best[end - 1] + 1
        for start in range(max(0, end - LONGEST), end):
            if cost := _costs(word[start:end]):
                best[end] = min(best[end], best[start] + cost - 1)
    return best[-1]


@cache
def _costs(part: str) -> int:
    """One more than the letters that are misread in a word of a caption; 0: it is none."""
    if part in CAPTION_WORDS:
        return 1 if len(part) > 1 else 0
    forgiven = 2 if len(part) >= 2 * FORGIVES else 1 if len(part) >= FORGIVES else 0
    alike = (word for word in CAPTION_WORDS if abs(len(word) - len(part)) <= forgiven >= len(set(part) - set(word)))
    near = (_distance(part, word, forgiven) for word in alike)
    return min((1 + steps for steps in near if steps <= forgiven), default=_begun(part))


def _begun(part: str) -> int:
    """A word that lacks its last letters, as where the print ends at a line or under a hologram: mode, manageme."""
    begun = (
        word for word in CAPTION_WORDS if word.startswith(part) and len(word) - len(part) <= max(1, len(part) // 3)
    )
    return 2 if len(part) > 2 and any(begun) else 0


def _distance(one: str, other: str, most: int) -> int:
    """How many letters to change, to add or to leave out; more than `most` counts as one more."""
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        row, above = [at], row
        for to, letter_there in enumerate(other, 1):
            row.append(min(above[to] + 1, row[-1] + 1, above[to - 1] + (letter != letter_there)))
        if min(row) > most:
            return most + 1
    return row[-1]
