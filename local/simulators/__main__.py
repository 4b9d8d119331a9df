"""`python -m local.simulators [--write FILE] [VENDOR …]`: start the vendors, print their addresses as JSON, run on."""

import argparse
import json
import signal
from pathlib import Path

from local.simulators import VENDORS, running


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.simulators", description=__doc__)
    parser.add_argument("vendors", nargs="*", metavar="VENDOR", help=f"of {', '.join(VENDORS)}; all without a name")
    parser.add_argument("--write", type=Path, metavar="FILE", help="put the addresses into a file as well")
    asked = parser.parse_args()
    if unknown := set(asked.vendors) - set(VENDORS):
        parser.error(f"no such vendor: {', '.join(sorted(unknown))}")
    ends = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)  # in every thread to come, so that it is us who gets the signal
    with running(*asked.vendors) as urls:
        addresses = json.dumps(urls)
        print(addresses, flush=True)
        if asked.write:
            asked.write.write_text(addresses)
        signal.sigwait(ends)


if __name__ == "__main__":
    main()
