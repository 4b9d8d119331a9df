"""What a vendor would say of a sample that it reads without an error: each value of the truth as it is printed."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from local.accuracy.marks import forms
from ocr.declare.fields import Declared, Fields, declared
from ocr.model.reading import ExtractedDocument, Item

FOREVER = "9999-12-31"


def printed(model: type[Fields], truth: Mapping[str, Any]) -> ExtractedDocument:
    """The document of a truth; values that are computed from others are left to be computed."""
    fields = declared(model)
    rows = {
        name: [[*_items(fields[name].row, row)] for row in value] for name, value in truth.items() if fields[name].row
    }
    return ExtractedDocument(items=[*_items(model, truth)], rows=rows)


def _items(model: type[Fields] | None, truth: Mapping[str, Any]) -> Iterator[Item]:
    fields = declared(model) if model else {}
    for name, value in truth.items():
        part = fields[name]
        if not part.row and (part.mark.names or not part.mark.derived):
            yield Item(label=name, text=_text(part, value))


def _text(part: Declared, value: Any) -> str:
    """The first form of a value that its type reads as that value."""
    adapter = TypeAdapter(part.type)
    return next((form for form in _forms(str(value)) if _means(adapter, form, value)), str(value))


def _means(adapter: TypeAdapter[Any], text: str, value: Any) -> bool:
    try:
        return bool(adapter.dump_python(adapter.validate_python(text), mode="json") == value)
    except ValidationError:
        return False


def _forms(text: str) -> Iterator[str]:
    yield from forms(text)
    first, slash, last = text.partition("/")
    if slash:
        dotted = first.replace("-", ".")
        yield f"{dotted}-{'长期' if last == FOREVER else last.replace('-', '.')}"
