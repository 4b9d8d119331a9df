"""Sample events: what API Gateway and SQS hand to a product's function."""

import json
from base64 import b64encode
from functools import cache
from io import BytesIO
from typing import Any

from PIL import Image

from local.cloud.aws import REGION
from local.cloud.stack import NAME
from local.samples import Sample, samples
from ocr.declare.product import Product
from ocr.entry.requests import FORM, IMAGE_MEMBER

# The account of the local AWS; on AWS the bucket's name has the real one.
BUCKET = f"{NAME}-uploads-000000000000-{REGION}"
QUEUES = f"arn:aws:sqs:{REGION}:000000000000"
BOUNDARY = "picture"
# Events are read by people too: the picture in them is as small as it can be and still be read.
LONGEST_SIDE = 720
QUALITY = 55


@cache
def first_sample(slug: str) -> Sample:
    """What a product's events and example show: drawn once, which takes longer than all that is made of it."""
    return next(iter(samples([slug])))


def events(product: Product) -> dict[str, Any]:
    """One Lambda event a trigger and input form, by file name; all carry the product's first sample."""
    sample = first_sample(product.slug)
    picture, media_type = _small(sample)
    form = _form(picture, media_type, sample)
    members = {IMAGE_MEMBER: b64encode(picture).decode(), **sample.options}
    return {
        "https-binary": _request(product, media_type, picture, sample.options),
        "https-json": _request(product, "application/json", json.dumps(members)),
        "https-multipart": _request(product, f"{FORM}; boundary={BOUNDARY}", form),
        "s3": upload(f"uploads/{product.slug}/sample{sample.suffix}", BUCKET, f"{QUEUES}:{NAME}-{product.slug}"),
    }


def _small(sample: Sample) -> tuple[bytes, str]:
    with Image.open(BytesIO(sample.picture)) as picture:
        # A captcha's answer travels in its file, so that one stays as it is.
        if sample.options or max(picture.size) <= LONGEST_SIDE:
            return sample.picture, sample.media_type
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        file = BytesIO()
        picture.convert("RGB").save(file, "JPEG", quality=QUALITY)
        return file.getvalue(), "image/jpeg"


def _form(picture: bytes, media_type: str, sample: Sample) -> bytes:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in sample.options.items()
    ]
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{IMAGE_MEMBER}"; filename="picture"\r\n'
        f"Content-Type: {media_type}\r\n\r\n"
    )
    return "".join(parts).encode() + head.encode() + picture + f"\r\n--{BOUNDARY}--\r\n".encode()


def _request(product: Product, kind: str, body: bytes | str, query: dict[str, str] | None = None) -> dict[str, Any]:
    """An API Gateway REST event, as the function gets it."""
    binary = isinstance(body, bytes)
    path = f"/ocr/{product.slug}"
    return {
        "resource": path,
        "path": path,
        "httpMethod": "POST",
        "headers": {"Content-Type": kind},
        "multiValueHeaders": {"Content-Type": [kind]},
        "queryStringParameters": query or None,
        "multiValueQueryStringParameters": {name: [value] for name, value in (query or {}).items()} or None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "requestId": "00000000-0000-4000-8000-000000000000",
            "accountId": "000000000000",
            "apiId": "local",
            "stage": "v1",
            "httpMethod": "POST",
            "path": f"/v1{path}",
            "resourcePath": path,
            "protocol": "HTTP/1.1",
            "identity": {"sourceIp": "127.0.0.1"},
        },
        "body": b64encode(body).decode() if isinstance(body, bytes) else body,
        "isBase64Encoded": binary,
    }


def upload(key: str, bucket: str, queue: str, version: str | None = None) -> dict[str, Any]:
    """An SQS event with one S3 notification in it, of a picture that lies in the bucket; `queue` is the queue's ARN."""
    notification = {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": REGION,
        "eventName": "ObjectCreated:Put",
        "s3": {
            "s3SchemaVersion": "1.0",
            "bucket": {"name": bucket, "arn": f"arn:aws:s3:::{bucket}"},
            "object": {"key": key} | ({"versionId": version} if version else {}),
        },
    }
    return {
        "Records": [
            {
                "messageId": "00000000-0000-4000-8000-000000000001",
                "receiptHandle": "sample",
                "body": json.dumps({"Records": [notification]}),
                "attributes": {"ApproximateReceiveCount": "1"},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": queue,
                "awsRegion": REGION,
            }
        ]
    }
