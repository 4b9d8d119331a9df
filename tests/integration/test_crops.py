"""Promise: pictures of people come back only to who asks, by a link; they lie encrypted and go with the record."""

import gzip
import json
from base64 import b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from id_card.app import product as id_card
from ocr.platform import aws
from ocr.storage import erasure, records
from tests.contract.adapters.ctyun import PORTRAIT, answer, card_entry
from tests.contract.adapters.etoplive import entry, field, paged
from tests.support.aws import ANSWERS, World, whole
from tests.support.scripted import picture
from tests.support.sending import asked, deliver, of_upload, post
from tests.support.vendors import Host

FACE = b"\xff\xd8\xff" + b"face" * 600
ENCODED = b64encode(FACE).decode()
NUMBER = "44010619700602997X"


def ctyun_says(face: str = ENCODED, **more: Any) -> Any:
    detail = PORTRAIT | {"name": "顾家明", "idn": NUMBER}
    return answer(card_entry(detail, note="back", idcard_face=face, **more))


def etoplive_says(face: str = ENCODED) -> Any:
    found = entry(field("姓名", "顾家明"), field("公民身份号码", NUMBER), head_image_data=face, image_data="")
    return paged(found)


SELLERS: dict[str, Callable[..., Any]] = {"ctyun": ctyun_says, "etoplive": etoplive_says}
SELLER = pytest.mark.parametrize(("vendor_name", "says"), SELLERS.items(), ids=SELLERS)


def objects() -> dict[str, bytes]:
    """What lies in the bucket of answers."""
    found = whole("s3").list_objects_v2(Bucket=ANSWERS).get("Contents", [])
    kept = {one["Key"]: aws.s3().get_object(Bucket=ANSWERS, Key=one["Key"]) for one in found}
    bodies = {key: (one.get("ContentEncoding"), one["Body"].read()) for key, one in kept.items()}
    return {key: gzip.decompress(body) if coding == "gzip" else body for key, (coding, body) in bodies.items()}


@SELLER
def test_who_asks_for_the_face_gets_a_link_to_it(
    world: World, vendor: Host, vendor_name: str, says: Callable[..., Any]
) -> None:
    vendor.says(says())
    status, record = post(id_card, picture(1), vendor=vendor_name, removeImgData="0")
    assert (status, record["status"]) == (200, "succeeded")
    [crop] = record["crops"]
    assert (crop["shows"], crop["media_type"]) == ("face", "image/jpeg")
    assert objects()[crop["key"]] == FACE
    link = urlsplit(crop["url"])
    assert link.path.endswith(crop["key"])
    assert parse_qs(link.query)["X-Amz-Expires"] == ["300"]
    shown = [record["document"], *record["others"]]
    assert ENCODED[:100] not in json.dumps(shown)

    items = json.dumps(world.items(), default=str)
    assert crop["key"] in items
    assert ENCODED[:100] not in items
    assert "X-Amz" not in items

    again = asked("GET", f"/records/{record['id']}")[1]["crops"]
    assert [one["key"] for one in again] == [crop["key"]]
    assert "X-Amz-Signature" in again[0]["url"]


@SELLER
def test_the_face_goes_with_its_record(world: World, vendor: Host, vendor_name: str, says: Callable[..., Any]) -> None:
    vendor.says(says())
    _, record = post(id_card, picture(2), vendor=vendor_name, removeImgData="0")
    assert objects()
    assert erasure.erase(record["id"])
    assert objects() == {}


@SELLER
@pytest.mark.parametrize("options", [{}, {"removeImgData": "1"}], ids=["nothing", "no"])
def test_nobody_else_gets_it(
    world: World, vendor: Host, vendor_name: str, says: Callable[..., Any], options: dict[str, str]
) -> None:
    vendor.says(says())
    _, record = post(id_card, picture(3), vendor=vendor_name, **options)
    assert record["crops"] == []
    assert ENCODED[:100].encode() not in b"".join(objects().values())


def test_an_upload_asks_by_its_metadata(world: World, vendor: Host) -> None:
    vendor.says(ctyun_says())
    metadata = {"vendor": "ctyun", "removeimgdata": "0"}
    notification = world.upload("uploads/id_card/face.png", picture(4), **metadata)
    assert deliver(id_card, notification) == []
    record = of_upload(notification)
    assert record
    [crop] = record.crops
    assert crop.url is None
    assert objects()[crop.key] == FACE


@pytest.mark.parametrize("crop", ["no face", "", "none", "A" * 9])
def test_a_vendor_that_found_no_face_leaves_nothing_to_link_to(world: World, vendor: Host, crop: str) -> None:
    vendor.says(ctyun_says(crop))
    _, record = post(id_card, picture(5), vendor="ctyun", removeImgData="0")
    assert record["crops"] == []


def test_a_record_that_is_no_success_still_says_where_the_face_is(world: World, vendor: Host) -> None:
    vendor.says(answer(card_entry(PORTRAIT | {"name": "顾家明"}, note="back", idcard_face=ENCODED)))
    status, problem = post(id_card, picture(6), vendor="ctyun", removeImgData="0")
    assert status == 422
    kept = records.find(problem["record_id"])
    assert kept
    assert [crop.shows for crop in kept.crops] == ["face"]


def test_a_flag_says_in_words_what_it_means(world: World, vendor: Host) -> None:
    vendor.says(ctyun_says(risk="screen"))
    _, record = post(id_card, picture(7), vendor="ctyun")
    risk = record["document"]["evidence"]["image_type"]
    assert (risk["text"], risk["meaning"]) == ("screen", "The picture was taken of a screen.")

    found = entry(field("姓名", "顾家明"), field("公民身份号码", NUMBER), checkCopy=1)
    vendor.says(paged(found))
    _, record = post(id_card, picture(8), vendor="etoplive", imageCheck="10000")
    [check] = record["document"]["unmapped"]
    assert check["label"] == "checkCopy"
    assert check["meaning"].startswith("Whether the picture shows a photocopy")
