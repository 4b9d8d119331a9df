"""What an HTTPS caller gets: a record, or an RFC 9457 problem."""

from http import HTTPStatus
from typing import Any

from ocr.errors import Busy, Internal, OcrError, Problem
from ocr.record import Record

RECORD_TYPE = "application/json"
PROBLEM_TYPE = "application/problem+json"

Response = dict[str, Any]

# For an error that names no time; the queue, which has a back-off of its own, does not look here.
BUSY_SECONDS = 5

INTERNAL = Internal("An error of this system, not of the request.")


def record(kept: Record) -> Response:
    """The record of a success; of anything else its problem, with the record's id."""
    if kept.problem is None:
        return response(HTTPStatus.OK, kept.model_dump_json(exclude_none=True))
    return problem(kept.problem.model_copy(update={"record_id": kept.id}))


def error(fault: OcrError) -> Response:
    """The problem of an error, with Retry-After where a retry makes sense."""
    return problem(fault.problem(), waiting(fault))


def waiting(fault: OcrError) -> dict[str, str]:
    """The header that says when to come again; none where that would not help."""
    wait = BUSY_SECONDS if fault.retry_after is None and isinstance(fault, Busy | Internal) else fault.retry_after
    return {} if wait is None else {"Retry-After": str(wait)}


def problem(told: Problem, headers: dict[str, str] | None = None) -> Response:
    """A problem document as a response."""
    return response(told.status, told.model_dump_json(exclude_none=True), PROBLEM_TYPE, headers)


def response(status: int, body: str, kind: str = RECORD_TYPE, headers: dict[str, str] | None = None) -> Response:
    """A response as API Gateway takes it. Records are personal: nobody on the way may keep them."""
    return {
        "statusCode": int(status),
        "headers": {"Content-Type": kind, "Cache-Control": "no-store", **(headers or {})},
        "body": body,
        "isBase64Encoded": False,
    }
