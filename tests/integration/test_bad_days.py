"""Promise: whatever a vendor does on a bad day, the picture's record is true, nothing is paid twice, and it heals."""

import gzip
import json
from base64 import b64decode
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any, ClassVar

import pytest
from PIL import Image

from local.doctor import _examined, verdict
from local.redrive import changed
from ocr.declare.offers import Offer
from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.model.reading import ExtractedDocument, Item
from ocr.model.record import Record, Status
from ocr.platform import aws
from ocr.platform.errors import UnexpectedResponse, VendorRejected, VendorUnavailable
from ocr.storage import ledger, records
from ocr.vendors import credentials, ctyun, esign, etoplive, juhe
from tests.contract.adapters.ctyun import answer, card_entry, plate_entry, text_entry
from tests.support.adapters import Card, adapters, offers
from tests.support.aws import ANSWERS, PREFIX, UPLOADS, World, forget_settings, whole, whole_table
from tests.support.photographs import photograph
from tests.support.scripted import Context, picture, product, reading
from tests.support.sending import deliver, delivered, post
from tests.support.vendors import SECRETS, Answered, Host

CODETYPE = {"codetype": "1004"}
OFFERS = [case.offer for case in offers()]
SOLVED = {"error_code": 0, "result": {"res": "8f2k", "orderid": "JH1"}}
CARD = {"ErrorCode": "0", "ResultList": [{"pid": 2, "FieldList": [{"chn_key": "姓名", "value": "张三"}]}]}


def card_of(*offers: Offer, fields: type[Any] = Card) -> Product:
    return Product("card", fields, name="卡", category="general", required=[], offers=offers)


def of_upload(notification: dict[str, Any]) -> Record:
    thing = notification["s3"]["object"]
    found = records.of_upload(f"s3://{UPLOADS}/{thing['key']}", thing["versionId"])
    assert found
    return found


def unseen() -> set[int]:
    return {int(item["unseen"]) for item in whole_table().scan()["Items"] if "unseen" in item}


PAGES = {
    "a maintenance page": Answered("<html><h1>系统维护中</h1></html>", headers={"Content-Type": "text/html"}),
    "a maintenance text": Answered("系统维护中，请稍后再试"),
    "a way to the login": Answered("", 302, {"Location": "/login"}),
    "a deployment": Answered("<html>nginx</html>", 404),
    "another program": Answered("<html>405 Not Allowed</html>", 405),
}


class TestTransient:
    @pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
    def test_a_page_passes_and_the_same_picture_is_read_when_the_vendor_is_well(
        self, world: World, vendor: Host, page: Answered
    ) -> None:
        kind, notification = card_of(juhe.Captcha()), world.upload("uploads/card/a.png", picture(1), **CODETYPE)
        vendor.says(page)
        for receives in range(1, 5):
            assert deliver(kind, notification, receives=receives) == ["message-0"]
        status, problem = post(kind, picture(2), **CODETYPE)
        assert (status, problem["type"]) == (503, "urn:ocr:problem:vendor_unavailable")
        assert unseen() == {0}
        vendor.says(SOLVED)
        assert deliver(kind, notification, receives=5) == []
        record = of_upload(notification)
        assert (record.status, record.attempts[0].units, record.resends) == (Status.SUCCEEDED, 10, 0)
        assert post(kind, picture(2), **CODETYPE)[0] == 200
        assert len(vendor.asked) == 2

    @pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
    def test_the_next_vendor_is_asked_meanwhile(self, world: World, vendor: Host, page: Answered) -> None:
        kind, notification = (
            card_of(etoplive.Pid(2), ctyun.GeneralText()),
            world.upload("uploads/card/a.png", picture()),
        )
        vendor.says(page, answer(text_entry("姓名")))
        assert deliver(kind, notification) == []
        assert [(one.vendor, one.units) for one in of_upload(notification).attempts] == [("etoplive", 0), ("ctyun", 1)]

    def test_an_answer_that_came_damaged_counts_as_one_never_seen(self, world: World, vendor: Host) -> None:
        kind, notification = card_of(juhe.Captcha()), world.upload("uploads/card/a.png", picture(1), **CODETYPE)
        vendor.says(Answered('{"error_code": 0, "result": {"res": "8f'), SOLVED)
        assert deliver(kind, notification) == ["message-0"]
        assert unseen() == {1}
        assert deliver(kind, notification, receives=2) == []
        assert (of_upload(notification).status, of_upload(notification).resends) == (Status.SUCCEEDED, 1)

    def test_it_is_kept_byte_for_byte_and_encrypted(self, world: World, vendor: Host) -> None:
        content = '{"error_code": 0, "result": {"res": "汉'.encode("gb18030") + b"\xff" * 200_000
        vendor.says(Answered(content, headers={"Content-Type": "text/html"}))
        post(card_of(juhe.Captcha()), picture(), **CODETYPE)
        [key] = [one["Key"] for one in whole("s3").list_objects_v2(Bucket=ANSWERS)["Contents"]]
        assert _bytes(key) == content

    def test_an_answer_that_cannot_be_made_a_record_is_not_for_ever(self, world: World) -> None:
        flood = [ExtractedDocument(items=[Item(label="编号", text=f"A-{number}")]) for number in range(300)]
        many = reading().model_copy(update={"findings": flood})
        kind = product([lambda: many, reading])
        status, problem = post(kind, picture())
        assert status == 502
        found = records.find(problem["record_id"])
        assert found
        assert [attempt.outcome for attempt in found.attempts] == ["unexpected_response"]
        status, record = post(kind, picture())
        assert (status, record["resends"]) == (200, 1)


OURS = {
    juhe.Captcha: [271002, 271004, 271005, 271006, 271009],
    juhe.Plate: [271102, 271104],
    etoplive.Pid: [-6, -7, 16, 17],
    esign.GeneralText: [30500100, 30500101],
    ctyun.GeneralText: [*range(4001, 4007), *range(4008, 4014)],
}


class TestWhoseTurn:
    @pytest.mark.parametrize(
        ("offer", "code"), [(offer, code) for offer in OFFERS for code in OURS.get(type(offer), [])]
    )
    def test_a_request_called_malformed_goes_on_to_the_next_vendor_and_is_final_for_nobody(
        self, world: World, vendor: Host, offer: Offer, code: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Next(type(product([reading]).offers[0])):  # type: ignore[misc]
            options: ClassVar[Any] = offer.options

        monkeypatch.setenv("VENDORS", f"{offer.vendor},first")
        forget_settings()
        member = adapters()[offer.vendor].CODES[0]
        vendor.says({member: code, "message": "error", "result": None})
        options = CODETYPE if isinstance(offer, juhe.Captcha) else {}
        notification = world.upload("uploads/card/a.png", picture(1), **options)
        assert deliver(card_of(offer), notification) == ["message-0"]
        assert unseen() == {0}
        assert deliver(card_of(offer, Next([reading])), notification, receives=2) == []
        assert [attempt.vendor for attempt in of_upload(notification).attempts][-1] == "first"

    @pytest.mark.parametrize(
        ("offer", "code"),
        [
            (juhe.Captcha(), {"error_code": 271006}),
            (esign.GeneralText(), {"code": 30500101}),
            (ctyun.GeneralText(), {"code": 4010}),
            (ctyun.GeneralText(), {"code": 0, "message": {"success": 0, "fail": 1}, "result": [{"err_code": 4011}]}),
            (etoplive.Pid(2), Answered("<html>413 Request Entity Too Large</html>", 413)),
        ],
    )
    def test_what_is_too_large_for_the_vendor_is_made_smaller_once(
        self, world: World, vendor: Host, offer: Offer, code: Any
    ) -> None:
        noise = Image.effect_noise((900, 900), 90)
        file = BytesIO()
        noise.save(file, "PNG")
        vendor.says(code)
        options = CODETYPE if isinstance(offer, juhe.Captcha) else {}
        # By upload: on a busy machine an HTTPS call may have too little time left for a second one.
        deliver(card_of(offer), world.upload("uploads/card/a.png", file.getvalue(), **options))
        first, second = (_sent(asked) for asked in vendor.asked)
        assert len(second) < 0.8 * len(first)
        with Image.open(BytesIO(second)) as smaller:
            assert (smaller.format, max(smaller.size) < 900) == ("JPEG", True)

    def test_boxes_of_the_smaller_picture_come_back_to_the_first(self, world: World, vendor: Host) -> None:
        file = BytesIO()
        Image.effect_noise((800, 800), 90).save(file, "PNG")
        entry = plate_entry(box=[[0, 0], [300, 0], [300, 300], [0, 300]])
        vendor.says({"code": 4010, "message": "error"}, answer(entry))
        [plates] = [one for one in _products() if one.slug == "license_plate"]
        status, record = post(card_of(ctyun.Plate(), fields=plates.fields), file.getvalue())
        assert status == 200
        assert record["document"]["box"][2] == pytest.approx([400, 400], abs=2)


def _products() -> Sequence[Product]:
    from ocr.declare.catalogue import products

    return list(products().values())


def _sent(asked: Any) -> bytes:
    encoded = asked.json["data"][0] if "data" in asked.body[:10].decode(errors="replace") else None
    if encoded is None and asked.body.startswith(b"{"):
        encoded = asked.json["image"]
    return b64decode(encoded or next(asked.form[name] for name in ("pic", "file") if name in asked.form))


class TestChanged:
    """An answer that can be read and means something that nobody knows."""

    NEW: ClassVar[dict[str, Any]] = {"error_code": 0, "result": {"answer": "8f2k"}}

    def test_it_heals_when_the_vendor_does(self, world: World, vendor: Host) -> None:
        kind = card_of(juhe.Captcha())
        vendor.says(self.NEW, SOLVED)
        assert post(kind, picture(), **CODETYPE)[1]["type"] == "urn:ocr:problem:unexpected_response"
        status, record = post(kind, picture(), **CODETYPE)
        assert (status, record["resends"], len(vendor.asked)) == (200, 1, 2)

    def test_it_heals_for_free_when_the_adapter_does(
        self, world: World, vendor: Host, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kind = card_of(juhe.Captcha())
        vendor.says(self.NEW)
        assert post(kind, picture(), **CODETYPE)[0] == 502
        self._mend(monkeypatch)
        status, record = post(kind, picture(), **CODETYPE)
        assert (status, record["attempts"][0]["units"], len(vendor.asked)) == (200, 10, 1)

    def test_it_is_paid_for_no_oftener_than_the_settings_say_and_never_forgets_what_was_said(
        self, world: World, vendor: Host, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kind = card_of(juhe.Captcha())
        vendor.says(self.NEW)
        for _ in range(4):
            assert post(kind, picture(), **CODETYPE)[1]["type"] == "urn:ocr:problem:unexpected_response"
        assert len(vendor.asked) == 2
        self._mend(monkeypatch)
        assert post(kind, picture(), **CODETYPE)[0] == 200
        assert len(vendor.asked) == 2

    def test_redrive_brings_all_of_them_again(
        self, world: World, vendor: Host, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        [captchas] = [one for one in _products() if one.slug == "captcha"]
        notification = world.upload("uploads/captcha/a.png", picture(1), **CODETYPE)
        vendor.says(self.NEW)
        assert deliver(captchas, notification) == []
        assert post(captchas, picture(2), **CODETYPE)[0] == 502
        for _ in range(3):
            post(captchas, picture(1), **CODETYPE)
            post(captchas, picture(2), **CODETYPE)
        sent: list[tuple[str, str]] = []
        vendor.says(SOLVED)
        assert changed(lambda product, body: sent.append((product, body))) == (1, 0)
        [(slug, body)] = sent
        assert slug == "captcha"
        message = delivered(notification)
        message["Records"][0]["body"] = body
        assert serve(captchas)(message, Context()) == {"batchItemFailures": []}  # type: ignore[arg-type]
        assert of_upload(notification).status == Status.SUCCEEDED
        assert post(captchas, picture(2), **CODETYPE)[0] == 200

    def test_redrive_makes_records_anew_whose_answer_is_understood_now(
        self, world: World, vendor: Host, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        [captchas] = [one for one in _products() if one.slug == "captcha"]
        vendor.says(self.NEW)
        problem = post(captchas, picture(2), **CODETYPE)[1]
        self._mend(monkeypatch)
        assert changed(lambda *_: None) == (0, 1)
        record = records.find(problem["record_id"])
        assert record
        assert (record.status, record.document and record.document.fields) == ("succeeded", {"text": "8f2k"})
        assert len(vendor.asked) == 1

    @staticmethod
    def _mend(monkeypatch: pytest.MonkeyPatch) -> None:
        """Teach the adapter the new form."""
        real = juhe._result

        def mended(*arguments: Any) -> dict[str, Any]:
            found = real(*arguments)
            return found | {"res": found.get("res", found.get("answer"))}

        monkeypatch.setattr(juhe, "_result", mended)


class TestShortBatches:
    def test_pictures_that_a_batch_did_not_tell_apart_are_tried_alone(self, world: World, vendor: Host) -> None:
        notifications = [world.upload(f"uploads/card/{n}.png", picture(n)) for n in range(3)]
        alone = [answer(plate_entry(platelicense=f"粤B1234{n}")) for n in range(3)]
        [plates] = [one for one in _products() if one.slug == "license_plate"]
        vendor.says(answer(plate_entry(), plate_entry()), *alone)
        assert deliver(card_of(ctyun.Plate(), fields=plates.fields), *notifications) == []
        assert [len(asked.json["data"]) for asked in vendor.asked] == [3, 1, 1, 1]
        for number, notification in enumerate(notifications):
            record = of_upload(notification)
            assert record.document
            assert record.document.fields["plate_number"] == f"粤B1234{number}"
            assert [(one.outcome, one.units) for one in record.attempts] == [("unexpected_response", 1), ("read", 1)]
            assert record.resends == 1

    def test_what_nobody_can_tell_apart_is_gone_with_the_first_that_is_deleted(
        self, world: World, vendor: Host, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from ocr.storage import erasure

        monkeypatch.setenv("RESEND_UNKNOWN", "0")
        forget_settings()
        notifications = [world.upload(f"uploads/card/{n}.png", picture(n)) for n in range(3)]
        vendor.says(answer(text_entry("甲"), text_entry("乙")))
        deliver(card_of(ctyun.GeneralText()), *notifications)
        assert len(vendor.asked) == 1
        assert _kept("乙")
        erasure.erase(of_upload(notifications[0]).id)
        assert not _kept("乙")
        assert of_upload(notifications[1]).problem


def _kept(text: str) -> bool:
    keys = [one["Key"] for one in whole("s3").list_objects_v2(Bucket=ANSWERS).get("Contents", [])]
    spelled = (text.encode(), json.dumps(text)[1:-1].encode())
    return any(one in _bytes(key) for key in keys for one in spelled)


def _bytes(key: str) -> bytes:
    """What is kept under a key of the bucket of answers, as it came."""
    found = aws.s3().get_object(Bucket=ANSWERS, Key=key)
    body = found["Body"].read()
    return gzip.decompress(body) if found.get("ContentEncoding") == "gzip" else body


class TestCircuits:
    @pytest.fixture
    def quick(self, vendor: Host, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CIRCUIT_FAILURES", "2")
        forget_settings()

    @pytest.mark.parametrize("said", [{"error_code": 10012}, {"error_code": 10011}, Answered("", 429)])
    def test_a_vendor_that_refuses_or_wants_fewer_calls_has_no_outage(
        self, world: World, vendor: Host, quick: None, said: Any
    ) -> None:
        vendor.says(said)
        for seed in range(4):
            post(card_of(juhe.Captcha()), picture(seed), **CODETYPE)
        assert len(vendor.asked) == 4

    def test_an_interface_that_fails_leaves_the_vendors_others_open(
        self, world: World, vendor: Host, quick: None
    ) -> None:
        broken = [(juhe.Captcha(), CODETYPE), (etoplive.Pid(8), {}), (ctyun.GeneralText(), {})]
        vendor.says(Answered("", 500))
        for offer, options in broken:
            for seed in range(3):
                problem = post(card_of(offer), picture(seed), **options)[1]
            assert problem["code"] == "circuit"
            assert int(problem["headers"]["Retry-After"]) > 0
        vendor.says(CARD)
        assert post(card_of(etoplive.Pid(2)), picture(7))[0] == 200
        vendor.says({"error_code": 10001})
        assert post(card_of(juhe.Plate()), picture(8))[1]["code"] == "10001"
        vendor.says({"code": 4013})
        assert post(card_of(ctyun.IdCard()), picture(9))[1]["code"] == "4013"


class TestTime:
    @pytest.mark.parametrize("waits", [(30, 600), (600, 30), (None, 30), (30, None)])
    def test_the_soonest_time_is_told(self, world: World, waits: tuple[int | None, int | None]) -> None:
        first, second = waits
        kind = product(
            [lambda: VendorUnavailable("full", retry_after=first)],
            [lambda: VendorUnavailable("full", retry_after=second)],
        )
        assert post(kind, picture())[1]["headers"]["Retry-After"] == "30"

    @pytest.mark.parametrize("other", [VendorRejected, UnexpectedResponse])
    def test_a_vendor_that_will_be_back_is_told_of_before_one_that_will_not(
        self, world: World, other: type[VendorRejected]
    ) -> None:
        kind = product([lambda: VendorUnavailable("full", retry_after=30)], [lambda: other("no")])
        status, problem = post(kind, picture())
        assert (status, problem["headers"]["Retry-After"]) == (503, "30")

    def test_who_cannot_be_waited_for_over_https_is_not_asked_and_the_queue_reads_it(
        self, world: World, vendor: Host
    ) -> None:
        kind = card_of(juhe.Captcha())
        vendor.says({"error_code": 0, "result": {"res": "玄武门", "orderid": "JH1"}})
        status, answer = post(kind, picture(), codetype="6004")
        assert (status, len(vendor.asked)) == (202, 0)
        found = aws.s3().list_object_versions(Bucket=UPLOADS, Prefix="uploads/card/later/")["Versions"]
        [one] = [one for one in found if answer["id"] in one["Key"]]
        thing = {"key": one["Key"], "versionId": one["VersionId"]}
        assert deliver(kind, {"s3": {"bucket": {"name": UPLOADS}, "object": thing}}) == []
        record = records.find(answer["id"])
        assert record
        assert (record.status, len(vendor.asked)) == (Status.SUCCEEDED, 1)

    def test_another_vendor_that_is_quick_enough_reads_it_at_once(
        self, world: World, vendor: Host, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("VENDORS", "etoplive,first")
        forget_settings()
        vendor.says(CARD)
        offers = product([reading]).offers[0], etoplive.Pid(2)
        kind = card_of(*offers)
        assert post(kind, picture(), seconds=12)[0] == 200
        assert not vendor.asked


def test_a_callers_error_is_still_final(world: World, vendor: Host) -> None:
    vendor.says({"ErrorCode": -51})
    kind, notification = card_of(etoplive.Pid(2)), world.upload("uploads/card/a.png", picture())
    assert deliver(kind, notification) == []
    assert of_upload(notification).status == Status.FAILED


WRONG = {
    "a line break in its middle": (ctyun.GeneralText(), "app_key", "AK\nsecret", "app_key"),
    "a number": (esign.GeneralText(), "app_id", 7438000001, "app_id is a number"),
    "letters that no header takes": (esign.GeneralText(), "app_id", "应用一", "app_id"),
    "a list": (etoplive.Pid(2), "secret", ["a"], "secret is a list"),
    "a code with a blank": (ctyun.GeneralText(), "general_code", "2abc defg", "general_code"),
    "a key in quotes": (etoplive.Pid(2), "key", '"a-key"', "key stands in quotes"),
    "a key in Chinese quotes": (esign.GeneralText(), "app_secret", "“secret”", "app_secret stands in quotes"),
    "a key with an unseen letter inside": (etoplive.Pid(2), "key", "ab\u200bcd", "key has"),
    "a mode that is none": (esign.GeneralText(), "mode", "sha1", "mode"),
    "a gateway without its keys": (ctyun.GeneralText(), "gateway", "eop", "ak is needed"),
    "a gateway in blanks": (ctyun.GeneralText(), "gateway", " eop\n", "ak is needed"),
    "a code that leads out of the path": (ctyun.GeneralText(), "general_code", "../code", "general_code is no part"),
    "a code with a slash in front": (ctyun.GeneralText(), "general_code", "/code", "general_code is no part"),
}


class TestSecrets:
    @pytest.fixture
    def fill(self, world: World, vendor: Host) -> Iterator[Any]:
        """Fills a member of a vendor's secret otherwise."""
        secrets = world.emulator.client("secretsmanager")

        def put(name: str, **members: Any) -> None:
            secret = json.dumps(dict(SECRETS[name]) | members, ensure_ascii=False)
            secrets.put_secret_value(SecretId=f"{PREFIX}/{name}", SecretString=secret)
            credentials.doubt(name)

        yield put
        for name in SECRETS:
            put(name)

    @pytest.mark.parametrize(("offer", "member", "value", "named"), WRONG.values(), ids=WRONG)
    def test_one_filled_wrongly_is_named_costs_nothing_and_heals(
        self, world: World, vendor: Host, fill: Any, offer: Offer, member: str, value: Any, named: str
    ) -> None:
        fill(offer.vendor, **{member: value})
        vendor.says(
            CARD | {"code": 0, "data": {"textDetections": [{"detectedText": "姓名"}]}, "result": [text_entry()]}
        )
        notification = world.upload("uploads/card/a.png", picture(1))
        for receives in (1, 2, 3):
            assert deliver(card_of(offer), notification, receives=receives) == ["message-0"]
        status, problem = post(card_of(offer), picture(2))
        assert (status, problem["code"]) == (500, "configuration")
        assert named in problem["detail"]
        assert member == "gateway" or str(value) not in json.dumps(problem, ensure_ascii=False)
        assert (unseen(), vendor.asked) == ({0}, [])
        fill(offer.vendor)
        assert deliver(card_of(offer), notification, receives=4) == []
        assert of_upload(notification).attempts[-1].outcome in ("read", "no_result")

    @pytest.mark.parametrize("value", ["{}\n", " {}", "\t{}\r\n", "\ufeff{}", "\u3000{}\u200b", "{}\u00a0"])
    def test_blanks_around_a_value_are_left_away_and_the_doctor_names_them(
        self, world: World, vendor: Host, fill: Any, value: str
    ) -> None:
        fill("ctyun", app_key=value.format(SECRETS["ctyun"]["app_key"]))
        vendor.says(answer(text_entry("姓名")))
        post(card_of(ctyun.GeneralText()), picture())
        assert vendor.asked[0].headers["appkey"] == SECRETS["ctyun"]["app_key"]
        [product] = [one for one in _products() if one.slug == "general_text"]
        configured, _, _, said = _examined(product, ctyun.GeneralText())
        assert configured == "wrongly"
        assert "app_key" in said
        assert SECRETS["ctyun"]["app_key"] not in said

    @pytest.mark.parametrize(
        ("offer", "member"),
        [(esign.GeneralText(), "mode"), (ctyun.Plate(), "gateway"), (ctyun.Plate(), "plate_path")],
    )
    @pytest.mark.parametrize("value", ["", " "])
    def test_a_member_that_may_be_left_out_may_be_left_empty(
        self, world: World, vendor: Host, fill: Any, offer: Offer, member: str, value: str
    ) -> None:
        vendor.says({"code": 4013})
        post(card_of(offer), picture(1))
        fill(offer.vendor, **{member: value})
        post(card_of(offer), picture(2))
        first, second = vendor.asked
        assert (second.path, second.headers.keys()) == (first.path, first.headers.keys())

    @pytest.mark.parametrize("names", [("Key", "secret"), ("key", "secret "), ("user_key", "user_secret")])
    def test_the_doctor_sees_members_under_other_names(self, world: World, fill: Any, names: tuple[str, str]) -> None:
        secrets = world.emulator.client("secretsmanager")
        misspelt = json.dumps(dict(zip(names, ("hidden-1", "hidden-2"), strict=True)))
        secrets.put_secret_value(SecretId=f"{PREFIX}/etoplive", SecretString=misspelt)
        credentials.doubt("etoplive")
        [product] = [one for one in _products() if one.slug == "passport"]
        configured, _, _, said = _examined(product, etoplive.Pid(8))
        assert configured == "wrongly"
        assert "key, secret" in said
        assert "hidden" not in said

    def test_one_that_is_filled_late_is_used_at_once(
        self, world: World, vendor: Host, fill: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(credentials, "UNFILLED_SECONDS", 1e-6)  # Powertools keeps nothing for 0
        fill("juhe", captcha_key="")
        vendor.says(SOLVED)
        assert post(card_of(juhe.Captcha()), picture(), **CODETYPE)[1]["type"] == "urn:ocr:problem:no_vendor"
        secrets = world.emulator.client("secretsmanager")
        secrets.put_secret_value(SecretId=f"{PREFIX}/juhe", SecretString=json.dumps(SECRETS["juhe"]))
        assert post(card_of(juhe.Captcha()), picture(), **CODETYPE)[0] == 200

    def test_one_that_the_vendor_refused_is_read_anew(self, world: World, vendor: Host, fill: Any) -> None:
        fill("juhe", captcha_key="old")
        vendor.says({"error_code": 10001}, SOLVED)
        post(card_of(juhe.Captcha()), picture(), **CODETYPE)
        secrets = world.emulator.client("secretsmanager")
        secrets.put_secret_value(SecretId=f"{PREFIX}/juhe", SecretString=json.dumps(SECRETS["juhe"]))
        assert post(card_of(juhe.Captcha()), picture(), **CODETYPE)[0] == 200
        assert vendor.asked[1].form["key"] == SECRETS["juhe"]["captcha_key"]


def test_the_doctor_takes_a_complaint_about_his_empty_picture_for_a_welcome() -> None:
    reachable, accepted, said = verdict(juhe.CAPTCHA_ERRORS["271002"].made("271002"))
    assert (reachable, accepted) == ("yes", "yes")
    assert said == "271002 it turned the doctor's empty picture away, as it should"
    assert verdict(juhe.CAPTCHA_ERRORS["10001"].made("10001"))[:2] == ("yes", "no")


class TestContents:
    """A content is the picture and what changes the answer."""

    ASKED: ClassVar[list[dict[str, str]]] = [
        {}, {"requestId": "order-1"}, {"requestId": "order-2"}, {"input": "base64"}, {"input": "file"},
        {"removeImgData": "1"}, {"openSeal": "0", "showPosition": "0"}, {"imageCheck": "00000", "imageCheckVaule": "1"},
        {"vendor": "etoplive"}, {"vendor": "ctyun,etoplive"},
    ]  # fmt: skip

    def test_names_ways_and_choices_are_no_part_of_it(self, world: World, vendor: Host) -> None:
        kind = card_of(etoplive.Pid(2))
        vendor.says(CARD)
        answers = [post(kind, picture(), **options) for options in self.ASKED[:-1]]
        assert [status for status, _ in answers] == [200] * len(answers)
        assert len(vendor.asked) == 1
        assert [record["options"] for _, record in answers[:3]] == self.ASKED[:3]
        assert [record["replayed"] for _, record in answers] == [False] + [True] * (len(answers) - 1)
        for _, record in answers[:3]:
            found = records.find(record["id"])
            assert found
            assert found.options == record["options"]

    def test_an_option_that_changes_the_answer_is(self, world: World, vendor: Host) -> None:
        kind = card_of(etoplive.Pid(2))
        vendor.says(CARD)
        for options in ({}, {"openSeal": "1"}, {"imageCheck": "11111"}):
            assert post(kind, picture(), **options)[0] == 200
        assert len(vendor.asked) == 3

    def test_who_insists_on_another_vendor_gets_its_reading_once(self, world: World, vendor: Host) -> None:
        kind = card_of(etoplive.Pid(2), ctyun.IdCard())
        vendor.says(CARD, answer(card_entry({"name": "李四"})))
        assert post(kind, picture())[1]["vendor"] == "etoplive"
        for chosen in ("ctyun", "ctyun", "etoplive", "etoplive,ctyun"):
            record = post(kind, picture(), vendor=chosen)[1]
            assert record.get("vendor") == chosen.split(",")[0], record
        assert len(vendor.asked) == 2

    @pytest.mark.parametrize("options", [{"vendor": "etoplive"}, {"escalate": "checks"}])
    def test_what_a_vendor_never_answered_is_asked_no_oftener_than_the_settings_allow_whoever_insists(
        self, world: World, vendor: Host, monkeypatch: pytest.MonkeyPatch, options: dict[str, str]
    ) -> None:
        monkeypatch.setenv("RESEND_UNKNOWN", "0")
        forget_settings()
        vendor.says(Answered("", 502))
        for _ in range(4):
            post(card_of(etoplive.Pid(2)), picture(), **options)
        assert len(vendor.asked) == 1

    def test_who_insists_on_a_vendor_is_not_answered_by_what_another_had_read_when_its_reader_died(
        self, world: World, vendor: Host, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def dies(*_: Any) -> Any:
            raise KeyboardInterrupt

        kind = card_of(etoplive.Pid(2), ctyun.IdCard())
        vendor.says(CARD, answer(card_entry({"name": "李四"})))
        with monkeypatch.context() as patched:
            patched.setattr(ledger, "keep", dies)
            with pytest.raises(KeyboardInterrupt):
                post(kind, picture())
        monkeypatch.setattr(ledger.time, "time", lambda now=ledger.time.time: now() + 3600)
        assert [post(kind, picture(), vendor="ctyun")[1]["vendor"] for _ in range(2)] == ["ctyun", "ctyun"]
        assert len(vendor.asked) == 2

    def test_a_name_for_the_call_leaves_every_vendor_in(self, world: World, vendor: Host) -> None:
        vendor.says(answer(card_entry({"name": "李四"})))
        assert post(card_of(ctyun.IdCard()), picture(), requestId="order-1")[0] in (200, 400)
        both = card_of(ctyun.IdCard(), etoplive.Pid(2))
        vendor.says(Answered("", 503), answer(card_entry({"name": "李四"})))
        record = post(both, picture(1), requestId="order-1")[1]
        assert "attempts" in record, record
        assert [one["vendor"] for one in record["attempts"]] == ["etoplive", "ctyun"]

    def test_an_option_that_says_what_holds_anyway_leaves_every_vendor_in(self, world: World, vendor: Host) -> None:
        kind = card_of(juhe.Plate(), etoplive.Pid(6))
        vendor.says({"error_code": 10020}, {"ErrorCode": 0, "Plate": [{"车牌号": "浙A12345"}]})
        record = post(kind, picture(1), removeImgData="1")[1]
        assert [one["vendor"] for one in record["attempts"]] == ["juhe", "etoplive"]

    def test_a_way_that_the_vendor_does_not_have_is_refused(self, world: World, vendor: Host) -> None:
        kind = card_of(juhe.Plate(), etoplive.Pid(6))
        vendor.says({})
        assert post(kind, picture(), input="url")[1]["type"] == "urn:ocr:problem:conflicting_options"
        assert not vendor.asked

    def test_a_picture_that_has_to_be_altered_travels_by_no_link_and_is_read_without_one(
        self, world: World, vendor: Host
    ) -> None:
        kind, turned = card_of(etoplive.Pid(2)), photograph(6, (800, 600)).content
        vendor.says(CARD)
        notification = world.upload("uploads/card/turned.jpg", turned, input="url")
        assert deliver(kind, notification) == []
        record = of_upload(notification)
        assert record
        assert record.problem
        assert record.problem.kind == "conflicting_options"
        assert not vendor.asked
        assert deliver(kind, plain := world.upload("uploads/card/plain.jpg", turned)) == []
        record = of_upload(plain)
        assert record
        assert record.status == Status.SUCCEEDED


NO_PLATES = {
    "juhe": {"error_code": 0, "result": {"orderid": "JH1", "res": [{"desc": "车牌号", "content": "无车牌"}]}},
    "juhe, in its own words": {"error_code": 0, "result": {"res": [{"desc": "车牌号", "content": "_无_"}]}},
    "ctyun": answer(plate_entry(platelicense="无牌")),
    "etoplive": {"ErrorCode": 0, "Plate": [{"车牌号": "未识别", "车牌颜色": "未知"}]},
}


@pytest.mark.parametrize(("name", "said"), NO_PLATES.items(), ids=NO_PLATES)
def test_a_vendor_that_says_in_words_that_there_is_no_plate_found_none(
    world: World, vendor: Host, name: str, said: Any
) -> None:
    kind = card_of(juhe.Plate(), ctyun.Plate(), etoplive.Pid(6))
    vendor.says(said)
    status, problem = post(kind, picture(), vendor=name.partition(",")[0])
    assert (status, problem["type"]) == (422, "urn:ocr:problem:no_result")
    record = records.find(problem["record_id"])
    assert record
    assert (record.status, record.attempts[0].units) == (Status.NO_RESULT, 1)
