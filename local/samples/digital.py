"""Samples as files of pages: PDF and OFD as programs write them, with their characters, and scans in a PDF or TIFF."""

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from fpdf import FPDF
from PIL import Image

from local.samples.catalogue import Sample, documents
from local.samples.heic import heic
from local.samples.page import FACES, Page, Print, Style, font

# A page's pixels are as many to an inch as a screen has: an invoice of 1400 pixels is one of A4.
DOTS_PER_INCH = 150
_NAMESPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'


def files() -> Iterator[Sample]:
    """One sample a kind of file: an invoice as PDF and OFD, a card's two sides as a scan, and as a telephone has it."""
    by_name = {(one.product, one.name): one for one in documents()}
    invoice = by_name["vat_invoice", "electronic"].printed("a")
    sides = [by_name["id_card", side].printed("a") for side in ("portrait", "emblem")]
    made = [
        ("vat_invoice", "electronic-pdf", pdf([invoice]), "application/pdf", invoice.truth),
        ("vat_invoice", "electronic-ofd", ofd([invoice]), "application/ofd", invoice.truth),
        ("id_card", "portrait-heic", heic(sides[0].picture), "image/heic", sides[0].truth),
        (
            "id_card",
            "both-sides-pdf",
            scanned([side.picture for side in sides]),
            "application/pdf",
            sides[0].truth | sides[1].truth,
        ),
    ]
    for product, name, content, media_type, truth in made:
        yield Sample(product, name, "a", "clean", content, media_type, truth)


def pdf(pages: Sequence[Page]) -> bytes:
    """A PDF whose pages hold the samples' characters where the samples print them."""
    file = FPDF(unit="pt")
    file.set_auto_page_break(False)
    for face, path in FACES.items():
        file.add_font(face, fname=path)
    points = 72 / DOTS_PER_INCH
    for page in pages:
        file.add_page(format=(page.width * points, page.height * points))
        for one in page.prints:
            file.set_font(one.face, size=one.size * points)
            file.text(one.left * points, one.baseline * points, one.text)
    return bytes(file.output())


def scanned(pictures: Sequence[Image.Image], format: str = "PDF") -> bytes:
    """Pictures as the pages of a PDF or TIFF."""
    file = io.BytesIO()
    pictures[0].save(file, format, save_all=True, append_images=pictures[1:], resolution=DOTS_PER_INCH)
    return file.getvalue()


def ofd(pages: Sequence[Page], attached: dict[str, str] | None = None) -> bytes:
    """An OFD (GB/T 33190) whose pages hold the samples' characters."""
    millimetres = 25.4 / DOTS_PER_INCH
    first = pages[0]
    box = f"0 0 {first.width * millimetres:.2f} {first.height * millimetres:.2f}"
    listed = "".join(
        f'<ofd:Page ID="{number + 1}" BaseLoc="Pages/Page_{number}/Content.xml"/>' for number in range(len(pages))
    )
    parts: dict[str, str | bytes] = {
        "OFD.xml": f'<ofd:OFD {_NAMESPACE} Version="1.0" DocType="OFD"><ofd:DocBody><ofd:DocInfo>'
        f"<ofd:DocID>{'0' * 32}</ofd:DocID>{_custom(attached or {})}</ofd:DocInfo>"
        f"<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"<ofd:Document {_NAMESPACE}><ofd:CommonData><ofd:MaxUnitID>99999</ofd:MaxUnitID>"
        f"<ofd:PageArea><ofd:PhysicalBox>{box}</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData>"
        f"<ofd:Pages>{listed}</ofd:Pages></ofd:Document>",
    }
    for number, page in enumerate(pages):
        texts = "".join(_text(one, place, millimetres) for place, one in enumerate(page.prints, 100))
        area = f"0 0 {page.width * millimetres:.2f} {page.height * millimetres:.2f}"
        parts[f"Doc_0/Pages/Page_{number}/Content.xml"] = (
            f"<ofd:Page {_NAMESPACE}><ofd:Area><ofd:PhysicalBox>{area}</ofd:PhysicalBox></ofd:Area>"
            f'<ofd:Content><ofd:Layer ID="{number + 50}">{texts}</ofd:Layer></ofd:Content></ofd:Page>'
        )
    return _packed(parts)


def _packed(parts: dict[str, str | bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, part in parts.items():
            content = part if isinstance(part, bytes) else f'<?xml version="1.0" encoding="UTF-8"?>{part}'
            packed.writestr(zipfile.ZipInfo(name), content)
    return file.getvalue()


def scanned_ofd(pictures: Sequence[Image.Image], text: str = "") -> bytes:
    """An OFD whose pages are pictures, with a text over each that nobody sees."""
    millimetres = 25.4 / DOTS_PER_INCH
    pages = [(picture, picture.width * millimetres, picture.height * millimetres) for picture in pictures]
    numbers = range(len(pages))
    parts: dict[str, str | bytes] = {
        "OFD.xml": f"<ofd:OFD {_NAMESPACE}><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody>"
        "</ofd:OFD>",
        "Doc_0/Document.xml": f"<ofd:Document {_NAMESPACE}><ofd:CommonData><ofd:DocumentRes>DocumentRes.xml"
        "</ofd:DocumentRes></ofd:CommonData><ofd:Pages>"
        + "".join(f'<ofd:Page ID="{one + 1}" BaseLoc="Pages/Page_{one}/Content.xml"/>' for one in numbers)
        + "</ofd:Pages></ofd:Document>",
        "Doc_0/DocumentRes.xml": f'<ofd:Res {_NAMESPACE} BaseLoc="Res"><ofd:MultiMedias>'
        + "".join(
            f'<ofd:MultiMedia ID="{one + 50}" Type="Image"><ofd:MediaFile>{one}.jpg</ofd:MediaFile></ofd:MultiMedia>'
            for one in numbers
        )
        + "</ofd:MultiMedias></ofd:Res>",
    }
    for number, (picture, width, height) in enumerate(pages):
        file = io.BytesIO()
        picture.convert("RGB").save(file, "JPEG")
        parts[f"Doc_0/Res/{number}.jpg"] = file.getvalue()
        box = f"0 0 {width:.2f} {height:.2f}"
        parts[f"Doc_0/Pages/Page_{number}/Content.xml"] = (
            f"<ofd:Page {_NAMESPACE}><ofd:Area><ofd:PhysicalBox>{box}</ofd:PhysicalBox></ofd:Area><ofd:Content>"
            f'<ofd:Layer ID="90"><ofd:ImageObject ID="91" ResourceID="{number + 50}" Boundary="{box}" '
            f'CTM="{width:.2f} 0 0 {height:.2f} 0 0"/><ofd:TextObject ID="92" Boundary="{box}" Size="4" Alpha="0">'
            f'<ofd:TextCode X="9" Y="9">{escape(text)}</ofd:TextCode></ofd:TextObject></ofd:Layer></ofd:Content>'
            "</ofd:Page>"
        )
    return _packed(parts)


def _custom(data: dict[str, str]) -> str:
    members = "".join(
        f"<ofd:CustomData Name={quoteattr(name)}>{escape(value)}</ofd:CustomData>" for name, value in data.items()
    )
    return f"<ofd:CustomDatas>{members}</ofd:CustomDatas>" if members else ""


def _text(one: Print, id: int, millimetres: float) -> str:
    left, size = one.left * millimetres, one.size * millimetres
    face = font(one.face, one.size)
    steps = [face.getlength(character) * millimetres for character in one.text]
    deltas = " ".join(f"{step:.3f}" for step in steps[:-1])
    return (
        f'<ofd:TextObject ID="{id}" Boundary="{left:.3f} {(one.baseline - one.size) * millimetres:.3f} '
        f'{sum(steps):.3f} {1.3 * size:.3f}" Font="1" Size="{size:.3f}">'
        f'<ofd:TextCode X="0" Y="{size:.3f}" DeltaX="{deltas}">{escape(one.text)}</ofd:TextCode></ofd:TextObject>'
    )


def invoice_xml(fields: dict[str, Any]) -> bytes:
    """数电票 as the platform's XML, of a record's fields."""

    def tag(name: str, value: object) -> str:
        return f"<{name}>{escape(str(value))}</{name}>" if value not in (None, "") else ""

    rows = "".join(
        "<IssuItemInformation>"
        + "".join(tag(name, row.get(key)) for name, key in _ITEM.items())
        + "</IssuItemInformation>"
        for row in fields.get("items", [])
    )
    body = "".join(tag(name, fields.get(key)) for name, key in _TAGS.items())
    return (
        f'<?xml version="1.0" encoding="utf-8"?><EInvoice><Header><Version>0.2</Version></Header>'
        f"<EInvoiceData><BasicInformation>{body}</BasicInformation>{rows}</EInvoiceData></EInvoice>"
    ).encode()


_TAGS = {
    "InvoiceNumber": "invoice_number",
    "IssueTime": "issue_date",
    "BuyerName": "buyer_name",
    "BuyerIdNum": "buyer_tax_id",
    "SellerName": "seller_name",
    "SellerIdNum": "seller_tax_id",
    "TotalAmWithoutTax": "amount",
    "TotalTaxAm": "tax",
    "TotalTax-includedAmount": "total",
    "Drawer": "issuer",
}
_ITEM = {
    "ItemName": "name",
    "SpecMod": "spec",
    "MeaUnits": "unit",
    "Quantity": "quantity",
    "UnPrice": "unit_price",
    "Amount": "amount",
    "TaxRate": "tax_rate",
    "ComTaxAm": "tax",
}


def _saved(format: str, mode: str = "RGB") -> Callable[[str], bytes]:
    """How a picture in this format is made, for which a vendor has to be asked."""

    def made(number: str) -> bytes:
        file = io.BytesIO()
        _sheet(0).convert(mode).save(file, format)
        return file.getvalue()

    return made


def _sheet(number: int) -> Image.Image:
    return Image.new("RGB", (640, 480), (40, 200, 255 - 40 * number))


def _page(number: str) -> Page:
    page = Page(900, 600, Style(), Random(0))
    for place, text in enumerate(("客运车票样张", f"编号: {number}", "请妥善保管此票据")):
        page.text((80, 80 + 60 * place), text)
    return page


# The ways in, and a file in each format that people have, made for the number that it says where it holds text.
WAYS = ("HTTPS body", "HTTPS form", "JSON, base64", "batch", "upload", "presigned form", "command line")
FORMATS: Mapping[str, Callable[[str], bytes]] = {
    "JPEG": _saved("JPEG"),
    "CMYK JPEG": _saved("JPEG", "CMYK"),
    "PNG": _saved("PNG"),
    "BMP": _saved("BMP"),
    "GIF": _saved("GIF", "P"),
    "WebP": _saved("WEBP"),
    "AVIF": _saved("AVIF"),
    "HEIC": lambda number: heic(_sheet(0)),
    "TIFF": _saved("TIFF"),
    "TIFF of several pages": lambda number: scanned([_sheet(0), _sheet(1)], "TIFF"),
    "PDF": lambda number: pdf([_page(number)]),
    "scanned PDF": lambda number: scanned([_sheet(0)]),
    "OFD": lambda number: ofd([_page(number)]),
    "scanned OFD": lambda number: scanned_ofd([_sheet(0)]),
    "数电票 XML": lambda number: invoice_xml({"invoice_number": number}),
}
