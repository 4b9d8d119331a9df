"""What a simulator is told to do next and what it has seen: the state behind `/_control`."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import inf
from threading import Lock
from time import monotonic
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, PositiveFloat

from local.simulators.calls import Question
from local.simulators.pictures import Picture

Fault = Literal[
    "slow",
    "drip",
    "hang",
    "cut",
    "http500",
    "http429",
    "garbage",
    "maintenance",
    "redirect",
    "wrong_secret",
    "truncated",
    "empty",
    "wrong_types",
    "string_code",
    "missing_code",
    "nested_code",
    "gbk",
    "short_batch",
    "flood",
]

# Whether the vendor's bill counts a call that ends this way. What went wrong before the picture was read is free;
# an answer that was made and then lost, late or malformed has been paid for.
CHARGED: Mapping[Fault, bool] = {
    "slow": True,
    "drip": True,
    "hang": True,
    "cut": True,
    "http500": False,
    "http429": False,
    "garbage": True,
    "maintenance": False,
    "redirect": False,
    "wrong_secret": False,
    "truncated": True,
    "empty": True,
    "wrong_types": True,
    "string_code": True,
    "missing_code": True,
    "nested_code": False,
    "gbk": True,
    "short_batch": True,
    "flood": True,
}


class Settings(BaseModel):
    """What every vendor can be told to do otherwise. `per_second`: calls a second that it takes, None for any number;
    it answers those beyond as its rate limit, uncharged, and takes no more than a second's worth at once."""

    model_config = ConfigDict(extra="forbid")

    per_second: PositiveFloat | None = None


class Order(BaseModel):
    """What the next calls get instead of the plain truth.

    code      answer this code of the vendor's table (or any other)
    message   its text, where the code alone does not say which error it is
    fault     how the answer goes wrong on the wire; together with `code` where both make sense
    misread   whether each text with a digit in it lacks its last character: plates and check digits then fail
    seconds   how long `slow` waits and `drip` takes; what `Retry-After` says for `http429`
    status    the HTTP status, where it should not be the vendor's usual one
    level     where `nested_code` stands, for vendors with several levels: page, result or entry
    picture   which picture of a batch the code is about, counting from 0; None: the whole request
    times     how many calls; None: every call until the reset
    charged   whether the call is charged; None: as the code or the fault implies
    path      only calls whose path contains this
    sha256    only calls with the picture whose bytes have this hash
    """

    model_config = ConfigDict(extra="forbid")

    code: int | str | None = None
    message: str | None = None
    fault: Fault | None = None
    misread: bool = False
    seconds: float = 1.0
    status: int | None = None
    level: Literal["page", "result", "entry"] | None = None
    picture: int | None = None
    times: int | None = 1
    charged: bool | None = None
    path: str = ""
    sha256: str = ""

    def charges(self, maybe: bool) -> bool:
        """Whether a call under this order is paid for; `maybe`: its code is one the vendor may charge for."""
        if self.charged is not None:
            return self.charged
        if self.code is not None and self.picture is None:
            return maybe
        return self.fault is None or CHARGED[self.fault]


@dataclass(frozen=True)
class Charge:
    """One paid picture. `units` are the vendor's price units; `source` is how it travelled, where there are ways."""

    sha256: str
    product: str
    units: float
    source: str = ""


class State[S: Settings]:
    """One simulator's orders, settings and records; safe to use from any thread."""

    def __init__(self, settings: type[S]) -> None:
        self._lock = Lock()
        self._fresh = settings
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        with self._lock:
            self.settings = self._fresh()
            self._orders: list[Order] = []
            self._paths: Counter[str] = Counter()
            self._charges: list[Charge] = []
            self._violations: list[dict[str, str]] = []
            self._last: dict[str, Any] | None = None
            self._limited = 0
            # Calls that may come at once, as they stood when the last one came; more than the limit lets through.
            self._room, self._counted = inf, monotonic()

    def instruct(self, orders: Iterable[Order], settings: Mapping[str, Any], *, forget: bool = False) -> None:
        """Queue orders behind those that wait, or in their place with `forget`; change the named settings."""
        chosen = self._fresh.model_validate(self.settings.model_dump() | dict(settings))
        with self._lock:
            self._orders = [*([] if forget else self._orders), *orders]
            self.settings = chosen

    def order(self, path: str, pictures: Iterable[str]) -> Order:
        """What to do with a call to `path` with pictures of these hashes: the first order that is about it, used up
        once; else an empty one."""
        hashes = {"", *pictures}
        with self._lock:
            order = next((order for order in self._orders if order.path in path and order.sha256 in hashes), None)
            if order is None:
                return Order()
            if order.times is not None:
                order.times -= 1
            self._orders = [order for order in self._orders if order.times != 0]
            return order.model_copy()

    def takes(self) -> bool:
        """Whether the rate limit lets one more call through; counts it either way."""
        with self._lock:
            rate, now = self.settings.per_second, monotonic()
            if rate is None:
                return True
            self._room = min(max(1.0, rate), self._room + rate * (now - self._counted))
            self._counted = now
            taken = self._room >= 1
            self._room -= taken
            self._limited += not taken
            return taken

    def called(self, path: str, facts: dict[str, Any]) -> None:
        with self._lock:
            self._paths[path] += 1
            self._last = facts

    def charge(self, question: Question, pictures: Iterable[Picture]) -> None:
        """Note that these of the question's pictures are paid for."""
        charged = question.product, question.units, question.source
        with self._lock:
            self._charges += [Charge(picture.sha256, *charged) for picture in pictures]

    def violation(self, path: str, reason: str) -> None:
        """Note that a call broke the vendor's document."""
        with self._lock:
            self._violations.append({"path": path, "reason": reason})

    def report(self) -> dict[str, Any]:
        """Everything seen since the start or the last reset."""
        with self._lock:
            return {
                "calls": self._paths.total(),
                "limited": self._limited,
                "paths": dict(self._paths),
                "charges": [vars(charge) for charge in self._charges],
                "pictures": dict(Counter(charge.sha256 for charge in self._charges)),
                "units": sum(charge.units for charge in self._charges),
                "violations": list(self._violations),
                "orders": [order.model_dump(exclude_defaults=True) for order in self._orders],
                "settings": self.settings.model_dump(),
                "last": self._last,
            }
