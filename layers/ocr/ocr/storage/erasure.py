"""Forgetting: everything that is kept of a picture, whatever else was made of the same content included."""

from typing import TYPE_CHECKING, Any

from ocr.model.record import Status
from ocr.platform import aws
from ocr.platform.errors import InFlight
from ocr.platform.settings import settings
from ocr.storage import ledger, raw_answers
from ocr.storage.records import LATER, Item, deleted, entry_id, expired, failed, of_content, put, stored

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import PutTypeDef


def erase(id: str) -> bool:
    """Delete all that is kept of a record's picture; False if there is no such record.

    That is its content's reading and raw answers, and the uploads and records of every picture of the same content.
    What is left of each record says that it was deleted, and is announced. Its own goes last: whatever dies before can
    be asked for again. Raises `InFlight` while the content is being read.
    """
    found = stored(id)
    if found is None or expired(found) or found.get("status") in (None, Status.DELETED):
        return False
    if content := found.get("content"):
        ledger.erase(content)
        for one in of_content(content):
            if one["id"] != id and one["status"] != Status.DELETED:
                _forget(one)
        if stored(entry_id(content)):
            raise _being_read()
        for key in raw_answers.batches(found["product"], content):
            _erase(settings().answers_bucket, key)
        _erase(settings().answers_bucket, f"answers/{found['product']}/{content}/")
        _delete(settings().answers_bucket, f"records/{found['product']}/{content}.json", None)
    _forget(found)
    return True


def _being_read() -> InFlight:
    return InFlight("This picture is being read right now.", retry_after=5)


def _forget(found: Item) -> None:
    """Delete one picture's upload, and leave of its record what says so."""
    bucket, _, key = found.get("source", "").removeprefix("s3://").partition("/")
    if key and "version" in found:
        _delete(bucket, key, found["version"])
    elif key:
        _erase(bucket, key)
    seen = {":finished_at": found["finished_at"]} if "finished_at" in found else {}
    write: PutTypeDef = {
        "TableName": settings().table,
        "Item": _deleted(found),
        "ConditionExpression": "finished_at = :finished_at" if seen else "attribute_not_exists(finished_at)",
    }
    done = put(write | ({"ExpressionAttributeValues": seen} if seen else {}))
    if not done and (stored(found["id"]) or {}).get("status") != Status.DELETED:
        raise _being_read()


def _deleted(found: Item) -> Item:
    """What is left of a record: nothing of its picture. A caller may send the picture again, a queue may not."""
    left = {name: found[name] for name in ("id", "product", "created_at", "day", "place", "version") if name in found}
    source = found.get("source", "")
    return failed(deleted(found), again=not source or f"/{LATER}/" in source) | left


def _erase(bucket: str, prefix: str) -> None:
    """Delete every version of every object under a prefix."""
    for versions in aws.s3().get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
        for version in versions.get("Versions", []):
            _delete(bucket, version["Key"], version["VersionId"])


def _delete(bucket: str, key: str, version: str | None) -> None:
    which: dict[str, Any] = {"VersionId": version} if version else {}
    aws.s3().delete_object(Bucket=bucket, Key=key, **which)
