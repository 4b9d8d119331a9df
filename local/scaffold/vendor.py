"""`make new-vendor NAME=baidu PRODUCTS=id_card`: the module, the simulator and the tests' facts of one more vendor.

What it writes works together: the simulator answers what the module asks. The house rules of vendors
(`tests/unit/house/test_vendor_rules.py`) then name what only the vendor's own document can tell.
"""

import re
import subprocess
import sys
from pathlib import Path

from local.arguments import Arguments
from local.cloud.aws import ROOT
from local.cloud.stack import logical
from ocr.declare.catalogue import exists, suggestions

NAME = re.compile(r"[a-z][a-z0-9]*")
# Where the settings' order of the vendors ends.
LAST = '"embedded"),\n        validation_alias="VENDORS"'
SETTINGS = Path("layers/ocr/ocr/platform/settings.py")

MODULE = '''"""{name}: say which of the vendor's documents this was written from, and of which date."""

import base64
import json
from dataclasses import dataclass
from typing import Any, ClassVar

from ocr.declare.offers import Limits, Member, VendorRequest
from ocr.model.picture import Picture
from ocr.model.reading import ExtractedDocument, Item, Reading
from ocr.platform.settings import settings
from ocr.vendors import transport
from ocr.vendors.parsing import OnePicture, Table, code_of, members, settle, text, trace

VENDOR = "{name}"
URL = "https://{name}.invalid"

# The members of the secret, for the vendor's page; an offer's `keys` are those without which it cannot be used.
SECRET = (Member("key", "say where in the vendor's console it stands"),)
# What each code of the vendor's document means here; a code that stands in no table is never taken for success.
ERRORS: Table = {{}}


@dataclass(frozen=True)
class _Labelled(OnePicture):
    """An answer of labels and texts."""

    vendor: ClassVar[str] = VENDOR
    keys: ClassVar[tuple[str, ...]] = ("key",)
    members: ClassVar[tuple[Member, ...]] = SECRET
    limits: ClassVar[Limits] = Limits(bytes=1024 * 1024, encoded="base64")
    patience: ClassVar[float] = 10
    path: ClassVar[str]

    def send(self, request: VendorRequest, document: Picture, until: float) -> transport.Answer:
        asked = {{"key": request.secret["key"], "image": base64.b64encode(document.content).decode()}}
        headers = {{"Content-Type": "application/json"}}
        url = settings().url(VENDOR, URL) + self.path
        return transport.send("POST", url, until, data=json.dumps(asked).encode(), headers=headers)

    def understand(
        self, request: VendorRequest, document: Picture, answer: transport.Answer, body: dict[str, Any]
    ) -> Reading:
        settle(answer, code_of(body.get("code")), ERRORS)
        items = [Item(label=label, text=text(value)) for label, value in members(body.get("words")).items()]
        return Reading(
            vendor=VENDOR,
            findings=[ExtractedDocument(items=items)],
            units=self.units(request.options),
        )

    def call_id(self, body: dict[str, Any]) -> str | None:
        return trace(body.get("id"))
'''
OFFER = '''

@dataclass(frozen=True)
class {model}(_Labelled):
    """{slug}: say under which name the vendor offers it."""

    path: ClassVar[str] = "/{slug}"
'''
SIMULATOR = '''"""{name}, as its document describes it: say which document, and of which date."""

import json
import uuid
from collections.abc import Mapping
from http import HTTPStatus
from typing import ClassVar

from local.simulators import reader
from local.simulators.calls import JSON, Body, Call, Code, Question, Refusal
from local.simulators.pictures import NotAPicture, NotBase64, decoded, opened
from local.simulators.state import Order, Settings
from local.simulators.vendor import Simulator

PRODUCTS = {{{products}}}


class {simulator}(Simulator[Settings]):
    name = "{name}"
    secret = {{"key": "simulated-{name}-key"}}
    code_key = "code"
    # Code → message, as the vendor's document lists them.
    errors: ClassVar[Mapping[Code, str]] = {{}}
    nested_default = 1
    # Its code for a wrong key.
    unauthorized = 1

    def __init__(self) -> None:
        super().__init__(Settings)

    def check(self, call: Call) -> Question:
        product = call.path.removeprefix("/")
        if product not in PRODUCTS or call.method != "POST" or call.media_type != JSON:
            raise Refusal(violation=f"no such interface: {{call.method}} {{call.path}} {{call.media_type}}")
        asked = json.loads(call.body)
        if asked.get("key") != self.secret["key"]:
            raise Refusal(self.unauthorized)
        try:
            return Question(product, [opened(decoded(asked.get("image", "")))])
        except (NotBase64, NotAPicture) as fault:
            raise Refusal(violation=str(fault)) from fault

    def answer(self, question: Question) -> Body:
        entries = reader.entries(question.readable[0], question.product)
        return {{"code": 0, "id": uuid.uuid4().hex, "words": {{entry.label: entry.text for entry in entries}}}}

    def error(self, code: Code, message: str | None, question: Question | None) -> tuple[Body, int]:
        return {{"code": code, "message": message or self.errors.get(code, "")}}, HTTPStatus.OK

    def nested(self, code: Code, order: Order, question: Question) -> Body:
        return {{"code": 0, "words": None, "error": {{"code": code}}}}
'''
FACTS = '''"""What the contract tests have to know of {name}, from its document."""

from collections.abc import Iterator
from typing import Any

from ocr.vendors.{name} import {models}
from tests.support.adapters import Case, Recorded, Row

# A secret, in the members that the offers need.
SECRET = {{"key": "a-key"}}
# The members of an answer that carry its code, and the codes of success.
CODES, SUCCESSES = ("code",), ("0",)
# A line for each code of the vendor's document: (offer, answer, row, code), where a row is REFUSED, BUSY, PAID_BUSY or
# NOTHING of `tests.support.adapters`, or (class of the error, HTTP status of the problem, whether it may be billed).
ROWS: list[tuple[Any, Any, Row, int]] = []
# Each way to ask the vendor; the first one of an offer stands for it.
CASES = [{cases}]
# Ways to ask it with a wrong secret, beside one of an offer's `keys` being wrong.
WRONG_KEYS: list[Case] = []


def recorded(text: str) -> Iterator[Recorded]:
    """Answers as the vendor gives them, with this text where it may be."""
    yield Recorded({first}(), {{"code": 0, "words": {{"姓名": text}}}})
'''
TODO = """\
Written: {files}
What is left to do, from the vendor's own document; `make test` names what is missing:
  1. {module}: URL, how a call is signed, limits, ERRORS, what an answer holds
  2. {simulator}: the same from the vendor's side, and its errors
  3. {facts}: ROWS, a line for each code
  4. make generate"""


class Refused(ValueError):
    """The vendor cannot be written; the message says why."""


def create(name: str, slugs: list[str], root: Path = ROOT) -> list[Path]:
    """Write a vendor that reads these products below `root`; the files written. Raises `Refused`."""
    if not NAME.fullmatch(name):
        raise Refused(f"NAME={name} is no vendor's name: say lower case letters, as in NAME=baidu PRODUCTS=id_card.")
    if not slugs:
        raise Refused("Say what the vendor reads: PRODUCTS=id_card, or several with commas.")
    for slug in slugs:
        if not exists(slug):
            meant = " or ".join(suggestions(slug))
            raise Refused(f"There is no product {slug}.{f' Did you mean {meant}?' if meant else ''}")
    module = root / "layers/ocr/ocr/vendors" / f"{name}.py"
    if module.exists():
        raise Refused(f"There is a module {module.relative_to(root)} already.")
    models = [logical(slug) for slug in slugs]
    offers = "".join(OFFER.format(model=model, slug=slug) for model, slug in zip(models, slugs, strict=True))
    cases = ", ".join(f"Case({model}())" for model in models)
    made = {
        module: MODULE.format(name=name) + offers,
        root / "local/simulators" / f"{name}.py": SIMULATOR.format(
            name=name, simulator=name.capitalize(), products=", ".join(f'"{slug}"' for slug in sorted({*slugs}))
        ),
        root / "tests/contract/adapters" / f"{name}.py": FACTS.format(
            name=name, models=", ".join(sorted(models)), first=models[0], cases=cases
        ),
    }
    for path, text in made.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    changed = [root / SETTINGS, *(root / "functions" / slug / "app.py" for slug in slugs)]
    changed[0].write_text(_tried_last(changed[0].read_text(), name))
    for path, model in zip(changed[1:], models, strict=True):
        path.write_text(_declared(path.read_text(), name, model))
    return [*made, *changed]


def _tried_last(text: str, name: str) -> str:
    """The settings with the vendor before the embedded engine, which costs nothing and is asked last."""
    return text.replace(LAST, LAST.replace('"embedded"', f'"{name}", "embedded"'))


def _declared(text: str, name: str, model: str) -> str:
    """A product's declaration with one more offer, before the embedded engine's where there is one."""
    names = re.compile(r"(?<=^from ocr\.vendors import ).*$", re.MULTILINE)
    imported = names.sub(lambda found: _among(found[0], name), text)
    begin = imported.index("offers=[") + len("offers=[")
    end = imported.index("]", begin)
    inside = imported[begin:end]
    at = begin + (inside.index("embedded.") if "embedded." in inside else len(inside))
    comma = "" if "embedded." in inside else ", "
    return f"{imported[:at]}{comma}{name}.{model}(){', ' if not comma else ''}{imported[at:]}"


def _among(names: str, name: str) -> str:
    return ", ".join(sorted({*names.split(", "), name}))


def main() -> None:
    """Write a vendor and what is made of it; say what is left to do."""
    parser = Arguments(description="Write one more vendor.")
    parser.add_argument("name")
    parser.add_argument("products")
    asked = parser.parse_args()
    try:
        files = create(asked.name, asked.products.replace(",", " ").split())
    except Refused as refused:
        parser.error(str(refused))
    if subprocess.run([sys.executable, "-m", "local.generate"], cwd=ROOT).returncode:
        sys.exit("The files are written, but `make generate` failed: see above.")
    module, simulator, facts, *_ = shown = [str(path.relative_to(ROOT)) for path in files]
    print(TODO.format(files=", ".join(shown), module=module, simulator=simulator, facts=facts))


if __name__ == "__main__":
    main()
