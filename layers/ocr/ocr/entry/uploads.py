"""Uploads straight to the bucket: a presigned form for one picture of one product."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ocr.declare.options import checked
from ocr.declare.product import Product
from ocr.entry.requests import plain
from ocr.model.picture import Upload
from ocr.model.tenant import OPERATOR, Tenant
from ocr.pages.examine import MAX_BYTES
from ocr.platform import aws
from ocr.platform.settings import settings
from ocr.storage import keyed, records
from ocr.storage.records import RecordRef

FORM_SECONDS = 900


def form(product: Product, members: Mapping[str, Any], tenant: Tenant = OPERATOR) -> dict[str, Any]:
    """A POST form with which one picture of up to 10 MB can be uploaded, for 15 minutes, and the id of its record.

    The record is the tenant's, and pending until then. The options travel as the object's metadata. Raises
    `invalid_option` for options that the product does not have.
    """
    options = checked(product.offers, {str(name): plain(value) for name, value in members.items()})
    fields = {f"x-amz-meta-{name}": value for name, value in options.items()}
    id = keyed.marked(uuid.uuid4().hex, product.slug)
    place = Upload(settings().uploads_bucket, f"{tenant.folder(product.slug)}/{id}")
    presigned = aws.s3().generate_presigned_post(
        place.bucket,
        place.key,
        Fields=dict(fields),
        Conditions=[
            ["content-length-range", 1, MAX_BYTES],
            # What a file is its bytes say, and browsers do not know every type.
            ["starts-with", "$Content-Type", ""],
            *({name: value} for name, value in fields.items()),
        ],
        ExpiresIn=FORM_SECONDS,
    )
    records.reserve(RecordRef(id, datetime.now(UTC), place, tenant=tenant), product.slug)
    return {
        "id": id,
        "url": presigned["url"],
        "fields": presigned["fields"],
        "key": place.key,
        "expires_in": FORM_SECONDS,
    }
