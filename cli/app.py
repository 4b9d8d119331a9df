"""The commands of `ocr`."""

import functools
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import click
from rich.console import Console, RenderableType

from cli import INTERRUPTED, tables
from cli import products as catalogue
from cli.api import Api, Json, told
from cli.endings import MEANINGS, UNREAD, Failed
from cli.reading import SUCCEEDED, Found, Order, Outcome, pictures, read_all
from cli.results import Csv, JsonLines, NotResults, Results
from cli.stack import Door, Key, Place, find
from cli.watching import Watch

# A pipe has no width to fit a table into.
WIDTH = 170
# Nobody stands on the way within this machine.
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Commands(click.Group):
    """Commands that end with 130 when they are interrupted, as in a shell."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)


@click.group(
    cls=Commands, epilog=MEANINGS, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="ocr-gateway", prog_name="ocr")
def main() -> None:
    """Have pictures of documents read by a deployed OCR gateway, and see to the records."""


def with_api(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say which stack a command talks to; the command is called with its `api`."""

    @click.option("--stack", default="ocr", show_default=True, envvar="OCR_STACK", help="Name of the deployed stack.")
    @click.option("--profile", help="AWS profile to look for the stack with.")
    @click.option("--region", help="AWS region to look for the stack in.")
    @click.option("--url", envvar="OCR_URL", help="Address of the API, for those who may not look for its stack.")
    @click.option("--key", envvar="OCR_KEY", help="API key, in place of the stack's own.")
    @functools.wraps(command)
    def found(
        stack: str, profile: str | None, region: str | None, url: str | None, key: str | None, **rest: object
    ) -> None:
        command(Api(_door(stack, profile, region, url, key)), **rest)

    return found


def _is_private(url: str) -> bool:
    """Whether nobody on the way sees what is sent to this address."""
    parts = urlsplit(url)
    return parts.scheme == "https" or parts.hostname in LOOPBACK


def _door(stack: str, profile: str | None, region: str | None, url: str | None, key: str | None) -> Door:
    if url and not key:
        raise click.UsageError("--url needs --key.")
    if url and not _is_private(url):
        raise click.UsageError("--url has to begin with https://: the key goes with every request.")
    if url and key:
        return Door(url.rstrip("/"), Key(key))
    return find(Place(stack, profile, region), key)


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a line.")


def _options(_: click.Context, __: click.Parameter, given: Sequence[str]) -> Mapping[str, str]:
    pairs = [one.partition("=") for one in given]
    if any(not (name and equals) for name, equals, _ in pairs):
        raise click.BadParameter("Say it as name=value.")
    return {name: value for name, _, value in pairs}


def _out(_: click.Context, __: click.Parameter, given: Path | None) -> Path | None:
    if given and given.suffix not in {".csv", ".jsonl"}:
        raise click.BadParameter("The file's name ends with .csv or .jsonl.")
    return given


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path), metavar="FILE...")
@click.option("--product", required=True, metavar="SLUG", help="What is on the pictures; `ocr products` lists it.")
@click.option(
    "--option", "options", multiple=True, callback=_options, metavar="NAME=VALUE", help="An option of the product."
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    callback=_out,
    help="A .csv or .jsonl with a line a picture. What is finished in it is not sent again.",
)
@click.option("--jobs", default=4, show_default=True, type=click.IntRange(1, 64), help="Pictures read at once.")
@as_json
@with_api
def read(
    api: Api,
    files: Sequence[Path],
    product: str,
    options: Mapping[str, str],
    out: Path | None,
    jobs: int,
    as_json: bool,
) -> None:
    """Read pictures: files, or folders with all pictures in them.

    A picture that is busy is sent again, and one too large for a request is uploaded; none is paid twice. An
    interrupted run with --out goes on where it was when it is started again.
    """
    description = catalogue.described(api, product)
    catalogue.check(description, options)
    there, order = _pictures(files), Order(product, dict(options))
    found = there.pictures
    results = _results(out, list(catalogue.fields(description)), order) if out else None
    before = results.among(found) if results else {}
    watch = Watch(len(found) - len(before), results, as_json=as_json)
    for file, why in there.left_out.items():
        watch.note(f"{file} is left out: {why}.")
    if before:
        watch.note(f"{len(before)} of {len(found)} pictures are finished in {out} and skipped.")
    try:
        _read(api, order, [file for file in found if file not in before], jobs, watch)
    finally:
        _show(_readings(watch.outcomes))
    counts = Counter(before.values()) + watch.counts
    if out:
        watch.note(f"{out}: {', '.join(f'{count} {status}' for status, count in counts.items())}")
    sys.exit(0 if set(counts) <= {SUCCEEDED} else UNREAD)


def _pictures(files: Sequence[Path]) -> Found:
    found = pictures(files)
    if not found.pictures:
        others = "".join(f" {file} is left out: {why}." for file, why in found.left_out.items())
        raise click.UsageError(f"There are no pictures in what was named.{others}")
    return found


def _read(api: Api, order: Order, files: Sequence[Path], jobs: int, watch: Watch) -> None:
    try:
        with watch:
            read_all(api, order, files, jobs, watch.keep, watch.note)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _results(out: Path, fields: Sequence[str], order: Order) -> Results:
    try:
        return Results(out, Csv(fields, order) if out.suffix == ".csv" else JsonLines(order))
    except NotResults as error:
        raise click.UsageError(f"{out} holds other results: {error}. Name another file.") from None
    except OSError as error:
        raise click.UsageError(f"{out} cannot be written: {error.strerror}.") from None


def _readings(outcomes: Sequence[Outcome]) -> Iterable[RenderableType]:
    """One picture's record as a whole, a line each of several."""
    if len(outcomes) > 1:
        return [tables.outcomes(sorted(outcomes, key=lambda one: one.file))]
    return [part for one in outcomes if one.record for part in tables.record(one.record)]


@main.command()
@click.argument("id")
@as_json
@with_api
def get(api: Api, id: str, as_json: bool) -> None:
    """Show a record."""
    found = told(api.ask("GET", f"/records/{quote(id, safe='')}"))
    _print([found]) if as_json else _show(tables.record(found))


@main.command("list")
@click.option("--product", metavar="SLUG", help="Of this product only.")
@click.option(
    "--status",
    type=click.Choice(["succeeded", "incomplete", "no_result", "failed", "unknown", "pending"]),
    help="That ended so.",
)
@click.option("--vendor", help="Read by this vendor.")
@click.option("--checks", type=click.Choice(["failed"]), help="Of which a check failed.")
@click.option("--from", "since", metavar="MOMENT", help="Not before this: 2026-01-31 or 2026-01-31T08:00:00Z.")
@click.option("--to", "until", metavar="MOMENT", help="Before this.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(min=1), help="At most so many.")
@as_json
@with_api
def list_(api: Api, since: str | None, until: str | None, limit: int, as_json: bool, **filters: str | None) -> None:
    """List records, newest first, with personal fields masked."""
    if filters["product"]:
        catalogue.described(api, filters["product"])
    query = {name: value for name, value in {**filters, "from": since, "to": until}.items() if value}
    found = api.records(query, limit)
    _print(found) if as_json else _show([tables.summaries(found)])


@main.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_api
def delete(api: Api, ids: Sequence[str], yes: bool) -> None:
    """Forget records: what was read, the uploads they were read from, and the vendors' raw answers."""
    if not yes and not sys.stdin.isatty():
        raise click.UsageError("Nobody is there to be asked: say --yes.")
    if not yes:
        click.confirm(f"Delete {len(ids)} records and all that they were read from?", abort=True, err=True)
    deleted = [_is_deleted(api, id) for id in ids]
    sys.exit(0 if all(deleted) else UNREAD)


def _is_deleted(api: Api, id: str) -> bool:
    """Delete one record, and say so."""
    try:
        told(api.ask("DELETE", f"/records/{quote(id, safe='')}"))
    except Failed as failure:
        if failure.exit_code != UNREAD:
            raise
        Failed(f"{id}: {failure.message}").show()
        return False
    click.echo(f"deleted {id}")
    return True


@main.command()
@click.argument("slug", required=False)
@as_json
@with_api
def products(api: Api, slug: str | None, as_json: bool) -> None:
    """List what can be read, or describe one product: options, vendors, fields."""
    if slug:
        found = catalogue.described(api, slug)
        _print([found]) if as_json else _show(tables.product(found))
    else:
        every = told(api.ask("GET", "/products"))
        _print(every) if as_json else _show([tables.catalogue(every)])


def _print(objects: Iterable[Json]) -> None:
    for one in objects:
        click.echo(json.dumps(one, ensure_ascii=False))


def _show(parts: Iterable[RenderableType]) -> None:
    console = Console() if sys.stdout.isatty() else Console(width=WIDTH)
    for part in parts:
        console.print(part, highlight=False)
