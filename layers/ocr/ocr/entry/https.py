"""The HTTPS trigger: one request with one picture or several, and the response to it."""

import re
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from ocr.declare.options import checked
from ocr.declare.product import Product
from ocr.entry import requests, responses
from ocr.entry.requests import ParsedRequest
from ocr.model.picture import Upload
from ocr.model.record import Record
from ocr.pages.examine import examine
from ocr.pipeline import process, routing
from ocr.pipeline.process import Job, Outcome, Retry
from ocr.platform import aws
from ocr.platform.errors import CallerError, OcrError
from ocr.platform.settings import settings
from ocr.platform.telemetry import unforeseen
from ocr.storage import keyed, ledger, records
from ocr.storage.records import LATER, RecordRef
from ocr.vendors import embedded

# API Gateway gives up after 29 s; the rest is for writing and sending the response.
LONGEST = 26.0
# An error that comes so close to the deadline is for want of time: the queue has more.
NEAR = 3.0
# What a caller cannot wait for and the queue can: time, and room for the engine.
_FOR_THE_QUEUE = {routing.NO_TIME, embedded.THROTTLED}
BATCH = "/batch"
KEY, PREFER = "Idempotency-Key", "Prefer"
MOST_KEY = 255
_KEY = re.compile(f"[!-~]{{1,{MOST_KEY}}}")


def answer(product: Product, event: APIGatewayProxyEvent, end: float) -> responses.Response:
    """The response to one request, before `end` on the monotonic clock."""
    end = min(end, time.monotonic() + LONGEST)
    try:
        several = str(event.get("resource")).endswith(BATCH)
        response = _batch(product, event, end) if several else _single(product, event, end)
    except OcrError as error:
        response = responses.error(error)
    except Exception as error:
        unforeseen("A request failed", error)
        response = responses.error(responses.INTERNAL)
    return responses.sent(response, event)


def _single(product: Product, event: APIGatewayProxyEvent, end: float) -> responses.Response:
    told = requests.request(event, product.slug)
    work = _work(product, told)
    asked = _told_key(event)
    content = process.content(product, work)
    if asked:
        place = keyed.name("asked", product.slug, _caller(event), asked)
        work = replace(work, ticket=RecordRef(place, datetime.now(UTC)))
    ticket = work.ticket or RecordRef(ledger.record_id(content, work.options), datetime.now(UTC))
    if asked:
        records.reserve(ticket, product.slug, content)
    if "respond-async" in [word.strip().lower() for word in requests.header(event, PREFER).split(",")]:
        if done := ledger.finished(content):
            return responses.record(ledger.replay(done, ticket, product.fields, work.options))
        return responses.later(_by_queue(product, work, ticket, content).id, preferred=True)
    [outcome] = process.read(product, [replace(work, ticket=ticket)], end)
    if isinstance(outcome, Retry) and (outcome.error.code in _FOR_THE_QUEUE or end - time.monotonic() < NEAR):
        return responses.later(_by_queue(product, work, ticket, content).id)
    return responses.error(outcome.error) if isinstance(outcome, Retry) else responses.record(outcome)


def _batch(product: Product, event: APIGatewayProxyEvent, end: float) -> responses.Response:
    pictures = requests.batch(event, product.slug).pictures
    works = [_guarded(product, told) for _, told in pictures]
    good = [work for work in works if isinstance(work, Job)]
    read = iter(process.read(product, good, end))
    outcomes = [next(read) if isinstance(work, Job) else work for work in works]
    return responses.outcomes([_told(name, outcome) for (name, _), outcome in zip(pictures, outcomes, strict=True)])


def _guarded(product: Product, told: ParsedRequest | OcrError) -> Job | OcrError:
    if isinstance(told, OcrError):
        return told
    try:
        return _work(product, told)
    except OcrError as error:
        return error


def _told(name: str, outcome: Outcome | OcrError) -> dict[str, Any]:
    """One picture's part of the response to a batch: the response that it would have had alone."""
    if isinstance(outcome, Record):
        return responses.part(name, outcome)
    return responses.fault(name, outcome.error if isinstance(outcome, Retry) else outcome)


def _work(product: Product, told: ParsedRequest) -> Job:
    return Job(examine(told.content, told.upload), checked(product.sold_by, told.options))


def _told_key(event: APIGatewayProxyEvent) -> str:
    key = requests.header(event, KEY)
    if key and not _KEY.fullmatch(key):
        raise CallerError(
            f"The {KEY} is not 1 to {MOST_KEY} visible ASCII characters.", "Send a UUID.", kind="invalid_request"
        )
    return key


def _caller(event: APIGatewayProxyEvent) -> str:
    """Who calls: the same Idempotency-Key from two callers is not the same request."""
    identity = (event.get("requestContext") or {}).get("identity") or {}
    return str(identity.get("apiKeyId") or identity.get("userArn") or "")


def _by_queue(product: Product, work: Job, ticket: RecordRef, content: str) -> RecordRef:
    """Give a picture to the product's queue, through the bucket; its record is pending from then on."""
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
