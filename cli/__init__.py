"""The command line `ocr`: has pictures read by a deployed stack, which it finds by name.

It is a client of the HTTPS API and imports nothing of functions and layers.
"""

INTERRUPTED = 130
