"""Bills of exchange, bank receipts and account statements."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from local.samples import numbers
from local.samples.catalogue import document
from local.samples.flow import line_items, sheet
from local.samples.page import Page
from local.samples.personas import Company, Personas
from local.samples.styles import FORM, on
from local.samples.values import (
    Field,
    Printed,
    chinese_day,
    clock,
    field,
    in_capitals,
    iso_day,
    money,
    period,
)


def _bill_party(side: str, title: str, firm: Company, random: Random) -> list[tuple[Field, ...]]:
    acceptor = side == "acceptor"
    bank = f"{title}开户行名称|{title}开户银行" if acceptor else f"{title}开户银行|{title}开户行"
    number = f"{title}开户行行号|{title}开户行号" if acceptor else f"{title}开户行号"
    return [
        (
            field(f"{side}_name", f"{title}全称|{title}名称", firm.name),
            field(f"{side}_account", f"{title}账号", firm.account),
        ),
        (
            field(f"{side}_bank", bank, firm.bank),
            field(f"{side}_bank_number", number, numbers.digits(random, 12)),
        ),
    ]


@document("electronic_acceptance_bill", "front", (1450, 860), on(FORM, (250, 246, 250), (246, 250, 250), size=24))
def electronic_acceptance_bill(page: Page, personas: Personas) -> None:
    random = personas.random("bill")
    issued = personas.day("issued", 2021, 2023)
    amount = Decimal(random.randint(5, 90) * 10000 + random.randint(0, 9) * 500)
    number = f"1{numbers.digits(random, 12)}{issued:%Y%m%d}{numbers.digits(random, 9)}"
    column = sheet(page, indent=230)
    column.heading("电子银行承兑汇票", 42)
    column.row(
        field("issue_date", "出票日期", iso_day(issued)),
        field("bill_status", "票据状态", "提示付款已签收"),
    )
    column.row(
        field("due_date", "汇票到期日|票据到期日", iso_day(issued + timedelta(days=180))),
        field("bill_number", "票据号码|票号", number, 1.5),
    )
    column.skip(0.2)
    for place, (side, title) in enumerate((("drawer", "出票人"), ("payee", "收款人"), ("acceptor", "承兑人"))):
        column.form(*_bill_party(side, title, personas.company(place + 1), random))
    column.form(
        (
            field("amount_cn", "票据金额大写|大写票据金额", in_capitals(amount)),
            field("amount", "票据金额小写|小写票据金额", money(amount, grouped=True)),
        ),
        (
            field("contract_number", "交易合同号", f"HT{numbers.digits(random, 8)}"),
            field("transferable", "能否转让", "可再转让"),
        ),
        field("drawer_commitment", "出票人承诺", "本汇票请予以承兑，到期无条件付款"),
        field("acceptor_commitment", "承兑人承诺", "本汇票已经承兑，到期无条件付款"),
        (
            field("acceptance_date", "承兑日期", iso_day(issued + timedelta(days=1))),
            field("drawer_rating", "出票人信用等级", "AA"),
        ),
        field("remark", "备注", "无"),
    )


@document("bank_receipt", "receipt", (1300, 900), on(FORM, (255, 255, 255), (248, 252, 250), size=25))
def bank_receipt(page: Page, personas: Personas) -> None:
    random, payer, payee = personas.random("receipt"), personas.company(1), personas.company(2)
    amount = Decimal(random.randint(1000, 900000)) / 4
    amount = amount.quantize(Decimal("0.01"))
    column = sheet(page, indent=200)
    column.heading("银行电子回单", 42, ink=(170, 40, 40), name="title")
    column.row(
        field("receipt_number", "回单编号|回单号码", numbers.digits(random, 15)),
        field("transaction_date", "交易日期|记账日期", chinese_day(personas.day("paid", 2021, 2023))),
    )
    column.form(
        (
            field("payer_name", "付款人户名|付款户名", payer.name),
            field("payee_name", "收款人户名|收款户名", payee.name),
        ),
        (
            field("payer_account", "付款人账号|付款账号", payer.account),
            field("payee_account", "收款人账号|收款账号", payee.account),
        ),
        (
            field("payer_bank", "付款人开户银行|付款开户行", payer.bank),
            field("payee_bank", "收款人开户银行|收款开户行", payee.bank),
        ),
        (
            field("amount", "小写金额|交易金额", money(amount, "CNY" if page.style.alias else "¥", grouped=True)),
            field("currency", "币种|币别", "人民币"),
        ),
        field("amount_cn", "大写金额", in_capitals(amount)),
        (
            field("serial_number", "流水号|交易流水号", numbers.digits(random, 16)),
            field("voucher_number", "凭证号码", numbers.digits(random, 8)),
        ),
        (field("summary", "摘要", "货款"), field("purpose", "用途", "支付采购款")),
        (field("fee", "手续费", money(Decimal("10.50"))), field("branch", "交易机构", payer.bank)),
        field("remark", "备注|附言", "本回单仅供核对"),
    )
    page.seal((page.width - 240, column.y + 100), 90, payer.bank, "电子回单专用章", -8)


SUMMARIES = (("工资", 1), ("转账存入", 1), ("消费", -1), ("水电费", -1), ("网上支付", -1), ("利息", 1))


@dataclass(frozen=True)
class Movement:
    """One line of a statement; a negative amount was spent, `balance` is what is left after it."""

    when: datetime
    summary: str
    amount: Decimal
    balance: Decimal
    other: str
    serial: str


def _movements(random: Random, personas: Personas, first: date, count: int) -> Iterator[Movement]:
    balance, when = Decimal(random.randint(8000, 20000)), datetime(first.year, first.month, first.day)
    for number in range(2, count + 2):
        summary, sign = random.choice(SUMMARIES)
        amount = sign * Decimal(random.randint(2000, 350000)) / 100
        when += timedelta(days=random.randint(1, 6), minutes=random.randint(1, 1400))
        balance += amount
        other = random.choice((personas.company(number).name, personas.person(number).name))
        yield Movement(when, summary, amount, balance, other, numbers.digits(random, 10))


def _word(text: str) -> Printed:
    return Printed(text, text)


# A statement's columns: record field, head, share of the width, and the cell of one movement.
Statement = Sequence[tuple[str, str, float, Callable[[Movement], Printed]]]
ONE_AMOUNT: Statement = (
    ("date", "交易日期", 1.5, lambda move: iso_day(move.when.date())),
    ("summary", "摘要", 1.3, lambda move: _word(move.summary)),
    ("amount", "交易金额", 1.4, lambda move: money(move.amount, "")),
    ("balance", "余额", 1.4, lambda move: money(move.balance, "")),
    ("counterparty_name", "对方户名", 3.6, lambda move: _word(move.other)),
    ("serial_number", "流水号", 1.7, lambda move: _word(move.serial)),
)
TWO_AMOUNTS: Statement = (
    ("date", "日期", 1.5, lambda move: iso_day(move.when.date())),
    ("time", "交易时间", 1.2, lambda move: clock(move.when.time(), "%H:%M:%S")),
    ("summary", "交易摘要", 1.3, lambda move: _word(move.summary)),
    ("debit", "支出金额", 1.3, lambda move: _only(-move.amount)),
    ("credit", "收入金额", 1.3, lambda move: _only(move.amount)),
    ("balance", "账户余额", 1.5, lambda move: money(move.balance, "", grouped=True)),
    ("counterparty_name", "对方户名", 3.6, lambda move: _word(move.other)),
)


def _only(amount: Decimal) -> Printed:
    """A cell that stays empty for what belongs into the other column."""
    return money(amount, "", grouped=True) if amount > 0 else Printed("", None)


@document("bank_statement", "page", (1400, 1080), on(FORM, (255, 255, 255), (250, 250, 246), size=23))
def bank_statement(page: Page, personas: Personas) -> None:
    random, owner, bank = personas.random("statement"), personas.person(), personas.company().bank
    first = personas.day("first", 2021, 2023)
    movements = list(_movements(random, personas, first, 12))
    span = period(first, movements[-1].when.date(), "%Y-%m-%d", "至")
    column = sheet(page)
    column.heading(f"{bank.split('银行')[0]}银行个人账户交易明细", 38)
    column.row(
        field("account_name", "户名|客户姓名", owner.name),
        field("account_number", "账号|卡号", numbers.luhn(random, "622900", 19), 1.6),
        field("currency", "币种", "人民币"),
    )
    column.row(field("bank_name", "开户行", bank), field("period", "起止日期|交易区间", span, 1.3))
    column.skip(0.3)
    names, heads, shares, cells = zip(*(TWO_AMOUNTS if page.style.alias else ONE_AMOUNT), strict=True)
    rows = [[cell(move) for cell in cells] for move in movements]
    column.table(heads, [[cell.text for cell in row] for row in rows], shares)
    page.know(transactions=line_items(names, rows))
    page.seal((page.width - 240, column.y + 90), 88, bank, "业务专用章", 6)
