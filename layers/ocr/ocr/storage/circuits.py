"""Circuit breakers of vendors' interfaces, whose states all functions share through the table."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from ocr.declare.offers import Offer
from ocr.storage.records import several

# `state` is the table's own name; `status` would make the announcer look at circuits.
STATE, OPENED = "circuit", "opened_at"
CLOSED = "CLOSED"


def name(offer: Offer) -> str:
    """The circuit of the interface that an offer asks, by its id in the table."""
    return f"circuit#{offer.vendor}#{offer.interface}"


def states(offers: Iterable[Offer]) -> list[dict[str, Any]]:
    """The state of each interface's circuit: `closed`, `open` since a time, or `half_open`: one call tries it."""
    named = {name(offer): offer for offer in offers}
    found = {item["id"]: item for item in several(list(named))}
    return [_state(offer, found.get(id, {})) for id, offer in named.items()]


def _state(offer: Offer, item: dict[str, Any]) -> dict[str, Any]:
    state = str(item.get(STATE, CLOSED))
    since = {"since": datetime.fromtimestamp(float(item[OPENED]), UTC)} if state != CLOSED and OPENED in item else {}
    return {"vendor": offer.vendor, "interface": offer.interface, "state": state.lower()} | since
