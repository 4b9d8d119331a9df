"""The HTTPS trigger: one request, one picture, one record or problem."""

import time
from typing import TYPE_CHECKING

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from ocr import desk, intake, reply
from ocr.desk import Again, Work
from ocr.document import examine
from ocr.errors import OcrError
from ocr.observe import unforeseen
from ocr.options import checked

if TYPE_CHECKING:
    from ocr.product import Product

# API Gateway gives up after 29 s; the rest is for the answer to be written and sent.
LONGEST = 26.0


def answer(product: "Product", event: APIGatewayProxyEvent, end: float) -> reply.Response:
    """The response to one POST /ocr/{product}, before `end` on the monotonic clock."""
    end = min(end, time.monotonic() + LONGEST)
    try:
        told = intake.request(event)
        work = Work(examine(told.content), checked(product.sold_by, told.options))
        [outcome] = desk.read(product, [work], end)
    except OcrError as error:
        return reply.error(error)
    except Exception as error:
        unforeseen("A request failed", error)
        return reply.error(reply.INTERNAL)
    return reply.error(outcome.error) if isinstance(outcome, Again) else reply.record(outcome)
