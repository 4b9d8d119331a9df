"""What single products promise beyond the house rules: their own words and rules, and how they are told apart."""

from typing import Any

import pytest

from ocr.declare.catalogue import products
from ocr.declare.fields import Fields, declared
from ocr.declare.product import Product
from ocr.extraction.classification import classify, ranking, sorted_out
from ocr.model.reading import ExtractedDocument, Item, Line, Reading
from ocr.model.record import Document
from ocr.pipeline.normalization import documents
from ocr.vendors import embedded, etoplive
from tests.support.printed import page

# The second is the example of GB 11643-1999, the first is of a region that does not exist.
MAN, WOMAN = "999999198003070018", "11010519491231002X"
FORMS = [product for product in products().values() if embedded.Labels() in product.offers]


def read(slug: str, *labelled: tuple[str, str], **parts: Any) -> Document:
    """The one document that the product makes of these labelled values."""
    items = [Item(label=label, text=text) for label, text in labelled]
    [found] = documents(products()[slug], Reading(vendor="v", findings=[ExtractedDocument(items=items, **parts)]))
    return found


# --- Words and forms of their own -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slug", "label", "text", "field", "value"),
    [
        ("bank_card", "卡种", "信用卡", "card_type", "credit"),
        ("bank_card", "卡类型", "准贷记卡", "card_type", "quasi_credit"),
        ("bank_card", "VALID THRU", "08/31", "valid_to", "08/31"),
        ("captcha", "points", "120,45 60.5,30", "points", [[120, 45], [60.5, 30]]),
        ("captcha", "number", "-12", "number", "-12"),
        ("driving_license", "ValidTo(For)", "6年", "valid_to", "6年"),
        ("foreign_permanent_resident_card", "姓名", "DOE,JANE", "name_en", "DOE, JANE"),
        ("generic_bills", "票据类型", "停车费发票", "bill_type", "停车费发票"),
        ("household_register_personal_page", "身高", "172厘米", "height_cm", 172),
        ("id_card", "risk", "normal", "image_type", "original"),
        ("id_card", "img_type", "1", "image_type", "screen_recapture"),
        ("id_card", "图片类型", "复印件", "image_type", "photocopy"),
        ("license_plate", "车牌颜色", "黄绿牌", "color", "yellow_green"),
        ("license_plate", "车牌运动方向", "left", "direction", "left"),
        ("mainland_travel_permit_hk_mo_tw", "证件类别", "台湾居民来往大陆通行证", "permit_type", "taiwan"),
        ("taxi_receipt", "单价", "2.50元/公里", "unit_price", "2.50"),
        ("taxi_receipt", "车号", "TA1234", "plate_number", "TA1234"),
        ("train_ticket", "售票站", "安和售", "sale_station", "安和"),
        ("train_ticket", "身份证号", "1101051949****002X", "id_number", "1101051949****002X"),
        ("vat_invoice", "全电号码", "24312000000012345678", "invoice_number", "24312000000012345678"),
    ],
)
def test_a_product_reads_what_only_it_prints(slug: str, label: str, text: str, field: str, value: Any) -> None:
    found = read(slug, (label, text))
    assert found.fields == {field: value}
    assert all(check.name != "type" for check in found.checks)


def test_a_card_type_that_nobody_declared_is_no_guess() -> None:
    found = read("bank_card", ("卡种", "会员卡"))
    assert "card_type" not in found.fields
    assert found.evidence["card_type"].text == "会员卡"


@pytest.mark.parametrize(
    ("printed", "start", "end"),
    [
        ("2019-01-14至2029-01-14", "2019-01-14", "2029-01-14"),
        ("2019-01-14至长期", "2019-01-14", "长期"),
        ("6年", None, "6年"),
    ],
)
def test_a_driving_licence_is_valid_for_a_period_or_for_years(printed: str, start: str | None, end: str) -> None:
    fields = read("driving_license", ("有效期限", printed)).fields
    assert (fields.get("valid_from"), fields["valid_to"]) == (start, end)


def test_an_ordinary_name_label_is_the_latin_name_on_a_foreigners_card_only() -> None:
    assert read("hk_macau_exit_permit_front", ("姓名", "林一一")).fields == {"name_zh": "林一一"}
    assert read("foreign_permanent_resident_card", ("姓名", "DOE, JANE")).fields == {"name_en": "DOE, JANE"}


@pytest.mark.parametrize(
    "product",
    [one for one in products().values() if {"valid_period", "valid_to"} <= declared(one.fields).keys()],
    ids=lambda product: product.slug,
)
def test_a_period_of_validity_also_stands_as_two_dates(product: Product) -> None:
    label = declared(product.fields)["valid_period"].mark.names[0]
    fields = read(product.slug, (label, "2015.03.07-2035.03.06")).fields
    assert fields == {"valid_period": "2015-03-07/2035-03-06", "valid_from": "2015-03-07", "valid_to": "2035-03-06"}


# --- Rules across fields ----------------------------------------------------------------------------------------------


def outcomes(found: Document, rule: str) -> dict[str, str]:
    """The rule's results by the first field each is about."""
    return {check.fields[0]: check.outcome for check in found.checks if check.name == rule}


@pytest.mark.parametrize("slug", ["marriage_certificate", "divorce_certificate"])
def test_each_of_a_couple_is_checked_against_their_own_number(slug: str) -> None:
    people = [("身份证件号_男", MAN), ("身份证件号_女", WOMAN), ("性别_男", "男"), ("性别_女", "男")]
    found = read(slug, *people, ("出生日期_男", "1980年3月7日"), ("出生日期_女", "1980年3月7日"))
    assert outcomes(found, "birth_date_matches") == {"male_birth_date": "passed", "female_birth_date": "failed"}
    assert outcomes(found, "sex_matches") == {"male_sex": "passed", "female_sex": "failed"}


@pytest.mark.parametrize(("total", "outcome"), [("113.00", "passed"), ("113.10", "failed")])
def test_an_invoices_total_is_amount_and_tax(total: str, outcome: str) -> None:
    found = read("vat_invoice", ("合计金额", "¥100.00"), ("合计税额", "¥13.00"), ("价税合计(小写)", f"¥{total}"))
    assert outcomes(found, "amount_plus_tax") == {"amount": outcome}


def test_a_bill_falls_due_after_it_was_drawn() -> None:
    found = read("electronic_acceptance_bill", ("出票日期", "2024-03-07"), ("汇票到期日", "2024-03-07"))
    assert outcomes(found, "in_order") == {"issue_date": "failed"}


def test_a_statement_is_followed_from_balance_to_balance() -> None:
    rows = [[("交易日期", "2024-01-02"), ("支出", "10.00"), ("余额", "90.00")],
            [("交易日期", "2024-01-03"), ("收入", "5.00"), ("余额", "96.00")]]  # fmt: skip
    lines = {"": [[Item(label=label, text=text) for label, text in row] for row in rows]}
    assert outcomes(read("bank_statement", rows=lines), "running_balance") == {"transactions": "failed"}


# --- Personal data ----------------------------------------------------------------------------------------------------


def test_numbers_of_persons_are_personal_wherever_they_stand() -> None:
    checks = {"cn_resident_id", "cn_resident_id_masked_ok", "cn_resident_id_or_uscc", "id_or_passport", "luhn_13_19"}
    fields = [field for product in products().values() for field in declared(product.fields).values()]
    persons = [field for field in fields if field.shape.check in checks]
    assert len(persons) >= 20
    assert [field.name for field in persons if not field.mark.pii] == []


# --- Who sells the bills ----------------------------------------------------------------------------------------------


def test_five_products_share_a_number_and_are_told_apart_by_the_vendors_word() -> None:
    offers = [(one.slug, offer) for one in products().values() for offer in one.offers]
    slugs = {slug: offer.type for slug, offer in offers if isinstance(offer, etoplive.Pid) and offer.pid == 22}
    assert slugs == {
        "train_ticket": ("火车票",),
        "taxi_receipt": ("出租车票",),
        "air_itinerary": ("行程单",),
        "quota_invoice": ("定额发票",),
        "generic_bills": (),
    }


def test_nobody_but_the_vendor_reads_captchas() -> None:
    assert [offer.vendor for offer in products()["captcha"].offers] == ["juhe"]


# --- Telling documents apart ------------------------------------------------------------------------------------------


def form(*prints: str) -> list[Line]:
    """A page with these texts one below the other."""
    return page(*((60, 60 + 50 * number, text) for number, text in enumerate(prints)))


def usual_labels(product: Product) -> list[str]:
    return [f"{field.mark.names[0]}：" for field in declared(product.fields).values() if field.mark.names]


@pytest.mark.parametrize("product", [one for one in FORMS if one.titles], ids=lambda product: product.slug)
def test_a_form_is_known_by_its_title_and_labels(product: Product) -> None:
    verdict = classify(form(product.titles[0], *usual_labels(product)))
    assert verdict is not None
    assert verdict.best == product.slug
    assert 0.5 < verdict.confidence <= 1


def test_labels_alone_tell_a_side_without_a_title() -> None:
    portrait = form("姓名 林一一", "性别 女 民族 汉", "出生 1949年12月31日", "住址 某省某市", f"公民身份号码 {WOMAN}")
    assert ranking(portrait)[0][0] == "id_card"
    sub_page = form("号牌号码", "档案编号", "核定载人数 5人", "总质量 1740kg", "整备质量 1300kg", "检验记录")
    assert ranking(sub_page)[0][0] == "vehicle_license"


def test_of_labels_that_begin_alike_the_longest_stands_there() -> None:
    known_by = {slug for slug, score in ranking(form("姓名/名称")) if score}
    assert known_by == {"electronic_policy", "vehicle_registration_certificate"}


def test_the_title_tells_what_the_labels_cannot() -> None:
    labels = usual_labels(products()["marriage_certificate"])[:10]
    assert classify(form("离婚证", *labels)).best == "divorce_certificate"  # type: ignore[union-attr]
    assert classify(form("结婚证", *labels)).best == "marriage_certificate"  # type: ignore[union-attr]


def test_a_spaced_out_title_is_one() -> None:
    spread = page((60, 60, "营"), (160, 60, "业"), (260, 60, "执"), (360, 60, "照"), (60, 160, "名称 某某公司"))
    assert classify(spread).best == "business_license"  # type: ignore[union-attr]


def test_a_check_digit_tells_a_number_without_a_label() -> None:
    # The example of 49 CFR 565, and the same with another check digit.
    assert classify(form("1M8GDM9AXKP042788")).best == "vin"  # type: ignore[union-attr]
    assert classify(form("1M8GDM9A1KP042788")) is None


@pytest.mark.parametrize("lines", [[], form("关于调整开放时间的通知", "各位居民：", "自6月1日起中午不休息。")])
def test_an_ordinary_text_is_no_document(lines: list[Line]) -> None:
    assert classify(lines) is None
    assert sorted_out(products()["document_classification"].fields, lines) == ExtractedDocument()


# --- Sorting ----------------------------------------------------------------------------------------------------------


def entry(kind: str, pid: int, *labelled: tuple[str, str], key: str | None = None) -> ExtractedDocument:
    """A document as etoplive gives it when it sorts."""
    items = [Item(label=label, text=text, key=key) for label, text in labelled]
    texts = {"type": kind, "pid": str(pid)}
    return ExtractedDocument(type=kind, items=[*items, *(Item(label=name, text=text) for name, text in texts.items())])


def sort(slug: str, *findings: ExtractedDocument) -> list[Document]:
    return documents(products()[slug], Reading(vendor="etoplive", findings=list(findings)))


def test_a_sorted_document_is_read_in_its_own_products_terms() -> None:
    [card] = sort(
        "document_classification", entry("身份证人像页", 2, ("姓名", "林一一"), ("公民身份号码", MAN[:-1] + "X"))
    )
    assert card.fields == {
        "document_type": "id_card",
        "document_name": "身份证",
        "pid": 2,
        "content": {"name": "林一一", "id_number": MAN[:-1] + "X"},
    }
    assert card.evidence["content.name"].text == "林一一"
    assert card.sides == ["portrait"]
    assert card.unmapped == []
    assert [check.outcome for check in card.checks if check.fields == ["content.id_number"]] == ["failed"]


def test_sides_of_one_document_become_one_and_other_kinds_stay_apart() -> None:
    portrait = entry("身份证人像页", 2, ("姓名", "林一一"))
    emblem = entry("身份证国徽页", 2, ("签发机关", "某市公安局"))
    bill = entry("火车票", 22, ("车次", "G12"))
    documents = sort("document_classification", portrait, bill, emblem)
    assert [one.fields["content"] for one in documents] == [
        {"name": "林一一", "issuing_authority": "某市公安局"},
        {"train_number": "G12"},
    ]


@pytest.mark.parametrize(
    ("kind", "pid", "slug"),
    [
        ("临时身份证", 1020, "temporary_id_card"),
        ("行驶证副页", 5, "vehicle_license"),
        ("增值税电子普通发票", 21, "vat_invoice"),
        ("道理运输许可证", 1076, "road_transport_permit"),
        ("行程单", 22, "air_itinerary"),
        ("没有听说过", 22, "generic_bills"),
        ("没有听说过", 41, "business_license"),
    ],
)
def test_a_vendors_word_or_else_its_number_says_what_it_is(kind: str, pid: int, slug: str) -> None:
    [document] = sort("document_classification_only", entry(kind, pid))
    assert document.fields["document_type"] == slug
    assert document.fields["document_name"] == products()[slug].name


def test_a_company_has_a_type_of_its_own() -> None:
    [company] = sort("document_classification", entry("营业执照", 9999, ("类型", "有限责任公司"), key="type"))
    assert company.fields["content"] == {"type": "有限责任公司"}


def test_what_no_product_reads_keeps_its_values() -> None:
    [unknown] = sort("document_classification", entry("没有听说过", 9999, ("鞋码", "42")))
    assert unknown.fields == {"pid": 9999}
    assert [(one.label, one.text) for one in unknown.unmapped] == [("鞋码", "42")]


def test_our_own_sorting_reads_the_document_only_where_that_is_wanted() -> None:
    lines = form(
        "营业执照", "统一社会信用代码：91330106MA9915588B", "名称：某某公司", "法定代表人：林一一", "住所：某市某路"
    )
    both, only = (
        _sorted(products()[slug].fields, lines) for slug in ("document_classification", "document_classification_only")
    )
    assert {"document_type", "名称"} <= both.keys()
    assert both["document_type"] == only["document_type"] == "business_license"
    assert only.keys() <= {"document_type", "runner_up"}


def _sorted(fields: type[Fields], lines: list[Line]) -> dict[str, str]:
    return {item.label: item.text for item in sorted_out(fields, lines).items}
