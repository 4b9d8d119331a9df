"""A request taken apart as raw bytes, and what a vendor makes of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import Headers

from local.simulators.pictures import Picture

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
JSON = "application/json"

Code = int | str
Body = dict[str, Any]


@dataclass
class Refusal(Exception):
    """An answer that is an error.

    `violation` says what the sender did against the vendor's document; an error without one (a wrong key) is nobody's
    breach. Without a code, the document lists none for this: the answer is then one that no adapter can take for a
    vendor's.
    """

    code: Code | None = None
    violation: str | None = None
    message: str | None = None


@dataclass(frozen=True)
class Part:
    """One member of a form. `filename` is None for a plain text field."""

    name: str
    content: bytes = field(repr=False)
    filename: str | None = None

    @property
    def text(self) -> str:
        return self.content.decode(errors="replace")


@dataclass(frozen=True)
class Call:
    """One request, its body untouched. `multipart` is None unless the body is multipart and parses."""

    method: str
    path: str
    query: str
    headers: Headers
    body: bytes = field(repr=False)
    multipart: Sequence[Part] | None = field(default=None, repr=False)

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def form(self) -> list[Part]:
        """The members of a URL-encoded or multipart form; raises Refusal where the body is neither."""
        if self.media_type == FORM:
            try:
                pairs = parse_qsl(self.body.decode("ascii"), keep_blank_values=True, strict_parsing=bool(self.body))
            except ValueError as fault:
                raise Refusal(violation="the body is not URL-encoded") from fault
            return [Part(name, value.encode()) for name, value in pairs]
        if self.multipart is None:
            raise Refusal(violation=f"the body is no form: {self.media_type or 'no content type'}")
        return list(self.multipart)


@dataclass(frozen=True)
class Question:
    """A call that passed the checks: what is asked about which pictures, and what each of them costs.

    A picture of a batch that cannot be read stands there as its refusal. `source` is how the pictures travelled, for
    vendors that know several ways.
    """

    product: str
    pictures: Sequence[Picture | Refusal] = ()
    units: float = 1
    options: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""

    @property
    def readable(self) -> list[Picture]:
        return [picture for picture in self.pictures if isinstance(picture, Picture)]

    def facts(self) -> dict[str, Any]:
        pictures = [picture.facts() for picture in self.readable]
        return {"product": self.product, "pictures": pictures, "options": dict(self.options)}


def only(parts: Iterable[Part], allowed: Iterable[str]) -> dict[str, Part]:
    """The form by name; raises Refusal for a name that the document does not have or that comes twice."""
    found: dict[str, Part] = {}
    for part in parts:
        if part.name not in allowed:
            raise Refusal(violation=f"unknown parameter {part.name!r}")
        if part.name in found:
            raise Refusal(violation=f"parameter {part.name!r} comes twice")
        found[part.name] = part
    return found
