"""`ocr`, and `python -m cli`: an interruption ends it, whenever it comes."""

import os
import signal
import sys

from cli import INTERRUPTED


def main() -> None:
    """Run `ocr`; an interruption ends it with 130, also while it loads, and waits for no thread."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:
        signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
    from cli.app import main as command

    signal.signal(signal.SIGINT, before)
    try:
        command()
    except SystemExit as end:
        if end.code != INTERRUPTED:
            raise
        sys.stdout.flush()
        os._exit(INTERRUPTED)


if __name__ == "__main__":
    main()
