"""How a product declares its fields: a pydantic model whose fields carry the labels that stand on the document.

class IdCard(Fields):
    name: str | None = label("姓名", "Name", pii=True)
    id_number: ResidentId | None = label("公民身份号码", "IDNum", pii=True)
"""

import types
import typing
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, ClassVar, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field


@dataclass(frozen=True)
class Shape:
    """Put on a field's type: what its text looks like. All are regular expressions over the NFKC text without spaces.

    pattern  tells a value wherever it stands on a document, with or without a label
    check    names the check in `checks.py` that settles whether a text is one (a check digit, say)
    like     what nearly every value is like: tells a value from other words where its label is in doubt
    least    what even a curious value is like: less is a fragment, a caption, or the value of another field
    """

    pattern: str | None = None
    check: str | None = None
    like: str | None = None
    least: str | None = None


@dataclass(frozen=True)
class Unlabelled:
    """How a document prints a value without a label.

    pattern  the whole text, a regular expression over the NFKC text with single spaces, or without any; its first group
             is the value, if it has one
    at       the part of the page it stands in: above all labels, or below them
    beside   the field whose value it stands right behind
    below    the field whose value it stands under
    last     of several such texts it is the last in time, also where a label stands beside another
    """

    pattern: str
    at: Literal["top", "bottom"] | None = None
    beside: str | None = None
    below: str | None = None
    last: bool = False


# The data elements of a travel document (ICAO Doc 9303): those that its machine-readable zone repeats, its names taken
# apart, the lines of the zone itself, and three that only the page prints.
DataElement = Literal[
    "document", "issuer", "number", "surname", "given_names", "name", "nationality", "birth", "sex", "expiry",
    "line1", "line2", "lines",
    "birth_place", "issue", "authority",
]  # fmt: skip


@dataclass(frozen=True)
class Label:
    """What a product says of one field.

    names    labels printed on the document and keys in vendors' answers, any order
    pii      personal data: never in logs, events, metrics; masked where shown
    side     the side or page the field stands on
    check    a check of `checks.py` beyond the one its type brings
    derived  never printed itself: (field, function) it is computed from
    content  the field holds the reading's own "lines" (as text) or "tables" (as rows of strings), or the fields of the
             "document" that was found, which are another product's
    rows     the model of one row, for fields that are lists of line items
    free     the value may run over several lines (addresses, scopes of business)
    icao     the data element of ICAO Doc 9303 that the field is: on travel documents most are printed twice
    alone    how the value stands where no label is printed
    also     labels of other fields, or of none, behind which this value may stand, too: 价税合计 introduces words and
             figures, 时间 the beginning and the end of a ride
    """

    names: tuple[str, ...] = ()
    pii: bool = False
    side: str | None = None
    check: str | None = None
    free: bool = False
    rows: bool = False
    icao: DataElement | None = None
    derived: tuple[str, Callable[[Any], Any]] | None = None
    content: Literal["lines", "tables", "document"] | None = None
    unlabelled: Unlabelled | None = None
    also: tuple[str, ...] = ()


class Fields(BaseModel):
    """Base of every product's fields. All are optional: a document shows what it shows.

    `in_form_order` says of a product whose documents are all alike that each side has all its fields, in the order in
    which they are declared: what stands between two of them is the one that is declared between them. `row_needs` are
    fields of a line item of which each has at least one: a row without is no line item. `row_chain` are the two fields
    of a line item that may stand in its table once, one below the other: where one leg ends the next one begins.
    """

    in_form_order: ClassVar[bool] = False
    row_needs: ClassVar[tuple[str, ...]] = ()
    row_chain: ClassVar[tuple[str, str] | None] = None
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


def label(
    *names: str,
    pii: bool = False,
    side: str | None = None,
    check: str | None = None,
    free: bool = False,
    icao: DataElement | None = None,
    unlabelled: Unlabelled | None = None,
    also: tuple[str, ...] = (),
    description: str | None = None,
) -> Any:
    """A field that stands on the document under any of `names`; see `Label` for the rest."""
    return _field(Label(names, pii, side, check, free, icao=icao, unlabelled=unlabelled, also=also), description)


def rows(*names: str, pii: bool = False, description: str | None = None) -> Any:
    """A field that is a list of line items; its model's own labels are the column heads."""
    return _field(Label(names, pii, rows=True), description, default_factory=list)


def derived(
    source: str,
    by: Callable[[Any], Any],
    *names: str,
    pii: bool = False,
    side: str | None = None,
    description: str | None = None,
) -> Any:
    """A field computed `by` a function from the field `source`, unless a vendor gives it under one of `names`."""
    return _field(Label(names, pii, side, derived=(source, by)), description)


def content(kind: Literal["lines", "tables", "document"], pii: bool = True, description: str | None = None) -> Any:
    """A field that holds the reading's lines as one text, its tables as rows of strings, or a document's fields."""
    return _field(Label(pii=pii, content=kind), description)


def _field(mark: Label, description: str | None, **default: Any) -> Any:
    extra: dict[str, Any] = {"labels": list(mark.names), "pii": mark.pii}
    if mark.side:
        extra["side"] = mark.side
    info = Field(**(default or {"default": None}), description=description, json_schema_extra=extra)
    info.metadata.append(mark)
    return info


def canonical(name: str) -> str:
    """A label as it is compared: NFKC, no spaces, no colon, lower case."""
    return "".join(unicodedata.normalize("NFKC", name).split()).replace(":", "").casefold()


@lru_cache(maxsize=1 << 13)
def canonical_letter(character: str) -> str:
    """`canonical` of one character: texts are looked at letter by letter, which have few."""
    return canonical(character)


@dataclass(frozen=True)
class Declared:
    """One declared field: its name, its mark, the bare type without None, its shape, its row model."""

    name: str
    mark: Label
    type: Any
    shape: Shape
    row: type[Fields] | None = None


@cache
def declared(model: type[Fields]) -> dict[str, Declared]:
    """Every field that `model` declares, by name, in the order of the declaration."""
    return {declaration.name: declaration for declaration in _declared(model)}


def _declared(model: type[Fields]) -> Iterator[Declared]:
    hints = typing.get_type_hints(model, include_extras=True)
    for name, info in model.model_fields.items():
        mark = next((part for part in info.metadata if isinstance(part, Label)), Label())
        bare = _without_none(hints[name])
        row = get_args(bare)[0] if mark.rows else None
        yield Declared(name, mark, bare, _shape(bare), row)


def _without_none(hint: Any) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        return next(part for part in get_args(hint) if part is not type(None))
    return hint


def _shape(hint: Any) -> Shape:
    return next((part for part in getattr(hint, "__metadata__", ()) if isinstance(part, Shape)), Shape())


@cache
def labels(model: type[Fields]) -> dict[str, str]:
    """Canonical label → field name, for every label and for the field's own name."""
    found: dict[str, str] = {}
    for name, field in declared(model).items():
        for printed in (*field.mark.names, name):
            found.setdefault(canonical(printed), name)
    return found


def document_field(model: type[Fields]) -> str | None:
    """The name of the field that holds another product's document, where a product sorts documents."""
    return next((name for name, field in declared(model).items() if field.mark.content == "document"), None)
