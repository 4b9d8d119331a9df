"""OFD (GB/T 33190): its text, the data of the invoice that it states, and the pictures of what was scanned into it."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from math import cos, radians, sin
from typing import Any

from ocr.model.picture import Picture
from ocr.pages import gate, ofd_annotations, ofd_pictures
from ocr.pages.formats.header import damaged, too_complex
from ocr.pages.page import LEAST_CHARACTERS, SCAN, Page, scale
from ocr.pages.runs import Character, direction, lines
from ocr.platform.errors import CallerError

POINTS_PER_MILLIMETRE = 72 / 25.4
# Of its size: how far a character reaches above its base line and below.
ABOVE, BELOW = 1.0, 0.3
# Parts of the file, and what they unpack to in all: an invoice has a few dozen of some kilobytes.
MOST_PARTS, MOST_UNPACKED = 5_000, 64 * 1024 * 1024
MOST_RUNS = 20_000
# What an invoice states of itself, by ofdkit's names → the label that is printed for it.
LABELS = {
    "invoice_type": "发票名称",
    "invoice_code": "发票代码",
    "invoice_number": "发票号码",
    "issue_date": "开票日期",
    "check_code": "校验码",
    "machine_number": "机器编号",
    "amount_without_tax": "合计金额",
    "tax_amount": "合计税额",
    "total_amount": "价税合计(小写)",
    "issuer": "开票人",
    "payee": "收款人",
    "reviewer": "复核",
    "note": "备注",
}
PARTIES = {"buyer": "购买方", "seller": "销售方"}
PARTY_LABELS = {
    "name": "名称",
    "tax_id": "纳税人识别号",
    "address_phone": "地址、电话",
    "bank_account": "开户行及账号",
}
ITEM_LABELS = {
    "name": "项目名称",
    "specification": "规格型号",
    "unit": "单位",
    "quantity": "数量",
    "unit_price": "单价",
    "amount": "金额",
    "tax_rate": "税率",
    "tax_amount": "税额",
}


def count(content: bytes) -> tuple[int, float, float]:
    """How many pages there are, and the first one's size in points; raises `CallerError` for what is no OFD."""
    with _opened(content) as (file, _):
        if not file.pages:
            raise damaged()
        _, _, width, height = file.pages[0].box
        return len(file.pages), width * POINTS_PER_MILLIMETRE, height * POINTS_PER_MILLIMETRE


def page(document: Picture, number: int) -> Page:
    """A page with its text, the first one with what the file states of its invoice; or as the pictures that it shows.

    Raises `unsupported_format` for a page with neither.
    """
    with _opened(document.content) as (file, content):
        one = file.pages[number - 1]
        left, top, width, height = one.box
        points = scale(width * POINTS_PER_MILLIMETRE, height * POINTS_PER_MILLIMETRE)
        pixels = points * POINTS_PER_MILLIMETRE
        own = ofd_pictures.sheet(content, one.location)
        is_scan = own.covers(left, top, width, height) > SCAN
        runs = [run for run in one.runs if run.object_id not in own.unseen][: 0 if is_scan else MOST_RUNS]
        characters = [
            found
            for run in runs
            for found in _characters(run, left, top, pixels, own.angles.get(run.object_id or "", 0))
        ]
        read = lines(characters)
        data = _stated(file) if number == 1 else {}
    size = round(width * pixels), round(height * pixels)
    draw = partial(ofd_pictures.draw, own, document, number, (left, top), pixels, size)
    if sum(len(line["text"]) for line in read) < LEAST_CHARACTERS and not data:
        if not own.pictures:
            raise CallerError(
                f"Page {number} of the OFD has no text.", "Print it to a PDF and send that.", kind="unsupported_format"
            )
        return Page(number, *size, draw=draw)
    answer = {"lines": read, "angle": direction(characters), "rules": []} | ({"data": data} if data else {})
    # Its text would be missing from its pictures.
    return Page(number, *size, answer, draw if is_scan else None)


@contextmanager
def _opened(content: bytes) -> Iterator[tuple[Any, bytes]]:
    """The file, and its bytes, with what was stamped and noted on the pages."""
    import ofdkit  # with zip and XML: not at a cold start that gets a JPEG

    with gate.decoder():
        try:
            _refuse_bomb(content)
            whole = ofd_annotations.flattened(content)
            with ofdkit.open(whole) as file:
                yield file, whole
        except (ofdkit.OFDLimitError, RecursionError):
            raise too_complex() from None
        except ofdkit.OFDError:
            raise CallerError("The OFD is damaged.", "Print it to a PDF and send that.", kind="damaged") from None


def _refuse_bomb(content: bytes) -> None:
    """Refuse, by its own directory, a file that unpacks to more than any invoice."""
    from io import BytesIO
    from zipfile import BadZipFile, ZipFile

    try:
        with ZipFile(BytesIO(content)) as parts:
            every = parts.infolist()
    except BadZipFile:
        raise CallerError("The OFD is damaged.", "Download it again and send that.", kind="damaged") from None
    if len(every) > MOST_PARTS or sum(part.file_size for part in every) > MOST_UNPACKED:
        raise too_complex()


def _characters(run: Any, left: float, top: float, pixels: float, angle: int) -> Iterator[Character]:
    """A run's characters where they stand, as far as their widths tell; blanks between runs keep these apart."""
    from unicodedata import east_asian_width

    wide = [1.0 if east_asian_width(one) in "WF" else 0.5 for one in run.text]
    size, at = run.size, 0.0
    factor = run.width / max(sum(wide) * size, 1e-6)
    across, down = cos(radians(angle)), sin(radians(angle))
    for text, width in zip(run.text, wide, strict=True):
        step = width * size * factor
        # Spread out over a line, characters keep their own width: what stands between is a gap.
        ends = (at, at + min(step, width * size))
        corners = [(along, off) for along in ends for off in (-ABOVE * size, BELOW * size)]
        xs = [(run.x - left + along * across - off * down) * pixels for along, off in corners]
        ys = [(run.y - top + along * down + off * across) * pixels for along, off in corners]
        yield Character(text, min(xs), min(ys), max(xs), max(ys), angle=angle)
        at += step


def _stated(file: Any) -> dict[str, Any]:
    invoice = file.invoice()
    if invoice is None:
        return {}
    pairs = [(label, getattr(invoice, name)) for name, label in LABELS.items()]
    for party, head in PARTIES.items():
        found = getattr(invoice, party)
        pairs += [(head + label, getattr(found, name)) for name, label in PARTY_LABELS.items()]
    rows = [
        [[label, value] for name, label in ITEM_LABELS.items() if (value := getattr(item, name))]
        for item in invoice.items
    ]
    return {"items": [[label, value] for label, value in pairs if value], "rows": [row for row in rows if row]}
