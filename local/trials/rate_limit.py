"""A vendor that takes ten requests a second gets far more uploads at once, and turns away what comes too fast."""

from local.trials.harness import Harness
from local.trials.pictures import contents
from local.trials.result import Figure, Result
from local.trials.trial import Trial, scaled

UPLOADS = 500
PER_SECOND = 10


def run(harness: Harness, scale: float) -> Result:
    """Far more uploads than the vendor takes, all at once: each is read in its turn."""
    harness.vendor.set(per_second=PER_SECOND)
    uploads = harness.upload(contents(scaled(UPLOADS, scale)))
    seconds = harness.read()
    turned_away = harness.vendor.report()["limited"]
    return Result(
        TRIAL.name,
        f"{len(uploads)} uploads at once, the vendor takes {PER_SECOND} a second",
        [
            *harness.tally(uploads, len(uploads)),
            Figure("turned away by the vendor", turned_away),
            Figure("documents/s", len(uploads) / seconds),
        ],
    )


TRIAL = Trial("rate-limit", run, {"VendorRates": f"juhe={PER_SECOND}"})
