"""Promise: every value of a picture gets the one mark that it deserves, and what was lost is told by where it was."""

from typing import Any

import pytest

from cli.marks import Mark
from local.accuracy.marks import Page, Value, marked
from ocr.model.check import Check
from ocr.model.record import Document

LINES = [
    "姓名 林志远",
    "住址 青禾市云溪区桂花路8号",
    "阳光花园3幢",
    "No12034567+4403191130",
    "2013年6月17日",
    "税率 17%",
]


def document(fields: dict[str, Any], *failed: str) -> Document:
    checks = [Check(name="type", fields=[name], outcome="failed") for name in failed]
    return Document(fields=fields, checks=[*checks, Check(name="other", fields=["*"], outcome="passed")])


def only(printed: dict[str, Any], found: Document | None, **more: list[str]) -> Value:
    [value] = marked(printed, found, LINES, **more)
    return value


@pytest.mark.parametrize(
    ("printed", "found", "mark", "silent", "lost_in"),
    [
        pytest.param("林志远", "林志远", Mark.RIGHT, False, "", id="right"),
        pytest.param("林志远", "林志元", Mark.WRONG, True, "extraction", id="wrong"),
        pytest.param("顾家明", "林志元", Mark.WRONG, True, "recognition", id="wrong, not in the lines"),
        pytest.param("林志远", None, Mark.MISSING, False, "extraction", id="missing"),
        pytest.param(None, "林志远", Mark.INVENTED, True, "", id="invented"),
    ],
)
def test_a_value_bears_one_mark(printed: str | None, found: str | None, mark: Mark, silent: bool, lost_in: str) -> None:
    value = only({"name": printed}, document({"name": found} if found else {}))

    assert (value.mark, value.silent, value.lost_in) == (mark, silent, lost_in)


@pytest.mark.parametrize(
    ("name", "failed"), [("name", "name"), ("items[0].tax", "items[0].tax"), ("items[0].tax", "items")]
)
def test_a_wrong_value_that_a_failed_check_points_at_is_not_silent(name: str, failed: str) -> None:
    fields = {"items": [{"tax": "2.00"}]} if name.startswith("items") else {"name": "林志元"}
    truth = {"items": [{"tax": "1.00"}]} if name.startswith("items") else {"name": "林志远"}

    assert not only(truth, document(fields, failed)).silent
    assert only(truth, document(fields, "names")).silent


def test_what_a_picture_hides_has_no_right_value() -> None:
    assert marked({}, document({}), LINES, covered=["name"]) == []
    assert only({}, document({"name": "林"}), covered=["name"]).mark == Mark.COVERED


def test_ignored_fields_count_neither_way() -> None:
    found = document({"name": "林志元", "items": [{"tax": "2.00"}]})

    assert marked({"name": "林志远"}, found, LINES, ignored=["name", "items"]) == []


def test_without_a_document_all_is_missing() -> None:
    assert [value.mark for value in marked({"name": "a", "lines": "b\nc"}, None, [])] == [Mark.MISSING] * 3


@pytest.mark.parametrize(
    ("value", "stands"),
    [
        ("青禾市云溪区桂花路8号阳光花园3幢", True),
        ("青禾市云溪区桂花路8号和平里3幢", False),
        ("12034567", True),
        ("2013-06-17", True),
        ("2013-06-17/长期", False),
        ("2013-06-18", False),
        ("17", True),
        ("201", False),
        ("13", False),
    ],
)
def test_a_value_stands_in_the_lines_in_the_form_it_is_printed_in(value: str, stands: bool) -> None:
    assert Page(LINES).shows(value) is stands
