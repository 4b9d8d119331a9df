"""Taxi receipts of several cities, railway tickets on paper and electronic, the itinerary receipt of a flight."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from decimal import Decimal

from local.samples import numbers
from local.samples.catalogue import form
from local.samples.page import Page
from local.samples.paper import Paper, Pen
from local.samples.personas import Personas
from local.samples.values import Printed, iso_day

# A printed label, its translation, the record's field and what is printed.
Row = tuple[str, str, str, str | Printed]


def _ride(personas: Personas) -> tuple[datetime, datetime, Decimal, Decimal]:
    """When a ride begins and ends, its length and its price."""
    random = personas.random("ride")
    begins = datetime.combine(personas.day("ride", 2016, 2023), time(random.randint(7, 22), random.randint(10, 49)))
    distance = Decimal(random.randint(32, 240)) / 10
    return begins, begins + timedelta(minutes=random.randint(8, 50)), distance, Decimal(10 + int(distance * 2))


def _minute(moment: datetime) -> Printed:
    return Printed(f"{moment:%H:%M}", f"{moment:%H:%M}:00")


def _strip(paper: Paper, rows: list[Row], top: float, pitch: float, left: float, right: float, size: int) -> None:
    """Labels at the left, what the meter printed at the right end of the paper."""
    for number, (label, below, name, value) in enumerate(rows):
        y = top + number * pitch
        paper.say(left, y, label, size=size, below=below)
        if value:
            paper.put(name, right, y, value, "r", size=size + 1)


@form("taxi_receipt", "two_languages", (420, 1180), (244, 243, 240))
def taxi_two_languages(page: Page, personas: Personas) -> None:
    """A strip with English below every label; the meter's print stands right, 9 pixels low, in violet."""
    random, town = personas.random("strip"), personas.town()
    begins, ends, distance, total = _ride(personas)
    paper = Paper(page, Pen("serif", 22, (186, 104, 70)), Pen("print", 23, (74, 58, 150), dots=18), (2, 9))
    paper.caption = Pen("serif", 15, (186, 104, 70))
    paper.say(210, 70, f"{town.province}国家税务局", "m", size=26)
    paper.say(210, 112, "出租车机打发票", "m", size=28)
    paper.say(210, 150, "TAXI RECEIPT", "m", size=20)
    paper.oval((210, 112), (300, 150), ("发票专用章", town.province[:-1], "税务局监制"))
    paper.say(210, 214, "发 票 联", "m", size=26)
    paper.say(210, 244, "INVOICE", "m", size=20)
    paper.say(24, 296, "发票代码:", size=24)
    paper.put(
        "invoice_code", 60, 338, f"1{town.region}{random.randint(10000, 99999)}", size=34, dots=0, ink=(40, 40, 48)
    )
    paper.say(24, 386, "发票号码:", size=24)
    paper.put("invoice_number", 150, 376, numbers.digits(random, 8), size=34, dots=0, ink=(40, 40, 48))
    rows: list[Row] = [
        ("监督电话:", "Supervisor Tel", "", "96716"),
        ("经营单位编号:", "Management No.", "", numbers.digits(random, 5)),
        ("电话:", "Tel", "phone", numbers.digits(random, 8)),
        ("证号:", "Certificate No.", "certificate_number", numbers.digits(random, 8)),
        ("车号:", "Taxi No.", "plate_number", f"{town.letter}T{numbers.digits(random, 4)}"),
        ("日期", "Date", "date", Printed(f"{begins:%Y年%m月%d日}", begins.date().isoformat())),
        ("上车:", "Get on", "time_on", _minute(begins)),
        ("下车:", "Get off", "time_off", _minute(ends)),
        ("单价:", "Unit Price", "unit_price", Printed("2.30元/公里", "2.30")),
        ("里程:", "Mileage", "distance_km", Printed(f"{distance}公里", f"{distance}")),
        ("等候:", "Wait", "waiting_time", f"00:{random.randint(1, 9):02}:{random.randint(10, 59)}"),
        ("金额:", "Sum", "total", Printed(f"{total}.00元", f"{total}.00")),
    ]
    _strip(paper, rows, 446, 58, 88, 392, 22)
    paper.turned(36, 760, "(本发票由国家税务局监制印刷)", size=15)
    page.ignored |= {"province", "city"}


@form("taxi_receipt", "company_and_fees", (520, 1150), (250, 250, 246))
def taxi_company_and_fees(page: Page, personas: Personas) -> None:
    """单位名称, fuel surcharge and call fee named in a sentence, everything half a row low."""
    random, town = personas.random("strip"), personas.town()
    begins, ends, distance, total = _ride(personas)
    paper = Paper(page, Pen("serif", 25, (60, 100, 80)), Pen("print", 25, (40, 40, 90), dots=18), (0, 16))
    title = f"{town.city}出租汽车专用发票"
    paper.say(260, 60, title, "m", size=32)
    paper.oval((260, 96), (230, 110), ("全国统一发票监制章", "国家税务总局", f"{town.city}税务局"))
    paper.say(260, 150, "发 票 联", "m", size=28)
    page.know(city=town.city)
    page.ignored.add("province")
    company = f"{town.city[:-1]}平安出租汽车有限公司"
    rows: list[Row] = [
        ("发票代码", "", "invoice_code", f"1{town.region}{random.randint(10000, 99999)}"),
        ("发票号码", "", "invoice_number", numbers.digits(random, 8)),
        ("单位名称", "", "", ""),
        ("", "", "company", company),
        ("电    话", "", "phone", f"0755-{numbers.digits(random, 8)}"),
        ("车牌号码", "", "plate_number", f"{town.letter}T{numbers.digits(random, 4)}"),
        ("证    号", "", "certificate_number", numbers.digits(random, 10)),
        ("日    期", "", "date", iso_day(begins.date())),
        ("上    车", "", "time_on", _minute(begins)),
        ("下    车", "", "time_off", _minute(ends)),
        ("单    价", "", "unit_price", Printed("2.70元", "2.70")),
        ("里    程", "", "distance_km", Printed(f"{distance}KM", f"{distance}")),
        ("等    候", "", "waiting_time", f"00:{random.randint(10, 29)}:{random.randint(10, 59)}"),
        ("金    额", "", "total", Printed(f"{total}.00元", f"{total}.00")),
    ]
    _strip(paper, rows, 210, 56, 40, 480, 25)
    paper.say(40, 1010, "另收燃油附加费", size=22)
    paper.put("fuel_surcharge", 250, 1002, Printed("1.00元", "1.00"), size=25)
    paper.say(40, 1056, "另收电召费", size=22)
    paper.put("call_fee", 250, 1048, Printed("3.00元", "3.00"), size=25)
    page.seal((440, 1050), 70, company, "发票专用章", 12)


@form("taxi_receipt", "short", (600, 900), (252, 248, 240))
def taxi_short(page: Page, personas: Personas) -> None:
    """Labels of one line with colons, times as one span, the certificate covered by a thumb."""
    random, town = personas.random("strip"), personas.town()
    begins, ends, distance, total = _ride(personas)
    paper = Paper(page, Pen("sans", 26, (150, 60, 60)), Pen("mono", 26, (44, 44, 50)))
    paper.say(300, 54, f"{town.city}出租汽车统一车票", "m", size=34)
    page.know(city=town.city)
    page.ignored.add("province")
    rows: list[Row] = [
        ("发票代码:", "", "invoice_code", f"1{town.region}{random.randint(10000, 99999)}"),
        ("发票号码:", "", "invoice_number", numbers.digits(random, 8)),
        ("车号:", "", "plate_number", f"{town.letter}T{numbers.digits(random, 4)}"),
        ("证号:", "", "certificate_number", numbers.digits(random, 6)),
        ("日期:", "", "date", iso_day(begins.date())),
        ("上车时间:", "", "time_on", _minute(begins)),
        ("下车时间:", "", "time_off", _minute(ends)),
        ("单价:", "", "unit_price", Printed("2.50", "2.50")),
        ("里程:", "", "distance_km", f"{distance}"),
        ("等候时间:", "", "waiting_time", f"00:{random.randint(1, 9):02}:{random.randint(10, 59)}"),
        ("金额:", "", "total", Printed(f"¥{total}.00", f"{total}.00")),
    ]
    for number, (label, _, name, value) in enumerate(rows):
        paper.say(60, 130 + number * 58, label)
        paper.put(name, 220, 130 + number * 58, value)
    paper.cover("certificate_number")
    page.seal((470, 740), 84, f"{town.city}客运管理处", "发票专用章", -8)


STATIONS = (("青禾东", "Qinghedong"), ("海棠", "Haitang"), ("明湖南", "Minghunan"), ("长乐", "Changle"))


def _journey(personas: Personas) -> tuple[tuple[str, str], tuple[str, str], datetime, str, str]:
    random = personas.random("journey")
    start, end = random.sample(STATIONS, 2)
    leaves = datetime.combine(personas.day("leaves", 2016, 2023), time(random.randint(6, 21), random.randint(10, 59)))
    seat = f"{random.randint(1, 16):02}车{random.randint(1, 18):02}{random.choice('ABCDF')}号"
    return start, end, leaves, f"{random.choice('GDC')}{random.randint(100, 8999)}", seat


def _ticket(
    page: Page, personas: Personas, tint: tuple[int, int, int], pay: str, blue: bool, names: bool = True
) -> Paper:
    """Both paper tickets, 85.6 by 54 mm: stations with their spelling, nothing but numbers without labels."""
    random, rider = personas.random("ticket"), personas.person()
    start, end, leaves, train, seat = _journey(personas)
    page.guilloche(tint)
    paper = Paper(page, Pen("sans", 30), Pen("sans", 34))
    number = f"{random.choice('ABEFZ')}{numbers.digits(random, 6)}"
    paper.put("ticket_number", 60, 56, number, size=40, ink=(196, 52, 52))
    if blue:
        gate = f"{random.randint(1, 18)}{random.choice('AB')}"
        paper.say(680, 52, "检票:", size=32)
        paper.put("ticket_gate", 764, 52, gate, size=32)
    for x, (station, spelt), field in ((80, start, "departure_station"), (660, end, "destination_station")):
        spread = station if len(station) > 2 else "  ".join(station)
        paper.put(field, x, 126, Printed(spread, f"{station}站"), size=54, bold=True)
        paper.say(x + 58 * 3 + 12, 134, "站", size=34)
        paper.say(x + 20, 182, spelt, size=28, face="serif")
    paper.put("train_number", 420, 124, train, size=44, face="serif")
    page.rule((410, 158), (600, 158))
    paper.say(60, 236, f"{leaves.year}年{leaves.month:02}月{leaves.day:02}日{leaves:%H:%M}开", size=38)
    paper.say(660, 236, seat, size=38)
    price = Decimal(random.randint(30, 600)) + Decimal("0.5")
    kind = random.choice(("二等座", "一等座", "硬座"))
    paper.say(60, 292, f"￥{price}元", size=36)
    paper.say(440, 292, pay, size=34)
    paper.put("seat_class", 680, 292, kind, size=34)
    paper.say(60, 344, "限乘当日当次车", size=34)
    hidden = f"{rider.id_number[:10]}****{rider.id_number[14:]}"
    paper.put("id_number", 60, 408, hidden, size=36)
    paper.put("passenger_name", 460, 408, rider.name, size=36)
    page.frame((150, 444, 640, 526), (60, 60, 60), 2)
    paper.say(395, 466, "买票请到12306 发货请到95306", "m", size=28)
    paper.say(395, 504, "中国铁路祝您旅途愉快", "m", size=28)
    serial = f"{numbers.digits(random, 14)}{number}"
    paper.put("serial_number", 60, 566, serial, size=30)
    paper.say(60 + 17 * 22 + 60, 566, f"{start[0]}售", size=30)
    paper.code((780, 400, 950, 570))
    page.know(
        departure_time=leaves.isoformat(),
        seat=seat,
        price=f"{price}",
        sale_station=start[0],
    )
    if not names:
        paper.cover("passenger_name", "id_number")
    return paper


@form("train_ticket", "blue", (1010, 620), (208, 228, 240))
def train_blue(page: Page, personas: Personas) -> None:
    _ticket(page, personas, (192, 216, 232), "网", blue=True)


@form("train_ticket", "red", (1010, 620), (244, 206, 200))
def train_red(page: Page, personas: Personas) -> None:
    _ticket(page, personas, (236, 190, 186), "始发改签", blue=False)


@form("train_ticket", "covered", (1010, 620), (208, 228, 240))
def train_covered(page: Page, personas: Personas) -> None:
    """The passenger made unreadable: what stands around the name is nobody's name."""
    _ticket(page, personas, (192, 216, 232), "网折", blue=True, names=False)


@form("train_ticket", "electronic", (1300, 820))
def train_electronic(page: Page, personas: Personas) -> None:
    """电子发票(铁路电子客票), since November 2024."""
    random, rider, firm = personas.random("electronic"), personas.person(), personas.company(1)
    start, end, leaves, train, seat = _journey(personas)
    leaves = leaves.replace(year=2024, month=12)
    price = Decimal(random.randint(60, 600))
    paper = Paper(page, Pen("sans", 24, (40, 40, 60)), Pen("sans", 26))
    paper.say(650, 60, "电子发票（铁路电子客票）", "m", size=40, ink=(150, 40, 40))
    paper.oval((650, 92), (190, 96), ("全国统一发票监制章", "国家税务总局"))
    paper.say(60, 130, "发票号码:")
    paper.put("invoice_number", 176, 130, f"24{numbers.digits(random, 18)}")
    paper.say(920, 130, "开票日期:")
    paper.say(1040, 130, f"{leaves.year}年{leaves.month:02}月{leaves.day:02}日")
    for x, (station, spelt), field in ((120, start, "departure_station"), (860, end, "destination_station")):
        paper.put(field, x, 240, Printed(f"{station}站", f"{station}站"), size=46, bold=True)
        paper.say(x + 10, 290, spelt, face="serif")
    paper.put("train_number", 650, 230, train, "m", size=42)
    page.rule((520, 262), (780, 262))
    kind = random.choice(("二等座", "一等座"))
    paper.say(120, 370, f"{leaves.year}年{leaves.month:02}月{leaves.day:02}日  {leaves:%H:%M}开", size=30)
    paper.say(640, 370, seat, size=30)
    paper.put("seat_class", 900, 370, kind, size=30)
    paper.say(120, 430, "票价:")
    paper.put("price", 190, 430, Printed(f"￥{price}.00", f"{price}.00"), size=30)
    hidden = f"{rider.id_number[:10]}****{rider.id_number[14:]}"
    paper.put("id_number", 120, 500, hidden, size=30)
    paper.put("passenger_name", 560, 500, rider.name, size=30)
    paper.say(120, 570, "电子客票号:")
    paper.put("e_ticket_number", 262, 570, numbers.digits(random, 21))
    paper.say(120, 630, "购买方名称:")
    paper.put("buyer_name", 262, 630, firm.name)
    paper.say(680, 630, "统一社会信用代码:")
    paper.put("buyer_tax_id", 896, 630, firm.code)
    paper.say(650, 730, "买票请到12306 发货请到95306 中国铁路祝您旅途愉快", "m", size=24)
    paper.code((1060, 420, 1220, 580))
    page.know(departure_time=leaves.isoformat(), seat=seat)


@form("air_itinerary", "two_languages", (1500, 660), (206, 226, 240))
def air_two_languages(page: Page, personas: Personas) -> None:
    """The itinerary receipt of a flight until 2025: English beside every label, needle print, FROM and TO rows."""
    random, rider = personas.random("flight"), personas.person()
    page.guilloche((186, 210, 228), 60)
    paper = Paper(page, Pen("sans", 19, (40, 40, 70)), Pen("mono", 22, (52, 52, 66), dots=22), (4, 5))
    paper.holes()
    small = Pen("sans", 14, (40, 40, 70))

    def head(x: float, y: float, text: str, english: str) -> None:
        box = paper.say(x, y, text)
        paper.draw((box[2] + 4, y + 2), english, small)

    paper.say(750, 44, "航空运输电子客票行程单", "m", size=34)
    paper.say(750, 78, "ITINERARY/RECEIPT OF E-TICKET FOR AIR TRANSPORT", "m", size=17)
    paper.oval((750, 60), (190, 100), ("全国统一发票监制章", "国家税务总局"))
    head(1050, 52, "印刷序号:", "SERIAL NUMBER:")
    paper.put("serial_number", 1290, 52, numbers.digits(random, 11))
    paper.grid((80, 104, 1430, 600), across=(170, 216, 430, 480, 530), width=1)
    head(92, 122, "旅客姓名", "NAME OF PASSENGER")
    paper.put("passenger_name", 96, 150, rider.name, face="print")
    head(440, 122, "有效身份证件号码", "ID.NO.")
    paper.put("id_number", 446, 150, rider.id_number)
    head(860, 122, "签注", "ENDORSEMENTS/RESTRICTIONS(CARBON)")
    paper.put("endorsement", 866, 150, "不得签转/退改收费", face="print")
    heads = (
        "承运人",
        "航班号",
        "座位等级",
        "日期",
        "时间",
        "客票级别/客票类别",
        "客票生效日期",
        "有效截止日期",
        "免费行李",
    )
    english = ("CARRIER", "FLIGHT", "CLASS", "DATE", "TIME", "FARE BASIS", "NOTVALIDBEFORE", "NOTVALIDAFTER", "ALLOW")
    stops = (350, 470, 590, 700, 820, 930, 1110, 1220, 1350)
    for x, text, translation in zip(stops, heads, english, strict=True):
        paper.say(x, 184, text, size=16)
        paper.draw((x, 204), translation, replace(small, size=11))
    day = personas.day("flight", 2019, 2023)
    first, second = random.sample(STATIONS, 2)
    cities = (first[0][:2], second[0][:2], first[0][:2])
    segments = []
    for number, (label, city) in enumerate(zip(("自 FROM", "至 TO", "至 TO", "至 TO"), (*cities, "VOID"), strict=True)):
        y = 240 + number * 50
        paper.say(92, y, label, size=18)
        paper.put("", 190, y, city, face="print")
    for number in range(2):
        y = 240 + number * 50
        leaves = time(random.randint(7, 21), random.choice((5, 20, 35, 50)))
        date = day + timedelta(days=3 * number)
        flight = f"ZZ{random.randint(1000, 9999)}"
        for x, value in zip(stops, ("云航", flight, "Y", date.isoformat(), f"{leaves:%H:%M}", "Y100"), strict=False):
            paper.put("", x, y, value, face="print")
        paper.put("", 1350, y, "20K")
        segments.append(
            {
                "from_station": cities[number],
                "to_station": cities[number + 1],
                "carrier": "云航",
                "flight_number": flight,
                "seat_class": "Y",
                "date": date.isoformat(),
                "time": f"{leaves:%H:%M}:00",
                "fare_basis": "Y100",
                "baggage": "20K",
            }
        )
    page.know(segments=segments)
    fare, fuel = Decimal(random.randint(90, 240) * 10), Decimal(60)
    money = (
        (350, "票价", "FARE", "fare", fare),
        (560, "民航发展基金", "CAAC DEVELOPMENT FUND", "caac_fund", Decimal(50)),
        (840, "燃油附加费", "FUEL SURCHARGE", "fuel_surcharge", fuel),
        (1230, "合计", "TOTAL", "total", fare + fuel + 50),
    )
    for x, label, translation, name, amount in money:
        head(x, 444, label, translation)
        paper.put(name, x, 466, Printed(f"CNY {amount:.2f}", f"{amount:.2f}"), size=20)
    head(92, 500, "电子客票号码", "E-TICKET NO.")
    paper.put("e_ticket_number", 330, 500, f"999{numbers.digits(random, 10)}")
    head(560, 500, "验证码", "CK.")
    paper.put("check_code", 680, 500, numbers.digits(random, 4))
    head(800, 500, "提示信息", "INFORMATION")
    head(1230, 500, "保险费", "INSURANCE")
    paper.put("", 1370, 500, "XXX")
    head(92, 556, "销售单位代号", "AGENT CODE")
    paper.put("agent_code", 330, 556, f"HGH{numbers.digits(random, 3)}")
    head(560, 556, "填开单位", "ISSUED BY")
    paper.put("issue_organization", 740, 556, personas.company(1, trade=1).name, face="print")
    head(1160, 556, "填开日期", "DATE OF ISSUE")
    paper.put("issue_date", 1330, 582, iso_day(day - timedelta(days=9)), size=18)
    paper.say(92, 628, "验真网址:www.example.com 服务热线:400-000-0000 短信验真:发送JP至00000000", size=16)
    page.seal((680, 570), 66, personas.company(1, trade=1).name, "业务专用章", 10)


@form("quota_invoice", "city", (1100, 560), (250, 240, 236))
def quota_city(page: Page, personas: Personas) -> None:
    """The amount is printed in capitals alone, code and number beside it without a frame."""
    random, town = personas.random("quota"), personas.town()
    page.guilloche((244, 226, 220), 30)
    paper = Paper(page, Pen("serif", 30, (150, 50, 40)), Pen("mono", 32, (40, 40, 60)))
    paper.say(550, 60, f"{town.province}国家税务局通用定额发票", "m", size=40)
    paper.oval((550, 84), (200, 100), ("全国统一发票监制章", town.province[:-1], "税务局监制"))
    paper.say(550, 140, "发 票 联", "m", size=32)
    page.know(province=town.province)
    page.ignored |= {"city", "total"}
    paper.say(560, 216, "发票代码")
    paper.put("invoice_code", 700, 216, f"1{town.region}{random.randint(10000, 99999)}")
    paper.say(560, 266, "发票号码")
    paper.put("invoice_number", 700, 266, numbers.digits(random, 8))
    paper.put("total_cn", 360, 350, Printed("伍拾元整", "伍拾元整"), "m", face="serif", size=58, bold=True)
    paper.say(60, 450, "收款单位(盖章有效)", size=24)
    paper.say(640, 450, "开票日期      年    月    日", size=24)
    page.seal((260, 440), 88, personas.company(1).name, "发票专用章", 10)


@form("generic_bills", "toll", (560, 900), (250, 250, 246))
def toll(page: Page, personas: Personas) -> None:
    random, town = personas.random("toll"), personas.town()
    paper = Paper(page, Pen("serif", 26, (70, 90, 130)), Pen("print", 26, (50, 50, 60), dots=20))
    day = personas.day("toll", 2017, 2023)
    paper.say(280, 56, f"{town.province}高速公路通行费专用发票", "m", size=28)
    page.know(bill_type=f"{town.province}高速公路通行费专用发票")
    page.ignored.add("bill_type")
    paper.oval((280, 84), (180, 86), ("全国统一发票监制章", town.province[:-1]))
    price = random.randint(5, 90)
    rows: list[Row] = [
        ("发票代码:", "", "invoice_code", f"1{town.region}{random.randint(10000, 99999)}"),
        ("发票号码:", "", "invoice_number", numbers.digits(random, 8)),
        ("入口站:", "", "", "青禾东"),
        ("出口站:", "", "", "海棠南"),
        ("车型:", "", "", "客1"),
        ("金额:", "", "total", Printed(f"{price}.00元", f"{price}.00")),
        ("收费员:", "", "", numbers.digits(random, 6)),
        ("日期:", "", "date", iso_day(day)),
    ]
    _strip(paper, rows, 180, 70, 60, 480, 26)
    page.seal((420, 760), 80, f"{town.city}高速公路管理处", "收费专用章", -7)
