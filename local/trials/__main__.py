"""`make trials`: each promise is tried on a stack of its own, deployed to a fresh AWS on this machine.

    python -m local trials                         all of them, as they are promised; an hour on two cores
    python -m local trials kill backlog --scale .1 these, with a tenth of the uploads
    python -m local trials --docs                  their rows go into docs/how-it-works.md too

Ends with 1 where a promise did not hold.
"""

import argparse
import sys
from collections.abc import Sequence

from rich.console import Console

from local.arguments import Arguments, one_of, share
from local.generate.tables import PROMISES, row, rows_of, with_table
from local.generate.tables import table as in_markdown
from local.trials import (
    alarms,
    backlog,
    bad_day,
    burst,
    clients,
    duplicates,
    kill,
    partial,
    poison,
    rate_limit,
    reused_name,
    webhooks,
)
from local.trials.harness import harness
from local.trials.result import HEAD, Result, table
from local.trials.trial import Trial

TRIALS = {
    trial.name: trial
    for trial in (
        rate_limit.TRIAL,
        duplicates.TRIAL,
        reused_name.TRIAL,
        partial.TRIAL,
        poison.TRIAL,
        kill.TRIAL,
        bad_day.TRIAL,
        *backlog.TRIALS,
        clients.TRIAL,
        *burst.TRIALS,
        webhooks.TRIAL,
        alarms.TRIAL,
    )
}
MARKER = "trials"
# A pipe has no width to fit the table into.
WIDTH = 170


def main() -> int:
    """Try what was asked for; the exit code."""
    asked = _arguments()
    console = Console() if sys.stdout.isatty() else Console(width=WIDTH)
    results = [_tried(TRIALS[name], asked.scale, console) for name in asked.names or TRIALS]
    console.print(table(results))
    if asked.docs:
        PROMISES.write_text(with_results(PROMISES.read_text(), results))
    return 0 if all(result.kept for result in results) else 1


def _arguments() -> argparse.Namespace:
    parser = Arguments(prog="python -m local trials", description="Try the promises on a deployed stack.")
    parser.add_argument(
        "names",
        nargs="*",
        type=one_of("TRIALS", TRIALS),
        metavar="NAME",
        help=f"of {', '.join(TRIALS)}; all without a name",
    )
    parser.add_argument(
        "--scale", type=share("SCALE"), default=1.0, help="the share of the uploads that are promised for"
    )
    parser.add_argument("--docs", action="store_true", help=f"write the rows of this run into {PROMISES.name}")
    return parser.parse_args()


def _tried(trial: Trial, scale: float, console: Console) -> Result:
    console.rule(trial.name)
    with harness(trial.parameters, console, trial.vendor, trial.concurrency) as prepared:
        result = trial.run(prepared, scale)
    console.print(table([result]))
    return result


def with_results(page: str, results: Sequence[Result]) -> str:
    """The page with these results in its table; what another run found of other trials stays."""
    rows = rows_of(page, MARKER) | {result.trial: row(result.row("**{}**")) for result in results}
    return with_table(page, MARKER, in_markdown(HEAD, []) + "".join(rows[name] for name in TRIALS if name in rows))


if __name__ == "__main__":
    sys.exit(main())
