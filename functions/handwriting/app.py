"""手写体 — a page written by hand: its lines of text, as they stand."""

from ocr.declare.fields import Fields, content
from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive


class Handwriting(Fields):
    text: str | None = content("lines", description="all lines, in reading order")


product = Product(
    "handwriting",
    Handwriting,
    name="手写体",
    category="general",
    required=["text"],
    offers=[etoplive.Pid(1034), embedded.Text()],
)

handler = serve(product)
