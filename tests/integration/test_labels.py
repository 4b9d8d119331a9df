"""Promise: a document is found by its caller's own word for it, which costs nothing and changes no reading."""

import json
from base64 import b64encode

import pytest

from announce import app as announce
from ocr.declare.product import Product
from ocr.platform.errors import VendorRejected
from ocr.storage import records
from tests.support.aws import World
from tests.support.scripted import calls, picture, product, reading
from tests.support.sending import asked, deliver, of_upload, post, sent

LABEL = "case 2026/117"


def listed(label: str) -> dict[str, str]:
    """The label that a list shows of each record with this one, by id."""
    status, body = asked("GET", "/records", queryStringParameters={"label": label})
    assert status == 200
    return {one["id"]: one["label"] for one in body["records"]}


def test_one_picture_under_two_labels_is_two_records_and_one_call(world: World) -> None:
    kind = product([reading])
    [plain, first, second] = [
        post(kind, picture())[1],
        *(post(kind, picture(), label=label)[1] for label in (LABEL, "b")),
    ]
    assert len({plain["id"], first["id"], second["id"]}) == 3
    assert calls(kind) == 1
    assert [one["options"] for one in (plain, first, second)] == [{}, {"label": LABEL}, {"label": "b"}]
    assert (listed(LABEL), listed("b")) == ({first["id"]: LABEL}, {second["id"]: "b"})
    assert listed("case") == {}
    assert announce.announcement(records.stored(first["id"]) or {}).label == LABEL
    # Whoever asks for one record is told its own label, and an erasure leaves none.
    assert asked("GET", f"/records/{second['id']}")[1]["options"] == {"label": "b"}
    assert asked("DELETE", f"/records/{first['id']}")[0] == 204
    assert LABEL not in json.dumps(world.items(), default=str)


@pytest.fixture
def kind() -> Product:
    return product([lambda: VendorRejected("no key")], [lambda: reading("second")])


def test_every_way_in_takes_a_label_and_a_batch_of_many_stays_one_call(world: World, kind: Product) -> None:
    uploads = [world.upload(f"uploads/ticket/{n}.png", picture(n), label=f"case {n}") for n in range(3)]
    deliver(kind, *uploads)
    [second] = [offer for offer in kind.offers if offer.vendor == "second"]
    assert [len(ask.documents) for ask in second.asked] == [3]  # type: ignore[attr-defined]
    found = [record for one in uploads if (record := of_upload(one))]
    assert [listed(f"case {n}") for n in range(3)] == [{one.id: f"case {n}"} for n, one in enumerate(found)]
    # What is refused is found by its label, too.
    refused = world.upload("uploads/ticket/none.png", b"no picture", label=LABEL)
    deliver(kind, refused)
    assert (of_upload(refused) or found[0]).id in listed(LABEL)

    status, form = asked("POST", "/uploads/id_card", json.dumps({"label": LABEL}))
    assert (status, form["fields"]["x-amz-meta-label"]) == (201, LABEL)
    body = {"images": [b64encode(picture(n)).decode() for n in (7, 8)], "label": "together"}
    assert sent(kind, body, path="/batch")[0] in (200, 207)
    assert len(listed("together")) == 2


@pytest.mark.parametrize("label", ["", "张三", "=1+1", " 7a", "7a ", "7a\nb", "<b>", "a" * 65])
def test_what_is_no_label_is_refused_and_not_repeated(world: World, label: str) -> None:
    kind = product([reading])
    status, body = post(kind, picture(), label=label)
    assert (status, body["type"], calls(kind)) == (400, "urn:ocr:problem:invalid_option", 0)
    assert not label or label not in json.dumps(body, ensure_ascii=False)
    if label:
        assert asked("GET", "/records", queryStringParameters={"label": label})[0] == 400
