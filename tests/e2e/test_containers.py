"""Promise: `sam local` is the third way in: its containers read what the API and the bucket take.

`make test-docker` runs these, where a container engine answers and the image of Lambda's runtime is there or can be
had.
"""

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
import requests

from local.cloud.aws import ROOT
from local.cloud.build import ARCHITECTURE, TOOLS
from local.cloud.containers import NONE, Engine, engine_or_none
from local.cloud.sending import Picture, send
from local.cloud.stack import Stack, logical
from local.invoke import QUIETLY
from local.sam_local import SETTINGS, https_event, options, s3_event, template, write_settings
from local.samples import samples

IMAGE = f"public.ecr.aws/lambda/python:3.13-{ARCHITECTURE}"
START_SECONDS = 180.0
pytestmark = pytest.mark.skipif("CONTAINERS" not in os.environ, reason="make test-docker runs it")


@dataclass(frozen=True)
class SamLocal:
    """SAM CLI, told of the stack; `folder` has the settings and events."""

    stack: Stack
    folder: Path

    def invoke(self, product: str, event: str) -> tuple[Any, str]:
        """What the function answers, and its log."""
        words = ["local", "invoke", logical(product), "-e", event, *options(template(), self.folder)]
        ended = self.sam(*words)
        return json.loads(ended.stdout), ended.stderr

    def sam(self, *words: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [TOOLS / "bin/sam", *words], cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=600
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done

    @property
    def environment(self) -> dict[str, str]:
        return dict(os.environ) | self.stack.aws.environment | QUIETLY


@pytest.fixture(scope="session")
def engine() -> Engine:
    """The engine that answers and has the image; looked for before a stack is deployed."""
    if not (found := engine_or_none()):
        pytest.skip(NONE)
    if not _has_image():
        pytest.skip(f"The image {IMAGE} is not here and cannot be pulled.")
    return found


@pytest.fixture(scope="session")
def sam_local(engine: Engine, stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SamLocal]:
    folder = tmp_path_factory.mktemp("sam-local")
    (folder / SETTINGS).parent.mkdir()
    write_settings(stack, engine, folder)
    # As `make up` does: the engine's first start takes longer than a caller waits.
    sample = next(iter(samples(["id_card"])))
    send(stack, Picture("id_card", sample.name, sample.picture, sample.media_type), "s3")
    with engine.reaching(stack.aws):
        yield SamLocal(stack, folder)


def _has_image() -> bool:
    """Whether the image of the runtime is here, pulled if need be; asked as SAM CLI asks."""
    ask = f"import docker; images = docker.from_env().images\nif not images.list({IMAGE!r}): images.pull({IMAGE!r})"
    return not subprocess.run([TOOLS / "envs/aws-sam-cli/bin/python", "-c", ask], capture_output=True).returncode


@pytest.mark.parametrize("form", ["https-binary", "https-json", "https-multipart"])
def test_a_request_is_read_in_a_container(form: str, sam_local: SamLocal) -> None:
    answer, log = sam_local.invoke("id_card", https_event("id_card", form))
    assert answer["statusCode"] == 200, log[-2000:]
    assert json.loads(answer["body"])["status"] == "succeeded"
    assert '"level":"ERROR"' not in log


def test_an_upload_is_read_in_a_container_and_the_log_says_its_record(sam_local: SamLocal) -> None:
    event = sam_local.folder / s3_event(sam_local.stack, "id_card", sam_local.folder)
    answer, log = sam_local.invoke("id_card", str(event))
    assert answer == {"batchItemFailures": []}
    [line] = [json.loads(one) for one in log.splitlines() if "An upload has its record" in one]
    headers = {"x-api-key": sam_local.stack.api_key}
    record = requests.get(f"{sam_local.stack.url}/records/{line['record_id']}", headers=headers, timeout=60).json()
    assert (record["status"], line["status"]) == ("succeeded", "succeeded")


def test_an_event_that_sam_cli_makes_is_read_in_a_container(sam_local: SamLocal) -> None:
    key = f"uploads/vin/{sam_local.folder.name}.png"
    sam_local.stack.client("s3").put_object(
        Bucket=sam_local.stack.uploads, Key=key, Body=next(samples(["vin"])).picture
    )
    made = sam_local.sam("local", "generate-event", "s3", "put", "--bucket", sam_local.stack.uploads, "--key", key)
    event = sam_local.folder / "put.json"
    event.write_text(made.stdout)
    answer, log = sam_local.invoke("vin", str(event))
    assert answer == {"batchItemFailures": []}, log[-2000:]
    assert '"status":"succeeded"' in log


def test_the_api_is_served_from_containers(sam_local: SamLocal) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = ["local", "start-api", *options(template(), sam_local.folder), "--port", str(port)]
    words += ["--warm-containers", "LAZY", "--disable-authorizer"]
    log = sam_local.folder / "api.log"
    with (
        log.open("w") as file,
        subprocess.Popen(
            [TOOLS / "bin/sam", *words], cwd=ROOT, env=sam_local.environment, stdout=file, stderr=file
        ) as process,
    ):
        try:
            deadline = monotonic() + START_SECONDS
            while "Running on" not in log.read_text():
                assert process.poll() is None, log.read_text()[-2000:]
                assert monotonic() < deadline, log.read_text()[-2000:]
                sleep(0.2)
            address = f"http://127.0.0.1:{port}/ocr/id_card"
            picture = next(samples(["id_card"])).picture
            body = requests.post(address, data=picture, headers={"Content-Type": "image/jpeg"}, timeout=120)
            form = requests.post(address, files={"image": picture}, timeout=120)
            # Not one of those that are set up by default.
            vin = next(samples(["vin"])).picture
            other = requests.post(address.replace("id_card", "vin"), files={"image": vin}, timeout=120)
        finally:
            process.terminate()
    answers = (body, form, other)
    assert [answer.status_code for answer in answers] == [200, 200, 200], log.read_text()[-2000:]
    assert [answer.json()["status"] for answer in answers] == ["succeeded", "succeeded", "succeeded"]
    assert "not supported for local emulation" not in log.read_text()
