"""Every check passes, fails and knows when it does not apply; none raises, hides a value or repeats it."""

import datetime as dt
import itertools
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from ocr.declare import field_types
from ocr.declare.checks import (
    Rule,
    amount_in_words,
    amount_plus_tax,
    birth_date_matches,
    check_results,
    in_order,
    mrz_td3_birth,
    mrz_td3_document_number,
    mrz_td3_expiry,
    not_expired,
    not_future,
    product_of_rows,
    running_balance,
    same,
    sex_matches,
    sum_of,
    sum_of_rows,
    tax_of,
    tax_of_rows,
    valid,
)
from ocr.declare.fields import Fields, Shape, label, rows
from ocr.declare.identifiers import CHECKS, WITH_CHECK_DIGIT, judge
from ocr.model.check import Check
from ocr.platform.errors import ConfigurationError
from tests.support.confusions import misread

# The specimens of the standards themselves: GB 11643 annex, GB 32100 annex, GB 11714 annex, ISO 3779, ICAO 9303-4.
SPECIMEN_ID = "11010519491231002X"
SPECIMEN_WOMAN = "440524188001010014"
SPECIMEN_CREDIT_CODE = "91350100M000100Y43"
SPECIMEN_ORGANISATION = "D2143569X"
SPECIMEN_VIN = "1M8GDM9AXKP042788"
SPECIMEN_MRZ_1 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
SPECIMEN_MRZ_2 = "L898902C36UTO7408122F1204159ZE184226B<<<<<10"

PASSED = {
    "account_permit_j": ["J1000000000101", "J100000000010"],
    "bill_number_30": ["1" * 30],
    "birth_cert_number": ["T110000001"],
    "check_code_20": ["12345 67890 12345 67890"],
    "cn_plate": ["京A12345", "粤B·12345", "粤BD12345", "粤B12345D", "粤Z1234港", "京A1234警", "沪A1234挂", "224578使"]
    + [
        "粤Z1234澳",
        "京A1234学",
        "沪A0023领",
        "京A1234试",
        "京A1234超",
        "粤B1234临",
        "云S0000应急",
        "使014578",
        "民航A1234",
    ],
    "cn_resident_id": [SPECIMEN_ID, SPECIMEN_WOMAN, "11010519491231002x"],
    "cn_resident_id_masked_ok": [SPECIMEN_ID, "1101051949****002X"],
    "cn_resident_id_or_uscc": [SPECIMEN_ID, SPECIMEN_CREDIT_CODE, SPECIMEN_ORGANISATION],
    "conformity_cert_number": ["YX0010000000000"],
    "divorce_cert_number": ["L110101-2019-000123"],
    "driving_class": ["C1", "A1A2D"],
    "e_ticket_13": ["7811234567890", "781-1234567890"],
    "exit_permit_number": ["C12345678", "CA1234567", "W12345678"],
    "foreign_pr_card_number": ["USA110100000001", SPECIMEN_ID],
    "id_or_passport": [SPECIMEN_ID, "E12345678"],
    "invoice_code_12": ["144031900110", "4403191130"],
    "invoice_number_8": ["12345678"],
    "invoice_number_8_or_20": ["12345678", "24442000000000000001"],
    "luhn_13_19": ["4111 1111 1111 1111", "6222020000000000000"],
    "mainland_permit_number": ["H12345678", "M1234567890", "12345678"],
    "marriage_cert_number": ["J110101-2019-000123"],
    "mm_yy": ["08/29", "08/2029"],
    "mrz_td3_composite": [SPECIMEN_MRZ_2],
    "mrz_td3_len44": [SPECIMEN_MRZ_1],
    "org_code_gb11714": [SPECIMEN_ORGANISATION, "D2143569-X"],
    "real_estate_cert_number": ["京（2019）朝不动产权第0012345号"],
    "real_estate_unit_28": ["110105 001001 GB00001 F00010001"],
    "reg_cert_number_12": ["110000000001"],
    "sixty_minutes": ["00:18:09", "59:59", "01.03.22", "18分"],
    "uscc": [SPECIMEN_CREDIT_CODE],
    "uscc_or_reg_number_15": [SPECIMEN_CREDIT_CODE, "110108000000016"],
    "uscc_or_tax_id": [SPECIMEN_CREDIT_CODE, SPECIMEN_ID],
    "valid_period": ["2015.03.07-2035.03.07", "2015.03.07-长期", "长期"],
    "vat_invoice_code": ["4403191130", "144031900110"],
    "vin_17": [SPECIMEN_VIN, "1" * 17],
}
FAILED = {
    "account_permit_j": ["K1000000000101", "J1"],
    "bill_number_30": ["1" * 29],
    "birth_cert_number": ["1110000001"],
    "check_code_20": ["1234567890123456789O"],
    "cn_plate": ["京A1234", "京I12345", "粤B1234O", "A12345", "粤BD1234D5"]
    + ["粤B1234港", "京Z1234澳", "粤B1234应急", "粤X1234应", "粤B123学45", "京A12345学", "粤Z1234香", "使01457"],
    "cn_resident_id": ["110105194912310021", "11010519490231002X", "1101O519491231002X", "110105491331002", "无"],
    "cn_resident_id_masked_ok": ["1101****1231002X"],
    "cn_resident_id_or_uscc": ["91350100M000100Y44"],
    "conformity_cert_number": ["YX001"],
    "divorce_cert_number": ["L110101-2019-00123"],
    "driving_class": ["C9", "A1Z"],
    "e_ticket_13": ["781-123456789"],
    "exit_permit_number": ["D12345678"],
    "foreign_pr_card_number": ["USA11010000000", "110105194912310021"],
    "id_or_passport": ["110105194912310021", "E123"],
    "invoice_code_12": ["14403190"],
    "invoice_number_8": ["123456789"],
    "invoice_number_8_or_20": ["123456789"],
    "luhn_13_19": ["4111111111111112", "411111111111", "41111111l1111111"],
    "mainland_permit_number": ["H1234567"],
    "marriage_cert_number": ["J110101-19-000123"],
    "mm_yy": ["13/29"],
    "mrz_td3_composite": [SPECIMEN_MRZ_2[:-1] + "1", SPECIMEN_MRZ_2[:-1]],
    "mrz_td3_len44": [SPECIMEN_MRZ_1[:-1]],
    "org_code_gb11714": ["D2143569-1", "D214356"],
    "real_estate_cert_number": ["京2019朝不动产权第0012345号"],
    "real_estate_unit_28": ["110105001001GB00001F0001000"],
    "reg_cert_number_12": ["11000000001"],
    "sixty_minutes": ["00:82:35", "00:18:60", "61:00"],
    "uscc": ["91350100M000100Y44", "91350100M000100I43", "9135010OM000100Y43"],
    "uscc_or_reg_number_15": ["110108000000017", "91350100M000100Y44"],
    "uscc_or_tax_id": ["91350100M000100Y44", "1234"],
    "valid_period": ["2035.03.07-2015.03.07", "2015.03.07"],
    "vat_invoice_code": ["44031911301"],
    "vin_17": ["1M8GDM9A1KP042788", "1M8GDM9AXKP04278O", "LSVAU033652133321"],
}
NOT_APPLICABLE = {
    "cn_plate": ["WJ京1234X", "VA12345"],
    "cn_resident_id": ["110105491231002"],
    "divorce_cert_number": ["京海离字第000123号", "B110101-2001-000123"],
    "luhn_13_19": ["6222 **** **** 1234"],
    "marriage_cert_number": ["B110101-2001-000123"],
    "uscc_or_tax_id": ["110105000000001", "11010519491231002", "11010519491231002X00"],
    "vin_17": ["WBAVA31070NL12345"],
}


def cases(table: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(name, text) for name, texts in table.items() for text in texts]


@pytest.mark.parametrize(("name", "text"), cases(PASSED))
def test_a_number_that_keeps_to_its_standard_passes(name: str, text: str) -> None:
    assert judge(name, text).outcome == "passed"
    assert valid(name, text)


@pytest.mark.parametrize(("name", "text"), cases(FAILED))
def test_a_number_that_does_not_fails_and_says_why(name: str, text: str) -> None:
    verdict = judge(name, text)
    assert verdict.outcome == "failed"
    assert verdict.detail
    assert not valid(name, text)


@pytest.mark.parametrize(("name", "text"), cases(NOT_APPLICABLE))
def test_a_number_that_the_standard_leaves_open_is_no_matter_for_the_check(name: str, text: str) -> None:
    verdict = judge(name, text)
    assert verdict.outcome == "not_applicable"
    assert verdict.detail
    assert not valid(name, text)


@pytest.mark.parametrize("name", CHECKS)
def test_every_check_has_cases_and_does_not_apply_to_what_was_not_read(name: str) -> None:
    assert PASSED[name]
    assert FAILED[name]
    assert outcomes(Fields_with(name)()) == ["not_applicable"]


@pytest.mark.parametrize("position", range(17))
def test_every_single_wrong_digit_of_a_resident_number_is_seen(position: int) -> None:
    for digit in set("0123456789") - {SPECIMEN_ID[position]}:
        assert not valid("cn_resident_id", SPECIMEN_ID[:position] + digit + SPECIMEN_ID[position + 1 :])


@pytest.mark.parametrize("position", [*range(10), *range(13, 20), *range(21, 43)])
def test_every_single_wrong_character_of_a_passport_line_is_seen(position: int) -> None:
    characters = "<123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    wrong = characters[characters.find(SPECIMEN_MRZ_2[position]) % 35 + 1]
    assert not valid("mrz_td3_composite", SPECIMEN_MRZ_2[:position] + wrong + SPECIMEN_MRZ_2[position + 1 :])


def test_nationality_and_sex_are_outside_the_passport_check_digit() -> None:
    assert valid("mrz_td3_composite", SPECIMEN_MRZ_2.replace("UTO", "CHN").replace("F1204159", "<1204159"))


def _value(character: str) -> int:
    return 0 if character == "<" else int(character, 36)


VIN_VALUES = dict(zip("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", "012345678912345678123457923456789", strict=True))
# What a standard with check digits leaves open, by check: all of its gaps. They stand in docs/records.md, too.
GAPS: dict[str, Callable[[str, int, str], bool]] = {
    # Who is in a region without check digits is told by the first character; letters have the values of figures.
    "vin_17": lambda text, at, other: (
        at == 0 or text[0] not in "L12345" or VIN_VALUES.get(text[at]) == VIN_VALUES.get(other)
    ),
    # Nationality and sex are not checked, and what is ten values apart is the same.
    "mrz_td3_composite": lambda text, at, other: at in (10, 11, 12, 20) or (_value(text[at]) - _value(other)) % 10 == 0,
    # What is eleven values apart is the same: 2 and Z.
    "org_code_gb11714": lambda text, at, other: (_value(text[at]) - _value(other)) % 11 == 0,
    "cn_resident_id_or_uscc": lambda text, at, other: len(text) == 9 and (_value(text[at]) - _value(other)) % 11 == 0,
}
# Forms without a check digit of numbers that have one in another form.
UNCHECKED = {"1101051949****002X", "USA110100000001"}
CHECKED_TYPES = {
    name: part.check
    for name, one in vars(field_types).items()
    for part in getattr(one, "__metadata__", ())
    if isinstance(part, Shape) and part.check in WITH_CHECK_DIGIT
}


def _typed(kind: str, text: str) -> str | None:
    try:
        return str(TypeAdapter(getattr(field_types, kind)).validate_python(text))
    except ValidationError:
        return None


def _like(text: str, check: str, dice: Random) -> Iterator[str]:
    """A number like this one that passes the check: with other figures, and one more that makes it right."""
    other = "".join(dice.choice("0123456789") if c.isdigit() and at > 9 else c for at, c in enumerate(text))
    changed = (other[:at] + c + other[at + 1 :] for at in range(len(text)) for c in "0123456789X")
    yield from itertools.islice((one for one in changed if judge(check, one).outcome == "passed"), 1)


@pytest.mark.parametrize("kind", sorted(CHECKED_TYPES))
def test_one_misread_character_of_a_number_with_a_check_digit_is_seen(kind: str) -> None:
    check, dice = str(CHECKED_TYPES[kind]), Random(kind)
    known = [_typed(kind, text) or "" for text in PASSED[check] if text not in UNCHECKED]
    texts = {*known, *(one for text in known for _ in range(5) for one in _like(text, check, dice))}
    for text in sorted(texts):
        assert judge(check, text).outcome == "passed"
        for at, other, changed in misread(text):
            found = _typed(kind, changed)
            if found not in (None, text) and not (check in GAPS and GAPS[check](text, at, other)):
                assert judge(check, found).outcome == "failed", (text, changed)


def test_a_check_nobody_wrote_is_a_mistake_of_the_declaration() -> None:
    with pytest.raises(ConfigurationError):
        valid("no_such_check", "1")


def test_every_check_that_a_type_names_exists() -> None:
    shapes = [
        part
        for kind in vars(field_types).values()
        for part in getattr(kind, "__metadata__", ())
        if isinstance(part, Shape)
    ]
    named = {shape.check for shape in shapes if shape.check}
    assert len(named) > 30
    assert named <= CHECKS.keys()


@pytest.mark.parametrize("name", CHECKS)
@settings(deadline=None)
@given(
    text=st.text() | st.text("0123456789ABCDXLJ<*-./京粤长期", max_size=48) | st.sampled_from(sum(PASSED.values(), []))
)
def test_no_text_breaks_a_check_or_shows_in_its_detail(name: str, text: str) -> None:
    verdict = judge(name, text)
    assert verdict.outcome in {"passed", "failed", "not_applicable"}
    assert len(text) < 4 or text not in verdict.detail


# --- A document's checks ----------------------------------------------------------------------------------------------


def Fields_with(check: str) -> type[Fields]:
    class Document(Fields):
        number: str | None = label("编号", check=check)

    return Document


class Leg(Fields):
    vin: field_types.Vin | None = label("车架号")
    quantity: field_types.Number | None = label("数量")
    price: field_types.Number | None = label("单价")
    amount: field_types.Money | None = label("金额")
    rate: field_types.TaxRate | None = label("税率")
    tax: field_types.Tax | None = label("税额")


class Paper(Fields):
    birth: field_types.Date | None = label("出生")
    sex: field_types.Sex | None = label("性别")
    number: field_types.ResidentId | None = label("号码")
    amount: field_types.Money | None = label("金额")
    tax: field_types.Tax | None = label("税额")
    rate: field_types.TaxRate | None = label("税率")
    total: field_types.Money | None = label("合计")
    total_cn: field_types.ChineseMoney | None = label("大写")
    first: field_types.Date | None = label("起")
    later: field_types.DateOrLongTerm | None = label("止")
    period: field_types.Period | None = label("有效期")
    card: field_types.MonthYear | None = label("卡有效期")
    passport: field_types.Code | None = label("护照号")
    mrz: field_types.MrzNumber | None = label("机读码")
    items: list[Leg] = rows("明细")


def outcomes(model: Fields, *rules: Rule) -> list[str]:
    return [check.outcome for check in (check_results(model) if not rules else [rule(model) for rule in rules])]


def test_a_document_gets_the_verdicts_of_its_types_labels_rows_and_rules() -> None:
    paper = Paper.model_validate(
        {"number": SPECIMEN_ID, "birth": "1949.12.31", "items": [{}, {"vin": SPECIMEN_VIN}, {"vin": "1" * 16}]}
    )
    found = check_results(paper, [birth_date_matches("birth", "number")])
    assert [(check.name, check.fields, check.outcome) for check in found] == [
        ("cn_resident_id", ["number"], "passed"),
        ("valid_period", ["period"], "not_applicable"),
        ("mm_yy", ["card"], "not_applicable"),
        ("mrz_td3_composite", ["mrz"], "not_applicable"),
        ("vin_17", ["items[1].vin"], "passed"),
        ("vin_17", ["items[2].vin"], "failed"),
        ("birth_date_matches", ["birth", "number"], "passed"),
    ]


def test_a_failed_check_leaves_the_value() -> None:
    paper = Paper.model_validate({"number": "110105194912310021"})
    assert check_results(paper)[0].outcome == "failed"
    assert paper.number == "110105194912310021"


# --- Rules across fields ----------------------------------------------------------------------------------------------

TODAY = dt.date(2024, 2, 29)
PERSON = birth_date_matches("birth", "number")
SEX = sex_matches("sex", "number")
TAX = amount_plus_tax("amount", "tax", "total")
SUM = sum_of("amount", "tax", total="total")
RATE = tax_of("amount", "rate", "tax")
WITHIN = tax_of("amount", "rate", "tax", included=True)
ROWS = sum_of_rows("items", "amount", "total")
WORDS = amount_in_words("total", "total_cn")
ORDER = in_order("first", "later")
STRICT = in_order("first", "later", strictly=True)
NUMBER, BIRTH, EXPIRY = (
    mrz_td3_document_number("passport", "mrz"),
    mrz_td3_birth("birth", "mrz"),
    mrz_td3_expiry("later", "mrz"),
)
REPEATED = same("amount", "tax")


def test_each_line_item_is_checked_and_those_that_fail_are_named() -> None:
    paper = Paper.model_validate(
        {
            "items": [
                {"quantity": "3", "price": "2.5", "amount": "7.50", "rate": "13%", "tax": "0.98"},
                {"quantity": "3", "price": "2.5", "amount": "1.50", "rate": "13%", "tax": "0.20"},
                {"amount": "100.00", "rate": "13%", "tax": "31.00"},
            ]
        }
    )
    product = product_of_rows("items", "quantity", "price", "amount")(paper)
    assert product.outcome == "failed"
    assert product.fields == ["items[1].quantity", "items[1].price", "items[1].amount"]
    taxed = tax_of_rows("items", "amount", "rate", "tax")
    assert taxed(paper).fields == ["items[2].amount", "items[2].rate", "items[2].tax"]
    assert taxed(Paper()).outcome == "not_applicable"


def test_line_items_that_are_printed_with_tax_make_the_total_with_tax() -> None:
    rule = sum_of_rows("items", "amount", "amount", or_total="total")
    lines = [{"amount": "60.00"}, {"amount": "53.00"}]
    for amount, total, expected in (
        ("106.60", "113.00", "passed"),
        ("113.00", "127.69", "passed"),
        ("106.60", "131.00", "failed"),
        (None, "113.00", "passed"),
        (None, "131.00", "not_applicable"),
        (None, None, "not_applicable"),
    ):
        paper = Paper.model_validate({"items": lines, "amount": amount, "total": total})
        assert outcomes(paper, rule) == [expected], (amount, total)


def test_a_ticket_is_sold_some_days_before_its_train() -> None:
    sold = not_future("first", today=lambda: TODAY, ahead=30)
    assert outcomes(Paper(first=dt.date(2024, 3, 30)), sold) == ["passed"]
    assert outcomes(Paper(first=dt.date(2024, 4, 1)), sold) == ["failed"]


def expired(field: str) -> Rule:
    return not_expired(field, today=lambda: TODAY)


def happened(field: str) -> Rule:
    return not_future(field, today=lambda: TODAY)


@pytest.mark.parametrize(
    ("rule", "passed", "failed", "not_applicable"),
    [
        (
            PERSON,
            {"birth": "1949年12月31日", "number": SPECIMEN_ID},
            {"birth": "1949年12月30日", "number": SPECIMEN_ID},
            {"birth": "1949年12月31日", "number": "E12345678"},
        ),
        (
            PERSON,
            {"birth": "1949-12-31", "number": "110105491231002"},
            {"birth": "1950-12-31", "number": "110105491231002"},
            {"number": SPECIMEN_ID},
        ),
        (
            SEX,
            {"sex": "女", "number": SPECIMEN_ID},
            {"sex": "男", "number": SPECIMEN_ID},
            {"sex": "X", "number": SPECIMEN_ID},
        ),
        (
            SEX,
            {"sex": "男", "number": SPECIMEN_WOMAN},
            {"sex": "女", "number": SPECIMEN_WOMAN},
            {"sex": "男", "number": "H12345678"},
        ),
        (
            TAX,
            {"amount": "100.00", "tax": "13.00", "total": "￥113.00"},
            {"amount": "100.00", "tax": "13.00", "total": "￥131.00"},
            {"amount": "100.00", "total": "113.00"},
        ),
        (
            SUM,
            {"amount": "100.00", "tax": "13.01", "total": "113.00"},
            {"amount": "100.00", "total": "113.00"},
            {"total": "113.00"},
        ),
        (
            RATE,
            {"amount": "150256.41", "rate": "17%", "tax": "25543.59"},
            {"amount": "150256.41", "rate": "13%", "tax": "25543.59"},
            {"amount": "100.00", "rate": "免税", "tax": "0.00"},
        ),
        (
            RATE,
            {"amount": "100.00", "rate": "0%", "tax": "0.00"},
            {"amount": "100.00", "rate": "免税", "tax": "13.00"},
            {"amount": "100.00", "rate": "免税", "tax": "***"},
        ),
        (
            TAX,
            {"amount": "100.00", "tax": "***", "total": "100.00"},
            {"amount": "100.00", "tax": "***", "total": "113.00"},
            {"amount": "100.00", "tax": "***"},
        ),
        (
            WITHIN,
            {"amount": "109.00", "rate": "9%", "tax": "9.00"},
            {"amount": "109.00", "rate": "9%", "tax": "9.81"},
            {"amount": "109.00", "tax": "9.00"},
        ),
        (
            ROWS,
            {"items": [{"amount": "120"}, {"amount": "-20.00"}], "total": "100.00"},
            {"items": [{"amount": "120"}, {"amount": "20.00"}], "total": "100.00"},
            {"items": [{"amount": "120"}, {}], "total": "120.00"},
        ),
        (
            WORDS,
            {"total": "113.50", "total_cn": "壹佰壹拾叁圆伍角整"},
            {"total": "131.50", "total_cn": "壹佰壹拾叁圆伍角整"},
            {"total": "113.50"},
        ),
        (WORDS, {"total": "5", "total_cn": "伍圆整"}, {"total": "5", "total_cn": "伍拾圆整"}, {"total_cn": "伍圆整"}),
        (
            ORDER,
            {"first": "2020-01-01", "later": "2020-01-01"},
            {"first": "2020-01-02", "later": "2020-01-01"},
            {"first": "2020-01-01"},
        ),
        (
            STRICT,
            {"first": "2020-01-01", "later": "长期"},
            {"first": "2020-01-01", "later": "2020-01-01"},
            {"later": "2020-01-01"},
        ),
        (expired("later"), {"later": "2024-02-29"}, {"later": "2024-02-28"}, {}),
        (expired("period"), {"period": "2015.03.07-长期"}, {"period": "2014.02.28-2024.02.28"}, {}),
        (expired("card"), {"card": "02/24"}, {"card": "01/24"}, {}),
        (happened("first"), {"first": "2024-02-29"}, {"first": "2024-03-01"}, {}),
        (happened("later"), {"later": "2019-02-28"}, {"later": "2029-02-28"}, {}),
        (expired("number"), {"number": "2024-03-01"}, {"number": "20240228"}, {"number": "6"}),
        (
            NUMBER,
            {"passport": "L898902C3", "mrz": SPECIMEN_MRZ_2},
            {"passport": "L898902C8", "mrz": SPECIMEN_MRZ_2},
            {"passport": "L898902C3", "mrz": SPECIMEN_MRZ_2[:-1]},
        ),
        (NUMBER, {"mrz": SPECIMEN_MRZ_2}, {"mrz": "L898902C37" + SPECIMEN_MRZ_2[10:]}, {"passport": "L898902C3"}),
        (
            BIRTH,
            {"birth": "1974-08-12", "mrz": SPECIMEN_MRZ_2},
            {"birth": "1974-08-13", "mrz": SPECIMEN_MRZ_2},
            {"birth": "1974-08-12", "mrz": "L"},
        ),
        (
            EXPIRY,
            {"later": "2012-04-15", "mrz": SPECIMEN_MRZ_2},
            {"later": "2012-04-15", "mrz": SPECIMEN_MRZ_2.replace("1204159", "1204158")},
            {},
        ),
        (REPEATED, {"amount": "1", "tax": "1.00"}, {"amount": "1", "tax": "2"}, {"tax": "1"}),
    ],
)
def test_a_rule_passes_fails_and_knows_when_it_does_not_apply(
    rule: Rule, passed: dict[str, Any], failed: dict[str, Any], not_applicable: dict[str, Any]
) -> None:
    papers = [Paper.model_validate(values) for values in (passed, failed, not_applicable)]
    assert [rule(paper).outcome for paper in papers] == ["passed", "failed", "not_applicable"]


def test_a_rule_names_itself_and_its_fields_and_no_value() -> None:
    check = PERSON(Paper.model_validate({"birth": "1949-12-30", "number": SPECIMEN_ID}))
    assert check == Check(
        name="birth_date_matches",
        fields=["birth", "number"],
        outcome="failed",
        detail="The date of birth differs from the one in the number.",
    )


def test_a_document_expires_by_the_day_in_china() -> None:
    today_there = dt.datetime.now(dt.timezone(dt.timedelta(hours=8))).date()
    assert not_expired("first")(Paper(first=today_there + dt.timedelta(days=1))).outcome == "passed"
    assert not_expired("first")(Paper(first=today_there - dt.timedelta(days=2))).outcome == "failed"


# --- Running balance --------------------------------------------------------------------------------------------------


class Movement(Fields):
    debit: field_types.Money | None = label("支出")
    credit: field_types.Money | None = label("收入")
    amount: field_types.Money | None = label("交易金额")
    balance: field_types.Money | None = label("余额")


class Statement(Fields):
    transactions: list[Movement] = rows("明细")


def balance(*lines: Sequence[str | None]) -> str:
    """The verdict on lines of debit, credit, amount, balance."""
    named = [dict(zip(("debit", "credit", "amount", "balance"), line, strict=True)) for line in lines]
    return running_balance("transactions")(Statement.model_validate({"transactions": named})).outcome


IN_OUT = [("0.00", "100.00", None, "100.00"), ("30.00", "0.00", None, "70.00"), (None, "5.50", None, "75.50")]


def test_balances_continue_in_either_direction() -> None:
    assert balance(*IN_OUT) == "passed"
    assert balance(*reversed(IN_OUT)) == "passed"


def test_balances_continue_by_one_amount_with_or_without_its_sign() -> None:
    assert balance((None, None, "1", "100"), (None, None, "-30", "70"), (None, None, "5", "75")) == "passed"
    assert balance((None, None, "1", "100"), (None, None, "30", "70"), (None, None, "5", "75")) == "passed"


def test_a_balance_that_breaks_is_seen() -> None:
    assert balance(*IN_OUT, ("1.00", None, None, "74.00")) == "failed"
    assert balance(*IN_OUT, ("1.00", None, None, "75.50")) == "failed"
    assert balance((None, None, "1", "100"), (None, None, "-30", "130")) == "failed"


def test_balances_without_movements_between_them_are_no_matter() -> None:
    assert balance() == "not_applicable"
    assert balance(IN_OUT[0]) == "not_applicable"
    assert balance((None, None, None, "1"), (None, None, None, "2")) == "not_applicable"
    assert balance(("1", None, None, None), ("1", None, None, "2")) == "not_applicable"


RULES = [
    PERSON, SEX, TAX, SUM, ROWS, WORDS, ORDER, STRICT, NUMBER, BIRTH, EXPIRY, REPEATED,
    expired("period"), expired("card"), expired("later"), running_balance("items", balance="amount"),
]  # fmt: skip
VALUES = (
    st.none()
    | st.text(max_size=48)
    | st.sampled_from(sum([*PASSED.values(), *FAILED.values()], []))
    | st.decimals(allow_nan=False)
    | st.dates()
    | st.datetimes()
    | st.booleans()
    | st.integers()
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(set(Paper.model_fields) - {"items"})), VALUES), st.lists(VALUES))
def test_no_values_break_a_rule(values: dict[str, Any], amounts: list[Any]) -> None:
    lines = [Leg.model_construct(amount=amount, vin=amount) for amount in amounts]
    paper = Paper.model_construct(**values, items=lines)
    assert all(check.outcome in {"passed", "failed", "not_applicable"} for check in check_results(paper, RULES))


@given(
    amount=st.decimals(0, 10**9, places=2),
    tax=st.decimals(0, 10**9, places=2),
    off=st.decimals("0.02", 10**9, places=2),
)
def test_a_total_is_right_to_the_cent(amount: Decimal, tax: Decimal, off: Decimal) -> None:
    right = Paper(amount=amount, tax=tax, total=amount + tax)
    assert outcomes(right, TAX) == ["passed"]
    assert outcomes(right.model_copy(update={"total": amount + tax + off}), TAX) == ["failed"]
