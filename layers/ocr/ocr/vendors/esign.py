"""eSign e签宝: general text.

Document: 通用图片文字识别OCR (2025-01-23). Signature and gateway errors are in eSign's 请求签名鉴权, the token in its
OAuth2.0鉴权. What else this host sells stands in no document that this module was written from, and is not offered.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from ocr.declare.offers import Limits, Member, RequestId, VendorRequest
from ocr.model.picture import Picture
from ocr.model.reading import Line, Reading
from ocr.platform.errors import ConfigurationError, OcrError, VendorRejected
from ocr.platform.settings import settings
from ocr.vendors import transport
from ocr.vendors.parsing import (
    OnePicture,
    Row,
    code_of,
    members,
    number,
    parts,
    quad,
    settle,
    text,
    trace,
    turned_away,
    unexplained,
    upright,
)

if TYPE_CHECKING:
    from ocr.vendors.token_cache import Token

VENDOR = "esign"
URL = "https://openapi.esign.cn"
PATH = "/v2/identity/auth/api/ocr/generalcharacters"
TOKEN_PATH = "/v1/oauth2/access_token"
ACCEPT = "*/*"
CONTENT_TYPE = "application/json;charset=UTF-8"
TOKEN_HEADER = "X-Tsign-Open-Token"
GATEWAY = "401"
# Clocks are never quite alike, and a Date has whole seconds.
CLOCK_SLACK_SECONDS = 5
# Up to this slope of the text, in degrees, a box in the straightened picture holds for the picture that was sent.
LEVEL_DEGREES = 1.0

SECRET = (
    Member("app_id", "the project's id (项目ID); it belongs to the host, so that the sandbox has another", "header"),
    Member("app_secret", "the project's secret"),
    Member("mode", "how calls are authorized; without it, signature", choices=("signature", "oauth2")),
)

# What an operator does before the first call, in words for the vendor's page.
SETUP = (
    "The package to buy is 身份核验服务-身份证OCR识别: general text is charged to it.",
    "The sandbox is `https://smlopenapi.esign.cn`: `VENDOR_URLS` = `esign=https://smlopenapi.esign.cn`. An app id "
    "belongs to one host: those seen begin with 5111 in production, with 7438 or 4438 in the sandbox. The host answers "
    "an app id of the other one with 无效的应用.",
    "`mode`: `signature` signs each call and needs nothing else. `oauth2` calls with a token that all functions share "
    "and renew; choose it where the project is set to token mode.",
    "The vendor advises pictures of 600 × 800 pixels or more.",
)

_KEY = "The operator has to look at the app id and app secret, and whether they belong to this host."
ERRORS = {
    "30500100": turned_away("The vendor says that it got no picture; it was sent one."),
    "30500101": turned_away("The vendor says that the picture is larger than 1 MB; it is not.", "smaller"),
}
# The gateway gives 401 for everything; only the message tells what it is.
GATEWAY_ERRORS = {
    "缺少参数": turned_away("The vendor misses a header of the signature; all were sent."),
    "AUTHSTRATEGY_NOT_FOUND": turned_away("The vendor no longer knows the way this system signs."),
    "无效的应用": Row(VendorRejected, "The vendor does not know this system's app id.", _KEY),
    "TOKEN错误": Row(VendorRejected, "The vendor does not accept the shared token.", _KEY),
    "TOKEN_CANT_BE_NULL": turned_away("The vendor misses the token; it was sent one."),
    "INVALID_TIMESTAMP": Row(
        VendorRejected,
        "The vendor says that this system's clock is wrong by over 15 minutes, and its answers tell no other time.",
        "The operator has to look at the clocks, and ask the vendor about its own.",
    ),
    "INVALID_SIGNATURE": Row(VendorRejected, "The vendor does not accept this system's signature.", _KEY),
    "UNAUTHORIZED": Row(VendorRejected, "The vendor does not know this app on this host.", _KEY),
}
_OTHER_GATEWAY_ERROR = Row(VendorRejected, "The vendor's gateway turned the call away.", _KEY)
CLOCK, TOKEN = "INVALID_TIMESTAMP", "TOKEN错误"
# By how many seconds eSign's clock is ahead of this one, from the `Date` of its answers.
_ahead = [0.0]


@dataclass(frozen=True)
class GeneralText(OnePicture):
    """通用图片文字识别: lines with boxes and the angle of the text, clockwise.

    The secret's `mode` is `signature` (what eSign recommends, and the default) or `oauth2`.
    """

    vendor: ClassVar[str] = VENDOR
    keys: ClassVar[tuple[str, ...]] = ("app_id", "app_secret")
    members: ClassVar[tuple[Member, ...]] = SECRET
    # The document does not say whether 1 MB counts the picture or its base64: the base64 is the safe reading.
    limits: ClassVar[Limits] = Limits(bytes=1024 * 1024, encoded="base64")
    options: ClassVar[Mapping[str, Any]] = {"requestId": RequestId | None}
    patience: ClassVar[float] = 15

    def send(self, request: VendorRequest, document: Picture, until: float) -> transport.Answer:
        members = {"image": base64.b64encode(document.content).decode()}
        if "requestId" in request.options:
            members["requestId"] = request.options["requestId"]
        body = json.dumps(members, ensure_ascii=False).encode()
        headers = _headers(request.secret, body, until)
        answer = transport.send("POST", _url(PATH), until, data=body, headers=headers)
        error = _gateway_error(answer)
        if (error == CLOCK and _set_clock(answer)) or (error == TOKEN and TOKEN_HEADER in headers):
            request.wait_for_rate()
            headers = _headers(request.secret, body, until, refused=headers.get(TOKEN_HEADER))
            answer = transport.send("POST", _url(PATH), until, data=body, headers=headers)
        return answer

    def understand(
        self, request: VendorRequest, document: Picture, answer: transport.Answer, body: dict[str, Any]
    ) -> Reading:
        found = _found(answer, body)
        angle = number(found.get("angle"))
        level = angle is None or abs(angle) <= LEVEL_DEGREES
        lines = [_line(detection, document, level) for detection in parts(found.get("textDetections"))]
        return Reading(
            vendor=VENDOR,
            lines=[line for line in lines if line.text],
            angle=angle if angle is not None and abs(angle) <= 360 else None,
        )

    def call_id(self, body: dict[str, Any]) -> str | None:
        found = body.get("data")
        return trace(found.get("verifyId")) if isinstance(found, dict) else None


def string_to_sign(method: str, path: str, content_md5: str = "", content_type: str = "") -> str:
    """What eSign signs. `path` carries its query sorted by name; the Date is empty and keeps its line."""
    return "\n".join([method, ACCEPT, content_md5, content_type, "", path])


def signature(app_secret: str, string: str) -> str:
    """The base64 of the HMAC-SHA256 of `string`."""
    return base64.b64encode(hmac.digest(app_secret.encode(), string.encode(), "sha256")).decode()


def content_md5(body: bytes) -> str:
    """The base64 of the raw MD5 of the exact bytes sent."""
    return base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()


def _headers(secret: Mapping[str, str], body: bytes, until: float, refused: str | None = None) -> dict[str, str]:
    mode = secret.get("mode", "signature")
    if mode == "oauth2":
        return _with_token(secret, until, refused)
    if mode == "signature":
        return _signed(secret, body)
    raise ConfigurationError("The member mode of eSign's secret is neither signature nor oauth2.")


def _signed(secret: Mapping[str, str], body: bytes) -> dict[str, str]:
    digest = content_md5(body)
    return {
        "X-Tsign-Open-App-Id": secret["app_id"],
        "X-Tsign-Open-Auth-Mode": "Signature",
        "X-Tsign-Open-Ca-Timestamp": str(time.time_ns() // 1_000_000 + round(1000 * _ahead[0])),
        "X-Tsign-Open-Ca-Signature": signature(
            secret["app_secret"], string_to_sign("POST", PATH, digest, CONTENT_TYPE)
        ),
        "Accept": ACCEPT,
        "Content-MD5": digest,
        "Content-Type": CONTENT_TYPE,
    }


def _set_clock(answer: transport.Answer) -> bool:
    """Go by the vendor's clock from here on; False where its answer does not tell it, or it is the one gone by."""
    date = answer.date()
    ahead = date.timestamp() - time.time() if date else _ahead[0]
    changed = abs(ahead - _ahead[0]) > CLOCK_SLACK_SECONDS
    _ahead[0] = ahead
    return changed


def _with_token(secret: Mapping[str, str], until: float, refused: str | None) -> dict[str, str]:
    """The headers of OAuth2 mode, which is told from the other by the absence of X-Tsign-Open-Auth-Mode."""
    from ocr.vendors import token_cache

    app_id = secret["app_id"]
    return {
        "X-Tsign-Open-App-Id": app_id,
        TOKEN_HEADER: token_cache.token(
            f"{VENDOR}/{app_id}", lambda: _issued(secret, until), until=until, refused=refused
        ),
        "Accept": ACCEPT,
        "Content-Type": CONTENT_TYPE,
    }


def _issued(secret: Mapping[str, str], until: float) -> "Token":
    from ocr.vendors.token_cache import Token

    query = {"appId": secret["app_id"], "secret": secret["app_secret"], "grantType": "client_credentials"}
    try:
        answer = transport.send("GET", _url(TOKEN_PATH), until, params=query)
        found = _found(answer, answer.members())
        token, expires = found.get("token"), number(found.get("expiresIn"))
        if not isinstance(token, str) or not token or expires is None:
            raise unexplained("The vendor gave no token.")
    except OcrError as error:
        # No picture was sent yet. What the answer holds may be half a token: it is not kept.
        error.paid, error.raw = False, None
        raise
    return Token(token, expires / 1000)


def _found(answer: transport.Answer, body: dict[str, Any]) -> dict[str, Any]:
    """The member `data` of a successful answer; raises what its code means."""
    if message := _message(body):
        raise GATEWAY_ERRORS.get(message, _OTHER_GATEWAY_ERROR).made(f"{GATEWAY}/{message}")
    settle(answer, code_of(body.get("code")), ERRORS)
    if body.get("success") is False:
        raise unexplained()
    return members(body.get("data"))


def _gateway_error(answer: transport.Answer) -> str | None:
    try:
        return _message(answer.members())
    except OcrError:
        return None


def _message(body: dict[str, Any]) -> str | None:
    """The gateway's message where its table lists it, "other" for any other message, None when all went through."""
    if code_of(body.get("code")) != GATEWAY:
        return None
    message = text(body.get("message"))
    return next((known for known in GATEWAY_ERRORS if known in message), "other")


def _line(detection: dict[str, Any], document: Picture, level: bool) -> Line:
    if not isinstance(detection.get("detectedText"), str):
        raise unexplained()
    box = quad(detection.get("polygon"), document)
    if box is None and level:
        box = upright(detection.get("itemPolygon"), document, ("x", "y", "width", "height"))
    return Line(text=detection["detectedText"].strip(), box=box)


def _url(path: str) -> str:
    return settings().url(VENDOR, URL) + path
