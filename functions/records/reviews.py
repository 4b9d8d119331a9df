"""Reviews: people claim, correct, approve and reject records."""

import re
from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Header, Query

from ocr.entry import api, callers
from ocr.entry.openapi import ETAG, answered, problems
from ocr.entry.preferences import is_seen
from ocr.model.record import Record
from ocr.platform.errors import CallerError, OcrError
from ocr.storage import records as kept
from records.shared import RecordId, answer, audit, product_of, shown, tag_of, tenant

router = api.router()

CHANGE_BODY = 'Send the change as a JSON object: {"fields": {"name": "text"}, "decision": "approved"}.'
CHANGE = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "title": "Change",
                    "type": "object",
                    "minProperties": 1,
                    "additionalProperties": False,
                    "properties": {
                        "fields": {
                            "type": "object",
                            "description": "texts by field name, as the document prints them; null removes a value",
                            "additionalProperties": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                        },
                        "decision": {"type": "string", "enum": ["approved", "rejected"]},
                    },
                }
            }
        },
    }
}
CLAIM_BODY = 'Send the claim as a JSON object: {"reviewer": "a name of your own", "seconds": 120}.'
MOST_CLAIMED_SECONDS = 600
CLAIM = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "title": "Claim",
                    "type": "object",
                    "required": ["reviewer", "seconds"],
                    "additionalProperties": False,
                    "properties": {
                        "reviewer": {
                            "type": "string",
                            "pattern": "^[A-Za-z0-9_-]{1,64}$",
                            "description": "who reviews: a name that no other reviewer with this key has",
                        },
                        "seconds": {
                            "type": "integer",
                            "minimum": 0,
                            "maximum": MOST_CLAIMED_SECONDS,
                            "description": "how long; 0 gives the claim back",
                        },
                    },
                }
            }
        },
    }
}
_REVIEWER = re.compile(r"[A-Za-z0-9_-]{1,64}")


@router.patch(
    "/records/<id>",
    operation_id="revise_record",
    tags=["records"],
    summary="Correct, approve or reject a record",
    responses=answered(200, "the record as it is then", Record, headers=ETAG)
    | problems(400, 404, 409, 410, 412, 422, 428),
    openapi_extensions=CHANGE,
)
def revise(
    id: RecordId,
    state: Annotated[
        str | None, Header(alias="If-Match", description="the ETag of the record that you looked at")
    ] = None,
    validate_only: Annotated[bool, Query(description="only show the record as it would be")] = False,
) -> Response[str]:
    """The record with corrected fields, and approved or rejected. A correction is text, as the document prints it.

    It is read and checked as a vendor's text is; null removes a value. What was read before is kept in `reviewed`, with
    the time and with the key or principal whose change it is. `items[0].tax` names a field of a row.
    """
    from ocr.entry import requests
    from ocr.pipeline.revision import Change, revised

    change = Change.of(requests.members(router.current_event, CHANGE_BODY))
    seen = _unchanged(api.found(id, tenant()), state)
    product = product_of(seen.product)
    made = revised(product, seen, change, by=callers.identity(router.current_event))
    if validate_only or made is seen:
        audit("read", id)
    elif not kept.revise(seen, made, product.fields):
        raise _changed_meanwhile()
    else:
        audit("revise", id)
    return shown(made, None)


@router.post(
    "/records/<id>/claim",
    operation_id="claim_record",
    tags=["records"],
    summary="Claim a record for a review",
    responses=answered(204, "it is yours") | problems(400, 404, 409, 410),
    openapi_extensions=CLAIM,
)
def claim(id: RecordId) -> Response[str]:
    """Tell other reviewers for a while that this record is being reviewed; 409 while another one reviews it.

    A claim ends by itself and keeps nobody from changing the record: for that there is If-Match. The same reviewer
    renews a claim by another one, and gives it back with `seconds` 0.
    """
    from ocr.entry import requests
    from ocr.storage import claims

    body = requests.members(router.current_event, CLAIM_BODY)
    reviewer, seconds = body.get("reviewer"), body.get("seconds")
    if not (isinstance(reviewer, str) and _REVIEWER.fullmatch(reviewer)):
        raise CallerError("`reviewer` is not 1 to 64 letters, digits, - or _.", CLAIM_BODY, kind="invalid_request")
    if type(seconds) is not int or not 0 <= seconds <= MOST_CLAIMED_SECONDS:
        detail = f"`seconds` is not a whole number from 0 to {MOST_CLAIMED_SECONDS}."
        raise CallerError(detail, CLAIM_BODY, kind="invalid_request")
    if body.keys() - {"reviewer", "seconds"}:
        raise CallerError("The claim has other members.", CLAIM_BODY, kind="invalid_request")
    api.found(id, tenant())
    if not claims.claim(id, f"{callers.identity(router.current_event)} {reviewer}", seconds):
        raise CallerError("Another reviewer has claimed this record.", kind="being_reviewed")
    return answer(HTTPStatus.NO_CONTENT, "")


def _unchanged(found: Record | None, state: str | None) -> Record:
    """The record, if it is as the caller has seen it: as the ETag in If-Match stands for it."""
    record = api.there(found)
    if state is None:
        raise CallerError("The request has no If-Match.", kind="unconditional")
    if not is_seen(tag_of(record.model_dump_json(exclude_none=True)), state):
        raise _changed_meanwhile()
    return record


def _changed_meanwhile() -> OcrError:
    return CallerError("Another request has changed this record since.", kind="changed_meanwhile")
