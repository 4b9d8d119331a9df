"""数电票 as XML: the invoice as data, which the tax authority's platform hands out beside PDF and OFD."""

import re
from codecs import getincrementaldecoder
from typing import Any

from ocr.model.picture import Picture
from ocr.pages import gate
from ocr.pages.page import Page
from ocr.platform.errors import CallerError

# The names of the platform's own schema, wherever they stand in it → the label that is printed for them.
LABELS = {
    "InvoiceNumber": "发票号码",
    "EIid": "发票号码",
    "IssueTime": "开票日期",
    "RequestTime": "开票日期",
    "BuyerName": "购买方名称",
    "BuyerIdNum": "购买方纳税人识别号",
    "SellerName": "销售方名称",
    "SellerIdNum": "销售方纳税人识别号",
    "TotalAmWithoutTax": "合计金额",
    "TotalTaxAm": "合计税额",
    "TotalTax-includedAmount": "价税合计(小写)",
    "TotalTax-includedAmountInChinese": "价税合计(大写)",
    "Drawer": "开票人",
    "Payee": "收款人",
    "Checker": "复核",
    "Remark": "备注",
}
ROW = "IssuItemInformation"
ITEM_LABELS = {
    "ItemName": "项目名称",
    "SpecMod": "规格型号",
    "MeaUnits": "单位",
    "Quantity": "数量",
    "UnPrice": "单价",
    "Amount": "金额",
    "TaxRate": "税率",
    "ComTaxAm": "税额",
}
# What only such a file has.
KEYS = re.compile(r"<(?:\w+:)?(?:EInvoice|EInvoiceData|IssuItemInformation|TaxSupervisionInfo)[\s>]")
_LOOKED_AT = 1 << 16
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
_BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
# Programs write their system's encoding, whatever they declare.
_CODINGS = ("utf-8", "gb18030")
# What no XML may hold.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]?.*")
_RATE = re.compile(r"0\.\d+")
MOST_ROWS = 2000
# A page, for what has none.
WIDTH, HEIGHT = 595.0, 842.0


def is_one(content: bytes) -> bool:
    """Whether these bytes are such a file, as far as their beginning tells."""
    text = _text(content[:_LOOKED_AT], "ignore")
    return text.startswith("<") and bool(KEYS.search(text))


def count(content: bytes) -> tuple[int, float, float]:
    """One page; raises `damaged` for what cannot be parsed."""
    _stated(content)
    return 1, WIDTH, HEIGHT


def page(document: Picture, number: int) -> Page:
    """The invoice's data, without places."""
    return Page(number, document.width, document.height, {"lines": [], "angle": 0, "data": _stated(document.content)})


def _stated(content: bytes) -> dict[str, Any]:
    from defusedxml import ElementTree

    with gate.decoder():
        try:
            root = ElementTree.fromstring(_text(content), forbid_dtd=True)
        except (ElementTree.ParseError, ValueError):
            raise _damaged() from None
    found: dict[str, str] = {}
    rows: list[list[list[str]]] = []
    for element in root.iter():
        name = str(element.tag).rpartition("}")[2]
        text = (element.text or "").strip()
        if name == ROW and len(rows) < MOST_ROWS:
            rows.append([pair for part in element if (pair := _cell(part))])
        elif name in LABELS and text:
            found.setdefault(LABELS[name], _plain(name, text))
    if not found:
        raise _damaged()
    return {"items": [[label, text] for label, text in found.items()], "rows": [row for row in rows if row]}


def _text(content: bytes, errors: str = "strict") -> str:
    """The file's text without its declaration; `errors` says what becomes of bytes that are no character."""
    marked = next((coding for mark, coding in _BYTE_ORDER_MARKS.items() if content.startswith(mark)), None)
    for coding in (marked,) if marked else _CODINGS:
        # A character may be cut at the end of a beginning.
        decoder = getincrementaldecoder(coding)("strict" if coding == _CODINGS[0] else errors)
        try:
            text = decoder.decode(content, final=errors == "strict")
        except UnicodeDecodeError:
            continue
        return _DECLARATION.sub("", _CONTROL.sub("", text.removeprefix("\ufeff")), count=1).lstrip()
    return ""


def _damaged() -> CallerError:
    return CallerError(
        "The XML is damaged, or it holds no invoice.", "Download it again, or send its PDF or OFD.", kind="damaged"
    )


def _cell(part: Any) -> list[str] | None:
    name, text = str(part.tag).rpartition("}")[2], (part.text or "").strip()
    return [ITEM_LABELS[name], _plain(name, text)] if name in ITEM_LABELS and text else None


def _plain(name: str, text: str) -> str:
    if name.endswith("Time"):
        return _DATE.sub(r"\1", text)
    if name == "TaxRate" and _RATE.fullmatch(text):
        return f"{float(text) * 100:g}%"
    return text
