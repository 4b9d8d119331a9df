"""One key that ever new pictures are put under, faster than they are read: each version gets its own answer."""

from local.simulators import reader
from local.simulators.pictures import opened
from local.trials.harness import Harness
from local.trials.pictures import plates
from local.trials.result import Figure, Result
from local.trials.trial import Trial, scaled

UPLOADS = 50


def run(harness: Harness, scale: float) -> Result:
    """Different plates under one key: as many right answers."""
    pictures, numbers = zip(*plates(scaled(UPLOADS, scale)), strict=True)
    for picture in pictures:
        reader.plates(opened(picture))  # how fast the simulated vendor's own engine is, is not what is tried
    uploads = harness.upload(pictures, name=lambda place: "same.jpg")
    harness.read()
    records = harness.records()
    documents = [records.get(upload, {}).get("document", {}) for upload in uploads]
    right = sum(
        document.get("fields", {}).get("plate_number") == number
        for document, number in zip(documents, numbers, strict=True)
    )
    return Result(
        TRIAL.name,
        f"{len(uploads)} different plates under one key",
        [*harness.tally(uploads, len(uploads)), Figure("right answers", right, least=len(uploads))],
    )


TRIAL = Trial("reused-name", run)
