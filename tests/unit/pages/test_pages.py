"""Promise: what a file holds as text is read from that, exactly; what only looks like text is read as a picture.

What costs far more than a file is worth is refused early. `HOSTILE` says how many mutated files of a format are tried.
"""

import io
import os
import re
import struct
import zipfile
from functools import cache
from importlib import import_module
from math import atan2, degrees
from random import Random
from time import thread_time
from typing import Any

import pytest
from PIL import Image

from local.samples import digital
from local.samples.catalogue import documents as catalogue
from local.samples.heic import heic
from local.samples.page import FACES, Page, Style
from ocr.declare.product import Product
from ocr.model.picture import Picture
from ocr.pages import files, gate
from ocr.pages.page import selected
from ocr.pipeline.files import understood
from ocr.pipeline.normalization import documents
from ocr.platform.errors import CallerError, OcrError, TooComplex
from tests.support.mutated_files import mutated

COUNT = int(os.environ.get("HOSTILE", "40"))
CHEAP = 2.0
# Forms that come as PDF or OFD; of the roll, which a till prints, one line of two rows is not told apart.
BORN = {
    ("vat_invoice", "paper"),
    ("vat_invoice", "electronic"),
    ("vat_invoice", "electronic_ordinary"),
    ("vat_invoice", "digital_ordinary"),
    ("vat_invoice", "special"),
    ("train_ticket", "ticket"),
    ("train_ticket", "blue"),
}


def forms() -> list[Any]:
    """The samples of these forms, with the layout that they are printed in."""
    found = [
        (one, layout) for folder, layout in (("documents", "a"), ("issued", "issued")) for one in catalogue(folder)
    ]
    return [
        pytest.param(*one, id=f"{one[0].product}-{one[0].name}")
        for one in found
        if (one[0].product, one[0].name) in BORN
    ]


def read(product: Product, content: bytes) -> dict[str, Any]:
    """The fields of the file's first page, as its text says them."""
    file = files.opened(content)
    page = files.page(file, 1)
    assert page.answer is not None
    reader = next(offer for offer in product.offers if offer.reads_text)
    reading = understood(product, reader, {}, page)
    assert not isinstance(reading, OcrError)
    return documents(product, reading)[0].fields


@pytest.mark.parametrize(("form", "layout"), forms())
@pytest.mark.parametrize("made", [digital.pdf, digital.ofd])
def test_a_form_that_was_born_digital_is_read_exactly(form: Any, layout: Any, made: Any) -> None:
    page = form.printed(layout)
    found = read(import_module(f"{form.product}.app").product, made([page]))
    wanted = {name: value for name, value in page.truth.items() if name not in page.ignored}
    assert {name: found.get(name) for name in wanted} == wanted


def test_an_invoice_as_data_is_read_exactly() -> None:
    vat_invoice = import_module("vat_invoice.app").product
    form = next(one for one in catalogue("issued") if one.name == "digital_ordinary")
    truth = form.printed("issued").truth
    found = read(vat_invoice, digital.invoice_xml(truth))
    for name in ("invoice_number", "issue_date", "buyer_name", "seller_name", "amount", "tax", "total"):
        assert found[name] == truth[name]
    assert [row["amount"] for row in found["items"]] == [row["amount"] for row in truth["items"]]


@pytest.mark.parametrize("declared", ["utf-8", "GBK", "gb2312", "utf-16"])
@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_an_invoice_as_data_is_read_in_whatever_characters_it_was_written(declared: str, coding: str) -> None:
    text = digital.invoice_xml({"buyer_name": "海棠市松岭区供电局"}).decode()
    text = text.replace('encoding="utf-8"', f'encoding="{declared}"').replace("<EInvoice>", '<EInvoice xmlns="u:e">')
    page = files.page(files.opened(text.encode(coding)), 1)
    assert page.answer
    assert page.answer["data"]["items"] == [["购买方名称", "海棠市松岭区供电局"]]


@pytest.mark.parametrize(
    "named", [str.lower, str.upper, "/{}".format, "./{}".format, lambda name: name.replace("/", "\\")]
)
def test_an_ofd_is_one_however_its_parts_are_named(named: Any) -> None:
    packed = zipfile.ZipFile(io.BytesIO(whole()["OFD"]))
    assert files.opened(zipped({named(name): packed.read(name) for name in packed.namelist()})).format == "OFD"


def test_an_archive_of_ofds_is_none() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("a.ofd", whole()["OFD"])
    with pytest.raises(CallerError, match="zip archive"):
        files.opened(file.getvalue())


def test_what_an_ofd_states_counts_before_what_it_prints() -> None:
    vat_invoice = import_module("vat_invoice.app").product
    form = next(one for one in catalogue("issued") if one.name == "digital_ordinary")
    page = form.printed("issued")
    found = read(vat_invoice, digital.ofd([page], {"发票号码": "24952000000059613214"}))
    assert found["invoice_number"] == "24952000000059613214"
    assert found["total"] == page.truth["total"]


def written(
    *texts: str, mode: str = "FILL", over: Image.Image | None = None, pieces: int = 1, grey: int = 0, size: float = 14
) -> bytes:
    """A PDF with these lines, perhaps over a picture of the whole page, which is in one piece or several."""
    from fpdf import FPDF

    file = FPDF(unit="pt", format=(600, 400))
    file.add_font("sans", fname=FACES["sans"])
    file.add_page()
    for piece in range(pieces if over else 0):
        file.image(over, 0, 400 / pieces * piece, 600, 400 / pieces)
    with file.local_context(text_mode=mode, text_color=grey):
        file.set_font("sans", size=size)
        for place, text in enumerate(texts):
            file.text(40, 60 + 30 * place, text)
    return bytes(file.output())


SENTENCE = "今收到海棠市松岭区居民张某某交来的房屋租赁押金人民币贰仟元整"


def covered(grey: int) -> bytes:
    """A PDF with two lines of which the second lies under a bar."""
    from fpdf import FPDF

    file = FPDF(unit="pt", format=(600, 400))
    file.add_font("sans", fname=FACES["sans"])
    file.add_page()
    file.set_font("sans", size=14)
    file.text(40, 60, SENTENCE)
    file.text(40, 160, SENTENCE)
    file.set_fill_color(grey)
    file.rect(30, 140, 560, 30, "F")
    return bytes(file.output())


PICTURES = {
    "white on white": lambda: written(SENTENCE, grey=255),
    "too small to be seen": lambda: written(SENTENCE, size=0.5),
    "under a white bar": lambda: covered(255),
    "under a black bar": lambda: covered(0),
    "text over a scan in strips": lambda: written(SENTENCE, over=Image.new("RGB", (1200, 100), "white"), pieces=8),
    "few letters": lambda: written("第1页"),
    "text over a scan": lambda: written(SENTENCE, over=Image.new("RGB", (1200, 800), "white")),
    "hidden text over a scan": lambda: written(SENTENCE, mode="INVISIBLE", over=Image.new("RGB", (1200, 800))),
    "hidden text": lambda: written(SENTENCE, mode="INVISIBLE"),
    "characters that nobody writes": lambda: written("囊囍囎囏囐囑囒囓囔囕囖圀圁圂圄圅圇圊"),
    "characters of nobody": lambda: written("\ue000\ue001\ue002\ue003\ue004\ue005\ue006\ue007\ue008\ue009\ue00a\ue00b"),
    "nothing": lambda: written(),
}


@pytest.mark.parametrize("made", PICTURES.values(), ids=PICTURES)
def test_a_page_whose_text_is_not_what_one_sees_is_read_as_a_picture(made: Any) -> None:
    page = files.page(files.opened(made()), 1)
    assert page.answer is None
    assert page.draw
    drawn = page.draw()
    assert (drawn.format, drawn.width, drawn.height) == ("JPEG", page.width, page.height)


@pytest.mark.parametrize("text", ["", SENTENCE])
def test_a_scan_in_an_ofd_is_read_as_the_picture_that_it_is(text: str) -> None:
    sheet = Image.new("RGB", (600, 400), "white")
    sheet.paste("black", (60, 40, 120, 80))
    file = files.opened(digital.scanned_ofd([Image.new("RGB", (300, 200)), sheet], text))
    assert file.pages == 2
    page = files.page(file, 2)
    assert page.answer is None
    assert page.draw
    drawn = page.draw()
    assert (drawn.format, drawn.width, drawn.height, drawn.page) == ("JPEG", page.width, page.height, 2)
    _has_the_black_corner(drawn)


def test_what_cannot_be_seen_on_an_ofd_is_left_out() -> None:
    page = Page(600, 400, Style(), Random(0))
    page.text((20, 40), SENTENCE)
    page.text((20, 140), SENTENCE)
    parts = parts_of(digital.ofd([page]))
    name = "Doc_0/Pages/Page_0/Content.xml"
    parts[name] = parts[name].replace(b'TextObject ID="101"', b'TextObject Visible="false" ID="101"')
    found = files.page(files.opened(zipped(parts)), 1)
    assert found.answer
    assert [line["text"] for line in found.answer["lines"]] == [SENTENCE]


STAMPED = {
    "Doc_0/Annots/Annotations.xml": '<ofd:Annotations {}><ofd:Page PageID="1"><ofd:FileLoc>Page_0/Annotation.xml'
    "</ofd:FileLoc></ofd:Page></ofd:Annotations>",
    "Doc_0/Annots/Page_0/Annotation.xml": "<ofd:PageAnnot {}>"
    + "".join(
        f'<ofd:Annot ID="{number}" Type="Stamp" {visible}><ofd:Appearance Boundary="50 40 40 10"><ofd:TextObject '
        f'ID="{number + 10}" Boundary="2 3 40 6" Size="5"><ofd:TextCode X="0" Y="5">{text}</ofd:TextCode>'
        "</ofd:TextObject></ofd:Appearance></ofd:Annot>"
        for number, text, visible in ((200, "已报销", ""), (201, "未报销", 'Visible="false"'))
    )
    + "</ofd:PageAnnot>",
}


@pytest.mark.parametrize("height", ["0", "0.1", "-3"])
def test_a_page_of_less_than_a_pixel_has_no_size(height: str) -> None:
    parts = parts_of(digital.scanned_ofd([Image.new("RGB", (600, 400))]))
    for name, part in parts.items():
        parts[name] = re.sub(rb"(<ofd:PhysicalBox>0 0 [0-9.]+) [0-9.]+", rb"\1 " + height.encode(), part)
    with pytest.raises(CallerError, match="has no size"):
        files.page(files.opened(zipped(parts)), 1)


def stamped(parts: dict[str, bytes], *, damaged: bool = False) -> dict[str, bytes]:
    """The parts of an OFD, with two stamps on its first page, of which one is seen."""
    name, head = "Doc_0/Document.xml", 'xmlns:ofd="http://www.ofdspec.org/2016"'
    listed = b"<ofd:Annotations>Annots/Annotations.xml</ofd:Annotations></ofd:Document>"
    stamps = {part: text.format(head).encode()[: -5 if damaged else None] for part, text in STAMPED.items()}
    return parts | stamps | {name: parts[name].replace(b"</ofd:Document>", listed)}


@pytest.mark.parametrize("damaged", [False, True])
def test_a_stamp_on_an_ofd_is_read_where_it_is_seen(damaged: bool) -> None:
    page = Page(600, 400, Style(), Random(0))
    page.text((20, 40), SENTENCE)
    parts = parts_of(digital.ofd([page]))
    parts = stamped(parts, damaged=damaged)
    found = files.page(files.opened(zipped(parts)), 1)
    assert found.answer
    assert [line["text"] for line in found.answer["lines"]] == [SENTENCE] + ["已报销"] * (not damaged)
    if not damaged:
        pixels = 200 / 25.4  # of a millimetre
        assert found.answer["lines"][1]["box"][3] == pytest.approx([52 * pixels, 49.5 * pixels], abs=1)


@pytest.mark.parametrize(("listed", "stamps", "read"), [(100, 10_000, True), (1, 30_000, False), (40_000, 1, False)])
def test_annotations_are_no_more_work_than_they_are_long(listed: int, stamps: int, read: bool) -> None:
    """A part that is listed ever again is one; more than any person makes are refused."""
    page = Page(600, 400, Style(), Random(0))
    page.text((20, 40), SENTENCE)
    parts = parts_of(digital.ofd([page]))
    name = "Doc_0/Document.xml"
    end = b"<ofd:Annotations>Listed.xml</ofd:Annotations></ofd:Document>"
    parts[name] = parts[name].replace(b"</ofd:Document>", end)
    one = b'<Page PageID="1"><FileLoc>Stamps.xml</FileLoc></Page>'
    text = b'<TextObject ID="7" Boundary="9 9 40 6" Size="5"><TextCode X="0" Y="5">paid</TextCode></TextObject>'
    parts["Doc_0/Listed.xml"] = b"<Annotations>" + one * listed + b"</Annotations>"
    parts["Doc_0/Stamps.xml"] = b"<PageAnnot><Annot><Appearance>" + text * stamps + b"</Appearance></Annot></PageAnnot>"
    if read:
        found = files.page(files.opened(zipped(parts)), 1)
        assert found.answer
        assert len(found.answer["lines"]) <= 1 + stamps
    else:
        with pytest.raises(TooComplex):
            files.opened(zipped(parts))


def sheet_of(format: str) -> bytes:
    """A white sheet with a black corner."""
    file, sheet = io.BytesIO(), Image.new("RGB", (600, 400), "white")
    sheet.paste("black", (60, 40, 120, 80))
    sheet.save(file, format)
    return file.getvalue()


def in_an_ofd(picture: bytes) -> Picture:
    """An OFD that shows this picture on its page."""
    parts = parts_of(digital.scanned_ofd([Image.new("RGB", (600, 400))]))
    return files.opened(zipped(parts | {"Doc_0/Res/0.jpg": picture}))


@pytest.mark.parametrize("format", ["TIFF", "BMP", "PNG", "GIF", "WEBP"])
def test_a_scan_in_an_ofd_may_be_in_any_format_that_is_read(format: str) -> None:
    page = files.page(in_an_ofd(sheet_of(format)), 1)
    assert page.draw
    _has_the_black_corner(page.draw())


@pytest.mark.parametrize(
    ("picture", "kind"),
    [(b"\x97JB2\r\n\x1a\n\x01\0\0\0\x01", "a JBIG2 picture"), (sheet_of("JPEG2000"), "a JPEG 2000 picture")],
)
def test_a_scan_in_an_ofd_that_is_not_read_is_told_as_what_it_is(picture: bytes, kind: str) -> None:
    page = files.page(in_an_ofd(picture), 1)
    assert page.draw
    with pytest.raises(CallerError) as refused:
        page.draw()
    assert (refused.value.kind, refused.value.advice) == ("unsupported_format", "Print the OFD to a PDF and send that.")
    assert f"page 1 of the OFD cannot be read. This is {kind}" in refused.value.detail


def faxed() -> bytes:
    """The black corner as a fax machine codes it (T.6)."""
    sheet, file = Image.new("1", (600, 400), 0), io.BytesIO()
    sheet.paste(1, (60, 40, 120, 80))
    sheet.save(file, "TIFF", compression="group4", tiffinfo={278: 400})
    with Image.open(file) as tiff:
        start, size = tiff.tag_v2[273][0], tiff.tag_v2[279][0]
    return file.getvalue()[start : start + size]


def jbig2(fax: bytes) -> bytes:
    """A page in JBIG2, as PDFs hold it, whose one region is coded as faxes are."""
    size = struct.pack(">II", 600, 400)
    page = size + struct.pack(">IIBH", 0, 0, 0, 0)
    region = size + struct.pack(">IIBB", 0, 0, 0, 1) + fax
    parts = enumerate(((48, page), (38, region)))
    return b"".join(struct.pack(">IBBBI", n, kind, 0, 1, len(part)) + part for n, (kind, part) in parts)


SCANS = {
    "JBIG2": lambda: ("/JBIG2Decode", "/ColorSpace/DeviceGray/BitsPerComponent 1", jbig2(faxed())),
    "fax": lambda: (
        "/CCITTFaxDecode",
        "/ColorSpace/DeviceGray/BitsPerComponent 1/DecodeParms[null<</K -1/Columns 600/Rows 400>>]",
        faxed(),
    ),
    "JPEG 2000": lambda: ("/JPXDecode", "", sheet_of("JPEG2000")),
    "JPEG": lambda: ("/DCTDecode", "/ColorSpace/DeviceRGB/BitsPerComponent 8", sheet_of("JPEG")),
}


@pytest.mark.parametrize("made", SCANS.values(), ids=SCANS)
def test_a_scan_in_a_pdf_may_be_coded_in_any_way_that_scanners_know(made: Any) -> None:
    coded, form, scan = made()
    file = pdf_of_objects(
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Count 1/Kids[3 0 R]>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 400]/Resources<</XObject<</S 4 0 R>>>>/Contents 5 0 R>>",
        f"<</Type/XObject/Subtype/Image/Width 600/Height 400{form}/Filter[/ASCIIHexDecode{coded}]"
        f"/Length {2 * len(scan) + 1}>>stream\n{scan.hex()}>\nendstream",
        "<</Length 24>>stream\n600 0 0 400 0 0 cm /S Do\nendstream",
    )
    page = files.page(files.opened(file), 1)
    assert page.draw
    _has_the_black_corner(page.draw())


def _has_the_black_corner(drawn: Picture) -> None:
    with Image.open(io.BytesIO(drawn.content)) as picture:
        dark = picture.convert("L").point(lambda value: 255 * (value < 128)).getbbox()
    corner = [0.1 * drawn.width, 0.1 * drawn.height, 0.2 * drawn.width, 0.2 * drawn.height]
    assert dark == pytest.approx(corner, abs=2)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_turned_page_has_its_text_where_it_is_seen(turn: int) -> None:
    import pypdfium2

    with pypdfium2.PdfDocument(written(SENTENCE)) as pdf:
        pdf[0].set_rotation(turn)
        file = io.BytesIO()
        pdf.save(file)
    page = files.page(files.opened(file.getvalue()), 1)
    assert page.draw
    dark = page.draw()
    with Image.open(io.BytesIO(dark.content)) as picture:
        left, top, right, bottom = picture.convert("L").point(lambda value: 255 * (value < 128)).getbbox() or (0,) * 4
    assert page.answer
    assert [line["text"] for line in page.answer["lines"]] == [SENTENCE]
    assert page.answer["angle"] == turn
    corners = [corner for line in page.answer["lines"] for corner in line["box"]]
    assert min(x for x, _ in corners) == pytest.approx(left, abs=14)
    assert max(x for x, _ in corners) == pytest.approx(right, abs=14)
    assert min(y for _, y in corners) == pytest.approx(top, abs=14)
    assert max(y for _, y in corners) == pytest.approx(bottom, abs=14)


def test_what_lies_aslant_over_a_page_is_a_line_of_its_own() -> None:
    from fpdf import FPDF

    file = FPDF(unit="pt", format=(600, 400))
    file.add_font("sans", fname=FACES["sans"])
    file.add_page()
    file.set_font("sans", size=14)
    file.text(40, 200, SENTENCE)
    with file.rotation(45, 300, 200):
        file.set_font("sans", size=40)
        file.text(100, 200, "内部资料请勿外传")
    page = files.page(files.opened(bytes(file.output())), 1)
    assert page.answer
    assert [line["text"] for line in page.answer["lines"]] == [SENTENCE, "内部资料请勿外传"]


NAME_FIELD = "/Subtype/Widget/FT/Tx/T(name)/DA(/F 12 Tf 0 g)"
FILLED_IN = {
    "a field": NAME_FIELD + "/V(ZHANG SAN)/AP<</N 7 0 R>>",
    "a field that the viewer draws": NAME_FIELD + "/V(ZHANG SAN)",
    "a note on the page": "/Subtype/FreeText/AP<</N 7 0 R>>",
    "a stamp": "/Subtype/Stamp/AP<</N 7 0 R>>",
}


@pytest.mark.parametrize("annotation", FILLED_IN.values(), ids=FILLED_IN)
def test_what_was_filled_in_is_read_and_drawn(annotation: str) -> None:
    def stream(head: str, text: str) -> str:
        return f"<<{head}/Length {len(text)}>>stream\n{text}\nendstream"

    fonts = "/Resources<</Font<</F 4 0 R>>>>"
    page = files.page(
        files.opened(
            pdf_of_objects(
                "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[5 0 R]/DR<</Font<</F 4 0 R>>>>>>>>",
                "<</Type/Pages/Count 1/Kids[3 0 R]>>",
                f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 400]{fonts}/Contents 6 0 R/Annots[5 0 R]>>",
                "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
                f"<</Type/Annot{annotation}/Rect[300 340 500 365]/F 4/P 3 0 R>>",
                stream("", "BT /F 12 Tf 40 350 Td (Name of the applicant:) Tj ET"),
                stream(f"/Subtype/Form/BBox[0 0 200 25]{fonts}", "BT /F 12 Tf 2 5 Td (ZHANG SAN) Tj ET"),
            )
        ),
        1,
    )
    assert page.answer
    assert [line["text"] for line in page.answer["lines"]] == ["Name of the applicant:", "ZHANG SAN"]
    assert page.draw
    with Image.open(io.BytesIO(page.draw().content)) as picture:
        half = picture.convert("L").crop((page.width // 2, 0, page.width, page.height))
        assert half.point(lambda value: 255 * (value < 128)).getbbox()


def pdf_of_objects(*objects: str) -> bytes:
    """A PDF without its directory, which every reader makes for itself."""
    body = b"%PDF-1.7\n" + b"".join(b"%d 0 obj%s endobj\n" % (n, part.encode()) for n, part in enumerate(objects, 1))
    return body + b"trailer<</Root 1 0 R/Size %d>>\n%%%%EOF" % (len(objects) + 1)


def pdf_of(pages: int, size: float = 595) -> bytes:
    """The shortest PDF of so many pages."""
    kids = " ".join(f"{number} 0 R" for number in range(3, pages + 3))
    parts = ["<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Count {pages}/Kids[{kids}]>>"]
    return pdf_of_objects(*parts, *[f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {size} 842]>>"] * pages)


def parts_of(packed: bytes) -> dict[str, bytes]:
    """The parts of a zip archive by their names; `zipped` packs them again."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return file.getvalue()


def locked() -> bytes:
    from fpdf import FPDF

    file = FPDF()
    file.set_encryption(owner_password="owner", user_password="user")
    file.add_page()
    return bytes(file.output())


ENTITIES = (
    b'<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]>'
    b"<EInvoice><InvoiceNumber>&c;</InvoiceNumber></EInvoice>"
)
REFUSED: dict[str, tuple[Any, type[OcrError], str]] = {
    "a password": (locked, CallerError, "password"),
    "a PDF without pages": (lambda: pdf_of(0), CallerError, "damaged"),
    "half a PDF": (lambda: b"%PDF-1.7\n" + b"x" * 99, CallerError, "damaged"),
    "a page of ten metres": (lambda: pdf_of(1, 28_346), CallerError, "metres"),
    "an OFD that unpacks to gigabytes": (
        lambda: zipped({"OFD.xml": b"<a/>", "Doc_0/big.xml": bytes(70 << 20)}),
        TooComplex,
        "work",
    ),
    "an OFD of many parts": (
        lambda: zipped({"OFD.xml": b"<a/>"} | {f"{n}": b"" for n in range(6000)}),
        TooComplex,
        "work",
    ),
    "an OFD with entities": (lambda: zipped({"OFD.xml": b"<!DOCTYPE a><a/>"}), TooComplex, "work"),
    "half an OFD": (lambda: zipped({"OFD.xml": b"<a/>"})[:-30], CallerError, "damaged"),
    "an invoice with entities": (lambda: ENTITIES, CallerError, "damaged"),
}


@pytest.mark.parametrize(("made", "kind", "says"), REFUSED.values(), ids=REFUSED)
def test_a_file_that_hurts_is_refused_early(made: Any, kind: type[OcrError], says: str) -> None:
    content = made()
    begun = thread_time()
    with pytest.raises(kind) as refused:
        files.page(files.opened(content), 1)
    assert thread_time() - begun < CHEAP
    assert says in refused.value.detail
    assert refused.value.advice


def test_ten_thousand_pages_are_refused_before_one_is_looked_at() -> None:
    file = files.opened(pdf_of(10_000))
    assert file.pages == 10_000
    with pytest.raises(CallerError) as refused:
        selected(None, file.pages)
    assert refused.value.kind == "too_large"
    assert list(selected("9999-10000,3", 10_000)) == [3, 9999, 10_000]


@cache
def whole() -> dict[str, bytes]:
    page = Page(500, 300, Style(), Random(0))
    page.text((20, 40), "发票号码: 24952000000059613214")
    return {
        "PDF": digital.pdf([page]),
        "scanned PDF": digital.scanned([Image.new("RGB", (64, 48))] * 2),
        "OFD": zipped(stamped(parts_of(digital.ofd([page, page])))),
        "scanned OFD": digital.scanned_ofd([Image.new("RGB", (64, 48))] * 2),
        "XML": digital.invoice_xml({"invoice_number": "24952000000059613214", "total": "12.00"}),
        "TIFF": digital.scanned([Image.new("RGB", (64, 48))] * 2, "TIFF"),
        "HEIC": heic(Image.new("RGB", (64, 48))),
        **{format: encoded(format) for format in ("WEBP", "AVIF", "JPEG", "PNG", "BMP", "GIF")},
    }


@pytest.mark.parametrize(("matrix", "angle"), [("0 1 -1 0 0 0", 90), ("-1 0 0 -1 0 0", 180), ("0 -1 1 0 0 0", 270)])
def test_a_text_of_an_ofd_that_a_matrix_turns_stands_where_it_is_seen(matrix: str, angle: int) -> None:
    sheet = Page(900, 600, Style(), Random(0))
    for place, text in enumerate(("客运车票样张", "请妥善保管此票据", "编号之外的文字")):
        sheet.text((400, 200 + 60 * place), text)
    every = parts_of(digital.ofd([sheet]))
    name = "Doc_0/Pages/Page_0/Content.xml"
    every[name] = every[name].replace(b'<ofd:TextObject ID="101"', f'<ofd:TextObject CTM="{matrix}" ID="101"'.encode())
    answer = files.page(files.opened(zipped(every)), 1).answer
    assert answer
    boxes = {line["text"]: line["box"] for line in answer["lines"]}
    assert set(boxes) == {"客运车票样张", "请妥善保管此票据", "编号之外的文字"}
    (ax, ay), (bx, by), _, _ = boxes["请妥善保管此票据"]
    turned = round(degrees(atan2(by - ay, bx - ax))) % 360
    assert (turned, answer["angle"]) == (angle, 0)


def encoded(format: str) -> bytes:
    file = io.BytesIO()
    Image.frombytes("RGB", (64, 48), Random(0).randbytes(3 * 64 * 48)).save(file, format)
    return file.getvalue()


KINDS = [
    "PDF",
    "scanned PDF",
    "OFD",
    "scanned OFD",
    "XML",
    *("TIFF", "HEIC", "WEBP", "AVIF", "JPEG", "PNG", "BMP", "GIF"),
]


@pytest.mark.parametrize("format", KINDS)
def test_a_mutated_file_is_a_page_or_a_problem(format: str) -> None:
    for seed in range(COUNT):
        refused: OcrError | None = None
        begun = thread_time()
        try:
            file: Picture = files.opened(mutated(whole()[format], seed))
            for number in range(1, min(file.pages, 2) + 1):
                page = files.page(file, number)
                if page.answer is None and page.draw:
                    page.draw()
        except OcrError as error:
            refused = error
        except Exception as error:
            error.add_note(f"file {seed}")
            raise
        assert refused is None or (refused.status in range(400, 500) and refused.advice), seed
        # A page, and a picture on it, have their turns at the decoders.
        assert thread_time() - begun < 2 * gate.MOST_CPU_SECONDS, seed
