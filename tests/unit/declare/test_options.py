"""Promise: options are checked before anything is paid, by the same names over HTTPS and S3."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import pytest

from ocr.declare.offers import Limits, Offer
from ocr.declare.options import checked
from ocr.model.problem import problem_of
from ocr.platform.errors import CallerError
from ocr.vendors import esign, etoplive


class Solver(Offer):
    vendor = "solver"
    limits: ClassVar[Limits] = Limits(bytes=1)
    options: ClassVar[Mapping[str, Any]] = {"codetype": Literal["1004", "6001"]}


class Reader(Offer):
    vendor = "reader"
    limits: ClassVar[Limits] = Limits(bytes=1)
    options: ClassVar[Mapping[str, Any]] = {"openSeal": Literal["0", "1"] | None}


def test_names_are_compared_without_case_and_come_out_as_declared() -> None:
    assert checked([Reader()], {"openseal": "1"}) == {"openSeal": "1"}


def test_the_caller_may_choose_among_the_sellers() -> None:
    assert checked([Solver(), Reader()], {"codetype": "1004", "vendor": "solver"})["vendor"] == "solver"


@pytest.mark.parametrize(
    ("offers", "told", "named"),
    [
        pytest.param([Reader()], {"color": "red"}, "openSeal", id="unknown option"),
        pytest.param([Reader()], {"openSeal": "yes"}, "'0' or '1'", id="value that is not allowed"),
        pytest.param([Solver()], {}, "codetype", id="missing option"),
        pytest.param([Reader()], {"vendor": "solver"}, "reader", id="vendor that does not sell this"),
        pytest.param([Reader()], {"vendor": "Reader;"}, "match pattern", id="vendor that is no list of names"),
    ],
)
def test_what_is_wrong_is_named_with_what_is_right(offers: list[Offer], told: dict[str, str], named: str) -> None:
    with pytest.raises(CallerError) as refused:
        checked(offers, told)
    assert refused.value.status == 400
    assert named in problem_of(refused.value).advice


@pytest.mark.parametrize("offer", [etoplive.Pid(2), esign.GeneralText()], ids=["etoplive", "esign"])
def test_an_id_for_the_request_is_one_that_an_uploads_metadata_carries_too(offer: Offer) -> None:
    assert checked([offer], {"requestId": "order-4711/b"})
    for told in ("订单-1", "order 1", "a\r\nX-Evil: 1", "a" * 256):
        with pytest.raises(CallerError):
            checked([offer], {"requestId": told})


def test_a_refused_value_is_not_repeated() -> None:
    with pytest.raises(CallerError) as refused:
        checked([Reader()], {"openSeal": "340102199003076113"})
    assert "340102199003076113" not in problem_of(refused.value).model_dump_json()


def test_an_option_that_only_some_sellers_need_is_not_asked_of_all() -> None:
    assert checked([Solver(), Reader()], {}) == {}
