"""`make bench`: cold start, memory, warm calls, the engine, files with text, the layers, side by side in one run.

A product function, a naive handler (`naive`) and the least that the promises take (`floor`) run in turn under the
Runtime Interface Emulator, on the same local AWS and the same vendor, which answers at once; the engine beside others
(`ladder`). Absolute times are this machine's; quote the ratios. Where other work disturbs the clock, the processor's
time tells still. The ratios of a run are kept in `.local/bench.json`; the next run shows them beside its own.
"""

import json
import os
import subprocess
import tempfile
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from io import BytesIO
from itertools import count, islice
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from PIL import Image
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from local.arguments import Arguments
from local.bench import digital, ladder
from local.cloud.aws import ROOT, Aws, stop
from local.cloud.build import BUILT, build
from local.cloud.runtime import running
from local.cloud.stack import logical
from local.generate.tables import PERFORMANCE, with_table
from local.generate.tables import table as in_markdown
from local.loopback import serving
from local.samples import samples

STARTS = 5
CALLS = 30
PICTURES = 12
MEGABYTE = 1024 * 1024
# Lambda's limit for a function with all its layers, unzipped.
UNZIPPED_LIMIT = 250
PLATE = [("车牌号", "浙C80000"), ("车牌颜色", "蓝"), ("车牌颜色", "1"), ("车牌类型", "1"), ("整牌可信度", "99")]
ANSWER = {
    "reason": "操作成功",
    "result": {"res": [{"desc": desc, "content": content} for desc, content in PLATE], "orderid": "1"},
    "error_code": 0,
}
FUNCTIONS = {
    "product": (
        "license_plate.app.handler",
        BUILT / logical("license_plate"),
        [BUILT / "OcrLayer", BUILT / "FilesLayer"],
    ),
    # The naive handler is spared nothing: requests comes from the same layer.
    "naive": ("app.handler", ROOT / "local/bench/naive", [BUILT / "OcrLayer"]),
    "floor": ("app.handler", ROOT / "local/bench/floor", [BUILT / "OcrLayer"]),
}


FIGURES = {
    "init, ms": "init",
    "start and first call, ms": "start",
    "start and first call, ms of the processor": "first_processor",
    "peak memory, MB": "memory",
    "warm call, ms": "warm",
    "warm call, ms of the processor": "warm_processor",
}
# The ratios of the last run.
KEPT = ROOT / ".local/bench.json"


@dataclass
class Measured:
    """One function's figures, run by run: milliseconds and megabytes."""

    init: list[float] = field(default_factory=list)
    start: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    warm: list[float] = field(default_factory=list)
    first_processor: list[float] = field(default_factory=list)
    warm_processor: list[float] = field(default_factory=list)


def main() -> None:
    parser = Arguments(prog="python -m local.bench", description="Measure functions, engine and layers.")
    parser.add_argument("--docs", action="store_true", help=f"write the tables of this run into {PERFORMANCE.name}")
    asked = parser.parse_args()
    console = Console()
    with console.status("sam build"):
        build()
    tables = []
    for name, measure in {
        "functions": _comparison,
        "engine": _engine,
        "ladder": _ladder,
        "memory": ladder.memory,
        "digital": digital.table,
        "layers": _layers,
    }.items():
        with console.status(name):
            tables.append(measure())
        console.print(tables[-1])
    if asked.docs:
        PERFORMANCE.write_text(with_table(PERFORMANCE.read_text(), "bench", "\n".join(map(_markdown, tables))))


def _markdown(shown: Table) -> str:
    """A table as a page has it, under its title."""
    rows = zip(*(column.cells for column in shown.columns), strict=True)
    return f"{shown.title}\n\n" + in_markdown([str(column.header) for column in shown.columns], rows)


def _functions() -> dict[str, Measured]:
    measured = {name: Measured() for name in FUNCTIONS}
    pictures = _pictures()
    with _aws() as environment, _vendor() as url:
        for _ in range(STARTS):
            for name, (handler, code, layers) in FUNCTIONS.items():
                with running(handler, code, layers, environment | {"VENDOR_URLS": f"juhe={url}"}) as function:
                    # The emulator starts the runtime with the first invocation, so that one waits for all imports.
                    begun = perf_counter()
                    first = function.invoke(_event(next(pictures)))
                    measured[name].start.append(1000 * (perf_counter() - begun))
                    assert first["statusCode"] == 200, first
                    measured[name].init.append(function.init_milliseconds)
                    started = function.processor_milliseconds
                    measured[name].first_processor.append(started)
                    for picture in islice(pictures, CALLS):
                        begun = perf_counter()
                        function.invoke(_event(picture))
                        measured[name].warm.append(1000 * (perf_counter() - begun))
                    warm = (function.processor_milliseconds - started) / CALLS
                    measured[name].warm_processor.append(warm)
                    measured[name].memory.append(function.peak_megabytes)
    return measured


@contextmanager
def _aws() -> Iterator[dict[str, str]]:
    """A local AWS with a table, buckets and Juhe's key; what a function needs to find them."""
    with tempfile.TemporaryDirectory() as folder:
        aws = Aws.start(Path(folder) / "aws")
        try:
            aws.client("dynamodb").create_table(
                TableName="records",
                BillingMode="PAY_PER_REQUEST",
                KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            )
            aws.client("s3").create_bucket(Bucket="answers")
            aws.client("secretsmanager").create_secret(Name="ocr/juhe", SecretString='{"plate_key": "key"}')
            yield aws.environment | {
                "TABLE": "records",
                "UPLOADS_BUCKET": "answers",
                "ANSWERS_BUCKET": "answers",
                "ENGINE_FUNCTION": "none",
                "VENDORS": "juhe",
            }
        finally:
            stop(aws.folder)


@contextmanager
def _vendor() -> Iterator[str]:
    """A host that gives Juhe's answer for one plate, at once and to whatever it is asked."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 1 << 16

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            body = json.dumps(ANSWER).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with serving(Handler) as url:
        yield url


def _pictures() -> Iterator[bytes]:
    """Ever new pictures of 640 by 480: the same one again would be answered from its record."""
    for number in count():
        file = BytesIO()
        Image.new("RGB", (640, 480), (number % 256, number // 256, 90)).save(file, "PNG")
        yield file.getvalue()


def _event(picture: bytes) -> dict[str, Any]:
    return {
        "httpMethod": "POST",
        "headers": {"Content-Type": "image/png"},
        "queryStringParameters": None,
        "requestContext": {},
        "body": b64encode(picture).decode(),
        "isBase64Encoded": True,
    }


def _comparison() -> Table:
    measured = _functions()
    before: dict[str, float] = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    table = Table(box=SIMPLE, title="A product function, a naive handler and the least that the promises take")
    for name in ("median; lowest to highest", *FUNCTIONS, "product ÷ naive", "in the run before", "product ÷ floor"):
        table.add_column(name)
    for name, figure in FIGURES.items():
        all_of = {function: getattr(one, figure) for function, one in measured.items()}
        middle = {function: median(values) for function, values in all_of.items()}
        ratio = middle["product"] / middle["naive"]
        table.add_row(
            name,
            *(f"{middle[one]:.1f}; {min(values):.1f} to {max(values):.1f}" for one, values in all_of.items()),
            f"{ratio:.2f}",
            f"{before[name]:.2f}" if name in before else "",
            f"{middle['product'] / middle['floor']:.2f}",
        )
        before[name] = ratio
    KEPT.write_text(json.dumps(before, indent=2))
    return table


def _ladder() -> Table:
    before: dict[str, float] = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    table = ladder.table(before)
    KEPT.write_text(json.dumps(before, indent=2))
    return table


def _engine() -> Table:
    layers = [BUILT / "OcrLayer", BUILT / "EngineLayer"]
    table = Table(
        "task", "start and first picture, ms", "median, ms", "slowest, ms", "peak, MB", box=SIMPLE, title="The engine"
    )
    for task, products in (("lines", None), ("plates", ["license_plate"])):
        pictures = [sample.picture for sample in islice(samples(products), PICTURES)]
        with running("engine.app.handler", BUILT / "Engine", layers) as engine:
            times = [_timed(engine, task, picture) for picture in pictures]
            warm = times[1:]
            table.add_row(
                task,
                f"{times[0]:.0f}",
                f"{median(warm):.0f}",
                f"{max(warm):.0f}",
                f"{engine.peak_megabytes:.0f}",
            )
    return table


def _timed(engine: Any, task: str, picture: bytes) -> float:
    begun = perf_counter()
    answer = engine.invoke({"task": task, "image": b64encode(picture).decode(), "seconds": 60})
    assert "lines" in answer, answer
    return 1000 * (perf_counter() - begun)


def _layers() -> Table:
    table = Table("", "zipped, MB", "unzipped, MB", box=SIMPLE, title="What ships to AWS (arm64)")
    with tempfile.TemporaryDirectory() as folder:
        built = [_arm64(name, Path(folder) / name) for name in ("ocr", "engine", "files")]
        sizes = {"ocr layer": _sizes([built[0]]), "engine layer": _sizes([built[1]])}
        files = _sizes([built[2]])
    sizes["functions"] = _sizes([BUILT / "Engine"])
    for name, (zipped, unzipped) in sizes.items():
        table.add_row(name, f"{zipped:.1f}", f"{unzipped:.1f}")
    table.add_row("files layer", f"{files[0]:.1f}", f"{files[1]:.1f}")
    total = sum(unzipped for _, unzipped in sizes.values())
    table.add_row("the engine's function in all", "", f"{total:.1f} of {UNZIPPED_LIMIT}")
    return table


def _arm64(layer: str, target: Path) -> Path:
    """The layer as `sam build` makes it for AWS."""
    goal = f"build-{layer.capitalize()}Layer"
    command = ["make", "--silent", "-C", str(ROOT / "layers" / layer), goal, f"ARTIFACTS_DIR={target}"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPYCACHEPREFIX"}
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    return target


def _sizes(folders: Sequence[Path]) -> tuple[float, float]:
    """Megabytes zipped and unzipped."""
    files = [(folder, file) for folder in folders for file in folder.rglob("*") if file.is_file()]
    archive = BytesIO()
    with ZipFile(archive, "w", ZIP_DEFLATED) as packed:
        for folder, file in files:
            packed.write(file, file.relative_to(folder))
    return len(archive.getbuffer()) / MEGABYTE, sum(file.stat().st_size for _, file in files) / MEGABYTE


if __name__ == "__main__":
    main()
