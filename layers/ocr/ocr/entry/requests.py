"""Request parsing: an HTTPS request or an S3 upload becomes picture bytes and options."""

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import unquote, unquote_plus, unquote_to_bytes

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from botocore.exceptions import ClientError

from ocr.entry.callers import tenant
from ocr.entry.forms import form, is_control
from ocr.model.picture import Upload
from ocr.pages.examine import refuse_size
from ocr.platform import aws, threads
from ocr.platform.errors import CallerError, InternalError, OcrError
from ocr.platform.settings import settings
from ocr.platform.telemetry import unforeseen

FORM = "multipart/form-data"
JSON = "application/json"
IMAGE_MEMBER = "image"
URI_MEMBER = "s3_uri"
URL_MEMBER = "url"
MOST_PICTURES = 50
# All pictures of a batch together: a function holds what it sends several times in memory.
MOST_BATCH_BYTES = 40 * 1024 * 1024
MOST_KEY_BYTES = 1024
FORMS = (
    "Send the picture as the body (image/jpeg, …), as multipart/form-data, "
    "or as JSON: its base64 as `image`, or its https address as `url`."
)
# What a body is its bytes say. These are types under which clients send pictures, and files with pictures in them.
FILES = re.compile(r"image/.+|application/(?:octet-stream|pdf|ofd|x-ofd|vnd\.ofd|xml)|text/xml")
BATCHES = 'Send 1 to 50 pictures as files of a multipart/form-data, or JSON: {"s3_uris": [...]} or {"images": [...]}.'


@dataclass(frozen=True)
class ParsedRequest:
    """A picture's bytes and options, not yet examined.

    `upload` is the object that holds the bytes, if one does; `metadata` is the object's: options, and what tools wrote.
    """

    content: bytes
    options: Mapping[str, str]
    upload: Upload | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class BatchRequest:
    """The pictures of a batch by the name that the caller gave each; in place of a picture, what is wrong with it."""

    pictures: Sequence[tuple[str, ParsedRequest | OcrError]]


def request(event: APIGatewayProxyEvent, product: str) -> ParsedRequest:
    """The picture and options of an HTTPS call: raw bytes, multipart/form-data, or JSON with base64 or an address.

    Raises `invalid_request` for a body that cannot be parsed, `unsupported_format` for other content types.
    """
    kind, options = header(event, "Content-Type"), _query(event)
    media_type = kind.partition(";")[0].strip().lower()
    if media_type == JSON:
        return _from_json(members(event, FORMS), options, tenant(event).folder(product))
    if media_type == FORM:
        parts = form(_body(event), kind)
        if len(parts.files) != 1:
            raise _invalid(f"The form has {len(parts.files)} files; one is needed.")
        [(_, content)] = parts.files
        if isinstance(content, OcrError):
            raise content
        return ParsedRequest(content, {**options, **parts.members})
    if FILES.fullmatch(media_type):
        return ParsedRequest(_body(event), options)
    raise CallerError("A picture cannot be sent with this content type.", FORMS, kind="unsupported_format")


def batch(event: APIGatewayProxyEvent, product: str) -> BatchRequest:
    """The pictures of a batch, and the options that hold for all: a form with files, or JSON with a list.

    Raises `invalid_request` for a body that cannot be parsed or has more than 50 pictures, `too_large` for more than
    40 MB of uploads.
    """
    kind, options = header(event, "Content-Type"), _query(event)
    media_type = kind.partition(";")[0].strip().lower()
    if media_type == FORM:
        parts = form(_body(event, BATCHES), kind)
        _count(len(parts.files))
        return BatchRequest([(name, _in_batch(content, {**options, **parts.members})) for name, content in parts.files])
    if media_type == JSON:
        return _batch_from_json(members(event, BATCHES), options, tenant(event).folder(product))
    raise CallerError("A batch cannot be sent with this content type.", BATCHES, kind="unsupported_format")


def _in_batch(content: bytes | OcrError, options: Mapping[str, str]) -> ParsedRequest | OcrError:
    return content if isinstance(content, OcrError) else ParsedRequest(content, options)


def header(event: APIGatewayProxyEvent, name: str) -> str:
    """A header of the request, whatever the case of its name; "" if there is none."""
    return next((value for other, value in event.headers.items() if other.lower() == name.lower()), "").strip()


def headers(event: APIGatewayProxyEvent, name: str) -> list[str]:
    """All headers of this name, in their order: some may come several times."""
    sent = event.get("multiValueHeaders") or {}
    several = next((values for one, values in sent.items() if one.lower() == name.lower()), None)
    return several or [header(event, name)]


def _query(event: APIGatewayProxyEvent) -> dict[str, str]:
    return {name: value for name, value in (event.query_string_parameters or {}).items() if value is not None}


def _count(pictures: int) -> None:
    if not 1 <= pictures <= MOST_PICTURES:
        raise _invalid(f"The batch has {pictures} pictures; 1 to {MOST_PICTURES} are taken.", BATCHES)


def _refuse_together(size: int) -> None:
    if size > MOST_BATCH_BYTES:
        raise CallerError(
            f"The pictures of the batch have {size} bytes together; at most {MOST_BATCH_BYTES} are taken.",
            "Send fewer pictures at once.",
            kind="too_large",
        )


def members(event: APIGatewayProxyEvent, advice: str) -> dict[str, Any]:
    """The members of a JSON body; raises `invalid_request` with this advice for any other body."""
    try:
        body = json.loads(_body(event, advice))
    except (ValueError, RecursionError):
        raise _invalid("The body is not JSON.", advice) from None
    if not isinstance(body, dict):
        raise _invalid("The JSON body is not an object.", advice)
    return body


def _body(event: APIGatewayProxyEvent, advice: str = FORMS) -> bytes:
    body = event.body or ""
    try:
        return base64.b64decode(body) if event.is_base64_encoded else body.encode()
    except ValueError:
        raise _invalid("The body cannot be decoded.", advice) from None


def _from_json(body: dict[str, Any], options: Mapping[str, str], folder: str) -> ParsedRequest:
    image, uri, url = (body.pop(name, None) for name in (IMAGE_MEMBER, URI_MEMBER, URL_MEMBER))
    version = body.pop("version", None)
    chosen = {**options, **{name: plain(value) for name, value in body.items()}}
    if version is not None and not (isinstance(version, str) and _VERSION.fullmatch(version)):
        raise _invalid("The `version` is not a version id of S3.", "Send the version id that S3 gave, or leave it out.")
    given = [one for one in (image, uri, url) if one is not None]
    if len(given) != 1 or not isinstance(given[0], str):
        raise _invalid(f"Give exactly one of `{IMAGE_MEMBER}`, `{URI_MEMBER}` and `{URL_MEMBER}`, as a string.")
    if uri is not None:
        return _from_bucket(uri, version, chosen, folder)
    if url is not None:
        from ocr.entry import linked_pictures  # not at cold start

        return ParsedRequest(linked_pictures.fetch(url), chosen)
    return ParsedRequest(_decoded(image), chosen)


def _from_bucket(uri: str, version: str | None, options: Mapping[str, str], folder: str) -> ParsedRequest:
    """A picture that is named instead of sent: an upload in this folder, in the bucket of uploads only."""
    prefix = f"s3://{settings().uploads_bucket}/{folder}/"
    key = uri.removeprefix(f"s3://{settings().uploads_bucket}/")
    climbs = not {".", ".."}.isdisjoint(key.split("/"))
    if not uri.startswith(prefix) or uri == prefix or climbs or _obeyed(key) or len(key.encode()) > MOST_KEY_BYTES:
        raise _invalid(
            "The address is not that of an upload of this product.",
            f"Send s3://BUCKET/{folder}/…, with the bucket of uploads.",
        )
    try:
        stored = fetch(Upload(settings().uploads_bucket, key, version))
    except ClientError as error:
        # Without permission to list the bucket, S3 answers 403 for what is not there.
        if error.response["Error"]["Code"] not in _NOT_THERE | _NEVER_THERE:
            raise
        raise _gone() from None
    return replace(stored, options=options)


def _batch_from_json(body: dict[str, Any], options: Mapping[str, str], folder: str) -> BatchRequest:
    uris, images = body.pop("s3_uris", None), body.pop("images", None)
    listed = uris if images is None else images if uris is None else None
    if not isinstance(listed, list):
        raise _invalid("Give exactly one of `s3_uris` and `images`, as a list of strings.", BATCHES)
    _count(len(listed))
    chosen = {**options, **{name: plain(value) for name, value in body.items()}}
    if images is None:
        loaded = threads.each(lambda uri: _or_error(lambda: _from_bucket(_string(uri), None, chosen, folder)), listed)
        _refuse_together(sum(len(one.content) for one in loaded if isinstance(one, ParsedRequest)))
        names = (uri if isinstance(uri, str) else str(place) for place, uri in enumerate(listed))
        return BatchRequest(list(zip(names, loaded, strict=True)))
    decoded = map(lambda image: _or_error(lambda: ParsedRequest(_decoded(_string(image)), chosen)), listed)
    return BatchRequest([(str(place), one) for place, one in enumerate(decoded)])


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise _invalid("This entry of the list is not a string.", BATCHES)
    return value


def _or_error(load: Callable[[], ParsedRequest]) -> ParsedRequest | OcrError:
    try:
        return load()
    except OcrError as error:
        return error
    except Exception as error:
        unforeseen("A picture of a batch could not be loaded", error)
        return InternalError("This system failed; the request is not at fault.")


def plain(value: Any) -> str:
    """An option's JSON value as the text that a query or a form has; raises `invalid_option` for lists and such."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, str | int):
        return str(value)
    raise CallerError(
        "An option's value is neither text nor a whole number.", "Send options as strings.", kind="invalid_option"
    )


def _decoded(image: str) -> bytes:
    """The bytes of a picture in base64, or of a data: URL (RFC 2397), which is what browsers make of a file."""
    url = _DATA_URL.match(image)
    payload = unquote(image[url.end() :]) if url else image
    if url and not url[1].casefold().endswith(";base64"):
        return unquote_to_bytes(image[url.end() :])
    try:
        return base64.b64decode("".join(payload.split()), validate=True)
    except ValueError:
        raise _invalid(
            "The picture is not valid base64.", "Use the standard alphabet (RFC 4648 section 4) with padding."
        ) from None


_DATA_URL = re.compile(r"\s*data:([^,]*),", re.IGNORECASE)


def _obeyed(name: str) -> bool:
    """Whether a name has characters that terminals and editors obey: control codes, line ends, turns of direction."""
    return any(is_control(letter) for letter in name)


def uploads(record: SQSRecord) -> list[Upload]:
    """The uploads that one queue message names; none for S3's test message and for folders, empty objects named so."""
    notification = json.loads(record.body)
    return list(_uploads(notification.get("Records", [])))


def is_folder(key: str, size: int | None) -> bool:
    """Whether an object is what tools make to show a folder: empty, with a name that ends so."""
    return key.endswith("/") and not size


def _uploads(records: list[Mapping[str, Any]]) -> Iterator[Upload]:
    for record in records:
        thing = record["s3"]["object"]
        key = unquote_plus(thing["key"])
        if not is_folder(key, thing.get("size")):
            at = datetime.fromisoformat(record["eventTime"]) if "eventTime" in record else None
            yield Upload(record["s3"]["bucket"]["name"], key, thing.get("versionId"), at, thing.get("size"))


_NOT_THERE = frozenset({"NoSuchKey", "NoSuchVersion"})
# For versions that nobody uploaded: invented, of a deletion, or in an archive.
_NEVER_THERE = frozenset({"InvalidArgument", "AccessDenied", "MethodNotAllowed", "InvalidObjectState"})
_VERSION = re.compile("[!-~]{1,1024}")


def fetch(upload: Upload) -> ParsedRequest:
    """The uploaded picture and its metadata.

    Raises `too_large` for an object over the size limit, without loading it, and `not_found` for one that was deleted.
    """
    which: dict[str, Any] = {"VersionId": upload.version} if upload.version else {}
    try:
        answer = aws.s3().get_object(Bucket=upload.bucket, Key=upload.key, **which)
    except ClientError as error:
        if error.response["Error"]["Code"] not in _NOT_THERE:
            raise
        raise _gone() from None
    refuse_size(answer["ContentLength"])
    version = upload.version or answer.get("VersionId")
    return ParsedRequest(answer["Body"].read(), {}, replace(upload, version=version), answer["Metadata"])


def _gone() -> CallerError:
    return CallerError("The uploaded object is no longer there.", "Upload it again.", kind="not_found")


def _invalid(detail: str, advice: str = FORMS) -> CallerError:
    return CallerError(detail, advice, kind="invalid_request")
