"""通用票据 — any invoice, ticket or receipt: what kind of bill it is, and what all of them have in common.

Forms: tolls, parking, restaurants and shops on strips of the tax bureau, with a title, code and number; cash register
receipts; the electronic invoices of Taiwan (電子發票證明聯), which print their number and date without labels.
"""

from typing import Annotated

from ocr.declare.checks import not_future
from ocr.declare.field_types import PRINTED_DAY, Date, Figures, Money, Text
from ocr.declare.fields import Fields, Shape, Unlabelled, label
from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive

BillType = Annotated[Text, Shape("(?:(?!发票)[\u4e00-\u9fff()（）]){0,20}(?:发票|票据|收据|车票|客票|行程单|小票)")]


# Less is left where the rest is covered; figures alone are as often a count as an amount.
BillCode = Annotated[Figures, Shape(least=".{8,}")]
BillNumber = Annotated[Figures, Shape(least=".{6,}")]
Amount = Annotated[Money, Shape(least=r".*(?:[元圆¥￥$]|[0-9]{2}|[0-9]\.[0-9]).*")]


class GenericBill(Fields):
    bill_type: BillType | None = label("票据类型", "发票类型", "type")
    invoice_code: BillCode | None = label("发票代码", "票据代码")
    invoice_number: BillNumber | None = label("发票号码", "票据号码", unlabelled=Unlabelled("[A-Z]{2}-?[0-9]{8}"))
    date: Date | None = label(
        "开票日期", "日期", "收费时间", unlabelled=Unlabelled(f"({PRINTED_DAY})(?:[0-9]{{1,2}}:[0-9:]+)?")
    )
    total: Amount | None = label(
        "金额", "合计", "金额合计", "总计", "总金额", "应付金额", "实付金额", "收费额", "收费金额"
    )
    check_code: BillCode | None = label("校验码")


product = Product(
    "generic_bills",
    GenericBill,
    name="通用票据",
    category="general",
    titles=["通行费专用发票", "通行费发票", "停车费专用发票", "停车费票据", "购物小票"],
    required=["total", ("invoice_number", "date"), ("bill_type", "invoice_code", "invoice_number")],
    offers=[etoplive.Pid(22), embedded.Labels()],
    checks=[not_future("date")],
)

handler = serve(product)
