"""The licence plates' handler for those who cannot wait for an hour: an upload that waits for a second waits long.

Runs in the function, from a layer that the trial `alarms` adds.
"""

from license_plate.app import handler
from ocr.entry import sqs

__all__ = ["handler"]

sqs.LONG_WAIT = 1
