"""Cards, permits and certificates of people."""

from datetime import date, datetime

from local.samples import numbers
from local.samples.catalogue import document
from local.samples.flow import Column, sheet
from local.samples.page import Page
from local.samples.personas import Person, Personas
from local.samples.styles import BOOKLET, CARD, FORM, SHEET, on
from local.samples.values import (
    Field,
    Printed,
    chinese_day,
    dotted_day,
    field,
    iso_day,
    minute,
    period,
    spaced_day,
)

CARD_SIZE = (1040, 660)
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]


def _sex(person: Person, label: str = "性别") -> Field:
    return field("sex", label, Printed(person.sex, person.sex_truth))


def _latin(person: Person) -> str:
    return f"{person.surname_latin}, {person.given_latin}"


def _passport_day(day: date, alias: int) -> Printed:
    """Passports write 07 3月/MAR 1990 in their older layout, 07 MAR 1990 in the newer."""
    month = MONTHS[day.month - 1]
    return Printed(f"{day:%d} {'' if alias else f'{day.month}月/'}{month} {day.year}", day.isoformat())


def _beside_photo(page: Page, top: float, left: bool, indent: float = 0) -> Column:
    """Puts the photograph on one side and gives the column on the other."""
    margin, width, height = page.style.margin, 250, 320
    photo = margin if left else page.width - margin - width
    page.photo((photo, top, photo + width, top + height))
    text = margin + width + 44 if left else margin
    return Column(page, text, top, page.width - 2 * margin - width - 44, indent)


def _resident(holder: Person) -> list[Field | tuple[Field, ...]]:
    return [
        field("name", "姓名", holder.name),
        (_sex(holder), field("ethnicity", "民族", holder.people, share=1.4)),
        field("birth_date", "出生|出生日期", spaced_day(holder.birth)),
        field("address", "住址|地址", holder.address),
    ]


@document("id_card", "portrait", CARD_SIZE, CARD)
def id_card_portrait(page: Page, personas: Personas) -> None:
    holder, margin = personas.person(), page.style.margin
    page.guilloche((222, 232, 240))
    _beside_photo(page, margin + 30, left=page.style.mirrored).rows(*_resident(holder))
    footer = Column(page, margin, page.height - margin - 56, page.width - 2 * margin, size=38)
    footer.row(field("id_number", "公民身份号码", holder.id_number))


@document("id_card", "emblem", CARD_SIZE, CARD)
def id_card_emblem(page: Page, personas: Personas) -> None:
    start, end = personas.span("validity", 2012, 2021, 20)
    page.guilloche((232, 226, 226), 34)
    page.emblem((174, 160), 90)
    head = Column(page, 290, 90, 690)
    head.heading("中华人民共和国", 54)
    head.heading("居民身份证", 74)
    foot = Column(page, 120 if page.style.mirrored else 220, 450, 760, size=36)
    foot.row(field("issuing_authority", "签发机关", personas.person().town.authority))
    foot.row(field("valid_period", "有效期限|有效期", period(start, end)))
    page.know(valid_from=start.isoformat(), valid_to=end.isoformat())


@document("temporary_id_card", "front", (1040, 720), on(CARD, (240, 240, 248), (240, 247, 240)))
def temporary_id_card(page: Page, personas: Personas) -> None:
    holder, margin = personas.person(), page.style.margin
    page.guilloche((226, 226, 240))
    Column(page, 0, 34, page.width).heading("中华人民共和国临时居民身份证", 44)
    column = _beside_photo(page, 122, left=page.style.mirrored)
    column.size = 28
    column.rows(*_resident(holder))
    footer = Column(page, margin, page.height - 215, page.width - 2 * margin, size=32)
    start = personas.day("validity", 2021, 2023).replace(month=5)
    footer.rows(
        field("id_number", "公民身份号码|身份证号码", holder.id_number),
        field("issuing_authority", "签发机关", holder.town.authority),
        field("valid_period", "有效期限", period(start, start.replace(month=8))),
    )


@document("passport", "data_page", (1250, 880), BOOKLET)
def passport(page: Page, personas: Personas) -> None:
    holder, alias = personas.person(), page.style.alias
    issued, expires = personas.span("validity", 2015, 2021, 10)
    number = "EK" + numbers.digits(personas.random("number"), 7)
    lines = numbers.passport_lines(
        "P", holder.surname_latin, holder.given_latin, number, "CHN", holder.birth, holder.male, expires
    )
    page.guilloche((226, 236, 228))
    Column(page, 0, 26, page.width).heading("中华人民共和国护照 PASSPORT", 36)
    column = _beside_photo(page, 110, left=not page.style.alias)
    column.size = 28
    sex = Printed(f"{holder.sex}/{'M' if holder.male else 'F'}", holder.sex_truth)
    column.rows(
        (
            field("passport_type", "类型/Type|护照类型", "P"),
            field("country_code", "国家码/Country Code|签发国", "CHN", 1.2),
            field("passport_number", "护照号/Passport No.|护照号码", number, 1.6),
        ),
        (
            field("name_zh", "姓名/Name|中文姓名", holder.name),
            field("surname", "姓/Surname|姓氏", holder.surname_latin),
            field("given_names", "名/Given names|名字", holder.given_latin, 1.4),
        ),
        (
            field("sex", "性别/Sex", sex),
            field("nationality", "国籍/Nationality|国籍", "中国/CHINESE", 1.4),
            field("birth_date", "出生日期/Date of birth|出生日期", _passport_day(holder.birth, alias), 1.8),
        ),
        (
            field("birth_place", "出生地点/Place of birth|出生地", holder.town.province[:-1]),
            field("issue_date", "签发日期/Date of issue|签发日期", _passport_day(issued, alias)),
        ),
        (
            field("issue_place", "签发地点/Place of issue|签发地", holder.town.province[:-1]),
            field("expiry_date", "有效期至/Date of expiry|有效期至", _passport_day(expires, alias)),
        ),
        field("issuing_authority", "签发机关/Authority|签发机关", "公安部出入境管理局"),
    )
    page.machine_readable(lines, 750)
    page.know(mrz_line1=lines[0], mrz_line2=lines[1])


def _spouse(person: Person, alias: int) -> list[Field | tuple[Field, ...]]:
    side = "male" if person.male else "female"
    return [
        (
            field(f"{side}_name", "姓名", person.name),
            field(f"{side}_sex", "性别", Printed(person.sex, person.sex_truth)),
        ),
        (
            field(f"{side}_nationality", "国籍", "中国"),
            field(f"{side}_birth_date", "出生日期", chinese_day(person.birth), 1.5),
        ),
        field(f"{side}_id_number", "身份证件号", person.id_number),
    ]


def _spouses_certificate(page: Page, personas: Personas, kind: str, letter: str) -> None:
    """Both booklets of civil affairs offices: the registration on the left page, the two people on the right."""
    couple = [personas.person(1, male=True), personas.person(2, male=False)]
    if page.style.alias:
        couple.reverse()
    town, day = couple[0].town, personas.day("registered", 2016, 2023)
    number = f"{letter}{town.region}-{day.year}-00{numbers.digits(personas.random('number'), 4)}"
    page.guilloche((246, 232, 228))
    page.rule((page.width / 2, 0), (page.width / 2, page.height), (216, 196, 190))
    column = Column(page, 70, 90, page.width / 2 - 120, indent=180)
    column.heading(kind, 54, ink=(170, 40, 40))
    column.rows(
        field("holder_name", "持证人", couple[0].name),
        field("registration_date", "登记日期", chinese_day(day)),
        field("certificate_number", f"{kind}字号", number),
        field("remark", "备注", "无"),
        field("registration_authority", "登记机关|婚姻登记机关", f"{town.city}民政局"),
    )
    page.seal((430, column.y + 130), 105, f"{town.city}民政局", "婚姻登记专用章", 8)
    people = Column(page, page.width / 2 + 50, 110, page.width / 2 - 110)
    for person in couple:
        people.rows(*_spouse(person, page.style.alias))
        people.skip(1.2)


MARRIAGE = on(SHEET, (253, 246, 243), (252, 244, 246), size=27, leading=2.1)


@document("marriage_certificate", "open", (1400, 800), MARRIAGE)
def marriage_certificate(page: Page, personas: Personas) -> None:
    _spouses_certificate(page, personas, "结婚证", "J")


@document("divorce_certificate", "open", (1400, 800), MARRIAGE)
def divorce_certificate(page: Page, personas: Personas) -> None:
    _spouses_certificate(page, personas, "离婚证", "L")


@document("bank_card", "front", CARD_SIZE, on(CARD, (206, 222, 240), (240, 226, 204), ink=(30, 34, 60)))
def bank_card(page: Page, personas: Personas) -> None:
    holder, margin = personas.person(), page.style.margin
    random = personas.random("card")
    number = numbers.luhn(random, "622900", 16 if page.style.alias else 19)
    grouped = " ".join(number[place : place + 4] for place in range(0, len(number), 4))
    valid_to = f"{random.randint(1, 12):02}/{random.randint(28, 33)}"
    bank = personas.company().bank.split("银行")[0] + "银行"
    page.guilloche((190, 208, 232) if not page.style.alias else (230, 212, 184))
    page.text((margin, 60), bank, 56, bold=True)
    kind = ("借记卡", "贷记卡")[page.style.alias]
    page.text((page.width - margin, 74), kind, 40, anchor="ra")
    page.draw.rounded_rectangle((margin + 10, 190, margin + 140, 286), 14, fill=(222, 190, 110))
    column = Column(page, margin, 340, page.width - 2 * margin, size=50)
    column.row(field("card_number", "|卡号", Printed(grouped, number)))
    column.size = 32
    column.skip(0.5)
    column.row(field("valid_to", "有效期|有效期限", valid_to), field("holder_name", "持卡人|持卡人姓名", holder.name))
    page.know(bank_name=bank, card_type=("debit", "credit")[page.style.alias])


@document("military_officer_card", "open", (1100, 800), on(FORM, size=30))
def military_officer_card(page: Page, personas: Personas) -> None:
    holder = personas.person(male=True, born=(1975, 1992))
    issued, ends = personas.span("validity", 2018, 2021, 10)
    number = f"军字第{numbers.digits(personas.random('number'), 7)}号"
    page.guilloche((232, 240, 230))
    Column(page, 0, 40, page.width).heading("中国人民解放军军官证", 46, ink=(150, 40, 40))
    column = _beside_photo(page, 140, left=page.style.alias == 0)
    column.rows(
        field("name", "姓名", holder.name),
        (_sex(holder), field("ethnicity", "民族", holder.people)),
        field("birth_date", "出生日期|出生年月", chinese_day(holder.birth)),
        field("native_place", "籍贯", holder.town.province + holder.town.city),
        field("unit", "部别|单位", "第三七六五部队"),
        (field("position", "职务", "连长"), field("rank", "衔级|军衔", "上尉")),
        field("certificate_number", "编号|证件编号", number),
    )
    foot = sheet(page, 640)
    foot.row(
        field("issuing_authority", "发证机关", "政治工作部"),
        field("issue_date", "发证日期", chinese_day(issued)),
    )
    foot.row(field("valid_to", "有效期至|有效期", chinese_day(ends)))
    page.seal((970, 705), 80, "政治工作部干部局", tilt=-10)


FOREIGNERS = (
    ("EVERGREEN, THOMAS", "托马斯", "加拿大/CANADA", "CAN"),
    ("SILVERMAN, OLIVIA", "奥莉维娅", "新西兰/NEW ZEALAND", "NZL"),
)


@document("foreign_permanent_resident_card", "front", CARD_SIZE, on(BOOKLET, size=28))
def foreign_permanent_resident_card(page: Page, personas: Personas) -> None:
    alias, random = page.style.alias, personas.random("number")
    latin, chinese, nation, code = FOREIGNERS[alias]
    birth, (start, end) = personas.day("birth", 1970, 1990), personas.span("validity", 2016, 2021, 10)
    old = code + numbers.digits(random, 12)
    number = numbers.resident_id(random, "911554", birth, male=not alias) if alias else old
    page.guilloche((226, 236, 240))
    Column(page, 0, 26, page.width).heading("中华人民共和国外国人永久居留身份证", 36)
    column = _beside_photo(page, 110, left=alias == 0)
    sex = Printed(("男/M", "女/F")[alias], ("male", "female")[alias])
    column.rows(
        field("name_en", "姓名/Name|英文姓名", latin),
        (field("name_zh", "中文姓名", chinese), field("sex", "性别/Sex|性别", sex)),
        (
            field("birth_date", "出生日期/Date of Birth|出生日期", dotted_day(birth)),
            field("nationality", "国籍/Nationality|国籍", nation),
        ),
        field("valid_period", "有效期限/Period of Validity|有效期限", period(start, end)),
        field("card_number", "证件号码/Card No.|证件号", number),
    )


@document("foreign_permanent_resident_card", "back", CARD_SIZE, on(BOOKLET, size=30))
def foreign_permanent_resident_card_back(page: Page, personas: Personas) -> None:
    alias = page.style.alias
    latin, _, _, code = FOREIGNERS[alias]
    surname, given = latin.split(", ")
    birth, (_, end) = personas.day("birth", 1970, 1990), personas.span("validity", 2016, 2021, 10)
    number = numbers.digits(personas.random("mrz"), 9)
    lines = numbers.card_lines("I", surname, given, number, "CHN", code, birth, not alias, end)
    page.guilloche((226, 236, 240))
    column = sheet(page, 90)
    column.rows(
        field("issuing_authority", "签发机关/Issuing Authority|签发机关", "中华人民共和国国家移民管理局"),
        field("issue_times", "签发次数|换证次数", "01"),
    )
    page.machine_readable(lines, 440)
    page.know(mrz="".join(lines))


@document("mainland_travel_permit_hk_mo_tw", "front", CARD_SIZE, on(BOOKLET, size=30))
def mainland_travel_permit(page: Page, personas: Personas) -> None:
    holder, taiwan = personas.person(), page.style.alias
    (start, end), random = personas.span("validity", 2022, 2024, 5 if taiwan else 10), personas.random("number")
    title = ("港澳居民来往内地通行证", "台湾居民来往大陆通行证")[taiwan]
    number = numbers.digits(random, 8) if taiwan else "H" + numbers.digits(random, 8)
    page.guilloche((228, 236, 226))
    Column(page, 0, 30, page.width).heading(title, 44)
    page.know(permit_type=("hongkong_macau", "taiwan")[taiwan])
    column = _beside_photo(page, 116, left=not taiwan)
    column.rows(
        (
            field("name_zh", "中文姓名|姓名", holder.name),
            field("name_en", "英文姓名|英文名", _latin(holder), 1.4),
        ),
        (field("birth_date", "出生日期", dotted_day(holder.birth)), _sex(holder)),
        field("valid_period", "有效期限", period(start, end)),
        (
            field("issuing_authority", "签发机关", "公安部出入境管理局", 1.6),
            field("issue_place", "签发地点", holder.town.province[:-1]),
        ),
        (
            field("permit_number", "证件号码|通行证号码", number, 1.6),
            field("issue_times", "签发次数|换证次数", "02"),
        ),
    )


@document("mainland_travel_permit_hk_mo_tw", "back", CARD_SIZE, on(BOOKLET, size=30))
def mainland_travel_permit_back(page: Page, personas: Personas) -> None:
    holder, taiwan = personas.person(), page.style.alias
    (_, end), random = personas.span("validity", 2022, 2024, 5 if taiwan else 10), personas.random("back")
    code, birth = ("HKG", "TWN")[taiwan], holder.birth
    number = numbers.digits(random, 9)
    lines = numbers.card_lines(
        "CR", holder.surname_latin, holder.given_latin, number, "CHN", code, birth, holder.male, end
    )
    local = f"A{numbers.digits(random, 9)}" if taiwan else f"K{numbers.digits(random, 6)}(4)"
    label = ("香港身份证号码", "台湾身份证号码")[taiwan]
    page.guilloche((228, 236, 226))
    column = sheet(page, 80)
    column.rows(
        field("back_name", "身份证姓名|背面姓名", holder.name),
        field("back_id_number", label, local),
        field("history_permit_number", "历史通行证号码", f"H{numbers.digits(random, 8)}"),
    )
    page.machine_readable(lines, 440)
    page.know(mrz="".join(lines))


@document("hk_macau_exit_permit_front", "front", CARD_SIZE, on(BOOKLET, (240, 243, 250), (250, 244, 240)))
def hk_macau_exit_permit_front(page: Page, personas: Personas) -> None:
    holder, (start, end) = personas.person(), personas.span("validity", 2016, 2021, 10)
    number = "C" + numbers.digits(personas.random("number"), 8)
    line = numbers.exit_permit_line(number, holder.birth, end)
    page.guilloche((228, 232, 244))
    Column(page, 0, 26, page.width).heading("中华人民共和国往来港澳通行证", 38)
    column = _beside_photo(page, 104, left=not page.style.alias)
    column.size = 27
    column.rows(
        (field("name_zh", "姓名|中文姓名", holder.name), field("name_en", "姓名拼音", _latin(holder), 1.4)),
        (field("birth_date", "出生日期", dotted_day(holder.birth)), _sex(holder)),
        (
            field("valid_period", "有效期限", period(start, end), 2),
            field("issue_place", "签发地点", holder.town.province[:-1]),
        ),
        (
            field("issuing_authority", "签发机关", "公安部出入境管理局"),
            field("permit_number", "证件号码|卡号", number),
        ),
    )
    page.machine_readable([line], 580)
    page.know(mrz=line)


@document("hk_macau_exit_permit_back", "back", CARD_SIZE, on(SHEET, (240, 243, 250), (250, 244, 240)))
def hk_macau_exit_permit_back(page: Page, personas: Personas) -> None:
    first = personas.span("hongkong", 2022, 2023, 1)
    second = personas.span("macau", 2022, 2023, 1)
    town = personas.person().town
    page.guilloche((228, 232, 244))
    column = sheet(page, 50)
    column.heading("签注", 40)
    column.rows(
        field("hk_endorsement_type", "往来香港签注种类", "个人旅游(G)"),
        field("hk_endorsement_valid_period", "往来香港签注有效期", period(*first)),
        (field("hk_trips", "往来香港签注次数", 2), field("hk_remark", "往来香港签注备注", "多次往返")),
        field("mo_endorsement_type", "往来澳门签注种类", "探亲(T)"),
        field("mo_endorsement_valid_period", "往来澳门签注有效期", period(*second)),
        (field("mo_trips", "往来澳门签注次数", 1), field("mo_remark", "往来澳门签注备注", "无")),
        field("issue_info", "签注签发信息", f"{town.city}公安局出入境管理支队"),
    )


def _parent(prefix: str, title: str, person: Person, born: date) -> list[tuple[Field, ...]]:
    return [
        (
            field(f"{prefix}_name", f"{title}姓名", person.name),
            field(f"{prefix}_age", f"{title}年龄", born.year - person.birth.year),
        ),
        (
            field(f"{prefix}_nationality", f"{title}国籍", "中国"),
            field(f"{prefix}_ethnicity", f"{title}民族", person.people + "族"),
        ),
        (field(f"{prefix}_address", f"{title}住址", person.address),),
        (field(f"{prefix}_id_number", f"{title}身份证号|{title}身份证件号码", person.id_number),),
    ]


@document("birth_certificate", "certificate", (1240, 1120), on(FORM, (246, 250, 246)))
def birth_certificate(page: Page, personas: Personas) -> None:
    mother, father = (
        personas.person(1, male=False, born=(1988, 1996)),
        personas.person(2, male=True, born=(1986, 1995)),
    )
    child, random = personas.person(3), personas.random("birth")
    day = personas.day("birth", 2018, 2023)
    born = datetime(day.year, day.month, day.day, random.randint(0, 23), random.randint(10, 59))
    hospital = f"{mother.town.city}妇幼保健院"
    page.guilloche((232, 242, 232))
    column = sheet(page, 40, indent=190)
    column.heading("出生医学证明", 48, ink=(30, 90, 60))
    column.row(field("certificate_number", "出生证编号|编号", f"{random.choice('RSTU')}{numbers.digits(random, 9)}"))
    column.form(
        (
            field("newborn_name", "新生儿姓名", father.name[0] + child.name[1:]),
            _sex(child, "性别|新生儿性别"),
        ),
        (
            field("birth_datetime", "出生时间", minute(born)),
            field("birth_place", "出生地点|出生地", mother.town.province + mother.town.city),
        ),
        (
            field("gestational_age_weeks", "出生孕周|孕周", Printed("39周", 39)),
            field("birth_weight_g", "出生体重|体重", Printed("3250克", 3250)),
        ),
        (
            field("birth_length_cm", "出生身长|身长", Printed("50厘米", 50)),
            field("medical_institution", "医疗机构名称|接生机构", hospital),
        ),
        *_parent("mother", "母亲", mother, day),
        *_parent("father", "父亲", father, day),
        (
            field("issuing_authority", "签发机构|签发单位", hospital),
            field("issue_date", "签发日期", chinese_day(personas.later(day, "issued", 20))),
        ),
    )
    page.seal((page.width - 230, column.y + 100), 92, hospital, "出生医学证明专用章", 12)


@document("household_register_main_page", "page", (1200, 760), on(FORM, (250, 246, 238), size=30))
def household_register_main_page(page: Page, personas: Personas) -> None:
    holder, random = personas.person(), personas.random("register")
    station = f"{holder.town.city}公安局{holder.street[:3]}派出所"
    column = sheet(page, 60, indent=200)
    column.heading("常住人口登记", 42)
    column.form(
        (
            field("household_type", "户别", "非农业家庭户"),
            field("householder_name", "户主姓名", holder.name),
        ),
        (
            field("household_number", "户号", numbers.digits(random, 9)),
            field("community", "社区|居委会", "桂花社区"),
        ),
        field("address", "住址", holder.address),
        lines=1.4,
    )
    column.skip()
    column.rows(
        field("issuing_authority", "户口登记机关|登记机关", station),
        (
            field("registrar", "承办人签章|承办人", personas.person(5).name),
            field("issue_date", "签发日期", chinese_day(personas.day("issued", 2009, 2022))),
        ),
    )
    page.seal((930, column.y + 95), 95, station, "户口专用", -8)


@document("household_register_personal_page", "page", (1240, 980), on(FORM, (250, 246, 238), size=25))
def household_register_personal_page(page: Page, personas: Personas) -> None:
    holder = personas.person()
    origin = holder.town.province + holder.town.city
    column = sheet(page, 46, indent=190)
    column.heading("常住人口登记卡", 40)
    column.form(
        (field("name", "姓名", holder.name), field("relationship", "户主或与户主关系|与户主关系", "户主")),
        (field("former_name", "曾用名", "无"), _sex(holder)),
        (field("birth_place", "出生地", origin), field("ethnicity", "民族", holder.people)),
        (field("native_place", "籍贯", origin), field("birth_date", "出生日期", chinese_day(holder.birth))),
        (
            field("other_address", "本市(县)其他住址|本市（县）其他住址", "无"),
            field("religion", "宗教信仰", "无"),
        ),
        (
            field("id_number", "公民身份证件编号|公民身份号码", holder.id_number),
            field("height_cm", "身高", 172),
        ),
        (field("blood_type", "血型", "AB"), field("education", "文化程度", "大学本科")),
        (
            field("marital_status", "婚姻状况", "已婚"),
            field("military_service", "兵役状况|兵役情况", "未服兵役"),
        ),
        (field("employer", "服务处所", personas.company().name), field("occupation", "职业", "工程师")),
        field("moved_to_city", "何时由何地迁来本市(县)|何时由何地迁来本市（县）", f"2009年7月由{origin}迁来"),
        field("moved_to_address", "何时由何地迁来本址", "2016年3月由文昌街12号迁来"),
        (
            field("registrar", "承办人签章", personas.person(5).name),
            field("registration_date", "登记日期", chinese_day(personas.day("registered", 2016, 2022))),
        ),
        lines=1.25,
    )
    page.seal((page.width - 240, column.y - 105), 84, f"{holder.town.city}公安局", "户口专用", 6)


@document("social_security_card", "front", CARD_SIZE, on(CARD, (232, 242, 250), (248, 242, 236), size=32))
def social_security_card(page: Page, personas: Personas) -> None:
    holder, (issued, ends) = personas.person(), personas.span("validity", 2018, 2021, 10)
    random = personas.random("card")
    page.guilloche((216, 232, 244))
    Column(page, 0, 36, page.width).heading("中华人民共和国社会保障卡", 44)
    column = _beside_photo(page, 130, left=not page.style.mirrored)
    card = numbers.luhn(random, "622900", 19)
    column.rows(
        field("name", "姓名", holder.name),
        (_sex(holder), field("birth_date", "出生日期", iso_day(holder.birth), 2)),
        field("social_security_number", "社会保障号码|社会保障号", holder.id_number),
        field("card_number", "卡号|社保卡号", f"{random.choice('ABCD')}{numbers.digits(random, 8)}"),
        field("bank_card_number", "银行卡号|银行账号", card),
        field("bank_name", "发卡银行|银行名称", personas.company().bank.split("银行")[0] + "银行"),
        field("issue_date", "发卡日期", chinese_day(issued)),
        field("valid_to", "有效期限|有效期至", chinese_day(ends)),
    )
