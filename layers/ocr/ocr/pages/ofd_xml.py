"""The XML of an OFD's parts, whatever namespace its program gave the elements."""

from collections.abc import Iterator
from typing import Any


def below(element: Any, name: str) -> Iterator[Any]:
    """The elements of this name right below one; of none where there is none."""
    return (one for one in (() if element is None else element) if local_name(one) == name)


def local_name(element: Any) -> str:
    """An element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def text(element: Any, name: str) -> str:
    """What the first element of this name right below one says."""
    return next(((one.text or "").strip() for one in below(element, name)), "")
