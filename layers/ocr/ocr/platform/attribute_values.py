"""DynamoDB's attribute values as Python's own: `{"N": "1"}` is 1, in what is sent and in what comes back.

boto3 does the same for its resources. Importing it, and its way through the description of each operation, costs more
than all that is below.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from aws_lambda_powertools.shared.dynamodb_deserializer import DYNAMODB_CONTEXT, TypeDeserializer

# Where requests and responses have an item, or a part of one; several items; several of each table.
ONE = {"Item", "Key", "ExpressionAttributeValues", "ExclusiveStartKey", "Attributes", "LastEvaluatedKey"}
SEVERAL, BY_TABLE = {"Items", "Keys"}, "Responses"
_read = TypeDeserializer().deserialize


def translate(client: Any) -> None:
    """Have a client of DynamoDB take and return Python's types."""
    client.meta.events.register("provide-client-params.dynamodb", lambda params, **_: _each(params, typed))
    client.meta.events.register("after-call.dynamodb", lambda parsed, **_: parsed.update(_each(parsed, _read)))


def typed(value: Any) -> dict[str, Any]:
    """A value with DynamoDB's name of its type; raises `TypeError` for one that no item holds, like a float."""
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case int() | Decimal() if Decimal(value).is_finite():
            return {"N": str(DYNAMODB_CONTEXT.create_decimal(value))}
        case Mapping():
            return {"M": {name: typed(part) for name, part in value.items()}}
        case list() | tuple():
            return {"L": [typed(part) for part in value]}
    raise TypeError(f"DynamoDB has no type for {type(value).__name__}")


def _each(part: Any, change: Any) -> Any:
    """A request or an answer, with every attribute value in it changed."""
    if isinstance(part, list):
        return [_each(one, change) for one in part]
    if not isinstance(part, dict):
        return part
    return {name: _changed(name, value, change) for name, value in part.items()}


def _changed(name: str, value: Any, change: Any) -> Any:
    if name in ONE:
        return _item(value, change)
    if name == BY_TABLE:
        return {table: _items(items, change) for table, items in value.items()}
    return _items(value, change) if name in SEVERAL else _each(value, change)


def _items(items: Any, change: Any) -> list[dict[str, Any]]:
    return [_item(one, change) for one in items]


def _item(item: Mapping[str, Any], change: Any) -> dict[str, Any]:
    return {name: change(value) for name, value in item.items()}
