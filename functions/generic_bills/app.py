"""通用票据 — any invoice, ticket or receipt: what kind of bill it is, and what all of them have in common."""

from typing import Annotated

from ocr.declare.field_types import Date, Figures, Money, Text
from ocr.declare.fields import Fields, Shape, label
from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive

BillType = Annotated[Text, Shape("[\u4e00-\u9fff()（）]{0,20}(?:发票|票据|收据|车票|客票|行程单|小票)")]


class GenericBill(Fields):
    bill_type: BillType | None = label("票据类型", "发票类型", "type")
    invoice_code: Figures | None = label("发票代码", "票据代码")
    invoice_number: Figures | None = label("发票号码", "票据号码")
    date: Date | None = label("开票日期", "日期")
    total: Money | None = label("金额", "合计", "金额合计")
    check_code: Figures | None = label("校验码")


product = Product(
    "generic_bills",
    GenericBill,
    name="通用票据",
    category="general",
    required=["total", ("invoice_number", "date")],
    sold_by=[etoplive.Pid(22), embedded.Labels()],
)

handler = serve(product)
