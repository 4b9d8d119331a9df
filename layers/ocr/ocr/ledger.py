"""Nothing lost, nothing paid twice: one item a content, from the moment it is sent to a vendor.

    (nothing) ──claim──► sending ──keep──► succeeded | no_result | failed | unknown
                           ▲ │
                      claim│ │release
                           │ ▼
                         released

An item in `sending` whose lease has run out is a call whose answer nobody saw. The item's id is made of the content, so
a repeated upload, delivery or call finds the same item; its last writer is its `owner`, and every write is conditional
on the owner it saw.
"""

import hashlib
import json
import math
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from ocr import aws
from ocr.document import Upload
from ocr.errors import InFlight
from ocr.observe import logger
from ocr.record import FINAL, Record, Status
from ocr.settings import settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import PutTypeDef

Item = dict[str, Any]

# DynamoDB ends at 400 KB an item; what is larger lies in S3.
MAX_BODY_BYTES = 350_000
DAY = 86_400
SHOWN = ("id", "product", "status", "created_at")


@dataclass(frozen=True)
class Claim:
    """The right to send one content to a vendor until the lease ends.

    `unseen` counts earlier calls for it whose answer was never seen; they may have been charged.
    """

    id: str
    product: str
    owner: str
    created_at: datetime
    unseen: int = 0

    @property
    def exhausted(self) -> bool:
        """Whether it was sent as often as the settings allow: not to be sent again, a person decides."""
        return self.unseen > settings().max_resends


def content_id(product: str, options: Mapping[str, str], sha256: str) -> str:
    """The record id of a content: 32 hexadecimal digits."""
    told = json.dumps([product, sorted(options.items()), sha256], ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def claim(id: str, product: str, lease: float) -> Claim | Record:
    """Claim a content for `lease` seconds, or get the finished record of an earlier reading.

    Raises `InFlight` while another call holds it.
    """
    mine = Claim(id, product, uuid.uuid4().hex, datetime.now(UTC))
    if _put(_sending(mine, lease)):
        return mine
    item = stored(id)
    if item is None or _held(item):
        raise _in_flight(float(item["lease_until"]) - time.time() if item else lease)
    unseen = int(item["unseen"]) + (item["status"] == Status.SENDING)
    if _settled(item, unseen):
        return record_of(item)
    mine = Claim(id, product, mine.owner, datetime.fromisoformat(item["created_at"]), unseen)
    if not _put(_sending(mine, lease), after=item["owner"]):
        raise _in_flight(lease)
    return mine


def release(held: Claim, *, charged: bool) -> None:
    """Give a content back unread, so that the queue or the caller may try again.

    `charged` says that a vendor may have charged for an answer that never came: it counts as unseen.
    """
    item = _item(held) | {"status": Status.RELEASED, "unseen": held.unseen + charged}
    _put(item, after=held.owner)


def keep(
    record: Record, held: Claim, upload: Upload | None = None, *, again: bool = False, charged: bool = False
) -> Record:
    """Write the record and the pointer from its upload in one transaction; return what then stands in the table.

    `again` lets a later call try once more, `charged` is as for `release`. Where another call took the content over
    meanwhile, its record stands.
    """
    state = {"status": record.status, "again": again, "unseen": held.unseen + charged}
    item = _item(held) | state | _body(record)
    puts = [_conditional(item, held.owner)]
    if upload:
        puts.append({"TableName": settings().table, "Item": _pointer(upload, record)})
    client = aws.table().meta.client
    try:
        client.transact_write_items(TransactItems=[{"Put": put} for put in puts])
    except client.exceptions.TransactionCanceledException:
        standing = stored(record.id)
        if standing is None or standing["status"] not in FINAL:
            raise
        logger.warning("Another call finished this content first", record_id=record.id)
        return record_of(standing)
    return record


def refuse(record: Record, upload: Upload) -> Record:
    """Write the record of an upload that no vendor was asked about, unless it stands already."""
    held = Claim(record.id, record.product, uuid.uuid4().hex, record.created_at)
    if not _put(_item(held) | {"status": record.status} | _body(record)):
        return replay(record, upload)
    _put(_pointer(upload, record))
    return record


def replay(record: Record, upload: Upload) -> Record:
    """Note that a further upload led to a finished record, so that it is announced for that upload too, once."""
    _put(_pointer(upload, record) | {"status": record.status, "source_of": record.product})
    return record


def find(id: str) -> Record | None:
    """The finished record of this id, or None."""
    item = stored(id)
    return record_of(item) if item and item.get("status") in FINAL else None


def latest(product: str, limit: int, before: str | None = None) -> list[dict[str, str]]:
    """The product's finished contents, newest first: id, status and time of each; `before` a time goes further back."""
    finals = {f":{status}": status for status in sorted(FINAL)}
    pages = (
        aws.table()
        .meta.client.get_paginator("query")
        .paginate(
            TableName=settings().table,
            IndexName="by_product",
            KeyConditionExpression="product = :product AND created_at < :before",
            FilterExpression=f"#status IN ({', '.join(finals)})",
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues={":product": product, ":before": before or "9999", **finals},
            ScanIndexForward=False,
            PaginationConfig={"MaxItems": limit},
        )
    )
    return [{name: str(item[name]) for name in SHOWN} for page in pages for item in page["Items"]]


def of_upload(upload: Upload) -> Record | None:
    """The record that an upload led to, or None while it is on its way."""
    pointer = stored(source_id(upload))
    return find(pointer["record_id"]) if pointer else None


def forget(id: str) -> bool:
    """Delete a finished record with the picture it was read from and the vendors' answers; False if there is none.

    The item goes last: whatever dies before it can be asked for again.
    """
    record = find(id)
    if record is None:
        return False
    if record.source:
        upload = Upload(record.source.bucket, record.source.key, record.source.version)
        _delete(upload.bucket, upload.key, upload.version)
        aws.table().delete_item(Key={"id": source_id(upload)})
    _erase(settings().answers_bucket, f"answers/{record.product}/{id}/")
    aws.table().delete_item(Key={"id": id})
    return True


def stored(id: str) -> Item | None:
    """The item as it stands, or None."""
    return aws.table().get_item(Key={"id": id}, ConsistentRead=True).get("Item")


def record_of(item: Mapping[str, Any]) -> Record:
    """The record in an item, or in the object that the item points to."""
    if "record" in item:
        return Record.model_validate_json(item["record"])
    answer = aws.s3().get_object(Bucket=settings().answers_bucket, Key=item["record_key"])
    return Record.model_validate_json(answer["Body"].read())


def source_id(upload: Upload) -> str:
    """The id of the pointer from an upload to its record."""
    return f"source#{upload.bucket}/{upload.key}#{upload.version or ''}"


def _erase(bucket: str, prefix: str) -> None:
    """Delete every version of every object under a prefix."""
    for page in aws.s3().get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
        for version in page.get("Versions", []):
            _delete(bucket, version["Key"], version["VersionId"])


def _delete(bucket: str, key: str, version: str | None) -> None:
    which: dict[str, Any] = {"VersionId": version} if version else {}
    aws.s3().delete_object(Bucket=bucket, Key=key, **which)


def _held(item: Item) -> bool:
    return bool(item["status"] == Status.SENDING and item["lease_until"] > time.time())


def _settled(item: Item, unseen: int) -> bool:
    if item["status"] == Status.UNKNOWN:
        return unseen > settings().max_resends
    return item["status"] in FINAL and not item.get("again")


def _item(held: Claim) -> Item:
    return {
        "id": held.id,
        "product": held.product,
        "owner": held.owner,
        "unseen": held.unseen,
        "created_at": held.created_at.isoformat(),
        "expires_at": _expiry(),
    }


def _sending(held: Claim, lease: float) -> Item:
    return _item(held) | {"status": Status.SENDING, "lease_until": math.ceil(time.time() + lease)}


def _pointer(upload: Upload, record: Record) -> Item:
    return {"id": source_id(upload), "record_id": record.id, "expires_at": _expiry()}


def _expiry() -> int:
    return int(time.time()) + settings().record_days * DAY


def _body(record: Record) -> dict[str, str]:
    body = record.model_dump_json(exclude_none=True)
    if len(body.encode()) <= MAX_BODY_BYTES:
        return {"record": body}
    key = f"answers/{record.product}/{record.id}/record.json"
    aws.s3().put_object(Bucket=settings().answers_bucket, Key=key, Body=body.encode(), ContentType="application/json")
    return {"record_key": key}


def _conditional(item: Item, after: str | None) -> "PutTypeDef":
    if after is None:
        return {"TableName": settings().table, "Item": item, "ConditionExpression": "attribute_not_exists(id)"}
    return {
        "TableName": settings().table,
        "Item": item,
        "ConditionExpression": "#owner = :owner",
        "ExpressionAttributeNames": {"#owner": "owner"},
        "ExpressionAttributeValues": {":owner": after},
    }


def _put(item: Item, after: str | None = None) -> bool:
    """Write the item if it is new, or still `after` the owner that was seen; False when it is not."""
    try:
        aws.table().meta.client.put_item(**_conditional(item, after))
    except ClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            return False
        raise
    return True


def _in_flight(seconds: float) -> InFlight:
    return InFlight("Another call is reading the same content.", retry_after=max(1, math.ceil(seconds)))
