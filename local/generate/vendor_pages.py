"""`docs/vendors/*.md`: a page per vendor, read off its module and its offers."""

import inspect
import json
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType

from local.cloud.aws import ROOT
from local.generate.tables import table
from ocr.declare.catalogue import offers_by_vendor, products
from ocr.declare.offers import Member, Offer
from ocr.platform.errors import PROBLEMS, OcrError, VendorFault, VendorRejected, VendorUnavailable
from ocr.platform.settings import Settings
from ocr.vendors.parsing import Flag, Row

FOLDER = ROOT / "docs/vendors"
NOTE = "This page is made by `make generate` from [`{vendor}.py`](../../layers/ocr/ocr/vendors/{vendor}.py).\n"
# Of more products than these, only their number is said.
MOST_NAMED = 6


def vendor_pages() -> Iterator[tuple[Path, str]]:
    """The page of every vendor that sells a product."""
    for vendor, offers in offers_by_vendor().items():
        yield FOLDER / f"{vendor}.md", page(vendor, offers)


def page(vendor: str, offers: Sequence[Offer]) -> str:
    """One vendor's page: how to set it up, settings, secret, interfaces, flags, errors."""
    module = import_module(f"ocr.vendors.{vendor}")
    parts = [f"# {vendor}\n", inspect.getdoc(module) or "", NOTE.format(vendor=vendor)]
    parts += [
        _setup(module),
        _settings(vendor, module),
        _secret(vendor, offers),
        _interfaces(offers),
        _codetypes(module),
    ]
    parts += [_flags(module)]
    tables = {name: one for name, one in vars(module).items() if _is_table(name, one)}
    return "\n".join(_spaced([*parts, *(_errors(name, one) for name, one in tables.items())]))


def _spaced(parts: Sequence[str]) -> Iterator[str]:
    for part in parts:
        if part:
            yield part.rstrip("\n") + "\n"


def _setup(module: ModuleType) -> str:
    steps: Sequence[str] = getattr(module, "SETUP", ())
    return "## Setting it up\n\n" + "".join(f"- {one}\n" for one in steps) if steps else ""


def _settings(vendor: str, module: ModuleType) -> str:
    own = getattr(module, "URL", "")
    rows = [
        [
            f"`{field.validation_alias}`",
            f"{field.description}. Its own is `{own}`." if name == "vendor_urls" else str(field.description),
        ]
        for name, field in Settings.model_fields.items()
        if name in {"vendors", "product_vendors", "vendor_rates"} or (own and name == "vendor_urls")
    ]
    return "## Settings\n\n" + table(["variable", "meaning"], rows)


def _secret(vendor: str, offers: Sequence[Offer]) -> str:
    members = {one.name: one for offer in offers for one in offer.members}
    if not members:
        return "## Secret\n\nNone: it needs no account."
    needed = {name for offer in offers for name in offer.keys}
    example = json.dumps(dict.fromkeys((name for name in members if name in needed), "…"), ensure_ascii=False)
    rows = [[f"`{one.name}`", one.description, _needed(one, offers)] for one in members.values()]
    return (
        f"## Secret\n\nIts name is the stack's name and the vendor's: `ocr/{vendor}`. An interface is used once the"
        " members that it needs are filled in.\n\n<!-- not run: needs the vendor's keys -->\n```sh\n"
        f"aws secretsmanager put-secret-value --secret-id ocr/{vendor} \\\n"
        f"  --secret-string '{example}'\n```\n\n" + table(["member", "meaning", "needed by"], rows)
    )


def _needed(member: Member, offers: Sequence[Offer]) -> str:
    by = [offer.interface for offer in offers if member.name in offer.keys]
    if len(by) == len(offers):
        return "all"
    if member.only_with:
        return "`{}` = `{}`".format(*member.only_with)
    return ", ".join(by) or (
        f"optional: {', '.join(f'`{one}`' for one in member.choices)}" if member.choices else "optional"
    )


def _interfaces(offers: Sequence[Offer]) -> str:
    rows = [
        [
            _interface(offer),
            _products_of(offer),
            f"≤ {offer.limits.bytes / 1024:.0f} KB {offer.limits.encoded or ''}".strip(),
            ", ".join(sorted(offer.limits.formats)),
            f"{offer.limits.side[0]}–{offer.limits.side[1]}",
            str(offer.limits.batch),
            f"{offer.patience:g}",
            offer.price(),
            ", ".join(dict.fromkeys(f"`{name}`" for other in _alike(offer) for name in other.options)),
        ]
        for offer in offers
    ]
    head = [
        "interface",
        "products",
        "a picture",
        "formats",
        "sides, px",
        "pictures a request",
        "seconds",
        "price units",
    ]
    return (
        "## Interfaces\n\n"
        + table([*head, "options"], rows)
        + ("\n*seconds*: a picture with less time left is not sent; the call would be paid and its answer missed.\n")
    )


def _alike(offer: Offer) -> list[Offer]:
    """All that is sold like this one, this one first: etoplive's kinds of documents differ by a number."""
    others = [other for one in products().values() for other in one.offers if type(other) is type(offer)]
    return [offer, *others]


def _interface(offer: Offer) -> str:
    names = {other.interface for other in _alike(offer)}
    return offer.interface if len(names) == 1 else f"{type(offer).__name__.lower()}, {len(names)} of them"


def _products_of(offer: Offer) -> str:
    found = [one.slug for one in products().values() if any(type(other) is type(offer) for other in one.offers)]
    return f"{len(found)} products" if len(found) > MOST_NAMED else ", ".join(f"`{slug}`" for slug in found)


def _is_table(name: str, value: object) -> bool:
    return (
        not name.startswith("_")
        and isinstance(value, Mapping)
        and bool(value)
        and all(isinstance(one, Row) for one in value.values())
    )


def _errors(name: str, rows: Mapping[str, Row]) -> str:
    title = name.removesuffix("ERRORS").strip("_").lower().replace("_", " ")
    head = ["code", "kind", "status", "means", "what to do", "who acts", "billed", "next vendor asked", "final"]
    return f"## Errors{': ' + title if title else ''}\n\n" + table(head, [_error(*one) for one in rows.items()])


def _error(code: str, row: Row) -> list[str]:
    error = row.made(code)
    kind = PROBLEMS[error.kind]
    return [
        f"`{code}`",
        f"`{error.kind}`",
        str(kind.status),
        error.detail,
        error.advice,
        _acts(error),
        "maybe" if error.paid else "no",
        "yes" if isinstance(error, VendorFault) else "no",
        "no" if isinstance(error, VendorUnavailable | VendorRejected) else "yes",
    ]


def _acts(error: OcrError) -> str:
    if isinstance(error, VendorRejected):
        return "operator"
    return "nobody: it is retried" if isinstance(error, VendorUnavailable) else "caller"


def _codetypes(module: ModuleType) -> str:
    codetypes = getattr(module, "CODETYPES", {})
    rows = [[f"`{code}`", one.meaning, str(one.price), f"`{one.kind}`"] for code, one in codetypes.items()]
    head = ["codetype", "meaning", "price units", "field of the answer"]
    return "## Codetypes\n\n" + table(head, rows) if rows else ""


def _flags(module: ModuleType) -> str:
    flags: Mapping[str, Flag] = getattr(module, "FLAGS", {})
    rows = [
        [f"`{name}`", f"`{value}`" if value else "", says]
        for name, flag in flags.items()
        for value, says in {"": flag.says, **flag.values}.items()
    ]
    said = "What the vendor says of a picture beside what stands on it. The record's evidence has the same words.\n"
    return f"## Flags\n\n{said}\n" + table(["flag", "value", "meaning"], rows) if rows else ""
