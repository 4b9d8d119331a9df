"""The ledger: one entry per content, from the moment it is sent to a vendor. Nothing is lost or paid twice.

    (nothing) ──claim──► sending ──keep──► done
                           ▲ │
                      claim│ │release, fail
                           │ ▼
                         released

A content is product + options + SHA-256 of the bytes, and the page, or the part of it, where a file's pages or the
documents on a picture are read one by one: such an entry holds a `PageRecord`, and no record of a picture refers to it.
An entry in `sending` whose lease has run out is a call that was never acknowledged. Its last writer is its `owner`, and
every write is conditional on the owner that was seen. The entry holds what was read; the records of all pictures of
this content refer to it (`records`).
"""

import json
import math
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, NotRequired, TypedDict

from botocore.exceptions import BotoCoreError, ClientError

from ocr.declare.fields import Fields
from ocr.declare.offers import LABELS, WAYS, significant
from ocr.model.record import PageRecord, Record, Status
from ocr.model.tenant import OPERATOR, Tenant
from ocr.platform import aws
from ocr.platform.errors import InProgress
from ocr.platform.settings import settings
from ocr.platform.telemetry import logger, unforeseen
from ocr.storage import keyed, raw_answers, records, usage
from ocr.storage.records import Item, RecordRef
from ocr.storage.usage import Charge, Count

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import ConditionCheckTypeDef, PutTypeDef, TransactWriteItemTypeDef

SENDING, RELEASED, DONE = "sending", "released", "done"
# The option with which the documents on a picture are read one by one, and its record is another.
SPLIT = ("split", "1")
STILL_SENDING, NOT_DONE = "#state = :state", "#state <> :state"
# Most calls take less: a caller that waits for one asks again well before its lease runs out.
SOON_SECONDS = 5


@dataclass(frozen=True)
class Asked:
    """A vendor that is being called, and what the call may cost; None where it costs nothing."""

    vendor: str
    charge: Charge | None = None

    @property
    def charges(self) -> bool:
        """Whether the call may cost something."""
        return self.charge is not None


@dataclass(frozen=True)
class Lease:
    """The right to have one content read until the lease ends.

    unseen    earlier calls that may have been billed and were never answered
    calls     all calls for this content, the current one included
    resends   calls that may have been billed and were made although there were unseen ones
    now       the current call; while `planned`, the call that will probably be made
    broken    how often a vendor broke down over this very picture
    before    the vendor whose answer an earlier owner may have kept: its lease ran out, or it could not write a record
    counts    what has become of calls' costs since the last write: the next one counts it
    """

    content: str
    product: str
    lease_until: int
    owner: str = field(default_factory=lambda: uuid.uuid4().hex)
    unseen: int = 0
    calls: int = 0
    resends: int = 0
    now: Asked | None = None
    planned: bool = True
    broken: int = 0
    before: str = ""
    counts: tuple[Count, ...] = ()

    def may_pay(self, spent: int) -> bool:
        """Whether another call may cost something, after `spent` calls under this lease gave no result."""
        return self.unseen + spent <= settings().resend_unknown

    def counted(self, asked: Asked | None, spent: int = 0) -> "Lease":
        """This lease with one more call."""
        if asked is None:
            return self
        resent = asked.charges and self.unseen + spent > 0
        counts = (*self.counts, asked.charge.possible) if asked.charge else self.counts
        return replace(self, calls=self.calls + 1, resends=self.resends + resent, now=asked, counts=counts)

    def made(self) -> "Lease":
        """This lease without a call that was recorded but not made."""
        if self.now is None or not self.planned:
            return self
        resent = self.now.charges and self.unseen > 0
        counts = (*self.counts, self.now.charge.given_back) if self.now.charge else self.counts
        return replace(self, calls=self.calls - 1, resends=self.resends - resent, now=None, counts=counts)

    def written(self) -> "Lease":
        """This lease once its counts stand in the table."""
        return replace(self, counts=())


@dataclass(frozen=True)
class StoredReading:
    """What was read of a content, by which owner of its entry, and when that expires, in seconds since 1970."""

    record: Record
    content: str
    owner: str
    expires_at: int


def content_key(
    product: str,
    options: Mapping[str, str],
    sha256: str,
    vendors: str = "",
    page: int | None = None,
    part: str | None = None,
    tenant: Tenant = OPERATOR,
) -> str:
    """The id of a content: 32 hexadecimal digits, the first of which are its picture's, or its file's, the last ones
    its product's.

    Options that change nothing in what is read are no part of it: a page is the same whichever pages are asked for.
    `vendors` are those that a caller insists on although another has read it.
    """
    chosen = (
        {} if page else {name: value for name, value in options.items() if name == "pages" or (name, value) == SPLIT}
    )
    relevant = sorted((name, value) for name, value in (significant(options) | chosen).items() if name not in WAYS)
    further = [*([vendors] if vendors else []), *([page] if page else []), *([part] if part else [])]
    parts = json.dumps([product, relevant, sha256, *further], ensure_ascii=False)
    named = keyed.name("content", parts, *keyed.own(tenant))
    return keyed.marked(keyed.picture(sha256, tenant) + named[keyed.PICTURE_LENGTH :], product)


def record_id(content: str, options: Mapping[str, str], tenant: Tenant = OPERATOR) -> str:
    """The id of a tenant's record of a picture that names no other: one a content, and one for each name of a call."""
    labels = sorted((name, value) for name, value in options.items() if name in LABELS)
    if not labels and not tenant.name:
        return content
    named = keyed.name("call", content, json.dumps(labels), *([tenant.name] if tenant.name else []))
    between = named[keyed.PICTURE_LENGTH : -keyed.MARK_LENGTH]
    return content[: keyed.PICTURE_LENGTH] + between + content[-keyed.MARK_LENGTH :]


def lease(content: str, product: str, lease: float, first: Asked | None = None) -> Lease | StoredReading:
    """Take the lease of a content for `lease` seconds, or return what was read of it before.

    `first` is the vendor that will be called first. Raises `InProgress` while another call holds the lease.
    """
    new = Lease(content, product, math.ceil(time.time() + lease))
    mine = new.counted(first)
    if _put(_entry(mine), counts=mine.counts):
        return mine.written()
    entry = records.stored(records.entry_id(content))
    if entry and entry["owner"] == mine.owner:
        return mine.written()  # the table's answer was lost, not the write
    if entry is None or _held(entry):
        raise _in_flight(entry)
    if not records.expired(entry):
        if entry["state"] == DONE and (found := _settled(entry)):
            return found
        calls, resends = int(entry["attempt"]), int(entry["resends"])
        before = (entry["vendor"] if entry["state"] == SENDING else "") or entry.get("answered", "")
        seen = replace(new, unseen=_unseen(entry), calls=calls, resends=resends, before=before)
        mine = replace(seen, broken=int(entry["broken"])).counted(first)
    if not _put(_entry(mine), after=entry["owner"], counts=mine.counts) and not _stands(mine):
        raise _in_flight(None)
    return mine.written()


def finished(content: str) -> StoredReading | None:
    """What was read of a content; None where nothing was, or another call is needed."""
    entry = records.stored(records.entry_id(content))
    return _settled(entry) if entry and entry["state"] == DONE and not records.expired(entry) else None


def _stands(lease: Lease) -> bool:
    """Whether the entry belongs to this lease although its write was refused: the response to a first try was lost."""
    entry = records.stored(records.entry_id(lease.content))
    return bool(entry and entry["owner"] == lease.owner)


def sending(lease: Lease, asked: Asked, *, spent: int) -> Lease:
    """Record which vendor is called now, after `spent` calls gave no result; return the lease as it is then.

    Raises `InProgress` if another call has taken the content over.
    """
    if lease.planned and lease.now == asked and not lease.counts:
        return replace(lease, planned=False)
    ended = lease.made()
    going = replace(ended.counted(asked, spent), planned=False)
    if not _put(_entry(going, spent=spent), after=lease.owner, counts=going.counts):
        _count(ended)
        raise _in_flight(None)
    return going.written()


def release(lease: Lease, *, spent: int, answered: str = "") -> None:
    """End a lease without a result, so that the queue or the caller may try again; `spent` is as for `sending`.

    `answered` is the vendor whose answer was kept although no record could be written.
    """
    lease = lease.made()
    entry = _entry(replace(lease, before=answered or lease.before), RELEASED, spent)
    if not _put(entry, after=lease.owner, states=NOT_DONE, counts=lease.counts):
        _count(lease, records.stored(entry["id"]))


def keep(record: Record, lease: Lease, ref: RecordRef, fields: type[Fields]) -> Record:
    """Write what was read and the picture's record in one transaction; return the record that is stored then.

    If another call took the content over meanwhile, its reading is the one that is stored.
    """
    lease = lease.made()
    entry = _entry(lease, DONE) | records.body(record, lease.content)
    if isinstance(record, PageRecord):
        return _write_page(entry, record, lease)
    return _write(entry, records.item(record, fields, lease.content, lease.owner), record, lease, ref, fields)


def fail(
    record: Record, lease: Lease, ref: RecordRef, fields: type[Fields], *, spent: int, answered: str = ""
) -> Record:
    """Give the content back and write the record of a picture that nobody will bring again by itself.

    `answered` is as for `release`.
    """
    lease = lease.made()
    entry = _entry(replace(lease, before=answered or lease.before), RELEASED, spent)
    if isinstance(record, PageRecord):
        return _write_page(entry, record, lease)
    item = records.failed(record, again=True) | records.of_picture(lease.content)
    return _write(entry, item, record, lease, ref, fields)


def replay(
    found: StoredReading, ref: RecordRef, fields: type[Fields], options: Mapping[str, str] | None = None
) -> Record:
    """The record of a picture whose content was read before; it expires together with what was read.

    A page has no record but what was read. Raises `InProgress` if that was erased meanwhile: no record may refer to it
    then.
    """
    if isinstance(found.record, PageRecord):
        return found.record
    own = {} if options is None else {"options": dict(options)}
    record = records.placed(found.record, ref, replayed=True, **own)
    unknown_stays = [] if record.status == Status.UNKNOWN else [records.HELD]
    # An erased upload stays erased, also when its message is delivered again.
    gone = [] if ref.upload else [records.GONE]
    there: ConditionCheckTypeDef = {
        "TableName": settings().table,
        "Key": {"id": records.entry_id(found.content)},
        **_owned(found.owner),
    }
    new = records.item(record, fields, found.content, found.owner, found.expires_at)
    if records.together(
        {"ConditionCheck": there}, {"Put": records.conditional(new, records.over(ref), *unknown_stays, *gone)}
    ):
        return record
    if standing := records.find(ref.id):
        return standing.model_copy(update={"replayed": True})
    raise InProgress("The stored result was just deleted.", retry_after=1)


def forgive(content: str) -> None:
    """Let a content be paid for once more although calls for it came to nothing: an operator has decided so."""
    aws.written(
        aws.table().update_item,
        Key={"id": records.entry_id(content)},
        UpdateExpression="SET unseen = :none",
        ConditionExpression="attribute_exists(id) AND #state <> :sending",
        ExpressionAttributeNames={"#state": "state"},
        ExpressionAttributeValues={":none": 0, ":sending": SENDING},
    )


def renew(content: str, made: Record, fields: type[Fields]) -> bool:
    """Replace a finished reading, and the record of every picture of it; False where there is none."""
    entry = records.stored(records.entry_id(content))
    if entry is None or entry["state"] != DONE:
        return False
    kept = {name: value for name, value in entry.items() if name not in ("record", "record_key")}
    if not _put(kept | records.body(made, content), after=entry["owner"]):
        return False
    records.renew(content, entry["owner"], made, fields)
    return True


def erase(content: str) -> None:
    """Delete the entry of a content, so that no record refers to it from now on.

    Raises `InProgress` while it is being read.
    """
    entry = records.stored(records.entry_id(content))
    if entry is None:
        return
    if _held(entry):
        raise _in_flight(entry)
    gone = aws.written(
        aws.table().delete_item,
        Key={"id": entry["id"]},
        **_owned(entry["owner"]),
    )
    # The table's answer may have been lost, or another be deleting the same.
    if gone is None and records.stored(entry["id"]):
        raise _in_flight(None)


def _write(entry: Item, item: Item, record: Record, lease: Lease, ref: RecordRef, fields: type[Fields]) -> Record:
    own: TransactWriteItemTypeDef = {"Put": records.conditional(item, records.over(ref), records.UNREAD)}
    if _put(entry, own, after=lease.owner, counts=lease.counts):
        return record
    logger.warning("Another call has written this record", record_id=ref.id, content=lease.content)
    return _standing(lease, ref, fields, entry, record)


def _write_page(entry: Item, record: PageRecord, lease: Lease) -> Record:
    if _put(entry, after=lease.owner, counts=lease.counts):
        return record
    standing = records.stored(records.entry_id(lease.content))
    _count(lease, standing)
    if standing and standing["state"] == entry["state"] and standing["owner"] == lease.owner:
        return record  # the table's answer was lost, not the write
    if found := finished(lease.content):
        return found.record
    raise _in_flight(standing)


def _standing(lease: Lease, ref: RecordRef, fields: type[Fields], read: Item, made: Record) -> Record:
    """The stored record, where the one that was `made` under this lease could not be written."""
    record, entry = records.find(ref.id), records.stored(records.entry_id(lease.content))
    if record and entry and entry["owner"] == lease.owner:
        if entry["state"] != DONE and record.status == Status.DELETED:
            # Erased while it was read: nothing of it is kept.
            raw_answers.erase(record.product, lease.content, made.crops)
            records.forget_body(read)
            release(lease, spent=0)
        elif entry["state"] != DONE:
            # The record says something else. What was read was paid for: the next request gets it.
            _put(read, after=lease.owner, counts=lease.counts)
        return record
    _count(lease, entry)
    found = _settled(entry) if entry and entry["state"] == DONE else None
    if found is None:
        raise _in_flight(entry)
    return replay(found, ref, fields, made.options)


def _held(entry: Item) -> bool:
    return bool(entry["state"] == SENDING and entry["lease_until"] > time.time())


def _unseen(entry: Item) -> int:
    """How many calls were never answered; a call whose lease has run out is one if it may have been billed."""
    return int(entry["unseen"]) + (entry["state"] == SENDING and bool(entry["charges"]))


def _settled(entry: Item) -> StoredReading | None:
    """What was read, unless its outcome is unknown and it may be sent again."""
    record = records.read(entry)
    if record is None or (record.status == Status.UNKNOWN and _unseen(entry) <= settings().resend_unknown):
        return None
    content = entry["id"].removeprefix(records.entry_id(""))
    return StoredReading(record, content, entry["owner"], int(entry["expires_at"]))


def _entry(lease: Lease, state: str = SENDING, spent: int = 0) -> Item:
    return {
        "id": records.entry_id(lease.content),
        "picture": keyed.picture_of(lease.content),
        "state": state,
        "product": lease.product,
        "owner": lease.owner,
        "lease_until": lease.lease_until,
        "vendor": lease.now.vendor if lease.now else "",
        "charges": bool(lease.now and lease.now.charges),
        "attempt": lease.calls,
        "unseen": lease.unseen + spent,
        "resends": lease.resends,
        "broken": lease.broken,
        "answered": lease.before,
        "expires_at": records.expiry(),
    }


def _conditional(entry: Item, after: str | None, states: str = "") -> "PutTypeDef":
    if after is None:
        return {"TableName": settings().table, "Item": entry, "ConditionExpression": "attribute_not_exists(id)"}
    mine = _owned(after)
    if states:
        mine["ConditionExpression"] += f" AND {states}"
        mine["ExpressionAttributeNames"]["#state"] = "state"
        mine["ExpressionAttributeValues"][":state"] = SENDING if states == STILL_SENDING else DONE
    return {"TableName": settings().table, "Item": entry, **mine}


class _Condition(TypedDict):
    ConditionExpression: str
    ExpressionAttributeNames: dict[str, str]
    ExpressionAttributeValues: dict[str, Any]
    ReturnValuesOnConditionCheckFailure: NotRequired[Literal["ALL_OLD", "NONE"]]


def _owned(owner: str) -> _Condition:
    """That an entry is still this owner's."""
    return {
        "ConditionExpression": "#owner = :owner",
        "ExpressionAttributeNames": {"#owner": "owner"},
        "ExpressionAttributeValues": {":owner": owner},
    }


def _put(
    entry: Item,
    *others: "TransactWriteItemTypeDef",
    after: str | None = None,
    states: str = "",
    counts: Sequence[Count] = (),
) -> bool:
    """Write the entry if it is new, or still `after` the owner that was seen; False when it is not.

    `others` and the counts are written with it, or nothing is. With `NOT_DONE` it is not written over a reading either:
    that may stand although the answer to its write was lost. So may a count, which its owner ends once only.
    """
    counted: list[TransactWriteItemTypeDef] = [{"Update": one} for one in usage.updates(counts)]
    if counted and after == entry["owner"]:
        states = STILL_SENDING
    write = _conditional(entry, after, states)
    return records.together({"Put": write}, *others, *counted) if others or counted else records.put(write)


def _count(lease: Lease, standing: Item | None = None) -> None:
    """Count by itself what an owner knows of its calls where another has taken the content over, or it was erased."""
    if standing and standing["owner"] == lease.owner:
        return  # the table's answer was lost, not the write
    try:
        usage.add(lease.counts)
    except (ClientError, BotoCoreError) as error:
        # The counts say that it was possibly charged, and no more than its budgets allow.
        unforeseen("What a call cost could not be written down", error)


def _in_flight(entry: Item | None) -> InProgress:
    left = float(entry["lease_until"]) - time.time() if entry else SOON_SECONDS
    wait = max(1, min(SOON_SECONDS, math.ceil(left)))
    return InProgress("Another call is reading the same content.", retry_after=wait)
