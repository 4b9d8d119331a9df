"""How a real vendor errs: it takes one character for another like it, and leaves a value out, each now and then.

`slips.json` says how often, by vendor, and which characters are like each other. On a degraded picture it happens
`degraded` times as often. The same vendor errs on the same picture in the same way, however often it is asked.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from ocr.model.reading import ExtractedDocument, Item, Reading


@cache
def _table() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(Path(__file__).with_name("slips.json").read_text(encoding="utf-8"))
    return found


def vendors() -> list[str]:
    """The vendors whose errors are written down."""
    return [*_table()["vendors"]]


def slipped(reading: Reading, vendor: str, picture: str, *, degraded: bool) -> Reading:
    """What the vendor would say of a picture on which `reading` is what stands; `picture` tells it from others.

    As most vendors it says neither how sure it is nor what else stands on the page.
    """
    rates, times = _table()["vendors"][vendor], _table()["degraded"] if degraded else 1
    dice = Random(f"{vendor}/{picture}")

    def item(one: Item) -> Item:
        text = "".join(_character(letter, dice, times * rates["character"]) for letter in one.text)
        return one.model_copy(update={"text": text, "confidence": None, "box": None})

    def items(ones: Sequence[Item]) -> list[Item]:
        return [item(one) for one in ones if dice.random() >= times * rates["missing"]]

    def finding(one: ExtractedDocument) -> ExtractedDocument:
        rows = {name: [items(row) for row in rows] for name, rows in one.rows.items()}
        return ExtractedDocument(items=items(one.items), rows=rows, type=one.type)

    return Reading(vendor=vendor, findings=[finding(one) for one in reading.findings])


def _character(letter: str, dice: Random, rate: float) -> str:
    if letter.isspace() or dice.random() >= rate:
        return letter
    alike: str = _table()["confusions"].get(letter, _table()["otherwise"])
    return dice.choice(alike)
