"""证照自动分类OCR识别 — any document: what it is, and its fields as the product for such documents gives them."""

from typing import Any

from ocr import embedded, etoplive
from ocr.fields import content
from ocr.sorting import Sorted, Sorter


class DocumentClassification(Sorted):
    content: dict[str, Any] | None = content(
        "document", description="the document's fields, by the schema of the product that document_type names"
    )


handler = Sorter(
    "document_classification",
    DocumentClassification,
    name="证照自动分类OCR识别",
    category="general",
    sold_by=[etoplive.Pid(666), embedded.Kinds()],
)
