"""The command line on the deployed stack, run as a user runs it: found by the stack's name, ended by its exit code."""

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from cli.reading import INLINE_BYTES
from cli.stack import StackRef, find
from local.cloud.sending import salt
from local.cloud.stack import NAME, Stack
from local.samples import Sample, samples
from local.simulators import Control

OCR = Path(sys.executable).with_name("ocr")
TEN, SOME = 10, 3
SECONDS = 300

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def card() -> Sample:
    return next(iter(samples(["id_card"])))


@pytest.fixture
def shell(stack: Stack, tmp_path: Path) -> dict[str, str]:
    """An environment with nothing but the way to this AWS."""
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path), **stack.aws.environment}


@pytest.fixture
def ocr(shell: dict[str, str], tmp_path: Path) -> Run:
    """One command, in a folder of its own."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [OCR, *arguments], cwd=tmp_path, env=shell, capture_output=True, text=True, timeout=SECONDS, check=False
        )

    return run


def put(file: Path, sample: Sample) -> Path:
    """The sample as a picture that was never seen before."""
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(sample.picture + salt())
    return file


def test_a_picture_is_read_shown_listed_and_deleted(ocr: Run, card: Sample, tmp_path: Path) -> None:
    put(tmp_path / "card.jpg", card)
    read = ocr("read", "card.jpg", "--product", "id_card", "--json")
    assert read.returncode == 0, read.stderr
    [line] = [json.loads(line) for line in read.stdout.splitlines()]
    assert line["record"]["document"]["fields"] == card.truth
    number = card.truth["id_number"]

    shown = ocr("get", line["id"])
    assert (shown.returncode, number in shown.stdout, "cn_resident_id" in shown.stdout) == (0, True, True)
    listed = ocr("list", "--product", "id_card", "--status", "succeeded", "--limit", "5")
    assert (listed.returncode, line["id"] in listed.stdout, number in listed.stdout) == (0, True, False)
    deleted = ocr("delete", line["id"], "--yes")
    assert (deleted.returncode, deleted.stdout) == (0, f"deleted {line['id']}\n")
    assert [ocr("get", line["id"]).returncode, ocr("delete", line["id"], "--yes").returncode] == [1, 1]


def test_a_folder_goes_on_where_it_was_killed(ocr: Run, shell: dict[str, str], card: Sample, tmp_path: Path) -> None:
    for place in range(TEN):
        put(tmp_path / f"cards/{place}.jpg", card)
    command = ("read", "cards", "--product", "id_card", "--out", "cards.csv", "--jobs", "2")
    with subprocess.Popen([OCR, *command, "--json"], cwd=tmp_path, env=shell, stdout=subprocess.PIPE) as process:
        assert process.stdout
        for _ in range(SOME):
            assert process.stdout.readline()
        process.kill()
    before = rows(tmp_path / "cards.csv")
    assert SOME <= len(before) < TEN

    again = ocr(*command)
    assert again.returncode == 0, again.stderr
    assert f"{len(before)} of {TEN} pictures are finished in cards.csv and skipped." in again.stderr
    found = rows(tmp_path / "cards.csv")
    assert found[: len(before)] == before
    assert sorted(row["file"] for row in found) == [f"cards/{place}.jpg" for place in range(TEN)]
    assert {(row["status"], row["id_number"]) for row in found} == {("succeeded", card.truth["id_number"])}
    assert len({row["record_id"] for row in found}) == TEN


def rows(file: Path) -> list[dict[str, Any]]:
    with file.open(newline="", encoding="utf-8-sig") as opened:
        return list(csv.DictReader(opened))


def test_a_picture_too_large_for_a_request_is_uploaded(ocr: Run, card: Sample, tmp_path: Path) -> None:
    put(tmp_path / "card.jpg", card).write_bytes(card.picture + salt() + bytes(INLINE_BYTES))
    read = ocr("read", "card.jpg", "--product", "id_card", "--json")
    assert read.returncode == 0, read.stderr
    record = json.loads(read.stdout)["record"]
    assert record["document"]["fields"] == card.truth
    assert record["source"]["key"] == f"uploads/id_card/{record['id']}"


def test_a_picture_that_is_none_was_not_read(ocr: Run, tmp_path: Path) -> None:
    (tmp_path / "list.jpg").write_text("a shopping list")
    read = ocr("read", "list.jpg", "--product", "id_card")
    assert (read.returncode, read.stdout) == (1, "")
    assert read.stderr.startswith("list.jpg: failed: ")


def test_products_are_listed_and_described(ocr: Run, stack: Stack) -> None:
    listed = [json.loads(line)["product"] for line in ocr("products", "--json").stdout.splitlines()]
    assert len(listed) == sum(stack.reads(product) for product in listed) > 40
    assert "codetype (needed)" in ocr("products", "captcha").stdout


@pytest.mark.parametrize(
    ("more", "code", "says"),
    [
        pytest.param(["--product", "unicorn_licence"], 2, "There is no product", id="unknown product"),
        pytest.param(["--product", "captcha"], 2, "codetype", id="an option is missing"),
        pytest.param(["--product", "id_card", "--stack", "nowhere"], 3, "nowhere", id="unknown stack"),
        pytest.param(["--product", "id_card", "--key", "wrong"], 4, "API key", id="wrong key"),
    ],
)
def test_what_is_wrong_is_told_by_the_exit_code(
    ocr: Run, card: Sample, tmp_path: Path, more: list[str], code: int, says: str
) -> None:
    put(tmp_path / "card.jpg", card)
    done = ocr("read", "card.jpg", *more)
    assert (done.returncode, says in done.stderr) == (code, True), done.stderr


def test_without_credentials_the_stack_of_this_machine_is_found(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert find(StackRef(NAME, folder=stack.aws.folder)).url == stack.url


def test_an_evaluation_pays_each_vendor_once_a_picture(ocr: Run, simulators: Mapping[str, str], tmp_path: Path) -> None:
    """By the vendors' own counts, whatever policies weigh their answers, and when it is all asked once more."""
    plates = list(samples(["license_plate"]))[1:]  # Of the last one the engine is not wholly sure.
    for number, sample in enumerate(plates):
        put(tmp_path / f"plates/{number}.jpg", sample)
    truth = [{"file": f"plates/{number}.jpg", "fields": sample.truth} for number, sample in enumerate(plates)]
    (tmp_path / "truth.jsonl").write_text("".join(json.dumps(line) + "\n" for line in truth))
    controls = [Control(simulators[vendor]) for vendor in ("juhe", "ctyun")]
    for control in controls:
        control.reset()
    command = ("evaluate", "plates", "--product", "license_plate", "--truth", "truth.jsonl", "--json")
    policies = ("confidence<1", "checks")

    def evaluated(*named: str) -> dict[str, Any]:
        more = [word for policy in named for word in ("--escalate", policy)]
        done = ocr(*command, "--vendors", "embedded,juhe,ctyun", *more)
        assert done.returncode == 0, done.stderr
        head, *_ = (json.loads(line) for line in done.stdout.splitlines())
        found = [dict(zip(head["columns"], cells, strict=True)) for cells in head["rows"]]
        assert {row["exactly right"] for row in found} == {"2"}
        return {row["reader"]: row["escalated"] for row in found}

    def charged() -> list[dict[str, int]]:
        return [control.report()["pictures"] for control in controls]

    evaluated("never")
    before = charged()
    assert [len(pictures) for pictures in before] == [2, 2]
    shutil.rmtree(tmp_path / "plates.evaluation")
    found = evaluated(*policies)
    assert [found[f"embedded, juhe, ctyun: {policy}"] for policy in policies] == ["1", "0"]
    assert charged() == before
