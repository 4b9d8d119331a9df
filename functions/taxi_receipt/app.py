"""出租车票 — a taxi meter's receipt (出租汽车统一车票)."""

import re
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator

from ocr.declare.field_types import Code, Date, InvoiceCode, InvoiceNumber8, Money, Number, Phone, Text, Time
from ocr.declare.fields import Fields, label
from ocr.declare.groups.places import City, Province
from ocr.declare.product import Product
from ocr.declare.text import compact
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive


def _per_kilometre(value: object) -> object:
    """2.50元/公里 → 2.50元; an amount stays as it is."""
    return value if isinstance(value, Decimal) else re.sub("/(?:公里|千米|km)$", "", compact(value), flags=re.I)


UnitPrice = Annotated[Money, BeforeValidator(_per_kilometre)]


class TaxiReceipt(Fields):
    invoice_code: InvoiceCode | None = label("发票代码")
    invoice_number: InvoiceNumber8 | None = label("发票号码")
    date: Date | None = label("日期", "开票日期")
    time_on: Time | None = label("上车时间", "上车")
    time_off: Time | None = label("下车时间", "下车")
    plate_number: Code | None = label("车号", "车牌号", pii=True, description="without its province on most receipts")
    unit_price: UnitPrice | None = label("单价")
    distance_km: Number | None = label("里程", "总里程")
    waiting_time: Text | None = label("等候时间", "等候")
    total: Money | None = label("金额", "总金额", "金额合计", "实收金额")
    fuel_surcharge: Money | None = label("燃油附加费")
    call_fee: Money | None = label("电调费", "预约叫车服务费")
    company: Text | None = label("单位")
    certificate_number: Text | None = label("证号", pii=True)
    phone: Phone | None = label("电话", "监督电话")
    city: City | None = label("市", "发票所在地", "归属地区")
    province: Province | None = label("省")


product = Product(
    "taxi_receipt",
    TaxiReceipt,
    name="出租车票",
    category="invoice",
    required=["invoice_number", "date", "total"],
    titles=["出租汽车统一车票", "出租汽车专用发票", "出租车发票", "出租汽车发票"],
    sold_by=[etoplive.Pid(22, type=("出租车票",)), embedded.Labels()],
)

handler = serve(product)
