"""The API is what its OpenAPI document says: for whatever is sent, with a key and without one."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from jsonschema import Draft202012Validator

from local.cloud.aws import ROOT
from local.cloud.stack import Stack

SECONDS = 900
SOME = "^/(records|uploads|products|openapi|docs)|^/ocr/(captcha|id_card)"


@pytest.fixture(scope="module")
def document(stack: Stack) -> dict[str, Any]:
    answer = requests.get(f"{stack.url}/openapi.json", headers={"x-api-key": stack.api_key}, timeout=60)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path.replace("{", "").replace("}", ""), operation


def test_every_answer_is_one_that_the_document_tells_of(stack: Stack, document: dict[str, Any], tmp_path: Path) -> None:
    # From a file: schemathesis leaves out the route that it had a document from.
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(document))
    command = [
        Path(sys.executable).with_name("schemathesis"),
        "--config-file",
        ROOT / "tests/e2e/schemathesis.toml",
        "run",
    ]
    target = [file, "--url", stack.url, "--header", f"x-api-key: {stack.api_key}"]
    # All products have the same routes; `make test-all` goes to each of them.
    chosen = [] if "MATRIX" in os.environ else ["--include-path-regex", SOME]
    ran = subprocess.run(
        [*command, *target, *chosen],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    print(ran.stdout)
    assert ran.returncode == 0
    wanted = [path for _, path, _ in operations(document) if not chosen or re.search(SOME, path)]
    assert f"Tested: {len(wanted)}" in ran.stdout


@pytest.mark.parametrize("key", [None, "wrong"])
def test_without_a_key_every_route_refuses_as_the_document_tells(
    stack: Stack, document: dict[str, Any], key: str | None
) -> None:
    problem = Draft202012Validator(document["components"]["schemas"]["Problem"])
    for method, path, operation in operations(document):
        headers = {"x-api-key": key} if key else {}
        answer = requests.request(method, stack.url + path, headers=headers, timeout=60)
        if operation.get("security") == []:
            assert answer.status_code == 200, path
            continue
        assert answer.status_code == 401, path
        assert answer.headers["Content-Type"] == "application/problem+json", path
        assert str(answer.status_code) in operation["responses"], path
        problem.validate(answer.json())


def test_the_page_shows_the_document(stack: Stack) -> None:
    answer = requests.get(f"{stack.url}/docs", timeout=60)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "<code>/ocr/id_card</code>" in answer.text
