"""Labelled values out of lines: what a declaration alone finds on documents as they are really laid out."""

import math
from typing import Annotated

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr.declare.field_types import (
    BankCard,
    Code,
    Date,
    Integer,
    Mass,
    Money,
    Mrz,
    Period,
    PlateNumber,
    RegistrationNumber,
    ResidentId,
    ResidentIdMasked,
    Sex,
    Text,
    Vin,
)
from ocr.declare.fields import Fields, Shape, label
from ocr.extraction.extract import find
from ocr.extraction.tables import tables, text
from ocr.model.reading import Line
from tests.support.printed import column, page, values

ID_NUMBER = "110101199003074514"


class IdCard(Fields):
    name: Text | None = label("姓名")
    sex: Sex | None = label("性别")
    ethnicity: Text | None = label("民族", "名族")
    birth_date: Date | None = label("出生", "出生日期")
    address: Text | None = label("住址", free=True)
    id_number: ResidentId | None = label("公民身份号码")
    authority: Text | None = label("签发机关")
    valid_period: Period | None = label("有效期限")


PORTRAIT = (
    (60, 60, "姓 名 张三"),
    (60, 120, "性别男民族汉"),
    (60, 180, "出生1990年3月7日"),
    (60, 240, "住址 青禾市云溪区明湖路1号"),
    (170, 285, "和平小区3号楼"),
    (170, 330, "402室"),
    (60, 450, f"公民身份号码{ID_NUMBER}"),
)
PORTRAIT_SAYS = {
    "姓名": "张三",
    "性别": "男",
    "民族": "汉",
    "出生": "1990年3月7日",
    "住址": "青禾市云溪区明湖路1号和平小区3号楼402室",
    "公民身份号码": ID_NUMBER,
}


@pytest.mark.parametrize("turned", [0, 5, -4, 90, 180, 270])
def test_reads_an_id_card_whichever_way_it_lies(turned: float) -> None:
    assert values(find(IdCard, page(*PORTRAIT, turned=turned))) == PORTRAIT_SAYS


def test_reads_the_other_side_of_an_id_card() -> None:
    lines = page(
        (300, 60, "中华人民共和国"),
        (300, 130, "居民身份证"),
        (60, 300, "签发机关"),
        (260, 300, "青禾市公安局云溪分局"),
        (60, 350, "有效期限 2010.05.12-2030.05.12"),
    )
    assert values(find(IdCard, lines)) == {"签发机关": "青禾市公安局云溪分局", "有效期限": "2010.05.12-2030.05.12"}


def test_a_box_covers_its_value_and_not_the_label() -> None:
    (found,) = find(IdCard, page((100, 100, "姓名：张三"))).items
    assert found.box is not None
    (left, top), (right, _), (_, bottom), _ = found.box
    assert 180 < left < 230
    assert (top, bottom) == (100, 130)
    assert right == pytest.approx(250, abs=1)
    assert found.score == pytest.approx(0.9)


def test_two_labels_share_a_line_with_colons() -> None:
    lines = page((0, 0, "姓名:张三 性别:女"), (0, 50, "民族：汉"))
    assert values(find(IdCard, lines)) == {"姓名": "张三", "性别": "女", "民族": "汉"}


def test_values_stand_below_their_labels() -> None:
    lines = page((0, 0, "姓名"), (300, 0, "性别"), (500, 0, "民族"), (0, 40, "张三"), (300, 40, "女"), (500, 40, "汉"))
    assert values(find(IdCard, lines)) == {"姓名": "张三", "性别": "女", "民族": "汉"}


def test_english_small_print_is_no_value() -> None:
    lines = page((0, 0, "姓名/Name"), (0, 40, "张三"), (300, 0, "性别"), (300, 22, "Sex"), (420, 0, "女"))
    assert values(find(IdCard, lines)) == {"姓名": "张三", "性别": "女"}


def test_a_long_label_forgives_one_misread_character() -> None:
    assert values(find(IdCard, page((0, 0, "公民身份号玛"), (300, 0, ID_NUMBER)))) == {"公民身份号码": ID_NUMBER}


def test_a_short_label_forgives_none() -> None:
    assert values(find(IdCard, page((0, 0, "性名"), (300, 0, "张三")))) == {}


def test_a_label_runs_over_two_lines() -> None:
    lines = page((0, 0, "公民身份"), (0, 35, "号码"), (300, 18, ID_NUMBER))
    assert values(find(IdCard, lines)) == {"公民身份号码": ID_NUMBER}


def test_a_number_is_known_by_its_looks_alone() -> None:
    lines = page((0, 0, "某某证"), (0, 60, "11010119900307451X"), (0, 120, ID_NUMBER))
    assert values(find(IdCard, lines)) == {"id_number": ID_NUMBER}


def test_an_undeclared_label_with_a_colon_is_kept() -> None:
    assert values(find(IdCard, page((0, 0, "姓名:张三"), (0, 50, "备注说明: 补发")))) == {
        "姓名": "张三",
        "备注说明": "补发",
    }


class Company(Fields):
    uscc: RegistrationNumber | None = label("统一社会信用代码", "注册号")
    name: Text | None = label("名称", "企业名称")
    type: Text | None = label("类型")
    legal_representative: Text | None = label("法定代表人")
    capital: Text | None = label("注册资本")
    establish_date: Date | None = label("成立日期")
    address: Text | None = label("住所", free=True)
    scope: Text | None = label("经营范围", free=True)
    authority: Text | None = label("登记机关")


def test_reads_a_business_licence_with_spaced_labels_and_a_long_scope() -> None:
    lines = page(
        (500, 40, "营业执照"),
        (60, 100, "统一社会信用代码 91330100MA2AX0LM51"),
        *[(60, 180, "名"), (180, 180, "称"), (240, 180, "青禾云溪科技有限公司")],
        *[(60, 230, "类    型"), (240, 230, "有限责任公司(自然人独资)")],
        *[(60, 280, "法定代表人"), (240, 280, "李四")],
        *[
            (60, 330, "经营范围"),
            (240, 330, "软件开发；名称服务、类型设计；地址核验，"),
            (240, 375, "住所托管；电子产品销售。"),
        ],
        *[(800, 180, "注册资本"), (960, 180, "壹佰万元整")],
        *[(800, 230, "成立日期"), (960, 230, "2015年06月01日")],
        *[(800, 280, "住    所"), (960, 280, "青禾市云溪区明湖路88号"), (960, 325, "3幢")],
        (800, 600, "登记机关"),
    )
    assert values(find(Company, lines)) == {
        "统一社会信用代码": "91330100MA2AX0LM51",
        "名称": "青禾云溪科技有限公司",
        "类型": "有限责任公司(自然人独资)",
        "法定代表人": "李四",
        "注册资本": "壹佰万元整",
        "成立日期": "2015年06月01日",
        "住所": "青禾市云溪区明湖路88号3幢",
        "经营范围": "软件开发；名称服务、类型设计；地址核验，住所托管；电子产品销售。",
    }


class Ticket(Fields):
    train_number: Annotated[Code, Shape("[GDCZTK][0-9]{1,4}")] | None = label("车次")
    price: Annotated[Money, Shape("¥[0-9.]+元?")] | None = label("票价")
    id_number: ResidentIdMasked | None = label("身份证号")
    passenger: Text | None = label("姓名")


def test_reads_a_ticket_that_labels_next_to_nothing() -> None:
    lines = page((60, 60, "青禾站"), (300, 60, "G1234"), (60, 200, "¥73.5元"), (60, 300, "1101011990****4514 张三"))
    assert values(find(Ticket, lines)) == {
        "train_number": "G1234",
        "price": "¥73.5元",
        "id_number": "1101011990****4514",
    }


class VehicleLicence(Fields):
    plate: PlateNumber | None = label("号牌号码")
    owner: Text | None = label("所有人")
    vin: Vin | None = label("车辆识别代号")
    register_date: Date | None = label("注册日期")
    issue_date: Date | None = label("发证日期")
    gross_mass: Mass | None = label("总质量")
    curb_mass: Mass | None = label("整备质量")


def test_reads_a_vehicle_licence_with_small_print() -> None:
    lines = page(
        *[
            (60, 60, "号牌号码"),
            (60, 92, "Plate No."),
            (240, 70, "粤B12345"),
            (500, 60, "车辆类型"),
            (640, 60, "小型轿车"),
        ],
        *[(60, 150, "所有人"), (60, 182, "Owner"), (240, 160, "张三")],
        *[(60, 240, "车辆识别代号"), (260, 240, "LSVAA4182E2184847")],
        *[(60, 330, "注册日期"), (240, 330, "2015-03-04"), (500, 330, "发证日期"), (640, 330, "2016-05-06")],
        *[(60, 390, "总质量"), (240, 390, "1800kg"), (500, 390, "整备质量"), (640, 390, "1400kg")],
    )
    assert values(find(VehicleLicence, lines)) == {
        "号牌号码": "粤B12345",
        "所有人": "张三",
        "车辆识别代号": "LSVAA4182E2184847",
        "注册日期": "2015-03-04",
        "发证日期": "2016-05-06",
        "总质量": "1800kg",
        "整备质量": "1400kg",
    }


class Card(Fields):
    number: BankCard | None = label("卡号")
    holder: Text | None = label("持卡人")


def test_a_card_number_is_split_over_boxes() -> None:
    lines = page((0, 100, "6222 0212"), (180, 100, "3456"), (270, 100, "7890 128"), (0, 20, "云溪银行"))
    assert values(find(Card, lines)) == {"number": "6222 0212 3456 7890 128"}


class Couple(Fields):
    holder: Text | None = label("持证人")
    male_name: Text | None = label("姓名_男", "男方姓名")
    male_sex: Sex | None = label("性别_男")
    male_birth_date: Date | None = label("出生日期_男", "男方出生日期")
    male_id_number: ResidentId | None = label("身份证件号_男", "男方身份证号")
    female_name: Text | None = label("姓名_女", "女方姓名")
    female_sex: Sex | None = label("性别_女")
    female_birth_date: Date | None = label("出生日期_女", "女方出生日期")
    female_id_number: ResidentId | None = label("身份证件号_女", "女方身份证号")


@pytest.mark.parametrize("first", ["男", "女"])
def test_the_sex_beside_a_name_tells_the_couple_apart(first: str) -> None:
    second = "女" if first == "男" else "男"
    lines = page(
        (60, 60, "持证人 张三"),
        *[(60, 200, "姓名 张三"), (300, 200, f"性别 {first}")],
        *[(60, 250, "出生日期 1990年03月07日")],
        *[(60, 300, f"身份证件号 {ID_NUMBER}")],
        *[(60, 400, "姓名 李四"), (300, 400, f"性别 {second}")],
        *[(60, 450, "出生日期 1991年04月08日")],
        *[(60, 500, "身份证件号 110101199104083521")],
    )
    found = values(find(Couple, lines))
    assert found == {
        "持证人": "张三",
        f"姓名_{first}": "张三",
        f"性别_{first}": first,
        f"出生日期_{first}": "1990年03月07日",
        f"身份证件号_{first}": ID_NUMBER,
        f"姓名_{second}": "李四",
        f"性别_{second}": second,
        f"出生日期_{second}": "1991年04月08日",
        f"身份证件号_{second}": "110101199104083521",
    }


class Transfer(Fields):
    payer_name: Text | None = label("付款人户名", "付款人")
    payer_account: Code | None = label("付款人账号")
    payee_name: Text | None = label("收款人户名", "收款人")
    payee_account: Code | None = label("收款人账号")
    amount: Money | None = label("小写金额", "金额")


@pytest.mark.parametrize("beside", [True, False])
def test_heads_of_blocks_tell_the_two_parties_apart(beside: bool) -> None:
    x, y = (700, 100) if beside else (0, 300)
    lines = page(
        *column(0, 100, "付款人"),
        *[(60, 100, "户名"), (200, 100, "青禾云溪科技有限公司"), (60, 150, "账号"), (200, 150, "33001234567")],
        *column(x, y, "收款人"),
        *[
            (x + 60, y, "户名"),
            (x + 200, y, "明湖贸易有限公司"),
            (x + 60, y + 50, "账号"),
            (x + 200, y + 50, "44009876543"),
        ],
        (0, 500, "金额：CNY1,234.50"),
    )
    assert values(find(Transfer, lines)) == {
        "付款人户名": "青禾云溪科技有限公司",
        "付款人账号": "33001234567",
        "收款人户名": "明湖贸易有限公司",
        "收款人账号": "44009876543",
        "金额": "CNY1,234.50",
    }


def test_without_heads_blocks_stand_in_the_declared_order() -> None:
    lines = page((0, 0, "户名: 张三"), (0, 50, "账号: 331"), (0, 200, "户名: 李四"), (0, 250, "账号: 442"))
    found = values(find(Transfer, lines))
    assert found == {"付款人户名": "张三", "付款人账号": "331", "收款人户名": "李四", "收款人账号": "442"}


class Registered(Fields):
    vehicle_type: Text | None = label("车辆类型")
    manufacturer: Text | None = label("制造厂名称")
    wheel_track: Text | None = label("轮距")
    tire_count: Integer | None = label("轮胎数")
    vin: Vin | None = label("车辆识别代号/车架号")


def test_a_form_numbers_its_labels_and_centres_them_beside_cells_of_several_lines() -> None:
    lines = page(
        *[(60, 60, "5.车辆类型"), (300, 60, "小型普通客车")],
        *[(60, 120, "9.车辆识别代号/车"), (60, 155, "架号"), (400, 137, "LSVAA4182E2184847")],
        *[(60, 230, "15.制造厂名称"), (300, 212, "青禾市云帆伟业汽车制造有限公"), (300, 248, "司")],
        *[(60, 300, "17.轮距"), (300, 300, "前1551后1544mm"), (600, 300, "18.轮胎数"), (800, 305, "--")],
    )
    assert values(find(Registered, lines)) == {
        "车辆类型": "小型普通客车",
        "车辆识别代号/车架号": "LSVAA4182E2184847",
        "制造厂名称": "青禾市云帆伟业汽车制造有限公司",
        "轮距": "前1551后1544mm",
    }


def test_where_values_stand_below_a_label_to_the_right_is_no_value() -> None:
    lines = page(
        *[(0, 0, "姓名"), (200, 0, "国别"), (0, 35, "张三"), (200, 35, "中国")],
        *[(0, 100, "性别"), (200, 100, "民族"), (0, 135, "女"), (200, 135, "汉")],
    )
    assert values(find(IdCard, lines)) == {"姓名": "张三", "性别": "女", "民族": "汉"}


class Journey(Fields):
    start: Annotated[Text, Shape("[\u4e00-\u9fff]{1,6}站")] | None = label("出发站")
    end: Annotated[Text, Shape("[\u4e00-\u9fff]{1,6}站")] | None = label("到达站")
    mrz: Mrz | None = label("机读码")


def test_fields_that_look_alike_take_their_values_in_reading_order() -> None:
    assert values(find(Journey, page((600, 3, "白鹿东站"), (0, 0, "安和站")))) == {"start": "安和站", "end": "白鹿东站"}


def test_a_machine_readable_zone_is_all_of_its_lines() -> None:
    zone = ("I<CHN1655725128<<<<<<<<<<<<<<<", "8811271M2803216CAN<<<<<<<<<<<4", "EVERGREEN<<THOMAS<<<<<<<<<<<<<")
    lines = page(*[(0, 50 * number, text) for number, text in enumerate(zone)])
    assert values(find(Journey, lines))["mrz"].split() == list(zone)


def test_a_misread_label_is_not_put_together_from_two_texts() -> None:
    class Owned(Fields):
        owner: Text | None = label("房屋所有权人")
        right: Text | None = label("权利类型")

    lines = page((0, 0, "权利类型"), (200, 0, "房屋所有权"), (500, 0, "权利性质"), (700, 0, "商品房"))
    assert values(find(Owned, lines)) == {"权利类型": "房屋所有权"}


def test_a_label_inside_another_label_does_not_steal() -> None:
    lines = page((0, 0, "企业名称: 云溪公司"), (0, 60, "登记机关: 青禾市市场监督管理局"))
    assert values(find(Company, lines)) == {"企业名称": "云溪公司", "登记机关": "青禾市市场监督管理局"}


def test_lines_without_boxes_are_read_from_top_to_bottom() -> None:
    lines = [Line(text=said) for said in ("姓名", "张三", "性别 女")]
    assert values(find(IdCard, lines)) == {"姓名": "张三", "性别": "女"}


numbers = st.floats(-1e4, 1e4) | st.sampled_from([0.0, math.nan, math.inf])
boxes = st.none() | st.tuples(*[st.tuples(numbers, numbers)] * 4)
words = st.sampled_from(
    ["姓名", "性别", "男", "女", "出生日期", "_", ":", "：", " ", "(", "/", "合计", "购买方", "1990年3月7日", "﷽"]
)
said = st.text(max_size=12) | st.lists(words, max_size=6).map("".join)
lines_of_noise = st.lists(st.builds(Line, text=said, confidence=st.none() | st.floats(0, 1), box=boxes), max_size=12)


@settings(deadline=None, max_examples=100)
@given(lines_of_noise)
def test_no_page_is_too_odd(lines: list[Line]) -> None:
    for model in (IdCard, Couple, Transfer):
        found = find(model, lines)
        assert all(item.label for item in found.items)
    tables(lines)
    text(lines)
