"""A product: what is declared of one kind of document, and the Lambda handler that follows from it."""

import time
from collections.abc import Callable, Sequence
from typing import Any, Literal, get_args

from aws_lambda_powertools.logging.correlation_paths import API_GATEWAY_REST
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent, SQSEvent
from aws_lambda_powertools.utilities.typing import LambdaContext

from ocr import https, queue
from ocr.checks import Rule
from ocr.errors import ConfigurationError
from ocr.fields import Fields
from ocr.normalize import normalize
from ocr.observe import logger, traced
from ocr.reading import Reading
from ocr.record import Found
from ocr.vendor import Offer

Category = Literal["identity", "vehicle", "invoice", "finance", "real_estate", "enterprise", "general", "captcha"]
Handler = Callable[[dict[str, Any], LambdaContext], dict[str, Any]]

# Kept back from every invocation to write the records.
MARGIN_SECONDS = 3.0


class Product:
    """One kind of document that can be read. Instances are Lambda handlers for its HTTPS route and its queue.

    slug      spelled the same as folder, path, prefix, queue, event and metric dimension
    fields    what a record of it holds
    name      its Chinese name
    sold_by   who reads it; the settings say in which order they are tried
    titles    what stands on top of such a document, for telling documents apart
    checks    rules over several fields, beyond the checks that the fields' types bring
    """

    def __init__(
        self,
        slug: str,
        fields: type[Fields],
        *,
        name: str,
        category: Category,
        sold_by: Sequence[Offer],
        titles: Sequence[str] = (),
        checks: Sequence[Rule] = (),
    ) -> None:
        if category not in get_args(Category):
            raise ConfigurationError(f"{slug} is in a category that does not exist: {category}")
        self.slug = slug
        self.fields = fields
        self.name = name
        self.category = category
        self.sold_by = tuple(sold_by)
        self.titles = tuple(titles)
        self.checks = tuple(checks)
        self._observed: Handler = traced(
            logger.inject_lambda_context(self._handle, correlation_id_path=API_GATEWAY_REST)
        )

    def __call__(self, event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        """Handle one API Gateway request or one batch of queue messages."""
        return self._observed(event, context)

    def found(self, reading: Reading) -> list[Found]:
        """The documents in a reading in this product's terms, the fullest first; empty when it holds none."""
        return normalize(self.fields, self.checks, reading)

    def _handle(self, event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        # One deadline for the whole invocation: durations that are handed on grow stale.
        end = time.monotonic() + context.get_remaining_time_in_millis() / 1000 - MARGIN_SECONDS
        if "Records" in event:
            return queue.answer(self, list(SQSEvent(event).records), end)
        return https.answer(self, APIGatewayProxyEvent(event), end)
