"""From a picture, or from lines of text, to a record in this process: what the embedded vendor would make of it on AWS.

    record, answer = offline.record("id_card", picture)
    record = offline.record_of("id_card", {"lines": [{"text": …, "box": …, "confidence": …}]})

The engine's answers are kept in `.local/readings` until the engine's code changes, so that a second run only extracts.
"""

import hashlib
import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from ocr.declare.catalogue import products
from ocr.declare.offers import Offer, VendorRequest
from ocr.declare.product import Product
from ocr.model.answer import ReceivedAnswer
from ocr.model.picture import Picture
from ocr.model.reading import Code, Reading
from ocr.model.record import Document, PictureInfo, Record, Status
from ocr.pages import codes
from ocr.pages.examine import examine
from ocr.pages.resize import Fitted, fit
from ocr.pipeline.status import settled
from ocr.platform.errors import OcrError
from ocr.vendors.embedded import Engine

ROOT = Path(__file__).parents[2]
READINGS = ROOT / ".local" / "readings"
_NOW = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Answer:
    """What the engine said of a picture, and how many seconds it took when it said so."""

    said: Mapping[str, Any]
    seconds: float = 0.0

    @property
    def lines(self) -> list[str]:
        """The texts that were read, in the engine's order."""
        return [line["text"] for line in self.said.get("lines", [])]


def slugs() -> list[str]:
    """The products that the embedded engine reads."""
    return [slug for slug, product in products().items() if any(isinstance(one, Engine) for one in product.offers)]


def record(
    slug: str,
    content: bytes,
    options: Mapping[str, str] | None = None,
    fresh: bool = False,
    with_codes: bool = True,
) -> tuple[Record, Answer]:
    """The record of a picture of this product, and what the engine said of the picture.

    `fresh` asks the engine again even if its answer is kept; without `with_codes` no code is looked for. Raises
    `OcrError` for what is no picture.
    """
    product, offer = _product(slug)
    picture = fit(examine(content), offer.limits)
    answer = _asked(picture.document.content, offer.task, fresh)
    found = codes.read(picture.original) if with_codes and (product.code or product.sorts) else []
    return _settled(product, offer, picture, answer.said, options or {}, found), answer


def reading(slug: str, content: bytes, options: Mapping[str, str] | None = None) -> Reading | None:
    """What the embedded vendor reads on a picture; None where it finds nothing."""
    product, offer = _product(slug)
    picture = fit(examine(content), offer.limits)
    said = _asked(picture.document.content, offer.task, fresh=False).said
    outcome = _understood(product, offer, picture, said, options or {})
    return outcome if isinstance(outcome, Reading) else None


def settled_as(slug: str, found: Reading, content: bytes) -> Record:
    """The record of a picture that was read so, by whichever vendor."""
    product = products()[slug]
    picture = examine(content)
    held = _codes(content) if product.code or product.sorts else []
    return settled(product, _empty(product, held, picture), found)


@lru_cache(1)
def _codes(content: bytes) -> list[Code]:
    """The codes on a picture of which several readings are settled, one after the other."""
    return codes.read(examine(content))


def record_of(slug: str, said: Mapping[str, Any]) -> Record:
    """The record of these lines: `{"lines": [{"text", "box", "confidence"}]}`, or more of the engine's answer."""
    product, offer = _product(slug)
    picture = Picture(b"", "PNG", said.get("width", 0), said.get("height", 0))
    return _settled(product, offer, Fitted(picture, picture), {"angle": 0, **said}, {})


def documents(record: Record) -> list[Document]:
    """All documents of a record, the first one first."""
    return [one for one in (record.document, *record.others) if one]


def _product(slug: str) -> tuple[Product, Engine]:
    product = products()[slug]
    return product, next(offer for offer in product.offers if isinstance(offer, Engine))


def _settled(
    product: Product,
    offer: Offer,
    picture: Fitted,
    said: Mapping[str, Any],
    options: Mapping[str, str],
    found: Sequence[Code] = (),
) -> Record:
    return settled(
        product, _empty(product, found, picture.original), _understood(product, offer, picture, said, options)
    )


def _understood(
    product: Product, offer: Offer, picture: Fitted, said: Mapping[str, Any], options: Mapping[str, str]
) -> Reading | OcrError:
    request = VendorRequest(product.slug, product.fields, [picture.document], options, seconds=0)
    outcome = offer.understood(request, ReceivedAnswer.of(said))
    return picture.restored(outcome) if isinstance(outcome, Reading) else outcome


def _empty(product: Product, found: Sequence[Code], picture: Picture) -> Record:
    size = PictureInfo(
        sha256="", format=picture.format, width=picture.width, height=picture.height, bytes=len(picture.content)
    )
    return Record(
        id="offline",
        product=product.slug,
        status=Status.SUCCEEDED,
        created_at=_NOW,
        codes=list(found),
        picture=size if picture.width else None,
    )


def _asked(content: bytes, task: str, fresh: bool) -> Answer:
    name = hashlib.sha256(_digest() + task.encode() + content).hexdigest()
    kept = READINGS / f"{name}.json"
    if fresh or not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        begun = time.perf_counter()
        said = _said(content, task)
        written = {"said": said, "seconds": time.perf_counter() - begun}
        draft = kept.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps(written, ensure_ascii=False), encoding="utf-8")
        draft.replace(kept)
    return Answer(**json.loads(kept.read_text(encoding="utf-8")))


def _said(content: bytes, task: str) -> Any:
    from engine import app, picture

    try:
        return app.read(picture.decode(content), task)
    except picture.Unreadable as fault:
        return {"error": {"code": "unreadable", "detail": str(fault)}}


def engine() -> str:
    """Which engine reads here: another value for every other one."""
    return _digest().hex()[:12]


@cache
def _digest() -> bytes:
    sources = sorted((ROOT / "functions" / "engine").glob("*.py"))
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).digest()
