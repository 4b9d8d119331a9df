"""The embedded OCR engine: a picture in, its lines of text (and number plates) out. Invoked by the product functions.

Takes `{"task": "lines" | "text" | "plates" | "tables", "image": base64 of the file, "seconds": how long the caller
waits}` and answers `{"width", "height", "angle", "lines": [{"text", "confidence", "box"}]}`; "text" believes rare
characters as soon as usual ones. For plates it adds `"plates": [{"text", "confidence", "box", "color"}]`, best first,
and for tables `"rules"`, the two ends of each printed rule. Boxes are four corners from where the text starts, in the
pixels of the stored picture; `angle` is the degrees, clockwise, that the text is turned in it. What cannot be read is
answered, not raised: `{"error": {"code": "unreadable" | "too_complex" | "late", "detail": …}}`.
"""

import base64
import binascii
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from engine import bounds, picture, plates, reading, rules
from engine.picture import Picture, Unreadable
from engine.plates import Plate
from engine.reading import Line
from ocr.platform.telemetry import logger, meter

Answer = dict[str, Any]

# Kept back from the invocation's time to answer.
MARGIN_SECONDS = 2.0


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> Answer:
    """Read one picture."""
    seconds = min(event["seconds"], context.get_remaining_time_in_millis() / 1000 - MARGIN_SECONDS)
    try:
        with bounds.within(seconds):
            return read(picture.decode(base64.b64decode(event["image"], validate=True)), event["task"])
    except (Unreadable, binascii.Error) as fault:
        return _refused("unreadable", str(fault))
    except bounds.TooMuch:
        return _refused("too_complex", "reading the picture takes more work than one picture may be")
    except bounds.Late:
        return _refused("late", "the time that the caller waits was over before the picture was read")


def _refused(code: str, detail: str) -> Answer:
    meter({"code": code}, Refused=(MetricUnit.Count, 1))
    return {"error": {"code": code, "detail": detail}}


def read(found: Picture, task: str) -> Answer:
    """The answer to one task about a decoded picture."""
    page = reading.read(found.pixels, mainland=task != "text")

    def spot(said: Line | Plate) -> Answer:
        corners = found.stored(page.given(said.corners))
        box = [[round(float(x), 1), round(float(y), 1)] for x, y in corners]
        return {"text": said.text, "confidence": round(said.confidence, 4), "box": box}

    answer: Answer = {
        "width": found.width,
        "height": found.height,
        "angle": (page.angle + found.turn.clockwise) % 360,
        "lines": [spot(line) for line in page.lines],
    }
    if task == "plates":
        answer["plates"] = [spot(plate) | {"color": plate.color} for plate in plates.find(page.upright, page.lines)]
    if task == "tables":
        ends = [found.stored(page.given(rule)) for rule in rules.find(page.upright, page.lines)]
        answer["rules"] = [[[round(float(x), 1), round(float(y), 1)] for x, y in rule] for rule in ends]
    return answer
