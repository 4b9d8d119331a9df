"""`make down`: end the local AWS that `make up` left running."""

from local.aws import ROOT, stop
from local.up import FOLDER, SHELL


def main() -> None:
    print("Stopped." if stop(FOLDER) else "Nothing is running.")
    (ROOT / SHELL).unlink(missing_ok=True)


if __name__ == "__main__":
    main()
