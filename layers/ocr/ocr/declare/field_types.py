"""The types of the fields that documents carry.

Each turns printed text into one normal form and raises ValueError only where the text cannot be of the type at all.
It never corrects: a number with a wrong check digit keeps every character, and the check that its `Shape` names says
so. Normal forms stand unchanged when they are read again, so a record can be loaded through the model that wrote it.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, WithJsonSchema

from ocr.declare import dates
from ocr.declare.fields import Shape
from ocr.declare.numerals import amount_words, chinese_integer
from ocr.declare.text import capitals, code, compact, figures, plain, text

# --- Quantities -------------------------------------------------------------------------------------------------------

_REPEATED = re.compile(r"([.,])\1+")  # one mark of a dot matrix, read twice
_TWO_FIGURES = re.compile("[0-9] [0-9]")  # two cells read as one line: 5 12.50
_BESIDE_A_FIGURE = re.compile(r"[①-⓿❶-➓⁰-₉¹³]|(?<!m)²")  # marks, which would become figures of the number
_QUANTITY = re.compile(r"([-+]?)((?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?)(m2|[^0-9]*)")
_CURRENCY = r"(?:人民币|[A-Z]{3}|[A-Z]{0,2}[¥$€£])?"
_FIGURE = r"(?P<figure>[0-9][0-9,]*(?:\.[0-9]+)?[万亿]?)"
_IN_WORDS = "(?P<words>[零〇壹贰叁肆伍陆柒捌玖拾佰仟万亿]+[元圆][零〇壹贰叁肆伍陆柒捌玖角分整正]*)?"
# Bookkeepers write what is owed with a minus before or behind it, or in brackets. Figures behind an amount in words, or
# behind a colon, are in brackets for no reason: 玖佰伍拾元整（￥：950.00元）.
_MONEY = re.compile(
    rf"{_IN_WORDS}(?:\(?小写\)?:?)?(?P<first>[-+(负])?{_CURRENCY}(?P<colon>:)?(?P<second>[-+(])?{_FIGURE}[元圆]?整?{_CURRENCY}(?P<last>[-)])?"
)
_SIGNS = {"": "", "+": "", "-": "-", "负": "-", "()": "-"}


def _figure(value: object) -> str:
    """`compact` of a text that is one figure. Raises ValueError where it is two, or has a mark in it."""
    if isinstance(value, str) and (_BESIDE_A_FIGURE.search(value) or _TWO_FIGURES.search(plain(value))):
        raise ValueError("not one figure")
    return _REPEATED.sub(r"\1", compact(value).replace("。", "."))


def _quantity(units: Mapping[str, Decimal | int]) -> Callable[[object], Decimal]:
    """A reader of a figure with one of `units` behind it (or none, with ""), each with what it is worth."""

    def read(value: object) -> Decimal:
        match = _QUANTITY.fullmatch(_figure(value))
        if match is None or match[3].lower() not in units:
            raise ValueError("not a quantity")
        worth = units[match[3].lower()]
        figure = Decimal(match[1] + match[2].replace(",", ""))
        return figure if worth == 1 else figure * worth

    return read


def _whole(units: Mapping[str, Decimal | int]) -> Callable[[object], int]:
    read = _quantity(units)

    def whole(value: object) -> int:
        figure = read(value)
        if figure != int(figure):
            raise ValueError("not a whole number")
        return int(figure)

    return whole


_COUNTED = ["人", "位", "座", "周", "岁", "次", "层", "轴", "轮", "个", "条", "片", "分", "页", "份", "张"]
_COUNT = _whole(dict.fromkeys(["", *_COUNTED], 1))


def _count(value: object) -> int:
    written = _figure(value).removeprefix("共")
    words = chinese_integer(written.rstrip("".join(_COUNTED)))
    return _COUNT(written) if words is None else words


def _money(value: object) -> Decimal:
    match = _MONEY.fullmatch(_figure(value).upper())
    signs = "".join(sign for sign in match.group("first", "second", "last") if sign) if match else ""
    if match and signs == "()" and (match["words"] or match["colon"]):
        signs = ""
    if match is None or signs not in _SIGNS:
        raise ValueError("not an amount")
    figure = match["figure"]
    if "," in figure and not _QUANTITY.fullmatch(figure):
        raise ValueError("thousands are in groups of three")
    worth = {"万": 10**4, "亿": 10**8}.get(figure[-1], 1)
    amount = Decimal(_SIGNS[signs] + figure.rstrip("万亿").replace(",", ""))
    return amount if worth == 1 else amount * worth


_PERCENT = _quantity({"": 1, "%": 1})
NoTax = Literal["exempt", "untaxed", "none"]
# What stands where a tax or its rate would, had one been charged; asterisks do not say why there is none.
NO_TAX: Mapping[str, NoTax] = {
    **dict.fromkeys(("免税", "exempt"), "exempt"),
    **dict.fromkeys(("不征税", "untaxed"), "untaxed"),
    **dict.fromkeys(("*", "**", "***", "****", "none"), "none"),
}
_ZERO_RATES = {"零税率", "普通零税率", "出口零税率"}
# Rates of value-added tax since 1994, and the rates at which small taxpayers are levied (征收率).
_TAX_RATES = {
    Decimal(rate) for rate in ("0", "0.5", "1", "1.5", "2", "3", "4", "5", "6", "9", "10", "11", "13", "16", "17")
}


def _tax(value: object) -> Decimal | NoTax:
    """An amount of tax, or that none is charged: 130.00, 免税, ***."""
    return NO_TAX.get(compact(value)) or _money(value)


def _tax_rate(value: object) -> Decimal | NoTax:
    """13%, 免税. No other rate exists: a figure that is none of them is misread, or the cell beside it."""
    written = compact(value)
    if written in NO_TAX:
        return NO_TAX[written]
    rate = Decimal() if written in _ZERO_RATES else _PERCENT(value)
    if rate not in _TAX_RATES:
        raise ValueError("not a rate that exists")
    return rate


_EXACT = WithJsonSchema({"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$", "examples": ["1234.50"]})

Integer = Annotated[int, BeforeValidator(_count)]
Number = Annotated[Decimal, BeforeValidator(_quantity({"": 1, "km": 1, "公里": 1})), _EXACT]
Money = Annotated[Decimal, BeforeValidator(_money), _EXACT]
Percent = Annotated[Decimal, BeforeValidator(_PERCENT), _EXACT]
Tax = Annotated[Annotated[Decimal, _EXACT] | NoTax, BeforeValidator(_tax)]
TaxRate = Annotated[Annotated[Decimal, _EXACT] | NoTax, BeforeValidator(_tax_rate)]
Mass = Annotated[int, BeforeValidator(_whole({"": 1, "kg": 1, "千克": 1, "公斤": 1, "t": 1000, "吨": 1000}))]
Grams = Annotated[int, BeforeValidator(_whole({"": 1, "g": 1, "克": 1, "kg": 1000, "千克": 1000, "公斤": 1000}))]
Centimetres = Annotated[int, BeforeValidator(_whole({"": 1, "cm": 1, "厘米": 1, "公分": 1, "m": 100, "米": 100}))]
Area = Annotated[Decimal, BeforeValidator(_quantity({"": 1, "m2": 1, "平方米": 1, "平米": 1})), _EXACT]

# --- Words ------------------------------------------------------------------------------------------------------------

_SEXES: Mapping[str, Literal["male", "female", "other"]] = {
    **dict.fromkeys(("男", "男性", "m", "male", "男/m", "男m", "m/男"), "male"),
    **dict.fromkeys(("女", "女性", "f", "female", "女/f", "女f", "f/女"), "female"),
    **dict.fromkeys(("x", "其他", "other", "未说明"), "other"),
}
_ANSWERS = {
    **dict.fromkeys(("是", "有", "true", "yes", "y", "1", "√", "✓", "副本"), True),
    **dict.fromkeys(("否", "无", "false", "no", "n", "0", "×", "✗", "正本"), False),
}
_LENGTH = r"([0-9]+)(?:mm|毫米)?"
_DIMENSION = re.compile(rf"长?:?{_LENGTH}(?:[x×*✕✖宽]:?{_LENGTH}(?:[x×*✕✖高]:?{_LENGTH})?)?")


def one_of[T](meanings: Mapping[str, T]) -> Callable[[object], T]:
    """A reader of the words in `meanings`: lower case, without spaces, each with what it means."""

    def read(value: object) -> T:
        written = compact(value).lower()
        if written not in meanings:
            raise ValueError("not one of the words")
        return meanings[written]

    return read


def _dimension(value: object) -> str:
    match = _DIMENSION.fullmatch(compact(value).lower())
    if match is None:
        raise ValueError("not lengths")
    return "x".join(side for side in match.groups() if side)


def _phone(value: object) -> str:
    number = compact(value)
    if not re.fullmatch(r"[0-9+()*/,;转-]+", number) or len(re.findall("[0-9]", number)) < 5:
        raise ValueError("not a telephone number")
    return number


def _without(marks: str, normal: Callable[[object], str]) -> Callable[[object], str]:
    """A reader that leaves these marks out; what they held apart may be one letter then, so it is normalized anew."""

    def read(value: object) -> str:
        return normal(re.sub(f"[{marks}]", "", normal(value)))

    return read


def _bracketed(value: object) -> str:
    return capitals(value).translate(str.maketrans("〔〕[]", "()()"))


def _machine_readable(value: object) -> str:
    return code(compact(value).replace("«", "<<").replace("‹", "<").replace("〈", "<"))


def _waiting(value: object) -> str:
    """00:18:09 as meters print it, with the marks that they print between the figures; = is a misread colon."""
    written = compact(value).replace("=", ":")
    match = _WAITING.fullmatch(written)
    if match is None:
        raise ValueError("not a length of time")
    return written


_WAITING = re.compile(r"(?:[0-9]{1,3}[:.时])?[0-9]{1,2}[:.分][0-9]{1,2}秒?|[0-9]{1,3}(?:分钟?|秒|min)?", re.IGNORECASE)


def _masked(value: object) -> str:
    """An identity number whose month and day are four asterisks, of which a recognizer may have seen fewer."""
    return re.sub(r"(?<=^[0-9]{10})\*{1,4}(?=[0-9]{3}[0-9X]$)", "****", code(value))


Text = Annotated[str, BeforeValidator(text)]
Waiting = Annotated[str, BeforeValidator(_waiting), Shape(None, "sixty_minutes")]
Sex = Annotated[Literal["male", "female", "other"], BeforeValidator(one_of(_SEXES))]
Boolean = Annotated[bool, BeforeValidator(one_of(_ANSWERS))]
MoneyText = Annotated[str, BeforeValidator(compact)]
ChineseMoney = Annotated[str, BeforeValidator(amount_words)]
_LENGTHS = WithJsonSchema({"type": "string", "pattern": "^[0-9]+(x[0-9]+){0,2}$", "examples": ["4500x1800x1450"]})
Dimension = Annotated[str, BeforeValidator(_dimension), Shape(least=".*[0-9]{3}.*"), _LENGTHS]
# All three of a vehicle, also where they stand apart: 长6955 宽2490 高3515. One or two are what is left of them.
Dimensions = Annotated[
    str, BeforeValidator(_dimension), Shape(least=".*[0-9]{3}[^0-9]+[0-9]{3,}[^0-9]+[0-9]{3}.*"), _LENGTHS
]
Phone = Annotated[str, BeforeValidator(_phone)]

# --- Dates and times --------------------------------------------------------------------------------------------------

_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
PRINTED_DAY = r"[12][0-9]{3}[-./年][0-9]{1,2}[-./月][0-9]{1,2}日?"
WRITTEN_DAY = "[〇○零一二三四五六七八九]{4}年[一二三四五六七八九十]{1,3}月[一二三四五六七八九十]{1,3}日"
# Wall-clock time: JSON Schema's own formats `time` and `date-time` demand an offset that no document prints.
_CLOCK_TIME = WithJsonSchema({"type": "string", "pattern": r"^[0-9]{2}:[0-9]{2}:[0-9]{2}$"})
_DATE_AND_TIME = WithJsonSchema({"type": "string", "pattern": rf"^{_DAY}(T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}})?$"})
_TERM = WithJsonSchema({"type": "string", "pattern": rf"^(({_DAY})?/({_DAY}|长期)|长期)$"})

Date = Annotated[dt.date, BeforeValidator(dates.date), Shape(least=".*[0-9零〇一二三四五六七八九].*")]
DateTime = Annotated[dt.datetime | dt.date, BeforeValidator(dates.date_and_time), _DATE_AND_TIME]
Time = Annotated[dt.time, BeforeValidator(dates.time), _CLOCK_TIME]
Period = Annotated[
    str,
    BeforeValidator(dates.period),
    _TERM,
    Shape(rf"{PRINTED_DAY}(?:[-~—–一]+|至|到)(?:{PRINTED_DAY}|长期)", "valid_period"),
]
DateOrLongTerm = Annotated[dt.date | Literal["长期"], BeforeValidator(dates.date_or_long_term)]
DateOrYears = Annotated[
    dt.date | str,
    BeforeValidator(dates.date_or_years),
    WithJsonSchema({"type": "string", "pattern": rf"^({_DAY}|长期|[1-9][0-9]?年)$"}),
]
MonthYear = Annotated[
    str,
    BeforeValidator(dates.month_year),
    WithJsonSchema({"type": "string", "pattern": "^(0[1-9]|1[0-2])/[0-9]{2}$"}),
    Shape(r"(?<![0-9/])(?:0[1-9]|1[0-2])/(?:20)?[0-9]{2}(?![0-9/])", "mm_yy"),
]

# --- Numbers and codes ------------------------------------------------------------------------------------------------

Code = Annotated[str, BeforeValidator(code)]
Figures = Annotated[str, BeforeValidator(figures)]
Capitals = Annotated[str, BeforeValidator(capitals)]  # with words in it: 京海结字第12号

# Nearly all of a number's characters: fewer are what is left where the rest is covered.
_MOST = r".{{{},}}"

PROVINCE = "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
_BIRTH = "(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_RESIDENT = rf"[1-9][0-9]{{5}}{_BIRTH}[0-9]{{3}}[0-9Xx]"
_CREDIT = "[0-9A-HJ-NPQRTUWXY]"
_CREDIT_CODE = rf"{_CREDIT}{{2}}[0-9]{{6}}{_CREDIT}{{10}}"

ResidentId = Annotated[Code, Shape(_RESIDENT, "cn_resident_id", least=_MOST.format(15))]
ResidentIdMasked = Annotated[
    str,
    BeforeValidator(_masked),
    Shape(rf"{_RESIDENT}|[0-9]{{10}}\*{{1,4}}[0-9]{{3}}[0-9Xx]", "cn_resident_id_masked_ok", least=_MOST.format(15)),
]
ResidentIdOrUscc = Annotated[
    Code, Shape(rf"{_RESIDENT}|{_CREDIT_CODE}", "cn_resident_id_or_uscc", least=_MOST.format(8))
]
ResidentIdOrPassport = Annotated[
    Code, Shape(rf"{_RESIDENT}|[A-Z]{{1,2}}[0-9]{{7,8}}", "id_or_passport", least=_MOST.format(7))
]
Uscc = Annotated[Code, Shape(_CREDIT_CODE, "uscc", least=_MOST.format(14))]
TaxId = Annotated[Code, Shape(_CREDIT_CODE, "uscc_or_tax_id", least=_MOST.format(13))]
RegistrationNumber = Annotated[
    Code, Shape(rf"{_CREDIT_CODE}|[1-9][0-9]{{14}}", "uscc_or_reg_number_15", least=_MOST.format(12))
]
OrgCode = Annotated[str, BeforeValidator(_without("-", code)), Shape("[0-9A-Z]{8}-[0-9X]", "org_code_gb11714")]
Vin = Annotated[Code, Shape("[A-HJ-NPR-Z0-9]{17}", "vin_17", least=_MOST.format(12))]
BankCard = Annotated[Figures, Shape("[2-69][0-9]{12,18}", "luhn_13_19", least=_MOST.format(12))]
PlateNumber = Annotated[
    str,
    BeforeValidator(_without("·•.・‧∙-", capitals)),
    Shape(
        rf"{PROVINCE}[A-HJ-Z][·•.]?[A-HJ-NP-Z0-9]{{4,5}}[A-HJ-NP-Z0-9挂学警港澳领试超临]"
        rf"|{PROVINCE}[XS][·•.]?[A-HJ-NP-Z0-9][0-9]{{3}}应急|使[0-9]{{3}}[·•.]?[0-9]{{3}}",
        "cn_plate",
        least=_MOST.format(6),
    ),
]
DrivingClass = Annotated[str, BeforeValidator(_without(",/、;.", code)), Shape(None, "driving_class")]

VatInvoiceCode = Annotated[Figures, Shape(None, "vat_invoice_code", least=_MOST.format(8))]
InvoiceCode = Annotated[Figures, Shape(None, "invoice_code_12", least=_MOST.format(8))]
InvoiceNumber8 = Annotated[Figures, Shape(None, "invoice_number_8", least=_MOST.format(6))]
InvoiceNumber = Annotated[Figures, Shape(None, "invoice_number_8_or_20", least=_MOST.format(6))]
CheckCode20 = Annotated[Figures, Shape("[0-9]{20}", "check_code_20")]
BillNumber = Annotated[Figures, Shape("[0-9]{30}", "bill_number_30")]
ETicketNumber = Annotated[Figures, Shape("[0-9]{3}-?[0-9]{10}", "e_ticket_13", least=_MOST.format(10))]

MrzName = Annotated[
    str,
    BeforeValidator(_machine_readable),
    Shape("P[A-Z<][A-Z<]{3}[A-Z]+<[A-Z<]{10,}", "mrz_td3_len44"),
]
MrzNumber = Annotated[
    str,
    BeforeValidator(_machine_readable),
    Shape("[A-Z0-9<]{9}[0-9][A-Z<]{3}[0-9]{7}[MFX<][0-9]{7}[A-Z0-9<]{14}[0-9<][0-9]", "mrz_td3_composite"),
]
Mrz = Annotated[str, BeforeValidator(_machine_readable), Shape("(?=[A-Z0-9]*<)[A-Z0-9<]{30,92}")]

MainlandPermitNumber = Annotated[Code, Shape("[HM][0-9]{8}(?:[0-9]{2})?", "mainland_permit_number")]
ExitPermitNumber = Annotated[Code, Shape("[CW][0-9A-Z][0-9]{7}", "exit_permit_number")]
ForeignResidentNumber = Annotated[
    Code, Shape(rf"[A-Z]{{3}}[0-9]{{12}}|9[0-9]{{5}}{_BIRTH}[0-9]{{3}}[0-9Xx]", "foreign_pr_card_number")
]
BirthCertificateNumber = Annotated[Code, Shape("[A-Z][0-9]{9}", "birth_cert_number")]
MarriageCertificateNumber = Annotated[Capitals, Shape("J[0-9]{6}-[0-9]{4}-[0-9]{6}", "marriage_cert_number")]
DivorceCertificateNumber = Annotated[Capitals, Shape("L[0-9]{6}-[0-9]{4}-[0-9]{6}", "divorce_cert_number")]
VehicleRegistrationNumber = Annotated[Figures, Shape("[0-9]{12}", "reg_cert_number_12")]
ConformityCertificateNumber = Annotated[Code, Shape(None, "conformity_cert_number", least=_MOST.format(10))]
RealEstateUnit = Annotated[Code, Shape("[0-9]{12}[A-Z]{2}[0-9]{5}[A-Z][0-9]{8}", "real_estate_unit_28")]
RealEstateCertificateNumber = Annotated[
    str,
    BeforeValidator(_bracketed),
    Shape(rf"{PROVINCE}[\(〔\[][0-9]{{4}}[\)〕\]][\u4e00-\u9fff]{{0,10}}不动产权第[0-9]+号", "real_estate_cert_number"),
]
AccountPermitNumber = Annotated[Code, Shape("[JLZ][0-9]{12,13}", "account_permit_j")]
