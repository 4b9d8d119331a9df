"""Promise: options are checked before anything is paid, by the same names over HTTPS and S3."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import pytest

from ocr.declare.catalogue import products
from ocr.declare.offers import Limits, Offer
from ocr.declare.options import checked, required
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
    ("offers", "options", "named"),
    [
        pytest.param([Reader()], {"color": "red"}, "openSeal", id="unknown option"),
        pytest.param([Reader()], {"openSeal": "yes"}, "'0' or '1'", id="value that is not allowed"),
        pytest.param([Solver()], {}, "codetype", id="missing option"),
        pytest.param([Reader()], {"vendor": "solver"}, "reader", id="vendor that does not sell this"),
        pytest.param([Reader()], {"vendor": "Reader;"}, "match pattern", id="vendor that is no list of names"),
    ],
)
def test_what_is_wrong_is_named_with_what_is_right(offers: list[Offer], options: dict[str, str], named: str) -> None:
    with pytest.raises(CallerError) as refused:
        checked(offers, options)
    assert refused.value.status == 400
    assert named in problem_of(refused.value).advice


@pytest.mark.parametrize("offer", [etoplive.Pid(2), esign.GeneralText()], ids=["etoplive", "esign"])
def test_an_id_for_the_request_is_one_that_an_uploads_metadata_carries_too(offer: Offer) -> None:
    assert checked([offer], {"requestId": "order-4711/b"})
    for id in ("订单-1", "order 1", "a\r\nX-Evil: 1", "a" * 256):
        with pytest.raises(CallerError):
            checked([offer], {"requestId": id})


def test_a_refused_value_is_not_repeated() -> None:
    with pytest.raises(CallerError) as refused:
        checked([Reader()], {"openSeal": "340102199003076113"})
    assert "340102199003076113" not in problem_of(refused.value).model_dump_json()


def test_an_option_that_only_some_sellers_need_is_not_asked_of_all() -> None:
    assert checked([Solver(), Reader()], {}) == {}


# What tools write into an object's metadata for themselves.
TOOLS = {
    "rclone": {"mtime": "1701936000.123456789", "md5chksum": "1B2M2Y8AsgTpgAmY7PhCfg=="},
    "s3cmd": {"s3cmd-attrs": "atime:1701936000/ctime:1701936000/gid:0/mode:33188/uid:0/uname:root"},
    "s3fs": {"uid": "1000", "gid": "1000", "mode": "33188", "mtime": "1701936000", "ctime": "1", "atime": "1"},
    "DataSync": {"file-owner": "1000", "file-group": "1000", "file-permissions": "0664", "file-mtime": "1s"},
    "Transfer Family": {"user-agent": "AWSTransfer", "user-agent-id": "li@s-1"},
    "goofys and others": {"content-md5": "x", "sha256": "x", "filename": "a.jpg", "original-name": "a.jpg"},
}


@pytest.mark.parametrize("metadata", TOOLS.values(), ids=TOOLS)
def test_what_tools_write_into_metadata_is_left_alone(metadata: dict[str, str]) -> None:
    for product in products().values():
        needed = dict.fromkeys(required(product.offers), "1004")
        assert checked(product.offers, needed, metadata) == needed


def test_options_in_metadata_are_options() -> None:
    assert checked([Reader()], {}, {"openseal": "1", "mtime": "1"}) == {"openSeal": "1"}
    assert checked([Reader()], {"openSeal": "0"}, {"openseal": "1"}) == {"openSeal": "0"}


@pytest.mark.parametrize(
    ("metadata", "advice"),
    [
        pytest.param({"opensea": "1"}, "Did you mean openSeal?", id="misspelt"),
        pytest.param({"codetype": "1004"}, "The options are", id="another product's"),
        pytest.param({"openseal": "yes"}, "'0' or '1'", id="value that is not allowed"),
    ],
)
def test_what_was_meant_as_an_option_in_metadata_is_refused(metadata: dict[str, str], advice: str) -> None:
    with pytest.raises(CallerError) as refused:
        checked([Reader()], {}, metadata)
    assert advice in problem_of(refused.value).advice


@pytest.mark.parametrize("sent", [{"林一一 999999199003070018": "1"}, {"vendor": "linyiyi"}], ids=["name", "value"])
def test_what_was_sent_as_an_option_is_not_quoted(sent: dict[str, str]) -> None:
    with pytest.raises(CallerError) as refused:
        checked([Reader()], sent)
    [quoted] = {*sent, *sent.values()} - {"1", "vendor"}
    assert quoted[:9].strip() not in str(problem_of(refused.value))
