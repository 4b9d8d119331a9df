"""Promise: one hostile or unlucky picture harms no other picture, no other product, and is given up in the end."""

import pytest

from ocr.model.record import Status
from ocr.platform.errors import Busy
from tests.integration.conftest import World, forget_settings
from tests.integration.scripted import calls, picture, product, reading
from tests.integration.test_path import deliver, of_upload, post


def broke() -> Busy:
    return Busy("The engine failed on this picture.", code="failed", blames="picture")


def crowded() -> Busy:
    return Busy("The engine is at its concurrency limit.", code="throttled", blames="nothing")


class TestAVendor:
    @pytest.mark.parametrize("fault", [broke, crowded])
    def test_no_picture_and_no_crowd_closes_it_for_others(
        self, world: World, monkeypatch: pytest.MonkeyPatch, fault: object
    ) -> None:
        monkeypatch.setenv("CIRCUIT_FAILURES", "1")
        forget_settings()
        kind = product([fault, fault, reading])  # type: ignore[list-item]
        assert [post(kind, picture(seed))[0] for seed in range(3)] == [503, 503, 200]

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
        assert [post(kind, picture())[0] for _ in range(4)] == [503, 503, 503, 200]
