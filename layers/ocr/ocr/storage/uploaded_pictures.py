"""Uploaded pictures: kept in the bucket of uploads until they expire, and shown by links."""

from typing import Any

from botocore.exceptions import ClientError

from ocr.model.record import Source
from ocr.platform import aws


def link(source: Source) -> dict[str, Any] | None:
    """A link to an upload, and the seconds that it is good for; None if the upload has expired or was deleted."""
    version = {"VersionId": source.version} if source.version else {}
    try:
        aws.s3().head_object(Bucket=source.bucket, Key=source.key, **version)  # type: ignore[arg-type]
    except ClientError as error:
        # Without permission to list the bucket, S3 answers 403 for what is not there; 405 for a delete marker.
        if error.response["ResponseMetadata"]["HTTPStatusCode"] not in {403, 404, 405}:
            raise
        return None
    return {"url": aws.link(source.bucket, source.key, source.version), "expires_in": aws.LINK_SECONDS}
