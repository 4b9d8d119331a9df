"""What the handlers are sent in this process: a picture by HTTPS, uploads by SQS, requests to the other routes."""

import json
from base64 import b64encode
from typing import Any

from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.model.picture import Upload
from ocr.model.record import Record
from ocr.platform.settings import settings
from ocr.storage import records, tries
from records import app
from tests.support.aws import UPLOADS, World
from tests.support.scripted import Context

Body = dict[str, Any]


def delivered(*notifications: dict[str, Any], receives: int = 1, sent: float | None = None) -> dict[str, Any]:
    """An SQS event with one message a notification, `sent` then, in seconds since 1970."""
    times = {"SentTimestamp": str(int(1000 * sent))} if sent else {}
    return {
        "Records": [
            {
                "messageId": f"message-{number}",
                "receiptHandle": "handle",
                "body": json.dumps({"Records": [notification]}),
                "attributes": {"ApproximateReceiveCount": str(receives), **times},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:nowhere",
            }
            for number, notification in enumerate(notifications)
        ]
    }


def post(kind: Product, content: bytes, seconds: float = 60, key: str = "", **query: str) -> tuple[int, dict[str, Any]]:
    """Status and body of an HTTPS call with this API key."""
    response = serve(kind)(
        {
            "httpMethod": "POST",
            "path": f"/ocr/{kind.slug}",
            "headers": {"Content-Type": "image/png"},
            "queryStringParameters": query or None,
            "requestContext": {"identity": {"apiKey": key}},
            "body": b64encode(content).decode(),
            "isBase64Encoded": True,
        },
        Context(seconds),  # type: ignore[arg-type]
    )
    return response["statusCode"], json.loads(response["body"]) | {"headers": response["headers"]}


def deliver(kind: Product, *notifications: dict[str, Any], receives: int = 1, sent: float | None = None) -> list[str]:
    """Hand the notifications over as a batch; the ids of the messages that come again."""
    event = delivered(*notifications, receives=receives, sent=sent)
    answer = serve(kind)(event, Context())  # type: ignore[arg-type]
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def deliver_last(kind: Product, notification: dict[str, Any]) -> list[str]:
    """As `deliver`, of an upload that was tried as often as may be but once."""
    set_tries(notification, settings().max_tries - 1)
    return deliver(kind, notification, receives=settings().max_tries)


def set_tries(notification: dict[str, Any], tried: int) -> None:
    """Have an upload been tried so often."""
    thing = notification["s3"]["object"]
    id = records.record_ref(Upload(UPLOADS, thing["key"], thing["versionId"])).id
    tries.forget(id)
    tries.spend(id, tried)


def of_upload(notification: dict[str, Any]) -> Record | None:
    """The record that an upload ended in."""
    thing = notification["s3"]["object"]
    return records.of_upload(f"s3://{UPLOADS}/{thing['key']}", thing["versionId"])


WAYS = ("https", "s3", "batch")


def brought(way: str, world: World, kind: Product, *contents: bytes) -> list[Record | None]:
    """The records that pictures end in which come this way; None for one that has none yet."""
    if way == "s3":
        uploads = [world.upload(f"uploads/{kind.slug}/{number}.png", one) for number, one in enumerate(contents)]
        deliver(kind, *uploads)
        return [of_upload(one) for one in uploads]
    if way == "batch":
        images = [b64encode(one).decode() for one in contents]
        told = sent(kind, {"images": images}, path="/batch")[1]["outcomes"]
    else:
        told = [post(kind, one)[1] for one in contents]
    ids = [one.get("record_id") or one.get("id") for one in told]
    return [records.find(id) if id else None for id in ids]


def sent(
    kind: Product, body: bytes | Body, media_type: str = "image/png", path: str = "", **headers: str
) -> tuple[int, Body]:
    """Status and body of the answer to a POST, its headers among the members."""
    content = json.dumps(body).encode() if isinstance(body, dict) else body
    response = serve(kind)(
        {
            "httpMethod": "POST",
            "resource": f"/ocr/{kind.slug}{path}",
            "path": f"/ocr/{kind.slug}{path}",
            "headers": {"content-type": "application/json" if isinstance(body, dict) else media_type}
            | {name.replace("_", "-"): value for name, value in headers.items()},
            "queryStringParameters": None,
            "requestContext": {"requestId": "request-1", "identity": {"apiKeyId": "key-1"}},
            "body": b64encode(content).decode(),
            "isBase64Encoded": True,
        },
        Context(),  # type: ignore[arg-type]
    )
    return response["statusCode"], json.loads(response["body"]) | {"headers": response["headers"]}


def asked(method: str, path: str, body: str | None = None, **more: Any) -> tuple[int, Any]:
    """Status and parsed body of the answer to a request."""
    event = {
        "httpMethod": method,
        "path": path,
        "resource": path,
        "headers": {"content-type": "application/json"},
        "queryStringParameters": None,
        "requestContext": {"stage": "v1", "path": path},
        "body": body,
        "isBase64Encoded": False,
        **more,
    }
    answer = app.handler(event, Context())  # type: ignore[arg-type]
    return answer["statusCode"], json.loads(answer["body"] or "null")
