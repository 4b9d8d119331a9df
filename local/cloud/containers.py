"""The container engine that `sam local` runs functions with, and where its containers find the AWS on this machine."""

import json
import platform
import subprocess
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from ipaddress import ip_network

from local.cloud.aws import Aws
from local.cloud.build import TOOLS, Failed
from local.cloud.relay import relayed

# Asked as SAM CLI asks, with the library and the environment that it has.
ASK = """
import json, docker
engine = docker.from_env(timeout=60)
[network, *_] = engine.networks.get("bridge").attrs["IPAM"]["Config"]
print(json.dumps({"system": engine.info()["OperatingSystem"], "network": network}))
"""
ASK_SECONDS = 90.0
# What a virtual machine's containers call the computer that it runs on: Docker Desktop, and its likes on a Mac.
HOST = "host.docker.internal"


@dataclass(frozen=True)
class Engine:
    """A running container engine.

    `bridge` is this machine's address in its containers' network. It is None for an engine in a virtual machine, whose
    containers reach this machine's loopback.
    """

    bridge: str | None

    def endpoint(self, aws: Aws) -> str:
        """The AWS's address as containers call it."""
        return f"http://{self.bridge or HOST}:{aws.port}"

    def reaching(self, aws: Aws) -> AbstractContextManager[None]:
        """Containers reach this AWS until the block ends."""
        return relayed(aws, self.bridge) if self.bridge else nullcontext()


NONE = (
    "No container engine answers here, and sam local runs functions in containers: start Docker or one like it. "
    "Without one, make up and sam remote invoke run a function as well."
)


def engine() -> Engine:
    """The engine that answers; raises `Failed` where none does."""
    if not (found := engine_or_none()):
        raise Failed(NONE)
    return found


def engine_or_none() -> Engine | None:
    """The engine that answers, if one does."""
    python = TOOLS / "envs/aws-sam-cli/bin/python"
    try:
        asked = subprocess.run([python, "-c", ASK], capture_output=True, text=True, timeout=ASK_SECONDS)
    except subprocess.TimeoutExpired:
        return None
    if asked.returncode:
        return None
    about = json.loads(asked.stdout)
    apart = platform.system() != "Linux" or about["system"] == "Docker Desktop"
    return Engine(None if apart else _gateway(about["network"]))


def _gateway(network: Mapping[str, str]) -> str:
    """This machine's address in a network of an engine, which need not say it: then it is the first."""
    return network.get("Gateway") or str(next(ip_network(network["Subnet"]).hosts()))
