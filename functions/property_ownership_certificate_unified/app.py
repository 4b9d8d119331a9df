"""房产证（统一字段） — any certificate of title to a house, old or new, in one set of fields.

Forms: those of the certificate of house ownership and of the certificate of title to real estate, each under its own
title.
"""

from ocr.declare.field_types import Area, Integer, Text
from ocr.declare.fields import Unlabelled, label
from ocr.declare.groups.real_estate import ESTATE_CERTIFICATE, HOUSE_CERTIFICATE, EstateRights
from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive


class UnifiedPropertyOwnershipCertificate(EstateRights):
    certificate_number: Text | None = label(
        "产权证号", "证号", pii=True, unlabelled=Unlabelled(f"{HOUSE_CERTIFICATE}|{ESTATE_CERTIFICATE}")
    )
    area: Area | None = label("面积", "建筑面积", description="square metres")
    structure: Text | None = label("结构")
    floor: Text | None = label("所在层")
    total_floors: Integer | None = label("总层数")
    remark: Text | None = label("附记", "权利其他状况", pii=True, free=True)


product = Product(
    "property_ownership_certificate_unified",
    UnifiedPropertyOwnershipCertificate,
    name="房产证（统一字段）",
    category="real_estate",
    required=["certificate_number", "obligee", "location"],
    titles=["房屋所有权证", "房地产权证", "不动产权证书"],
    offers=[etoplive.Pid(1082), embedded.Labels()],
)

handler = serve(product)
