"""证照自动分类 — any document: what it is, and nothing of what stands on it."""

from ocr.declare.groups.kinds import Sorted
from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive


class DocumentClassificationOnly(Sorted):
    pass


product = Product(
    "document_classification_only",
    DocumentClassificationOnly,
    name="证照自动分类",
    category="general",
    required=[("document_type", "document_name")],
    offers=[etoplive.Pid(667), embedded.Kinds()],
    sorts=True,
)

handler = serve(product)
