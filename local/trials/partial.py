"""Batches in which some pictures are bad: those fail, each for its own reason, and the others are read as if alone."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from io import BytesIO
from itertools import cycle, islice
from random import Random
from typing import Any

from PIL import Image

from local.cloud.sending import salt
from local.trials.harness import BATCH, Harness, Sent
from local.trials.pictures import plate
from local.trials.result import Figure, Result
from local.trials.trial import Trial, scaled

BATCHES = 27
SEED = 9
GOOD = 0
EMPTY, CUT, SMALL, FOREIGN = (
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
)


def run(harness: Harness, scale: float) -> Result:
    """Batch by batch, with more and more bad pictures: every outcome is the right one."""
    count, good, wrong, lost = scaled(BATCHES, scale), 0, 0, 0
    for mixture in _mixtures(count):
        uploads = harness.upload([picture for picture, _ in mixture])
        harness.read()
        records = harness.records()
        good += sum(problem == GOOD for _, problem in mixture)
        lost += sum(upload not in records for upload in uploads)
        wrong += _wrong(records, uploads, [problem for _, problem in mixture])
    return Result(
        TRIAL.name,
        f"{count} batches of {BATCH} uploads, 1 to {BATCH - 1} of them bad: cut short, too small, empty, no JPEG",
        [
            Figure("lost", lost, most=0),
            Figure("otherwise than it should", wrong, most=0),
            Figure("calls ÷ good pictures", len(harness.vendor.report()["charges"]) / good, most=1.0, least=1.0),
            Figure("invocations", len(harness.invocations()), most=count),
        ],
    )


def _mixtures(count: int) -> Iterator[list[tuple[bytes, int]]]:
    """Batches with ever more bad pictures, in any order; with each the HTTP status of its problem, 0 for a good one.

    All are different: of one picture that stands in a batch twice, the second waits for the first.
    """
    random, bad = Random(SEED), cycle(_bad())
    for number in range(count):
        ill = [(content and content + salt(), problem) for content, problem in islice(bad, 1 + number % (BATCH - 1))]
        mixture = ill + [(plate() + salt(), GOOD) for _ in range(BATCH - len(ill))]
        random.shuffle(mixture)
        yield mixture


def _bad() -> list[tuple[bytes, int]]:
    whole = plate()
    return [(whole[: len(whole) // 2], CUT), (_drawn("PNG", 5), SMALL), (b"", EMPTY), (_drawn("JPEG2000", 64), FOREIGN)]


def _drawn(kind: str, side: int) -> bytes:
    file = BytesIO()
    Image.new("RGB", (side, side), "white").save(file, kind)
    return file.getvalue()


def _wrong(records: Mapping[Sent, Mapping[str, Any]], uploads: list[Sent], problems: list[int]) -> int:
    """How many of the records say anything else than they should."""
    return sum(
        _end(records[upload]) != (("failed", problem) if problem else ("succeeded", GOOD))
        for upload, problem in zip(uploads, problems, strict=True)
        if upload in records
    )


def _end(record: Mapping[str, Any]) -> tuple[str, int]:
    return record["status"], record.get("problem", {}).get("status", GOOD)


TRIAL = Trial("partial", run)
