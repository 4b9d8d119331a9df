"""What a function does before its first call, when Lambda starts it, by itself or from a snapshot."""

import random
import subprocess
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.platform import aws
from ocr.platform.errors import ConfigurationError
from ocr.platform.settings import settings
from ocr.vendors import juhe
from tests.support.aws import World, forget_secrets, forget_settings
from tests.support.fault_injection import FaultInjector
from tests.support.scripted import Ticket
from tests.support.vendors import Host

CARD = Product("card", Ticket, name="卡", category="general", required=["number"], offers=[juhe.Captcha()])


def test_a_start_makes_the_clients_and_asks_nothing_of_anybody(
    world: World, vendor: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")
    for client in (aws.dynamodb, aws.s3):
        client.cache_clear()
    forget_secrets()
    vendor.asked.clear()
    asked: list[str] = []
    injector = FaultInjector(passed=lambda operation, *_: asked.append(operation))
    serve(CARD)
    with injector.over(aws.dynamodb(), aws.s3()):
        serve(CARD)
    assert [one.cache_info().misses for one in (aws.dynamodb, aws.s3, aws.secrets)] == [1, 1, 1]
    assert (asked, vendor.asked) == ([], [])


def test_settings_that_are_missing_are_told_by_the_call_and_do_not_end_the_start(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")
    monkeypatch.delenv("TABLE")
    forget_settings()
    serve(CARD)
    with pytest.raises(ConfigurationError):
        settings()


def test_functions_that_start_from_one_snapshot_draw_different_numbers(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooks: list[Callable[[], Any]] = []
    monkeypatch.setitem(sys.modules, "snapshot_restore_py", SimpleNamespace(register_after_restore=hooks.append))
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start")
    serve(CARD)
    snapshot = random.getstate()

    def restored() -> float:
        random.setstate(snapshot)
        for hook in hooks:
            hook()
        return random.random()

    assert restored() != restored()


SEEDED = """
import os, random, sys

random.seed(7)
before = random.getstate()
import license_plate.app, records.app, pages.app

assert random.getstate() == before, "a start drew at random"
open_now = [os.readlink(f"/proc/self/fd/{one}") for one in os.listdir("/proc/self/fd") if one != "3"]
assert not [one for one in open_now if one.startswith("socket:")], "a start keeps a connection"
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Asks /proc for what is open.")
def test_a_start_draws_nothing_that_all_copies_of_it_would_share_and_keeps_no_connection(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")
    done = subprocess.run([sys.executable, "-c", SEEDED], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
