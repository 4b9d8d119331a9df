"""What the pages' tables say, read off the code."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import click
import yaml
from pydantic import BaseModel

from cli.app import main as commands
from cli.exit_codes import EXIT_CODES
from local.cloud.aws import ROOT
from local.generate.components import GATEWAY
from local.generate.tables import PERFORMANCE, PROMISES, table, tables_of
from local.samples import digital
from ocr.declare.catalogue import offers_by_vendor, products
from ocr.declare.checks import WEAK, RowRule
from ocr.declare.field_types import Money
from ocr.declare.fields import Declared, Fields, declared
from ocr.declare.identifiers import WITH_CHECK_DIGIT
from ocr.declare.offers import Offer
from ocr.declare.product import Product
from ocr.entry import https, requests, uploads
from ocr.model.picture import MEDIA_TYPES
from ocr.model.record import Announcement, Attempt, Document, Evidence, Record
from ocr.pages import examine
from ocr.pipeline.confidence import Witness, confidence
from ocr.platform.errors import NEVER, PROBLEMS, RETRIED
from ocr.platform.settings import Settings

Part = dict[str, Any]
MEGABYTE = 1024 * 1024


def contents(openapi: Part, template: str) -> Mapping[str, Callable[[], str]]:
    """Every table by the name of its place; `openapi` is the API's document, `template` the text of template.yaml."""
    return {
        "problems": _problems,
        "limits": _limits,
        "formats": _formats,
        "ways": _ways,
        "tried": _tried,
        "functions-beside": _functions_beside,
        "engines-beside": _engines_beside,
        "routes": lambda: _routes(openapi),
        "record": lambda: _members(Record, Document, Evidence, Attempt),
        "announcement": lambda: _members(Announcement),
        "commands": _commands,
        "exit-codes": _exit_codes,
        "vendors": _vendors,
        "personal": _personal,
        "unchecked": _unchecked,
        "confidence": _confidence,
        "recommendation": _recommendation,
        "settings": _settings,
        "parameters": lambda: _parameters(template),
        "targets": _targets,
    }


def _recommendation() -> str:
    """The recommended settings as an operator writes them."""
    parameters = json.loads((ROOT / "local/recommended.json").read_text(encoding="utf-8"))
    return "```\n" + "".join(f"{name} = {value}\n" for name, value in parameters.items()) + "```\n"


# --- Personal data ----------------------------------------------------------------------------------------------------


def _personal() -> str:
    """Which fields of which product lists mask, and which they show."""
    rows = [
        [f"`{slug}`", _names(product.fields, personal=True), _names(product.fields, personal=False)]
        for slug, product in products().items()
    ]
    return table(["product", "personal", "shown"], rows)


def _names(fields: type[Fields], *, personal: bool) -> str:
    return ", ".join(name for name, field in declared(fields).items() if field.mark.pii == personal)


# --- Checks -----------------------------------------------------------------------------------------------------------


def _unchecked() -> str:
    """Which fields of which product nothing else on the document confirms."""
    rows = [[f"`{slug}`", ", ".join(_alone(product))] for slug, product in products().items()]
    return table(["product", "fields"], [row for row in rows if row[1]])


def _alone(product: Product) -> Iterator[str]:
    """The fields without a check digit that no rule compares with another; a row's by the row's name before them."""
    rules = [rule for rule in product.checks if rule.name not in WEAK]
    compared = {field for rule in rules if not isinstance(rule, RowRule) for field in rule.fields}
    cells = {(rule.rows, column) for rule in rules if isinstance(rule, RowRule) for column in rule.columns}
    for name, field in declared(product.fields).items():
        if field.row:
            # What a column adds up to, or continues from, is one of its amounts.
            for column, cell in declared(field.row).items():
                added = name in compared and cell.type is Money
                if not (added or (name, column) in cells or _has_check_digit(cell)):
                    yield f"{name}[].{column}"
        elif not (name in compared or field.mark.content or field.mark.derived or _has_check_digit(field)):
            yield name


def _has_check_digit(field: Declared) -> bool:
    return bool({field.shape.check, field.mark.check} & WITH_CHECK_DIGIT)


# --- Accuracy ---------------------------------------------------------------------------------------------------------

SCORES, LETTERS = (0.6, 0.9, 0.97, 0.999), 8
WITNESSES = {
    Witness.PROOF: "a check passed that hardly any misread text passes: a check digit, a checksum, a sum",
    Witness.CHECK: "another check passed: the form of a number, the order of dates",
    Witness.TYPE: "none, and the field takes few texts: a date, an amount, one word of a few",
    Witness.NOTHING: "none, and the field takes any text: a name, an address",
    Witness.FAILED: "a check failed",
}


def _confidence() -> str:
    """The confidence of a text of eight letters, by what else is known of the value and by its score."""
    rows = [
        [told, *(f"{confidence(score, LETTERS, known):.3f}" for score in SCORES)] for known, told in WITNESSES.items()
    ]
    return table(["witness", *(f"score {score:g}" for score in SCORES)], rows)


# --- Trials -----------------------------------------------------------------------------------------------------------


def _tried() -> str:
    """What was done to each promise and whether it held, out of the table that `make trials` writes."""
    [trials] = tables_of(PROMISES.read_text(encoding="utf-8"), "trials")
    return _columns(trials, "trial", "what was done", "promise")


def _functions_beside() -> str:
    """A product function beside others, out of the tables that `make bench` writes."""
    functions, *_ = tables_of(PERFORMANCE.read_text(encoding="utf-8"), "bench")
    return _columns(functions, functions[0][0], "product", "product ÷ naive", "product ÷ floor")


def _engines_beside() -> str:
    """The engine beside others, out of the tables that `make bench` writes."""
    engines = next(one for one in tables_of(PERFORMANCE.read_text(encoding="utf-8"), "bench") if one[0][0] == "engine")
    ratios = [name for name in engines[0] if name.startswith("this engine ÷ it")]
    return _columns(engines, "engine", "cores", "texts read whole", *ratios)


def _columns(cells: Sequence[Sequence[str]], *names: str) -> str:
    """The columns of these names of a table whose head comes first."""
    head, *rows = cells
    return table(names, [[one[head.index(name)] for name in names] for one in rows])


# --- The API ----------------------------------------------------------------------------------------------------------


def _problems() -> str:
    shown = {NEVER: "", RETRIED: "retried, `failed` in the end"}
    rows = [
        [f"`{kind}`", str(one.status), one.title, one.advice, shown.get(one.upload, f"`{one.upload}`")]
        for kind, one in PROBLEMS.items()
    ]
    return table(["type `urn:ocr:problem:`", "status", "title", "what to do", "an upload's record"], rows)


def _formats() -> str:
    """What each format becomes."""
    rows = [[name, media_type, _AS[name]] for name, media_type in MEDIA_TYPES.items()]
    return table(["format", "type", "is read as"], rows)


def _ways() -> str:
    """Which format comes by which way: every one by each, which the tests try."""
    return table(["", *digital.FORMATS], [[way, *["✓"] * len(digital.FORMATS)] for way in digital.WAYS])


_AS: Mapping[str, str] = {
    "JPEG": "a picture, also in CMYK, without its last bytes, or with a film behind it",
    "PNG": "a picture, also with 16 bits a channel; what is white on nothing lies on black",
    "BMP": "a picture",
    "GIF": "a picture: the first frame",
    "WEBP": "a picture: the first frame",
    "TIFF": "a picture, or pages if it has several; also faxes, CMYK, 16 bits",
    "HEIF": "a picture, turned as the telephone says: HEIC",
    "AVIF": "a picture",
    "PDF": "pages: their text, or pictures",
    "OFD": "pages: their text and the invoice's data, or pictures",
    "XML": "one page: the data of a 数电票",
}


def _limits() -> str:
    rows = [
        ["formats", f"{', '.join(MEDIA_TYPES)}; some vendors take fewer"],
        ["a picture", f"{examine.MAX_BYTES // MEGABYTE} MB, {examine.MAX_PIXELS // 1_000_000} megapixels"],
        ["a picture in an HTTPS request", "about 4.5 MB; upload larger ones"],
        [
            "a batch",
            f"{requests.MOST_PICTURES} pictures; {requests.MOST_BATCH_BYTES // MEGABYTE} MB if they are uploads",
        ],
        ["an `Idempotency-Key`", f"1 to {https.MOST_KEY} visible ASCII characters"],
        ["an upload form", f"valid for {uploads.FORM_SECONDS // 60} minutes"],
    ]
    return table(["limit", "value"], rows)


def _routes(openapi: Part) -> str:
    found: dict[str, list[str]] = {}
    for path, methods in openapi["paths"].items():
        for method, operation in methods.items():
            name = re.sub(r"^/ocr/[a-z0-9_]+", "/ocr/{product}", path)
            text = operation["summary"].partition(":")[0]
            own = [status for status in sorted(operation["responses"]) if int(status) not in GATEWAY]
            row = [f"`{method.upper()} {name}`", text, ", ".join(own)]
            found.setdefault(row[0], row)
    return table(["request", "what it does", "statuses"], found.values())


def _members(*models: type[BaseModel]) -> str:
    rows = [
        [f"`{name}`" if one is models[0] else f"`{_PLACES[one]}.{name}`", field.description or ""]
        for one in models
        for name, field in one.model_fields.items()
    ]
    return table(["member", "meaning"], rows)


_PLACES: Mapping[type[BaseModel], str] = {
    Document: "document",
    Evidence: "document.evidence.{field}",
    Attempt: "attempts[]",
}


def _commands() -> str:
    assert isinstance(commands, click.Group)
    named = dict(_named(commands))
    options = {name: _options(command) for name, command in named.items()}
    # What concerns the stack's API and not its requests has no address and no key.
    every = [one for one in options["get"] if all(one in found for name, found in options.items() if " " not in name)]
    rows = []
    for name, command in named.items():
        pieces = command.collect_usage_pieces(click.Context(command))
        usage = " ".join(["ocr", name, *(piece for piece in pieces if piece != "[OPTIONS]")])
        rows.append([f"`{usage}`", "", command.get_short_help_str(200)])
        rows += [["", f"`{option}`", help] for option, help in options[name] if (option, help) not in every]
    rows += [["every command", f"`{option}`", help] for option, help in every if (option, help) in options["keys list"]]
    others = [(option, help) for option, help in every if (option, help) not in options["keys list"]]
    rows += [["every command but `keys`", f"`{option}`", help] for option, help in others]
    return table(["command", "option", "what it does"], rows)


def _named(group: click.Group, prefix: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command by its name, those of a group too."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _named(command, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}", command


def _options(command: click.Command) -> list[tuple[str, str]]:
    found = [one.get_help_record(click.Context(command)) for one in command.params if isinstance(one, click.Option)]
    return [(option, " ".join(help.split())) for option, help in filter(None, found)]


def _exit_codes() -> str:
    return table(["exit code", "meaning"], [[str(code), meaning] for code, meaning in EXIT_CODES.items()])


# --- Vendors and operation --------------------------------------------------------------------------------------------


def _vendors() -> str:
    rows = [_offer(offer) for offers in offers_by_vendor().values() for offer in offers]
    return table(["vendor", "sells", "a picture", "formats", "sides, px", "pictures a request", "price units"], rows)


def _offer(offer: Offer) -> list[str]:
    limits = offer.limits
    counted = f" {limits.encoded}" if limits.encoded else ""
    sells = [product.slug for product in products().values() if any(type(one) is type(offer) for one in product.offers)]
    return [
        f"[{offer.vendor}](vendors/{offer.vendor}.md)",
        f"{len(sells)} products" if len(sells) > 3 else ", ".join(f"`{slug}`" for slug in sells),
        f"≤ {limits.bytes / 1024:.0f} KB{counted}",
        ", ".join(sorted(limits.formats)),
        f"{limits.side[0]}–{limits.side[1]}",
        str(limits.batch),
        offer.price(),
    ]


def _settings() -> str:
    rows = [
        [f"`{field.validation_alias}`", field.description or "", _default(field.get_default())]
        for field in Settings.model_fields.values()
    ]
    return table(["variable", "meaning", "default"], rows)


def _default(value: object) -> str:
    if isinstance(value, tuple):
        return f"`{','.join(value)}`"
    return "" if value in ({}, "") or "Undefined" in repr(value) else f"`{value}`"


class _Loader(yaml.CSafeLoader):
    """Reads CloudFormation's short forms as their bare values."""


_Loader.add_multi_constructor("!", lambda loader, _, node: None)


def _parameters(template: str) -> str:
    rows = [
        [f"`{name}`", one.get("Description", ""), f"`{one['Default']}`" if one.get("Default") not in (None, "") else ""]
        for name, one in yaml.load(template, _Loader)["Parameters"].items()
    ]
    return table(["parameter", "meaning", "default"], rows)


def _targets() -> str:
    found = re.findall(r"^([a-z][a-z -]*):.*?## (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    return table(["command", "what it does"], [[f"`make {name}`", text] for name, text in found])
