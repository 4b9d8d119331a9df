"""Making a picture fit what a vendor takes, and bringing the vendor's boxes back to the picture as it was stored."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import quote_from_bytes

from ocr.document import Document
from ocr.errors import CallerError
from ocr.reading import Point, Reading, moved
from ocr.vendor import Limits

if TYPE_CHECKING:
    from PIL import Image

# Below this, text on a whole-page photograph is no longer legible.
LEAST_SIDE = 600
QUALITIES = (92, 85, 75)
SHRINK = 0.8


@dataclass(frozen=True)
class Fitted:
    """A document as a vendor takes it, and the document it was made from."""

    document: Document
    original: Document

    def restored(self, reading: Reading) -> Reading:
        """The reading with every box in the original's pixels."""
        if self.document is self.original:
            return reading
        return moved(reading, self._stored)

    def _stored(self, point: Point) -> Point:
        x, y = point[0] / self.document.width, point[1] / self.document.height
        x, y = _UNTURNED[self.original.orientation](x, y)
        return x * self.original.width, y * self.original.height


# EXIF orientation → a point of the upright picture in the stored one, both as fractions of width and height.
_UNTURNED = {
    1: lambda x, y: (x, y),
    2: lambda x, y: (1 - x, y),
    3: lambda x, y: (1 - x, 1 - y),
    4: lambda x, y: (x, 1 - y),
    5: lambda x, y: (y, x),
    6: lambda x, y: (y, 1 - x),
    7: lambda x, y: (1 - y, 1 - x),
    8: lambda x, y: (1 - y, x),
}


def fit(document: Document, limits: Limits) -> Fitted:
    """The document within `limits`: as it is where possible, else upright, shrunk and as JPEG.

    Vendors do not say whether they honour EXIF, so what they get is upright. Raises `CallerError` 422 when a side is
    too short, 413 when it cannot be made small enough and stay legible.
    """
    shortest, longest = limits.side
    if min(document.width, document.height) < shortest:
        raise CallerError(
            f"The picture is {document.width}×{document.height} pixels; this vendor needs {shortest} a side.",
            "Send the picture in its original size.",
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
        )
    if _fits(document, limits):
        return Fitted(document, document)
    for candidate in _smaller(document, longest):
        if _fits(candidate, limits):
            return Fitted(candidate, document)
    raise CallerError(
        "The picture cannot be made small enough for the vendor and stay legible.",
        "Crop it to the document and send it again.",
        status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    )


def encoded_length(content: bytes, encoded: str | None) -> int:
    """How many bytes `content` counts as, raw or in the form the vendor counts (see `Limits.encoded`)."""
    if encoded is None:
        return len(content)
    length = 4 * math.ceil(len(content) / 3)
    if encoded == "base64":
        return length
    from base64 import b64encode

    return len(quote_from_bytes(b64encode(content), safe=""))


def _fits(document: Document, limits: Limits) -> bool:
    return (
        document.orientation == 1
        and document.format in limits.formats
        and max(document.width, document.height) <= limits.side[1]
        and encoded_length(document.content, limits.encoded) <= limits.bytes
    )


def _smaller(document: Document, longest: int) -> Iterator[Document]:
    from PIL import Image, ImageOps

    with Image.open(BytesIO(document.content)) as stored:
        picture = ImageOps.exif_transpose(stored).convert("RGB")
    scale = min(1.0, longest / max(picture.size))
    while True:
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        shrunk = picture if size == picture.size else picture.resize(size, Image.Resampling.LANCZOS)
        for quality in QUALITIES:
            yield _jpeg(document, shrunk, quality)
        scale *= SHRINK
        if max(size) * SHRINK < LEAST_SIDE:
            return


def _jpeg(document: Document, picture: "Image.Image", quality: int) -> Document:
    file = BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return replace(
        document,
        content=file.getvalue(),
        format="JPEG",
        width=picture.width,
        height=picture.height,
        orientation=1,
        upload=None,  # the upload is the picture as it was, not this one
    )
