"""Pictures on this machine, read by a stack: one outcome a picture."""

import mimetypes
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cli.api import Answer, Api, Json, body, kind, problem

# What a Lambda's request of 6 MB carries of a picture, in base64.
INLINE_BYTES = 4_500_000
ACCEPTED, SERVER_ERROR = 202, 500
# How long an interruption waits for the pictures under way.
GRACE_SECONDS = 2.0
SUCCEEDED, PENDING, FAILED = "succeeded", "pending", "failed"
INCOMPLETE, NO_RESULT = "incomplete", "no_result"
FINISHED = frozenset({SUCCEEDED, INCOMPLETE, NO_RESULT, FAILED, "unknown"})
# Kinds of problems that end a picture, beside those of a request that is wrong. Anything else may go right next time.
_ENDS = {
    "incomplete": INCOMPLETE,
    "several_documents": INCOMPLETE,
    "no_result": NO_RESULT,
    "wrong_document": NO_RESULT,
    "outcome_unknown": "unknown",
    "unexpected_response": FAILED,
}
# Those of pictures that were read all the same: what was read stands in the record.
_READ = {"incomplete", "several_documents", "wrong_document"}
_LATER = {409, 429}


@dataclass(frozen=True)
class ReadRequest:
    """What pictures are to be read as: the product's slug, and its options."""

    product: str
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What became of one picture. Its status is its record's; `pending` where it is not read yet and may be sent again.

    `record` is the record as the API tells it, `problem` why there is none, or why it holds nothing.
    """

    file: Path
    status: str
    id: str | None = None
    record: Json | None = None
    problem: Json | None = None

    @property
    def fields(self) -> Mapping[str, Any]:
        """What was read, by the names of the product's fields."""
        found: Mapping[str, Any] = ((self.record or {}).get("document") or {}).get("fields", {})
        return found

    @property
    def evidence(self) -> Mapping[str, Json]:
        """Where each field was read, with its confidence."""
        found: Mapping[str, Json] = ((self.record or {}).get("document") or {}).get("evidence", {})
        return found

    @property
    def checks_failed(self) -> list[str]:
        """The checks that failed, each with the fields that it is about: `type(valid_period)`."""
        documents = [(self.record or {}).get("document") or {}, *(self.record or {}).get("others", [])]
        checks = (check for document in documents for check in document.get("checks", []))
        return [f"{one['name']}({', '.join(one['fields'])})" for one in checks if one["outcome"] == "failed"]

    @property
    def lowest_confidence(self) -> float | None:
        """The least of the fields' confidences, or of the lines' where there is none; None where no vendor tells."""
        parts = [*self.evidence.values()] or (self.record or {}).get("lines", [])
        return min((one["confidence"] for one in parts if one.get("confidence") is not None), default=None)

    @property
    def reason(self) -> str:
        """Why it was not read, and what to do; empty where it was."""
        parts = [(self.problem or {}).get(part) for part in ("detail", "advice")]
        return " ".join(part for part in parts if part)


# What is read of a folder, by suffix: pictures and files of pages.
SUFFIXES = {
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".bmp", ".dib", ".gif"),
    *(".webp", ".tif", ".tiff", ".heic", ".heif", ".hif", ".avif", ".pdf", ".ofd", ".xml"),
}
# How the bytes of pictures and of files of pages begin, for those whose name says nothing.
_BEGINS = re.compile(
    rb"\xff\xd8\xff|\x89PNG|BM|GIF8|II\*\0|MM\0\*|%PDF|RIFF....WEBP|....ftyp(?:hei|hev|mif|avi)|PK\x03\x04|\s*<\?xml",
    re.DOTALL,
)


@dataclass(frozen=True)
class PictureFiles:
    """The pictures to read, and the files that were left out, each with why."""

    pictures: Sequence[Path]
    left_out: Mapping[Path, str]


def pictures(paths: Sequence[Path]) -> PictureFiles:
    """Files as they are named, with every picture in folders and the folders within; and what else is in these."""
    found: list[Path] = []
    left_out: dict[Path, str] = {}
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        for file in sorted(path.rglob("*")):
            if not file.is_file():
                continue
            if why := _unwanted(path, file):
                left_out[file] = why
            else:
                found.append(file)
    named = dict.fromkeys(found)
    return PictureFiles(list(named), {file: why for file, why in left_out.items() if file not in named})


def _unwanted(folder: Path, file: Path) -> str:
    """Why a file in a folder is not read; empty where it is."""
    if file.name.startswith("._"):
        return "it is what macOS keeps beside a file"
    if any(part.startswith(".") for part in file.relative_to(folder).parts):
        return "it is hidden"
    return "" if _is_picture(file) else "it is no picture by its name"


def _is_picture(file: Path) -> bool:
    if file.suffix:
        return file.suffix.lower() in SUFFIXES
    try:
        with file.open("rb") as opened:
            return bool(_BEGINS.match(opened.read(16)))
    except OSError:
        return False


def read_all(
    api: Api,
    request: ReadRequest,
    files: Sequence[Path],
    jobs: int,
    keep: Callable[[Outcome], None],
    note: Callable[[str], None],
) -> None:
    """Read files, so many at once; each outcome is given to `keep`, by any thread, as soon as it is there.

    A stack that is gone ends this early, and the pictures under way are waited for. An interruption waits for them
    `GRACE_SECONDS` at most: what was sent is read all the same, and not paid twice. `note` says so.
    """

    def one(file: Path) -> None:
        # Once one has shown that sending more is useless, nobody starts on another.
        if not api.stopped.is_set():
            try:
                keep(read(api, request, file))
            except BaseException:
                api.stopped.set()
                raise

    threads = ThreadPoolExecutor(jobs)
    under_way = [threads.submit(one, file) for file in files]
    try:
        for done in as_completed(under_way):
            done.result()
    except BaseException as error:
        api.stopped.set()
        interrupted = isinstance(error, KeyboardInterrupt)
        if interrupted:
            note("Interrupted. The same command goes on from here; no picture is paid twice.")
        threads.shutdown(wait=not interrupted, cancel_futures=True)
        wait(under_way, GRACE_SECONDS)
        raise
    threads.shutdown()


def read(api: Api, request: ReadRequest, file: Path) -> Outcome:
    """What becomes of one picture; raises only what makes sending others useless."""
    try:
        content = file.read_bytes()
    except OSError as error:
        return Outcome(file, PENDING, problem={"detail": f"The file cannot be read: {error.strerror}."})
    # What a name does not say, the bytes do.
    guess = mimetypes.guess_type(file.name)[0] or ""
    media_type = guess if guess.startswith("image/") else "application/octet-stream"
    send = _sent if len(content) <= INLINE_BYTES else _uploaded
    return send(api, request, file, content, media_type)


def _sent(api: Api, request: ReadRequest, file: Path, content: bytes, media_type: str) -> Outcome:
    # The key is the same however often this comes again, so that none of it is paid twice.
    headers = {"Content-Type": media_type, "Idempotency-Key": uuid.uuid4().hex}
    answer = api.ask("POST", f"/ocr/{request.product}", request.options, data=content, headers=headers)
    if answer.status_code == ACCEPTED:
        return _outcome(file, api.record(body(answer)["id"]))
    outcome = _outcome(file, answer)
    if outcome.problem and outcome.id and kind(outcome.problem) in _READ:
        kept = api.record(outcome.id)
        return _outcome(file, kept) if kept.ok else outcome
    return outcome


def _uploaded(api: Api, request: ReadRequest, file: Path, content: bytes, media_type: str) -> Outcome:
    form = body(api.ask("POST", f"/uploads/{request.product}", json=dict(request.options)))
    answer = api.upload(form, content, media_type)
    if answer.ok:
        return _outcome(file, api.record(form["id"]))
    why = re.search("<Code>([A-Za-z]+)</Code>", answer.text)
    detail = f"The bucket refused the upload: {why[1] if why else answer.status_code}."
    return Outcome(file, FAILED if answer.status_code < SERVER_ERROR else PENDING, problem={"detail": detail})


def _outcome(file: Path, answer: Answer) -> Outcome:
    if answer.ok:
        record = body(answer)
        return Outcome(file, record["status"], record["id"], record, record.get("problem") or _late(record))
    failed = problem(answer)
    wrong = answer.status_code < SERVER_ERROR and answer.status_code not in _LATER
    status = _ENDS.get(kind(failed), FAILED if wrong else PENDING)
    return Outcome(file, status, failed.get("record_id"), problem=failed)


def _late(record: Json) -> Json | None:
    late = {
        "detail": "It is still being read.",
        "advice": "Ask for its record later, or send it again: it is not paid twice.",
    }
    return late if record["status"] == PENDING else None
