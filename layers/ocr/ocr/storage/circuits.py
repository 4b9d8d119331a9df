"""Circuit breakers of vendors' interfaces, whose states all functions share through the table."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.circuit_breaker import CircuitBreakerConfig, CircuitInfo, CircuitState

from ocr.declare.offers import Offer
from ocr.platform import aws
from ocr.platform.settings import settings
from ocr.platform.telemetry import logger
from ocr.storage.records import Item, several

# `state` is the table's own name; `status` would make the announcer look at circuits.
STATE, OPENED = "circuit", "opened_at"
CLOSED = "CLOSED"
# For so long a function goes by what it last knew of a circuit.
KNOWN_SECONDS = 5
# An item outlives the time for which its circuit is open: with it, a circuit in the middle of its trial would be gone.
KEPT_SECONDS = 3600


@dataclass(frozen=True)
class Circuit:
    """A circuit as the table has it; moments in seconds since 1970. An owner tries it until its lease ends."""

    name: str
    state: CircuitState = CircuitState.CLOSED
    failure_count: int = 0
    opened_at: int | None = None
    half_open_owner: str | None = None
    probe_lease_expiry: int | None = None

    def to_circuit_info(self) -> CircuitInfo:
        """The circuit as Powertools tells of it."""
        return CircuitInfo(self.name, self.state, self.failure_count, self.opened_at)


class Circuits:
    """Where Powertools' circuit breaker keeps its circuits: in the table, through the client that is there.

    The calls are those of its `CircuitBreakerPersistenceLayer`. Powertools' own store for DynamoDB brings boto3 along,
    which takes a cold start longer than all else that a circuit needs.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, Circuit]] = {}

    def configure(self, config: CircuitBreakerConfig, circuit_name: str) -> None:
        """Nothing: all circuits go by the settings."""

    def get_state(self, name: str) -> Circuit:
        """The circuit; a closed one where the table does not answer: no circuit breaker is to be the outage."""
        until, known = self._known.get(name, (0.0, None))
        if known and time.time() < until:
            return known
        try:
            item = aws.table().get_item(Key={"id": name}).get("Item")
            return self._knows(_circuit(item) if item else Circuit(name))
        except Exception as error:
            logger.warning("A circuit cannot be read and counts as closed", error=type(error).__name__)
            return Circuit(name)

    def save_open(self, name: str, failure_count: int, opened_at: int) -> None:
        """Open the circuit."""
        self._put(Circuit(name, CircuitState.OPEN, failure_count, opened_at))

    def try_acquire_half_open(self, name: str, owner: str, opened_at: int) -> bool:
        """Let this owner try the circuit, unless another does; one that does not come back is given up by its lease."""
        now = int(time.time())
        tried = Circuit(
            name,
            CircuitState.HALF_OPEN,
            opened_at=opened_at,
            half_open_owner=owner,
            probe_lease_expiry=now + settings().circuit_seconds,
        )
        return self._put(
            tried,
            ConditionExpression=f"({STATE} = :open AND attribute_not_exists(half_open_owner) AND {OPENED} = :opened) "
            f"OR ({STATE} = :half_open AND probe_lease_expiry <= :now)",
            ExpressionAttributeValues={
                ":open": str(CircuitState.OPEN),
                ":half_open": str(CircuitState.HALF_OPEN),
                ":opened": opened_at,
                ":now": now,
            },
        )

    def save_closed(self, name: str) -> None:
        """Close the circuit."""
        self._put(Circuit(name))

    def save_reopen(self, name: str, opened_at: int) -> None:
        """Open the circuit again: the call that tried it failed."""
        self._put(Circuit(name, CircuitState.OPEN, opened_at=opened_at))

    def _put(self, circuit: Circuit, **condition: Any) -> bool:
        written = aws.written(aws.table().put_item, Item=_item(circuit), **condition) is not None
        if written:
            self._knows(circuit)
        return written

    def _knows(self, circuit: Circuit) -> Circuit:
        self._known[circuit.name] = time.time() + KNOWN_SECONDS, circuit
        return circuit


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


def _circuit(item: Item) -> Circuit:
    opened, lease = item.get(OPENED), item.get("probe_lease_expiry")
    return Circuit(
        item["id"],
        CircuitState(item[STATE]),
        int(item.get("failure_count", 0)),
        None if opened is None else int(opened),
        item.get("half_open_owner"),
        None if lease is None else int(lease),
    )


def _item(circuit: Circuit) -> Item:
    parts = {
        "id": circuit.name,
        STATE: str(circuit.state),
        "failure_count": circuit.failure_count,
        OPENED: circuit.opened_at,
        "half_open_owner": circuit.half_open_owner,
        "probe_lease_expiry": circuit.probe_lease_expiry,
        "expires_at": int(time.time()) + settings().circuit_seconds + KEPT_SECONDS,
    }
    return {name: value for name, value in parts.items() if value is not None}
