"""Promise: a list shows that a personal field is there, and of a long number its end; nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.model.reading import Cell, Item, Line
from ocr.storage.redaction import HIDDEN, mask
from ocr.vendors.parsing import code_of


@given(st.text(max_size=10))
def test_short_values_are_all_alike(value: str) -> None:
    assert mask(value) == HIDDEN


@pytest.mark.parametrize(
    "value", ["male", "满", "顾家明", "1970-06-02", "广东省海棠市松岭区新月街359号", "Jane Q. Public-Doe"]
)
def test_nothing_of_a_person_shows(value: str) -> None:
    assert mask(value) == HIDDEN


def test_long_numbers_are_told_apart_by_their_end_and_not_by_their_length() -> None:
    assert mask("44010619700602997X") == mask("6222020200112997X") == "***997X"


@pytest.mark.parametrize("number", ["44010619700602997X", 13800138000, "6222020200112233445"])
def test_a_number_that_identifies_somebody_is_no_code(number: object) -> None:
    assert code_of(number) is None


@pytest.mark.parametrize("code", ["0", 10001, "-1", "http_500", "CTAPI"])
def test_vendors_codes_are(code: object) -> None:
    assert code_of(code) == str(code)


def test_what_terminals_obey_is_in_no_text_that_was_read() -> None:
    hostile = "\x00\x1b[2J\x1b]0;pwn\x07\u202e\ud800=1+1"
    seen = "[2J]0;pwn=1+1"
    assert Line(text=hostile).text == Cell(row=0, column=0, text=hostile).text == seen
    item = Item(label=hostile, text=hostile, key=hostile)
    assert (item.label, item.text, item.key) == (seen, seen, seen)
