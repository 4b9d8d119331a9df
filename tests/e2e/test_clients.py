"""Promise: generators of clients take the OpenAPI document without a warning, and what they make reads a picture.

The generators are installed by `make test`: openapi-python-client, and openapi-typescript where there is npm.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
import requests

from local.cloud.aws import ROOT
from local.cloud.stack import Stack
from local.samples import samples

USES = ROOT / "tests/e2e/clients"
PYTHON = ROOT / ".tools/envs/openapi-python-client/bin"
NODE = ROOT / ".tools/clients/node_modules"
CHECKED = ["--strict", "--noUncheckedIndexedAccess", "--skipLibCheck"]
BUILT = ["--module", "preserve", "--moduleResolution", "bundler", "--target", "es2022", "--outDir", "."]


@pytest.fixture
def folder(stack: Stack, tmp_path: Path) -> Path:
    """The document that the API serves, and a picture to read."""
    answer = requests.get(f"{stack.url}/openapi.json", headers={"x-api-key": stack.api_key}, timeout=60)
    (tmp_path / "openapi.json").write_text(answer.text)
    (tmp_path / "card.jpg").write_bytes(next(samples(["id_card"])).picture)
    return tmp_path


def run(*command: str | Path, folder: Path, **environment: str) -> str:
    """What a command prints; it warns of nothing."""
    ended = subprocess.run(
        command, cwd=folder, env=os.environ | environment, capture_output=True, text=True, timeout=300
    )
    said = ended.stdout + ended.stderr
    assert ended.returncode == 0, said
    assert "warning" not in said.lower()
    return ended.stdout


def access(stack: Stack) -> Mapping[str, str]:
    return {"OCR_URL": stack.url, "OCR_KEY": stack.api_key}


def expected() -> str:
    """What both programs print: the record's status, whether it was found again, a field, the type of a problem."""
    return f"{next(samples(['id_card'])).truth['id_number']} urn:ocr:problem:unsupported_format"


@pytest.mark.skipif(not PYTHON.exists(), reason="`make test` installs openapi-python-client")
def test_a_client_in_python(stack: Stack, folder: Path) -> None:
    # The generator knows no pictures, and takes them as the bytes that they are.
    (folder / "settings.yaml").write_text(
        "post_hooks: []\ncontent_type_overrides: {image/jpeg: application/octet-stream}"
    )
    target = ["--path", "openapi.json", "--output-path", "ocr_client", "--meta", "none", "--config", "settings.yaml"]
    run(PYTHON / "openapi-python-client", "generate", *target, "--fail-on-warning", folder=folder)
    used = run(PYTHON / "python", USES / "use.py", "card.jpg", folder=folder, PYTHONPATH=str(folder), **access(stack))
    assert used.split(maxsplit=2) == ["succeeded", "True", expected() + "\n"]


@pytest.mark.skipif(not NODE.exists(), reason="`make test` installs openapi-typescript where there is npm")
def test_a_client_in_typescript(stack: Stack, folder: Path) -> None:
    (folder / "node_modules").symlink_to(NODE)
    (folder / "package.json").write_text('{"type": "module"}')
    shutil.copy(USES / "use.ts", folder)
    run(NODE / ".bin/openapi-typescript", "openapi.json", "-o", "api.ts", folder=folder)
    run(NODE / ".bin/tsc", *CHECKED, *BUILT, "use.ts", folder=folder)
    used = run("node", "use.js", "card.jpg", folder=folder, **access(stack))
    assert used.split(maxsplit=2) == ["succeeded", "true", expected() + "\n"]
