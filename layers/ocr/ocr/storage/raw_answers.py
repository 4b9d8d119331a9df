"""Vendors' raw answers: kept as they came and encrypted, by content and vendor, until they expire.

A record can be made from a kept answer without another call: after a vendor's module was corrected, or after a function
died between the vendor's answer and the record. An object is the answer's bytes, compressed; beside them stand the
status, the headers that tell something, and the size of the picture that was sent.
"""

import gzip
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ocr.declare.offers import Offer, Outcome, VendorRequest
from ocr.model.answer import BatchAnswer, ReceivedAnswer
from ocr.model.picture import Picture
from ocr.model.reading import TEXT, Crop, Reading
from ocr.model.record import CropLink
from ocr.pages.resize import Fitted
from ocr.platform import aws
from ocr.platform.settings import settings

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import CopySourceTypeDef, GetObjectOutputTypeDef

_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(; ?[\w-]+=[\w.\"-]+)*", re.ASCII)


def save(product: str, content: str, vendor: str, answer: ReceivedAnswer, fitted: Fitted) -> None:
    """Keep an answer. Boxes in it are counted on the picture that was sent, so its size is kept too."""
    sent = fitted.document
    orientation = 1 if sent is fitted.original else fitted.original.orientation
    metadata = {"width": str(sent.width), "height": str(sent.height), "orientation": str(orientation)}
    if answer.batch:
        metadata["batch"] = _saved(product, answer.batch)
    _put(_key(product, content, vendor), answer, metadata)


def _saved(product: str, batch: BatchAnswer) -> str:
    """The key of an answer about several pictures, which is kept once for all, and goes with the first of them."""
    with batch.keeping:
        if not batch.kept_at:
            key = f"answers/{product}/batches/{hashlib.sha256(batch.content).hexdigest()[:32]}.json"
            _put(key, batch, {})
            batch.kept_at.append(key)
        return batch.kept_at[0]


def save_texts(product: str, content: str, texts: Mapping[int, Mapping[str, Any]]) -> None:
    """Keep what a file's pages say themselves, by their numbers, as a vendor's answer is kept."""
    _put(_key(product, content, TEXT), ReceivedAnswer.of({str(number): text for number, text in texts.items()}), {})


def texts(product: str, content: str) -> dict[int, dict[str, Any]]:
    """What the pages of a file say themselves, by their numbers, as far as it is kept."""
    kept = aws.kept(_key(product, content, TEXT))
    return {int(number): text for number, text in json.loads(_answer(kept).content).items()} if kept else {}


def save_crops(product: str, content: str, crops: Sequence[Crop]) -> list[CropLink]:
    """Keep the pictures that a vendor cut out beside its answer, so that they go when that goes."""
    found = []
    for number, crop in enumerate(crops, 1):
        key = f"answers/{product}/{content}/crops/{number}"
        aws.s3().put_object(Bucket=settings().answers_bucket, Key=key, Body=crop.content, ContentType=crop.media_type)
        found.append(CropLink(shows=crop.shows, media_type=crop.media_type, key=key))
    return found


def linked(crops: Iterable[CropLink]) -> list[CropLink]:
    """The pictures that a vendor cut out, each with a link, for one response."""
    bucket = settings().answers_bucket
    return [one.model_copy(update={"url": aws.link(bucket, one.key)}) for one in crops]


def _put(key: str, answer: ReceivedAnswer, metadata: Mapping[str, str]) -> None:
    kind = answer.headers.get("Content-Type", "application/json")
    aws.s3().put_object(
        Bucket=settings().answers_bucket,
        Key=key,
        Body=gzip.compress(answer.content, mtime=0),
        ContentEncoding="gzip",
        ContentType=kind if _MEDIA_TYPE.fullmatch(kind) else "application/octet-stream",
        Metadata={**metadata, "received": json.dumps([answer.status, dict(answer.headers)])},
    )


def understood(offer: Offer, request: VendorRequest, content: str) -> Outcome | None:
    """What the vendor's kept answer about the one picture of `request` means now; None if no answer is kept.

    Boxes are in that picture's pixels.
    """
    [document] = request.documents
    kept = aws.kept(_key(request.product, content, offer.vendor))
    if kept is None:
        return None
    metadata, answer = kept["Metadata"], _answer(kept)
    if "batch" in metadata and not answer.content:
        if (whole := aws.kept(metadata["batch"])) is None:
            return None
        answer = _answer(whole)
    sent = Picture(b"", "JPEG", int(metadata["width"]), int(metadata["height"]))
    original = Picture(b"", document.format, document.width, document.height, int(metadata["orientation"]))
    outcome = offer.understood(VendorRequest(request.product, request.fields, [sent], request.options, 0), answer)
    if not isinstance(outcome, Reading) or (sent.width, sent.height) == (original.width, original.height):
        return outcome
    return Fitted(sent, original).restored(outcome)


def copy(product: str, content: str, other: str, vendor: str) -> None:
    """Keep a vendor's answer about a content with another content of the same picture, too."""
    bucket = settings().answers_bucket
    source: CopySourceTypeDef = {"Bucket": bucket, "Key": _key(product, content, vendor)}
    aws.s3().copy_object(Bucket=bucket, Key=_key(product, other, vendor), CopySource=source)


def _answer(kept: "GetObjectOutputTypeDef") -> ReceivedAnswer:
    """An answer as it came; what an earlier release kept was decoded, and is JSON again."""
    content = kept["Body"].read()
    if kept.get("ContentEncoding") == "gzip":
        content = gzip.decompress(content)
    if "received" not in kept["Metadata"]:
        return ReceivedAnswer(content=content)
    status, headers = json.loads(kept["Metadata"]["received"])
    return ReceivedAnswer(status, headers, content)


def erase(product: str, content: str, crops: Iterable[CropLink]) -> None:
    """Delete the answers about a content that a product's function may have kept: it knows its vendors by name."""
    answers = [_key(product, content, vendor) for vendor in (*settings().order(product), TEXT)]
    for key in (*batches(product, content), *answers, *(crop.key for crop in crops)):
        aws.s3().delete_object(Bucket=settings().answers_bucket, Key=key)


def batches(product: str, content: str) -> list[str]:
    """The keys of the answers about several pictures of which this content's is one."""
    keys = (_key(product, content, vendor) for vendor in settings().order(product))
    return [batch for key in keys if (batch := batch_of(key))]


def batch_of(key: str) -> str | None:
    """The key of the answer about several pictures of which the one at `key` is a part."""
    kept = aws.kept(key)
    return kept["Metadata"].get("batch") if kept else None


def _key(product: str, content: str, vendor: str) -> str:
    return f"answers/{product}/{content}/{vendor}.json"
