"""A route's responses as Powertools' OpenAPI takes them. API Gateway's own are added later."""

from collections.abc import Mapping
from typing import Any

from ocr.entry.responses import PROBLEM_TYPE, RECORD_TYPE
from ocr.model.problem import Problem

Responses = dict[int, Any]

ETAG = {"ETag": {"description": "changes with the record; for If-None-Match", "schema": {"type": "string"}}}
RETRY_AFTER = {"Retry-After": {"description": "seconds to wait", "schema": {"type": "integer", "minimum": 0}}}


def answered(
    status: int, what: str, body: Any = None, kind: str = RECORD_TYPE, headers: Mapping[str, Any] | None = None
) -> Responses:
    """One response: what it is, the type of its body if it has one, its headers beside those that all have."""
    content = {} if body is None else {kind: {"model": body}}
    return {int(status): {"description": what, "content": content, **({"headers": dict(headers)} if headers else {})}}


def problems(*statuses: int) -> Responses:
    """The RFC 9457 problems that a route may answer with."""
    return {int(status): {"description": "", "content": {PROBLEM_TYPE: {"model": Problem}}} for status in statuses}
