"""户口本主页 — the household register: the page about the household.

Forms: a booklet filled in by a printer; the labels stand in a grid, two seals (户口专用章 of the province and of the
police station) without labels; issued by hand before 1998.
"""

from ocr.declare.field_types import Date, Text
from ocr.declare.fields import Fields, label
from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive


class HouseholdRegisterMainPage(Fields):
    household_type: Text | None = label("户别")
    householder_name: Text | None = label("户主姓名", pii=True)
    household_number: Text | None = label("户号", pii=True)
    address: Text | None = label("住址", pii=True, free=True)
    issuing_authority: Text | None = label("户口登记机关", "登记机关", "户口专用")
    community: Text | None = label("社区", "居委会")
    registrar: Text | None = label("承办人签章", "承办人", pii=True)
    issue_date: Date | None = label("签发日期")


product = Product(
    "household_register_main_page",
    HouseholdRegisterMainPage,
    name="户口本主页",
    category="identity",
    required=["householder_name", "address", "issue_date"],
    titles=["居民户口簿", "户口簿"],
    offers=[etoplive.Pid(1002), embedded.Labels()],
)

handler = serve(product)
