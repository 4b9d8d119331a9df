"""Promise: a person corrects and decides on records: typed, checked, one at a time, and nothing read is lost."""

import json
import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest

from announce.app import announcement
from id_card.app import product as id_card
from ocr.declare import catalogue
from ocr.model.reading import ExtractedDocument, Item, Reading
from ocr.platform import telemetry
from ocr.storage import records
from records import app
from tests.support.aws import ANSWERS, World, forget_settings, whole_table
from tests.support.scripted import Context, First, Second, picture
from tests.support.sending import deliver, of_upload

RIGHT, WRONG = "110105199003070033", "110105199003070031"
CALLERS = ({"apiKeyId": "key-a"}, {"apiKeyId": None, "userArn": "arn:aws:iam::000000000000:user/b"})
Answer = tuple[int, dict[str, Any], dict[str, list[str]]]


def asked(method: str, path: str, body: Any = None, state: str | None = None, caller: int = 0, **query: str) -> Answer:
    """Status, body and headers of the answer to a request of one of two callers."""
    told = app.handler(
        {
            "httpMethod": method,
            "path": path,
            "resource": path,
            "headers": {"If-Match": state} if state else {},
            "queryStringParameters": query or None,
            "requestContext": {"stage": "v1", "path": path, "requestId": "r-1", "identity": CALLERS[caller]},
            "body": json.dumps(body) if body is not None else None,
            "isBase64Encoded": False,
        },
        Context(),  # type: ignore[arg-type]
    )
    return told["statusCode"], json.loads(told["body"] or "{}"), told["multiValueHeaders"]


def read(**labelled: str) -> Reading:
    """What the vendor says: these texts by label."""
    items = [Item(label=label, text=text, confidence=0.95) for label, text in labelled.items()]
    return Reading(vendor="first", findings=[ExtractedDocument(items=items)])


CARD = {"姓名": "方晓晨", "性别": "男", "民族": "汉", "出生": "1990年3月7日", "住址": "北京市海棠区新月街1号"}


@pytest.fixture
def card(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The id of the record of an uploaded ID card whose number was misread by a digit."""
    yield from _uploaded(world, monkeypatch, read(**CARD, 公民身份号码=WRONG))


@pytest.fixture
def incomplete(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The id of the record of an uploaded ID card whose number was not read."""
    yield from _uploaded(world, monkeypatch, read(**CARD))


@pytest.fixture
def disputed(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The id of the record of an uploaded ID card of which two vendors read two names, each without a failed check."""
    monkeypatch.setenv("ESCALATE", "checks")
    forget_settings()
    second = read(**CARD | {"姓名": "方晓辰"}, 公民身份号码=RIGHT)
    yield from _uploaded(world, monkeypatch, read(**CARD, 公民身份号码=WRONG), second)


def _uploaded(world: World, monkeypatch: pytest.MonkeyPatch, *answers: Reading) -> Iterator[str]:
    offers = [kind([one.model_copy]) for kind, one in zip((First, Second), answers, strict=False)]
    monkeypatch.setattr(id_card, "offers", tuple(offers))
    upload = world.upload("uploads/id_card/card.png", picture())
    assert deliver(id_card, upload) == []
    found = of_upload(upload)
    assert found
    yield found.id


def state(id: str) -> str:
    return asked("GET", f"/records/{id}")[2]["ETag"][0]


def outcomes(record: dict[str, Any], field: str) -> dict[str, str]:
    return {check["name"]: check["outcome"] for check in record["document"]["checks"] if field in check["fields"]}


def test_a_corrected_number_is_typed_checked_and_kept_beside_what_was_read(card: str) -> None:
    before = asked("GET", f"/records/{card}")[1]
    assert outcomes(before, "id_number")["cn_resident_id"] == "failed"
    status, record, headers = asked(
        "PATCH",
        f"/records/{card}",
        {"fields": {"id_number": "110105 19900307 0033"}, "decision": "approved"},
        state(card),
    )
    assert status == 200
    assert record["document"]["fields"]["id_number"] == RIGHT
    assert set(outcomes(record, "id_number").values()) == {"passed"}
    assert record["document"]["evidence"] == before["document"]["evidence"]
    review = record["reviewed"]
    assert (review["decision"], review["corrected"]) == ("approved", ["id_number"])
    [revision] = review["revisions"]
    assert revision["by"] == "key-a"
    assert revision["corrections"] == [{"field": "id_number", "before": WRONG, "after": RIGHT}]
    assert asked("GET", f"/records/{card}") == (200, record, headers)


def test_of_two_reviewers_the_second_is_told_and_loses_nothing(card: str) -> None:
    both = state(card)
    assert asked("PATCH", f"/records/{card}", {"fields": {"id_number": RIGHT}}, both)[0] == 200
    status, problem, _ = asked("PATCH", f"/records/{card}", {"decision": "rejected"}, both, caller=1)
    assert (status, problem["type"]) == (412, "urn:ocr:problem:changed_meanwhile")
    status, record, _ = asked("PATCH", f"/records/{card}", {"decision": "rejected"}, state(card), caller=1)
    assert status == 200
    assert record["document"]["fields"]["id_number"] == RIGHT
    assert [one["by"] for one in record["reviewed"]["revisions"]] == ["key-a", "arn:aws:iam::000000000000:user/b"]


def test_a_change_between_look_and_write_is_refused_by_the_table(card: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = records.find(card)
    assert seen
    assert asked("PATCH", f"/records/{card}", {"decision": "approved"}, state(card))[0] == 200
    assert records.revise(seen, seen, id_card.fields) is False
    assert asked("GET", f"/records/{card}")[1]["reviewed"]["decision"] == "approved"


def test_a_change_without_a_state_is_refused(card: str) -> None:
    status, problem, _ = asked("PATCH", f"/records/{card}", {"decision": "approved"})
    assert (status, problem["type"]) == (428, "urn:ocr:problem:unconditional")


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        pytest.param({"fields": {"birth_date": "方晓晨"}}, 422, "invalid_value", id="not of the field's type"),
        pytest.param({"fields": {"方晓晨": "x"}}, 400, "invalid_request", id="no such field"),
        pytest.param({"fields": {"name[0].x": "x"}}, 400, "invalid_request", id="no such row"),
        pytest.param({"fields": {"name": 7}}, 400, "invalid_request", id="no text"),
        pytest.param({"fields": []}, 400, "invalid_request", id="no fields"),
        pytest.param({"decision": "方晓晨"}, 400, "invalid_request", id="no decision"),
        pytest.param({"decision": "approved", "方晓晨": 1}, 400, "invalid_request", id="another member"),
        pytest.param({}, 400, "invalid_request", id="nothing"),
        pytest.param([], 400, "invalid_request", id="no object"),
        pytest.param({"fields": {"name": "x" * 10_001}}, 400, "invalid_request", id="too long"),
    ],
)
def test_what_cannot_be_a_correction_changes_nothing_and_is_not_quoted(
    card: str, body: Any, status: int, kind: str
) -> None:
    before = asked("GET", f"/records/{card}")
    told, problem, _ = asked("PATCH", f"/records/{card}", body, state(card))
    assert (told, problem["type"]) == (status, f"urn:ocr:problem:{kind}")
    assert "方晓晨" not in json.dumps(problem, ensure_ascii=False)
    assert asked("GET", f"/records/{card}") == before


def test_a_record_is_shown_as_it_would_be_and_stays_as_it_is(card: str) -> None:
    before = asked("GET", f"/records/{card}")
    path, body = f"/records/{card}", {"fields": {"id_number": RIGHT}}
    status, record, _ = asked("PATCH", path, body, state(card), validate_only="true")
    assert (status, outcomes(record, "id_number")["cn_resident_id"]) == (200, "passed")
    assert asked("GET", path) == before


def test_what_was_missing_makes_an_incomplete_record_whole_and_taking_it_away_does_not(incomplete: str) -> None:
    path = f"/records/{incomplete}"
    assert asked("GET", path)[1]["status"] == "incomplete"
    record = asked("PATCH", path, {"fields": {"id_number": RIGHT}}, state(incomplete))[1]
    assert (record["status"], record.get("problem")) == ("succeeded", None)
    record = asked("PATCH", path, {"fields": {"id_number": None}}, state(incomplete))[1]
    assert (record["status"], record["problem"]["missing"]) == ("incomplete", ["id_number"])
    assert len(record["reviewed"]["revisions"]) == 2


def test_lists_and_events_tell_what_waits_for_a_person_and_what_was_decided(card: str) -> None:
    def listed(review: str) -> list[dict[str, Any]]:
        return asked("GET", "/records", review=review)[1]["records"]  # type: ignore[no-any-return]

    told = records.stored(card)
    assert told
    assert [one["id"] for one in listed("needed")] == [one["id"] for one in listed("true")] == [card]
    assert asked("PATCH", f"/records/{card}", {"fields": {"id_number": RIGHT}}, state(card))[0] == 200
    assert listed("needed") == []
    assert [one["corrected"] for one in listed("corrected")] == [1]
    assert asked("PATCH", f"/records/{card}", {"decision": "approved"}, state(card))[0] == 200
    assert [one["id"] for one in listed("approved")] == [card]
    assert whole_table().scan(IndexName="by_review")["Count"] == 0
    assert listed("rejected") == []
    now = records.stored(card)
    assert now
    event, first = announcement(now), announcement(told)
    assert (event.decision, event.corrected, event.checks_failed) == ("approved", 1, 0)
    assert event.event_id != first.event_id
    assert RIGHT not in event.model_dump_json()


@pytest.mark.parametrize("change", [{"fields": {"name": "方晓辰"}}, {"decision": "approved"}])
def test_a_field_that_two_vendors_read_differently_waits_for_a_person_until_one_settles_it(
    disputed: str, change: dict[str, Any]
) -> None:
    def waits() -> list[str]:
        return [one["id"] for one in asked("GET", "/records", review="needed")[1]["records"]]

    record = asked("GET", f"/records/{disputed}")[1]
    assert (record["status"], record["needs_review"], record["review"]) == ("succeeded", True, ["name"])
    assert waits() == [disputed]
    after = asked("PATCH", f"/records/{disputed}", change, state(disputed))[1]
    assert after["needs_review"] is False
    assert waits() == []


def test_who_changed_what_is_written_down_without_a_value(card: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    assert asked("PATCH", f"/records/{card}", {"fields": {"name": "方晓辰"}}, state(card))[0] == 200
    lines = [vars(line) for line in caplog.records if line.name == telemetry._audits.name]
    assert ("revise", [card], "key-a") in [(one["action"], one["record_ids"], one["api_key_id"]) for one in lines]
    assert "方晓" not in str([vars(line) for line in caplog.records])


def test_erasing_a_picture_erases_what_people_made_of_it(world: World, card: str) -> None:
    assert asked("PATCH", f"/records/{card}", {"fields": {"address": "路" * 9_999}}, state(card))[0] == 200
    assert whole_table().scan(IndexName="by_review")["Count"] == 1
    assert asked("DELETE", f"/records/{card}")[0] == 204
    assert asked("GET", f"/records/{card}")[0] == 410
    assert "路路" not in str(world.items())
    assert whole_table().scan(IndexName="by_review")["Count"] == 0


def test_a_body_too_long_for_the_table_is_kept_beside_it_and_goes_with_it(
    world: World, card: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "MAX_BODY_BYTES", 100)
    for name in ("方晓辰", "方小辰"):
        status, record, _ = asked("PATCH", f"/records/{card}", {"fields": {"name": name}}, state(card))
        assert (status, asked("GET", f"/records/{card}")[1]) == (200, record)
    assert len(_bodies(world)) == 1
    assert asked("DELETE", f"/records/{card}")[0] == 204
    assert _bodies(world) == []


def _bodies(world: World) -> list[str]:
    listed = world.emulator.client("s3").list_objects_v2(Bucket=ANSWERS, Prefix="records/")
    return [one["Key"] for one in listed.get("Contents", [])]


def test_a_reviewed_record_is_not_made_anew_by_a_machine(card: str) -> None:
    assert asked("PATCH", f"/records/{card}", {"decision": "rejected"}, state(card))[0] == 200
    assert asked("POST", f"/records/{card}/renormalize")[0] == 409


def test_the_same_picture_sent_again_has_what_people_made_of_it(world: World, card: str) -> None:
    asked("PATCH", f"/records/{card}", {"fields": {"id_number": RIGHT}}, state(card))
    again = world.upload("uploads/id_card/card.png", picture(1))
    assert deliver(id_card, again) == []
    found = records.find(card)
    assert found
    assert found.document
    assert found.document.fields["id_number"] == RIGHT


def test_an_uploaded_picture_is_shown_by_a_link_as_long_as_it_is_kept(world: World, card: str) -> None:
    status, link, headers = asked("GET", f"/records/{card}/picture")
    assert (status, headers["Cache-Control"]) == (200, ["no-store"])
    assert "uploads/id_card/card.png" in link["url"]
    found = records.find(card)
    assert found
    assert found.source
    version = {"VersionId": found.source.version} if found.source.version else {}
    world.emulator.client("s3").delete_object(Bucket=found.source.bucket, Key=found.source.key, **version)
    status, problem, _ = asked("GET", f"/records/{card}/picture")
    assert (status, problem["type"]) == (404, "urn:ocr:problem:not_found")


def test_every_sample_is_the_same_after_a_value_is_confirmed(world: World) -> None:
    """No product's own rules fail on what its own record says: loading, setting and checking change nothing else."""
    from ocr.model.record import Record
    from ocr.pipeline.revision import Change, revised

    for product in catalogue.products().values():
        record = Record.model_validate(catalogue.example(product))
        fields = record.document.fields if record.document else {}
        texts = {name: value for name, value in fields.items() if isinstance(value, str)}
        plain = {name: text for name, text in texts.items() if not _is_content(product, name)}
        if product.sorts or not plain:
            continue
        made = revised(product, record, Change(plain), by="x")
        assert made.document
        assert made.document.fields == fields, product.slug
        assert made.status == record.status


def _is_content(product: Any, name: str) -> bool:
    from ocr.declare.fields import declared

    return bool(declared(product.fields)[name].mark.content)


def claimed(id: str, reviewer: str, seconds: Any = 60, caller: int = 0) -> tuple[int, str]:
    status, problem, _ = asked(
        "POST", f"/records/{id}/claim", {"reviewer": reviewer, "seconds": seconds}, caller=caller
    )
    return status, problem.get("type", "").removeprefix("urn:ocr:problem:")


def test_two_reviewers_do_not_take_the_same_record(card: str) -> None:
    assert claimed(card, "a")[0] == 204
    assert claimed(card, "b") == (409, "being_reviewed")
    assert claimed(card, "a", caller=1) == (409, "being_reviewed"), "another key's reviewer of the same name"
    assert claimed(card, "a")[0] == 204, "one's own is renewed"
    assert claimed(card, "a", 0)[0] == 204, "and given back"
    assert claimed(card, "b")[0] == 204
    assert asked("GET", f"/records/{card}")[0] == 200


def test_a_claim_ends_by_itself_and_keeps_nobody_from_a_change(card: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert claimed(card, "a", 120)[0] == 204
    assert asked("PATCH", f"/records/{card}", {"decision": "approved"}, state(card), caller=1)[0] == 200
    later = time.time() + 121
    monkeypatch.setattr(time, "time", lambda: later)
    assert claimed(card, "b")[0] == 204


@pytest.mark.parametrize(
    ("reviewer", "seconds"), [("", 60), ("姓名", 60), ("a" * 65, 60), ("a", 601), ("a", -1), ("a", True), ("a", "60")]
)
def test_a_claim_names_a_reviewer_and_seconds(card: str, reviewer: str, seconds: Any) -> None:
    assert claimed(card, reviewer, seconds) == (400, "invalid_request")


def test_what_is_not_there_is_not_claimed(world: World) -> None:
    assert claimed("0" * 32, "a") == (404, "not_found")
