"""The picture: its bytes, examined, and where it came from."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

MEDIA_TYPES = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "BMP": "image/bmp",
    "GIF": "image/gif",
    "WEBP": "image/webp",
    "TIFF": "image/tiff",
    "HEIF": "image/heic",
    "AVIF": "image/avif",
}


@dataclass(frozen=True)
class Upload:
    """The object that a picture came in, if it came through the bucket; `at` is when."""

    bucket: str
    key: str
    version: str | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class Picture:
    """One examined picture. Sizes are the stored picture's pixels; `orientation` is its EXIF orientation, 1..8.

    `whole` is False for a file without its last bytes, which has all pixels and which not every decoder takes.
    """

    content: bytes = field(repr=False)
    format: str
    width: int
    height: int
    orientation: int = 1
    upload: Upload | None = field(default=None, repr=False)
    whole: bool = True

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.format]

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()
