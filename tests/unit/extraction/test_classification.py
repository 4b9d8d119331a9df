"""What a page is told to be, from its lines alone; and that an ordinary text is nothing."""

import pytest

from ocr.extraction.classification import classify, ranking
from ocr.model.reading import Line
from tests.support.other_texts import TEXTS
from tests.support.printed import Print, page

PITCH, GAP = 44, 70  # pixels, between rows and between the texts of one


def laid_out(text: str) -> list[Line]:
    """The text as it would be read: a line for each of its rows, or for each part of one."""
    prints: list[Print] = []
    for number, row in enumerate(text.split("\n")):
        x = 40.0
        for part in row.strip().split("  "):
            prints.append((x, number * PITCH, part))
            x += 30 * len(part) + GAP
    return page(*prints)


@pytest.mark.parametrize("text", TEXTS, ids=[text.split("\n")[0][:12] for text in TEXTS])
def test_an_ordinary_text_is_no_document(text: str) -> None:
    verdict = classify(laid_out(text))

    assert verdict is None, verdict


DOCUMENTS = {
    "train_ticket": """K000002  检票：3B
    云溪站  G1400  江州北站
    Yunxi  Jiangzhoubei
    2019年03月07日16:33开  03车06F号
    ¥81.0元  网  二等座
    限乘当日当次车
    1101011990****4514张三
    10000000000000K000002  云溪售""",
    "id_card": """姓名 张三
    性别男民族汉
    出生1990年3月7日
    住址 青禾市云溪区明湖路1号
    公民身份号码110101199003074514""",
    "bank_card": """青禾银行
    人民币信用卡
    MONTH/YEAR
    03/24""",
    "vehicle_license": """号牌号码  青A12345  档案编号  110000000001
    核定载人数  5人  总质量  1640kg
    整备质量  1265kg  核定载质量
    外廓尺寸  4600×1800×1500mm
    检验记录  检验有效期至2025年03月""",
    "passport": """REPUBLIK UTOPIEN
    REISEPASS
    ZIMOWSKA
    OLGA
    15.07.1990
    P<UT0ZIM0WSKA<<0LGA<<<<<<<<<<<<<<<<<<<<<<<<<
    ZO00123450UT09007150F3007147<<<<<<<<<<<<<<<0""",
    "business_license": """营业执照
    统一社会信用代码  91350100M000100Y43
    名称  青禾云溪科技有限公司
    类型  有限责任公司
    法定代表人  张三
    经营范围  软件开发；信息技术服务
    注册资本  壹佰万元整
    成立日期  2019年03月07日
    登记机关  青禾市市场监督管理局""",
}


@pytest.mark.parametrize("slug", DOCUMENTS)
def test_a_document_is_told_by_what_stands_on_it(slug: str) -> None:
    verdict = classify(laid_out(DOCUMENTS[slug]))

    assert verdict is not None
    assert verdict.best == slug


def test_words_of_a_running_text_are_no_labels() -> None:
    text = "要坚持民族团结，出生人口、性别比例、姓名登记和住址变更等指标保持稳定。"

    assert {score for _, score in ranking(laid_out(text))} == {0.0}


OWN = """姓名  顾家明
    性别  男  民族  汉
    出生  1990年3月7日
    住址  青禾市云溪区新月街35号
    公民身份号码  110101199003074514"""


@pytest.mark.parametrize("heading", ["报名登记表", "云溪区人民医院处方笺", "江州大学个人简历", "缴费凭条(存根)"])
def test_what_is_headed_as_another_kind_of_paper_is_no_document(heading: str) -> None:
    assert classify(laid_out(OWN)) is not None
    assert classify(laid_out(f"{heading}\n{OWN}")) is None


def test_a_page_that_mostly_has_other_captions_is_no_document() -> None:
    others = "科室：内科\n床号：12\n主诉：头痛\n诊断：感冒\n医嘱：休息\n复诊：一周"

    assert classify(laid_out(f"{OWN}\n{others}")) is None


def test_a_copy_with_a_word_on_top_is_still_the_document() -> None:
    verdict = classify(laid_out(f"身份证复印件\n{OWN}"))

    assert verdict is not None
    assert verdict.best == "id_card"


def test_the_same_words_weigh_less_in_a_longer_text() -> None:
    labels = "姓名：张三\n性别：女\n出生：1990年3月7日"
    short = dict(ranking(laid_out(labels)))["id_card"]
    long = dict(ranking(laid_out(labels + "\n第一次来到这里的人都说风景很好" * 40)))["id_card"]

    assert long < short / 2
