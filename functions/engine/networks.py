"""The three networks of PP-OCR as rapidocr ships them, each loaded when it is first needed."""

import functools
import logging
import os
from pathlib import Path
from typing import Any

import rapidocr
from rapidocr.ch_ppocr_cls import TextClassifier
from rapidocr.ch_ppocr_det import TextDetector
from rapidocr.ch_ppocr_rec import TextRecognizer
from rapidocr.utils.parse_parameters import ParseParams

logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)  # it prints coloured lines into the JSON log

PACKAGE = Path(rapidocr.__file__).parent
# Named by path, so that rapidocr neither hashes nor looks for them online: all three ship in its wheel.
MODELS = {
    "Det": PACKAGE / "models/PP-OCRv6_det_small.onnx",
    "Cls": PACKAGE / "models/ch_ppocr_mobile_v2.0_cls_mobile.onnx",
    "Rec": PACKAGE / "models/PP-OCRv6_rec_small.onnx",
}
DETECTION_SIDE = 960  # pixels of the longest side; rapidocr's default enlarges small pictures, twenty times slower


@functools.cache
def detector(side: int = DETECTION_SIDE) -> TextDetector:
    """Finds text. `side` bounds the longest side that it looks at, in pixels."""
    return TextDetector(_settings("Det", limit_type="max", limit_side_len=side))


@functools.cache
def classifier() -> TextClassifier:
    """Tells upright lines from lines that stand on their head."""
    return TextClassifier(_settings("Cls"))


@functools.cache
def recognizer() -> TextRecognizer:
    """Reads a line."""
    return TextRecognizer(_settings("Rec"))


def _settings(network: str, **changed: Any) -> Any:
    settings = ParseParams.load(PACKAGE / "config.yaml")
    engine = settings.EngineConfig.onnxruntime
    engine.intra_op_num_threads = os.cpu_count() or 1
    chosen = settings[network]
    chosen.update({"engine_cfg": engine, "model_path": str(MODELS[network]), "font_path": None, **changed})
    return chosen
