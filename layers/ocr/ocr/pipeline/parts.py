"""Documents on one page that are read each by itself, since a vendor reads one document a picture.

Our own engine tells where they are. That is a content of its own in the ledger, `all`, so that whoever goes on after a
crash cuts the same documents out: each is a content too, named by its page and its place among them, and is paid once.
"""

from dataclasses import replace

from ocr.declare.offers import Offer
from ocr.declare.options import VENDOR
from ocr.declare.product import Product
from ocr.model.picture import Picture
from ocr.model.reading import Reading, moved, on_page
from ocr.model.record import PageRecord, Record
from ocr.pages import cutting
from ocr.pages.page import Page, Part
from ocr.pipeline.identity import ONE, TYPE, WITHIN
from ocr.pipeline.process import Job, Outcome
from ocr.pipeline.status import Identity, settled
from ocr.platform.errors import CallerError
from ocr.platform.settings import settings

ALL = "all"


def separator(product: Product) -> Offer:
    """Who tells where the product's documents are on a page; raises `conflicting_options` where nobody here can."""
    order = settings().order(product.slug)
    found = next((offer for offer in product.offers if offer.parts_pages and offer.vendor in order), None)
    if found is None:
        raise CallerError(
            "Nobody who is set up here can tell several documents on a picture apart.",
            "Leave out the option split, or have the operator add embedded to the vendors.",
            kind="conflicting_options",
        )
    return found


def separation(picture: Picture, job: Job, offer: Offer) -> Job:
    """The work of finding the documents on a page, which is one with none of the vendors' options."""
    return Job(replace(picture, part=ALL), {VENDOR: offer.vendor}, tenant=job.tenant)


def told(page: Page, outcome: Outcome) -> list[Page]:
    """The documents on a page as pages of their own; none where it shows one only, or it is unsure where each ends."""
    reading = outcome.reading if isinstance(outcome, PageRecord) else None
    problem = outcome.problem if isinstance(outcome, Record) else None
    draw = page.draw
    if reading is None or draw is None or (problem and problem.kind == "several_documents"):
        return []
    alone = [finding for finding in reading.findings if finding.alone]
    found = cutting.parts(alone, reading.lines, (page.width, page.height))

    def cut(part: Part) -> Page:
        return replace(page, part=part, draw=lambda: cutting.cut(draw(), part))

    return [cut(part) for part in found]


def placed(product: Product, blank: Record, page: Page, record: Record, reading: Reading | None) -> Record:
    """The record of a part with all its places counted on its page; `blank` is what it is made on, with its codes."""
    part = page.part
    if part is None or reading is None or record.document is None:
        return record
    there = moved(reading, part.placed)
    there = on_page(there, page.number) if blank.picture and blank.picture.pages else there
    again = settled(product, blank, there, _identity(record))
    return record.model_copy(update={"document": again.document, "others": again.others, "codes": blank.codes})


def _identity(record: Record) -> Identity | None:
    """What was told of the part by itself, and need not be told again."""
    checks = {check.name: check for check in (record.document.checks if record.document else ())}
    known = [checks.get(name) for name in (TYPE, ONE, WITHIN)]
    kind, one, within = known
    return (kind, None, one, within) if kind and one and within else None
