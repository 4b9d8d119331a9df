"""`ocr keys`: the API keys of tenants."""

import functools
import json
from dataclasses import asdict

import boto3
import click

from cli import tables
from cli.keys import MOST_LETTERS, NAME, OPERATOR, TenantKeys
from cli.options import as_json, print_json, show, with_place
from cli.stack import QUICKLY, StackRef, on


@click.group()
def keys() -> None:
    """Make, list and revoke the API keys of tenants, with permission to change the stack's API."""


def _tenant(_: click.Context, __: click.Parameter, name: str) -> str:
    if not NAME.fullmatch(name) or len(name) > MOST_LETTERS:
        raise click.BadParameter(
            f"It has up to {MOST_LETTERS} small letters and digits, with single hyphens in between."
        )
    return name


def _keys(place: StackRef, session: boto3.Session, endpoint: str | None) -> TenantKeys:
    return TenantKeys(place.stack, functools.partial(session.client, endpoint_url=endpoint, config=QUICKLY))


with_name = click.option("--name", required=True, callback=_tenant, help="The tenant: a team, or an application.")


@keys.command("create")
@with_name
@click.option("--per-second", type=click.FloatRange(0.1), help="Most requests a second with all of the tenant's keys.")
@click.option("--per-day", type=click.IntRange(1), help="Most requests a day with all of the tenant's keys.")
@click.option("--people", is_flag=True, help="For the tenant's people who sign in; the key is shown to nobody.")
@as_json
@with_place
def create_key(
    name: str, per_second: float | None, per_day: int | None, people: bool, as_json: bool, place: StackRef
) -> None:
    """Make one more API key of a tenant and print it, this once; or let the tenant's people sign in."""
    if name == OPERATOR:
        raise click.BadParameter("The report of costs names all keys so that are no tenant's.", param_hint="--name")
    if people:
        id = on(place, lambda *aws: _keys(place, *aws).create_for_people(name, per_second, per_day))
        click.echo(json.dumps({"tenant": name, "id": id}) if as_json else id)
    else:
        id, value = on(place, lambda *aws: _keys(place, *aws).create(name, per_second, per_day))
        # First of all: nobody can ask for it again.
        click.echo(json.dumps({"tenant": name, "id": id, "key": value}) if as_json else value)
    on(place, lambda *aws: _keys(place, *aws).note())


@keys.command("list")
@as_json
@with_place
def list_keys(as_json: bool, place: StackRef) -> None:
    """List the keys of all tenants, without their values."""
    found = [asdict(one) for one in on(place, lambda *aws: [*_keys(place, *aws).all()])]
    print_json(found) if as_json else show([tables.keys(found)])


@keys.command("revoke")
@with_name
@click.option("--id", help="Only the key with this id, as `ocr keys list` shows it.")
@with_place
def revoke_key(name: str, id: str | None, place: StackRef) -> None:
    """Revoke a tenant's keys. Its records stay; keys that are made later under this name reach them."""
    gone = on(place, lambda *aws: _keys(place, *aws).revoke(name, id))
    click.echo(f"{gone} revoked", err=True)
