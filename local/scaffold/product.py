"""`make new-product NAME=gift_card`: the folder, the template's block and the sample of one more product.

What it writes passes the house rules as it stands; then it is yours to fill in.
"""

import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

from local.arguments import Arguments
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
    offers=[embedded.Labels()],
)

handler = serve(product)
'''

SAMPLE = '''"""What {slug} looks like."""

from local.samples.catalogue import document
from local.samples.flow import sheet
from local.samples.page import Page
from local.samples.personas import Personas
from local.samples.styles import FORM
from local.samples.values import field


@document("{slug}", "page", (1000, 400), FORM)
def {slug}(page: Page, personas: Personas) -> None:
    column = sheet(page, 50, indent=160)
    column.heading("{slug}")
    column.row(field("name", "名称", personas.person(1).name))
'''


TODO = """\
Written: {app} and {sample}; from these, the events, schemas, docs and the template's block.
What is left to do:
  1. {app}: the fields that stand on the document, their labels and checks, which vendors read it
  2. {sample}: print every one of these fields
  3. make generate
  4. make score PRODUCTS={slug} MISSES=1: how many of them are read right
  5. make check test"""


class Refused(ValueError):
    """The name cannot be a product's; the message says why."""


def create(slug: str, category: str, root: Path = ROOT) -> list[Path]:
    """Write a product below `root` and name the files written; raises `Refused` for a name that will not do."""
    app, sample = root / "functions" / slug / "app.py", root / "local/samples/documents" / f"{slug}.py"
    if not SLUG.fullmatch(slug):
        raise Refused(f"NAME={slug} is no slug: say lower case words joined by _, as in NAME=gift_card.")
    if category not in get_args(Category):
        raise Refused(f"CATEGORY={category} is none of {', '.join(get_args(Category))}.")
    if app.exists():
        raise Refused(f"There is a product {slug} already.")
    app.parent.mkdir(parents=True)
    app.write_text(APP.format(slug=slug, model=logical(slug), category=category))
    sample.write_text(SAMPLE.format(slug=slug))
    return [app, sample]


def main() -> None:
    """Write a product and what is made of it; say what is left to do."""
    parser = Arguments(description="Write one more product.")
    parser.add_argument("name")
    parser.add_argument("category")
    asked = parser.parse_args()
    try:
        app, sample = create(asked.name, asked.category)
    except Refused as refused:
        parser.error(str(refused))
    # In a process of its own: this one has looked at the folders before.
    if subprocess.run([sys.executable, "-m", "local.generate"], cwd=ROOT).returncode:
        sys.exit("The files are written, but `make generate` failed: see above.")
    print(TODO.format(slug=asked.name, app=app.relative_to(ROOT), sample=sample.relative_to(ROOT)))


if __name__ == "__main__":
    main()
