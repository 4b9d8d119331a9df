"""Promise: a stack that is named is looked at on AWS, also while one runs on this machine."""

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from local import smoke
from local.cloud.aws import Aws

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
