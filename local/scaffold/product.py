"""`make new-product NAME=gift_card`: the folder, the template's block and the sample of one more product.

What it writes passes the house rules as it stands; then it is yours to fill in.
"""

import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

from local.cloud.aws import ROOT
from local.cloud.stack import logical
from ocr.declare.product import Category

SLUG = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")

APP = '''"""{slug} — say what the document is, which sides or pages it has."""

from ocr.declare.field_types import Text
from ocr.declare.fields import Fields, label
from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.vendors import embedded


class {model}(Fields):
    name: Text | None = label("名称", pii=True)


product = Product(
    "{slug}",
    {model},
    name="{slug}",
    category="{category}",
    titles=[],
    required=["name"],
    sold_by=[embedded.Labels()],
)

handler = serve(product)
'''

SAMPLE = '''"""What {slug} looks like."""

from local.samples.cast import Cast
from local.samples.catalogue import document
from local.samples.flow import sheet
from local.samples.looks import FORM
from local.samples.page import Page
from local.samples.values import field


@document("{slug}", "page", (1000, 400), FORM)
def {slug}(page: Page, cast: Cast) -> None:
    column = sheet(page, 50, indent=160)
    column.heading("{slug}")
    column.row(field("name", "名称", cast.person(1).name))
'''


class Refused(ValueError):
    """The name cannot be a product's; the message says why."""


def create(slug: str, category: str, root: Path = ROOT) -> list[Path]:
    """Write a product below `root` and name the files written; raises `Refused` for a name that will not do."""
    app, sample = root / "functions" / slug / "app.py", root / "local/samples/documents" / f"{slug}.py"
    if not SLUG.fullmatch(slug):
        raise Refused(f"{slug!r} is no slug: lower case words joined by _")
    if category not in get_args(Category):
        raise Refused(f"{category!r} is none of the categories {', '.join(get_args(Category))}")
    if app.exists():
        raise Refused(f"{slug} exists already")
    app.parent.mkdir(parents=True)
    app.write_text(APP.format(slug=slug, model=logical(slug), category=category))
    sample.write_text(SAMPLE.format(slug=slug))
    return [app, sample]


def main(name: str, category: str) -> None:
    try:
        written = create(name, category)
    except Refused as refused:
        sys.exit(str(refused))
    # In a process of its own: this one has looked at the folders before.
    subprocess.run([sys.executable, "-m", "local.generate"], check=True, cwd=ROOT)
    for path in written:
        print(path.relative_to(ROOT))
    print(f"and events/{name}, its schema and the README's tables. Fill in {written[0].relative_to(ROOT)}.")


if __name__ == "__main__":
    main(*sys.argv[1:3])
