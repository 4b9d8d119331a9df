"""Who reviews a record just now, so that two reviewers do not take the same one.

A claim is no lock: it ends by itself, and whoever changes a record names the state that they saw all the same.
"""

import time

from ocr.platform.settings import settings
from ocr.storage.records import Item, put


def claim(record_id: str, reviewer: str, seconds: int) -> bool:
    """Claim a record for so many seconds, or renew one's own claim; False while it is another reviewer's.

    `seconds` 0 gives one's own claim back.
    """
    now = int(time.time())
    new: Item = {"id": f"claim#{record_id}", "reviewer": reviewer, "expires_at": now + seconds}
    return put(
        {
            "TableName": settings().table,
            "Item": new,
            "ConditionExpression": "attribute_not_exists(id) OR reviewer = :reviewer OR expires_at <= :now",
            "ExpressionAttributeValues": {":reviewer": reviewer, ":now": now},
        }
    )
