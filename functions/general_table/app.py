"""通用表格 — any picture with tables: each as rows of cells; the record's `tables` say where the cells stand."""

from ocr import embedded, etoplive
from ocr.fields import Fields, content
from ocr.product import Product


class GeneralTable(Fields):
    tables: list[list[list[str]]] | None = content("tables", description="tables, their rows, their cells' texts")


handler = Product(
    "general_table",
    GeneralTable,
    name="通用表格",
    category="general",
    sold_by=[etoplive.Pid(1036), embedded.Tables()],
)
