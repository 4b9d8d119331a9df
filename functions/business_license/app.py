"""营业执照 — the business licence of a company, branch, partnership or sole trader, original or duplicate (副本)."""

from typing import Annotated

from ocr.declare.checks import in_order, not_expired
from ocr.declare.field_types import Boolean, Date, MoneyText, Period, RegistrationNumber, Text
from ocr.declare.fields import Fields, Shape, label
from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive

IsDuplicate = Annotated[Boolean, Shape("副本|正本")]


class BusinessLicense(Fields):
    uscc: RegistrationNumber | None = label("统一社会信用代码", "注册号", "社会信用代码", "证件编号")
    name: Text | None = label("名称", "企业名称", "公司名称", "单位名称")
    type: Text | None = label("类型", "主体类型", "公司类型")
    legal_representative: Text | None = label(
        "法定代表人", "法人", "负责人", "经营者", "投资人", "执行事务合伙人", pii=True
    )
    registered_capital: MoneyText | None = label("注册资本", "注册资金", "出资额")
    establish_date: Date | None = label("成立日期", "注册日期")
    business_term: Period | None = label("营业期限", "有效期", "经营期限")
    address: Text | None = label("住所", "地址", "营业场所", "经营场所", "主要经营场所", pii=True, free=True)
    business_scope: Text | None = label("经营范围", free=True)
    composing_form: Text | None = label("组成形式")
    registration_authority: Text | None = label("登记机关")
    registration_date: Date | None = label("核准日期", "登记日期", "发照日期")
    serial_number: Text | None = label("编号", "证照编号")
    is_duplicate: IsDuplicate | None = label("副本", "是否为副本")
    seal: Text | None = label("印章", description="with etoplive's option openSeal")


product = Product(
    "business_license",
    BusinessLicense,
    name="营业执照",
    category="enterprise",
    required=["uscc", "name", ("address", "business_scope")],
    titles=["营业执照"],
    sold_by=[etoplive.Pid(41), embedded.Labels()],
    checks=[in_order("establish_date", "registration_date"), not_expired("business_term")],
)

handler = serve(product)
