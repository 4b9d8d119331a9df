"""`make down`: end the local AWS that `make up` left running."""

from local.arguments import Arguments
from local.cloud.aws import ROOT, UP, stop
from local.up import SHELL


def main() -> None:
    Arguments(description="End the local AWS that stays.").parse_args()
    print("Stopped." if stop(UP) else "Nothing is running.")
    (ROOT / SHELL).unlink(missing_ok=True)


if __name__ == "__main__":
    main()
