"""A multipart/form-data body (RFC 7578), as browsers and HTTP clients really write it.

A part is a file when it has a file name, or is of another media type than text. The name decides nothing: it only tells
the pictures of a batch apart. A part that cannot be decoded spoils itself alone.
"""

import binascii
import quopri
import re
import unicodedata
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import collapse_rfc2231_value
from typing import Any

from ocr.platform.errors import CallerError, OcrError

ADVICE = "Send the picture as a file of a multipart/form-data that ends with its boundary."
MOST_PARTS = 100
MOST_NAME_LETTERS = 100
# Where a form says in which encoding its texts are (RFC 7578 section 4.6); options are ASCII in all of them.
CHARSET = "_charset_"
# Clients that give neither a file name nor a media type at least name the part so.
PICTURE_MEMBERS = frozenset({"image", "file"})


@dataclass(frozen=True)
class Form:
    """A form's files by name, in order, in place of one what is wrong with it; and its other members."""

    files: Sequence[tuple[str, bytes | OcrError]]
    members: Mapping[str, str]


def form(body: bytes, content_type: str) -> Form:
    """The form in a body; raises `invalid_request` for one that has no parts to tell apart, or too many."""
    files: list[tuple[str, bytes | OcrError]] = []
    members: dict[str, str] = {}
    for part in _parts(body, _parameter("content-type", content_type, "boundary")):
        if part.is_empty_input or part.field == CHARSET:
            continue
        if part.is_file:
            files.append((part.name or str(len(files)), part.content()))
        elif part.field in members:
            raise _invalid("The multipart form has two members of the same name.")
        else:
            members[part.field] = _text(bytes(part.body))
        if max(len(files), len(members)) > MOST_PARTS:
            raise _invalid(
                f"The multipart form has more than {MOST_PARTS} files or more than {MOST_PARTS} other members."
            )
    return Form(files, members)


@dataclass
class _Part:
    """One part as it is parsed: header names are in lower case, values the bytes of the header as Latin-1."""

    headers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)

    @property
    def field(self) -> str:
        return _text((self._parameter("name") or "").encode("latin-1", "replace"))

    @property
    def name(self) -> str:
        """The file's name without folders, unseen characters and what is beyond bearing; empty where there is none."""
        filename = self._parameter("filename") or ""
        last = re.split(r"[/\\]", _unescaped(filename))[-1]
        return "".join(letter for letter in last if not is_control(letter)).strip()[:MOST_NAME_LETTERS]

    @property
    def is_file(self) -> bool:
        media_type = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        typed = media_type and not media_type.startswith("text/") and media_type != "application/json"
        untold = not media_type and self.field in PICTURE_MEMBERS
        return bool(self._parameter("filename") is not None or typed or untold)

    @property
    def is_empty_input(self) -> bool:
        """Whether it is what a browser sends of a file input that was left empty."""
        return self._parameter("filename") == "" and not self.body

    def content(self) -> bytes | OcrError:
        """The part's bytes; what is wrong where they are not in the encoding that it says."""
        encoding = self.headers.get("content-transfer-encoding", "binary").strip().lower()
        if encoding in {"binary", "8bit", "7bit"}:
            return bytes(self.body)
        try:
            if encoding == "base64":
                return b64decode(bytes(self.body))
            if encoding == "quoted-printable":
                return quopri.decodestring(bytes(self.body))
        except binascii.Error:
            return _invalid("The file is not in the Content-Transfer-Encoding that its part of the form says.")
        return _invalid("The file has a Content-Transfer-Encoding that is not known.", "Send it as binary.")

    def _parameter(self, name: str) -> str | None:
        return _parameter("content-disposition", self.headers.get("content-disposition", ""), name)


def _parts(body: bytes, boundary: str | None) -> list[_Part]:
    from python_multipart import MultipartParser
    from python_multipart.exceptions import FormParserError

    if not boundary:
        raise _invalid("The Content-Type of the form has no boundary.")
    parts: list[_Part] = []
    names, values, ended = bytearray(), bytearray(), []

    def begin() -> None:
        if len(parts) > 2 * MOST_PARTS:
            raise _invalid(f"The multipart form has more than {2 * MOST_PARTS} parts.")
        parts.append(_Part())

    def header_end() -> None:
        # A header that comes twice: the first is what the client wrote, another what was put behind it.
        parts[-1].headers.setdefault(names.decode("latin-1").strip().lower(), values.decode("latin-1").strip())
        names.clear()
        values.clear()

    def grows(buffer: bytearray) -> Any:
        return lambda data, start, end: buffer.extend(memoryview(data)[start:end])

    callbacks: Any = {
        "on_part_begin": begin,
        "on_header_field": grows(names),
        "on_header_value": grows(values),
        "on_header_end": header_end,
        "on_part_data": lambda data, start, end: parts[-1].body.extend(memoryview(data)[start:end]),
        "on_end": lambda: ended.append(True),
    }
    try:
        parser = MultipartParser(boundary.encode("latin-1", "replace"), callbacks)
        parser.write(_without_preamble(body, boundary.encode("latin-1", "replace")))
        parser.finalize()
    except FormParserError:
        raise _invalid("The multipart form cannot be parsed.") from None
    if not ended:
        raise _invalid("The multipart form does not end with its boundary.")
    return parts


def _without_preamble(body: bytes, boundary: bytes) -> bytes:
    """The body from its first boundary on: before that anything may stand (RFC 2046 section 5.1.1)."""
    delimiter = b"--" + boundary
    before, _, rest = (b"\r\n" + body).partition(b"\r\n" + delimiter)
    return delimiter + rest if rest else body


def _parameter(header: str, value: str, name: str) -> str | None:
    """A parameter of a header, the extended form (RFC 2231) before the plain one; None if there is none."""
    message = Message()
    message[header] = value.replace("\r", " ").replace("\n", " ")
    found = [value for key, value in message.get_params([], header) if key.lower() == name]
    extended = next((value for value in found if isinstance(value, tuple)), None)
    if extended is not None:
        return collapse_rfc2231_value(extended)
    return found[0] if found else None


def _unescaped(name: str) -> str:
    """A file's name, out of an encoded word (RFC 2047) or of bytes that a client wrote in its own encoding."""
    try:
        plain = _text(name.encode("latin-1"))
    except UnicodeEncodeError:
        plain = name
    try:
        return str(make_header(decode_header(plain))) if "=?" in plain else plain
    except (HeaderParseError, LookupError, ValueError):
        return plain


def _text(content: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def is_control(letter: str) -> bool:
    """Whether terminals and editors obey a character: control codes, line ends, turns of direction."""
    return unicodedata.category(letter) in _CODES or letter in _TURNS


_CODES = {"Cc", "Cs", "Zl", "Zp"}
_TURNS = {*map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A)))}


def _invalid(detail: str, advice: str = ADVICE) -> CallerError:
    return CallerError(detail, advice, kind="invalid_request")
