"""Processes that Lambda starts from a snapshot (SnapStart): each begins in the state in which the snapshot was taken.

So a start draws nothing at random, asks nobody, and keeps neither a key nor a connection.
"""

import os
import random


def draw_anew() -> None:
    """Have each process that is started from a snapshot of this one draw other random numbers than the others.

    What comes from the operating system, as UUIDs and TLS's keys do, differs by itself.
    """
    if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
        from snapshot_restore_py import register_after_restore  # type: ignore[import-not-found]  # the runtime has it

        register_after_restore(random.seed)
