"""Promise: a trial puts to the test what it says, and calls broken what is."""

import os
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from itertools import chain
from pathlib import Path
from random import Random

import psutil
import pytest
from rich.console import Console

from local.simulators import Control, running
from local.trials import __main__ as command
from local.trials import bad_day, poison
from local.trials.alarms import FAILURES
from local.trials.backlog import growth
from local.trials.bad_day import HOUR_SECONDS, HOURS, Day
from local.trials.duplicates import _spread
from local.trials.harness import Sent
from local.trials.kill import Killer
from local.trials.partial import GOOD, _mixtures, _wrong
from local.trials.pictures import contents, plates
from local.trials.result import Figure, Result
from ocr.pages.examine import examine
from ocr.pages.resize import fit
from ocr.platform.errors import CallerError, OcrError
from ocr.vendors import juhe
from tests.support.template import alarms

CONNECTS = "import socket; door = socket.create_connection(('127.0.0.1', {})); print('up', flush=True); input()"
RESTS = "print('up', flush=True); input()"


def test_every_trial_is_tried() -> None:
    files = Path(command.__file__).parent.glob("*.py")
    modules = [import_module(f"local.trials.{one.stem}") for one in files if "\nTRIAL = " in one.read_text()]
    assert {module.TRIAL.name for module in modules} <= {*command.TRIALS}


def test_every_alarm_of_the_template_is_meant_for_a_failure() -> None:
    assert {name.rstrip("0123456789") for name in alarms()} == {*chain(*(one.alarms for one in FAILURES))}


@pytest.mark.parametrize(
    ("figure", "kept"),
    [
        pytest.param(Figure("lost", 0, most=0), True, id="as promised"),
        pytest.param(Figure("lost", 1, most=0), False, id="too many"),
        pytest.param(Figure("right answers", 49, least=50), False, id="too few"),
        pytest.param(Figure("documents/s", 8.25), True, id="only told"),
    ],
)
def test_one_figure_breaks_a_promise(figure: Figure, kept: bool) -> None:
    result = Result("kill", "uploads", [Figure("kills", 3), figure])
    assert result.kept == kept
    assert result.row("<{}>")[2:] == [
        f"kills 3, {figure}" if kept else f"kills 3, <{figure}>",
        "held" if kept else "broken",
    ]


@pytest.mark.parametrize(("lost", "code"), [(0, 0), (1, 1)])
def test_a_broken_promise_is_an_exit_code(monkeypatch: pytest.MonkeyPatch, lost: int, code: int) -> None:
    result = Result("kill", "uploads", [Figure("lost", lost, most=0)])
    monkeypatch.setattr(sys, "argv", ["trials", "kill", "backlog"])
    monkeypatch.setattr(command, "_tried", lambda *_: result)
    monkeypatch.setattr(command, "Console", lambda **_: Console(quiet=True))
    assert command.main() == code


def test_the_page_gets_the_rows_of_a_run_and_keeps_the_others() -> None:
    rows = (
        "| kill | before | lost 9 | broken |\n| backlog | 5000 uploads | lost 0 | held |\n| of old | x | y | held |\n"
    )
    page = f"a\n<!-- trials -->\n| trial |\n| --- |\n{rows}<!-- /trials -->\nb\n"
    result = Result("kill", "1000 uploads", [Figure("lost", 0, most=0), Figure("documents/s", 8.25)])
    _, _, *shown = command.with_results(page, [result]).splitlines()[2:-2]
    assert shown == [
        "| kill | 1000 uploads | lost 0, documents/s 8.25 | held |",
        "| backlog | 5000 uploads | lost 0 | held |",
    ]


def test_a_cold_start_and_a_last_batch_that_is_not_full_are_no_growth_and_slower_ones_are() -> None:
    assert growth([9.0, *[1.5] * 98, 0.2]) == 1
    assert growth([1.0] * 50 + [1.2] * 50) == pytest.approx(1.2)
    assert growth([1.5]) == 1


def test_every_content_comes_and_some_come_often() -> None:
    different = contents(130)
    times = Counter(_spread(different, 400, Random(1)))
    assert len(times) == len(set(different)) == 130
    assert times.total() == 400
    assert max(times.values()) > 5


def test_plates_really_differ() -> None:
    pictures, numbers = zip(*plates(6), strict=True)
    assert len(set(pictures)) == len(set(numbers)) == 6


def problem(picture: bytes) -> int:
    """The HTTP status that the product itself has for a picture, 0 for none."""
    try:
        fit(examine(picture), juhe.Plate().limits)
    except CallerError as error:
        return error.status
    return GOOD


def test_batches_hold_one_to_nine_bad_pictures_of_every_kind() -> None:
    mixtures = list(_mixtures(9))
    assert [sum(status != GOOD for _, status in mixture) for mixture in mixtures] == list(range(1, 10))
    for mixture in mixtures:
        assert [status for _, status in mixture] == [problem(picture) for picture, _ in mixture]
    assert len({status for mixture in mixtures for _, status in mixture}) == 3


def test_batches_hold_one_to_nine_that_hurt_of_all_eight_kinds() -> None:
    mixtures = list(poison._mixtures(9))
    assert [sum(kind is not None for _, kind in mixture) for mixture in mixtures] == list(range(1, 10))
    assert {kind for mixture in mixtures for _, kind in mixture} == {None, *poison.kinds().values()}
    contents = [content for mixture in mixtures for content, _ in mixture]
    assert len(set(contents)) == len(contents)
    for content, kind in mixtures[-1]:
        assert kind is None or content.endswith(kind.planted)


@pytest.mark.parametrize(
    ("name", "status"),
    [("a thousand scans", 422), ("more pixels than memory", 413), ("metadata that unpacks to 50 MB", 0)],
)
def test_what_is_no_planted_fault_is_what_the_product_says_of_it(name: str, status: int) -> None:
    found = 0
    try:
        examine(poison.kinds()[name].content)
    except OcrError as error:
        found = error.status
    assert found == status


def test_one_that_hurts_may_end_in_no_other_way_than_its_kind_does() -> None:
    good, hurting, lost = (Sent(name, "1") for name in ("good", "hurting", "lost"))
    kind = poison.kinds()["a decoder that crashes"]
    right = {good: {"status": "succeeded"}, hurting: {"status": "failed"}}
    assert poison._unexpected(right, [good, hurting], [None, kind]) == {}
    wrong = {good: {"status": "failed"}, hurting: {"status": "succeeded"}}
    assert poison._unexpected(wrong, [good, hurting, lost], [None, kind, None]) == {"wrong": 1, "odd": 1, "lost": 1}


def test_a_record_that_says_otherwise_is_wrong() -> None:
    good, bad, other = (Sent(name, "1") for name in ("good", "bad", "other"))
    records = {
        good: {"status": "succeeded"},
        bad: {"status": "failed", "problem": {"status": 422}},
        other: {"status": "failed", "problem": {"status": 415}},
    }
    assert _wrong(records, [good, bad, other], [GOOD, 422, 415]) == 0
    assert _wrong(records, [good, bad, other], [GOOD, 415, GOOD]) == 2


def test_a_lost_upload_does_not_shift_the_others() -> None:
    good, lost, bad = (Sent(name, "1") for name in ("good", "lost", "bad"))
    records = {good: {"status": "succeeded"}, bad: {"status": "failed", "problem": {"status": 422}}}
    assert _wrong(records, [good, lost, bad], [GOOD, GOOD, 422]) == 0


def test_a_final_that_says_another_number_or_none_is_wrong() -> None:
    right, other, failed, lost = (Sent(name, "1") for name in ("right", "other", "failed", "lost"))
    read = {"status": "succeeded", "document": {"fields": {"plate_number": "粤B12345"}}}
    records = {right: read, other: read, failed: {"status": "failed", "document": None}}
    numbers = ["粤B12345", "京A00000", "粤B12345", "粤B12345"]
    assert bad_day._wrong(records, [right, other, failed, lost], numbers) == 2


def test_an_hour_lasts_until_its_time_is_over_and_a_call_fell_into_it() -> None:
    now = [0.0]
    with running("juhe") as urls:
        vendor = Control(urls["juhe"])
        day = Day(vendor, clock=lambda: now[0])
        day.begin()
        for hour, order in HOURS.items():
            [waiting] = vendor.report()["orders"]
            assert {name: waiting[name] for name in order} == order
            now[0] += HOUR_SECONDS
            day(0)
            assert vendor.report()["orders"] == [waiting]
            vendor.session.get(urls["juhe"], allow_redirects=False)
            day(0)
            assert day.calls[hour] == 1
        assert vendor.report()["orders"] == []
        vendor.session.get(urls["juhe"])
        day(0)
    assert day.calls == dict.fromkeys(HOURS, 1)


@contextmanager
def process(program: str, function: str) -> Iterator[subprocess.Popen[str]]:
    """A process of a function, up and running."""
    environment = dict(os.environ) | {"AWS_LAMBDA_FUNCTION_NAME": function}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", program], env=environment, text=True, **pipes) as started:
        assert started.stdout
        assert started.stdout.readline() == "up\n"
        yield started
        started.kill()


def test_only_the_functions_processes_that_work_are_killed_and_only_when_due() -> None:
    with ExitStack() as stack:
        port = stack.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1]
        working = stack.enter_context(process(CONNECTS.format(port), "plates"))
        others = [
            stack.enter_context(process(CONNECTS.format(port), "announce")),
            stack.enter_context(process(RESTS, "plates")),
        ]
        killer = Killer(psutil.Process(), "plates", [5, 9])
        killer(4)
        assert (killer.kills, working.poll()) == (0, None)
        killer(5)
        assert working.wait(10) < 0
        killer(9)
        assert (killer.kills, killer.moments) == (1, [9])
        assert [other.poll() for other in others] == [None, None]
