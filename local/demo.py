"""`make demo`: every sample is sent twice to a deployed stack, by HTTPS and by S3, and each outcome is announced.

    python -m local demo --pictures folder     the pictures of a folder too: folder/PRODUCT/*, or folder/* as text
    python -m local demo --vendors juhe ctyun  by these vendors' simulators where they sell a product

What no such vendor sells is read by the embedded engine; captchas, which it does not read, by Juhe's simulator.
Ends with 1 if a record or an event is missing, or says anything else than what a sample shows.
"""

import argparse
import json
import mimetypes
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from threading import Semaphore
from time import monotonic

from rich.box import SIMPLE
from rich.console import Console
from rich.progress import track
from rich.table import Column, Table

from local.arguments import Arguments, folder, one_of
from local.cloud.aws import ROOT, Aws, stop
from local.cloud.deploy import deploy
from local.cloud.listener import Event, Listener, listening
from local.cloud.sending import TRIGGERS, Picture, Reading, send_both
from local.cloud.stack import NAME, Stack
from local.samples import Sample, digital, samples
from local.simulators import SECRETS, VENDORS, running

FOLDER = ROOT / ".local/demo"
CAPTCHA_VENDOR = "juhe"
# As many as the machine that this has to be quick on has cores; what was read is sent again meanwhile.
READERS = 2
SENDERS = 2 * READERS
ANNOUNCED_SECONDS = 30.0
LOOSE_PICTURES = "general_text"
WIDTH = 170


def main() -> int:
    asked = _arguments()
    # A pipe has no width to fit the table into.
    console = Console() if sys.stdout.isatty() else Console(width=WIDTH)
    begun = monotonic()
    # The samples are drawn while the stack is deployed, which mostly waits.
    drawing = ThreadPoolExecutor(1).submit(lambda: [*samples(), *digital.files()])
    with _stack(asked.vendors, console) as stack, listening(stack) as listener:
        pictures = [*_samples(drawing.result(), stack), *_from_folder(asked.pictures, stack)]
        readings = _read(stack, pictures, console)
        unannounced = listener.wait_for({_event(reading) for reading in readings}, ANNOUNCED_SECONDS)
    console.print(_table(readings, unannounced))
    wrong = [reading for reading in readings if not reading.is_right or _event(reading) in unannounced]
    console.print(_totals(readings, listener, len(wrong), monotonic() - begun), highlight=False)
    return 1 if wrong else 0


def _arguments() -> argparse.Namespace:
    parser = Arguments(description="Read every sample by HTTPS and by S3.")
    parser.add_argument("--pictures", type=folder, help="a folder of further pictures")
    parser.add_argument(
        "--vendors", nargs="+", type=one_of("VENDORS", VENDORS), default=[], help="simulators, in their order"
    )
    return parser.parse_args()


@contextmanager
def _stack(vendors: Sequence[str], console: Console) -> Iterator[Stack]:
    """A stack for this demo alone, which asks the vendors' simulators and has their keys."""
    try:
        with running(*{*vendors, CAPTCHA_VENDOR}) as urls:
            parameters = {
                "VendorUrls": ",".join(map("=".join, urls.items())),
                "Vendors": ",".join([*vendors, "embedded"]),
                "ProductVendors": f"captcha={CAPTCHA_VENDOR}",
            }
            stack = deploy(Aws.start(FOLDER), console, parameters)
            for vendor in urls:
                stack.client("secretsmanager").put_secret_value(
                    SecretId=f"{NAME}/{vendor}", SecretString=json.dumps(SECRETS[vendor])
                )
            yield stack
    finally:
        stop(FOLDER)


def _samples(drawn: Iterable[Sample], stack: Stack) -> Iterator[Picture]:
    for sample in drawn:
        if stack.reads(sample.product):
            yield Picture(sample.product, sample.name, sample.picture, sample.media_type, sample.options, sample.truth)


def _from_folder(folder: Path | None, stack: Stack) -> Iterator[Picture]:
    for file in sorted(folder.rglob("*")) if folder else ():
        media_type = mimetypes.guess_type(file.name)[0] or ""
        if media_type.startswith("image/"):
            product = file.parent.name if stack.reads(file.parent.name) else LOOSE_PICTURES
            yield Picture(product, file.name, file.read_bytes(), media_type)


def _read(stack: Stack, pictures: Sequence[Picture], console: Console) -> list[Reading]:
    """What became of each picture by each trigger, in the pictures' order.

    Each content is read by one trigger, in turn, and sent again by the other: nothing is read, or paid for, twice.
    """
    threads, readers = ThreadPoolExecutor(SENDERS), Semaphore(READERS)
    try:
        sent = {
            place: threads.submit(send_both, stack, pictures[place], trigger, readers)
            for place, trigger in zip(_apart(pictures), cycle(TRIGGERS), strict=False)
        }
        for _ in track(as_completed(sent.values()), "Reading", len(sent), console=console, transient=True):
            pass
    finally:
        # Whoever interrupts waits for the pictures under way, not for all.
        threads.shutdown(cancel_futures=True)
    return [reading for place in sorted(sent) for reading in sent[place].result()]


def _apart(pictures: Sequence[Picture]) -> list[int]:
    """The pictures' places, those of one product far from each other: two at once would start its function twice."""
    seen: Counter[str] = Counter()
    rounds = []
    for picture in pictures:
        rounds.append(seen[picture.product])
        seen[picture.product] += 1
    return sorted(range(len(pictures)), key=rounds.__getitem__)


def _event(reading: Reading) -> Event:
    """The event that must tell of a reading: its record's."""
    return reading.record_id or "", bool(reading.body.get("replayed"))


def _table(readings: Iterable[Reading], unannounced: set[Event]) -> Table:
    record = Column("record", no_wrap=True)
    head = ("sample", "product", "by", "vendor", "status", "fields", "confidence", "ms", record, "event")
    table = Table(*head, box=SIMPLE)
    for reading in readings:
        announced = _event(reading) not in unannounced
        truth = reading.picture.truth
        table.add_row(
            reading.picture.name,
            reading.picture.product,
            reading.trigger,
            reading.body.get("vendor", ""),
            reading.status,
            str(len(reading.fields)) if truth is None else f"{reading.right}/{len(truth)}",
            "" if reading.confidence is None else f"{reading.confidence:.3f}",
            f"{reading.milliseconds:.0f}",
            reading.record_id or "",
            "yes" if announced else "no",
            style=None if reading.is_right and announced else "red",
        )
    return table


def _totals(readings: Sequence[Reading], listener: Listener, wrong: int, seconds: float) -> str:
    right = sum(reading.right for reading in readings)
    fields = sum(len(reading.picture.truth or {}) for reading in readings)
    return (
        f"{len(readings)} pictures, {len(readings) - wrong} as they should be, {wrong} not; "
        f"{right} of {fields} known fields exactly right; {len(listener.heard)} events; {seconds:.0f} s in all"
    )


if __name__ == "__main__":
    sys.exit(main())
