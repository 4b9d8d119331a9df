"""Promise: a record that is deleted leaves no byte of its picture or of what was read, and an event says so."""

import gzip
import json
from collections.abc import Iterator

import requests

from local.cloud.listener import listening
from local.cloud.sending import Picture, salt, send
from local.cloud.stack import Stack
from local.samples.catalogue import documents
from local.samples.page import Page, encoded
from local.samples.personas import Personas
from tests.support.searching import LOG_GROUPS, logged, stands_in, texts


def objects(stack: Stack) -> Iterator[tuple[str, bytes]]:
    """Every version of every object in the stack's buckets: its key and metadata as text, and its bytes."""
    s3 = stack.client("s3")
    for bucket in (stack.uploads, stack.answers):
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            for version in page.get("Versions", []):
                found = s3.get_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])
                body = found["Body"].read()
                plain = gzip.decompress(body) if found.get("ContentEncoding") == "gzip" else body
                yield f"{version['Key']} {found['Metadata']}", plain


def items(stack: Stack) -> list[str]:
    """Every item of the table, as JSON."""
    pages = stack.client("dynamodb").get_paginator("scan").paginate(TableName=stack.table)
    return [json.dumps(item, ensure_ascii=False, default=str) for page in pages for item in page["Items"]]


def test_nothing_is_left_of_a_deleted_record(stack: Stack) -> None:
    # Somebody who is on no other picture.
    [document] = [one for one in documents() if one.product == "passport"]
    personas = Personas("forgetting")
    page = Page(*document.size, document.styles[0], personas.random("page"))
    document.draw(page, personas)
    content = encoded(page.picture, document.media_type)
    picture = Picture("passport", "lu-xiang.jpg", content, document.media_type, {"vendor": "embedded"})
    behind = salt()
    with listening(stack) as listener:
        first, second = (send(stack, picture, trigger, behind) for trigger in ("s3", "https"))
        assert (first.status, second.status) == ("succeeded", "succeeded")
        key = {"x-api-key": stack.api_key}
        assert requests.delete(f"{stack.url}/records/{first.record_id}", headers=key, timeout=60).status_code == 204
        ids = [str(first.record_id), str(second.record_id)]
        missing = listener.wait_for({(id, replayed) for id, replayed in zip(ids, (False, True), strict=True)}, 60)
        assert not missing
        for _ in range(60):
            deleted = [one["detail"] for one in listener.heard if one["detail"]["status"] == "deleted"]
            if {one["record_id"] for one in deleted} == {*ids}:
                break
            listener.wait_for({("never", False)}, 1)
        assert {one["record_id"] for one in deleted} == {*ids}
    assert [requests.get(f"{stack.url}/records/{id}", headers=key, timeout=60).status_code for id in ids] == [410, 410]

    truth = {
        name: page.truth[name] for name in ("name", "passport_number", "mrz_line1", "mrz_line2") if name in page.truth
    }
    known = {*texts(truth)}
    assert len(known) > 2
    kept = list(objects(stack))
    assert not [name for name, content in kept if behind in content or "lu-xiang" in name]
    elsewhere = "\n".join(
        [*items(stack), *(content.decode(errors="replace") for name, content in kept if name.startswith("answers/"))]
        + [logged(stack, group) for group in LOG_GROUPS]
    )
    assert "deleted" in elsewhere
    assert sorted(text for text in known if stands_in(text, elsewhere)) == []
