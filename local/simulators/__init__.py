"""The four vendors, simulated from their own documents: they check what the real ones check and really read.

    with running("juhe", "ctyun") as urls:
        Control(urls["juhe"]).order(code=10012, times=3)

`SECRETS` are the keys they accept. `/_control` on each server takes orders (PUT, `state.Order`), reports
(GET) and forgets (DELETE); nothing else there is that the vendor does not have.
"""

import sys
from pathlib import Path

# They read with the product's own engine and declarations, which in a Lambda are on the path.
for folder in ("layers/ocr", "functions"):
    path = str(Path(__file__).parents[2] / folder)
    if path not in sys.path:
        sys.path.append(path)

from local.simulators.control import Control  # noqa: E402
from local.simulators.server import SECRETS, VENDORS, running  # noqa: E402

__all__ = ["SECRETS", "VENDORS", "Control", "running"]
