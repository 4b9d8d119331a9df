"""增值税发票 — the value-added tax invoice: special, ordinary or of a toll road, on paper or electronic.

Forms: paper (专用发票, 普通发票 with its roll of 57 or 76 mm) with the code top left and again small top right, the
number behind №, both without a label; heads 购货单位/销货单位 until 2011, 购买方/销售方 since, stacked letter by
letter; electronic since 2015 (电子普通发票) all labelled; fully electronic since 2021 (数电票), a number of 20 digits
and no code. The seller's oval seal falls on the remarks, the tax bureau's on the title; print may stand half a row off.
"""

from typing import Annotated

from pydantic import BeforeValidator

from ocr.declare.checks import amount_in_words, amount_plus_tax, not_future, product_of_rows, sum_of_rows, tax_of_rows
from ocr.declare.codes import BEFORE_TAX, WITH_TAX, InvoiceCode
from ocr.declare.field_types import (
    CheckCode20,
    ChineseMoney,
    Date,
    Figures,
    InvoiceNumber,
    Money,
    Number,
    PlateNumber,
    Tax,
    TaxId,
    TaxRate,
    Text,
    VatInvoiceCode,
)
from ocr.declare.fields import Fields, Shape, Unlabelled, label, rows
from ocr.declare.product import Product
from ocr.declare.text import ending_in, one_misread
from ocr.declare.text_types import AddressPhone, BankAndAccount, Clerk, Goods, Remark
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive

FORMS = ("增值税专用发票", "增值税普通发票", "增值税电子专用发票", "增值税电子普通发票")
HAN = "[\u4e00-\u9fff]"
# It stands on top, without a label, and a seal falls on it.
Title = Annotated[
    Text,
    BeforeValidator(ending_in(*FORMS)),
    Shape(rf"{HAN}{{0,8}}(?:{one_misread(*FORMS)})(?:\({HAN}+\))?|电子发票\({HAN}{{2,10}}\)"),
]

BUYER, SELLER = ("购买方", "购货单位", "购方"), ("销售方", "销货单位", "销方")
TAX_ID = ("纳税人识别号", "统一社会信用代码/纳税人识别号")


def of(heads: tuple[str, ...], *tails: str) -> list[str]:
    """The labels of one of the two blocks, whatever its head is called."""
    return [head + tail for head in heads for tail in tails]


class LineItem(Fields):
    name: Goods | None = label("项目名称", "项目", "货物或应税劳务、服务名称", "货物或应税劳务名称", "projectName")
    spec: Text | None = label("规格型号", "specModel")
    unit: Text | None = label("单位", "unit")
    quantity: Number | None = label("数量", "quantity")
    unit_price: Number | None = label("单价", "unitPrice")
    amount: Money | None = label("金额", "amount")
    tax_rate: TaxRate | None = label("税率", "税率/征收率", "taxRate")
    tax: Tax | None = label("税额", "taxAmount")
    plate_number: PlateNumber | None = label("车牌号", pii=True)
    vehicle_type: Text | None = label("车辆类型", "类型")
    date_start: Date | None = label("通行日期起")
    date_end: Date | None = label("通行日期止")


class VatInvoice(Fields):
    title: Title | None = label("发票名称", "票据名称", "invoiceName")
    invoice_code: VatInvoiceCode | None = label(
        "发票代码", "invoiceCode", unlabelled=Unlabelled("[0-9]{10}|[0-9]{12}", at="top")
    )
    invoice_number: InvoiceNumber | None = label(
        "发票号码", "全电号码", "invoiceNumber", unlabelled=Unlabelled("(?:N[o0]?[.:]?)?([0-9]{8})", at="top")
    )
    issue_date: Date | None = label("开票日期", "invoiceDate")
    check_code: CheckCode20 | None = label("校验码", "checkCode")
    machine_number: Figures | None = label("机器编号", "机器号码", "machineNo", "machineNumber")
    password_area: Text | None = label("密码区", "passwordArea", free=True)
    buyer_name: Text | None = label(*of(BUYER, "名称"), "buyerName", pii=True)
    buyer_tax_id: TaxId | None = label(*of(BUYER, *TAX_ID), "购方号码", "购方税号", "buyerNumber", pii=True)
    buyer_address_phone: AddressPhone | None = label(*of(BUYER, "地址电话", "地址、电话"), pii=True, free=True)
    buyer_bank_account: BankAndAccount | None = label(
        *of(BUYER, "开户行及账号"), "购买方银行账号", "购方开户行账号", pii=True, free=True
    )
    seller_name: Text | None = label(*of(SELLER, "名称"), "sellerName")
    seller_tax_id: TaxId | None = label(*of(SELLER, *TAX_ID), "销方号码", "销方税号", "sellerNumber")
    seller_address_phone: AddressPhone | None = label(*of(SELLER, "地址电话", "地址、电话"), free=True)
    seller_bank_account: BankAndAccount | None = label(
        *of(SELLER, "开户行及账号"), "销售方银行账号", "销方开户行账号", free=True
    )
    items: list[LineItem] = rows()
    amount: Money | None = label("合计金额", "金额合计", "税前金额", "totalAmount")
    tax: Tax | None = label("合计税额", "税额合计", "totalTaxAmount")
    total: Money | None = label("价税合计小写", "价税合计(小写)", "合计金额(小写)", "价税合计", "lowerPriceAndTax")
    total_cn: ChineseMoney | None = label("价税合计大写", "价税合计(大写)", "合计金额(大写)", "capitalPriceAndTax")
    payee: Clerk | None = label("收款人", "收款员", "recipient", pii=True)
    reviewer: Clerk | None = label("复核", "复核人", "reviewer", pii=True)
    issuer: Clerk | None = label("开票人", "drawer", pii=True)
    remark: Remark | None = label("备注", "notes", pii=True, free=True)
    form_type: Text | None = label("发票联次")
    company_seal: Text | None = label("公司印章内容", "印章", description="with etoplive's option openSeal")
    qr_code: Text | None = label("二维码", "QRCode")


product = Product(
    "vat_invoice",
    VatInvoice,
    name="增值税发票",
    category="invoice",
    required=["invoice_number", "issue_date", "seller_name", "total", ("invoice_code", "total_cn")],
    titles=[*FORMS, "电子发票(增值税专用发票)", "电子发票(普通发票)"],
    code=InvoiceCode(
        dict.fromkeys(("01", "04", "08", "10", "11", "14"), BEFORE_TAX) | dict.fromkeys(("31", "32"), WITH_TAX)
    ),
    offers=[etoplive.Pid(21), embedded.Labels()],
    checks=[
        amount_plus_tax("amount", "tax", "total"),
        amount_in_words("total", "total_cn"),
        sum_of_rows("items", "amount", total="amount", or_total="total"),
        sum_of_rows("items", "tax", total="tax"),
        tax_of_rows("items", "amount", "tax_rate", "tax"),
        product_of_rows("items", "quantity", "unit_price", "amount"),
        not_future("issue_date"),
    ],
)

handler = serve(product)
