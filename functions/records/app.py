"""Records: the HTTPS API beside reading pictures. What is kept can be had and deleted; what can be read is listed."""

import json
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.utilities.typing import LambdaContext

from ocr import ledger, reply
from ocr.errors import PROBLEM_BASE, Problem
from ocr.observe import logger, tracer, unforeseen

app = APIGatewayRestResolver()


@tracer.capture_lambda_handler(capture_response=False, capture_error=False)
@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request for anything but reading a picture."""
    return app.resolve(event, context)


@app.get("/records/<id>")
def record(id: str) -> Response[str]:
    """The record of this id, however it ended."""
    kept = ledger.find(id)
    return _json(HTTPStatus.OK, kept.model_dump_json(exclude_none=True)) if kept else _no_record()


@app.delete("/records/<id>")
def delete(id: str) -> Response[str]:
    """Forget a record: the item, the picture it was read from, the vendors' raw answers."""
    return _json(HTTPStatus.NO_CONTENT, "") if ledger.forget(id) else _no_record()


@app.get("/products")
def products() -> Response[str]:
    """Every product in a line or two."""
    from ocr import catalogue  # imports all products: not at cold start

    return _json(HTTPStatus.OK, json.dumps([catalogue.summary(one) for one in catalogue.products().values()]))


@app.get("/products/<slug>")
def product(slug: str) -> Response[str]:
    """One product: options, vendors with their limits, the schema of its record."""
    from ocr import catalogue

    found = catalogue.products().get(slug)
    if found is None:
        return _missing("There is no such product.", "GET /products lists what can be read.")
    return _json(HTTPStatus.OK, json.dumps(catalogue.description(found)))


@app.not_found
def unknown(error: NotFoundError) -> Response[str]:
    """Nothing here answers under this path, an unknown product included."""
    return _missing("There is nothing under this path.", "GET /products lists what can be read.")


@app.exception_handler(Exception)  # type: ignore[untyped-decorator]
def failed(error: Exception) -> Response[str]:
    """An error of ours: its type is logged, its message, which may quote a record, is not."""
    unforeseen("A request failed", error)
    return _json(reply.INTERNAL.status, reply.INTERNAL.model_dump_json(exclude_none=True), reply.PROBLEM_TYPE)


def _no_record() -> Response[str]:
    return _missing("There is no record of this id.", "Ids stand in answers and events; records expire.")


def _missing(detail: str, advice: str) -> Response[str]:
    status = HTTPStatus.NOT_FOUND
    problem = Problem(type=PROBLEM_BASE + "not_found", title=status.phrase, status=status, detail=detail, advice=advice)
    return _json(status, problem.model_dump_json(exclude_none=True), reply.PROBLEM_TYPE)


def _json(status: int, body: str, kind: str = reply.RECORD_TYPE) -> Response[str]:
    return Response(int(status), kind, body, headers={"Cache-Control": "no-store"})
