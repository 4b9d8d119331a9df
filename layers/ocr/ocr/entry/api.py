"""What the functions behind the API that read no pictures share: errors as problems, common headers, audit lines."""

from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.event_handler.router import APIGatewayRouter
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent
from aws_lambda_powertools.utilities.typing import LambdaContext

from ocr.entry import callers, responses
from ocr.model.problem import problem_of
from ocr.model.record import Record, Status
from ocr.model.tenant import Tenant
from ocr.platform import snapshots
from ocr.platform.errors import CallerError, OcrError
from ocr.platform.telemetry import audit, unforeseen
from ocr.storage import records


def resolver() -> APIGatewayRestResolver:
    """A resolver for routes; whatever these raise is answered with a problem."""
    snapshots.draw_anew()
    app = APIGatewayRestResolver(enable_validation=True)

    def unknown(error: NotFoundError) -> Response[str]:
        return _refused(CallerError("This API has no such path or method.", kind="unknown_path"))

    def misasked(error: RequestValidationError) -> Response[str]:
        # What was sent may be personal and is left out.
        first = error.errors()[0]
        detail = f"The {first['loc'][0]} parameter {first['loc'][1]} is not valid."
        return _refused(CallerError(detail, f"{first['msg']}.", kind="invalid_request"))

    def failed(error: Exception) -> Response[str]:
        # Its type is logged; its message, which may quote a record, is not.
        unforeseen("A request failed", error)
        return _refused(responses.INTERNAL)

    app.not_found(unknown)
    app.exception_handler(RequestValidationError)(misasked)
    app.exception_handler(OcrError)(_refused)
    app.exception_handler(Exception)(failed)
    return app


def router() -> APIGatewayRouter:
    """A router for some of a function's routes."""
    return APIGatewayRouter()  # type: ignore[no-untyped-call]  # Powertools annotates everything but this


def answered(app: APIGatewayRestResolver, event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The response to one request, with the headers that every response has; HEAD is GET without a body."""
    head = event["httpMethod"] == "HEAD"
    answer = app.resolve(event | ({"httpMethod": "GET"} if head else {}), context)
    if head:
        answer = answer | {"body": ""}
    common = responses.common(APIGatewayProxyEvent(event))
    return answer | {"multiValueHeaders": {name: [common[name]] for name in common} | answer["multiValueHeaders"]}


def found(id: str, tenant: Tenant) -> Record:
    """The tenant's record of this id; raises `not_found`, and `gone` for one that was deleted."""
    return there(records.find(record_id(id), tenant))


def there(record: Record | None) -> Record:
    """The record; raises `not_found` for none, and `gone` for one that was deleted."""
    if record is None:
        raise missing()
    if record.status == Status.DELETED:
        raise CallerError("This record was deleted.", kind="gone")
    return record


def record_id(id: str) -> str:
    """The id, if it is a record's: the table also holds the ledger's entries, rates, tokens and circuits.

    Raises `not_found` for any other.
    """
    if not records.RECORD_ID.fullmatch(id):
        raise missing()
    return id


def missing() -> OcrError:
    """The error for an id without a record."""
    return CallerError("There is no such record.", "Check the id: responses and events name it.", kind="not_found")


def audited(event: APIGatewayProxyEvent, action: str, *record_ids: str) -> None:
    """Write down who did this to which records."""
    request_id = (event.get("requestContext") or {}).get("requestId")
    audit(action, record_ids, callers.key_id(event), callers.principal(event), request_id)


def _refused(error: OcrError) -> Response[str]:
    body = problem_of(error).model_dump_json(exclude_none=True)
    return Response(int(error.status), responses.PROBLEM_TYPE, body, headers=responses.waiting(error))
