"""More uploads at once than the account may run functions for: the products and the engine compete for the same few.

The engine is a stub that takes its time and reads a plate: what is tried is how a throttle is met.
"""

import io
from functools import partial
from zipfile import ZipFile

from local.trials.harness import Harness
from local.trials.pictures import PRODUCT, contents
from local.trials.result import Figure, Result
from local.trials.trial import Trial, scaled

ENGINE_SECONDS = 3.0
BATCHES = 5
ENGINE = f"""
import time

BOX = [[10, 10], [200, 10], [200, 60], [10, 60]]


def handler(event, context):
    time.sleep({ENGINE_SECONDS})
    plate = {{"text": "京A12345", "confidence": 0.99, "box": BOX, "color": "blue"}}
    return {{"width": 440, "height": 140, "angle": 0, "lines": [], "plates": [plate]}}
"""


def run(harness: Harness, scale: float, most: int, uploads: int) -> Result:
    """All uploads wait at once: each is read, and none is a dead letter for want of room."""
    _put_engine(harness)
    sent = harness.upload(contents(scaled(uploads, scale)))
    seconds = harness.read()
    records = harness.records()
    found = [records[one] for one in sent if one in records]
    able = len(sent) * ENGINE_SECONDS / min(most - BATCHES, 10 * BATCHES)
    return Result(
        f"burst-{most}",
        f"{len(sent)} uploads at once, the account runs {most} functions, the engine takes {ENGINE_SECONDS:.0f} s",
        [
            Figure("lost", len(sent) - len(found), most=0),
            Figure("failed", sum(record["status"] != "succeeded" for record in found), most=0),
            Figure("unannounced", harness.unannounced(found), most=0),
            Figure("dead letters", harness.waiting(harness.stack.dead_letters), most=0),
            Figure("seconds", seconds),
            Figure("÷ what the account can", seconds / able),
        ],
    )


def _put_engine(harness: Harness) -> None:
    archive = io.BytesIO()
    with ZipFile(archive, "w") as packed:
        packed.writestr("stub.py", ENGINE)
    functions, name = harness.stack.client("lambda"), harness.stack.parts["Engine"]
    functions.update_function_code(FunctionName=name, ZipFile=archive.getvalue())
    functions.update_function_configuration(FunctionName=name, Handler="stub.handler")


def _trial(most: int, uploads: int) -> Trial:
    parameters = {"ProductVendors": f"{PRODUCT}=embedded", "MaximumConcurrency": str(BATCHES)}
    return Trial(f"burst-{most}", partial(run, most=most, uploads=uploads), parameters, concurrency=most)


TRIALS = (_trial(10, 600), _trial(50, 2_000))
