"""A vendor's answer as it came over the wire."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class ReceivedAnswer:
    """An answer that came whole: any HTTP status, its headers, its bytes without their transfer encoding."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = field(default=b"", repr=False)


class BatchAnswer(dict[str, Any]):
    """A decoded answer about several pictures of which nobody can tell what in it belongs to which."""
