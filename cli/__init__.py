"""The command line `ocr`: has pictures read by a deployed stack, which it finds by name.

It is a client of the HTTPS API and imports nothing of functions and layers.
"""

import os
import signal
import sys

INTERRUPTED = 130


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
