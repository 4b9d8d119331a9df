"""CTyun 天翼云: general text, identity cards, licence plates; up to 50 pictures a request, each with its own outcome.

Document: 天翼云印刷文字识别OCR产品用户操作手册 V1.0. Each interface has a service code of its own, part of its path.
"""

import base64
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Any, ClassVar

from ocr.declare.offers import CROPS, Limits, Member, Outcome, RemoveCrops, VendorRequest
from ocr.model.answer import BatchAnswer, ReceivedAnswer
from ocr.model.picture import Picture
from ocr.model.reading import ExtractedDocument, Item, Line, Reading
from ocr.platform.errors import ConfigurationError, OcrError, UnexpectedResponse, VendorRejected, VendorUnavailable
from ocr.platform.settings import settings
from ocr.vendors import transport
from ocr.vendors.parsing import (
    Flag,
    Remote,
    Row,
    code_of,
    flagged,
    members,
    named,
    names_plate,
    number,
    parts,
    quad,
    received,
    settle,
    share,
    text,
    trace,
    turned_away,
    unexplained,
    unlisted,
)

VENDOR = "ctyun"
URL = "https://ai.ctyun.cn"
# 0 in the manual; 800 in the `statusCode` of the newer gateway.
SUCCESS = ("0", "800")
PICTURES = {"idcard_face": "face", "demo_image": "document"}
# The manual's name for the list of pictures, and the newer gateway's.
RESULTS = ("result", "returnObj")
# What may be wrong with one picture, or with so many at once, although it comes for the whole request.
ALONE = frozenset({"4006", "4008", "4009", "4010", "4011"})

SECRET = (
    Member("app_key", "the application's AppKey", "header"),
    Member("app_secret", "the application's AppSecret"),
    Member("general_code", "the service code (系统生成的服务码) of 通用型OCR, in the address of its API", "path"),
    Member("idcard_code", "the service code of 身份证识别", "path"),
    Member("plate_code", "the service code of 车牌识别", "path"),
    Member("plate_path", "the end of 车牌识别's address, where it is not driven-plate-ocr/platelicense.json", "path"),
    Member("gateway", "which gateway is called; without it, legacy: the manual's", choices=("legacy", "eop")),
    Member("ak", "the newer gateway's access key", "header", only_with=("gateway", "eop")),
    Member("sk", "the newer gateway's secret key", only_with=("gateway", "eop")),
)

# What an operator does before the first call, in words for the vendor's page.
SETUP = (
    "The application that 我的应用 in CTyun's OCR console shows has the AppKey and the AppSecret. Each of its APIs has "
    "a service code (系统生成的服务码): the part of the API's address behind `/aiop/api/`.",
    "Packages (资源包) hold a number of calls for a year. Once they are used up, calls are turned away; what is left "
    "at the year's end is lost and not paid back.",
    "`gateway`: without it the manual's gateway is called. `eop` is the newer one, known from clients alone, with a "
    "host of its own: `VENDOR_URLS` = `ctyun=https://ai-global.ctapi.ctyun.cn`; it needs `ak` and `sk` too.",
    "The manual says that white and black plates are read less well than others.",
)

_KEY = "The operator has to look at the key of the vendor's gateway."
# One table for the three interfaces; 4007 to 4011 and 5000 also come as one picture's `err_code`.
ERRORS = {
    "4001": turned_away("The vendor cannot parse the request's JSON."),
    "4002": turned_away("The vendor says that the request is not a JSON object; it is one."),
    "4003": turned_away("The vendor misses the pictures in the request."),
    "4004": turned_away("The vendor says that the pictures are not a list; they are one."),
    "4005": turned_away("The vendor says that it got no picture; it was sent one."),
    "4006": turned_away("The vendor says that the request has more than 50 pictures; it has fewer."),
    "4007": Row(VendorUnavailable, "The vendor failed to handle the file."),
    "4008": turned_away("The vendor cannot decode the picture's base64."),
    "4009": turned_away("The vendor says that this is no JPEG, PNG or BMP; it decodes as one.", "smaller"),
    "4010": turned_away("The vendor says that the picture is larger than 10 MB; it is not.", "smaller"),
    "4011": turned_away("The vendor says that a side of the picture is outside of 32 to 5000 pixels.", "smaller"),
    "4012": turned_away("The vendor takes POST only; it was sent one."),
    "4013": Row(VendorRejected, "The vendor does not know the path.", "The operator has to look at the service code."),
    # It failed over the picture, which its recognizer then had.
    "5000": Row(VendorUnavailable, "The vendor's recognizer failed.", paid=True),
    # The newer gateway's own, seen in its clients; also as CTAPI_10002 and so on in `statusCode`.
    "10002": Row(VendorRejected, "The vendor's gateway does not know this system's access key.", _KEY),
    "10009": Row(VendorRejected, "The vendor's gateway does not accept this system's signature.", _KEY),
}


# The vendor's names for what stands on a card, by side.
PORTRAIT = {"name": "姓名", "sex": "性别", "nation": "民族", "birthday": "出生", "addr": "住址", "idn": "公民身份号码"}
EMBLEM = {"org": "签发机关", "validperiod": "有效期限"}
# By the manual's table and example; its section 1.2 calls the sides the other way round.
SIDES = {"front": "emblem", "back": "portrait"}

PLATE_COLORS = {"蓝牌": "蓝", "黄牌": "黄", "白牌": "白", "黑牌": "黑", "绿牌": "绿", "黄绿牌": "黄绿"}
# The manual's table of members and its example spell it differently.
PLATE_NUMBERS = ("platelicense", "plate_license")

# The manual gives `normal` alone; the others are those of the family of engines that its answer has the form of.
FLAGS = {
    "risk": Flag(
        "Whether the picture shows the card itself or a copy of it.",
        {
            "normal": "The picture shows the card itself.",
            "copy": "The picture shows a photocopy of the card.",
            "temporary": "The picture shows a temporary card.",
            "screen": "The picture was taken of a screen.",
            "unknown": "The vendor cannot tell whether the picture shows the card itself.",
        },
    )
}
# The members that are read, and those that only count or repeat. `risk` is a field of the card.
_ERROR = {"err_code", "err_msg"}
TEXT_MEMBERS = {"text_line", "detail", *_ERROR}
CARD_MEMBERS = {"note", "detail", *_ERROR, *PICTURES}
PLATE_MEMBERS = {*PLATE_NUMBERS, "box", "plate_type", "confidence"}

# The newer gateway's clients send China's time and mark it Z.
CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class Batch(Remote):
    """What the three interfaces share.

    The secret's `gateway` is `legacy` (the manual's, and the default) or `eop`: the newer one, which signs with the
    secret's `ak` and `sk` and has a host of its own, which the setting `VENDOR_URLS` names.
    """

    vendor: ClassVar[str] = VENDOR
    # The manual's text says more than 32 and less than 5000 pixels, its table of errors says 32 to 5000.
    limits: ClassVar[Limits] = Limits(bytes=10 * 1024 * 1024, side=(33, 4999), batch=50)
    members: ClassVar[tuple[Member, ...]] = SECRET
    pictures: ClassVar[Mapping[str, str]] = PICTURES
    patience: ClassVar[float] = 15
    service: ClassVar[str]
    path: ClassVar[str]

    def read(self, request: VendorRequest) -> list[Outcome]:
        """One outcome a document, in the order asked; all go in one request.

        Where that is turned away because of one of them, or of how many they are, each goes alone: such requests are
        free. Where nobody can tell which entry of the answer belongs to which, whoever asks decides: that was paid for.
        """
        return self._ask(request, request.documents, transport.deadline(request.seconds))

    def understood(self, request: VendorRequest, raw: ReceivedAnswer) -> Outcome:
        """The outcome of a kept answer."""
        return self._outcomes(request, received(raw), request.documents)[0]

    def call_id(self, body: dict[str, Any]) -> str | None:
        """The newer gateway's id of the request."""
        return trace(body.get("requestId"))

    def detail(self, entry: dict[str, Any], document: Picture) -> Reading:
        """The reading of one picture that the vendor could handle."""
        raise NotImplementedError

    def _ask(self, request: VendorRequest, documents: Sequence[Picture], until: float) -> list[Outcome]:
        try:
            answer = self._send(request, documents, until)
        except OcrError as error:
            return [named(error, VENDOR)] * len(documents)
        outcomes = self._outcomes(request, answer, documents)
        first = outcomes[0]
        if isinstance(first, OcrError) and first.remedy == "alone" and not first.paid:
            return [self._ask_further(request, document, until) for document in documents]
        return outcomes

    def _ask_further(self, request: VendorRequest, document: Picture, until: float) -> Outcome:
        try:
            request.wait_for_rate()
        except OcrError as error:
            return named(error, VENDOR)
        return self._ask(request, [document], until)[0]

    def _outcomes(
        self, request: VendorRequest, answer: transport.Answer, documents: Sequence[Picture]
    ) -> list[Outcome]:
        raw, several = self.kept(request, answer), len(documents) > 1
        whole = BatchAnswer(raw.status, raw.headers, raw.content) if several else None
        try:
            body = answer.members()
            entries = _entries(answer, body, len(documents))
        except OcrError as error:
            error.raw = ReceivedAnswer(raw.status, raw.headers, batch=whole) if several else raw
            if several:
                error.remedy = "alone" if error.code in ALONE or isinstance(error, _UnclearError) else None
            return [named(error, VENDOR)] * len(documents)
        envelope = {name: value for name, value in body.items() if name not in RESULTS}
        parts = [envelope | {"result": [entry]} for entry in entries]
        return [
            self.outcome(
                request, self._part(request, part, whole) if whole else raw, part, partial(self._understand, document)
            )
            for part, document in zip(parts, documents, strict=True)
        ]

    def _part(self, request: VendorRequest, part: dict[str, Any], whole: BatchAnswer) -> ReceivedAnswer:
        """One picture's part of an answer, which outlives the whole: that goes with the first picture's deletion."""
        return replace(self.kept(request, ReceivedAnswer.of(part)), batch=whole)

    def _send(self, request: VendorRequest, documents: Sequence[Picture], until: float) -> transport.Answer:
        path = f"/v1/aiop/api/{request.secret[self.service]}/{self._path(request.secret)}"
        pictures = [base64.b64encode(document.content).decode() for document in documents]
        body = json.dumps({"data": pictures}).encode()
        sign = _GATEWAYS.get(request.secret.get("gateway", "legacy"))
        if sign is None:
            raise ConfigurationError("The member gateway of CTyun's secret is neither legacy nor eop.")
        url = settings().url(VENDOR, URL) + path
        return transport.send("POST", url, until, data=body, headers=sign(request.secret, path, body))

    def _path(self, secret: Mapping[str, str]) -> str:
        return self.path

    def _understand(self, document: Picture, body: dict[str, Any]) -> Reading:
        [entry] = body["result"]
        error_code = entry.get("err_code")
        if error_code not in (None, "", 0) and (code := code_of(error_code) or "err_code") != "0":
            raise ERRORS[code].made(code) if code in ERRORS else unlisted(code)
        return self.detail(entry, document)


@dataclass(frozen=True)
class GeneralText(Batch):
    """通用型OCR: lines with boxes."""

    keys: ClassVar[tuple[str, ...]] = ("app_key", "app_secret", "general_code")
    service: ClassVar[str] = "general_code"
    path: ClassVar[str] = "ocrdetect/ocr/v1/image.json"

    def detail(self, entry: dict[str, Any], document: Picture) -> Reading:
        lines = [_line(part, document) for part in parts(entry.get("detail"))]
        around = [ExtractedDocument(items=items)] if lines and (items := _others(entry, TEXT_MEMBERS)) else []
        return Reading(vendor=VENDOR, lines=[line for line in lines if line.text], findings=around)


@dataclass(frozen=True)
class IdCard(Batch):
    """身份证识别: one side a picture. The finding's type is `portrait` or `emblem`."""

    keys: ClassVar[tuple[str, ...]] = ("app_key", "app_secret", "idcard_code")
    service: ClassVar[str] = "idcard_code"
    path: ClassVar[str] = "IdentityCard/ocr/v1/idcard.json"
    # The vendor always sends the face; who does not ask for it gets none.
    options: ClassVar[Mapping[str, Any]] = {CROPS: RemoveCrops | None}

    def detail(self, entry: dict[str, Any], document: Picture) -> Reading:
        said = {name: text(value) for name, value in members(entry.get("detail")).items()}
        names = PORTRAIT | EMBLEM
        items = [Item(label=names.get(name, name), key=name, text=value) for name, value in said.items() if value]
        if items:
            items += _others(entry, CARD_MEMBERS)
        return Reading(vendor=VENDOR, findings=[ExtractedDocument(type=_side(entry, said), items=items)])


@dataclass(frozen=True)
class Plate(Batch):
    """车牌识别: number, type, colour, confidence and place, one finding a plate."""

    keys: ClassVar[tuple[str, ...]] = ("app_key", "app_secret", "plate_code")
    service: ClassVar[str] = "plate_code"
    path: ClassVar[str] = "driven-plate-ocr/platelicense.json"

    def _path(self, secret: Mapping[str, str]) -> str:
        # The manual spells the path in two ways; the secret's `plate_path` chooses the other.
        return secret.get("plate_path", self.path)

    def detail(self, entry: dict[str, Any], document: Picture) -> Reading:
        return Reading(vendor=VENDOR, findings=[_plate(part, document) for part in parts(entry.get("detail"))])


def md5_sign(secret: Mapping[str, str], timestamp: str, path: str, body: bytes) -> str:
    """The manual's Sign: 32 lower-case digits over keys, time, path and the exact bytes sent."""
    signed = f"{secret['app_key']}{secret['app_secret']}{timestamp}{path}".encode() + body
    return hashlib.md5(signed, usedforsecurity=False).hexdigest()


def eop_authorization(secret: Mapping[str, str], request_id: str, date: str, body: bytes) -> str:
    """The newer gateway's Eop-Authorization for a request without a query."""
    headers = f"appkey:{secret['app_key']}\nctyun-eop-request-id:{request_id}\neop-date:{date}\n"
    string = f"{headers}\n\n{hashlib.sha256(body).hexdigest()}"
    key = secret["sk"].encode()
    for part in (date, secret["ak"], date.partition("T")[0], string):
        key = hmac.digest(key, part.encode(), "sha256")
    return f"{secret['ak']} Headers=appkey;ctyun-eop-request-id;eop-date Signature={base64.b64encode(key).decode()}"


def _legacy(secret: Mapping[str, str], path: str, body: bytes) -> dict[str, str]:
    timestamp = str(time.time_ns() // 1_000_000)
    return {
        "Content-Type": "application/json",
        "Sign": md5_sign(secret, timestamp, path, body),
        "Timestamp": timestamp,
        "AppKey": secret["app_key"],
    }


def _eop(secret: Mapping[str, str], path: str, body: bytes) -> dict[str, str]:
    if not (secret.get("ak") and secret.get("sk")):
        raise ConfigurationError("CTyun's secret needs the members ak and sk for the gateway eop.")
    request_id, date = str(uuid.uuid4()), datetime.now(CHINA).strftime("%Y%m%dT%H%M%SZ")
    return {
        "Content-Type": "application/json;charset=UTF-8",
        "ctyun-eop-request-id": request_id,
        "appkey": secret["app_key"],
        "Eop-Authorization": eop_authorization(secret, request_id, date, body),
        "eop-date": date,
    }


_GATEWAYS = {"legacy": _legacy, "eop": _eop}


def _entries(answer: transport.Answer, body: dict[str, Any], asked: int) -> list[dict[str, Any]]:
    """The answer's entries, one a picture in the order sent; raises what concerns the request as a whole.

    Where the vendor answers about fewer pictures than it got, or counts more failures than it shows, nobody knows which
    entry belongs to which picture: then none is used, since the wrong person's card would be worse than none.
    """
    code = code_of(body.get("code")) or code_of(text(body.get("statusCode")).removeprefix("CTAPI_"))
    results = next((body[name] for name in RESULTS if body.get(name) is not None), None)
    settle(answer, code, ERRORS, SUCCESS, _codes(results))
    entries = parts(results)
    message = body.get("message")
    failures = number(message.get("fail")) if isinstance(message, dict) else None
    if len(entries) != asked or (failures or 0) > sum(map(_empty, entries)):
        raise _UnclearError("The vendor's answer does not fit the pictures that it was sent.", paid=True)
    return entries


def _codes(results: Any) -> list[str | None]:
    """Each entry's own code; an empty list where the results are no list."""
    entries = results if isinstance(results, list) else []
    return [code_of(entry.get("err_code")) if isinstance(entry, dict) else None for entry in entries]


class _UnclearError(UnexpectedResponse):
    """Results of which nobody can tell to which picture each belongs."""


def _empty(entry: dict[str, Any]) -> bool:
    detail = entry.get("detail")
    return bool(entry.get("err_code")) or not (any(detail.values()) if isinstance(detail, dict) else detail)


def _others(node: dict[str, Any], known: Collection[str]) -> list[Item]:
    """What the vendor says beside what its manual lists."""
    return [flagged(FLAGS, name, plain) for name, value in node.items() if name not in known and (plain := text(value))]


def _line(part: dict[str, Any], document: Picture) -> Line:
    if not isinstance(part.get("text"), str):
        raise unexplained()
    return Line(text=part["text"].strip(), box=quad(part.get("box"), document))


def _side(entry: dict[str, Any], said: Mapping[str, str]) -> str | None:
    """The side whose fields are filled; what the vendor calls it where that leaves both or neither."""
    filled = [side for side, names in (("portrait", PORTRAIT), ("emblem", EMBLEM)) if any(map(said.get, names))]
    return filled[0] if len(filled) == 1 else SIDES.get(text(entry.get("note")))


def _plate(part: dict[str, Any], document: Picture) -> ExtractedDocument:
    number = next((part[name] for name in PLATE_NUMBERS if name in part), None)
    if not isinstance(number, str):
        raise unexplained()
    if not names_plate(number):
        return ExtractedDocument()
    box, confidence = quad(part.get("box"), document), share(part.get("confidence"))
    kind = text(part.get("plate_type"))
    items = [
        Item(label="车牌号", key="platelicense", text="".join(number.split()), confidence=confidence, box=box),
        Item(label="车牌颜色", text=PLATE_COLORS.get(kind, "")),
        Item(label="车牌类型", key="plate_type", text=kind),
        # One that is no part of 1 is kept as it is, for the field's type to complain of.
        Item(
            label="整牌可信度",
            key="confidence",
            text=text(part.get("confidence")) if confidence is None else f"{confidence:g}",
        ),
        *_others(part, PLATE_MEMBERS),
    ]
    return ExtractedDocument(items=[item for item in items if item.text], box=box)
