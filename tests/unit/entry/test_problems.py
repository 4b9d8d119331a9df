"""Promise: a client can switch on a problem's type, because each says one thing that is wrong."""

import ast
import re
from collections.abc import Iterator

import pytest

from local.cloud.aws import ROOT
from ocr.model.problem import PROBLEM_BASE
from ocr.platform.errors import PROBLEMS, CallerError, OcrError

CODE = [*(ROOT / "layers/ocr/ocr").rglob("*.py"), *(ROOT / "functions").rglob("*.py")]
RAISED = {
    "CallerError",
    "NoResult",
    "Incomplete",
    "InProgress",
    "InternalError",
    "OutcomeUnknown",
    "VendorUnavailable",
    "VendorRejected",
    "UnexpectedResponse",
    "TooComplex",
    "Row",
}


def errors(base: type[OcrError] = OcrError) -> Iterator[type[OcrError]]:
    """Every class of the tree of errors."""
    yield base
    for one in base.__subclasses__():
        yield from errors(one)


def raised() -> set[str]:
    """The kinds that the code names."""
    calls = (node for path in CODE for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    named = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in RAISED]
    values = (word.value for call in named for word in call.keywords if word.arg == "kind")
    return {value.value for value in values if isinstance(value, ast.Constant)}


def test_every_kind_that_is_raised_is_listed_and_every_listed_one_is_raised() -> None:
    template = set(re.findall(rf"{PROBLEM_BASE}(\w+)", (ROOT / "template.yaml").read_text()))
    usual = {error.default_kind for error in errors()}
    assert raised() | template | usual == PROBLEMS.keys()


def test_no_two_kinds_say_the_same() -> None:
    assert len({problem.title for problem in PROBLEMS.values()}) == len(PROBLEMS)


@pytest.mark.parametrize("kind", PROBLEMS)
def test_every_kind_says_what_to_do(kind: str) -> None:
    error = CallerError("Something is wrong.", kind=kind)
    assert 400 <= error.status < 600
    assert error.advice.endswith(".")
    assert not error.title.endswith(".")


def test_a_callers_error_without_a_kind_cannot_be_made() -> None:
    with pytest.raises(TypeError):
        CallerError("Something is wrong.")  # type: ignore[call-arg]
