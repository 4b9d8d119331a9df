"""`python -m local.generate [--check]`: write what is stale; with `--check` name it, write nothing and fail."""

import sys

from local.cloud.aws import ROOT
from local.generate.files import stale, write


def main() -> int:
    """The exit code."""
    if "--check" not in sys.argv[1:]:
        write()
        return 0
    old = stale()
    print("\n".join(f"stale: {path.relative_to(ROOT)}" for path in old) or "everything generated is fresh")
    return int(bool(old))


if __name__ == "__main__":
    sys.exit(main())
