"""结婚证 — the marriage certificate, opened at the registration and the two persons.

Forms: the red booklet since 2004, printed; before it, written by hand. Two blocks of the same labels, 姓名 to
身份证件号; the number behind 结婚证字号 starts with J; the seal of the civil affairs office stands over the
photograph.
"""

from ocr.declare.field_types import MarriageCertificateNumber
from ocr.declare.fields import label
from ocr.declare.groups.people import COUPLE, Couple
from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive


class MarriageCertificate(Couple):
    certificate_number: MarriageCertificateNumber | None = label("结婚证字号", "证字号", "结婚证号", pii=True)


product = Product(
    "marriage_certificate",
    MarriageCertificate,
    name="结婚证",
    category="identity",
    required=["certificate_number", "male_name", "male_birth_date", "female_name", "female_birth_date"],
    titles=["结婚证"],
    offers=[etoplive.Pid(12), embedded.Labels()],
    checks=COUPLE,
)

handler = serve(product)
