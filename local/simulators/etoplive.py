"""etoplive 译图智讯: PageOcrServlet with its 42 pids, three ways to send a picture and four shapes of an answer."""

import base64
import re
import time
from http import HTTPStatus
from ipaddress import ip_address
from typing import Literal
from urllib.parse import quote_plus, urlsplit

import requests

from local.simulators import state
from local.simulators.calls import FORM, MULTIPART, Body, Call, Code, Part, Question, Refusal, only
from local.simulators.credentials import ETOPLIVE
from local.simulators.etoplive_answers import Result, documents, flat, listed, paged, plates, root
from local.simulators.etoplive_tables import ERRORS, PIDS, PLATES, VIN
from local.simulators.pictures import FORMATS, NotAPicture, NotBase64, Picture, decoded, opened
from local.simulators.state import Order
from local.simulators.vendor import Simulator

PATH = "/ocr/PageOcrServlet"
LARGEST = 5 * 1024 * 1024  # bytes of the base64 once it is URL-encoded
LONGEST_REQUEST_ID = 255
FETCH_SECONDS = 10

# Option → what the document allows it to be.
OPTIONS = {
    "requestId": re.compile(rf".{{0,{LONGEST_REQUEST_ID}}}", re.DOTALL),
    "removeImgData": re.compile("[01]"),
    "openSeal": re.compile("[01]"),
    "showPosition": re.compile("[01]"),
    "imageCheck": re.compile("[01]{5}"),
    "imageCheckVaule": re.compile("[01]"),
}
DEFAULTS = {"removeImgData": "1", "openSeal": "0", "showPosition": "0", "imageCheck": "00000", "imageCheckVaule": "1"}
SOURCES = ("file", "mfile", "urlPath")
PARAMETERS = frozenset({*SOURCES, "pid", "key", "secret", *OPTIONS})

Shape = Literal["page", "list", "flat"]


class Settings(state.Settings):
    """How etoplive words its answers.

    shape       page (PageInfo › Result › ResultList), list (ResultList or Plate at the root) or flat (fields at the
                root); None: flat for the VIN, list for plates, page for all else
    wrapped     the whole answer inside `Response`, as seen around policies
    """

    shape: Shape | None = None
    wrapped: bool = False


class Etoplive(Simulator[Settings]):
    name = "etoplive"
    secret = ETOPLIVE
    code_key = "ErrorCode"
    errors = ERRORS
    nested_default = "19"
    unauthorized = "-4"

    def __init__(self) -> None:
        super().__init__(Settings)

    def check(self, call: Call) -> Question:
        if call.path != PATH:
            raise Refusal(violation=f"no such interface: {call.path}")
        if call.method != "POST":
            raise Refusal(violation=f"{call.method} instead of POST")
        if call.query:
            raise Refusal(violation="parameters in the URL: the document has them in the body")
        form = only(call.form(), PARAMETERS)
        _check_credentials(form)
        pid = _pid(form)
        options = _options(form)
        source = _source(form)
        picture = _picture(form[source], call)
        return Question(PIDS[pid][1][-1], [picture], options=options | {"pid": pid}, source=source)

    def answer(self, question: Question) -> Body:
        started = time.monotonic()
        [picture] = question.readable
        pid = question.options["pid"]
        result = plates(picture) if pid == PLATES else documents(picture, pid, question.options)
        return self._shaped(result, question, round((time.monotonic() - started) * 1000))

    def _shaped(self, result: Result, question: Question, milliseconds: int) -> Body:
        settings = self.state.settings
        shape = settings.shape or {VIN: "flat", PLATES: "list"}.get(question.options["pid"], "page")
        match shape:
            case "flat" if result.plates is None:
                body = flat(result)
            case "page":
                body = paged(result, milliseconds)
            case _:
                body = listed(result, question, milliseconds)
        return {"ErrorCode": 0, "Response": body} if settings.wrapped else body

    def error(self, code: Code, message: str | None, question: Question | None) -> tuple[Body, int]:
        return {"ErrorCode": str(code)}, HTTPStatus.OK

    def nested(self, code: Code, order: Order, question: Question) -> Body:
        number = int(code)
        match order.level:
            case "page":
                return root() | {"PageInfo": [{"PageIndex": 1, "ErrorCode": number, "img_data": "", "Result": []}]}
            case "entry":
                entry = {"pid": question.options["pid"], "type": "", "ocr_error_code": number, "FieldList": []}
                return paged(Result([entry]), 0)
        return paged(Result(code=number), 0)


def _check_credentials(form: dict[str, Part]) -> None:
    given = {name: form[name].text if name in form else "" for name in ("key", "secret")}
    if not all(given.values()):
        raise Refusal("-7", "key or secret is missing")
    if given["key"] != ETOPLIVE["key"]:
        raise Refusal("-4")
    if given["secret"] != ETOPLIVE["secret"]:
        raise Refusal("-2")


def _pid(form: dict[str, Part]) -> int:
    given = form["pid"].text if "pid" in form else ""
    if not given.isdecimal() or int(given) not in PIDS:
        raise Refusal("17", f"pid {given!r} is not in the table")
    return int(given)


def _options(form: dict[str, Part]) -> dict[str, str]:
    given = {name: form[name].text for name in OPTIONS if name in form}
    for name, value in given.items():
        if not OPTIONS[name].fullmatch(value):
            raise Refusal(violation=f"{name} has a value that the document does not allow")
    return DEFAULTS | given


def _source(form: dict[str, Part]) -> str:
    """The one member that brings the picture."""
    sources = [name for name in SOURCES if name in form and form[name].content]
    if not sources:
        raise Refusal("-6", "none of file, mfile and urlPath")
    if len(sources) > 1:
        raise Refusal(violation=f"{' and '.join(sources)}: the document wants one of the three")
    return sources[0]


def _picture(part: Part, call: Call) -> Picture:
    try:
        content = {"file": _from_base64, "mfile": _from_file, "urlPath": _from_url}[part.name](part, call)
        picture = opened(content)
    except NotBase64 as fault:
        raise Refusal("-51", str(fault)) from fault
    except NotAPicture as fault:
        raise Refusal("16", str(fault)) from fault
    if picture.format not in FORMATS:
        raise Refusal("16", f"the picture is {picture.format}")
    return picture


def _from_base64(part: Part, call: Call) -> bytes:
    if part.filename is not None:
        raise Refusal("-6", "file is base64 text; a file goes into mfile")
    if call.media_type == FORM:
        sent = next(member for member in call.body.split(b"&") if member.startswith(b"file="))
        _check_size(len(sent) - len("file="))
    else:
        _check_size(len(quote_plus(part.text)))
    return decoded(part.text)


def _from_file(part: Part, call: Call) -> bytes:
    if call.media_type != MULTIPART or part.filename is None:
        raise Refusal("-6", "mfile is not a file")
    _check_encoded(part.content)
    return part.content


def _from_url(part: Part, call: Call) -> bytes:
    where = urlsplit(part.text)
    if where.scheme != "https" and not _is_loopback(where.hostname):
        raise Refusal("-51", "urlPath is not https")
    try:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.get(part.text, timeout=FETCH_SECONDS)
            answer.raise_for_status()
    except requests.RequestException as fault:
        raise Refusal("-8") from fault
    _check_encoded(answer.content)
    return answer.content


def _is_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False


def _check_encoded(content: bytes) -> None:
    _check_size(len(quote_plus(base64.b64encode(content))))


def _check_size(encoded: int) -> None:
    if encoded > LARGEST:
        raise Refusal("-51", f"the picture has {encoded} bytes as URL-encoded base64, over {LARGEST}")
