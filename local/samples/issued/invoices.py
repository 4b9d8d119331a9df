"""Value-added tax invoices: on paper of both heads, ordinary, rolled, electronic, digital."""

from datetime import date
from decimal import Decimal
from random import Random

from local.samples import numbers
from local.samples.catalogue import form
from local.samples.flow import line_items
from local.samples.goods import ITEMS, Goods, goods
from local.samples.page import Colour, Page
from local.samples.paper import Paper, Pen
from local.samples.personas import Company, Personas
from local.samples.values import Printed, chinese_day, in_capitals, money

BROWN, GREEN, NAVY = (128, 72, 44), (36, 92, 66), (40, 44, 120)
NAVY_PRINT = Pen("print", 22, NAVY)
SECRET = "0123456789*+-/<>"
# Where the columns of the goods begin, and the box's right end.
COLUMNS = (122, 430, 580, 652, 762, 908, 1078, 1162, 1330)
HEADS = ("货物或应税劳务、服务名称", "规格型号", "单位", "数 量", "单 价", "金 额", "税率", "税 额")


def _plainly(day: date) -> Printed:
    return Printed(f"{day.year}年{day.month:02}月{day.day:02}日", day.isoformat())


def _secret(paper: Paper, random: Random, x: float, y: float, pitch: float, size: int) -> None:
    for number in range(4):
        paper.put("", x, y + number * pitch, "".join(random.choices(SECRET, k=21)), size=size, wide=2)
    paper.page.ignored.add("password_area")


def _party(paper: Paper, side: str, top: float, firm: Company, labels: tuple[str, ...], broken: str) -> None:
    """The four lines of a buyer or seller; `broken` is how its head is written, downwards."""
    values = (firm.name, firm.code, f"{firm.address} {firm.phone}", f"{firm.bank} {firm.account}")
    truths = (firm.name, firm.code, f"{firm.address}{firm.phone}", f"{firm.bank}{firm.account}")
    fields = ("name", "tax_id", "address_phone", "bank_account")
    paper.upright(144, top + 4, top + 128, broken, size=21)
    for number, (label, name) in enumerate(zip(labels, fields, strict=True)):
        y = top + 20 + number * 30
        paper.say(182, y, label, size=19, width=126)
        paper.say(310, y, ":", size=19)
        size, wide = (26, 2.5) if name == "tax_id" else (20, 0)
        paper.put(f"{side}_{name}", 322, y, Printed(values[number], truths[number]), size=size, wide=wide)


def _goods(paper: Paper, top: float, bottom: float, heads: tuple[str, ...], sold: Goods) -> None:
    paper.grid((122, top, 1330, bottom), down=COLUMNS[1:-1])
    middles = [(left + right) / 2 for left, right in zip(COLUMNS, COLUMNS[1:], strict=False)]
    for middle, head in zip(middles, heads, strict=True):
        paper.say(middle, top + 20, head, "m", size=20)
    for number, row in enumerate(sold.rows()):
        for place, cell in enumerate(row):
            ends = place in (3, 4, 5, 7)
            x = COLUMNS[place + 1] - 8 if ends else COLUMNS[place] + 6
            paper.put("", x, top + 52 + number * 30, cell, "r" if ends else "l", size=19)
    paper.say(middles[0], bottom - 20, "合计", "m", width=150, size=22)
    paper.put("amount", COLUMNS[6] - 8, bottom - 20, money(sold.amount), "r", size=22)
    paper.put("tax", COLUMNS[8] - 8, bottom - 20, money(sold.tax), "r", size=22)
    paper.page.know(items=line_items(ITEMS, sold.rows()))


def _sheet(
    page: Page,
    personas: Personas,
    ink: Colour,
    kind: str,
    sides: tuple[str, str],
    labels: tuple[str, ...],
    heads: tuple[str, ...] = HEADS,
    shift: tuple[float, float] = (0, 0),
    pen: Pen = NAVY_PRINT,
    years: tuple[int, int] = (2018, 2021),
    checked: bool = False,
    first: str = "抵扣联",
) -> Paper:
    """The sheet of three parts, 240 by 140 mm: code and number stand beside the title without labels."""
    paper = Paper(page, Pen("serif", 22, ink), pen, shift)
    random, buyer, seller = personas.random("sheet"), personas.company(1), personas.company(2)
    sold = goods(
        personas.random("goods"), random.randint(1, 3), random.choice((17, 13, 6) if years[1] < 2018 else (13, 9, 6))
    )
    province = seller.town.province[:-1]
    code = f"{seller.town.region[:2]}00{years[1] % 100:02}{random.choice((13, 17, 23))}{random.randint(10, 99)}"
    number, day = f"{random.randint(10**6, 10**8 - 1):08}", personas.day("issued", *years)
    paper.holes()
    page.ignored |= {"form_type", "company_seal", "qr_code"}
    paper.put("invoice_code", 262, 66, code, size=34, wide=2, dots=0, ink=ink)
    paper.say(700, 48, f"{province}{kind}", "m", size=38, width=420)
    page.know(title=f"{province}{kind}")
    paper.rule(520, 88, 880, 88)
    paper.rule(520, 93, 880, 93)
    paper.say(700, 122, first, "m", size=30, width=130)
    paper.oval((700, 92), (180, 106), ("全国统一发票监制章", province, "国家税务总局监制"))
    paper.say(960, 62, "№", size=38)
    paper.put("invoice_number", 1016, 62, number, size=40, bold=True, wide=2, dots=0, ink=(60, 66, 140))
    for place, small in enumerate((code, number)):
        paper.put("", 1326, 58 + place * 26, small, "r", size=18)
    paper.say(1000, 124, "开票日期:", size=20)
    paper.put("issue_date", 1106, 124, _plainly(day), size=20)
    if checked:
        paper.say(262, 126, "校验码", size=18)
        digits = numbers.digits(random, 20)
        grouped = " ".join(digits[place : place + 5] for place in range(0, 20, 5))
        paper.put("check_code", 330, 126, Printed(grouped, digits), size=18)
    paper.grid((122, 158, 1330, 292), down=(166, 800, 842))
    _party(paper, "buyer", 158, buyer, labels, sides[0])
    paper.upright(821, 164, 288, "密码区", size=21)
    _secret(paper, random, 856, 182, 30, 24)
    _goods(paper, 292, 516, heads, sold)
    total = sold.amount + sold.tax
    paper.grid((122, 516, 1330, 560), down=(430,))
    paper.say(276, 538, "价税合计(大写)", "m", size=21)
    paper.say(446, 538, "⊗", size=28, face="sans")
    paper.put("total_cn", 480, 538, in_capitals(total), size=23)
    paper.say(950, 538, "(小写)", size=21)
    paper.put("total", 1036, 538, money(total), size=23)
    paper.grid((122, 560, 1330, 694), down=(166, 800, 842))
    _party(paper, "seller", 560, seller, labels, sides[1])
    paper.upright(821, 566, 690, "备注", size=21)
    _signers(paper, personas, 714)
    paper.say(1010, 714, f"{sides[1]}:(章)", size=20)
    paper.upright(1356, 200, 600, f"第二联{first}购买方记账凭证", size=15)
    page.invoice_code((136, 36, 254, 154), "04" if checked else "01")
    paper.turned(96, 420, f"税总函[{day.year - 1}]102号北京印钞有限公司", size=14)
    page.seal((1130, 640), 92, seller.name, "发票专用章", -6)
    return paper


def _signers(paper: Paper, personas: Personas, y: float) -> None:
    for place, (name, label) in enumerate((("payee", "收款人:"), ("reviewer", "复核:"), ("issuer", "开票人:"))):
        x = 140 + place * 290
        paper.say(x, y, label, size=20)
        paper.put(name, x + 20 * len(label) + 6, y, personas.person(3 + place).name, size=21)


NEW = ("名称", "纳税人识别号", "地址、电话", "开户行及账号")
OLD = ("名称", "纳税人识别号", "地址、电话", "开户行及帐号")


@form("vat_invoice", "special", (1440, 740), (250, 246, 240))
def special(page: Page, personas: Personas) -> None:
    _sheet(page, personas, BROWN, "增值税专用发票", ("购买方", "销售方"), NEW, pen=Pen("print", 22, NAVY, dots=24))


@form("vat_invoice", "special_old_heads", (1440, 740), (247, 248, 243))
def special_old_heads(page: Page, personas: Personas) -> None:
    """The form until 2014: 购货单位, 销货单位, 货物或应税劳务名称."""
    heads = ("货物或应税劳务名称", *HEADS[1:])
    paper = _sheet(
        page,
        personas,
        GREEN,
        "增值税专用发票",
        ("购货单位", "销货单位"),
        OLD,
        heads,
        (3, 4),
        Pen("print", 22),
        (2010, 2014),
        first="发票联",
    )
    paper.say(262, 112, "机器编号", size=17)
    paper.put("machine_number", 340, 112, numbers.digits(personas.random("machine"), 12), size=17)


@form("vat_invoice", "special_misplaced", (1440, 740), (252, 250, 248))
def special_misplaced(page: Page, personas: Personas) -> None:
    """Printed a third of a line too low and to the left."""
    pen = Pen("print", 22, (52, 48, 92), dots=24)
    paper = _sheet(page, personas, BROWN, "增值税专用发票", ("购买方", "销售方"), NEW, shift=(-9, 9), pen=pen)
    paper.put("remark", 856, 590, f"订单号:9{numbers.digits(personas.random('order'), 10)}", size=20)


@form("vat_invoice", "ordinary", (1440, 740), (244, 248, 244))
def ordinary(page: Page, personas: Personas) -> None:
    pen = Pen("print", 22)
    _sheet(page, personas, GREEN, "增值税普通发票", ("购买方", "销售方"), NEW, pen=pen, checked=True, first="发票联")


@form("vat_invoice", "covered", (1440, 740), (250, 246, 240))
def covered(page: Page, personas: Personas) -> None:
    """As such invoices are shown to others: the buyer and the accounts made unreadable."""
    paper = _sheet(page, personas, BROWN, "增值税专用发票", ("购买方", "销售方"), NEW, pen=Pen("print", 22, NAVY))
    paper.cover("buyer_name", "buyer_tax_id", "buyer_bank_account", "seller_bank_account", "payee")


@form("vat_invoice", "roll", (620, 1180), (250, 250, 248))
def roll(page: Page, personas: Personas) -> None:
    """增值税普通发票(卷票): 76 mm wide, everything below each other, no table rules."""
    random, buyer, seller = personas.random("roll"), personas.company(1), personas.company(2)
    sold = goods(personas.random("goods"), 2, 6)
    paper = Paper(page, Pen("serif", 24, (170, 80, 60)), Pen("print", 24, (50, 50, 60), dots=24))
    province = seller.town.province[:-1]
    title = f"{province}增值税普通发票"
    paper.say(310, 60, title, "m", size=34)
    page.know(title=title)
    paper.oval((310, 92), (220, 110), ("全国统一发票监制章", province, "国家税务总局监制"))
    paper.say(310, 140, "发 票 联", "m", size=28)
    y = 190.0
    day = personas.day("issued", 2019, 2021)
    rows = [
        (
            "invoice_code",
            "发票代码",
            f"0{seller.town.region[:2]}001900107",
        ),
        ("invoice_number", "发票号码", numbers.digits(random, 8)),
        ("", "机打号码", ""),
        ("machine_number", "机器编号", numbers.digits(random, 12)),
        ("seller_name", "销售方名称", seller.name),
        ("seller_tax_id", "纳税人识别号", seller.code),
        ("issue_date", "开票日期", day.isoformat()),
        ("payee", "收款员", personas.person(3).name),
        ("buyer_name", "购买方名称", buyer.name),
        ("buyer_tax_id", "纳税人识别号", buyer.code),
    ]
    number = rows[1][2]
    for name, label, value in rows:
        paper.say(44, y, f"{label}:", size=22)
        y = paper.put(name, 44 + 23 * (len(label) + 1), y, value or number, width=566 - 23 * (len(label) + 1), size=22)
        y += 40
    for x, head in zip((44, 250, 350, 480), ("项目", "单价", "数量", "金额"), strict=True):
        paper.say(x, y, head, size=22)
    lines = []
    for name, _, _, price, count in sold.lines:
        each = (price * Decimal("1.06")).quantize(Decimal("0.01"))
        y += 36
        paper.put("", 44, y, name, size=22)
        y += 34
        paper.put("", 250, y, str(each), size=22)
        paper.put("", 360, y, str(count), size=22)
        paper.put("", 480, y, f"{each * count:.2f}", size=22)
        lines.append({"name": name, "unit_price": str(each), "quantity": str(count), "amount": f"{each * count:.2f}"})
    whole = sum((Decimal(line["amount"]) for line in lines), Decimal())
    page.know(items=lines)
    y += 52
    paper.say(44, y, "合计金额(小写):", size=22)
    paper.put("total", 250, y, money(whole), size=22)
    paper.say(44, y + 40, "合计金额(大写):", size=22)
    paper.put("total_cn", 250, y + 40, in_capitals(whole), size=22)
    digits = numbers.digits(random, 20)
    paper.say(44, y + 80, "校验码:", size=22)
    paper.put("check_code", 140, y + 80, digits, size=22)
    # Rolls print no amount without tax, and no column of tax: what the code says of it stands nowhere else.
    page.know(amount=f"{whole / Decimal('1.06'):.2f}")
    page.invoice_code((220, int(y) + 120, 380, int(y) + 280), "11")
    page.ignored |= {"qr_code", "form_type", "amount"}


@form("vat_invoice", "electronic_ordinary", (1400, 860))
def electronic_ordinary(page: Page, personas: Personas) -> None:
    """增值税电子普通发票 (2016): labelled code, number, date and check code in a column on the right."""
    random, buyer, seller = personas.random("electronic"), personas.company(1), personas.company(2)
    sold = goods(personas.random("goods"), 2, 13)
    paper = Paper(page, Pen("serif", 22, (150, 90, 40)), Pen("print", 21))
    province = seller.town.province[:-1]
    title = f"{province}增值税电子普通发票"
    paper.say(700, 60, title, "m", size=40)
    page.know(title=title)
    paper.oval((700, 104), (200, 110), ("全国统一发票监制章", province, "国家税务总局监制"))
    paper.say(84, 170, "机器编号:", size=20)
    paper.put("machine_number", 180, 170, numbers.digits(random, 12), size=20)
    check = numbers.digits(random, 20)
    grouped = " ".join(check[place : place + 5] for place in range(0, 20, 5))
    head: tuple[tuple[str, str, str | Printed], ...] = (
        (
            "invoice_code",
            "发票代码:",
            f"0{seller.town.region[:2]}001{random.randint(7, 9)}00111",
        ),
        ("invoice_number", "发票号码:", numbers.digits(random, 8)),
        ("issue_date", "开票日期:", _plainly(personas.day("issued", 2018, 2022))),
        ("check_code", "校 验 码:", Printed(grouped, check)),
    )
    for number, (name, label, value) in enumerate(head):
        paper.say(980, 44 + number * 34, label, size=20)
        paper.put(name, 1076, 44 + number * 34, value, size=20)
    _electronic_body(paper, personas, random, buyer, seller, sold, ("购买方", "销售方"))
    page.invoice_code((74, 30, 194, 150), "10")


def _electronic_body(
    paper: Paper,
    personas: Personas,
    random: Random,
    buyer: Company,
    seller: Company,
    sold: Goods,
    sides: tuple[str, str],
) -> None:
    page = paper.page
    for side, firm, top, broken in (("buyer", buyer, 190, sides[0]), ("seller", seller, 640, sides[1])):
        paper.grid((122, top, 1330, top + 134), down=(166, 800, 842))
        _party(paper, side, top, firm, NEW, broken)
    paper.upright(821, 196, 320, "密码区", size=21)
    _secret(paper, random, 856, 214, 30, 24)
    _goods(paper, 324, 590, HEADS, sold)
    total = sold.amount + sold.tax
    paper.grid((122, 590, 1330, 640), down=(430,))
    paper.say(276, 615, "价税合计(大写)", "m", size=21)
    paper.say(446, 615, "⊗", size=28, face="sans")
    paper.put("total_cn", 480, 615, in_capitals(total), size=22)
    paper.say(950, 615, "(小写)", size=21)
    paper.put("total", 1036, 615, money(total), size=22)
    paper.upright(821, 646, 770, "备注", size=21)
    _signers(paper, personas, 800)
    paper.say(1010, 800, "销售方:(章)", size=20)
    page.seal((1180, 760), 86, seller.name, "发票专用章", 4)
    page.ignored |= {"qr_code", "company_seal", "form_type"}


@form("vat_invoice", "digital_ordinary", (1400, 920))
def digital_ordinary(page: Page, personas: Personas) -> None:
    """电子发票(普通发票), since 2021: number and date on the right, the parties side by side, no code."""
    random, buyer, seller = personas.random("digital"), personas.company(1), personas.company(2)
    sold = goods(personas.random("goods"), 3, 6)
    ink = (140, 60, 50)
    paper = Paper(page, Pen("serif", 22, ink), Pen("print", 21))
    paper.say(700, 66, "电子发票（普通发票）", "m", size=42)
    page.know(title="电子发票(普通发票)")
    paper.oval((700, 96), (200, 104), ("全国统一发票监制章", "国家税务总局", f"{seller.town.province}税务局"))
    paper.say(980, 74, "发票号码:", size=21)
    paper.put("invoice_number", 1080, 74, f"2{numbers.digits(random, 19)}", size=21)
    paper.say(980, 112, "开票日期:", size=21)
    paper.put("issue_date", 1080, 112, chinese_day(personas.day("issued", 2022, 2024)), size=21)
    paper.grid((60, 180, 1340, 300), down=(104, 690, 734))
    for left, side, head, firm in ((60, "buyer", "购买方信息", buyer), (690, "seller", "销售方信息", seller)):
        paper.upright(left + 22, 184, 296, head, size=19)
        paper.say(left + 60, 212, "名称:", size=20)
        paper.put(f"{side}_name", left + 112, 212, firm.name, size=20)
        paper.say(left + 60, 266, "统一社会信用代码/纳税人识别号:", size=18)
        paper.put(f"{side}_tax_id", left + 342, 266, firm.code, size=20)
    page.frame((60, 300, 1340, 640), ink)
    stops = (74, 400, 560, 660, 790, 960, 1130, 1330)
    heads = ("项目名称", "规格型号", "单 位", "数 量", "单 价", "金 额", "税率/征收率", "税 额")
    for place, (stop, head) in enumerate(zip(stops, heads, strict=True)):
        paper.say(stop, 322, head, "r" if place in (3, 4, 5, 7) else "l", size=20)
    for number, row in enumerate(sold.rows()):
        for place, (stop, cell) in enumerate(zip(stops, row, strict=True)):
            paper.put("", stop, 358 + number * 32, cell, "r" if place in (3, 4, 5, 7) else "l", size=19)
    page.know(items=line_items(ITEMS, sold.rows()))
    paper.say(150, 612, "合    计", size=21)
    paper.put("amount", 960, 612, money(sold.amount), "r", size=21)
    paper.put("tax", 1330, 612, money(sold.tax), "r", size=21)
    paper.grid((60, 640, 1340, 690), down=(400,))
    total = sold.amount + sold.tax
    paper.say(230, 665, "价税合计（大写）", "m", size=21)
    paper.say(420, 665, "⊗", size=26, face="sans")
    paper.put("total_cn", 456, 665, in_capitals(total), size=21)
    paper.say(960, 665, "（小写）", size=21)
    paper.put("total", 1056, 665, money(total), size=21)
    paper.grid((60, 690, 1340, 830), down=(104,))
    paper.upright(82, 700, 820, "备注", size=21)
    paper.put("remark", 124, 722, "合同编号:HT-2024-018;项目地点:青禾市云溪区", size=20)
    paper.say(90, 862, "开票人:", size=21)
    paper.put("issuer", 176, 862, personas.person(5).name, size=21)
    page.invoice_code((70, 36, 190, 156), "32")
    page.ignored |= {"qr_code"}
