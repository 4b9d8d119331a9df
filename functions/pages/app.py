"""Pages: what a browser cannot show of a kept file, a page of a PDF, a TIFF or a HEIC, drawn as a JPEG.

A function of its own. It opens whatever callers upload, as the products' functions do, and may only look: at records by
their ids and at uploads. The one that lists and erases records opens no file.
"""

import base64
from http import HTTPStatus
from io import BytesIO
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from aws_lambda_powertools.logging.correlation_paths import API_GATEWAY_REST
from aws_lambda_powertools.utilities.typing import LambdaContext

from ocr.entry import api, callers, requests
from ocr.entry.openapi import answered, problems
from ocr.model.picture import Picture, Upload
from ocr.pages import files, gate
from ocr.pages.colour import plain
from ocr.pages.resize import turned
from ocr.platform.errors import CallerError
from ocr.platform.telemetry import logger
from ocr.storage.records import RECORD_ID

app = api.resolver()

JPEG = "image/jpeg"
QUALITY = 80
# What a page on a screen needs; a thumbnail needs a tenth.
WIDTH, LEAST_WIDTH, MOST_WIDTH = 1600, 80, 2400


@logger.inject_lambda_context(correlation_id_path=API_GATEWAY_REST)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request."""
    return api.answered(app, event, context)


@app.get(
    "/records/<id>/pages/<number>",
    operation_id="get_page",
    tags=["records"],
    summary="Show a page of a record's file",
    responses=answered(200, "the page, drawn", bytes, JPEG) | problems(404, 410, 413, 415, 422),
)
def page(
    id: Annotated[str, Path(description="a record's id", json_schema_extra={"pattern": f"^{RECORD_ID.pattern}$"})],
    number: Annotated[int, Path(ge=1, description="which page, from 1; a picture has one")],
    width: Annotated[int, Query(ge=LEAST_WIDTH, le=MOST_WIDTH, description="at most so many pixels wide")] = WIDTH,
) -> Response[str]:
    """A page of the uploaded file as a JPEG, upright. What came in an HTTPS request is not kept."""
    record = api.found(id, callers.tenant(app.current_event))
    if not record.source:
        detail = "This file is not kept: it came in an HTTPS request."
        raise CallerError(detail, "Upload files that are to be looked at again.", kind="not_found")
    source = record.source
    content = requests.fetch(Upload(source.bucket, source.key, source.version)).content
    api.audited(app.current_event, "picture", id)
    body = base64.b64encode(_narrow(_drawn(files.opened(content), number), width)).decode()
    answer = Response(int(HTTPStatus.OK), JPEG, body)
    # Left to itself, the validation of responses takes bytes for a text in UTF-8.
    answer.base64_encoded = True
    return answer


def _drawn(document: Picture, number: int) -> bytes:
    """One page of the file as a picture that every browser shows."""
    if number > max(1, document.pages):
        raise CallerError(f"The file has {max(1, document.pages)} pages.", kind="not_found")
    if not document.pages:
        return document.content
    draw = files.page(document, number).draw
    if draw is None:
        raise CallerError(
            "This page cannot be drawn.", "Open the file in a program of its kind.", kind="unsupported_format"
        )
    return draw().content


def _narrow(content: bytes, width: int) -> bytes:
    from PIL import Image

    header = gate.read_header(content)
    with gate.opened(header) as file:
        file.draft("RGB", (width, width))
        upright = turned(plain(file), header.orientation)
        upright.thumbnail((width, upright.height), Image.Resampling.BILINEAR)
        into = BytesIO()
        upright.save(into, "JPEG", quality=QUALITY)
    return into.getvalue()
