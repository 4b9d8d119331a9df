"""港澳台居民来往大陆通行证 — the permit of Hongkong, Macau or Taiwan residents to come to the mainland, either side.

Forms: the card since 2013 and 2015, labels above the values, three machine-readable lines of 30 on the back; the
booklet before it for Taiwan.
"""

from typing import Annotated, Literal

from pydantic import BeforeValidator

from ocr.declare.checks import in_order, not_expired
from ocr.declare.field_types import MainlandPermitNumber, Mrz, Text, one_of
from ocr.declare.fields import Shape, label
from ocr.declare.groups.people import BACK, FRONT, TravelCard
from ocr.declare.product import Product
from ocr.declare.sizes import ID_1
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive

Kind = Literal["hongkong_macau", "taiwan"]
PERMIT_TYPES: dict[str, Kind] = {
    **dict.fromkeys(("港澳居民来往内地通行证", "港澳居民来往内地通行证(非中国籍)", "hongkong_macau"), "hongkong_macau"),
    **dict.fromkeys(("台湾居民来往大陆通行证", "taiwan"), "taiwan"),
}
PermitType = Annotated[
    Kind,
    BeforeValidator(one_of(PERMIT_TYPES)),
    Shape("(?:港澳居民来往内地|台湾居民来往大陆)通行证"),
]


class MainlandTravelPermit(TravelCard):
    permit_type: PermitType | None = label("证件类别", "证件类型", side=FRONT)
    permit_number: MainlandPermitNumber | None = label("证件号码", "证件号", "通行证号码", pii=True, side=FRONT)
    issue_place: Text | None = label("签发地点", side=FRONT)
    issue_times: Text | None = label("签发次数", "换证次数", side=FRONT)
    back_name: Text | None = label("背面姓名", "身份证姓名", pii=True, side=BACK)
    back_id_number: Text | None = label(
        "香港身份证号码", "澳门身份证号码", "台湾身份证号码", "身份证号码", pii=True, side=BACK
    )
    history_permit_number: Text | None = label("历史通行证号码", pii=True, side=BACK)
    mrz: Mrz | None = label("机读码", pii=True, side=BACK, icao="lines")


product = Product(
    "mainland_travel_permit_hk_mo_tw",
    MainlandTravelPermit,
    name="港澳台居民来往大陆通行证",
    category="identity",
    required={
        FRONT: [("name_zh", "name_en"), "permit_number", ("valid_period", "valid_to")],
        BACK: ["mrz", ("back_name", "back_id_number")],
    },
    size=ID_1,
    titles=["港澳居民来往内地通行证", "台湾居民来往大陆通行证"],
    offers=[etoplive.Pid(1018), embedded.Labels()],
    checks=[in_order("birth_date", "valid_from"), not_expired("valid_period")],
)

handler = serve(product)
