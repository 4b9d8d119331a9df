"""离婚证 — the divorce certificate, opened at the registration and the two persons."""

from ocr.declare.field_types import DivorceCertificateNumber
from ocr.declare.fields import label
from ocr.declare.groups.people import COUPLE, Couple
from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive


class DivorceCertificate(Couple):
    certificate_number: DivorceCertificateNumber | None = label("离婚证字号", "证字号", "离婚证号", pii=True)


product = Product(
    "divorce_certificate",
    DivorceCertificate,
    name="离婚证",
    category="identity",
    required=["certificate_number", "male_name", "female_name"],
    titles=["离婚证"],
    sold_by=[etoplive.Pid(1005), embedded.Labels()],
    checks=COUPLE,
)

handler = serve(product)
