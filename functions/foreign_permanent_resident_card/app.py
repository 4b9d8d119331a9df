"""外国人永久居留证 — the permanent residence card, either side, of both generations (until and since 2023).

Forms: of 2004 and 2017 with labels in two languages above the values and three machine-readable lines of 30 on the
back; of 2023 with a five-star design and a number of 18 digits.
"""

from ocr.declare.checks import in_order, not_expired
from ocr.declare.field_types import ForeignResidentNumber, Mrz, Text
from ocr.declare.fields import label
from ocr.declare.groups.people import BACK, FRONT, LatinName, TravelCard
from ocr.declare.product import Product
from ocr.declare.sizes import ID_1
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive


class ForeignPermanentResidentCard(TravelCard):
    name_zh: Text | None = label("中文姓名", pii=True, side=FRONT)
    name_en: LatinName | None = label("姓名", "英文姓名", "Name", pii=True, side=FRONT, icao="name")
    nationality: Text | None = label("国籍", "Nationality", pii=True, side=FRONT)
    card_number: ForeignResidentNumber | None = label("证件号码", "证件号", "Card No.", pii=True, side=FRONT)
    issue_times: Text | None = label("签发次数", "换证次数", side=BACK)
    mrz: Mrz | None = label("机读码", pii=True, side=BACK, icao="lines")


product = Product(
    "foreign_permanent_resident_card",
    ForeignPermanentResidentCard,
    name="外国人永久居留证",
    category="identity",
    required={FRONT: ["name_en", "card_number"], BACK: ["mrz", ("issue_times", "issuing_authority")]},
    size=ID_1,
    titles=["外国人永久居留身份证", "外国人永久居留证", "FOREIGNER'S PERMANENT RESIDENCE CARD"],
    offers=[etoplive.Pid(53), embedded.Labels()],
    checks=[in_order("birth_date", "valid_from"), not_expired("valid_period")],
)

handler = serve(product)
