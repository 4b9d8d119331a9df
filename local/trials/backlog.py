"""Thousands of uploads wait and the vendor takes a second for each request: how fast they are read, what Lambda bills.

One vendor takes one picture a request, the other as many as a batch has. The yardstick of the first is read in the same
run: a naive handler (`local/bench/naive/uploads.py`), put in the product's place, which asks for one document after
another.
"""

import io
from functools import partial
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
    ]
    if vendor == VENDOR:
        figures.append(Figure("one at a time", _naive(harness, billed)))
    return Result(
        name,
        f"{len(uploads)} uploads in the queue, {vendor} takes {VENDOR_SECONDS:.0f} s, {CONCURRENCY} batches at once",
        figures,
    )


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
