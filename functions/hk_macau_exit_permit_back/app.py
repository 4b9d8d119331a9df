"""往来港澳通行证背面 — the permit of mainland residents to go to Hongkong and Macau: the side with the endorsements.

Forms: endorsements as text lines for Hongkong and Macau, each with kind, validity and number of journeys, rewritten
by heat on the card; one machine-readable line belongs to the front.
"""

from ocr.declare.field_types import Integer, Period, Text
from ocr.declare.fields import Fields, label
from ocr.declare.groups.people import BACK
from ocr.declare.product import Product
from ocr.declare.sizes import ID_1
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive


class HkMacauExitPermitBack(Fields):
    hk_endorsement_type: Text | None = label("往来香港签注种类", "签注种类", side=BACK)
    hk_endorsement_valid_period: Period | None = label("往来香港签注有效期", "签注有效期", side=BACK)
    hk_trips: Integer | None = label("往来香港签注次数", "签注往返有效次数", side=BACK)
    hk_remark: Text | None = label("往来香港签注备注", side=BACK, pii=True)
    mo_endorsement_type: Text | None = label("往来澳门签注种类", side=BACK)
    mo_endorsement_valid_period: Period | None = label("往来澳门签注有效期", side=BACK)
    mo_trips: Integer | None = label("往来澳门签注次数", side=BACK)
    mo_remark: Text | None = label("往来澳门签注备注", side=BACK, pii=True)
    issue_info: Text | None = label("签注签发信息", side=BACK)


product = Product(
    "hk_macau_exit_permit_back",
    HkMacauExitPermitBack,
    name="往来港澳通行证背面",
    category="identity",
    required={
        BACK: [
            ("hk_endorsement_type", "mo_endorsement_type"),
            ("hk_endorsement_valid_period", "mo_endorsement_valid_period"),
        ]
    },
    size=ID_1,
    titles=["签注"],
    offers=[etoplive.Pid(1014), embedded.Labels()],
)

handler = serve(product)
