"""Of botocore's descriptions of AWS what functions use: a client made of it starts in a fifth of the time and memory.

The operations below, their shapes without words for people, and the regions' endpoints of these services. What is
small, or belongs to the code that reads it, like the rules for endpoints, stays the runtime's.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.loaders import Loader

OPERATIONS: Mapping[str, tuple[str, ...]] = {
    "cloudformation": ("ListStackResources",),
    "cloudwatch": ("GetMetricData",),
    "dynamodb": (
        "BatchGetItem",
        "DeleteItem",
        "GetItem",
        "PutItem",
        "Query",
        "TransactWriteItems",
        "UpdateItem",
    ),
    "events": ("PutEvents",),
    "lambda": ("Invoke",),
    # botocore makes presigned forms as if for CreateBucket.
    "s3": (
        "CopyObject",
        "CreateBucket",
        "DeleteObject",
        "GetObject",
        "HeadObject",
        "ListObjectVersions",
        "PutObject",
    ),
    "secretsmanager": ("GetSecretValue", "PutSecretValue"),
    "sqs": ("ChangeMessageVisibility", "GetQueueAttributes", "GetQueueUrl", "SendMessage", "SendMessageBatch"),
}
FOR_PEOPLE = {"documentation", "documentationUrl"}


def descriptions() -> Iterator[tuple[str, str]]:
    """Each file's place, below the folder of all, and its text."""
    loader = Loader()
    for service, operations in OPERATIONS.items():
        version = loader.determine_latest_version(service, "service-2")
        described = loader.load_data(f"{service}/{version}/service-2")
        yield f"{service}/{version}/service-2.json", _text(_less(described, operations))
    endpoints = loader.load_data("endpoints")
    for partition in endpoints["partitions"]:
        partition["services"] = {name: one for name, one in partition["services"].items() if name in OPERATIONS}
    yield "endpoints.json", _text(endpoints)


def _less(described: Mapping[str, Any], operations: tuple[str, ...]) -> dict[str, Any]:
    """A service's description with these operations alone, and the shapes that they are made of."""
    kept = {name: described["operations"][name] for name in operations}
    shapes: dict[str, Any] = {}
    asked = list(_shapes(kept))
    while asked:
        name = asked.pop()
        if name not in shapes:
            shapes[name] = described["shapes"][name]
            asked += _shapes(shapes[name])
    # What botocore tells people about a client's own settings it also reads itself.
    return {**described, "operations": _wordless(kept), "shapes": _wordless(dict(sorted(shapes.items())))}


def _shapes(part: Any) -> Iterator[str]:
    """The shapes that a part of a description names."""
    if isinstance(part, list):
        for one in part:
            yield from _shapes(one)
    if isinstance(part, dict):
        if isinstance(part.get("shape"), str):
            yield part["shape"]
        for one in part.values():
            yield from _shapes(one)


def _text(described: Mapping[str, Any]) -> str:
    """JSON with a line for each part, so that a change shows where it is."""
    return json.dumps(described, separators=(",", ":")).replace('},"', '},\n"') + "\n"


def _wordless(part: Any) -> Any:
    if isinstance(part, list):
        return [_wordless(one) for one in part]
    if not isinstance(part, dict):
        return part
    # A member may be named so; then it is no text.
    return {name: _wordless(one) for name, one in part.items() if name not in FOR_PEOPLE or not isinstance(one, str)}
