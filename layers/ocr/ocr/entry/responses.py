"""What an HTTPS caller gets: a record, or an RFC 9457 problem."""

import json
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from ocr.model.problem import Problem, problem_of
from ocr.model.record import Record, Status
from ocr.platform.errors import ConfigurationError, InProgress, InternalError, OcrError, VendorUnavailable
from ocr.platform.settings import settings
from ocr.storage import raw_answers

RECORD_TYPE = "application/json"
PROBLEM_TYPE = "application/problem+json"

Response = dict[str, Any]

# Seconds of Retry-After for an error that names none. The queue has a back-off of its own.
BUSY_SECONDS = 5
# Seconds until a pending record should be asked for.
PENDING_SECONDS = 2
# A Lambda response may have 6 MB; the rest is for JSON inside of JSON.
MOST_BYTES = 4_500_000

INTERNAL = InternalError("This system failed; the request is not at fault.")
# A caller that sends a picture while another deletes it gets neither the reading nor what is left of the record.
FORGOTTEN = InProgress("The record of this picture was just deleted.", retry_after=1)


def record(kept: Record) -> Response:
    """The record, if it is a success; else its problem, with the record's id."""
    if kept.status == Status.PENDING:
        return later(kept.id)
    if kept.status == Status.DELETED:
        return error(FORGOTTEN)
    if kept.problem is None:
        return response(HTTPStatus.OK, linked(kept).model_dump_json(exclude_none=True))
    return problem(kept.problem.model_copy(update={"record_id": kept.id}))


def linked(kept: Record) -> Record:
    """The record with links to the pictures that the vendor cut out: made for this response, kept nowhere."""
    return kept.model_copy(update={"crops": raw_answers.linked(kept.crops)}) if kept.crops else kept


def later(id: str, *, applied: str = "") -> Response:
    """202: accepted; `Location` says where the record will be. `applied`: the preferences that the caller named."""
    body = {"id": id, "status": Status.PENDING}
    headers = {"Location": f"../records/{id}", "Retry-After": str(PENDING_SECONDS)}
    return response(HTTPStatus.ACCEPTED, json.dumps(body), headers=headers | _applied(applied))


def _applied(applied: str) -> dict[str, str]:
    return {"Preference-Applied": applied} if applied else {}


def pending(name: str, id: str) -> dict[str, Any]:
    """A picture that the queue goes on with, as one outcome of a batch."""
    return {"name": name, "status": int(HTTPStatus.ACCEPTED), "record_id": id}


def part(name: str, kept: Record) -> dict[str, Any]:
    """A record, or its problem, as one outcome of a batch."""
    if kept.status == Status.DELETED:
        return fault(name, FORGOTTEN)
    if kept.problem is None:
        whole = linked(kept).model_dump(mode="json", exclude_none=True)
        return {"name": name, "status": int(HTTPStatus.OK), "record_id": kept.id, "record": whole}
    problem_body = kept.problem.model_dump(mode="json", exclude_none=True)
    return {"name": name, "status": kept.problem.status, "record_id": kept.id, "problem": problem_body}


def fault(name: str, error: OcrError) -> dict[str, Any]:
    """An error as one outcome of a batch."""
    return {"name": name, "status": int(error.status), "problem": problem_of(error).model_dump(exclude_none=True)}


def outcomes(parts: Sequence[dict[str, Any]], *, applied: str = "") -> Response:
    """The response to a batch. If it gets too long, the longest records are left out; their ids stay."""
    sizes = {place: len(json.dumps(one.get("record"), ensure_ascii=False).encode()) for place, one in enumerate(parts)}
    shortened = list(parts)
    for place in sorted(sizes, key=lambda one: sizes[one], reverse=True):
        if sum(sizes.values()) <= MOST_BYTES:
            break
        shortened[place] = {name: value for name, value in parts[place].items() if name != "record"}
        sizes[place] = 0
    return response(HTTPStatus.OK, json.dumps({"outcomes": shortened}, ensure_ascii=False), headers=_applied(applied))


def error(fault: OcrError) -> Response:
    """The problem of an error, with Retry-After if a retry makes sense."""
    return problem(problem_of(fault), waiting(fault))


def waiting(fault: OcrError) -> dict[str, str]:
    """The header Retry-After, in seconds, if a retry makes sense."""
    wait = (
        BUSY_SECONDS
        if fault.retry_after is None and isinstance(fault, VendorUnavailable | InternalError)
        else fault.retry_after
    )
    return {} if wait is None else {"Retry-After": str(wait)}


def problem(body: Problem, headers: dict[str, str] | None = None) -> Response:
    """A problem document as a response."""
    return response(body.status, body.model_dump_json(exclude_none=True), PROBLEM_TYPE, headers)


def response(status: int, body: str, kind: str = RECORD_TYPE, headers: dict[str, str] | None = None) -> Response:
    """A response as API Gateway takes it."""
    return {
        "statusCode": int(status),
        "headers": {"Content-Type": kind, **(headers or {})},
        "body": body,
        "isBase64Encoded": False,
    }


def sent(made: Response, event: APIGatewayProxyEvent) -> Response:
    """The response with the headers that every response has."""
    return made | {"headers": {**made["headers"], **common(event)}}


def common(event: APIGatewayProxyEvent) -> dict[str, str]:
    """Headers of every response: the request's id; and nothing on the way may keep it, since records are personal."""
    origin = _origin()
    shared = {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": EXPOSED} if origin else {}
    return shared | {
        "Cache-Control": "no-store",
        "Strict-Transport-Security": "max-age=31536000",
        "X-Content-Type-Options": "nosniff",
        "X-Request-Id": str((event.get("requestContext") or {}).get("requestId") or ""),
    }


def _origin() -> str:
    try:
        return settings().cors_origin
    except ConfigurationError:
        return ""  # the answer tells of it


EXPOSED = "ETag, Location, Preference-Applied, Retry-After, X-Request-Id"
