"""Writes sample pictures and their truth into a folder: `python -m local.samples FOLDER --products id_card`."""

import argparse
import json
from pathlib import Path

from local.arguments import Arguments, one_of, product
from local.samples import SHOTS, VARIANTS, samples
from local.samples.catalogue import FOLDERS
from ocr.declare.catalogue import products


def main() -> None:
    """`truth.json` lists one object a picture: file, product, name, layout, variant, options, truth."""
    asked = _arguments()
    asked.folder.mkdir(parents=True, exist_ok=True)
    entries = []
    for sample in samples(asked.products, asked.layout, asked.variant):
        (asked.folder / sample.file_name).write_bytes(sample.picture)
        kept = ("product", "name", "layout", "variant", "options", "truth")
        entries.append({"file": sample.file_name} | {name: getattr(sample, name) for name in kept})
    truth = asked.folder / "truth.json"
    truth.write_text(json.dumps(entries, ensure_ascii=False, indent=1), encoding="utf-8")
    print(f"{len(entries)} pictures in {asked.folder}")


def _arguments() -> argparse.Namespace:
    parser = Arguments(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--products", nargs="+", type=product(products()), metavar="SLUG", help="all by default")
    parser.add_argument("--layout", nargs="+", type=one_of("--layout", FOLDERS), default=("a",))
    parser.add_argument("--variant", nargs="+", type=one_of("--variant", VARIANTS | SHOTS), default=("clean",))
    return parser.parse_args()


if __name__ == "__main__":
    main()
