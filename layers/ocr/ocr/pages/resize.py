"""Making a picture fit what a vendor takes, and bringing the vendor's boxes back to the picture as it was stored."""

import math
from dataclasses import dataclass, replace
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import quote_from_bytes

from ocr.declare.offers import Limits
from ocr.model.picture import Picture
from ocr.model.reading import Point, Reading, moved
from ocr.pages import gate
from ocr.pages.colour import plain
from ocr.platform.errors import CallerError

if TYPE_CHECKING:
    from PIL import Image

# Below this, text on a whole-page photograph is no longer legible.
LEAST_SIDE = 600
QUALITY = 88
MOST = 0.95
TIGHTER = 0.97
# No document needs more, and a function has memory for so many a few times over.
MOST_PIXELS = 25_000_000
# What a vendor takes for too large is made smaller by this; what is far from its limit keeps its bytes.
LESS, FAR = 0.75, 0.25


@dataclass(frozen=True)
class Fitted:
    """A document as a vendor takes it, and the document it was made from."""

    document: Picture
    original: Picture

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


def fit(document: Picture, limits: Limits) -> Fitted:
    """The document within `limits`: as it is where possible, else upright, shrunk and as JPEG.

    Vendors do not say whether they honour EXIF, so what they get is upright. Raises `too_small` when a side is
    too short or becomes so, `too_large` when it cannot be made small enough and stay legible.
    """
    if min(document.width, document.height) < limits.side[0]:
        raise CallerError(
            f"The picture is {document.width}×{document.height} pixels; this vendor needs {limits.side[0]} a side.",
            "Send the picture in its original size.",
            kind="too_small",
        )
    if _fits(document, limits):
        return Fitted(document, document)
    return Fitted(_shrunk(document, limits), document)


def tighter(fitted: Fitted, limits: Limits) -> Fitted:
    """The picture once more, as a plain JPEG clearly within limits that the vendor says it was not within.

    Raises `CallerError` as `fit` does.
    """
    sent = fitted.document
    length, longest = encoded_length(sent.content, limits.encoded), max(sent.width, sent.height)
    within = replace(
        limits,
        bytes=int(LESS * length) if length > FAR * limits.bytes else limits.bytes,
        side=(limits.side[0], int(LESS * longest) if LESS * longest >= LEAST_SIDE else longest),
        formats=frozenset({"JPEG"}),
    )
    return Fitted(_shrunk(fitted.original, within), fitted.original)


def encoded_length(content: bytes, encoded: str | None) -> int:
    """How many bytes `content` counts as, raw or in the form the vendor counts (see `Limits.encoded`)."""
    if encoded is None:
        return len(content)
    length = 4 * math.ceil(len(content) / 3)
    if encoded == "base64":
        return length
    from base64 import b64encode

    return len(quote_from_bytes(b64encode(content), safe=""))


def _fits(document: Picture, limits: Limits) -> bool:
    return (
        document.whole
        and document.orientation == 1
        and document.format in limits.formats
        and max(document.width, document.height) <= limits.side[1]
        and encoded_length(document.content, limits.encoded) <= limits.bytes
    )


def _shrunk(document: Picture, limits: Limits) -> Picture:
    with gate.opened(gate.read_header(document.content)) as stored:
        return _made_to_fit(document, _upright(stored, document.orientation, limits), limits)


def _upright(stored: "Image.Image", orientation: int, limits: Limits) -> "Image.Image":
    """The picture in RGB, at most as large as the vendor takes, and turned last: each step holds it twice."""
    from PIL import Image

    picture = plain(stored)
    scale = min(1.0, limits.side[1] / max(picture.size), math.sqrt(MOST_PIXELS / (picture.width * picture.height)))
    if scale < 1:
        picture = picture.resize(_scaled(picture.size, scale), Image.Resampling.LANCZOS)
    return turned(picture, orientation)


def turned(stored: "Image.Image", orientation: int) -> "Image.Image":
    """A stored picture with this EXIF orientation, upright."""
    from PIL import Image

    method = _METHODS[orientation]
    return stored if method is None else stored.transpose(Image.Transpose[method])


# EXIF orientation → how Pillow makes the stored picture upright.
_METHODS = {
    1: None,
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}


def _made_to_fit(document: Picture, picture: "Image.Image", limits: Limits) -> Picture:
    longest = max(picture.size)
    while True:
        candidate = _jpeg(document, picture, longest)
        if min(candidate.width, candidate.height) < limits.side[0]:
            raise CallerError(
                f"Made small enough for this vendor, the picture is {candidate.width}×{candidate.height} pixels; "
                f"it needs {limits.side[0]} a side.",
                "Crop it to the document and send it again.",
                kind="too_small",
            )
        if _fits(candidate, limits):
            return candidate
        # Bytes go with the area; a little less than that, so that the next try is most likely the last.
        excess = encoded_length(candidate.content, limits.encoded) / limits.bytes
        longest = int(longest * min(MOST, TIGHTER / math.sqrt(excess)))
        if longest < LEAST_SIDE:
            raise CallerError(
                "The picture cannot be made small enough for the vendor and stay legible.",
                "Crop it to the document and send it again.",
                kind="too_large",
            )


def _jpeg(document: Picture, picture: "Image.Image", longest: int) -> Picture:
    from PIL import Image

    size = _scaled(picture.size, longest / max(picture.size))
    shrunk = picture if size == picture.size else picture.resize(size, Image.Resampling.LANCZOS)
    file = BytesIO()
    shrunk.save(file, "JPEG", quality=QUALITY)
    # Not the upload's bytes any more: whoever fetched that would see another picture than the boxes are counted on.
    return replace(
        document,
        content=file.getvalue(),
        format="JPEG",
        width=size[0],
        height=size[1],
        orientation=1,
        upload=None,
        whole=True,
    )


def _scaled(size: tuple[int, int], scale: float) -> tuple[int, int]:
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
