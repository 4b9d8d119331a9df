"""临时身份证 — the identity card for at most three months; all its fields stand on one side.

Forms: one form (GA 453): white laminated paper, all on one side but the emblem.
"""

from ocr.declare.checks import birth_date_matches, not_expired, sex_matches
from ocr.declare.dates import period_end, period_start
from ocr.declare.field_types import Date, DateOrLongTerm, Period, ResidentId, Sex, Text
from ocr.declare.fields import Fields, derived, label
from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive


class TemporaryIdCard(Fields):
    name: Text | None = label("姓名", pii=True)
    sex: Sex | None = label("性别", pii=True)
    ethnicity: Text | None = label("民族", pii=True)
    birth_date: Date | None = label("出生", "出生日期", pii=True)
    address: Text | None = label("住址", "地址", pii=True, free=True)
    id_number: ResidentId | None = label("公民身份号码", "身份证号码", pii=True)
    issuing_authority: Text | None = label("签发机关")
    valid_period: Period | None = label("有效期限")
    valid_from: Date | None = derived("valid_period", period_start)
    valid_to: DateOrLongTerm | None = derived("valid_period", period_end)


product = Product(
    "temporary_id_card",
    TemporaryIdCard,
    name="临时身份证",
    category="identity",
    required=["name", "id_number", ("valid_period", "valid_to")],
    titles=["中华人民共和国临时居民身份证", "临时居民身份证"],
    offers=[etoplive.Pid(1020), embedded.Labels()],
    checks=[
        birth_date_matches("birth_date", "id_number"),
        sex_matches("sex", "id_number"),
        not_expired("valid_period"),
    ],
)

handler = serve(product)
