"""The two networks of PP-OCR as rapidocr ships them, each loaded when it is first needed."""

import functools
import logging
import os
from pathlib import Path
from typing import Any

import numpy as np
import rapidocr
from numpy.typing import NDArray
from rapidocr.ch_ppocr_det import TextDetector
from rapidocr.ch_ppocr_rec import TextRecognizer
from rapidocr.ch_ppocr_rec.utils import CTCLabelDecode
from rapidocr.utils.parse_parameters import ParseParams

from engine.picture import Pixels

logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)  # it prints coloured lines into the JSON log

PACKAGE = Path(rapidocr.__file__).parent
# Named by path, so that rapidocr neither hashes nor looks for them online: both ship in its wheel.
MODELS = {
    "Det": PACKAGE / "models/PP-OCRv6_det_small.onnx",
    "Rec": PACKAGE / "models/PP-OCRv6_rec_small.onnx",
}
DETECTION_SIDE = 960  # pixels of the longest side; rapidocr's default enlarges small pictures, twenty times slower


@functools.cache
def detector(side: int = DETECTION_SIDE) -> TextDetector:
    """Finds text. `side` bounds the longest side that it looks at, in pixels."""
    return TextDetector(_settings("Det", limit_type="max", limit_side_len=side))


@functools.cache
def recognizer() -> TextRecognizer:
    """Reads a line."""
    network = TextRecognizer(_settings("Rec"))
    network.postprocess_op = MainlandDecode(network.session.get_character_list())
    return network


@functools.cache
def characters() -> dict[str, int]:
    """What the recognizer can read: character → column of its answer. Column 0 is CTC's blank."""
    return {character: column for column, character in enumerate(recognizer().postprocess_op.character)}


def frames(strip: Pixels) -> NDArray[np.float32]:
    """A line's probabilities (frames × characters), for those who search them with a grammar of their own."""
    network = recognizer()
    _, height, width = network.rec_image_shape
    ratio = max(width / height, strip.shape[1] / strip.shape[0])
    answer: NDArray[np.float32] = network.session(network.resize_norm_img(strip, ratio)[None])
    return answer[0]


class MainlandDecode(CTCLabelDecode):  # type: ignore[misc]  # rapidocr is untyped
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


def _settings(network: str, **changed: Any) -> Any:
    settings = ParseParams.load(PACKAGE / "config.yaml")
    engine = settings.EngineConfig.onnxruntime
    engine.intra_op_num_threads = os.cpu_count() or 1
    chosen = settings[network]
    chosen.update({"engine_cfg": engine, "model_path": str(MODELS[network]), "font_path": None, **changed})
    return chosen
