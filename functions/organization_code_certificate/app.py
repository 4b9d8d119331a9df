"""组织机构代码证 — the certificate of an organization's code; since 2015 part of the business licence.

Forms: original and duplicate, across; the code with a hyphen before its check digit; labels of two letters are spaced
out; the seal of the issuing authority at the lower right.
"""

from ocr.declare.checks import not_expired
from ocr.declare.dates import period_end, period_start
from ocr.declare.field_types import Date, DateOrLongTerm, OrgCode, Period, Text
from ocr.declare.fields import Fields, derived, label
from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive


class OrganizationCodeCertificate(Fields):
    org_code: OrgCode | None = label("代码", "组织机构代码")
    name: Text | None = label("机构名称", "名称")
    type: Text | None = label("机构类型", "类型")
    address: Text | None = label("地址", free=True, pii=True)
    valid_period: Period | None = label("有效期", "有效期限")
    valid_from: Date | None = derived("valid_period", period_start)
    valid_to: DateOrLongTerm | None = derived("valid_period", period_end)
    legal_representative: Text | None = label("法定代表人", pii=True)
    issuing_authority: Text | None = label("颁发单位")
    register_number: Text | None = label("登记号")
    issue_date: Date | None = label("年检日期", "颁发日期")


product = Product(
    "organization_code_certificate",
    OrganizationCodeCertificate,
    name="组织机构代码证",
    category="enterprise",
    required=["org_code", "name", ("valid_period", "valid_to")],
    titles=["中华人民共和国组织机构代码证", "组织机构代码证"],
    offers=[etoplive.Pid(1026), embedded.Labels()],
    checks=[not_expired("valid_period")],
)

handler = serve(product)
