"""Licences of vehicles and drivers (GA 37, GA 482) and the unified invoice for the sale of a vehicle."""

from decimal import Decimal

from local.samples import numbers
from local.samples.catalogue import form
from local.samples.page import Page
from local.samples.paper import Paper, Pen
from local.samples.personas import Person, Personas
from local.samples.values import Printed, in_capitals, iso_day, lengths, measured, money

INK = (70, 78, 96)


def _police(holder: Person) -> tuple[str, list[str]]:
    """The authority of a licence and how its square seal breaks it: rows of so many letters, across words."""
    name = f"{holder.town.province}{holder.town.city}公安局交通警察支队"
    third = -(-len(name) // 3)
    return name, [name[:third], name[third : 2 * third], name[2 * third :]]


def _licence(page: Page, left: float, shift: tuple[float, float]) -> Paper:
    paper = Paper(page, Pen("sans", 21, INK), Pen("print", 27, (52, 52, 58), dots=24), shift)
    paper.caption = Pen("serif", 15, INK)
    page.band((left, 20, left + 880, 590), (226, 236, 240))
    page.frame((left, 20, left + 880, 590), (180, 190, 200), 2)
    return paper


def _vehicle_main(page: Page, personas: Personas, left: float = 0, film: bool = False) -> None:
    car, owner = personas.vehicle(), personas.person()
    registered = personas.day("registered", 2012, 2021)
    paper = _licence(page, left, (3, 8))
    authority, rows = _police(owner)
    paper.say(left + 440, 66, "中华人民共和国机动车行驶证", "m", size=36)
    paper.say(left + 440, 98, "Vehicle License of the People's Republic of China", "m", size=20, face="serif")
    places: tuple[tuple[float, float, float, str, str, str, str | Printed], ...] = (
        (24, 140, 140, "号牌号码", "Plate No.", "plate_number", car.plate),
        (350, 140, 480, "车辆类型", "Vehicle Type", "vehicle_type", car.kind),
        (24, 206, 140, "所 有 人", "Owner", "owner", owner.name),
        (24, 272, 140, "住    址", "Address", "address", owner.address),
        (24, 344, 140, "使用性质", "Use Character", "use_character", "非营运"),
        (290, 344, 400, "品牌型号", "Model", "brand_model", car.brand + car.model),
        (220, 410, 390, "车辆识别代号", "VIN", "vin", car.vin),
        (220, 474, 390, "发动机号码", "Engine No.", "engine_number", car.engine),
        (220, 540, 330, "注册日期", "Register Date", "register_date", iso_day(registered)),
        (520, 540, 630, "发证日期", "Issue Date", "issue_date", iso_day(personas.later(registered, "issued", 400))),
    )
    for x, y, at, label, below, name, value in places:
        paper.say(left + x, y, label, below=below)
        paper.put(name, left + at, y, value, size=25 if name == "address" else 27)
        paper.dotted(left + at, left + 850, y + 22)
    page.chop((left + 24, 380, left + 200, 570), rows)
    page.know(issuing_authority=authority)
    if film:
        paper.hologram((left + 20, 180, left + 250, 330))


def _vehicle_sub(page: Page, personas: Personas, left: float = 0) -> None:
    car, random = personas.vehicle(), personas.random("sub")
    paper = _licence(page, left, (2, -6))
    places: tuple[tuple[float, float, float, str, str, str | Printed], ...] = (
        (24, 60, 140, "号牌号码", "plate_number", car.plate),
        (470, 60, 590, "档案编号", "file_number", numbers.digits(random, 12)),
        (24, 126, 150, "核定载人数", "approved_passengers", measured(5, "人")),
        (470, 126, 590, "总 质 量", "gross_mass_kg", measured(random.randint(1500, 2300), "kg")),
        (24, 192, 150, "整备质量", "curb_mass_kg", measured(random.randint(1100, 1490), "kg")),
        (470, 192, 600, "核定载质量", "", "--"),
        (24, 258, 150, "外廓尺寸", "dimensions_mm", lengths(4631, 1821, random.randint(1400, 1500))),
        (470, 258, 620, "准牵引总质量", "", "--"),
        (24, 324, 150, "备    注", "", ""),
    )
    for x, y, at, label, name, value in places:
        paper.say(left + x, y, label)
        paper.put(name, left + at, y, value)
        paper.dotted(left + at, left + (450 if x < 100 else 850), y + 22)
    paper.say(left + 24, 450, "检验记录")
    until = f"检验有效期至{random.randint(2023, 2026)}年0{random.randint(1, 9)}月{car.plate[:2]}(01)"
    page.frame((left + 150, 420, left + 760, 480), (60, 60, 60), 2)
    paper.put("inspection_record", left + 160, 456, until, size=30)
    paper.bars((left + 380, 520, left + 820, 550))
    paper.put("barcode_number", left + 470, 580, f"*{numbers.digits(random, 13)}*", size=22)
    page.ignored |= {"barcode_number", "remark"}


@form("vehicle_license", "main", (880, 610))
def vehicle_main(page: Page, personas: Personas) -> None:
    _vehicle_main(page, personas)


@form("vehicle_license", "sub", (880, 610))
def vehicle_sub(page: Page, personas: Personas) -> None:
    _vehicle_sub(page, personas)


@form("vehicle_license", "both_under_film", (1800, 610))
def vehicle_both(page: Page, personas: Personas) -> None:
    """Both sides on one picture, a hologram over the owner's labels."""
    _vehicle_main(page, personas, film=True)
    _vehicle_sub(page, personas, 910)


def _driver_main(page: Page, personas: Personas, left: float = 0) -> None:
    holder = personas.person()
    first = personas.day("first", 2004, 2012)
    start = first.replace(year=first.year + 6)
    paper = _licence(page, left, (4, -5))
    page.band((left, 20, left + 880, 590), (214, 236, 222))
    page.guilloche((200, 226, 210))
    authority, rows = _police(holder)
    paper.say(left + 440, 64, "中华人民共和国机动车驾驶证", "m", size=36)
    paper.say(left + 440, 94, "Driving License of the People's Republic of China", "m", size=20, face="serif")
    page.band((left + 280, 108, left + 350, 142), (110, 110, 100))
    paper.say(left + 315, 125, "证号", "m", ink=(240, 244, 240))
    paper.put("license_number", left + 366, 132, holder.id_number, size=30, dots=0)
    places: tuple[tuple[float, float, float, str, str, str, str | Printed], ...] = (
        (24, 180, 90, "姓名", "Name", "name", holder.name),
        (380, 180, 440, "性别", "Sex", "sex", Printed(holder.sex, holder.sex_truth)),
        (560, 180, 640, "国籍", "Nationality", "nationality", "中国"),
        (24, 246, 90, "住址", "Address", "address", holder.address),
        (230, 350, 390, "出生日期", "Date of Birth", "birth_date", iso_day(holder.birth)),
        (230, 416, 410, "初次领证日期", "Date of First Issue", "first_issue_date", iso_day(first)),
        (230, 480, 420, "准驾车型", "Class", "vehicle_class", "C1"),
    )
    for x, y, at, label, below, name, value in places:
        paper.say(left + x, y, label, below=below)
        paper.put(name, left + at, y, value, size=25 if name == "address" else 27)
        paper.dotted(left + at, left + 850 if y < 300 else left + 600, y + 22)
    paper.say(left + 24, 550, "有效期限", below="Valid Period")
    end = start.replace(year=start.year + 10)
    span = Printed(f"{start} 至 {end}", f"{start}/{end}")
    paper.put("valid_period", left + 140, 550, span)
    page.know(valid_from=start.isoformat(), valid_to=end.isoformat(), issuing_authority=authority)
    page.chop((left + 24, 330, left + 210, 520), rows)
    page.photo((left + 640, 300, left + 850, 570))


def _driver_sub(page: Page, personas: Personas, left: float = 0) -> None:
    holder, random = personas.person(), personas.random("sub")
    paper = _licence(page, left, (0, 6))
    page.band((left, 20, left + 880, 590), (214, 236, 222))
    paper.say(left + 440, 70, "中华人民共和国机动车驾驶证副页", "m", size=34)
    page.band((left + 260, 108, left + 330, 142), (110, 110, 100))
    paper.say(left + 295, 125, "证号", "m", ink=(240, 244, 240))
    paper.put("license_number", left + 346, 126, holder.id_number, size=30, dots=0)
    paper.say(left + 24, 190, "姓名")
    paper.put("name", left + 90, 190, holder.name)
    paper.say(left + 400, 190, "档案编号")
    paper.put("file_number", left + 500, 190, numbers.digits(random, 12))
    paper.say(left + 24, 264, "记录")
    day = personas.day("noted", 2018, 2020)
    paper.put("record", left + 100, 264, f"自{day.year}年{day.month:02}月{day.day:02}日至有效起始日期有效。")
    for y in range(290, 560, 66):
        paper.dotted(left + 90, left + 850, y)


@form("driving_license", "main", (880, 610))
def driver_main(page: Page, personas: Personas) -> None:
    _driver_main(page, personas)


@form("driving_license", "both", (1800, 610))
def driver_both(page: Page, personas: Personas) -> None:
    _driver_main(page, personas)
    _driver_sub(page, personas, 910)


def _sale(page: Page, personas: Personas, shift: tuple[float, float], dots: int) -> Paper:
    """机动车销售统一发票: labels in cells of their own, two of them in two or three lines."""
    random, car, buyer, seller = (
        personas.random("sale"),
        personas.vehicle(),
        personas.company(1),
        personas.company(2, trade=2),
    )
    brown, day = (128, 72, 44), personas.day("sold", 2016, 2021)
    paper = Paper(page, Pen("serif", 21, brown), Pen("print", 23, (52, 52, 58), dots=dots), shift)
    paper.holes()
    rate = 17 if day.year < 2018 else 13
    total = Decimal(random.randint(60, 300) * 1000)
    amount = (total * 100 / (100 + rate)).quantize(Decimal("0.01"))
    paper.say(700, 60, "机动车销售统一发票", "m", width=560, size=40)
    page.know(title="机动车销售统一发票")
    paper.say(700, 116, "发 票 联", "m", size=36)
    paper.oval((700, 90), (180, 110), ("全国统一发票监制章", seller.town.province[:-1], "国家税务总局监制"))
    code, number = f"1{seller.town.region[:4]}{random.randint(10**6, 10**7 - 1)}", numbers.digits(random, 8)
    paper.say(980, 110, "发票代码")
    paper.put("invoice_code", 1080, 110, code, size=28)
    paper.say(980, 148, "发票号码")
    paper.put("invoice_number", 1080, 148, number, size=28)
    paper.say(110, 160, "开票日期")
    paper.put("issue_date", 230, 160, iso_day(day))
    left, right = 104, 1300
    rows = (186, 350, 430, 486, 542, 598, 654, 710, 766, 822, 896, 950)
    paper.grid((left, rows[0], right, rows[-1]), across=rows[1:-1], down=(264,))
    for place, (label, name, value) in enumerate(
        (
            ("机打代码", "printed_code", code),
            ("机打号码", "printed_number", number),
            ("机器编号", "machine_number", numbers.digits(random, 12)),
        )
    ):
        paper.say(184, 222 + place * 46, label, "m", width=124)
        paper.put(name, 300, 222 + place * 46, value)
    paper.upright(646, 200, 340, "税控码")
    for place in range(5):
        paper.put("", 690, 210 + place * 29, "".join(random.choices("0123456789*+-/<>", k=30)), size=22)
    page.ignored |= {"fiscal_code"}
    for place, text in enumerate(("购买方名称及", "身份证号码/", "组织机构代码")):
        paper.say(184, 366 + place * 24, text, "m", size=19)
    paper.put("buyer_name", 276, 370, buyer.name)
    paper.put("buyer_id", 300, 406, buyer.code)
    page.ignored.add("buyer_tax_id")
    paper.say(720, 390, "纳税人识别号", "m")

    def cells(row: int, *those: tuple[float, float, str, str, str | Printed]) -> None:
        """In one row: the label's middle, where the value stands, label, field, value."""
        y = (rows[row] + rows[row + 1]) / 2
        for middle, at, label, name, value in those:
            lines = label.split("\n")
            for place, text in enumerate(lines):
                paper.say(middle, y + (place - (len(lines) - 1) / 2) * 26, text, "m", size=20)
            paper.put(name, at, y, value)

    cells(
        2,
        (184, 280, "车 辆 类 型", "vehicle_type", car.kind),
        (570, 640, "厂牌型号", "brand_model", car.brand + car.model),
        (1020, 1080, "产 地", "origin", seller.town.city),
    )
    cells(
        3,
        (184, 280, "合 格 证 号", "certificate_number", f"WEL{numbers.digits(random, 12)}"),
        (590, 700, "进口证明书号", "", ""),
        (1000, 1080, "商检单号", "", ""),
    )
    cells(
        4,
        (184, 280, "发动机号码", "engine_number", car.engine),
        (740, 880, "车辆识别代号/车架号码", "vin", car.vin),
    )
    cells(
        5,
        (184, 340, "价 税 合 计", "total_cn", in_capitals(total)),
        (980, 1040, "小写", "total", money(total)),
    )
    paper.say(310, (rows[5] + rows[6]) / 2, "⊗", size=26, face="sans")
    cells(
        6,
        (184, 280, "销货单位名称", "seller_name", seller.name),
        (900, 960, "电话", "seller_phone", seller.phone),
    )
    cells(
        7,
        (184, 280, "纳税人识别号", "seller_tax_id", seller.code),
        (900, 960, "账号", "seller_account", seller.account),
    )
    cells(
        8,
        (184, 280, "地      址", "seller_address", seller.address),
        (770, 840, "开户银行", "seller_bank", seller.bank),
    )
    cells(
        9,
        (184, 290, "增值税税率\n或征收率", "tax_rate", Printed(f"{rate}%", str(rate))),
        (460, 540, "增值税\n税  额", "tax", money(total - amount)),
        (800, 900, "主管税务\n机关及代码", "", ""),
    )
    paper.put("tax_authority", 880, 846, f"{seller.town.city}税务局")
    paper.put("tax_authority_code", 900, 876, f"1{seller.town.region}00")
    cells(
        10,
        (184, 350, "不 含 税 价", "amount", money(amount)),
        (640, 740, "完税凭证号码", "", ""),
        (960, 1010, "吨位", "", "-"),
        (1160, 1250, "限乘人数", "seating_capacity", Printed("5", 5)),
    )
    paper.say(280, 923, "小写")
    paper.say(110, 980, "销货单位盖章")
    paper.say(560, 980, "开票人")
    paper.put("issuer", 650, 980, personas.person(3).name)
    paper.say(980, 980, "备注:一车一票")
    page.know(remark="一车一票")
    paper.upright(1340, 240, 780, "第一联发票联购货单位付款凭证")
    page.ignored.add("remark")
    return paper


@form("vehicle_sale_invoice", "paper", (1400, 1010), (238, 230, 226))
def sale(page: Page, personas: Personas) -> None:
    _sale(page, personas, (0, 0), 0)


@form("vehicle_sale_invoice", "misplaced", (1400, 1010), (246, 240, 236))
def sale_misplaced(page: Page, personas: Personas) -> None:
    """Needle print, a quarter of a line too high."""
    _sale(page, personas, (6, -9), 24)


@form("vehicle_sale_invoice", "covered", (1400, 1010), (238, 230, 226))
def sale_covered(page: Page, personas: Personas) -> None:
    paper = _sale(page, personas, (0, 0), 0)
    paper.cover("certificate_number", "vin", "buyer_id", "seller_account", "seller_tax_id")
