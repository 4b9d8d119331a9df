"""Promises: nothing dropped silently, a failed check hides no value, what was not read is not claimed."""

from datetime import date
from typing import Any

import pytest

from ocr.declare.checks import birth_date_matches
from ocr.declare.dates import period_end, period_start
from ocr.declare.field_types import Date, DateOrLongTerm, Money, Period, ResidentId, Text
from ocr.declare.fields import Fields, content, derived, label, rows
from ocr.model.reading import Cell, ExtractedDocument, Item, Line, Reading, Table, rectangle
from ocr.model.record import Document
from ocr.pipeline.normalization import normalize


class Entry(Fields):
    day: Date | None = label("日期")
    amount: Money | None = label("金额")


class Card(Fields):
    name: Text | None = label("姓名", "Name", pii=True, side="front")
    id_number: ResidentId | None = label("公民身份号码", "IDNum", pii=True, side="front")
    birth_date: Date | None = label("出生", side="front")
    valid_period: Period | None = label("有效期限", side="back")
    valid_from: Date | None = derived("valid_period", period_start, side="back")
    valid_to: DateOrLongTerm | None = derived("valid_period", period_end, "有效期止", side="back")
    entries: list[Entry] = rows()


def found(*items: Item, rules: list[Any] | None = None, **parts: Any) -> Document:
    [one] = normalize(Card, rules or [], Reading(vendor="v", findings=[ExtractedDocument(items=list(items), **parts)]))
    return one


def test_labels_match_after_nfkc_without_spaces_and_colons_and_by_the_second_name() -> None:
    card = found(Item(label="姓 名：", text="林一一"), Item(label="?", key="idnum", text="11010519491231002X"))
    assert card.fields == {"name": "林一一", "id_number": "11010519491231002X"}


def test_evidence_keeps_what_was_read_and_where() -> None:
    box = rectangle(1, 2, 30, 4)
    card = found(Item(label="出生", text="1949 年12月31日", confidence=0.8, box=box))
    assert card.fields == {"birth_date": "1949-12-31"}
    assert card.evidence["birth_date"].text == "1949 年12月31日"
    assert card.evidence["birth_date"].box == box


def test_a_label_nobody_declared_lands_in_unmapped() -> None:
    card = found(Item(label="姓名", text="林一一"), Item(label="鞋码", text="42"))
    assert [(one.label, one.text) for one in card.unmapped] == [("鞋码", "42")]


def test_a_second_value_for_a_field_is_not_lost() -> None:
    card = found(Item(label="姓名", text="林一一"), Item(label="Name", text="LIN YIYI"))
    assert card.fields["name"] == "林一一"
    assert [one.text for one in card.unmapped] == ["LIN YIYI"]


def test_a_failed_check_hides_no_value() -> None:
    rules = [birth_date_matches("birth_date", "id_number")]
    card = found(
        Item(label="公民身份号码", text="110105194912310021"), Item(label="出生", text="1950-01-01"), rules=rules
    )
    assert card.fields == {"id_number": "110105194912310021", "birth_date": "1950-01-01"}
    assert {check.name for check in card.checks if check.outcome == "failed"} == {
        "cn_resident_id",
        "birth_date_matches",
    }


def test_a_value_of_little_confidence_is_doubtful_unless_something_else_confirms_it() -> None:
    name = Item(label="姓名", text="林一一", confidence=0.6)
    row = [Item(label="日期", text="2024-01-05", confidence=0.9), Item(label="金额", text="12.00", confidence=0.5)]
    right, wrong = "11010519491231002X", "110105194912310021"

    def doubtful(*items: Item, **parts: Any) -> list[str]:
        return [field for check in found(*items, **parts).checks if check.name == "certain" for field in check.fields]

    assert doubtful(name, rows={"entries": [row]}) == ["name", "entries[0].amount"]
    assert doubtful(name.model_copy(update={"confidence": 0.9})) == []
    assert doubtful(Item(label="公民身份号码", text=right, confidence=0.6)) == []
    assert doubtful(Item(label="公民身份号码", text=wrong, confidence=0.6)) == []  # its check digit says so


def test_text_that_is_not_of_the_type_is_evidence_but_no_value() -> None:
    card = found(Item(label="出生", text="昨天"))
    assert card.fields == {}
    assert card.evidence["birth_date"].text == "昨天"
    assert [check.fields for check in card.checks if check.name == "type"] == [["birth_date"]]


def test_derived_fields_follow_their_source_unless_they_are_given() -> None:
    period = Item(label="有效期限", text="2015.03.07-长期")
    assert found(period).fields["valid_to"] == "长期"
    assert found(period).fields["valid_from"] == "2015-03-07"
    assert found(period, Item(label="有效期止", text="2030-01-01")).fields["valid_to"] == "2030-01-01"


def test_a_cell_that_is_not_of_its_type_keeps_its_text() -> None:
    line = [Item(label="日期", text="2024/1/5"), Item(label="金额", text="1Z00.00")]
    unread = [Item(label="日期", text="5/Jan"), Item(label="金额", text="??")]
    card = found(rows={"entries": [unread, line]})
    assert card.fields["entries"] == [{"day": "2024-01-05"}]
    assert card.evidence["entries[0].amount"].text == "1Z00.00"
    assert [one.text for one in card.unmapped] == ["5/Jan", "??"]
    assert ("type", ["entries[0].amount"]) in [(check.name, check.fields) for check in card.checks]


def test_rows_are_typed_and_their_unknown_columns_kept() -> None:
    row = [Item(label="日期", text="2024/1/5"), Item(label="金额", text="￥1,200.5"), Item(label="柜员", text="07")]
    card = found(rows={"entries": [row]})
    assert card.fields == {"entries": [{"day": "2024-01-05", "amount": "1200.5"}]}
    assert [one.text for one in card.unmapped] == ["07"]


def test_sides_of_one_document_become_one_and_two_documents_stay_two() -> None:
    front = ExtractedDocument(items=[Item(label="姓名", text="林一一")])
    back = ExtractedDocument(items=[Item(label="有效期限", text="2015.03.07-2035.03.07")])
    other = ExtractedDocument(items=[Item(label="姓名", text="周二二")])
    [one] = normalize(Card, [], Reading(vendor="v", findings=[front, back]))
    assert one.sides == ["front", "back"]
    assert len(normalize(Card, [], Reading(vendor="v", findings=[front, other, back]))) == 2


@pytest.mark.parametrize(
    "reading",
    [
        Reading(vendor="v"),
        Reading(vendor="v", findings=[ExtractedDocument()]),
        Reading(vendor="v", lines=[Line(text="x")]),
    ],
    ids=["nothing", "an empty finding", "lines for a product that has none"],
)
def test_nothing_found_is_nothing(reading: Reading) -> None:
    assert normalize(Card, [], reading) == []


def test_empty_texts_are_not_read() -> None:
    assert found(Item(label="姓名", text="林一一"), Item(label="出生", text=" ")).fields == {"name": "林一一"}


def test_lines_and_tables_become_fields_where_they_are_asked_for() -> None:
    class Page(Fields):
        text: str | None = content("lines")
        tables: list[list[list[str]]] | None = content("tables")

    cells = [Cell(row=0, column=0, text="a"), Cell(row=1, column=1, text="d")]
    reading = Reading(vendor="v", lines=[Line(text="一"), Line(text="二")], tables=[Table(cells=cells)])
    [page] = normalize(Page, [], reading)
    assert page.fields == {"text": "一\n二", "tables": [[["a", ""], ["", "d"]]]}


def test_values_are_json() -> None:
    assert found(Item(label="出生", text="19491231")).fields["birth_date"] == date(1949, 12, 31).isoformat()
