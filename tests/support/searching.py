"""Where texts that were read may stand by mistake: log groups, and whatever else is text."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from local.cloud.stack import Stack
from ocr.declare.catalogue import products

# Shorter texts may stand anywhere by chance; two Chinese characters do not, in logs that are written in English.
LEAST, LEAST_CHINESE = 6, 2
CHINESE = re.compile(r"[\u3400-\u9fff]")
LOG_GROUPS = ("Logs", "ApiLogs", "AuditLogs")


def texts(truth: Any) -> Iterator[str]:
    """Every line of a truth that is long enough to be searched for, and that no product is called."""
    if isinstance(truth, Mapping):
        for value in truth.values():
            yield from texts(value)
    elif isinstance(truth, list):
        for value in truth:
            yield from texts(value)
    elif isinstance(truth, str) and truth not in products():
        for line in truth.splitlines():
            if len(line) >= (LEAST_CHINESE if CHINESE.search(line) else LEAST):
                yield line


def stands_in(text: str, elsewhere: str) -> bool:
    """Whether a text stands there, as it is or as JSON in ASCII spells it."""
    return text in elsewhere or json.dumps(text)[1:-1] in elsewhere


def logged(stack: Stack, group: str) -> str:
    """Everything in a log group: log lines and, in them, metrics."""
    pages = stack.client("logs").get_paginator("filter_log_events").paginate(logGroupName=stack.parts[group])
    return "\n".join(event["message"] for page in pages for event in page["events"])
