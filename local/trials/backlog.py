"""Thousands of uploads wait and the vendor takes a second for each: how fast they are read, and what Lambda bills.

The yardstick is read in the same run: a naive handler (`local/bench/naive/uploads.py`), put in the product's place,
which asks for one document after another.
"""

import io
from zipfile import ZipFile

from local.cloud.aws import ROOT
from local.trials.harness import Harness
from local.trials.pictures import PRODUCT, contents
from local.trials.result import Figure, Result
from local.trials.trial import Trial, scaled

UPLOADS, NAIVELY = 5_000, 50
VENDOR_SECONDS = 1.0
MOST_SECONDS = 0.15
NAIVE = ROOT / "local/bench/naive/uploads.py"
# Batches at once: what a local AWS that is one process, on two cores, keeps up with.
CONCURRENCY = 2


def run(harness: Harness, scale: float) -> Result:
    """A full queue and a slow vendor: documents a second, Lambda-seconds a document, and the yardstick's."""
    harness.vendor.order(fault="slow", seconds=VENDOR_SECONDS, times=None)
    uploads = harness.upload(contents(scaled(UPLOADS, scale)))
    seconds = harness.read()
    billed = sum(harness.invocations())
    tally = harness.tally(uploads, len(uploads))
    return Result(
        TRIAL.name,
        f"{len(uploads)} uploads in the queue, the vendor takes {VENDOR_SECONDS:.0f} s, {CONCURRENCY} batches at once",
        [
            *tally,
            Figure("documents/s", len(uploads) / seconds),
            Figure("Lambda-seconds a document", billed / len(uploads), most=MOST_SECONDS),
            Figure("one at a time", _naive(harness, billed)),
        ],
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


TRIAL = Trial("backlog", run, {"MaximumConcurrency": str(CONCURRENCY)})
