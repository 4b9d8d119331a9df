"""Printed text brought into one form: what full-width letters, OCR spacing and look-alike punctuation hide.

Nothing here guesses: a letter O in a number stays a letter O. What cannot be a text at all raises ValueError.
"""

import datetime
import re
import string
import unicodedata
from collections.abc import Callable
from decimal import Decimal

__all__ = ["DASHES", "capitals", "code", "compact", "ending_in", "figures", "one_misread", "plain", "text"]

_CJK = "[\u2e80-\u2fff\u3001-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_LOOSE_SPACE = re.compile(rf"(?<={_CJK}) | (?={_CJK})")
_NAME_DOT = re.compile(rf"(?<={_CJK})[•・‧∙⋅](?={_CJK})")
DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−─", "-"))
_UPPER = str.maketrans(string.ascii_lowercase, string.ascii_uppercase)
_NUMBER_SIGN = re.compile(r"^NO[.:]*")
_SCALARS = (str, int, float, Decimal, datetime.date, datetime.time)


def plain(value: object) -> str:
    """NFKC, no control or format characters, single inner spaces, none outside. Raises ValueError when empty."""
    if not isinstance(value, _SCALARS):
        raise ValueError("not a text")
    raw = format(value, "f") if isinstance(value, Decimal) else str(value)
    spaced = " ".join(_normal("".join(filter(_visible, raw))).split())
    if not spaced:
        raise ValueError("empty")
    return spaced


def text(value: object) -> str:
    """`plain` without the spaces that touch a Chinese character, which carry no meaning, and one kind of name dot."""
    return _normal(_NAME_DOT.sub("·", _LOOSE_SPACE.sub("", plain(value))))


def compact(value: object) -> str:
    """`plain` without any space and with one kind of dash."""
    return _normal(plain(value).replace(" ", "")).translate(DASHES)


def capitals(value: object) -> str:
    """`compact` in capitals. Raises ValueError without a single letter or digit of ASCII."""
    written = compact(value).translate(_UPPER)
    if not re.search("[0-9A-Z]", written):
        raise ValueError("no letter and no digit")
    return written


def code(value: object) -> str:
    """`capitals` of a number or code, in which no Chinese character stands."""
    written = capitals(value)
    if re.search(_CJK, written):
        raise ValueError("words, not a code")
    return written


def figures(value: object) -> str:
    """`code` of something numbered in digits: without hyphens and without a № in front."""
    written = _NUMBER_SIGN.sub("", code(value)).replace("-", "")
    if not re.search("[0-9]", written):
        raise ValueError("no digit")
    return written


def one_misread(*words: str) -> str:
    """A regular expression for the words, each with at most one of its letters misread or covered."""
    return "|".join(f"{word[:at]}.?{word[at + 1 :]}" for word in words for at in range(len(word)))


def ending_in(*words: str) -> Callable[[object], str]:
    """A reader of a text that ends in one of the words, where all such texts do: a covered letter is put back."""
    endings = [(word, re.compile(f"(?:{one_misread(word)})(?=\\(|$)")) for word in words]

    def read(value: object) -> str:
        written = text(value)
        if any(re.search(rf"{word}(?=\(|$)", written) for word in words):
            return written
        near = {ending.sub(word, written, count=1) for word, ending in endings if ending.search(written)}
        return near.pop() if len(near) == 1 else written

    return read


def _normal(written: str) -> str:
    return unicodedata.normalize("NFKC", written)


def _visible(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) not in {"Cc", "Cf", "Cs"}
