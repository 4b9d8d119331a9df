"""Promise: what cannot work on AWS is said before anything is deployed."""

import re
import time
from argparse import ArgumentTypeError
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.cloud.aws import ROOT
from local.cloud.build import Failed
from local.cost.__main__ import template
from local.deploy import NAME, WATCHED, agree, minutes, parameters, seed, watch, with_release

# SQS takes 80 characters, of which CloudFormation puts twelve and two hyphens to a name that it makes.
QUEUE_CHARACTERS, MADE_UP = 80, 14
MACHINES = {"arm64": 0xB7, "x86_64": 0x3E}


@pytest.mark.parametrize("name", ["ocr", "ocr-prod", "a" * 26])
def test_a_stack_may_have_this_name(name: str) -> None:
    assert NAME.fullmatch(name)


@pytest.mark.parametrize("name", ["Ocr", "ocr_prod", "1ocr", "-ocr", "a" * 27, ""])
def test_a_stack_may_not_have_this_name(name: str) -> None:
    assert not NAME.fullmatch(name)


def test_the_longest_name_leaves_room_for_the_name_of_every_queue() -> None:
    queues = re.findall(r"^  (\w+):\n    Type: AWS::SQS::Queue$", (ROOT / "template.yaml").read_text(), re.MULTILINE)
    longest = QUEUE_CHARACTERS - MADE_UP - max(map(len, queues))
    assert NAME.fullmatch("a" * longest)
    assert not NAME.fullmatch("a" * (longest + 1))


def built(folder: Path, functions: str, library: str) -> Path:
    """What `sam build` leaves, of functions for one machine and a library in a layer for another."""
    (folder / "OcrLayer/python").mkdir(parents=True)
    head = b"\x7fELF" + bytes(14) + MACHINES[library].to_bytes(2, "little")
    (folder / "OcrLayer/python/core.cpython-313.so").write_bytes(head)
    (folder / "template.yaml").write_text(f"Globals:\n  Function:\n    Architectures:\n    - {functions}\n")
    return folder


@pytest.mark.parametrize("machine", MACHINES)
def test_functions_and_layers_for_one_machine_are_deployed(machine: str, tmp_path: Path) -> None:
    agree(built(tmp_path, machine, machine))


def test_layers_for_another_machine_than_the_functions_are_not_deployed(tmp_path: Path) -> None:
    with pytest.raises(Failed, match=r"core.cpython-313.so is for x86_64, the functions are for arm64"):
        agree(built(tmp_path, "arm64", "x86_64"))


def test_each_stack_has_answers_of_its_own() -> None:
    config = seed((ROOT / "samconfig.toml").read_text(), "ocr-prod")
    assert 'stack_name = "ocr-prod"' in config
    assert "resolve_s3 = true" in config
    assert "samconfig.*.toml" in (ROOT / ".gitignore").read_text().splitlines()


def test_a_deployment_has_a_release_of_its_own_and_the_answers_that_were_given() -> None:
    answers = 'Vendors="juhe,ctyun" VendorRates="juhe=10 ctyun=0.5" CorsOrigin="" Release="before"'
    given = with_release(answers, time.gmtime(0))
    assert parameters({"parameter_overrides": given}) == {
        "Vendors": "juhe,ctyun",
        "VendorRates": "juhe=10 ctyun=0.5",
        "CorsOrigin": "",
        "Release": "1970-01-01T00:00:00Z",
    }
    assert parameters({"parameter_overrides": with_release("", time.gmtime(1))}) == {"Release": "1970-01-01T00:00:01Z"}


def test_what_was_answered_is_what_a_stack_that_is_made_anew_gets() -> None:
    answered = {"region": "ap-east-1", "parameter_overrides": 'Vendors="juhe,embedded" CorsOrigin="" LogDays="30"'}
    assert parameters(answered) == {"Vendors": "juhe,embedded", "CorsOrigin": "", "LogDays": "30"}
    assert parameters({}) == {}


class Formation:
    """As much of CloudFormation and CloudWatch as `watch` asks; `updated` is what a stack was updated with."""

    def __init__(self, *, stands: bool = True) -> None:
        self.stands, self.updated = stands, dict[str, Any]()

    def describe_stacks(self, StackName: str) -> dict[str, Any]:
        if not self.stands:
            raise ClientError({"Error": {"Code": "ValidationError"}}, "DescribeStacks")
        return {"Stacks": [{"Parameters": [{"ParameterKey": "Products", "ParameterValue": "all"}]}]}

    def get_paginator(self, name: str) -> Any:
        named = [{"LogicalResourceId": one, "PhysicalResourceId": f"ocr-{one}"} for one in WATCHED]
        return SimpleNamespace(paginate=lambda StackName: [{"StackResourceSummaries": named}])

    def describe_alarms(self, AlarmNames: list[str]) -> dict[str, Any]:
        return {"MetricAlarms": [{"AlarmArn": f"arn:{name}"} for name in AlarmNames]}

    def update_stack(self, **asked: Any) -> None:
        self.updated = asked

    def get_waiter(self, name: str) -> Any:
        return SimpleNamespace(wait=lambda StackName: None)


def test_an_update_is_rolled_back_by_the_stacks_own_alarms_and_nothing_else_changes() -> None:
    formation = Formation()
    watch(lambda _: formation, "ocr", 15)
    watched = formation.updated["RollbackConfiguration"]
    assert [one["Arn"] for one in watched["RollbackTriggers"]] == [f"arn:ocr-{name}" for name in WATCHED]
    assert watched["MonitoringTimeInMinutes"] == 15
    assert formation.updated["UsePreviousTemplate"]
    assert formation.updated["Parameters"] == [{"ParameterKey": "Products", "UsePreviousValue": True}]


def test_with_no_minutes_nothing_is_watched_any_more() -> None:
    formation = Formation()
    watch(lambda _: formation, "ocr", 0)
    nothing = {"RollbackTriggers": [], "MonitoringTimeInMinutes": 0}
    assert formation.updated["RollbackConfiguration"] == nothing


def test_a_stack_that_is_not_there_has_nothing_to_roll_back() -> None:
    with pytest.raises(Failed, match="without ROLLBACK first"):
        watch(lambda _: Formation(stands=False), "ocr", 15)


def test_what_is_watched_is_an_alarm_of_every_stack() -> None:
    assert all("Condition" not in template()["Resources"][name] for name in WATCHED)
    assert len(WATCHED) <= 5


@pytest.mark.parametrize("text", ["-1", "181", "1.5", "soon", ""])
def test_a_time_that_cloudformation_does_not_watch_for_is_refused(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="number of minutes"):
        minutes(text)
