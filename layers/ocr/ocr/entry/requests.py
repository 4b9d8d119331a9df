"""Request parsing: an HTTPS request or an S3 upload becomes picture bytes and options."""

import base64
import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import unquote_plus

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from botocore.exceptions import ClientError

from ocr.model.picture import Upload
from ocr.pages.examine import refuse_size
from ocr.platform import aws, threads
from ocr.platform.errors import CallerError, Internal, OcrError
from ocr.platform.settings import settings
from ocr.platform.telemetry import unforeseen

FORM = "multipart/form-data"
JSON = "application/json"
IMAGE_MEMBER = "image"
URI_MEMBER = "s3_uri"
MOST_PICTURES = 50
MOST_PARTS = 100
MOST_NAME_BYTES = 255
# All pictures of a batch together: a function holds what it sends several times in memory.
MOST_BATCH_BYTES = 40 * 1024 * 1024
MOST_KEY_BYTES = 1024
FORMS = "Send the picture as the body (image/jpeg, …), as multipart/form-data, or as JSON with base64."
# What a body is its bytes say. These are types under which clients send pictures, and files with pictures in them.
FILES = re.compile(r"image/.+|application/(?:octet-stream|pdf|ofd|x-ofd|vnd\.ofd|xml)|text/xml")
BATCHES = 'Send 1 to 50 pictures as files of a multipart/form-data, or JSON: {"s3_uris": [...]} or {"images": [...]}.'


@dataclass(frozen=True)
class ParsedRequest:
    """A picture's bytes and options, not yet examined; `upload` is the object that holds the bytes, if one does."""

    content: bytes
    options: Mapping[str, str]
    upload: Upload | None = None


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
        return _from_json(members(event, FORMS), options, product)
    if media_type == FORM:
        files, told = _form(_body(event), kind)
        if len(files) != 1:
            raise _invalid(f"The form has {len(files)} files; one is needed.")
        return ParsedRequest(files[0][1], options | told)
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
        files, told = _form(_body(event), kind)
        _count(len(files))
        return BatchRequest([(name, ParsedRequest(content, options | told)) for name, content in files])
    if media_type == JSON:
        return _batch_from_json(members(event, BATCHES), options, product)
    raise CallerError("A batch cannot be sent with this content type.", BATCHES, kind="unsupported_format")


def header(event: APIGatewayProxyEvent, name: str) -> str:
    """A header of the request, whatever the case of its name; "" if there is none."""
    return next((value for told, value in event.headers.items() if told.lower() == name.lower()), "").strip()


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
        told = json.loads(_body(event, advice))
    except (ValueError, RecursionError):
        raise _invalid("The body is not JSON.", advice) from None
    if not isinstance(told, dict):
        raise _invalid("The JSON body is not an object.", advice)
    return told


def _body(event: APIGatewayProxyEvent, advice: str = FORMS) -> bytes:
    body = event.body or ""
    try:
        return base64.b64decode(body) if event.is_base64_encoded else body.encode()
    except ValueError:
        raise _invalid("The body cannot be decoded.", advice) from None


def _from_json(told: dict[str, Any], options: Mapping[str, str], product: str) -> ParsedRequest:
    image, uri, version = told.pop(IMAGE_MEMBER, None), told.pop(URI_MEMBER, None), told.pop("version", None)
    chosen = {**options, **{name: plain(value) for name, value in told.items()}}
    if version is not None and not (isinstance(version, str) and _VERSION.fullmatch(version)):
        raise _invalid("The `version` is not a version id of S3.", "Send the version id that S3 gave, or leave it out.")
    if isinstance(uri, str) and image is None:
        return _from_bucket(uri, version, chosen, product)
    if not isinstance(image, str) or uri is not None:
        raise _invalid(f"Give exactly one of `{IMAGE_MEMBER}` and `{URI_MEMBER}`, as a string.")
    return ParsedRequest(_decoded(image), chosen)


def _from_bucket(uri: str, version: str | None, options: Mapping[str, str], product: str) -> ParsedRequest:
    """A picture that is named instead of sent: an upload of this product, in the bucket of uploads only."""
    prefix = f"s3://{settings().uploads_bucket}/uploads/{product}/"
    key = uri.removeprefix(f"s3://{settings().uploads_bucket}/")
    if not uri.startswith(prefix) or uri == prefix or _obeyed(key) or len(key.encode()) > MOST_KEY_BYTES:
        raise _invalid(
            "The address is not that of an upload of this product.",
            f"Send s3://BUCKET/uploads/{product}/…, with the bucket of uploads.",
        )
    try:
        told = fetch(Upload(settings().uploads_bucket, key, version))
    except ClientError as error:
        # Without permission to list the bucket, S3 answers 403 for what is not there.
        if error.response["Error"]["Code"] not in _NOT_THERE | _NEVER_THERE:
            raise
        raise _gone() from None
    return ParsedRequest(told.content, {**told.options, **options}, told.upload)


def _batch_from_json(told: dict[str, Any], options: Mapping[str, str], product: str) -> BatchRequest:
    uris, images = told.pop("s3_uris", None), told.pop("images", None)
    listed = uris if images is None else images if uris is None else None
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        raise _invalid("Give exactly one of `s3_uris` and `images`, as a list of strings.", BATCHES)
    _count(len(listed))
    chosen = {**options, **{name: plain(value) for name, value in told.items()}}
    if images is None:
        loaded = threads.each(lambda uri: _or_error(lambda: _from_bucket(uri, None, chosen, product)), listed)
        _refuse_together(sum(len(one.content) for one in loaded if isinstance(one, ParsedRequest)))
        return BatchRequest(list(zip(listed, loaded, strict=True)))
    decoded = map(lambda image: _or_error(lambda: ParsedRequest(_decoded(image), chosen)), listed)
    return BatchRequest([(str(place), one) for place, one in enumerate(decoded)])


def _or_error(load: Callable[[], ParsedRequest]) -> ParsedRequest | OcrError:
    try:
        return load()
    except OcrError as error:
        return error
    except Exception as error:
        unforeseen("A picture of a batch could not be loaded", error)
        return Internal("This system failed; the request is not at fault.")


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
    # Browsers' data: URLs are common enough to take; vendors get the bytes after the comma.
    payload = image.partition(",")[2] if image.startswith("data:") else image
    try:
        return base64.b64decode("".join(payload.split()), validate=True)
    except ValueError:
        raise _invalid(
            "The picture is not valid base64.", "Use the standard alphabet (RFC 4648 section 4) with padding."
        ) from None


def _form(body: bytes, kind: str) -> tuple[list[tuple[str, bytes]], dict[str, str]]:
    """A form's files by name, in order, and its other members."""
    from python_multipart import create_form_parser
    from python_multipart.exceptions import FormParserError

    told: dict[str, str] = {}
    files: list[tuple[str, bytes]] = []

    def on_field(part: Any) -> None:
        name = part.field_name.decode()
        if name in told:
            raise _invalid("The multipart form has two members of the same name.")
        told[name] = (part.value or b"").decode()
        _bound(len(told))

    def on_file(part: Any) -> None:
        part.file_object.seek(0)
        files.append((_file_name(part.file_name or b""), part.file_object.read()))
        _bound(len(files))

    try:
        headers = {"Content-Type": kind.encode(), "Content-Length": str(len(body)).encode()}
        # Pictures stay in memory: what lies in /tmp outlives its request.
        parser = create_form_parser(headers, on_field, on_file, config=_FORM | {"MAX_MEMORY_FILE_SIZE": len(body) + 1})
        parser.write(body)
        parser.finalize()
        parser.close()
    except (FormParserError, UnicodeDecodeError):
        raise _invalid("The multipart form cannot be parsed.") from None
    return files, told


# Without this the parser logs the encoding that a caller made up.
_FORM = {"UPLOAD_ERROR_ON_BAD_CTE": True}


def _file_name(told: bytes) -> str:
    """A file's name, which only tells the pictures of a batch apart; a path is refused."""
    name = told.decode()
    if {"/", "\\"} & {*name} or _obeyed(name) or len(told) > MOST_NAME_BYTES:
        raise _invalid(
            "A file name in the form is a path, too long, or has control characters.", "Send the name without folders."
        )
    return name


def _obeyed(name: str) -> bool:
    """Whether a name has characters that terminals and editors obey: control codes, line ends, turns of direction."""
    return any(unicodedata.category(letter) in _CODES or letter in _TURNS for letter in name)


_CODES = {"Cc", "Cs", "Zl", "Zp"}
_TURNS = {*map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A)))}


def _bound(parts: int) -> None:
    if parts > MOST_PARTS:
        raise _invalid(f"The multipart form has more than {MOST_PARTS} files or more than {MOST_PARTS} other members.")


def uploads(record: SQSRecord) -> list[Upload]:
    """The uploads that one queue message names; none for S3's test message and for folder markers."""
    told = json.loads(record.body)
    return list(_uploads(told.get("Records", [])))


def _uploads(records: list[Mapping[str, Any]]) -> Iterator[Upload]:
    for record in records:
        thing = record["s3"]["object"]
        key = unquote_plus(thing["key"])
        if not key.endswith("/"):
            at = datetime.fromisoformat(record["eventTime"]) if "eventTime" in record else None
            yield Upload(record["s3"]["bucket"]["name"], key, thing.get("versionId"), at)


_NOT_THERE = frozenset({"NoSuchKey", "NoSuchVersion"})
# For versions that nobody uploaded: invented, of a deletion, or in an archive.
_NEVER_THERE = frozenset({"InvalidArgument", "AccessDenied", "MethodNotAllowed", "InvalidObjectState"})
_VERSION = re.compile("[!-~]{1,1024}")


def fetch(upload: Upload) -> ParsedRequest:
    """The uploaded picture and its metadata as options.

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
    return ParsedRequest(answer["Body"].read(), answer["Metadata"], replace(upload, version=version))


def _gone() -> CallerError:
    return CallerError("The uploaded object is no longer there.", "Upload it again.", kind="not_found")


def _invalid(detail: str, advice: str = FORMS) -> CallerError:
    return CallerError(detail, advice, kind="invalid_request")
