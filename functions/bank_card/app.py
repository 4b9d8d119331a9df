"""银行卡 — the front of a debit or credit card. Most of what stands on it has no label.

Forms: embossed or flat print; the bank's name on top, beside that of a partner whose card it is, too; the number in
groups of four or as 6 and 13 digits, its first four digits small below it; VALID THRU or MONTH/YEAR beside the
expiry, on some the start of the validity before it; the holder in Latin capitals below the number.
"""

from typing import Annotated, Literal

from pydantic import BeforeValidator

from ocr.declare.checks import not_expired
from ocr.declare.field_types import BankCard as CardNumber
from ocr.declare.field_types import MonthYear, Text, one_of
from ocr.declare.fields import Fields, Shape, Unlabelled, label
from ocr.declare.product import Product
from ocr.declare.sizes import ID_1
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive

Kind = Literal["debit", "credit", "quasi_credit", "prepaid"]
CARD_TYPES: dict[str, Kind] = {
    **dict.fromkeys(("借记卡", "储蓄卡", "debit"), "debit"),
    **dict.fromkeys(("贷记卡", "信用卡", "credit"), "credit"),
    **dict.fromkeys(("准贷记卡", "quasi_credit"), "quasi_credit"),
    **dict.fromkeys(("预付费卡", "预付卡", "prepaid"), "prepaid"),
}
CardType = Annotated[
    Kind,
    BeforeValidator(one_of(CARD_TYPES)),
    Shape("借记卡|储蓄卡|准?贷记卡|信用卡|预付费?卡"),
]
MONTH_YEAR = "(?:0[1-9]|1[0-2])/(?:20)?[0-9]{2}"
_NO_NAME = "|".join(
    [
        "BANK",
        "CARD",
        "CHINA",
        "CREDIT",
        "DEBIT",
        "UNION",
        "PAY",
        "UNIONPAY",
        "QUICK",
        "PASS",
        "QUICKPASS",
        "VISA",
        "MASTER",
        "GOLD",
        "PLATINUM",
        "CLASSIC",
        "STANDARD",
        "VALID",
        "THRU",
        "FROM",
        "MONTH",
        "YEAR",
        "MEMBER",
        "SINCE",
        "BUSINESS",
        "COMMERCIAL",
        "DIAMOND",
        "WORLD",
    ]
)
HOLDER = rf"(?!.*\b(?:{_NO_NAME})\b)[A-Z]{{2,}}(?:[ ./][A-Z]{{2,}}){{1,3}}"
BankName = Annotated[Text, Shape("[\u4e00-\u9fff]{2,14}(?:银行|信用社)")]


class BankCard(Fields):
    card_number: CardNumber | None = label("卡号", "银行卡号", pii=True)
    bank_name: BankName | None = label("发卡行", "银行名称", "银行信息")
    bank_code: Text | None = label("银行代码", "机构代码", "银行编号")
    card_name: Text | None = label("卡名称", "卡名", "银行卡名称")
    card_type: CardType | None = label("卡类型", "银行卡类型", "卡种")
    valid_to: MonthYear | None = label(
        "有效期",
        "有效期限",
        "有效截止日期",
        "ExpiryDate",
        "VALID THRU",
        "MONTH/YEAR",
        pii=True,
        unlabelled=Unlabelled(MONTH_YEAR, last=True),
    )
    holder_name: Text | None = label(
        "持卡人", "持卡人姓名", pii=True, unlabelled=Unlabelled(HOLDER, below="card_number")
    )


product = Product(
    "bank_card",
    BankCard,
    name="银行卡",
    category="identity",
    required=["card_number", ("bank_name", "bank_code", "card_name", "card_type")],
    size=ID_1,
    titles=["银联", "UnionPay", "闪付", "QuickPass", "人民币信用卡"],
    offers=[etoplive.Pid(4), embedded.Labels()],
    checks=[not_expired("valid_to")],
)

handler = serve(product)
