"""What calls to vendors cost, as the API tells it."""

from datetime import date

from ocr.entry.response_models import Costs, Usage, UsageRow
from ocr.model.tenant import Tenant
from ocr.platform.errors import CallerError
from ocr.platform.settings import settings
from ocr.storage import usage

MOST_DAYS = 100
# Whose keys are no tenant's. No tenant has this name.
OPERATORS = "operator"


def report(start: date, end: date, by: str, tenant: Tenant) -> Usage:
    """The costs of a tenant's calls from one day to another, both included, by `vendor`, `product`, `key` or `day`.

    Raises `invalid_request` for more than `MOST_DAYS` days, or none.
    """
    if not 0 <= (end - start).days < MOST_DAYS:
        detail = f"A report is of 1 to {MOST_DAYS} days, and `from` is not behind `to`."
        raise CallerError(detail, kind="invalid_request")
    counts = [row | {"key": row["tenant"] or OPERATORS} for row in usage.report(start, end, tenant)]
    rows = [UsageRow.model_validate(row) for row in usage.grouped(counts, by)]
    [total] = usage.grouped(counts, None) or [dict.fromkeys(usage.COUNTS, 0)]
    unpriced = sorted({one["vendor"] for one in counts if not settings().priced(one["vendor"])})
    return Usage.model_validate(
        {"from": start, "to": end, "rows": rows, "total": Costs.model_validate(total), "unpriced": unpriced}
    )
