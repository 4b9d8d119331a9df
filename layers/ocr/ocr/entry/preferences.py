"""What a request asks for beside the picture: `Prefer` (RFC 7240) and `If-None-Match` (RFC 9110)."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.request import parse_http_list

RESPOND_ASYNC, WAIT = "respond-async", "wait"
# Longer than any request may take: what is beyond it is no other wish.
MOST_SECONDS = 3600


@dataclass(frozen=True)
class Preferences:
    """How the caller wants to wait: not at all (`asynchronous`), `wait` seconds at most, or so long and then later."""

    asynchronous: bool = False
    wait: int | None = None

    @property
    def applied(self) -> str:
        """The header Preference-Applied, for a response that came earlier because of them; empty where none was."""
        applied = [RESPOND_ASYNC] * self.asynchronous + ([] if self.wait is None else [f"{WAIT}={self.wait}"])
        return ", ".join(applied)


def preferences(headers: Iterable[str]) -> Preferences:
    """The preferences in all headers `Prefer` of a request.

    Each counts where it stands first. Parameters, unknown preferences and values that are none say nothing.
    """
    preferred: dict[str, str] = {}
    for preference in (one for header in headers for one in parse_http_list(header)):
        name, _, value = preference.partition(";")[0].partition("=")
        preferred.setdefault(name.strip().lower(), value.strip().strip('"'))
    wait = preferred.get(WAIT, "")
    seconds = min(int(wait), MOST_SECONDS) if wait.isascii() and wait.isdigit() else None
    return Preferences(preferred.get(RESPOND_ASYNC) == "", seconds)


def is_seen(tag: str, if_none_match: str | None) -> bool:
    """Whether the caller has what this ETag stands for; `*` is anything that is there."""
    tags = [one.strip() for one in parse_http_list(if_none_match or "")]
    return tags == ["*"] or tag in [one.removeprefix("W/") for one in tags]
