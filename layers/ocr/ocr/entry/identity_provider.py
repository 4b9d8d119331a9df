"""The OpenID Connect provider where people sign in, as it describes itself and as the operator has named it.

https://openid.net/specs/openid-connect-discovery-1_0.html
"""

import json
import time
from typing import Any

from pydantic import BaseModel, ValidationError

from ocr.platform.errors import ConfigurationError
from ocr.platform.settings import Url, settings
from ocr.vendors import transport

DISCOVERY = "/.well-known/openid-configuration"
SECONDS, MOST_BYTES = 5.0, 256 * 1024
# How long a description holds.
HOLDS_SECONDS = 3600.0


class Unavailable(ConfigurationError):
    """The provider does not answer, or not as OpenID Connect has it."""


class Provider(BaseModel):
    """What is used of the provider's description. All of its addresses are https, but on loopback."""

    issuer: str
    authorization_endpoint: Url
    token_endpoint: Url
    jwks_uri: Url


_kept: tuple[float, Provider] | None = None


def provider() -> Provider:
    """The provider, as it said within the last hour; raises `Unavailable`."""
    global _kept
    if _kept is None or _kept[0] + HOLDS_SECONDS < time.monotonic():
        issuer = settings().oidc_issuer
        try:
            found = Provider.model_validate(document(issuer.rstrip("/") + DISCOVERY))
        except ValidationError:
            raise Unavailable("The provider's description lacks addresses, or they are not https.") from None
        if found.issuer != issuer:
            raise Unavailable("The provider calls itself by another name than OidcIssuer.")
        _kept = time.monotonic(), found
    return _kept[1]


def document(url: str) -> dict[str, Any]:
    """A JSON object of the provider's; raises `Unavailable`."""
    try:
        answer = transport.fetch(url, time.monotonic() + SECONDS, MOST_BYTES, None, "application/json")
        found = json.loads(answer.content)
    except (OSError, OverflowError, ValueError) as error:
        raise Unavailable(f"The provider does not answer: {type(error).__name__}.") from None
    if answer.status != 200 or not isinstance(found, dict):
        raise Unavailable(f"The provider answers {answer.status}, or no JSON object.")
    return found
