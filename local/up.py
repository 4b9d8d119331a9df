"""`make up`: leave the stack running and say how to use it.

It listens on loopback. With CONTAINERS=1 containers of `sam local` reach it as well, at their bridge's address.
"""

import os
from pathlib import Path
from time import monotonic

from rich.console import Console

from local.arguments import Arguments
from local.cloud import containers
from local.cloud.aws import REGION, ROOT, UP, Aws
from local.cloud.build import Failed
from local.cloud.containers import Engine
from local.cloud.deploy import deploy
from local.cloud.relay import stay
from local.cloud.sending import Picture, send
from local.cloud.stack import NAME, Stack
from local.sam_local import command, https_event, reached, s3_event, template, write_settings
from local.samples import samples

SHELL, PICTURE, PICTURES = ".local/env", ".local/id_card.jpg", ".local/pictures"


def up(console: Console) -> Stack:
    """The stack of this checkout, started if need be and brought up to date; it is still to be told to stay."""
    aws = Aws.running(UP) or Aws.start(UP, keep=True)
    return deploy(aws, console)


def prepare(stack: Stack, root: Path = ROOT) -> None:
    """Write what the README's lines use: the shell's settings and a few pictures, below `.local` in this folder."""
    (root / PICTURES).mkdir(parents=True, exist_ok=True)
    for sample in samples(["id_card"]):
        (root / PICTURES / f"{sample.name}.jpg").write_bytes(sample.picture)
    (root / PICTURE).write_bytes(next(samples(["id_card"])).picture)
    (root / SHELL).write_text(_shell(stack))


def warm(stack: Stack, console: Console) -> None:
    """Have the sample read once: the first call starts a function and the engine, and takes seconds."""
    begun = monotonic()
    with console.status("reading a sample"):
        picture = Picture("id_card", "sample", (ROOT / PICTURE).read_bytes(), "image/jpeg")
        reading = send(stack, picture, "https", behind=b"")
    if reading.status != "succeeded":
        raise Failed(
            f"The stack was deployed, but did not read its own sample: {reading.body.get('detail', reading.status)}"
        )
    console.print(f"[green]✓[/] reading a sample [dim]{monotonic() - begun:.1f} s[/]")


def explain(stack: Stack, console: Console, containers: Path | None = None) -> None:
    """Print where everything is and lines that work as they stand; with a template for containers, `sam local` too."""
    console.print(
        f"\nurl     {stack.url}\nkey     {stack.api_key}\nbucket  {stack.uploads}\nbus     {stack.bus}\n",
        highlight=False,
        soft_wrap=True,
    )
    console.print("Copy and paste, from this folder:\n", style="bold")
    console.print(_lines(containers), highlight=False, markup=False, soft_wrap=True)


def _shell(stack: Stack) -> str:
    settings = stack.aws.environment | {
        "URL": stack.url,
        "KEY": stack.api_key,
        "BUCKET": stack.uploads,
        "TABLE": stack.table,
        "SAM_CLI_TELEMETRY": "0",
        # It is pulled once, not asked for at each invocation.
        "SAM_SKIP_PULL_IMAGE": "1",
    }
    exports = [f"export {name}='{value}'\n" for name, value in settings.items()]
    # Where `make` found no uv it has put one there, beside a Python that is nobody's business: so it comes last.
    tools, uv = (f"'{ROOT / '.tools' / folder}'" for folder in ("bin", "uv/bin"))
    return "".join([*exports, f'export PATH={tools}{os.pathsep}"$PATH"{os.pathsep}{uv}\n'])


def _lines(template: Path | None) -> str:
    event = https_event("id_card", "https-binary")
    local = f"{' '.join(command('id_card', event, template))}\n" if template else ""
    return f"""\
. .local/env
curl -sS -H "x-api-key: $KEY" -H 'Content-Type: image/jpeg' --data-binary @{PICTURE} "$URL/ocr/id_card"
.venv/bin/ocr read {PICTURE} --product id_card
aws s3 cp {PICTURE} "s3://$BUCKET/uploads/id_card/first.jpg"
curl -sS -H "x-api-key: $KEY" "$URL/records?product=id_card"
sam remote invoke IdCard --stack-name {NAME} --region {REGION} --event-file {event}
{local}"""


def _hint(engine: Engine | None) -> str:
    if engine is None:
        return "No container engine answers here: sam local does not work, sam remote invoke does."
    return (
        "In a container of sam local: make invoke PRODUCT=id_card EVENT=https-binary (or make up CONTAINERS=1 first)."
    )


def main() -> None:
    parser = Arguments("make up")
    parser.add_argument("--containers", action="store_true", help="containers of sam local reach the stack as well")
    asked = parser.parse_args().containers
    engine = containers.engine() if asked else containers.engine_or_none()
    console = Console()
    stack = up(console)
    prepare(stack)
    write_settings(stack, engine)
    if asked and engine and engine.bridge:
        stay(stack.aws, engine.bridge)
    warm(stack, console)
    s3_event(stack, "id_card")
    local = template() if reached(stack, engine) else None
    stack.aws.stay()
    explain(stack, console, local)
    console.print("" if local else f"\n{_hint(engine)}", style="dim")
    console.print("\nIt stays up until `make down`.", style="dim")


if __name__ == "__main__":
    main()
