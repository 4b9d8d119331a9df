"""Promise: what is built for this machine and what is built for AWS do not get into each other's way."""

import re
import subprocess
import tomllib
from pathlib import Path
from shutil import copytree

import pytest

from local.cloud import build
from local.cloud.aws import REGION, ROOT
from local.cloud.stack import NAME


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What SAM CLI is told of `sam deploy` on this machine, word by word."""
    sam = tmp_path / "bin/sam"
    sam.parent.mkdir()
    sam.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    sam.chmod(0o755)
    monkeypatch.setattr(build, "TOOLS", tmp_path)
    return [line.strip() for line in build.sam("deploy")]


def test_an_operators_answers_to_a_guided_deployment_do_not_reach_the_aws_on_this_machine(command: list[str]) -> None:
    config = Path(command[command.index("--config-file") + 1])
    assert config != ROOT / "samconfig.toml"
    settings = tomllib.loads(config.read_text())["default"]
    assert settings["global"]["parameters"] == {"stack_name": NAME, "region": REGION}


def test_a_build_takes_no_layer_from_a_cache_that_knows_no_architectures() -> None:
    for config in (ROOT / "samconfig.toml", build.CONFIG):
        assert "cached" not in tomllib.loads(config.read_text())["default"]["build"]["parameters"], config


def platforms(checkout: Path) -> set[str]:
    """The platforms of the layers' wheels, where `sam build` runs the Makefiles in copies of their folders."""
    found = set[str]()
    for folder, target in (("ocr", "build-OcrLayer"), ("engine", "build-EngineLayer")):
        made = subprocess.run(
            ["make", "-n", "--makefile", checkout / "layers" / folder / "Makefile", target, "ARTIFACTS_DIR=/nowhere"],
            cwd=copytree(ROOT / "layers" / folder, checkout / "scratch" / folder),
            env={"PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=True,
        )
        found.update(re.findall(r"--python-platform (\S+)", made.stdout))
    return found


@pytest.mark.parametrize(
    ("architecture", "platform"), [("arm64", "aarch64-manylinux_2_28"), ("x86_64", "x86_64-manylinux_2_28")]
)
def test_layers_are_built_for_the_architecture_of_the_functions(
    architecture: str, platform: str, tmp_path: Path
) -> None:
    copytree(ROOT / "layers", tmp_path / "layers")
    template = (ROOT / "template.yaml").read_text()
    assert "Architectures: [arm64]" in template
    (tmp_path / "template.yaml").write_text(template.replace("arm64", architecture))
    assert platforms(tmp_path) == {platform}


def test_nobody_is_asked_for_an_architecture_that_the_layers_do_not_have() -> None:
    template = (ROOT / "template.yaml").read_text()
    assert "Ref Architecture" not in template
    assert set(re.findall(r"Architectures?: \[?(\w+)", template)) == {"arm64"}
