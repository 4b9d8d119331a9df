"""The webhooks' handler for those who cannot wait for hours: it tries again after seconds, however often it failed.

Runs in the function, from a layer that the trial `webhooks` adds.
"""

from webhooks import app

__all__ = ["handler"]

app.LONGEST_PAUSE = 20.0
handler = app.handler
