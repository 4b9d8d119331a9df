"""What commands of `ocr` share: the options that say which stack is meant, and how objects and tables are printed."""

import functools
import json
import sys
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

import click
from rich.console import Console, RenderableType

from cli.api import Api, Json
from cli.stack import Endpoint, Key, StackRef, find

# A pipe has no width to fit a table into.
WIDTH = 170
# What is sent within this machine, nobody else sees.
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def with_place(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say which stack is meant; the command is called with its `place`."""

    @click.option("--stack", default="ocr", show_default=True, envvar="OCR_STACK", help="Name of the deployed stack.")
    @click.option("--profile", help="AWS profile with which the stack is looked for.")
    @click.option("--region", help="AWS region in which the stack is looked for.")
    @functools.wraps(command)
    def placed(stack: str, profile: str | None, region: str | None, **rest: object) -> None:
        command(place=StackRef(stack, profile, region), **rest)

    return placed


def with_api(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say to which stack requests go; the command is called with its `api`."""

    @with_place
    @click.option(
        "--url", envvar="OCR_URL", help="Address of the API, if you have no permission to look for its stack."
    )
    @click.option("--key", envvar="OCR_KEY", help="API key, in place of the stack's own.")
    @functools.wraps(command)
    def found(place: StackRef, url: str | None, key: str | None, **rest: object) -> None:
        command(Api(_endpoint(place, url, key)), **rest)

    return found


def _is_private(url: str) -> bool:
    """Whether what is sent to this address is encrypted, or stays on this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or parts.hostname in LOOPBACK


def _endpoint(place: StackRef, url: str | None, key: str | None) -> Endpoint:
    if url and not key:
        raise click.UsageError("--url needs --key.")
    if url and not _is_private(url):
        raise click.UsageError("--url has to begin with https://: the key goes with every request.")
    if url and key:
        return Endpoint(url.rstrip("/"), Key(key))
    return find(place, key)


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a line.")


def print_json(objects: Iterable[Json]) -> None:
    """Print objects, one a line."""
    for one in objects:
        click.echo(json.dumps(one, ensure_ascii=False))


def show(parts: Iterable[RenderableType]) -> None:
    """Print tables, whole: a terminal's width folds them, a pipe's does not."""
    console = Console() if sys.stdout.isatty() else Console(width=WIDTH)
    for part in parts:
        console.print(part, highlight=False)
