"""The record that the embedded vendor would make of given lines, so that a fault can be told without anybody's picture.

    python -m local.extract case.json --product id_card

`case.json` holds `{"lines": [{"text", "box", "confidence"}]}`, the lines as the engine gives them: a record of
`general_text` shows them. A box is four corners in pixels. `product` may stand in the file instead. With `expected`,
the fields as they should be (null: nothing), every difference is told, and one ends it with status 1. Several files, or
a folder of them, are only compared.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from cli.marks import values
from local.accuracy import offline
from local.arguments import Arguments, existing, product
from ocr.model.reading import Line
from ocr.model.record import Record


class Case(BaseModel):
    """Lines of a picture, whose document it is, and what its record should hold."""

    product: str = ""
    lines: list[Line]
    expected: dict[str, Any] | None = None


class Unusable(Exception):
    """A file that no record can be made of. The message is a sentence for the caller."""


def case(file: Path, product: str = "") -> Case:
    """The case in a file, as a document of `product` if that is given. Raises Unusable."""
    try:
        found = Case.model_validate_json(file.read_bytes())
    except OSError as error:
        raise Unusable(f"{file} cannot be opened: {error.strerror}.") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = " → ".join(str(part) for part in first["loc"])
        raise Unusable(f"{file} is not what it should be{f' at {place}' if place else ''}: {first['msg']}.") from None
    slug = product or found.product
    if slug not in offline.slugs():
        said = f"{slug} is not a product that the embedded vendor reads" if slug else "it does not say of which product"
        raise Unusable(f"{file} is not a case: {said}. Say PRODUCT=id_card, for example.")
    return found.model_copy(update={"product": slug})


def record_of(case: Case) -> Record:
    """The record of a case's lines."""
    return offline.record_of(case.product, {"lines": [line.model_dump(mode="json") for line in case.lines]})


def differences(case: Case, record: Record) -> list[str]:
    """Where the record's document that is nearest to what is expected differs from it, in words."""
    documents = [one.fields for one in offline.documents(record)] or [{}]
    return min((list(_differences(case.expected or {}, fields)) for fields in documents), key=len)


def _differences(expected: dict[str, Any], fields: dict[str, Any]) -> Iterator[str]:
    wanted, read = dict(values(expected)), dict(values({name: fields.get(name) for name in expected}))
    for name in sorted(wanted.keys() | read.keys()):
        if wanted.get(name) != read.get(name):
            yield f"{name}: {wanted.get(name, 'nothing')} expected, {read.get(name, 'nothing')} read"


def _files(paths: Iterable[Path]) -> list[Path]:
    return [file for path in paths for file in (sorted(path.glob("*.json")) if path.is_dir() else [path])]


def _compared(files: Sequence[Path], product: str) -> int:
    """Print what is wrong with each case; the number of cases with which something is."""
    wrong = 0
    for file in files:
        one = case(file, product)
        found = differences(one, record_of(one))
        wrong += bool(found)
        print(f"{file.stem}: {'wrong' if found else 'right'}", *found, sep="\n  ")
    print(f"{len(files) - wrong} of {len(files)} cases right")
    return wrong


def main() -> None:
    parser = Arguments(description="Print the record made of given lines.")
    parser.add_argument("files", nargs="+", type=existing, metavar="FILE", help="a case, or a folder of cases")
    parser.add_argument(
        "--product", type=product(offline.slugs()), metavar="SLUG", help="instead of the one in the file"
    )
    asked = parser.parse_args()
    files, slug = _files(asked.files), asked.product or ""
    try:
        if len(files) != 1:
            sys.exit(bool(_compared(files, slug)))
        one = case(files[0], slug)
        record = record_of(one)
    except Unusable as error:
        sys.exit(f"extract: {error}")
    shown = record.model_dump(
        mode="json", exclude_none=True, include={"product", "status", "problem", "document", "others"}
    )
    print(json.dumps(shown, ensure_ascii=False, indent=2))
    found = differences(one, record)
    print(*found, sep="\n", file=sys.stderr)
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
