"""The page for people, as `make console` built it from `console/`, and the policy under which it works."""

import base64
import hashlib
import re
from pathlib import Path
from urllib.parse import urlsplit

from ocr.platform import aws
from ocr.platform.settings import settings

PAGE = Path(__file__).with_name("console.html")
_INLINE = re.compile(r"<(style|script)>(.*?)</\1>", re.DOTALL)


def page() -> tuple[str, str]:
    """The page and its Content-Security-Policy: only its own script runs, and it reaches this API and the uploads."""
    body = PAGE.read_text(encoding="utf-8")
    allowed = {kind: _digest(text) for kind, text in _INLINE.findall(body)}
    uploads = " ".join(_uploads())
    policy = (
        f"default-src 'none'; script-src {allowed['script']}; style-src {allowed['style']}; "
        f"img-src data: blob: {uploads}; connect-src 'self' {uploads}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    )
    return body, policy


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _uploads() -> list[str]:
    """The origins that links to uploaded pictures, and forms for uploads, lead to; both are made without a network."""
    bucket = settings().uploads_bucket
    made = [aws.link(bucket, "picture"), aws.s3().generate_presigned_post(bucket, "picture")["url"]]
    return sorted({f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, made)})
