"""Invoices, tickets and receipts."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from local.samples import numbers
from local.samples.catalogue import document
from local.samples.flow import Column, line_items, sheet
from local.samples.goods import ITEMS, goods
from local.samples.page import Page
from local.samples.personas import Company, Person, Personas
from local.samples.styles import INVOICE, PLAIN, SHEET, on
from local.samples.values import (
    NOTHING,
    Field,
    Printed,
    chinese_day,
    clock,
    field,
    in_capitals,
    iso_day,
    money,
)

CITIES = (("青禾", "海棠"), ("明湖南", "长乐"), ("安和", "白鹿东"))


ITEM_HEADS = (
    ("货物或应税劳务、服务名称", "规格型号", "单位", "数量", "单价", "金额", "税率", "税额"),
    ("项目名称", "规格型号", "单位", "数量", "单价", "金额", "税率", "税额"),
)
ITEM_SHARES = (3.6, 1.4, 0.8, 0.9, 1.3, 1.5, 0.9, 1.4)


def _upright(page: Page, left: float, top: float, bottom: float, text: str) -> None:
    """A block's name, one character below the other, in a narrow box of its own."""
    page.frame((left, top, left + 44, bottom), page.style.label_ink)
    pitch = (bottom - top) / (len(text) + 0.6)
    for place, character in enumerate(text):
        at = left + 22, top + (place + 0.8) * pitch
        page.text(at, character, 22, page.style.label_face, page.style.label_ink, anchor="mm")


def _party(side: str, firm: Company) -> list[Field]:
    return [
        field(f"{side}_name", "名    称", firm.name),
        field(f"{side}_tax_id", "纳税人识别号", firm.code),
        field(f"{side}_address_phone", "地址、电话", f"{firm.address}{firm.phone}"),
        field(f"{side}_bank_account", "开户行及账号", f"{firm.bank}{firm.account}"),
    ]


def _party_block(page: Page, top: float, width: float, title: str, fields: list[Field]) -> float:
    margin = page.style.margin
    column = Column(page, margin + 60, top + 8, width - 70)
    column.rows(*fields)
    _upright(page, margin, top, column.y, title)
    page.frame((margin + 44, top, margin + width, column.y), page.style.label_ink)
    return column.y


@document("vat_invoice", "paper", (1400, 860), on(INVOICE, (253, 251, 246), (252, 252, 248), ruled=True))
def vat_invoice_paper(page: Page, personas: Personas) -> None:
    random, margin = personas.random("paper"), page.style.margin
    buyer, seller, sold = personas.company(1), personas.company(2), goods(personas.random("goods"), 3)
    title = f"{seller.town.province[:-1]}增值税专用发票"
    sheet(page, 34).heading(title, 40, ink=page.style.label_ink, name="title")
    head = sheet(page, 100)
    head.row(
        field("invoice_code", "发票代码", f"{numbers.digits(random, 10)}"),
        field("invoice_number", "发票号码", numbers.digits(random, 8)),
        field("issue_date", "开票日期", chinese_day(personas.day("issued", 2019, 2022))),
    )
    head.row(
        field("check_code", "校验码", numbers.digits(random, 20)),
        field("machine_number", "机器编号", f"66{numbers.digits(random, 10)}"),
    )
    top, width = head.y + 4, page.width - 2 * margin
    split = width * 0.64
    bottom = _party_block(page, top, split, "购买方", _party("buyer", buyer))
    _upright(page, margin + split, top, bottom, "密码区")
    page.frame((margin + split + 44, top, page.width - margin, bottom), page.style.label_ink)
    secret = ["".join(random.choices("0123456789*+/", k=24)) for _ in range(4)]
    for place, line in enumerate(secret):
        page.text((margin + split + 60, top + 14 + place * (bottom - top - 16) / 4), line, 22)
    page.know(password_area=" ".join(secret))
    table = sheet(page, bottom)
    rows = sold.rows()
    sums = ["合    计", "", "", "", "", f"¥{sold.amount:.2f}", "", f"¥{sold.tax:.2f}"]
    alias = page.style.alias
    table.table(ITEM_HEADS[alias], [*([cell.text for cell in row] for row in rows), sums], ITEM_SHARES)
    total = sold.amount + sold.tax
    table.form(
        (
            field("total_cn", "价税合计(大写)", in_capitals(total), 1.1),
            field("total", "(小写)|价税合计(小写)", money(total)),
        ),
        lines=1.2,
    )
    end = _party_block(page, table.y, split, "销售方", _party("seller", seller))
    _upright(page, margin + split, table.y, end, "备注")
    page.frame((margin + split + 44, table.y, page.width - margin, end), page.style.label_ink)
    foot = sheet(page, end + 12)
    foot.row(
        field("payee", "收款人", personas.person(1).name),
        field("reviewer", "复核", personas.person(2).name),
        field("issuer", "开票人", personas.person(3).name),
        field("", "销售方", "(章)"),
    )
    page.seal((page.width - 210, end - 30), 88, seller.name, "发票专用章", -5)
    page.know(items=line_items(ITEMS, rows), amount=f"{sold.amount:.2f}", tax=f"{sold.tax:.2f}")


@document("vat_invoice", "electronic", (1400, 700), on(INVOICE, (255, 255, 255)))
def vat_invoice_electronic(page: Page, personas: Personas) -> None:
    random, margin = personas.random("electronic"), page.style.margin
    buyer, seller, sold = personas.company(3), personas.company(4), goods(personas.random("items"), 2)
    sheet(page, 40).heading("电子发票（增值税专用发票）", 42, ink=page.style.label_ink)
    page.know(title="电子发票(增值税专用发票)")
    head = Column(page, page.width - 480, 116, 440)
    head.rows(
        field("invoice_number", "发票号码", f"2{numbers.digits(random, 19)}"),
        field("issue_date", "开票日期", chinese_day(personas.day("digital", 2023, 2024))),
    )
    half = (page.width - 2 * margin) / 2
    for place, (side, title, firm) in enumerate((("buyer", "购买方信息", buyer), ("seller", "销售方信息", seller))):
        left = margin + place * half
        column = Column(page, left + 24, 222, half - 40, size=20)
        column.line(title, ink=page.style.label_ink)
        column.rows(
            field(f"{side}_name", "名称", firm.name),
            field(f"{side}_tax_id", "统一社会信用代码/纳税人识别号", firm.code),
        )
        page.frame((left, 210, left + half, 360), page.style.label_ink)
    table = sheet(page, 372)
    rows = sold.rows()
    sums = ["合计", "", "", "", "", f"¥{sold.amount:.2f}", "", f"¥{sold.tax:.2f}"]
    table.table(ITEM_HEADS[1], [*([cell.text for cell in row] for row in rows), sums], ITEM_SHARES, boxed=False)
    total = sold.amount + sold.tax
    table.skip(0.5)
    table.row(
        field("total_cn", "价税合计（大写）", in_capitals(total), 1.5),
        field("total", "（小写）|价税合计（小写）", money(total)),
    )
    table.rows(field("remark", "备注", "本票据仅供测试"), field("issuer", "开票人", personas.person(5).name))
    page.know(items=line_items(ITEMS, rows), amount=f"{sold.amount:.2f}", tax=f"{sold.tax:.2f}")
    page.invoice_code((margin + 10, 40, margin + 160, 190), "31")


def _masked(person: Person) -> str:
    """As tickets hide part of a number; the asterisks stand in the record too."""
    return f"{person.id_number[:10]}****{person.id_number[14:]}"


@document("train_ticket", "ticket", (1100, 620), on(PLAIN, (222, 236, 246), (248, 226, 226), size=34, margin=70))
def train_ticket(page: Page, personas: Personas) -> None:
    random, rider, alias = personas.random("ticket"), personas.person(), page.style.alias
    start, end = random.choice(CITIES)
    day, margin = personas.day("departure", 2021, 2023), page.style.margin
    leaves = datetime.combine(day, time(random.randint(6, 21), random.randint(10, 59)))
    number = f"{random.choice('GD')}{random.randint(100, 999)}"
    page.guilloche((206, 224, 238) if not alias else (240, 212, 212))
    ticket = f"{random.choice('ABEF')}{numbers.digits(random, 6)}"
    page.text((margin, 50), ticket, 38, ink=(190, 50, 50))
    gate = f"{random.randint(2, 9)}A"
    page.text((page.width - margin, 50), f"检票口:{gate}", 32, anchor="ra")
    for at, name in ((margin + 150, start), (page.width - margin - 150, end)):
        page.text((at, 120), f"{name}站", 52, bold=True, anchor="ma")
    page.text((page.width / 2, 112), number, 46, anchor="ma")
    page.rule((page.width / 2 - 90, 176), (page.width / 2 + 90, 176))
    seat = f"{random.randint(1, 16):02}车{random.randint(1, 18):02}{random.choice('ABCDF')}号"
    price = Decimal(random.randint(60, 600)) + Decimal("0.5")
    column = sheet(page, 230)
    column.line(f"{leaves:%Y年%m月%d日 %H:%M}开          {seat}")
    column.line(f"¥{price:.2f}元          {('二等座', '一等座')[alias]}")
    column.line(f"{_masked(rider)}  {rider.name}")
    column.skip(0.4)
    column.size = 26
    serial = f"{numbers.digits(random, 14)}{ticket}"
    column.line(f"{serial}  {start}售")
    column.line("报销凭证 遗失不补 退票改签时须交回车站")
    page.know(
        ticket_number=ticket,
        departure_station=f"{start}站",
        destination_station=f"{end}站",
        train_number=number,
        departure_time=leaves.isoformat(),
        seat=seat,
        seat_class=("二等座", "一等座")[alias],
        passenger_name=rider.name,
        id_number=_masked(rider),
        price=f"{price:.2f}",
        ticket_gate=gate,
        serial_number=serial,
        sale_station=start,
    )


@document("taxi_receipt", "receipt", (760, 1080), on(PLAIN, (250, 250, 246), size=32, margin=80))
def taxi_receipt(page: Page, personas: Personas) -> None:
    random, town = personas.random("ride"), personas.town()
    on_board = datetime.combine(personas.day("ride", 2019, 2023), time(random.randint(7, 22), random.randint(10, 49)))
    off_board = on_board + timedelta(minutes=random.randint(8, 50))
    unit, distance = Decimal("2.50"), Decimal(random.randint(32, 240)) / 10
    surcharge = Decimal("1.00")
    total = (10 + unit * distance).quantize(Decimal("1")) + surcharge
    column = sheet(page, 60)
    column.heading(f"{town.province}{town.city}", 34)
    column.heading("出租汽车专用发票", 40)
    page.know(province=town.province, city=town.city)
    column.rows(
        field("invoice_code", "发票代码", f"1{numbers.digits(random, 11)}"),
        field("invoice_number", "发票号码", numbers.digits(random, 8)),
        field("company", "单位", f"{town.city}平安出租车公司"),
        field("phone", "电话|监督电话", f"0{random.randint(510, 899)}-5550{numbers.digits(random, 4)}"),
        field("plate_number", "车号|车牌号", f"{town.letter}T{numbers.digits(random, 4)}"),
        field("certificate_number", "证号", numbers.digits(random, 6)),
        field("date", "日期", iso_day(on_board.date())),
        field("time_on", "上车|上车时间", clock(on_board.time())),
        field("time_off", "下车|下车时间", clock(off_board.time())),
        field("unit_price", "单价", Printed(f"{unit}元", f"{unit}")),
        field("distance_km", "里程|总里程", Printed(f"{distance}km", f"{distance}")),
        field("waiting_time", "等候时间", f"00:{random.randint(0, 9):02}:{random.randint(10, 59)}"),
        field("fuel_surcharge", "燃油附加费", Printed(f"{surcharge}元", f"{surcharge}")),
        field("total", "金额|总金额", money(total)),
    )
    page.seal((630, 190), 74, f"{town.city}税务局", "发票监制章", -8)


@document("air_itinerary", "itinerary", (1400, 620), on(INVOICE, (250, 248, 240), (246, 250, 250), size=24))
def air_itinerary(page: Page, personas: Personas) -> None:
    random, rider = personas.random("flight"), personas.person()
    (start, end), day = random.choice(CITIES), personas.day("flight", 2021, 2023)
    legs = [_leg(random, start, end, day), _leg(random, end, start, day + timedelta(days=4))]
    fare, fund, fuel = Decimal(random.randint(90, 240) * 10), Decimal(100), Decimal(60)
    total = fare + fund + fuel
    column = sheet(page)
    column.heading("航空运输电子客票行程单", 40, ink=page.style.label_ink)
    column.rows(
        (
            field("passenger_name", "旅客姓名|姓名", rider.name),
            field("id_number", "有效身份证件号码|身份证号", rider.id_number, 1.5),
            field("endorsement", "签注|备注", "不得签转"),
        ),
        field("serial_number", "印刷序号", numbers.digits(random, 11)),
    )
    heads = ("自", "至", "承运人", "航班号", "座位等级", "日期", "时间", "客票级别/客票类别", "免费行李")
    others = ("始发站", "目的地", "承运人", "航班", "座位等级", "日期", "时间", "客票类别", "免费行李")
    names = (
        "from_station",
        "to_station",
        "carrier",
        "flight_number",
        "seat_class",
        "date",
        "time",
        "fare_basis",
        "baggage",
    )
    shares = (1.2, 1.2, 1.1, 1.2, 1.2, 1.8, 1.1, 1.6, 1.2)
    column.table((heads, others)[page.style.alias], [[cell.text for cell in leg] for leg in legs], shares, boxed=True)
    page.know(segments=line_items(names, legs))
    column.skip(0.5)
    column.rows(
        (
            field("fare", "票价", money(fare, "CNY ")),
            field("caac_fund", "民航发展基金", money(fund, "CNY ")),
            field("fuel_surcharge", "燃油附加费", money(fuel, "CNY ")),
        ),
        (
            field("other_taxes", "其他税费", money(Decimal(0), "CNY ")),
            field("total", "合计", money(total, "CNY ")),
            field("insurance", "保险费", NOTHING),
        ),
        (
            field("e_ticket_number", "电子客票号码|电子客票号", f"999{numbers.digits(random, 10)}"),
            field("check_code", "验证码|校验码", numbers.digits(random, 4)),
        ),
        (
            field("agent_code", "销售单位代号", f"{random.choice(('HGH', 'CAN'))}{numbers.digits(random, 3)}"),
            field("issue_date", "填开日期|开票日期", iso_day(day - timedelta(days=9))),
        ),
        field("issue_organization", "填开单位", personas.company(1, trade=1).name),
    )


def _leg(random: Random, start: str, end: str, day: date) -> list[Printed]:
    carrier = random.choice(("云航", "海航空"))[:2]
    texts = (start, end, carrier, f"ZZ{random.randint(1000, 9999)}", random.choice("YVM"))
    words = [Printed(text, text) for text in texts]
    takeoff = clock(time(random.randint(7, 21), random.choice((5, 20, 35, 50))))
    return [*words, iso_day(day), takeoff, Printed("Y100", "Y100"), Printed("20K", "20K")]


@document("quota_invoice", "ticket", (1100, 620), on(PLAIN, (250, 240, 236), (238, 246, 240), size=34, margin=70))
def quota_invoice(page: Page, personas: Personas) -> None:
    random, town, alias = personas.random("quota"), personas.town(), page.style.alias
    total = Decimal((50, 100)[alias])
    page.guilloche((244, 226, 220) if not alias else (222, 238, 228), 30)
    column = sheet(page, 50)
    column.heading(f"{town.province}{town.city}通用定额发票", 46, ink=(150, 50, 40))
    page.know(province=town.province, city=town.city)
    column.rows(
        field("invoice_code", "发票代码", f"1{numbers.digits(random, 11)}"),
        field("invoice_number", "发票号码", numbers.digits(random, 8)),
        field("total_cn", "大写金额|价税合计（大写）", in_capitals(total)),
        field("total", "金额|价税合计（小写）", money(total)),
    )
    column.line(personas.company(1).name)
    page.seal((page.width - 200, 400), 95, personas.company(1).name, "发票专用章", 10)


@document("generic_bills", "parking", (760, 900), on(SHEET, (252, 252, 248), size=30))
def parking_bill(page: Page, personas: Personas) -> None:
    random, town = personas.random("bill"), personas.town()
    day = personas.day("parked", 2020, 2023)
    column = sheet(page, 60)
    column.heading("停车费票据", 46)
    column.rows(
        field("invoice_code", "发票代码", f"1{numbers.digits(random, 11)}"),
        field("invoice_number", "发票号码|票据号码", numbers.digits(random, 8)),
        field("date", "开票日期|日期", chinese_day(day)),
        field("", "停车场", f"{town.city}中心停车场"),
        field("", "停车时长", f"{random.randint(1, 5)}小时"),
        field("total", "金额|合计", money(Decimal(random.randint(5, 40)))),
        field("check_code", "校验码", numbers.digits(random, 20)),
    )
    page.know(bill_type="停车费票据")
    page.seal((540, 720), 88, f"{town.city}停车管理处", "收费专用章", -7)
