"""Identity cards, permits, passports, bank cards: cards and data pages as GA 490, GA 36 and ICAO 9303 set them."""

from dataclasses import dataclass
from datetime import date

from local.samples import numbers
from local.samples.catalogue import form
from local.samples.page import Page
from local.samples.paper import Paper, Pen
from local.samples.personas import Person, Personas
from local.samples.values import Printed, dotted_day, period

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
BLUE = (60, 110, 160)
SPELT = {"浙江": "ZHEJIANG", "广东": "GUANGDONG", "四川": "SICHUAN", "江苏": "JIANGSU", "湖北": "HUBEI"}


def _sex(person: Person) -> Printed:
    return Printed(person.sex, person.sex_truth)


def _portrait(page: Page, personas: Personas, scale: float = 1) -> Paper:
    """The side with the portrait of a resident's card, 85.6 by 54 mm: small light labels, dark values."""
    holder = personas.person()
    page.guilloche((222, 232, 240))
    paper = Paper(page, Pen("sans", int(26 * scale), BLUE), Pen("sans", int(32 * scale)))
    rows = ((80, "姓名"), (150, "性别"), (220, "出生"), (292, "住址"))
    for y, label in rows:
        paper.say(70 * scale, y * scale, label, width=56 * scale)
    paper.put("name", 150 * scale, 80 * scale, holder.name, size=int(36 * scale))
    paper.put("sex", 150 * scale, 150 * scale, _sex(holder))
    paper.say(270 * scale, 150 * scale, "民族")
    paper.put("ethnicity", 350 * scale, 150 * scale, holder.people)
    birth = holder.birth
    for x, number, unit, _behind in (
        (150, birth.year, "年", 96),
        (276, birth.month, "月", 50),
        (356, birth.day, "日", 50),
    ):
        paper.put("", x * scale, 220 * scale, str(number))
        paper.say((x + (96 if unit == "年" else 50)) * scale, 220 * scale, unit)
    page.know(birth_date=holder.birth.isoformat())
    paper.put("address", 150 * scale, 292 * scale, holder.address, width=430 * scale, size=int(30 * scale))
    paper.say(70 * scale, 560 * scale, "公民身份号码")
    paper.put("id_number", 320 * scale, 560 * scale, holder.id_number, face="ocrb", size=int(40 * scale))
    page.photo((660 * scale, 90 * scale, 930 * scale, 440 * scale))
    return paper


@form("id_card", "portrait", (1000, 640), (240, 245, 248))
def id_portrait(page: Page, personas: Personas) -> None:
    _portrait(page, personas)


@form("id_card", "portrait_small", (500, 320), (240, 245, 248))
def id_portrait_small(page: Page, personas: Personas) -> None:
    """As small as a card that was cut out of a scanned page."""
    _portrait(page, personas, 0.5)


@form("id_card", "portrait_watermark", (1000, 640), (240, 245, 248))
def id_portrait_watermark(page: Page, personas: Personas) -> None:
    paper = _portrait(page, personas)
    paper.watermark("仅供办理业务使用 他用无效")
    paper.cover("id_number")


@form("id_card", "emblem", (1000, 640), (243, 241, 240))
def id_emblem(page: Page, personas: Personas) -> None:
    start, end = personas.span("validity", 2012, 2021, 20)
    page.guilloche((232, 226, 226), 34)
    page.emblem((170, 160), 84)
    paper = Paper(page, Pen("sans", 28), Pen("sans", 32))
    paper.say(620, 120, "中华人民共和国", "m", width=480, size=52, face="serif")
    paper.say(620, 210, "居民身份证", "m", width=520, size=76, face="serif")
    paper.say(270, 480, "签发机关", size=27)
    paper.put("issuing_authority", 410, 480, personas.person().town.authority)
    paper.say(270, 550, "有效期限", size=27)
    paper.put("valid_period", 410, 550, period(start, end))
    page.know(valid_from=start.isoformat(), valid_to=end.isoformat())


def _month(day: date) -> Printed:
    return Printed(f"{day:%d} {day.month}月/{MONTHS[day.month - 1]} {day.year}", day.isoformat())


def _chinese_passport(page: Page, personas: Personas) -> Paper:
    """The data page of an ordinary passport of the People's Republic (GA 2013 form): labels in two languages above
    their values, the zone in OCR-B."""
    holder = personas.person()
    start, end = personas.span("validity", 2013, 2021, 10)
    end = end.replace(day=max(1, end.day - 1))
    number = "E" + numbers.digits(personas.random("number"), 8)
    page.guilloche((222, 230, 226), 70)
    paper = Paper(page, Pen("serif", 20, (110, 70, 50)), Pen("sans", 29))
    paper.say(90, 66, "中华人民共和国", size=36, width=330)
    paper.say(470, 66, "PEOPLE'S REPUBLIC OF CHINA", size=36)
    paper.say(250, 116, "护    照", "m", size=28)
    paper.say(250, 150, "PASSPORT", "m", size=20)
    page.photo((110, 190, 420, 580))
    zh = holder.town.province[:-1]
    place = f"{zh}/{SPELT[zh]}"
    places = (
        (470, 120, "类型/Type", "passport_type", "P"),
        (650, 120, "国家码/Country Code", "country_code", "CHN"),
        (900, 120, "护照号码/Passport No.", "passport_number", number),
        (470, 320, "性别/Sex", "sex", Printed(f"{holder.sex}/{'M' if holder.male else 'F'}", holder.sex_truth)),
        (600, 320, "国籍/Nationality", "nationality", "中国/CHINESE"),
        (850, 320, "出生日期/Date of birth", "birth_date", _month(holder.birth)),
        (470, 400, "出生地点/Place of birth", "birth_place", place),
        (850, 400, "签发日期/Date of issue", "issue_date", _month(start)),
        (470, 480, "签发地点/Place of issue", "issue_place", place),
        (850, 480, "有效期至/Date of expiry", "expiry_date", _month(end)),
    )
    for x, y, label, name, value in places:
        paper.say(x, y, label, size=18)
        paper.put(name, x + 6, y + 36, value)
    paper.say(470, 200, "姓名/Name", size=18)
    paper.put("name_zh", 476, 236, holder.name)
    latin = f"{holder.surname_latin},{holder.given_latin}"
    paper.put("name_en", 476, 274, Printed(latin, latin.replace(",", ", ")))
    paper.say(470, 560, "签发机关/Authority", size=18)
    paper.put("", 476, 594, "公安部出入境管理局", size=26)
    paper.say(476, 626, "MPS Exit & Entry Administration", size=20, face="sans", ink=(30, 30, 30))
    paper.say(850, 560, "持照人签名/Bearer's signature", size=18)
    names = holder.surname_latin, holder.given_latin
    lines = numbers.passport_lines("P", *names, number, "CHN", holder.birth, holder.male, end)
    page.machine_readable(lines, 716, 90)
    page.know(
        mrz_line1=lines[0],
        mrz_line2=lines[1],
        surname=holder.surname_latin,
        given_names=holder.given_latin,
        issuing_authority="公安部出入境管理局MPS Exit & Entry Administration",
    )
    page.ignored |= {"passport_type", "name_zh", "name_en", "issue_place"}
    return paper


@form("passport", "china", (1360, 880), (240, 240, 236))
def passport_china(page: Page, personas: Personas) -> None:
    _chinese_passport(page, personas)


@form("passport", "china_covered", (1360, 880), (240, 240, 236))
def passport_china_covered(page: Page, personas: Personas) -> None:
    paper = _chinese_passport(page, personas)
    paper.cover("passport_number", "name_zh", "name_en", "birth_date")
    page.picture.paste((226, 226, 222), (80, 690, 1290, 830))
    for name in ("mrz_line1", "mrz_line2", "surname", "given_names"):
        page.truth.pop(name)
        page.covered.add(name)


@dataclass(frozen=True)
class Foreign:
    """The words of a country's data page: labels in its languages, how it writes days, sexes and places."""

    code: str
    heads: tuple[str, ...]
    labels: tuple[str, ...]
    surname: str
    given: str
    nationality: str
    place: str
    authority: str
    number: str
    day: str
    male: str


COUNTRIES = {
    "utopia": Foreign(
        "UTO",
        ("UTOPIA", "PASSPORT / PASSEPORT"),
        (
            "Type/Type",
            "Country Code/Code du pays",
            "Passport No./N° de passeport",
            "Surname/Nom",
            "Given Names/Prénoms",
            "Nationality/Nationalité",
            "Date of birth/Date de naissance",
            "Sex/Sexe",
            "Place of birth/Lieu de naissance",
            "Date of issue/Date de délivrance",
            "Authority/Autorité",
            "Date of expiry/Date d'expiration",
        ),
        "NORDSTROM",
        "OLIVIA INGRID",
        "UTOPIAN",
        "ZENITH",
        "PASSPORT OFFICE",
        "L898902C3",
        "{0:%d} {1}/{1} {0:%Y}",
        "F",
    ),
    "poland": Foreign(
        "POL",
        ("RZECZPOSPOLITA POLSKA", "REPUBLIC OF POLAND / RÉPUBLIQUE DE POLOGNE"),
        (
            "TYP/TYPE/TYPE",
            "KOD/CODE/CODE",
            "NUMER PASZPORTU/PASSPORT No./PASSEPORT N°",
            "1. NAZWISKO/SURNAME/NOM",
            "2. IMIONA/GIVEN NAMES/PRÉNOMS",
            "3. OBYWATELSTWO/NATIONALITY/NATIONALITÉ",
            "4. DATA URODZENIA/DATE OF BIRTH/DATE DE NAISSANCE",
            "6. PŁEĆ/SEX/SEXE",
            "7. MIEJSCE URODZENIA/PLACE OF BIRTH/LIEU DE NAISSANCE",
            "8. DATA WYDANIA/DATE OF ISSUE/DATE DE DÉLIVRANCE",
            "9. ORGAN WYDAJĄCY/AUTHORITY/AUTORITÉ",
            "10. DATA UPŁYWU WAŻNOŚCI/DATE OF EXPIRY/DATE D'EXPIRATION",
        ),
        "WOJCIK",
        "TOMASZ",
        "POLSKIE/POLISH",
        "GDYNIA",
        "MINISTER",
        "ZS0000189",
        "{0:%d %m %Y}",
        "M",
    ),
    "korea": Foreign(
        "KOR",
        ("REPUBLIC OF KOREA", "PASSPORT"),
        (
            "Type",
            "Issuing country",
            "Passport No.",
            "Surname",
            "Given names",
            "Nationality",
            "Date of birth",
            "Sex",
            "Place of birth",
            "Date of issue",
            "Authority",
            "Date of expiry",
        ),
        "LEE",
        "SOOYEON",
        "REPUBLIC OF KOREA",
        "SEOUL",
        "MINISTRY OF FOREIGN AFFAIRS",
        "M70689098",
        "{0:%d} {1} {0:%Y}",
        "F",
    ),
}


def _foreign(page: Page, personas: Personas, country: Foreign) -> None:
    """A data page of size TD3 with labels in the issuer's languages above the values."""
    birth = personas.day("birth", 1965, 1999)
    start, end = personas.span("validity", 2012, 2021, 10)
    page.guilloche((228, 222, 232), 60)
    paper = Paper(page, Pen("mono", 13, (150, 60, 120)), Pen("sans", 27))
    paper.say(60, 50, country.heads[0], size=30, face="mono")
    paper.say(1200, 50, country.heads[1], "r", size=20, face="mono")
    page.photo((80, 190, 380, 580), (220, 216, 220))

    def day(one: date) -> Printed:
        return Printed(country.day.format(one, MONTHS[one.month - 1]), one.isoformat())

    male = country.male == "M"
    values: tuple[tuple[float, float, str, str | Printed], ...] = (
        (430, 100, "passport_type", "P"),
        (620, 100, "country_code", country.code),
        (900, 100, "passport_number", country.number),
        (430, 175, "surname", country.surname),
        (430, 250, "given_names", country.given),
        (430, 325, "nationality", country.nationality),
        (430, 400, "birth_date", day(birth)),
        (900, 400, "sex", Printed(country.male, "male" if male else "female")),
        (430, 475, "birth_place", country.place),
        (430, 550, "issue_date", day(start)),
        (900, 550, "issuing_authority", country.authority),
        (430, 625, "expiry_date", day(end)),
    )
    for (x, y, name, value), label in zip(values, country.labels, strict=True):
        paper.say(x, y, label)
        paper.put(name, x + 4, y + 32, value)
    lines = numbers.passport_lines("P", country.surname, country.given, country.number, country.code, birth, male, end)
    page.machine_readable(lines, 736, 60)
    page.know(mrz_line1=lines[0], mrz_line2=lines[1])
    page.ignored |= {"passport_type", "name_zh", "name_en", "issue_place"}


@form("passport", "utopia", (1260, 880), (238, 234, 242))
def passport_utopia(page: Page, personas: Personas) -> None:
    _foreign(page, personas, COUNTRIES["utopia"])


@form("passport", "poland", (1260, 880), (246, 240, 240))
def passport_poland(page: Page, personas: Personas) -> None:
    _foreign(page, personas, COUNTRIES["poland"])


@form("passport", "korea", (1260, 880), (238, 240, 248))
def passport_korea(page: Page, personas: Personas) -> None:
    _foreign(page, personas, COUNTRIES["korea"])


def _plastic(page: Page, personas: Personas, prefix: str, length: int, kind: str) -> tuple[Paper, str]:
    random = personas.random("card")
    number = numbers.luhn(random, prefix, length)
    groups = (4, 4, 4, 4, 3) if length == 19 else (4, 4, 4, 4)
    cuts = [sum(groups[:place]) for place in range(len(groups) + 1)]
    grouped = " ".join(number[start:end] for start, end in zip(cuts, cuts[1:], strict=False))
    paper = Paper(page, Pen("sans", 22, (235, 235, 240)), Pen("ocrb", 44, (238, 238, 244)))
    page.draw.rounded_rectangle((90, 200, 220, 296), 14, fill=(222, 190, 110))
    paper.put("card_number", 90, 372, Printed(grouped, number), size=44 if length == 16 else 38, wide=3)
    page.know(card_type=kind)
    return paper, number


@form("bank_card", "debit", (1000, 630), (32, 92, 160))
def bank_debit(page: Page, personas: Personas) -> None:
    """The issuer's name alone says what it is; no label but small ones in English."""
    page.guilloche((44, 104, 172), 40)
    bank = personas.company().bank.split("银行")[0] + "银行"
    paper, _ = _plastic(page, personas, "622900", 19, "debit")
    paper.put("bank_name", 90, 84, bank, face="sans", size=50, bold=True)
    paper.say(94, 132, "COMMERCIAL BANK", size=22)
    paper.say(910, 90, "借记卡", "r", size=32)
    paper.say(910, 560, "银联 UnionPay", "r", size=34)
    page.ignored |= {"bank_name", "card_name", "bank_code"}


@form("bank_card", "credit_embossed", (1000, 630), (150, 120, 70))
def bank_credit(page: Page, personas: Personas) -> None:
    """VALID FROM beside VALID THRU, the holder in Latin capitals, a partner's name beside the bank's."""
    random, holder = personas.random("dates"), personas.person()
    page.guilloche((160, 130, 80), 40)
    bank = personas.company().bank.split("银行")[0] + "银行"
    paper, _ = _plastic(page, personas, "622188", 16, "credit")
    paper.put("bank_name", 90, 84, bank, face="sans", size=44, bold=True)
    paper.say(910, 84, "海棠保险联名信用卡", "r", size=30)
    month, year = random.randint(1, 12), random.randint(24, 27)
    paper.say(330, 438, "VALID FROM", size=15)
    paper.put("", 330, 470, f"{month:02}/{year - 5}", size=32)
    paper.say(560, 438, "VALID THRU", size=15)
    paper.put("valid_to", 560, 470, f"{month:02}/{year}", size=32)
    latin = f"{holder.surname_latin} {holder.given_latin}"
    paper.put("holder_name", 90, 540, latin, size=34)
    paper.say(910, 560, "银联 UnionPay", "r", size=30)
    page.ignored |= {"bank_name", "card_name", "bank_code"}


@form("hk_macau_exit_permit_front", "card", (1020, 640), (240, 244, 240))
def exit_permit(page: Page, personas: Personas) -> None:
    """往来港澳通行证, the card since 2014: a title, labels above values, one line of 30 signs on the front."""
    holder = personas.person()
    start, end = personas.span("validity", 2015, 2021, 10)
    number = "C" + numbers.digits(personas.random("number"), 8)
    page.guilloche((226, 232, 226), 50)
    paper = Paper(page, Pen("sans", 20, (90, 110, 90)), Pen("sans", 28))
    paper.say(520, 56, "往来港澳通行证", "m", size=44, face="serif")
    page.photo((60, 110, 310, 430))
    latin = f"{holder.surname_latin}, {holder.given_latin}"
    rows: tuple[tuple[float, float, str, str, str | Printed], ...] = (
        (360, 110, "姓名", "name_zh", holder.name),
        (360, 190, "出生日期", "birth_date", dotted_day(holder.birth)),
        (640, 190, "性别", "sex", _sex(holder)),
        (360, 270, "有效期限", "valid_period", period(start, end)),
        (360, 350, "签发机关", "issuing_authority", "公安部出入境管理局"),
        (760, 350, "签发地点", "issue_place", holder.town.province[:-1]),
    )
    for x, y, label, name, value in rows:
        paper.say(x, y, label)
        paper.put(name, x, y + 36, value)
    paper.put("name_en", 640, 146, latin)
    paper.put("permit_number", 960, 100, number, "r", face="ocrb", size=36)
    line = numbers.exit_permit_line(number, holder.birth, end)
    page.machine_readable([line], 546, 60)
    page.know(mrz=line, valid_from=start.isoformat(), valid_to=end.isoformat())
