"""The licence plates' handler with a decoder that has faults nobody knows of yet: a picture's last word says which.

Whatever hostile file is known is refused before it is decoded. What ends a process all the same can only be planted.
Runs in the function, from a layer that the trial `poison` adds.
"""

import os
import signal
from time import sleep

from license_plate.app import handler
from ocr.pages import gate
from ocr.pages.formats.header import Header

__all__ = ["handler"]

look = gate.read_header


def faulty(content: bytes) -> Header:
    """What the picture says of itself, unless it is one of those."""
    _, planted, fault = content.rpartition(b"planted ")
    match fault if planted else b"":
        case b"stands still":
            while True:
                sleep(1)
        case b"takes all memory":  # Lambda ends such a process from outside
            os.kill(os.getpid(), signal.SIGKILL)
        case b"crashes":
            os.kill(os.getpid(), signal.SIGSEGV)
    return look(content)


gate.read_header = faulty
