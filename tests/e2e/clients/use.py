"""What a program does with the client that openapi-python-client makes: read, look up, and switch on a problem."""

import os
import sys
import time
from io import BytesIO
from pathlib import Path

from ocr_client import AuthenticatedClient
from ocr_client.api.identity import read_id_card
from ocr_client.api.records import get_record
from ocr_client.models import IdCardRecord, Pending, Problem, Record
from ocr_client.types import File

key = os.environ["OCR_KEY"]
client = AuthenticatedClient(os.environ["OCR_URL"], token=key, prefix="", auth_header_name="x-api-key")


def picture(content: bytes) -> File:
    return File(payload=BytesIO(content), mime_type="image/jpeg")


with client:
    card = Path(sys.argv[1]).read_bytes()
    accepted = read_id_card.sync(client=client, body=picture(card), prefer="respond-async")
    assert isinstance(accepted, Pending | IdCardRecord), accepted
    while True:
        kept = get_record.sync(accepted.id, client=client)
        assert isinstance(kept, Record), kept
        if kept.status != "pending":
            break
        time.sleep(1)

    # What was read before is answered at once, with the fields of its product.
    read = read_id_card.sync(client=client, body=picture(card))
    assert isinstance(read, IdCardRecord), read
    assert read.document

    nothing = read_id_card.sync(client=client, body=picture(b"no picture"))
    assert isinstance(nothing, Problem), nothing
    print(kept.status, kept.id == accepted.id, read.document.fields.id_number, nothing.type_)
