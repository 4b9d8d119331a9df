"""Thousands of uploads wait and the vendor takes a second for each request: how fast they are read, what Lambda bills.

One vendor takes one picture a request, the other as many as a batch has. The yardstick of the first is read in the same
run: a naive handler (`local/bench/naive/uploads.py`), put in the product's place, which asks for one document after
another. Whether a document takes as much when few wait as when many do, and with many records in the table as with few,
is seen by what the last ones took, over what the first did.
"""

import io
from collections.abc import Sequence
from functools import partial
from statistics import median
from zipfile import ZipFile

from local.cloud.aws import ROOT
from local.trials.harness import Harness
from local.trials.pictures import PRODUCT, contents
from local.trials.result import Figure, Result
from local.trials.trial import VENDOR, Trial, scaled

UPLOADS, NAIVELY = 5_000, 50
VENDOR_SECONDS = 1.0
NAIVE = ROOT / "local/bench/naive/uploads.py"
# Batches at once: what a local AWS that is one process, on two cores, keeps up with.
CONCURRENCY = 2
# The share of the invocations that are its first ones, or its last.
PART = 5


def run(harness: Harness, scale: float, name: str, vendor: str, most: float) -> Result:
    """A full queue and a slow vendor: documents a second, Lambda-seconds a document, and the yardstick's."""
    harness.vendor.order(fault="slow", seconds=VENDOR_SECONDS, times=None)
    uploads = harness.upload(contents(scaled(UPLOADS, scale)))
    seconds = harness.read()
    invocations = harness.invocations()
    billed = sum(invocations)
    figures = [
        *harness.tally(uploads, len(uploads)),
        Figure("documents/s", len(uploads) / seconds),
        Figure("documents an invocation", len(uploads) / len(invocations)),
        Figure("Lambda-seconds a document", billed / len(uploads), most=most),
        Figure("the last fifth ÷ the first", growth(invocations)),
    ]
    if vendor == VENDOR:
        figures.append(Figure("one at a time", _naive(harness, billed)))
    return Result(
        name,
        f"{len(uploads)} uploads in the queue, {vendor} takes {VENDOR_SECONDS:.0f} s, {CONCURRENCY} batches at once",
        figures,
    )


def growth(invocations: Sequence[float]) -> float:
    """By how much the last invocations took longer than the first; 1 where all take as long.

    Of the middle ones: what one begins with, a cold start, and ends with, a batch that is not full, counts neither way.
    """
    part = max(1, len(invocations) // PART)
    return median(invocations[-part:]) / median(invocations[:part])


def _naive(harness: Harness, billed: float) -> float:
    """Lambda-seconds that the naive handler takes for a document; `billed` were those before."""
    _put_in_place(harness)
    harness.upload(contents(NAIVELY), name="naive-{}.jpg".format)
    harness.read()
    return (sum(harness.invocations()) - billed) / NAIVELY


def _put_in_place(harness: Harness) -> None:
    archive = io.BytesIO()
    with ZipFile(archive, "w") as packed:
        packed.write(NAIVE, NAIVE.name)
    functions, name = harness.stack.client("lambda"), harness.stack.function(PRODUCT)
    functions.update_function_code(FunctionName=name, ZipFile=archive.getvalue())
    functions.update_function_configuration(FunctionName=name, Handler=f"{NAIVE.stem}.handler")


def _trial(name: str, vendor: str, most: float, **parameters: str) -> Trial:
    """Lambda bills at most so many seconds a document."""
    tried = partial(run, name=name, vendor=vendor, most=most)
    return Trial(name, tried, {"MaximumConcurrency": str(CONCURRENCY)} | parameters, vendor=vendor)


TRIALS = (_trial("backlog", VENDOR, 0.12), _trial("backlog-batches", "ctyun", 0.1, BatchSize="50"))
