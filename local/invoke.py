"""`make invoke`: one function in a container of `sam local`, with one sample event, against the AWS on this machine.

What the function answers is printed on standard output, everything else beside it. Ends with 1 where the answer is an
error.
"""

import json
import os
import subprocess
import sys
from typing import Any

from rich.console import Console

from local.arguments import Arguments, one_of, product
from local.cloud.aws import ROOT
from local.cloud.build import TOOLS, Failed
from local.cloud.containers import engine
from local.cloud.stack import Stack
from local.sam_local import command, https_event, s3_event, template, write_settings
from local.up import prepare, up
from ocr.declare.catalogue import products

FORMS = ("https-binary", "https-json", "https-multipart", "s3")
SERVER_ERROR = 500
# The image of the runtime is pulled once, not asked for at each invocation.
QUIETLY = {"SAM_CLI_TELEMETRY": "0", "SAM_SKIP_PULL_IMAGE": "1"}


def main() -> int:
    """Invoke the function, on a stack that is started if need be."""
    parser = Arguments("make invoke")
    parser.add_argument("product", type=product(products()))
    parser.add_argument("event", type=one_of("EVENT", FORMS))
    asked = parser.parse_args()
    runs = engine()
    stack = up(Console(stderr=True))
    prepare(stack)
    write_settings(stack, runs)
    file = s3_event(stack, asked.product) if asked.event == "s3" else https_event(asked.product, asked.event)
    with runs.reaching(stack.aws):
        return failed(invoked(stack, command(asked.product, file, template())))


def invoked(stack: Stack, words: list[str]) -> str:
    """What the function answers, which is printed too; raises `Failed` where SAM CLI fails."""
    print(*words, file=sys.stderr)
    environment = dict(os.environ) | stack.aws.environment | QUIETLY
    ended = subprocess.run(
        [TOOLS / "bin/sam", *words[1:]], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False
    )
    print(ended.stdout, end="")
    if ended.returncode:
        raise Failed("sam local invoke failed, see above.")
    return ended.stdout


def failed(answered: str) -> int:
    """1 where a function's answer is an error, else 0: SAM CLI itself ends with 0 after both."""
    answer: Any = json.loads(answered or "null")
    if not isinstance(answer, dict) or "errorType" in answer or answer.get("batchItemFailures"):
        return 1
    return int(answer.get("statusCode", 0) >= SERVER_ERROR)


if __name__ == "__main__":
    sys.exit(main())
