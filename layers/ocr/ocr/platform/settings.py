"""What an operator may set: the functions' environment as one checked model."""

import os
from functools import cache
from typing import Annotated, Self
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


def _https(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise ValueError("pictures leave only over https (loopback excepted)")
    return url.rstrip("/")


Url = Annotated[str, BeforeValidator(_https)]


class Settings(BaseModel):
    """Every setting, under the name of its environment variable."""

    table: str = Field(validation_alias="TABLE", description="DynamoDB table of records and circuits")
    uploads_bucket: str = Field(validation_alias="UPLOADS_BUCKET", description="Bucket that pictures are uploaded to")
    answers_bucket: str = Field(
        validation_alias="ANSWERS_BUCKET", description="Bucket of raw vendor answers and of lines too long for an item"
    )
    engine_function: str = Field(validation_alias="ENGINE_FUNCTION", description="Name of the embedded engine's Lambda")
    bus: str = Field(default="", validation_alias="BUS", description="Event bus; only the announcer has it")
    announcements: str = Field(
        default="",
        validation_alias="ANNOUNCEMENTS",
        description="URL of the queue of events that the bus did not take; only the announcer has it",
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
        description="Requests a second that a vendor is sent by all functions together: `juhe=10 ctyun=0.5`",
    )
    secrets_prefix: str = Field(
        default="ocr", validation_alias="SECRETS_PREFIX", description="A vendor's secret is named PREFIX/VENDOR"
    )
    vendor_urls: Annotated[dict[str, Url], BeforeValidator(_by_vendor)] = Field(
        default={},
        validation_alias="VENDOR_URLS",
        description="Hosts in place of the vendors' own: `juhe=https://ocr-proxy.example.com`",
    )
    cors_origin: str = Field(
        default="",
        validation_alias="CORS_ORIGIN",
        description="The web origin whose pages may read this API's answers; empty: none",
    )
    record_days: int = Field(
        default=30, ge=1, validation_alias="RECORD_DAYS", description="Days until a record expires"
    )
    resend_unknown: int = Field(
        default=1,
        ge=0,
        validation_alias="RESEND_UNKNOWN",
        description="How often a picture is sent again when an earlier outcome is unknown; 0 holds it for a person",
    )
    max_receives: int = Field(
        default=10,
        ge=2,
        validation_alias="MAX_RECEIVES",
        description="How often the queue delivers an upload before it goes to the dead-letter queue",
    )
    circuit_failures: int = Field(
        default=5, ge=1, validation_alias="CIRCUIT_FAILURES", description="Vendor faults in a row that open its circuit"
    )
    circuit_seconds: int = Field(
        default=30, ge=1, validation_alias="CIRCUIT_SECONDS", description="Seconds an open circuit waits before a probe"
    )

    def url(self, vendor: str, own: str) -> str:
        """The host where a vendor is called, without a trailing slash: its `own`, unless the operator says another."""
        return self.vendor_urls.get(vendor, own)

    @model_validator(mode="after")
    def _each_vendor_once(self) -> Self:
        for order in (self.vendors, *self.product_vendors.values()):
            if len(set(order)) != len(order):
                raise ValueError("a vendor stands twice in an order")
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
        wrong = ", ".join(str(part["loc"][0]) for part in error.errors())
        raise ConfigurationError(f"These settings are missing or wrong: {wrong}") from error
