"""What calls to vendors cost, as the API tells it."""

from datetime import date

from ocr.declare import catalogue
from ocr.entry.response_models import Costs, Usage, UsageRow
from ocr.platform.errors import CallerError
from ocr.platform.settings import settings
from ocr.storage import usage

MOST_DAYS = 100


def report(start: date, end: date, by: str) -> Usage:
    """The costs from one day to another, both included, by `vendor`, `product` or `day`.

    Raises `invalid_request` for more than `MOST_DAYS` days, or none.
    """
    if not 0 <= (end - start).days < MOST_DAYS:
        detail = f"A report is of 1 to {MOST_DAYS} days, and `from` is not behind `to`."
        raise CallerError(detail, kind="invalid_request")
    # Only who needs a key can charge.
    sold = [(one.slug, offer.vendor) for one in catalogue.products().values() for offer in one.offers if offer.keys]
    counts = usage.report(start, end, sold)
    rows = [UsageRow.model_validate(row) for row in usage.grouped(counts, by)]
    [total] = usage.grouped(counts, None) or [dict.fromkeys(usage.COUNTS, 0)]
    unpriced = sorted({one["vendor"] for one in counts if not settings().priced(one["vendor"])})
    return Usage.model_validate(
        {"from": start, "to": end, "rows": rows, "total": Costs.model_validate(total), "unpriced": unpriced}
    )
