"""定额发票 — an invoice with its amount printed beforehand (通用定额发票).

Forms: by province and city; the amount large and in capitals (伍拾元整), most without a label; code and number of the
press; the tax bureau's oval seal over the title, the seller's over the lower left.
"""

from typing import Annotated

from ocr.declare.checks import amount_in_words
from ocr.declare.field_types import ChineseMoney, InvoiceCode, InvoiceNumber8, Money
from ocr.declare.fields import Fields, Shape, label
from ocr.declare.groups.places import City, Province
from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive

# Most print the amount large and without a label.
Amount = Annotated[Money, Shape(r"[¥￥][0-9]+(?:\.[0-9]{1,2})?元?")]
AmountInWords = Annotated[
    ChineseMoney, Shape("[零壹贰叁肆伍陆柒捌玖拾佰仟万]+[元圆](?:[零壹贰叁肆伍陆柒捌玖][角分])*[整正]?")
]


class QuotaInvoice(Fields):
    invoice_code: InvoiceCode | None = label("发票代码")
    invoice_number: InvoiceNumber8 | None = label("发票号码")
    total: Amount | None = label("金额", "价税合计(小写)", "发票金额")
    total_cn: AmountInWords | None = label("大写金额", "价税合计(大写)")
    province: Province | None = label("省")
    city: City | None = label("市", "地址")


product = Product(
    "quota_invoice",
    QuotaInvoice,
    name="定额发票",
    category="invoice",
    required=["invoice_code", "invoice_number", ("total", "total_cn")],
    titles=["通用定额发票", "定额发票"],
    offers=[etoplive.Pid(22, type=("定额发票",)), embedded.Labels()],
    checks=[amount_in_words("total", "total_cn")],
)

handler = serve(product)
