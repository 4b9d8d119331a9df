"""道路运输许可证 — the road transport permit of a commercial vehicle (道路运输证).

Forms: a booklet or a card with a cover page and a page of labels with underlined blanks, which a needle printer fills
in; the seal of the issuing authority over 核发机关 and its date; the older one asks for 车辆(毫米) as 长, 宽 and 高.
"""

from typing import Annotated

from ocr.declare.checks import in_order, not_expired, not_future
from ocr.declare.field_types import Code, Date, Dimensions, PlateNumber, Text
from ocr.declare.fields import Fields, Shape, label
from ocr.declare.product import Product
from ocr.declare.text_types import Address, Authority, Owner, Scope, VehicleType
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive

# 晋交运管许可货字140882000000号
PermitNumber = Annotated[Text, Shape(least=".*[0-9]{6}.*")]
CertificateNumber = Annotated[Code, Shape(least=".{8,}")]


class RoadTransportPermit(Fields):
    license_number: PermitNumber | None = label("道路运输证号", "运输证号", "证号", "交运管许可字号", pii=True)
    business_name: Owner | None = label("业户名称", pii=True)
    business_address: Address | None = label("业户地址", "地址", pii=True, free=True)
    vehicle_plate: PlateNumber | None = label("车辆号牌", "车牌号码", pii=True)
    business_certificate: CertificateNumber | None = label("经营许可证号")
    vehicle_type: VehicleType | None = label("车辆类型")
    tonnage_seats: Text | None = label("吨(座)位")
    vehicle_size: Dimensions | None = label("车辆尺寸", "车辆(毫米)", description="length, width, height in mm")
    business_scope: Scope | None = label("经营范围", free=True)
    economic_type: Text | None = label("经济类型")
    issuing_authority: Authority | None = label("核发机关")
    issue_date: Date | None = label("发证日期")
    expiry_date: Date | None = label("有效期", "有效期至")
    review_expiry_date: Date | None = label("审验有效期")
    technical_level: Text | None = label("技术等级评定")
    remark: Text | None = label("备注", free=True, pii=True)


product = Product(
    "road_transport_permit",
    RoadTransportPermit,
    name="道路运输许可证",
    category="vehicle",
    required=["license_number", "business_name", ("vehicle_plate", "business_scope"), ("issue_date", "expiry_date")],
    titles=["道路运输证", "道路运输许可证", "道理运输许可证"],
    offers=[etoplive.Pid(1076), embedded.Labels()],
    checks=[in_order("issue_date", "expiry_date"), not_expired("expiry_date"), not_future("issue_date")],
)

handler = serve(product)
