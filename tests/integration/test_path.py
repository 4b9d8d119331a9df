"""Promises: nothing lost, nothing paid twice, success never claimed falsely — on a real table and real buckets."""

import json
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, NoReturn

import pytest
from botocore.exceptions import ClientError

from ocr.declare.product import Product
from ocr.entry.s3 import NotReadError
from ocr.entry.serve import serve
from ocr.model.answer import ReceivedAnswer
from ocr.model.picture import Upload
from ocr.model.reading import Line, Reading
from ocr.model.record import Record, Status
from ocr.pipeline import process
from ocr.platform import aws
from ocr.platform.errors import (
    CallerError,
    ConfigurationError,
    InProgress,
    InternalError,
    NoResult,
    OcrError,
    UnexpectedResponse,
    VendorRejected,
    VendorUnavailable,
)
from ocr.platform.telemetry import logger
from ocr.storage import erasure, ledger, records
from tests.support.aws import ANSWERS, UPLOADS, World, expire_leases, forget_settings
from tests.support.fault_injection import Fault, FaultInjector
from tests.support.scripted import Context, First, Keyed, Second, Ticket, Toned, calls, died, picture, product, reading
from tests.support.sending import deliver, deliver_last, delivered, of_upload, post, set_tries

# How often an upload of these tests is tried.
LAST = 10


class TestNothingPaidTwice:
    def test_the_same_picture_by_https_is_read_once(self, world: World) -> None:
        kind = product([reading])
        first, second = post(kind, picture()), post(kind, picture())
        assert first[0] == second[0] == 200
        assert first[1]["id"] == second[1]["id"]
        assert calls(kind) == 1

    def test_other_options_are_another_content(self, world: World) -> None:
        kind = product([reading])
        assert post(kind, picture())[1]["id"] != post(kind, picture(), mood="fast")[1]["id"]
        assert calls(kind) == 2

    def test_a_notification_delivered_twice_is_read_and_announced_once(self, world: World) -> None:
        kind = product([reading])
        notification = world.upload("uploads/ticket/a.png", picture())
        assert deliver(kind, notification) == deliver(kind, notification) == []
        assert calls(kind) == 1
        assert [item["status"] for item in world.items() if "status" in item] == [Status.SUCCEEDED]

    def test_the_same_content_under_two_names_is_read_once_and_has_a_record_for_each(self, world: World) -> None:
        kind = product([reading])
        one, two = (world.upload(f"uploads/ticket/{name}.png", picture()) for name in "ab")
        deliver(kind, one)
        deliver(kind, two)
        assert calls(kind) == 1
        first, second = of_upload(one), of_upload(two)
        assert first
        assert second
        assert first.id != second.id
        assert first.document == second.document
        assert [first.replayed, second.replayed] == [False, True]
        assert sum("status" in item for item in world.items()) == 2

    def test_readers_of_one_content_who_meet_in_the_table_wait_for_each_other(self, world: World) -> None:
        kind = product([reading])
        one, two = (world.upload(f"uploads/ticket/{name}.png", picture()) for name in "ab")
        injector = FaultInjector(
            faults=[Fault("TransactWriteItems", "conflict", skip, times) for skip, times in ((0, 2), (2, 2), (1, 4))]
        )
        with injector.over(aws.dynamodb()):
            assert deliver(kind, one) == deliver(kind, two) == []
        record = of_upload(two)
        assert record
        assert (record.replayed, injector.faults, calls(kind)) == (True, [], 1)

    def test_a_reused_name_is_another_picture(self, world: World) -> None:
        kind = product([reading])
        one, two = (world.upload("uploads/ticket/same.png", picture(seed)) for seed in (1, 2))
        deliver(kind, one, two)
        first, second = of_upload(one), of_upload(two)
        assert first
        assert second
        assert first.id != second.id

    def test_two_callers_at_once_cost_one_call(self, world: World) -> None:
        sent, answered = threading.Event(), threading.Event()

        def slow() -> Reading:
            sent.set()
            assert answered.wait(20)
            return reading()

        kind = product([slow])
        with ThreadPoolExecutor() as threads:
            first = threads.submit(post, kind, picture())
            assert sent.wait(20)
            status, problem = post(kind, picture())
            answered.set()
            assert first.result()[0] == 200
        assert (status, problem["type"]) == (409, "urn:ocr:problem:in_progress")
        assert int(problem["headers"]["Retry-After"]) > 0
        assert calls(kind) == 1

    @pytest.mark.parametrize(("allowed", "sent"), [("0", 1), ("1", 2), ("2", 3)])
    def test_an_unknown_outcome_is_resent_as_often_as_allowed(
        self, world: World, monkeypatch: pytest.MonkeyPatch, allowed: str, sent: int
    ) -> None:
        monkeypatch.setenv("RESEND_UNKNOWN", allowed)
        forget_settings()
        kind = product([died])
        for _ in range(sent):
            with pytest.raises(SystemExit):
                post(kind, picture())
            assert post(kind, picture())[0] == 409
            expire_leases()
        status, problem = post(kind, picture())
        assert (status, problem["type"]) == (502, "urn:ocr:problem:outcome_unknown")
        assert calls(kind) == sent
        record = records.find(problem["record_id"])
        assert record
        assert (record.status, record.resends) == (Status.UNKNOWN, sent - 1)

    def test_a_claim_whose_writes_answer_was_lost_is_no_call_of_unknown_outcome(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("RESEND_UNKNOWN", "0")
        forget_settings()
        kind = product([lambda: VendorUnavailable("busy"), reading])
        assert post(kind, picture())[0] == 503
        table = aws.dynamodb()
        real = table.put_item

        def put_twice(**write: Any) -> Any:
            with suppress(ClientError):
                real(**write)
            return real(**write)

        monkeypatch.setattr(table, "put_item", put_twice)
        assert post(kind, picture())[0] == 200

    def test_what_was_held_for_a_person_is_sent_again_once_the_settings_allow_it(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("RESEND_UNKNOWN", "0")
        forget_settings()
        kind = product(
            [lambda: VendorUnavailable("no answer in time", paid=True), lambda: VendorUnavailable("busy"), reading]
        )
        one, two = (world.upload(f"uploads/ticket/{name}.png", picture()) for name in "ab")
        for notification in (one, one, two):
            deliver(kind, notification)
        monkeypatch.setenv("RESEND_UNKNOWN", "1")
        forget_settings()
        for expected in (Status.UNKNOWN, Status.SUCCEEDED):
            deliver(kind, one)
            assert [record and record.status for record in map(of_upload, (one, two))] == [expected, Status.UNKNOWN]
        deliver(kind, two)
        assert [record and record.status for record in map(of_upload, (one, two))] == [Status.SUCCEEDED] * 2
        assert calls(kind) == 3

    def test_who_dies_after_the_answer_came_costs_no_second_call(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kind = product([reading])
        monkeypatch.setattr(kind.offers[0].__class__, "understood", lambda *_: reading(), raising=False)
        notification = world.upload("uploads/ticket/late.png", picture())
        with monkeypatch.context() as dying:
            dying.setattr(ledger, "keep", lambda *_: died())
            with pytest.raises(SystemExit):
                deliver(kind, notification)
        expire_leases()
        assert deliver(kind, notification) == []
        record = of_upload(notification)
        assert record
        assert record.status == Status.SUCCEEDED
        assert calls(kind) == 1

    def test_a_kept_answer_that_asks_for_another_try_does_not_stand_for_the_one_that_never_came(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A vendor that is asked no more would otherwise be waited for without end."""

        def later() -> VendorUnavailable:
            return VendorUnavailable("Too many calls.", code="http_429", raw=ReceivedAnswer(429, {}, b""))

        monkeypatch.setenv("RESEND_UNKNOWN", "0")
        forget_settings()
        kind = product([later, died, reading])
        monkeypatch.setattr(kind.offers[0].__class__, "understood", lambda *_: later(), raising=False)
        assert post(kind, picture())[0] == 503
        with pytest.raises(SystemExit):
            post(kind, picture())
        expire_leases()
        notification = world.upload("uploads/ticket/held.png", picture())
        assert deliver(kind, notification) == []
        record = of_upload(notification)
        assert record
        assert record.status == Status.UNKNOWN
        assert calls(kind) == 2

    def test_a_reading_that_could_not_be_written_is_had_at_once_when_it_is_asked_for_again(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def throttled(*_: Any) -> NoReturn:
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, "TransactWriteItems")

        kind = product([reading])
        monkeypatch.setattr(kind.offers[0].__class__, "understood", lambda *_: reading(), raising=False)
        monkeypatch.setattr(process, "FIRST_PAUSE", 0.001)
        with monkeypatch.context() as busy:
            busy.setattr(ledger, "keep", throttled)
            assert post(kind, picture())[0] == 500
        status, record = post(kind, picture())
        assert (status, record["document"]["fields"]) == (200, {"number": "A-17"})
        assert calls(kind) == 1

    def test_a_reading_whose_writes_answers_were_all_lost_stands(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kind, real = product([reading]), ledger.keep

        def silent(*given: Any) -> NoReturn:
            with suppress(ClientError):
                real(*given)
            raise ClientError({"Error": {"Code": "InternalServerError"}}, "TransactWriteItems")

        monkeypatch.setattr(process, "FIRST_PAUSE", 0.001)
        notification = world.upload("uploads/ticket/silent.png", picture())
        with monkeypatch.context() as lost:
            lost.setattr(ledger, "keep", silent)
            assert deliver(kind, notification) == ["message-0"]
        record = of_upload(notification)
        assert record
        assert record.status == Status.SUCCEEDED
        assert post(kind, picture())[0] == 200
        assert calls(kind) == 1

    def test_a_table_that_is_busy_when_a_reading_is_written_costs_no_second_call(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kind, real = product([reading]), ledger.keep
        busy = iter([True, True, False])

        def throttled(*given: Any) -> Record:
            if next(busy):
                raise ClientError({"Error": {"Code": "ThrottlingException"}}, "TransactWriteItems")
            return real(*given)

        monkeypatch.setattr(ledger, "keep", throttled)
        monkeypatch.setattr(process, "FIRST_PAUSE", 0.001)
        assert post(kind, picture())[0] == 200
        assert calls(kind) == 1

    def test_an_answer_that_never_came_counts_as_unknown_where_it_may_be_charged(self, world: World) -> None:
        kind = product([lambda: VendorUnavailable("no answer in time", paid=True)])
        assert [post(kind, picture())[0] for _ in range(3)] == [503, 503, 502]
        assert calls(kind) == 2

    def test_an_answer_that_nobody_understood_is_not_bought_again_and_again(self, world: World) -> None:
        kind = product([lambda: UnexpectedResponse("what?", paid=True)], [lambda: VendorUnavailable("down")])
        assert [post(kind, picture())[0] for _ in range(3)] == [503, 502, 502]
        assert (calls(kind), calls(kind, "second")) == (2, 1)

    def test_an_aws_that_fails_before_a_vendor_was_sent_anything_is_no_call_of_unknown_outcome(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def throttled() -> NoReturn:
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, "GetItem")

        monkeypatch.setenv("RESEND_UNKNOWN", "0")
        forget_settings()
        kind = product([throttled, reading])
        assert post(kind, picture())[0] == 503
        status, record = post(kind, picture())
        assert (status, record["resends"]) == (200, 0)

    @pytest.mark.parametrize(("resends", "sent"), [("0", 1), ("1", 2)])
    def test_the_last_delivery_counts_too(
        self, world: World, monkeypatch: pytest.MonkeyPatch, resends: str, sent: int
    ) -> None:
        monkeypatch.setenv("RESEND_UNKNOWN", resends)
        forget_settings()
        kind = product([lambda: VendorUnavailable("no answer in time", paid=True)])
        notification = world.upload("uploads/ticket/last.png", picture())
        for _ in range(3):
            deliver_last(kind, notification)
        assert calls(kind) == sent

    def test_a_vendor_named_twice_is_not_asked_twice(self, world: World) -> None:
        kind = product([lambda: VendorUnavailable("down")])
        assert post(kind, picture(), vendor="first,first")[0] == 400
        assert calls(kind) == 0


class TestNothingLost:
    def test_an_upload_ends_in_a_record_that_its_key_leads_to(self, world: World) -> None:
        kind = product([reading])
        notification = world.upload("uploads/ticket/照片 1+2.png", picture())
        notification["s3"]["object"]["key"] = "uploads/ticket/%E7%85%A7%E7%89%87+1%2B2.png"
        assert deliver(kind, notification) == []
        record = records.of_upload(f"s3://{UPLOADS}/uploads/ticket/照片 1+2.png")
        assert record
        assert record.document
        assert record.document.fields == {"number": "A-17"}
        assert record.attempts[0].vendor == "first"

    def test_one_bad_picture_in_a_batch_of_ten_does_not_touch_the_other_nine(self, world: World) -> None:
        kind = product([reading])
        contents = [picture(seed) for seed in range(10)]
        contents[4] = b"not a picture"
        notifications = [world.upload(f"uploads/ticket/{n}.png", content) for n, content in enumerate(contents)]
        assert deliver(kind, *notifications) == []
        found = [of_upload(notification) for notification in notifications]
        assert [record.status for record in found if record] == [
            Status.FAILED if n == 4 else Status.SUCCEEDED for n in range(10)
        ]

    @pytest.mark.parametrize("step", ["ocr.storage.ledger.lease", "ocr.storage.ledger.keep"])
    def test_a_step_that_fails_for_one_of_ten_does_not_touch_the_other_nine(
        self, world: World, monkeypatch: pytest.MonkeyPatch, step: str
    ) -> None:
        kind = product([reading])
        notifications = [world.upload(f"uploads/ticket/{n}.png", picture(n)) for n in range(10)]
        module, _, name = step.rpartition(".")
        real, turns = getattr(ledger, name), iter(range(10))

        def failing(*given: Any, **named: Any) -> Any:
            if next(turns) == 4:
                raise ConnectionError("the table is gone")
            return real(*given, **named)

        monkeypatch.setattr(f"{module}.{name}", failing)
        [late] = deliver(kind, *notifications)
        found = [of_upload(notification) for notification in notifications]
        assert [f"message-{n}" for n, record in enumerate(found) if record is None] == [late]

    def test_a_record_outlives_a_bucket_that_takes_no_answers(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ANSWERS_BUCKET", "no-such-bucket")
        forget_settings()
        assert post(product([reading]), picture())[0] == 200

    def test_a_mistake_in_the_set_up_is_told_and_comes_again(self, world: World) -> None:
        def mistaken() -> NoReturn:
            raise ConfigurationError("no such mode")

        kind = product([mistaken, reading], [lambda: reading("second")])
        notification = world.upload("uploads/ticket/mistake.png", picture())
        assert deliver(kind, notification) == ["message-0"]
        assert calls(kind, "second") == 0
        assert deliver(kind, notification) == []
        record = of_upload(notification)
        assert record
        assert record.vendor == "first"

    def test_a_bad_upload_ends_in_the_problem_that_https_would_have_answered(self, world: World) -> None:
        kind = product([reading])
        notification = world.upload("uploads/ticket/bad.png", b"not a picture")
        deliver(kind, notification)
        record = of_upload(notification)
        assert record
        assert record.problem
        status, problem = post(kind, b"not a picture")
        assert record.problem.status == status
        assert record.problem.model_dump(exclude_none=True) == {k: v for k, v in problem.items() if k != "headers"}
        assert calls(kind) == 0

    @pytest.mark.parametrize("misspelt", ["moood", "codetype"])
    def test_an_option_that_is_none_of_the_product_is_told_in_the_record(self, world: World, misspelt: str) -> None:
        kind = product([reading])
        notification = world.upload("uploads/ticket/a.png", picture(), **{misspelt: "good"})
        deliver(kind, notification)
        record = of_upload(notification)
        assert record
        assert record.problem
        assert record.problem.status == 400

    def test_an_upload_with_what_a_tool_wrote_into_its_metadata_is_read(self, world: World) -> None:
        kind = product([reading])
        notification = world.upload("uploads/ticket/a.png", picture(), mtime="1701936000.1", uid="0", mood="good")
        deliver(kind, notification)
        record = of_upload(notification)
        assert record
        assert (record.status, record.options) == (Status.SUCCEEDED, {"mood": "good"})

    @pytest.mark.parametrize("key", ["uploads/ticket/", "uploads/ticket/x.png/", "uploads/ticket//"])
    def test_a_key_that_looks_like_a_folder_is_read_where_there_are_bytes(self, world: World, key: str) -> None:
        kind = product([reading])
        notification = world.upload(key, picture())
        deliver(kind, {"s3": notification["s3"] | {"object": notification["s3"]["object"] | {"size": 0}}})
        assert of_upload(notification) is None
        sized = notification["s3"]["object"] | {"size": len(picture())}
        deliver(kind, {"s3": notification["s3"] | {"object": sized}})
        record = of_upload(notification)
        assert record
        assert record.status == Status.SUCCEEDED

    def test_what_fails_brings_the_upload_again_and_the_last_time_ends_in_a_record(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CIRCUIT_FAILURES", "100")
        forget_settings()
        kind = product([lambda: InternalError("failed")])
        notification = world.upload("uploads/ticket/a.png", picture())
        for receives in range(1, LAST):
            assert deliver(kind, notification, receives=receives) == ["message-0"]
            assert of_upload(notification) is None
        assert deliver(kind, notification, receives=LAST) == []
        record = of_upload(notification)
        assert record
        assert record.status == Status.FAILED
        assert world.dead_letters() == [{"record_id": record.id, "product": "ticket"}]

    def test_what_was_given_up_is_read_when_it_is_put_back(self, world: World) -> None:
        kind = product([lambda: VendorUnavailable("busy"), reading])
        notification = world.upload("uploads/ticket/a.png", picture())
        assert deliver_last(kind, notification) == []
        assert deliver(kind, notification) == []
        record = of_upload(notification)
        assert record
        assert record.status == Status.SUCCEEDED

    def test_a_vendors_outage_of_hours_loses_nothing_and_makes_no_dead_letter(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CIRCUIT_FAILURES", "100")
        forget_settings()
        down = [
            VendorUnavailable("page"),
            VendorUnavailable("unreachable"),
            VendorRejected("quota"),
            InternalError("key", blames="nothing"),
        ] * 4
        kind = product([*(lambda error=error: error for error in down), reading])  # type: ignore[misc]
        notification = world.upload("uploads/ticket/a.png", picture())
        for receives in range(1, len(down) + 1):
            assert deliver(kind, notification, receives=receives) == ["message-0"]
        assert of_upload(notification) is None
        assert deliver(kind, notification, receives=len(down) + 1) == []
        record = of_upload(notification)
        assert record
        assert record.status == Status.SUCCEEDED
        assert world.dead_letters() == []

    @pytest.mark.parametrize(
        ("error", "tried", "hours", "least", "most"),
        [
            (VendorUnavailable("later", retry_after=3600), 0, 0, 3600, 5400),
            (VendorUnavailable("busy"), 0, 0, 15, 25),
            (VendorUnavailable("soon", retry_after=30), 1, 0, 30, 45),
            (VendorUnavailable("down"), 1, 0.2, 54, 90),
            (VendorRejected("quota"), 1, 10, 675, 1125),
            (InternalError("failed"), 0, 0, 4, 7),
            (InternalError("failed"), 7, 0, 480, 800),
            (VendorUnavailable("full", blames="nothing"), 7, 0, 15, 25),
        ],
    )
    def test_a_message_is_hidden_for_longer_each_time_and_as_long_as_its_vendor_asked(
        self,
        world: World,
        monkeypatch: pytest.MonkeyPatch,
        error: OcrError,
        tried: int,
        hours: float,
        least: int,
        most: int,
    ) -> None:
        hidden: list[int] = []

        class Queues:
            def get_queue_url(self, **_: str) -> dict[str, str]:
                return {"QueueUrl": "url"}

            def change_message_visibility(self, VisibilityTimeout: int, **_: str) -> None:
                hidden.append(VisibilityTimeout)

        monkeypatch.setattr(aws, "queues", Queues)
        notification = world.upload("uploads/ticket/a.png", picture())
        set_tries(notification, tried)
        event = delivered(notification, receives=1 + bool(tried), sent=time.time() - 3600 * hours)
        serve(product([lambda: error]))(event, Context())  # type: ignore[arg-type]
        [seconds] = hidden
        assert least <= seconds <= most

    def test_the_buckets_test_message_and_folder_markers_are_no_uploads(self, world: World) -> None:
        kind = product([reading])
        event = delivered(world.upload("uploads/ticket/", b""))
        event["Records"].append(event["Records"][0] | {"body": json.dumps({"Event": "s3:TestEvent"})})
        assert serve(kind)(event, Context()) == {"batchItemFailures": []}  # type: ignore[arg-type]
        assert world.items() == []

    def test_an_event_that_s3_itself_sends_is_one_delivery(self, world: World) -> None:
        notification = world.upload("uploads/ticket/a.png", picture()) | {"eventSource": "aws:s3"}
        answer = serve(product([reading]))({"Records": [notification]}, Context())  # type: ignore[arg-type]
        assert answer == {"batchItemFailures": []}
        record = of_upload(notification)
        assert record
        assert record.status == Status.SUCCEEDED

    def test_an_event_that_s3_itself_sends_fails_where_its_upload_could_not_be_read(self, world: World) -> None:
        notification = {"s3": {"bucket": {"name": "of-somebody-else"}, "object": {"key": "test%2Fkey"}}}
        with pytest.raises(NotReadError, match="see the log"):
            serve(product([reading]))(  # type: ignore[arg-type]
                {"Records": [notification | {"eventSource": "aws:s3"}]},
                Context(),  # type: ignore[arg-type]
            )

    def test_the_log_says_which_record_an_upload_ended_in_and_how(
        self, world: World, caplog: pytest.LogCaptureFixture
    ) -> None:
        kind, good, bad = product([reading]), picture(), b"no picture"
        uploads = [world.upload(f"uploads/ticket/{name}", content) for name, content in (("a", good), ("b", bad))]
        monitored = logging.getLogger(logger.name or logger.service)
        monitored.addHandler(caplog.handler)
        try:
            deliver(kind, *uploads)
        finally:
            monitored.removeHandler(caplog.handler)
        logged = {vars(line).get("record_id"): vars(line).get("status") for line in caplog.records}
        assert logged == {record.id: record.status for record in map(of_upload, uploads) if record}
        assert sorted(logged.values(), key=str) == [Status.FAILED, Status.SUCCEEDED]

    def test_a_deleted_upload_ends_in_a_record(self, world: World) -> None:
        kind = product([reading])
        notification = world.upload("uploads/ticket/a.png", picture())
        notification["s3"]["object"]["versionId"] = "0" * 32
        deliver(kind, notification)
        record = of_upload(notification)
        assert record
        assert record.problem
        assert record.problem.status == 404

    def test_an_upload_that_cannot_be_loaded_ends_in_a_record_the_last_time(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def forbidden(upload: Upload) -> NoReturn:
            raise PermissionError(upload.key)

        monkeypatch.setattr("ocr.entry.requests.fetch", forbidden)
        kind = product([reading])
        notification = world.upload("uploads/ticket/gone.png", picture())
        assert deliver(kind, notification) == ["message-0"]
        assert of_upload(notification) is None
        assert deliver_last(kind, notification) == []
        record = of_upload(notification)
        assert record
        assert record.problem
        assert record.problem.type == "urn:ocr:problem:internal"
        assert "gone.png" not in record.problem.model_dump_json()

    def test_who_was_overtaken_is_told_what_the_other_has_read_not_what_stood_before(self, world: World) -> None:
        notification = world.upload("uploads/ticket/a.png", picture())

        def overtaken() -> Reading:
            expire_leases()
            assert deliver(kind, notification) == []
            return reading()

        kind = product([reading, overtaken, reading])
        assert erasure.erase(post(kind, picture())[1]["id"])
        status, record = post(kind, picture())
        assert (status, record["status"], record["replayed"]) == (200, Status.SUCCEEDED, True)
        assert records.find(record["id"])

    def test_a_picture_whose_deletion_died_half_way_is_read_when_it_comes_again(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kind = product([reading])
        _, record = post(kind, picture())
        with monkeypatch.context() as patch:
            patch.setattr(erasure, "put", lambda _: died())
            with pytest.raises(SystemExit):
                erasure.erase(record["id"])
        assert post(kind, picture())[0] == 200
        assert post(kind, picture())[0] == 200
        assert calls(kind) == 2

    def test_a_record_too_large_for_an_item_comes_back_whole(self, world: World) -> None:
        from general_text.app import GeneralText

        lines = [Line(text=f"第{number}行" + "字" * 50) for number in range(6000)]
        offers = [First([lambda: Reading(vendor="first", lines=lines)])]
        kind = Product("ticket", GeneralText, name="字", category="general", required=["text"], offers=offers)
        record = records.find(post(kind, picture())[1]["id"])
        assert record
        assert record.lines == lines


class TestFailover:
    @pytest.mark.parametrize("fault", [VendorUnavailable, VendorRejected, UnexpectedResponse])
    def test_a_vendors_fault_goes_on_to_the_next(self, world: World, fault: type[VendorUnavailable]) -> None:
        kind = product([lambda: fault("down", code="17")], [lambda: reading("second")])
        status, record = post(kind, picture())
        assert status == 200
        assert record["vendor"] == "second"
        assert [(one["vendor"], one["outcome"]) for one in record["attempts"]] == [
            ("first", fault.default_kind),
            ("second", "read"),
        ]

    @pytest.mark.parametrize(
        ("error", "status"), [(CallerError("no", kind="invalid_option"), 400), (NoResult("no"), 422)]
    )
    def test_a_callers_error_and_an_empty_picture_go_no_further(
        self, world: World, error: OcrError, status: int
    ) -> None:
        kind = product([lambda: error], [lambda: reading("second")])
        assert post(kind, picture())[0] == status
        assert calls(kind, "second") == 0

    def test_a_reading_with_nothing_of_the_product_is_no_success(self, world: World) -> None:
        status, problem = post(product([lambda: Reading(vendor="first")]), picture())
        assert (status, problem["type"]) == (422, "urn:ocr:problem:no_result")

    def test_an_option_only_one_vendor_knows_goes_to_that_one(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("VENDORS", "second,first")
        forget_settings()
        kind = product([reading], [lambda: reading("second")])
        assert post(kind, picture())[1]["vendor"] == "second"
        assert post(kind, picture(), mood="slow")[1]["vendor"] == "first"

    def test_a_vendor_that_hangs_leaves_the_next_one_its_share_of_the_time(self, world: World) -> None:
        kind = product([lambda: VendorUnavailable("no answer", paid=True)], [lambda: reading("second")])
        post(kind, picture())
        first, second = (offer.asked[0].seconds for offer in kind.offers)  # type: ignore[attr-defined]
        assert first < 14
        assert second > 20

    def test_no_vendor_is_asked_when_the_time_is_up(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """Two kinds of options are two groups, one after the other: the second has only what the first left."""
        real, passed = time.monotonic, [0.0]
        monkeypatch.setattr(time, "monotonic", lambda: real() + passed[0])

        def slow() -> Reading:
            passed[0] += 2
            return reading()

        kind = product([slow])
        uploads = [world.upload(f"uploads/ticket/{mood}.png", picture(), mood=mood) for mood in ("good", "bad")]
        answer = serve(kind)(delivered(*uploads), Context(seconds=6))  # type: ignore[arg-type]
        assert calls(kind) == 1
        assert len(answer["batchItemFailures"]) == 1

    def test_the_settings_decide_which_vendors_a_caller_may_ask(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("VENDORS", "second")
        forget_settings()
        kind = product([reading], [lambda: reading("second")])
        assert post(kind, picture(), vendor="first")[0] == 422
        assert post(kind, picture(), vendor="first,second")[1]["vendor"] == "second"
        assert calls(kind) == 0

    @pytest.mark.parametrize("options", [{"tone": "low"}, {"vendor": "first"}])
    def test_an_option_for_which_no_vendor_is_set_up_is_told_at_once(
        self, world: World, options: dict[str, str]
    ) -> None:
        offers = [Toned([reading]), Second([lambda: reading("second")])]
        kind = Product("card", Ticket, name="卡", category="general", required=["number"], offers=offers)
        status, problem = post(kind, picture(), **options)
        assert (status, problem["type"]) == (422, "urn:ocr:problem:conflicting_options")
        assert "first" in problem["detail"]
        notification = world.upload("uploads/card/a.png", picture(1), **options)
        assert deliver(kind, notification) == []
        record = of_upload(notification)
        assert record
        assert record.problem
        assert (record.status, record.problem.kind) == (Status.FAILED, "conflicting_options")
        assert post(kind, picture())[1]["vendor"] == "second"

    def test_a_key_that_is_missing_is_not_the_callers_fault(self, world: World) -> None:
        kind = Product("card", Ticket, name="卡", category="general", required=["number"], offers=[Keyed([reading])])
        status, problem = post(kind, picture(), mood="good")
        assert (status, problem["type"]) == (503, "urn:ocr:problem:no_vendor")

    def test_a_key_that_cannot_be_had_right_now_is_asked_for_again(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def throttled(*_: Any, **__: Any) -> NoReturn:
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, "GetSecretValue")

        monkeypatch.setattr(aws.Secrets, "text", throttled)
        kind = Product("card", Ticket, name="卡", category="general", required=["number"], offers=[Keyed([reading])])
        assert post(kind, picture(), mood="good")[1]["type"] == "urn:ocr:problem:vendor_unavailable"

    def test_what_was_paid_for_does_not_wait_in_memory_for_the_rest_of_its_batch(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kept, keep = threading.Event(), ledger.keep

        def announced(*given: Any) -> Record:
            record = keep(*given)
            kept.set()
            return record

        def slow() -> Reading:
            assert kept.wait(10)
            return reading()

        monkeypatch.setattr(ledger, "keep", announced)
        kind = product([slow, reading])
        notifications = [world.upload(f"uploads/ticket/{n}.png", picture(n)) for n in range(2)]
        assert deliver(kind, *notifications) == []
        found = [of_upload(notification) for notification in notifications]
        assert [one and one.status for one in found] == [Status.SUCCEEDED, Status.SUCCEEDED]

    def test_a_batch_is_one_request_to_a_vendor_that_takes_batches(self, world: World) -> None:
        kind = product([lambda: VendorRejected("no key")], [lambda: reading("second")])
        deliver(kind, *(world.upload(f"uploads/ticket/{n}.png", picture(n)) for n in range(5)))
        [second] = [offer for offer in kind.offers if offer.vendor == "second"]
        assert [len(ask.documents) for ask in second.asked] == [5]  # type: ignore[attr-defined]

    def test_a_failing_vendor_is_left_alone_and_asked_again_after_a_while(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CIRCUIT_FAILURES", "2")
        monkeypatch.setenv("CIRCUIT_SECONDS", "3600")
        forget_settings()
        kind = product(
            [lambda: VendorUnavailable("down"), lambda: VendorUnavailable("down"), reading], [lambda: reading("second")]
        )
        for seed in range(2):
            assert post(kind, picture(seed))[1]["vendor"] == "second"
        assert post(kind, picture(2))[1]["attempts"][0]["code"] == "circuit"
        assert calls(kind) == 2
        [circuit] = [item for item in world.items() if "circuit" in item]
        aws.table().put_item(Item=circuit | {"opened_at": 0})
        forget_settings()
        assert [post(kind, picture(seed))[1]["vendor"] for seed in (3, 4)] == ["first", "first"]
        [circuit] = [item for item in world.items() if "circuit" in item]
        assert circuit["circuit"] == "CLOSED"

    def test_no_callers_error_opens_a_circuit(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CIRCUIT_FAILURES", "1")
        forget_settings()
        kind = product([lambda: CallerError("no", kind="invalid_request"), lambda: NoResult("nothing"), reading])
        assert [post(kind, picture(seed))[0] for seed in range(3)] == [400, 422, 200]


class TestPrivacy:
    def test_a_forgotten_record_leaves_nothing_of_any_picture_of_its_content(self, world: World) -> None:
        kind = product([reading])
        notifications = [world.upload(f"uploads/ticket/forgotten-{name}.png", picture()) for name in "ab"]
        deliver(kind, *notifications[:1])
        deliver(kind, *notifications[1:])
        post(kind, picture())
        record = of_upload(notifications[0])
        assert record
        s3 = world.emulator.client("s3")
        [answers] = {f"answers/ticket/{item['content']}/" for item in world.items() if "content" in item}
        assert s3.list_objects_v2(Bucket=ANSWERS, Prefix=answers)["KeyCount"]
        assert erasure.erase(record.id)
        items = [item for item in world.items() if "calls" not in item]
        assert {item.get("status") for item in items} == {Status.DELETED}
        assert len(items) == 3
        left = json.dumps(items, default=str)
        assert not [text for text in ("forgotten", "A-17", "first") if text in left]
        assert s3.list_objects_v2(Bucket=ANSWERS, Prefix=answers)["KeyCount"] == 0
        assert not s3.list_object_versions(Bucket=UPLOADS, Prefix="uploads/ticket/forgotten").get("Versions")
        assert not erasure.erase(record.id)

    def test_a_deletion_that_dies_has_deleted_every_record_whatever_is_read_of_the_picture_later(
        self, world: World
    ) -> None:
        kind = product([reading, lambda: NoResult("nothing")])
        notifications = [world.upload(f"uploads/ticket/{name}.png", picture()) for name in "ab"]
        for notification in notifications:
            deliver(kind, notification)
        record = of_upload(notifications[0])
        assert record
        injector = FaultInjector(faults=[Fault("DeleteObject", "crash before")])
        with injector.over(aws.s3()), injector.invocation():
            erasure.erase(record.id)
        status, problem = post(kind, picture())
        assert (status, problem["type"]) == (422, "urn:ocr:problem:no_result")
        found = [of_upload(notification) for notification in notifications]
        assert [one and one.status for one in found] == [Status.DELETED, Status.DELETED]
        deliver(kind, notifications[1])
        found = of_upload(notifications[1])
        assert found
        assert found.status == Status.DELETED
        assert erasure.erase(record.id)
        assert {item.get("status") for item in world.items() if "calls" not in item} == {Status.DELETED}

    def test_a_record_whose_deletion_died_is_written_again_for_who_sends_the_picture_again(self, world: World) -> None:
        kind = product([reading, lambda: reading("first", "B-18")])
        id = post(kind, picture())[1]["id"]
        injector = FaultInjector(faults=[Fault("ListObjectVersions", "crash before")])
        with injector.over(aws.s3()), injector.invocation():
            erasure.erase(id)
        deliver(kind, world.upload("uploads/ticket/a.png", picture()))
        status, record = post(kind, picture())
        assert (status, record["id"], record["replayed"]) == (200, id, True)
        assert records.find(id) == Record.model_validate({name: record[name] for name in record if name != "headers"})

    @pytest.mark.parametrize("operation", ["DeleteItem", "PutItem"])
    def test_a_deletion_of_which_the_table_s_answer_is_lost_goes_on(self, world: World, operation: str) -> None:
        kind = product([reading])
        notification = world.upload("uploads/ticket/a.png", picture())
        deliver(kind, notification)
        id = post(kind, picture())[1]["id"]
        injector = FaultInjector(faults=[Fault(operation, "lost")])
        with injector.over(aws.dynamodb()):
            assert erasure.erase(id)
        assert not injector.faults
        assert {item.get("status") for item in world.items() if "calls" not in item} == {Status.DELETED}

    def test_an_upload_of_a_picture_that_is_just_forgotten_is_read_anew(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kind, replay = product([reading]), ledger.replay
        id = post(kind, picture())[1]["id"]
        notification = world.upload("uploads/ticket/late.png", picture())

        def forgotten_before(*given: Any) -> Record:
            erasure.erase(id)
            return replay(*given)

        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(ledger, "replay", forgotten_before)
            assert deliver(kind, notification) == ["message-0"]
        assert of_upload(notification) is None
        assert "shown" not in json.dumps(world.items(), default=str)
        assert deliver(kind, notification) == []
        record = of_upload(notification)
        assert record
        assert (record.status, calls(kind)) == (Status.SUCCEEDED, 2)

    def test_a_picture_that_is_sent_while_it_is_forgotten_is_not_left_behind(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kind, found = product([reading]), erasure.of_content
        id = post(kind, picture())[1]["id"]

        def sent_meanwhile(content: str) -> list[records.Item]:
            assert post(kind, picture())[0] == 200
            return found(content)

        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(erasure, "of_content", sent_meanwhile)
            with pytest.raises(InProgress):
                erasure.erase(id)
        assert erasure.erase(id)
        assert "A-17" not in json.dumps(world.items(), default=str)

    def test_nothing_read_stands_in_logs_and_metrics(
        self, world: World, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
    ) -> None:
        monitored = logging.getLogger(logger.name or logger.service)
        monitored.addHandler(caplog.handler)
        kind = product([lambda: reading(number="SECRET-4711")])
        assert post(kind, picture())[0] == 200

        def broken(*_: object) -> NoReturn:
            raise ValueError("SECRET-4711")

        assert post(product([broken]), picture(1))[0] == 503
        kind.checks = (broken,)
        assert post(kind, picture(2))[0] == 502
        monitored.removeHandler(caplog.handler)
        logged = "".join(str(vars(record)) for record in caplog.records)
        assert "A vendor's turn failed" in logged
        printed = "".join(capsys.readouterr()) + logged
        assert "VendorCalls" in printed
        assert "SECRET-4711" not in printed
