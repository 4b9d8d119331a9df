"""As much of a DynamoDB table as the shared tokens use, conditions included."""

from typing import Any

from boto3.dynamodb.conditions import And, AttributeExists, AttributeNotExists, ConditionBase, Equals, LessThan, Or
from botocore.exceptions import ClientError


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
        ConditionExpression: ConditionBase,
    ) -> dict[str, Any]:
        item = self.items.get(Key["id"], {})
        if not _holds(ConditionExpression, item):
            raise ClientError({"Error": {"Code": "ConditionalCheckFailedException"}}, "UpdateItem")
        name, value = UpdateExpression.removeprefix("SET ").split(" = ")
        self.items[Key["id"]] = {**Key, **item, name: ExpressionAttributeValues[value]}
        return {}


def _holds(condition: Any, item: dict[str, Any]) -> bool:
    first, *rest = condition.get_expression()["values"]
    if isinstance(condition, And):
        return _holds(first, item) and _holds(rest[0], item)
    if isinstance(condition, Or):
        return _holds(first, item) or _holds(rest[0], item)
    if isinstance(condition, AttributeExists):
        return first.name in item
    if isinstance(condition, AttributeNotExists):
        return first.name not in item
    if isinstance(condition, Equals):
        return bool(item.get(first.name) == rest[0])
    assert isinstance(condition, LessThan)
    return first.name in item and bool(item[first.name] < rest[0])
