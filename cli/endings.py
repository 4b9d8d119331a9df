"""How a command ends that does not do what was asked: the exit codes, and the errors that carry them."""

from typing import IO, Any

import click

UNREAD = 1
NO_STACK = 3
NOT_ALLOWED = 4
INTERRUPTED = 130

MEANINGS = """\b
Exit codes:
  0    all was done; with `read`, every picture was read
  1    something was not: a picture that was not read, a record that is not there
  2    the command line, a product or an option is wrong; no picture was sent
  3    the stack was not found, or does not answer
  4    not allowed: the API key, its quota, or the AWS credentials
  130  interrupted; with `read --out`, the same command goes on from there
"""


class Failed(click.ClickException):
    """What was asked cannot be had; `advice` says what to do."""

    exit_code = UNREAD

    def __init__(self, detail: str, advice: str = "") -> None:
        super().__init__(f"{detail} {advice}".strip())

    def show(self, file: IO[Any] | None = None) -> None:
        """Print it to standard error."""
        click.echo(f"ocr: {self.message}", file=file, err=True)


class NoStack(Failed):
    """No stack of this name, or nothing that answers where it should be."""

    exit_code = NO_STACK


class NotAllowed(Failed):
    """The API or AWS knows the caller not, or not for this."""

    exit_code = NOT_ALLOWED
