"""`ocr webhooks`: the endpoints that outcomes are posted to."""

from collections.abc import Sequence

import click

from cli import tables
from cli.api import Json
from cli.exit_codes import Failed
from cli.options import as_json, print_json, show, with_place
from cli.stack import StackRef, invoke


@click.group()
def webhooks() -> None:
    """Have outcomes posted to endpoints, signed as Standard Webhooks says. The stack has Webhooks=true."""


def _ask(place: StackRef, **asked: object) -> Json:
    """What the stack's webhooks answer to a command; raises `Failed` where they refuse it."""
    answer = invoke(place, "webhooks", asked)
    if "refused" in answer:
        raise Failed(answer["refused"])
    return answer


@webhooks.command("add")
@click.argument("url")
@click.option("--product", "products", multiple=True, metavar="SLUG", help="Only outcomes of this product.")
@click.option("--status", "statuses", multiple=True, metavar="STATUS", help="Only outcomes with this status.")
@click.option("--tenant", default="", metavar="NAME", help="Only outcomes of this tenant's records; else of all.")
@with_place
def add_webhook(url: str, products: Sequence[str], statuses: Sequence[str], tenant: str, place: StackRef) -> None:
    """Add an endpoint, and print its id and its secret: the secret is shown this once."""
    made = _ask(place, command="add", url=url, products=products, statuses=statuses, tenant=tenant)["endpoint"]
    click.echo(f"{made['id']}  {made['secret']}")


@webhooks.command("list")
@as_json
@with_place
def list_webhooks(as_json: bool, place: StackRef) -> None:
    """List the endpoints, without their secrets."""
    found = _ask(place, command="list")["endpoints"]
    print_json(found) if as_json else show([tables.webhooks(found)])


@webhooks.command("test")
@click.argument("id")
@with_place
def test_webhook(id: str, place: StackRef) -> None:
    """Post a signed test to an endpoint, and say what it answers."""
    answer = _ask(place, command="test", id=id)
    if not answer["accepted"]:
        raise Failed(f"{id} did not accept it: {answer['status'] or answer['detail']}.")
    click.echo(f"{id} accepted it: {answer['status']}")


@webhooks.command("remove")
@click.argument("id")
@with_place
def remove_webhook(id: str, place: StackRef) -> None:
    """Remove an endpoint; what waits for it is dropped."""
    click.echo(f"removed {_ask(place, command='remove', id=id)['removed']}")
