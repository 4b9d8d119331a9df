"""Promise: given lines become the record they would become on AWS, and a case says whether it comes out as expected."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local import extract

Run = Callable[..., tuple[int, str, str]]
ROWS = ("姓名 林志远", "性别 男 民族 汉", "公民身份号码 110101199003079970")
CASES = sorted(Path(os.environ.get("OCR_CASES", "/dev/null")).glob("*.json"))


def case(**more: Any) -> dict[str, Any]:
    lines = [
        {"text": text, "box": [[20, y], [320, y], [320, y + 24], [20, y + 24]], "confidence": 0.99}
        for text, y in zip(ROWS, (20, 60, 100), strict=True)
    ]
    return {"lines": lines, **more}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command on files with these contents; its status, what it printed and what it complained of."""

    def run(contents: list[Any], *arguments: str) -> tuple[int, str, str]:
        files = [tmp_path / f"{number}.json" for number in range(len(contents))]
        for file, content in zip(files, contents, strict=True):
            file.write_text(json.dumps(content))
        monkeypatch.setattr(sys, "argv", ["extract", *map(str, files), *arguments])
        with pytest.raises(SystemExit) as ended:
            extract.main()
        printed = capsys.readouterr()
        code = ended.value.code
        return (code, printed.out, printed.err) if isinstance(code, int) else (1, printed.out, str(code))

    return run


@pytest.mark.parametrize("more", [{"product": "id_card"}, {"product": "passport"}, {}])
def test_lines_become_a_record(run: Run, more: dict[str, str]) -> None:
    status, printed, _ = run([case(**more)], "--product", "id_card")

    record = json.loads(printed)
    assert status == 0
    assert record["product"] == "id_card"
    assert record["document"]["fields"]["name"] == "林志远"


def test_what_is_not_as_expected_is_told(run: Run) -> None:
    status, _, said = run([case(product="id_card", expected={"name": "林志元", "sex": "male", "ethnicity": None})])

    assert status == 1
    assert said.splitlines() == ["ethnicity: nothing expected, 汉 read", "name: 林志元 expected, 林志远 read"]


def test_several_cases_are_compared(run: Run) -> None:
    right, wrong = (case(product="id_card", expected={"name": name}) for name in ("林志远", "林志元"))

    status, printed, _ = run([right, wrong])

    assert status == 1
    assert "0: right" in printed
    assert "1: wrong" in printed
    assert "1 of 2 cases right" in printed


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param([], "Input should be an object", id="no object"),
        pytest.param({"lines": [{"box": None}]}, "at lines → 0 → text: Field required", id="no text"),
        pytest.param(case(), "it does not say of which product", id="no product"),
        pytest.param(case(product="idcard"), "idcard is not a product that the embedded vendor reads", id="no such"),
    ],
)
def test_a_file_that_is_no_case_is_a_sentence(run: Run, content: Any, said: str) -> None:
    status, _, complaint = run([content])

    assert status == 1
    assert said in complaint


@pytest.mark.skipif(not CASES, reason="OCR_CASES names no folder of cases")
@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_a_case_comes_out_as_expected(file: Path) -> None:
    one = extract.case(file)

    assert extract.differences(one, extract.record_of(one)) == []
