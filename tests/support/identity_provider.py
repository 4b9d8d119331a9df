"""An OpenID Connect provider on loopback: signs people in, and checks what a provider checks.

Its page has a link for each person. A code is good once, within a minute, for the client, the address and the verifier
(PKCE, S256) of the request that it was made for.
"""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from local.loopback import serving

CLIENT = "console"
CODE_SECONDS = 60
TOKEN_SECONDS = 3600
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def new_key(algorithm: str = "RS256") -> Key:
    if algorithm == "ES256":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public(key: Key, id: str) -> dict[str, Any]:
    """A key as a provider shows it."""
    if isinstance(key, rsa.RSAPrivateKey):
        shown = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
    else:
        shown = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key()))
    return {name: shown[name] for name in ("kty", "n", "e", "crv", "x", "y") if name in shown} | {
        "kid": id,
        "use": "sig",
    }


@dataclass
class IdentityProvider:
    """The provider; `people` are the claims by name, `redirects` the addresses that it sends people to."""

    url: str = ""
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    redirects: set[str] = field(default_factory=set)
    keys: dict[str, Key] = field(default_factory=lambda: {"first": new_key()})
    asked: list[str] = field(default_factory=list)
    codes: dict[str, tuple[float, str, dict[str, str]]] = field(default_factory=dict)
    seconds: int = TOKEN_SECONDS

    def claims(self, person: str, **more: Any) -> dict[str, Any]:
        now = int(time.time())
        times = {"iat": now, "exp": now + self.seconds}
        return {"iss": self.url, "aud": CLIENT, "sub": person, **times, **self.people.get(person, {}), **more}

    def token(self, person: str, **more: Any) -> str:
        """An ID token of a person, signed with the newest key."""
        id, key = [*self.keys.items()][-1]
        return self.signed(self.claims(person, **more), key, id)

    def signed(self, claims: Mapping[str, Any], key: Key, id: str) -> str:
        algorithm = "RS256" if isinstance(key, rsa.RSAPrivateKey) else "ES256"
        return jwt.encode(dict(claims), key, algorithm, headers={"kid": id})

    def get(self, path: str, query: Mapping[str, str]) -> tuple[int, str, Any]:
        """Status, and a redirect's address or what the body is, as JSON or as a page."""
        if path == "/.well-known/openid-configuration":
            names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
            return 200, "", {"issuer": self.url} | {name: f"{self.url}/{place}" for name, place in names.items()}
        if path == "/keys":
            return 200, "", {"keys": [public(key, id) for id, key in self.keys.items()]}
        if path != "/authorize":
            return 404, "", {}
        wanted = {"response_type": "code", "client_id": CLIENT, "code_challenge_method": "S256", "scope": "openid"}
        asked = all(query.get(name) == value for name, value in wanted.items())
        secret = len(query.get("code_challenge", "")) == 43 and query.get("state") and query.get("nonce")
        if not asked or not secret or query.get("redirect_uri") not in self.redirects:
            return 400, "", "This request is refused."
        if (person := query.get("person")) not in self.people:
            links = [(name, urlencode({**query, "person": name})) for name in self.people]
            return 200, "", "".join(f'<p><a href="?{escape(link)}">{escape(name)}</a>' for name, link in links)
        code = secrets.token_urlsafe(16)
        self.codes[code] = time.monotonic(), str(person), dict(query)
        return 303, f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}", ""

    def post(self, path: str, form: Mapping[str, str]) -> tuple[int, Any]:
        """What a client gets for a code."""
        at, person, query = self.codes.pop(form.get("code", ""), (float("-inf"), "", {}))
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        holds = (
            path == "/token"
            and form.get("grant_type") == "authorization_code"
            and form.get("client_id") == query.get("client_id")
            and form.get("redirect_uri") == query.get("redirect_uri")
            and challenge == query.get("code_challenge")
            and at + CODE_SECONDS > time.monotonic()
        )
        if not holds:
            return 400, {"error": "invalid_grant"}
        token = self.token(person, nonce=query["nonce"])
        return 200, {"token_type": "Bearer", "expires_in": self.seconds, "access_token": "none", "id_token": token}


@contextmanager
def signing_in() -> Iterator[IdentityProvider]:
    """A provider that serves until the end of the block."""
    provider = IdentityProvider()
    with serving(_handler(provider)) as provider.url:
        yield provider


def _handler(provider: IdentityProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 1 << 16

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            provider.asked.append(url.path)
            status, place, body = provider.get(url.path, _flat(url.query))
            self._answer(status, body, {"Location": place} if place else {})

        def do_POST(self) -> None:
            form = _flat(self.rfile.read(int(self.headers["Content-Length"])).decode())
            # Pages of other origins may ask for tokens: a code is worth nothing without its verifier.
            self._answer(*provider.post(urlsplit(self.path).path, form), {"Access-Control-Allow-Origin": "*"})

        def _answer(self, status: int, body: Any, headers: Mapping[str, str]) -> None:
            page = isinstance(body, str)
            content = (f"<!doctype html><title>Sign in</title>{body}" if page else json.dumps(body)).encode()
            self.send_response_only(status)
            for name, value in {"Content-Type": "text/html" if page else "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return Handler


def _flat(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}
