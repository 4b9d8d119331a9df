"""Checks are referees: each says passed, failed or not applicable, and leaves the value as it is.

A check of one value is named by its field's type or label (`numbers.py` has them all). A check across fields is
declared by the product, as a rule:

rules = [birth_date_matches("birth_date", "id_number"), not_expired("valid_period")]
"""

import calendar
import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from typing import Any

from ocr.declare import dates
from ocr.declare.field_types import NO_TAX
from ocr.declare.fields import Declared, Fields, declared
from ocr.declare.icao9303 import check_digit
from ocr.declare.identifiers import PASSED, WITH_CHECK_DIGIT, WRONG_DIGIT, CheckResult, birth_in, judge
from ocr.declare.numerals import chinese_amount
from ocr.model.check import Check

__all__ = [
    "RowRule",
    "Rule",
    "amount_in_words",
    "amount_plus_tax",
    "birth_date_matches",
    "check_results",
    "confirms",
    "in_order",
    "mrz_td3_birth",
    "mrz_td3_document_number",
    "mrz_td3_expiry",
    "not_expired",
    "not_future",
    "product_of_rows",
    "proves",
    "refutes",
    "running_balance",
    "same",
    "sex_matches",
    "sum_of",
    "sum_of_rows",
    "tax_of",
    "tax_of_rows",
    "valid",
]

CENT = Decimal("0.01")
ROUNDED = Decimal("0.06")
CHINA = dt.timezone(dt.timedelta(hours=8))
# Most wrong values pass these as well.
WEAK = frozenset({"complete", "in_order", "not_expired", "not_future"})
# These fail on documents that were read rightly, too.
OF_THE_DOCUMENT = frozenset({"not_expired"})
# Hardly any wrong value passes these: check digits, sums, what is said twice. A masked number shows only its form.
STRONG = WITH_CHECK_DIGIT - {"cn_resident_id_masked_ok"} | {
    "amount_in_words",
    "amount_plus_tax",
    "birth_date_matches",
    "code_agrees",
    "machine_readable_zone",
    "mrz_td3_birth",
    "mrz_td3_document_number",
    "mrz_td3_expiry",
    "product_of_rows",
    "running_balance",
    "same",
    "sex_matches",
    "sum_of",
    "sum_of_rows",
    "tax_of",
    "tax_of_rows",
}
NOTHING_READ = CheckResult("not_applicable", "Nothing to check was read.")


@dataclass(frozen=True)
class Rule:
    """A check across fields: `judge` is given their values, in order; those in `optional` may be None."""

    name: str
    fields: tuple[str, ...]
    judge: Callable[..., CheckResult]
    optional: tuple[str, ...] = ()

    def __call__(self, model: Fields) -> Check:
        values = [getattr(model, field) for field in self.fields]
        missing = any(value is None for field, value in zip(self.fields, values, strict=True) if self._needs(field))
        outcome, detail = NOTHING_READ if missing else self.judge(*values)
        return Check(name=self.name, fields=list(self.fields), outcome=outcome, detail=detail)

    def _needs(self, field: str) -> bool:
        return field not in self.optional


def valid(name: str, text: str) -> bool:
    """Whether a text as read passes the check `name`; tells a number from others that look like it."""
    return judge(name, text).outcome == "passed"


def confirms(check: Check) -> bool:
    """Whether the result is a second witness of its fields' values: a check digit, a sum, what is printed twice."""
    return check.outcome == "passed" and check.name not in WEAK


def proves(check: Check) -> bool:
    """Whether the result is one that hardly any wrong value gets."""
    return check.outcome == "passed" and check.name in STRONG


def refutes(check: Check) -> bool:
    """Whether the result speaks against its fields' values as they were read."""
    return check.outcome == "failed" and check.name not in OF_THE_DOCUMENT


def check_results(model: Fields, rules: Sequence[Callable[[Fields], Check]] = ()) -> list[Check]:
    """Every check of one document: those of its values, those of its rows' values, and the product's rules."""
    return [*_of_values(model), *_of_rows(model), *(rule(model) for rule in rules)]


def _of_values(model: Fields) -> Iterator[Check]:
    for name, field in declared(type(model)).items():
        value = getattr(model, name)
        for check in _checks(field):
            outcome, detail = NOTHING_READ if value is None else judge(check, value)
            yield Check(name=check, fields=[name], outcome=outcome, detail=detail)


def _of_rows(model: Fields) -> Iterator[Check]:
    """Checks of what stands in rows; an empty cell is no news."""
    for name, field in declared(type(model)).items():
        for number, row in enumerate((getattr(model, name) or []) if field.row else []):
            for check in _of_values(row):
                if getattr(row, check.fields[0]) is not None:
                    yield check.model_copy(update={"fields": [f"{name}[{number}].{check.fields[0]}"]})


def _checks(field: Declared) -> list[str]:
    return [check for check in dict.fromkeys((field.shape.check, field.mark.check)) if check]


# --- People -----------------------------------------------------------------------------------------------------------


def birth_date_matches(birth: str, id_number: str) -> Rule:
    """The date of birth is the one in the resident identity number (characters 7 to 14)."""
    return Rule("birth_date_matches", (birth, id_number), _same_birth)


def _same_birth(birth: Any, id_number: Any) -> CheckResult:
    printed, numbered = _day(birth), birth_in(str(id_number))
    if printed is None or numbered is None:
        return CheckResult("not_applicable", "One of them holds no date.")
    return _equal(printed, numbered, "The date of birth differs from the one in the number.")


def sex_matches(sex: str, id_number: str) -> Rule:
    """The sex is the one in the resident identity number: its seventeenth digit is odd for men."""
    return Rule("sex_matches", (sex, id_number), _same_sex)


def _same_sex(sex: Any, id_number: Any) -> CheckResult:
    number = str(id_number)
    if str(sex) not in {"male", "female"} or birth_in(number) is None:
        return CheckResult("not_applicable", "One of them does not tell.")
    digit = number[16] if len(number) == 18 else number[14]
    return _equal(sex, "male" if digit in "13579" else "female", "The sex differs from the one in the number.")


# --- Amounts ----------------------------------------------------------------------------------------------------------


def amount_plus_tax(amount: str, tax: str, total: str) -> Rule:
    """Amount and tax make the total, to the cent."""
    return Rule("amount_plus_tax", (amount, tax, total), _sum_is_last)


def sum_of(*parts: str, total: str) -> Rule:
    """The parts that are printed make the total, to the cent."""
    return Rule("sum_of", (*parts, total), _sum_is_last, optional=parts)


def _sum_is_last(*amounts: Any) -> CheckResult:
    *parts, total = amounts
    printed = [part for part in parts if part is not None]
    return _adds_up(printed, total) if printed else NOTHING_READ


def sum_of_rows(rows: str, column: str, total: str, *, or_total: str | None = None) -> Rule:
    """One column of the line items makes the total, to the cent.

    `or_total`: the total of forms that print this column otherwise, with the tax in it.
    """
    totals = (total, or_total) if or_total else (total,)

    def judged(lines: Any, *figures: Any) -> CheckResult:
        found = [_adds_up([getattr(line, column, None) for line in lines], figure) for figure in figures]
        return next((one for one in found if one.outcome == "passed"), found[0])

    return Rule("sum_of_rows", (rows, *totals), judged, optional=totals if or_total else ())


def _adds_up(amounts: Sequence[Any], total: Any) -> CheckResult:
    parts = [_charged(amount) for amount in amounts]
    if not parts or not all(_is_amount(figure) for figure in (*parts, total)):
        return CheckResult("not_applicable", "Not all of them are amounts.")
    with localcontext(Context(traps=[])):
        close = abs(sum(parts, Decimal()) - total) <= CENT
    return PASSED if close else CheckResult("failed", "The parts do not add up to the total.")


def tax_of(amount: str, rate: str, tax: str, *, included: bool = False) -> Rule:
    """The tax is the amount at the rate in percent, to a few cents: it is rounded line by line.

    `included`: the amount has the tax in it, as fares have.
    """
    return Rule("tax_of", (amount, rate, tax), _same_tax_within if included else _same_tax)


def _same_tax(amount: Any, rate: Any, tax: Any) -> CheckResult:
    if rate in NO_TAX.values():
        return _untaxed(tax)
    return _close((amount, rate, tax), lambda: amount * rate / 100 - tax, "The tax is not the amount at this rate.")


def _same_tax_within(amount: Any, rate: Any, tax: Any) -> CheckResult:
    if rate in NO_TAX.values():
        return _untaxed(tax)
    said = "The tax is not the share of the amount at this rate."
    return _close((amount, rate, tax), lambda: amount * rate / (100 + rate) - tax, said)


def _untaxed(tax: Any) -> CheckResult:
    """The result where the rate says that no tax is charged: what agrees with that is no witness of the amount."""
    if _charged(tax):
        return CheckResult("failed", "There is a tax where the rate says that none is charged.")
    return CheckResult("not_applicable", "No tax is charged.")


def _same_product(quantity: Any, price: Any, amount: Any) -> CheckResult:
    return _close((quantity, price, amount), lambda: quantity * price - amount, "Quantity and price do not make it.")


def _close(figures: Sequence[Any], difference: Callable[[], Decimal], otherwise: str) -> CheckResult:
    if not all(_is_amount(figure) for figure in figures):
        return CheckResult("not_applicable", "Not all of them are figures.")
    with localcontext(Context(traps=[])):
        close = abs(difference()) <= ROUNDED
    return PASSED if close else CheckResult("failed", otherwise)


@dataclass(frozen=True)
class RowRule:
    """A check across the fields of each line item; what it names are the fields of those that fail (`items[0].tax`)."""

    name: str
    rows: str
    columns: tuple[str, ...]
    judge: Callable[..., CheckResult]

    @property
    def fields(self) -> tuple[str, ...]:
        """The field that the rule is about."""
        return (self.rows,)

    def __call__(self, model: Fields) -> Check:
        lines = getattr(model, self.rows) or []
        found = [self.judge(*(getattr(line, column) for column in self.columns)) for line in lines]
        failed = [number for number, one in enumerate(found) if one.outcome == "failed"]
        judged = failed or [number for number, one in enumerate(found) if one.outcome == "passed"]
        named = [f"{self.rows}[{number}].{column}" for number in judged for column in self.columns]
        if not judged:
            return Check(name=self.name, fields=[self.rows], outcome=NOTHING_READ.outcome, detail=NOTHING_READ.detail)
        outcome, detail = found[judged[0]]
        return Check(name=self.name, fields=named, outcome=outcome, detail=detail)


def tax_of_rows(rows: str, amount: str, rate: str, tax: str) -> RowRule:
    """In each line item the tax is the amount at the rate in percent, to a few cents."""
    return RowRule("tax_of_rows", rows, (amount, rate, tax), _same_tax)


def product_of_rows(rows: str, quantity: str, price: str, amount: str) -> RowRule:
    """In each line item the amount is the quantity at the price, to a few cents."""
    return RowRule("product_of_rows", rows, (quantity, price, amount), _same_product)


def amount_in_words(figure: str, words: str) -> Rule:
    """The amount in Chinese words is the one in figures."""
    return Rule("amount_in_words", (figure, words), _same_amount)


def _same_amount(figure: Any, words: Any) -> CheckResult:
    spelled = chinese_amount(str(words))
    if spelled is None:
        return CheckResult("failed", "The words spell no amount.")
    if not _is_amount(figure):
        return CheckResult("not_applicable", "The figure is no amount.")
    return _equal(spelled, figure, "Words and figure differ.")


def running_balance(
    rows: str, *, debit: str = "debit", credit: str = "credit", amount: str = "amount", balance: str = "balance"
) -> Rule:
    """Each balance is the one before with the movement between them; statements run in either direction.

    Movements stand in `debit` and `credit`, or in one `amount`, which some banks print without its sign.
    """

    def entries(lines: Any) -> list[_Entry]:
        columns = (balance, debit, credit, amount)
        return [_Entry(*(_amount_or_none(getattr(line, column, None)) for column in columns)) for line in lines]

    return Rule("running_balance", (rows,), lambda lines: _continues(entries(lines)))


@dataclass(frozen=True)
class _Entry:
    balance: Decimal | None
    debit: Decimal | None
    credit: Decimal | None
    amount: Decimal | None

    def movements(self) -> list[Decimal]:
        """What this entry may have added to the balance."""
        if self.debit is not None or self.credit is not None:
            paid_out, paid_in = self.debit or Decimal(), self.credit or Decimal()
            return [paid_in - paid_out, paid_in - abs(paid_out)]
        if self.amount is None:
            return []
        return [self.amount] if self.amount < 0 else [self.amount, -self.amount]

    def follows(self, other: "_Entry") -> bool | None:
        """Whether this balance continues the other; None where something is missing."""
        if self.balance is None or other.balance is None or not self.movements():
            return None
        return any(abs(other.balance + movement - self.balance) <= CENT for movement in self.movements())


def _continues(entries: Sequence[_Entry]) -> CheckResult:
    with localcontext(Context(traps=[])):
        downwards = [later.follows(earlier) for earlier, later in zip(entries, entries[1:], strict=False)]
        upwards = [earlier.follows(later) for earlier, later in zip(entries, entries[1:], strict=False)]
    steps = min(downwards, upwards, key=lambda steps: steps.count(False))
    if not any(step is not None for step in steps):
        return CheckResult("not_applicable", "No two balances with the movement between them.")
    breaks = steps.count(False)
    return PASSED if not breaks else CheckResult("failed", f"The balance breaks {breaks} of {len(steps)} times.")


# --- Days -------------------------------------------------------------------------------------------------------------


def in_order(*days: str, strictly: bool = False) -> Rule:
    """Each date that is printed is not before the one declared ahead of it; `strictly` after it."""

    def judged(*values: Any) -> CheckResult:
        known = [day for value in values if (day := _day(value)) is not None]
        if len(known) < 2:
            return NOTHING_READ
        held = all(one < next_ or (one == next_ and not strictly) for one, next_ in zip(known, known[1:], strict=False))
        return PASSED if held else CheckResult("failed", "The dates are not in order.")

    return Rule("in_order", days, judged, optional=days)


def _today() -> dt.date:
    return dt.datetime.now(CHINA).date()


def not_expired(until: str, today: Callable[[], dt.date] = _today) -> Rule:
    """The document is valid today, in China; `until` is a period, a date, 长期 or the month of a bank card."""

    def judged(value: Any) -> CheckResult:
        last = _last_day(value)
        if last is None:
            return CheckResult("not_applicable", "It does not tell a last day.")
        return PASSED if last >= today() else CheckResult("failed", "The document has expired.")

    return Rule("not_expired", (until,), judged)


def not_future(day: str, today: Callable[[], dt.date] = _today, ahead: int = 0) -> Rule:
    """What has happened on a document has happened: its date is not after today, in China.

    `ahead` is for how many days before the day such a document is issued, a ticket say.
    """

    def judged(value: Any) -> CheckResult:
        known = _day(value)
        if known is None:
            return CheckResult("not_applicable", "It does not tell a day.")
        latest = today() + dt.timedelta(days=ahead)
        return PASSED if known <= latest else CheckResult("failed", "The date lies in the future.")

    return Rule("not_future", (day,), judged)


def _last_day(value: Any) -> dt.date | None:
    written = str(value)
    if match := re.fullmatch("(0[1-9]|1[0-2])/([0-9]{2})", written):
        month, year = int(match[1]), 2000 + int(match[2])
        return dt.date(year, month, calendar.monthrange(year, month)[1])
    return _day(value if isinstance(value, dt.date) else written.rpartition("/")[2])


# --- Machine-readable zone --------------------------------------------------------------------------------------------


def mrz_td3_document_number(number: str, line: str) -> Rule:
    """The passport's number: its check digit in the second line, and the number printed on the page."""
    return _mrz("mrz_td3_document_number", number, line, slice(0, 9), lambda value: str(value).ljust(9, "<"))


def mrz_td3_birth(birth: str, line: str) -> Rule:
    """The date of birth: its check digit in the second line, and the date printed on the page."""
    return _mrz("mrz_td3_birth", birth, line, slice(13, 19), _six_digits)


def mrz_td3_expiry(expiry: str, line: str) -> Rule:
    """The date of expiry: its check digit in the second line, and the date printed on the page."""
    return _mrz("mrz_td3_expiry", expiry, line, slice(21, 27), _six_digits)


def _mrz(name: str, field: str, line: str, place: slice, spelled: Callable[[Any], str]) -> Rule:
    """A rule on the field at `place` of a passport's second line; the check digit stands right behind it."""

    def judged(printed: Any, zone: Any) -> CheckResult:
        if not re.fullmatch("[0-9A-Z<]{44}", str(zone)):
            return CheckResult("not_applicable", "The line does not have 44 characters.")
        if check_digit(zone[place]) != zone[place.stop]:
            return WRONG_DIGIT
        if printed is None or spelled(printed) == zone[place]:
            return PASSED
        return CheckResult("failed", "The page and the machine-readable zone differ.")

    return Rule(name, (field, line), judged, optional=(field,))


def _six_digits(value: Any) -> str:
    day = _day(value)
    return f"{day:%y%m%d}" if day else ""


# --- Any --------------------------------------------------------------------------------------------------------------


def same(first: str, second: str) -> Rule:
    """Two fields that must be equal are equal."""
    return Rule("same", (first, second), lambda one, other: _equal(one, other, "The two differ."))


def _equal(one: Any, other: Any, otherwise: str) -> CheckResult:
    return PASSED if one == other else CheckResult("failed", otherwise)


def _charged(tax: Any) -> Any:
    """A tax or a rate, and 0 where it is said that none is charged."""
    return Decimal() if tax in NO_TAX.values() else tax


def _is_amount(value: Any) -> bool:
    return isinstance(value, Decimal) and value.is_finite()


def _amount_or_none(value: Any) -> Decimal | None:
    return value if _is_amount(value) else None


def _day(value: Any) -> dt.date | None:
    """The day of a date, a date and time, or a text that is one; 长期 is the last day there is."""
    try:
        return dt.date.max if value == dates.LONG_TERM else dates.date(value)
    except ValueError:
        return None
