"""Vendors' answers as they were kept: encrypted, under the content that they are about, until they expire.

Whoever has one needs no call: a record can be made of it after an adapter was put right, or after the function died
between a vendor's answer and the record.
"""

import json
from typing import Any

from ocr.declare.offers import Offer, Outcome, VendorRequest
from ocr.model.picture import Picture
from ocr.model.reading import Reading
from ocr.pages.resize import Fitted
from ocr.platform import aws
from ocr.platform.settings import settings


def save(product: str, content: str, vendor: str, answer: Any, fitted: Fitted) -> None:
    """Keep an answer; boxes in it are counted on the picture that was sent, so its size is kept too."""
    sent = fitted.document
    orientation = 1 if sent is fitted.original else fitted.original.orientation
    aws.s3().put_object(
        Bucket=settings().answers_bucket,
        Key=_key(product, content, vendor),
        Body=json.dumps(answer, ensure_ascii=False, default=repr).encode(),
        ContentType="application/json",
        Metadata={"width": str(sent.width), "height": str(sent.height), "orientation": str(orientation)},
    )


def understood(offer: Offer, request: VendorRequest, content: str) -> Outcome | None:
    """What the vendor's kept answer about the one document of `request` means now; None where none is kept.

    Boxes are in the document's pixels.
    """
    [document] = request.documents
    kept = aws.kept(_key(request.product, content, offer.vendor))
    if kept is None:
        return None
    told = kept["Metadata"]
    sent = Picture(b"", "JPEG", int(told["width"]), int(told["height"]))
    original = Picture(b"", document.format, document.width, document.height, int(told["orientation"]))
    outcome = offer.understood(
        VendorRequest(request.product, request.fields, [sent], request.options, 0), json.loads(kept["Body"].read())
    )
    if not isinstance(outcome, Reading) or (sent.width, sent.height) == (original.width, original.height):
        return outcome
    return Fitted(sent, original).restored(outcome)


def erase(product: str, content: str) -> None:
    """Delete the answers about a content that a product's function may have kept: it knows its vendors by name."""
    for vendor in settings().order(product):
        aws.s3().delete_object(Bucket=settings().answers_bucket, Key=_key(product, content, vendor))


def _key(product: str, content: str, vendor: str) -> str:
    return f"answers/{product}/{content}/{vendor}.json"
