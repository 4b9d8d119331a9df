"""通用表格 — any picture with tables: each as rows of cells; the record's `tables` say where the cells stand."""

from ocr.declare.fields import Fields, content
from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive


class GeneralTable(Fields):
    tables: list[list[list[str]]] | None = content("tables", description="tables, their rows, their cells' texts")


product = Product(
    "general_table",
    GeneralTable,
    name="通用表格",
    category="general",
    required=["tables"],
    offers=[etoplive.Pid(1036), embedded.Tables()],
)

handler = serve(product)
