"""The signatures that eSign and CTyun check, recomputed from the raw request."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl

from local.simulators.calls import Call


def content_md5(body: bytes) -> str:
    """eSign's header Content-MD5: base64 of the 16 raw bytes, empty for no body."""
    return base64.b64encode(hashlib.md5(body).digest()).decode() if body else ""


def esign_string(call: Call) -> str:
    """METHOD, Accept, Content-MD5, Content-Type, Date, each with its newline; then the path with sorted query."""
    names = ("accept", "content-md5", "content-type", "date")
    pairs = sorted(parse_qsl(call.query, keep_blank_values=True))
    query = "&".join(f"{name}={value}" for name, value in pairs)
    path = f"{call.path}?{query}" if query else call.path
    return "\n".join([call.method, *(call.headers.get(name, "") for name in names), path])


def esign(text: str, secret: str) -> str:
    """base64 of HMAC-SHA256 over the string to sign."""
    return base64.b64encode(hmac.digest(secret.encode(), text.encode(), "sha256")).decode()


def ctyun(app_key: str, app_secret: str, timestamp: str, path: str, body: bytes) -> str:
    """CTyun's header Sign: MD5 in lower-case hex over the five, the body as its exact bytes."""
    return hashlib.md5(f"{app_key}{app_secret}{timestamp}{path}".encode() + body).hexdigest()


def eop_string(headers: Mapping[str, str], query: str, body: bytes) -> str:
    """What CTyun's newer gateway signs: three headers, the sorted query, the body's SHA-256."""
    named = "".join(f"{name}:{headers[name]}\n" for name in ("appkey", "ctyun-eop-request-id", "eop-date"))
    ordered = "&".join(f"{name}={value}" for name, value in sorted(parse_qsl(query, keep_blank_values=True)))
    return f"{named}\n{ordered}\n{hashlib.sha256(body).hexdigest()}"


def eop(text: str, ak: str, sk: str, date: str) -> str:
    """Three derived keys, each the HMAC of the next word under the last, sign the string."""
    key = sk.encode()
    for word in (date, ak, date[:8]):
        key = hmac.digest(key, word.encode(), "sha256")
    return base64.b64encode(hmac.digest(key, text.encode(), "sha256")).decode()
