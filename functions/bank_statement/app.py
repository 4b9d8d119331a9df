"""银行流水 — a bank statement: the account and its transactions, whatever columns the bank prints.

Forms: every bank's own, printed or exported: the account above a table whose heads differ (借方, 贷方, 收入, 支出,
one 交易金额 with a sign); rows without rules; a seal at the end.
"""

from ocr.declare.checks import running_balance
from ocr.declare.dates import period_end, period_start
from ocr.declare.field_types import Date, DateOrLongTerm, Figures, Money, Period, Text, Time
from ocr.declare.fields import Fields, derived, label, rows
from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive


class Transaction(Fields):
    date: Date | None = label("交易日期", "记账日期", "日期")
    time: Time | None = label("交易时间")
    summary: Text | None = label("摘要", "交易摘要", "交易类型")
    debit: Money | None = label("借方发生额", "支出", "支出金额")
    credit: Money | None = label("贷方发生额", "收入", "收入金额")
    amount: Money | None = label("交易金额", "发生额")
    balance: Money | None = label("余额", "账户余额", "联机余额")
    counterparty_name: Text | None = label("对方户名", "对方账户名称", "对手户名", pii=True)
    counterparty_account: Text | None = label("对方账号", "对方账户", "对手账号", pii=True)
    serial_number: Text | None = label("流水号", "交易流水号")
    channel: Text | None = label("交易渠道", "交易网点")


class BankStatement(Fields):
    account_name: Text | None = label("户名", "账户名称", "客户姓名", pii=True)
    account_number: Figures | None = label("账号", "卡号", pii=True)
    bank_name: Text | None = label("银行", "开户行", free=True)
    currency: Text | None = label("币种")
    period: Period | None = label("起止日期", "查询起止日期", "交易区间")
    period_from: Date | None = derived("period", period_start)
    period_to: DateOrLongTerm | None = derived("period", period_end)
    transactions: list[Transaction] = rows(pii=True)


product = Product(
    "bank_statement",
    BankStatement,
    name="银行流水",
    category="general",
    required=[("account_number", "account_name"), "transactions"],
    titles=["交易明细", "交易流水", "银行流水", "对账单", "账户明细"],
    offers=[etoplive.Pid(1066), embedded.Labels()],
    checks=[running_balance("transactions")],
)

handler = serve(product)
