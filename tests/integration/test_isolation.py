"""Promise: one hostile or unlucky picture harms no other picture, no other product, and is given up in the end."""

import time
from typing import Any, NoReturn

import pytest

from ocr.entry import sqs
from ocr.model.picture import Upload
from ocr.model.reading import Line
from ocr.model.record import Status
from ocr.pages import files
from ocr.pipeline import files as pieces
from ocr.platform.errors import VendorUnavailable
from tests.support.aws import World, forget_settings
from tests.support.scripted import calls, picture, product, reading
from tests.support.sending import deliver, of_upload, post

# What a record may cost in seconds of a processor, whatever stands on the page.
MOST_CPU_SECONDS = 10.0


def broke() -> VendorUnavailable:
    return VendorUnavailable("The engine failed on this picture.", code="failed", blames="picture")


def crowded() -> VendorUnavailable:
    return VendorUnavailable("The engine is at its concurrency limit.", code="throttled", blames="nothing")


class TestAVendor:
    @pytest.mark.parametrize("fault", [broke, crowded])
    def test_no_picture_and_no_crowd_closes_it_for_others(
        self, world: World, monkeypatch: pytest.MonkeyPatch, fault: object
    ) -> None:
        monkeypatch.setenv("CIRCUIT_FAILURES", "1")
        forget_settings()
        kind = product([fault, fault, reading])  # type: ignore[list-item]
        assert [post(kind, picture(seed))[0] for seed in range(3)][-1] == 200

    def test_it_breaks_down_twice_over_a_picture_and_not_again(self, world: World) -> None:
        kind = product([broke])
        upload = world.upload("uploads/ticket/heavy.png", picture())
        assert deliver(kind, upload) == ["message-0"]
        assert deliver(kind, upload, receives=2) == []
        record = of_upload(upload)
        assert record
        assert (record.status, record.problem and record.problem.type) == (Status.FAILED, "urn:ocr:problem:too_complex")
        assert post(kind, picture())[0] == 422
        assert calls(kind) == 2

    def test_a_crowd_is_no_pictures_fault(self, world: World) -> None:
        kind = product([crowded, crowded, crowded, reading])
        assert [post(kind, picture())[0] for _ in range(4)] == [202, 202, 202, 200]


def killed() -> NoReturn:
    """The process ends: nothing catches this on the way."""
    raise SystemExit


class TestABatch:
    def test_what_ends_the_process_comes_again_alone_and_is_given_up(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Decoding one of ten pictures ends the process, each time: the nine are read, the one is final."""
        poison, decode = picture(99), files.opened

        def examined(content: bytes, upload: Upload | None = None) -> Any:
            return killed() if content == poison else decode(content, upload)

        monkeypatch.setattr(files, "opened", examined)
        kind = product([reading])
        good = [world.upload(f"uploads/ticket/{n}.png", picture(n)) for n in range(9)]
        bad = world.upload("uploads/ticket/poison.png", poison)
        with pytest.raises(SystemExit):
            deliver(kind, *good[:4], bad, *good[4:])
        for notification in good:
            assert deliver(kind, notification, receives=2) == []
        for receives in (2, 3):
            with pytest.raises(SystemExit):
                deliver(kind, bad, receives=receives)
        assert deliver(kind, bad, receives=4) == []
        found = [of_upload(notification) for notification in good]
        assert {record and record.status for record in found} == {Status.SUCCEEDED}
        given_up = of_upload(bad)
        assert given_up
        assert given_up.problem
        assert (given_up.status, given_up.problem.type) == (Status.FAILED, "urn:ocr:problem:too_complex")

    def test_the_others_are_hidden_before_one_that_comes_again_is_decoded(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        happened: list[str] = []
        decode = files.opened

        def examined(content: bytes, upload: Upload | None = None) -> Any:
            happened.append("decoded")
            return decode(content, upload)

        monkeypatch.setattr(files, "opened", examined)
        monkeypatch.setattr(sqs, "_hide", lambda delivery, seconds: happened.append("hidden" if seconds > 57 else "?"))
        kind = product([reading])
        uploads = [world.upload(f"uploads/ticket/{n}.png", picture(n)) for n in range(4)]
        assert deliver(kind, *uploads, receives=2) == []
        assert happened == ["hidden"] * 4 + ["decoded"] * 4
        assert calls(kind) == 4

    def test_what_memory_has_no_room_for_together_is_read_one_group_after_another(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        together: list[int] = []
        read = pieces.read

        def counted(kind: Any, jobs: Any, end: float) -> Any:
            together.append(len(jobs))
            return read(kind, jobs, end)

        monkeypatch.setattr(pieces, "read", counted)
        monkeypatch.setattr(sqs, "MOST_TOGETHER_BYTES", 1000)
        uploads = [world.upload(f"uploads/ticket/{n}.png", picture(n)) for n in range(5)]
        for notification, size in zip(uploads, (400, 600, 900, 2000, 100), strict=True):
            notification["s3"]["object"]["size"] = size
        assert deliver(product([reading]), *uploads) == []
        assert together == [2, 1, 1, 1]
        found = [of_upload(notification) for notification in uploads]
        assert {record and record.status for record in found} == {Status.SUCCEEDED}

    @pytest.mark.parametrize(("receives", "again"), [(1, ["message-0", "message-1"]), (2, ["message-1"])])
    def test_what_is_not_decoded_in_time_comes_again_but_for_the_first_that_came_before(
        self, world: World, monkeypatch: pytest.MonkeyPatch, receives: int, again: list[str]
    ) -> None:
        kind = product([reading])
        uploads = [world.upload(f"uploads/ticket/{n}.png", picture(n)) for n in range(2)]
        monkeypatch.setattr(sqs, "DECODING_SHARE", -1)
        assert deliver(kind, *uploads, receives=receives) == again
        monkeypatch.setattr(sqs, "DECODING_SHARE", 1)
        assert deliver(kind, *uploads, receives=receives + 1) == []
        found = [of_upload(notification) for notification in uploads]
        assert {record and record.status for record in found} == {Status.SUCCEEDED}

    def test_a_vendor_that_was_down_costs_no_picture_its_tries(self, world: World) -> None:
        kind = product([lambda: VendorUnavailable("down")] * 4 + [reading])
        upload = world.upload("uploads/ticket/a.png", picture())
        for receives in range(1, 5):
            assert deliver(kind, upload, receives=receives) == ["message-0"]
        assert deliver(kind, upload, receives=5) == []
        record = of_upload(upload)
        assert record
        assert record.status == Status.SUCCEEDED


def test_a_page_of_twenty_thousand_specks_is_no_more_work_than_a_page(world: World) -> None:
    """Each line is compared with the labels of all products: so many took minutes, after they had been paid for."""
    specks = [Line(text=f"{number:020}") for number in range(20_000)]
    begun = time.process_time()
    status, record = post(product([lambda: reading().model_copy(update={"lines": specks})]), picture())
    assert (status, record["status"]) == (200, "succeeded")
    assert time.process_time() - begun < MOST_CPU_SECONDS


def test_an_answer_without_end_is_not_understood_and_costs_no_time(world: World) -> None:
    """Work grows with the square of what is found: 20,000 plates held a function for a minute."""
    many = reading().model_copy(update={"findings": reading().findings * 20_000})
    status, problem = post(product([lambda: many]), picture())
    assert (status, problem["type"]) == (502, "urn:ocr:problem:unexpected_response")
