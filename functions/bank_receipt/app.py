"""银行回单 — a bank's receipt of one transfer (电子回单).

Forms: every bank's own. The parties stand as two blocks with stacked heads 付款人 and 收款人, or as pairs of labels;
the amount in words and, behind 小写, in figures; an oval or round seal, also a printed one, over the lower right.
"""

from typing import Annotated

from ocr.declare.checks import amount_in_words, not_future
from ocr.declare.field_types import ChineseMoney, Date, Money, Text
from ocr.declare.fields import Fields, Shape, label
from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive

Title = Annotated[Text, Shape(r"[\u4e00-\u9fff]{0,12}(?:回单|回执)(?:\([付收]款\))?(?![\u4e00-\u9fff])")]


class BankReceipt(Fields):
    title: Title | None = label("标题", "回单类型")
    receipt_number: Text | None = label("回单编号", "回单号码")
    serial_number: Text | None = label("流水号", "交易流水号")
    voucher_number: Text | None = label("凭证号码")
    transaction_date: Date | None = label("交易日期", "日期", "记账日期")
    payer_name: Text | None = label("付款人户名", "付款户名", "付款人", pii=True)
    payer_account: Text | None = label("付款人账号", "付款账号", pii=True)
    payer_bank: Text | None = label("付款人开户银行", "付款人开户行", "付款开户行")
    payee_name: Text | None = label("收款人户名", "收款户名", "收款人", pii=True)
    payee_account: Text | None = label("收款人账号", "收款账号", pii=True)
    payee_bank: Text | None = label("收款人开户银行", "收款人开户行", "收款开户行")
    amount: Money | None = label("小写金额", "交易金额", "金额", "金额(小写)", also=("人民币(大写)",))
    amount_cn: ChineseMoney | None = label("大写金额", "金额(大写)", "人民币(大写)")
    fee: Money | None = label("手续费")
    currency: Text | None = label("币种", "币别")
    summary: Text | None = label("摘要", pii=True)
    purpose: Text | None = label("用途", pii=True)
    branch: Text | None = label("交易机构")
    remark: Text | None = label("备注", "附言", pii=True, free=True)


product = Product(
    "bank_receipt",
    BankReceipt,
    name="银行回单",
    category="finance",
    required=[
        "amount",
        "transaction_date",
        ("payer_name", "payee_name"),
        ("serial_number", "voucher_number", "summary", "purpose"),
    ],
    titles=["电子回单", "业务回单", "银行回单", "客户回单"],
    offers=[etoplive.Pid(1037), embedded.Labels()],
    checks=[amount_in_words("amount", "amount_cn"), not_future("transaction_date")],
)

handler = serve(product)
