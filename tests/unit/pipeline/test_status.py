"""Promise: success is never claimed falsely. One whole document of the product is a success; nothing else is."""

from datetime import UTC, datetime
from typing import Any

import pytest

from local.accuracy import offline
from local.sheets import composed
from ocr.declare.catalogue import products
from ocr.declare.fields import declared
from ocr.extraction.extract import find
from ocr.model.reading import ExtractedDocument, Item, Line, Reading
from ocr.model.record import PictureInfo, Record, Status
from ocr.pipeline.identity import document_type
from ocr.pipeline.status import settled
from ocr.platform.errors import CallerError, NoResult, OcrError
from tests.support.printed import page

NUMBER = "11010519491231002X"


def record(slug: str, outcome: Reading | OcrError) -> Record:
    empty = Record(id="a" * 32, product=slug, status=Status.SUCCEEDED, created_at=datetime.now(UTC))
    return settled(products()[slug], empty, outcome)


def labelled(slug: str, *values: tuple[str, str]) -> Record:
    """The record of a vendor's labelled values."""
    items = [Item(label=label, text=text) for label, text in values]
    return record(slug, Reading(vendor="v", findings=[ExtractedDocument(items=items)]))


def printed(slug: str, *texts: str) -> Record:
    """The record of a page with these texts one below the other."""
    lines = page(*((60, 60 + 50 * number, text) for number, text in enumerate(texts)))
    return seen(slug, lines)


def seen(slug: str, lines: list[Line]) -> Record:
    return record(slug, Reading(vendor="v", lines=lines, findings=[find(products()[slug].fields, lines)]))


def outcome(found: Record, name: str) -> str | None:
    checks = found.document.checks if found.document else []
    return next((check.outcome for check in checks if check.name == name), None)


def kind(found: Record) -> str | None:
    return found.problem and found.problem.kind


# --- Key fields -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slug", "values", "missing"),
    [
        ("id_card", [("姓名", "林一一"), ("公民身份号码", NUMBER)], None),
        ("id_card", [("签发机关", "海棠市公安局"), ("有效期限", "2015.03.07-2035.03.07")], None),
        ("id_card", [("姓名", "林一一"), ("性别", "女")], ["id_number"]),
        ("id_card", [("有效期限", "2015.03.07-2035.03.07")], ["issuing_authority"]),
        (
            "id_card",
            [("姓名", "林一一"), ("公民身份号码", NUMBER), ("签发机关", "海棠市公安局")],
            ["valid_period", "valid_to"],
        ),
        ("bank_card", [("银行名称", "海棠银行")], ["card_number"]),
        (
            "bank_card",
            [("卡号", "4111111111111111"), ("有效期", "08/31")],
            ["bank_name", "bank_code", "card_name", "card_type"],
        ),
        (
            "generic_bills",
            [("日期", "2024年3月7日"), ("合计", "35.00")],
            ["bill_type", "invoice_code", "invoice_number"],
        ),
        ("driving_license", [("证号", NUMBER), ("姓名", "林一一"), ("档案编号", "110000123456")], None),
        (
            "driving_license",
            [("证号", NUMBER), ("姓名", "林一一"), ("准驾车型", "C1")],
            ["valid_period", "valid_from", "valid_to"],
        ),
        ("captcha", [("res", "x7Kp")], None),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_half_a_document_is_no_success(slug: str, values: list[tuple[str, str]], missing: list[str] | None) -> None:
    found = labelled(slug, *values)
    assert found.document
    assert found.document.fields
    if missing is None:
        assert (found.status, found.problem, outcome(found, "complete")) == (Status.SUCCEEDED, None, "passed")
    else:
        assert (found.status, kind(found), outcome(found, "complete")) == (Status.INCOMPLETE, "incomplete", "failed")
        assert found.problem
        assert found.problem.model_extra == {"vendor": "v", "missing": missing}
        assert found.problem.status == 422


def test_what_was_read_as_no_value_is_kept_and_is_no_success() -> None:
    found = labelled("license_plate", ("车牌号", "无车牌"))
    assert (found.status, found.document and found.document.fields) == (Status.INCOMPLETE, {})
    assert found.document
    assert found.document.evidence["plate_number"].text == "无车牌"


def test_what_a_vendor_read_under_other_labels_is_kept_and_is_no_success() -> None:
    found = labelled("military_officer_card", ("持证人", "张三"), ("证件编号码", "军字第001号"))
    assert found.status == Status.INCOMPLETE
    assert found.document
    assert [one.text for one in found.document.unmapped] == ["张三", "军字第001号"]


@pytest.mark.parametrize(
    "findings", [[], [ExtractedDocument()], [ExtractedDocument(items=[Item(label="姓名", text=" ")])]]
)
def test_nothing_is_nothing(findings: list[ExtractedDocument]) -> None:
    found = record("id_card", Reading(vendor="v", findings=findings))
    assert (found.status, kind(found), found.document) == (Status.NO_RESULT, "no_result", None)


def test_of_a_file_the_first_whole_document_comes_first_and_the_others_follow_by_page() -> None:
    def on(number: int, *values: tuple[str, str]) -> ExtractedDocument:
        return ExtractedDocument(items=[Item(label=label, text=text) for label, text in values], page=number)

    whole = (("姓名", "林一一"), ("公民身份号码", NUMBER))
    fuller = (("姓名", "周二二"), ("公民身份号码", "999999198003070018"), ("住址", "海棠市新月街359号"))
    pages = [on(4, ("姓名", "方海峰")), on(3, *fuller), on(2, *whole), on(1, ("姓名", "王三三"))]
    found = record("id_card", Reading(vendor="v", findings=pages))
    assert (found.status, [one.page for one in offline.documents(found)]) == (Status.SUCCEEDED, [2, 1, 3, 4])
    part = record("id_card", Reading(vendor="v", findings=[pages[0], pages[3]]))
    assert (part.status, [one.page for one in offline.documents(part)]) == (Status.INCOMPLETE, [4, 1])


# --- Another document -------------------------------------------------------------------------------------------------

LICENCE = [
    "中华人民共和国机动车驾驶证",
    f"证号 {NUMBER}",
    "姓名 林一一",
    "性别 女",
    "国籍 中国",
    "住址 海棠市松岭区新月街359号",
    "出生日期 1949-12-31",
    "初次领证日期 2010-05-06",
    "准驾车型 C1",
    "有效期限 2020-05-06至2030-05-06",
]


def test_another_document_is_said_to_be_one() -> None:
    assert printed("driving_license", *LICENCE).status == Status.SUCCEEDED
    found = printed("id_card", *LICENCE)
    assert (found.status, kind(found), outcome(found, "document_type")) == (
        Status.NO_RESULT,
        "wrong_document",
        "failed",
    )
    assert found.problem
    assert found.problem.model_extra == {"vendor": "v", "looks_like": "driving_license"}
    # A person may find that it is one all the same.
    assert found.document
    assert found.document.fields["name"] == "林一一"


@pytest.mark.parametrize(
    ("title", "number"),
    [
        ("不动产权证书", "粤(2019)青禾市不动产权第00123456号"),
        ("房屋所有权证", "青禾市房权证海字第00123456号"),
    ],
)
def test_a_certificate_of_either_register_is_one_of_title_to_a_house(title: str, number: str) -> None:
    found = printed(
        "property_ownership_certificate_unified",
        title,
        number,
        "权利人 林一一",
        "共有情况 单独所有",
        "坐落 青禾市海棠大道505号2栋1201房",
        "不动产单元号 440106003001GB00012F00012546",
        "权利类型 国有建设用地使用权/房屋所有权",
        "权利性质 出让/商品房",
        "用途 住宅",
        "面积 建筑面积48.60平方米",
        "使用期限 2010年03月01日起50年",
    )
    assert found.status is Status.SUCCEEDED
    assert found.document
    assert found.document.fields["certificate_number"] == number


def test_a_text_is_no_document() -> None:
    found = printed("id_card", "本院认为：被告人王某某，性别不详，住址不详。", "二〇二六年一月三十一日")
    assert found.status in {Status.NO_RESULT, Status.INCOMPLETE}


def on_picture(lines: list[Line], width: int) -> Record:
    """The record of a picture of this width with these lines."""
    size = PictureInfo(sha256="", format="PNG", width=width, height=2000, bytes=1)
    empty = Record(id="a" * 32, product="driving_license", status=Status.SUCCEEDED, created_at=datetime.now(UTC))
    reading = Reading(vendor="v", lines=lines, findings=[find(products()["driving_license"].fields, lines)])
    return settled(products()["driving_license"], empty.model_copy(update={"picture": size}), reading)


def test_what_goes_on_beyond_the_picture_is_no_whole_document() -> None:
    lines = page(*((60, 60 + 50 * number, text) for number, text in enumerate(LICENCE)))
    ends = {max(x for x, _ in line.box or ()) for line in lines}
    assert (whole := on_picture(lines, round(max(ends)) + 60)).status == Status.SUCCEEDED
    assert outcome(whole, "within_picture") == "passed"
    cut = on_picture(lines, round(max(ends)))
    assert (cut.status, kind(cut), outcome(cut, "within_picture")) == (Status.INCOMPLETE, "incomplete", "failed")
    assert cut.problem
    assert "cut off at the picture's edge" in (cut.problem.detail or "")


def test_a_watermark_may_run_over_the_edge() -> None:
    lines = page(*((60, 60 + 50 * number, text) for number, text in enumerate(LICENCE)))
    width = round(max(x for line in lines for x, _ in line.box or ())) + 60
    aslant = [
        Line(
            text="仅限核验",
            confidence=0.9,
            box=((width - 90, y), (width, y - 40), (width, y - 10), (width - 80, y + 30)),
        )
        for y in (700.0, 900.0)
    ]
    assert outcome(on_picture([*lines, *aslant], width), "within_picture") == "passed"


@pytest.mark.parametrize(("height", "status"), [(0.6, Status.SUCCEEDED), (0.4, Status.INCOMPLETE)])
def test_half_a_card_is_no_card_though_it_has_all_values(height: float, status: Status) -> None:
    lines = page((60, 60, "4111 1111 1111 1111"), (60, 20, "海棠银行"))
    wide = round(max(x for x, _ in lines[0].box or ()))
    found = on_paper("bank_card", lines, wide + 60, round(height * wide))
    assert (found.status, bool(found.document and found.document.fields)) == (status, True)


@pytest.mark.parametrize("turned", [False, True])
def test_a_card_may_stand_or_lie(turned: bool) -> None:
    lines = page((20, 100, "4111 1111 1111 1111"), (20, 50, "海棠银行"))
    wide = round(max(x for x, _ in lines[0].box or ())) + 20
    size = (wide, round(wide * 85.6 / 54)) if turned else (wide, round(wide * 54 / 85.6))
    assert on_paper("bank_card", lines, *size).status == Status.SUCCEEDED


OWNERS = (
    ("机动车登记证书编号：643688610929",),
    ("1.机动车所有人：林一一", "身份证明名称：居民身份证", f"号码：{NUMBER}"),
    ("2.登记机关：青禾市公安局", "3.登记日期：2018-09-26", "4.机动车登记编号：鄂F5249P"),
)


@pytest.mark.parametrize(("high", "status"), [(800, Status.SUCCEEDED), (300, Status.INCOMPLETE)])
def test_the_upper_half_of_a_booklet_s_page_is_no_page(high: int, status: Status) -> None:
    prints = [
        (60 + 400 * at, 60 + 50 * number, text) for number, row in enumerate(OWNERS) for at, text in enumerate(row)
    ]
    assert on_paper("vehicle_registration_certificate", page(*prints), 1300, high).status == status


STATEMENT = (
    ("交易明细",),
    ("户名：林一一", "账号：6229004840756250332"),
    ("交易日期", "摘要", "交易金额", "账户余额", "对方户名"),
    ("2021-03-17", "转账", "20.00", "130.00"),
    ("2021-03-18", "利息", "30.00", "160.00"),
)


@pytest.mark.parametrize(("room", "status"), [(60, Status.SUCCEEDED), (20, Status.INCOMPLETE)])
def test_a_table_that_ends_at_the_edge_may_have_more_rows(room: int, status: Status) -> None:
    rows = [
        (60 + 400 * at, 60 + 50 * number, text) for number, row in enumerate(STATEMENT) for at, text in enumerate(row)
    ]
    lines = page(*rows)
    bottom = round(max(y for line in lines for _, y in line.box or ()))
    found = on_paper("bank_statement", lines, 2000, bottom + room)
    assert (found.status, outcome(found, "within_picture")) == (status, "passed" if room > 50 else "failed")


def on_paper(slug: str, lines: list[Line], width: int, height: int) -> Record:
    """The record of lines on a picture of this size."""
    return offline.record_of(slug, {"lines": [line.model_dump() for line in lines], "width": width, "height": height})


def test_without_lines_nobody_can_tell() -> None:
    found = labelled("id_card", ("姓名", "林一一"), ("公民身份号码", NUMBER))
    assert outcome(found, "document_type") == "not_applicable"


@pytest.mark.parametrize("slug", ["general_text", "handwriting"])
def test_a_text_is_of_no_product_of_forms(slug: str) -> None:
    lines = page(*((60, 60 + 50 * number, text) for number, text in enumerate(LICENCE)))
    found = record(slug, Reading(vendor="v", lines=lines))
    assert (found.status, outcome(found, "document_type")) == (Status.SUCCEEDED, "not_applicable")


FORMS = {
    slug: one for slug, one in products().items() if one.titles and any(offer.finds_labels for offer in one.offers)
}


def form(slug: str) -> list[Line]:
    """A page with the product's title and its usual labels one below the other."""
    names = [field.mark.names[0] for field in declared(FORMS[slug].fields).values() if field.mark.names]
    return page(*((60, 60 + 50 * place, text) for place, text in enumerate([FORMS[slug].titles[0], *names])))


@pytest.mark.parametrize("slug", FORMS)
def test_a_form_is_its_own_products_and_hardly_any_other_s(slug: str) -> None:
    lines = form(slug)
    taken = [asked for asked, product in FORMS.items() if document_type(product, lines)[0].outcome == "passed"]
    assert slug in taken
    assert len(taken) <= 3, taken


# --- Several documents ------------------------------------------------------------------------------------------------


def ticket(x: float, train: str, at: str, seat: str, price: str) -> list[Line]:
    """A paper ticket, which prints no labels, beside others."""
    texts = [("松岭站", 0), (train, 0), ("云溪站", 0), (f"2017年12月{at}开", 1), (seat, 1), (price, 2), ("二等座", 2)]
    return page(*((x + 240 * (number % 3), 60 + 50 * row, text) for number, (text, row) in enumerate(texts)))


def card(y: float, name: str, number: str) -> list[Line]:
    texts = [f"姓名 {name}", "性别 女 民族 汉", "住址 海棠市松岭区新月街359号", f"公民身份号码 {number}"]
    return page(*((60, y + 50 * place, text) for place, text in enumerate(texts)))


FIRST, SECOND = (
    ticket(60, "D306", "29日22:55", "08车015号", "￥370.0元"),
    ticket(1000, "C01", "03日17:27", "04车20C号", "￥79.5元"),
)
# Both tickets, their rows read as one line each.
ACROSS = page(
    (60, 60, "松岭站 D306 云溪站 松岭站 C01 云溪站"),
    (60, 110, "2017年12月29日22:55开 08车015号 2017年12月03日17:27开 04车20C号"),
    (60, 160, "￥370.0元 二等座 ￥79.5元 二等座"),
)
ONE, OTHER = card(60, "林一一", NUMBER), card(600, "周二二", "999999198003070018")


@pytest.mark.parametrize(
    ("slug", "alone", "together"),
    [
        pytest.param("train_ticket", FIRST, [*FIRST, *SECOND], id="without labels, side by side"),
        pytest.param("train_ticket", FIRST, ACROSS, id="without labels, read as one"),
        pytest.param("id_card", ONE, [*ONE, *OTHER], id="with labels, one below the other"),
        pytest.param("id_card", ONE, [*OTHER, *ONE], id="the other way round"),
    ],
)
def test_several_documents_are_never_mixed(slug: str, alone: list[Line], together: list[Line]) -> None:
    assert outcome(seen(slug, alone), "one_document") == "passed"
    found = seen(slug, together)
    assert (found.status, kind(found), outcome(found, "one_document")) == (
        Status.INCOMPLETE,
        "several_documents",
        "failed",
    )
    assert found.document
    assert found.document.fields == {}
    # The texts are kept, under no field's name.
    assert found.document.unmapped


BACK = page(
    (60, 60, "中华人民共和国"),
    (60, 110, "居民身份证"),
    (60, 160, "签发机关 海棠市公安局"),
    (60, 210, "有效期限 2015.03.07-2035.03.07"),
)
BILL = page(
    *(
        (60, 1200 + 50 * number, text)
        for number, text in enumerate(
            [
                "海棠市出租汽车专用发票",
                "发票代码 144001900111",
                "发票号码 12345678",
                "车号 京B12345",
                "日期 2023-05-16",
                "上车 10:20",
                "下车 10:41",
                "单价 2.50元/公里",
                "里程 8.2公里",
                "金额 28.00元",
            ]
        )
    )
)
APART = page(
    (60, 60, "青禾市出租汽车专用发票"),
    *(
        line
        for number, (label, value) in enumerate(
            {
                "发票代码": "142010661124",
                "发票号码": "87544606",
                "车号": "京B74412",
                "日期": "2022-03-01",
                "上车": "16:15",
                "下车": "16:37",
                "单价": "2.70元",
                "里程": "14.8公里",
                "金额": "39.00元",
            }.items()
        )
        for line in ((60, 110 + 50 * number, label), (300, 110 + 50 * number, value))
    ),
)
TITLED = page(
    *(
        (60, 60 + 50 * number, text)
        for number, text in enumerate(
            [
                "电子发票(铁路电子客票)",
                "发票号码:25119110000012345678 开票日期:2025年03月07日",
                "松岭站 D306 云溪站",
                "2025年03月07日 22:55开 08车015号 二等座",
                "票价:￥370.00",
                "1101051949****002X 林一一",
                "电子客票号:1191100000123456789",
            ]
        )
    )
)
# The same form, its texts read one by one.
ELECTRONIC = page(
    (60, 60, "电子发票(铁路电子客票)"),
    (60, 110, "发票号码:25119110000012345678"),
    (600, 110, "开票日期:2025年03月07日"),
    (60, 180, "松岭站"),
    (300, 180, "D306"),
    (450, 180, "云溪站"),
    (60, 230, "2025年03月07日 22:55开"),
    (520, 230, "08车015号"),
    (760, 230, "二等座"),
    (60, 280, "票价:￥370.00"),
    (60, 330, "1101051949****002X"),
    (400, 330, "林一一"),
    (60, 380, "电子客票号:1191100000123456789"),
)


def read(slug: str, lines: list[Line]) -> Record:
    return offline.record_of(slug, {"lines": [line.model_dump() for line in lines]})


def test_a_card_whose_number_is_covered_does_not_get_that_of_the_card_beside_it() -> None:
    covered = page(
        (60, 60, "姓名 沈小月"),
        (60, 110, "性别 女 民族 满"),
        (60, 160, "出生 1973年2月3日"),
        (60, 210, "住址 海棠市松岭区望江大道308号"),
        (60, 300, "公民身份号码"),
    )
    whole = page(
        (60, 60, "姓名 方海峰"),
        (60, 110, "性别 男 民族 满"),
        (60, 160, "出生日期 1949年12月31日"),
        (60, 210, "地址 青禾市云溪区银杏路174号"),
        (60, 300, f"公民身份号码 {NUMBER}"),
    )
    found = read("id_card", composed([covered, whole]))
    held = [one.fields for one in offline.documents(found)]
    assert not any("id_number" in one and one["name"] != "方海峰" for one in held)
    assert found.status == Status.INCOMPLETE


@pytest.mark.parametrize(
    ("slug", "documents"),
    [
        pytest.param("train_ticket", (FIRST, SECOND), id="without labels, side by side"),
        pytest.param("id_card", (ONE, OTHER), id="with labels, one below the other"),
        pytest.param("train_ticket", (ELECTRONIC, SECOND), id="of two forms"),
        pytest.param("train_ticket", (TITLED, SECOND), id="of two forms, the rows of one read as one"),
        pytest.param("taxi_receipt", (APART, BILL), id="with their labels apart from their values, or not"),
    ],
)
@pytest.mark.parametrize("angle", [0, 5, -5])
def test_several_documents_of_one_kind_are_told_apart(
    slug: str, documents: tuple[list[Line], list[Line]], angle: float
) -> None:
    found = read(slug, composed(documents, angle))
    assert (found.status, outcome(found, "one_document")) == (Status.SUCCEEDED, "passed")
    alone = [one.document for one in (read(slug, lines) for lines in documents)]
    assert [one.fields for one in offline.documents(found)] == [one.fields for one in alone if one]


COVERED = page(
    (60, 60, "姓名 沈小月"),
    (60, 110, "性别 女 民族 满"),
    (60, 160, "出生 1973年2月3日"),
    (60, 210, "住址 海棠市松岭区望江大道308号"),
    (60, 260, "公民身份号码"),
)


def test_a_card_whose_number_is_covered_is_told_from_a_paper_of_another_kind() -> None:
    documents = COVERED, BILL
    found = offline.documents(read("document_classification", composed(documents)))
    alone = [read("document_classification", lines).document for lines in documents]
    assert [one.fields for one in found] == [one.fields for one in alone if one]
    assert [one.fields["document_type"] for one in found] == ["id_card", "taxi_receipt"]


def test_the_document_that_was_asked_for_is_read_and_the_others_are_named() -> None:
    both = composed([TITLED, BILL])
    for slug, lines, other in (("train_ticket", TITLED, "taxi_receipt"), ("taxi_receipt", BILL, "train_ticket")):
        found, alone = read(slug, both), read(slug, lines)
        assert found.document
        assert alone.document
        assert found.document.fields == alone.document.fields
        assert (found.others, found.also_shows) == ([], [other])


@pytest.mark.parametrize("blank", ["", " "])
def test_a_row_of_two_documents_that_was_read_as_one_line_is_nobody_else_s(blank: str) -> None:
    bill = page(*((1000, 60 + 50 * number, line.text) for number, line in enumerate(BILL)))
    left, right = TITLED[1], bill[1]
    joined = page((60, 110, left.text), (1000, 110, right.text))
    (a, _, _, d), (_, b, c, _) = joined[0].box or (), joined[1].box or ()
    one = left.model_copy(update={"text": left.text + blank + right.text, "box": (a, b, c, d)})
    both = [line for line in (*TITLED, *bill) if line not in (left, right)] + [one]
    for slug, lines, other in (("train_ticket", TITLED, "taxi_receipt"), ("taxi_receipt", BILL, "train_ticket")):
        found, alone = read(slug, both), read(slug, lines)
        assert found.document
        assert alone.document
        assert found.document.fields == alone.document.fields
        assert found.also_shows == [other]


def test_a_ticket_without_a_title_is_read_beside_another_document() -> None:
    for slug, lines, other in (("train_ticket", FIRST, "taxi_receipt"), ("taxi_receipt", BILL, "train_ticket")):
        found, alone = read(slug, composed([BILL, FIRST])), read(slug, lines)
        assert found.document
        assert alone.document
        assert found.document.fields == alone.document.fields
        assert (found.others, found.also_shows) == ([], [other])


def test_both_sides_of_a_card_beside_another_document_are_one() -> None:
    found = read("document_classification", composed([ONE, BACK, BILL]))
    kinds = {one.fields["document_type"]: one.fields["content"] for one in offline.documents(found)}
    assert len(offline.documents(found)) == 2
    assert {"name", "issuing_authority"} <= kinds["id_card"].keys()
    assert "taxi_receipt" in kinds


def test_classification_tells_every_document_on_a_page() -> None:
    found = read("document_classification", composed([TITLED, BILL, ONE]))
    kinds = [one.fields["document_type"] for one in offline.documents(found)]
    assert sorted(kinds) == ["id_card", "taxi_receipt", "train_ticket"]


def test_classification_gives_no_fields_of_several_that_nothing_parts() -> None:
    woven = [
        line
        for number in (0, 1)
        for line in page(
            *(
                (60, 60 + 100 * at + 50 * number, text)
                for at, text in enumerate(
                    ["姓名 林一一", "住址 海棠市新月街359号", f"公民身份号码 {NUMBER}"]
                    if number
                    else ["姓名 方海峰", "住址 青禾市明湖路1号", "公民身份号码 330106200102279978"]
                )
            )
        )
    ]
    found = read("document_classification", woven)
    assert found.document
    assert (found.document.fields["document_type"], found.document.fields["content"]) == ("id_card", {})


def test_both_sides_of_one_card_are_one_document() -> None:
    found = read("id_card", composed([ONE, BACK]))
    assert found.status == Status.SUCCEEDED
    assert found.others == []
    assert found.document
    assert {"name", "issuing_authority"} <= found.document.fields.keys()


MAIN = (
    "机动车行驶证",
    "号牌号码 {} 车辆类型 小型轿车",
    "所有人 林一一",
    "车辆识别代号 LSVAA49J132047371",
    "注册日期 2019-03-07",
)
SUB = ("号牌号码 {} 档案编号 110000123456", "核定载人数 5人 总质量 1640kg", "外廓尺寸 4600×1800×1500mm")


@pytest.mark.parametrize(
    ("plates", "ended"),
    [
        (("京A12345", "京A12345"), "passed"),
        (("京A12345", "京A1234S"), "passed"),  # one letter misread
        (("京A12345", "沪C67890"), "failed"),
    ],
)
def test_sides_that_have_one_thing_in_common_are_of_one_document_if_they_agree_in_it(
    plates: tuple[str, str], ended: str
) -> None:
    texts = [MAIN[0], MAIN[1].format(plates[0]), *MAIN[2:], SUB[0].format(plates[1]), *SUB[1:]]
    found = printed("vehicle_license", *texts)
    assert outcome(found, "one_document") == ended
    assert bool(found.document and found.document.fields) == (ended == "passed")


def test_two_dates_are_not_two_documents() -> None:
    found = printed("bank_card", "海棠银行", "6229004840756250332", "VALID FROM 08/21", "VALID THRU 08/31")
    assert outcome(found, "one_document") == "passed"


def test_a_documents_own_repetition_is_one_document() -> None:
    both = page(
        *((60, 60 + 50 * number, text) for number, text in enumerate(LICENCE)),
        *((60, 900 + 50 * number, text) for number, text in enumerate([*LICENCE[1:3], "档案编号 110000123456"])),
    )
    found = seen("driving_license", both)
    assert (found.status, outcome(found, "one_document")) == (Status.SUCCEEDED, "passed")


def test_an_error_keeps_its_own_status() -> None:
    errors: dict[OcrError, Status] = {
        NoResult("Nothing."): Status.NO_RESULT,
        CallerError("Another.", kind="wrong_document"): Status.NO_RESULT,
        CallerError("Cut off.", kind="damaged"): Status.FAILED,
    }
    assert [record("id_card", error).status for error in errors] == [*errors.values()]


def test_every_product_is_incomplete_without_its_key_fields() -> None:
    """One field alone, any that is not required, makes no product's record a success."""
    succeeded: list[Any] = []
    for slug, product in ((slug, one) for slug, one in products().items() if not one.sorts):
        for name, field in declared(product.fields).items():
            if field.mark.names and not field.row and name not in product.complete.fields:
                found = labelled(slug, (field.mark.names[0], "1"))
                succeeded += [(slug, name)] if found.status == Status.SUCCEEDED else []
    assert succeeded == []


# --- What a person should look at -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "doubted"),
    [
        ([("姓名", "林一一"), ("公民身份号码", NUMBER)], []),
        ([("姓名", "林一一"), ("公民身份号码", NUMBER[:-1] + "1")], ["id_number"]),
        ([("姓名", "林一一"), ("公民身份号码", NUMBER), ("出生", "1950年1月1日")], ["birth_date", "id_number"]),
        ([("姓名", "林一一")], ["id_number"]),
    ],
)
def test_a_record_names_the_fields_that_a_person_should_look_at(
    values: list[tuple[str, str]], doubted: list[str]
) -> None:
    found = labelled("id_card", *values)
    assert (found.needs_review, found.review) == (bool(doubted), doubted)


def test_where_nothing_was_read_nobody_has_anything_to_look_at() -> None:
    found = record("id_card", NoResult("Nothing."))
    assert (found.needs_review, found.review) == (False, [])
