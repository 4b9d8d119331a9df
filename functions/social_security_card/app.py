"""社保卡 — the social security card: the side with the photograph.

Forms: of three generations and every province; labels of 姓名 and 社会保障号码 without a frame, the bank's card
number embossed or small; a second side for the bank.
"""

from ocr.declare.checks import birth_date_matches, in_order, not_expired, sex_matches
from ocr.declare.field_types import BankCard, Code, Date, DateOrLongTerm, ResidentId, Sex, Text
from ocr.declare.fields import Fields, label
from ocr.declare.product import Product
from ocr.declare.sizes import ID_1
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive


class SocialSecurityCard(Fields):
    name: Text | None = label("姓名", pii=True)
    social_security_number: ResidentId | None = label(
        "社会保障号码", "社会保障号", "社会保障卡号", "社保号", pii=True, description="as a rule the resident ID number"
    )
    card_number: Code | None = label("卡号", "社保卡号", "社会保障卡卡号", pii=True)
    bank_card_number: BankCard | None = label("银行卡号", "银行账号", pii=True)
    sex: Sex | None = label("性别", pii=True)
    birth_date: Date | None = label("出生日期", pii=True)
    issue_date: Date | None = label("发卡日期")
    valid_to: DateOrLongTerm | None = label("有效期限", "有效期", "有效期至")
    bank_name: Text | None = label("发卡银行", "银行名称")


product = Product(
    "social_security_card",
    SocialSecurityCard,
    name="社保卡",
    category="identity",
    required=[
        "name",
        ("social_security_number", "card_number"),
        ("issue_date", "valid_to", "card_number", "bank_card_number"),
    ],
    size=ID_1,
    titles=["中华人民共和国社会保障卡", "社会保障卡"],
    offers=[etoplive.Pid(1039), embedded.Labels()],
    checks=[
        birth_date_matches("birth_date", "social_security_number"),
        sex_matches("sex", "social_security_number"),
        in_order("issue_date", "valid_to"),
        not_expired("valid_to"),
    ],
)

handler = serve(product)
