"""Few contents under many names, and notifications that come twice and out of order: each content is paid once.

Then come new contents, and a budget that ends in their midst: what is over is read by the next vendor, an engine that
reads the same plate everywhere. Some of the answers lack a character, so that their plates fail their check.
"""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from local.trials.harness import Harness
from local.trials.pictures import PRODUCT, contents
from local.trials.result import Figure, Result
from local.trials.stub import put_engine
from local.trials.trial import VENDOR, Trial, scaled
from ocr.storage.usage import SPENT

UPLOADS, CONTENTS, COPIES = 4_000, 1_300, 1_000
SEED = 4
NEW, BUDGET, MISREAD = 400, 250, 60


def run(harness: Harness, scale: float) -> Result:
    """Repeated contents and repeated messages, saturating the queue: one vendor call a content."""
    random = Random(SEED)
    different = contents(scaled(CONTENTS, scale))
    pictures = _spread(different, scaled(UPLOADS, scale), random)
    uploads = harness.upload(pictures)
    copies = random.sample(uploads, scaled(COPIES, scale))
    harness.notify(copies)
    seconds = harness.read()
    return Result(
        TRIAL.name,
        f"{len(uploads)} uploads of {len(different)} contents, {len(copies)} notifications doubled and out of order, "
        "all in the queue before the first is read",
        [
            *harness.tally(uploads, len(different)),
            Figure("documents/s", len(uploads) / seconds),
            *_beyond_budget(harness, scale),
            *harness.bill(),
        ],
    )


def _beyond_budget(harness: Harness, scale: float) -> list[Figure]:
    """What comes of new contents when the budget lasts for some of them only, and when some answers are misread."""
    put_engine(harness.stack, seconds=0)
    budget, misread = scaled(BUDGET, scale), scaled(MISREAD, scale)
    harness.set(VENDOR_BUDGETS=f"{VENDOR}={budget}/day")
    harness.vendor.order(misread=True, times=misread)
    before = harness.vendor.report()["units"]  # a budget counts from when it is set
    uploads = harness.upload(contents(scaled(NEW, scale)), "new-{:05}.jpg".format)
    harness.read()
    found = [record for upload, record in harness.records().items() if upload in uploads]
    report = harness.vendor.report()
    misread -= sum(order["times"] for order in report["orders"])
    flagged = sum(record.get("needs_review", False) for record in found)
    over = [record for record in found if record["vendor"] == "embedded"]
    refused = [one for record in over for one in record["attempts"] if one.get("code") == SPENT]
    return [
        Figure(f"of {len(uploads)} more lost or failed", len(uploads) - _read(found), most=0),
        Figure(f"paid of a budget of {budget}", report["units"] - before, least=budget, most=budget),
        Figure("refused as over it", len(refused), least=len(uploads) - budget),
        Figure("read by the next vendor", len(over), least=len(uploads) - budget, most=len(uploads) - budget),
        Figure(f"to be reviewed, of {misread} misread", flagged, least=misread, most=misread),
    ]


def _read(records: Sequence[Mapping[str, Any]]) -> int:
    return sum(record["status"] == "succeeded" for record in records)


def _spread(different: list[bytes], count: int, random: Random) -> list[bytes]:
    """Every content at least once and the first ones often, in any order."""
    repeated = [different[int(len(different) * random.random() ** 3)] for _ in range(count - len(different))]
    pictures = different + repeated
    random.shuffle(pictures)
    return pictures


TRIAL = Trial("duplicates", run, {"ProductVendors": f"{PRODUCT}={VENDOR}+embedded", "Escalate": "never"})
