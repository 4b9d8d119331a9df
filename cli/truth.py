"""What is known of the pictures of a folder: one JSON object a line, as people write it or as the API tells records.

{"file": "a.jpg", "fields": {"name": "…"}}     written by hand; null says that the document has no such value
{"file": "a.jpg", "record": {…}}               a line of `ocr read --out truth.jsonl`
{"id": "…", "picture": {"sha256": "…"}, …}     a record, as `ocr get ID --json` prints it: corrected ones are truth
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

Fields = Mapping[str, Any]


class NoTruth(ValueError):
    """The file tells nothing that pictures can be measured by: why, in words."""


def truths(path: Path, product: str, pictures: Sequence[Path]) -> dict[Path, Fields]:
    """What each of the pictures should be read as, of those that the file tells of; raises `NoTruth`.

    A line names its picture by `file`, from the file's own folder or the current one, or by the hash of its bytes.
    What a later line says of a picture counts.
    """
    by_place = {picture.resolve(): picture for picture in pictures}
    by_hash = {digest(picture): picture for picture in pictures}
    known: dict[Path, Fields] = {}
    for number, line in _lines(path):
        record = line.get("record") or (line if "document" in line else {})
        fields = line.get("fields", (record.get("document") or {}).get("fields"))
        if not isinstance(fields, dict):
            raise NoTruth(f"line {number} has no fields: a record of a picture that was not read is no truth")
        of = line.get("product") or record.get("product") or product
        if of != product:
            raise NoTruth(f"line {number} is about {of}, not about {product}")
        places = (at / line["file"] for at in (path.parent, Path()) if "file" in line)
        named = next((by_place[at.resolve()] for at in places if at.resolve() in by_place), None)
        picture = named or by_hash.get((record.get("picture") or {}).get("sha256", ""))
        if picture:
            known[picture] = fields
    if not known:
        raise NoTruth("it tells of none of the pictures")
    return known


def digest(picture: Path) -> str:
    """What a record calls the picture's `sha256`."""
    with picture.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _lines(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    lines: Iterable[str] = path.read_text(encoding="utf-8-sig").split("\n")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except ValueError:
            raise NoTruth(f"line {number} is no JSON") from None
        if not isinstance(found, dict):
            raise NoTruth(f"line {number} is no JSON object")
        yield number, found
