"""出租车票 — a taxi meter's receipt (出租汽车统一车票, 出租汽车专用发票).

Forms: a strip with title, seal of the tax bureau, code and number printed beforehand, and a table that the meter
fills in: labels at the left, values right-aligned, in a dot matrix that stands up to half a row off and is read with
stray marks. Some cities print the names of the labels in English below them, 上车 and 下车 as one line of 时间, or
surcharges apart.
"""

import re
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator

from ocr.declare.checks import not_future
from ocr.declare.field_types import (
    PROVINCE,
    Date,
    InvoiceCode,
    InvoiceNumber8,
    Money,
    Number,
    Phone,
    Text,
    Time,
    Waiting,
)
from ocr.declare.fields import Fields, Shape, label
from ocr.declare.groups.places import City, Province
from ocr.declare.product import Product
from ocr.declare.text import code, compact
from ocr.declare.text_types import Organization
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive


def _per_kilometre(value: object) -> object:
    """2.50元/公里 → 2.50元; an amount stays as it is."""
    return value if isinstance(value, Decimal) else re.sub("/(?:公里|千米|km)$", "", compact(value), flags=re.I)


def _plate(value: object) -> str:
    """粤B·D1234 and BD1234, as code: a plate with or without its province."""
    written = compact(value)
    return written[:1] + code(written[1:]) if re.match(PROVINCE, written) else code(written)


# Meters print all amounts with their decimals: without, the point was not read.
Printed = Annotated[Money, Shape(least=r".*[0-9]\.[0-9]{1,2}(?![0-9]).*")]
UnitPrice = Annotated[Money, BeforeValidator(_per_kilometre), Shape(least=r".*[0-9]\.[0-9]{1,2}(?![0-9]).*")]
PlateSerial = Annotated[
    str,
    BeforeValidator(_plate),
    Shape(like=f"{PROVINCE}?[A-Z][A-Z0-9·.-]*[0-9][A-Z0-9·.-]*", least=f"{PROVINCE}?.{{5,}}"),
]
Certificate = Annotated[Text, Shape(like="[A-Z]{0,2}[0-9]{5,}", least=".*[0-9]{4}.*")]


class TaxiReceipt(Fields):
    invoice_code: InvoiceCode | None = label("发票代码", "代码")
    invoice_number: InvoiceNumber8 | None = label("发票号码", "号码")
    date: Date | None = label("日期", "乘车日期", "开票日期")
    time_on: Time | None = label("上车时间", "上车", also=("时间",))
    time_off: Time | None = label("下车时间", "下车", also=("时间",))
    plate_number: PlateSerial | None = label(
        "车号", "车牌号", "车牌", "车牌号码", pii=True, description="without its province on most receipts"
    )
    unit_price: UnitPrice | None = label("单价", "计程单价", "运价")
    distance_km: Number | None = label("里程", "总里程", "计程里程", "行驶里程", "载客里程", "营运里程", "公里")
    waiting_time: Waiting | None = label(
        "等候时间", "等候", "候时", "等时", "计时", "低速等候", description="as printed: hours, minutes and seconds"
    )
    total: Printed | None = label("金额", "总金额", "金额合计", "合计金额", "实收金额", "实收", "车费")
    fuel_surcharge: Printed | None = label(
        "燃油附加费", "燃油附加", "燃油费", "燃附费", "另收燃油附加费", "另收附加费", "附加费", "附加"
    )
    call_fee: Printed | None = label("电调费", "预约叫车服务费", "另收电召费", "电召费", "叫车服务费")
    company: Organization | None = label("单位", "单位名称", "经营单位", "公司名称", "企业名称")
    certificate_number: Certificate | None = label("证号", "资格证号", "服务证号", "监督卡号", "工号", pii=True)
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
    offers=[etoplive.Pid(22, type=("出租车票",)), embedded.Labels()],
    checks=[not_future("date")],
)

handler = serve(product)
