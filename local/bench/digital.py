"""What a page costs that holds its own text, beside the same page as the engine reads it, in one process."""

from collections.abc import Callable
from io import BytesIO
from statistics import median
from time import process_time

from rich.box import SIMPLE
from rich.table import Table

from local.accuracy import offline
from local.samples import digital
from local.samples.catalogue import documents
from local.samples.page import Page
from ocr.declare.catalogue import products
from ocr.model.reading import Reading
from ocr.pages import files
from ocr.pipeline.files import understood

PRODUCT, TIMES = "vat_invoice", 5


def table() -> Table:
    """An electronic invoice as a picture, PDF and OFD: fields exactly right, and milliseconds."""
    page = next(one for one in documents() if (one.product, one.name) == (PRODUCT, "electronic")).printed("a")
    picture = BytesIO()
    page.picture.save(picture, "PNG")
    as_pdf, as_ofd = digital.pdf([page]), digital.ofd([page])
    ways: dict[str, Callable[[], Reading | None]] = {
        "the engine, from a picture": lambda: _by_engine(picture.getvalue()),
        "its text, from a PDF": lambda: _by_text(as_pdf),
        "its text, from an OFD": lambda: _by_text(as_ofd),
    }
    made = Table(
        "", "fields right", "ms of a processor", "engine ÷ this", box=SIMPLE, title="An invoice that holds its text"
    )
    engine = 0.0
    for name, read in ways.items():
        times = [_timed(read) for _ in range(TIMES + 1)][1:]
        engine = engine or median(times)
        made.add_row(name, _right(page, read()), f"{median(times):.0f}", f"{engine / median(times):.0f}")
    return made


def _by_engine(picture: bytes) -> Reading | None:
    offline.record(PRODUCT, picture, fresh=True)
    return offline.reading(PRODUCT, picture)


def _by_text(content: bytes) -> Reading | None:
    product = products()[PRODUCT]
    found = files.page(files.opened(content), 1)
    reader = next(offer for offer in product.offers if offer.reads_text)
    reading = understood(product, reader, {}, found)
    return reading if isinstance(reading, Reading) else None


def _timed(read: Callable[[], Reading | None]) -> float:
    begun = process_time()
    read()
    return 1000 * (process_time() - begun)


def _right(page: Page, reading: Reading | None) -> str:
    wanted = {name: value for name, value in page.truth.items() if name not in page.ignored}
    assert reading
    picture = BytesIO()
    page.picture.save(picture, "PNG")
    document = offline.settled_as(PRODUCT, reading, picture.getvalue()).document
    fields = document.fields if document else {}
    return f"{sum(fields.get(name) == value for name, value in wanted.items())} of {len(wanted)}"
