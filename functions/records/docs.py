"""The API's document as a page of plain HTML: to search by slug or Chinese name, and to try with a picture.

It loads nothing: company networks and content policies shut out other hosts.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from html import escape
from typing import Any

Part = dict[str, Any]

CODE, LINK = re.compile("`([^`]+)`"), re.compile(r"\[([^\]]+)\]\((https://[^)\s]+)\)")

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 0 1rem 4rem; color: #1a1a1a }
h1 { margin-bottom: 0 } summary { cursor: pointer; padding: .6rem 0 } code { font-size: .9em; overflow-wrap: anywhere }
details { border-bottom: 1px solid #ddd } details > div { padding-bottom: 1rem }
table { border-collapse: collapse; width: 100% } td { border-top: 1px solid #eee; padding: .3rem .6rem .3rem 0 }
td { vertical-align: top } td, td code { overflow-wrap: break-word }
input, select, button { font: inherit; max-width: 100% }
#search { width: 100%; box-sizing: border-box; padding: .5rem; position: sticky; top: 0 }
form { display: grid; grid-template-columns: minmax(0, 1fr); gap: .5rem; justify-items: start; margin: 1rem 0 }
label { max-width: 100% } pre { overflow: auto; background: #f6f6f6 }
.method { text-transform: uppercase; font-size: .8em; color: #555 }
@media (max-width: 40rem) {
  tr, td { display: block } tr { border-top: 1px solid #eee; padding: .4rem 0 } td { border: 0; padding: 0 }
}
"""
SCRIPT = """
const find = id => document.getElementById(id);
find("search").addEventListener("input", event => {
  const wanted = event.target.value.trim().toLowerCase();
  for (const one of document.querySelectorAll("details")) one.hidden = !one.dataset.words.includes(wanted);
});
find("try").addEventListener("submit", async event => {
  event.preventDefault();
  const picture = find("picture").files[0];
  find("answer").textContent = "…";
  try {
    const answer = await fetch("ocr/" + find("product").value, {
      method: "POST", body: picture,
      headers: {"x-api-key": find("key").value, "Content-Type": picture.type || "application/octet-stream"},
    });
    find("answer").textContent = answer.status + "\\n" + JSON.stringify(await answer.json(), null, 2);
  } catch (error) {
    find("answer").textContent = "The API did not answer: " + error.message;
  }
});
"""
PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
<h1>{title}</h1>
<p>{about}</p>
<p>The same for programs: <code>GET openapi.json</code>. A key comes from whoever operates this stack.</p>
<h2>Try it</h2>
<form id="try">
<label>API key <input id="key" type="password" autocomplete="off" required></label>
<label>product <select id="product">{choices}</select></label>
<label>picture <input id="picture" type="file" accept="image/*" required></label>
<button>Read</button>
</form>
<pre id="answer"></pre>
<h2>Every request</h2>
<input id="search" type="search" placeholder="id_card, 身份证, records …" aria-label="search">
{operations}
<script>{script}</script>
</html>
"""


def page(document: str) -> tuple[str, str]:
    """The page that shows this document, and the Content-Security-Policy under which it works."""
    made = json.loads(document)
    info = made.get("info", {})
    shown = PAGE.format(
        title=escape(info.get("title", "")),
        about=_prose(info.get("description", "")),
        style=STYLE,
        script=SCRIPT,
        choices="".join(_choices(made)),
        operations="\n".join(_operations(made)),
    )
    return shown, _policy()


def _policy() -> str:
    """Nothing but the page's script runs, and it reaches nothing but this API."""
    style, script = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (STYLE, SCRIPT))
    return (
        f"default-src 'none'; script-src 'sha256-{script}'; style-src 'sha256-{style}'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _choices(made: Part) -> Iterator[str]:
    for path, methods in made.get("paths", {}).items():
        slug = path.removeprefix("/ocr/")
        if slug != path and "/" not in slug:
            yield f'<option value="{escape(slug)}">{escape(slug)}: {escape(_name(methods["post"]))}</option>'


def _name(operation: Part) -> str:
    return str(operation["summary"]).rpartition(": ")[2]


def _operations(made: Part) -> Iterator[str]:
    for path, methods in made.get("paths", {}).items():
        for method, operation in methods.items():
            summary, tags = operation.get("summary", ""), " ".join(operation.get("tags", []))
            words = escape(f"{path} {summary} {tags}".lower())
            head = f'<span class="method">{escape(method)}</span> <code>{escape(path)}</code> {escape(summary)}'
            body = _body(made, operation)
            yield f'<details data-words="{words}"><summary>{head}</summary><div>{body}</div></details>'


def _body(made: Part, operation: Part) -> str:
    parameters = [_followed(made, one) for one in operation.get("parameters", [])]
    parts = [f"<p>{_prose(operation.get('description', ''))}</p>"]
    asked = [(one["name"], one["in"], one.get("description", "")) for one in parameters]
    answers = [(status, _followed(made, one)["description"]) for status, one in operation.get("responses", {}).items()]
    for title, rows in (("Parameters", asked), ("Fields", _fields(made, operation)), ("Answers", answers)):
        if rows:
            parts.append(f"<h3>{title}</h3><table>{''.join(map(_row, rows))}</table>")
    return "".join(parts)


def _row(cells: tuple[Any, ...]) -> str:
    first, *others = (_prose(str(cell)) for cell in cells)
    return f"<tr><td><code>{first}</code>{''.join(f'<td>{other}' for other in others)}"


def _prose(text: str) -> str:
    """Text without Markdown's marks: code is shown as such, links by their words."""
    return LINK.sub(r"\1", CODE.sub(r"<code>\1</code>", escape(text)))


def _fields(made: Part, operation: Part) -> list[tuple[str, str, str]]:
    """What a product's record holds: name, what is printed beside it, type."""
    id = str(operation.get("operationId", ""))
    found = _schema(made, operation) if id.startswith("read_") else {}
    return [(name, one.get("description", ""), _type(one)) for name, one in found.items()]


def _schema(made: Part, operation: Part) -> Part:
    content = operation.get("responses", {}).get("200", {}).get("content", {}).get("application/json", {})
    record = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
    schemas = made["components"]["schemas"]
    fields: Part = schemas.get(record.removesuffix("Record"), {}).get("properties", {}) if record != "Outcomes" else {}
    return fields


def _type(schema: Part) -> str:
    kinds = [one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"]
    return ", ".join(
        " or ".join(map(str, one["enum"])) if "enum" in one else str(one.get("format") or one.get("type") or "object")
        for one in kinds
    )


def _followed(made: Part, part: Part) -> Part:
    """The component that a part is or refers to."""
    if "$ref" not in part:
        return part
    _, _, kind, name = part["$ref"].split("/")
    found: Part = made["components"][kind][name]
    return found
