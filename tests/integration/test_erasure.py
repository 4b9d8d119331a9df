"""Promise: what is forgotten is forgotten: of a picture whose record is deleted, no store keeps a byte or a name."""

import hashlib
import json
from base64 import b64encode
from typing import Any
from urllib.parse import quote

import pytest

from ocr.declare.offers import Offer
from ocr.declare.product import Product
from ocr.entry import uploads
from ocr.entry.serve import serve
from ocr.model.record import Status
from ocr.platform import aws
from ocr.storage import erasure, records
from tests.support.aws import ANSWERS, UPLOADS, World, forget_settings
from tests.support.scripted import Context, First, Ticket, picture, product, reading
from tests.support.sending import deliver, of_upload, post

PERSON = "LU-XIANG-44010619700602997X"
FILE = "lu-xiang-44010619700602997X"


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    monkeypatch.setenv("RECORD_KEY", "a secret of the stack")
    forget_settings()


def seen() -> Any:
    """A reading of the person, whose raw answer names them too."""
    return reading(number=PERSON).model_copy(update={"raw": {"name": PERSON}})


def card() -> Product:
    """Another product for the same pictures."""
    offers: list[Offer] = [First([seen])]
    return Product("card", Ticket, name="卡", category="general", required=["number"], sold_by=offers)


def asked(kind: Product, content: bytes, **headers: str) -> dict[str, Any]:
    """The body of the answer to a request with these headers."""
    event = {
        "httpMethod": "POST",
        "path": f"/ocr/{kind.slug}",
        "headers": {"Content-Type": "image/png"} | headers,
        "queryStringParameters": None,
        "requestContext": {},
        "body": b64encode(content).decode(),
        "isBase64Encoded": True,
    }
    told: dict[str, Any] = json.loads(serve(kind)(event, Context())["body"])  # type: ignore[arg-type]
    return told


def versions(world: World, key: str) -> list[dict[str, Any]]:
    """The notifications of every version of an upload."""
    found = world.emulator.client("s3").list_object_versions(Bucket=UPLOADS, Prefix=key).get("Versions", [])
    return [
        {"s3": {"bucket": {"name": UPLOADS}, "object": {"key": quote(one["Key"]), "versionId": one["VersionId"]}}}
        for one in found
    ]


def stores(world: World) -> bytes:
    """Every byte that is stored anywhere, with every name."""
    s3 = world.emulator.client("s3")
    parts = [json.dumps(world.items(), default=str, ensure_ascii=False).encode()]
    for bucket in (UPLOADS, ANSWERS):
        for one in s3.list_object_versions(Bucket=bucket).get("Versions", []):
            found = s3.get_object(Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"])
            parts += [one["Key"].encode(), str(found["Metadata"]).encode(), found["Body"].read()]
    return b"\n".join(parts)


def test_one_deletion_leaves_nothing_of_a_picture_anywhere(world: World) -> None:
    content = picture(4711)
    ticket, other = product([seen]), card()
    upload = world.upload(f"uploads/ticket/{FILE}.png", content)
    deliver(ticket, upload)
    refused = world.upload(f"uploads/ticket/{FILE}-wrong.png", content, nothing="such")
    deliver(ticket, refused)
    fast = world.upload(f"uploads/card/{FILE}-fast.png", content, mood="fast")
    deliver(other, fast)
    first = post(ticket, content)[1]
    post(ticket, content, mood="fast")
    post(other, content)
    asked(ticket, content, **{"Idempotency-Key": "application-4711"})
    waiting = asked(other, content, Prefer="respond-async", **{"Idempotency-Key": "later"})
    assert waiting["id"]
    before = stores(world)
    traces = [PERSON.encode(), FILE.encode(), content, hashlib.sha256(content).hexdigest().encode()]
    assert all(trace in before for trace in traces)
    assert erasure.erase(first["id"])
    after = stores(world)
    assert [trace for trace in traces if trace in after] == []
    items = [item for item in world.items() if "status" in item]
    assert {item["status"] for item in items} == {Status.DELETED}
    assert len(items) >= 8


def test_a_picture_of_somebody_else_stays(world: World) -> None:
    kind = product([seen])
    longer = world.upload(f"uploads/ticket/{'a' * 32}-of-somebody-else.png", picture(2))
    mine = world.upload(f"uploads/ticket/{'a' * 32}", picture(1))
    deliver(kind, mine, longer)
    record = of_upload(mine)
    assert record
    aws.table().update_item(
        Key={"id": record.id}, UpdateExpression="REMOVE #v", ExpressionAttributeNames={"#v": "version"}
    )
    assert erasure.erase(record.id)
    assert versions(world, f"uploads/ticket/{'a' * 32}-of-somebody-else.png")
    assert of_upload(longer)


def test_nobody_recovers_a_name_from_what_is_left(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = product([seen])
    upload = world.upload(f"uploads/ticket/{FILE}.png", picture(3))
    deliver(kind, upload)
    record = of_upload(upload)
    assert record
    erasure.erase(record.id)
    [left] = [item for item in world.items() if item["id"] == record.id]
    monkeypatch.setenv("RECORD_KEY", "a guess")
    forget_settings()
    source, version = f"s3://{UPLOADS}/uploads/ticket/{FILE}.png", upload["s3"]["object"]["versionId"]
    guesses = [f"{source}", f"{source}#{version}", f"{source}#"]
    plain = {hashlib.sha256(guess.encode()).hexdigest()[:32] for guess in guesses}
    assert not plain & {left["id"], left["place"]}
    assert records._place_of(source) != left["place"]


def test_a_form_is_good_for_one_picture(world: World) -> None:
    kind = product([seen])
    form = uploads.form(kind, {})
    first = world.upload(form["key"], picture(1))
    second = world.upload(form["key"], picture(2))
    deliver(kind, first)
    deliver(kind, second)
    one, other = of_upload(first), of_upload(second)
    assert one
    assert other
    assert (one.id, one.status) == (form["id"], Status.SUCCEEDED)
    assert (other.status, other.problem and other.problem.type) == (Status.FAILED, "urn:ocr:problem:conflict")
    assert [notification["s3"]["object"]["versionId"] for notification in versions(world, form["key"])] == [
        first["s3"]["object"]["versionId"]
    ]


def test_a_form_dies_with_its_record(world: World) -> None:
    kind = product([seen])
    form = uploads.form(kind, {})
    assert erasure.erase(form["id"])
    late = world.upload(form["key"], picture(1))
    assert deliver(kind, late) == []
    assert versions(world, form["key"]) == []
    record = of_upload(late)
    assert record
    assert record.status == Status.FAILED
    assert PERSON.encode() not in stores(world)


def test_a_handed_over_copy_goes_when_the_record_stands(world: World) -> None:
    kind = product([seen])
    told = asked(kind, picture(5), Prefer="respond-async")
    key = f"uploads/ticket/later/{told['id']}"
    [notification] = versions(world, key)
    assert deliver(kind, notification) == []
    assert versions(world, key) == []
    record = records.find(told["id"])
    assert record
    assert record.status == Status.SUCCEEDED
    # The message may come once more.
    assert deliver(kind, notification, receives=2) == []
    again = records.find(told["id"])
    assert again
    assert again.status == Status.SUCCEEDED
