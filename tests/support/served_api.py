"""The records' function behind a loopback port, with the authorizer before it, as API Gateway has them."""

from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from local.generate.openapi import OPEN
from local.loopback import serving
from records import app as records
from sign_in.app import Unauthorized
from sign_in.app import handler as authorizer
from tests.support.scripted import Context

STAGE = "/v1"


@contextmanager
def served(keys: dict[str, str]) -> Iterator[str]:
    """The API's address until the end of the block; `keys` are the API keys that it knows, with their ids."""
    with serving(_handler(keys)) as url:
        yield url + STAGE


def _handler(keys: dict[str, str]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 1 << 16

        def _handle(self) -> None:
            url = urlsplit(self.path)
            path = url.path.removeprefix(STAGE)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            event: dict[str, Any] = {
                "httpMethod": self.command,
                "resource": path,
                "path": path,
                "headers": dict(self.headers.items()),
                "queryStringParameters": {name: values[0] for name, values in parse_qs(url.query).items()} or None,
                "multiValueQueryStringParameters": parse_qs(url.query) or None,
                "requestContext": {"requestId": "request-1", "stage": STAGE[1:]},
                "body": body.decode() or None,
                "isBase64Encoded": False,
            }
            status = 200 if path in OPEN else self._let_in(event)
            if status != 200:
                self._answer(status, b"{}", {})
                return
            answer = records.handler(event, Context())  # type: ignore[arg-type]
            content = answer.get("body") or ""
            headers = {name: values[0] for name, values in answer["multiValueHeaders"].items()}
            sent = b64decode(content) if answer.get("isBase64Encoded") else content.encode()
            self._answer(answer["statusCode"], sent, headers)

        def _let_in(self, event: dict[str, Any]) -> int:
            try:
                said = authorizer({**event, "methodArn": "arn"}, Context())  # type: ignore[arg-type]
            except Unauthorized:
                return 401
            if said["policyDocument"]["Statement"][0]["Effect"] != "Allow":
                return 403
            key = said["usageIdentifierKey"]
            event["requestContext"] |= {
                "authorizer": said["context"],
                "identity": {"apiKey": key, "apiKeyId": keys.get(key)},
            }
            return 200 if key in keys else 401

        def _answer(self, status: int, content: bytes, headers: dict[str, str]) -> None:
            self.send_response_only(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_DELETE = _handle

    return Handler
