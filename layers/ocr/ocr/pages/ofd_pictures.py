"""The pictures on an OFD's page, where they lie, and which of the page's text cannot be seen.

A scan that a program wrapped into an OFD is a picture with nothing around it, or with invisible text over it.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ocr.model.picture import Picture
from ocr.pages import gate
from ocr.pages.colour import plain
from ocr.pages.examine import MAX_PIXELS, examine
from ocr.pages.formats.header import Header, too_complex
from ocr.pages.ofd_xml import below, local_name, text
from ocr.pages.page import drawn
from ocr.platform.errors import CallerError

if TYPE_CHECKING:
    from PIL import Image

# Of one page; a page of photographs has a dozen.
MOST_PICTURES = 50
MOST_NESTED = 16
# From here on, of 255, each channel's: what is printed so on paper is not seen.
WHITE = 250
_SEEN = {"ImageObject", "TextObject"}
_RESOURCES = {"PublicRes", "DocumentRes"}

Size = tuple[int, int]
# x' = a x + c y + e, y' = b x + d y + f
Affine = tuple[float, float, float, float, float, float]


@dataclass(frozen=True)
class Sheet:
    """A page's pictures, each with the way from its unit square to the page's millimetres, the lowest first.

    `unseen` are the ids of the texts that cannot be seen, `angles` how far others are turned, in degrees, clockwise.
    """

    pictures: Sequence[tuple[bytes, Affine]]
    unseen: frozenset[str]
    angles: Mapping[str, int] = field(default_factory=dict)

    def covers(self, left: float, top: float, width: float, height: float) -> float:
        """How much of a page of this place and size one picture covers, at most; 1 is all of it."""
        return max((_share(affine, left, top, width, height) for _, affine in self.pictures), default=0.0)


def sheet(content: bytes, location: str | None) -> Sheet:
    """What lies on the page whose content stands at `location`; raises what `ofdkit` does."""
    from ofdkit.package import Package

    with Package(content) as package:
        if location is None:
            return Sheet([], frozenset())
        page = package.read_xml(location)
        media, templates = _resources(package, location, page)
        used = [templates.get(one.get("TemplateID", "").strip()) for one in below(page, "Template")]
        roots = [package.read_xml(one) for one in used if one] + [page]
        objects = [one for root in roots for one in _objects(root)]
        placed = [
            (media[name], _affine(one))
            for one in objects
            if local_name(one) == "ImageObject"
            and (name := one.get("ResourceID", "").strip()) in media
            and not _hidden(one)
        ]
        if len(placed) > MOST_PICTURES:
            raise too_complex()
        texts = [one for one in objects if local_name(one) == "TextObject"]
        unseen = frozenset(one.get("ID", "") for one in texts if _hidden(one))
        angles = {one.get("ID", "").strip(): angle for one in texts if (angle := _angle(one))}
        return Sheet([(package.read(part), affine) for part, affine in placed], unseen, angles)


def draw(own: Sheet, document: Picture, number: int, corner: tuple[float, float], pixels: float, size: Size) -> Picture:
    """The page as a picture of `size`, from its pictures alone.

    `corner` is its left top one in millimetres, of which each has so many `pixels`. Raises as `examine` does for a
    picture that cannot be decoded, and `CallerError` for one in a format that is not read.
    """
    from PIL import Image

    headers = [_header(content, number) for content, _ in own.pictures]
    if sum(one.width * one.height for one in headers) > MAX_PIXELS:
        raise too_complex()
    paper = Image.new("RGB", size, "white")
    for (content, affine), header in zip(own.pictures, headers, strict=True):
        examine(content)
        with gate.opened(header) as opened:
            _paste(paper, plain(opened), [pixels * one for one in _moved(affine, *corner)])
    return drawn(paper, document, number)


def _header(content: bytes, number: int) -> Header:
    try:
        return gate.read_header(content)
    except CallerError as error:
        raise CallerError(
            f"A picture on page {number} of the OFD cannot be read. {error.detail}",
            "Print the OFD to a PDF and send that.",
            kind=error.kind,
        ) from None


def _paste(paper: "Image.Image", picture: "Image.Image", affine: Sequence[float]) -> None:
    """Lay the picture onto the paper; `affine` leads from its unit square to the paper's pixels."""
    from PIL import Image

    a, b, c, d, e, f = affine
    area = a * d - b * c
    if abs(area) < 1:
        return
    # First about as large as it will be: a transformation alone would skip pixels.
    picture = picture.resize(
        (max(1, min(round(math.hypot(a, b)), picture.width)), max(1, min(round(math.hypot(c, d)), picture.height))),
        Image.Resampling.LANCZOS,
    )
    across, down = picture.width / area, picture.height / area
    back = (d * across, -c * across, (c * f - d * e) * across, -b * down, a * down, (b * e - a * f) * down)
    lies = Image.new("L", picture.size, 255).transform(paper.size, Image.Transform.AFFINE, back)
    paper.paste(picture.transform(paper.size, Image.Transform.AFFINE, back, Image.Resampling.BICUBIC), mask=lies)


def _moved(affine: Affine, left: float, top: float) -> Affine:
    a, b, c, d, e, f = affine
    return a, b, c, d, e - left, f - top


def _share(affine: Affine, left: float, top: float, width: float, height: float) -> float:
    """How much of a page the rectangle around a picture covers."""
    a, b, c, d, e, f = _moved(affine, left, top)
    xs, ys = (e, e + a, e + c, e + a + c), (f, f + b, f + d, f + b + d)
    across = min(max(xs), width) - max(min(xs), 0)
    down = min(max(ys), height) - max(min(ys), 0)
    return max(across, 0) * max(down, 0) / max(width * height, 1e-6)


def _affine(element: Any) -> Affine:
    """From the unit square of a picture to the page's millimetres; without a CTM it fills its boundary."""
    left, top, width, height = _numbers(element, "Boundary", 4) or (0.0, 0.0, 0.0, 0.0)
    a, b, c, d, e, f = _numbers(element, "CTM", 6) or (width, 0.0, 0.0, height, 0.0, 0.0)
    return a, b, c, d, e + left, f + top


def _angle(element: Any) -> int:
    """How far a text is turned on the page, in degrees, clockwise."""
    a, b, *_ = _numbers(element, "CTM", 6) or (1.0, 0.0)
    return round(math.degrees(math.atan2(b, a))) % 360


def _numbers(element: Any, name: str, count: int) -> tuple[float, ...] | None:
    try:
        found = tuple(float(one) for one in element.get(name, "").split())
    except ValueError:
        return None
    return found if len(found) == count and all(math.isfinite(one) for one in found) else None


def _hidden(element: Any) -> bool:
    if element.get("Visible", "").strip().lower() == "false" or element.get("Alpha", "").strip() == "0":
        return True
    fill = next(below(element, "FillColor"), None)
    channels = _numbers(fill, "Value", 3) if fill is not None else None
    return channels is not None and min(channels) >= WHITE


def _objects(root: Any) -> list[Any]:
    """The pictures and texts of a page, the lowest first."""

    def walk(elements: Any, depth: int) -> Iterator[Any]:
        for one in elements:
            if local_name(one) in _SEEN:
                yield one
            elif local_name(one) == "PageBlock" and depth < MOST_NESTED:
                yield from walk(one, depth + 1)

    return [one for content in below(root, "Content") for layer in below(content, "Layer") for one in walk(layer, 0)]


def _resources(package: Any, location: str, page: Any) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """The parts that hold the pictures, and those that hold the templates, of the page's document; by their ids."""
    root, listed, templates = package.find("OFD.xml"), [], {}
    for body in below(package.read_xml(root), "DocBody") if root else ():
        path = package.resolve(root, text(body, "DocRoot"))
        document = package.read_xml(path) if path else None
        pages = [one for pages in below(document, "Pages") for one in below(pages, "Page")]
        if location not in {package.resolve(path, one.get("BaseLoc")) for one in pages}:
            continue
        for common in below(document, "CommonData"):
            listed += [package.resolve(path, one.text) for one in common if local_name(one) in _RESOURCES]
            for one in below(common, "TemplatePage"):
                templates[one.get("ID", "").strip()] = package.resolve(path, one.get("BaseLoc"))
    listed += [package.resolve(location, one.text) for one in below(page, "PageRes")]
    return {id: part for one in listed if one for id, part in _media(package, one)}, templates


def _media(package: Any, resources: str) -> Iterator[tuple[str, str]]:
    root = package.read_xml(resources)
    base = root.get("BaseLoc", "").strip().strip("/")
    for medias in below(root, "MultiMedias"):
        for one in below(medias, "MultiMedia"):
            file = text(one, "MediaFile")
            part = package.resolve(resources, f"{base}/{file}" if base else file) or package.resolve(resources, file)
            if part:
                yield one.get("ID", "").strip(), part
