"""Uploads beside the products' prefixes end in a record, as all others do."""

import json
from typing import Any

import pytest

from ocr.declare.catalogue import products
from ocr.model.record import Record, Status
from ocr.storage import erasure, records
from tests.support.aws import UPLOADS, World
from tests.support.scripted import Context
from tests.support.template import properties
from undelivered import app

# EventBridge's quota for a rule's pattern, in characters; S3's for a bucket's name.
LONGEST_PATTERN, LONGEST_NAME = 2048, 63
ASTRAY = [
    pytest.param("a.jpg", id="no folder"),
    pytest.param("uploads/a.jpg", id="no product"),
    pytest.param("uploads/id_cardx/a.jpg", id="a product's name and more"),
    pytest.param("uploads/ID_CARD/a.jpg", id="other letters"),
    pytest.param("uploads/id_card", id="a product without a folder"),
    pytest.param("uploads//a+b 张.jpg", id="an empty folder"),
    pytest.param("uploads/id-card/a/", id="bytes named like a folder"),
]


def event(key: str, size: int = 4, version: str = "v1") -> dict[str, Any]:
    """What S3 tells EventBridge of a new object; the key comes as it is."""
    thing = {"key": key, "size": size, "etag": "e", "version-id": version, "sequencer": "0"}
    return {
        "version": "0",
        "id": "17793124-05d4-b198-2fde-7ededc63b103",
        "detail-type": "Object Created",
        "source": "aws.s3",
        "account": "000000000000",
        "time": "2026-11-12T00:00:00Z",
        "region": "us-east-1",
        "resources": [f"arn:aws:s3:::{UPLOADS}"],
        "detail": {"version": "0", "bucket": {"name": UPLOADS}, "object": thing, "reason": "PutObject"},
    }


def deliver(event: dict[str, Any]) -> Any:
    message = {"messageId": "1", "receiptHandle": "r", "body": json.dumps(event), "eventSource": "aws:sqs"}
    return app.handler({"Records": [message | {"attributes": {}}]}, Context())  # type: ignore[arg-type]


def record(key: str) -> Record | None:
    return records.of_upload(f"s3://{UPLOADS}/{key}")


def pattern(bucket: str, deployed: frozenset[str] = frozenset(products())) -> str:
    """The rule's pattern as CloudFormation makes it for a stack with these products."""
    pattern_of_rule = json.loads(json.dumps(properties("Astray")["EventPattern"]))
    [other] = pattern_of_rule["detail"]["object"]["key"]
    prefixes = other["anything-but"]["prefix"]
    other["anything-but"]["prefix"] = [one for one in prefixes if one.split("/")[1] in deployed]
    pattern_of_rule["detail"]["bucket"]["name"] = [bucket]
    return json.dumps(pattern_of_rule, separators=(",", ":"))


def taken(world: World, key: str, deployed: frozenset[str] = frozenset(products())) -> bool:
    """Whether the rule takes the event of this key."""
    asked = {"Event": json.dumps(event(key)), "EventPattern": pattern(UPLOADS, deployed)}
    return bool(world.emulator.client("events").test_event_pattern(**asked)["Result"])


@pytest.mark.parametrize("key", ASTRAY)
def test_an_upload_beside_the_prefixes_has_a_record_that_says_so(world: World, key: str) -> None:
    assert taken(world, key)
    assert deliver(event(key)) == {"batchItemFailures": []}
    found = record(key)
    assert found
    assert (found.status, found.source and found.source.version) == (Status.FAILED, "v1")
    assert found.problem
    assert found.problem.kind == "unknown_product"
    assert "uploads/{product}/" in found.problem.advice


def test_the_record_names_nothing_of_the_key_but_its_address(world: World) -> None:
    deliver(event("uploads/张三/a.jpg"))
    found = record("uploads/张三/a.jpg")
    assert found
    assert "张三" not in found.model_dump_json(exclude={"source"})


def test_an_event_that_comes_twice_makes_one_record(world: World) -> None:
    deliver(event("a.jpg"))
    deliver(event("a.jpg"))
    assert len(world.items()) == 1


def test_a_folder_has_no_record(world: World) -> None:
    assert deliver(event("scans/", size=0)) == {"batchItemFailures": []}
    assert world.items() == []
    assert world.dead_letters() == []


def test_such_a_record_can_be_erased_with_its_upload(world: World) -> None:
    version = world.upload("a.jpg", b"jpeg")["s3"]["object"]["versionId"]
    deliver(event("a.jpg", version=version))
    found = record("a.jpg")
    assert found
    assert erasure.erase(found.id)
    assert "Contents" not in world.emulator.client("s3").list_objects_v2(Bucket=UPLOADS, Prefix="a.jpg")
    deleted = records.find(found.id)
    assert deleted
    assert deleted.status == Status.DELETED


def test_the_rule_takes_nothing_of_a_product_that_is_deployed(world: World) -> None:
    assert not any(taken(world, f"uploads/{slug}/a.jpg") for slug in products())
    assert taken(world, "uploads/vin/a.jpg", deployed=frozenset({"id_card"}))


def test_the_rule_is_no_longer_than_eventbridge_takes() -> None:
    assert len(pattern("b" * LONGEST_NAME)) <= LONGEST_PATTERN
    assert properties("Uploads")["NotificationConfiguration"]["EventBridgeConfiguration"] == {
        "EventBridgeEnabled": True
    }
    [target] = properties("Astray")["Targets"]
    assert target["Arn"] == {"Fn::GetAtt": ["Undelivered", "Arn"]}
