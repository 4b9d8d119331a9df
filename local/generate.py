"""`make generate`: everything that is made from the code and could drift from it.

Sample events and JSON Schemas below `events/`, an example of its record in each product's folder, the OpenAPI document
that the API serves, and the tables in the README between `<!-- name -->` and `<!-- /name -->`. `--check` writes
nothing, names what is stale and fails.
"""

import json
import sys
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from local import openapi
from local.aws import REGION, ROOT
from local.samples import Sample, samples
from local.stack import NAME
from ocr.declare.catalogue import products, record_schema
from ocr.declare.checks import verdicts
from ocr.declare.offers import Offer
from ocr.declare.product import Product
from ocr.entry.requests import FORM, IMAGE_MEMBER
from ocr.model.record import SCHEMA_VERSION, Announcement, Document, Record, Status
from ocr.platform.settings import Settings
from ocr.storage.ledger import content_key

EVENTS = ROOT / "events"
OPENAPI = ROOT / "functions/records/openapi.json"
README = ROOT / "README.md"
# The account of the local AWS; on AWS the bucket's name has the real one.
BUCKET = f"{NAME}-uploads-000000000000-{REGION}"
BOUNDARY = "picture"
# Events are read by people too: the picture in them is as small as it can be and still be read.
LONGEST_SIDE = 720
QUALITY = 55
# Another day, another outcome: not for a file that is compared.
DAILY = {"not_expired"}
VENDORS = ("juhe", "etoplive", "esign", "ctyun", "embedded")


def files() -> Iterator[tuple[Path, str]]:
    """Every generated file with its text."""
    examples = {slug: example(product) for slug, product in products().items()}
    for product in products().values():
        yield EVENTS / "schemas" / f"{product.slug}.json", _json(record_schema(product))
        for name, event in events(product).items():
            yield EVENTS / product.slug / f"{name}.json", _json(event)
        yield ROOT / "functions" / product.slug / "example.json", _json(examples[product.slug])
    yield EVENTS / "schemas" / "announcement.json", _json(announcement_schema())
    yield OPENAPI, _json(openapi.document(examples))
    yield README, readme(README.read_text())


def announcement_schema() -> dict[str, Any]:
    """The JSON Schema of an event's `detail`."""
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:ocr:schema:announcement:{SCHEMA_VERSION}",
    }
    return head | Announcement.model_json_schema(mode="serialization")


def events(product: Product) -> dict[str, Any]:
    """One Lambda event a trigger and input form, by file name; all carry the product's first sample."""
    sample = next(iter(samples([product.slug])))
    picture, media_type = _small(sample)
    form = _form(picture, media_type, sample)
    members = {IMAGE_MEMBER: b64encode(picture).decode(), **sample.options}
    return {
        "https-binary": _request(product, media_type, picture, sample.options),
        "https-json": _request(product, "application/json", json.dumps(members)),
        "https-multipart": _request(product, f"{FORM}; boundary={BOUNDARY}", form),
        "s3": _upload(product, sample),
    }


def example(product: Product) -> dict[str, Any]:
    """The record of the product's first sample, with what is printed on that; a vendor adds evidence."""
    sample = next(iter(samples([product.slug])))
    checks = verdicts(product.fields.model_validate(sample.truth), product.checks)
    record = Record(
        id=content_key(product.slug, sample.options, ""),
        product=product.slug,
        status=Status.SUCCEEDED,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        vendor=product.sold_by[-1].vendor,
        options=sample.options,
        document=Document(fields=sample.truth, checks=[check for check in checks if check.name not in DAILY]),
    )
    return record.model_dump(mode="json", exclude_none=True)


def readme(text: str) -> str:
    """The README with its tables made anew."""
    for name, made in {"products": _products(), "vendors": _vendors(), "settings": _settings()}.items():
        text = with_table(text, name, made)
    return text


def with_table(text: str, name: str, made: str) -> str:
    """The text with its table of this name in a new state; the same text where there is none."""
    before, opening, rest = text.partition(f"<!-- {name} -->\n")
    _, closing, after = rest.partition(f"<!-- /{name} -->")
    return before + opening + (made if opening else "") + closing + after


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


def _upload(product: Product, sample: Sample) -> dict[str, Any]:
    """An SQS event with one S3 notification in it. The picture must lie in the bucket under this key."""
    key = f"uploads/{product.slug}/sample{sample.suffix}"
    notification = {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": REGION,
        "eventName": "ObjectCreated:Put",
        "s3": {
            "s3SchemaVersion": "1.0",
            "bucket": {"name": BUCKET, "arn": f"arn:aws:s3:::{BUCKET}"},
            "object": {"key": key},
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
                "eventSourceARN": f"arn:aws:sqs:{REGION}:000000000000:{NAME}-{product.slug}",
                "awsRegion": REGION,
            }
        ]
    }


def _products() -> str:
    head = ["product", "", "category", *VENDORS]
    return table(head, [[f"`{one.slug}`", one.name, one.category, *_sellers(one)] for one in products().values()])


def _sellers(product: Product) -> list[str]:
    by_vendor = {offer.vendor: offer for offer in product.sold_by}
    return [_sold(by_vendor[vendor]) if vendor in by_vendor else "" for vendor in VENDORS]


def _sold(offer: Offer) -> str:
    pid = getattr(offer, "pid", None)
    return f"pid {pid}" if pid else "✓"


def _vendors() -> str:
    offers = {
        (offer.vendor, type(offer).__name__): offer for product in products().values() for offer in product.sold_by
    }
    rows = [_offer(offer) for _, offer in sorted(offers.items(), key=lambda one: VENDORS.index(one[0][0]))]
    return table(["vendor", "sells", "a picture", "formats", "sides, px", "pictures a request", "price units"], rows)


def _offer(offer: Offer) -> list[str]:
    limits = offer.limits
    counted = f" {limits.encoded}" if limits.encoded else ""
    sells = [
        product.slug for product in products().values() if any(type(one) is type(offer) for one in product.sold_by)
    ]
    return [
        offer.vendor,
        f"{len(sells)} products" if len(sells) > 3 else ", ".join(f"`{slug}`" for slug in sells),
        f"≤ {limits.bytes / 1024:.0f} KB{counted}",
        ", ".join(sorted(limits.formats)),
        f"{limits.side[0]}–{limits.side[1]}",
        str(limits.batch),
        offer.price(),
    ]


def _settings() -> str:
    rows = [
        [f"`{field.validation_alias}`", field.description or "", _default(field.get_default())]
        for field in Settings.model_fields.values()
    ]
    return table(["variable", "what it says", "default"], rows)


def _default(value: object) -> str:
    if isinstance(value, tuple):
        return f"`{','.join(value)}`"
    return "" if value in ({}, "") or "Undefined" in repr(value) else f"`{value}`"


def table(head: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def same(path: Path, text: str) -> bool:
    """Whether the file holds this text; pictures in events may differ, since their bytes depend on the machine."""
    if not path.exists():
        return False
    kept = path.read_text()
    return kept == text or (path.suffix == ".json" and _bare(json.loads(kept)) == _bare(json.loads(text)))


def _bare(event: Any) -> Any:
    return event | {"body": None} if isinstance(event, dict) and "requestContext" in event else event


def stale() -> list[Path]:
    """The generated files that are not as the code would make them, and those it would not make."""
    made = dict(files())
    extra = set(EVENTS.glob("*/*.json")) - made.keys()
    return sorted([path for path, text in made.items() if not same(path, text)] + list(extra))


def write() -> None:
    """Make every generated file anew."""
    made = dict(files())
    for path in set(EVENTS.glob("*/*.json")) - made.keys():
        path.unlink()
    for path, text in made.items():
        if not same(path, text):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)


if __name__ == "__main__":
    if "--check" in sys.argv[1:]:
        old = stale()
        print("\n".join(f"stale: {path.relative_to(ROOT)}" for path in old) or "everything generated is fresh")
        sys.exit(bool(old))
    write()
