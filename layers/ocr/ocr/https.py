"""The HTTPS trigger: one request with one picture or with several, and what the caller is told of each."""

import hashlib
import re
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from ocr import aws, desk, intake, ledger, records, reply
from ocr.desk import Again, Outcome, Work
from ocr.document import Upload, examine
from ocr.errors import CallerError, OcrError
from ocr.intake import Told
from ocr.observe import unforeseen
from ocr.options import checked
from ocr.record import Record
from ocr.records import LATER, Ticket
from ocr.settings import settings

if TYPE_CHECKING:
    from ocr.product import Product

# API Gateway gives up after 29 s; the rest is for the answer to be written and sent.
LONGEST = 26.0
# An error that comes so close to the end is one of too little time: the queue has more of it.
NEAR = 3.0
BATCH = "/batch"
KEY, PREFER = "Idempotency-Key", "Prefer"
MOST_KEY = 255
_KEY = re.compile(f"[!-~]{{1,{MOST_KEY}}}")


def answer(product: "Product", event: APIGatewayProxyEvent, end: float) -> reply.Response:
    """The response to one request, before `end` on the monotonic clock."""
    end = min(end, time.monotonic() + LONGEST)
    try:
        several = str(event.get("resource")).endswith(BATCH)
        response = _batch(product, event, end) if several else _single(product, event, end)
    except OcrError as error:
        response = reply.error(error)
    except Exception as error:
        unforeseen("A request failed", error)
        response = reply.error(reply.INTERNAL)
    return reply.sent(response, event)


def _single(product: "Product", event: APIGatewayProxyEvent, end: float) -> reply.Response:
    told = intake.request(event, product.slug)
    work = _work(product, told)
    asked = _told_key(event)
    content = ledger.content_of(product.slug, work.options, work.document.sha256)
    if asked:
        place = hashlib.sha256(f"{product.slug} {_caller(event)} {asked}".encode()).hexdigest()[:32]
        work = replace(work, ticket=Ticket(place, datetime.now(UTC)))
    ticket = work.ticket or Ticket(content, datetime.now(UTC))
    if asked:
        records.reserve(ticket, product.slug, content)
    if "respond-async" in [word.strip().lower() for word in intake.header(event, PREFER).split(",")]:
        if done := ledger.finished(content):
            return reply.record(ledger.replay(done, ticket, product.fields))
        return reply.later(_by_queue(product, work, ticket, content).id, preferred=True)
    [outcome] = desk.read(product, [replace(work, ticket=ticket)], end)
    if isinstance(outcome, Again) and end - time.monotonic() < NEAR:
        return reply.later(_by_queue(product, work, ticket, content).id)
    return reply.error(outcome.error) if isinstance(outcome, Again) else reply.record(outcome)


def _batch(product: "Product", event: APIGatewayProxyEvent, end: float) -> reply.Response:
    pictures = intake.batch(event, product.slug).pictures
    works = [_guarded(product, told) for _, told in pictures]
    good = [work for work in works if isinstance(work, Work)]
    read = iter(desk.read(product, good, end))
    outcomes = [next(read) if isinstance(work, Work) else work for work in works]
    return reply.outcomes([_told(name, outcome) for (name, _), outcome in zip(pictures, outcomes, strict=True)])


def _guarded(product: "Product", told: Told | OcrError) -> Work | OcrError:
    if isinstance(told, OcrError):
        return told
    try:
        return _work(product, told)
    except CallerError as error:
        return error


def _told(name: str, outcome: Outcome | OcrError) -> dict[str, Any]:
    """One picture's part of the answer to a batch: what it would have been told alone."""
    if isinstance(outcome, Record):
        return reply.part(name, outcome)
    return reply.fault(name, outcome.error if isinstance(outcome, Again) else outcome)


def _work(product: "Product", told: Told) -> Work:
    return Work(examine(told.content, told.upload), checked(product.sold_by, told.options))


def _told_key(event: APIGatewayProxyEvent) -> str:
    key = intake.header(event, KEY)
    if key and not _KEY.fullmatch(key):
        raise CallerError(f"The {KEY} is not 1 to {MOST_KEY} visible ASCII characters.", "Send a UUID.")
    return key


def _caller(event: APIGatewayProxyEvent) -> str:
    """Who asks: the same key from two callers is not the same request."""
    identity = (event.get("requestContext") or {}).get("identity") or {}
    return str(identity.get("apiKeyId") or identity.get("userArn") or "")


def _by_queue(product: "Product", work: Work, ticket: Ticket, content: str) -> Ticket:
    """Hand a picture over to the product's queue, by way of the bucket; its record is expected from then on."""
    key = f"uploads/{product.slug}/{LATER}/{ticket.id}"
    there = replace(ticket, upload=Upload(settings().uploads_bucket, key))
    records.reserve(there, product.slug, content)
    aws.s3().put_object(
        Bucket=settings().uploads_bucket,
        Key=key,
        Body=work.document.content,
        ContentType=work.document.media_type,
        Metadata=dict(work.options),
    )
    return there
