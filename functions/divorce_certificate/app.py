"""离婚证 — the divorce certificate, opened at the registration and the two persons."""

from ocr import embedded, etoplive
from ocr.fields import label
from ocr.people import COUPLE, Couple
from ocr.product import Product
from ocr.types import DivorceCertificateNumber


class DivorceCertificate(Couple):
    certificate_number: DivorceCertificateNumber | None = label("离婚证字号", "证字号", "离婚证号", pii=True)


handler = Product(
    "divorce_certificate",
    DivorceCertificate,
    name="离婚证",
    category="identity",
    titles=["离婚证"],
    sold_by=[etoplive.Pid(1005), embedded.Labels()],
    checks=COUPLE,
)
