"""What an operator can set: the functions' environment as one checked model."""

import os
import re
from decimal import Decimal
from functools import cache
from typing import Annotated, Literal, NamedTuple, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, Field, PositiveFloat, ValidationError, model_validator

from ocr.platform.errors import ConfigurationError

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def _words(text: object) -> object:
    return tuple(text.replace(",", " ").split()) if isinstance(text, str) else text


def _choices(text: object) -> object:
    """`id_card=ctyun+embedded captcha=juhe` as product → vendors."""
    if not isinstance(text, str):
        return text
    pairs = (word.partition("=") for word in text.replace(",", " ").split())
    return {product: tuple(vendors.split("+")) for product, _, vendors in pairs}


def _by_vendor(text: object) -> object:
    """`juhe=10 ctyun=0.5` as vendor → what is said of it."""
    if not isinstance(text, str):
        return text
    pairs = (word.partition("=") for word in text.replace(",", " ").split())
    return {vendor: said for vendor, _, said in pairs}


class Budget(NamedTuple):
    """The most that a vendor may cost in a period (UTC): in its own price units, or in yuan (`cost`)."""

    vendor: str
    most: Decimal
    of: Literal["units", "cost"]
    period: Literal["day", "month"]


_BUDGET = re.compile(r"([a-z]+)=([0-9]+(?:\.[0-9]+)?)(yuan)?/(day|month)")


def _budgets(text: object) -> object:
    """`juhe=500/day ctyun=20yuan/month` as budgets."""
    if not isinstance(text, str):
        return text
    found = [_BUDGET.fullmatch(word) for word in text.replace(",", " ").split()]
    if not all(found):
        raise ValueError("a budget is written juhe=500/day or juhe=20yuan/month")
    return tuple((one[1], one[2], "cost" if one[3] else "units", one[4]) for one in found if one)


class Escalation(NamedTuple):
    """When a reading is not good enough and another vendor is asked too: where a check failed, or below a confidence.

    `pays` says whether that one may charge.
    """

    checks: bool
    confidence: float
    pays: bool


_ESCALATIONS = {"never": Escalation(False, 0, False), "free": Escalation(True, 0, False)}
_CONDITION = re.compile(r"checks|confidence<(0?\.[0-9]+|1)")


def _escalations(text: object) -> object:
    """`free id_card=checks vat_invoice=checks|confidence<0.9` as product → policy; "" is for all others."""
    if not isinstance(text, str):
        return text
    pairs = (word.rpartition("=") for word in text.replace(",", " ").split())
    return {product: escalation(conditions) for product, _, conditions in pairs}


def escalation(conditions: str) -> Escalation:
    """A policy from its words, `checks|confidence<0.9`; raises `ValueError` where they mean nothing."""
    if conditions in _ESCALATIONS:
        return _ESCALATIONS[conditions]
    found = [_CONDITION.fullmatch(one) for one in conditions.split("|")]
    if not all(found):
        raise ValueError("a policy is never, free, or checks and confidence<0.9 with | between them")
    return Escalation(
        checks=any(one[0] == "checks" for one in found if one),
        confidence=max((float(one[1]) for one in found if one and one[1]), default=0),
        pays=True,
    )


def _https(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK | _laptop():
        raise ValueError("pictures leave only over https (loopback excepted, and the host of an AWS on a laptop)")
    return url.rstrip("/")


def _laptop() -> set[str | None]:
    """The host where AWS is, for a function in a container of `sam local`: pictures go there by http already."""
    endpoint = urlsplit(os.environ.get("AWS_ENDPOINT_URL", ""))
    return {endpoint.hostname} if endpoint.scheme == "http" else set()


def _issuer(url: str) -> str:
    """As it stands in tokens: a slash at its end is part of it."""
    if url:
        _https(url)
    return url


Url = Annotated[str, BeforeValidator(_https)]
Price = Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]


class Settings(BaseModel):
    """Every setting, under the name of its environment variable."""

    table: str = Field(validation_alias="TABLE", description="DynamoDB table of records and circuits")
    uploads_bucket: str = Field(validation_alias="UPLOADS_BUCKET", description="Bucket of uploaded pictures")
    answers_bucket: str = Field(
        validation_alias="ANSWERS_BUCKET",
        description="Bucket of raw vendor answers, and of records too long for the table",
    )
    engine_function: str = Field(validation_alias="ENGINE_FUNCTION", description="Name of the embedded engine's Lambda")
    bus: str = Field(default="", validation_alias="BUS", description="Event bus; only set for the announcer")
    announcements: str = Field(
        default="",
        validation_alias="ANNOUNCEMENTS",
        description="URL of the queue of events that the bus refused; only set for the announcer",
    )
    dead_letters: str = Field(
        default="",
        validation_alias="DEAD_LETTERS",
        description="URL of the queue where messages end that were given up",
    )
    deliveries: str = Field(
        default="",
        validation_alias="DELIVERIES",
        description="URL of the queue of events on their way to webhooks; only set for their function",
    )
    webhook_origins: Annotated[tuple[Url, ...], BeforeValidator(_words)] = Field(
        default=(),
        validation_alias="WEBHOOK_ORIGINS",
        description="Origins outside of the public internet that may be told of records: `https://intake.example.com`",
    )
    products: Annotated[tuple[str, ...], BeforeValidator(_words)] = Field(
        default=("all",), validation_alias="PRODUCTS", description="The products that are set up, or `all`"
    )
    vendors: Annotated[tuple[str, ...], BeforeValidator(_words)] = Field(
        default=("juhe", "etoplive", "esign", "ctyun", "embedded"),
        validation_alias="VENDORS",
        description="Vendors in the order they are tried, for all products",
    )
    product_vendors: Annotated[dict[str, tuple[str, ...]], BeforeValidator(_choices)] = Field(
        default={},
        validation_alias="PRODUCT_VENDORS",
        description="Order and subset for single products: `id_card=ctyun+embedded captcha=juhe`",
    )
    vendor_rates: Annotated[dict[str, PositiveFloat], BeforeValidator(_by_vendor)] = Field(
        default={},
        validation_alias="VENDOR_RATES",
        description="Most requests per second to a vendor, from all functions together: `juhe=10 ctyun=0.5`",
    )
    vendor_prices: Annotated[dict[str, Price], BeforeValidator(_by_vendor)] = Field(
        default={},
        validation_alias="VENDOR_PRICES",
        description="Yuan for one of a vendor's price units, or of one of its interfaces': "
        "`juhe=0.001 etoplive=0.05 etoplive.pid2=0.1`; what is not named costs 0",
    )
    vendor_budgets: Annotated[tuple[Budget, ...], BeforeValidator(_budgets)] = Field(
        default=(),
        validation_alias="VENDOR_BUDGETS",
        description="The most that a vendor may cost a day or a month (UTC), in price units or in yuan: "
        "`juhe=500/day ctyun=20yuan/month`",
    )
    escalate: Annotated[dict[str, Escalation], BeforeValidator(_escalations)] = Field(
        default={},
        validation_alias="ESCALATE",
        description="When the next vendor is asked for a second opinion: `free` where a check failed, if it costs "
        "nothing; `checks` where a check failed; `confidence<0.9`; `never`. For all, and for single products: "
        "`free id_card=checks|confidence<0.9`",
    )
    secrets_prefix: str = Field(
        default="ocr", validation_alias="SECRETS_PREFIX", description="A vendor's secret is named PREFIX/VENDOR"
    )
    vendor_urls: Annotated[dict[str, Url], BeforeValidator(_by_vendor)] = Field(
        default={},
        validation_alias="VENDOR_URLS",
        description="Hosts in place of the vendors' own: `juhe=https://ocr-proxy.example.com`",
    )
    picture_origins: Annotated[tuple[Url, ...], BeforeValidator(_words)] = Field(
        default=(),
        validation_alias="PICTURE_ORIGINS",
        description="Origins outside of the public internet from which pictures may be fetched that a request names by "
        "their `url`: `https://files.example.com`",
    )
    stack: str = Field(
        default="",
        validation_alias="STACK",
        description="Name of the stack whose queues are looked at; only set for the API beside reading",
    )
    cors_origin: str = Field(
        default="",
        validation_alias="CORS_ORIGIN",
        description="The web origin whose pages may call the API; empty: none",
    )
    public_pages: bool = Field(
        default=True,
        validation_alias="PUBLIC_PAGES",
        description="Whether anybody may see the API's document and its page; else whoever has a key gets the document",
    )
    oidc_issuer: Annotated[str, BeforeValidator(_issuer)] = Field(
        default="",
        validation_alias="OIDC_ISSUER",
        description="OpenID Connect provider where people sign in to the console; empty: they use an API key",
    )
    oidc_client_id: str = Field(
        default="",
        validation_alias="OIDC_CLIENT_ID",
        description="The console's client at that provider: public, with PKCE and without a secret",
    )
    oidc_tenant_claim: str = Field(
        default="cognito:groups",
        validation_alias="OIDC_TENANT_CLAIM",
        description="The claim of an ID token that names the tenant of a person, as a text or in a list",
    )
    oidc_operator_group: str = Field(
        default="",
        validation_alias="OIDC_OPERATOR_GROUP",
        description="Who has this name in that claim is an operator; empty: nobody",
    )
    peoples_keys: str = Field(
        default="",
        validation_alias="PEOPLES_KEYS",
        description="Secret with the API keys as which the requests of people count who have signed in",
    )
    record_key: str = Field(
        default="",
        repr=False,
        validation_alias="RECORD_KEY",
        description="Key of the names of pictures and uploads, which a stack generates; never to be changed",
    )
    shared_readings: bool = Field(
        default=False,
        validation_alias="SHARED_READINGS",
        description="Whether what was read of a tenant's picture also answers another tenant who sends the same one",
    )
    record_days: int = Field(
        default=30, ge=1, validation_alias="RECORD_DAYS", description="Days until a record expires"
    )
    day_shards: int = Field(
        default=1,
        ge=1,
        le=20,
        validation_alias="DAY_SHARDS",
        description="Partitions of the index that lists all records of a day; never lower it while records are kept",
    )
    resend_unknown: int = Field(
        default=1,
        ge=0,
        validation_alias="RESEND_UNKNOWN",
        description="How often a picture is sent again after a call that was never answered; 0 holds it for a person",
    )
    max_tries: int = Field(
        default=10,
        ge=1,
        validation_alias="MAX_TRIES",
        description="How often an upload is tried before it is a dead letter; waiting for a vendor is no try",
    )
    circuit_failures: int = Field(
        default=5,
        ge=1,
        validation_alias="CIRCUIT_FAILURES",
        description="Faults of a vendor in a row, at one instance of a function, that open its circuit for all",
    )
    circuit_seconds: int = Field(
        default=30,
        ge=1,
        validation_alias="CIRCUIT_SECONDS",
        description="Seconds until an open circuit breaker lets one call probe the vendor",
    )

    def has(self, product: str) -> bool:
        """Whether a product is set up."""
        return "all" in self.products or product in self.products

    def url(self, vendor: str, own: str) -> str:
        """The host where a vendor is called, without a trailing slash: its `own`, unless the operator says another."""
        return self.vendor_urls.get(vendor, own)

    def escalation(self, product: str) -> Escalation:
        """When a second opinion is asked for, for a product."""
        return self.escalate.get(product, self.escalate.get("", _ESCALATIONS["free"]))

    def price(self, vendor: str, interface: str) -> Decimal:
        """What one price unit costs at a vendor's interface, in yuan; 0 where the operator has named no price."""
        own = self.vendor_prices.get(f"{vendor}.{interface}")
        return self.vendor_prices.get(vendor, Decimal(0)) if own is None else own

    def priced(self, vendor: str) -> bool:
        """Whether the operator has named a price of the vendor's."""
        return any(name.partition(".")[0] == vendor for name in self.vendor_prices)

    @model_validator(mode="after")
    def _budgets_have_prices(self) -> Self:
        for budget in self.vendor_budgets:
            if budget.of == "cost" and not self.priced(budget.vendor):
                raise ValueError("a budget in yuan needs the vendor's price")
        return self

    @model_validator(mode="after")
    def _each_vendor_once(self) -> Self:
        for order in (self.vendors, *self.product_vendors.values()):
            if len(set(order)) != len(order):
                raise ValueError("a vendor is named twice")
        return self

    def order(self, product: str) -> tuple[str, ...]:
        """The vendors to try for a product, best first."""
        return self.product_vendors.get(product, self.vendors)


@cache
def settings() -> Settings:
    """The settings of this process, read at first use; raises `ConfigurationError` naming what is wrong."""
    try:
        return Settings.model_validate(dict(os.environ))
    except ValidationError as error:
        wrong = ", ".join(str(part["loc"][0]) if part["loc"] else part["msg"] for part in error.errors())
        raise ConfigurationError(f"These settings are missing or wrong: {wrong}") from error
