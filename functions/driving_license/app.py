"""驾驶证 — the driving licence: the main page (正页), the sub page (副页), or the electronic one (电子驾驶证)."""

from typing import Annotated

from pydantic import BeforeValidator

from ocr.declare import dates
from ocr.declare.checks import birth_date_matches, in_order, not_expired, sex_matches
from ocr.declare.field_types import Date, DateOrYears, DateTime, DrivingClass, Figures, Integer, ResidentId, Sex, Text
from ocr.declare.fields import Fields, derived, label
from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive

MAIN, SUB, ELECTRONIC = "main", "sub", "electronic"


def _period_or_years(value: object) -> str:
    """A period, or what older licences print in its place: 6年."""
    years = dates.date_or_years(value) if isinstance(value, str) and value.rstrip().endswith("年") else None
    return str(years) if years else dates.period(value)


def _last_day(term: str) -> object:
    return term if term.endswith("年") else dates.period_end(term)


Term = Annotated[str, BeforeValidator(_period_or_years)]


class DrivingLicense(Fields):
    license_number: ResidentId | None = label("证号", "驾驶证号", "证件号", "CardNo", pii=True, side=MAIN)
    name: Text | None = label("姓名", "Name", pii=True, side=MAIN)
    sex: Sex | None = label("性别", "Sex", pii=True, side=MAIN)
    nationality: Text | None = label("国籍", "Nationality", pii=True, side=MAIN)
    address: Text | None = label("住址", "地址", "Address", pii=True, side=MAIN, free=True)
    birth_date: Date | None = label("出生日期", "Birth", "Date of Birth", pii=True, side=MAIN)
    first_issue_date: Date | None = label(
        "初次领证日期", "初始领证日期", "FirstIssueDate", "Date of First Issue", side=MAIN
    )
    vehicle_class: DrivingClass | None = label("准驾车型", "准驾类型", "Class", side=MAIN)
    valid_period: Term | None = label("有效期限", "有效期", "Valid Period", side=MAIN)
    valid_from: Date | None = derived(
        "valid_period", dates.period_start, "起始日期", "有效起始日期", "有效期起", "ValidFrom", side=MAIN
    )
    valid_to: DateOrYears | None = derived(
        "valid_period",
        _last_day,
        "有效截止日期/有效年限",
        "有效截止日期",
        "有效期止",
        "ValidTo(For)",
        side=MAIN,
        description="older licences say for how many years they are valid",
    )
    issuing_authority: Text | None = label("发证机关", "发证单位", "Authority", side=MAIN)
    file_number: Figures | None = label("档案编号", side=SUB)
    record: Text | None = label("记录", side=SUB, free=True)
    accumulated_points: Integer | None = label("累积记分", side=ELECTRONIC)
    status: Text | None = label("状态", side=ELECTRONIC)
    generated_at: DateTime | None = label("生成时间", side=ELECTRONIC)


product = Product(
    "driving_license",
    DrivingLicense,
    name="驾驶证",
    category="vehicle",
    required={
        MAIN: ["license_number", "name", "vehicle_class", ("valid_period", "valid_from", "valid_to")],
        SUB: ["license_number", "name", "file_number"],
        ELECTRONIC: ["license_number", "name", "generated_at"],
    },
    titles=["中华人民共和国机动车驾驶证", "机动车驾驶证", "Driving License of the People's Republic of China"],
    sold_by=[etoplive.Pid(7), embedded.Labels()],
    checks=[
        birth_date_matches("birth_date", "license_number"),
        sex_matches("sex", "license_number"),
        in_order("birth_date", "first_issue_date", "valid_to"),
        not_expired("valid_to"),
    ],
)

handler = serve(product)
