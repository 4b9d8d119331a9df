"""A picture is examined before anything is paid for."""

import warnings
from io import BytesIO
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, NoReturn

from ocr.model.picture import MEDIA_TYPES, Picture, Upload
from ocr.platform.errors import CallerError

if TYPE_CHECKING:
    from PIL import Image

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 50_000_000
EXIF_ORIENTATION = 0x0112
# A large picture takes 200 MB once it is decoded: of a batch not all at once.
_DECODING = BoundedSemaphore(2)


def examine(content: bytes, upload: Upload | None = None) -> Picture:
    """The document in `content`; raises `CallerError` for what no vendor could read.

    `too_large` over 10 MB or 50 megapixels, `unsupported_format` for what is not an 8-bit grey or RGB picture in JPEG,
    PNG, BMP or GIF, `damaged` for an empty file or one that is cut short. How long its sides have to be each vendor
    says (`pages.resize.fit`).
    """
    if not content:
        raise CallerError("The picture has 0 bytes.", "Send the picture's bytes.", kind="damaged")
    refuse_size(len(content))
    from PIL import Image, UnidentifiedImageError  # costs 50 ms: not at cold start, nor for what ended above

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            with Image.open(BytesIO(content)) as picture:
                return _examined(picture, content, upload)
        except CallerError:
            raise
        except Image.DecompressionBombError:
            _refuse_pixels()
        except UnidentifiedImageError:
            raise _unsupported("The bytes are not a picture in a known format.") from None
        # Pillow's decoders raise nearly anything on hostile bytes; all of it means the same to the caller.
        except Exception:
            raise CallerError(
                "The picture is damaged or cut short.",
                kind="damaged",
            ) from None


def refuse_size(size: int) -> None:
    """Raise `too_large` when `size` bytes are more than any picture may have."""
    if size > MAX_BYTES:
        raise CallerError(
            f"The picture has {size} bytes; at most {MAX_BYTES} are taken.",
            kind="too_large",
        )


def _examined(picture: "Image.Image", content: bytes, upload: Upload | None) -> Picture:
    width, height = picture.size
    # Phones and cameras put a second, smaller picture behind the first: a JPEG all the same, to everybody but Pillow.
    kind = "JPEG" if picture.format == "MPO" else picture.format
    if kind not in MEDIA_TYPES:
        raise _unsupported(f"The picture's format is {kind}.")
    if width * height > MAX_PIXELS:
        _refuse_pixels()
    if picture.mode not in {"1", "L", "LA", "P", "PA", "RGB", "RGBA"} or _deep(picture):
        raise _unsupported("The picture is not 8-bit grey or RGB.")
    document = Picture(content, kind, width, height, _orientation(picture), upload)
    _decode(picture)
    return document


def _deep(picture: "Image.Image") -> bool:
    # Pillow reads 16-bit RGB as 8-bit without a word; only the tile's raw mode tells.
    return any("16" in str(tile.args) for tile in getattr(picture, "tile", []))


def _orientation(picture: "Image.Image") -> int:
    orientation = picture.getexif().get(EXIF_ORIENTATION, 1)
    return orientation if orientation in range(1, 9) else 1


def _decode(picture: "Image.Image") -> None:
    """Read all pixels, so that a cut file shows; JPEGs at an eighth, which costs a tenth."""
    picture.draft("L", (picture.width // 8, picture.height // 8))
    with _DECODING:
        picture.load()


def _refuse_pixels() -> NoReturn:
    raise CallerError(
        f"The picture has more than {MAX_PIXELS // 1_000_000} megapixels.",
        kind="too_large",
    )


def _unsupported(detail: str) -> CallerError:
    return CallerError(
        detail,
        kind="unsupported_format",
    )
