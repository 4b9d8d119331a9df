"""Travel documents: the machine-readable zone put right, taken apart, and weighed against the printed page."""

from collections.abc import Sequence
from typing import Any

import pytest

from ocr.declare.field_types import Code, Date, Mrz, MrzName, MrzNumber, Sex, Text
from ocr.declare.fields import Fields, label
from ocr.declare.groups.people import HanName
from ocr.declare.icao9303 import check_digit
from ocr.extraction.extract import find
from ocr.model.reading import ExtractedDocument, Line, Reading
from ocr.model.record import Document
from ocr.pipeline.normalization import normalize
from tests.support.printed import Print, page


class Passport(Fields):
    country: Text | None = label("国家码", "Country code", icao="issuer")
    number: Code | None = label("护照号", "Passport No.", icao="number")
    name_zh: HanName | None = label("姓名", "Name")
    surname: Text | None = label("姓", "Surname", icao="surname")
    given_names: Text | None = label("名", "Given names", icao="given_names")
    sex: Sex | None = label("性别", "Sex", icao="sex")
    nationality: Text | None = label("国籍", "Nationality", icao="nationality")
    birth: Date | None = label("出生日期", "Date of birth", icao="birth")
    birth_place: Text | None = label("出生地点", "Place of birth", icao="birth_place")
    issued: Date | None = label("签发日期", "Date of issue", icao="issue")
    authority: Text | None = label("签发机关", "Authority", icao="authority")
    expiry: Date | None = label("有效期至", "Date of expiry", icao="expiry")
    line1: MrzName | None = label("机读码第一行", icao="line1")
    line2: MrzNumber | None = label("机读码第二行", icao="line2")


class Card(Fields):
    number: Code | None = label("证件号码", icao="number")
    name: Text | None = label("姓名", icao="name")
    sex: Sex | None = label("性别", icao="sex")
    birth: Date | None = label("出生日期", icao="birth")
    zone: Mrz | None = label("机读码", icao="lines")


def checked(text: str) -> str:
    return text + check_digit(text)


def td3(names: str, number: str, state: str, birth: str, sex: str, expiry: str, optional: str = "") -> tuple[str, str]:
    """The two lines of a passport."""
    numbered, born, ends = checked(number.ljust(9, "<")), checked(birth), checked(expiry)
    personal = optional.ljust(14, "<")
    personal += check_digit(personal) if optional else "<"
    second = f"{numbered}{state}{born}{sex}{ends}{personal}"
    return f"P<{state}{names}".ljust(44, "<"), second + check_digit(numbered + born + ends + personal)


LINES = td3("ZIMOWSKA<<OLGA<IZABELA", "ZO0012345", "POL", "900715", "F", "300714")
SAYS = {
    "country": "POL",
    "number": "ZO0012345",
    "surname": "ZIMOWSKA",
    "given_names": "OLGA IZABELA",
    "sex": "female",
    "nationality": "POL",
    "birth": "1990-07-15",
    "expiry": "2030-07-14",
    "line1": LINES[0],
    "line2": LINES[1],
}


def zone(*lines: str, top: float = 900) -> list[Print]:
    return [(40, top + 60 * number, line) for number, line in enumerate(lines)]


def document(model: type[Fields], *prints: Print, lines: Sequence[Line] = ()) -> Document:
    """The record's document of a page with these prints."""
    found: ExtractedDocument = find(model, [*page(*prints), *lines])
    [one] = normalize(model, [], Reading(vendor="test", findings=[found]))
    return one


def fields(model: type[Fields], *prints: Print) -> dict[str, Any]:
    return document(model, *prints).fields


def failed(one: Document) -> set[str]:
    return {name for check in one.checks if check.outcome == "failed" for name in check.fields}


def test_a_zone_alone_fills_the_fields() -> None:
    assert fields(Passport, *zone(*LINES)) == SAYS


@pytest.mark.parametrize(
    "misread",
    [
        pytest.param((LINES[0].replace("O", "0"), LINES[1].replace("POL", "P0L")), id="digits for letters"),
        pytest.param((LINES[0], LINES[1][:13] + "9OO7I5" + LINES[1][19:]), id="letters for digits"),
        pytest.param((LINES[0].replace("P", "Ρ").replace("I", "Ι"), LINES[1].replace("P", "Р")), id="Greek, Cyrillic"),
        pytest.param((LINES[0].replace("Z", "z").replace("O", "o"), LINES[1]), id="small letters"),
        pytest.param((LINES[0].replace("<<", "«", 1), LINES[1]), id="guillemets"),
        pytest.param((LINES[0] + "<<", LINES[1]), id="fillers won at the end"),
        pytest.param((LINES[0].rstrip("<") + "<<<", LINES[1]), id="fillers lost at the end"),
        pytest.param((LINES[0].replace("P<", "P"), LINES[1]), id="the first filler lost"),
        pytest.param((LINES[0], LINES[1].replace("<" * 15, "<" * 13)), id="fillers lost among numbers"),
        pytest.param((LINES[0], LINES[1].replace("<" * 15, "<" * 17)), id="fillers won among numbers"),
        pytest.param((LINES[0].replace("<<", " < < ", 1), LINES[1][:20] + " " + LINES[1][20:]), id="blanks"),
    ],
)
def test_a_misread_zone_is_put_right(misread: tuple[str, str]) -> None:
    assert fields(Passport, *zone(*misread)) == SAYS


def test_a_line_that_was_read_in_two_pieces_is_one() -> None:
    first, second = LINES
    prints = [(40, 900, first[:16]), (40 + 16 * 16.5, 900, first[16:]), (40, 960, second[:30]), (540, 960, second[30:])]

    assert fields(Passport, *prints) == SAYS


def test_a_zone_of_three_lines_and_one_of_two_short_ones_are_read() -> None:
    numbered, born, ends = checked("D23145890"), checked("740812"), checked("320415")
    first = f"I<UTO{numbered}".ljust(30, "<")
    second = f"{born}F{ends}UTO".ljust(29, "<")
    second += check_digit(first[5:30] + second[:7] + second[8:15] + second[18:29])
    third = "OSTERBERG<<ANNA<MARIA".ljust(30, "<")
    two = "I<UTOOSTERBERG<<ANNA<MARIA".ljust(36, "<"), f"{numbered}UTO{born}F{ends}".ljust(35, "<")
    two = two[0], two[1] + check_digit(two[1][:10] + two[1][13:20] + two[1][21:35])
    says = {"number": "D23145890", "name": "OSTERBERG, ANNA MARIA", "sex": "female", "birth": "1974-08-12"}

    assert fields(Card, *zone(first, second, third)) == says | {"zone": first + second + third}
    misread = first.replace("UTO", "UT0"), second.replace("UTO", "0TO").replace("0TO", "UT0"), third.replace("O", "0")
    assert fields(Card, *zone(*misread)) == says | {"zone": first + second + third}
    assert fields(Card, *zone(*two)) == says | {"zone": "".join(two)}


def test_a_number_that_the_check_digit_leaves_open_is_the_printed_one_or_none() -> None:
    # With O for either of its first zeros the check digit would be the one that is printed: both weigh seven.
    first, second = td3("ZIMOWSKA<<OLGA", "0O10O2345", "POL", "900715", "F", "300714")
    read = second.replace("0O10O", "00100")

    alone = document(Passport, *zone(first, read))
    assert "number" not in alone.fields
    assert "line2" in failed(alone)

    beside = document(Passport, (600, 100, "0O10O2345"), *zone(first, read))
    assert beside.fields["number"] == "0O10O2345"
    assert beside.fields["line2"] == second


def test_page_and_zone_that_agree_are_surer_than_either() -> None:
    agreed = document(Passport, (600, 100, "ZO 0012345"), (400, 300, "15 LIP/JUL 1990"), *zone(*LINES))

    assert agreed.fields["number"] == "ZO0012345"
    said_once = agreed.evidence["expiry"].confidence
    assert all(agreed.evidence[name].confidence > said_once for name in ("number", "birth"))
    assert {"number", "birth"} <= {check.fields[0] for check in agreed.checks if check.outcome == "passed"}


def test_where_page_and_zone_differ_the_check_digit_decides_and_a_check_says_so() -> None:
    differing = document(
        Passport,
        (400, 100, "Passport No."),
        (400, 140, "ZO 0012345"),
        (400, 200, "Date of birth"),
        (400, 240, "15 JUL 1991"),
        (400, 300, "Sex"),
        (400, 340, "F"),
        (400, 400, "Surname"),
        (400, 440, "ZIMOWSKA"),
        (400, 500, "Given names"),
        (400, 540, "OLGA IZABELA"),
        *zone(*LINES),
    )

    assert differing.fields["birth"] == "1990-07-15"
    assert failed(differing) == {"birth"}


EUROPEAN = (
    (300, 100, "Type/Typ"),
    (430, 100, "Kod/Code/Code"),
    (750, 100, "Numer paszportu/Passport No./No. de passeport"),
    (300, 135, "P"),
    (430, 135, "POL"),
    (750, 135, "ZO 0012345"),
    (300, 190, "Nazwisko/Surname/Nom"),
    (300, 225, "ZIMOWSKA"),
    (300, 280, "Imiona/Given names/Prénoms"),
    (300, 315, "OLGA IZABELA"),
    (300, 370, "Obywatelstwo/Nationality/Nationalité"),
    (300, 405, "POLSKIE/POLISH/POLONAISE"),
    (300, 460, "Data urodzenia/Date of birth/Date de naissance"),
    (300, 495, "15 LIP/JUL 90"),
    (750, 495, "90071512345"),
    (300, 550, "Plec/Sex/Sexe"),
    (430, 550, "Miejsce urodzenia/Place of birth/Lieu de naissance"),
    (300, 585, "K/F"),
    (430, 585, "LEGNICA"),
    (300, 640, "Data wydania/Date of issue/Date de délivrance"),
    (750, 640, "Organ/Authority/Autorité"),
    (300, 675, "15 LIP/JUL 20"),
    (750, 675, "WOJEWODA SLASKI"),
    (300, 730, "Data waznosci/Date of expiry/Date d'expiration"),
    (300, 765, "14 LIP/JUL 30"),
    (750, 720, "Olga Zimowska"),
)
PRINTED_TOO = {
    "nationality": "POLSKIE/POLISH/POLONAISE",
    "birth_place": "LEGNICA",
    "issued": "2020-07-15",
    "authority": "WOJEWODA SLASKI",
}


def test_captions_in_other_languages_are_no_values() -> None:
    assert fields(Passport, *EUROPEAN, *zone(*LINES)) == SAYS | PRINTED_TOO


def test_values_whose_captions_cannot_be_read_stand_in_the_order_of_the_standard() -> None:
    values = [(x, y, text) for x, y, text in EUROPEAN if text == text.upper()]

    assert fields(Passport, *values, *zone(*LINES)) == SAYS | PRINTED_TOO


def test_a_value_in_capitals_below_a_label_is_no_small_print_though_it_is_made_of_its_words() -> None:
    office = [(x, y, "PASSPORT OFFICE" if text == "WOJEWODA SLASKI" else text) for x, y, text in EUROPEAN]

    assert fields(Passport, *office, *zone(*LINES))["authority"] == "PASSPORT OFFICE"


def test_what_one_witness_alone_says_without_a_check_digit_is_doubtful() -> None:
    every = document(Passport, *EUROPEAN, *zone(*LINES))
    unlabelled = document(Passport, *[one for one in EUROPEAN if one[2] == one[2].upper()], *zone(*LINES))
    unprinted = document(Passport, *[one for one in EUROPEAN if "ZIMOWSKA" not in one[2].upper()], *zone(*LINES))
    marked = [(x, y, "ZIMÓWSKA" if text == "ZIMOWSKA" else text) for x, y, text in EUROPEAN]

    assert failed(every) == set()
    assert failed(unlabelled) == {"nationality", "birth_place", "authority"}
    assert failed(unprinted) == {"surname"}
    assert failed(document(Passport, *marked, *zone(*LINES))) == {"surname"}


def test_the_place_of_birth_stands_below_where_the_sex_stands_beside_the_date_of_birth() -> None:
    moved = {"K/F": (750, 495, "F"), "90071512345": (1000, 100, "90071512345")}
    values = [moved.get(text, (x, y, text)) for x, y, text in EUROPEAN if text == text.upper()]

    assert fields(Passport, *values, *zone(*LINES)) == SAYS | PRINTED_TOO


def test_a_date_of_birth_never_becomes_the_date_of_issue() -> None:
    says = fields(
        Passport,
        (300, 100, "出生日期/Date of birth"),
        (300, 140, "15 7月/JUL 1990"),
        (100, 180, "签发日期/Date of issue"),
        *zone(*LINES),
    )

    assert says["birth"] == "1990-07-15"
    assert "issued" not in says


def test_a_caption_that_is_half_read_is_still_none() -> None:
    says = fields(
        Passport,
        (100, 100, "出生地点/Place of birth"),
        (500, 100, "要日期/Date of issue"),
        (100, 140, "江州/JIANGZHOU"),
        (500, 140, "20 7月/JUL 2015"),
        (100, 200, "签发机关/Authority"),
        (500, 200, "持照人签名/Bearer's signature"),
        (100, 240, "青禾出入境管理局"),
    )

    assert says == {"birth_place": "江州/JIANGZHOU", "issued": "2015-07-20", "authority": "青禾出入境管理局"}


def test_a_name_keeps_what_the_zone_cannot_spell() -> None:
    first, second = td3("OESTROEM<<BJOERN<JEAN<LUC", "X10023456", "SWE", "850203", "M", "310101")
    says = fields(Passport, (300, 100, "ÖSTRÖM"), (300, 160, "BJÖRN JEAN-LUC"), *zone(first, second))

    assert (says["surname"], says["given_names"]) == ("ÖSTRÖM", "BJÖRN JEAN-LUC")


@pytest.mark.parametrize(
    "text", ["REPUBLIC OF SOMEWHERE", "A1B2C3D4E5F6" * 3 + "A1B2C3D4", "<" * 44, "0" * 44, "P<" + "A" * 42]
)
def test_what_is_no_zone_is_none(text: str) -> None:
    says = find(Passport, page((40, 900, text)))

    assert not {item.label for item in says.items} & {"number", "birth", "expiry", "sex", "surname", "country"}
