"""Every row of every vendor's table of errors through the whole path: the HTTPS answer, the S3 path, what it may cost.

The rows and the vendors' stand-in are the contract tests'; here a product meets them, on a real table.
"""

import json
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest

from ocr.declare.offers import Offer
from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.model.record import Status
from ocr.platform.errors import (
    PROBLEMS,
    CallerError,
    NoResult,
    OcrError,
    TooComplex,
    UnexpectedResponse,
    VendorRejected,
    VendorUnavailable,
)
from ocr.storage import records
from tests.support import adapters
from tests.support.adapters import Card, Row, offers
from tests.support.aws import UPLOADS, World, whole_table
from tests.support.scripted import Context, picture
from tests.support.sending import delivered
from tests.support.vendors import Host

OPTIONS = {type(case.offer): case.options for case in offers()}
# What becomes of an upload, by the class of its error: the record's status, or that the message comes again.
AGAIN = "again"
BY_S3: dict[type[OcrError], str] = {
    CallerError: Status.FAILED,
    NoResult: Status.NO_RESULT,
    VendorUnavailable: AGAIN,
    VendorRejected: AGAIN,
    UnexpectedResponse: Status.FAILED,
    TooComplex: Status.FAILED,
}


def rows() -> Iterator[Any]:
    """Each code of each offer once; that codes may come as text is the contract tests' matter."""
    seen: set[tuple[str, str, str]] = set()
    for offer, body, row, code in adapters.rows():
        if (key := (offer.vendor, type(offer).__name__, code)) not in seen:
            seen.add(key)
            yield pytest.param(offer, body, row, code, id="-".join(key))


def product_of(offer: Offer) -> Product:
    return Product("card", Card, name="卡", category="general", required=["name"], offers=[offer])


def posted(product: Product, options: dict[str, str]) -> dict[str, Any]:
    return serve(product)(
        {
            "httpMethod": "POST",
            "headers": {"Content-Type": "image/png"},
            "queryStringParameters": options or None,
            "requestContext": {},
            "body": b64encode(picture(1)).decode(),
            "isBase64Encoded": True,
        },
        Context(),  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(("offer", "body", "row", "code"), list(rows()))
def test_row(world: World, vendor: Host, offer: Offer, body: Any, row: Row, code: str) -> None:
    kind, status, paid = row
    product, options = product_of(offer), OPTIONS[type(offer)]
    vendor.says(body)

    response = posted(product, options)
    problem = json.loads(response["body"])
    assert response["statusCode"] == problem["status"] == status
    assert problem["type"].removeprefix("urn:ocr:problem:") in PROBLEMS
    assert (problem["vendor"], problem["code"]) == (offer.vendor, code)
    assert problem["advice"]
    assert ("Retry-After" in response["headers"]) == (kind is VendorUnavailable)

    notification = world.upload("uploads/card/a.png", picture(2), **options)
    answer = serve(product)(delivered(notification), Context())  # type: ignore[arg-type]
    record = records.of_upload(f"s3://{UPLOADS}/uploads/card/a.png", notification["s3"]["object"]["versionId"])
    came = AGAIN if answer["batchItemFailures"] else record and record.status
    shows_another = problem["type"].endswith(":wrong_document")
    assert came == (Status.NO_RESULT if shows_another else BY_S3[kind])
    if record:
        assert bool(record.attempts[0].units) == paid
    else:
        # What may have been charged counts as an answer that was never seen.
        assert {int(item["unseen"]) for item in whole_table().scan()["Items"] if "unseen" in item} == {int(paid)}
