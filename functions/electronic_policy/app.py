"""电子保单 — the policy of a motor insurance, compulsory or commercial, with its coverages.

Forms: every insurer's own, after the association's template: compulsory (交强险) with a fixed table of limits,
commercial with a table of coverages; a seal of the insurer below.
"""

from typing import Annotated

from ocr.declare.checks import sum_of_rows
from ocr.declare.dates import period_end, period_start
from ocr.declare.field_types import Code, Date, DateOrLongTerm, Money, Period, PlateNumber, ResidentIdOrUscc, Text, Vin
from ocr.declare.fields import Fields, Shape, derived, label, rows
from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive

# Both stand on top, without a label.
Title = Annotated[Text, Shape(r"[\u4e00-\u9fff]{2,20}(?:保险单|保单)(?:\(电子保单\))?(?![\u4e00-\u9fff])")]
Insurer = Annotated[
    Text, Shape("[\u4e00-\u9fff()]{2,20}保险(?:股份|集团)?有限(?:责任)?公司(?:[\u4e00-\u9fff]{2,12}公司)?")
]


class Coverage(Fields):
    coverage_name: Text | None = label("承保险种", "投保险别", "保险险种")
    limit: Money | None = label("保险金额/责任限额", "责任限额", "服务次数上限")
    deductible: Money | None = label("绝对免赔额", "免赔额")
    premium: Money | None = label("保险费")


class ElectronicPolicy(Fields):
    title: Title | None = label("标题", "保单名称")
    policy_number: Code | None = label("保单号", "保险单号", pii=True)
    insurer: Insurer | None = label("保险公司", "承保公司", "保险人")
    applicant: Text | None = label("投保人", "投保人名称", pii=True)
    insured: Text | None = label("被保险人", "被保险人名称", "姓名/名称", "被保险人信息姓名", pii=True)
    insured_id_number: ResidentIdOrUscc | None = label("被保险人身份证号码", "证件号码", pii=True)
    vehicle_owner: Text | None = label("车主", "行驶证车主", pii=True)
    plate_number: PlateNumber | None = label("号牌号码", "车牌号", pii=True)
    vin: Vin | None = label("车架号", "VIN码", "车辆识别代码", pii=True)
    engine_number: Code | None = label("发动机号", pii=True)
    use_character: Text | None = label("使用性质")
    insurance_period: Period | None = label("保险期间")
    valid_from: Date | None = derived("insurance_period", period_start)
    valid_to: DateOrLongTerm | None = derived("insurance_period", period_end)
    premium_total: Money | None = label("保险费合计", "保费合计")
    sign_date: Date | None = label("签单日期")
    coverages: list[Coverage] = rows()


product = Product(
    "electronic_policy",
    ElectronicPolicy,
    name="电子保单",
    category="vehicle",
    required=["policy_number", "insurance_period", ("insured", "vehicle_owner"), "premium_total"],
    titles=["机动车商业保险保险单", "机动车交通事故责任强制保险单", "保险单(电子保单)", "电子保单"],
    offers=[etoplive.Pid(1038), embedded.Labels()],
    checks=[sum_of_rows("coverages", "premium", total="premium_total")],
)

handler = serve(product)
