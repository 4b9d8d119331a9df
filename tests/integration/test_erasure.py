"""Promise: what is forgotten is forgotten: of a picture whose record is deleted, no store keeps a byte or a name.

Stores are the table, every version of every object, the queue that keeps messages after their upload was given up, and
the log; what the stream tells the bus is looked at too.
"""

import gzip
import hashlib
import json
from base64 import b64encode
from typing import Any
from urllib.parse import quote

import pytest

from announce.app import announcement
from ocr.declare.offers import Offer
from ocr.declare.product import Product
from ocr.entry import uploads
from ocr.entry.serve import serve
from ocr.model.answer import BatchAnswer, ReceivedAnswer
from ocr.model.reading import ExtractedDocument, Item
from ocr.model.record import Status
from ocr.platform import aws
from ocr.platform.errors import UnexpectedResponse, VendorUnavailable
from ocr.storage import erasure, records
from tests.support.aws import ANSWERS, UPLOADS, World, forget_settings
from tests.support.scripted import Context, First, Ticket, picture, product, reading
from tests.support.sending import deliver, deliver_last, of_upload, post

PERSON = "LU-XIANG-44010619700602997X"
FILE = "lu-xiang-44010619700602997X"


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    monkeypatch.setenv("RECORD_KEY", "a secret of the stack")
    forget_settings()


def seen() -> Any:
    """A reading of the person, whose raw answer names them too."""
    return reading(number=PERSON).model_copy(update={"raw": ReceivedAnswer.of({"name": PERSON})})


def card() -> Product:
    """Another product for the same pictures."""
    offers: list[Offer] = [First([seen])]
    return Product("card", Ticket, name="卡", category="general", required=["number"], offers=offers)


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
    body: dict[str, Any] = json.loads(serve(kind)(event, Context())["body"])  # type: ignore[arg-type]
    return body


def versions(world: World, key: str) -> list[dict[str, Any]]:
    """The notifications of every version of an upload."""
    found = world.emulator.client("s3").list_object_versions(Bucket=UPLOADS, Prefix=key).get("Versions", [])
    return [
        {"s3": {"bucket": {"name": UPLOADS}, "object": {"key": quote(one["Key"]), "versionId": one["VersionId"]}}}
        for one in found
    ]


def stores(world: World) -> bytes:
    """Every byte that is stored anywhere, with every name, and what is told of it."""
    s3 = world.emulator.client("s3")
    events = [announcement(item).model_dump_json() for item in world.items() if "finished_at" in item]
    parts = [json.dumps([world.items(), world.letters(), events], default=str, ensure_ascii=False).encode()]
    for bucket in (UPLOADS, ANSWERS):
        for one in s3.list_object_versions(Bucket=bucket).get("Versions", []):
            found = s3.get_object(Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"])
            body = found["Body"].read()
            plain = gzip.decompress(body) if found.get("ContentEncoding") == "gzip" else body
            parts += [one["Key"].encode(), str(found["Metadata"]).encode(), plain]
    return b"\n".join(parts)


def odd() -> UnexpectedResponse:
    """An answer about the person that nobody understands, kept as it came."""
    return UnexpectedResponse("Odd.", raw=ReceivedAnswer(200, {"X-Name": PERSON}, PERSON.encode()))


def wordy() -> Any:
    """A reading too long for the table: its record goes to the bucket."""
    items = [*seen().findings[0].items, *(Item(label=f"{number}", text=PERSON * 200) for number in range(200))]
    return seen().model_copy(update={"findings": [ExtractedDocument(items=items)]})


def posted(kind: Product, content: bytes, count: int) -> None:
    """Send so many copies of a picture as one batch."""
    body = json.dumps({"images": [b64encode(content).decode()] * count}).encode()
    event = {"path": f"/ocr/{kind.slug}/batch", "resource": f"/ocr/{kind.slug}/batch", "httpMethod": "POST"}
    event |= {"headers": {"Content-Type": "application/json"}, "queryStringParameters": None, "requestContext": {}}
    answer = serve(kind)(event | {"body": body.decode(), "isBase64Encoded": False}, Context())  # type: ignore[arg-type]
    assert [one["status"] for one in json.loads(answer["body"])["outcomes"]] == [200] * count


def test_one_deletion_leaves_nothing_of_a_picture_anywhere(
    world: World, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    content = picture(4711)
    ticket, other, long = product([odd], [seen]), card(), product([wordy])
    form = uploads.form(ticket, {})
    deliver(ticket, world.upload(form["key"], content, **{"original-name": FILE}))
    posted(other, content, 3)
    post(long, content, mood="wordy")
    upload = world.upload(f"uploads/ticket/{FILE}.png", content)
    deliver(ticket, upload)
    refused = world.upload(f"uploads/ticket/{FILE}-wrong.png", content, nothing="such")
    deliver(ticket, refused)
    fast = world.upload(f"uploads/card/{FILE}-fast.png", content, mood="fast")
    deliver(other, fast)
    late = world.upload(f"uploads/ticket/{FILE}-late.png", content, mood="late")
    assert deliver_last(product([lambda: VendorUnavailable("down")]), late) == []
    assert len(world.letters()) == 1
    first = post(ticket, content)[1]
    post(ticket, content, mood="fast")
    post(other, content)
    asked(ticket, content, **{"Idempotency-Key": "application-4711"})
    waiting = asked(other, content, Prefer="respond-async", **{"Idempotency-Key": "later"})
    assert waiting["id"]
    replayed = asked(other, content, Prefer="respond-async", **{"Idempotency-Key": "replayed"})
    assert replayed["id"] != waiting["id"]
    before = stores(world)
    assert b"first.json" in before
    assert b"second.json" in before
    assert b"records/ticket/" in before
    assert b"record_id" in before
    traces = [PERSON.encode(), FILE.encode(), content, hashlib.sha256(content).hexdigest().encode()]
    assert all(trace in before for trace in traces)
    assert erasure.erase(first["id"])
    after = stores(world)
    assert [trace for trace in traces if trace in after] == []
    items = [item for item in world.items() if "status" in item]
    assert {item["status"] for item in items} == {Status.DELETED}
    assert len(items) >= 10
    logged = "".join(capsys.readouterr()) + "".join(str(vars(line)) for line in caplog.records)
    assert [trace for trace in (PERSON, FILE) if trace in logged] == []


def test_an_answer_about_several_pictures_goes_with_the_first_of_them(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where its vendor is asked no more."""
    whole = BatchAnswer(content=PERSON.encode())
    kind, content = product([lambda: seen().model_copy(update={"raw": ReceivedAnswer(batch=whole)})]), picture(9)
    first = post(kind, content)[1]
    assert PERSON.encode() in stores(world)
    monkeypatch.setenv("VENDORS", "second")
    forget_settings()
    assert erasure.erase(first["id"])
    assert PERSON.encode() not in stores(world)


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
    pending = asked(kind, picture(5), Prefer="respond-async")
    key = f"uploads/ticket/later/{pending['id']}"
    [notification] = versions(world, key)
    assert deliver(kind, notification) == []
    assert versions(world, key) == []
    record = records.find(pending["id"])
    assert record
    assert record.status == Status.SUCCEEDED
    # The message may come once more.
    assert deliver(kind, notification, receives=2) == []
    again = records.find(pending["id"])
    assert again
    assert again.status == Status.SUCCEEDED
