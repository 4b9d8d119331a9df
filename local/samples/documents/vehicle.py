"""Papers of vehicles and drivers, and the number that is stamped into the metal."""

from decimal import Decimal
from random import Random

from PIL import ImageFilter

from local.samples import numbers
from local.samples.catalogue import document
from local.samples.flow import Column, line_items, sheet
from local.samples.page import Colour, Page
from local.samples.personas import Company, Person, Personas
from local.samples.styles import CARD, FORM, INVOICE, PLAIN, SHEET, on
from local.samples.values import (
    NOTHING,
    Field,
    Printed,
    chinese_day,
    field,
    in_capitals,
    iso_day,
    lengths,
    measured,
    money,
    percent,
    period,
)

METALS: tuple[Colour, Colour] = ((148, 152, 156), (44, 46, 50))
LICENSE = on(CARD, (236, 240, 250), (250, 246, 238), size=29, leading=2.2)
SIZE = (1180, 780)


@document("vin", "plate", (1100, 560), PLAIN)
def vin(page: Page, personas: Personas) -> None:
    metal = METALS[page.style.alias]
    page.band((0, 0, page.width, page.height), (90, 92, 96))
    page.draw.rounded_rectangle((40, 90, page.width - 40, page.height - 90), 24, fill=metal)
    for left in (80, page.width - 110):
        page.draw.ellipse((left, page.height / 2 - 15, left + 30, page.height / 2 + 15), fill=(70, 72, 76))
    number, ink = personas.vehicle().vin, ((24, 24, 26), (236, 236, 230))[page.style.alias]
    title = ("VIN", "车辆识别代号")[page.style.alias]
    page.text((page.width / 2, 140), title, 34, ink=ink, anchor="ma")
    size = (84, 74)[page.style.alias]
    shadow = tuple(min(255, part + 46) for part in metal)
    for shift, colour in ((3, (shadow[0], shadow[1], shadow[2])), (0, ink)):
        page.text((page.width / 2 + shift, 250 + shift), number, size, ink=colour, bold=True, anchor="ma")
    page.picture = page.picture.filter(ImageFilter.GaussianBlur(0.5))
    page.know(vin=number)


def _license_heading(page: Page, title: str) -> None:
    page.guilloche((220, 228, 244))
    Column(page, 0, 36, page.width).heading(title, 40)


@document("vehicle_license", "main", SIZE, LICENSE)
def vehicle_license_main(page: Page, personas: Personas) -> None:
    car, owner = personas.vehicle(), personas.person()
    registered = personas.day("registered", 2016, 2021)
    _license_heading(page, "中华人民共和国机动车行驶证")
    column = sheet(page, 130)
    column.rows(
        (
            field("plate_number", "号牌号码\nPlate No.", car.plate),
            field("vehicle_type", "车辆类型\nVehicle Type", car.kind),
        ),
        field("owner", "所有人\nOwner", owner.name),
        field("address", "住址\nAddress|地址\nAddress", owner.address),
        (
            field("use_character", "使用性质\nUse Character", "非营运"),
            field("brand_model", "品牌型号\nModel|厂牌型号\nModel", car.brand + car.model),
        ),
        (
            field("vin", "车辆识别代号\nVIN|车架号\nVIN", car.vin),
            field("engine_number", "发动机号码\nEngine No.|发动机号\nEngine No.", car.engine),
        ),
        (
            field("register_date", "注册日期\nRegister Date", iso_day(registered)),
            field("issue_date", "发证日期\nIssue Date", iso_day(personas.later(registered, "issued", 400))),
        ),
        field("issuing_authority", "发证机关", f"{owner.town.city}公安局交通警察支队"),
    )
    town = owner.town
    page.chop((page.width - 250, 560, page.width - 90, 720), (town.city, "公安局", "交警支队"))


@document("vehicle_license", "sub", SIZE, LICENSE)
def vehicle_license_sub(page: Page, personas: Personas) -> None:
    car, random = personas.vehicle(), personas.random("sub")
    _license_heading(page, "中华人民共和国机动车行驶证副页")
    column = sheet(page, 130)
    column.rows(
        (
            field("plate_number", "号牌号码", car.plate),
            field("file_number", "档案编号|档案编码", numbers.digits(random, 12)),
        ),
        (
            field("approved_passengers", "核定载人数|核定人数", measured(5, "人")),
            field("gross_mass_kg", "总质量", measured(1850, "kg")),
        ),
        (
            field("curb_mass_kg", "整备质量", measured(1425, "kg")),
            field("approved_load_kg", "核定载质量", NOTHING),
        ),
        (
            field("dimensions_mm", "外廓尺寸", lengths(4631, 1821, 1473)),
            field("traction_mass_kg", "准牵引总质量", NOTHING),
        ),
        (field("fuel_type", "燃料种类|能源类型", "汽油"), field("remark", "备注", "无")),
        field("inspection_record", "检验记录", f"检验有效期至{random.randint(2025, 2027)}年08月{car.plate[:2]}"),
        field("barcode_number", "条码号|副页编码", f"{random.choice('ABC')}{numbers.digits(random, 11)}"),
    )


@document("driving_license", "main", SIZE, on(LICENSE, (234, 244, 238), (250, 244, 244)))
def driving_license_main(page: Page, personas: Personas) -> None:
    holder, alias = personas.person(), page.style.alias
    first = personas.day("first", 2008, 2015)
    start = first.replace(year=first.year + 6)
    end = Printed("10年", "10年") if alias else iso_day(start.replace(year=start.year + 10))
    _license_heading(page, "中华人民共和国机动车驾驶证")
    column = sheet(page, 130)
    column.row(field("license_number", "证号\nLicense No.|驾驶证号\nLicense No.", holder.id_number))
    column.rows(
        (
            field("name", "姓名\nName", holder.name),
            field("sex", "性别\nSex", Printed(holder.sex, holder.sex_truth)),
            field("nationality", "国籍\nNationality", "中国"),
        ),
        field("address", "住址\nAddress|地址\nAddress", holder.address),
        (
            field("birth_date", "出生日期\nDate of Birth", iso_day(holder.birth)),
            field(
                "first_issue_date",
                "初次领证日期\nDate of First Issue|初始领证日期\nDate of First Issue",
                iso_day(first),
            ),
        ),
        field("vehicle_class", "准驾车型\nClass|准驾类型\nClass", ("C1", "B2")[alias]),
        (
            field("valid_from", "有效起始日期\nValid From|起始日期\nValid From", iso_day(start)),
            field("valid_to", "有效截止日期\nValid Until|有效截止日期/有效年限\nValid For", end),
        ),
        field("issuing_authority", "发证机关|发证单位", f"{holder.town.city}公安局交通警察支队"),
    )
    town = holder.town
    page.chop((page.width - 250, 560, page.width - 90, 720), (town.city, "公安局", "交警支队"))


@document("driving_license", "sub", SIZE, on(LICENSE, (234, 244, 238), (250, 244, 244)))
def driving_license_sub(page: Page, personas: Personas) -> None:
    holder = personas.person()
    _license_heading(page, "中华人民共和国机动车驾驶证副页")
    column = sheet(page, 140)
    column.rows(
        field("license_number", "证号|驾驶证号", holder.id_number),
        field("name", "姓名", holder.name),
        field("file_number", "档案编号", numbers.digits(personas.random("file"), 12)),
        field("record", "记录", "请于每个记分周期结束后三十日内接受审验。无记分的，免予本次审验。"),
    )


def _invoice_head(page: Page, column: Column, title: str, random: Random, personas: Personas, electronic: bool) -> None:
    """Title, code and number: twelve and eight digits on paper, twenty and no code where electronic."""
    column.heading(title, 40, ink=page.style.label_ink, name="title")
    day = field("issue_date", "开票日期", chinese_day(personas.day("issued", 2020, 2023)))
    if electronic:
        column.row(field("invoice_number", "发票号码", f"2{numbers.digits(random, 19)}"), day)
        return
    column.row(
        field("invoice_code", "发票代码", f"1{numbers.digits(random, 11)}"),
        field("invoice_number", "发票号码", numbers.digits(random, 8)),
        day,
    )


def _owner(person: Person, company: Company, alias: int) -> tuple[str, str]:
    """Who buys, with number: a person in layout a, a company in layout b."""
    return (company.name, company.code) if alias else (person.name, person.id_number)


@document("vehicle_sale_invoice", "invoice", (1400, 1080), on(INVOICE, (252, 250, 244), size=24, leading=1.9))
def vehicle_sale_invoice(page: Page, personas: Personas) -> None:
    car, seller, alias, random = (
        personas.vehicle(),
        personas.company(1, trade=2),
        page.style.alias,
        personas.random("invoice"),
    )
    buyer, buyer_id = _owner(personas.person(), personas.company(2), alias)
    total = Decimal(random.randint(80, 260)) * 1000
    tax = (total * 13 / 113).quantize(Decimal("0.01"))
    column = sheet(page, indent=215)
    _invoice_head(page, column, "机动车销售统一发票", random, personas, electronic=False)
    column.form(
        (
            field("printed_code", "机打代码|机打发票代码", page.truth["invoice_code"]),
            field("printed_number", "机打号码|机打发票号码", page.truth["invoice_number"]),
        ),
        (
            field("buyer_name", "购买方名称|购方名称", buyer),
            field("buyer_id", "身份证号码/组织机构代码", buyer_id),
        ),
        (
            field("vehicle_type", "车辆类型", car.kind),
            field("brand_model", "厂牌型号", car.brand + car.model),
        ),
        (
            field("origin", "产地", seller.town.city),
            field("certificate_number", "合格证号", f"YC{numbers.digits(random, 12)}"),
        ),
        (
            field("engine_number", "发动机号码|发动机号", car.engine),
            field("vin", "车辆识别代号/车架号码|车架号", car.vin),
        ),
        (
            field("total_cn", "价税合计(大写)|价税合计大写", in_capitals(total), 1.3),
            field("total", "小写金额|价税合计(小写)", money(total)),
        ),
        (
            field("seller_name", "销货单位名称|销售方名称", seller.name),
            field("seller_phone", "电话|销售方电话", seller.phone),
        ),
        (
            field("seller_tax_id", "纳税人识别号|销售方纳税人识别号", seller.code),
            field("seller_account", "账号|销售方账号", seller.account),
        ),
        (
            field("seller_address", "地址|销售方地址", seller.address),
            field("seller_bank", "开户银行|销售方开户银行", seller.bank),
        ),
        (
            field("tax_rate", "增值税税率或征收率|税率", percent(13)),
            field("tax", "增值税税额|税额", money(tax)),
        ),
        (
            field("amount", "不含税价|税前金额", money(total - tax)),
            field("tax_authority", "主管税务机关", f"{seller.town.city}税务局"),
        ),
        (
            field("tonnage", "吨位", NOTHING),
            field("seating_capacity", "限乘人数", 5),
        ),
    )
    column.skip(0.3)
    column.row(field("issuer", "开票人", personas.person(4).name), field("remark", "备注", "一车一票"))
    page.seal((page.width - 260, page.height - 130), 95, seller.name, "发票专用章", -6)


@document("used_car_invoice", "invoice", (1400, 1120), on(INVOICE, (252, 252, 246), size=24, leading=1.9))
def used_car_invoice(page: Page, personas: Personas) -> None:
    car, market, alias, random = (
        personas.vehicle(),
        personas.company(1, trade=2),
        page.style.alias,
        personas.random("invoice"),
    )
    seller = personas.person(5)
    buyer, buyer_id = _owner(personas.person(), personas.company(2), alias)
    home = personas.person() if not alias else personas.company(2)
    total = Decimal(random.randint(30, 150)) * 1000 + 500
    column = sheet(page, indent=210)
    _invoice_head(page, column, "二手车销售统一发票", random, personas, electronic=bool(alias))
    page.truth.pop("title")
    column.form(
        (
            field("buyer_name", "买方单位/个人|购方单位", buyer),
            field("buyer_id", "买方单位代码/身份证号码|购买方单位代码/个人身份证号", buyer_id),
        ),
        (
            field("buyer_address", "买方单位/个人住址|购买方地址", home.address, 1.6),
            field("buyer_phone", "买方电话|购买方电话", home.phone),
        ),
        (
            field("seller_name", "卖方单位/个人|销售方名称", seller.name),
            field("seller_id", "卖方单位代码/身份证号码|销售方单位代码/个人身份证号", seller.id_number),
        ),
        (
            field("seller_address", "卖方单位/个人住址|销售方地址", seller.address, 1.6),
            field("seller_phone", "卖方电话|销售方电话", seller.phone),
        ),
        (
            field("plate_number", "车牌照号|车牌号", car.plate),
            field("registration_number", "登记证号", numbers.digits(random, 12)),
            field("vehicle_type", "车辆类型", car.kind),
        ),
        (
            field("vin", "车架号/车辆识别代码|车架号", car.vin),
            field("brand_model", "厂牌型号", car.brand + car.model),
        ),
        field("transfer_dmv", "转入地车辆管理所名称|转入地车管所名称", f"{market.town.city}车辆管理所"),
        (
            field("total_cn", "车价合计大写|价税合计（大写）", in_capitals(total), 1.3),
            field("total", "车价合计(小写)|小写金额", money(total)),
        ),
        (
            field("market_name", "二手车市场|二手车市场名称", market.name),
            field("market_tax_id", "二手车市场纳税人识别号", market.code),
        ),
        (
            field("market_address", "二手车市场地址", market.address),
            field("market_phone", "二手车市场电话", market.phone),
        ),
    )
    column.skip(0.3)
    column.row(field("issuer", "开票人", personas.person(4).name), field("remark", "备注", "无"))
    page.seal((page.width - 260, page.height - 120), 92, market.name, "发票专用章", 5)


def _numbered(*rows: tuple[Field, ...]) -> list[tuple[Field, ...]]:
    """The form's own numbering before the usual wording of each label, as the green book prints it."""
    count, found = 4, []
    for row in rows:
        cells = []
        for each in row:
            count += 1
            usual, *others = each.label.split("|")
            wording = "|".join([f"{count}.{usual}", *(others or [usual])])
            cells.append(Field(each.name, wording, each.value, each.share))
        found.append(tuple(cells))
    return found


BOOK = on(FORM, (238, 248, 240), (250, 246, 240), size=23)


@document("vehicle_registration_certificate", "owners", (1250, 780), BOOK)
def vehicle_registration_owners(page: Page, personas: Personas) -> None:
    owner, buyer, car, random = personas.person(1), personas.person(2), personas.vehicle(), personas.random("book")
    registered = personas.day("registered", 2014, 2018)
    office = f"{owner.town.city}公安局交警支队车辆管理所"
    column = sheet(page, indent=220)
    column.heading("机动车登记证书", 44)
    column.row(field("certificate_number", "机动车登记证书编号|登记证编号", numbers.digits(random, 12)))
    column.form(
        (field("owner", "1.机动车所有人|机动车所有人", owner.name),),
        (
            field("owner_id_type", "身份证明名称", "居民身份证", 0.8),
            field("owner_id_number", "号码|身份证明号码", owner.id_number),
        ),
        (field("registration_authority", "2.登记机关|登记机关", office),),
        (
            field("registration_date", "3.登记日期|登记日期", iso_day(registered)),
            field("plate_number", "4.机动车登记编号|号牌号码", car.plate),
        ),
    )
    column.skip()
    column.heading("转让登记摘要信息栏", 28)
    event = [
        Printed("转让登记", "转让登记"),
        Printed(buyer.name, buyer.name),
        Printed(f"居民身份证/{buyer.id_number}", f"居民身份证/{buyer.id_number}"),
        iso_day(registered.replace(year=registered.year + 4)),
    ]
    heads = ["登记栏标题", "姓名/名称", "身份证明名称/号码", "转让登记日期"]
    column.table(heads, [[cell.text for cell in event]], [1.2, 1.1, 2.8, 1.4])
    page.know(events=line_items(["event_type", "name", "id_number", "date"], [event]))
    page.seal((page.width - 300, page.height - 140), 92, office[:12], "登记专用章")


@document("vehicle_registration_certificate", "vehicle", (1250, 860), BOOK)
def vehicle_registration_vehicle(page: Page, personas: Personas) -> None:
    car, random = personas.vehicle(), personas.random("technical")
    made = personas.day("made", 2013, 2016)
    column = sheet(page, indent=220)
    column.heading("注册登记机动车信息栏", 34)
    rows = _numbered(
        (field("vehicle_type", "车辆类型", car.kind), field("brand", "车辆品牌", car.brand)),
        (field("model", "车辆型号", car.model), field("color", "车身颜色", car.colour)),
        (
            field("vin", "车辆识别代号/车架号|车架号", car.vin),
            field("domestic_or_import", "国产/进口", "国产"),
        ),
        (
            field("engine_number", "发动机号", car.engine),
            field("engine_model", "发动机型号", f"YF{numbers.digits(random, 3)}T"),
        ),
        (field("fuel_type", "燃料种类", "汽油"), field("displacement_power", "排量/功率", "1598ml/90kW")),
        (
            field("manufacturer", "制造厂名称", personas.company(3, trade=2).name.replace("销售", "制造")),
            field("steering_form", "转向形式", "方向盘"),
        ),
        (field("wheel_track", "轮距", "前1551后1544mm"), field("tire_count", "轮胎数", 4)),
        (field("tire_spec", "轮胎规格", "205/55R16"), field("leaf_springs", "钢板弹簧片数", NOTHING)),
        (field("wheelbase", "轴距", "2670mm"), field("axle_count", "轴数", 2)),
        (
            field("dimensions_mm", "外廓尺寸", lengths(4631, 1789, 1470)),
            field("cargo_dimensions_mm", "货厢内部尺寸", NOTHING),
        ),
        (
            field("gross_mass_kg", "总质量", measured(1740, "kg")),
            field("approved_load_kg", "核定载质量", NOTHING),
        ),
        (
            field("approved_passengers", "核定载客", measured(5, "人")),
            field("traction_mass_kg", "准牵引总质量", NOTHING),
        ),
        (field("cab_passengers", "驾驶室载客", NOTHING), field("use_character", "使用性质", "非营运")),
        (
            field("acquisition", "车辆获得方式|获得方式", "购买"),
            field("manufacture_date", "车辆出厂日期", iso_day(made)),
        ),
        (field("issue_date", "发证日期", iso_day(personas.later(made, "issued", 200))),),
    )
    column.form(*rows)


@document(
    "vehicle_conformity_certificate",
    "certificate",
    (1300, 1130),
    on(SHEET, (244, 250, 244), (252, 248, 240), size=24),
)
def vehicle_conformity_certificate(page: Page, personas: Personas) -> None:
    car, random, made = personas.vehicle(), personas.random("conformity"), personas.day("made", 2018, 2022)
    maker = personas.company(3, trade=2).name.replace("销售", "制造")
    page.guilloche((232, 242, 232))
    column = sheet(page)
    column.heading("车辆合格证", 44)
    column.rows(
        (
            field("certificate_number", "合格证编号|合格证号", f"WDK{numbers.digits(random, 12)}"),
            field("issue_date", "发证日期", chinese_day(personas.later(made, "issued", 60))),
        ),
        field("manufacturer", "车辆制造企业名称", maker),
        (field("brand", "车辆品牌", car.brand), field("vehicle_name", "车辆名称", "轿车")),
        (field("model", "车辆型号", car.model), field("color", "车身颜色", car.colour + "色")),
        (
            field("vin", "车辆识别代号/车架号|车架号", car.vin),
            field("emission_standard", "排放标准", "国六"),
        ),
        (field("chassis_model", "底盘型号", NOTHING), field("chassis_id", "底盘ID", NOTHING)),
        (
            field("engine_model", "发动机型号", f"YF{numbers.digits(random, 3)}T"),
            field("engine_number", "发动机号", car.engine),
        ),
        (field("fuel_type", "燃料种类", "汽油"), field("fuel_consumption", "油耗", "6.3")),
        (field("displacement", "排量", "1498"), field("power", "功率", "118")),
        (
            field("dimensions_mm", "外廓尺寸", lengths(4655, 1825, 1480, unit="")),
            field("cargo_dimensions_mm", "货厢内部尺寸", NOTHING),
        ),
        (field("tire_count", "轮胎数", 4), field("tire_spec", "轮胎规格", "215/50R17")),
        (field("front_track", "轮距-前", "1556"), field("rear_track", "轮距-后", "1562")),
        (field("wheelbase", "轴距", "2690"), field("axle_count", "轴数", 2)),
        (field("axle_load", "轴荷", "955/845"), field("steering_form", "转向形式", "方向盘")),
        (field("gross_mass_kg", "总质量", 1800), field("curb_mass_kg", "整备质量", 1370)),
        (field("rated_load_kg", "额定载质量", NOTHING), field("load_coefficient", "载质量利用系数", NOTHING)),
        (field("rated_passengers", "额定载客", 5), field("max_speed_kmh", "最高设计车速", "195")),
        field("manufacture_date", "车辆制造日期", chinese_day(made)),
    )
    page.seal((page.width - 250, page.height - 160), 95, maker, "合格证专用章", 7)


@document("road_transport_permit", "permit", (1240, 860), on(FORM, (242, 246, 252), (250, 248, 240), size=26))
def road_transport_permit(page: Page, personas: Personas) -> None:
    firm, car, random = personas.company(1), personas.vehicle(), personas.random("permit")
    issued, ends = personas.span("issued", 2024, 2025, 4)
    town = firm.town
    page.guilloche((228, 236, 248))
    column = sheet(page, indent=210)
    column.heading("道路运输证", 46)
    column.row(
        field(
            "license_number",
            "道路运输证号|运输证号",
            f"{town.plate}交运管{town.letter}字{numbers.digits(random, 9)}号",
        )
    )
    column.form(
        (field("business_name", "业户名称", firm.name),),
        (field("business_address", "业户地址|地址", firm.address),),
        (
            field("vehicle_plate", "车辆号牌|车牌号码", car.plate),
            field("business_certificate", "经营许可证号", numbers.digits(random, 12)),
        ),
        (field("vehicle_type", "车辆类型", "重型厢式货车"), field("tonnage_seats", "吨(座)位", "9.9吨")),
        (
            field("vehicle_size", "车辆(毫米)|车辆尺寸", lengths(9000, 2550, 3990, unit="")),
            field("economic_type", "经济类型", "有限责任公司"),
        ),
        (
            field("business_scope", "经营范围", "道路普通货物运输"),
            field("technical_level", "技术等级评定", "一级"),
        ),
        (
            field("issue_date", "发证日期", chinese_day(issued)),
            field("expiry_date", "有效期至|有效期", chinese_day(ends)),
        ),
    )
    column.skip(0.5)
    authority = f"{town.city}道路运输管理处"
    column.row(field("issuing_authority", "核发机关", authority))
    page.seal((page.width - 260, page.height - 130), 92, authority, tilt=-9)


COVERAGES = (
    (
        ("机动车损失保险", 136800, 1520.60),
        ("第三者责任保险", 2000000, 1103.40),
        ("车上人员责任保险", 10000, 36.00),
    ),
    (("第三者责任保险", 1000000, 806.35), ("机动车损失保险", 98200, 1210.15)),
)


@document("electronic_policy", "policy", (1240, 960), on(SHEET, size=25))
def electronic_policy(page: Page, personas: Personas) -> None:
    owner, car, random = personas.person(), personas.vehicle(), personas.random("policy")
    start, end = personas.span("insured", 2021, 2023, 1)
    insurer = f"{personas.company().bank[:2]}财产保险股份有限公司"
    column = sheet(page)
    column.heading(insurer, 34, ink=(30, 70, 140), name="insurer")
    column.heading("机动车商业保险电子保单", 38, name="title")
    column.rows(
        (
            field("policy_number", "保单号|保险单号", f"P{numbers.digits(random, 18)}"),
            field("sign_date", "签单日期", iso_day(personas.later(start, "signed", 1).replace(day=1))),
        ),
        (
            field("applicant", "投保人|投保人名称", owner.name),
            field("insured", "被保险人|被保险人名称", owner.name),
        ),
        field("insured_id_number", "被保险人身份证号码|证件号码", owner.id_number),
        (
            field("vehicle_owner", "车主|行驶证车主", owner.name),
            field("plate_number", "号牌号码|车牌号", car.plate),
        ),
        (field("vin", "车架号|VIN码", car.vin), field("engine_number", "发动机号", car.engine)),
        (
            field("use_character", "使用性质", "家庭自用"),
            field("insurance_period", "保险期间", period(start, end, "%Y年%m月%d日", "至"), 2.2),
        ),
    )
    column.skip(0.4)
    rows = [
        [Printed(name, name), money(Decimal(limit), ""), money(Decimal(0), ""), money(Decimal(str(cost)), "")]
        for name, limit, cost in COVERAGES[page.style.alias]
    ]
    heads = (
        ["承保险种", "责任限额", "绝对免赔额", "保险费"],
        ["投保险别", "保险金额/责任限额", "免赔额", "保险费"],
    )[page.style.alias]
    column.table(heads, [[cell.text for cell in row] for row in rows], [2.2, 1.6, 1.2, 1.2])
    page.know(coverages=line_items(["coverage_name", "limit", "deductible", "premium"], rows))
    column.skip(0.5)
    total = sum((Decimal(row[3].truth) for row in rows), Decimal())
    column.row(field("premium_total", "保险费合计|保费合计", money(total, "¥" if page.style.alias else "人民币")))
    page.seal((page.width - 250, column.y + 60), 95, insurer, "承保业务专用章", 4)
