"""What each product's documents are recognized by, as `ocr.extraction.classification` reads it.

It is made from the products' declarations, all of them at once, because a label weighs the more the fewer products
print it. A function that reads one product need not import the others for it.
"""

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from ocr.declare.catalogue import products
from ocr.declare.fields import Declared, canonical, declared
from ocr.declare.product import Product

SHORTEST_LABEL = 2


def signs() -> str:
    """The file's text: a line for each look and each product, so that a change is seen in a difference."""
    every = list(products().values())
    patterns = {
        pattern: _pattern(field) for product in every for field in _printed(product) for pattern in _patterns(field)
    }
    parts = {"patterns": _lines(patterns), "kinds": _lines(_kinds())}
    return "{\n" + ",\n".join(f"{json.dumps(name)}: {{\n{lines}\n}}" for name, lines in parts.items()) + "\n}\n"


def _lines(members: Mapping[str, Any]) -> str:
    return ",\n".join(
        f"{json.dumps(name, ensure_ascii=False)}: {json.dumps(value, ensure_ascii=False)}"
        for name, value in members.items()
    )


def _kinds() -> dict[str, Any]:
    """The products whose fields the embedded engine finds by their labels."""
    known = [one for one in products().values() if any(offer.finds_labels for offer in one.offers)]
    spread = Counter(term for one in known for term in {term for field in _printed(one) for term in _terms(field)})
    rarity = {term: round(math.log(len(known) / count), 4) for term, count in spread.items()}
    return {
        one.slug: {
            "titles": [canonical(title) for title in one.titles],
            "name": canonical(one.name),
            "signs": [_sign(field, rarity, field in _columns(one)) for field in _printed(one) if _terms(field)],
        }
        for one in known
    }


def _sign(field: Declared, rarity: Mapping[str, float], column: bool) -> dict[str, Any]:
    return {
        "side": field.mark.side,
        "column": column,
        "labels": {label: rarity[label] for label in _labels(field)},
        "patterns": {pattern: rarity[pattern] for pattern in _patterns(field)},
    }


def _printed(product: Product) -> Iterator[Declared]:
    """What may stand on the document under a label: its own fields and the columns of its rows."""
    own = declared(product.fields).values()
    return (field for field in (*own, *_columns(product)) if field.mark.names)


def _columns(product: Product) -> list[Declared]:
    tables = (field.row for field in declared(product.fields).values() if field.row)
    return [column for row in tables for column in declared(row).values()]


def _terms(field: Declared) -> set[str]:
    return {*_labels(field), *_patterns(field)}


def _labels(field: Declared) -> list[str]:
    """Without English: it stands beside the Chinese, and on other papers too.

    姓名_男 and 姓名男 name a field in answers; the document prints 姓名 there.
    """
    names = list(map(canonical, field.mark.names))
    suffixed = {name.replace("_", "") for name in names if "_" in name}
    labels = dict.fromkeys(name.partition("_")[0] for name in names if name not in suffixed)
    return [label for label in labels if len(label) >= SHORTEST_LABEL and not label.isascii()]


def _patterns(field: Declared) -> list[str]:
    """Values that a check tells from others are all called by it; others by the form that they have."""
    if not field.shape.pattern:
        return []
    return [f"looks like {field.shape.check or field.shape.pattern}"]


def _pattern(field: Declared) -> dict[str, Any]:
    return {"pattern": field.shape.pattern, "check": field.shape.check}
