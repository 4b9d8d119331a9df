"""Promise: a folder of pictures is scored by its truth.json, printed where it has none, and faults are sentences."""

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local import evaluate
from local.accuracy import offline
from local.samples import samples
from ocr.model.record import Document, Record, Status

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for sample in samples(["id_card"]):
        (tmp_path / f"{sample.name}.jpg").write_bytes(sample.picture)
    return tmp_path


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command on the folder with a truth.json; its status, what it printed and what it complained of."""

    def run(truth: Any = None, *arguments: str) -> tuple[int, str, str]:
        if truth is not None:
            (folder / "truth.json").write_text(truth if isinstance(truth, str) else json.dumps(truth))
        monkeypatch.setattr(sys, "argv", ["evaluate", str(folder), *arguments])
        with pytest.raises(SystemExit) as ended:
            evaluate.main()
        printed = capsys.readouterr()
        code = ended.value.code
        return (code, printed.out, printed.err) if isinstance(code, int) else (1, printed.out, str(code))

    return run


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The fields that every picture is read to have; no engine is asked."""
    fields: dict[str, Any] = {}

    def record(slug: str, content: bytes, *_: Any, **__: Any) -> tuple[Record, offline.Answer]:
        said = {"lines": [{"text": "姓名 林志远"}], "plates": []}
        document = Document(fields=fields if slug == "id_card" else {"document_type": "id_card"})
        found = Record(id="", product=slug, status=Status.SUCCEEDED, created_at="2026-01-01T00:00Z", document=document)
        return found, offline.Answer(said, 1.0)

    monkeypatch.setattr(offline, "record", record)
    return fields


def test_fields_are_counted_and_every_loss_is_told(run: Run, read: dict[str, Any]) -> None:
    read |= {"name": "林志元", "sex": "male", "address": "青禾市"}
    truth = [{"file": "portrait.jpg", "product": "id_card", "fields": {"name": "林志远", "sex": "male"}}]

    status, printed, _ = run(truth)

    assert status == 0
    assert "name 林志远 → 林志元 (wrong, silent, lost in extraction)" in printed
    assert "address ∅ → 青禾市 (invented, silent)" in printed
    assert "kinds of document: 1 of 1" in printed
    assert "1 files of" in printed


def test_a_plate_a_text_and_a_table_are_scored_as_such(run: Run, read: dict[str, Any]) -> None:
    file = "portrait.jpg"
    truth = [
        {"file": file, "plate": "浙A12345"},
        {"file": file, "lines": ["姓名林志远"]},
        {"file": file, "product": "general_table", "fields": {}, "grid": [3, 2]},
    ]

    _, printed, _ = run(truth)

    assert "plate 浙A12345 → —" in printed
    assert "plates: 0 of 1" in printed
    assert "text: accuracy 1.0000" in printed
    assert "grid 3×2 → no table" in printed
    assert "document no document → id_card" in printed


def test_a_folder_without_truth_is_printed(run: Run, read: dict[str, Any]) -> None:
    read |= {"name": "林志远"}

    status, printed, _ = run(None, "--product", "id_card")

    assert status == 0
    assert "portrait.jpg: succeeded" in printed
    assert "林志远" in printed


def test_the_page_on_accuracy_tells_figures_and_nothing_of_what_was_read(
    run: Run, read: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "accuracy.md"
    page.write_text("before\n<!-- real -->\nold\n<!-- /real -->\nafter\n")
    monkeypatch.setattr(evaluate, "ACCURACY", page)
    read |= {"name": "林志元", "sex": "male"}

    run([{"file": "portrait.jpg", "product": "id_card", "fields": {"name": "林志远", "sex": "male"}}], "--docs")

    written = page.read_text()
    assert "| id_card | 1 | 2 | 1 | 1 | 0 | 0 | 1 | 0 | 2 | 0 | 1 | 0.500 |" in written
    assert "- kinds of document: 1 of 1 exactly right" in written
    assert "before" in written
    assert "after" in written
    assert not any(word in written for word in ("林", "portrait", "old", tmp_path.name))


@pytest.mark.parametrize(
    ("truth", "said"),
    [
        pytest.param("[", "is not what it should be: Invalid JSON", id="no JSON"),
        pytest.param({"file": "a.jpg"}, "Input should be a valid array", id="no list"),
        pytest.param([{"product": "id_card"}], "at 0 → file: Field required", id="no file"),
        pytest.param([{"file": "a.jpg", "product": "idcard"}], "does not read: idcard", id="no such product"),
    ],
)
def test_a_truth_that_cannot_be_used_is_a_sentence(run: Run, truth: Any, said: str) -> None:
    status, _, complaint = run(truth)

    assert status == 1
    assert said in complaint


def test_a_picture_that_cannot_be_read_is_told_and_loses_its_values(run: Run, folder: Path) -> None:
    (folder / "cut.jpg").write_bytes((folder / "portrait.jpg").read_bytes()[:900])
    card = {"product": "id_card", "fields": {"name": "林志远"}}
    truth = [{"file": "absent.jpg", **card}, {"file": "cut.jpg", **card}, {"file": "cut.jpg", "plate": "浙A12345"}]

    status, printed, _ = run(truth)

    assert status == 1
    assert "absent.jpg: not read. It cannot be opened: No such file or directory." in printed
    assert "cut.jpg: not read. The picture is damaged or cut short." in printed
    assert printed.count("name 林志远 → ∅ (missing, lost in recognition)") == 2
    assert "plates: 0 of 1 exactly right" in printed
    assert "3 pictures, 3 of them not read" in printed


def test_a_kept_answer_spares_the_engine_unless_it_is_to_be_asked_anew(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine import app

    asked: list[str] = []

    def answer(_: Any, task: str) -> dict[str, Any]:
        asked.append(task)
        return {"width": 9, "height": 9, "angle": 0, "lines": []}

    monkeypatch.setattr(app, "read", answer)
    monkeypatch.setattr(offline, "READINGS", tmp_path_factory.mktemp("readings"))
    content = (folder / "portrait.jpg").read_bytes()
    for fresh in (False, False, True):
        offline.record("id_card", content, fresh=fresh)

    assert asked == ["lines", "lines"]


def test_no_folder_is_a_sentence(run: Run, folder: Path) -> None:
    shutil.rmtree(folder)

    assert run() == (1, "", f"evaluate: {folder} is not a folder.")


@pytest.mark.skipif(not os.environ.get("OCR_PICTURES"), reason="OCR_PICTURES names no folder of pictures")
def test_pictures_are_read_as_well_as_promised() -> None:
    truths = Path(os.environ["OCR_PICTURES"]).rglob(evaluate.TRUTH)
    scores = [one for file in truths for one in evaluate.evaluate(file.parent, evaluate.truth(file.parent) or [])]
    parts = [part for one in scores for part in one.parts]
    plates = [part.right for part in parts if part.kind == "plate"]
    texts = [part.right for part in parts if part.kind == "text"]

    assert not plates or sum(plates) / len(plates) >= 0.7
    assert not texts or sum(texts) / len(texts) >= 0.93
