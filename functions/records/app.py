"""Records: the part of the HTTPS API that reads and deletes what is kept."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.utilities.typing import LambdaContext

from ocr import ledger, reply
from ocr.errors import PROBLEM_BASE, Problem
from ocr.observe import blame, logger, metrics, tracer

app = APIGatewayRestResolver()


@tracer.capture_lambda_handler(capture_response=False, capture_error=False)
@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request for anything but reading a picture."""
    return app.resolve(event, context)


@app.get("/records/<id>")
def record(id: str) -> Response[str]:
    """The record of this id, however it ended."""
    kept = ledger.find(id)
    if kept is None:
        return _problem(
            "not_found", HTTPStatus.NOT_FOUND, "There is no record of this id.", "Ids come from answers and events."
        )
    return _json(HTTPStatus.OK, kept.model_dump_json(exclude_none=True))


@app.not_found
def unknown(error: NotFoundError) -> Response[str]:
    """Nothing here answers under this path, an unknown product included."""
    return _missing("There is nothing under this path.", "GET /products lists what can be read.")


@app.exception_handler(Exception)
def failed(error: Exception) -> Response[str]:
    """An error of ours: its type is logged, its message, which may quote a record, is not."""
    logger.error("A request failed unforeseen", **blame(error))
    return _json(reply.INTERNAL.status, reply.INTERNAL.model_dump_json(exclude_none=True), reply.PROBLEM_TYPE)


def _missing(detail: str, advice: str) -> Response[str]:
    status = HTTPStatus.NOT_FOUND
    problem = Problem(type=PROBLEM_BASE + "not_found", title=status.phrase, status=status, detail=detail, advice=advice)
    return _json(status, problem.model_dump_json(exclude_none=True), reply.PROBLEM_TYPE)


def _json(status: int, body: str, kind: str = reply.RECORD_TYPE) -> Response[str]:
    return Response(int(status), kind, body, headers={"Cache-Control": "no-store"})
