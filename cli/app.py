"""The commands of `ocr`."""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click
from rich.console import RenderableType

from cli import INTERRUPTED, tables
from cli import products as catalogue
from cli.api import Api, Json, body
from cli.evaluation import Evaluation, Judged, judged, readers
from cli.exit_codes import MEANINGS, UNREAD, Failed, Mistyped
from cli.key_commands import keys
from cli.options import as_json, print_json, show, with_api
from cli.progress import Progress
from cli.reading import FINISHED, SUCCEEDED, Outcome, PictureFiles, ReadRequest, pictures, read_all
from cli.report import page
from cli.results import Csv, JsonLines, NotResults, Results
from cli.truth import NoTruth, digest, truths
from cli.webhook_commands import webhooks


class Commands(click.Group):
    """Commands that end with 130 when they are interrupted, as in a shell, and in a sentence when they are mistyped."""

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        try:
            return super().make_context(*args, **extra)
        except click.UsageError as error:
            raise _mistyped(error) from None

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            raise _mistyped(error) from None
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)


def _mistyped(error: click.UsageError) -> Exception:
    """The error without the usage before it; `ocr` alone shows its help."""
    return error if isinstance(error, click.exceptions.NoArgsIsHelpError) else Mistyped(error)


@click.group(
    cls=Commands, epilog=MEANINGS, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="ocr-gateway", prog_name="ocr")
def main() -> None:
    """Send pictures of documents to a deployed OCR gateway; show, list and delete its records."""


def _options(_: click.Context, __: click.Parameter, given: Sequence[str]) -> Mapping[str, str]:
    pairs = [one.partition("=") for one in given]
    if any(not (name and equals) for name, equals, _ in pairs):
        raise click.BadParameter("Write it as name=value.")
    return {name: value for name, _, value in pairs}


def _out(_: click.Context, __: click.Parameter, given: Path | None) -> Path | None:
    if given and given.suffix not in {".csv", ".jsonl"}:
        raise click.BadParameter("The file's name ends with .csv or .jsonl.")
    return given


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path), metavar="FILE...")
@click.option("--product", required=True, metavar="SLUG", help="The kind of document; `ocr products` lists them.")
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
    there, request = _pictures(files), ReadRequest(product, dict(options))
    found = there.pictures
    results = _results(out, list(catalogue.fields(description)), request) if out else None
    before = results.among(found) if results else {}
    progress = Progress(len(found) - len(before), results, as_json=as_json)
    for file, why in there.left_out.items():
        progress.note(f"{file} is left out: {why}.")
    if before:
        progress.note(f"{len(before)} of {len(found)} pictures are finished in {out} and skipped.")
    try:
        _read(api, request, [file for file in found if file not in before], jobs, progress)
    finally:
        show(_readings(progress.outcomes))
    counts = Counter(before.values()) + progress.counts
    if out:
        progress.note(f"{out}: {', '.join(f'{count} {status}' for status, count in counts.items())}")
    sys.exit(0 if set(counts) <= {SUCCEEDED} else UNREAD)


def _vendors(_: click.Context, __: click.Parameter, given: str) -> list[str]:
    named = [name.strip() for name in given.split(",")]
    if not all(named) or len({*named}) != len(named):
        raise click.BadParameter("Write each vendor once, joined by commas: embedded,ctyun.")
    return named


@main.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--product", required=True, metavar="SLUG", help="The kind of document; `ocr products` lists them.")
@click.option(
    "--truth",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What the pictures show, a JSON object a line: `file` with `fields`, or a record, such as a corrected one.",
)
@click.option(
    "--vendors", required=True, callback=_vendors, metavar="NAMES", help="Joined by commas, the cheapest first."
)
@click.option(
    "--escalate",
    "policies",
    multiple=True,
    default=("checks",),
    show_default=True,
    metavar="POLICY",
    help="When the next vendor is asked, as the setting Escalate says it; once for each policy to compare.",
)
@click.option(
    "--option", "options", multiple=True, callback=_options, metavar="NAME=VALUE", help="An option of the product."
)
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="An HTML page with what went wrong.")
@click.option("--jobs", default=4, show_default=True, type=click.IntRange(1, 64), help="Pictures read at once.")
@as_json
@with_api
def evaluate(
    api: Api,
    folder: Path,
    product: str,
    truth: Path,
    vendors: Sequence[str],
    policies: Sequence[str],
    options: Mapping[str, str],
    report: Path | None,
    jobs: int,
    as_json: bool,
) -> None:
    """Measure vendors and policies on a folder of your own pictures.

    Each vendor reads every picture of the folder that the truth tells of; policies weigh what they said, and pay
    nobody again. What was read is kept in FOLDER.evaluation: the same command goes on from there.
    """
    description = catalogue.described(api, product)
    if unknown := [vendor for vendor in vendors if vendor not in description["vendors"]]:
        raise click.UsageError(
            f"{product} is read by {', '.join(description['vendors'])}, not by {', '.join(unknown)}."
        )
    wanted = [(one, one.request(product, options)) for one in readers(vendors, policies)]
    for _, request in wanted:
        catalogue.check(description, request.options)
    try:
        known = truths(truth, product, _pictures([folder]).pictures)
    except (NoTruth, OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{truth} is no truth: {error}.") from None
    if strange := sorted({name for fields in known.values() for name in fields} - {*catalogue.fields(description)}):
        raise click.UsageError(
            f"{truth} names what {product} has no field for: {', '.join(strange)}. `ocr products {product}` lists them."
        )
    kept = folder.resolve().with_name(f"{folder.resolve().name}.evaluation") / product
    kept.mkdir(parents=True, exist_ok=True)
    found: list[Judged] = []
    for one, request in wanted:
        outcomes = _outcomes(api, request, list(known), kept / f"{one.slug}.jsonl", jobs)
        found += [judged(picture, one, outcome, known[picture]) for picture, outcome in outcomes.items()]
    evaluation = Evaluation(product, found)
    if report:
        report.write_text(page(evaluation), encoding="utf-8")
    if as_json:
        print_json(
            [
                {"table": title, "columns": head, "rows": rows}
                for title, head, rows in tables.evaluation_rows(evaluation)
            ]
        )
    else:
        show(tables.evaluation(evaluation))
    sys.exit(0 if len(found) == len(wanted) * len(known) else UNREAD)


def _outcomes(api: Api, request: ReadRequest, pictures: Sequence[Path], out: Path, jobs: int) -> Mapping[Path, Json]:
    """What became of each picture that is finished, in this run or an earlier one of the same picture."""
    results = _results(out, (), request)
    for picture, outcome in _kept(out, pictures).items():
        if ((outcome.get("record") or {}).get("picture") or {}).get("sha256", digest(picture)) != digest(picture):
            results.again(picture)
    before = results.among(pictures)
    progress = Progress(len(pictures) - len(before), results, as_json=False)
    _read(api, request, [picture for picture in pictures if picture not in before], jobs, progress)
    return {picture: one for picture, one in _kept(out, pictures).items() if one["status"] in FINISHED}


def _kept(out: Path, pictures: Sequence[Path]) -> Mapping[Path, Json]:
    """The last that a file of results says of each picture."""
    places = {picture.resolve(): picture for picture in pictures}
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").split("\n") if line]
    return {places[place]: one for one in lines if (place := Path(one["file"]).resolve()) in places}


def _pictures(files: Sequence[Path]) -> PictureFiles:
    found = pictures(files)
    if not found.pictures:
        others = "".join(f" {file} is left out: {why}." for file, why in found.left_out.items())
        raise click.UsageError(f"There are no pictures in these files and folders.{others}")
    return found


def _read(api: Api, request: ReadRequest, files: Sequence[Path], jobs: int, progress: Progress) -> None:
    try:
        with progress:
            read_all(api, request, files, jobs, progress.keep, progress.note)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _results(out: Path, fields: Sequence[str], request: ReadRequest) -> Results:
    try:
        return Results(out, Csv(fields, request) if out.suffix == ".csv" else JsonLines(request))
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
    found = body(api.ask("GET", f"/records/{quote(id, safe='')}"))
    print_json([found]) if as_json else show(tables.record(found))


@main.command("list")
@click.option("--product", metavar="SLUG", help="Only of this product.")
@click.option(
    "--status",
    type=click.Choice(["succeeded", "incomplete", "no_result", "failed", "unknown", "pending"]),
    help="Only with this status.",
)
@click.option("--vendor", help="Only read by this vendor.")
@click.option("--label", help="Only sent with this label: `ocr read --option label=…`.")
@click.option("--checks", type=click.Choice(["failed"]), help="Only with a failed check.")
@click.option(
    "--review",
    type=click.Choice(["needed", "approved", "rejected", "corrected"]),
    help="Only what waits for a person, or what a person made of it.",
)
@click.option(
    "--from", "since", metavar="TIME", help="Not before this date or time: 2026-01-31 or 2026-01-31T08:00:00Z."
)
@click.option("--to", "until", metavar="TIME", help="Before this.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(min=1), help="The most records to list.")
@as_json
@with_api
def list_(api: Api, since: str | None, until: str | None, limit: int, as_json: bool, **filters: str | None) -> None:
    """List records, newest first, with personal fields masked."""
    if filters["product"]:
        catalogue.described(api, filters["product"])
    query = {name: value for name, value in {**filters, "from": since, "to": until}.items() if value}
    found = api.records(query, limit)
    print_json(found) if as_json else show([tables.summaries(found)])


@main.command()
@click.option(
    "--by",
    type=click.Choice(["vendor", "product", "key", "day"]),
    default="vendor",
    show_default=True,
    help="A line for each.",
)
@click.option("--from", "since", metavar="DAY", help="The first day: 2026-01-31. Otherwise the month's.")
@click.option("--to", "until", metavar="DAY", help="The last day. Otherwise today.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV instead of a table.")
@as_json
@with_api
def usage(api: Api, by: str, since: str | None, until: str | None, as_csv: bool, as_json: bool) -> None:
    """Show what calls to vendors cost: charged, and possibly charged."""
    query = {name: value for name, value in {"by": by, "from": since, "to": until}.items() if value}
    found = body(api.ask("GET", "/usage", query))
    if as_json:
        print_json([found])
    elif as_csv:
        print(tables.csv_of([by, *found["total"]], found["rows"]), end="")
    else:
        show([tables.usage(by, found)])
        if found["unpriced"]:
            click.echo(f"No price is set for {', '.join(found['unpriced'])}: yuan say 0 there.", err=True)


@main.command()
@as_json
@with_api
def vendors(api: Api, as_json: bool) -> None:
    """Show which vendors are asked (circuit breakers), and what was spent of budgets."""
    found = body(api.ask("GET", "/vendors"))
    print_json([found]) if as_json else show(tables.vendors(found))


@main.command()
@as_json
@with_api
def queues(api: Api, as_json: bool) -> None:
    """Show how many messages wait in the stack's queues, and for how long."""
    found = body(api.ask("GET", "/queues"))
    print_json([found]) if as_json else show([tables.queues(found)])


@main.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--yes", is_flag=True, help="Delete without asking.")
@with_api
def delete(api: Api, ids: Sequence[str], yes: bool) -> None:
    """Delete records with all that belongs to them: what was read, the uploads, the vendors' raw answers."""
    if not yes and not sys.stdin.isatty():
        raise click.UsageError("Nobody can confirm, since this is not a terminal: pass --yes to delete.")
    if not yes:
        click.confirm(f"Delete {len(ids)} records and all that they were read from?", abort=True, err=True)
    deleted = [_is_deleted(api, id) for id in ids]
    sys.exit(0 if all(deleted) else UNREAD)


def _is_deleted(api: Api, id: str) -> bool:
    """Delete one record, and say so."""
    try:
        body(api.ask("DELETE", f"/records/{quote(id, safe='')}"))
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
        print_json([found]) if as_json else show(tables.product(found))
    else:
        every = body(api.ask("GET", "/products"))
        print_json(every) if as_json else show([tables.catalogue(every)])


main.add_command(keys)
main.add_command(webhooks)
