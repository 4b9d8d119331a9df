"""火车票 — a train ticket of red or blue paper, or the electronic invoice that took its place.

Forms: paper of 86 by 54 mm, red or with a blue magnetic back, all of it without labels: number, gate, stations with
their names in Latin letters below, train, departure, seat, price, way of payment (网, 折), conditions, identity
number with the passenger behind it, serial number and place of sale; the railway's electronic invoice since 2024,
with labels.
"""

from typing import Annotated

from pydantic import BeforeValidator

from ocr.declare.checks import not_future, tax_of
from ocr.declare.codes import NUMBER_ONLY, InvoiceCode
from ocr.declare.field_types import (
    Code,
    DateTime,
    Figures,
    InvoiceNumber,
    Money,
    ResidentIdMasked,
    Tax,
    TaxId,
    TaxRate,
    Text,
)
from ocr.declare.fields import Fields, Shape, Unlabelled, label
from ocr.declare.product import Product
from ocr.declare.text import plain
from ocr.declare.text_types import PersonName
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive


def _alone(pattern: str) -> str:
    """`pattern` where it is not a part of longer words."""
    return f"(?<![\u4e00-\u9fff])(?:{pattern})(?![\u4e00-\u9fff])"


def _sold_at(value: object) -> str:
    """安和售 → 安和, as paper tickets print it."""
    return plain(value).removesuffix("售")


AHEAD = 60  # days, the earliest that a ticket was ever sold before its train

# Paper tickets print these without a label.
Station = Annotated[Text, Shape(_alone("[\u4e00-\u9fff]{1,6}站"))]
TrainNumber = Annotated[Code, Shape("[GDCZTKYLS]?[0-9]{1,4}(?=次)|[GDCZTKYLS][0-9]{1,4}")]
Departure = Annotated[DateTime, Shape("20[0-9]{2}年[0-9]{1,2}月[0-9]{1,2}日[0-9]{1,2}:[0-9]{2}(?=开|$)")]
Seat = Annotated[Text, Shape("[0-9]{1,2}车(?:[0-9]{1,3}[A-F]?号?(?:[上中下]铺?)?|无座)")]
SeatClass = Annotated[Text, Shape("(?:新空调)?(?:商务座|特等座|一等座|二等座|软座|硬座|高级软卧|软卧|硬卧|动卧|无座)")]
Fare = Annotated[Money, Shape(r"[¥￥][0-9]+(?:\.[0-9]{1,2})?元?")]
TicketNumber = Annotated[Code, Shape("[A-Z](?:[0-9]{2}[A-Z])?[0-9]{6}")]
SerialNumber = Annotated[Code, Shape("[0-9]{14}[A-Z][0-9]{6}|[0-9]{21}")]
SaleStation = Annotated[Text, BeforeValidator(_sold_at), Shape(_alone("[\u4e00-\u9fff]{1,6}售"))]


class TrainTicket(Fields):
    ticket_number: TicketNumber | None = label("编号", "车票号码", "票号", pii=True)
    departure_station: Station | None = label("出发站", "始发站")
    destination_station: Station | None = label("到达站", "终点站")
    train_number: TrainNumber | None = label("车次")
    departure_time: Departure | None = label("出发时间", "开车时间", "日期")
    seat: Seat | None = label("座位号", "座位")
    seat_class: SeatClass | None = label("席别", "座位类别")
    passenger_name: PersonName | None = label(
        "姓名", "乘车人", pii=True, unlabelled=Unlabelled("[\u4e00-\u9fff]{2,4}", beside="id_number")
    )
    id_number: ResidentIdMasked | None = label("身份证号", "身份证号码", pii=True)
    price: Fare | None = label("票价", "金额")
    serial_number: SerialNumber | None = label("序列号")
    ticket_gate: Text | None = label("检票口", "检票")
    sale_station: SaleStation | None = label("售票站", "车票售票地点")
    e_ticket_number: Figures | None = label("电子客票号", pii=True)
    invoice_number: InvoiceNumber | None = label("发票号码")
    buyer_name: Text | None = label("购买方名称", pii=True)
    buyer_tax_id: TaxId | None = label("统一社会信用代码/纳税人识别号", "统一社会信用代码", pii=True)
    tax_rate: TaxRate | None = label("税率")
    tax: Tax | None = label("税额")


product = Product(
    "train_ticket",
    TrainTicket,
    name="火车票",
    category="invoice",
    required=["train_number", "departure_station", "destination_station", "departure_time", "price"],
    titles=["电子发票(铁路电子客票)", "铁路电子客票", "退票改签时须交回车站", "报销凭证遗失不补", "火车票"],
    code=InvoiceCode({"51": NUMBER_ONLY}),
    offers=[etoplive.Pid(22, type=("火车票",)), embedded.Labels()],
    checks=[not_future("departure_time", ahead=AHEAD), tax_of("price", "tax_rate", "tax", included=True)],
)

handler = serve(product)
