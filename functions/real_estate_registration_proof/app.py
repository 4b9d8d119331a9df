"""不动产登记证 — the proof of a registration about real estate, a mortgage for instance (不动产登记证明).

Forms: a sheet since 2015 with one column of labels in a frame; number on top as 某(2020)某市不动产证明第…号; a round
seal and the date below.
"""

from ocr.declare.field_types import PROVINCE, Text
from ocr.declare.fields import Unlabelled, label
from ocr.declare.groups.real_estate import Estate
from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive


class RealEstateRegistrationProof(Estate):
    certificate_number: Text | None = label(
        "不动产登记证明号",
        "证明号",
        "编号",
        pii=True,
        unlabelled=Unlabelled(rf"{PROVINCE}\([0-9]{{4}}\)[\u4e00-\u9fff]{{0,12}}不动产证明第[0-9]{{5,}}号"),
    )
    proof_matter: Text | None = label("证明权利或事项", "证明事项")
    obligor: Text | None = label("义务人", pii=True)
    other: Text | None = label("其他", pii=True, free=True)


product = Product(
    "real_estate_registration_proof",
    RealEstateRegistrationProof,
    name="不动产登记证",
    category="real_estate",
    required=["certificate_number", "obligee", "location", "unit_number"],
    titles=["不动产登记证明"],
    offers=[etoplive.Pid(1007), embedded.Labels()],
)

handler = serve(product)
