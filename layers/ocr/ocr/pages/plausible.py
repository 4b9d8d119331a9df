"""Whether the characters that a page holds are what a reader sees: files hold fonts that mean other characters."""

import unicodedata
from collections.abc import Iterable

# Of all characters: those that stand for nothing.
MOST_ODD = 0.05
# Of the ideographs: those of the 3755 that nearly all text is written with (GB 2312, level 1).
LEAST_USUAL = 0.85
LEAST_IDEOGRAPHS = 10
_ODD = {"Cc", "Cn", "Co", "Cs"}
_LEVEL_1 = range(0xB0, 0xD8)


def plausible(texts: Iterable[str]) -> bool:
    """Whether these texts are written in characters that documents have."""
    characters = [one for text in texts for one in text if not one.isspace()]
    odd = sum(one == "\ufffd" or unicodedata.category(one) in _ODD for one in characters)
    if not characters or odd > MOST_ODD * len(characters):
        return False
    ideographs = [one for one in characters if "\u3400" <= one <= "\u9fff"]
    usual = sum(map(_is_usual, ideographs))
    return len(ideographs) < LEAST_IDEOGRAPHS or usual >= LEAST_USUAL * len(ideographs)


def _is_usual(ideograph: str) -> bool:
    try:
        return ideograph.encode("gb2312")[0] in _LEVEL_1
    except UnicodeEncodeError:
        return False
