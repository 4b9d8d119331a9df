"""Processes of the function are killed at any moment while it reads: no upload is lost, no kill costs more than a call.

A message comes to the function alone here, and not ten at once: a kill then interrupts one call at most, and the calls
that are made again can be held against the kills. The queue's visibility timeout is 75 s in place of the template's
six minutes, so that the trial ends in time: still longer than any invocation, and than the ledger's lease for one.
"""

from dataclasses import dataclass, field
from random import Random
from time import sleep

import psutil

from local.trials.harness import Harness
from local.trials.pictures import PRODUCT, contents
from local.trials.result import Figure, Result
from local.trials.trial import Trial, scaled

UPLOADS, KILLS = 1_000, 200
VENDOR_SECONDS = 0.3
VISIBILITY_SECONDS = 75
# The last kills are due while there is still something to read.
SPAN = 0.9
SEED = 200


@dataclass
class Killer:
    """Kills a process of the function whenever as many uploads were read as one of its moments says."""

    aws: psutil.Process
    function: str
    moments: list[int]
    random: Random = field(default_factory=lambda: Random(SEED))
    kills: int = 0

    def __call__(self, done: int) -> None:
        """Do what is due once so many uploads were read."""
        while self.moments and self.moments[0] <= done and self._kill():
            self.moments.pop(0)
            self.kills += 1

    def _kill(self) -> bool:
        """Kill one that is at work; False where there is none right now."""
        sleep(self.random.uniform(0, VENDOR_SECONDS))
        working = self._working()
        try:
            self.random.choice(working).kill()
        except (IndexError, psutil.NoSuchProcess):
            return False
        return True

    def _working(self) -> list[psutil.Process]:
        """The function's processes that have begun to work.

        Where one dies earlier, while it is being started, the local AWS ends all others too, as no AWS does.
        """
        return [child for child in self.aws.children(recursive=True) if self._works(child)]

    def _works(self, child: psutil.Process) -> bool:
        try:
            named = child.environ().get("AWS_LAMBDA_FUNCTION_NAME") == self.function
            return named and bool(child.net_connections(kind="tcp"))
        except psutil.Error:
            return False


def run(harness: Harness, scale: float) -> Result:
    """Uploads read while the function's processes are killed: nothing lost, no more calls than kills made again."""
    stack, queues = harness.stack, harness.stack.client("sqs")
    queues.set_queue_attributes(QueueUrl=harness.queue, Attributes={"VisibilityTimeout": str(VISIBILITY_SECONDS)})
    harness.batches_of(1)
    harness.vendor.order(fault="slow", seconds=VENDOR_SECONDS, times=None)
    uploads = harness.upload(contents(scaled(UPLOADS, scale)))
    due = scaled(KILLS, scale)
    moments = sorted(Random(SEED).choices(range(round(SPAN * len(uploads))), k=due))
    killer = Killer(psutil.Process(stack.aws.pid), stack.function(PRODUCT), moments)
    seconds = harness.read(meanwhile=killer)
    lost, failed, unannounced, _ = harness.tally(uploads, len(uploads))
    again = len(harness.vendor.report()["charges"]) - len(uploads)
    return Result(
        TRIAL.name,
        f"{len(uploads)} uploads, the vendor takes {VENDOR_SECONDS} s, a process of the function killed {killer.kills} "
        "times",
        [
            lost,
            failed,
            unannounced,
            Figure("kills", killer.kills, least=due),
            Figure("in the midst of a picture", harness.deaths()),
            Figure("calls made twice", again, most=killer.kills),
            *harness.bill(),
            Figure("resends", harness.resends(), most=killer.kills),
            Figure("documents/s", len(uploads) / seconds),
        ],
    )


TRIAL = Trial("kill", run, {"ResendUnknown": "20", "MaxReceives": "50"})
