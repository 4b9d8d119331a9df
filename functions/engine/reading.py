"""A picture's lines of text, whichever way up it lies."""

from dataclasses import dataclass, replace

import numpy as np
from rapidocr.ch_ppocr_rec import TextRecInput
from rapidocr.utils.process_img import get_rotate_crop_image

from engine import networks
from engine.picture import Corners, Pixels

LEAST_CONFIDENCE = 0.5  # below this the network is guessing at texture


@dataclass(frozen=True)
class Line:
    """One line: its text as read, 0..1, and its corners (4 × 2) from where the text starts, clockwise."""

    text: str
    confidence: float
    corners: Corners


@dataclass(frozen=True)
class Page:
    """What a picture says. `angle`: degrees, clockwise, that the text is turned in the pixels that were read."""

    angle: int
    lines: list[Line]


def read(pixels: Pixels) -> Page:
    """The page on these pixels; corners in their coordinates, lines in reading order."""
    boxes = detect(pixels)
    return Page(0, [line for line in recognize(pixels, boxes) if line.confidence >= LEAST_CONFIDENCE])


def detect(pixels: Pixels) -> list[Corners]:
    found = networks.detector()(pixels).boxes
    return [] if found is None else [np.asarray(box, np.float32) for box in found]


def recognize(pixels: Pixels, boxes: list[Corners]) -> list[Line]:
    if not boxes:
        return []
    crops = [np.ascontiguousarray(get_rotate_crop_image(pixels, box)) for box in boxes]
    crops = networks.classifier()(crops).img_list
    answer = networks.recognizer()(TextRecInput(img=crops, return_word_box=False))
    return [Line(text, float(score), box) for text, score, box in zip(answer.txts, answer.scores, boxes, strict=True)]
