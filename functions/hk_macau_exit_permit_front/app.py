"""往来港澳通行证正面 — the permit of mainland residents to go to Hongkong and Macau: the side with the photograph.

Forms: the card since 2014: labels above the values, the number at the top right without a label, one machine-readable
line of 30 at the bottom; the booklet before it.
"""

from ocr.declare.checks import in_order, not_expired
from ocr.declare.field_types import ExitPermitNumber, Mrz, Text
from ocr.declare.fields import label
from ocr.declare.groups.people import FRONT, TravelCard
from ocr.declare.product import Product
from ocr.declare.sizes import ID_1
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive


class HkMacauExitPermitFront(TravelCard):
    permit_number: ExitPermitNumber | None = label(
        "证件号码", "编号", "证件号", "卡号", pii=True, side=FRONT, icao="number"
    )
    issue_place: Text | None = label("签发地点", side=FRONT)
    mrz: Mrz | None = label("机读码", "机器码", pii=True, side=FRONT, icao="lines")


product = Product(
    "hk_macau_exit_permit_front",
    HkMacauExitPermitFront,
    name="往来港澳通行证正面",
    category="identity",
    required={FRONT: ["name_zh", "permit_number", ("valid_period", "valid_to")]},
    size=ID_1,
    titles=["往来港澳通行证"],
    offers=[etoplive.Pid(1013), embedded.Labels()],
    checks=[in_order("birth_date", "valid_from"), not_expired("valid_period")],
)

handler = serve(product)
