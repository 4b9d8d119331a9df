"""The stack that the end-to-end tests share: deployed once a run to a local AWS of its own, with IAM on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from local.aws import Aws, stop
from local.deploy import deploy
from local.stack import Stack

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever needs the stack runs in one worker, so that there is one stack."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.xdist_group("stack"))


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("aws")
    try:
        yield deploy(Aws.start(folder), Console(quiet=True))
    finally:
        stop(folder)
