"""Several documents of one kind on one picture: each is read by itself, so that no record is made of two.

They show by what such a document prints only once: where three of its values known by their shape stand twice, and a
strip runs between them in which nothing is printed, there are two.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from ocr.declare.fields import Declared
from ocr.extraction.page import TextSpan
from ocr.extraction.values import compact

FEWEST = 3  # shapes that must be there twice


def separated(spans: Sequence[TextSpan], fields: Mapping[str, Declared]) -> list[list[TextSpan]]:
    """The spans of each document, from the top and the left; all of them where there is only one."""
    owners = Counter(field.shape.pattern for field in fields.values() if field.shape.pattern)
    twice = [places for pattern, count in owners.items() if len(places := _places(pattern, spans)) >= 2 * count]
    if len(twice) < FEWEST:
        return [list(spans)]
    parts = next((two for two in _halves(spans) if _tells_apart(two[0], twice)), None)
    if parts is None:
        return [list(spans)]
    ordered = sorted(parts, key=lambda part: min((span.area.top, span.area.left) for span in part))
    return [one for part in ordered for one in separated(part, fields)]


def _places(pattern: str, spans: Sequence[TextSpan]) -> list[TextSpan]:
    return [span for span in spans if re.search(pattern, compact(span.text))]


def _halves(spans: Sequence[TextSpan]) -> Iterator[tuple[list[TextSpan], list[TextSpan]]]:
    """The spans on both sides of every strip, from top to bottom or from left to right, that nothing crosses."""
    for first, last in (("left", "right"), ("top", "bottom")):
        ordered = sorted(spans, key=lambda span: float(getattr(span.area, first)))
        end = float("-inf")
        for number, span in enumerate(ordered):
            if number and getattr(span.area, first) > end:
                yield ordered[:number], ordered[number:]
            end = max(end, getattr(span.area, last))


def _tells_apart(half: Sequence[TextSpan], twice: Sequence[Sequence[TextSpan]]) -> bool:
    """Whether of everything that is there twice as much stands in this half as in the other."""
    return all(2 * sum(place in half for place in places) == len(places) for places in twice)
