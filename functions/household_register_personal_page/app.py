"""户口本个人页 — the household register: the page about one of its members (常住人口登记卡).

Forms: a page of a booklet filled in by a printer; labels of two or three lines in a grid (公民身份证件编号,
何时由何地迁来本市(县)); changes are written on the back.
"""

from ocr.declare.checks import birth_date_matches, in_order, sex_matches
from ocr.declare.field_types import Centimetres, Date, ResidentId, Sex, Text
from ocr.declare.fields import Fields, label
from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive


class HouseholdRegisterPersonalPage(Fields):
    name: Text | None = label("姓名", pii=True)
    relationship: Text | None = label("户主或与户主关系", "与户主关系", pii=True)
    former_name: Text | None = label("曾用名", pii=True)
    sex: Sex | None = label("性别", pii=True)
    birth_place: Text | None = label("出生地", pii=True)
    ethnicity: Text | None = label("民族", pii=True)
    native_place: Text | None = label("籍贯", pii=True)
    birth_date: Date | None = label("出生日期", pii=True)
    other_address: Text | None = label("本市(县)其他住址", pii=True, free=True)
    religion: Text | None = label("宗教信仰", pii=True)
    id_number: ResidentId | None = label("公民身份证件编号", "公民身份号码", "身份证号", pii=True)
    height_cm: Centimetres | None = label("身高", pii=True)
    blood_type: Text | None = label("血型", pii=True)
    education: Text | None = label("文化程度", pii=True)
    marital_status: Text | None = label("婚姻状况", pii=True)
    military_service: Text | None = label("兵役状况", "兵役情况", pii=True)
    employer: Text | None = label("服务处所", pii=True)
    occupation: Text | None = label("职业", pii=True)
    moved_to_city: Text | None = label("何时由何地迁来本市(县)", pii=True, free=True)
    moved_to_address: Text | None = label("何时由何地迁来本址", pii=True, free=True)
    registrar: Text | None = label("承办人签章", pii=True)
    registration_date: Date | None = label("登记日期")


product = Product(
    "household_register_personal_page",
    HouseholdRegisterPersonalPage,
    name="户口本个人页",
    category="identity",
    required=["name", "birth_date", "id_number"],
    titles=["常住人口登记卡"],
    offers=[etoplive.Pid(1003), embedded.Labels()],
    checks=[
        birth_date_matches("birth_date", "id_number"),
        sex_matches("sex", "id_number"),
        in_order("birth_date", "registration_date"),
    ],
)

handler = serve(product)
