"""开户许可证 — the permit to open a company's basic bank account; no longer issued since 2019.

Forms: one form of the central bank: 核准号 and 编号 at the top, then sentences and labels (存款人名称, 法定代表人,
开户银行, 账号), the round seal of the bank's branch over the date.
"""

from ocr.declare.field_types import PRINTED_DAY, AccountPermitNumber, Code, Date, Figures, Text
from ocr.declare.fields import Fields, Unlabelled, label
from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive


class AccountOpeningPermit(Fields):
    approval_number: AccountPermitNumber | None = label("核准号")
    serial_number: Code | None = label("编号")
    account_name: Text | None = label(
        "存款人名称", "开户名称", "账户名称", "公司名称", unlabelled=Unlabelled("经审核[,，]?(.{4,40}?)符合开户条件.*")
    )
    legal_representative: Text | None = label("法定代表人", "单位负责人", "法人", "法定代表人(单位负责人)", pii=True)
    bank: Text | None = label("开户银行")
    account_number: Figures | None = label("账号", pii=True)
    account_type: Text | None = label("账户性质")
    issue_date: Date | None = label("发证日期", "核准日期", unlabelled=Unlabelled(PRINTED_DAY, at="bottom"))
    issuing_authority: Text | None = label("发证机关")


product = Product(
    "account_opening_permit",
    AccountOpeningPermit,
    name="开户许可证",
    category="enterprise",
    required=["approval_number", "account_name", "account_number", ("issue_date", "issuing_authority")],
    titles=["开户许可证"],
    offers=[etoplive.Pid(1015), embedded.Labels()],
)

handler = serve(product)
