"""二手车发票 — the invoice of a used vehicle (二手车销售统一发票), on paper or fully electronic (数电票).

Forms: paper with a grid whose labels run over two lines and repeat for buyer and seller, the dealer or auctioneer and
the market in blocks below; electronic since 2024.
"""

from ocr.declare.checks import not_future
from ocr.declare.field_types import (
    Money,
    Phone,
    PlateNumber,
    ResidentIdOrUscc,
    TaxId,
    Text,
    VehicleRegistrationNumber,
    Vin,
)
from ocr.declare.fields import label
from ocr.declare.groups.vehicles import TOTAL_IN_WORDS, VehicleInvoice
from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive


class UsedCarInvoice(VehicleInvoice):
    buyer_name: Text | None = label("买方单位/个人", "购买方名称", "购方单位", pii=True)
    buyer_id: ResidentIdOrUscc | None = label(
        "买方单位代码/身份证号码", "购买方单位代码/个人身份证号", "单位代码/身份证号码", pii=True
    )
    buyer_address: Text | None = label("买方单位/个人住址", "购买方地址", pii=True, free=True)
    buyer_phone: Phone | None = label("买方电话", "购买方电话", "买方单位/个人电话", pii=True)
    seller_name: Text | None = label("卖方单位/个人", "销售方名称", "销方名称", pii=True)
    seller_id: ResidentIdOrUscc | None = label("卖方单位代码/身份证号码", "销售方单位代码/个人身份证号", pii=True)
    seller_address: Text | None = label("卖方单位/个人住址", "销售方地址", pii=True, free=True)
    seller_phone: Phone | None = label("卖方电话", "销售方电话", "卖方单位/个人电话", pii=True)
    total: Money | None = label("价税合计", "价税合计(小写)", "车价合计", "车价合计(小写)", "小写金额", "小写")
    plate_number: PlateNumber | None = label("车牌照号", "车牌号", pii=True)
    registration_number: VehicleRegistrationNumber | None = label("登记证号", pii=True)
    vin: Vin | None = label("车架号/车辆识别代码", "车架号", "车辆识别代码", "车辆识别代号/车架号码", pii=True)
    transfer_dmv: Text | None = label("转入地车辆管理所名称", "转入地车管所名称")
    auction_name: Text | None = label("经营、拍卖单位", "经营拍卖单位")
    auction_address: Text | None = label("经营拍卖单位地址", "经营、拍卖单位地址", free=True)
    auction_tax_id: TaxId | None = label("经营拍卖单位纳税人识别号", "经营、拍卖单位纳税人识别号")
    auction_bank_account: Text | None = label("经营拍卖单位开户银行账号", "经营、拍卖单位开户银行、账号", free=True)
    auction_phone: Phone | None = label("经营拍卖单位电话", "经营、拍卖单位电话")
    market_name: Text | None = label("二手车市场", "二手车市场名称")
    market_tax_id: TaxId | None = label("二手车市场纳税人识别号")
    market_address: Text | None = label("二手车市场地址", free=True)
    market_bank_account: Text | None = label("二手车市场开户银行和账号", "二手车市场开户银行、账号", free=True)
    market_phone: Phone | None = label("二手车市场电话")


product = Product(
    "used_car_invoice",
    UsedCarInvoice,
    name="二手车发票",
    category="vehicle",
    required=["invoice_number", "buyer_name", "seller_name", "total"],
    titles=["二手车销售统一发票"],
    offers=[etoplive.Pid(60), embedded.Labels()],
    checks=[*TOTAL_IN_WORDS, not_future("issue_date")],
)

handler = serve(product)
