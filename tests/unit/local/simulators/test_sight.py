"""The simulators really read: nothing stands in for the engine here."""

import base64
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests
from PIL import Image

from local.samples import samples
from local.simulators import SECRETS, reader
from local.simulators.pictures import opened
from local.simulators.reader import Line, Page
from tests.support.simulator_requests import (
    CHARACTERS,
    GENERAL,
    ID_CARD,
    PLATE,
    SERVLET,
    Vendor,
    b64,
    bill_form,
    blank,
    ctyun_request,
    esign_request,
    file_of,
)


def test_the_text_on_a_picture_is_really_read(text: bytes, ctyun_at: Vendor, esign_at: Vendor) -> None:
    there = ctyun_at.post(GENERAL, **ctyun_request({"data": [b64(text)]})).json()["result"][0]["detail"]
    here = esign_at.post(CHARACTERS, **esign_request(text)).json()["data"]["textDetections"]

    assert [line["text"].replace(" ", "") for line in there] == ["社区图书馆开放时间", "周一至周五9:00"]
    assert [line["detectedText"] for line in here] == [line["text"] for line in there]
    assert 25 <= there[0]["box"][0] <= 40


def test_a_plate_is_really_read(juhe_at: Vendor, ctyun_at: Vendor) -> None:
    sample = next(samples(["license_plate"], layouts=("a",), variants=("clean",)))
    form = {"key": SECRETS["juhe"]["plate_key"], "file": b64(sample.picture)}

    parts = juhe_at.post("/verify_carlicense/query", data=form).json()["result"]["res"]
    [seen] = ctyun_at.post(PLATE, **ctyun_request({"data": [form["file"]]}, PLATE)).json()["result"][0]["detail"]

    assert parts[0]["content"] == sample.truth["plate_number"]
    assert seen["platelicense"].replace(" ", "") == sample.truth["plate_number"]


def test_ctyun_calls_the_emblem_the_front(card: dict[str, Any], ctyun_at: Vendor) -> None:
    pictures = [b64(card[side].picture) for side in ("emblem", "portrait")]

    emblem, portrait = ctyun_at.post(ID_CARD, **ctyun_request({"data": pictures}, ID_CARD)).json()["result"]

    assert (emblem["note"], emblem["idcard_face"]) == ("front", "no face")
    assert emblem["detail"]["org"] == card["emblem"].truth["issuing_authority"]
    assert (emblem["detail"]["name"], emblem["demo_image"], emblem["risk"]) == ("", "demo_image", "normal")
    assert portrait["note"] == "back"
    assert portrait["detail"]["idn"] == card["portrait"].truth["id_number"]
    assert portrait["detail"]["org"] == ""
    assert base64.b64decode(portrait["idcard_face"]).startswith(b"\xff\xd8")


def test_etoplive_gives_the_id_cards_own_keys_and_labels(card: dict[str, Any], etoplive_at: Vendor) -> None:
    form = bill_form(card["portrait"].picture, pid="2", removeImgData="0", imageCheck="10010")

    answer = etoplive_at.post(SERVLET, data=form).json()

    [entry] = answer["PageInfo"][0]["Result"][0]["ResultList"]
    found = {field["key"]: (field["chn_key"], field["value"]) for field in entry["FieldList"]}
    truth = card["portrait"].truth
    assert entry["type"] == "身份证人像页"
    assert found["IDNum"] == ("公民身份号码", truth["id_number"])
    assert found["Birth"] == ("出生", truth["birth_date"].replace("-", ""))
    assert found["Sex"] == ("性别", "男" if int(truth["id_number"][16]) % 2 else "女")
    assert base64.b64decode(entry["head_image_data"]).startswith(b"\xff\xd8")
    assert {"checkCopy", "checkBlur"} == {name for name in entry if name.startswith("check")}


def test_etoplive_makes_two_documents_of_two_sides(card: dict[str, Any], etoplive_at: Vendor) -> None:
    sides = [Image.open(io.BytesIO(card[side].picture)) for side in ("portrait", "emblem")]
    sheet = Image.new("RGB", (sides[0].width, 2 * sides[0].height), "white")
    for number, side in enumerate(sides):
        sheet.paste(side, (0, number * side.height))

    answer = etoplive_at.post(SERVLET, data=bill_form(file_of(sheet, "JPEG"), pid="2")).json()

    found = answer["PageInfo"][0]["Result"][0]["ResultList"]
    assert [entry["type"] for entry in found] == ["身份证人像页", "身份证国徽页"]
    assert {entry["image_data"] for entry in found} == {""}


def test_etoplive_says_when_the_document_is_another_one(text: bytes, etoplive_at: Vendor) -> None:
    assert etoplive_at.post(SERVLET, data=bill_form(text, pid="2")).json() == {"ErrorCode": "3"}


def test_esigns_id_card_takes_both_sides_at_once(card: dict[str, Any], esign_at: Vendor) -> None:
    path = "/v2/identity/auth/api/ocr/idcard"
    sides = {"infoImg": b64(card["portrait"].picture), "emblemImg": b64(card["emblem"].picture)}

    data = esign_at.post(path, **esign_request(None, path, **sides)).json()["data"]

    assert data["idNo"] == card["portrait"].truth["id_number"]
    assert data["issuedBy"] == card["emblem"].truth["issuing_authority"]


def portrait_lines(left: float) -> list[Line]:
    """An ID card's lines, as the engine gives them, from this x on."""
    rows = ["姓名 顾家明", "性别 男", "住址 海棠市松岭区新月街359号", "公民身份号码 44010619700602997X"]
    boxes = [((left, y), (left + 300, y), (left + 300, y + 24), (left, y + 24)) for y in range(20, 180, 40)]
    return [Line(text, 0.99, box) for text, box in zip(rows, boxes, strict=True)]


@pytest.mark.parametrize(("lefts", "count"), [((20,), 1), ((20, 400), 2), ((20, 400, 780), 3)])
def test_documents_side_by_side_are_told_apart(
    lefts: tuple[float, ...], count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [line for left in lefts for line in portrait_lines(left)]
    monkeypatch.setattr(reader, "page", lambda picture: Page(380 * len(lefts), 200, 0, lines))

    found = reader.documents(opened(blank()), ["id_card"])

    assert len(found) == count
    assert {entry.text for entry in found[-1].entries} >= {"顾家明", "男", "44010619700602997X"}


def test_a_machine_readable_zone_belongs_to_the_page_above_it(monkeypatch: pytest.MonkeyPatch) -> None:
    zone = ["P<CHNGU<<JIAMING" + "<" * 28, "EK80968588CHN7006022M2810249" + "<" * 14 + "04"]
    rows = ["护照号 EK8096858", "姓名 顾家明", "出生日期 1970-06-02", "有效期至 2028-10-24", *zone]
    places = [20, 60, 100, 140, 300, 340]
    lines = [
        Line(text, 0.99, ((20, y), (720, y), (720, y + 24), (20, y + 24))) for text, y in zip(rows, places, strict=True)
    ]
    monkeypatch.setattr(reader, "page", lambda picture: Page(800, 400, 0, lines))

    [found] = reader.documents(opened(blank()), ["passport"])

    texts = {entry.field: entry.text for entry in found.entries}
    assert texts["mrz_line2"] == zone[1]
    assert (texts["surname"], texts["given_names"], texts["name_zh"]) == ("GU", "JIAMING", "顾家明")


def test_documents_of_two_kinds_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    title = Line("中华人民共和国居民身份证", 0.99, ((820, 0), (1100, 0), (1100, 15), (820, 15)))
    receipt = ["出租汽车专用发票", "车号 A12345", "上车 09:10", "下车 09:31", "金额 27.00"]
    boxes = [((20, y), (320, y), (320, y + 24), (20, y + 24)) for y in range(20, 220, 40)]
    lines = [Line(text, 0.99, box) for text, box in zip(receipt, boxes, strict=True)]
    page = Page(1200, 240, 0, [*lines, title, *portrait_lines(800)])
    monkeypatch.setattr(reader, "page", lambda picture: page)

    found = reader.documents(opened(blank()), ["id_card", "taxi_receipt", "quota_invoice"])

    assert [one.slug for one in found] == ["taxi_receipt", "id_card"]


def test_the_command_line_prints_addresses_and_stops_when_told(tmp_path: Path) -> None:
    file = tmp_path / "addresses.json"
    command = [sys.executable, "-m", "local.simulators", "juhe", "--write", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        urls = json.loads(process.stdout.readline())
        report = requests.get(f"{urls['juhe']}/_control", timeout=5).json()
        process.terminate()

    assert list(urls) == ["juhe"]
    assert report["calls"] == 0
    assert (json.loads(file.read_text()), process.returncode) == (urls, 0)
