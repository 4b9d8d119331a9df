"""Promise: the API beside reading pictures answers every request, and what it cannot use with a problem."""

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from aws_lambda_powertools.event_handler import Response

from ocr.entry.serve import serve
from ocr.model.record import Record
from ocr.platform import aws as clients
from ocr.platform.errors import CallerError
from ocr.storage import records
from records import app
from tests.support.aws import UPLOADS, World
from tests.support.scripted import Context, picture, product, reading
from tests.support.sending import asked, delivered


def test_an_upload_is_given_a_form_with_its_options(world: World) -> None:
    status, form = asked("POST", "/uploads/captcha", json.dumps({"codetype": "1004"}))
    assert status == 201
    assert UPLOADS in form["url"]
    assert form["key"].startswith("uploads/captcha/")
    assert form["fields"]["key"] == form["key"]
    assert form["fields"]["x-amz-meta-codetype"] == "1004"


def test_a_body_that_came_as_bytes_is_read_too(world: World) -> None:
    body = base64.b64encode(b'{"vendor": "embedded"}').decode()
    status, form = asked("POST", "/uploads/id_card", body, isBase64Encoded=True)
    assert status == 201
    assert form["key"].startswith("uploads/id_card/")


@pytest.mark.parametrize(
    ("product", "body", "more"),
    [
        pytest.param("id_card", "{", {}, id="broken JSON"),
        pytest.param("id_card", "[" * 100_000, {}, id="JSON that is nested too deeply"),
        pytest.param("id_card", '["vendor"]', {}, id="JSON that is no object"),
        pytest.param("id_card", '{"vendor": ["embedded"]}', {}, id="an option that is a list"),
        pytest.param("id_card", '{"color": "red"}', {}, id="unknown option"),
        pytest.param("captcha", "{}", {}, id="missing option"),
        pytest.param("captcha", None, {}, id="no body, which leaves an option missing"),
        pytest.param("id_card", "eyJ", {"isBase64Encoded": True}, id="broken base64"),
        pytest.param("id_card", "/9j/", {"isBase64Encoded": True}, id="a picture"),
    ],
)
def test_what_names_no_upload_is_told_so(world: World, product: str, body: str | None, more: dict[str, Any]) -> None:
    status, problem = asked("POST", f"/uploads/{product}", body, **more)
    assert status == problem["status"] == 400
    assert problem["type"] in {"urn:ocr:problem:invalid_option", "urn:ocr:problem:invalid_request"}
    assert problem["advice"]


@pytest.mark.parametrize("slug", ["idcard", "id-card", "ID_CARD", "身份证", "id_crad"])
@pytest.mark.parametrize("path", ["/ocr/{}", "/ocr/{}/batch", "/uploads/{}", "/products/{}"])
def test_a_product_that_does_not_exist_is_refused_with_the_one_that_was_meant(slug: str, path: str) -> None:
    status, problem = asked("GET" if path.startswith("/products") else "POST", path.format(quote(slug)))
    assert (status, problem["type"]) == (404, "urn:ocr:problem:unknown_product")
    assert "Did you mean id_card" in problem["advice"]


def test_records_of_a_product_that_does_not_exist_are_refused(world: World) -> None:
    status, problem = asked("GET", "/records", queryStringParameters={"product": "idcard"})
    assert (status, problem["type"]) == (404, "urn:ocr:problem:unknown_product")
    assert "Did you mean id_card" in problem["advice"]


def test_a_product_that_is_like_none_is_refused_without_a_guess() -> None:
    status, problem = asked("GET", "/products/unicorn")
    assert (status, problem["type"]) == (404, "urn:ocr:problem:unknown_product")
    assert "mean" not in problem["advice"]
    assert "unicorn" not in json.dumps(problem)


def test_a_path_that_does_not_exist_is_refused() -> None:
    status, problem = asked("GET", "/unicorns")
    assert (status, problem["type"]) == (404, "urn:ocr:problem:unknown_path")


@pytest.fixture
def kept(world: World) -> Record:
    """The record of an upload whose content was read before."""
    kind = product([reading])
    first, second = (world.upload(f"uploads/ticket/{name}.png", picture()) for name in "ab")
    for notification in (first, second):
        assert serve(kind)(delivered(notification), Context()) == {"batchItemFailures": []}  # type: ignore[arg-type]
    found = records.of_upload(f"s3://{UPLOADS}/uploads/ticket/b.png")
    assert found
    return found


@pytest.mark.parametrize("answer", [app.record, app.delete])
def test_an_entry_of_the_ledger_is_no_record(
    world: World, kept: Record, answer: Callable[[str], Response[str]]
) -> None:
    [entry] = [item["id"] for item in world.items() if "state" in item]
    with pytest.raises(CallerError) as refused:
        answer(entry)
    assert refused.value.status == 404


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("id", ["0" * 32, "circuit", "00000000-0000-0000-0000-000000000000"])
def test_an_id_that_no_record_has_is_told_so(world: World, method: str, id: str) -> None:
    status, problem = asked(method, f"/records/{id}")
    assert (status, problem["type"]) == (404, "urn:ocr:problem:not_found")


def test_a_record_is_found_until_it_is_forgotten(world: World, kept: Record) -> None:
    path = f"/records/{kept.id}"
    assert asked("GET", path) == (200, json.loads(kept.model_dump_json(exclude_none=True)))
    assert asked("DELETE", path) == (204, None)
    assert asked("GET", path)[0] == 410


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        pytest.param("/records", {"limit": "101"}, id="too many"),
        pytest.param("/records", {"limit": "王小明"}, id="no number"),
        pytest.param("/records", {"status": "王小明"}, id="no status"),
        pytest.param("/records", {"product": "王小明"}, id="no slug"),
        pytest.param("/records", {"from": "王小明"}, id="no moment"),
        pytest.param("/records", {"from": "0001-01-01T00:00:00+14:00"}, id="before all time"),
        pytest.param("/records/by-source", {"version": "王小明"}, id="no uri"),
    ],
)
def test_a_parameter_that_is_wrong_is_named_and_what_was_sent_is_not(
    world: World, path: str, parameters: dict[str, str]
) -> None:
    status, problem = asked("GET", path, queryStringParameters=parameters)
    assert status == problem["status"] == 400
    assert problem["type"] == "urn:ocr:problem:invalid_request"
    assert ("uri" if path.endswith("source") else next(iter(parameters))) in problem["detail"]
    assert "王小明" not in json.dumps(problem, ensure_ascii=False)


def test_an_address_longer_than_any_uploads_is_of_no_record(world: World) -> None:
    status, problem = asked("GET", "/records/by-source", queryStringParameters={"uri": f"s3://bucket/{'长' * 1000}"})
    assert (status, problem["status"]) == (404, 404)


def test_a_list_from_long_ago_asks_only_for_days_that_records_can_be_of(world: World, kept: Record) -> None:
    queries: list[str] = []
    events = clients.dynamodb().meta.events
    events.register("before-call.dynamodb.Query", lambda **_: queries.append("one"), unique_id="count")
    try:
        status, page = asked("GET", "/records", queryStringParameters={"from": "1970-01-01", "to": "2999-01-01"})
    finally:
        events.unregister("before-call.dynamodb.Query", unique_id="count")
    assert (status, len(page["records"])) == (200, 2)
    assert len(queries) < 40


@pytest.mark.parametrize(
    "moment", ["2026-11-27T15:00:00 08:00", "2026-11-27 15:00:00 08:00", "2026-11-27T15:00:00.5 0800"]
)
def test_a_plus_that_became_a_blank_on_the_way_is_one(world: World, moment: str) -> None:
    times = {"from": moment, "to": moment, "product": "id_card"}
    assert asked("GET", "/records", queryStringParameters=times) == (200, {"records": [], "next": None})


def test_a_list_of_no_time_is_empty(world: World, kept: Record) -> None:
    times = {"from": "2026-02-02", "to": "2026-02-01", "product": "id_card"}
    assert asked("GET", "/records", queryStringParameters=times) == (200, {"records": [], "next": None})
