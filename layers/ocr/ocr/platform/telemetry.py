"""Logs and metrics: one of each for the whole process. Lambda itself traces the invocations.

Whatever is logged names ids, products, vendors, codes and milliseconds; never a field, a file name or a vendor's text.
"""

import logging
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

SERVICE, NAMESPACE = "ocr", "OCR"

# What a library says may quote a request: botocore, urllib3 and Pillow do, also in warnings. Lambda gives the root
# logger the operator's level, which is for this system's own lines.
logging.getLogger().setLevel(logging.WARNING)
logger = Logger(service=SERVICE)
# Whatever level the operator sets for the rest.
_audits = Logger(service=f"{SERVICE}-audit", level="INFO")


def _without_words(make: Callable[..., logging.LogRecord]) -> Callable[..., logging.LogRecord]:
    """Log records of which only this system's own say anything: of a library's, its name and level are left."""

    def made(*given: Any, **named: Any) -> logging.LogRecord:
        record = make(*given, **named)
        if record.name not in {logger.name, _audits.name}:
            record.msg, record.args = f"A library logged: {record.name}", ()
            record.exc_info = record.exc_text = record.stack_info = None
        return record

    return made


logging.setLogRecordFactory(_without_words(logging.LogRecord))


def meter(
    dimensions: dict[str, str], properties: dict[str, str] | None = None, **values: tuple[MetricUnit, float]
) -> None:
    """Emit metrics under these dimensions; each call writes one line, so threads do not mix theirs.

    Each set of dimensions is a metric that is paid for by the month. `properties` stand in the line alone and cost
    nothing: Logs Insights finds by them.
    """
    metrics = EphemeralMetrics(namespace=NAMESPACE, service=SERVICE)
    for name, value in dimensions.items():
        metrics.add_dimension(name, value)
    for name, value in (properties or {}).items():
        metrics.add_metadata(name, value)
    for name, (unit, amount) in values.items():
        metrics.add_metric(name, unit, amount)
    metrics.flush_metrics()


# Each has an alarm of its name in the template, and a section in docs/operating.md.
Alert = Literal[
    "VendorRejected",
    "UnexpectedResponse",
    "CircuitOpened",
    "InternalFailure",
    "OutcomeUnknown",
    "BudgetNearlySpent",
    "UploadWaits",
]


def alert(what: Alert, properties: dict[str, str]) -> None:
    """Count what somebody has to hear of."""
    meter({}, properties, **{what: (MetricUnit.Count, 1.0)})


def audit(
    action: str, record_ids: Sequence[str], api_key_id: str | None, principal: str | None, request_id: str | None
) -> None:
    """Log who did what to which records: by the id of a key, of a principal, or of a person at the provider."""
    _audits.info(
        "audit",
        extra={
            "action": action,
            "record_ids": list(record_ids),
            "api_key_id": api_key_id,
            "principal": principal,
            "request_id": request_id,
        },
    )


def unforeseen(what: str, error: BaseException) -> None:
    """Log an error nobody foresaw: its type and where it arose.

    Its message may quote a value, so that stays out, but for a `ConfigurationError`'s, which names settings only.
    """
    # The engine, which logs here too, does without the models that errors are made of.
    from ocr.platform.errors import ConfigurationError

    frames = traceback.extract_tb(error.__traceback__)
    where = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames[-5:]]
    wrong = {"wrong": str(error)} if isinstance(error, ConfigurationError) else {}
    logger.error(what, extra={"error": type(error).__name__, "where": where, **wrong})
    alert("InternalFailure", {"error": type(error).__name__})
