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

with client:
    picture = Path(sys.argv[1]).read_bytes()
    read = read_id_card.sync(client=client, body=File(payload=BytesIO(picture), mime_type="image/jpeg"))
    while isinstance(read, Pending):
        time.sleep(1)
        read = read_id_card.sync(client=client, body=File(payload=BytesIO(picture), mime_type="image/jpeg"))
    assert isinstance(read, IdCardRecord), read
    assert read.document

    kept = get_record.sync(read.id, client=client)
    assert isinstance(kept, Record), kept

    nothing = read_id_card.sync(client=client, body=File(payload=BytesIO(b"no picture"), mime_type="image/jpeg"))
    assert isinstance(nothing, Problem), nothing
    print(read.status, kept.id == read.id, read.document.fields.id_number, nothing.type_)
