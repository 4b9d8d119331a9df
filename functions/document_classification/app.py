"""证照自动分类OCR识别 — any document: what it is, and its fields as the product for such documents gives them."""

from typing import Any

from ocr.declare.fields import content
from ocr.declare.groups.kinds import Sorted
from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive


class DocumentClassification(Sorted):
    content: dict[str, Any] | None = content(
        "document", description="the document's fields, by the schema of the product that document_type names"
    )


product = Product(
    "document_classification",
    DocumentClassification,
    name="证照自动分类OCR识别",
    category="general",
    required=[("document_type", "document_name")],
    offers=[etoplive.Pid(666), embedded.Kinds()],
    sorts=True,
)

handler = serve(product)
