"""Invoices, receipts and tickets of other issuers and years."""

from datetime import datetime, time, timedelta
from decimal import Decimal

from local.samples import numbers
from local.samples.catalogue import form
from local.samples.flow import line_items
from local.samples.goods import ITEMS, goods
from local.samples.page import Page
from local.samples.paper import Paper, Pen
from local.samples.personas import Personas
from local.samples.values import Printed, in_capitals, iso_day, money


@form("vat_invoice", "digital_special_wide", (1500, 880))
def digital_special(page: Page, personas: Personas) -> None:
    """电子发票(增值税专用发票) as other software sets it: heads as words, sums on the left, rules only across."""
    random, buyer, seller = personas.random("digital"), personas.company(3), personas.company(4)
    sold = goods(personas.random("goods"), 3, 13)
    paper = Paper(page, Pen("sans", 21, (120, 50, 50)), Pen("serif", 21))
    paper.say(750, 60, "电子发票（增值税专用发票）", "m", size=40)
    page.know(title="电子发票(增值税专用发票)")
    paper.oval((750, 90), (190, 96), ("全国统一发票监制章", "国家税务总局"))
    paper.say(1100, 56, "发票号码：")
    paper.put("invoice_number", 1212, 56, f"2{numbers.digits(random, 19)}")
    day = personas.day("issued", 2022, 2024)
    paper.say(1100, 94, "开票日期：")
    paper.put("issue_date", 1212, 94, Printed(f"{day.year}年{day.month:02}月{day.day:02}日", day.isoformat()))
    for x, side, head, firm in ((60, "buyer", "购买方信息", buyer), (770, "seller", "销售方信息", seller)):
        paper.say(x, 160, head, size=22)
        paper.say(x, 206, "名称：")
        paper.put(f"{side}_name", x + 66, 206, firm.name)
        paper.say(x, 250, "统一社会信用代码/纳税人识别号：", size=19)
        paper.put(f"{side}_tax_id", x + 300, 250, firm.code)
    for y in (138, 284, 334, 660, 714, 800):
        paper.rule(50, y, 1450, y)
    stops = (60, 480, 660, 770, 900, 1090, 1230, 1440)
    heads = ("项目名称", "规格型号", "单位", "数量", "单价", "金额", "税率/征收率", "税额")
    for place, (stop, head) in enumerate(zip(stops, heads, strict=True)):
        paper.say(stop, 309, head, "r" if place in (3, 4, 5, 7) else "l", size=20)
    for number, row in enumerate(sold.rows()):
        for place, (stop, cell) in enumerate(zip(stops, row, strict=True)):
            paper.put("", stop, 362 + number * 38, cell, "r" if place in (3, 4, 5, 7) else "l")
    page.know(items=line_items(ITEMS, sold.rows()))
    paper.say(60, 632, "合")
    paper.say(180, 632, "计")
    paper.put("amount", 1090, 632, money(sold.amount), "r")
    paper.put("tax", 1440, 632, money(sold.tax), "r")
    total = sold.amount + sold.tax
    paper.say(60, 687, "价税合计（大写）")
    paper.put("total_cn", 280, 687, in_capitals(total))
    paper.say(1000, 687, "（小写）")
    paper.put("total", 1100, 687, money(total))
    paper.say(60, 740, "备注")
    paper.put("remark", 140, 740, "销方开户银行:明湖银行;银行账号:6000123456789")
    paper.say(60, 834, "开票人：")
    paper.put("issuer", 150, 834, personas.person(5).name)


@form("vat_invoice", "ordinary_printed_high", (1300, 700), (250, 248, 252))
def ordinary_high(page: Page, personas: Personas) -> None:
    """The paper sheet in other proportions, without a QR code; print a third of a line too high."""
    random, buyer, seller = personas.random("sheet"), personas.company(5), personas.company(6)
    sold = goods(personas.random("goods"), 2, 3)
    paper = Paper(page, Pen("serif", 19, (110, 60, 90)), Pen("print", 20, (30, 30, 50), dots=22), (5, -7))
    province = seller.town.province[:-1]
    title = f"{province}增值税普通发票"
    paper.say(650, 52, title, "m", width=400, size=34)
    page.know(title=title)
    paper.say(650, 100, "记账联", "m", size=26)
    paper.oval((650, 70), (150, 80), ("全国统一发票监制章", province))
    code, number = f"{seller.town.region[:2]}00192320", numbers.digits(random, 8)
    paper.put("invoice_code", 120, 60, code, size=30)
    paper.say(900, 60, "No", size=30)
    paper.put("invoice_number", 956, 60, number, size=32)
    paper.say(900, 108, "开票日期:")
    day = personas.day("issued", 2019, 2020)
    paper.put("issue_date", 1000, 108, Printed(f"{day.year}年{day.month:02}月{day.day:02}日", day.isoformat()))
    check = numbers.digits(random, 20)
    paper.say(120, 112, "校验码")
    paper.put("check_code", 190, 112, Printed(" ".join(check[at : at + 5] for at in range(0, 20, 5)), check))
    for top, side, broken, firm in ((140, "buyer", "购买方", buyer), (520, "seller", "销售方", seller)):
        paper.grid((100, top, 1220, top + 116), down=(140, 740, 780))
        paper.upright(120, top + 4, top + 112, broken)
        pairs = (
            Printed(firm.name, firm.name),
            Printed(firm.code, firm.code),
            Printed(f"{firm.address} {firm.phone}", firm.address + firm.phone),
            Printed(f"{firm.bank} {firm.account}", firm.bank + firm.account),
        )
        names = ("name", "tax_id", "address_phone", "bank_account")
        labels = ("名      称:", "纳税人识别号:", "地 址、电 话:", "开户行及账号:")
        for place, (label, name, value) in enumerate(zip(labels, names, pairs, strict=True)):
            paper.say(152, top + 20 + place * 26, label, size=17)
            paper.put(f"{side}_{name}", 276, top + 20 + place * 26, value, size=18)
    paper.upright(760, 146, 252, "密码区")
    for place in range(4):
        paper.put("", 794, 162 + place * 26, "".join(random.choices("0123456789*+-/<>", k=24)))
    paper.upright(760, 526, 632, "备注")
    stops = (100, 400, 520, 580, 680, 810, 960, 1040, 1220)
    paper.grid((100, 256, 1220, 470), down=stops[1:-1])
    heads = ("货物或应税劳务、服务名称", "规格型号", "单位", "数量", "单价", "金额", "税率", "税额")
    for left, right, head in zip(stops, stops[1:], heads, strict=False):
        paper.say((left + right) / 2, 274, head, "m", size=17)
    for line, row in enumerate(sold.rows()):
        for place, cell in enumerate(row):
            ends = place in (3, 4, 5, 7)
            x = stops[place + 1] - 6 if ends else stops[place] + 5
            paper.put("", x, 304 + line * 26, cell, "r" if ends else "l", size=17)
    page.know(items=line_items(ITEMS, sold.rows()))
    paper.say(250, 452, "合      计", "m")
    paper.put("amount", 954, 452, money(sold.amount), "r")
    paper.put("tax", 1214, 452, money(sold.tax), "r")
    paper.grid((100, 470, 1220, 520), down=(400,))
    total = sold.amount + sold.tax
    paper.say(250, 495, "价税合计(大写)", "m")
    paper.put("total_cn", 430, 495, in_capitals(total))
    paper.say(860, 495, "(小写)")
    paper.put("total", 940, 495, money(total))
    for place, (label, name) in enumerate((("收款人:", "payee"), ("复核:", "reviewer"), ("开票人:", "issuer"))):
        paper.say(120 + place * 270, 660, label)
        paper.put(name, 200 + place * 270, 660, personas.person(3 + place).name)
    paper.say(940, 660, "销售方:(章)")
    page.seal((1000, 590), 76, seller.name, "发票专用章", 5)
    page.ignored |= {"password_area", "form_type", "company_seal"}


@form("taxi_receipt", "meter_columns", (480, 1100), (248, 250, 248))
def taxi_columns(page: Page, personas: Personas) -> None:
    """Labels in three letters with English after them on the same line, values in the middle, print a little low."""
    random, town = personas.random("strip"), personas.town()
    begins = datetime.combine(personas.day("ride", 2017, 2022), time(random.randint(7, 22), random.randint(10, 49)))
    ends = begins + timedelta(minutes=random.randint(8, 50))
    distance = Decimal(random.randint(32, 240)) / 10
    paper = Paper(page, Pen("serif", 23, (50, 90, 110)), Pen("print", 24, (60, 50, 120), dots=16), (0, 7))
    paper.say(240, 60, f"{town.city}出租汽车发票", "m", size=32)
    page.know(city=town.city)
    page.ignored.add("province")
    paper.oval((240, 92), (200, 96), ("全国统一发票监制章", f"{town.city}税务局"))
    company = f"{town.city[:-1]}长青出租汽车有限责任公司"
    paper.say(40, 150, "发票代码")
    paper.put("invoice_code", 170, 150, f"1{town.region}{random.randint(10000, 99999)}")
    paper.say(40, 200, "发票号码")
    paper.put("invoice_number", 170, 200, numbers.digits(random, 8))
    paper.put("company", 240, 256, company, "m", size=22)
    rows: tuple[tuple[str, str, str | Printed], ...] = (
        ("电话TEL", "phone", f"0571-{numbers.digits(random, 8)}"),
        ("车号TAXI", "plate_number", f"{town.letter}T{numbers.digits(random, 4)}"),
        ("证号CARD", "certificate_number", numbers.digits(random, 6)),
        ("日期DATE", "date", iso_day(begins.date())),
        ("上车START", "time_on", Printed(f"{begins:%H:%M}", f"{begins:%H:%M}:00")),
        ("下车END", "time_off", Printed(f"{ends:%H:%M}", f"{ends:%H:%M}:00")),
        ("单价PRICE", "unit_price", Printed("2.50元", "2.50")),
        ("里程KM", "distance_km", Printed(f"{distance}km", f"{distance}")),
        ("等候WAIT", "waiting_time", f"00:{random.randint(10, 29)}:{random.randint(10, 59)}"),
        ("金额FARE", "total", Printed(f"{int(distance * 2) + 11}.00元", f"{int(distance * 2) + 11}.00")),
    )
    for number, (label, name, value) in enumerate(rows):
        paper.say(40, 320 + number * 62, label)
        paper.put(name, 230, 320 + number * 62, value)
    page.seal((380, 990), 76, company, "发票专用章", 15)


@form("train_ticket", "long_distance", (980, 600), (246, 214, 206))
def train_sleeper(page: Page, personas: Personas) -> None:
    """A sleeper's ticket: berth and waiting hall, stations of two and four letters, an older wording."""
    random, rider = personas.random("ticket"), personas.person(7)
    leaves = datetime.combine(personas.day("leaves", 2011, 2017), time(random.randint(6, 21), random.randint(10, 59)))
    page.guilloche((238, 198, 190))
    paper = Paper(page, Pen("sans", 30), Pen("sans", 32))
    number = f"{random.choice('RSTU')}{numbers.digits(random, 6)}"
    paper.put("ticket_number", 56, 50, number, size=38, ink=(190, 60, 60))
    paper.say(600, 50, "候车:第三候车室")
    paper.put("departure_station", 70, 118, Printed("海  棠", "海棠站"), size=50)
    paper.say(250, 124, "站", size=32)
    paper.put("train_number", 410, 116, f"K{random.randint(100, 999)}", size=42)
    page.rule((400, 148), (540, 148))
    paper.put("destination_station", 620, 118, Printed("青禾桥北", "青禾桥北站"), size=50)
    paper.say(830, 124, "站", size=32)
    paper.say(90, 170, "Haitang", size=24)
    paper.say(640, 170, "Qingheqiaobei", size=24)
    seat = f"{random.randint(1, 16):02}车{random.randint(1, 18):03}号下铺"
    paper.say(56, 226, f"{leaves.year}年{leaves.month:02}月{leaves.day:02}日 {leaves:%H:%M}开")
    paper.say(600, 226, seat)
    price = Decimal(random.randint(60, 500))
    paper.say(56, 280, f"￥{price}.0元")
    paper.say(420, 280, "学")
    paper.put("seat_class", 620, 280, "新空调硬卧")
    paper.say(56, 332, "限乘当日当次车")
    paper.say(56, 380, "在3日内到有效", size=26)
    paper.put("id_number", 56, 440, f"{rider.id_number[:10]}****{rider.id_number[14:]}")
    paper.put("passenger_name", 430, 440, rider.name)
    serial = f"{numbers.digits(random, 14)}{number}"
    paper.put("serial_number", 56, 550, serial, size=26)
    paper.say(520, 550, "海棠售", size=26)
    paper.code((760, 390, 920, 550))
    page.know(departure_time=leaves.isoformat(), seat=seat, price=f"{price}.0", sale_station="海棠")


@form("air_itinerary", "electronic", (1500, 900))
def air_electronic(page: Page, personas: Personas) -> None:
    """电子发票(航空运输电子客票行程单), since December 2024."""
    random, rider, firm = personas.random("flight"), personas.person(2), personas.company(3)
    paper = Paper(page, Pen("sans", 21, (120, 60, 50)), Pen("sans", 22))
    paper.say(750, 60, "电子发票（航空运输电子客票行程单）", "m", size=38)
    paper.oval((750, 88), (180, 90), ("全国统一发票监制章", "国家税务总局"))
    paper.say(1060, 130, "发票号码:")
    paper.put("invoice_number", 1160, 130, f"24{numbers.digits(random, 18)}")
    day = personas.day("flight", 2024, 2024)
    paper.grid((60, 170, 1440, 820), across=(230, 290, 350, 560, 640, 730))
    paper.say(80, 200, "旅客姓名:")
    paper.put("passenger_name", 190, 200, rider.name)
    paper.say(560, 200, "有效身份证件号码:")
    paper.put("id_number", 750, 200, rider.id_number)
    paper.say(1080, 200, "签注:")
    paper.put("endorsement", 1140, 200, "不得签转")
    stops = (80, 260, 440, 620, 780, 900, 1080, 1240)
    heads = ("出发地", "目的地", "承运人", "航班号", "座位等级", "日期", "时间", "客票级别/客票类别")
    names = ("from_station", "to_station", "carrier", "flight_number", "seat_class", "date", "time", "fare_basis")
    leaves = f"{random.randint(7, 21):02}:35"
    words = ("明湖", "海棠", "云航", f"ZZ{random.randint(1000, 9999)}", "Y")
    leg = [Printed(word, word) for word in words]
    leg += [iso_day(day), Printed(leaves, f"{leaves}:00"), Printed("Y", "Y")]
    for stop, head, cell in zip(stops, heads, leg, strict=True):
        paper.say(stop, 320, head, size=20)
        paper.put("", stop, 390, cell)
    page.know(segments=line_items(names, [leg]))
    fare, fund, fuel = Decimal(random.randint(60, 200) * 10), Decimal(50), Decimal(40)
    tax = ((fare + fuel) * 9 / 109).quantize(Decimal("0.01"))
    cells = (
        ("票价", "fare", fare - tax),
        ("燃油附加费", "fuel_surcharge", fuel),
        ("增值税税额", "tax", tax),
        ("民航发展基金", "caac_fund", fund),
        ("合计", "total", fare + fuel + fund),
    )
    for place, (label, name, amount) in enumerate(cells):
        paper.say(80 + place * 270, 582, label, size=20)
        paper.put(name, 80 + place * 270, 616, Printed(f"CNY {amount:.2f}", f"{amount:.2f}"))
    paper.say(80, 685, "电子客票号码:")
    paper.put("e_ticket_number", 230, 685, f"999{numbers.digits(random, 10)}")
    paper.say(560, 685, "增值税税率:")
    paper.put("tax_rate", 690, 685, Printed("9%", "9"))
    paper.say(900, 685, "填开日期:")
    paper.put("issue_date", 1010, 685, iso_day(day))
    paper.say(80, 775, "购买方名称:")
    paper.put("buyer_name", 210, 775, firm.name)
    paper.say(760, 775, "统一社会信用代码/纳税人识别号:")
    paper.put("buyer_tax_id", 1090, 775, firm.code)
    paper.say(80, 858, "填开单位:")
    paper.put("issue_organization", 190, 858, personas.company(4, trade=1).name)


@form("quota_invoice", "unit_name", (1000, 540), (238, 246, 240))
def quota(page: Page, personas: Personas) -> None:
    random, town = personas.random("quota"), personas.town(2)
    page.guilloche((222, 236, 226), 30)
    paper = Paper(page, Pen("sans", 26, (60, 100, 70)), Pen("mono", 28, (50, 50, 60)))
    paper.say(500, 60, f"{town.province}{town.city}通用定额发票", "m", size=36)
    page.know(province=town.province, city=town.city)
    paper.say(500, 116, "发票联", "m", size=26)
    paper.put("total_cn", 500, 220, Printed("壹佰元整", "壹佰元整"), "m", face="serif", size=64)
    paper.put("total", 500, 300, Printed("￥100.00", "100.00"), "m", face="serif", size=34)
    paper.say(80, 390, "发票代码:")
    paper.put("invoice_code", 210, 390, f"1{town.region}{random.randint(10000, 99999)}")
    paper.say(560, 390, "发票号码:")
    paper.put("invoice_number", 690, 390, numbers.digits(random, 8))
    paper.say(80, 460, "收款单位(盖章):", size=22)
    page.seal((400, 440), 80, personas.company(2).name, "发票专用章", -12)
