"""`make up`: leave the stack running and say how to use it."""

import os
from pathlib import Path
from time import monotonic

from rich.console import Console

from local.cloud.aws import ROOT, UP, Aws
from local.cloud.build import Failed
from local.cloud.deploy import deploy
from local.cloud.sending import Picture, send
from local.cloud.stack import NAME, Stack

SHELL, PICTURE, PICTURES = ".local/env", ".local/id_card.jpg", ".local/pictures"


def up(console: Console) -> Stack:
    """The stack of this checkout, started if need be and brought up to date."""
    aws = Aws.running(UP) or Aws.start(UP, keep=True)
    return deploy(aws, console)


def prepare(stack: Stack, root: Path = ROOT) -> None:
    """Write what the README's lines use: the shell's settings and a few pictures, below `.local` in this folder."""
    from local.samples import samples

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
        raise Failed(f"The stack is up, but did not read its own sample: {reading.body.get('detail', reading.status)}")
    console.print(f"[green]✓[/] reading a sample [dim]{monotonic() - begun:.1f} s[/]")


def explain(stack: Stack, console: Console) -> None:
    """Print where everything is and lines that work as they stand."""
    console.print(
        f"\nurl     {stack.url}\nkey     {stack.api_key}\nbucket  {stack.uploads}\nbus     {stack.bus}\n",
        highlight=False,
        soft_wrap=True,
    )
    console.print("Copy and paste, from this folder:\n", style="bold")
    console.print(_lines(), highlight=False, markup=False, soft_wrap=True)


def _shell(stack: Stack) -> str:
    settings = stack.aws.environment | {
        "URL": stack.url,
        "KEY": stack.api_key,
        "BUCKET": stack.uploads,
        "TABLE": stack.table,
        "SAM_CLI_TELEMETRY": "0",
    }
    exports = [f"export {name}='{value}'\n" for name, value in settings.items()]
    # Where `make` found no uv it has put one there, beside a Python that is nobody's business: so it comes last.
    tools, uv = (f"'{ROOT / '.tools' / folder}'" for folder in ("bin", "uv/bin"))
    return "".join([*exports, f'export PATH={tools}{os.pathsep}"$PATH"{os.pathsep}{uv}\n'])


def _lines() -> str:
    return f"""\
. .local/env
curl -sS -H "x-api-key: $KEY" -H 'Content-Type: image/jpeg' --data-binary @{PICTURE} "$URL/ocr/id_card"
.venv/bin/ocr read {PICTURE} --product id_card
aws s3 cp {PICTURE} "s3://$BUCKET/uploads/id_card/first.jpg"
curl -sS -H "x-api-key: $KEY" "$URL/records?product=id_card"
sam remote invoke IdCard --stack-name {NAME} --event-file events/id_card/https-binary.json
"""


def main() -> None:
    console = Console()
    stack = up(console)
    prepare(stack)
    warm(stack, console)
    explain(stack, console)
    console.print("\nIt stays up until `make down`.", style="dim")


if __name__ == "__main__":
    main()
