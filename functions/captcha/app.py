"""验证码 — the answer to a captcha: a text, a number, a choice, or points to click on.

It is for systems that the operator owns or has leave to test. No model of our own solves captchas: without a key of
Juhe's nobody reads this product.
"""

from typing import Annotated

from pydantic import BeforeValidator

from ocr.declare.field_types import Code, Number
from ocr.declare.fields import Fields, label
from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.vendors import juhe


def _points(value: object) -> object:
    """120,45 60,30 → [[120, 45], [60, 30]]; a list stays as it is."""
    return [point.split(",") for point in value.split()] if isinstance(value, str) else value


Points = Annotated[list[tuple[float, float]], BeforeValidator(_points)]


class Captcha(Fields):
    text: str | None = label("text", "res", description="the answer as given, but for codetypes that ask for points")
    number: Number | None = label("number", description="the answer where it is a number")
    choice: Code | None = label("choice", description="the answer where it is one of A to D or 1 to 4")
    container_number: Code | None = label("container_number", description="the answer where it is one by ISO 6346")
    points: Points | None = label("points", description="x, y in pixels from the top left, in the order to click")


product = Product(
    "captcha",
    Captcha,
    name="验证码",
    category="captcha",
    required=[("text", "number", "choice", "container_number", "points")],
    offers=[juhe.Captcha()],
)

handler = serve(product)
