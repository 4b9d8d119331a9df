"""The picture as it came over the wire, judged as strictly as the strictest vendor would."""

import base64
import binascii
import hashlib
import io
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

# What the vendors take that name their formats; those that do not are held to the same.
FORMATS = frozenset({"JPEG", "PNG", "BMP"})


class NotBase64(ValueError):
    """The text is not standard base64: why, in words, without the text."""


class NotAPicture(ValueError):
    """The bytes are not a picture that can be decoded whole."""


@dataclass(frozen=True)
class Picture:
    """A picture that really decodes. `format` is Pillow's name, sizes are pixels, `answer` is its note or comment."""

    content: bytes = field(repr=False)
    format: str
    width: int
    height: int
    answer: str | None = None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    def facts(self) -> dict[str, str | int]:
        """What a test may want to know of it, without its content."""
        return {
            "sha256": self.sha256,
            "bytes": len(self.content),
            "format": self.format,
            "width": self.width,
            "height": self.height,
        }

    def crop(self, left: float, top: float, right: float, bottom: float) -> str:
        """The part within these shares (0..1) of its sides, as a base64 JPEG, the way vendors send crops back."""
        with Image.open(io.BytesIO(self.content)) as image:
            box = (
                int(left * image.width),
                int(top * image.height),
                max(int(right * image.width), int(left * image.width) + 1),
                max(int(bottom * image.height), int(top * image.height) + 1),
            )
            part = image.convert("RGB").crop(box)
        file = io.BytesIO()
        part.save(file, "JPEG", quality=60)
        return base64.b64encode(file.getvalue()).decode()

    def portrait(self) -> str:
        """Where an ID card has the face."""
        return self.crop(0.62, 0.15, 0.95, 0.72)


def decoded(text: str) -> bytes:
    """The bytes behind base64 in the standard alphabet, padded, in one piece, without a `data:` prefix."""
    if text.startswith("data:"):
        raise NotBase64("base64 carries a data: prefix")
    if set(text) & set("-_"):
        raise NotBase64("base64 uses the URL-safe alphabet")
    if any(character.isspace() for character in text):
        raise NotBase64("base64 holds white space: line breaks, or a + that was not percent-encoded")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as fault:
        raise NotBase64("base64 does not decode") from fault


def opened(content: bytes) -> Picture:
    """The picture in `content`, every pixel of it decoded; raises `NotAPicture`."""
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(content)) as image:
            image.load()
            return Picture(content, str(image.format), *image.size, _answer(image.info))
    except (Image.DecompressionBombError, OSError, ValueError, SyntaxError, EOFError, OverflowError) as fault:
        raise NotAPicture("the bytes do not decode as a picture") from fault


def _answer(info: Mapping[str | tuple[int, int], Any]) -> str | None:
    text = info.get("answer", info.get("comment"))
    return text.decode(errors="replace") if isinstance(text, bytes) else text
