"""Uploading straight to the bucket: a presigned form for one picture of one product."""

import uuid
from collections.abc import Mapping
from typing import Any

from ocr import aws
from ocr.document import MAX_BYTES
from ocr.errors import CallerError
from ocr.intake import plain
from ocr.options import checked
from ocr.product import Product
from ocr.settings import settings

FORM_SECONDS = 900


def form(product: Product, told: Mapping[str, Any]) -> dict[str, Any]:
    """Address, members and key of a POST form with which a picture of up to 10 MB can be uploaded once, for 15 minutes.

    The options travel as the object's metadata. Raises `CallerError` for options the product does not have.
    """
    if not isinstance(told, Mapping):
        raise CallerError("The options are not an object.", 'Send {"product": "id_card", "options": {}}.')
    options = checked(product.sold_by, {str(name): plain(value) for name, value in told.items()})
    fields = {f"x-amz-meta-{name}": value for name, value in options.items()}
    key = f"uploads/{product.slug}/{uuid.uuid4().hex}"
    presigned = aws.s3().generate_presigned_post(
        settings().uploads_bucket,
        key,
        Fields=dict(fields),
        Conditions=[["content-length-range", 1, MAX_BYTES], *({name: value} for name, value in fields.items())],
        ExpiresIn=FORM_SECONDS,
    )
    return {"url": presigned["url"], "fields": presigned["fields"], "key": key, "expires_in": FORM_SECONDS}
