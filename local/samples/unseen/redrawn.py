"""Every drawn document once more, set otherwise than in layouts a and b: other faces, order, wording and papers."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

from local.samples.catalogue import Document, documents
from local.samples.page import Page, Style
from local.samples.personas import Personas

PAPERS = ((252, 252, 250), (246, 250, 244), (250, 246, 248), (244, 246, 252))
INKS = ((40, 44, 60), (70, 50, 40), (30, 60, 50), (60, 40, 80))


def _style(document: Document) -> Style:
    """One of the document's looks turned inside out, by a seed of its own."""
    random = Random(f"unseen/{document.product}/{document.name}")
    style = document.styles[random.randint(0, 1)]
    return replace(
        style,
        label_face=random.choice(("sans", "serif")),
        value_face=random.choice(("sans", "serif")),
        label_ink=random.choice(INKS),
        colon="" if style.colon else random.choice(("：", ":", "")),
        mirrored=not style.mirrored,
        ruled=not style.ruled,
        size=max(18, style.size - random.choice((1, 2, 3))),
        paper=random.choice(PAPERS) if sum(style.paper) > 600 else style.paper,
    )


def _again(document: Document) -> Callable[[Page, Personas], None]:
    def draw(page: Page, personas: Personas) -> None:
        document.draw(page, personas)

    return draw


REDRAWN = tuple(
    replace(one, name=f"{one.name}_redrawn", styles=(_style(one),) * 2, draw=_again(one))
    for one in documents()
    if one.product != "captcha"
)
