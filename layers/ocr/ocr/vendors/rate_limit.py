"""How many requests a second a vendor is sent, by all functions together.

The generic cell rate algorithm (GCRA, ITU-T I.371, in its virtual scheduling form) on one item a vendor: `next` is the
moment from which the vendor may be sent the next request, and who takes a place moves it on by one interval. Each step
is one conditional update, so places are given out once however many containers ask.
"""

import math
import time

from ocr.platform import aws
from ocr.platform.settings import settings

KEPT_SECONDS = 86_400


def place(vendor: str, patience: float) -> tuple[bool, float]:
    """Take the vendor's next place: (True, seconds to wait for it), or (False, seconds until there may be one).

    `patience` is how many seconds the caller can wait. A vendor without a rate has a place at once.
    """
    rate = settings().vendor_rates.get(vendor)
    if rate is None:
        return True, 0.0
    interval = math.ceil(1000 / rate)
    while True:
        now = round(1000 * time.time())
        # Either others wait for their place, or the vendor is free; where that changes between the two, again.
        if behind := _moved(vendor, _LINE, "#next + :by", {":now": now, ":by": interval, ":last": now + _ms(patience)}):
            return True, max(0, behind - interval - now) / 1000
        if _moved(vendor, _FREE, ":then", {":now": now, ":then": now + interval}):
            return True, 0.0
        waiting = _next(vendor) - now
        if waiting > _ms(patience):
            return False, waiting / 1000


_LINE = "#next > :now AND #next <= :last"
_FREE = "attribute_not_exists(#next) OR #next <= :now"


def _ms(seconds: float) -> int:
    return round(1000 * seconds)


def _moved(vendor: str, condition: str, to: str, values: dict[str, int]) -> int | None:
    """`next`, in milliseconds since 1970, after it was moved `to` there; None where the condition does not hold."""
    moved = aws.written(
        aws.table().update_item,
        Key={"id": f"rate#{vendor}"},
        UpdateExpression=f"SET #next = {to}, expires_at = :until",
        ConditionExpression=condition,
        ExpressionAttributeNames={"#next": "next"},
        ExpressionAttributeValues=values | {":until": int(time.time()) + KEPT_SECONDS},
        ReturnValues="UPDATED_NEW",
    )
    return int(str(moved["Attributes"]["next"])) if moved else None


def _next(vendor: str) -> int:
    item = aws.table().get_item(Key={"id": f"rate#{vendor}"}, ConsistentRead=True).get("Item", {})
    return int(str(item.get("next", 0)))
