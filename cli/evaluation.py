"""How well vendors and policies read pictures whose content is known: what is counted, and for what money.

A *reader* is one vendor alone, or a policy: vendors in an order, and when the next one is asked. Each reads all
pictures. What a vendor said when it was asked alone is not paid for again when a policy asks it.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean

from rapidfuzz.distance import Levenshtein

from cli.api import Json
from cli.calibration import Bin, reliability
from cli.marks import Mark, MarkedValue, mark, natural, values, within
from cli.reading import NO_RESULT, SUCCEEDED, ReadRequest
from cli.truth import Fields

READ = "read"


@dataclass(frozen=True)
class Reader:
    """One vendor alone, or several in their order with the policy that says when the next one is asked."""

    vendors: tuple[str, ...]
    policy: str = ""

    @property
    def name(self) -> str:
        return f"{', '.join(self.vendors)}: {self.policy}" if self.policy else self.vendors[0]

    @property
    def slug(self) -> str:
        """Its name as a file's."""
        return re.sub(r"[^a-z0-9.]+", "-", self.name)

    def request(self, product: str, options: Mapping[str, str]) -> ReadRequest:
        """What it is to read pictures as."""
        own = {"vendor": ",".join(self.vendors)} | ({"escalate": self.policy} if self.policy else {})
        return ReadRequest(product, {**options, **own})


def readers(vendors: Sequence[str], policies: Iterable[str]) -> list[Reader]:
    """Each vendor alone, then, of several, each policy."""
    alone = [Reader((vendor,)) for vendor in vendors]
    return [*alone, *(Reader((*vendors,), policy) for policy in policies if len(vendors) > 1)]


@dataclass(frozen=True)
class Value(MarkedValue):
    """One value as a reader read it, and how sure the record is of it."""

    confidence: float | None

    @property
    def field(self) -> str:
        """Its field, the same for all rows: `items[].tax`."""
        return re.sub(r"\[\d+\]", "[]", self.name)

    @property
    def slips(self) -> int:
        """How many characters were misread, of a value that is wrong."""
        return Levenshtein.distance(str(self.printed or ""), str(self.found or "")) if self.wrong else 0


@dataclass(frozen=True)
class Judged:
    """One picture as one reader read it, beside what is known of it."""

    picture: Path
    reader: Reader
    outcome: Json
    values: Sequence[Value]

    @property
    def record(self) -> Json:
        return self.outcome.get("record") or {}

    @property
    def document(self) -> Json:
        return self.record.get("document") or {}

    @property
    def right(self) -> bool:
        """Whether the record is exactly right: a success with every known value, and none that should not be there."""
        return self.outcome["status"] == SUCCEEDED and all(one.mark == Mark.RIGHT for one in self.values)

    @property
    def asked(self) -> list[str]:
        """The vendors that read the picture, or found nothing on it."""
        attempts = self.record.get("attempts", [])
        said = [one["vendor"] for one in attempts if one["outcome"] in (READ, NO_RESULT)]
        return list(dict.fromkeys(said)) or [*self.reader.vendors[: self.outcome["status"] == NO_RESULT]]

    def verdicts(self) -> Iterator[tuple[str, bool, bool]]:
        """Of each check whose fields are all known: its name, whether it passed, whether they are right."""
        known = {name.partition(".")[0].partition("[")[0] for name in (one.name for one in self.values)}
        for check in self.document.get("checks", []):
            ours = [one for one in self.values if within(one.name, check["fields"])]
            tells = check["outcome"] in ("passed", "failed") and ours
            if tells and {name.partition("[")[0] for name in check["fields"]} <= known:
                yield check["name"], check["outcome"] == "passed", all(one.mark == Mark.RIGHT for one in ours)


def judged(picture: Path, reader: Reader, outcome: Json, truth: Fields) -> Judged:
    """What came of a picture. Fields that the truth does not name count neither way."""
    document = (outcome.get("record") or {}).get("document") or {}
    printed = dict(values(truth))
    found = {name: one for name, one in values(document.get("fields", {})) if within(name, truth)}
    doubted = {name for check in document.get("checks", []) if check["outcome"] == "failed" for name in check["fields"]}
    doubted |= {name for name, one in document.get("evidence", {}).items() if one.get("opinions")}
    made = [
        Value(
            name,
            printed.get(name),
            found.get(name),
            mark(printed.get(name), found.get(name)),
            within(name, doubted),
            document.get("evidence", {}).get(name, {}).get("confidence"),
        )
        for name in sorted(printed.keys() | found.keys(), key=natural)
    ]
    return Judged(picture, reader, outcome, made)


@dataclass
class Count:
    """What came of one field with one reader."""

    right: int = 0
    wrong: int = 0
    missing: int = 0
    silent: int = 0
    slips: int = 0

    def add(self, value: Value) -> None:
        self.right += value.mark == Mark.RIGHT
        self.wrong += value.wrong
        self.missing += value.mark == Mark.MISSING
        self.silent += value.silent
        self.slips += value.slips


@dataclass
class Bill:
    """What a vendor's calls cost and how long they take, as far as the records tell: one of each."""

    units: float = 0
    cost: float = 0
    seconds: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Total:
    """What a reader made of all pictures: records that are exactly right, and what they cost.

    `escalated` counts the pictures that more than one vendor read. `cost` is in yuan, and 0 without prices.
    """

    reader: Reader
    pictures: int
    right: int
    silent: int
    escalated: int
    units: float
    cost: float
    seconds: float

    @property
    def each(self) -> tuple[float | None, float | None]:
        """Price units and yuan for each record that is exactly right."""
        return (self.units / self.right, self.cost / self.right) if self.right else (None, None)


class Evaluation:
    """All that was read, counted. `product` is the slug of what the pictures were read as."""

    def __init__(self, product: str, all: Sequence[Judged]) -> None:
        self.product, self.all = product, all
        self.readers = list(dict.fromkeys(one.reader for one in all))
        self.bills = _bills(all)

    def of(self, reader: Reader) -> list[Judged]:
        return [one for one in self.all if one.reader == reader]

    def fields(self) -> dict[tuple[str, str], Count]:
        """Field and reader's name → what came of it, in the order of fields."""
        found: defaultdict[tuple[str, str], Count] = defaultdict(Count)
        names = list(dict.fromkeys(value.field for one in self.all for value in one.values))
        for name in names:
            for one in self.all:
                for value in one.values:
                    if value.field == name:
                        found[name, one.reader.name].add(value)
        return dict(found)

    def checks(self) -> dict[tuple[str, str], Counter[tuple[bool, bool]]]:
        """Check and reader's name → how often it passed or failed on values that are right or not."""
        found: defaultdict[tuple[str, str], Counter[tuple[bool, bool]]] = defaultdict(Counter)
        for one in self.all:
            for name, passed, right in one.verdicts():
                found[name, one.reader.name][passed, right] += 1
        return dict(sorted(found.items()))

    def calibration(self, reader: Reader) -> list[Bin]:
        """What a reader's confidences promise, beside what is right."""
        return reliability(
            (value.confidence, value.mark == Mark.RIGHT)
            for one in self.of(reader)
            for value in one.values
            if value.confidence is not None and value.found is not None
        )

    def totals(self) -> list[Total]:
        """A total for each reader."""
        return [self._total(reader) for reader in self.readers]

    def _total(self, reader: Reader) -> Total:
        ours = self.of(reader)
        bills = [self.bills[vendor] for one in ours for vendor in one.asked]
        return Total(
            reader,
            pictures=len(ours),
            right=sum(one.right for one in ours),
            silent=sum(value.silent for one in ours for value in one.values),
            escalated=sum(len(one.asked) > 1 for one in ours),
            units=sum(bill.units for bill in bills),
            cost=sum(bill.cost for bill in bills),
            seconds=sum(fmean(bill.seconds) for bill in bills if bill.seconds) / max(len(ours), 1),
        )


def _bills(all: Iterable[Judged]) -> Mapping[str, Bill]:
    """Vendor → what one call costs. All pictures are read with the same options, so that a vendor has one price.

    What was kept from before costs nothing now, and would cost that with a policy: the dearest call tells.
    """
    found: defaultdict[str, Bill] = defaultdict(Bill)
    for one in all:
        for attempt in one.record.get("attempts", []):
            bill = found[attempt["vendor"]]
            bill.units = max(bill.units, attempt.get("units", 0))
            bill.cost = max(bill.cost, attempt.get("cost", 0))
            if attempt["outcome"] == READ and attempt.get("milliseconds"):
                bill.seconds.append(attempt["milliseconds"] / 1000)
    return found
