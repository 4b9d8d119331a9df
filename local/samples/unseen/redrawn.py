"""Every drawn document once more, set otherwise than in layouts a and b: other faces, order, wording and papers."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

from local.samples.cast import Cast
from local.samples.catalogue import Document, documents
from local.samples.page import Look, Page

PAPERS = ((252, 252, 250), (246, 250, 244), (250, 246, 248), (244, 246, 252))
INKS = ((40, 44, 60), (70, 50, 40), (30, 60, 50), (60, 40, 80))


def _look(document: Document) -> Look:
    """One of the document's looks turned inside out, by a seed of its own."""
    random = Random(f"unseen/{document.product}/{document.name}")
    look = document.looks[random.randint(0, 1)]
    return replace(
        look,
        label_face=random.choice(("sans", "serif")),
        value_face=random.choice(("sans", "serif")),
        label_ink=random.choice(INKS),
        colon="" if look.colon else random.choice(("：", ":", "")),
        mirrored=not look.mirrored,
        ruled=not look.ruled,
        size=max(18, look.size - random.choice((1, 2, 3))),
        paper=random.choice(PAPERS) if sum(look.paper) > 600 else look.paper,
    )


def _again(document: Document) -> Callable[[Page, Cast], None]:
    def draw(page: Page, cast: Cast) -> None:
        document.draw(page, cast)

    return draw


REDRAWN = tuple(
    replace(one, name=f"{one.name}_redrawn", looks=(_look(one),) * 2, draw=_again(one))
    for one in documents()
    if one.product != "captcha"
)
