"""机动车发票 — the invoice of a new vehicle (机动车销售统一发票), on paper or fully electronic (数电票).

Forms: paper with a grid of cells, whose labels run over two or three lines and introduce two values (购买方名称及
with 身份证号码/组织机构代码 below, 价税合计 with words and figures, 主管税务机关及代码); code and number printed
twice, by the press (发票代码) and by the printer (机打代码); the seller's seal at the bottom; electronic since 2024.
"""

from typing import Annotated

from ocr.declare.checks import amount_plus_tax, not_future, tax_of
from ocr.declare.field_types import (
    Code,
    Figures,
    Integer,
    Money,
    Phone,
    ResidentIdOrUscc,
    Tax,
    TaxId,
    TaxRate,
    Text,
    Vin,
)
from ocr.declare.fields import Shape, label
from ocr.declare.groups.vehicles import TOTAL_IN_WORDS, VehicleInvoice
from ocr.declare.product import Product
from ocr.declare.text_types import Address, BankAccount, BankName, EngineNumber, Organization
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive

CertificateNumber = Annotated[Code, Shape(least=".{6,}")]
TaxAuthorityCode = Annotated[Figures, Shape(least=".{7,}")]
Title = Annotated[Text, Shape(r"(?:电子发票\()?[\u4e00-\u9fff]{0,8}机动车销售统一发票\)?")]


class VehicleSaleInvoice(VehicleInvoice):
    title: Title | None = label("发票名称", "发票类型")
    buyer_name: Organization | None = label("购买方名称", "购方名称", pii=True)
    buyer_id: ResidentIdOrUscc | None = label(
        "购买方身份证号码/组织机构代码", "身份证号码/组织机构代码", "证号码/组织机构代码", pii=True
    )
    buyer_tax_id: TaxId | None = label("购买方纳税人识别号", pii=True)
    origin: Text | None = label("产地")
    certificate_number: CertificateNumber | None = label("合格证号")
    import_certificate_number: Code | None = label("进口证明书号")
    inspection_number: CertificateNumber | None = label("商检单号")
    engine_number: EngineNumber | None = label("发动机号码", "发动机号", pii=True)
    vin: Vin | None = label("车辆识别代号/车架号码", "车辆识别代号", "车架号", pii=True)
    amount: Money | None = label("不含税价", "不含税价(小写)", "税前金额")
    tax_rate: TaxRate | None = label("增值税税率或征收率", "税率")
    tax: Tax | None = label("增值税税额", "税额")
    seller_name: Organization | None = label("销货单位名称", "销售方名称")
    seller_tax_id: TaxId | None = label("销售方纳税人识别号", "销货单位纳税人识别号", "纳税人识别号")
    seller_phone: Phone | None = label("销售方电话", "电话")
    seller_account: BankAccount | None = label("销售方账号", "账号")
    seller_address: Address | None = label("销售方地址", "地址", free=True)
    seller_bank: BankName | None = label("销售方开户银行", "开户银行")
    tax_authority: Organization | None = label("主管税务机关", "主管税务机关及代码")
    tax_authority_code: TaxAuthorityCode | None = label("主管税务机关代码", also=("主管税务机关及代码",))
    tax_payment_number: Code | None = label("完税凭证号码")
    tonnage: Text | None = label("吨位")
    seating_capacity: Integer | None = label("限乘人数")


product = Product(
    "vehicle_sale_invoice",
    VehicleSaleInvoice,
    name="机动车发票",
    category="vehicle",
    required=["invoice_number", "buyer_name", "vin", "total", "seller_name", ("amount", "tax", "tax_rate")],
    titles=["机动车销售统一发票"],
    offers=[etoplive.Pid(61), embedded.Labels()],
    checks=[
        amount_plus_tax("amount", "tax", "total"),
        tax_of("amount", "tax_rate", "tax"),
        not_future("issue_date"),
        *TOTAL_IN_WORDS,
    ],
)

handler = serve(product)
