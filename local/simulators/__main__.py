"""`python -m local.simulators [--write FILE] [VENDOR …]`: start the vendors, print their addresses as JSON, run on."""

import json
import signal
from pathlib import Path

from local.arguments import Arguments, one_of
from local.simulators import VENDORS, running


def main() -> None:
    parser = Arguments(prog="python -m local.simulators", description=__doc__)
    parser.add_argument(
        "vendors",
        nargs="*",
        type=one_of("VENDOR", VENDORS),
        metavar="VENDOR",
        help=f"of {', '.join(VENDORS)}; all without a name",
    )
    parser.add_argument("--write", type=Path, metavar="FILE", help="put the addresses into a file as well")
    asked = parser.parse_args()
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
