"""The endpoints that hear of outcomes, kept with their secrets in one secret of the stack."""

import secrets
from base64 import b64encode
from datetime import UTC, datetime

from pydantic import BaseModel, Field, TypeAdapter

from ocr.model.record import Announcement, Status
from ocr.model.tenant import OPERATOR, Tenant
from ocr.platform import aws
from ocr.platform.settings import settings

NAME = "webhooks"
# So long an endpoint that was added or removed may not be noticed, in seconds.
KEPT_SECONDS = 30
# Of 24 to 64 bytes, as Standard Webhooks asks.
SECRET_BYTES = 32


class Endpoint(BaseModel):
    """An address that outcomes are posted to: those of its tenant, products and statuses, or all of them."""

    id: str
    url: str
    secret: str = Field(repr=False)
    products: tuple[str, ...] = ()
    statuses: tuple[Status, ...] = ()
    tenant: str = OPERATOR.name
    created_at: datetime

    @classmethod
    def new(cls, url: str, products: tuple[str, ...], statuses: tuple[Status, ...], tenant: str) -> "Endpoint":
        """One with an id and a secret of its own."""
        return cls(
            id=f"ep_{secrets.token_hex(8)}",
            url=url,
            secret=f"whsec_{b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}",
            products=products,
            statuses=statuses,
            tenant=tenant,
            created_at=datetime.now(UTC).replace(microsecond=0),
        )

    def wants(self, event: Announcement) -> bool:
        """Whether it asked for outcomes like this one."""
        return (
            event.product in (self.products or [event.product])
            and event.status in (self.statuses or [event.status])
            and Tenant(self.tenant).sees({"tenant": event.tenant})
        )


_stored = TypeAdapter(dict[str, Endpoint])


def stored(*, now: bool = False) -> dict[str, Endpoint]:
    """Every endpoint by its id, as they were half a minute ago at most; `now` asks anew."""
    return _stored.validate_json(aws.secrets().text(_name(), 0 if now else KEPT_SECONDS) or "{}")


def store(endpoints: dict[str, Endpoint]) -> None:
    """Put these in place of those that are stored."""
    aws.secrets().put(_name(), _stored.dump_json(endpoints).decode())


def _name() -> str:
    return f"{settings().secrets_prefix}/{NAME}"
