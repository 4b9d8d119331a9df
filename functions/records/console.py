"""The page for people, as `make console` built it from `console/`, and the policy under which it works."""

import base64
import hashlib
import html
import json
import re
from pathlib import Path
from urllib.parse import urlsplit

from ocr.platform import aws
from ocr.platform.settings import settings
from ocr.platform.telemetry import logger

PAGE = Path(__file__).with_name("console.html")
_INLINE = re.compile(r"<(style|script)>(.*?)</\1>", re.DOTALL)


def page() -> tuple[str, str]:
    """The page and its Content-Security-Policy: only its own script runs, and it reaches this API and the uploads.

    Where people may sign in, the page says at which provider, and reaches the address that gives it tokens.
    """
    body = PAGE.read_text(encoding="utf-8")
    allowed = {kind: _digest(text) for kind, text in _INLINE.findall(body)}
    uploads = " ".join(_uploads())
    reached = uploads
    if told := _sign_in():
        reached += f" {_origin(told['token'])}"
        said = html.escape(json.dumps(told))
        body = body.replace("<title>", f'<meta name="sign-in" content="{said}">\n<title>', 1)
    policy = (
        f"default-src 'none'; script-src {allowed['script']}; style-src {allowed['style']}; "
        f"img-src data: blob: {uploads}; connect-src 'self' {reached}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    )
    return body, policy


def _sign_in() -> dict[str, str] | None:
    """Where people sign in, as the provider says; None where they do not, or the provider says nothing."""
    if not settings().oidc_issuer:
        return None
    # The page of a stack without a provider does without a client of HTTP.
    from ocr.entry import identity_provider

    try:
        found = identity_provider.provider()
    except identity_provider.Unavailable as error:
        logger.error("The page goes out without a sign-in", extra={"reason": str(error)})
        return None
    client = settings().oidc_client_id
    return {"authorization": found.authorization_endpoint, "token": found.token_endpoint, "client": client}


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _uploads() -> list[str]:
    """The origins that links to uploaded pictures, and forms for uploads, lead to; both are made without a network."""
    bucket = settings().uploads_bucket
    made = [aws.link(bucket, "picture"), aws.s3().generate_presigned_post(bucket, "picture")["url"]]
    return sorted({_origin(one) for one in made})


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
