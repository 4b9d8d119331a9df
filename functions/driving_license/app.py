"""驾驶证 — the driving licence: the main page (正页), the sub page (副页), or the electronic one (电子驾驶证).

Forms (GA 482): labels in Chinese with English below; the seal of the issuing authority at the lower left, red, in
three lines and without a label, beside the photograph of the holder; 有效期限 as two dates, as one date and a number
of years on older ones. The sub page repeats name and number over 档案编号 and 记录.
"""

from typing import Annotated, ClassVar

from pydantic import BeforeValidator

from ocr.declare import dates
from ocr.declare.checks import birth_date_matches, in_order, not_expired, not_future, sex_matches
from ocr.declare.field_types import Date, DateOrYears, DateTime, DrivingClass, Figures, Integer, ResidentId, Sex, Text
from ocr.declare.fields import Fields, Shape, Unlabelled, derived, label
from ocr.declare.product import Product
from ocr.declare.sizes import LICENCE
from ocr.declare.text_types import TRAFFIC_POLICE, Address, Authority, Nationality, PersonName
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive

MAIN, SUB, ELECTRONIC = "main", "sub", "electronic"


def _period_or_years(value: object) -> str:
    """A period, or what older licences print in its place: 6年."""
    years = dates.date_or_years(value) if isinstance(value, str) and value.rstrip().endswith("年") else None
    return str(years) if years else dates.period(value)


def _last_day(term: str) -> object:
    return term if term.endswith("年") else dates.period_end(term)


FileNumber = Annotated[Figures, Shape(least=".{8,}")]
Term = Annotated[str, BeforeValidator(_period_or_years)]


class DrivingLicense(Fields):
    in_form_order: ClassVar[bool] = True

    license_number: ResidentId | None = label("证号", "驾驶证号", "证件号", "CardNo", pii=True, side=MAIN)
    name: PersonName | None = label("姓名", "Name", pii=True, side=MAIN)
    sex: Sex | None = label("性别", "Sex", pii=True, side=MAIN)
    nationality: Nationality | None = label("国籍", "Nationality", pii=True, side=MAIN)
    address: Address | None = label("住址", "地址", "Address", pii=True, side=MAIN, free=True)
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
    issuing_authority: Authority | None = label(
        "发证机关", "发证单位", "Authority", side=MAIN, unlabelled=Unlabelled(TRAFFIC_POLICE)
    )
    file_number: FileNumber | None = label("档案编号", side=SUB, pii=True)
    record: Text | None = label("记录", side=SUB, free=True, pii=True)
    accumulated_points: Integer | None = label("累积记分", side=ELECTRONIC, pii=True)
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
    size=LICENCE,
    titles=["中华人民共和国机动车驾驶证", "机动车驾驶证", "Driving License of the People's Republic of China"],
    offers=[etoplive.Pid(7), embedded.Labels()],
    checks=[
        birth_date_matches("birth_date", "license_number"),
        sex_matches("sex", "license_number"),
        in_order("birth_date", "first_issue_date", "valid_to"),
        not_expired("valid_to"),
        not_future("first_issue_date"),
    ],
)

handler = serve(product)
