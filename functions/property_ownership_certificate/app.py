"""房产证 — the certificate of house ownership before the unified register (房屋所有权证); layouts vary by province.

Forms: 房屋所有权证 and 房地产权证, by province and year; a grid filled in by a printer or by hand, the number on the
first page without a label (某房权证字第…号); a seal over the date.
"""

from ocr.declare.field_types import Area, Date, Integer, Text
from ocr.declare.fields import Fields, Unlabelled, label
from ocr.declare.groups.real_estate import HOUSE_CERTIFICATE
from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive


class PropertyOwnershipCertificate(Fields):
    certificate_number: Text | None = label(
        "房产证号", "房权证号", "产权证号", "权证号", pii=True, unlabelled=Unlabelled(HOUSE_CERTIFICATE)
    )
    owner: Text | None = label("房屋所有权人", "权利人", pii=True)
    co_ownership: Text | None = label("共有情况", pii=True)
    location: Text | None = label("房屋坐落", "坐落", pii=True, free=True)
    registration_date: Date | None = label("登记时间", "登记日期", "填发日期")
    house_nature: Text | None = label("房屋性质", "产权来源")
    planned_usage: Text | None = label("规划用途", "设计用途", "用途")
    total_floors: Integer | None = label("总层数", "总楼层数")
    floor: Text | None = label("所在层")
    structure: Text | None = label("结构", "房屋结构")
    area: Area | None = label("建筑面积", description="square metres")
    inner_area: Area | None = label("套内建筑面积", description="square metres")
    land_number: Text | None = label("地号", "土地使用权证号", pii=True)
    land_acquisition: Text | None = label("土地使用权取得方式")
    land_term: Text | None = label("土地使用年限", "使用期限")
    year_built: Text | None = label("建成年份")
    issuer: Text | None = label("填发单位", "发证机关")
    remark: Text | None = label("附记", pii=True, free=True)


product = Product(
    "property_ownership_certificate",
    PropertyOwnershipCertificate,
    name="房产证",
    category="real_estate",
    required=["certificate_number", "owner", "location", ("area", "inner_area")],
    titles=["房屋所有权证", "房地产权证"],
    offers=[etoplive.Pid(1033), embedded.Labels()],
)

handler = serve(product)
