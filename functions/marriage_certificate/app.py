"""结婚证 — the marriage certificate, opened at the registration and the two persons."""

from ocr import embedded, etoplive
from ocr.fields import label
from ocr.people import COUPLE, Couple
from ocr.product import Product
from ocr.types import MarriageCertificateNumber


class MarriageCertificate(Couple):
    certificate_number: MarriageCertificateNumber | None = label("结婚证字号", "证字号", "结婚证号", pii=True)


handler = Product(
    "marriage_certificate",
    MarriageCertificate,
    name="结婚证",
    category="identity",
    titles=["结婚证"],
    sold_by=[etoplive.Pid(12), embedded.Labels()],
    checks=COUPLE,
)
