"""How often an upload was tried: begun and not ended, since its process died; and begun at all.

The queue's own count says less: it rises too when Lambda was throttled and no function saw the message, or when a
vendor had no room. Only uploads that the queue brings again are counted; the counts end with the record's own expiry.
"""

from dataclasses import dataclass

from ocr.platform import aws
from ocr.storage import records


@dataclass(frozen=True)
class Tries:
    """What came before: `deaths` counts the beginnings without an end, `spent` the tries that are used up."""

    deaths: int
    spent: int


def begin(id: str) -> Tries:
    """Write down that a further try of this record's upload begins; returns what came before it."""
    answer = aws.table().update_item(
        Key={"id": _key(id)},
        UpdateExpression="ADD begun :one, spent :one SET expires_at = :expiry",
        ExpressionAttributeValues={":one": 1, ":expiry": records.expiry()},
        ReturnValues="UPDATED_NEW",
    )
    counted = answer["Attributes"]
    return Tries(int(str(counted["begun"])) - 1, int(str(counted["spent"])) - 1)


def end(id: str) -> None:
    """Write down that processing it ended, whatever came of it."""
    aws.table().update_item(
        Key={"id": _key(id)},
        UpdateExpression="SET begun = :none, expires_at = :expiry",
        ExpressionAttributeValues={":none": 0, ":expiry": records.expiry()},
    )


def spend(id: str, tries: int = 1) -> None:
    """Write down that so many tries more are used up; -1 gives one back."""
    aws.table().update_item(
        Key={"id": _key(id)},
        UpdateExpression="ADD spent :tries SET expires_at = :expiry",
        ExpressionAttributeValues={":tries": tries, ":expiry": records.expiry()},
    )


def forget(id: str) -> None:
    """Begin counting anew: the upload was given up, and may be put back."""
    aws.table().update_item(
        Key={"id": _key(id)},
        UpdateExpression="SET begun = :none, spent = :none, expires_at = :expiry",
        ExpressionAttributeValues={":none": 0, ":expiry": records.expiry()},
    )


def _key(id: str) -> str:
    return f"tries#{id}"
