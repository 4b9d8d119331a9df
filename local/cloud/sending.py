"""Pictures sent to a stack by either trigger, and what became of each."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Semaphore
from time import monotonic, sleep
from typing import Any, Literal

import requests

from local.cloud.stack import Stack

Trigger = Literal["https", "s3"]
TRIGGERS: tuple[Trigger, ...] = ("https", "s3")
# An upload may have to come again before it is read; an HTTPS caller is told after 29 s at the latest.
LONGEST_SECONDS = 180.0
POLL_SECONDS = 0.3


@dataclass(frozen=True)
class Picture:
    """A picture to be read. `truth` has the fields that its record must hold; None where nobody knows."""

    product: str
    name: str
    content: bytes
    media_type: str
    options: Mapping[str, str] = field(default_factory=dict)
    truth: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Reading:
    """What became of one picture. `body` is the record, or the problem that came in its place."""

    picture: Picture
    trigger: Trigger
    body: Mapping[str, Any]
    milliseconds: float

    @property
    def record_id(self) -> str | None:
        """The record's id, also where the caller got a problem that names it."""
        return self.body.get("record_id") or self.body.get("id")

    @property
    def status(self) -> str:
        """How the record ended, or the problem's HTTPS status."""
        return str(self.body.get("status", "missing"))

    @property
    def fields(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = (self.body.get("document") or {}).get("fields", {})
        return found

    @property
    def right(self) -> int:
        """How many fields of the truth came out exactly so."""
        return sum(self.fields.get(name) == value for name, value in (self.picture.truth or {}).items())

    @property
    def is_right(self) -> bool:
        """Whether a record of a success came, and nothing in it is otherwise than it was printed."""
        return self.status == "succeeded" and self.right == len(self.picture.truth or {})

    @property
    def confidence(self) -> float | None:
        """The mean confidence of the fields' evidence, or of the lines where there is none, 0..1."""
        evidence = ((self.body.get("document") or {}).get("evidence") or {}).values()
        known = [one["confidence"] for one in [*evidence] or self.body.get("lines", []) if "confidence" in one]
        return sum(known) / len(known) if known else None


def salt() -> bytes:
    """Something that stands behind a picture, where no decoder looks, and makes it a content never seen before."""
    return secrets.token_bytes(8)


def send_both(stack: Stack, picture: Picture, first: Trigger, readers: Semaphore) -> list[Reading]:
    """Have one content read by `first`, and sent again by the other trigger: that one is answered from the record.

    `readers` bounds how many are read at once; sending again takes no vendor's time.
    """
    behind = salt()
    [second] = set(TRIGGERS) - {first}
    with readers:
        found = {first: send(stack, picture, first, behind)}
    found[second] = send(stack, picture, second, behind)
    return [found[trigger] for trigger in TRIGGERS]


def send(stack: Stack, picture: Picture, trigger: Trigger, behind: bytes | None = None) -> Reading:
    """Have one picture read, as a content that was never seen before unless something else is to stand `behind` it."""
    content = picture.content + (salt() if behind is None else behind)
    begun = monotonic()
    body = (_by_https if trigger == "https" else _by_s3)(stack, picture, content)
    return Reading(picture, trigger, body, (monotonic() - begun) * 1000)


def _by_https(stack: Stack, picture: Picture, content: bytes) -> Mapping[str, Any]:
    answer = requests.post(
        f"{stack.url}/ocr/{picture.product}",
        params=dict(picture.options),
        data=content,
        headers={"x-api-key": stack.api_key, "Content-Type": picture.media_type},
        timeout=LONGEST_SECONDS,
    )
    body = _body(answer)
    if answer.status_code != requests.codes.accepted:
        return body
    # The queue has it: its record is asked for until it is there.
    return _waited_for(stack, f"/records/{body['id']}", {}, lambda one: _body(one).get("status") == "pending")


def _by_s3(stack: Stack, picture: Picture, content: bytes) -> Mapping[str, Any]:
    key = f"uploads/{picture.product}/{secrets.token_hex(4)}-{picture.name}"
    return upload(stack, picture, key, content)[1]


def upload(stack: Stack, picture: Picture, key: str, content: bytes) -> tuple[str, Mapping[str, Any]]:
    """The version id of a picture that is put into the bucket of uploads, and the record that it ends in."""
    put = stack.client("s3").put_object(
        Bucket=stack.uploads,
        Key=key,
        Body=content,
        ContentType=picture.media_type,
        Metadata=dict(picture.options),
    )
    asked = {"uri": f"s3://{stack.uploads}/{key}", "version": put["VersionId"]}
    missing = requests.codes.not_found
    record = _waited_for(stack, "/records/by-source", asked, lambda answer: answer.status_code == missing)
    return str(put["VersionId"]), record


def _waited_for(
    stack: Stack, path: str, asked: Mapping[str, str], early: Callable[[requests.Response], bool]
) -> Mapping[str, Any]:
    """The first answer that is not `early`, or the last one in time."""
    deadline = monotonic() + LONGEST_SECONDS
    while True:
        headers = {"x-api-key": stack.api_key}
        answer = requests.get(f"{stack.url}{path}", params=dict(asked), headers=headers, timeout=LONGEST_SECONDS)
        if not early(answer) or monotonic() > deadline:
            return _body(answer)
        sleep(POLL_SECONDS)


def _body(answer: requests.Response) -> Mapping[str, Any]:
    try:
        body: Mapping[str, Any] = answer.json()
    except ValueError:
        return {"status": answer.status_code, "title": "An answer that is not JSON"}
    return body
