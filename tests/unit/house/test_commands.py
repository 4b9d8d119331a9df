"""What a person meets who types something wrong, interrupts, or has nothing running: a sentence, never a traceback."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from local.cloud.aws import ROOT


def run(*command: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """A command in this checkout, with no AWS in its environment."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    nowhere["AWS_EC2_METADATA_DISABLED"] = "true"
    nowhere["PYTHONPATH"] = os.pathsep.join(str(ROOT / folder) for folder in ("", "layers/ocr", "functions"))
    return subprocess.run(
        command, cwd=ROOT, env=plain | nowhere | settings, capture_output=True, text=True, timeout=120
    )


WRONG: list[tuple[list[str], str]] = [
    (["demo", "--vendors", "foo"], "VENDORS takes juhe"),
    (["demo", "--pictures", "/nonexistent"], "There is no folder '/nonexistent'."),
    (["trials", "foo"], "TRIALS takes"),
    (["trials", "kill", "--scale", "0"], "SCALE is a number above 0"),
    (["score", "--products", "idcard"], "Did you mean id_card"),
    (["score", "--layouts", " "], "LAYOUTS takes a, b"),
    (["evaluate", "docs", "--product", ""], "There is no product ''"),
    (["extract", "/nonexistent"], "There is no file '/nonexistent'."),
    (["bench", "--what"], "Unrecognized arguments: --what."),
    (["smoke", "--stacks", "x"], "Unrecognized arguments: --stacks x."),
    (["scale", "--rate", "fast"], "RATE is a number above 0, and not 'fast'."),
    (["scale", "--documents", "0"], "DOCUMENTS is a whole number above 0, and not '0'."),
    (["scale", "--account", "zoo"], "ACCOUNT takes new, default, raised, and not 'zoo'."),
    (["simulators", "zoo"], "VENDOR takes juhe"),
    (["deploy", "My_Stack"], "STACK=My_Stack is no name for a stack: a stack's name has 1 to 26 characters"),
    (["invoke", "zoo_ticket", "s3"], "There is no product 'zoo_ticket'"),
    (["invoke", "id_card", "email"], "EVENT takes https-binary"),
    (["scaffold.product", "", "general"], "NAME="),
    (["scaffold.product", "id_card", "general"], "There is a product id_card already."),
    (["scaffold.product", "zoo_ticket", "zoo"], "CATEGORY=zoo"),
]
# Each as its target runs it, in one process: each of them would import the same.
ENDS = """
import io, json, runpy, sys
from contextlib import redirect_stderr
ends = []
for name, *words in json.loads(sys.argv[1]):
    sys.argv, said = [name, *words], io.StringIO()
    with redirect_stderr(said):
        try:
            runpy.run_module("local." + name, run_name="__main__")
        except SystemExit as end:
            ends.append((end.code, said.getvalue()))
        else:
            ends.append((0, said.getvalue()))
print(json.dumps(ends))
"""


def ends(commands: Sequence[Sequence[str]]) -> list[tuple[int, str]]:
    """Each command's exit code and what it says of it."""
    ended = run(
        sys.executable, "-W", "ignore", "-c", ENDS, json.dumps(commands)
    )  # runpy minds what is imported already
    assert ended.returncode == 0, ended.stderr
    found: list[tuple[int, str]] = json.loads(ended.stdout.splitlines()[-1])
    return found


def test_a_wrong_argument_ends_in_a_sentence() -> None:
    for (command, sentence), (code, said) in zip(WRONG, ends([command for command, _ in WRONG]), strict=True):
        assert code == 2, command
        assert sentence in said, command
        assert "usage" not in said, command


def test_every_target_ends_in_a_sentence_where_it_gets_what_it_does_not_take() -> None:
    targets = sorted({*re.findall(r"^\t@\$\(PYTHON\) -m local (\S+)", (ROOT / "Makefile").read_text(), re.MULTILINE)})
    assert len(targets) > 20
    for target, (code, said) in zip(targets, ends([[target, "--nonsense"] for target in targets]), strict=True):
        assert code == 2, target
        assert re.fullmatch(r"(Unrecognized arguments|The following arguments).*\.\n", said), target


@pytest.mark.parametrize(("command", "sentence"), [([], "Say which command"), (["zoo"], "There is no command 'zoo'")])
def test_a_command_that_there_is_not_ends_in_a_sentence(command: list[str], sentence: str) -> None:
    ended = run(sys.executable, "-m", "local", *command)
    assert (ended.returncode, ended.stderr) == (2, f"{sentence}: `make help` shows all.\n")


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (["delete", "ocr"], "no AWS region and credentials are set"),
        (["invoke", "id_card", "s3"], "No container engine answers here"),
        (["up", "--containers"], "No container engine answers here"),
    ],
)
def test_what_is_missing_on_this_machine_is_said(command: list[str], sentence: str) -> None:
    ended = run(sys.executable, "-m", "local", *command, DOCKER_HOST="unix:///nowhere")
    assert ended.returncode == 1
    assert sentence in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("goal", "sentence"),
    [
        ("score PRODUCT=vin", "make score does not take PRODUCT. It takes PRODUCTS LAYOUTS MISSES."),
        ("down X=1", "make down does not take X. It takes nothing."),
        ("delete STACK=ocr ALL=no", "DOCS, MISSES, FRESH, CONTAINERS, GUIDED, IMPORT and ALL are 1 or left out."),
        ("delete", "Say which stack: make delete STACK=ocr."),
        ("bench DOCS=no", "DOCS, MISSES, FRESH, CONTAINERS, GUIDED, IMPORT and ALL are 1 or left out."),
        ("evaluate", "Say which folder: make evaluate PICTURES=folder."),
        ("extract PRODUCT=id_card", "Say which lines: make extract PRODUCT=id_card LINES=case.json."),
    ],
)
def test_a_variable_that_a_target_does_not_take_is_refused(goal: str, sentence: str) -> None:
    """`-n`: what is wrong is found before anything is run."""
    ended = run("make", "-n", *goal.split())
    assert ended.returncode != 0
    assert sentence in ended.stderr


@pytest.mark.parametrize("goal", ["doctor", "redrive", "smoke", "delete", "deploy"])
def test_a_stack_has_whatever_name_the_operator_gave_it(goal: str) -> None:
    assert re.search(rf" -m local {goal} .*'mine'", run("make", "-n", goal, "STACK=mine").stdout)


def test_a_path_with_blanks_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    folder = tmp_path / "my ocr"
    folder.mkdir()
    (folder / "Makefile").write_text((ROOT / "Makefile").read_text())
    ended = subprocess.run(["make", "up"], cwd=folder, capture_output=True, text=True, timeout=60)
    assert ended.returncode != 0
    assert "has blanks" in ended.stderr
    assert [path.name for path in folder.iterdir()] == ["Makefile"]


def test_what_setting_up_takes_is_looked_at_first(tmp_path: Path) -> None:
    few = tmp_path / "df"
    few.write_text("#!/bin/sh\nprintf 'head\\n/dev/disk 100 90 10 90%% /\\n'\n")
    few.chmod(0o755)
    ended = run("sh", "local/needs.sh", PATH=f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert ended.returncode == 1
    assert "10 MB are free" in ended.stderr


INTERRUPTED = """
import os, signal, sys
import local.__main__ as command
sys.argv = ["local", "down"]
def stand(*_, **__):
    os.kill(os.getpid(), signal.SIGINT)
    raise AssertionError("it went on")
import runpy
runpy.run_module = stand
command.main()
"""


def test_an_interruption_ends_a_command_without_a_traceback() -> None:
    ended = run(sys.executable, "-c", INTERRUPTED)
    assert ended.returncode == 128 + signal.SIGINT
    assert ended.stderr.strip() == "Interrupted."
