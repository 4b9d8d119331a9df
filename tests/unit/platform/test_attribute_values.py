from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from boto3.dynamodb.types import TypeSerializer

from ocr.model.record import Status
from ocr.platform import attribute_values

VALUES = [None, True, False, "", "车牌", Status.FAILED, 0, -7, Decimal("0.10"), Decimal("1E+3"), 10**37]


@pytest.mark.parametrize("value", [*VALUES, VALUES, {"a": VALUES, "b": {}}], ids=str)
def test_a_value_is_written_as_boto3_writes_it(value: Any) -> None:
    assert attribute_values.typed(value) == TypeSerializer().serialize(value)


@pytest.mark.parametrize("value", [0.5, object(), Decimal("NaN"), 10**39])
def test_what_no_item_holds_is_not_written(value: Any) -> None:
    with pytest.raises((TypeError, ArithmeticError)):
        attribute_values.typed(value)


def test_items_are_translated_wherever_they_stand_and_nothing_else_is() -> None:
    handlers: dict[str, Any] = {}
    attribute_values.translate(
        SimpleNamespace(meta=SimpleNamespace(events=SimpleNamespace(register=handlers.__setitem__)))
    )
    put = {"Item": {"Key": 1}, "TableName": "t", "ExpressionAttributeNames": {"#a": "a"}}
    sent = handlers["provide-client-params.dynamodb"](params={"TransactItems": [{"Put": put}]})
    assert sent == {"TransactItems": [{"Put": put | {"Item": {"Key": {"N": "1"}}}}]}
    parsed: dict[str, Any] = {"Responses": {"t": [{"Items": {"S": "a"}}]}, "Items": [{"n": {"N": "1"}}], "Count": 1}
    handlers["after-call.dynamodb"](parsed=parsed)
    assert parsed == {"Responses": {"t": [{"Items": "a"}]}, "Items": [{"n": 1}], "Count": 1}
