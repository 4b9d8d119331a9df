"""Titles to land and houses."""

from decimal import Decimal
from random import Random

from local.samples import numbers
from local.samples.catalogue import document
from local.samples.flow import Column, sheet
from local.samples.page import Page
from local.samples.personas import Personas, Town
from local.samples.styles import FORM, on
from local.samples.values import Printed, chinese_day, field

TITLE = on(FORM, (252, 246, 244), (244, 250, 246), size=25)


def _unit(random: Random, town: Town) -> str:
    """The 28 signs of a unit of real estate: parcel, use, house."""
    return f"{town.region}{numbers.digits(random, 6)}GB{numbers.digits(random, 5)}F{numbers.digits(random, 8)}"


def _area(random: Random) -> Decimal:
    return Decimal(random.randint(4500, 16000)) / 100


def _square_metres(area: Decimal) -> Printed:
    return Printed(f"{area:.2f}平方米", f"{area:.2f}")


def _seal(page: Page, town: Town, column: Column) -> None:
    page.seal((page.width - 230, column.y + 95), 90, f"{town.city}自然资源局", "不动产登记专用章", 7)


@document("real_estate_title", "page", (1240, 1070), TITLE)
def real_estate_title(page: Page, personas: Personas) -> None:
    owner, random = personas.person(1), personas.random("title")
    town, day = owner.town, personas.day("registered", 2017, 2023)
    number = f"{town.plate}({day.year}){town.city}不动产权第{numbers.digits(random, 7)}号"
    column = sheet(page, 50, indent=200)
    column.heading("不动产权证书", 46, ink=(150, 40, 40))
    column.rows(
        field("certificate_number", "不动产权证号|产权证号", number),
        (
            field("barcode_number", "编号|证书编号", f"D{numbers.digits(random, 11)}"),
            field("registration_date", "登记日期", chinese_day(day)),
        ),
    )
    column.form(
        field("obligee", "权利人", owner.name),
        field("co_ownership", "共有情况", "单独所有"),
        field("location", "坐落", owner.address),
        field("unit_number", "不动产单元号", _unit(random, town)),
        field("right_type", "权利类型", "国有建设用地使用权/房屋所有权"),
        field("right_nature", "权利性质", "出让/市场化商品房"),
        field("usage", "用途", "城镇住宅用地/住宅"),
        field("area", "面积", f"土地使用权面积12.35㎡/房屋建筑面积{_area(random):.2f}㎡".replace("㎡", "平方米")),
        field("term", "使用期限", "国有建设用地使用权2012年3月5日起2082年3月4日止"),
        field("other_conditions", "权利其他状况", "房屋结构：钢筋混凝土结构"),
        field("remark", "附记", "无"),
        lines=1.15,
    )
    column.skip(0.4)
    column.row(field("registration_authority", "登记机构|填发单位", f"{town.city}自然资源局"))
    _seal(page, town, column)


@document("real_estate_registration_proof", "page", (1240, 820), on(TITLE, (246, 248, 252), (252, 250, 242)))
def real_estate_registration_proof(page: Page, personas: Personas) -> None:
    owner, random = personas.person(1), personas.random("proof")
    town, day = owner.town, personas.day("registered", 2017, 2023)
    number = f"{town.plate}({day.year}){town.city}不动产证明第{numbers.digits(random, 7)}号"
    column = sheet(page, 50, indent=200)
    column.heading("不动产登记证明", 46)
    column.row(field("certificate_number", "不动产登记证明号|证明号", number))
    column.form(
        field("proof_matter", "证明权利或事项|证明事项", "抵押权登记"),
        field("obligee", "权利人(申请人)|权利人", personas.company().bank),
        field("obligor", "义务人", owner.name),
        field("location", "坐落", owner.address),
        field("unit_number", "不动产单元号", _unit(random, town)),
        field("other", "其他", f"抵押方式：一般抵押；担保债权数额：{random.randint(40, 160)}万元"),
        field("remark", "附记", "无"),
        field("registration_date", "登记日期", chinese_day(day)),
        lines=1.15,
    )
    _seal(page, town, column)


@document("property_ownership_certificate", "page", (1240, 940), on(TITLE, (252, 244, 240), (250, 250, 242)))
def property_ownership_certificate(page: Page, personas: Personas) -> None:
    owner, random = personas.person(1), personas.random("house")
    town, day = owner.town, personas.day("registered", 2008, 2015)
    area = _area(random)
    column = sheet(page, 50, indent=200)
    column.heading("房屋所有权证", 46, ink=(150, 40, 40))
    column.row(
        field(
            "certificate_number",
            "房权证号|房产证号",
            f"{town.city[:-1]}房权证{town.district[:-1]}字第{numbers.digits(random, 8)}号",
        )
    )
    column.form(
        (field("owner", "房屋所有权人|权利人", owner.name), field("co_ownership", "共有情况", "单独所有")),
        field("location", "房屋坐落|坐落", owner.address),
        (
            field("registration_date", "登记时间|登记日期", chinese_day(day)),
            field("house_nature", "房屋性质", "商品房"),
        ),
        (
            field("planned_usage", "规划用途|设计用途", "住宅"),
            field("structure", "结构|房屋结构", "钢筋混凝土"),
        ),
        (field("total_floors", "总层数|总楼层数", 18), field("floor", "所在层", f"{random.randint(2, 17)}")),
        (
            field("area", "建筑面积", _square_metres(area)),
            field("inner_area", "套内建筑面积", _square_metres(area - 14)),
        ),
        (
            field("land_number", "地号", f"{numbers.digits(random, 3)}-{numbers.digits(random, 3)}-12"),
            field("land_acquisition", "土地使用权取得方式", "出让"),
        ),
        (
            field("land_term", "土地使用年限|使用期限", "2003年至2073年"),
            field("year_built", "建成年份", str(day.year - 2)),
        ),
        field("remark", "附记", "无"),
        lines=1.15,
    )
    column.skip(0.4)
    column.row(field("issuer", "填发单位|发证机关", f"{town.city}房产管理局"))
    page.seal((page.width - 230, column.y + 60), 88, f"{town.city}房产管理局", tilt=-7)


@document("property_ownership_certificate_unified", "page", (1240, 900), on(TITLE, (250, 248, 240), (244, 248, 252)))
def property_ownership_certificate_unified(page: Page, personas: Personas) -> None:
    owner, random = personas.person(1), personas.random("unified")
    town, day = owner.town, personas.day("registered", 2016, 2022)
    column = sheet(page, 50, indent=200)
    column.heading("房地产权证", 46)
    column.row(field("certificate_number", "产权证号|证号", f"{town.plate}房地产权第{numbers.digits(random, 8)}号"))
    column.form(
        (field("obligee", "权利人|房屋所有权人", owner.name), field("co_ownership", "共有情况", "共同共有")),
        field("location", "坐落", owner.address),
        field("unit_number", "不动产单元号", _unit(random, town)),
        (
            field("right_type", "权利类型", "房屋所有权"),
            field("right_nature", "权利性质", "市场化商品房"),
        ),
        (
            field("usage", "用途|规划用途", "住宅"),
            field("area", "面积|建筑面积", _square_metres(_area(random))),
        ),
        (field("structure", "结构", "混合结构"), field("floor", "所在层", f"{random.randint(2, 6)}")),
        (field("total_floors", "总层数", 6), field("registration_date", "登记日期", chinese_day(day))),
        field("term", "使用期限", "2010年5月1日起2080年4月30日止"),
        field("remark", "附记|权利其他状况", "无"),
        lines=1.15,
    )
    _seal(page, town, column)
