"""The stack that the end-to-end tests share: deployed once a run to a local AWS of its own, with IAM on.

Its vendors are the simulators, with their keys filled in; what is not asked of a vendor by name is read by the engine,
which is first in the order.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from local.cloud.aws import Aws, stop
from local.cloud.stack import Stack
from local.simulators import VENDORS, running
from tests.support.stack import deployed
from tests.support.vendors import Host, host

HERE = Path(__file__).parent
SETTINGS = {"Vendors": ",".join(["embedded", *VENDORS]), "CircuitSeconds": "2"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever needs the stack runs in one worker, so that there is one stack; a group of its own has its own stack."""
    for item in items:
        if item.path.is_relative_to(HERE) and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group("stack"))


@pytest.fixture(scope="session")
def simulators() -> Iterator[Mapping[str, str]]:
    """Vendor → base URL of its simulator."""
    with running() as urls:
        yield urls


@pytest.fixture(scope="session")
def receiver() -> Iterator[Host]:
    """An endpoint on loopback that the stack's operator trusts; it answers as a test says."""
    with host() as served:
        yield served


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, simulators: Mapping[str, str], receiver: Host) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("aws")
    try:
        yield deployed(Aws.start(folder), simulators, {**SETTINGS, "WebhookOrigins": receiver.url})
    finally:
        stop(folder)
