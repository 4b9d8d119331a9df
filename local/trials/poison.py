"""Batches of ten uploads, 1 to 9 of which are made to hurt: they end the process, hold it, or flood it.

Four kinds are files or answers as they may come. Four faults of a decoder and its machine are planted, since what is
known is refused before it is decoded. Every good picture is read right, every other ends in a record that says so, and
soon afterwards the function has room for others.

The function's timeout and the queue's visibility timeout are shorter than the template's, so that the trial ends in
time. Those that came with one that ended the process wait for the rest of its time and up to a minute and a half more.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from io import BytesIO
from itertools import cycle
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from local.cloud.sending import salt
from local.trials.harness import BATCH, Harness, Sent
from local.trials.pictures import PRODUCT, contents, plate
from local.trials.result import Figure, Result
from local.trials.trial import Trial, scaled

BATCHES = 9
FUNCTION_SECONDS, VISIBILITY_SECONDS = 30, 40
# What API Gateway and a batch's neighbours wait for.
SOON = 60.0
SEED = 15
MUCH = 50 << 20
PLANTED = Path(__file__).with_name("planted.py")


@dataclass(frozen=True)
class Kind:
    """One kind of picture that hurts.

    content   what stands before the salt; the planted fault's words behind it
    fault     what the vendor does with it
    ends      the statuses that its record may have
    """

    content: bytes
    planted: bytes = b""
    fault: str = ""
    ends: frozenset[str] = frozenset({"failed"})


@cache
def kinds() -> Mapping[str, Kind]:
    """The eight kinds."""
    bomb = PngInfo()
    bomb.add_text("note", "\0" * MUCH, zip=True)
    return {
        "a thousand scans": Kind(_scans(1000)),
        "more pixels than memory": Kind(_file("PNG", (12_000, 12_000), mode="1")),
        "metadata that unpacks to 50 MB": Kind(_file("PNG", (400, 300), pnginfo=bomb), ends=_ANY),
        "a decoder that stands still": Kind(plate(), b"planted stands still"),
        "a decoder that takes all memory": Kind(plate(), b"planted takes all memory"),
        "a decoder that crashes": Kind(plate(), b"planted crashes"),
        "an answer that drips": Kind(plate(), fault="drip", ends=_UNPAID),
        "an answer of 20,000 findings": Kind(plate(), fault="flood", ends=_UNPAID),
    }


def _scans(count: int) -> bytes:
    """A progressive JPEG whose last scan comes again and again."""
    whole = _file("JPEG", (2000, 2000), progressive=True)
    last = whole.rfind(b"\xff\xda")
    return whole[:last] + whole[last:-2] * count + whole[-2:]


def _file(format: str, size: tuple[int, int], mode: str = "RGB", **options: Any) -> bytes:
    file = BytesIO()
    Image.new(mode, size, "white").save(file, format, **options)
    return file.getvalue()


# A file that is odd and no more is read like any other.
_ANY = frozenset({"succeeded", "incomplete", "no_result", "failed"})
# Whether the vendor charged for it nobody can know.
_UNPAID = frozenset({"failed", "unknown"})


def run(harness: Harness, scale: float) -> Result:
    """Batch by batch, with more and more that hurt: good pictures right, none lost, room for others at once."""
    harness.run_instead(harness.stack.function(PRODUCT), PLANTED, FUNCTION_SECONDS)
    queues = harness.stack.client("sqs")
    queues.set_queue_attributes(QueueUrl=harness.queue, Attributes={"VisibilityTimeout": str(VISIBILITY_SECONDS)})
    tally, slowest, used = Counter[str](), 0.0, Counter[str]()
    for mixture in _mixtures(scaled(BATCHES, scale)):
        for content, kind in mixture:
            if kind and kind.fault:
                harness.vendor.order(
                    fault=kind.fault, seconds=2 * FUNCTION_SECONDS, times=None, sha256=sha256(content).hexdigest()
                )
        uploads = harness.upload([content for content, _ in mixture])
        harness.read()
        tally += _unexpected(harness.records(), uploads, [kind for _, kind in mixture])
        slowest = max(slowest, _seconds_of_ten_more(harness))
        used.update({"hurting": sum(kind is not None for _, kind in mixture), "batches": 1})
    return Result(
        TRIAL.name,
        f"{used['batches']} batches of {BATCH} uploads, 1 to {BATCH - 1} of them made to hurt: "
        f"{', '.join(kinds())}; {used['hurting']} in all",
        [
            Figure("lost", tally["lost"], most=0),
            Figure("good pictures read otherwise", tally["wrong"], most=0),
            Figure("others ended otherwise", tally["odd"], most=0),
            Figure("processes that ended", harness.deaths()),
            Figure("slowest ten good ones right afterwards, s", slowest, most=SOON),
        ],
    )


def _seconds_of_ten_more(harness: Harness) -> float:
    """How long ten good pictures take that come next."""
    uploads, begun = harness.upload(contents(BATCH)), monotonic()
    harness.read()
    seconds = monotonic() - begun
    return seconds if not _unexpected(harness.records(), uploads, [None] * BATCH) else float("inf")


def _mixtures(count: int) -> Iterator[list[tuple[bytes, Kind | None]]]:
    """Batches with ever more that hurt, in any order; with each its kind, None for a good one."""
    random, hurting = Random(SEED), cycle(kinds().values())
    for number in range(count):
        few = 1 + number % (BATCH - 1)
        mixture: list[tuple[bytes, Kind | None]] = [(content, None) for content in contents(BATCH - few)]
        for kind in (next(hurting) for _ in range(few)):
            mixture.append((kind.content + salt() + kind.planted, kind))
        random.shuffle(mixture)
        yield mixture


def _unexpected(
    records: Mapping[Sent, Mapping[str, Any]], uploads: Sequence[Sent], expected: Sequence[Kind | None]
) -> Counter[str]:
    """How many uploads have no record, and how many of the records say anything else than they should."""
    counted: Counter[str] = Counter()
    for upload, kind in zip(uploads, expected, strict=True):
        record = records.get(upload)
        if record is None:
            counted["lost"] += 1
        elif kind is None:
            counted["wrong"] += record["status"] != "succeeded"
        else:
            counted["odd"] += record["status"] not in kind.ends
    return +counted


TRIAL = Trial("poison", run)
