"""What an operator asks of the webhooks: `ocr webhooks` calls the function with these commands."""

import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from ocr.declare import catalogue
from ocr.model.record import Status
from ocr.model.tenant import NAME, OPERATOR
from ocr.platform import public_internet
from ocr.platform.public_internet import NotVisited
from ocr.platform.settings import settings
from webhooks import endpoints
from webhooks.endpoints import Endpoint
from webhooks.sending import SECONDS, send

TEST = "webhook.test"


class Refused(Exception):
    """The command is not carried out; the text says why."""


class Add(BaseModel):
    """Have an endpoint hear of outcomes; answered with the endpoint, its secret included, this once."""

    command: Literal["add"]
    url: str
    products: tuple[str, ...] = ()
    statuses: tuple[Status, ...] = ()
    tenant: str = Field(default=OPERATOR.name, pattern=rf"^({NAME.pattern})?$")

    def run(self) -> Mapping[str, Any]:
        """The new endpoint. Raises `Refused` for an address that may not be posted to, and for an unknown product."""
        try:
            public_internet.gate(public_internet.parsed(self.url), settings().webhook_origins)
        except NotVisited as error:
            raise Refused(f"The endpoint's address {error}.") from None
        if wrong := next((slug for slug in self.products if not catalogue.exists(slug)), None):
            raise Refused(f"There is no product {wrong}.")
        made = Endpoint.new(self.url, self.products, self.statuses, self.tenant)
        endpoints.store({**endpoints.stored(now=True), made.id: made})
        return {"endpoint": made.model_dump(mode="json")}


class List(BaseModel):
    """Show all endpoints, without their secrets."""

    command: Literal["list"]

    def run(self) -> Mapping[str, Any]:
        """The endpoints."""
        found = endpoints.stored(now=True).values()
        return {"endpoints": [one.model_dump(mode="json", exclude={"secret"}) for one in found]}


class Test(BaseModel):
    """Send one signed message to an endpoint now, and say what it answers."""

    command: Literal["test"]
    id: str

    def run(self) -> Mapping[str, Any]:
        """Whether it was accepted, and what was answered."""
        endpoint = _known(self.id)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        event = f"test_{secrets.token_hex(8)}"
        attempt = send(endpoint, event, TEST, now, {"endpoint": endpoint.id}, time.monotonic() + SECONDS)
        return {"accepted": attempt.accepted, "status": attempt.status, "detail": attempt.detail}


class Remove(BaseModel):
    """Have an endpoint hear of nothing any more; what waits for it is dropped."""

    command: Literal["remove"]
    id: str

    def run(self) -> Mapping[str, Any]:
        """The endpoint's id."""
        gone = _known(self.id)
        endpoints.store({id: one for id, one in endpoints.stored(now=True).items() if id != gone.id})
        return {"removed": gone.id}


def _known(id: str) -> Endpoint:
    found = endpoints.stored(now=True).get(id)
    if not found:
        raise Refused(f"There is no endpoint {id}.")
    return found


Command = TypeAdapter[Add | List | Test | Remove](Annotated[Add | List | Test | Remove, Field(discriminator="command")])


def run(asked: Mapping[str, Any]) -> Mapping[str, Any]:
    """What comes of a command; `{"refused": why}` where it is not carried out."""
    try:
        return Command.validate_python(asked).run()
    except ValidationError as error:
        wrong = ", ".join(str(part["loc"][-1]) for part in error.errors() if part["loc"])
        return {"refused": f"The command is not valid: {wrong or 'command'}."}
    except Refused as error:
        return {"refused": str(error)}
