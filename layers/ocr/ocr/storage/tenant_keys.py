"""The tenants' API keys as `ocr keys` has written them down: all but their values.

Who could read keys in API Gateway could read their values, too; so the functions may not, and read this item instead.
"""

from typing import Any

from ocr.platform import aws

ID = "tenant-keys"


def all_keys() -> list[dict[str, Any]]:
    """Each key, tenant by tenant, the newest first: its id, limits and times; revoked ones, too."""
    item = aws.table().get_item(Key={"id": ID}).get("Item", {})
    keys = [{"id": id} | told for id, told in item.items() if isinstance(told, dict)]
    return sorted(
        sorted(keys, key=lambda one: str(one["created_at"]), reverse=True), key=lambda one: str(one["tenant"])
    )
