"""The arguments of make's targets: a wrong one ends in one sentence that says what to type instead."""

import argparse
import re
import sys
from collections.abc import Callable, Collection
from pathlib import Path
from typing import NoReturn

from ocr.declare.catalogue import suggestions

# The exit code of a command that was not typed as it takes it.
WRONG = 2
# What argparse puts before a complaint.
BEFORE = re.compile(r"^argument [^:]+: ")


class Arguments(argparse.ArgumentParser):
    """A parser without a usage dump: its users type `make`, not the command behind it."""

    def error(self, message: str) -> NoReturn:
        """End the process with the complaint, and with 2 as shells do."""
        sentence = BEFORE.sub("", message).rstrip(".")
        print(f"{sentence[:1].upper()}{sentence[1:]}{'' if sentence.endswith('?') else '.'}", file=sys.stderr)
        sys.exit(WRONG)


def one_of(variable: str, values: Collection[str]) -> Callable[[str], str]:
    """An argument that is one of these. `variable` is make's name for it."""

    def checked(text: str) -> str:
        if text not in values:
            raise argparse.ArgumentTypeError(f"{variable} takes {', '.join(values)}, and not {text!r}")
        return text

    return checked


def product(slugs: Collection[str]) -> Callable[[str], str]:
    """An argument that is the slug of one of these products."""

    def checked(text: str) -> str:
        if text not in slugs:
            meant = " or ".join(suggestions(text)[:3])
            other = "; docs/products.md lists all" if not meant else f". Did you mean {meant}?"
            raise argparse.ArgumentTypeError(f"there is no product {text!r} that can be used here{other}")
        return text

    return checked


def folder(text: str) -> Path:
    """An argument that is a folder."""
    if not text.strip() or not (path := Path(text)).is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {text!r}")
    return path


def existing(text: str) -> Path:
    """An argument that is a file or a folder."""
    if not text.strip() or not (path := Path(text)).exists():
        raise argparse.ArgumentTypeError(f"there is no file {text!r}")
    return path


def count(variable: str) -> Callable[[str], int]:
    """A whole argument from 1."""

    def checked(text: str) -> int:
        if not (text.isascii() and text.isdigit() and int(text)):
            raise argparse.ArgumentTypeError(f"{variable} is a whole number above 0, and not {text!r}")
        return int(text)

    return checked


def rate(variable: str) -> Callable[[str], float]:
    """An argument above 0."""

    def checked(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = 0.0
        if not 0 < number < float("inf"):
            raise argparse.ArgumentTypeError(f"{variable} is a number above 0, and not {text!r}")
        return number

    return checked


def share(variable: str) -> Callable[[str], float]:
    """An argument above 0 and up to 1."""

    def checked(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = 0.0
        if not 0 < number <= 1:
            raise argparse.ArgumentTypeError(f"{variable} is a number above 0 and up to 1, and not {text!r}")
        return number

    return checked
