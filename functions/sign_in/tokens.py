"""ID tokens: signed by the operator's provider, for the console alone, and not over.

Only the two algorithms that providers sign with are taken, each with a key of its own kind: what a token says of itself
chooses neither. The provider's keys are kept; a token of a key that is not among them has them fetched anew, at most
once a minute, however many such tokens come.

https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation, https://www.rfc-editor.org/rfc/rfc8725
"""

import re
import time
from collections.abc import Mapping
from typing import Any

import jwt

from ocr.entry import identity_provider
from ocr.platform.settings import settings

ALGORITHMS = {"RS256": "RSA", "ES256": "EC"}
CLAIMS = ["iss", "aud", "exp", "iat", "sub"]
# How far clocks may be apart.
LEEWAY_SECONDS = 30
# A longer one is none: API Gateway takes 10,240 bytes of headers.
MOST_LETTERS = 10_240
AGAIN_SECONDS, HOLD_SECONDS = 60.0, 3600.0
_PERSON = re.compile(r"[!-~]{1,255}")


class Refused(Exception):
    """A token that holds for nobody; the message says why and quotes nothing of it."""


class Keys:
    """The provider's public keys, by their ids."""

    def __init__(self) -> None:
        self._kept: dict[str, jwt.PyJWK] = {}
        self._fetched = float("-inf")

    def find(self, id: str) -> jwt.PyJWK:
        """The key of this id; raises `Refused`."""
        age = time.monotonic() - self._fetched
        if age > HOLD_SECONDS or (id not in self._kept and age > AGAIN_SECONDS):
            self._fetch()
        if id not in self._kept:
            raise Refused("no key of the provider has this id")
        return self._kept[id]

    def _fetch(self) -> None:
        # Also where it fails: a provider that is down is not asked by each token.
        self._fetched = time.monotonic()
        found = identity_provider.document(identity_provider.provider().jwks_uri)
        self._kept = {one["kid"]: jwt.PyJWK(one) for one in found.get("keys", []) if _signs(one)}


_keys = Keys()


def verified(token: str) -> Mapping[str, Any]:
    """The claims of a token that holds; raises `Refused`, and `Unavailable` where the provider does not answer."""
    if len(token) > MOST_LETTERS:
        raise Refused("too long")
    try:
        header = jwt.get_unverified_header(token)
        if header.get("alg") not in ALGORITHMS:
            raise Refused("another algorithm")
        key = _keys.find(str(header.get("kid")))
        if key.key_type != ALGORITHMS[header["alg"]]:
            raise Refused("a key of another kind")
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[header["alg"]],
            audience=settings().oidc_client_id,
            issuer=settings().oidc_issuer,
            leeway=LEEWAY_SECONDS,
            options={"require": CLAIMS},
        )
    except jwt.PyJWTError as error:
        raise Refused(type(error).__name__) from None
    # A token for several is for the one that it names besides.
    if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != settings().oidc_client_id:
        raise Refused("for several, and this client is not the one")
    # Cognito signs access tokens with the same keys.
    if claims.get("token_use", "id") != "id":
        raise Refused("no ID token")
    if not _PERSON.fullmatch(claims["sub"]):
        raise Refused("a person without an id")
    return claims


def _signs(key: Any) -> bool:
    """Whether this is a key of a kind that is taken, for signatures."""
    return (
        isinstance(key, dict)
        and isinstance(key.get("kid"), str)
        and key.get("kty") in ALGORITHMS.values()
        and key.get("use", "sig") == "sig"
        and key.get("alg", next(name for name, kind in ALGORITHMS.items() if kind == key["kty"])) in ALGORITHMS
    )
