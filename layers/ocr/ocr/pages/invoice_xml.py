"""数电票 as XML: the invoice as data, which the tax authority's platform hands out beside PDF and OFD."""

import re
from typing import Any

from ocr.model.picture import Picture
from ocr.pages import gate
from ocr.pages.formats.header import damaged
from ocr.pages.page import Page

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
KEYS = re.compile(rb"<(?:\w+:)?(?:EInvoice|EInvoiceData|IssuItemInformation|TaxSupervisionInfo)[\s>]")
_LOOKED_AT = 1 << 16
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]?.*")
_RATE = re.compile(r"0\.\d+")
MOST_ROWS = 2000
# A page, for what has none.
WIDTH, HEIGHT = 595.0, 842.0


def is_one(content: bytes) -> bool:
    """Whether these bytes are such a file, as far as their beginning tells."""
    head = content[:_LOOKED_AT].lstrip(b"\xef\xbb\xbf \t\r\n")
    return head.startswith(b"<") and bool(KEYS.search(head))


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
        root = ElementTree.fromstring(content, forbid_dtd=True)
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
        raise damaged()
    return {"items": [[label, text] for label, text in found.items()], "rows": [row for row in rows if row]}


def _cell(part: Any) -> list[str] | None:
    name, text = str(part.tag).rpartition("}")[2], (part.text or "").strip()
    return [ITEM_LABELS[name], _plain(name, text)] if name in ITEM_LABELS and text else None


def _plain(name: str, text: str) -> str:
    if name.endswith("Time"):
        return _DATE.sub(r"\1", text)
    if name == "TaxRate" and _RATE.fullmatch(text):
        return f"{float(text) * 100:g}%"
    return text
