"""As much of a DynamoDB table as the shared tokens use, conditions included."""

import re
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

ATTRIBUTE = re.compile(r"attribute_(not_)?exists\((.+)\)")


class Table:
    def __init__(self) -> None:
        self.items: dict[str, dict[str, Any]] = {}

    def get_item(self, Key: dict[str, str], ConsistentRead: bool = False) -> dict[str, Any]:
        assert ConsistentRead, "a stale token would be taken for the shared one"
        return {"Item": dict(self.items[Key["id"]])} if Key["id"] in self.items else {}

    def put_item(self, Item: dict[str, Any]) -> None:
        self.items[Item["id"]] = dict(Item)

    def update_item(
        self,
        Key: dict[str, str],
        UpdateExpression: str,
        ExpressionAttributeValues: dict[str, Any],
        ConditionExpression: str,
        ExpressionAttributeNames: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        item, condition = self.items.get(Key["id"], {}), ConditionExpression
        for alias, name in (ExpressionAttributeNames or {}).items():
            condition = condition.replace(alias, name)
        if not _holds(condition, item, ExpressionAttributeValues):
            raise ClientError({"Error": {"Code": "ConditionalCheckFailedException"}}, "UpdateItem")
        name, value = UpdateExpression.removeprefix("SET ").split(" = ")
        self.items[Key["id"]] = {**Key, **item, name: ExpressionAttributeValues[value]}
        return {}


def _holds(condition: str, item: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Whether all of it hold: comparisons, and in brackets one of several."""
    for part in condition.split(" AND "):
        one_of = part.removeprefix("(").removesuffix(")") if part.startswith("(") else part
        if not any(_compared(one, item, values) for one in one_of.split(" OR ")):
            return False
    return True


def _compared(condition: str, item: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    if attribute := ATTRIBUTE.fullmatch(condition):
        return (attribute[2] in item) != bool(attribute[1])
    name, sign, value = condition.split(" ")
    assert sign in {"=", "<"}
    return name in item and bool(item[name] == values[value] if sign == "=" else item[name] < values[value])
