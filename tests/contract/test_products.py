"""Every vendor × product: an answer in each documented shape becomes the expected record, field by field.

Each declared label is exercised once, alone; the expected values are written out here, not computed.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from ocr.declare.catalogue import products
from ocr.declare.checks import valid
from ocr.declare.fields import Declared, Fields, declared
from ocr.declare.offers import Offer, VendorRequest
from ocr.declare.product import Product
from ocr.model.picture import Picture
from ocr.model.reading import Line, rectangle
from ocr.model.record import Document
from ocr.pipeline.normalization import normalize
from ocr.vendors import ctyun, embedded, esign, juhe
from ocr.vendors.etoplive import CLASSIFIED, PLATE, TABLE, TEXTS, Pid
from tests.support.vendors import SECRETS, Host, picture, reading

# As printed → as it stands in a record. A field takes the first that is of its type and passes its check.
EXAMPLES: list[tuple[str, Any]] = [
    ("某 某 物", "某某物"),
    ("一九九〇年三月七日", "1990-03-07"),
    ("2015.03.07-2035.03.07", "2015-03-07/2035-03-07"),
    ("11010519491231002X", "11010519491231002X"),
    ("女", "female"),
    ("￥ 1,234.50", "1234.50"),
    ("13 %", "13"),
    ("1505 kg", 1505),
    ("3250克", 3250),
    ("50厘米", 50),
    ("5人", 5),
    ("12.5", "12.5"),
    ("89.50 平方米", "89.50"),
    ("4500×1800×1450mm", "4500x1800x1450"),
    ("08时31分", "08:31:00"),
    ("2019年03月07日 08:31", "2019-03-07T08:31:00"),
    ("08/2029", "08/29"),
    ("91350100M000100Y43", "91350100M000100Y43"),
    ("1M8GDM9AXKP042788", "1M8GDM9AXKP042788"),
    ("京A·12345", "京A12345"),
    ("6222021234567890128", "6222021234567890128"),
    ("D2143569-X", "D2143569X"),
    ("12345678", "12345678"),
    ("1100174320", "1100174320"),
    ("012345678901", "012345678901"),
    ("12345678901234567890", "12345678901234567890"),
    ("110000000000120240101000000012", "110000000000120240101000000012"),
    ("781-1234567890", "7811234567890"),
    ("A1B2", "A1B2"),
    ("C1D", "C1D"),
    ("POUTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "POUTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"),
    ("L898902C36UTO7408122F1204159ZE184226B<<<<<10", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"),
    ("壹仟贰佰叁拾肆元伍角整", "壹仟贰佰叁拾肆元伍角整"),
    ("0571-55501234", "0571-55501234"),
    ("H12345678", "H12345678"),
    ("C12345678", "C12345678"),
    ("USA110000000001", "USA110000000001"),
    ("T123456789", "T123456789"),
    ("J110101-2020-000001", "J110101-2020-000001"),
    ("L110101-2020-000001", "L110101-2020-000001"),
    ("WAA123456789012", "WAA123456789012"),
    ("110101001001GB00001F00010001", "110101001001GB00001F00010001"),
    ("京(2020)朝阳区不动产权第0000001号", "京(2020)朝阳区不动产权第0000001号"),
    ("J1000000000001", "J1000000000001"),
    ("6年", "6年"),
    ("借记卡", "debit"),
    ("蓝色", "blue"),
    ("原件", "original"),
    ("港澳居民来往内地通行证", "hongkong_macau"),
    ("副本", True),
    ("left", "left"),
]


def example(field: Declared) -> tuple[str, Any]:
    """A text for the field and what it must become."""
    adapter: TypeAdapter[Any] = TypeAdapter(field.type)
    checks = [name for name in (field.shape.check, field.mark.check) if name]
    for raw, expected in EXAMPLES:
        try:
            value = adapter.validate_python(raw)
        except ValidationError:
            continue
        if adapter.dump_python(value, mode="json") == expected and all(valid(name, raw) for name in checks):
            return raw, expected
    raise AssertionError(f"EXAMPLES has nothing for {field.name}")


def found(product: Product, offer: Offer) -> list[Document]:
    """The documents of the record that the vendor's answer becomes."""
    options = {"codetype": "1004"} if "codetype" in offer.options else {}
    asked = VendorRequest(product.slug, product.fields, [picture()], options, 5.0, SECRETS.get(offer.vendor, {}))
    return normalize(product.fields, product.checks, reading(offer.read(asked)[0]))


def fielded() -> Iterator[tuple[Product, Pid]]:
    """The products that etoplive answers with labelled fields."""
    for product in products().values():
        for offer in product.offers:
            if isinstance(offer, Pid) and offer.pid not in TEXTS | CLASSIFIED | {TABLE, PLATE}:
                yield product, offer


FIELDED = [pytest.param(product, offer, id=product.slug) for product, offer in fielded()]


def entry(offer: Pid, values: Mapping[str, str]) -> dict[str, Any]:
    fields = [{"key": "", "chn_key": name, "value": value, "score": 90} for name, value in values.items()]
    return {"pid": offer.pid, "type": next(iter(offer.type), ""), "FieldList": fields, "ocr_error_code": 0}


def paged(offer: Pid, values: Mapping[str, str]) -> dict[str, Any]:
    result = {"ErrorCode": 0, "ResultList": [entry(offer, values)]}
    return {"ErrorCode": 0, "SerialId": 1, "PageInfo": [{"PageIndex": 1, "ErrorCode": 0, "Result": [result]}]}


def listed(offer: Pid, values: Mapping[str, str]) -> dict[str, Any]:
    return {"ErrorCode": "0", "recogInfo": {"responseId": "1"}, "ResultList": [entry(offer, values)]}


def flat(offer: Pid, values: Mapping[str, str]) -> dict[str, Any]:
    return {"ErrorCode": "0", **values}


def printed(model: type[Fields]) -> dict[str, Declared]:
    """The fields that stand on the document themselves, under their first label."""
    marks = declared(model).values()
    return {
        field.mark.names[0]: field for field in marks if field.mark.names and not field.row and not field.mark.derived
    }


@pytest.mark.parametrize("shape", [paged, listed, flat])
@pytest.mark.parametrize(("product", "offer"), FIELDED)
def test_a_whole_answer_of_etoplive_becomes_the_record(vendor: Host, product: Product, offer: Pid, shape: Any) -> None:
    examples = {name: (field.name, *example(field)) for name, field in printed(product.fields).items()}
    vendor.says(shape(offer, {name: raw for name, (_, raw, _) in examples.items()} | {"无人申报": "一物"}))
    [document] = found(product, offer)
    expected = {name: value for name, _, value in examples.values()}
    derived = {name for name, field in declared(product.fields).items() if field.mark.derived}
    assert {name: value for name, value in document.fields.items() if name not in derived} == expected
    assert [(one.label, one.text) for one in document.unmapped] == [("无人申报", "一物")]


@pytest.mark.parametrize(("product", "offer"), FIELDED)
def test_every_declared_label_leads_to_its_field(vendor: Host, product: Product, offer: Pid) -> None:
    for field in declared(product.fields).values():
        if field.row is None and field.mark.content is None:
            raw, expected = example(field)
            for name in field.mark.names:
                vendor.says(paged(offer, {name: raw}))
                [document] = found(product, offer)
                assert document.fields[field.name] == expected, name
                assert document.unmapped == [], name


@pytest.mark.parametrize(
    ("product", "offer"),
    [one for one in FIELDED if any(field.row for field in declared(one.values[0].fields).values())],  # type: ignore[union-attr]
)
def test_rows_of_a_detail_list_become_line_items(vendor: Host, product: Product, offer: Pid) -> None:
    [field] = [field for field in declared(product.fields).values() if field.row]
    assert field.row
    for column in declared(field.row).values():
        raw, expected = example(column)
        for name in column.mark.names:
            result = entry(offer, {})
            result["DetailList"] = [{"DetailData": [{"FieldList": [{"chn_key": name, "value": raw}]}]}]
            vendor.says(
                {"ErrorCode": 0, "PageInfo": [{"ErrorCode": 0, "Result": [{"ErrorCode": 0, "ResultList": [result]}]}]}
            )
            [document] = found(product, offer)
            assert document.fields[field.name] == [{column.name: expected}], name


ID_CARD = {
    "name": "林一一",
    "sex": "male",
    "ethnicity": "汉",
    "birth_date": "1949-12-31",
    "address": "某省某市某路1号",
    "id_number": "11010519491231001X",
}
EMBLEM = {
    "issuing_authority": "某市公安局某分局",
    "valid_period": "2015-03-07/2035-03-07",
    "valid_from": "2015-03-07",
    "valid_to": "2035-03-07",
}
"""What every vendor's reading of the same card must become."""


def _ctyun(**detail: str) -> dict[str, Any]:
    names = ("name", "sex", "nation", "birthday", "idn", "addr", "org", "validperiod")
    result = {"note": "back", "detail": dict.fromkeys(names, "") | detail, "idcard_face": "no face", "risk": "normal"}
    return {"code": 0, "message": {"success": 1, "fail": 0}, "result": [result]}


def test_the_same_card_read_by_each_vendor_is_the_same_record(vendor: Host) -> None:
    card = products()["id_card"]
    vendor.says(
        paged(
            Pid(2),
            {
                "姓名": "林一一",
                "性别": "男",
                "民族": "汉",
                "出生": "19491231",
                "住址": "某省某市某路1号",
                "公民身份号码": "11010519491231001X",
            },
        )
    )
    by_etoplive = found(card, Pid(2))[0].fields
    vendor.says(
        _ctyun(
            name="林一一",
            sex="男",
            nation="汉",
            birthday="1949年12月31日",
            idn="11010519491231001X",
            addr="某省某市某路1号",
        )
    )
    by_ctyun = {name: value for name, value in found(card, ctyun.IdCard())[0].fields.items() if name in ID_CARD}
    lines = (
        "姓名林一一",
        "性别男 民族汉",
        "出生1949年12月31日",
        "住址某省某市某路1号",
        "公民身份号码11010519491231001X",
    )
    assert by_etoplive == by_ctyun == _embedded(card, *lines) == ID_CARD


def test_the_same_emblem_side_read_by_each_vendor_is_the_same_record(vendor: Host) -> None:
    card = products()["id_card"]
    vendor.says(paged(Pid(2), {"签发机关": "某市公安局某分局", "有效期限": "2015.03.07-2035.03.07"}))
    by_etoplive = found(card, Pid(2))[0].fields
    vendor.says(_ctyun(org="某市公安局某分局", validperiod="2015.03.07-2035.03.07"))
    by_ctyun = {name: value for name, value in found(card, ctyun.IdCard())[0].fields.items() if name in EMBLEM}
    lines = ("签发机关 某市公安局某分局", "有效期限 2015.03.07-2035.03.07")
    assert by_etoplive == by_ctyun == _embedded(card, *lines) == EMBLEM


def _embedded(product: Product, *lines: str) -> dict[str, Any]:
    """What the label search makes of these lines, one below the other."""
    from ocr.extraction.extract import find
    from ocr.model.reading import Reading

    boxed = [Line(text=text, box=rectangle(40, 60 * row, 24 * len(text), 30)) for row, text in enumerate(lines)]
    [one] = normalize(
        product.fields, product.checks, Reading(vendor="embedded", findings=[find(product.fields, boxed)])
    )
    return one.fields


def test_the_same_plate_read_by_each_vendor_is_the_same_record(vendor: Host) -> None:
    plate = products()["license_plate"]
    vendor.says(
        {
            "reason": "操作成功",
            "result": {
                "res": [
                    {"nID": None, "index": None, "desc": desc, "content": content}
                    for desc, content in [
                        ("车牌号", "浙C80000"),
                        ("车牌颜色", "蓝"),
                        ("车牌颜色", "1"),
                        ("车牌类型", "1"),
                        ("整牌可信度", "100"),
                        ("亮度评价", "98"),
                        ("车牌运动方向", "0"),
                        ("车牌位置(left_top_right_bottom)", "122_191_214_226"),
                    ]
                ],
                "orderid": "1",
            },
            "error_code": 0,
        }
    )
    by_juhe = found(plate, juhe.Plate())[0].fields
    detail = {
        "box": [[122, 191], [214, 191], [214, 226], [122, 226]],
        "plate_type": "蓝牌",
        "platelicense": "浙 C80000",
        "confidence": 1,
    }
    result = [{"number of plate licenses": 1, "detail": [detail]}]
    vendor.says({"code": 0, "message": {"success": 1, "fail": 0}, "result": result})
    by_ctyun = found(plate, ctyun.Plate())[0].fields
    vendor.says({"ErrorCode": 0, "PlateNum": 1, "Plate": [{"车牌颜色": "蓝色", "车牌号": "浙C·80000"}]})
    by_etoplive = found(plate, Pid(PLATE))[0].fields
    found_by_us = {"text": "浙C80000", "confidence": 1.0, "box": detail["box"], "color": "blue"}
    by_us = normalize(
        plate.fields, plate.checks, embedded.Plates()._reading(_ask(plate), {"plates": [found_by_us]}, [])
    )[0].fields
    for fields in (by_juhe, by_ctyun, by_etoplive, by_us):
        assert fields["plate_number"] == "浙C80000"
        assert fields["color"] == "blue"
    assert by_juhe["confidence"] == by_ctyun["confidence"]


def _ask(product: Product, document: Picture | None = None) -> VendorRequest:
    return VendorRequest(product.slug, product.fields, [document or picture()], {}, 5.0)


def test_the_same_text_read_by_each_vendor_is_the_same_record(vendor: Host) -> None:
    text = products()["general_text"]
    lines = ["接口描述", "富强、民主"]
    corners = [{"x": 40, "y": 60}, {"x": 200, "y": 60}, {"x": 200, "y": 90}, {"x": 40, "y": 90}]
    vendor.says(
        {
            "code": 0,
            "message": "成功",
            "data": {
                "verifyId": "v",
                "angle": 0.0,
                "textDetections": [
                    {"advancedInfo": str(number), "detectedText": line, "itemPolygon": {}, "polygon": corners}
                    for number, line in enumerate(lines)
                ],
            },
        }
    )
    by_esign = found(text, esign.GeneralText())[0].fields
    detail = [{"name": str(n), "text": line, "box": [40, 60, 200, 60, 200, 90, 40, 90]} for n, line in enumerate(lines)]
    vendor.says({"code": 0, "message": {"success": 1, "fail": 0}, "result": [{"text_line": 2, "detail": detail}]})
    by_ctyun = found(text, ctyun.GeneralText())[0].fields
    vendor.says(paged(Pid(1001), {str(number): line for number, line in enumerate(lines)}))
    by_etoplive = found(text, Pid(1001))[0].fields
    assert by_esign == by_ctyun == by_etoplive == {"text": "接口描述\n富强、民主"}


@pytest.mark.parametrize(
    ("codetype", "answer", "fields"),
    [
        ("1004", "aB3x", {"text": "aB3x"}),
        ("6001", "23", {"text": "23", "number": "23"}),
        ("6003", "-4", {"text": "-4", "number": "-4"}),
        ("6001", "x", {"text": "x"}),
        ("6002", "b", {"text": "b", "choice": "B"}),
        ("6002", "E", {"text": "E"}),
        ("5211", "csqu 3054383", {"text": "csqu 3054383", "container_number": "CSQU3054383"}),
        ("5211", "CSQU305438", {"text": "CSQU305438"}),
        ("9103", "1,2|3,4|5,6", {"points": [[1, 2], [3, 4], [5, 6]]}),
    ],
)
def test_a_captchas_answer_is_typed(vendor: Host, codetype: str, answer: str, fields: dict[str, Any]) -> None:
    captcha = products()["captcha"]
    vendor.says({"reason": "操作成功", "result": {"res": answer, "orderid": "JH1"}, "error_code": 0})
    offer = juhe.Captcha()
    asked = VendorRequest("captcha", captcha.fields, [picture()], {"codetype": codetype}, 5.0, SECRETS["juhe"])
    [document] = normalize(captcha.fields, captcha.checks, reading(offer.read(asked)[0]))
    assert document.fields == fields
