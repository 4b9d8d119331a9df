"""`make scale`: a million documents against the quotas of an AWS account, and where it bends.

python -m local scale                                   several accounts and speeds
python -m local scale --rate 700 --account raised       one load
"""

import argparse
import sys

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from local.arguments import Arguments, count, one_of, rate
from local.scale.model import QUOTAS, Load, replay

LOADS = (
    Load(rate=4, account="new"),
    Load(rate=50, account="new"),
    Load(rate=100),
    Load(rate=300),
    Load(rate=700, products=47),
    Load(rate=700, account="raised", products=47),
    Load(rate=2000, account="raised", products=47, maximum_concurrency=20),
)


def main() -> None:
    """Print a row a load."""
    asked = _arguments()
    given = {name: one for name, one in vars(asked).items() if one is not None}
    loads = (Load(**given),) if given else LOADS
    head = (
        "documents",
        "a second",
        "account",
        "products",
        "read in, h",
        "longest queue",
        "longest wait, h",
        "bends at",
    )
    table = Table(*head, box=SIMPLE)
    for load in loads:
        run = replay(load)
        bent = ", ".join(f"{name} {100 * seconds / run.seconds:.0f} %" for name, seconds in run.bent.most_common())
        cells = [f"{load.documents:,}", f"{load.rate:g}", load.account, str(load.products)]
        cells += [f"{run.seconds / 3600:.1f}", f"{run.longest_queue:,}", f"{run.longest_wait / 3600:.1f}"]
        table.add_row(*cells, (bent or "nothing") + (", given up after three days" if run.given_up else ""))
    Console(width=None if sys.stdout.isatty() else 150).print(table)


def _arguments() -> argparse.Namespace:
    parser = Arguments(prog="python -m local scale", description="Replay a load against AWS's quotas.")
    parser.add_argument("--documents", type=count("DOCUMENTS"))
    parser.add_argument("--rate", type=rate("RATE"), help="uploads a second")
    parser.add_argument("--account", type=one_of("ACCOUNT", QUOTAS["accounts"]))
    parser.add_argument("--products", type=count("PRODUCTS"))
    parser.add_argument("--maximum-concurrency", type=count("--maximum-concurrency"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
