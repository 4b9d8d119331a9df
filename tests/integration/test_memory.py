"""Promise: the pictures that cost most fit into the memory of a product, in one batch and by HTTPS, and of the engine.

The functions run in a process of their own that gets no more address space than the template gives them memory, and
address space is always more than what is used. The ten pictures take minutes of a processor: without `HOSTILE` in the
environment only the three first are tried.
"""

import json
import os
import re
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from random import Random

import pylopdf_fonts_zh_cn
from PIL import Image, ImageDraw, ImageFont

from local.cloud.aws import ROOT
from ocr.model.record import Status
from tests.support.aws import World
from tests.support.hostile import worst
from tests.support.sending import delivered, of_upload

LIMITED = """
import base64, json, re, resource, sys
from pathlib import Path
from typing import ClassVar

megabytes, *told = sys.argv[1:]
resource.setrlimit(resource.RLIMIT_AS, (int(megabytes) << 20,) * 2)

def peak():
    return re.search("VmHWM:[^0-9]*([0-9]+)", Path("/proc/self/status").read_text())[1]
"""
HANDLERS = """
from ocr.declare.offers import Limits
from ocr.declare.product import Product
from ocr.entry import https
from ocr.entry.serve import serve
from tests.support.scripted import Context, First, Ticket, reading

class Narrow(First):
    limits: ClassVar[Limits] = Limits(bytes=300_000)

kind = Product("ticket", Ticket, name="x", category="general", required=["number"], offers=[Narrow([reading])])
event, *files = told
handle = serve(kind)
# Far more time than a function has: what is measured is memory, on whatever machine.
https.LONGEST = 3000
answer = handle(json.loads(Path(event).read_text()), Context(3000))
assert answer == {"batchItemFailures": []}, answer
for file in files:
    body = base64.b64encode(Path(file).read_bytes()).decode()
    request = {
        "httpMethod": "POST", "path": "/ocr/ticket", "headers": {"Content-Type": "image/png"}, "requestContext": {},
        "queryStringParameters": {"mood": "anew"}, "body": body, "isBase64Encoded": True,
    }
    answer = handle(request, Context(3000))
    assert answer["statusCode"] == 200, answer["body"]
print("PEAK", peak())
"""
ENGINE = """
from engine import app, bounds
from tests.support.scripted import Context

# Time goes with the machine; a page of a thousand lines takes all that it may.
bounds.MOST_CPU_SECONDS = 3000
for file in told:
    image = base64.b64encode(Path(file).read_bytes()).decode()
    # Of mainland papers and as it is printed: each has a recognizer of its own.
    for task in ("text", "tables", "plates"):
        answer = app.handler({"task": task, "image": image, "seconds": 3000}, Context(3000))
        assert "lines" in answer, answer
print("PEAK", peak())
"""


FONT = Path(pylopdf_fonts_zh_cn.__file__).parent / "NotoSansSC-Regular.otf"


def memory(function: str = "") -> int:
    """The megabytes that the template gives a function, or all functions but those that say otherwise."""
    part = (ROOT / "template.yaml").read_text().partition(f"  {function}:\n" if function else "Globals:\n")[2]
    found = re.search(r"^ +MemorySize: (\d+)$", part, re.MULTILINE)
    assert found
    return int(found[1])


def peak(program: str, megabytes: int, *files: Path) -> float:
    """The most memory in megabytes that a program takes which gets no more address space than that."""
    environment = os.environ | {
        "MALLOC_ARENA_MAX": "1",
        "POWERTOOLS_SERVICE_NAME": "ocr",
        "POWERTOOLS_METRICS_NAMESPACE": "OCR",
    }
    command = [sys.executable, "-c", LIMITED + program, str(megabytes), *files]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found = re.search(r"PEAK (\d+)", done.stdout)
    assert found
    return int(found[1]) / 1024


def test_the_worst_pictures_fit_into_a_function(world: World, tmp_path: Path) -> None:
    made = [*worst().values()][: None if "HOSTILE" in os.environ else 3]
    uploads = [world.upload(f"uploads/ticket/{n}.bin", content()) for n, content in enumerate(made)]
    event, turned = tmp_path / "event.json", tmp_path / "turned.bin"
    event.write_text(json.dumps(delivered(*uploads)))
    turned.write_bytes(worst()["grey and transparent, turned"]())
    assert peak(HANDLERS, memory(), event, turned) < memory()
    records = [of_upload(upload) for upload in uploads]
    assert [record and record.status for record in records] == [Status.SUCCEEDED] * len(made)


def test_the_worst_pictures_fit_into_the_engine(tmp_path: Path) -> None:
    """A page that lets through what the gate takes: large, seen through, and full of text."""
    files = []
    for number, content in enumerate(
        [dense(1500), *([worst()["transparent"](), dense(4000)] * ("HOSTILE" in os.environ))]
    ):
        files.append(tmp_path / f"{number}.png")
        files[-1].write_bytes(content)
    assert peak(ENGINE, memory("Engine"), *files) < memory("Engine")


def dense(side: int) -> bytes:
    """A square page as full of small print as can be read."""
    random, page = Random(7), Image.new("RGBA", (side, side), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.truetype(FONT, 26)
    for top in range(10, side - 30, 40 if side > 2000 else 400):
        for left in range(10, side - 400, 420 if side > 2000 else 700):
            draw.text((left, top), "".join(random.choices("国家中华人民0123456789ABC", k=16)), "black", font)
    file = BytesIO()
    page.save(file, "PNG")
    return file.getvalue()
