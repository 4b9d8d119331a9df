"""How wide the marks of a Chinese text are printed, where a recognizer cannot see it."""

import re
from collections.abc import Sequence

from ocr.model.reading import Line

BETWEEN = re.compile("(?<=[\u4e00-\u9fff])[,:;，：；](?=[\u4e00-\u9fff])")
NARROW_END = re.compile("(?<=[\u4e00-\u9fff])[,:;]$")
WIDE = str.maketrans(",:;", "，：；")
FEWEST = 2  # marks of a page that are all of one width


def widened(lines: Sequence[Line]) -> list[Line]:
    """The lines with a wide mark at their ends, on a page that has wide marks only between Chinese characters.

    How wide a mark is shows in the blank behind it: at the end of a line there is none to be seen.
    """
    marks = [mark for line in lines for mark in BETWEEN.findall(line.text)]
    if len(marks) < FEWEST or any(map(str.isascii, marks)):
        return list(lines)
    return [line.model_copy(update={"text": NARROW_END.sub(_wide, line.text)}) for line in lines]


def _wide(mark: re.Match[str]) -> str:
    return mark.group().translate(WIDE)
