"""Records in the table: one item per picture, which refers to what was read of the picture's content.

An item has a body of its own if nothing was read of its picture: it was refused, given up, or its outcome is unknown.
`again` marks an item that may be overwritten, because its picture was not read or is still expected.
"""

import json
import re
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import batched, chain
from typing import TYPE_CHECKING, Any

from ocr.declare.fields import Fields
from ocr.declare.offers import LABEL
from ocr.model.picture import Upload
from ocr.model.record import FINAL, PageRecord, Record, Source, Status
from ocr.model.tenant import OPERATOR, Tenant, tenant_of
from ocr.platform import aws
from ocr.platform.errors import CallerError
from ocr.platform.settings import settings
from ocr.storage import keyed
from ocr.storage.redaction import masked

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import PutTypeDef, TransactWriteItemTypeDef

Item = dict[str, Any]

RECORD_ID = re.compile(r"[0-9a-f]{32}")
# DynamoDB ends at 400 KB an item; what is larger lies in S3.
MAX_BODY_BYTES = 350_000
# The folder of pictures that HTTPS callers sent and did not wait for. They may be sent again after an erasure.
LATER = "later"
DAY = 86_400
# DynamoDB takes no more keys in one request.
MOST_KEYS = 100
# DynamoDB takes no longer key in an index; no upload's address is longer.
MOST_URI_BYTES = 2048
# The key, in the index of records that wait for a person, of all of them; other records have none and are not in it.
WAITING = "review"
# Which items a write may replace, as conditions:
# AGAIN     one that is marked so
# HELD      one with the status unknown, held for a person
# UNREAD    one that refers to a reading of the same content
# GONE      one whose reading was deleted and replaced by another
# GIVEN_UP  one that is marked `again` and is not deleted
AGAIN, HELD, UNREAD = "again = :true", "#status = :unknown", "content = :content"
GONE = "(content = :content AND #owner <> :owner)"
GIVEN_UP = "(again = :true AND #status <> :deleted)"


@dataclass(frozen=True)
class RecordRef:
    """Where one picture's record is: its id, when the picture came, the upload that it came by, and whose it is.

    `spent` says that it came by a form that was good for another picture, or whose record was erased.
    """

    id: str
    created_at: datetime
    upload: Upload | None = None
    spent: bool = False
    tenant: Tenant = OPERATOR


def record_ref(upload: Upload) -> RecordRef:
    """The record of an upload: the one that was reserved for its key, else one by bucket, key and version."""
    at = upload.at or datetime.now(UTC)
    folder, _, id = upload.key.rpartition("/")
    named = keyed.marked(keyed.name("upload", uri(upload), upload.version or ""), upload.product)
    own = RecordRef(named, at, upload, tenant=tenant_of(upload.key))
    # A file may be called as if it were another product's record, at which a product's function may not look.
    may_be_id = RECORD_ID.fullmatch(id) and id == keyed.marked(id, upload.product)
    reserved = stored(id) if may_be_id else None
    if reserved is None or reserved.get("place") != _place_of(uri(upload)):
        return own
    if _is_reserved(id, reserved, upload):
        return replace(own, id=id)
    return replace(own, spent=not folder.endswith(f"/{LATER}"))


def _is_reserved(id: str, reserved: Item, upload: Upload) -> bool:
    """Whether the record that was reserved for this upload's key is its own: it belongs to the first version."""
    if "version" in reserved or reserved["status"] == Status.DELETED or upload.version is None:
        return bool(reserved.get("version") == upload.version)
    taken = aws.written(
        aws.table().update_item,
        Key={"id": id},
        UpdateExpression="SET #version = :version",
        ConditionExpression="#status = :pending AND (attribute_not_exists(#version) OR #version = :version)",
        ExpressionAttributeNames={"#version": "version", "#status": "status"},
        ExpressionAttributeValues={":version": upload.version, ":pending": Status.PENDING},
    )
    return taken is not None or (stored(id) or {}).get("version") == upload.version


def _place_of(source: str) -> str:
    """A keyed name of the upload's address, which is kept after the record's erasure and tells nothing."""
    return keyed.name("place", source)


def uri(upload: Upload) -> str:
    """The upload's s3:// address, without its version."""
    return f"s3://{upload.bucket}/{upload.key}"


def entry_id(content: str) -> str:
    """The id of a content's entry in the ledger."""
    return f"content#{content}"


def expiry() -> int:
    """When what is written now expires, in seconds since 1970."""
    return int(time.time()) + settings().record_days * DAY


def expired(item: Item) -> bool:
    """Whether an item has expired; DynamoDB takes up to two days to delete it."""
    return bool(item["expires_at"] <= time.time())


def stored(id: str) -> Item | None:
    """The item as it is stored, or None."""
    return aws.table().get_item(Key={"id": id}, ConsistentRead=True).get("Item")


def several(ids: Sequence[str]) -> list[Item]:
    """Those of the items that are stored, in any order."""
    client, table = aws.dynamodb(), settings().table
    found: list[Item] = []
    for some in batched(ids, MOST_KEYS, strict=False):
        asked: Any = {table: {"Keys": [{"id": id} for id in some], "ConsistentRead": True}}
        while asked:
            answer = client.batch_get_item(RequestItems=asked)
            found += answer["Responses"].get(table, [])
            asked = answer.get("UnprocessedKeys")
    return found


def body(record: Record, content: str) -> Item:
    """A record as attributes of an item: its JSON, or the key in S3 if that is too long for an item."""
    text = record.model_dump_json(exclude_none=True)
    of_page: Item = {"page": record.page} if isinstance(record, PageRecord) else {}
    if len(text.encode()) <= MAX_BODY_BYTES:
        return {"record": text} | of_page
    key = f"records/{record.product}/{content}.json"
    aws.s3().put_object(Bucket=settings().answers_bucket, Key=key, Body=text.encode(), ContentType="application/json")
    return {"record_key": key} | of_page


def read(entry: Item) -> Record | None:
    """The record in an item, or in the object that the item points to; None if that has expired."""
    kind = PageRecord if "page" in entry else Record
    if "record" in entry:
        return kind.model_validate_json(entry["record"])
    kept = aws.kept(entry["record_key"])
    return kind.model_validate_json(kept["Body"].read()) if kept else None


def placed(record: Record, ref: RecordRef, **more: Any) -> Record:
    """The record with this picture's id, times and source, finished now."""
    upload = ref.upload
    source = Source(bucket=upload.bucket, key=upload.key, version=upload.version) if upload else None
    place = {"id": ref.id, "created_at": ref.created_at, "finished_at": datetime.now(UTC), "source": source}
    place["tenant"] = ref.tenant.name or None
    return record.model_copy(update=place | more)


def item(record: Record, fields: type[Fields], content: str, owner: str, expires_at: int | None = None) -> Item:
    """The item of a picture whose content was read by this owner; the fields for lists are masked."""
    shown = masked(fields, record.document.fields) if record.document else {}
    own = {"record": record.model_dump_json(exclude_none=True)} if record.status == Status.UNKNOWN else {}
    return (
        _item(record)
        | of_picture(content)
        | own
        | {
            "owner": owner,
            "shown": json.dumps(shown, ensure_ascii=False),
            "expires_at": expires_at or expiry(),
        }
    )


def failed(record: Record, *, again: bool) -> Item:
    """The item of a picture that was not read, with its problem; `again` as in the module's docstring."""
    own = {"record": record.model_dump_json(exclude_none=True), "expires_at": expiry()}
    return _item(record) | own | ({"again": True} if again else {})


def _item(record: Record) -> Item:
    found: Item = {
        "id": record.id,
        "product": record.product,
        "status": record.status,
        "created_at": moment(record.created_at),
        "day": _day(record),
        "replayed": record.replayed,
        "checks_failed": record.checks_failed,
        "needs_review": record.needs_review,
    }
    if record.needs_review:
        found["waits"] = _sharded(WAITING, record.id)
    if record.tenant:
        found["tenant"] = record.tenant
    if record.problem:
        found["problem"] = record.problem.kind
    if record.lowest_confidence is not None:
        # DynamoDB takes no floats.
        found["lowest_confidence"] = Decimal(f"{record.lowest_confidence:.4f}")
    if record.replayed:
        found["options"] = record.options
    if label := record.options.get(LABEL):
        found["label"] = label
    if record.finished_at:
        found["finished_at"] = moment(record.finished_at)
    if record.vendor:
        found["vendor"] = record.vendor
    if record.source:
        found["source"] = record.source.uri
        found["place"] = _place_of(record.source.uri)
        if record.source.version:
            found["version"] = record.source.version
    return found


def _day(record: Record) -> str:
    """The partition of the index by day: the day, or one of its shards."""
    return _sharded(record.created_at.astimezone(UTC).date().isoformat(), record.id)


def _sharded(name: str, record_id: str) -> str:
    """The partition of an index, or one of its shards, which take turns by the record's id."""
    whole, *shards = partitions(name)
    return shards[int(record_id[:8], 16) % len(shards)] if shards else whole


def partitions(name: str) -> list[str]:
    """The partitions that an index's records are in: the whole, from before there were shards, and its shards."""
    shards = settings().day_shards
    return [name, *(f"{name}#{number}" for number in range(shards) if shards > 1)]


def moment(at: datetime) -> str:
    """A time as text that sorts in order of time."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def conditional(item: Item, *over: str) -> "PutTypeDef":
    """The write of an item that replaces no finished one, except those that `over` allows (`AGAIN` and so on)."""
    condition = " OR ".join(["attribute_not_exists(id)", "expires_at <= :now", *over])
    values = {
        ":now": int(time.time()),
        ":true": True,
        ":unknown": Status.UNKNOWN,
        ":deleted": Status.DELETED,
        ":content": item.get("content"),
        ":owner": item.get("owner"),
    }
    names = {f"#{name}": name for name in ("status", "owner") if f"#{name}" in condition}
    write: PutTypeDef = {
        "TableName": settings().table,
        "Item": item,
        "ConditionExpression": condition,
        "ExpressionAttributeValues": {name: value for name, value in values.items() if name in condition},
    }
    return write | {"ExpressionAttributeNames": names} if names else write


def put(write: "PutTypeDef") -> bool:
    """Write an item, unless one is stored that must not be replaced; say whether it was written."""
    return aws.written(aws.dynamodb().put_item, **write) is not None


def together(*writes: "TransactWriteItemTypeDef") -> bool:
    """Write all of these, or none if a condition of one does not hold; say whether they were written."""
    client = aws.dynamodb()
    try:
        client.transact_write_items(TransactItems=list(writes))
    except client.exceptions.TransactionCanceledException as error:
        codes = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
        if "ConditionalCheckFailed" not in codes:
            raise
        return False
    return True


def over(ref: RecordRef) -> str:
    """Which items this picture's record may replace: those marked `again`; an upload's record no deleted one."""
    return GIVEN_UP if ref.upload else AGAIN


def write_failed(
    record: Record, content: str | None = None, *, picture: str | None = None, again: bool = True
) -> Record:
    """Write the record of a picture that was not read, unless a finished one is stored; return the stored one.

    The item keeps the `content` that is known of its picture, or the `picture` where no content is: by these, an
    erasure finds everything that is kept of it.
    """
    content = content or (stored(record.id) or {}).get("content")
    named = of_picture(content) if content else {"picture": picture} if picture else {}
    item = failed(record, again=again) | named
    if put(conditional(item, GIVEN_UP)):
        return record
    return find(record.id) or record


def reserve(ref: RecordRef, product: str, content: str | None = None) -> None:
    """Write a pending record, so that it can be asked for, unless the picture's record is stored already.

    Raises `key_reused` if the id belongs to another content.
    """
    record = Record(id=ref.id, product=product, status=Status.PENDING, created_at=ref.created_at)
    item = failed(placed(record, ref, finished_at=None), again=True) | (of_picture(content) if content else {})
    if put(conditional(item)):
        return
    standing = stored(ref.id) or {}
    if content and standing.get("content", content) != content:
        raise CallerError(
            "This Idempotency-Key was sent with another picture or other options.",
            kind="key_reused",
        )
    if ref.upload:
        # There is no stored reading to answer with: the picture is read again.
        gone = "owner" in standing and not _stands_alone(standing) and _referred(standing) is None
        put(conditional(item, AGAIN, HELD, *([UNREAD] if gone else [])))


def find(id: str, tenant: Tenant = OPERATOR) -> Record | None:
    """The record of this id, in whatever status, or None if there is none, it has expired or is another tenant's.

    It is deleted from the moment when the reading that it refers to is deleted.
    """
    found = stored(id)
    if found is None or "status" not in found or expired(found) or not tenant.sees(found):
        return None
    if _stands_alone(found):
        return read(found)
    entry = _referred(found)
    if entry is None:
        return deleted(found)
    if _is_revised(found):
        return read(found)
    record = read(entry)
    return record and record.model_copy(update=_place(found))


def _stands_alone(found: Item) -> bool:
    """Whether an item needs no reading: nothing was read of its picture, or nobody knows what."""
    return "content" not in found or ("record" in found and not _is_revised(found))


def _is_revised(found: Item) -> bool:
    """Whether a person has changed the record: its body is its own then, and goes with the reading all the same."""
    return "corrected" in found


def _referred(found: Item) -> Item | None:
    """The ledger's entry that an item refers to; None once that is deleted."""
    entry = stored(entry_id(found["content"]))
    return entry if entry and entry["owner"] == found["owner"] else None


def deleted(found: Item) -> Record:
    """The record that is left of a deleted picture."""
    return Record(
        id=found["id"],
        product=found["product"],
        tenant=found.get("tenant"),
        status=Status.DELETED,
        created_at=datetime.fromisoformat(found["created_at"]),
        finished_at=datetime.now(UTC),
    )


def _place(found: Item) -> dict[str, Any]:
    """What an item says of its picture, as members of a record."""
    return {
        "id": found["id"],
        "tenant": found.get("tenant"),
        "created_at": datetime.fromisoformat(found["created_at"]),
        "finished_at": datetime.fromisoformat(found["finished_at"]),
        "replayed": found["replayed"],
        "source": source(found),
        **({"options": dict(found["options"])} if "options" in found else {}),
    }


def source(found: Item) -> Source | None:
    """The upload of a record's item; None where it came by HTTPS, or was erased."""
    bucket, _, key = found.get("source", "").removeprefix("s3://").partition("/")
    return Source(bucket=bucket, key=key, version=found.get("version")) if key else None


def of_upload(source: str, version: str | None = None, tenant: Tenant = OPERATOR) -> Record | None:
    """The record of a tenant's upload, by its s3:// address: of this version, or the latest."""
    if len(source.encode()) > MOST_URI_BYTES:
        return None
    query: Item = {
        "TableName": settings().table,
        "IndexName": "by_source",
        "KeyConditionExpression": "#source = :source",
        "ExpressionAttributeNames": {"#source": "source"},
        "ExpressionAttributeValues": {":source": source},
        "ScanIndexForward": False,
    }
    for found in chain.from_iterable(page["Items"] for page in queried(query)):
        if version in (None, found.get("version")):
            return find(found["id"], tenant)
    return None


def queried(query: Item) -> Iterable[Mapping[str, Any]]:
    """DynamoDB's answers to a query, page by page."""
    return aws.dynamodb().get_paginator("query").paginate(**query)


def forget_body(item: Item) -> None:
    """Delete the object that an item points to, if what it holds was too long for it."""
    if "record_key" in item:
        aws.s3().delete_object(Bucket=settings().answers_bucket, Key=item["record_key"])


def of_picture(content: str) -> dict[str, str]:
    """The attributes by which an item is found when its content, or its picture, is forgotten."""
    return {"content": content, "picture": keyed.picture_of(content)}


def of_content(content: str) -> list[Item]:
    """The items of all pictures of a content."""
    return _indexed("content", content)


def of_same_picture(picture: str) -> list[Item]:
    """All items that name a picture: records, and its contents' entries in the ledger."""
    return _indexed("picture", picture)


def _indexed(name: str, value: str) -> list[Item]:
    query: Item = {
        "TableName": settings().table,
        "IndexName": f"by_{name}",
        "KeyConditionExpression": f"{name} = :value",
        "ExpressionAttributeValues": {":value": value},
    }
    found = chain.from_iterable(page["Items"] for page in queried(query))
    return [item for one in found if (item := stored(one["id"]))]


def revise(seen: Record, made: Record, fields: type[Fields]) -> bool:
    """Write what a person made of a record that was `seen`; False if it has changed or gone since."""
    old = stored(seen.id)
    if old is None or "owner" not in old or seen.finished_at is None or _referred(old) is None:
        return False
    content = old["content"]
    # Each under a key of its own: two reviewers' bodies must not meet before one of them is refused.
    new = item(made, fields, content, old["owner"], int(old["expires_at"])) | body(
        made, f"{content}/{uuid.uuid4().hex}"
    )
    review = made.reviewed
    new["corrected"] = len(review.corrected) if review else 0
    if review and review.decision:
        new["decision"] = review.decision
    written = put(
        {
            "TableName": settings().table,
            "Item": new,
            "ConditionExpression": "finished_at = :finished_at",
            "ExpressionAttributeValues": {":finished_at": moment(seen.finished_at)},
        }
    )
    forget_body(old if written else new)
    return written


def renew(content: str, owner: str, made: Record, fields: type[Fields]) -> None:
    """Bring every record that refers to this owner's reading of a content in line with what is read of it now."""
    for old in of_content(content):
        if not (_stands_alone(old) or _is_revised(old)) and old["status"] in FINAL and old["owner"] == owner:
            new = item(made.model_copy(update=_place(old) | {"finished_at": made.finished_at}), fields, content, owner)
            put(
                {
                    "TableName": settings().table,
                    "Item": new | {"expires_at": old["expires_at"]},
                    "ConditionExpression": "finished_at = :finished_at",
                    "ExpressionAttributeValues": {":finished_at": old["finished_at"]},
                }
            )
