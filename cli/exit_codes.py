"""How a command ends: the exit codes, and the errors that carry them."""

from typing import IO, Any

import click

from cli import INTERRUPTED

UNREAD = 1
WRONG = 2
NO_STACK = 3
NOT_ALLOWED = 4

EXIT_CODES = {
    0: "all was done; with `read`, every picture was read",
    UNREAD: "something was not done: a picture was not read, a record is not there",
    WRONG: "the command line, a product or an option is wrong; no picture was sent",
    NO_STACK: "the stack was not found, or does not answer",
    NOT_ALLOWED: "not allowed: the API key, its quota, or the AWS credentials",
    INTERRUPTED: "interrupted; with `read --out`, the same command goes on from there",
}
MEANINGS = "\b\nExit codes:\n" + "".join(f"  {code:<3}  {meaning}\n" for code, meaning in EXIT_CODES.items())


class Failed(click.ClickException):
    """The command cannot do what was asked; `advice` says what to do."""

    exit_code = UNREAD

    def __init__(self, detail: str, advice: str = "") -> None:
        super().__init__(f"{detail} {advice}".strip())

    def show(self, file: IO[Any] | None = None) -> None:
        """Print it to standard error."""
        click.echo(f"ocr: {self.message}", file=file, err=True)


class Mistyped(Failed):
    """A command, an option or a value is none that `ocr` takes; the help that tells what it takes is named."""

    exit_code = WRONG

    def __init__(self, error: click.UsageError) -> None:
        command = error.ctx.command_path if error.ctx else "ocr"
        sentence = error.format_message().rstrip()
        super().__init__(sentence, "" if "--help" in sentence else f"Try `{command} --help`.")


class NoStack(Failed):
    """There is no stack of this name, or it does not answer."""

    exit_code = NO_STACK


class NotAllowed(Failed):
    """The API or AWS does not know the caller, or does not allow this."""

    exit_code = NOT_ALLOWED
