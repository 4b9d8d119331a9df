"""行程单 — the itinerary receipt of an air ticket (航空运输电子客票行程单), printed or electronic, with its flights.

Forms: paper until 2025, continuous, with English beside every label: flights in a grid whose stations stand below
each other behind 自 FROM and 至 TO, taxes and total in one row of labels over values, in a needle printer's type;
印刷序号 at the top right; two seals. Electronic since December 2024, with an invoice number of 20 digits, the buyer
and the tax.
"""

from typing import Annotated, ClassVar

from ocr.declare.checks import not_future, sum_of
from ocr.declare.codes import NUMBER_ONLY, InvoiceCode
from ocr.declare.field_types import (
    Code,
    Date,
    ETicketNumber,
    Figures,
    InvoiceNumber,
    Money,
    ResidentIdOrPassport,
    Tax,
    TaxId,
    TaxRate,
    Text,
    Time,
)
from ocr.declare.fields import Fields, Shape, label, rows
from ocr.declare.product import Product
from ocr.declare.text_types import Organization, Owner, PersonName
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive

SerialNumber = Annotated[Figures, Shape(least=".{8,}")]
CheckCode = Annotated[Code, Shape(least="[0-9]{4}.*")]
AgentCode = Annotated[Text, Shape(least=".*[0-9]{3}.*")]


Carrier = Annotated[Text, Shape(least="(?![自至]).*[\u4e00-\u9fff].*|[A-Z0-9]{2,3}")]
FlightNumber = Annotated[Code, Shape(least="[A-Z0-9]{2}[0-9]{2,4}[A-Z]?|VOID|OPEN")]
SeatClass = Annotated[Text, Shape(least=".*[A-Z\u4e00-\u9fff].*")]


class Segment(Fields):
    row_needs: ClassVar[tuple[str, ...]] = ("flight_number", "from_station", "to_station")
    row_chain: ClassVar[tuple[str, str] | None] = ("from_station", "to_station")

    from_station: Text | None = label("自", "始发站", "出发站")
    to_station: Text | None = label("至", "目的地", "目的站")
    carrier: Carrier | None = label("承运人")
    flight_number: FlightNumber | None = label("航班号", "航班")
    seat_class: SeatClass | None = label("座位等级")
    date: Date | None = label("日期")
    time: Time | None = label("时间")
    fare_basis: Text | None = label("客票级别/客票类别", "客票类别")
    valid_from: Date | None = label("客票生效日期")
    valid_to: Date | None = label("有效截止日期")
    baggage: Text | None = label("免费行李")


class AirItinerary(Fields):
    serial_number: SerialNumber | None = label("印刷序号")
    passenger_name: PersonName | None = label("旅客姓名", "姓名", pii=True)
    id_number: ResidentIdOrPassport | None = label("有效身份证件号码", "身份证号", pii=True)
    e_ticket_number: ETicketNumber | None = label("电子客票号码", "电子客票号", pii=True)
    check_code: CheckCode | None = label("验证码", "校验码")
    segments: list[Segment] = rows()
    fare: Money | None = label("票价")
    fuel_surcharge: Money | None = label("燃油附加费")
    caac_fund: Money | None = label("民航发展基金", "机场建设费")
    other_taxes: Money | None = label("其他税费")
    insurance: Money | None = label("保险费")
    tax_rate: TaxRate | None = label("增值税税率", "税率")
    tax: Tax | None = label("增值税税额", "税额", "合计税额")
    total: Money | None = label("合计", "合计金额")
    issue_date: Date | None = label("填开日期", "开票日期")
    issue_organization: Organization | None = label("填开单位")
    agent_code: AgentCode | None = label("销售单位代号")
    endorsement: Text | None = label("签注", "备注")
    buyer_name: Owner | None = label("购买方名称", pii=True)
    buyer_tax_id: TaxId | None = label("统一社会信用代码/纳税人识别号", pii=True)
    invoice_number: InvoiceNumber | None = label("发票号码")


product = Product(
    "air_itinerary",
    AirItinerary,
    name="行程单",
    category="invoice",
    required=["passenger_name", "e_ticket_number", "total"],
    titles=["航空运输电子客票行程单", "电子发票(航空运输电子客票行程单)"],
    code=InvoiceCode({"61": NUMBER_ONLY}),
    offers=[etoplive.Pid(22, type=("行程单",)), embedded.Labels()],
    checks=[
        not_future("issue_date"),
        sum_of("fare", "fuel_surcharge", "caac_fund", "other_taxes", "tax", total="total"),
    ],
)

handler = serve(product)
