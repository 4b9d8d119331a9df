"""From declared documents to sample pictures. The modules in `documents/` are the catalogue of what is drawn in two
layouts, a and b; those in `issued/` and `unseen/` hold forms as they are issued, each in its own layout."""

import importlib
import pkgutil
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from functools import cache
from types import ModuleType
from typing import Any, Literal

from local.samples.degrade import GREY, SHOTS, VARIANTS
from local.samples.page import WHITE, Colour, Page, Style, encoded
from local.samples.personas import Personas
from local.samples.styles import Styles

Layout = Literal["a", "b", "issued", "unseen"]
FIRST_LAYOUT: tuple[Layout, ...] = ("a",)
# The folder whose modules declare the documents of a layout.
FOLDERS: dict[Layout, str] = {"a": "documents", "b": "documents", "issued": "issued", "unseen": "unseen"}
SUFFIXES = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/heic": ".heic",
    "image/tiff": ".tiff",
    "application/pdf": ".pdf",
    "application/ofd": ".ofd",
}


@dataclass(frozen=True)
class Sample:
    """One picture with what a record of it must say: `truth` holds a record's `fields` in their JSON form, only those
    that are printed. `options` are what a caller must send along, `variant` the degradation it went through; `covered`
    names fields that something hides, `ignored` those that a record may say or leave out."""

    product: str
    name: str
    layout: Layout
    variant: str
    picture: bytes
    media_type: str
    truth: dict[str, Any]
    options: dict[str, str] = field(default_factory=dict)
    covered: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()

    @property
    def suffix(self) -> str:
        return SUFFIXES[self.media_type]

    @property
    def file_name(self) -> str:
        return f"{self.product}-{self.name}-{self.layout}-{self.variant}{self.suffix}"


@dataclass(frozen=True)
class Document:
    """How one side of a product's document is printed. `size` is width and height in pixels, `styles` how it is set
    in layouts a and b; a form that is issued has one style, that of its paper."""

    product: str
    name: str
    size: tuple[int, int]
    styles: Styles
    draw: Callable[[Page, Personas], None]
    options: dict[str, str] = field(default_factory=dict)
    media_type: str = "image/jpeg"

    def printed(self, layout: Layout) -> Page:
        """The page as a layout shows it: in a and b to the same people on every side of the product."""
        personas = Personas(
            f"{self.product}/{layout}" if layout in ("a", "b") else f"{self.product}/{layout}/{self.name}"
        )
        page = Page(*self.size, self.styles[layout == "b"], personas.random(f"page/{self.name}"))
        self.draw(page, personas)
        return page


def document(
    product: str,
    name: str,
    size: tuple[int, int],
    styles: Styles,
    media_type: str = "image/jpeg",
    **options: str,
) -> Callable[[Callable[[Page, Personas], None]], Document]:
    """Declares the decorated function as the print of one side of a product's document."""

    def declare(draw: Callable[[Page, Personas], None]) -> Document:
        return Document(product, name, size, styles, draw, options, media_type)

    return declare


def form(
    product: str, name: str, size: tuple[int, int], paper: Colour = WHITE
) -> Callable[[Callable[[Page, Personas], None]], Document]:
    """Declares the decorated function as the print of a form as it is issued, on paper of this colour."""
    return document(product, name, size, (Style(paper=paper),) * 2)


@cache
def documents(folder: str = "documents") -> tuple[Document, ...]:
    """Every document that the modules of a folder declare, alone or in tuples."""
    package = importlib.import_module(f"local.samples.{folder}")
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    modules = [importlib.import_module(f"{package.__name__}.{name}") for name in names]
    return tuple(each for module in modules for each in _declared(module))


def _declared(module: ModuleType) -> Iterator[Document]:
    """A module's own documents: what it shows of another module's is declared there."""
    for value in vars(module).values():
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, Document) and each.draw.__module__ == module.__name__:
                yield each


def samples(
    products: Collection[str] | None = None,
    layouts: Collection[Layout] = FIRST_LAYOUT,
    variants: Collection[str] = ("clean",),
) -> Iterator[Sample]:
    """Pictures of the named products (all of them by default) in each layout and degradation.

    Raises KeyError for a variant that does not exist.
    """
    for folder in dict.fromkeys(FOLDERS[layout] for layout in layouts):
        for each in documents(folder):
            if products is None or each.product in products:
                for layout in layouts:
                    if FOLDERS[layout] == folder:
                        yield from _degraded(each, layout, variants)


def _degraded(document: Document, layout: Layout, variants: Collection[str]) -> Iterator[Sample]:
    page = document.printed(layout)
    for variant in variants:
        picture = encoded((VARIANTS | SHOTS)[variant](page.picture), document.media_type, page.notes)
        yield Sample(
            document.product,
            document.name,
            layout,
            variant,
            picture,
            document.media_type,
            page.truth,
            document.options,
            frozenset(page.covered | (page.paints if variant in GREY else set())),
            frozenset(page.ignored),
        )
