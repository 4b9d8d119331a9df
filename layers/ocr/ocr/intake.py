"""What callers send: an HTTPS request or an S3 upload, as picture bytes and told options."""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote_plus

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from botocore.exceptions import ClientError

from ocr import aws
from ocr.document import Upload, refuse_size
from ocr.errors import CallerError

FORM = "multipart/form-data"
JSON = "application/json"
IMAGE_MEMBER = "image"
FORMS = (
    "Send the picture as the body (image/jpeg, image/png, image/bmp), as multipart/form-data, or as JSON with base64."
)


@dataclass(frozen=True)
class Told:
    """A picture's bytes and the options told with it, not yet examined."""

    content: bytes
    options: Mapping[str, str]


def request(event: APIGatewayProxyEvent) -> Told:
    """The picture and options of an HTTPS call: raw bytes, multipart/form-data, or JSON with base64 in `image`.

    Raises `CallerError` 400 for a body that is not what it says, 415 for other content types.
    """
    kind = (event.headers.get("Content-Type") or event.headers.get("content-type") or "").strip()
    options = {name: value for name, value in (event.query_string_parameters or {}).items() if value is not None}
    media_type = kind.partition(";")[0].strip().lower()
    if media_type == JSON:
        return _from_json(members(event, FORMS), options)
    if media_type == FORM:
        return _from_form(_body(event), kind, options)
    if media_type.startswith("image/") or media_type == "application/octet-stream":
        return Told(_body(event), options)
    raise CallerError(
        "The content type is not one a picture comes in.", FORMS, status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    )


def members(event: APIGatewayProxyEvent, advice: str) -> dict[str, Any]:
    """The members of a JSON body; raises `CallerError` 400 with this advice for any other body."""
    try:
        told = json.loads(_body(event, advice))
    except (ValueError, RecursionError):
        raise CallerError("The body is not JSON.", advice) from None
    if not isinstance(told, dict):
        raise CallerError("The JSON body is no object.", advice)
    return told


def _body(event: APIGatewayProxyEvent, advice: str = FORMS) -> bytes:
    body = event.body or ""
    try:
        return base64.b64decode(body) if event.is_base64_encoded else body.encode()
    except ValueError:
        raise CallerError("The body is not what its encoding says.", advice) from None


def _from_json(told: dict[str, Any], options: Mapping[str, str]) -> Told:
    image = told.pop(IMAGE_MEMBER, None)
    if not isinstance(image, str):
        raise CallerError("The JSON body has no string member `image`.", FORMS)
    return Told(_decoded(image), {**options, **{name: plain(value) for name, value in told.items()}})


def plain(value: Any) -> str:
    """An option's value in JSON as the text that it is by query or form; raises `CallerError` for lists and such."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, str | int):
        return str(value)
    raise CallerError("An option's value is neither text nor a whole number.", "Send options as strings.")


def _decoded(image: str) -> bytes:
    # Browsers' data: URLs are common enough to take; vendors get the bytes after the comma.
    payload = image.partition(",")[2] if image.startswith("data:") else image
    try:
        return base64.b64decode("".join(payload.split()), validate=True)
    except ValueError:
        raise CallerError(
            "The picture is not valid base64.", "Use the standard alphabet (RFC 4648 section 4) with padding."
        ) from None


def _from_form(body: bytes, kind: str, options: Mapping[str, str]) -> Told:
    from python_multipart import parse_form
    from python_multipart.exceptions import FormParserError

    told = dict(options)
    files: list[bytes] = []

    def on_field(part: Any) -> None:
        told[part.field_name.decode()] = (part.value or b"").decode()

    def on_file(part: Any) -> None:
        part.file_object.seek(0)
        files.append(part.file_object.read())

    try:
        from io import BytesIO

        headers = {"Content-Type": kind.encode(), "Content-Length": str(len(body)).encode()}
        parse_form(headers, BytesIO(body), on_field, on_file)
    except (FormParserError, UnicodeDecodeError):
        raise CallerError("The multipart form cannot be parsed.", FORMS) from None
    if len(files) != 1:
        raise CallerError(f"The form has {len(files)} files; one is needed.", FORMS)
    return Told(files[0], told)


def uploads(record: SQSRecord) -> list[Upload]:
    """The uploads that one queue message tells of; none for S3's test message and for folder markers."""
    told = json.loads(record.body)
    return list(_uploads(told.get("Records", [])))


def _uploads(records: list[Mapping[str, Any]]) -> Iterator[Upload]:
    for record in records:
        thing = record["s3"]["object"]
        key = unquote_plus(thing["key"])
        if not key.endswith("/"):
            at = datetime.fromisoformat(record["eventTime"]) if "eventTime" in record else None
            yield Upload(record["s3"]["bucket"]["name"], key, thing.get("versionId"), at)


def fetch(upload: Upload) -> Told:
    """The uploaded picture and its metadata as options.

    Raises `CallerError` 413 for an object over the size limit, without loading it, and 404 for one that was deleted.
    """
    version: dict[str, Any] = {"VersionId": upload.version} if upload.version else {}
    try:
        answer = aws.s3().get_object(Bucket=upload.bucket, Key=upload.key, **version)
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"NoSuchKey", "NoSuchVersion"}:
            raise
        raise CallerError(
            "The uploaded object is no longer there.", "Upload it again.", status=HTTPStatus.NOT_FOUND
        ) from None
    refuse_size(answer["ContentLength"])
    return Told(answer["Body"].read(), answer["Metadata"])
