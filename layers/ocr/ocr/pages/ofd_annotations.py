"""What was stamped, noted or marked on an OFD's pages stands in parts of their own; here it is put on the pages."""

from typing import Any

from ocr.pages.ofd_xml import below, local_name, text

# What has a place of its own, counted from where its annotation lies.
_PLACED = {"TextObject", "ImageObject", "CompositeObject"}
# In bytes, of a file: a stamp takes a thousand, and its picture is a part of its own.
MOST_ANNOTATED = 2 << 20


def flattened(content: bytes) -> bytes:
    """The OFD with its annotations as further layers of their pages; as it is where it has none.

    Raises what `ofdkit` does, `OFDLimitError` for more annotations than any person makes.
    """
    import zipfile  # with XML and its own: not at a cold start that gets a JPEG
    from io import BytesIO
    from xml.etree import ElementTree

    from ofdkit.package import Package

    with Package(content) as package:
        pages = {name: ElementTree.tostring(page, "utf-8") for name, page in _annotated(package).items()}
        if not pages:
            return content
        file = BytesIO()
        with zipfile.ZipFile(file, "w") as packed:
            for name in package.names:
                packed.writestr(zipfile.ZipInfo(name), pages.get(name) or package.read(name))
        return file.getvalue()


def _annotated(package: Any) -> dict[str, Any]:
    """The pages that have annotations, with these, each by its part's name; a part is of one page, however listed."""
    found: dict[str, Any] = {}
    taken: dict[str, int] = {}
    root = package.find("OFD.xml")
    for body in below(package.read_xml(root), "DocBody") if root else ():
        path = package.resolve(root, text(body, "DocRoot"))
        document = package.read_xml(path) if path else None
        listed = package.resolve(path, text(document, "Annotations"))
        pages = [one for pages in below(document, "Pages") for one in below(pages, "Page")]
        names = {one.get("ID", "").strip(): package.resolve(path, one.get("BaseLoc")) for one in pages}
        for one in below(_read(package, listed, taken), "Page"):
            part, name = package.resolve(listed, text(one, "FileLoc")), names.get(one.get("PageID", "").strip())
            if part and name and part not in taken:
                page = found[name] if name in found else package.read_xml(name)
                found[name] = _with(page, _read(package, part, taken))
    return found


def _read(package: Any, part: str | None, taken: dict[str, int]) -> Any:
    """What a part of annotations holds; nothing where it is damaged, which the pages are not.

    `taken` are the sizes of those that were read. Raises `OFDLimitError` where it is one too many.
    """
    from ofdkit import OFDFormatError, OFDLimitError

    if part is None:
        return None
    try:
        taken[part] = len(package.read(part))
        if sum(taken.values()) > MOST_ANNOTATED:
            raise OFDLimitError("too many annotations")
        return package.read_xml(part)
    except OFDFormatError:
        return None


def _with(page: Any, annotations: Any) -> Any:
    """The page, above everything else on it what is seen of the annotations."""
    from xml.etree import ElementTree

    content = next(below(page, "Content"), None)
    if content is None:
        content = ElementTree.SubElement(page, "Content")
    for one in below(annotations, "Annot"):
        for appearance in below(one, "Appearance") if one.get("Visible", "").strip().lower() != "false" else ():
            left, top, *_ = _numbers(appearance.get("Boundary", "")) or (0.0, 0.0)
            layer = ElementTree.SubElement(content, "Layer")
            for thing in appearance:
                for placed in (each for each in thing.iter() if local_name(each) in _PLACED):
                    if box := _numbers(placed.get("Boundary", "")):
                        placed.set("Boundary", " ".join(map(str, (box[0] + left, box[1] + top, *box[2:]))))
                layer.append(thing)
    return page


def _numbers(boundary: str) -> tuple[float, ...] | None:
    """The four numbers of a boundary."""
    try:
        found = tuple(map(float, boundary.split()))
    except ValueError:
        return None
    return found if len(found) == 4 else None
