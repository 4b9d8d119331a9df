"""Promise: the ten pictures that cost most, in one batch and by HTTPS, fit into a function's memory.

They take minutes of a processor: without `HOSTILE` in the environment only the three first are tried.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from local.cloud.aws import ROOT
from ocr.model.record import Status
from tests.support.aws import World
from tests.support.hostile import worst
from tests.support.sending import delivered, of_upload

HANDLERS = """
import base64, json, re, sys
from pathlib import Path
from typing import ClassVar

from ocr.declare.offers import Limits
from ocr.declare.product import Product
from ocr.entry.serve import serve
from tests.support.scripted import Context, First, Ticket, reading

class Narrow(First):
    limits: ClassVar[Limits] = Limits(bytes=300_000)

kind = Product("ticket", Ticket, name="x", category="general", required=["number"], sold_by=[Narrow([reading])])
event, *files = sys.argv[1:]
handle = serve(kind)
# Far more time than a function has: what is measured is memory, on whatever machine.
answer = handle(json.loads(Path(event).read_text()), Context(3000))
assert answer == {"batchItemFailures": []}, answer
for file in files:
    body = base64.b64encode(Path(file).read_bytes()).decode()
    request = {
        "httpMethod": "POST", "path": "/ocr/ticket", "headers": {"Content-Type": "image/png"}, "requestContext": {},
        "queryStringParameters": {"mood": "anew"}, "body": body, "isBase64Encoded": True,
    }
    assert handle(request, Context(3000))["statusCode"] == 200
print("PEAK", re.search(r"VmHWM:\\\\s+(\\\\d+)", Path("/proc/self/status").read_text())[1])
""".replace("\\\\", "\\")


def test_the_worst_pictures_fit_into_a_function(world: World, tmp_path: Path) -> None:
    made = [*worst().values()][: None if "HOSTILE" in os.environ else 3]
    uploads = [world.upload(f"uploads/ticket/{n}.bin", content()) for n, content in enumerate(made)]
    event, turned = tmp_path / "event.json", tmp_path / "turned.bin"
    event.write_text(json.dumps(delivered(*uploads)))
    turned.write_bytes(worst()["grey and transparent, turned"]())
    done = subprocess.run([sys.executable, "-c", HANDLERS, event, turned], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    records = [of_upload(upload) for upload in uploads]
    assert [record and record.status for record in records] == [Status.SUCCEEDED] * len(made)
    memory = re.search(r"^    MemorySize: (\d+)$", (ROOT / "template.yaml").read_text(), re.MULTILINE)
    peak = re.search(r"PEAK (\d+)", done.stdout)
    assert memory
    assert peak
    assert int(peak[1]) / 1024 < int(memory[1])
