"""One engine reads a folder of pictures: `python reader.py FOLDER CORES [rapidocr's parameters as JSON]`.

Prints, picture by picture, the lines that it read and the milliseconds that this took, by the clock and of the
processor. Without parameters it is this project's own engine. It imports nothing else of the project: rapidocr runs in
an environment of its own.
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time

Read = Callable[[bytes], list[str]]


def own() -> Read:
    """This project's engine."""
    from engine import picture, reading

    return lambda content: [line.text for line in reading.read(picture.decode(content).pixels).lines]


def raw(parameters: dict[str, object]) -> Read:
    """rapidocr itself."""
    from rapidocr import RapidOCR

    read = RapidOCR(params={"Global.log_level": "critical", **parameters})
    return lambda content: list(getattr(read(content), "txts", None) or ())


def main(folder: str, cores: str, parameters: str = "") -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(cores)])
    begun, used = perf_counter(), process_time()
    read = raw(json.loads(parameters)) if parameters else own()
    found = []
    for path in sorted(Path(folder).iterdir()):
        lines = read(path.read_bytes())
        found.append({"lines": lines, "ms": 1000 * (perf_counter() - begun), "cpu": 1000 * (process_time() - used)})
        begun, used = perf_counter(), process_time()
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
