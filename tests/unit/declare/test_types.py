"""Printed text has one normal form per type, and is never corrected on the way there."""

import json
from decimal import Decimal
from random import Random
from typing import Any

import jsonschema
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError, create_model

from ocr.declare import field_types, text_types
from ocr.declare.dates import period_end, period_start
from ocr.declare.fields import Fields, declared, label
from ocr.declare.numerals import chinese_amount
from tests.support.confusions import misread

TYPES = {name: kind for name, kind in vars(field_types).items() if hasattr(kind, "__metadata__")}
ADAPTERS = {name: TypeAdapter(kind) for name, kind in TYPES.items()}

READ: dict[str, dict[str, Any]] = {
    "Text": {
        "张　三": "张三",
        " 建国路 12 号 ": "建国路12号",
        "TOYOTA   SVW７１": "TOYOTA SVW71",
        "阿卜杜拉•买买提": "阿卜杜拉·买买提",
        "（有限）公司": "(有限)公司",
        "甲\u200b乙": "甲乙",
    },
    "Date": {
        "1990年3月7日": "1990-03-07",
        "1990 年 3 月 7 日": "1990-03-07",
        "1990.03.07": "1990-03-07",
        "1990-3-7": "1990-03-07",
        "19900307": "1990-03-07",
        "1990/03/07": "1990-03-07",
        "1990 3 7": "1990-03-07",
        "１９９０．０３．０７": "1990-03-07",
        "二〇一九年三月七日": "2019-03-07",
        "二O一九年十二月三十一日": "2019-12-31",
        "贰零壹玖年零叁月壹拾柒日": "2019-03-17",
        "二〇一九年三月二〇日": "2019-03-20",
        "二〇一九年一二月三一日": "2019-12-31",
        "9999-12-31": "9999-12-31",
        "07 MAR 1990": "1990-03-07",
        "07 3月/MAR 1990": "1990-03-07",
        "07 3월/MAR 1990": "1990-03-07",
        "2019-03-07 00:00:00": "2019-03-07",
        "1990年3月7号": "1990-03-07",
    },
    "DateTime": {
        "2019年03月07日 08:31开": "2019-03-07T08:31:00",
        "2019年3月7日8时31分": "2019-03-07T08:31:00",
        "2019-03-07T08:31:05": "2019-03-07T08:31:05",
        "2019-3-1 12:30": "2019-03-01T12:30:00",
        "2019-03-0708:31": "2019-03-07T08:31:00",
        "2019年3月7日": "2019-03-07",
    },
    "Time": {
        "08:31": "08:31:00",
        "8：31": "08:31:00",
        "8时31分": "08:31:00",
        "083105": "08:31:05",
        "八时三十一分": "08:31:00",
    },
    "Period": {
        "2015.03.07-2035.03.07": "2015-03-07/2035-03-07",
        "2015.03.07—长期": "2015-03-07/长期",
        "2015.03.07一2035.03.07": "2015-03-07/2035-03-07",
        "2015-03-07-2035-03-07": "2015-03-07/2035-03-07",
        "2015年03月07日至2035年03月06日": "2015-03-07/2035-03-06",
        "20150307~20350307": "2015-03-07/2035-03-07",
        "2015-03-07 至 永久": "2015-03-07/长期",
        "自2019年3月7日零时起至2020年3月6日二十四时止": "2019-03-07/2020-03-06",
        "2019-03-07 00:00 至 2020-03-06 24:00": "2019-03-07/2020-03-06",
        "至2035年3月7日": "/2035-03-07",
        "永续经营": "长期",
    },
    "DateOrLongTerm": {"长期": "长期", "2035.03.07": "2035-03-07"},
    "DateOrYears": {"6年": "6年", "六年": "6年", "2025-03-07": "2025-03-07", "长期": "长期"},
    "MonthYear": {"08/29": "08/29", "08/2029": "08/29", "2029年8月": "08/29", "VALID THRU 08/29": "08/29"},
    "Money": {
        "￥1,234.50": "1234.50",
        "CNY 1,234.50": "1234.50",
        "１２．５０元": "12.50",
        "人民币100元整": "100",
        "（小写）￥113.00": "113.00",
        "￥-12.5": "-12.5",
        "－12.5": "-12.5",
        "200万元": "2000000",
        "113。00": "113.00",
        "+5,000.00": "5000.00",
        "(100.00)": "-100.00",
        "玖佰伍拾元整（￥：950.00元）": "950.00",
        "（￥1,234.50）": "-1234.50",
        "100.00-": "-100.00",
    },
    "MoneyText": {"人民币 伍佰万元整": "人民币伍佰万元整"},
    "ChineseMoney": {
        "⊗壹佰壹拾叁圆整": "壹佰壹拾叁圆整",
        "人民币（大写）： 壹仟元": "壹仟元",
        "(负数)壹佰圆整": "负壹佰圆整",
        "貳萬圓整": "贰万圆整",
        "ⓧ(负数)壹佰圆整": "负壹佰圆整",
        "(负数)ⓧ壹佰圆整": "负壹佰圆整",
        "⑧壹佰圆整": "壹佰圆整",
        "价税合计(大写)⊗壹佰圆整(小写)¥100.00": "壹佰圆整",
        "合计人民币壹佰元整": "壹佰元整",
        "-壹佰元整": "负壹佰元整",
        "合计(大写):-壹佰元整": "负壹佰元整",
        "¥100.00壹佰元整": "壹佰元整",
        "金额(大写)——壹佰元整": "壹佰元整",
        "金额壹佰元整": "壹佰元整",
        "壹佰元整——": "壹佰元整",
    },
    "Percent": {"13%": "13", "9％": "9", "3.00 %": "3.00"},
    "Tax": {"13.00": "13.00", "-13.00": "-13.00", "免税": "exempt", "不征税": "untaxed", "＊＊＊": "none"},
    "TaxRate": {"13%": "13", "1.5%": "1.5", "免税": "exempt", "不征税": "untaxed", "出口零税率": "0", "***": "none"},
    "Integer": {"5人": 5, "5": 5, "两次": 2, "共18层": 18, "39周": 39, "1,234": 1234, "一百零三": 103},
    "Number": {"88.495575": "88.495575", "12.5km": "12.5", "1,000": "1000", "2..81KM": "2.81"},
    "Waiting": {"00:18:09": "00:18:09", "00=18:09": "00:18:09", "00:03.22": "00:03.22", "3分20秒": "3分20秒"},
    "Mass": {"1505kg": 1505, "１５０５ 千克": 1505, "1.5t": 1500},
    "Grams": {"3250g": 3250, "3.25kg": 3250},
    "Centimetres": {"50cm": 50, "1.75米": 175},
    "Area": {"89.50㎡": "89.50", "89.5m²": "89.5", "1,089.5平方米": "1089.5"},
    "Dimension": {
        "4500×1800×1450mm": "4500x1800x1450",
        "4500＊1800＊1450毫米": "4500x1800x1450",
        "长4500宽1800高1450mm": "4500x1800x1450",
        "4500": "4500",
    },
    "Sex": {"男": "male", "女/F": "female", "M": "male", "X": "other"},
    "Boolean": {"是": True, "副本": True, "否": False},
    "Phone": {"０７５５－12345678": "0755-12345678"},
    "ResidentId": {"11010519491231002x": "11010519491231002X", "110105 19491231 002X": "11010519491231002X"},
    "ResidentIdMasked": {"1101051949＊＊＊＊002X": "1101051949****002X"},
    "Uscc": {"91350100 M000100Y43": "91350100M000100Y43"},
    "OrgCode": {"D2143569-X": "D2143569X"},
    "BankCard": {"6222 0212 3456 7890 128": "6222021234567890128"},
    "PlateNumber": {"粤B·12345": "粤B12345", "浙 C80000": "浙C80000", "粤b•d12345": "粤BD12345"},
    "DrivingClass": {"A1,D": "A1D", "c1": "C1"},
    "InvoiceNumber": {"№ 12345678": "12345678", "No.12345678": "12345678"},
    "CheckCode20": {"12345 67890 12345 67890": "12345678901234567890"},
    "ETicketNumber": {"781-1234567890": "7811234567890"},
    "MrzNumber": {"L898902C36UTO7408122F1204159ZE184226B＜＜＜«10": "L898902C36UTO7408122F1204159ZE184226B<<<<<10"},
    "MarriageCertificateNumber": {
        "J110101－2019－000123": "J110101-2019-000123",
        "京海结字第 12 号": "京海结字第12号",
    },
    "RealEstateUnit": {"110105 001001 gb00001 F00010001": "110105001001GB00001F00010001"},
    "RealEstateCertificateNumber": {"京（2019）朝不动产权第 0012345 号": "京(2019)朝不动产权第0012345号"},
}

REFUSED: dict[str, list[Any]] = {
    "Text": ["", " \u200b", ["list"]],
    "Date": ["2819-03-07", "1019.03.07", "2019-02-30", "07/03/1990", "1990年3月", "长期", "张三"],
    "DateTime": ["2019-3-112:30", "2019年3月7日下午"],
    "Time": ["25:00", "8时", "0831"],
    "Period": ["2015.03.07", "2015.03.07-", "2015.03.072035.03.07", "长期-2035.03.07"],
    "MonthYear": ["13/29", "0829", "I2/29", "VALID THRU I2/29"],
    "Money": [
        "1,23.4",
        "0,100",
        "1.234,50",
        "***",
        "壹佰圆",
        "１２３元４５６",
        "(100.00",
        "100.00)",
        "-100.00-",
        "(-100.00)",
        *["5 12.50", "1598.00 6%", "12.5\n3", "⑧100.00", "12.50²"],
    ],
    # A misread numeral splits an amount in two: neither part is the amount.
    "ChineseMoney": [
        *["113.00", "整", "贰仟叁佰肆抬伍圆整", "壹任贰佰元整", "贰拾伍点叁元", "念伍元整", "壹佰元叁抬角"],
        *[
            "壹佰X拾元整",
            "壹佰?拾元整",
            "X拾元整",
            "壹拾,伍元整",
            "壹佰、贰拾元整",
            "贰仟叁佰肆.伍圆整",
            "贰仟1佰元整",
            "1贰仟元整",
        ],
        # A part that is unread behind the words, a unit whose numeral was not read, words that are no number.
        *[
            "叁佰元—角伍分",
            "叁佰元5角",
            "壹佰元整(负)",
            "⊗贰仟(叁)佰元整",
            "佰元整",
            "仟贰佰元整",
            "万伍仟元整",
            "叁仟元角",
        ],
        *[
            "壹贰叁元",
            "壹佰贰佰元",
            "叁拾元伍角捌",
            "叁拾元捌",
            "壹佰元整元",
            "伍元整伍元整",
            "壹佰元整 壹佰元整",
            "合计-壹佰元整",
        ],
        # A minus that may be a dash, and numerals that were lost between two others.
        *["壹佰元整-", "壹佰拾元整", "壹佰伍元整", "壹仟伍拾元整", "壹万伍元整", "壹万拾元整"],
    ],
    "Tax": ["十三", "13%"],
    "Number": ["1 2.5", "②"],
    "Percent": ["免税", "十三"],
    "TaxRate": ["178", "46.62", "0.13"],
    "Waiting": ["2.75KM", "19.50元"],
    "Integer": ["39+2周", "3kg", "1.5", "9 16", "二〇", "一百五"],
    "Mass": ["--", "1505.5kg"],
    "Dimension": ["4500xABC", "长宽高"],
    "Sex": ["性别", "？"],
    "Boolean": ["也许"],
    "ResidentId": ["无", "张三 1"],
    "InvoiceNumber": ["ABCDEFGH", "发票 1"],
    "PlateNumber": ["无"],
}


@pytest.mark.parametrize(
    ("kind", "printed", "normal"), [(kind, *pair) for kind, pairs in READ.items() for pair in pairs.items()]
)
def test_printed_text_becomes_the_normal_form(kind: str, printed: str, normal: object) -> None:
    adapter = ADAPTERS[kind]
    assert adapter.dump_python(adapter.validate_python(printed), mode="json") == normal


@pytest.mark.parametrize(("kind", "printed"), [(kind, text) for kind, texts in REFUSED.items() for text in texts])
def test_what_cannot_be_of_the_type_is_refused(kind: str, printed: object) -> None:
    with pytest.raises(ValidationError):
        ADAPTERS[kind].validate_python(printed)


@pytest.mark.parametrize(
    ("kind", "misread"),
    [
        ("ResidentId", "1101O519491231002X"),
        ("ResidentId", "110105194912310021"),
        ("Uscc", "91350100M000100Y4"),
        ("Vin", "IM8GDM9AXKP042788"),
        ("BankCard", "622202123456789O128"),
        ("InvoiceNumber", "1234567B"),
    ],
)
def test_a_misread_number_keeps_every_character(kind: str, misread: str) -> None:
    assert ADAPTERS[kind].validate_python(misread) == misread


NOISE = (
    st.text()
    | st.text("0123456789.-/:年月日时分至长期 元万亿壹佰圆角%kgmx<男ABOX")
    | st.integers()
    | st.floats()
    | st.none()
)
SAMPLES = st.sampled_from([printed for pairs in READ.values() for printed in pairs])


@pytest.mark.parametrize("kind", TYPES)
@settings(deadline=None)
@given(printed=NOISE | SAMPLES)
@example(printed="0C.\u0327")
def test_any_text_is_either_refused_or_normal_for_good(kind: str, printed: object) -> None:
    adapter = ADAPTERS[kind]
    try:
        value = adapter.validate_python(printed)
    except ValidationError:
        return
    written = adapter.dump_python(value, mode="json")
    assert adapter.validate_python(written) == value
    assert adapter.validate_python(value) == value
    jsonschema.validate(written, adapter.json_schema())


@pytest.mark.parametrize(
    ("printed", "normal"),
    [("星桥牌 QS6732c", "星桥牌QS6732C"), ("smart牌fr451", "smart牌FR451"), ("Model 3", "Model 3")],
)
def test_a_vehicle_s_model_is_registered_in_capitals(printed: str, normal: str) -> None:
    assert TypeAdapter[Any](text_types.BrandModel).validate_python(printed) == normal


def test_every_type_stands_in_a_model_whose_schema_is_json_and_stable() -> None:
    fields = {name: (kind | None, label(name)) for name, kind in TYPES.items()}
    model = create_model("Everything", __base__=Fields, **fields)  # type: ignore[call-overload]
    schema = json.dumps(model.model_json_schema(), ensure_ascii=False)
    assert schema == json.dumps(model.model_json_schema(), ensure_ascii=False)
    assert '"format": "date"' in schema
    assert declared(model)["ResidentId"].shape.check == "cn_resident_id"


def test_a_period_tells_its_first_and_last_day() -> None:
    both, open_ended = "2015-03-07/2035-03-06", "/长期"
    assert (str(period_start(both)), str(period_end(both))) == ("2015-03-07", "2035-03-06")
    assert (period_start(open_ended), period_end(open_ended)) == (None, "长期")


@pytest.mark.parametrize(
    ("words", "amount"),
    [
        ("壹佰壹拾叁圆整", "113"),
        ("⊗壹仟贰佰叁拾肆圆伍角陆分", "1234.56"),
        ("人民币贰佰万元零伍分", "2000000.05"),
        ("拾万圆整", "100000"),
        ("壹億零伍佰圆正", "100000500"),
        ("伍角整", "0.50"),
        ("壹佰圆零角零分", "100"),
        ("(负数)壹佰圆整", "-100"),
        ("一千零二元", "1002"),
        ("零仟零佰壹拾零元零角零分", "10"),
        ("壹佰零拾伍元整", "105"),
    ],
)
def test_an_amount_in_words_is_a_figure(words: str, amount: str) -> None:
    assert chinese_amount(words) == Decimal(amount)


@pytest.mark.parametrize(
    "words", ["", "113.00", "壹佰贰仟圆", "壹贰圆", "万圆", "壹佰", "壹圆壹分壹角", "亿" * 9999 + "圆"]
)
def test_words_that_spell_no_amount_are_none(words: str) -> None:
    assert chinese_amount(words) is None


@given(words=st.text() | st.text("零壹贰玖拾佰仟万亿圆角分整负"))
def test_no_words_break_the_reader_of_amounts(words: str) -> None:
    amount = chinese_amount(words)
    assert amount is None or amount.is_finite()


@given(cents=st.integers(0, 10**13 - 1))
def test_every_amount_that_is_spelled_is_read_back(cents: int) -> None:
    assert chinese_amount(spelled(cents)) == Decimal(cents) / 100


@pytest.mark.parametrize("cents", [Random(digits).randrange(10**digits) for digits in range(3, 14)])
@pytest.mark.parametrize("around", ["{}", "人民币(大写){}", "⊗{}", "合计:{}"])
def test_one_misread_character_of_an_amount_in_words_is_another_numeral_or_refused(cents: int, around: str) -> None:
    words, start = around.format(spelled(cents)), around.index("{")
    amount = chinese_amount(words)
    assert amount == Decimal(cents) / 100
    marks = ((at, other, words[:at] + other + words[at + 1 :]) for at in range(len(words)) for other in "X?.,-口8")
    for at, other, changed in (*misread(words), *marks):
        if at >= start and other not in "一两":
            assert chinese_amount(changed) in (None, amount), changed


@pytest.mark.parametrize("text", ["1234.56", "-100.80", "¥1,259.50", "(100.00)"])
def test_a_letter_in_an_amount_is_not_taken_for_a_figure(text: str) -> None:
    adapter = TypeAdapter[Any](field_types.Money)
    for _, other, changed in misread(text):
        if not other.isdigit():
            with pytest.raises(ValidationError):
                adapter.validate_python(changed)


def spelled(cents: int) -> str:
    """The amount in words, with a 零 wherever one may stand."""
    yuan, jiao, fen = cents // 100, cents // 10 % 10, cents % 10
    return f"{whole(yuan) or '零'}圆{DIGITS[jiao]}角{DIGITS[fen]}分"


def whole(number: int) -> str:
    for unit, size in (("亿", 10**8), ("万", 10**4), ("仟", 1000), ("佰", 100), ("拾", 10)):
        if number >= size:
            rest = number % size
            gap = "零" if 0 < rest < size // 10 else ""
            return whole(number // size) + unit + gap + whole(rest)
    return DIGITS[number] if number else ""


DIGITS = "零壹贰叁肆伍陆柒捌玖"
