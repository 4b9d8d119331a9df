"""通用文字 — any picture: its lines of text, as they stand."""

from ocr import ctyun, embedded, esign, etoplive
from ocr.fields import Fields, content
from ocr.product import Product


class GeneralText(Fields):
    text: str | None = content("lines", description="all lines, in reading order")


handler = Product(
    "general_text",
    GeneralText,
    name="通用文字",
    category="general",
    sold_by=[ctyun.GeneralText(), esign.GeneralText(), etoplive.Pid(1001), embedded.Text()],
)
