"""A vendor's answer as it came over the wire."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Self


@dataclass(frozen=True)
class ReceivedAnswer:
    """An answer that came whole: any HTTP status, its headers, its bytes without their transfer encoding.

    `batch` is the answer about several pictures that this is one picture's part of; without bytes of its own, nobody
    can tell what in that belongs to which picture.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = field(default=b"", repr=False)
    batch: "BatchAnswer | None" = None

    @classmethod
    def of(cls, value: Any) -> Self:
        """The answer that says `value`, as JSON."""
        return cls(content=json.dumps(value, ensure_ascii=False).encode())


@dataclass(frozen=True)
class BatchAnswer(ReceivedAnswer):
    """An answer about several pictures. It is kept once for all of them: by who holds `keeping`, at `kept_at`."""

    keeping: Lock = field(default_factory=Lock, repr=False, compare=False)
    kept_at: list[str] = field(default_factory=list, repr=False, compare=False)
