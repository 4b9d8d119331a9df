"""Cards, passports and licences of other issuers and years."""

from datetime import date

from local.samples import numbers
from local.samples.catalogue import form
from local.samples.page import Page
from local.samples.paper import Paper, Pen
from local.samples.personas import Personas
from local.samples.values import Printed, chinese_day, dotted_day, iso_day, lengths, measured, period

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def _passport(
    page: Page,
    personas: Personas,
    code: str,
    head: str,
    holder: tuple[str, str, str, bool],
    number: str,
    day: str,
    rows: tuple[tuple[float, float, str, str], ...],
    words: dict[str, str],
) -> None:
    """A data page by its labels: where each stands, what it says, which field stands below it."""
    surname, given, nationality, male = holder
    birth = personas.day("birth", 1962, 2000)
    start, end = personas.span("validity", 2013, 2021, 10)
    page.guilloche((226, 226, 234), 60)
    paper = Paper(page, Pen("sans", 16, (60, 80, 130)), Pen("sans", 28))
    paper.say(70, 54, head, size=30)
    page.photo((70, 150, 360, 530), (222, 222, 226))

    def written(one: date) -> Printed:
        return Printed(day.format(one, MONTHS[one.month - 1]), one.isoformat())

    values: dict[str, str | Printed] = {
        "passport_type": "P",
        "country_code": code,
        "passport_number": number,
        "surname": surname,
        "given_names": given,
        "nationality": nationality,
        "birth_date": written(birth),
        "sex": Printed("M" if male else "F", "male" if male else "female"),
        "issue_date": written(start),
        "expiry_date": written(end),
        **words,
    }
    for x, y, label, name in rows:
        paper.say(x, y, label)
        paper.put(name, x, y + 33, values[name])
    lines = numbers.passport_lines("P", surname, given, number, code, birth, male, end)
    page.machine_readable(lines, page.height - 134, 64)
    page.know(mrz_line1=lines[0], mrz_line2=lines[1])
    page.ignored |= {"passport_type", "name_zh", "name_en", "issue_place"}


@form("passport", "india", (1280, 900), (238, 242, 240))
def india(page: Page, personas: Personas) -> None:
    rows = (
        (410, 120, "Type", "passport_type"),
        (540, 120, "Country Code", "country_code"),
        (820, 120, "Passport No.", "passport_number"),
        (410, 200, "Surname", "surname"),
        (410, 280, "Given Name(s)", "given_names"),
        (410, 360, "Nationality", "nationality"),
        (680, 360, "Sex", "sex"),
        (820, 360, "Date of Birth", "birth_date"),
        (410, 440, "Place of Birth", "birth_place"),
        (410, 520, "Place of Issue", "issue_place"),
        (410, 600, "Date of Issue", "issue_date"),
        (820, 600, "Date of Expiry", "expiry_date"),
    )
    words = {"birth_place": "JAIPUR, RAJASTHAN", "issue_place": "JAIPUR"}
    holder = ("SHARMA", "ISHITA MOHINI", "INDIAN", False)
    _passport(page, personas, "IND", "REPUBLIC OF INDIA", holder, "J8369854", "{0:%d/%m/%Y}", rows, words)


@form("passport", "norway", (1280, 900), (244, 240, 238))
def norway(page: Page, personas: Personas) -> None:
    rows = (
        (410, 110, "Type/Type", "passport_type"),
        (560, 110, "Landkode/Country code", "country_code"),
        (860, 110, "Passnr./Passport No.", "passport_number"),
        (410, 185, "Etternavn/Surname", "surname"),
        (410, 260, "Fornavn/Given names", "given_names"),
        (410, 335, "Nasjonalitet/Nationality", "nationality"),
        (410, 410, "Fødselsdato/Date of birth", "birth_date"),
        (860, 410, "Kjønn/Sex", "sex"),
        (410, 485, "Fødested/Place of birth", "birth_place"),
        (410, 560, "Utstedt dato/Date of issue", "issue_date"),
        (860, 560, "Utløpsdato/Date of expiry", "expiry_date"),
        (410, 635, "Myndighet/Authority", "issuing_authority"),
    )
    words = {"birth_place": "TROMSO", "issuing_authority": "POLITIET I OSLO"}
    holder = ("SOLBERG", "OLE KRISTIAN", "NORSK/NORWEGIAN", True)
    _passport(page, personas, "NOR", "NORGE  NOREG  NORWAY", holder, "FHC002549", "{0:%d.%m.%Y}", rows, words)


@form("passport", "germany", (1280, 880), (246, 244, 236))
def germany(page: Page, personas: Personas) -> None:
    rows = (
        (410, 100, "Typ/Type/Type", "passport_type"),
        (560, 100, "Kode/Code/Code", "country_code"),
        (820, 100, "Pass-Nr./Passport No./Passeport No.", "passport_number"),
        (410, 180, "1. Name/Surname/Nom", "surname"),
        (410, 260, "2. Vornamen/Given names/Prénoms", "given_names"),
        (410, 340, "3. Geburtstag/Date of birth/Date de naissance", "birth_date"),
        (900, 340, "4. Geschlecht/Sex/Sexe", "sex"),
        (410, 420, "5. Staatsangehörigkeit/Nationality/Nationalité", "nationality"),
        (410, 500, "6. Geburtsort/Place of birth/Lieu de naissance", "birth_place"),
        (410, 580, "7. Ausstellungsdatum/Date of issue/Date de délivrance", "issue_date"),
        (900, 580, "9. Behörde/Authority/Autorité", "issuing_authority"),
        (410, 660, "8. Gültig bis/Date of expiry/Date d'expiration", "expiry_date"),
    )
    words = {"birth_place": "BREMEN", "issuing_authority": "STADT KOELN"}
    holder = ("MUSTERFELD", "GISELA", "DEUTSCH", False)
    _passport(page, personas, "D<<", "BUNDESREPUBLIK DEUTSCHLAND", holder, "C01X0006H", "{0:%d.%m.%Y}", rows, words)
    page.know(country_code="D")


@form("passport", "singapore_like", (1280, 860), (250, 238, 238))
def island(page: Page, personas: Personas) -> None:
    """Labels and values on one line, the whole name as one text."""
    rows = (
        (410, 110, "Type", "passport_type"),
        (540, 110, "Country Code", "country_code"),
        (820, 110, "Passport Number", "passport_number"),
        (410, 200, "Surname", "surname"),
        (820, 200, "Given Names", "given_names"),
        (410, 290, "Sex", "sex"),
        (540, 290, "Nationality", "nationality"),
        (410, 380, "Date of birth", "birth_date"),
        (820, 380, "Place of birth", "birth_place"),
        (410, 470, "Date of issue", "issue_date"),
        (820, 470, "Date of expiry", "expiry_date"),
        (410, 560, "Authority", "issuing_authority"),
    )
    words = {"birth_place": "UTOPIA CITY", "issuing_authority": "MINISTRY OF HOME AFFAIRS"}
    holder = ("GUO", "SONG OLIVIA", "UTOPIAN", False)
    _passport(
        page, personas, "UTO", "REPUBLIC OF UTOPIA  PASSPORT", holder, "K0000130E", "{0:%d} {1} {0:%Y}", rows, words
    )


@form("business_license", "wide_rows", (1480, 1040), (250, 250, 246))
def license_wide(page: Page, personas: Personas) -> None:
    """Labels to the left of a rule, values in two columns of other order than usual; an individual's business."""
    firm, chief = personas.company(4), personas.person(4)
    founded = personas.day("founded", 2012, 2020)
    approved = personas.later(founded, "approved", 700)
    page.guilloche((238, 238, 226), 60)
    page.frame((30, 30, page.width - 30, page.height - 30), (160, 130, 60), 5)
    page.emblem((740, 110), 46)
    paper = Paper(page, Pen("serif", 27, (50, 50, 56)), Pen("serif", 27))
    paper.say(740, 210, "营 业 执 照", "m", size=64)
    paper.say(740, 272, "(副 本)", "m", size=26)
    page.know(is_duplicate=True)
    paper.say(1060, 150, "统一社会信用代码", size=22)
    paper.put("uscc", 1060, 186, firm.code)
    rows: tuple[tuple[float, float, str, str, str | Printed], ...] = (
        (100, 350, "名        称", "name", firm.name),
        (800, 350, "注 册 资 本", "registered_capital", "贰佰万元整"),
        (100, 420, "类        型", "type", "有限责任公司(自然人独资)"),
        (800, 420, "成 立 日 期", "establish_date", chinese_day(founded)),
        (100, 490, "法定代表人", "legal_representative", chief.name),
        (100, 560, "住        所", "address", firm.address),
        (100, 630, "经 营 范 围", "business_scope", firm.scope),
    )
    for x, y, label, name, value in rows:
        paper.say(x, y, label)
        paper.put(name, x + 190, y, value, width=480 if x < 500 and y < 600 else 900)
    paper.say(860, 830, "登 记 机 关", size=30)
    day = f"{approved.year}年{approved.month}月{approved.day}日"
    paper.put("registration_date", 1040, 920, Printed(day, approved.isoformat()))
    page.seal((1160, 850), 100, f"{firm.town.city}市场监督管理局", "", -5)
    page.ignored |= {"registration_authority", "seal"}


@form("vehicle_license", "new_main", (1000, 660), (240, 240, 248))
def vehicle(page: Page, personas: Personas) -> None:
    """The card since 2008 in another printer's type, values a little high."""
    car, owner = personas.vehicle(3), personas.person(3)
    registered = personas.day("registered", 2014, 2021)
    paper = Paper(page, Pen("serif", 22, (80, 80, 110)), Pen("sans", 27, (40, 40, 50)), (-3, -6))
    paper.caption = Pen("sans", 13, (80, 80, 110))
    page.guilloche((226, 226, 240))
    paper.say(500, 50, "中华人民共和国机动车行驶证", "m", size=38)
    paper.say(500, 86, "Vehicle License of the People's Republic of China", "m", size=18)
    authority = f"{owner.town.city}公安局交通警察支队"
    rows: tuple[tuple[float, float, float, str, str, str, str | Printed], ...] = (
        (30, 140, 150, "号牌号码", "Plate No.", "plate_number", car.plate),
        (450, 140, 580, "车辆类型", "Vehicle Type", "vehicle_type", car.kind),
        (30, 212, 150, "所有人", "Owner", "owner", personas.company(3).name),
        (30, 284, 150, "住址", "Address", "address", personas.company(3).address),
        (30, 356, 150, "使用性质", "Use Character", "use_character", "营转非"),
        (400, 356, 520, "品牌型号", "Model", "brand_model", car.brand + car.model),
        (260, 436, 430, "车辆识别代号", "VIN", "vin", car.vin),
        (260, 508, 430, "发动机号码", "Engine No.", "engine_number", car.engine),
        (260, 590, 370, "注册日期", "Register Date", "register_date", iso_day(registered)),
        (620, 590, 730, "发证日期", "Issue Date", "issue_date", iso_day(personas.later(registered, "issued", 300))),
    )
    for x, y, at, label, below, name, value in rows:
        paper.say(x, y, label, below=below)
        paper.put(name, at, y, value)
    half = -(-len(authority) // 3)
    page.chop((36, 420, 220, 630), (authority[:half], authority[half : 2 * half], authority[2 * half :]))
    page.know(issuing_authority=authority)


@form("vehicle_license", "new_sub", (1000, 660), (240, 240, 248))
def vehicle_back(page: Page, personas: Personas) -> None:
    car, random = personas.vehicle(3), personas.random("sub")
    paper = Paper(page, Pen("serif", 22, (80, 80, 110)), Pen("sans", 26, (40, 40, 50)), (4, 6))
    rows: tuple[tuple[float, float, float, str, str, str | Printed], ...] = (
        (30, 70, 150, "号牌号码", "plate_number", car.plate),
        (520, 70, 660, "档案编号", "file_number", numbers.digits(random, 12)),
        (30, 146, 170, "核定载人数", "approved_passengers", measured(7, "人")),
        (520, 146, 660, "总质量", "gross_mass_kg", measured(random.randint(1800, 2300), "kg")),
        (30, 222, 170, "整备质量", "curb_mass_kg", measured(random.randint(1200, 1700), "kg")),
        (520, 222, 660, "核定载质量", "", "--"),
        (30, 298, 170, "外廓尺寸", "dimensions_mm", lengths(4720, 1850, random.randint(1500, 1700))),
        (520, 298, 680, "准牵引总质量", "", "--"),
        (30, 374, 170, "备注", "", ""),
        (
            30,
            500,
            170,
            "检验记录",
            "inspection_record",
            f"检验有效期至{random.randint(2023, 2026)}年11月",
        ),
    )
    for x, y, at, label, name, value in rows:
        paper.say(x, y, label)
        paper.put(name, at, y, value)


@form("id_card", "portrait_far", (860, 560), (236, 242, 246))
def resident(page: Page, personas: Personas) -> None:
    """A long name and address, serif labels, a watermark across."""
    holder = personas.person(6)
    page.guilloche((224, 232, 240))
    paper = Paper(page, Pen("serif", 23, (70, 120, 160)), Pen("sans", 27))
    for y, label in ((70, "姓  名"), (128, "性  别"), (186, "出  生"), (246, "住  址")):
        paper.say(50, y, label)
    name = "阿依努尔·买买提江"
    paper.put("name", 140, 70, name)
    paper.put("sex", 140, 128, Printed(holder.sex, holder.sex_truth))
    paper.say(250, 128, "民  族")
    paper.put("ethnicity", 340, 128, "维吾尔")
    birth = holder.birth
    spread = f"{birth.year}  年 {birth.month}  月 {birth.day}  日"
    paper.put("birth_date", 140, 186, Printed(spread, birth.isoformat()))
    paper.put("address", 140, 246, holder.address, width=400, size=25)
    paper.say(50, 490, "公民身份号码")
    paper.put("id_number", 280, 490, holder.id_number, face="ocrb", size=34)
    page.photo((580, 80, 810, 380))
    paper.watermark("仅限核验", strength=0.2, size=38)


@form("bank_card", "flat", (1000, 630), (242, 242, 240))
def card(page: Page, personas: Personas) -> None:
    """A flat dark print on a white card, the number in one row at the bottom."""
    random, holder = personas.random("card"), personas.person(2)
    number = numbers.luhn(random, "622588", 16)
    bank = personas.company(3).bank.split("银行")[0] + "银行"
    paper = Paper(page, Pen("sans", 22, (70, 70, 80)), Pen("mono", 40, (40, 40, 50)))
    page.draw.rounded_rectangle((80, 180, 200, 270), 14, fill=(222, 190, 110))
    paper.put("bank_name", 920, 70, bank, "r", face="sans", size=40)
    paper.say(80, 70, "贷记卡 CREDIT", size=28)
    paper.put("card_number", 80, 420, Printed(" ".join(number[at : at + 4] for at in range(0, 16, 4)), number))
    month, year = random.randint(1, 12), random.randint(27, 31)
    paper.say(80, 490, "GOOD THRU 有效期", size=18)
    paper.put("valid_to", 280, 490, f"{month:02}/{year}", size=30)
    paper.put("holder_name", 80, 556, f"{holder.given_latin} {holder.surname_latin}", size=30)
    paper.say(920, 556, "UnionPay 银联", "r", size=32)
    page.know(card_type="credit")
    page.ignored |= {"bank_name", "card_name", "bank_code"}


@form("driving_license", "main_older", (980, 640), (222, 238, 228))
def driver(page: Page, personas: Personas) -> None:
    """The card of 2004: 有效起始日期 and 有效期限 apart."""
    holder = personas.person(4)
    first = personas.day("first", 2005, 2011)
    paper = Paper(page, Pen("serif", 22, (60, 90, 80)), Pen("print", 28, (50, 50, 60), dots=22), (0, 7))
    paper.caption = Pen("serif", 14, (60, 90, 80))
    page.guilloche((206, 228, 214))
    paper.say(490, 50, "中华人民共和国机动车驾驶证", "m", size=38)
    paper.say(490, 86, "Driving License of the People's Republic of China", "m", size=18)
    paper.say(280, 130, "证号")
    paper.put("license_number", 350, 124, holder.id_number, dots=0)
    authority = f"{holder.town.city}公安局交通警察支队"
    rows: tuple[tuple[float, float, float, str, str, str, str | Printed], ...] = (
        (30, 190, 100, "姓名", "Name", "name", holder.name),
        (420, 190, 480, "性别", "Sex", "sex", Printed(holder.sex, holder.sex_truth)),
        (640, 190, 720, "国籍", "Nationality", "nationality", "中国"),
        (30, 262, 100, "住址", "Address", "address", holder.address),
        (270, 350, 440, "出生日期", "Date of Birth", "birth_date", iso_day(holder.birth)),
        (270, 424, 440, "初次领证日期", "Date of First Issue", "first_issue_date", iso_day(first)),
        (270, 498, 440, "准驾车型", "Class", "vehicle_class", "B2"),
    )
    for x, y, at, label, below, name, value in rows:
        paper.say(x, y, label, below=below)
        paper.put(name, at, y, value, size=26)
    start = first.replace(year=first.year + 6)
    paper.say(30, 590, "有效期限", below="Valid Period")
    end = start.replace(year=start.year + 10)
    paper.put("valid_period", 150, 590, Printed(f"{start}至{end}", f"{start}/{end}"))
    page.know(valid_from=start.isoformat(), valid_to=end.isoformat())
    third = -(-len(authority) // 3)
    page.chop((30, 330, 220, 540), (authority[:third], authority[third : 2 * third], authority[2 * third :]))
    page.know(issuing_authority=authority)
    page.photo((730, 310, 940, 590))


@form("hk_macau_exit_permit_front", "other_type", (1020, 640), (238, 240, 246))
def permit(page: Page, personas: Personas) -> None:
    holder = personas.person(3)
    start, end = personas.span("validity", 2016, 2021, 10)
    number = "C" + numbers.digits(personas.random("number"), 8)
    page.guilloche((226, 228, 236), 50)
    paper = Paper(page, Pen("serif", 19, (90, 90, 120)), Pen("serif", 27))
    paper.say(60, 60, "往来港澳通行证", size=38)
    page.photo((700, 120, 950, 440))
    paper.put("permit_number", 960, 60, number, "r", face="ocrb", size=34)
    rows: tuple[tuple[float, float, str, str, str | Printed], ...] = (
        (60, 120, "姓名 Name", "name_zh", holder.name),
        (
            60,
            240,
            "出生日期 Date of birth",
            "birth_date",
            dotted_day(holder.birth),
        ),
        (380, 240, "性别 Sex", "sex", Printed(holder.sex, holder.sex_truth)),
        (60, 330, "有效期限 Valid period", "valid_period", period(start, end)),
        (60, 420, "签发机关 Authority", "issuing_authority", "中华人民共和国出入境管理局"),
        (480, 420, "签发地点 Place", "issue_place", holder.town.province[:-1]),
    )
    for x, y, label, name, value in rows:
        paper.say(x, y, label)
        paper.put(name, x, y + 34, value)
    paper.put("name_en", 60, 192, f"{holder.surname_latin}, {holder.given_latin}", size=24)
    line = numbers.exit_permit_line(number, holder.birth, end)
    page.machine_readable([line], 556, 60)
    page.know(mrz=line, valid_from=start.isoformat(), valid_to=end.isoformat())
