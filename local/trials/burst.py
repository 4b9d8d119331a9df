"""More uploads at once than the account may run functions for: the products and the engine compete for the same few.

The engine is a stub that takes its time and reads a plate: what is tried is how a throttle is met. In the larger
account it takes so long that the account is what bounds the burst, and not the processor on which all this runs.
"""

from dataclasses import dataclass

from local.trials.harness import Harness
from local.trials.pictures import PRODUCT, contents
from local.trials.result import Figure, Result
from local.trials.stub import put_engine
from local.trials.trial import Trial, scaled

# Of the time in which as many engines as the account has room for, beside the batches, read all uploads.
MOST_TIME = 1.3


@dataclass(frozen=True)
class Burst:
    """So many uploads at once in an account that runs so many `functions`, of which the product may have `batches`.

    seconds  how long the engine takes for a picture
    """

    functions: int
    uploads: int
    batches: int
    seconds: float

    @property
    def trial(self) -> Trial:
        """This burst as one of the trials."""
        parameters = {"ProductVendors": f"{PRODUCT}=embedded", "MaximumConcurrency": str(self.batches)}
        return Trial(self.name, self.run, parameters, concurrency=self.functions)

    @property
    def name(self) -> str:
        return f"burst-{self.functions}"

    def run(self, harness: Harness, scale: float) -> Result:
        """All uploads wait at once: each is read, and none is a dead letter for want of room."""
        put_engine(harness.stack, self.seconds)
        sent = harness.upload(contents(scaled(self.uploads, scale)))
        seconds = harness.read()
        records = harness.records()
        found = [records[one] for one in sent if one in records]
        names = (harness.function, harness.stack.parts["Engine"])
        able = len(sent) * self.seconds / (self.functions - self.batches)
        return Result(
            self.name,
            f"{len(sent)} uploads at once, the account runs {self.functions} functions, of them {self.batches} of the "
            f"product, the engine takes {self.seconds:.0f} s",
            [
                Figure("lost", len(sent) - len(found), most=0),
                Figure("failed", sum(record["status"] != "succeeded" for record in found), most=0),
                Figure("unannounced", harness.unannounced(found), most=0),
                Figure("dead letters", harness.waiting(harness.stack.dead_letters), most=0),
                Figure("throttles", sum(harness.counted(name, "Throttles") for name in names), least=1),
                Figure("seconds", seconds),
                Figure("÷ what the account can", seconds / able, most=MOST_TIME),
            ],
        )


TRIALS = tuple(one.trial for one in (Burst(10, 600, 5, 3), Burst(50, 2_000, 8, 10)))
