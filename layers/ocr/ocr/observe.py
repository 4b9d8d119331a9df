"""Logs, metrics and traces: one of each for the whole process.

Whatever is logged names ids, products, vendors, codes and milliseconds; never a field, a file name or a vendor's text.
"""

import traceback
from pathlib import Path

from aws_lambda_powertools import Logger, Metrics, Tracer

logger = Logger()
metrics = Metrics()
tracer = Tracer()


def blame(error: BaseException) -> dict[str, object]:
    """What may be logged of an unforeseen error: its type and where it arose. Messages quote values, so never those."""
    frames = traceback.extract_tb(error.__traceback__)
    return {
        "error": type(error).__name__,
        "where": [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames[-5:]],
    }
