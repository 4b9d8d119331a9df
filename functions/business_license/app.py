"""营业执照 — the business licence of a company, branch, partnership or sole trader, original or duplicate (副本).

Forms: upright until 2014 (注册号 of 15 digits, 法定代表人姓名, 公司类型, 实收资本), across since (统一社会信用代码, a
QR code at the right), since 2019 with the capital and the dates in a second column. Labels of two letters are spaced
out to the width of four. Below 登记机关 stands the date of registration without a label; the authority itself stands
in its round seal only.
"""

from typing import Annotated, ClassVar

from ocr.declare.checks import in_order, not_expired, not_future
from ocr.declare.field_types import (
    PRINTED_DAY,
    WRITTEN_DAY,
    Boolean,
    Date,
    MoneyText,
    Period,
    RegistrationNumber,
    Text,
)
from ocr.declare.fields import Fields, Shape, Unlabelled, label
from ocr.declare.product import Product
from ocr.declare.text_types import Address, Authority, Organization
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive

IsDuplicate = Annotated[Boolean, Shape("副本|正本")]


KindOfFirm = Annotated[
    Text,
    Shape(
        like="(?:有限责任公司|有限公司|股份|个体|个人独资|合伙|普通合伙|有限合伙|全民所有制|集体|国有|农民专业).*|.*分公司"
    ),
]


class BusinessLicense(Fields):
    in_form_order: ClassVar[bool] = True

    uscc: RegistrationNumber | None = label("统一社会信用代码", "注册号", "社会信用代码", "证件编号")
    name: Organization | None = label("名称", "企业名称", "公司名称", "单位名称", "字号名称")
    type: KindOfFirm | None = label("类型", "主体类型", "公司类型")
    legal_representative: Text | None = label(
        "法定代表人",
        "法定代表人姓名",
        "法人",
        "负责人",
        "经营者",
        "经营者姓名",
        "投资人",
        "投资人姓名",
        "执行事务合伙人",
        pii=True,
    )
    registered_capital: MoneyText | None = label("注册资本", "注册资金", "出资额")
    establish_date: Date | None = label("成立日期", "注册日期")
    business_term: Period | None = label("营业期限", "有效期", "经营期限", "合伙期限")
    address: Address | None = label(
        "住所", "住所地址", "地址", "营业场所", "经营场所", "主要经营场所", pii=True, free=True
    )
    business_scope: Text | None = label("经营范围", "经营范围及方式", free=True)
    composing_form: Text | None = label("组成形式")
    registration_authority: Authority | None = label("登记机关")
    registration_date: Date | None = label(
        "核准日期", "登记日期", "发照日期", unlabelled=Unlabelled(f"{PRINTED_DAY}|{WRITTEN_DAY}", at="bottom")
    )
    serial_number: Text | None = label("编号", "证照编号")
    is_duplicate: IsDuplicate | None = label("副本", "是否为副本")
    seal: Text | None = label("印章", description="with etoplive's option openSeal")


product = Product(
    "business_license",
    BusinessLicense,
    name="营业执照",
    category="enterprise",
    required=[
        "uscc",
        "name",
        ("address", "business_scope"),
        ("business_scope", "registration_authority", "registration_date"),
    ],
    titles=["营业执照"],
    offers=[etoplive.Pid(41), embedded.Labels()],
    checks=[
        in_order("establish_date", "registration_date"),
        not_future("establish_date"),
        not_future("registration_date"),
        not_expired("business_term"),
    ],
)

handler = serve(product)
