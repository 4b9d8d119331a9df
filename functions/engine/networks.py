"""The two networks of PP-OCR as rapidocr ships them, each loaded when it is first needed."""

import functools
import logging
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import rapidocr
from numpy.typing import NDArray
from omegaconf import OmegaConf
from onnxruntime import InferenceSession, SessionOptions  # type: ignore[import-untyped]
from rapidocr.ch_ppocr_det import TextDetector
from rapidocr.ch_ppocr_rec import TextRecInput, TextRecognizer
from rapidocr.ch_ppocr_rec.utils import CTCLabelDecode
from rapidocr.utils.parse_parameters import ParseParams

from engine import bounds
from engine.picture import Pixels

logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)  # it prints coloured lines into the JSON log

PACKAGE = Path(rapidocr.__file__).parent
# Both ship in rapidocr's wheel.
MODELS = {
    "Det": PACKAGE / "models/PP-OCRv6_det_small.onnx",
    "Rec": PACKAGE / "models/PP-OCRv6_rec_small.onnx",
}
CORES = os.process_cpu_count() or 1
LINE = (3, 48, 160)  # colours × height × least width; rapidocr pads to 320, which most lines of a form do not fill
DETECTION_SIDE = 960  # pixels of the longest side; rapidocr's default enlarges small pictures, twenty times slower


def lines(pixels: Pixels) -> list[NDArray[np.float32]]:
    """Where text stands on a picture: the four corners of each line, in its pixels."""
    found = _own_thread().submit(detector(), pixels).result().boxes
    return [] if found is None else [np.asarray(box, np.float32) for box in found]


@functools.cache
def _own_thread() -> ThreadPoolExecutor:
    """The thread in which the smallest numbers count as zero: a session changes the one that makes it, for good."""
    return ThreadPoolExecutor(1)


@functools.cache
def detector() -> TextDetector:
    """Finds text."""
    return TextDetector(_settings("Det", threads=CORES, limit_type="max", limit_side_len=DETECTION_SIDE))


def recognizer(mainland: bool = True) -> TextRecognizer:
    """Reads a line, of mainland papers or (`mainland` false) of any text, as it is printed."""
    return _recognizer(mainland)


@functools.cache
def _recognizer(mainland: bool) -> TextRecognizer:
    # Lines go in one by one: a batch pads them all to its longest, for a fifth more time and twice the memory.
    network = TextRecognizer(_settings("Rec", threads=1, rec_batch_num=1, rec_img_shape=list(LINE)))
    if mainland:
        network.postprocess_op = MainlandDecode(network.session.get_character_list())
    return network


@functools.cache
def characters() -> dict[str, int]:
    """What the recognizer can read: character → column of its answer. Column 0 is CTC's blank."""
    known: list[str] = recognizer().postprocess_op.character
    return {character: column for column, character in enumerate(known)}


@functools.cache
def _readers() -> ThreadPoolExecutor:
    """A line a core: cores that share one line spend half their time waiting for each other."""
    return ThreadPoolExecutor(CORES)


def texts(strips: Iterable[Pixels], mainland: bool = True) -> list[tuple[str, float]]:
    """What stands on each of these lines, and how surely, 0..1."""
    network = recognizer(mainland)

    def read(strip: Pixels) -> tuple[str, float]:
        bounds.check()
        answer = network(TextRecInput(img=[strip], return_word_box=False))
        [text], [score] = answer.txts or [""], answer.scores or [0.0]
        return text, float(score)

    return list(_readers().map(read, strips))


def frames(strip: Pixels) -> NDArray[np.float32]:
    """A line's probabilities (frames × characters), for those who search them with a grammar of their own."""
    bounds.check()
    network = recognizer()
    _, height, width = network.rec_image_shape
    ratio = max(width / height, strip.shape[1] / strip.shape[0])
    [answer] = network.session(network.resize_norm_img(strip, ratio)[None])
    return np.asarray(answer, np.float32)


class MainlandDecode(CTCLabelDecode):
    """Decodes a line knowing that the papers are mainland Chinese.

    The network also reads Japanese and traditional Chinese and mistakes 满 for 満 where print is small. Characters that
    GB 2312 does not have must be RARER times likelier to be believed: a rare character in a name still gets through.
    """

    RARER = 20

    def __init__(self, characters: list[str]) -> None:
        super().__init__(characters)
        rare = [_is_ideograph(text) and not _in_gb2312(text) for text in self.character]
        self.prior = np.where(rare, 1 / self.RARER, 1).astype(np.float32)

    def __call__(self, preds: NDArray[np.float32], return_word_box: bool = False, **_: object) -> tuple[Any, Any]:
        best = (preds * self.prior).argmax(axis=2)
        sure = np.take_along_axis(preds, best[..., None], axis=2)[..., 0]
        return self.decode(best, sure, return_word_box, remove_duplicate=True)


def _is_ideograph(text: str) -> bool:
    return len(text) == 1 and "\u3400" <= text <= "\u9fff"


def _in_gb2312(text: str) -> bool:
    try:
        return bool(text.encode("gb2312"))
    except UnicodeEncodeError:
        return False


def _settings(network: str, threads: int, **changed: Any) -> Any:
    settings = ParseParams.load(PACKAGE / "config.yaml")[network]
    own = {"session": _session(MODELS[network], threads), "font_path": None, **changed}
    return OmegaConf.create(dict(settings) | own, flags={"allow_objects": True})


@functools.cache
def _session(model: Path, threads: int) -> InferenceSession:
    """Given to rapidocr, which would otherwise look for the model online and spin while it waits for a core.

    Lambda gives a function its share of the cores' time: what one thread spins away is missing to the other.
    """
    options = SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # On empty paper the detector's numbers fade to ones so small that a processor takes a detour for each.
    options.add_session_config_entry("session.set_denormal_as_zero", "1")
    options.enable_cpu_mem_arena = False  # keeps 100 MB
    options.log_severity_level = 4
    make = functools.partial(InferenceSession, model, options, providers=["CPUExecutionProvider"])
    return _own_thread().submit(make).result()
