"""A stack for the end-to-end tests."""

import json
from collections.abc import Mapping

from rich.console import Console

from local.cloud.aws import Aws
from local.cloud.deploy import deploy
from local.cloud.stack import NAME, Stack
from local.simulators import SECRETS


def deployed(aws: Aws, simulators: Mapping[str, str], settings: Mapping[str, str]) -> Stack:
    """The stack on this AWS with these simulators for vendors, their keys filled in, and these template parameters."""
    urls = ",".join(map("=".join, simulators.items()))
    stack = deploy(aws, Console(quiet=True), {**settings, "VendorUrls": urls})
    for vendor in simulators:
        stack.client("secretsmanager").put_secret_value(
            SecretId=f"{NAME}/{vendor}", SecretString=json.dumps(SECRETS[vendor])
        )
    return stack
