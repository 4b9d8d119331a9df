"""Logs, metrics and traces: one of each for the whole process.

Whatever is logged names ids, products, vendors, codes and milliseconds; never a field, a file name or a vendor's text.
"""

import traceback
from pathlib import Path

from aws_lambda_powertools import Logger, Tracer
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

SERVICE, NAMESPACE = "ocr", "OCR"

logger = Logger(service=SERVICE)
# Unpatched: a batch is read in threads, where the SDKs' own subsegments find no parent. Each vendor's turn has one.
tracer = Tracer(service=SERVICE, auto_patch=False)


def meter(dimensions: dict[str, str], **values: tuple[MetricUnit, float]) -> None:
    """Emit metrics under these dimensions; each call writes one line, so threads do not mix theirs."""
    metrics = EphemeralMetrics(namespace=NAMESPACE, service=SERVICE)
    for name, value in dimensions.items():
        metrics.add_dimension(name, value)
    for name, (unit, amount) in values.items():
        metrics.add_metric(name, unit, amount)
    metrics.flush_metrics()


def unforeseen(what: str, error: BaseException) -> None:
    """Log an error nobody foresaw: its type and where it arose. Its message may quote a value, so that stays out."""
    frames = traceback.extract_tb(error.__traceback__)
    where = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames[-5:]]
    logger.error(what, extra={"error": type(error).__name__, "where": where})
