"""etoplive: what is sent, and what each of the four shapes of answers becomes."""

import base64
import json
from dataclasses import replace
from typing import Any

import pytest
from pydantic import TypeAdapter

from local.simulators import Control
from ocr.declare.catalogue import products
from ocr.declare.options import checked
from ocr.model.picture import Upload
from ocr.model.problem import problem_of
from ocr.model.reading import Reading
from ocr.pipeline.normalization import documents
from ocr.platform import aws
from ocr.platform.errors import CallerError, ConfigurationError, NoResult, UnexpectedResponse, VendorUnavailable
from ocr.platform.settings import settings
from ocr.vendors import etoplive
from ocr.vendors.etoplive import Pid
from ocr.vendors.parsing import without_pictures
from tests.contract.adapters.etoplive import ERRORS, PLACE, SERIAL, entry, field, listed, paged
from tests.support.adapters import Case, plain
from tests.support.vendors import Answered, Host, ask, error, kept, picture, reading, said, uploaded

PIDS = [
    1, 2, 4, 5, 6, 7, 8, 11, 12, 21, 22, 41, 52, 53, 60, 61, 62, 68, 501, 666, 667, 1001, 1002, 1003, 1005, 1007, 1013,
    1014, 1015, 1018, 1020, 1026, 1031, 1033, 1034, 1036, 1037, 1038, 1039, 1066, 1076, 1082,
]  # fmt: skip


def test_by_base64(vendor: Host) -> None:
    vendor.says(paged(entry(field("姓名", "某人"))))
    content = bytes(range(256))
    ask(Pid(2), picture(content))
    [asked] = vendor.asked
    assert (asked.method, asked.path, asked.query) == ("POST", "/ocr/PageOcrServlet", {})
    assert asked.form == {
        "file": base64.b64encode(content).decode(),
        "pid": "2",
        "key": "user-key",
        "secret": "user-secret",
        "removeImgData": "1",
    }


def test_by_file(vendor: Host) -> None:
    vendor.says(paged(entry(field("姓名", "某人"))))
    ask(Pid(2), picture(b"bytes", format="BMP"), input="file", requestId="订单")
    [asked] = vendor.asked
    assert asked.parts == {
        "mfile": ("picture.bmp", "image/bmp", b"bytes"),
        "pid": "2",
        "key": "user-key",
        "secret": "user-secret",
        "removeImgData": "1",
        "requestId": "订单",
    }


def test_by_a_link_into_our_own_bucket(vendor: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    class S3:
        def generate_presigned_url(self, method: str, Params: dict[str, str], ExpiresIn: int) -> str:
            assert ExpiresIn <= 300
            return f"https://{Params['Bucket']}.example/{Params['Key']}?versionId={Params['VersionId']}&{method}"

    monkeypatch.setattr(aws, "s3", S3)
    vendor.says(paged(entry(field("姓名", "某人"))))
    ask(Pid(2), uploaded(), input="url")
    form = vendor.asked[0].form
    assert form["urlPath"] == "https://uploads.example/uploads/id_card/a.jpg?versionId=v1&get_object"
    assert "file" not in form


def test_without_an_upload_there_is_no_link(vendor: Host) -> None:
    vendor.says(paged(entry(field("姓名", "某人"))))
    ask(Pid(2), picture(b"bytes"), input="url")
    assert vendor.asked[0].form["file"] == base64.b64encode(b"bytes").decode()


def test_options_go_under_the_documents_names(vendor: Host) -> None:
    vendor.says(paged(entry(field("姓名", "某人"))))
    options = {"requestId": "q", "openSeal": "1", "showPosition": "1", "imageCheck": "11111", "imageCheckVaule": "0"}
    ask(Pid(2), removeImgData="0", **options)
    form = vendor.asked[0].form
    assert options.items() <= form.items()
    assert form["removeImgData"] == "0"


@pytest.mark.parametrize("pid", PIDS)
def test_every_pid_is_sold(vendor: Host, pid: int) -> None:
    vendor.says(paged(entry(field("姓名", "某人"), pid=pid)))
    [outcome] = ask(Pid(pid))
    assert vendor.asked[0].form["pid"] == str(pid)
    found = reading(outcome)
    assert found.findings or found.lines


def test_no_other_pid_is_sold() -> None:
    assert set(PIDS) == etoplive.PIDS
    assert len(PIDS) == 42
    with pytest.raises(ConfigurationError):
        Pid(3)


def test_image_checks_are_sold_with_the_id_card_alone() -> None:
    assert checked([Pid(2)], {"imagecheck": "10101"}) == {"imageCheck": "10101"}
    with pytest.raises(CallerError):
        checked([Pid(8)], {"imageCheck": "10101"})
    with pytest.raises(CallerError):
        checked([Pid(2)], {"imageCheck": "2"})


def test_options_have_a_schema() -> None:
    for kind in Pid(2).options.values():
        assert TypeAdapter(kind).json_schema()


@pytest.mark.parametrize("shape", [paged, listed])
@pytest.mark.parametrize("zero", [0, "0"])
def test_entries_in_both_shapes(vendor: Host, shape: Any, zero: Any) -> None:
    vendor.says({**shape(entry(field("姓名", "某人"), field("性别", "男", score=None))), "ErrorCode": zero})
    found = reading(ask(Pid(2))[0])
    [finding] = found.findings
    assert said(finding) == {"姓名": "某人", "性别": "男"}
    assert finding.type == "身份证人像页"
    assert finding.items[0].key == "Name"
    assert [item.confidence for item in finding.items] == [0.98, None]
    assert finding.items[0].box == ((100, 50), (180, 50), (180, 70), (100, 70))
    assert finding.box == ((100, 50), (180, 50), (180, 70), (100, 70))
    assert found.trace == (str(SERIAL) if shape is paged else "r-1")


@pytest.mark.parametrize("shape", ["root", "page"])
def test_plates(vendor: Host, shape: str) -> None:
    plates = [{"车牌号": "浙C80000", "车牌颜色": "蓝色"}, {"车牌号": "粤TNT444", "车牌颜色": "黄色"}]
    if shape == "root":
        vendor.says({"PlateNum": 2, "totalMs": 3062, "Plate": plates, "recogInfo": {}, "ErrorCode": 0})
    else:
        vendor.says({"ErrorCode": 0, "PageInfo": [{"ErrorCode": 0, "Result": [{"ErrorCode": "0", "Plate": plates}]}]})
    assert [said(finding) for finding in reading(ask(Pid(6))[0]).findings] == plates


@pytest.mark.parametrize("level", ["root", "result"])
def test_flat_members(vendor: Host, level: str) -> None:
    flat = {"ErrorCode": "0", "VIN": "LSVAA4182E2123456", "message": "ok"}
    vendor.says(flat if level == "root" else {"ErrorCode": 0, "PageInfo": [{"Result": [flat]}]})
    [finding] = reading(ask(Pid(1))[0]).findings
    assert said(finding) == {"VIN": "LSVAA4182E2123456", "message": "ok"}


@pytest.mark.parametrize("within", [None, "Response"])
def test_policies_have_rows(vendor: Host, within: str | None) -> None:
    rows = [
        {"FieldList": [field("承保险种", "三者险"), field("保险费", "100")]},
        {"FieldList": [field("承保险种", "车损")]},
    ]
    body = paged(entry(field("保单号", "P1"), type="保单", DetailList=[{"DetailData": rows}]))
    vendor.says({within: body} if within else body)
    found = reading(ask(Pid(1038))[0])
    [finding] = found.findings
    assert [[item.text for item in row] for row in finding.rows[""]] == [["三者险", "100"], ["车损"]]
    assert said(finding) == {"保单号": "P1"}
    assert found.trace == str(SERIAL)


def test_several_documents_on_one_picture(vendor: Host) -> None:
    vendor.says(paged(entry(field("姓名", "某人")), entry(field("签发机关", "某局"), type="身份证国徽页")))
    found = reading(ask(Pid(2))[0])
    assert [finding.type for finding in found.findings] == ["身份证人像页", "身份证国徽页"]


def test_a_document_that_was_not_read_is_not_passed_over(vendor: Host) -> None:
    vendor.says(paged(entry(field("姓名", "某人")), {"type": "身份证国徽页", "ocr_error_code": 19}))
    first, second = reading(ask(Pid(2))[0]).findings
    assert said(first) == {"姓名": "某人"}
    assert (second.type, said(second)) == ("身份证国徽页", {"ocr_error_code": "19"})


@pytest.mark.parametrize("code", [19, "19"])
def test_when_no_document_was_read_its_code_counts(vendor: Host, code: Any) -> None:
    vendor.says(paged({"type": "身份证国徽页", "ocr_error_code": code}))
    [outcome] = ask(Pid(2))
    assert isinstance(outcome, NoResult)
    assert outcome.code == "19"


@pytest.mark.parametrize("level", ["root", "page", "result"])
def test_codes_count_on_every_level(vendor: Host, level: str) -> None:
    body = paged(entry(field("姓名", "某人")))
    page = body["PageInfo"][0]
    {"root": body, "page": page, "result": page["Result"][0]}[level]["ErrorCode"] = "-52"
    vendor.says(body)
    [outcome] = ask(Pid(2))
    assert isinstance(outcome, VendorUnavailable)
    assert outcome.retry_after == 30


@pytest.mark.parametrize("box", [{"quad": [560245776] * 8, "position": None}, {"quad": [0] * 8}, {"quad": "none"}])
def test_garbage_for_a_box_costs_only_the_box(vendor: Host, box: dict[str, Any]) -> None:
    nowhere = dict.fromkeys(PLACE, 0)
    vendor.says(paged(entry(field("姓名", "某人", **{"position": nowhere, **box}))))
    [finding] = reading(ask(Pid(2))[0]).findings
    assert finding.items[0].box is None
    assert said(finding) == {"姓名": "某人"}


def test_corners_out_of_order_are_put_in_order(vendor: Host) -> None:
    vendor.says(paged(entry(field("姓名", "某人", quad=[100, 50, 180, 50, 100, 70, 180, 70]))))
    [finding] = reading(ask(Pid(2))[0]).findings
    assert finding.items[0].box == ((100, 50), (180, 50), (180, 70), (100, 70))


def test_the_key_stands_in_for_a_missing_label(vendor: Host) -> None:
    vendor.says(paged(entry({"key": "IDNum", "value": 5})))
    [finding] = reading(ask(Pid(2))[0]).findings
    assert said(finding) == {"IDNum": "5"}


class TestSharedPid:
    """pid 22 reads five products; the answer's type says which it was."""

    TRAIN = Pid(22, type=("火车票",))

    def test_only_the_asked_type_is_read(self, vendor: Host) -> None:
        vendor.says(paged(entry(field("票价", "5"), type="火车票"), entry(field("金额", "9"), type="出租车票")))
        [finding] = reading(ask(self.TRAIN)[0]).findings
        assert said(finding) == {"票价": "5"}

    def test_the_others_are_named(self, vendor: Host) -> None:
        kinds = ("出租车票", "增值税发票（某某）", "的士票")
        vendor.says(paged(*(entry(field("金额", "9"), type=one) for one in kinds)))
        [outcome] = ask(self.TRAIN)
        assert isinstance(outcome, NoResult)
        assert problem_of(outcome).model_dump()["detected"] == ["出租车票", "增值税发票"]

    @pytest.mark.parametrize(
        "kind",
        [None, "", "某某", "铁路电子客票", "电子发票(铁路电子客票)", "电子发票（铁路电子客票）", "动车票", "铁路车票"],
    )
    def test_a_type_that_is_not_known_to_be_another_bill_is_read(self, vendor: Host, kind: str | None) -> None:
        vendor.says(paged(entry(field("车次", "G1234"), field("票价", "553.0元"), type=kind)))
        [finding] = reading(ask(self.TRAIN)[0]).findings
        assert said(finding) == {"车次": "G1234", "票价": "553.0元"}

    @pytest.mark.parametrize("kind", ["机动车销售统一发票", "二手车销售统一发票", "不动产出租发票"])
    @pytest.mark.parametrize("asked", ["火车票", "出租车票"])
    def test_a_word_inside_another_names_no_bill(self, vendor: Host, asked: str, kind: str) -> None:
        vendor.says(paged(entry(field("金额", "9"), type=kind)))
        [outcome] = ask(Pid(22, type=(asked,)))
        detected = problem_of(outcome).model_dump()["detected"] if isinstance(outcome, NoResult) else []
        assert detected == (["机动车发票"] if "车" in kind else [])

    @pytest.mark.parametrize(
        ("asked", "kind"),
        [("出租车票", "出租车发票"), ("行程单", "机票"), ("行程单", "航空运输电子客票行程单"), ("定额发票", "定额票")],
    )
    def test_types_come_in_several_words(self, vendor: Host, asked: str, kind: str) -> None:
        vendor.says(paged(entry(field("金额", "9"), type=kind)))
        assert reading(ask(Pid(22, type=(asked,)))[0]).findings
        assert isinstance(ask(self.TRAIN)[0], NoResult)

    def test_labels_of_another_bill_alone_tell_where_the_type_does_not(self, vendor: Host) -> None:
        vendor.says(paged(entry(field("航班号", "CA1"), field("金额", "9"), type=None)))
        outcome = error(ask(self.TRAIN)[0])
        assert isinstance(outcome, NoResult)
        assert problem_of(outcome).model_dump()["detected"] == ["行程单"]

    def test_fields_that_are_not_told_one_by_one_are_no_empty_answer(self, vendor: Host) -> None:
        vendor.says(paged({"pid": 2, "FieldList": {"姓名": "张三"}}))
        assert isinstance(ask(Pid(2))[0], UnexpectedResponse)

    @pytest.mark.parametrize("where", ["root", "page", "result"])
    def test_what_stands_beside_the_documents_is_kept(self, vendor: Host, where: str) -> None:
        body = paged(entry(field("姓名", "某人")))
        node = {"root": body, "page": body["PageInfo"][0], "result": body["PageInfo"][0]["Result"][0]}[where]
        node |= {"checkBlur": 0.9, "SealList": [{"text": "某局", "score": 1}]}
        vendor.says(body)
        [finding] = reading(ask(Pid(2), imageCheck="11111", openSeal="1")[0]).findings
        assert said(finding) == {"姓名": "某人", "checkBlur": "0.9", "SealList": '[{"text": "某局", "score": 1}]'}

    def test_a_failure_of_the_asked_type_is_not_made_up_for_by_others(self, vendor: Host) -> None:
        vendor.says(paged(entry(type="火车票", ocr_error_code=3), entry(field("金额", "9"), type="出租车票")))
        assert error(ask(self.TRAIN)[0]).code == "3"

    def test_all_bills_are_read_without_a_type(self, vendor: Host) -> None:
        vendor.says(paged(entry(field("票价", "5"), type="火车票"), entry(field("金额", "9"), type="出租车票")))
        assert len(reading(ask(Pid(22))[0]).findings) == 2


@pytest.mark.parametrize("pid", [1001, 1034])
def test_texts_are_lines(vendor: Host, pid: int) -> None:
    vendor.says(paged(entry(field("0", "第一行"), field("1", "第二行"))))
    found = reading(ask(Pid(pid))[0])
    assert [line.text for line in found.lines] == ["第一行", "第二行"]
    assert found.lines[0].box == ((100, 50), (180, 50), (180, 70), (100, 70))
    assert found.lines[0].confidence == 0.98


def test_texts_in_an_unknown_shape_are_lines_too(vendor: Host) -> None:
    texts = [{"text": "第一行"}, {"content": "第二行\n第三行", "position": PLACE}]
    vendor.says({"ErrorCode": 0, "words": texts, "sizes": [1, 2], "version": [{"value": 1}]})
    found = reading(ask(Pid(1001))[0])
    assert [line.text for line in found.lines] == ["第一行", "第二行", "第三行"]


@pytest.mark.parametrize("pid", [1001, 1036])
def test_a_page_read_in_part_is_not_read(vendor: Host, pid: int) -> None:
    vendor.says(paged(entry(field("0", "第一行")), entry(ocr_error_code=19)))
    assert error(ask(Pid(pid))[0]).code == "19"


def test_tables_are_restored_from_the_cells_places(vendor: Host) -> None:
    cells = [
        field("", text, quad=None, position={"left": x, "top": y, "width": 60, "height": 20})
        for y, row in ((50, ("品名", "数量", "金额")), (100, ("苹果", "2", "10")), (150, ("梨子", "3", "9")))
        for x, text in zip((50, 250, 450), row, strict=True)
    ]
    vendor.says(paged(entry(*cells)))
    [table] = reading(ask(Pid(1036))[0]).tables
    assert {(cell.row, cell.column): cell.text for cell in table.cells} == {
        (0, 0): "品名", (0, 1): "数量", (0, 2): "金额",
        (1, 0): "苹果", (1, 1): "2", (1, 2): "10",
        (2, 0): "梨子", (2, 1): "3", (2, 2): "9",
    }  # fmt: skip


def test_texts_that_make_no_table_are_not_lost(vendor: Host) -> None:
    vendor.says(paged(entry(field("品名", "苹果"), field("数量", "2", quad=None, position=None))))
    [found] = documents(products()["general_table"], reading(ask(Pid(1036))[0]))
    assert (found.fields, [one.text for one in found.unmapped]) == ({}, ["苹果", "2"])


@pytest.mark.parametrize("pid", [666, 667])
@pytest.mark.parametrize("number", [int, str, float])
def test_the_number_that_was_asked_by_is_no_kind_of_document(vendor: Host, pid: int, number: type) -> None:
    vendor.says(paged({"pid": number(pid), "type": "行驶证正页", "FieldList": []}))
    [finding] = reading(ask(Pid(pid))[0]).findings
    assert said(finding) == {"type": "行驶证正页"}
    vendor.says(paged(entry(field("某某号码", "17"), pid=number(pid), type=None)))
    kind = "document_classification_only" if pid == 667 else "document_classification"
    [found] = documents(products()[kind], reading(ask(Pid(pid))[0]))
    assert (found.fields, [one.text for one in found.unmapped]) == ({}, ["17"])


@pytest.mark.parametrize("pid", [666, 667])
def test_classification_is_a_result_without_fields(vendor: Host, pid: int) -> None:
    vendor.says(paged({"pid": 5, "type": "行驶证正页", "position": PLACE, "angle": 90}))
    found = reading(ask(Pid(pid))[0])
    [finding] = found.findings
    assert said(finding) == {"type": "行驶证正页", "pid": "5", "angle": "90"}
    assert found.angle == 90


def test_what_an_entry_says_beside_its_fields_is_kept(vendor: Host) -> None:
    vendor.says(paged(entry(field("姓名", "某人"), img_type=1, Seal=[{"text": "某局"}], color=None)))
    [finding] = reading(ask(Pid(2))[0]).findings
    assert said(finding) == {"姓名": "某人", "img_type": "1", "Seal": '[{"text": "某局"}]'}


LONG, SHORT = (base64.b64encode(b"face" * times).decode() for times in (600, 30))
WRAPPED = base64.encodebytes(b"face" * 600).decode()
ANNOUNCED = f"data:image/jpeg;base64,{SHORT}"
CROPS = [
    *((name, crop) for name in sorted(etoplive.PICTURES) for crop in (LONG, SHORT, WRAPPED, ANNOUNCED)),
    *(("seal_image", crop) for crop in (LONG, WRAPPED, WRAPPED.replace("\n", "\r\n"), ANNOUNCED)),
]


@pytest.mark.parametrize(("name", "crop"), CROPS)
def test_pictures_are_left_out_unless_asked_for(vendor: Host, name: str, crop: str) -> None:
    vendor.says(paged(entry(field("姓名", "某人"), **{name: crop}), img_data=crop))
    assert json.dumps(crop)[1:-1] not in json.dumps(reading(ask(Pid(2))[0]).model_dump())
    found = reading(ask(Pid(2), removeImgData="0")[0])
    raw = kept(found)
    assert raw["img_data"] == crop
    assert raw["PageInfo"][0]["Result"][0]["ResultList"][0][name] == crop
    assert said(found.findings[0]) == {"姓名": "某人"}
    crops = [one.content for one in found.crops]
    assert base64.b64decode(crop.rpartition(",")[2]) in crops or crop == SHORT


def test_a_long_column_of_numbers_is_no_picture(vendor: Host) -> None:
    column = "\n".join(str(10**11 + number) for number in range(200))
    vendor.says(paged(entry(field("0", column))))
    assert len(reading(ask(Pid(1001))[0]).lines) == 200


@pytest.mark.parametrize(
    "body",
    [
        paged(),
        paged(entry()),
        paged(entry(field("姓名", ""), field("性别", None))),
        listed(),
        {"ErrorCode": "0", "PageInfo": []},
        {"ErrorCode": 0, "PlateNum": 0, "Plate": []},
    ],
)
def test_nothing_found_is_no_result(vendor: Host, body: Any) -> None:
    vendor.says(body)
    [outcome] = ask(Pid(2))
    assert isinstance(outcome, NoResult)
    assert outcome.paid


@pytest.mark.parametrize(
    "body",
    [
        {"ErrorCode": "0"},
        {"ErrorCode": "0", "message": "ok"},
        {"PageInfo": [{"Result": [{"ResultList": [entry(field("姓名", "某人"))]}]}]},
        {**paged(entry(field("姓名", "某人"))), "ErrorCode": None},
        {**paged(entry(field("姓名", "某人"))), "ErrorCode": {"code": 0}},
        {"ErrorCode": "0", "PageInfo": "识别失败"},
        {"ErrorCode": "0", "ResultList": [["姓名", "某人"]]},
        {"ErrorCode": "0", "ResultList": {"0": {"chn_key": "姓名"}}},
        {"ErrorCode": "0", "PageInfo": {"0": [{"value": "1"}, [1]]}},
        {"ErrorCode": "20"},
    ],
)
@pytest.mark.parametrize("pid", [2, 1001])
def test_success_in_another_form_is_changed(vendor: Host, body: Any, pid: int) -> None:
    vendor.says(body)
    [outcome] = ask(Pid(pid))
    assert isinstance(outcome, UnexpectedResponse)
    assert without_pictures(kept(outcome), etoplive.PICTURES) == without_pictures(body, etoplive.PICTURES)


def test_an_unknown_code_is_a_poor_picture_only_when_scores_were_to_be_judged(vendor: Host) -> None:
    vendor.says({"ErrorCode": "70"})
    [outcome] = ask(Pid(2), imageCheck="00100", imageCheckVaule="0")
    assert isinstance(outcome, CallerError)
    assert (outcome.status, outcome.code) == (422, "70")
    for options in ({"imageCheck": "00100"}, {"imageCheck": "00000", "imageCheckVaule": "0"}, {"imageCheckVaule": "0"}):
        assert isinstance(ask(Pid(2), **options)[0], UnexpectedResponse)
    vendor.says(Answered({"ErrorCode": "70"}, status=500))
    assert isinstance(ask(Pid(2), imageCheck="00100", imageCheckVaule="0")[0], VendorUnavailable)


def test_the_table_is_as_long_as_the_document() -> None:
    assert len(ERRORS) + 1 == 17  # and 0
    assert etoplive.ERRORS.keys() == {str(code) for code in ERRORS}


def test_a_link_into_the_bucket_is_fetched(
    wire: dict[str, Control], vendor: Host, monkeypatch: pytest.MonkeyPatch, addresses: dict[str, str]
) -> None:
    monkeypatch.setenv("VENDOR_URLS", f"etoplive={addresses['etoplive']}")
    settings.cache_clear()
    document = plain()
    vendor.says(document.content)

    class S3:
        def generate_presigned_url(self, *_: Any, **__: Any) -> str:
            return f"{vendor.url}/uploads/a.png"

    monkeypatch.setattr(aws, "s3", S3)
    [outcome] = Case(Pid(2), {"input": "url"}).read(replace(document, upload=Upload("uploads", "a.png", "v1")))
    assert isinstance(outcome, Reading), repr(outcome)
    assert [asked.path for asked in vendor.asked] == ["/uploads/a.png"]
    assert wire["etoplive"].report()["violations"] == []


@pytest.mark.parametrize("shape", ["page", "list", "flat"])
@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize("pid", [2, 6])
def test_every_shape_of_its_answers(wire: dict[str, Control], shape: str, wrapped: bool, pid: int) -> None:
    wire["etoplive"].set(shape=shape, wrapped=wrapped)
    [outcome] = Case(Pid(pid)).read()
    assert isinstance(outcome, Reading), repr(outcome)
    texts = {item.text for item in outcome.findings[0].items}
    assert {"周一", "粤B12345"} & texts
