"""The API's document as a page: Swagger UI, which Powertools brings along, with everything in the page itself.

Company networks and content policies shut out other hosts.
"""

import base64
import hashlib
from pathlib import Path

from aws_lambda_powertools.event_handler.openapi import swagger_ui

ASSETS = Path(swagger_ui.__file__).parent

PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>OCR gateway</title>
<style>{style}</style>
<div id="docs"></div>
<script>{viewer}</script>
<script>{start}</script>
</html>
"""
START = 'SwaggerUIBundle({dom_id: "#docs", deepLinking: true, docExpansion: "none", filter: true, spec: %s})'


def page(document: str) -> tuple[str, str]:
    """The page that shows this document, and the Content-Security-Policy under which it works."""
    style, viewer = (_asset(f"swagger-ui{name}") for name in (".min.css", "-bundle.min.js"))
    start = START % document.replace("</", "<\\/")
    return PAGE.format(style=style, viewer=viewer, start=start), policy(viewer, start)


def policy(*scripts: str) -> str:
    """Nothing but these scripts runs, and they reach nothing but this API. Swagger UI writes styles of its own."""
    hashes = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(one.encode()).digest()).decode()}'" for one in scripts)
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; font-src data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _asset(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")
