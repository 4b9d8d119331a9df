"""Promise: the HTTPS API takes a picture in every form it says, answers at once or later, and never pays twice."""

import json
from base64 import b64encode
from collections.abc import Callable
from io import StringIO
from typing import Any
from urllib.parse import quote

import pytest

from local.cloud.aws import Aws
from ocr.declare import catalogue
from ocr.declare.product import Product
from ocr.entry import https
from ocr.entry.serve import serve
from ocr.model.answer import ReceivedAnswer
from ocr.model.reading import ExtractedDocument, Item, Reading
from ocr.model.record import Status
from ocr.platform import aws
from ocr.platform.errors import UnexpectedResponse, VendorUnavailable
from ocr.platform.telemetry import logger
from ocr.storage import erasure, ledger, records
from records import app
from tests.support.aws import UPLOADS, World, forget_settings
from tests.support.fault_injection import Fault, FaultInjector
from tests.support.scripted import Answer, Context, calls, picture, product, reading
from tests.support.sending import asked, delivered, sent
from tests.support.vendors import Answered, Host

Body = dict[str, Any]


def form(*files: tuple[str, bytes], **members: str) -> tuple[bytes, str]:
    """A multipart body and its content type."""
    parts = [(f'name="{name}"', value.encode()) for name, value in members.items()]
    parts += [(f'name="file"; filename="{name}"', content) for name, content in files]
    lines = [b"--b\r\nContent-Disposition: form-data; " + head.encode() + b"\r\n\r\n" + body for head, body in parts]
    return b"\r\n".join(lines) + b"\r\n--b--\r\n", "multipart/form-data; boundary=b"


def stored(content: bytes, name: str = "a.png") -> str:
    """The address of an upload."""
    aws.s3().put_object(Bucket=UPLOADS, Key=f"uploads/ticket/{name}", Body=content)
    return f"s3://{UPLOADS}/uploads/ticket/{name}"


def come(kind: Product, id: str) -> None:
    """Deliver the upload that was put by under a record's id."""
    key = f"uploads/ticket/later/{id}"
    version = aws.s3().head_object(Bucket=UPLOADS, Key=key)["VersionId"]
    entry = {"s3": {"bucket": {"name": UPLOADS}, "object": {"key": key, "versionId": version}}}
    assert serve(kind)(delivered(entry), Context()) == {"batchItemFailures": []}  # type: ignore[arg-type]


class TestForms:
    @pytest.mark.parametrize("as_uri", [False, True])
    def test_every_form_of_a_picture_is_the_same_content(self, world: World, as_uri: bool) -> None:
        kind, data = product([reading]), b64encode(picture()).decode()
        body, media_type = form(("a.png", picture()))
        answers = [
            sent(kind, picture()),
            sent(kind, body, media_type),
            sent(kind, {"image": data}),
            sent(kind, {"image": f" DATA:image/png;name=a.png;BASE64,{quote(data)}"}),
            sent(kind, {"s3_uri": stored(picture())}),
        ]
        assert [status for status, _ in answers] == [200] * 5
        assert calls(kind) == 1
        assert [body["replayed"] for _, body in answers] == [False, True, True, True, True]

    def test_a_picture_may_be_named_by_its_address(
        self, world: World, stand_in: Host, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("PICTURE_ORIGINS", stand_in.url)
        forget_settings()
        kind, url = product([reading]), f"{stand_in.url}/a.png?signature=s3cret"
        stand_in.says(Answered(picture()), Answered(picture()), Answered("<html>Please log in</html>"))
        status, record = sent(kind, {"url": url, "mood": "good"})
        assert (status, record["status"], record["options"]) == (200, "succeeded", {"mood": "good"})
        assert sent(kind, {"url": url})[0] == 200
        assert [asked.query for asked in stand_in.asked] == [{"signature": "s3cret"}] * 2
        answers = [sent(kind, {"url": url}), sent(kind, {"url": "https://127.0.0.1/?signature=s3cret"})]
        answers += [sent(kind, {"url": 1}), sent(kind, {"url": url, "image": "a"})]
        assert [status for status, _ in answers] == [415, 400, 400, 400]
        kept = json.dumps([record, world.items(), answers], default=str) + capsys.readouterr().out
        assert "s3cret" not in kept

    @pytest.mark.parametrize("name", ["Bildschirmfoto 9.41.00\u202fAM.png", "身份证\u3000正面.png", "👨\u200d👩.png"])
    def test_a_files_name_may_be_in_any_language(self, world: World, name: str) -> None:
        body, media_type = form((name, picture()))
        assert sent(product([reading]), body, media_type)[0] == 200
        assert sent(product([reading]), {"s3_uri": stored(picture(), name)})[0] == 200

    def test_a_version_that_nobody_uploaded_is_not_there(self, world: World) -> None:
        uri = stored(picture())
        marker = aws.s3().delete_object(Bucket=UPLOADS, Key=uri.partition(f"{UPLOADS}/")[2])["VersionId"]
        for version in (marker, "none"):
            assert sent(product([reading]), {"s3_uri": uri, "version": version})[0] == 404

    def test_an_upload_that_is_named_may_be_read_with_other_options(self, world: World) -> None:
        kind = product([reading])
        uri = stored(picture())
        plain, good = sent(kind, {"s3_uri": uri})[1], sent(kind, {"s3_uri": uri, "mood": "good"})[1]
        again = sent(kind, {"s3_uri": uri, "mood": "good"})[1]
        assert plain["id"] != good["id"] == again["id"]
        assert (good["options"], again["replayed"]) == ({"mood": "good"}, True)
        assert calls(kind) == 2

    def test_a_picture_that_was_forgotten_may_be_sent_again(self, world: World) -> None:
        kind = product([reading])
        status, body = sent(kind, picture(), Prefer="respond-async")
        come(kind, body["id"])
        assert asked("DELETE", f"/records/{body['id']}")[0] == 204
        for _ in range(2):
            status, record = sent(kind, picture())
            assert (status, record["status"]) == (200, "succeeded")
        assert calls(kind) == 2

    @pytest.mark.parametrize(
        "uri",
        [
            "s3://other-bucket/uploads/ticket/a.png",
            f"s3://{UPLOADS}-2/uploads/ticket/a.png",
            f"s3://{UPLOADS}/uploads/other/a.png",
            f"s3://{UPLOADS}/uploads/ticket/",
            f"s3://{UPLOADS}/uploads/ticket/../other/a.png\n",
            f"s3://{UPLOADS}/uploads/ticket/{'a' * 2000}",
            f"https://{UPLOADS}/uploads/ticket/a.png",
            "",
        ],
    )
    def test_an_address_elsewhere_is_refused_and_not_told(
        self, world: World, capsys: pytest.CaptureFixture[str], uri: str
    ) -> None:
        status, problem = sent(product([reading]), {"s3_uri": uri})
        assert status == 400
        assert uri == "" or uri not in json.dumps(problem) + capsys.readouterr().out

    def test_an_upload_that_is_not_there_is_404(self, world: World) -> None:
        assert sent(product([reading]), {"s3_uri": f"s3://{UPLOADS}/uploads/ticket/nothing.png"})[0] == 404

    def test_every_answer_carries_its_request_and_may_be_kept_by_nobody(self, world: World) -> None:
        for body in (picture(), b"not a picture"):
            headers = sent(product([reading]), body)[1]["headers"]
            assert headers["X-Request-Id"] == "request-1"
            assert headers["Cache-Control"] == "no-store"
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert "Access-Control-Allow-Origin" not in headers

    def test_a_web_origin_may_read_the_answers_if_the_operator_says_so(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CORS_ORIGIN", "https://onboarding.example.com")
        forget_settings()
        headers = sent(product([reading]), picture())[1]["headers"]
        assert headers["Access-Control-Allow-Origin"] == "https://onboarding.example.com"


class TestIdempotencyKey:
    def test_the_same_key_and_picture_are_the_same_record(self, world: World) -> None:
        kind = product([reading])
        first, second = (sent(kind, picture(), Idempotency_Key="order-1")[1] for _ in range(2))
        assert first["id"] == second["id"]
        assert (first["replayed"], second["replayed"]) == (False, True)
        assert calls(kind) == 1

    def test_another_key_is_another_record_of_the_same_reading(self, world: World) -> None:
        kind = product([reading])
        first, second = (sent(kind, picture(), Idempotency_Key=key)[1] for key in ("order-1", "order-2"))
        assert first["id"] != second["id"]
        assert calls(kind) == 1

    def test_the_same_key_with_another_picture_is_refused_unpaid(self, world: World) -> None:
        kind = product([reading])
        sent(kind, picture(1), Idempotency_Key="order-1")
        status, problem = sent(kind, picture(2), Idempotency_Key="order-1")
        assert (status, problem["type"]) == (422, "urn:ocr:problem:key_reused")
        assert calls(kind) == 1

    def test_a_key_that_failed_may_be_sent_again(self, world: World) -> None:
        kind = product([lambda: VendorUnavailable("down"), reading])
        assert sent(kind, picture(), Idempotency_Key="order-1")[0] == 503
        assert sent(kind, picture(2), Idempotency_Key="order-1")[0] == 422
        assert sent(kind, picture(), Idempotency_Key="order-1")[0] == 200

    def test_a_key_may_be_quoted(self, world: World) -> None:
        kind = product([reading])
        first, second = (sent(kind, picture(), Idempotency_Key=key)[1] for key in ("order-1", '"order-1"'))
        assert first["id"] == second["id"]

    def test_a_batch_with_the_same_key_has_the_same_records(self, world: World) -> None:
        kind = product([reading])
        images = [b64encode(picture(seed)).decode() for seed in (1, 2, 1)]
        first, second = (
            sent(kind, {"images": images}, path="/batch", Idempotency_Key="order-1")[1]["outcomes"] for _ in range(2)
        )
        ids = [one["record_id"] for one in first]
        assert ids == [one["record_id"] for one in second]
        assert len({*ids}) == 3
        images[1] = b64encode(picture(9)).decode()
        outcomes = sent(kind, {"images": images}, path="/batch", Idempotency_Key="order-1")[1]["outcomes"]
        assert [one["status"] for one in outcomes] == [200, 422, 200]
        assert outcomes[1]["problem"]["type"] == "urn:ocr:problem:key_reused"
        assert calls(kind) == 2
        assert sent(kind, {"images": images}, path="/batch", Idempotency_Key="ö")[0] == 400

    @pytest.mark.parametrize("key", ["ö", "a\tb", "a b", "a" * 256, '""'])
    def test_what_is_no_key_is_refused(self, world: World, key: str) -> None:
        assert sent(product([reading]), picture(), Idempotency_Key=key)[0] == 400


def test_what_is_logged_of_a_request_carries_the_id_that_its_answer_carries(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged = StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", logged)

    def fails() -> Reading:
        raise ZeroDivisionError

    status, problem = sent(product([fails]), picture())
    [line] = logged.getvalue().splitlines()
    assert status == 503
    assert [json.loads(line)["correlation_id"]] == [problem["headers"]["X-Request-Id"]] == ["request-1"]


@pytest.mark.parametrize("path", ["", "/batch"])
def test_who_asks_for_a_picture_while_it_is_deleted_is_told_to_ask_again(
    world: World, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    kind, find = product([reading]), records.find
    body, media_type = form(("a.png", picture()))
    id = sent(kind, picture())[1]["id"]

    def deleted_before(asked: str) -> Any:
        erasure.erase(id)
        return find(asked)

    with monkeypatch.context() as deleting:
        deleting.setattr(records, "find", deleted_before)
        status, answer = sent(kind, body, media_type, path)
    body = answer["outcomes"][0] if path else answer
    assert (status, body["status"]) == (200 if path else 409, 409)
    assert body.get("problem", body)["type"] == "urn:ocr:problem:in_progress"
    assert sent(kind, picture())[1]["status"] == "succeeded"


class TestLater:
    def test_who_does_not_want_to_wait_is_told_where_the_record_will_be(self, world: World) -> None:
        kind = product([reading])
        status, body = sent(kind, picture(), Prefer="respond-async")
        assert (status, body["status"], calls(kind)) == (202, "pending", 0)
        assert body["headers"]["Location"] == f"../records/{body['id']}"
        assert body["headers"]["Preference-Applied"] == "respond-async"
        assert asked("GET", f"/records/{body['id']}")[1]["status"] == "pending"
        come(kind, body["id"])
        status, record = asked("GET", f"/records/{body['id']}")
        assert (status, record["status"], record["id"]) == (200, "succeeded", body["id"])
        assert calls(kind) == 1

    @pytest.mark.parametrize(
        ("prefer", "applied"),
        [
            ("respond-async; wait=10", "respond-async"),
            ('Respond-Async="", handling=lenient', "respond-async"),
            ('foo="a,respond-async", respond-async', "respond-async"),
            ("respond-async, wait=0", "respond-async, wait=0"),
            ("wait=0", "wait=0"),
        ],
    )
    def test_a_preference_is_understood_as_its_standard_writes_it(
        self, world: World, prefer: str, applied: str
    ) -> None:
        kind = product([reading])
        status, body = sent(kind, picture(), Prefer=prefer)
        assert (status, body["headers"].get("Preference-Applied"), calls(kind)) == (202, applied, 0)

    @pytest.mark.parametrize(
        "prefer", ["wait=20", "respond-async, wait=20", "wait=soon", 'foo="respond-async"', "foo; respond-async"]
    )
    def test_who_waits_long_enough_gets_the_record(self, world: World, prefer: str) -> None:
        status, body = sent(product([reading]), picture(), Prefer=prefer)
        assert (status, body["status"]) == (200, "succeeded")
        assert "Preference-Applied" not in body["headers"]

    def test_a_batch_need_not_be_waited_for(self, world: World) -> None:
        kind = product([reading])
        sent(kind, picture(1))
        images = [b64encode(content).decode() for content in (picture(1), picture(2), b"no picture")]
        status, body = sent(kind, {"images": images}, path="/batch", Prefer="respond-async")
        assert (status, body["headers"]["Preference-Applied"], calls(kind)) == (200, "respond-async", 1)
        assert [one["status"] for one in body["outcomes"]] == [200, 202, 415]
        come(kind, body["outcomes"][1]["record_id"])
        assert asked("GET", f"/records/{body['outcomes'][1]['record_id']}")[1]["status"] == "succeeded"

    def test_what_was_read_before_is_answered_at_once(self, world: World) -> None:
        kind = product([reading])
        sent(kind, picture())
        status, record = sent(kind, picture(), Prefer="respond-async")
        assert (status, record["replayed"]) == (200, True)

    def test_a_picture_that_is_forgotten_while_the_queue_has_it_stays_forgotten(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kind, lease = product([reading]), ledger.lease
        body = sent(kind, picture(), Prefer="respond-async")[1]

        def forgotten_before(*given: Any) -> Any:
            assert asked("DELETE", f"/records/{body['id']}")[0] == 204
            return lease(*given)

        with monkeypatch.context() as deleting:
            deleting.setattr(ledger, "lease", forgotten_before)
            come(kind, body["id"])
        assert asked("GET", f"/records/{body['id']}")[0] == 410
        assert "A-17" not in json.dumps(world.items(), default=str)
        assert sent(kind, picture())[0] == 200

    def test_a_key_and_no_wait_go_together(self, world: World) -> None:
        kind = product([reading])
        first, second = (sent(kind, picture(), Prefer="respond-async", Idempotency_Key="order-1") for _ in range(2))
        assert first[1]["id"] == second[1]["id"]
        come(kind, first[1]["id"])
        assert sent(kind, picture(), Idempotency_Key="order-1")[1]["id"] == first[1]["id"]

    def test_what_takes_too_long_goes_on_without_the_caller(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(https, "NEAR", 3600)
        kind = product([lambda: VendorUnavailable("no time"), reading])
        status, body = sent(kind, picture())
        assert (status, body["status"]) == (202, "pending")
        come(kind, body["id"])
        assert asked("GET", f"/records/{body['id']}")[1]["status"] == "succeeded"

    def test_a_picture_whose_deletion_died_may_be_handed_over_too(self, world: World) -> None:
        kind = product([reading])
        id = sent(kind, picture())[1]["id"]
        injector = FaultInjector(faults=[Fault("ListObjectVersions", "crash before")])
        with injector.over(aws.s3()), injector.invocation():
            asked("DELETE", f"/records/{id}")
        assert sent(kind, picture(), Prefer="respond-async")[1]["id"] == id
        assert asked("GET", f"/records/{id}")[1]["status"] == "pending"
        come(kind, id)
        assert asked("GET", f"/records/{id}")[1]["status"] == "succeeded"
        assert calls(kind) == 2

    def test_a_picture_that_is_held_for_a_person_may_be_handed_over_once_it_may_be_sent_again(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("RESEND_UNKNOWN", "0")
        forget_settings()
        kind = product([lambda: VendorUnavailable("cut", paid=True), reading])
        assert sent(kind, picture())[0] == 503
        id = sent(kind, picture())[1]["record_id"]
        assert asked("GET", f"/records/{id}")[1]["status"] == "unknown"
        monkeypatch.setenv("RESEND_UNKNOWN", "1")
        forget_settings()
        assert sent(kind, picture(), Prefer="respond-async")[1]["id"] == id
        come(kind, id)
        assert asked("GET", f"/records/{id}")[1]["status"] == "succeeded"

    def test_a_picture_that_failed_may_be_handed_over_too(self, world: World) -> None:
        kind = product([lambda: VendorUnavailable("down"), reading])
        assert sent(kind, picture())[0] == 503
        status, body = sent(kind, picture(), Prefer="respond-async")
        come(kind, body["id"])
        assert asked("GET", f"/records/{body['id']}")[1]["status"] == "succeeded"


class TestBatch:
    def test_each_picture_has_its_own_outcome_and_one_request_serves_all(self, world: World) -> None:
        kind = product([lambda: VendorUnavailable("down")], [lambda: reading("second")])
        files = [(f"{n}.png", picture(n)) for n in range(48)]
        body, media_type = form(*files[:20], ("bad.png", b"not a picture"), *files[20:], ("again.png", picture(0)))
        status, answer = sent(kind, body, media_type, "/batch")
        assert status == 200
        outcomes = answer["outcomes"]
        assert [one["name"] for one in outcomes] == [
            *(name for name, _ in files[:20]), "bad.png", *(name for name, _ in files[20:]), "again.png"
        ]  # fmt: skip
        assert [one["status"] for one in outcomes] == [200] * 20 + [415] + [200] * 29
        assert outcomes[20]["problem"]["type"] == "urn:ocr:problem:unsupported_format"
        assert outcomes[-1]["record"]["replayed"]
        [second] = [offer for offer in kind.offers if offer.vendor == "second"]
        assert [len(ask.documents) for ask in second.asked] == [48]  # type: ignore[attr-defined]

    def test_uploads_are_a_batch_too(self, world: World) -> None:
        kind = product([reading])
        uris = [stored(picture(n), f"{n}.png") for n in range(3)]
        _, answer = sent(kind, {"s3_uris": [*uris, "s3://elsewhere/x"], "mood": "good"}, path="/batch")
        assert [one["status"] for one in answer["outcomes"]] == [200, 200, 200, 400]
        assert answer["outcomes"][0]["record"]["options"] == {"mood": "good"}

    def test_uploads_that_are_too_large_together_are_refused_before_anything_is_paid(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kind = product([reading])
        uris = [stored(picture(n), f"{n}.png") for n in range(3)]
        monkeypatch.setattr("ocr.entry.requests.MOST_BATCH_BYTES", 2 * len(picture()))
        status, problem = sent(kind, {"s3_uris": uris}, path="/batch")
        assert (status, problem["status"], calls(kind)) == (413, 413, 0)
        assert sent(kind, {"s3_uris": uris[:2]}, path="/batch")[0] == 200

    @pytest.mark.parametrize(
        "body", [{}, {"s3_uris": []}, {"images": ["a"] * 51}, {"images": ["a"], "s3_uris": []}, {"images": "a"}]
    )
    def test_what_is_no_batch_is_refused(self, world: World, body: Body) -> None:
        assert sent(product([reading]), body, path="/batch")[0] == 400

    def test_an_answer_that_grows_too_long_says_where_the_records_are(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("ocr.entry.responses.MOST_BYTES", 1500)
        kind = product([reading])
        body, media_type = form(*((f"{n}.png", picture(n)) for n in range(5)))
        outcomes = sent(kind, body, media_type, "/batch")[1]["outcomes"]
        assert 0 < sum("record" in one for one in outcomes) < 5
        for one in outcomes:
            assert asked("GET", f"/records/{one['record_id']}")[0] == 200


class TestRenormalize:
    @pytest.fixture
    def ticket(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[list[Answer]], Product]:
        """The scripted product where the records function looks for it."""

        def made(answers: list[Answer]) -> Product:
            kind = product(answers)

            class Module:
                product = kind

            monkeypatch.setattr("ocr.pipeline.renormalization.import_module", lambda name: Module)
            return kind

        return made

    def understood(self, number: str) -> Callable[..., Reading]:
        """How a vendor's answer is understood from now on."""
        return lambda *_: Reading(vendor="first", findings=[ExtractedDocument(items=[Item(label="编号", text=number)])])

    def test_a_record_is_made_anew_without_a_call(
        self, world: World, ticket: Callable[[list[Answer]], Product], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kind = ticket([reading])
        ids = [sent(kind, picture(), Idempotency_Key=key)[1]["id"] for key in ("order-1", "order-2")]
        before = {id: records.find(id) for id in ids}
        monkeypatch.setattr("tests.support.scripted.First.understood", self.understood("B-18"), raising=False)
        status, record = asked("POST", f"/records/{ids[0]}/renormalize")
        assert (status, record["document"]["fields"]) == (200, {"number": "B-18"})
        assert calls(kind) == 1
        for id in ids:
            found, old = records.find(id), before[id]
            assert found
            assert old
            assert found.document
            assert found.document.fields == {"number": "B-18"}
            assert (found.created_at, found.replayed) == (old.created_at, old.replayed)

    def test_an_answer_that_nobody_understood_becomes_a_record_once_somebody_does(
        self, world: World, ticket: Callable[[list[Answer]], Product], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kind = ticket(
            [lambda: UnexpectedResponse("what?", vendor="first", raw=ReceivedAnswer.of({"new": "form"}), paid=True)]
        )
        status, problem = sent(kind, picture())
        assert status == 502
        monkeypatch.setattr("tests.support.scripted.First.understood", self.understood("C-19"), raising=False)
        status, record = asked("POST", f"/records/{problem['record_id']}/renormalize")
        assert (status, record["status"]) == (200, Status.SUCCEEDED)

    def test_a_record_without_an_answer_is_told_so(self, world: World) -> None:
        kind = product([reading])
        aws.s3().put_object(Bucket=UPLOADS, Key="uploads/ticket/bad.png", Body=b"not a picture")
        sent(kind, {"s3_uri": stored(b"x")})
        entry = {"s3": {"bucket": {"name": UPLOADS}, "object": {"key": "uploads/ticket/bad.png"}}}
        serve(kind)(delivered(entry), Context())  # type: ignore[arg-type]
        found = records.of_upload(f"s3://{UPLOADS}/uploads/ticket/bad.png")
        assert found
        assert asked("POST", f"/records/{found.id}/renormalize")[0] == 409
        assert asked("POST", f"/records/{'0' * 32}/renormalize")[0] == 404


class TestRecords:
    @pytest.fixture(autouse=True)
    def _ticket_is_a_product(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(catalogue, "exists", lambda slug: slug == "ticket")

    def test_a_record_that_did_not_change_is_not_sent_again(self, world: World) -> None:
        id = sent(product([reading]), picture())[1]["id"]
        answer = self.get(id)
        [tag] = answer["multiValueHeaders"]["ETag"]
        again = self.get(id, {"if-none-match": f'"other", {tag}'})
        assert (again["statusCode"], again["body"]) == (304, "")

    def get(self, id: str, headers: dict[str, str] | None = None) -> Body:
        path = f"/records/{id}"
        answer: Body = app.handler(
            {
                "httpMethod": "GET",
                "path": path,
                "resource": path,
                "headers": headers or {},
                "queryStringParameters": None,
                "requestContext": {"stage": "v1", "path": path},
                "body": None,
                "isBase64Encoded": False,
            },
            Context(),  # type: ignore[arg-type]
        )
        return answer

    def listed(self, **query: str) -> tuple[int, Any]:
        return asked("GET", "/records", queryStringParameters=query)

    def test_lists_mask_what_is_personal(self, world: World) -> None:
        sent(product([reading]), picture())
        status, page = self.listed(product="ticket")
        assert status == 200
        [one] = page["records"]
        assert one["fields"] == {"number": "***"}
        assert page["next"] is None

    @pytest.mark.parametrize("query", [{}, {"product": "ticket"}])
    def test_pages_have_no_gaps_and_no_repeats_while_records_are_written(
        self, world: World, query: dict[str, str]
    ) -> None:
        kind = product([reading])
        written = [sent(kind, picture(n))[1]["id"] for n in range(25)]
        seen: list[str] = []
        cursor: dict[str, str] = {}
        for n in range(100, 110):
            status, page = self.listed(limit="4", **query, **cursor)
            assert status == 200
            seen += [one["id"] for one in page["records"]]
            if page["next"] is None:
                break
            cursor = {"cursor": page["next"]}
            sent(kind, picture(n))
        assert seen == written[::-1]

    def test_lists_are_of_a_status_a_vendor_and_a_time(self, world: World) -> None:
        kind = product([reading, lambda: UnexpectedResponse("what?", vendor="first"), reading])
        for n in range(3):
            sent(kind, picture(n))
        assert len(self.listed(status="failed")[1]["records"]) == 1
        assert len(self.listed(vendor="first", product="ticket")[1]["records"]) == 3
        assert self.listed(vendor="second")[1]["records"] == []
        assert self.listed(to="2020-01-01")[1]["records"] == []
        assert len(self.listed(**{"from": "2020-01-01T00:00:00Z"})[1]["records"]) == 3

    @pytest.mark.parametrize(
        "query",
        [
            {"status": "fine"},
            {"limit": "0"},
            {"limit": "101"},
            {"limit": "²"},
            {"from": "yesterday"},
            {"cursor": "x"},
            {"cursor": "WzEsIDIsIDNd"},
            {"cursor": "e30"},
        ],
    )
    def test_what_is_no_search_is_refused(self, world: World, query: dict[str, str]) -> None:
        assert self.listed(**query)[0] == 400

    def test_a_form_reserves_the_record_that_its_upload_ends_in(
        self, world: World, emulator: Aws, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        status, form = asked("POST", "/uploads/captcha", json.dumps({"codetype": "1004"}))
        assert status == 201
        assert asked("GET", f"/records/{form['id']}")[1]["status"] == "pending"
        kind = product([reading])
        kind.slug = "captcha"
        version = aws.s3().put_object(Bucket=UPLOADS, Key=form["key"], Body=picture())["VersionId"]
        entry = {"s3": {"bucket": {"name": UPLOADS}, "object": {"key": form["key"], "versionId": version}}}
        serve(kind)(delivered(entry), Context())  # type: ignore[arg-type]
        assert asked("GET", f"/records/{form['id']}")[1]["status"] == "succeeded"
        later = aws.s3().put_object(Bucket=UPLOADS, Key=form["key"], Body=picture(7))["VersionId"]
        entry["s3"]["object"]["versionId"] = later
        serve(kind)(delivered(entry), Context())  # type: ignore[arg-type]
        newest = records.of_upload(f"s3://{UPLOADS}/{form['key']}", later)
        assert newest
        assert newest.id != form["id"]

    def test_a_form_goes_to_the_buckets_own_region(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in {"AWS_DEFAULT_REGION": "ap-east-1", "AWS_REGION": "ap-east-1"}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
        presigned = aws.s3.__wrapped__().generate_presigned_post("bucket", "key")
        assert presigned["url"] == "https://bucket.s3.ap-east-1.amazonaws.com/"

    def test_an_aws_at_an_address_of_its_own_is_asked_there_and_not_at_hosts_named_after_buckets(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        address = "http://host.docker.internal:4566"
        for name, value in {"AWS_DEFAULT_REGION": "us-east-1", "AWS_ENDPOINT_URL": address}.items():
            monkeypatch.setenv(name, value)
        assert aws.s3.__wrapped__().generate_presigned_post("bucket", "key")["url"] == f"{address}/bucket"

    @pytest.mark.parametrize("seeds", [(0, 1), (0, 0)])
    def test_of_two_uploads_by_one_form_that_come_at_once_one_is_read_and_each_has_a_record(
        self, world: World, seeds: tuple[int, int]
    ) -> None:
        kind = product([reading])
        kind.slug = "captcha"
        form = asked("POST", "/uploads/captcha", json.dumps({"codetype": "1004"}))[1]
        entries = [world.upload(form["key"], picture(seed)) for seed in seeds]
        assert serve(kind)(delivered(*entries), Context()) == {"batchItemFailures": []}  # type: ignore[arg-type]
        versions = [one["s3"]["object"]["versionId"] for one in entries]
        found = [records.of_upload(f"s3://{UPLOADS}/{form['key']}", version) for version in versions]
        assert {one.status for one in found if one} == {Status.SUCCEEDED, Status.FAILED}
        assert [one.id for one in found if one and one.status == Status.SUCCEEDED] == [form["id"]]
        assert len({one.id for one in found if one}) == len([item for item in world.items() if "source" in item]) == 2
        assert calls(kind) == 1

    @pytest.mark.parametrize("read", [True, False])
    def test_an_upload_by_the_form_of_a_deleted_record_is_not_read(self, world: World, read: bool) -> None:
        kind = product([reading])
        kind.slug = "captcha"
        form = asked("POST", "/uploads/captcha", json.dumps({"codetype": "1004"}))[1]
        if read:
            serve(kind)(delivered(world.upload(form["key"], picture())), Context())  # type: ignore[arg-type]
        assert asked("DELETE", f"/records/{form['id']}")[0] == 204
        entry = world.upload(form["key"], picture(1))
        assert serve(kind)(delivered(entry), Context()) == {"batchItemFailures": []}  # type: ignore[arg-type]
        record = records.of_upload(f"s3://{UPLOADS}/{form['key']}", entry["s3"]["object"]["versionId"])
        assert record
        assert (record.status, record.id == form["id"]) == (Status.FAILED, False)
