"""The four vendors, simulated from their own documents: they check what the real ones check and really read.

    with running("juhe", "ctyun") as urls:
        Control(urls["juhe"]).order(code=10012, times=3)

`credentials.SECRETS` are the keys they accept. `/_control` on each server takes orders (PUT, `desk.Order`), reports
(GET) and forgets (DELETE); nothing else there is that the vendor does not have.
"""

from local.simulators.credentials import SECRETS
from local.simulators.server import VENDORS, Control, running

__all__ = ["SECRETS", "VENDORS", "Control", "running"]
