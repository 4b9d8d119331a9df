"""军官证 — the officer's card, opened at the page with the photograph.

Forms: a red booklet filled in by a printer; a photograph with a seal over its corner.
"""

from ocr.declare.checks import in_order, not_expired
from ocr.declare.field_types import Date, Sex, Text
from ocr.declare.fields import Fields, label
from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive


class MilitaryOfficerCard(Fields):
    name: Text | None = label("姓名", pii=True)
    sex: Sex | None = label("性别", pii=True)
    birth_date: Date | None = label("出生日期", "出生年月", pii=True)
    certificate_number: Text | None = label("编号", "证件编号", "证号", "军官证号", pii=True)
    unit: Text | None = label("部别", "单位", pii=True)
    position: Text | None = label("职务", pii=True)
    rank: Text | None = label("衔级", "军衔", pii=True)
    native_place: Text | None = label("籍贯", pii=True)
    ethnicity: Text | None = label("民族", pii=True)
    issuing_authority: Text | None = label("发证机关")
    issue_date: Date | None = label("发证日期")
    valid_to: Date | None = label("有效期", "有效期至")


product = Product(
    "military_officer_card",
    MilitaryOfficerCard,
    name="军官证",
    category="identity",
    required=["name", "certificate_number", "rank", "issue_date"],
    titles=["中国人民解放军军官证", "军官证"],
    offers=[etoplive.Pid(11), embedded.Labels()],
    checks=[in_order("birth_date", "issue_date", "valid_to"), not_expired("valid_to")],
)

handler = serve(product)
