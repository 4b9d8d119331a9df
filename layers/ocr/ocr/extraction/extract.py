"""Lines of text become labelled values, for any product, from nothing but the declaration of its fields.

Nothing here knows a document's coordinates. What it knows is how documents are built: values stand to the right of
their labels or below them, long ones run on, blocks have heads, tables have a row of column heads, and some values
(an ID number, a VIN) are recognized wherever they stand.

    page        the picture set upright, in line heights
    splitting   two texts that were read as one line
    separation  several documents on one picture
    data_page   travel documents, by their machine-readable zone (mrz)
    items       line items under their column heads
    words       what a product declares as labels
    labels      what a row prints as labels; captions: their small print in other languages
    layout      labels, and what stands around them; seals: what a stamp prints over them
    blocks      which field a label stands for that several share
    values      how well a text suits a field
    assignment  labels and values brought together, for the whole page at the least cost (cheapest)
    texts       values over several lines
    patterns    values known by their shape
    unlabelled  values that stand without a label in a place of their own
    order       fields of a known form whose label was not read
    tables      any table, and the text in reading order
    marks       how wide the marks of a Chinese text are
"""

from collections.abc import Iterable, Sequence
from statistics import fmean

from ocr.declare.fields import Declared, Fields, canonical, declared, labels
from ocr.extraction import data_page
from ocr.extraction.assignment import search
from ocr.extraction.items import line_items
from ocr.extraction.layout import Layout, laid_out
from ocr.extraction.match import FieldMatch
from ocr.extraction.page import TextSpan, joined, level, spanned, upright
from ocr.extraction.separation import separated
from ocr.extraction.splitting import apart
from ocr.extraction.tables import tables, text
from ocr.extraction.values import Fit
from ocr.extraction.vocabulary import vocabulary
from ocr.model.reading import ExtractedDocument, Item, Line

__all__ = ["find", "find_all", "tables", "text"]

# Below this score a text is kept beside its label, but is no value.
LIKELIER = 0.5


def find_all(model: type[Fields], lines: Sequence[Line]) -> list[ExtractedDocument]:
    """What `find` finds, for each document on the picture."""
    return [_find(model, spans) for spans in separated(_spans(model, lines), _printed(model))]


def find(model: type[Fields], lines: Sequence[Line]) -> ExtractedDocument:
    """The values of `model`'s fields among the lines, as items labelled as declared.

    A value found by its shape alone goes by its field's name; a label that nobody declared comes as an item of its own
    where a colon marks it.
    """
    return _find(model, _spans(model, lines))


def _spans(model: type[Fields], lines: Sequence[Line]) -> list[TextSpan]:
    return apart(upright(level(lines)), labels(model))


def _find(model: type[Fields], spans: list[TextSpan]) -> ExtractedDocument:
    items: list[Item] = []
    rows: dict[str, list[list[Item]]] = {}
    for name, field in declared(model).items():
        if field.row:
            table = line_items(model, field.row, spans)
            rows |= {name: [[_item(*cell) for cell in row] for row in table.rows]} if table.rows else {}
            items += [_item(label, held) for label, held in table.totals.items()]
            spans = [span for span in spans if span not in table.spans]
    page = data_page.read(model, spans)
    fields = _printed(model)
    layout = laid_out(page.rest if page else spans, vocabulary(model))
    if page:
        page.drop_captions(layout)
        fields = {name: field for name, field in fields.items() if name not in page.printed}
    found, fragments = search(layout, fields, model.in_form_order)
    if page:
        found, issue = page.issue(page.compare(found))
        found += page.in_order(layout, found)
        items += [*page.items, *issue, *page.nationality(found)]
    labelled = [(one, _item(_label(model, one), one.spans, one.certainty)) for one in found]
    items += [item for one, item in labelled if not _is_unlikely(one, item)]
    return ExtractedDocument(
        items=[*items, *_undeclared(layout, found)],
        leftover=[
            *(_item(one.label, one.spans) for one in fragments),
            *(item for one, item in labelled if _is_unlikely(one, item)),
        ],
        rows=rows,
        checks=page.checks if page else [],
    )


def _is_unlikely(one: FieldMatch, item: Item) -> bool:
    """Whether a text is rather not the field's value than its value: what is left of a covered one, say."""
    return one.fit is not Fit.CHECKED and item.score is not None and item.score < LIKELIER


def _printed(model: type[Fields]) -> dict[str, Declared]:
    """The fields that may stand on a page as a label and a value."""
    return {name: field for name, field in declared(model).items() if field.mark.names and not field.mark.rows}


def _label(model: type[Fields], one: FieldMatch) -> str:
    return one.label if labels(model).get(canonical(one.label)) == one.field.name else one.field.name


def _undeclared(layout: Layout, found: Iterable[FieldMatch]) -> list[Item]:
    used = {span.line for one in found for span in one.spans}
    matches = (match for match in layout.matches if match.colon and not match.meanings and match.values)
    return [_item(match.label, match.values) for match in matches if not used & {span.line for span in match.values}]


def _item(label: str, spans: Sequence[TextSpan], certainty: float = 1.0) -> Item:
    """An item whose score is how well its letters were read, less what makes it doubtful that they are this field's."""
    sure = [span.line.confidence for span in spans if span.line.confidence is not None]
    return Item(
        label=label,
        text=joined(spans),
        score=fmean(sure) * certainty if sure else None,
        box=spanned(span.box for span in spans),
    )
