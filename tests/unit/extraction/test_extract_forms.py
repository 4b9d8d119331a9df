"""Forms as they are printed and filled in: half a row off, under seals, with labels that are lost, beside small print.

Each test is of a kind of document, with a layout, names and numbers of its own.
"""

import pytest

from ocr.declare.catalogue import products
from ocr.extraction.extract import find_all
from ocr.model.reading import Line, Reading
from ocr.model.record import Document
from ocr.pipeline.normalization import documents
from tests.support.printed import Print, column, page


def read(slug: str, lines: list[Line]) -> list[Document]:
    product = products()[slug]
    return documents(product, Reading(vendor="embedded", findings=find_all(product.fields, lines)))


def fields(slug: str, *prints: Print) -> dict[str, object]:
    return read(slug, page(*prints))[0].fields


def failed(document: Document) -> set[str]:
    return {field for check in document.checks if check.outcome == "failed" for field in check.fields}


# --- Print and labels -------------------------------------------------------------------------------------------------

METER = (
    ("车号：", "FT8021"),
    ("日期：", "2023-05-07"),
    ("上车：", "09:12"),
    ("下车：", "09:40"),
    ("单价：", "2.40元"),
    ("里程：", "8.60KM"),
    ("等候：", "00:04:10"),
    ("金额：", "31.00元"),
)
METER_SAYS = {
    "plate_number": "FT8021",
    "date": "2023-05-07",
    "time_on": "09:12:00",
    "time_off": "09:40:00",
    "unit_price": "2.40",
    "distance_km": "8.60",
    "waiting_time": "00:04:10",
    "total": "31.00",
}


def test_values_that_are_printed_half_a_row_too_low_or_too_high_stay_with_their_labels() -> None:
    for shift in (-20, 0, 20):
        rows = enumerate(METER)
        lines = [
            part
            for at, (label, value) in rows
            for part in ((60, 60 + 40 * at, label), (260, 60 + 40 * at + shift, value))
        ]
        assert fields("taxi_receipt", *lines).items() >= METER_SAYS.items(), shift


def test_a_label_without_its_value_does_not_take_its_neighbours() -> None:
    rows = [(60, 60 + 40 * at, label) for at, (label, _) in enumerate(METER)]
    values = [(260, 60 + 40 * at, value) for at, (_, value) in enumerate(METER) if value not in {"2.40元", "09:40"}]
    said = fields("taxi_receipt", *rows, *values)
    assert said == {name: text for name, text in METER_SAYS.items() if name not in {"unit_price", "time_off"}}


def test_stray_marks_around_a_figure_are_no_part_of_it() -> None:
    lines = [
        (60, 60, "单价："),
        (260, 60, "*2.40元"),
        (60, 100, "里程："),
        (260, 100, "8..60KM"),
        (60, 140, "金额："),
        (260, 140, "±31.00元"),
    ]
    said = fields("taxi_receipt", *lines)
    assert (said["unit_price"], said["distance_km"], said["total"]) == ("2.40", "8.60", "31.00")


def test_the_beginning_and_the_end_of_a_ride_behind_one_label_are_two_times() -> None:
    said = fields(
        "taxi_receipt", (60, 60, "时间："), (260, 60, "09:12-09:40"), (60, 100, "金额："), (260, 100, "31.00元")
    )
    assert (said["time_on"], said["time_off"]) == ("09:12:00", "09:40:00")


def test_what_is_printed_behind_a_label_is_a_part_of_it() -> None:
    assert fields("taxi_receipt", (60, 60, "经营单位名称：明湖出租汽车有限公司"), (60, 100, "金额：31.00元"))[
        "company"
    ] == ("明湖出租汽车有限公司")


def test_small_print_is_no_value_however_it_is_read() -> None:
    said = fields(
        "air_itinerary",
        (60, 60, "旅客姓名NAME OF PASENGER"),
        (460, 60, "有效身份证件号码ID N0"),
        (60, 160, "填开单位"),
        (60, 195, "ISUED BY"),
        (460, 160, "填开日期"),
        (460, 195, "2021-03-04"),
    )
    assert said == {"issue_date": "2021-03-04"}


def test_stations_one_below_the_other_are_legs_whether_each_label_was_read_or_not() -> None:
    said = fields(
        "air_itinerary",
        *[
            (x, 60, head)
            for x, head in ((300, "承运人"), (430, "航班号"), (560, "座位等级"), (720, "日期"), (900, "时间"))
        ],
        *[(60, 110, "自FROM"), (180, 112, "松岭"), (300, 112, "云航"), (430, 112, "ZZ1204"), (560, 112, "Y")],
        *[(720, 112, "2021-03-04"), (900, 112, "08:35")],
        *[(180, 172, "海棠"), (300, 172, "云航"), (430, 172, "ZZ1377"), (560, 172, "Y")],
        *[(720, 172, "2021-03-09"), (900, 172, "19:05")],
        *[(60, 230, "至70"), (180, 232, "青禾"), (60, 290, "至TO"), (180, 290, "VOID")],
        *[(60, 340, "票价FAME"), (300, 340, "合计 TOTAL"), (60, 380, "CNY 900.00"), (300, 380, "CNY 950.00")],
    )
    assert said["segments"] == [
        {
            "from_station": "松岭",
            "to_station": "海棠",
            "carrier": "云航",
            "flight_number": "ZZ1204",
            "seat_class": "Y",
            "date": "2021-03-04",
            "time": "08:35:00",
        },
        {
            "from_station": "海棠",
            "to_station": "青禾",
            "carrier": "云航",
            "flight_number": "ZZ1377",
            "seat_class": "Y",
            "date": "2021-03-09",
            "time": "19:05:00",
        },
    ]
    assert (said["fare"], said["total"]) == ("900.00", "950.00")


def test_a_label_introduces_words_and_figures() -> None:
    said = fields(
        "vehicle_sale_invoice",
        (60, 60, "价税合计"),
        (260, 60, "壹拾万元整"),
        (700, 60, "￥100000.00"),
        (60, 120, "主管税务机关及代码"),
        (400, 105, "明湖税务局"),
        (400, 140, "144030000"),
    )
    assert said == {
        "total_cn": "壹拾万元整",
        "total": "100000.00",
        "tax_authority": "明湖税务局",
        "tax_authority_code": "144030000",
    }


# --- Invoices ---------------------------------------------------------------------------------------------------------

INVOICE = (
    (60, 20, "3300214130"),
    (400, 20, "浙江增值税专用发栗"),
    (900, 20, "No 07654321"),
    (900, 100, "开票日期：2021年04月06日"),
    *column(60, 160, "购货单位"),
    (110, 170, "名称：明湖建材有限公司"),
    (110, 215, "纳税人识别号：91330106MA27XHKQ14"),
    (60, 500, "价税合计（大写）"),
    (360, 500, "壹佰壹拾叁圆整"),
    (760, 500, "（小写）￥113.00"),
    *column(60, 560, "销货单位"),
    (110, 570, "名称：长乐贸易有限公司"),
    (110, 615, "纳税人识别号：91350100M000100Y43"),
    *column(700, 580, "备注"),
    (900, 600, "限"),
    (860, 640, "91350100M000100Y43"),
    (900, 690, "发票专用章"),
)


def test_a_paper_invoice_prints_code_and_number_without_labels_and_two_parties_under_old_heads() -> None:
    said = fields("vat_invoice", *INVOICE)
    assert said["invoice_code"] == "3300214130"
    assert said["invoice_number"] == "07654321"
    assert said["title"] == "浙江增值税专用发票"
    assert (said["buyer_name"], said["seller_name"]) == ("明湖建材有限公司", "长乐贸易有限公司")
    assert (said["buyer_tax_id"], said["seller_tax_id"]) == ("91330106MA27XHKQ14", "91350100M000100Y43")


def test_what_a_seal_says_is_no_remark() -> None:
    assert "remark" not in fields("vat_invoice", *INVOICE)


def test_a_remark_keeps_its_own_colons() -> None:
    said = fields("vat_invoice", *INVOICE[:-3], (740, 590, "合同号：HT-07"), (740, 625, "收货人：见附件"))
    assert said["remark"] == "合同号:HT-07收货人:见附件"


def test_a_rate_that_does_not_exist_is_a_misread_percent_sign() -> None:
    lines = [
        (60, 60, "增值税税率或征收率"),
        (400, 60, "138"),
        (60, 110, "不含税价"),
        (400, 110, "￥100.00"),
        (60, 160, "增值税税额"),
        (400, 160, "￥13.00"),
    ]
    assert fields("vehicle_sale_invoice", *lines)["tax_rate"] == "13"


# --- Known forms ------------------------------------------------------------------------------------------------------


def test_a_card_whose_labels_are_lost_or_misread_is_read_in_its_order() -> None:
    said = fields(
        "id_card",
        (60, 60, "姓石方小月"),
        (60, 110, "性别女氏旅回"),
        (60, 160, "生1988年12月1日"),
        (120, 210, "海棠市松岭区银杏路8号"),
        (120, 245, "二单元301室"),
        (60, 320, "公民身份号码11010519881201002X"),
    )
    assert said["name"] == "方小月"
    assert (said["sex"], said["ethnicity"]) == ("female", "回")
    assert said["birth_date"] == "1988-12-01"
    assert said["address"] == "海棠市松岭区银杏路8号二单元301室"


def test_the_place_of_a_value_makes_it_less_sure_than_its_label() -> None:
    lost = page(
        (60, 60, "方小月"), (60, 110, "性别女"), (200, 110, "民族回"), (60, 320, "公民身份号码11010519881201002X")
    )
    whole = page(
        (60, 60, "姓名方小月"), (60, 110, "性别女"), (200, 110, "民族回"), (60, 320, "公民身份号码11010519881201002X")
    )
    [one], [other] = read("id_card", lost), read("id_card", whole)
    assert one.fields["name"] == other.fields["name"] == "方小月"
    assert (one.evidence["name"].confidence or 0) < (other.evidence["name"].confidence or 0)


def test_two_dates_that_were_read_as_one_line_are_two() -> None:
    said = fields(
        "vehicle_license",
        (60, 10, "号牌号码浙A12345"),
        (60, 60, "注册日期"),
        (300, 60, "发证日期"),
        (80, 95, "2016-05-042016-05-09"),
    )
    assert (said["register_date"], said["issue_date"]) == ("2016-05-04", "2016-05-09")


def test_the_seal_of_a_licence_in_three_lines_is_its_authority() -> None:
    said = fields(
        "driving_license",
        (400, 60, "姓名方小月"),
        (400, 110, "准驾车型C1"),
        (60, 60, "浙江省长乐"),
        (60, 95, "市公安局交"),
        (60, 130, "通警察支队"),
    )
    assert said["issuing_authority"] == "浙江省长乐市公安局交通警察支队"


def test_first_letters_of_labels_read_as_one_column_go_to_their_rows() -> None:
    lines = page((160, 60, "称 长乐食品有限公司"), (160, 100, "型 有限责任公司"), (60, 180, "成立日期 2016年02月11日"))
    letters = Line(text="名类", confidence=0.9, box=((60, 60), (90, 60), (90, 130), (60, 130)))
    said = read("business_license", [*lines, letters])[0].fields
    assert (said["name"], said["type"]) == ("长乐食品有限公司", "有限责任公司")


def test_the_date_below_the_authority_is_the_day_of_registration() -> None:
    said = fields(
        "business_license", (60, 60, "名称 长乐食品有限公司"), (400, 200, "登记机关"), (460, 250, "2019年08月02日")
    )
    assert said["registration_date"] == "2019-08-02"
    assert "registration_authority" not in said


def test_the_latin_name_behind_the_chinese_one_needs_no_label() -> None:
    said = fields(
        "hk_macau_exit_permit_front",
        (40, 40, "往来港澳通行证"),
        (40, 100, "姓名"),
        (40, 140, "顾小月"),
        (320, 140, "GU,XIAOYUE"),
        (40, 200, "出生日期"),
    )
    assert (said["name_zh"], said["name_en"]) == ("顾小月", "GU, XIAOYUE")


def test_a_card_expires_on_the_later_of_its_dates() -> None:
    said = fields(
        "bank_card",
        (60, 60, "青禾银行"),
        (60, 160, "6222020000000000000"),
        (60, 220, "05/19"),
        (260, 220, "05/29"),
        (60, 270, "FANG XIAOYUE"),
    )
    assert said["valid_to"] == "05/29"
    assert said["holder_name"] == "FANG XIAOYUE"


def test_how_a_ticket_was_paid_is_no_passenger() -> None:
    ticket = (
        (60, 60, "海棠站"),
        (300, 60, "D306"),
        (500, 60, "长乐站"),
        (60, 110, "2021年04月19日10:51开"),
        (300, 160, "网折"),
    )
    assert "passenger_name" not in fields("train_ticket", *ticket)
    named = fields("train_ticket", *ticket, (60, 210, "1101051988****002X方小月"))
    assert named["passenger_name"] == "方小月"


# --- What is covered, and what is several -----------------------------------------------------------------------------


def test_what_is_left_of_a_covered_value_is_kept_but_is_no_value() -> None:
    [document] = read(
        "driving_license",
        page(
            (60, 60, "姓名"),
            (130, 60, "方"),
            (60, 110, "住址"),
            (130, 110, "浙江省"),
            (60, 160, "准驾车型"),
            (200, 160, "C1"),
        ),
    )
    assert document.fields == {"vehicle_class": "C1"}
    assert {evidence.text for evidence in document.unmapped} >= {"方", "浙江省"}


def test_two_tickets_on_one_picture_are_two_documents() -> None:
    def ticket(left: float, start: str, end: str, train: str, day: str, price: str) -> list[Print]:
        return [
            (left, 60, f"{start}站"),
            (left + 150, 60, train),
            (left + 280, 60, f"{end}站"),
            (left, 110, f"2021年04月{day}日10:51开"),
            (left, 160, f"¥{price}元"),
            (left + 250, 160, "07车12B号"),
        ]

    found = read(
        "train_ticket",
        page(*ticket(60, "海棠", "长乐", "D306", "19", "53.0"), *ticket(700, "松岭", "云溪", "G12", "20", "80.5")),
    )
    said = {(one.fields["departure_station"], one.fields["train_number"], one.fields["price"]) for one in found}
    assert said == {("海棠站", "D306", "53.0"), ("松岭站", "G12", "80.5")}


def test_what_cannot_be_is_said_to_be_doubtful() -> None:
    [document] = read(
        "taxi_receipt", page((60, 60, "日期：2199-05-07"), (60, 100, "等候：00:82:10"), (60, 140, "金额：31.00元"))
    )
    assert failed(document) >= {"date", "waiting_time"}


# --- Forms of several years and places --------------------------------------------------------------------------------


def test_the_value_of_a_label_that_nobody_declared_is_no_second_line_of_the_value_above() -> None:
    said = fields(
        "business_license",
        *[
            (80, 60, "企业法人营业执照"),
            (80, 120, "注册号 350100100012345"),
            (80, 180, "公司类型"),
            (300, 180, "有限责任公司"),
        ],
        *[(80, 230, "注册资本"), (300, 230, "伍拾万元"), (80, 280, "实收资本"), (300, 280, "叁拾万元")],
        *[(80, 330, "经营范围及方式"), (360, 330, "小吃服务"), (80, 380, "合伙期限"), (300, 380, "长期")],
    )
    assert said["registered_capital"] == "伍拾万元"
    assert (said["business_scope"], said["business_term"]) == ("小吃服务", "长期")


def test_a_receipt_of_another_city_has_other_labels_and_a_plate_with_its_province() -> None:
    said = fields(
        "taxi_receipt",
        *[(60, 20, "云州市客运出租汽车统一发票"), (60, 60, "代码"), (260, 60, "112001880123"), (60, 100, "号码")],
        *[
            (260, 100, "00012345"),
            (60, 140, "企业名称：云州市长乐出租汽车有限公司"),
            (60, 180, "车牌号"),
            (260, 180, "津E12345"),
        ],
        *[(60, 220, "乘车日期"), (260, 230, "2020-07-08"), (60, 260, "计程单价"), (260, 270, "1.70")],
        *[(60, 300, "行驶里程"), (260, 310, "6.8"), (60, 340, "附加"), (260, 350, "1.00元"), (60, 380, "总金额")],
        (260, 390, "18.00"),
    )
    assert said == {
        "invoice_code": "112001880123",
        "invoice_number": "00012345",
        "date": "2020-07-08",
        "plate_number": "津E12345",
        "unit_price": "1.70",
        "distance_km": "6.8",
        "fuel_surcharge": "1.00",
        "total": "18.00",
        "company": "云州市长乐出租汽车有限公司",
        "city": "云州市",
    }


def test_a_text_that_was_hardly_read_is_kept_but_is_no_value() -> None:
    lines = page((60, 60, "单位：云州出租"), (60, 100, "金额：31.00元"))
    [document] = read("taxi_receipt", [lines[0].model_copy(update={"confidence": 0.42}), lines[1]])
    assert document.fields == {"total": "31.00"}
    assert [(one.label, one.text) for one in document.unmapped] == [("单位", "云州出租")]


def test_a_masked_number_that_was_read_in_two_pieces_without_some_asterisks_is_whole() -> None:
    said = fields("train_ticket", (60, 60, "3301061993"), (272, 58, "*9961"), (400, 60, "方思敏"), (60, 120, "G7191"))
    assert (said["id_number"], said["passenger_name"]) == ("3301061993****9961", "方思敏")


def test_a_station_by_itself_may_be_either_and_is_doubtful() -> None:
    lines = [(60, 60, "G7191"), (300, 60, "南京南站"), (60, 120, "2024年03月05日08:30开"), (60, 180, "￥93.5元")]
    [alone] = read("train_ticket", page(*lines))
    assert "certain" in [check.name for check in alone.failed if "departure_station" in check.fields]
    [both] = read("train_ticket", page((-200, 60, "镇江南站"), *lines))
    assert (both.fields["departure_station"], both.fields["destination_station"]) == ("镇江南站", "南京南站")
    assert not both.failed


def test_the_first_station_may_have_been_read_in_two_pieces() -> None:
    said = fields(
        "train_ticket",
        *[(60, 60, "B012345"), (60, 120, "云溪南"), (170, 122, "站"), (420, 120, "海棠站"), (290, 120, "G7302")],
        *[(60, 220, "2023年05月07日09:12开"), (420, 220, "05车08C号"), (60, 260, "￥89.5元"), (420, 260, "二等座")],
    )
    assert (said["departure_station"], said["destination_station"]) == ("云溪南站", "海棠站")


def test_two_numbers_side_by_side_are_not_one_of_their_lengths_together() -> None:
    said = fields(
        "vat_invoice", (900, 40, "92010119"), (1060, 40, "1100193140"), (60, 300, "合计"), (400, 300, "¥5.00")
    )
    assert not {"buyer_tax_id", "seller_tax_id"} & {*said}


def test_a_text_ends_before_the_value_of_a_field_whose_label_was_not_read() -> None:
    account = "青禾银行云溪支行 6200111122223333"
    bank = fields("vat_invoice", (60, 60, "销售方开户行及账号："), (370, 60, account), (370, 95, "收门人：赵一"))
    assert bank["seller_bank_account"] == "青禾银行云溪支行6200111122223333"
    lines = [(60, 60, "名称"), (200, 60, "青禾云溪科技有限公司"), (60, 120, "注册资本"), (240, 120, "伍佰万元整")]
    firm = fields("business_license", *lines, (240, 155, "2013年10月11日"))
    assert firm["registered_capital"] == "伍佰万元整"


def test_a_text_that_hangs_into_the_row_below_joins_nothing_there() -> None:
    labels = [(60, 60, "销售方地址、电话："), (60, 100, "销售方开户行及账号：青禾银行云溪支行 6200111122223333")]
    said = fields("vat_invoice", *labels, (350, 88, "青禾市云溪区明湖路1号 0571-55550123"))
    assert said["seller_bank_account"] == "青禾银行云溪支行6200111122223333"


def test_the_class_of_goods_stands_between_two_asterisks() -> None:
    heads = [(60, 60, "项目名称"), (360, 60, "规格型号"), (560, 60, "金额"), (700, 60, "税额")]
    said = fields("vat_invoice", *heads, (60, 110, "照明器具*台灯"), (560, 110, "100.00"), (700, 110, "13.00"))
    assert said["items"] == [{"name": "*照明器具*台灯", "amount": "100.00", "tax": "13.00"}]


# --- What belongs to which field --------------------------------------------------------------------------------------


def test_a_remark_that_lists_accounts_is_one_text() -> None:
    said = "购方开户银行:青禾银行; 银行账号:6000555000111;销方开户银行:云溪银行;银行账号:6000777000222"
    found = fields("vat_invoice", (0, 0, "发票号码：24117000000012345678"), (0, 600, "备注"), (120, 600, said))

    assert (found.get("remark"), found.get("buyer_bank_account")) == (said.replace("; ", ";"), None)


def test_a_name_is_in_the_letters_of_its_field() -> None:
    found = fields("hk_macau_exit_permit_front", (0, 0, "姓名 Name"), (0, 50, "江云海"), (0, 100, "JIANG, YUNHAI"))

    assert (found.get("name_zh"), found.get("name_en")) == ("江云海", "JIANG, YUNHAI")


def test_a_numbered_caption_in_three_languages_is_the_declared_one() -> None:
    caption = "4. Kodakondsus/Nationality/Nationalité"

    assert fields("passport", (0, 0, caption), (0, 40, "EESTI"))["nationality"] == "EESTI"


# --- Other photographs and other specimens of the same forms ----------------------------------------------------------

LICENCE = [(60, 120, "证号"), (130, 120, "110105199306120042"), (60, 180, "姓名"), (170, 180, "顾家明")]


def test_the_second_line_of_an_address_may_stand_beside_small_print_and_over_a_seal() -> None:
    address = [(60, 245, "住址"), (170, 245, "青禾市云溪区明湖街道松花路"), (170, 285, "18号3栋2单元1801")]
    seal = [(60, 340, "青禾省云溪"), (60, 380, "市公安局交"), (60, 420, "通警察支队")]
    said = fields("driving_license", *LICENCE, *address, (60, 290, "Address"), *seal, (300, 450, "准驾车型 C1"))
    assert said["address"] == "青禾市云溪区明湖街道松花路18号3栋2单元1801"
    assert said["issuing_authority"] == "青禾省云溪市公安局交通警察支队"


def test_a_label_that_was_read_as_the_end_of_a_seals_line_keeps_its_value() -> None:
    seal = [(60, 340, "青禾省云溪出生日期"), (360, 340, "1993-06-12"), (60, 380, "市公安局交"), (60, 420, "通警察支队")]
    said = fields("driving_license", *LICENCE, *seal)
    assert (said["birth_date"], said["issuing_authority"]) == ("1993-06-12", "青禾省云溪市公安局交通警察支队")


def test_a_word_of_a_label_within_the_brackets_of_a_value_is_a_part_of_it() -> None:
    said = fields("business_license", (60, 60, "类型 有限责任公司(台港澳法人独资)"), (60, 120, "法定代表人 顾家明"))
    assert (said["type"], said["legal_representative"]) == ("有限责任公司(台港澳法人独资)", "顾家明")


def test_a_day_and_a_time_that_stand_apart_are_one_moment() -> None:
    day = [(60, 290, "2021年03月04日"), (360, 290, "09:21开")]
    stations = [(160, 190, "云溪南站"), (470, 190, "G7215"), (760, 190, "海棠站")]
    assert fields("train_ticket", *stations, *day)["departure_time"] == "2021-03-04T09:21:00"


def test_a_station_may_have_its_terminal_before_it_and_dirt_behind_it() -> None:
    heads = [(x, 200, head) for x, head in ((380, "承运人"), (500, "航班号"), (610, "座位等级"), (740, "日期"))]
    flight = [(390, 270, "云航"), (500, 270, "ZZ1204"), (640, 270, "Y"), (730, 270, "2021-03-04")]
    ways = [(60, 270, "自FROM"), (170, 270, "T3松岭"), (60, 320, "至TO"), (170, 320, "海棠·")]
    [leg] = fields("air_itinerary", *heads, *ways, *flight)["segments"]
    assert (leg["from_station"], leg["to_station"], leg["carrier"]) == ("T3松岭", "海棠", "云航")


def test_a_card_number_may_stand_in_four_lines() -> None:
    groups = [(60, 400 + 60 * at, group) for at, group in enumerate(("6214", "8301", "1234", "5672"))]
    assert fields("bank_card", (60, 60, "青禾银行"), *groups)["card_number"] == "6214830112345672"


def test_the_name_of_goods_is_one_text_though_it_reaches_under_the_next_head() -> None:
    heads = [(60, 60, "项目名称"), (260, 60, "规格型号"), (560, 60, "金额"), (700, 60, "税额")]
    said = fields("vat_invoice", *heads, (60, 110, "*住宿服务*住宿费"), (560, 110, "100.00"), (700, 110, "6.00"))
    assert said["items"] == [{"name": "*住宿服务*住宿费", "amount": "100.00", "tax": "6.00"}]


def test_an_amount_and_a_rate_that_were_read_as_one_are_two() -> None:
    heads = [(60, 60, "项目名称"), (360, 60, "金额"), (480, 60, "税率"), (600, 60, "税额")]
    [item] = fields("vat_invoice", *heads, (60, 110, "台灯"), (360, 110, "450.0017%"), (600, 110, "76.50"))["items"]
    assert (item["amount"], item["tax_rate"], item["tax"]) == ("450.00", "17", "76.50")


def test_a_name_in_latin_letters_below_the_chinese_one_is_no_second_line_of_it() -> None:
    names = [(320, 130, "姓名"), (320, 165, "王芳"), (320, 200, "WANG, FANG")]
    said = fields("hk_macau_exit_permit_front", *names, (320, 260, "出生日期"), (320, 295, "1993.06.12"))
    assert (said["name_zh"], said["name_en"]) == ("王芳", "WANG, FANG")


@pytest.mark.parametrize("read", ["+照明器具+台灯", "*照明器具+台灯", "×照明器具*台灯"])
def test_the_asterisks_around_a_class_of_goods_may_be_read_as_other_marks(read: str) -> None:
    heads = [(60, 60, "项目名称"), (360, 60, "规格型号"), (560, 60, "金额"), (700, 60, "税额")]
    said = fields("vat_invoice", *heads, (60, 110, read), (560, 110, "100.00"), (700, 110, "13.00"))
    assert said["items"] == [{"name": "*照明器具*台灯", "amount": "100.00", "tax": "13.00"}]


def test_where_a_form_asks_for_a_seal_nobody_signs() -> None:
    said = fields(
        "vat_invoice", (60, 60, "开票人："), (200, 60, "销售方:(章"), (60, 100, "价税合计:"), (200, 100, "113.00")
    )
    assert "issuer" not in said


VIN = "LZZB86FZ5RB221217"


@pytest.mark.parametrize("model", [[(260, 60, "天和牌QS8736C"), (260, 100, VIN)], [(260, 60, f"天和牌QS8736C {VIN}")]])
def test_a_number_with_its_check_digit_is_no_end_of_another_value(model: list[tuple[int, int, str]]) -> None:
    said = fields("vehicle_license", (60, 60, "品牌型号"), *model)
    assert (said["brand_model"], said["vin"]) == ("天和牌QS8736C", VIN)


@pytest.mark.parametrize(
    "scope",
    [[(60, 60, "经营范围"), (200, 60, "软件开发;计算机系统集住")], [(60, 60, "经营范围 软件开发;计算机系统集住")]],
)
def test_the_first_letter_of_a_label_that_was_read_with_the_text_before_it(scope: list[tuple[int, int, str]]) -> None:
    said = fields("business_license", *scope, (200, 95, "成;电子产品销售。"), (600, 60, "所青禾市云溪区新月街308号3层"))
    assert said["address"] == "青禾市云溪区新月街308号3层"
    assert said["business_scope"] == "软件开发;计算机系统集成;电子产品销售。"


def test_a_size_is_three_lengths_though_they_stand_apart() -> None:
    size = [(60, 60, "车辆（毫米）"), (250, 60, "长6955"), (410, 60, "宽2490"), (570, 60, "高3515")]
    assert fields("road_transport_permit", *size)["vehicle_size"] == "6955x2490x3515"
    assert "vehicle_size" not in fields("road_transport_permit", *size[:2])


def test_a_watermark_aslant_over_the_page_is_no_value() -> None:
    heads = [(60, 60, "项目名称"), (360, 60, "规格型号"), (560, 60, "金额"), (700, 60, "税额")]
    printed = page(*heads, (60, 110, "台灯"), (560, 110, "100.00"), (700, 110, "13.00"))
    [invoice] = read("vat_invoice", [*printed, *page((297, 236, "仅供租房"), turned=-20)])
    assert invoice.fields["items"] == [{"name": "台灯", "amount": "100.00", "tax": "13.00"}]


def test_dirt_before_or_behind_a_label_is_no_part_of_it() -> None:
    said = fields(
        "taxi_receipt",
        (60, 60, "·单价："),
        (260, 60, "2.40元"),
        (60, 100, "里程："),
        (150, 100, "·"),
        (260, 100, "8.6KM"),
    )
    assert (said["unit_price"], said["distance_km"]) == ("2.40", "8.6")


def test_a_number_that_goes_on_in_the_next_line_is_one() -> None:
    said = fields(
        "vat_invoice", (60, 60, "销售方开户行及账号："), (370, 60, "青禾银行云溪支行 620011"), (370, 92, "1122223333")
    )
    assert said["seller_bank_account"] == "青禾银行云溪支行6200111122223333"


def test_a_long_label_may_lack_its_first_or_last_letter() -> None:
    said = fields("vehicle_license", (60, 60, "册日期 2017-03-22"), (60, 110, "发证日"), (200, 110, "2021-09-14"))
    assert (said["register_date"], said["issue_date"]) == ("2017-03-22", "2021-09-14")


def test_what_is_glued_to_a_label_that_lost_its_last_letter_is_not_cut() -> None:
    assert fields("vehicle_license", (60, 60, "整备质1750kg"), (60, 110, "总质量2170kg"))["curb_mass_kg"] == 1750
    permit = fields(
        "road_transport_permit", (60, 60, "业户名称：青禾物流有限公司"), (60, 110, "核发机云溪市运输管理所")
    )
    assert permit.get("issuing_authority") in (None, "云溪市运输管理所")


def test_a_value_that_lists_longer_labels_of_its_own_is_one() -> None:
    listed = "宗地面积：210.50㎡/房屋建筑面积：118.32㎡"
    said = fields(
        "real_estate_title",
        *[(60, 60, "用途"), (260, 60, "城镇住宅用地"), (60, 110, "面积"), (260, 110, listed)],
        *[
            (60, 160, "权利其他状况"),
            (260, 160, "房屋结构：混合"),
            (260, 200, "专有建筑面积：92.11㎡，分摊建筑面积：26.21㎡"),
        ],
    )
    assert (said["usage"], said["area"]) == ("城镇住宅用地", "宗地面积:210.50m2/房屋建筑面积:118.32m2")


def test_a_unit_in_brackets_behind_a_label_is_part_of_it() -> None:
    said = fields("vehicle_conformity_certificate", (60, 60, "26.总质量(kg)"), (300, 60, "2170"))
    assert said["gross_mass_kg"] == 2170


@pytest.mark.parametrize("gap", [0, 40])
def test_a_label_without_a_value_takes_no_other_label_for_one(gap: int) -> None:
    labels = ["保证人名称：", "保证人地址：", "保证日期："]
    apart = [(60 + (200 + gap) * number, 60, text) for number, text in enumerate(labels)]
    printed = apart if gap else [(60, 60, " ".join(labels))]
    said = fields("electronic_acceptance_bill", *printed, (60, 120, "汇票到期日 2023-09-01"))
    assert said == {"due_date": "2023-09-01"}


def test_a_label_that_goes_on_in_the_next_line_leaves_nothing_to_the_value() -> None:
    broken = [(60, 60, "购买方名称及身份"), (60, 90, "证号码/组织机构代码"), (380, 60, "林一一")]
    assert fields("vehicle_sale_invoice", *broken)["buyer_name"] == "林一一"


def test_a_title_ends_where_the_part_of_a_form_is_named_below_it() -> None:
    said = fields("generic_bills", (60, 60, "青禾省通用机打发票"), (60, 95, "发票联"), (60, 160, "合计：¥268.00"))
    assert said["bill_type"] == "青禾省通用机打发票"


def test_a_name_that_reaches_under_the_next_head_is_still_a_name() -> None:
    heads = [(60, 60, "项目名称"), (260, 60, "规格型号"), (560, 60, "金额"), (700, 60, "税额")]
    said = fields("vat_invoice", *heads, (60, 110, "*物流辅助服务*收派服务费"), (560, 110, "56.60"), (700, 110, "3.40"))
    assert said["items"] == [{"name": "*物流辅助服务*收派服务费", "amount": "56.60", "tax": "3.40"}]


@pytest.mark.parametrize(
    ("slug", "field", "text", "value"),
    [
        (
            "account_opening_permit",
            "account_name",
            "经审核，青禾云溪科技有限公司符合开户条件，准予",
            "青禾云溪科技有限公司",
        ),
        *[
            (slug, "certificate_number", number, number)
            for slug, number in [
                ("real_estate_registration_proof", "沪(2022)青字不动产证明第14001234号"),
                ("property_ownership_certificate", "京房权证青字第0123456号"),
                ("property_ownership_certificate_unified", "粤(2019)青禾市不动产权第00123456号"),
            ]
        ],
    ],
)
def test_what_a_certificate_prints_without_a_label_is_known_by_its_form(
    slug: str, field: str, text: str, value: str
) -> None:
    assert fields(slug, (60, 60, text), (60, 110, "准予开立基本存款账户。"))[field] == value


def test_an_amount_in_words_ends_where_its_figures_begin() -> None:
    said = fields("electronic_acceptance_bill", (60, 60, "票据金额"), (260, 60, "人民币(大写) 壹拾万元整 ¥100,000.00"))
    assert said["amount_cn"] == "壹拾万元整"


MARKET: tuple[Print, ...] = (
    (300, 30, "二手车销售统一发票"),
    (60, 100, "买方单位/个人"),
    (340, 100, "林一一"),
    (60, 150, "买方单位/个人住址"),
    (340, 150, "海棠市青石街7号"),
    (860, 150, "电话"),
    (960, 150, "13800000001"),
    (60, 200, "卖方单位/个人"),
    (340, 200, "顾家明"),
    (60, 250, "卖方单位/个人住址"),
    (340, 250, "海棠市柳巷12号"),
    (860, 250, "电话"),
    (960, 250, "13900000002"),
    (60, 300, "二手车市场"),
    (340, 300, "海棠旧车交易市场有限公司"),
    (60, 350, "地址"),
    (340, 350, "海棠市城东街道"),
    (60, 400, "开户银行、账号"),
    (340, 400, "海棠银行城东支行802123456789"),
    (860, 400, "电话"),
    (960, 400, "0532-80000003"),
)


def test_a_label_that_parties_share_is_that_of_the_block_it_stands_in() -> None:
    shifted = tuple((x, y + 100 * (y >= 300), text) for x, y, text in MARKET)
    blocks = (*shifted, (60, 300, "经营、拍卖单位"), (60, 350, "经营、拍卖单位地址"))
    for prints in (MARKET, blocks):
        said = fields("used_car_invoice", *prints)
        assert {name: said[name] for name in said if name.endswith(("_phone", "_address", "_bank_account"))} == {
            "buyer_address": "海棠市青石街7号",
            "buyer_phone": "13800000001",
            "seller_address": "海棠市柳巷12号",
            "seller_phone": "13900000002",
            "market_address": "海棠市城东街道",
            "market_bank_account": "海棠银行城东支行802123456789",
            "market_phone": "0532-80000003",
        }
