"""Vendors' raw answers: kept encrypted, by content and vendor, until they expire.

A record can be made from a kept answer without another call: after a vendor's module was corrected, or after a function
died between the vendor's answer and the record.
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
    """Keep an answer. Its boxes are in the pixels of the picture that was sent, so that picture's size is kept too."""
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
    """What the vendor's kept answer about the one picture of `request` means now; None if no answer is kept.

    Boxes are in that picture's pixels.
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
    """Delete the answers of all the product's vendors about a content."""
    for vendor in settings().order(product):
        aws.s3().delete_object(Bucket=settings().answers_bucket, Key=_key(product, content, vendor))


def _key(product: str, content: str, vendor: str) -> str:
    return f"answers/{product}/{content}/{vendor}.json"
