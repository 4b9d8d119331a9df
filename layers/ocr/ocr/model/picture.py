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
    "PDF": "application/pdf",
    "OFD": "application/ofd",
    "XML": "application/xml",
}


@dataclass(frozen=True)
class Upload:
    """The object that a picture came in, if it came through the bucket; `at` is when.

    `size` is its number of bytes as S3 announced it, where it did.
    """

    bucket: str
    key: str
    version: str | None = None
    at: datetime | None = None
    size: int | None = field(default=None, compare=False)

    @property
    def product(self) -> str:
        """The slug that stands in its key, whether there is such a product or not; empty where none can stand."""
        return self.key.split("/")[1] if "/" in self.key else ""


@dataclass(frozen=True)
class Picture:
    """One examined picture. Sizes are the stored picture's pixels; `orientation` is its EXIF orientation, 1..8.

    `whole` is False for a file without its last bytes, which has all pixels and which not every decoder takes.
    `pages` counts those of a file that is no picture itself; its size is then the first page's. `page` is a picture's
    number in the file, of SHA-256 `file`, that it was drawn from; `part` says which part of that page it is.
    """

    content: bytes = field(repr=False)
    format: str
    width: int
    height: int
    orientation: int = 1
    upload: Upload | None = field(default=None, repr=False)
    whole: bool = True
    pages: int = 0
    page: int | None = None
    part: str | None = None
    file: str | None = None

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.format]

    @cached_property
    def sha256(self) -> str:
        return self.file or hashlib.sha256(self.content).hexdigest()
