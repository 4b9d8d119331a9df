"""MiniStack as this project runs it: the process that plays AWS. `local.cloud.aws` starts it with MiniStack's Python.

What MiniStack 1.5.33 does otherwise than AWS is put right here, so that the template need not know:
- Callers arrive by TLS. Without that the buckets' policy would, rightly, refuse the functions. A request that says
  `X-Forwarded-Proto: http` is taken at its word, so the policy can be tested.
- An OpenAPI body may carry gateway responses.
- A parameter is text, also where a number is wanted.
- Records of a stream that a function reports as failed come again: here with their whole batch, on AWS with what
  follows them.

And one thing is easier here than on AWS: functions that share an archive share its files, where MiniStack would unpack
it for each of them again. A layer's archive (`local.cloud.build.packed`) only names the folder where they are.
"""

import hashlib
import os
import signal
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import gettempdir
from typing import Any
from zipfile import ZipFile

from ministack import app as ministack  # type: ignore[import-not-found]  # lives in its own environment
from ministack.services import apigateway_v1, lambda_svc  # type: ignore[import-not-found]

Scope = dict[str, Any]
Channel = Callable[..., Awaitable[Any]]

serve_plain = ministack.app
import_plain = apigateway_v1._import_rest_api
execute_plain = lambda_svc._execute_function
concurrency_plain = lambda_svc._sqs_esm_concurrency
unpack_plain = ZipFile.extractall
unpacking = threading.Lock()
LINKED = "linked"


async def serve(scope: Scope, receive: Channel, send: Channel) -> None:
    """The ASGI application, behind what ends TLS on AWS."""
    if scope["type"] == "http" and b"x-forwarded-proto" not in dict(scope["headers"]):
        scope["headers"] = [*scope["headers"], (b"x-forwarded-proto", b"https")]
    await serve_plain(scope, receive, send)


def import_rest_api(spec: dict[str, Any], *rest: Any) -> str:
    """An API's id, imported with its gateway responses."""
    api: str = import_plain(spec, *rest)
    for kind, response in spec.get("x-amazon-apigateway-gateway-responses", {}).items():
        apigateway_v1._put_gateway_response(api, kind, response)
    return api


def sqs_concurrency(mapping: dict[str, Any], *rest: Any) -> int:
    """Batches in flight that an event source mapping allows."""
    scaling = mapping.get("ScalingConfig") or {}
    if "MaximumConcurrency" in scaling:
        scaling["MaximumConcurrency"] = int(scaling["MaximumConcurrency"])
    limit: int = concurrency_plain(mapping, *rest)
    return limit


def execute(function: dict[str, Any], event: Any) -> dict[str, Any]:
    """What becomes of an invocation; a batch of a stream fails when one of its records does."""
    result: dict[str, Any] = execute_plain(function, event)
    told = result.get("body")
    failed = isinstance(told, dict) and told.get("batchItemFailures")
    if failed and event["Records"][0]["eventSource"] == "aws:dynamodb":
        result["error"] = True
    return result


def unpack_once(archive: ZipFile, path: str, *_: Any) -> None:
    """In place of `ZipFile.extractall`: links to the one copy of this archive's content."""
    for entry in _shared(archive).iterdir():
        (Path(path) / entry.name).symlink_to(entry)
    Path(str(archive.filename)).unlink()


def _shared(archive: ZipFile) -> Path:
    if archive.namelist() == [LINKED]:
        return Path(archive.read(LINKED).decode())
    content = repr([(entry.filename, entry.CRC) for entry in archive.infolist()])
    shared = Path(gettempdir()) / "unpacked" / hashlib.sha256(content.encode()).hexdigest()
    with unpacking:
        if not shared.exists():
            unpack_plain(archive, shared)
    return shared


def end_with(parent: int) -> None:
    """End this process when the one that started it is gone, however it went."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    if os.environ.pop("END_WITH_PARENT", None):
        threading.Thread(target=end_with, args=(os.getppid(),), daemon=True).start()
    ministack.app = serve
    apigateway_v1._import_rest_api = import_rest_api
    lambda_svc._sqs_esm_concurrency = sqs_concurrency
    lambda_svc._execute_function = execute
    ZipFile.extractall = unpack_once  # type: ignore[method-assign,assignment]
    ministack.main()
