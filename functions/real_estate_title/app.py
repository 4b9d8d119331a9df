"""不动产 — the certificate of title to real estate (不动产权证书): the page with the rights.

Forms: a booklet since 2015; number on top as 某(2020)某市不动产权第…号, one column of labels in a frame on the left
page, 附记 on the right; a round seal and a QR code on the first.
"""

from ocr.declare.field_types import Code, RealEstateCertificateNumber, Text
from ocr.declare.fields import label
from ocr.declare.groups.real_estate import EstateRights
from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive


class RealEstateTitle(EstateRights):
    certificate_number: RealEstateCertificateNumber | None = label(
        "不动产权证号", "不动产权号", "不动产证编号", "产权证号", pii=True
    )
    barcode_number: Code | None = label("编号", "证书编号", pii=True)
    area: Text | None = label("面积", description="as printed: often of the land and of the building")
    other_conditions: Text | None = label("权利其他状况", pii=True, free=True)
    registration_authority: Text | None = label("登记机构", "填发单位")


product = Product(
    "real_estate_title",
    RealEstateTitle,
    name="不动产",
    category="real_estate",
    required=["certificate_number", "obligee", "location", ("usage", "area", "term")],
    titles=["不动产权证书", "中华人民共和国不动产权证书"],
    offers=[etoplive.Pid(501), embedded.Labels()],
)

handler = serve(product)
