"""Pictures, and calls to the vendors built by hand from their documents."""

import base64
import hashlib
import hmac
import io
import json
import time
from dataclasses import dataclass
from typing import Any

import requests
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from local.simulators import SECRETS, Control

GENERAL = f"/v1/aiop/api/{SECRETS['ctyun']['general_code']}/ocrdetect/ocr/v1/image.json"
ID_CARD = f"/v1/aiop/api/{SECRETS['ctyun']['idcard_code']}/IdentityCard/ocr/v1/idcard.json"
PLATE = f"/v1/aiop/api/{SECRETS['ctyun']['plate_code']}/driven-plate-ocr/platelicense.json"
CHARACTERS = "/v2/identity/auth/api/ocr/generalcharacters"
SERVLET = "/ocr/PageOcrServlet"


def file_of(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def blank(width: int = 120, height: int = 48, kind: str = "PNG") -> bytes:
    return file_of(Image.new("RGB", (width, height), "white"), kind)


def captcha(answer: str) -> bytes:
    notes = PngInfo()
    notes.add_text("answer", answer)
    return file_of(Image.new("RGB", (100, 40), "white"), pnginfo=notes)


def oversize(limit: int) -> bytes:
    """A real picture with more bytes than `limit`: what follows a JPEG's end does no harm to it."""
    return blank(kind="JPEG").ljust(limit + 1, b"\0")


def b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


@dataclass
class Vendor:
    """A running simulator, asked without any of the product's code."""

    url: str
    control: Control

    def post(self, path: str, **request: Any) -> requests.Response:
        with requests.Session() as session:
            session.trust_env = False
            return session.post(self.url + path, timeout=request.pop("timeout", 60), **request)

    def get(self, path: str, **request: Any) -> requests.Response:
        with requests.Session() as session:
            session.trust_env = False
            return session.get(self.url + path, timeout=60, **request)

    @property
    def violations(self) -> list[str]:
        return [violation["reason"] for violation in self.control.report()["violations"]]


def captcha_form(picture: bytes, **changes: Any) -> dict[str, Any]:
    form = {"key": SECRETS["juhe"]["captcha_key"], "codetype": "1004", "pic": b64(picture)} | changes
    return {name: value for name, value in form.items() if value is not None}


def bill_form(picture: bytes | None, **changes: Any) -> dict[str, Any]:
    form = {"pid": "1001", **SECRETS["etoplive"]} | ({"file": b64(picture)} if picture else {}) | changes
    return {name: value for name, value in form.items() if value is not None}


def esign_headers(body: bytes, path: str = CHARACTERS, **changes: str | None) -> dict[str, str]:
    secrets = SECRETS["esign"]
    md5 = b64(hashlib.md5(body).digest())
    kind = "application/json;charset=UTF-8"
    signed = f"POST\n*/*\n{md5}\n{kind}\n\n{path}"
    headers = {
        "X-Tsign-Open-App-Id": secrets["app_id"],
        "X-Tsign-Open-Auth-Mode": "Signature",
        "X-Tsign-Open-Ca-Timestamp": str(int(time.time() * 1000)),
        "X-Tsign-Open-Ca-Signature": b64(hmac.digest(secrets["app_secret"].encode(), signed.encode(), "sha256")),
        "Accept": "*/*",
        "Content-MD5": md5,
        "Content-Type": kind,
    } | changes
    return {name: value for name, value in headers.items() if value is not None}


def esign_request(picture: bytes | None, path: str = CHARACTERS, **members: Any) -> dict[str, Any]:
    body = json.dumps(({"image": b64(picture)} if picture else {}) | members).encode()
    return {"data": body, "headers": esign_headers(body, path)}


def ctyun_request(body: Any, path: str = GENERAL, **changes: str) -> dict[str, Any]:
    secrets = SECRETS["ctyun"]
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    now = changes.get("Timestamp", str(int(time.time() * 1000)))
    signed = f"{secrets['app_key']}{secrets['app_secret']}{now}{path}".encode() + content
    headers = {
        "Content-Type": "application/json",
        "Sign": hashlib.md5(signed).hexdigest(),
        "Timestamp": now,
        "AppKey": secrets["app_key"],
    }
    return {"data": content, "headers": headers | changes}


def ask(name: str, at: Vendor, **request: Any) -> requests.Response:
    """A correct question that costs no reading, or next to none."""
    match name:
        case "juhe":
            return at.post("/verify_yzm_img/query", data=captcha_form(captcha("7k3m")), **request)
        case "etoplive":
            return at.post(SERVLET, data=bill_form(blank(), pid="6"), **request)
        case "esign":
            return at.post(CHARACTERS, **esign_request(blank()), **request)
    return at.post(PLATE, **ctyun_request({"data": [b64(blank())]}, PLATE), **request)
