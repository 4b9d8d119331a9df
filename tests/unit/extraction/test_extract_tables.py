"""Line items, tables and running text out of lines."""

import math
from collections.abc import Callable

import pytest

from local.accuracy.offline import record_of
from ocr.declare.field_types import ChineseMoney, Code, Date, Figures, Money, Number, Percent, TaxId, Text, Time
from ocr.declare.fields import Fields, label, rows
from ocr.extraction.extract import find
from ocr.extraction.tables import tables, text
from ocr.model.reading import Line, Point, Table
from tests.support.printed import column, grid, page, turn, values


class Sold(Fields):
    name: Text | None = label("项目名称", "货物或应税劳务、服务名称")
    spec: Text | None = label("规格型号")
    unit: Text | None = label("单位")
    quantity: Number | None = label("数量")
    unit_price: Number | None = label("单价")
    amount: Money | None = label("金额")
    tax_rate: Percent | None = label("税率")
    tax: Money | None = label("税额")


class Invoice(Fields):
    invoice_code: Figures | None = label("发票代码")
    invoice_number: Figures | None = label("发票号码")
    buyer_name: Text | None = label("购买方名称", "购方名称")
    buyer_tax_id: TaxId | None = label("购买方纳税人识别号")
    seller_name: Text | None = label("销售方名称", "销方名称")
    seller_tax_id: TaxId | None = label("销售方纳税人识别号")
    amount: Money | None = label("合计金额", "金额合计")
    tax: Money | None = label("合计税额", "税额合计")
    total: Money | None = label("价税合计(小写)", "价税合计")
    total_cn: ChineseMoney | None = label("价税合计(大写)")
    payee: Text | None = label("收款人")
    remark: Text | None = label("备注", free=True)
    items: list[Sold] = rows("items")


HEADS = [
    *[(120, 330, "货物或应税劳务、服务名称"), (560, 330, "规格型号"), (730, 330, "单 位"), (830, 330, "数 量")],
    *[(960, 330, "单 价"), (1100, 330, "金 额"), (1240, 330, "税率"), (1340, 330, "税 额")],
]
INVOICE = page(
    *[(700, 50, "发票代码：033001900111"), (700, 90, "发票号码：12345678")],
    *column(40, 200, "购买方"),
    *[(100, 200, "名    称：青禾云溪科技有限公司"), (100, 240, "纳税人识别号：91330100MA2AX0LM51")],
    *HEADS,
    *[
        (60, 370, "*信息技术服务*软件开发"),
        (740, 370, "项"),
        (850, 370, "1"),
        (960, 370, "1000.00"),
        (1090, 370, "1000.00"),
    ],
    *[(1240, 370, "13%"), (1340, 370, "130.00"), (60, 405, "服务费")],
    *[(60, 440, "*纸制品*打印纸"), (560, 440, "A4"), (740, 440, "包"), (850, 440, "2"), (960, 440, "10.00")],
    *[(1110, 440, "20.00"), (1240, 440, "13%"), (1350, 440, "2.60")],
    *[(150, 620, "合    计"), (1070, 620, "¥1020.00"), (1310, 620, "¥132.60")],
    *[(100, 670, "价税合计（大写）"), (400, 670, "壹仟壹佰伍拾贰圆陆角"), (900, 670, "（小写）¥1152.60")],
    *column(40, 740, "销售方"),
    *[(100, 740, "名    称：青禾明湖贸易有限公司"), (100, 780, "纳税人识别号：91330100MA2B00LN8Q")],
    *[*column(800, 745, "备注"), (860, 745, "订单号A1"), (860, 785, "第二行"), (100, 900, "收款人：李四")],
    turned=2,
)


def curled(point: Point) -> Point:
    """The page's middle 24 pixels lower than its sides."""
    x, y = point
    return x, y + 24 * math.sin(math.pi * x / 1500)


def aslant(point: Point) -> Point:
    """The page seen from the right: its rows run apart."""
    x, y = point
    return x, 450 + (y - 450) * (1 + x / 11000)


def test_reads_both_parties_and_the_totals_of_an_invoice() -> None:
    assert values(find(Invoice, INVOICE)) == {
        "发票代码": "033001900111",
        "发票号码": "12345678",
        "购买方名称": "青禾云溪科技有限公司",
        "购买方纳税人识别号": "91330100MA2AX0LM51",
        "销售方名称": "青禾明湖贸易有限公司",
        "销售方纳税人识别号": "91330100MA2B00LN8Q",
        "合计金额": "¥1020.00",
        "合计税额": "¥132.60",
        "价税合计(小写)": "¥1152.60",
        "价税合计(大写)": "壹仟壹佰伍拾贰圆陆角",
        "收款人": "李四",
        "备注": "订单号A1第二行",
    }


def test_reads_the_line_items_of_an_invoice() -> None:
    assert grid(find(Invoice, INVOICE), "items") == [
        {
            "货物或应税劳务、服务名称": "*信息技术服务*软件开发服务费",
            "单位": "项",
            "数量": "1",
            "单价": "1000.00",
            "金额": "1000.00",
            "税率": "13%",
            "税额": "130.00",
        },
        {
            "货物或应税劳务、服务名称": "*纸制品*打印纸",
            "规格型号": "A4",
            "单位": "包",
            "数量": "2",
            "单价": "10.00",
            "金额": "20.00",
            "税率": "13%",
            "税额": "2.60",
        },
    ]


def unread(*texts: str) -> list[Line]:
    """The invoice where these were not read."""
    assert {*texts} <= {line.text for line in INVOICE}
    return [line for line in INVOICE if line.text not in texts]


@pytest.mark.parametrize(("head", "lost"), [("规格型号", "规格型号"), ("数 量", "数量"), ("单 价", "单价")])
def test_what_stands_under_a_head_that_was_not_read_joins_no_other_column(head: str, lost: str) -> None:
    whole = grid(find(Invoice, INVOICE), "items")
    assert grid(find(Invoice, unread(head)), "items") == [
        {name: value for name, value in row.items() if name != lost} for row in whole
    ]


@pytest.mark.parametrize(("head", "misread"), [("金 额", "全额"), ("数 量", "教量"), ("税 额", "额")])
def test_a_head_of_which_a_letter_is_misread_or_lost_is_the_one_that_is_missing(head: str, misread: str) -> None:
    lines = [line.model_copy(update={"text": misread}) if line.text == head else line for line in INVOICE]
    assert grid(find(Invoice, lines), "items") == grid(find(Invoice, INVOICE), "items")


def test_on_a_narrow_roll_names_stand_over_their_figures() -> None:
    heads = [(60, 300, "项目名称"), (260, 300, "单价"), (360, 300, "数量"), (460, 300, "金额")]
    first = [(60, 340, "转椅"), (260, 374, "300.00"), (360, 374, "2"), (460, 374, "600.00")]
    second = [(60, 408, "台灯"), (260, 442, "80.00"), (360, 442, "3"), (460, 442, "240.00")]
    found = grid(find(Invoice, page(*heads, *first, *second)), "items")
    assert [list(row.values()) for row in found] == [[text for _, _, text in row] for row in (first, second)]


@pytest.mark.parametrize("bent", [curled, aslant])
def test_photographed_paper_is_flattened(bent: Callable[[Point], Point]) -> None:
    lines = [line.model_copy(update={"box": tuple(map(bent, line.box or ()))}) for line in INVOICE]
    flat, found = find(Invoice, INVOICE), find(Invoice, lines)
    assert (values(found), grid(found, "items")) == (values(flat), grid(flat, "items"))


def test_a_first_row_that_reaches_into_the_heads_is_a_row_beside_what_runs_down_the_margin() -> None:
    rows = [
        *[(60, 350, "*餐饮服务*餐费"), (570, 350, "A6"), (740, 350, "项"), (850, 350, "1"), (960, 350, "1000.00")],
        *[(1090, 350, "1000.00"), (1240, 350, "13%"), (1340, 350, "130.00")],
    ]
    found = grid(find(Invoice, page(*HEADS, *rows, *column(1480, 240, "第二联发票联记账凭证"))), "items")
    assert [list(row.values()) for row in found] == [[text for _, _, text in rows]]


@pytest.mark.parametrize("read", [[], [(150, 480, "合")]])
def test_a_row_of_sums_is_no_item_though_its_label_was_not_read(read: list[tuple[int, int, str]]) -> None:
    lines = page(
        *HEADS,
        *[(60, 370, "*餐饮服务*餐费"), (1100, 370, "1000.00"), (1340, 370, "130.00")],
        *[(60, 420, "*纸制品*打印纸"), (1110, 420, "20.00"), (1350, 420, "2.60")],
        *[*read, (1080, 480, "¥1020.00"), (1320, 480, "¥132.60")],
    )
    found = find(Invoice, lines)
    assert [row["金额"] for row in grid(found, "items")] == ["1000.00", "20.00"]
    assert values(found) == {"合计金额": "¥1020.00", "合计税额": "¥132.60"}


@pytest.mark.parametrize("lost", ["购", "方"])
def test_the_head_of_a_party_may_lack_a_letter(lost: str) -> None:
    lines = [line for line in INVOICE if line.text != lost or line.box[0][1] > INVOICE[-1].box[0][1] / 2]  # type: ignore[index]
    assert len(lines) == len(INVOICE) - 1
    assert values(find(Invoice, lines))["购买方名称"] == "青禾云溪科技有限公司"
    assert values(find(Invoice, lines))["销售方名称"] == "青禾明湖贸易有限公司"


class Booked(Fields):
    date: Date | None = label("交易日期", "日期")
    time: Time | None = label("交易时间")
    summary: Text | None = label("摘要")
    amount: Money | None = label("交易金额", "发生额")
    balance: Money | None = label("余额", "账户余额")
    counterparty: Text | None = label("对方户名")


class Statement(Fields):
    account_name: Text | None = label("户名")
    account_number: Code | None = label("账号", "卡号")
    transactions: list[Booked] = rows("transactions")


def test_reads_a_bank_statement_with_an_undeclared_column_and_merged_boxes() -> None:
    lines = page(
        *[(60, 60, "户名：张三"), (500, 60, "账号：6222021234567890128")],
        *[
            (60, 130, "交易日期"),
            (260, 130, "摘要"),
            (420, 130, "交易金额"),
            (620, 130, "账户余额"),
            (820, 130, "柜员"),
        ],
        *[(960, 130, "对方户名")],
        *[(60, 180, "2023-01-05"), (260, 180, "转账"), (430, 180, "-100.00"), (620, 180, "1,900.00 0071")],
        *[(960, 180, "李四")],
        *[
            (60, 230, "2023-01-06"),
            (260, 230, "工资"),
            (420, 230, "5,000.00"),
            (620, 230, "6,900.00"),
            (820, 230, "0071"),
        ],
        *[(960, 230, "青禾云溪科技"), (960, 262, "有限公司")],
        *[(60, 310, "合计"), (420, 310, "4,900.00")],
    )
    found = find(Statement, lines)
    assert values(found) == {"户名": "张三", "账号": "6222021234567890128"}
    first = {"交易日期": "2023-01-05", "摘要": "转账", "交易金额": "-100.00", "账户余额": "1,900.00", "柜员": "0071"}
    second = {"交易日期": "2023-01-06", "摘要": "工资", "交易金额": "5,000.00", "账户余额": "6,900.00", "柜员": "0071"}
    assert grid(found, "transactions") == [
        first | {"对方户名": "李四"},
        second | {"对方户名": "青禾云溪科技有限公司"},
    ]


def test_rows_that_touch_stay_apart() -> None:
    lines = page(
        *[(60, 100, "交易日期"), (260, 100, "摘要"), (420, 100, "交易金额")],
        *[(60, 128, "2023-01-05"), (260, 128, "转账"), (420, 128, "-100.00")],
        *[(60, 156, "2023-01-06"), (260, 156, "工资"), (420, 156, "5,000.00")],
    )
    assert [row["摘要"] for row in grid(find(Statement, lines), "transactions")] == ["转账", "工资"]


def test_cells_read_as_one_text_go_to_their_columns() -> None:
    lines = page(
        *[(60, 100, "交易日期"), (260, 100, "摘要"), (420, 100, "交易金额")],
        *[(60, 150, "2023-01-05"), (260, 150, "转账        1,900.00")],
        *[(60, 200, "2023-01-06"), (260, 200, "工资"), (420, 200, "5,000.00")],
    )
    assert [row["交易金额"] for row in grid(find(Statement, lines), "transactions")] == ["1,900.00", "5,000.00"]


def test_a_page_without_column_heads_has_no_rows() -> None:
    assert find(Statement, page((0, 0, "户名：张三"), (0, 50, "2023-01-05 转账"))).rows == {}


def cells(lines: list[Line]) -> list[dict[tuple[int, int], str]]:
    return [{(cell.row, cell.column): cell.text for cell in table.cells} for table in tables(lines)]


def test_a_table_comes_from_where_its_cells_stand() -> None:
    lines = page(
        *[(0, 0, "部门"), (300, 0, "人数"), (500, 0, "备注")],
        *[(0, 60, "技术部"), (300, 60, "12"), (500, 60, "含实习生")],
        *[(0, 120, "市场部"), (300, 120, "8")],
        *[(0, 180, "合计"), (300, 180, "20"), (500, 180, "二月")],
        turned=90,
    )
    assert cells(lines) == [
        {
            **{(0, 0): "部门", (0, 1): "人数", (0, 2): "备注"},
            **{(1, 0): "技术部", (1, 1): "12", (1, 2): "含实习生"},
            **{(2, 0): "市场部", (2, 1): "8"},
            **{(3, 0): "合计", (3, 1): "20", (3, 2): "二月"},
        }
    ]


def test_a_cell_over_two_columns_says_so() -> None:
    lines = page(
        *[(0, 0, "部门"), (300, 0, "二〇二三年上半年人数合计")],
        *[(0, 60, "技术部"), (300, 60, "12"), (600, 60, "14")],
        *[(0, 120, "市场部"), (300, 120, "8"), (600, 120, "9")],
    )
    (table,) = tables(lines)
    spanning = next(cell for cell in table.cells if cell.text.startswith("二〇二三"))
    assert (spanning.column, spanning.column_to) == (1, 2)


def test_running_text_is_no_table() -> None:
    assert tables(page((0, 0, "关于开放时间的通知"), (0, 60, "各位居民："), (60, 120, "自六月起调整如下。"))) == []


def test_text_comes_in_reading_order() -> None:
    lines = page((300, 0, "二"), (0, 3, "一"), (0, 50, "三"))
    assert text(lines) == "一  二\n三"


RULED = (
    *[(60, 125, "组"), (160, 125, "本年"), (165, 185, "件数"), (305, 185, "金额")],
    *[(60, 245, "东"), (165, 245, "12"), (305, 245, "30.50")],
    *[(60, 305, "西"), (165, 305, "7"), (305, 305, "9.00")],
    (60, 365, "注：共两组，另见附表"),
)
# Three columns and five rows; 组 is two rows high, 本年 two columns wide, the note as wide as the table.
LEVEL = [((40, y), (420, y)) for y in (110, 230, 290, 350, 410)] + [((140, 170), (420, 170))]
UPRIGHT = [((40, 110), (40, 410)), ((420, 110), (420, 410)), ((140, 110), (140, 350)), ((280, 170), (280, 350))]


def _cells(found: list[Table]) -> list[tuple[int, int, int | None, int | None, str]]:
    return [(cell.row, cell.column, cell.row_to, cell.column_to, cell.text) for cell in found[0].cells]


@pytest.mark.parametrize("turned", [0, 4, 90, 180])
def test_printed_rules_make_the_cells_of_a_table(turned: float) -> None:
    rules = [(turn(a, turned), turn(b, turned)) for a, b in (*LEVEL, *UPRIGHT)]
    found = tables(page((100, 50, "收成表"), *RULED, turned=turned), rules)

    assert len(found) == 1
    assert _cells(found) == [
        *[(0, 0, 1, None, "组"), (0, 1, None, 2, "本年"), (1, 1, None, None, "件数"), (1, 2, None, None, "金额")],
        *[(2, 0, None, None, "东"), (2, 1, None, None, "12"), (2, 2, None, None, "30.50")],
        *[(3, 0, None, None, "西"), (3, 1, None, None, "7"), (3, 2, None, None, "9.00")],
        (4, 0, None, 2, "注：共两组，另见附表"),
    ]


def test_a_text_that_was_read_across_a_rule_is_cut_there() -> None:
    prints = [*RULED[:4], (60, 245, "东   12"), (305, 245, "30.50"), *RULED[7:]]
    found = tables(page(*prints), [*LEVEL, *UPRIGHT])

    assert [text for *_, text in _cells(found)][4:7] == ["东", "12", "30.50"]


def test_a_cell_keeps_the_order_of_its_lines() -> None:
    prints = [(60, 120, "上"), (65, 150, "组"), (60, 180, "二"), *RULED[1:]]

    assert _cells(tables(page(*prints), [*LEVEL, *UPRIGHT]))[0] == (0, 0, 1, None, "上组二")


def test_a_frame_round_a_text_is_no_table() -> None:
    box = [((40, 100), (400, 100)), ((40, 200), (400, 200)), ((40, 100), (40, 200)), ((400, 100), (400, 200))]

    assert tables(page((60, 130, "温馨提示：请妥善保管")), box) == []


def test_columns_whose_heads_nearly_touch_are_two() -> None:
    lines = page(
        *[(0, 0, "地块"), (130, 0, "增长量(吨)"), (290, 0, "增长率(%)")],
        *[(0, 60, "甲"), (140, 60, "1"), (290, 60, "10")],
        *[(0, 120, "乙"), (140, 120, "-1"), (290, 120, "-10")],
    )
    rows = [[cell.text for cell in tables(lines)[0].cells if cell.row == row] for row in range(3)]

    assert rows == [["地块", "增长量(吨)", "增长率(%)"], ["甲", "1", "10"], ["乙", "-1", "-10"]]


def test_a_blank_before_a_unit_that_was_lost_is_as_in_the_row_s_other_heads() -> None:
    lines = page(
        *[(0, 0, "产量 (吨)"), (200, 0, "增长量 (吨)"), (420, 0, "增长率(%)")],
        *[(0, 60, "11"), (200, 60, "1"), (420, 60, "10(%)")],
    )
    assert list(cells(lines)[0].values()) == ["产量 (吨)", "增长量 (吨)", "增长率 (%)", "11", "1", "10(%)"]


@pytest.mark.parametrize(("comma", "colon"), [("，", "："), (",", ":")])
def test_a_mark_at_the_end_of_a_line_is_as_wide_as_the_text_s_others(comma: str, colon: str) -> None:
    said = ["各位居民:", f"自六月起{comma}窗口开放{comma}中午不休息", "热线:12345"]
    lines = page(*((0, 60 * number, text) for number, text in enumerate(said)))
    found = record_of("general_text", {"lines": [line.model_dump() for line in lines]})
    assert found.document
    assert found.document.fields["text"] == "\n".join([f"各位居民{colon}", *said[1:]])
