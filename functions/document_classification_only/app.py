"""证照自动分类 — any document: what it is, and nothing of what stands on it."""

from ocr import embedded, etoplive
from ocr.sorting import Sorted, Sorter


class DocumentClassificationOnly(Sorted):
    pass


handler = Sorter(
    "document_classification_only",
    DocumentClassificationOnly,
    name="证照自动分类",
    category="general",
    sold_by=[etoplive.Pid(667), embedded.Kinds()],
)
