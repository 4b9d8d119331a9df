"""Few contents under many names, and notifications that come twice and out of order: each content is paid once."""

from random import Random

from local.trials.harness import Harness
from local.trials.pictures import contents
from local.trials.result import Figure, Result
from local.trials.trial import Trial, scaled

UPLOADS, CONTENTS, COPIES = 4_000, 1_300, 1_000
SEED = 4


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
        [*harness.tally(uploads, len(different)), harness.bill(), Figure("documents/s", len(uploads) / seconds)],
    )


def _spread(different: list[bytes], count: int, random: Random) -> list[bytes]:
    """Every content at least once and the first ones often, in any order."""
    repeated = [different[int(len(different) * random.random() ** 3)] for _ in range(count - len(different))]
    pictures = different + repeated
    random.shuffle(pictures)
    return pictures


TRIAL = Trial("duplicates", run)
