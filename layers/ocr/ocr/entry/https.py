"""The HTTPS trigger: one request with one picture or several, and the response to it."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from ocr.declare.options import checked
from ocr.declare.product import Product
from ocr.entry import preferences, requests, responses
from ocr.entry.callers import caller
from ocr.entry.callers import tenant as tenant_of
from ocr.entry.preferences import Preferences
from ocr.entry.requests import ParsedRequest
from ocr.model.picture import Upload
from ocr.model.record import Record
from ocr.pipeline import files, process, routing
from ocr.pipeline.process import Job, Outcome, Retry
from ocr.platform import aws, threads
from ocr.platform.errors import CallerError, InternalError, OcrError
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
    job = _job(product, event, requests.request(event, product.slug))
    wanted = preferences.preferences(requests.headers(event, PREFER))
    [outcome] = _outcomes(product, [job], wanted, end)
    if isinstance(outcome, Later):
        return responses.later(outcome.id, applied=wanted.applied if outcome.wanted else "")
    return responses.error(outcome.error) if isinstance(outcome, Retry) else responses.record(outcome)


def _batch(product: Product, event: APIGatewayProxyEvent, end: float) -> responses.Response:
    pictures = requests.batch(event, product.slug).pictures
    wanted = preferences.preferences(requests.headers(event, PREFER))
    _idempotency_key(event)  # one that is none spoils the request, not each picture
    jobs = [_guarded(product, event, parsed, place) for place, (_, parsed) in enumerate(pictures)]
    good = [job for job in jobs if isinstance(job, Job)]
    read = iter(_outcomes(product, good, wanted, end))
    outcomes = [next(read) if isinstance(job, Job) else job for job in jobs]
    parts = [_part(name, outcome) for (name, _), outcome in zip(pictures, outcomes, strict=True)]
    applied = any(isinstance(outcome, Later) and outcome.wanted for outcome in outcomes)
    return responses.outcomes(parts, applied=wanted.applied if applied else "")


@dataclass(frozen=True)
class Later:
    """A picture that the queue goes on with, under its record's id; `wanted`: since the caller prefers not to wait."""

    id: str
    wanted: bool = False


def _outcomes(product: Product, jobs: Sequence[Job], wanted: Preferences, end: float) -> Sequence[Outcome | Later]:
    """What became of each picture in the time that the caller waits; what needs longer goes on in the queue."""
    if wanted.asynchronous and wanted.wait is None:
        return threads.each(lambda job: _put_by(product, job), jobs)
    until = end if wanted.wait is None else min(end, time.monotonic() + wanted.wait)
    read = files.read(product, jobs, until)
    return [_or_later(product, job, outcome, until, until < end) for job, outcome in zip(jobs, read, strict=True)]


def _or_later(product: Product, job: Job, outcome: Outcome, until: float, wanted: bool) -> Outcome | Later:
    if isinstance(outcome, Retry) and (outcome.error.code in _FOR_THE_QUEUE or until - time.monotonic() < NEAR):
        return _by_queue(product, job, wanted)
    return outcome


def _put_by(product: Product, job: Job) -> Outcome | Later:
    """The record of what was read before; else the picture waits in the queue."""
    try:
        if done := ledger.finished(process.content(product, job)):
            return ledger.replay(done, process.ref(job, done.content), product.fields, job.options)
        return _by_queue(product, job, wanted=True)
    except OcrError as error:
        return Retry(error)
    except Exception as error:
        unforeseen("A picture could not be given to the queue", error)
        return Retry(InternalError("This system failed; the request is not at fault."))


def _guarded(
    product: Product, event: APIGatewayProxyEvent, parsed: ParsedRequest | OcrError, place: int
) -> Job | OcrError:
    if isinstance(parsed, OcrError):
        return parsed
    try:
        return _job(product, event, parsed, str(place))
    except OcrError as error:
        return error


def _part(name: str, outcome: Outcome | Later | OcrError) -> dict[str, Any]:
    """One picture's part of the response to a batch: the response that it would have had alone."""
    if isinstance(outcome, Record):
        return responses.part(name, outcome)
    if isinstance(outcome, Later):
        return responses.pending(name, outcome.id)
    return responses.fault(name, outcome.error if isinstance(outcome, Retry) else outcome)


def _job(product: Product, event: APIGatewayProxyEvent, parsed: ParsedRequest, *place: str) -> Job:
    """The picture with its options; under an Idempotency-Key its record is reserved, one a `place` in a batch."""
    options, tenant = checked(product.offers, parsed.options, parsed.metadata), tenant_of(event)
    job = files.job(product, parsed.content, options, parsed.upload, tenant=tenant)
    key = _idempotency_key(event)
    if not key:
        return job
    asked = keyed.name("asked", product.slug, caller(event), key, *place)
    ref = RecordRef(keyed.marked(asked, product.slug), datetime.now(UTC), tenant=tenant)
    records.reserve(ref, product.slug, process.content(product, job))
    return replace(job, ref=ref)


def _idempotency_key(event: APIGatewayProxyEvent) -> str:
    """The Idempotency-Key, bare or as the quoted string that its draft standard has; empty if there is none."""
    value = requests.header(event, KEY)
    key = value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value
    if value and not _KEY.fullmatch(key):
        raise CallerError(
            f"The {KEY} is not 1 to {MOST_KEY} visible ASCII characters.", "Send a UUID.", kind="invalid_request"
        )
    return key


def _by_queue(product: Product, job: Job, wanted: bool) -> Later:
    """Give a picture to the product's queue, through the bucket; its record is pending from then on."""
    content = process.content(product, job)
    ref = process.ref(job, content)
    key = f"{job.tenant.folder(product.slug)}/{LATER}/{ref.id}"
    there = replace(ref, upload=Upload(settings().uploads_bucket, key))
    records.reserve(there, product.slug, content)
    aws.s3().put_object(
        Bucket=settings().uploads_bucket,
        Key=key,
        Body=job.document.content,
        ContentType=job.document.media_type,
        Metadata=dict(job.options),
    )
    return Later(there.id, wanted)
