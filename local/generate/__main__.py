"""`python -m local generate [--check]`: write what is stale; with `--check` name it, write nothing and fail."""

import sys

from local.arguments import Arguments
from local.cloud.aws import ROOT
from local.generate.files import Misfit, stale, write


def main() -> int:
    """The exit code."""
    parser = Arguments(prog="python -m local generate", description="Write what is made of the code.")
    parser.add_argument("--check", action="store_true", help="name what is stale, write nothing and fail")
    check = parser.parse_args().check
    try:
        if not check:
            write()
            return 0
        old = stale()
    except Misfit as misfit:
        sys.exit(str(misfit))
    print("\n".join(f"stale: {path.relative_to(ROOT)}" for path in old) or "everything generated is fresh")
    return int(bool(old))


if __name__ == "__main__":
    sys.exit(main())
