"""通用文字 — any picture: its lines of text, as they stand."""

from ocr.declare.fields import Fields, content
from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.vendors import ctyun, embedded, esign, etoplive


class GeneralText(Fields):
    text: str | None = content("lines", description="all lines, in reading order")


product = Product(
    "general_text",
    GeneralText,
    name="通用文字",
    category="general",
    required=["text"],
    offers=[ctyun.GeneralText(), esign.GeneralText(), etoplive.Pid(1001), embedded.Text()],
)

handler = serve(product)
