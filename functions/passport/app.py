"""护照 — the data page of a passport of any state (ICAO Doc 9303-4, TD3).

Every page ends in two machine-readable lines of 44 characters that repeat the number, the names, sex, nationality and
the dates of birth and expiry. Above them stand the same and the place of birth, the date of issue and the authority,
under small captions in the state's own languages, in an order that the standard fixes. China's page has Chinese and
English captions, prints sex, nationality and date of birth in one row, and the name in Chinese and below it in Latin.
"""

from ocr.declare.checks import in_order, mrz_td3_birth, mrz_td3_document_number, mrz_td3_expiry, not_expired, not_future
from ocr.declare.field_types import Code, Date, MrzName, MrzNumber, Sex, Text
from ocr.declare.fields import Fields, label
from ocr.declare.groups.people import HanName, LatinName
from ocr.declare.product import Product
from ocr.declare.sizes import TD3
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive


class Passport(Fields):
    passport_type: Text | None = label("类型", "护照类型", "Type", icao="document")
    country_code: Text | None = label(
        "国家码", "签发国", "签发国家码", "Country code", "Code of issuing state", icao="issuer"
    )
    passport_number: Code | None = label("护照号", "护照号码", "Passport No.", pii=True, icao="number")
    name_zh: HanName | None = label("姓名", "中文姓名", "Name", pii=True)
    surname: Text | None = label("姓", "姓氏", "Surname", pii=True, icao="surname")
    given_names: Text | None = label("名", "名字", "Given names", pii=True, icao="given_names")
    name_en: LatinName | None = label("英文姓名", "姓名拼音", pii=True)
    sex: Sex | None = label("性别", "Sex", pii=True, icao="sex")
    nationality: Text | None = label("国籍", "Nationality", pii=True, icao="nationality")
    birth_date: Date | None = label("出生日期", "生日", "Date of birth", pii=True, icao="birth")
    birth_place: Text | None = label("出生地点", "出生地", "Place of birth", pii=True, icao="birth_place")
    issue_date: Date | None = label("签发日期", "Date of issue", icao="issue")
    issue_place: Text | None = label("签发地点", "签发地", "Place of issue")
    issuing_authority: Text | None = label("签发机关", "签发机构", "Authority", icao="authority")
    expiry_date: Date | None = label("有效期至", "有效期", "有效期限", "Date of expiry", icao="expiry")
    mrz_line1: MrzName | None = label("机读码第一行", "机读码1", "MRZ1", pii=True, icao="line1")
    mrz_line2: MrzNumber | None = label("机读码第二行", "机读码2", "MRZ2", "机读码", pii=True, icao="line2")


product = Product(
    "passport",
    Passport,
    name="护照",
    category="identity",
    required=["passport_number", ("surname", "given_names", "name_en", "name_zh"), "expiry_date"],
    size=TD3,
    titles=["护照", "PASSPORT"],
    offers=[etoplive.Pid(8), embedded.Labels()],
    checks=[
        mrz_td3_document_number("passport_number", "mrz_line2"),
        mrz_td3_birth("birth_date", "mrz_line2"),
        mrz_td3_expiry("expiry_date", "mrz_line2"),
        in_order("birth_date", "issue_date", "expiry_date"),
        not_future("issue_date"),
        not_expired("expiry_date"),
    ],
)

handler = serve(product)
