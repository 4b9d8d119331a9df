"""How often the processing of an upload was begun and not ended: its process died of it, or of something else.

Only uploads that the queue brings again are counted; the count ends with the record's own expiry.
"""

from ocr.platform import aws
from ocr.storage import records


def begin(id: str) -> int:
    """Write down that processing this record's upload begins; returns how many earlier beginnings had no end."""
    answer = aws.table().update_item(
        Key={"id": _key(id)},
        UpdateExpression="ADD begun :one SET expires_at = :expiry",
        ExpressionAttributeValues={":one": 1, ":expiry": records.expiry()},
        ReturnValues="UPDATED_NEW",
    )
    return int(str(answer["Attributes"]["begun"])) - 1


def end(id: str) -> None:
    """Write down that processing it ended, whatever came of it."""
    aws.table().update_item(
        Key={"id": _key(id)},
        UpdateExpression="SET begun = :none, expires_at = :expiry",
        ExpressionAttributeValues={":none": 0, ":expiry": records.expiry()},
    )


def _key(id: str) -> str:
    return f"tries#{id}"
