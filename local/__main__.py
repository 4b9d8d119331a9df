"""`python -m local COMMAND …`: what `make` runs.

A command ends with its exit code, or with a sentence where something is wrong that a person can put right. Ctrl-C ends
it at once: the local AWS of a command that does not leave one running ends with its process.
"""

import errno
import os
import signal
import sys
from types import FrameType

INTERRUPTED = 130


def interrupted(_: int, __: FrameType | None) -> None:
    """End without a word of Python's: threads and child processes would otherwise be waited for."""
    os.write(2, b"\nInterrupted.\n")
    os._exit(INTERRUPTED)


def main() -> None:
    """Run the command that is named; ends this process."""
    signal.signal(signal.SIGINT, interrupted)
    # Not before: an import takes its time, and may be interrupted.
    from importlib.util import find_spec
    from runpy import run_module

    name, *sys.argv[1:] = sys.argv[1:] or ("",)
    if not name.replace(".", "").isidentifier() or find_spec(f"local.{name}") is None:
        print(
            f"{f'There is no command {name!r}' if name else 'Say which command'}: `make help` shows all.",
            file=sys.stderr,
        )
        sys.exit(2)
    try:
        run_module(f"local.{name}", run_name="__main__", alter_sys=True)
    except Exception as error:
        if (sentence := _sentence(error)) is None:
            raise
        sys.exit(sentence)


def _sentence(error: Exception) -> str | None:
    """What to tell a person of an error that is no mistake of this program."""
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError

    from local.cloud.aws import NotStarted
    from local.cloud.build import Failed

    match error:
        case NotStarted() | Failed():
            return str(error)
        case NoRegionError() | NoCredentialsError():
            return "No local AWS is running (`make up` starts one), and no AWS region and credentials are set."
        case ClientError():
            refusal = error.response["Error"]
            return f"AWS refused {error.operation_name}: {refusal['Code']}: {refusal['Message']}"
        case BotoCoreError():
            return f"AWS was not reached: {error}"
        case OSError(errno=errno.ENOSPC):
            return (
                f"The disk is full: {error.filename or 'a file'} was not written. `make clean` removes what was made."
            )
    return None


if __name__ == "__main__":
    main()
