"""What the standards say about one number: its form, and its check digit where it has one.

Every check takes the text as read and gives a result; none raises, none repairs, no detail repeats the value.
"""

import datetime as dt
import re
from collections.abc import Callable
from typing import NamedTuple

from stdnum import luhn
from stdnum.cn import ric, uscc
from stdnum.iso7064 import mod_11_10

from ocr.declare import dates
from ocr.declare.icao9303 import check_digit
from ocr.declare.text import capitals, code
from ocr.model.check import Outcome
from ocr.platform.errors import ConfigurationError

__all__ = ["WITH_CHECK_DIGIT", "CheckResult", "birth_in", "judge"]


class CheckResult(NamedTuple):
    """How a check ended; `detail` says why in words that hold no value."""

    outcome: Outcome
    detail: str = ""


PASSED = CheckResult("passed")
WRONG_DIGIT = CheckResult("failed", "The check digit is wrong.")


def judge(name: str, written: object) -> CheckResult:
    """The result of the check `name` on a text. Raises ConfigurationError when there is no such check."""
    if name not in CHECKS:
        raise ConfigurationError(f"There is no check named {name!r}.")
    try:
        return CHECKS[name](str(written))
    except ValueError:
        return CheckResult("failed", "The text is nothing of the kind.")


# --- People -----------------------------------------------------------------------------------------------------------


def birth_in(number: str) -> dt.date | None:
    """The date of birth in a resident identity number of 18 or 15 characters, None where there is none."""
    match = re.fullmatch("[0-9]{6}(?:([0-9]{8})[0-9]{3}[0-9X]|([0-9]{6})[0-9]{3})", number)
    try:
        return dt.date.fromisoformat(match[1] or f"19{match[2]}") if match else None
    except ValueError:
        return None


def resident_id(written: str) -> CheckResult:
    """GB 11643-1999, check character by ISO 7064 mod 11-2; 15 digits are the first generation, without one.

    Whether the region (GB/T 2260) exists is not asked: regions come and go, foreigners and settlers have others.
    """
    number = code(written)
    if not re.fullmatch("[0-9]{17}[0-9X]|[0-9]{15}", number):
        return CheckResult("failed", "Not 17 digits and a check character.")
    if birth_in(number) is None:
        return CheckResult("failed", "It contains no valid date of birth.")
    if len(number) == 15:
        return CheckResult("not_applicable", "Of the first generation, which has no check digit.")
    return PASSED if ric.calc_check_digit(number) == number[-1] else WRONG_DIGIT


def resident_id_masked(written: str) -> CheckResult:
    """The number as train tickets print it: four characters of the birthday masked, so that only the form is left."""
    if re.fullmatch(r"[0-9]{10}\*{4}[0-9]{3}[0-9X]", code(written)):
        return CheckResult("passed", "Masked: only its form can be checked.")
    return resident_id(written)


def foreign_resident_number(written: str) -> CheckResult:
    """Cards until 2023: country and 12 digits. Since then: 18 characters checked like a resident identity number."""
    return PASSED if re.fullmatch("[A-Z]{3}[0-9]{12}", code(written)) else resident_id(written)


# --- Organisations ----------------------------------------------------------------------------------------------------


def credit_code(written: str) -> CheckResult:
    """GB 32100-2015 统一社会信用代码. (`uscc.validate` refuses the letters that farmers' cooperatives begin with.)"""
    number = code(written)
    if not re.fullmatch("[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}", number):
        return CheckResult("failed", "Not 18 characters of its alphabet with a region in it.")
    return PASSED if uscc.calc_check_digit(number) == number[-1] else WRONG_DIGIT


def credit_code_or_registration(written: str) -> CheckResult:
    """A credit code, or the 15-digit business registration number before it (GS 15-2006, ISO 7064 mod 11,10)."""
    number = code(written)
    if re.fullmatch("[0-9]{15}", number):
        return PASSED if mod_11_10.is_valid(number) else WRONG_DIGIT
    return credit_code(number)


def tax_id(written: str) -> CheckResult:
    """A credit code, a person's identity number, or a tax number of 15, 17 or 20 characters from before 2016."""
    number = code(written)
    if re.fullmatch("[0-9A-Z]{15}|[0-9A-Z]{17}|[0-9A-Z]{20}", number):
        return CheckResult("not_applicable", "A tax number from before 2016, which has no check digit.")
    return _any_of(credit_code, resident_id)(number)


def organisation_code(written: str) -> CheckResult:
    """GB 11714-1997 组织机构代码: eight characters and a check character."""
    number = code(written).replace("-", "")
    if not re.fullmatch("[0-9A-Z]{8}[0-9X]", number):
        return CheckResult("failed", "Not eight characters and a check character.")
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    rest = -sum(weight * int(digit, 36) for weight, digit in zip(weights, number, strict=False)) % 11
    return PASSED if number[-1] == "0123456789X"[rest] else WRONG_DIGIT


def bank_card(written: str) -> CheckResult:
    """ISO/IEC 7812: 13 to 19 digits, the last one by Luhn. Some old debit cards do not keep to it."""
    number = re.sub("[ -]", "", code(written))
    if "*" in number:
        return CheckResult("not_applicable", "Masked.")
    if not re.fullmatch("[0-9]{13,19}", number):
        return CheckResult("failed", "Not 13 to 19 digits.")
    return PASSED if luhn.is_valid(number) else WRONG_DIGIT


# --- Vehicles ---------------------------------------------------------------------------------------------------------

_VIN_VALUES = dict(zip("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", "012345678912345678123457923456789", strict=True))
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_MAKERS_WITH_CHECK_DIGIT = "L12345"  # China (GB 16735-2019) and North America (49 CFR 565.15); elsewhere it is free


def vin(written: str) -> CheckResult:
    """ISO 3779 / GB 16735: 17 characters without I, O, Q; the ninth checks the others where the maker has to."""
    number = code(written)
    if not re.fullmatch("[A-HJ-NPR-Z0-9]{17}", number):
        return CheckResult("failed", "Not 17 characters of its alphabet.")
    rest = sum(weight * int(_VIN_VALUES[digit]) for weight, digit in zip(_VIN_WEIGHTS, number, strict=True)) % 11
    if number[8] == "0123456789X"[rest]:
        return PASSED
    if number[0] not in _MAKERS_WITH_CHECK_DIGIT:
        return CheckResult("not_applicable", "Its maker is in a region without check digits.")
    return WRONG_DIGIT


_PROVINCE = "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
_SERIAL = "[A-HJ-NP-Z0-9]"
_PLATES = re.compile(
    rf"{_PROVINCE}[A-HJ-Z](?:{_SERIAL}{{5}}|{_SERIAL}{{4}}[挂学警领试超临]"  # GA 36-2018, ordinary and special
    rf"|[A-HJK]{_SERIAL}[0-9]{{4}}|[0-9]{{5}}[A-HJK])"  # its new-energy plates, small and large
    rf"|粤Z{_SERIAL}{{4}}[港澳]|使[0-9]{{6}}|[0-9]{{6}}使|民航{_SERIAL}[0-9]{{4}}|{_PROVINCE}[XS]{_SERIAL}[0-9]{{3}}应急"
)
_OTHER_PLATES = re.compile(rf"WJ{_PROVINCE}?[0-9]{{4}}[0-9A-Z]|WJ[0-9]{{2}}[0-9A-Z][0-9]{{4}}|[A-Z]{{2}}[0-9]{{5}}")


def plate(written: str) -> CheckResult:
    """GA 36-2018; the plates of the army and the armed police follow rules of their own."""
    number = re.sub("[·•.-]", "", capitals(written))
    if _OTHER_PLATES.fullmatch(number):
        return CheckResult("not_applicable", "A plate of the army or the armed police.")
    return PASSED if _PLATES.fullmatch(number) else CheckResult("failed", "Not in the form of a plate.")


# --- Machine-readable zone --------------------------------------------------------------------------------------------


def mrz_composite(written: str) -> CheckResult:
    """The second line of a passport, ICAO 9303-4: 44 characters, the last one checks the fields that are checked."""
    line = code(written)
    if not re.fullmatch("[0-9A-Z<]{44}", line):
        return CheckResult("failed", "Not 44 characters of its alphabet.")
    return PASSED if line[43] == check_digit(line[:10] + line[13:20] + line[21:43]) else WRONG_DIGIT


# --- Forms without a check digit --------------------------------------------------------------------------------------


def _any_of(*checks: Callable[[str], CheckResult]) -> Callable[[str], CheckResult]:
    def either(written: str) -> CheckResult:
        results = [check(written) for check in checks]
        return next((result for result in results if result.outcome == "passed"), results[0])

    return either


def _form(pattern: str, described: str) -> Callable[[str], CheckResult]:
    def check(written: str) -> CheckResult:
        return PASSED if re.fullmatch(pattern, capitals(written)) else CheckResult("failed", f"Not {described}.")

    return check


def _certificate(letter: str) -> Callable[[str], CheckResult]:
    """Numbers of marriage and divorce certificates since 2004: J or L, region, year, serial."""
    form = _form(f"{letter}[0-9]{{6}}-[0-9]{{4}}-[0-9]{{6}}", f"{letter}, region, year and serial")

    def check(written: str) -> CheckResult:
        if not capitals(written).startswith(letter):
            return CheckResult("not_applicable", "Numbered in a form from before 2004.")
        return form(written)

    return check


def period(written: str) -> CheckResult:
    """A period whose end is not before its start."""
    canonical = dates.period(written)
    start, end = dates.period_start(canonical), dates.period_end(canonical)
    if start is None or end == dates.LONG_TERM or start < end:
        return PASSED
    return CheckResult("failed", "It ends before it starts.")


def sixty_minutes(written: str) -> CheckResult:
    """A length of time has less than sixty minutes and seconds beside its hours."""
    parts = [int(part) for part in re.findall("[0-9]+", written)]
    held = len(parts) < 2 or all(part < 60 for part in parts[1 if len(parts) > 2 else 0 :])
    return PASSED if held else CheckResult("failed", "It has sixty minutes or seconds, or more.")


def month_year(written: str) -> CheckResult:
    """A month and a year, as bank cards expire."""
    dates.month_year(written)
    return PASSED


CHECKS: dict[str, Callable[[str], CheckResult]] = {
    "account_permit_j": _form("[JLZ][0-9]{12,13}", "J and 13 digits"),
    "bill_number_30": _form("[0-9]{30}", "30 digits"),
    "birth_cert_number": _form("[A-Z][0-9]{9}", "a letter and 9 digits"),
    "check_code_20": _form("[0-9]{20}", "20 digits"),
    "cn_plate": plate,
    "cn_resident_id": resident_id,
    "cn_resident_id_masked_ok": resident_id_masked,
    "cn_resident_id_or_uscc": _any_of(resident_id, credit_code, organisation_code),
    "conformity_cert_number": _form("[0-9A-Z]{14,15}", "14 or 15 letters and digits"),
    "divorce_cert_number": _certificate("L"),
    "driving_class": _form("(?:A[1-3]|B[12]|C[1-6]|[DEFMNP])+", "a list of vehicle classes"),
    "e_ticket_13": _form("[0-9]{3}-?[0-9]{10}", "13 digits"),
    "exit_permit_number": _form("[CW][0-9A-Z][0-9]{7}", "C or W and 8 characters"),
    "foreign_pr_card_number": foreign_resident_number,
    "id_or_passport": _any_of(resident_id, _form("[A-Z]{1,2}[0-9]{7,8}", "a passport number")),
    "invoice_code_12": _form("[0-9]{10}(?:[0-9]{2})?", "12 digits, or 10"),
    "invoice_number_8": _form("[0-9]{8}", "8 digits"),
    "invoice_number_8_or_20": _form("[0-9]{8}(?:[0-9]{12})?", "8 or 20 digits"),
    "luhn_13_19": bank_card,
    "mainland_permit_number": _form("[HM]?[0-9]{8}(?:[0-9]{2})?", "8 or 10 digits, behind H or M"),
    "marriage_cert_number": _certificate("J"),
    "mm_yy": month_year,
    "mrz_td3_composite": mrz_composite,
    "mrz_td3_len44": _form("[0-9A-Z<]{44}", "44 characters of its alphabet"),
    "org_code_gb11714": organisation_code,
    "real_estate_cert_number": _form(
        rf"{_PROVINCE}\([0-9]{{4}}\)[\u4e00-\u9fff]{{0,10}}不动产权第[0-9]+号", "province, year, place and number"
    ),
    "real_estate_unit_28": _form("[0-9A-Z]{28}", "28 letters and digits"),
    "reg_cert_number_12": _form("[0-9]{12}", "12 digits"),
    "sixty_minutes": sixty_minutes,
    "uscc": credit_code,
    "uscc_or_reg_number_15": credit_code_or_registration,
    "uscc_or_tax_id": tax_id,
    "valid_period": period,
    "vat_invoice_code": _form("[0-9]{10}(?:[0-9]{2})?", "10 or 12 digits"),
    "vin_17": vin,
}

# Those that chance hardly passes; the others only know a number's form.
WITH_CHECK_DIGIT = frozenset(
    {
        "cn_resident_id",
        "cn_resident_id_masked_ok",
        "cn_resident_id_or_uscc",
        "foreign_pr_card_number",
        "luhn_13_19",
        "mrz_td3_composite",
        "org_code_gb11714",
        "uscc",
        "uscc_or_reg_number_15",
        "uscc_or_tax_id",
        "vin_17",
    }
)
