"""手写体 — a page written by hand: its lines of text, as they stand."""

from ocr import embedded, etoplive
from ocr.fields import Fields, content
from ocr.product import Product


class Handwriting(Fields):
    text: str | None = content("lines", description="all lines, in reading order")


handler = Product(
    "handwriting",
    Handwriting,
    name="手写体",
    category="general",
    sold_by=[etoplive.Pid(1034), embedded.Text()],
)
