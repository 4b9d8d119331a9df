"""A product's Lambda handler: for its HTTPS route, for its queue, and for a bucket that calls it itself."""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from aws_lambda_powertools.logging.correlation_paths import API_GATEWAY_REST
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent, SQSEvent
from aws_lambda_powertools.utilities.typing import LambdaContext

from ocr.declare.product import Product
from ocr.entry import https, s3, sqs
from ocr.pages import gate
from ocr.pipeline import routing
from ocr.platform import aws, snapshots
from ocr.platform.errors import ConfigurationError
from ocr.platform.telemetry import logger

Handler = Callable[[dict[str, Any], LambdaContext], dict[str, Any]]

# Kept back from every invocation to write the records.
MARGIN_SECONDS = 3.0
# By this a function knows that Lambda has started it, and no test.
RUNTIME = "AWS_LAMBDA_RUNTIME_API"


def serve(product: Product) -> Handler:
    """The handler of one API Gateway request, one batch of queue messages or one event of S3."""

    def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        # One deadline for the whole invocation: durations that are handed on grow stale.
        end = time.monotonic() + context.get_remaining_time_in_millis() / 1000 - MARGIN_SECONDS
        if s3.is_s3_event(event):
            return s3.answer(product, event, context.aws_request_id, end)
        if "Records" in event:
            return sqs.answer(product, list(SQSEvent(event).records), end)
        return https.answer(product, APIGatewayProxyEvent(event), end)

    snapshots.draw_anew()
    if RUNTIME in os.environ:
        _prepare(product)
    logged: Handler = logger.inject_lambda_context(handle, correlation_id_path=API_GATEWAY_REST)
    return logged


def _prepare(product: Product) -> None:
    """Do before the first call what any picture takes: Lambda starts a function on a whole processor, whatever memory
    it is given, and a call gets its share of one.

    Nothing is asked of anybody: a start that waits for an answer for ten seconds begins anew, and what is kept as a
    snapshot has neither a key nor a connection in it. Settings that are wrong are told by the call.
    """
    gate.prepare()
    with suppress(ConfigurationError):
        aws.dynamodb()
        aws.s3()
        routing.prepare(product.slug, product.offers)
