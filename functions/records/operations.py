"""What an operator watches: costs, circuits and budgets, queues, tenants' keys."""

from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Annotated, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from ocr.entry import api
from ocr.entry.openapi import answered, problems
from ocr.entry.response_models import QueueStates, TenantKeys, Usage, VendorStates
from ocr.platform.errors import CallerError
from ocr.platform.settings import settings
from records.shared import answer, tenant

router = api.router()


@router.get(
    "/usage",
    operation_id="get_usage",
    tags=["records"],
    summary="Show what calls to vendors cost",
    responses=answered(200, "what calls cost", Usage),
)
def usage(
    by: Annotated[Literal["vendor", "product", "key", "day"], Query(description="what a row is of")] = "vendor",
    since: Annotated[date | None, Query(alias="from", description="the first day, in UTC; else the month's")] = None,
    until: Annotated[date | None, Query(alias="to", description="the last day; else today")] = None,
) -> Response[str]:
    """What was charged, and what may have been, as it was counted before and after each call.

    The operator sees all calls, a tenant those that were made for its own keys and uploads. Yuan are by the prices that
    the operator had named when a call was made.
    """
    from ocr.entry import costs

    today = datetime.now(UTC).date()
    found = costs.report(since or today.replace(day=1), until or today, by, tenant())
    return answer(HTTPStatus.OK, found.model_dump_json(exclude_none=True, by_alias=True))


@router.get(
    "/vendors",
    operation_id="list_vendor_states",
    tags=["records"],
    summary="Show the vendors' circuits and budgets",
    responses=answered(200, "circuits and budgets", VendorStates) | problems(403),
)
def vendors() -> Response[str]:
    """The circuit breakers of the vendors, and what was spent of their budgets. For the operator's key."""
    from ocr.declare import catalogue
    from ocr.storage import circuits, usage

    _for_the_operator()
    known = catalogue.offers_by_vendor()
    offers = [one for vendor in settings().vendors for one in known.get(vendor, [])]
    found = {"circuits": circuits.states(offers), "budgets": usage.spent(datetime.now(UTC))}
    return answer(HTTPStatus.OK, VendorStates.model_validate(found).model_dump_json(exclude_none=True))


@router.get(
    "/queues",
    operation_id="list_queues",
    tags=["records"],
    summary="Show what waits in the queues",
    responses=answered(200, "the queues", QueueStates) | problems(403),
)
def queues() -> Response[str]:
    """How many messages wait in each queue, and for how long. For the operator's key."""
    from ocr.storage import queue_states

    _for_the_operator()
    found = QueueStates.model_validate({"queues": queue_states.states()})
    return answer(HTTPStatus.OK, found.model_dump_json(exclude_none=True))


@router.get(
    "/keys",
    operation_id="list_keys",
    tags=["records"],
    summary="Show the tenants' API keys",
    responses=answered(200, "the keys", TenantKeys) | problems(403),
)
def keys() -> Response[str]:
    """The tenants' API keys with their limits, without their values. For the operator's key."""
    from ocr.storage import tenant_keys

    _for_the_operator()
    found = TenantKeys.model_validate({"keys": tenant_keys.all_keys()})
    return answer(HTTPStatus.OK, found.model_dump_json(exclude_none=True))


def _for_the_operator() -> None:
    """Raise `forbidden` for a tenant's key."""
    if tenant().name:
        raise CallerError("This is shown to the operator's key alone.", kind="forbidden")
