"""护照 — the data page of a passport, with the two lines of its machine-readable zone (ICAO 9303, TD3)."""

from ocr.declare.checks import in_order, mrz_td3_birth, mrz_td3_document_number, mrz_td3_expiry, not_expired
from ocr.declare.field_types import Code, Date, MrzName, MrzNumber, Sex, Text
from ocr.declare.fields import Fields, label
from ocr.declare.groups.people import LatinName
from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive


class Passport(Fields):
    passport_type: Text | None = label("类型", "护照类型", "Type")
    country_code: Text | None = label("国家码", "签发国", "签发国家码", "Country code", "Code of issuing state")
    passport_number: Code | None = label("护照号", "护照号码", "Passport No.", pii=True)
    name_zh: Text | None = label("姓名", "中文姓名", "Name", pii=True)
    surname: Text | None = label("姓", "姓氏", "Surname", pii=True)
    given_names: Text | None = label("名", "名字", "Given names", pii=True)
    name_en: LatinName | None = label("英文姓名", "姓名拼音", pii=True)
    sex: Sex | None = label("性别", "Sex", pii=True)
    nationality: Text | None = label("国籍", "Nationality", pii=True)
    birth_date: Date | None = label("出生日期", "生日", "Date of birth", pii=True)
    birth_place: Text | None = label("出生地点", "出生地", "Place of birth", pii=True)
    issue_date: Date | None = label("签发日期", "Date of issue")
    issue_place: Text | None = label("签发地点", "签发地", "Place of issue")
    issuing_authority: Text | None = label("签发机关", "签发机构", "Authority")
    expiry_date: Date | None = label("有效期至", "有效期", "有效期限", "Date of expiry")
    mrz_line1: MrzName | None = label("机读码第一行", "机读码1", "MRZ1", pii=True)
    mrz_line2: MrzNumber | None = label("机读码第二行", "机读码2", "MRZ2", "机读码", pii=True)


product = Product(
    "passport",
    Passport,
    name="护照",
    category="identity",
    required=["passport_number", ("surname", "given_names", "name_en", "name_zh"), "expiry_date"],
    titles=["护照", "PASSPORT"],
    sold_by=[etoplive.Pid(8), embedded.Labels()],
    checks=[
        mrz_td3_document_number("passport_number", "mrz_line2"),
        mrz_td3_birth("birth_date", "mrz_line2"),
        mrz_td3_expiry("expiry_date", "mrz_line2"),
        in_order("birth_date", "issue_date", "expiry_date"),
        not_expired("expiry_date"),
    ],
)

handler = serve(product)
