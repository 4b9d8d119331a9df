"""电子承兑汇票 — the electronic draft, accepted by a bank or by a company: parties, amount, acceptance.

Forms: printed from the bank's system, one grid of cells with stacked heads 出票人, 收款人, 承兑人 whose labels
repeat; numbers of 30 digits, since 2022 with a package number; no seal.
"""

from ocr.declare.checks import amount_in_words, in_order
from ocr.declare.field_types import BillNumber, ChineseMoney, Date, Figures, Money, Text
from ocr.declare.fields import Fields, label
from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive


class ElectronicAcceptanceBill(Fields):
    bill_number: BillNumber | None = label("票据号码", "票号")
    bill_package_number: Text | None = label("票据包号")
    bill_status: Text | None = label("票据状态")
    issue_date: Date | None = label("出票日期")
    due_date: Date | None = label("汇票到期日", "票据到期日")
    drawer_name: Text | None = label("出票人全称", "出票人名称", pii=True)
    drawer_account: Text | None = label("出票人账号", pii=True)
    drawer_bank: Text | None = label("出票人开户银行", "出票人开户行")
    drawer_bank_number: Figures | None = label("出票人开户行号", "出票人开户行行号")
    payee_name: Text | None = label("收款人全称", "收款人名称", pii=True)
    payee_account: Text | None = label("收款人账号", pii=True)
    payee_bank: Text | None = label("收款人开户银行", "收款人开户行")
    payee_bank_number: Figures | None = label("收款人开户行号", "收款人开户行行号")
    acceptor_name: Text | None = label("承兑人全称", "承兑人名称", pii=True)
    acceptor_account: Text | None = label("承兑人账号", pii=True)
    acceptor_bank: Text | None = label("承兑人开户行名称", "承兑人开户银行")
    acceptor_bank_number: Figures | None = label("承兑人开户行行号", "承兑人开户行号")
    amount: Money | None = label("票据金额小写", "小写票据金额", "票据金额", also=("人民币(大写)",))
    amount_cn: ChineseMoney | None = label("票据金额大写", "大写票据金额", "人民币(大写)")
    contract_number: Text | None = label("交易合同号")
    transferable: Text | None = label("能否转让")
    drawer_commitment: Text | None = label("出票人承诺", free=True)
    acceptor_commitment: Text | None = label("承兑人承诺", free=True)
    acceptance_date: Date | None = label("承兑日期")
    drawer_guarantor: Text | None = label("出票保证人名称", "保证人名称")
    acceptance_guarantor: Text | None = label("承兑保证人名称")
    drawer_rating: Text | None = label("出票人信用等级")
    acceptor_rating: Text | None = label("承兑人信用等级")
    remark: Text | None = label("备注", free=True, pii=True)


product = Product(
    "electronic_acceptance_bill",
    ElectronicAcceptanceBill,
    name="电子承兑汇票",
    category="finance",
    required=["bill_number", "due_date", "drawer_name", "payee_name", "amount"],
    titles=["电子银行承兑汇票", "电子商业承兑汇票"],
    offers=[etoplive.Pid(1031), embedded.Labels()],
    checks=[in_order("issue_date", "due_date", strictly=True), amount_in_words("amount", "amount_cn")],
)

handler = serve(product)
