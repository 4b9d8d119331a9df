"""The machine-readable codes on a picture: QR, Data Matrix, PDF417, Code 128 and Code 39."""

from typing import TYPE_CHECKING, Any

from ocr.model.picture import Picture
from ocr.model.reading import Code, Point
from ocr.pages import gate
from ocr.platform.errors import OcrError
from ocr.platform.telemetry import unforeseen

if TYPE_CHECKING:
    from PIL import Image

# No document has more, no publicly known code is longer; the search takes 20 ms for ten megapixels.
MOST_CODES, MOST_LETTERS = 20, 4000
MOST_PIXELS = 16_000_000


def read(picture: Picture) -> list[Code]:
    """The codes on a picture, in no order; none where it cannot be searched."""
    try:
        with gate.opened(gate.read_header(picture.content)) as opened:
            return _read(opened)
    except OcrError:
        return []
    except Exception as error:
        unforeseen("A picture could not be searched for codes", error)
        return []


def _read(opened: "Image.Image") -> list[Code]:
    grey = opened.convert("L")
    if grey.width * grey.height > MOST_PIXELS:
        share = (MOST_PIXELS / (grey.width * grey.height)) ** 0.5
        grey = grey.resize((round(grey.width * share), round(grey.height * share)))
    found = _searched(grey, opened.width / grey.width)
    if found or 4 * grey.width * grey.height > MOST_PIXELS:
        return found
    return _searched(_sharper(grey), opened.width / grey.width / 2)


def _sharper(grey: "Image.Image") -> "Image.Image":
    """Twice as large and with its edges raised: codes out of focus are found so, and small ones."""
    from PIL import Image, ImageFilter

    larger = grey.resize((2 * grey.width, 2 * grey.height), Image.Resampling.BICUBIC)
    return larger.filter(ImageFilter.UnsharpMask(radius=4, percent=400, threshold=0))


def _searched(grey: "Image.Image", scale: float) -> list[Code]:
    import zxingcpp  # only for products whose documents carry codes

    kinds = zxingcpp.BarcodeFormat
    formats = kinds.QRCode | kinds.DataMatrix | kinds.PDF417 | kinds.Code128 | kinds.Code39
    found = zxingcpp.read_barcodes(grey, formats=formats)[:MOST_CODES]
    return [_code(one, scale) for one in found if 0 < len(one.text) <= MOST_LETTERS]


def _code(found: Any, scale: float) -> Code:
    def corner(point: Any) -> Point:
        return (point.x * scale, point.y * scale)

    place = found.position
    box = (corner(place.top_left), corner(place.top_right), corner(place.bottom_right), corner(place.bottom_left))
    return Code(text=found.text, symbology=str(found.format), box=box)
