"""离婚证 — the divorce certificate, opened at the registration and the two persons.

Forms: the dark red booklet since 2004, printed; before it, written by hand. Two blocks of the same labels, 姓名 to
身份证件号; the number behind 离婚证字号 starts with L; the seal of the civil affairs office stands over the
photograph.
"""

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
    required=["certificate_number", "male_name", "male_birth_date", "female_name", "female_birth_date"],
    titles=["离婚证"],
    offers=[etoplive.Pid(1005), embedded.Labels()],
    checks=COUPLE,
)

handler = serve(product)
