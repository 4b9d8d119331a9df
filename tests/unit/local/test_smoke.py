"""Promise: a stack that is named is looked at on AWS, also while one runs on this machine."""

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from local import smoke
from local.cloud.aws import Aws
from tests.support.template import properties

URL = "https://api7.execute-api.eu-west-1.amazonaws.com/v1"
HERE = Aws(1, 4711, Path("nowhere"))


class Client:
    """As much of CloudFormation and API Gateway as is asked for a stack's address and its key."""

    def describe_stacks(self, StackName: str) -> dict[str, Any]:
        outputs = {"Url": URL, "ApiKeyId": "key"}
        return {"Stacks": [{"Outputs": [{"OutputKey": key, "OutputValue": value} for key, value in outputs.items()]}]}

    def get_api_key(self, **_: Any) -> dict[str, str]:
        return {"value": "secret"}


@pytest.fixture(autouse=True)
def beside_a_local_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {name: value for name, value in os.environ.items() if "AWS_" not in name})
    monkeypatch.setattr(Aws, "running", lambda folder: HERE)
    monkeypatch.setattr(smoke, "boto3", SimpleNamespace(client=lambda name: Client()))


def test_a_stack_that_is_named_is_on_aws() -> None:
    found = smoke.target("prod")
    assert (found.stack, found.url, found.local) == ("prod", URL, False)
    assert "AWS_ENDPOINT_URL" not in os.environ


def test_without_a_name_it_is_the_one_on_this_machine() -> None:
    found = smoke.target(None)
    assert (found.stack, found.local) == ("ocr", True)
    assert found.url.startswith(f"{HERE.endpoint}/restapis/api7/")


def table(**indexes: str) -> smoke.Target:
    """A stack whose table has these indexes, by their status."""
    there = [{"IndexName": name, "IndexStatus": status} for name, status in indexes.items()]
    client = SimpleNamespace(describe_table=lambda TableName: {"Table": {"GlobalSecondaryIndexes": there}})
    return smoke.Target("ocr", lambda name: client, {"RecordsTable": "records"}, URL, "", local=False)


def test_an_index_that_is_not_made_yet_is_named() -> None:
    names = [one["IndexName"] for one in properties("Records")["GlobalSecondaryIndexes"]]
    assert smoke._indexes(table(**dict.fromkeys(names, "ACTIVE"))) == ""
    assert smoke._indexes(table(**dict.fromkeys(names[1:], "ACTIVE"))) == f"{names[0]} is missing"
    assert smoke._indexes(table(**dict.fromkeys(names, "ACTIVE") | {names[0]: "CREATING"})) == f"{names[0]} is CREATING"


@pytest.mark.parametrize(("told", "wrong"), [([{"Sum": 1.0}], ""), ([], "no metric Records within 0 s")])
def test_metrics_that_do_not_arrive_are_missed(monkeypatch: pytest.MonkeyPatch, told: list[Any], wrong: str) -> None:
    asked = list[Any]()

    def get_metric_statistics(**query: Any) -> dict[str, Any]:
        asked.append(query)
        return {"Datapoints": told}

    client = SimpleNamespace(get_metric_statistics=get_metric_statistics)
    monkeypatch.setattr(smoke, "METRIC_SECONDS", 0)
    monkeypatch.setattr(smoke, "sleep", lambda seconds: None)
    assert smoke._counted(smoke.Target("ocr", lambda name: client, {}, URL, "", local=False)) == wrong
    assert asked[0]["Dimensions"] == [{"Name": "service", "Value": "ocr"}, {"Name": "status", "Value": "succeeded"}]
