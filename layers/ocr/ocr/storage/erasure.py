"""Forgetting: everything that is kept of a picture, whatever it was read as, with whatever options, by whomever."""

from typing import TYPE_CHECKING, Any

from ocr.model.picture import Upload
from ocr.model.record import Status
from ocr.model.tenant import OPERATOR, Tenant
from ocr.platform import aws
from ocr.platform.errors import InProgress
from ocr.platform.settings import settings
from ocr.storage import ledger, raw_answers
from ocr.storage.records import (
    LATER,
    Item,
    deleted,
    entry_id,
    expired,
    failed,
    forget_body,
    of_content,
    of_same_picture,
    put,
    source,
    stored,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import PutTypeDef


def erase(id: str, tenant: Tenant = OPERATOR) -> bool:
    """Delete all that is kept of the picture of a tenant's record; False if there is no such record.

    That is what was read of the same bytes as any product and with any options, the raw answers, the uploads and the
    records. What is left of each record says that it was deleted, and is announced. Its own goes last: whatever dies
    before can be asked for again. Raises `InProgress` while the picture is being read.
    """
    found = stored(id)
    if found is None or expired(found) or found.get("status") in (None, Status.DELETED) or not tenant.sees(found):
        return False
    same = of_same_picture(found["picture"]) if "picture" in found else []
    named = [one for one in same if one.get("tenant") == found.get("tenant")]
    # Where readings are shared, another tenant's records may refer to what was read.
    others = {
        one.get("content") for one in same if one not in named and one.get("status", Status.DELETED) != Status.DELETED
    }
    for content, product in sorted(_contents([found, *same]).items()):
        if content not in others:
            _erase_content(content, product, id)
    for one in named:
        if one["id"] != id and one.get("status") not in (None, Status.DELETED):
            _forget(one)
    _forget(found)
    return True


def erase_upload(upload: Upload) -> None:
    """Delete one upload: its version, or every version where it names none."""
    if upload.version:
        _delete(upload.bucket, upload.key, upload.version)
    else:
        _erase(upload.bucket, upload.key)


def _contents(items: list[Item]) -> dict[str, str]:
    """The contents that these items tell of, each with its product."""
    found = {item["content"]: item["product"] for item in items if "content" in item}
    start = entry_id("")
    return found | {one["id"].removeprefix(start): one["product"] for one in items if one["id"].startswith(start)}


def _erase_content(content: str, product: str, last: str) -> None:
    ledger.erase(content)
    for one in of_content(content):
        if one["id"] != last and one["status"] != Status.DELETED:
            _forget(one)
    if stored(entry_id(content)):
        raise _being_read()
    answers = settings().answers_bucket
    # Whatever vendor gave them, also one that is asked no more.
    for key in {key for key, _ in _versions(answers, f"answers/{product}/{content}/")}:
        if batch := raw_answers.batch_of(key):
            _erase(answers, batch)
        _erase(answers, key)
    _delete(answers, f"records/{product}/{content}.json", None)


def _being_read() -> InProgress:
    return InProgress("This picture is being read right now.", retry_after=5)


def _forget(found: Item) -> None:
    """Delete one picture's upload and its record's own body, and leave of the record what says so."""
    forget_body(found)
    if upload := source(found):
        erase_upload(Upload(upload.bucket, upload.key, upload.version))
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
    left = {name: found[name] for name in _LEFT if name in found}
    address = found.get("source", "")
    return failed(deleted(found), again=not address or f"/{LATER}/" in address) | left


_LEFT = ("id", "product", "tenant", "created_at", "day", "place", "version")


def _erase(bucket: str, named: str) -> None:
    """Delete every version of the object of this name."""
    for key, version in _versions(bucket, named):
        if key == named:
            _delete(bucket, key, version)


def _versions(bucket: str, prefix: str) -> list[tuple[str, str]]:
    """Key and version of every object whose key begins so."""
    pages = aws.s3().get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix)
    return [(one["Key"], one["VersionId"]) for page in pages for one in page.get("Versions", [])]


def _delete(bucket: str, key: str, version: str | None) -> None:
    which: dict[str, Any] = {"VersionId": version} if version else {}
    aws.s3().delete_object(Bucket=bucket, Key=key, **which)
