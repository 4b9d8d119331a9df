"""`python -m local.simulators [--write FILE] [VENDOR …]`: start the vendors, print their addresses as JSON, run on."""

import argparse
import json
import signal
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "layers" / "ocr"), str(ROOT / "functions")]  # what they read with

from local.simulators import VENDORS, running  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.simulators", description=__doc__)
    parser.add_argument("vendors", nargs="*", metavar="VENDOR", help=f"of {', '.join(VENDORS)}; all without a name")
    parser.add_argument("--write", type=Path, metavar="FILE", help="put the addresses into a file as well")
    told = parser.parse_args()
    if unknown := set(told.vendors) - set(VENDORS):
        parser.error(f"no such vendor: {', '.join(sorted(unknown))}")
    with running(*told.vendors) as urls:
        addresses = json.dumps(urls)
        print(addresses, flush=True)
        if told.write:
            told.write.write_text(addresses)
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


if __name__ == "__main__":
    main()
