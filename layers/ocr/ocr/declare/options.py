"""A picture's options: the same names and rules over HTTPS and over S3."""

import json
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, TypeAdapter, ValidationError

from ocr.declare.offers import LABEL, Offer
from ocr.platform.errors import CallerError

VENDOR = "vendor"
VENDOR_RULE = Annotated[
    str, Field(pattern=r"^[a-z]+(,[a-z]+)*$", description="only these vendors, in this order, joined by commas")
]

ESCALATE = "escalate"
_DOUBT = r"(checks|confidence<(0?\.[0-9]+|1))"
ESCALATE_RULE = Annotated[
    str,
    Field(
        max_length=64,
        pattern=rf"^(never|free|{_DOUBT}(\|{_DOUBT})*)$",
        description="when the next vendor is asked for a second opinion, in place of the operator's setting",
    ),
]

# All options of all products, which `make generate` writes: who reads one product imports no other.
NAMES = Path(__file__).with_name("options.json")
# From here on a name is another one misspelt.
MISSPELT = 0.8
UNKNOWN = "An option was sent that does not exist here."


PAGES = "pages"
PAGES_RULE = Annotated[
    str,
    Field(
        max_length=255,
        pattern=r"^[1-9][0-9]{0,3}(-[1-9][0-9]{0,3})?(,[1-9][0-9]{0,3}(-[1-9][0-9]{0,3})?)*$",
        description="only these pages of a file, as in 1-3,7",
    ),
]


SPLIT = "split"
SPLIT_RULE = Annotated[
    Literal["0", "1"],
    Field(description="1: several documents on a picture are cut out first, and each is read, and paid, by itself"),
]


# Lists show it and addresses carry it, so that it is no place for what is personal; and it is no formula of a table's.
LABEL_PATTERN = r"^[A-Za-z0-9]([A-Za-z0-9 ._:/#-]{0,62}[A-Za-z0-9])?$"
LABEL_RULE = Annotated[
    str,
    Field(
        max_length=64,
        pattern=LABEL_PATTERN,
        description="your own word for it, to find it by: a case number, say, and nothing personal",
    ),
]


def known(offers: Sequence[Offer]) -> dict[str, Any]:
    """Option name → pydantic type: the offers' options, those that all products take and, where any, `split`."""
    kinds: dict[str, Any] = {}
    for offer in offers:
        for name, kind in offer.options.items():
            # A value is allowed that one of the vendors takes; routing asks those alone.
            kinds[name] = kind if kinds.get(name, kind) == kind else kinds[name] | kind
    if any(offer.parts_pages for offer in offers):
        kinds[SPLIT] = SPLIT_RULE
    return kinds | {VENDOR: VENDOR_RULE, ESCALATE: ESCALATE_RULE, PAGES: PAGES_RULE, LABEL: LABEL_RULE}


def required(offers: Sequence[Offer]) -> set[str]:
    """The options that every offer requires."""
    needs = [{name for name, kind in offer.options.items() if type(None) not in get_args(kind)} for offer in offers]
    return set.intersection(*needs) if needs else set()


def checked(
    offers: Sequence[Offer], sent: Mapping[str, str], metadata: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The options that were sent, under their proper names; raises `invalid_option`, which quotes nothing personal.

    `metadata` is an upload's: what is neither an option of any product nor one misspelt was written there by a tool
    for itself, and is left alone. What was sent beside it counts more. Names are compared without case, because S3
    lowers the case of metadata.
    """
    rules = known(offers)
    proper = {name.casefold(): name for name in rules}
    meant = {name: value for name, value in (metadata or {}).items() if _is_option(name, proper)}
    options: dict[str, str] = {}
    for name, value in {**meant, **sent}.items():
        if name.casefold() not in proper:
            alike = [proper[one] for one in get_close_matches(name.casefold(), proper, cutoff=MISSPELT)]
            suggestion = f"Did you mean {' or '.join(alike)}? " if alike else ""
            # A name that is like no option of any product may say anything of anybody.
            named = f"There is no option {name!r} here." if alike or name.casefold() in _all_names() else UNKNOWN
            raise _invalid(named, suggestion + _listing("The options are", rules))
        option = proper[name.casefold()]
        options[option] = _valid(option, rules[option], value)
    missing = required(offers) - options.keys()
    if missing:
        raise _invalid(_listing("Missing options:", missing), _listing("Required options:", required(offers)))
    _vendors(offers, options.get(VENDOR))
    return options


def _is_option(name: str, proper: Iterable[str]) -> bool:
    """Whether a name is that of an option, of this product or another, or a misspelt one of this product."""
    return name.casefold() in _all_names() or bool(get_close_matches(name.casefold(), proper, cutoff=MISSPELT))


@cache
def _all_names() -> frozenset[str]:
    return frozenset(name.casefold() for name in json.loads(NAMES.read_text(encoding="utf-8")))


def _valid(name: str, kind: Any, value: str) -> str:
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        # The message says what is allowed; the input, which may be personal, is left out.
        allowed = error.errors(include_input=False, include_url=False)[0]["msg"]
        raise _invalid(f"The option {name} has a value that is not allowed.", f"{allowed}.") from None
    return value


def _vendors(offers: Sequence[Offer], chosen: str | None) -> None:
    vendors_of_product = [offer.vendor for offer in offers]
    vendors = chosen.split(",") if chosen else []
    if len(set(vendors)) != len(vendors):
        raise _invalid("The option vendor names a vendor twice.", "Name each vendor once, the best first.")
    if not set(vendors) <= set(vendors_of_product):
        raise _invalid(
            "The option vendor names one that does not offer this product.",
            _listing("Vendors of this product:", vendors_of_product),
        )


def _invalid(detail: str, advice: str) -> CallerError:
    return CallerError(detail, advice, kind="invalid_option")


def _listing(lead: str, names: Iterable[str]) -> str:
    return f"{lead} {', '.join(sorted(names)) or 'none'}."
