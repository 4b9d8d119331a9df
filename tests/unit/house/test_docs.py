"""Promise: what the pages say exists: links, files, names, commands; and every command is a command."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import dropwhile
from pathlib import Path
from urllib.parse import unquote

import click
import pytest

from cli.app import main as ocr
from local.cloud.aws import ROOT
from local.generate.files import PRODUCTS
from local.generate.tables import README, pages
from local.picture import FILE, drawn, fields
from local.samples import samples
from ocr.model.record import Announcement, Attempt, Document, Evidence, PictureInfo, Record, Source, Status

PAGES = [*pages(), ROOT / "CHANGELOG.md", ROOT / "SECURITY.md"]
LINK = re.compile(r"(?<!`)\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
QUESTION = re.compile(r"^\| [^|]*\? \| (.*) \|$", re.MULTILINE)
PLACE = re.compile(r"`([\w/.-]+)`(?: \(`(\w+)`\))?")
# What `make tools` or every system has.
TOOLS = {"aws", "sam", "make", "curl", "export", "."}
README_LINES = 150
# A page answers one question; tables that are made from the code do not count.
PAGE_LINES = 220
TABLE = re.compile(r"^<!-- ([\w-]+) -->\n.*?^<!-- /\1 -->$", re.DOTALL | re.MULTILINE)
PICTURE_BYTES = 150_000


@dataclass(frozen=True)
class Block:
    """A block of a page."""

    page: Path
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.name}: {self.text.splitlines()[0] if self.text else ''}"


def blocks(language: str) -> Iterator[Block]:
    for page in PAGES:
        for found, text in FENCE.findall(page.read_text()):
            if found == language:
                yield Block(page, found, text)


def anchor(heading: str) -> str:
    """The place of a heading, as GitHub names it."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(FENCE.sub("", page.read_text())):
        if target.startswith("http"):
            continue
        path, _, place = unquote(target).partition("#")
        there = (page.parent / path) if path else page
        assert there.exists(), target
        assert not place or place in map(anchor, HEADING.findall(there.read_text())), target


def test_every_page_is_linked_from_the_readme() -> None:
    linked = {(ROOT / target).resolve() for target in LINK.findall(README.read_text()) if "//" not in target}
    named = {page for page in PAGES if page != README and page.parent in (ROOT, ROOT / "docs")}
    assert named <= linked


def test_every_vendors_page_is_linked_from_the_page_of_all() -> None:
    page = ROOT / "docs/vendors.md"
    linked = {(page.parent / target).resolve() for target in LINK.findall(page.read_text()) if "//" not in target}
    assert {*(ROOT / "docs/vendors").glob("*.md")} <= linked


def test_the_readme_is_read_in_minutes() -> None:
    read = TABLE.sub("", README.read_text())
    assert len(read.splitlines()) <= README_LINES


@pytest.mark.parametrize("page", [page for page in PAGES if page.parent == ROOT / "docs"], ids=lambda page: page.name)
def test_a_page_answers_one_question_and_begins_with_the_answer(page: Path) -> None:
    if page != PRODUCTS:
        assert len(TABLE.sub("", page.read_text()).splitlines()) <= PAGE_LINES
    title, blank, answer = page.read_text().splitlines()[:3]
    assert title.startswith("# ")
    assert not blank
    assert re.match(r"[\w`]", answer), "a sentence, before any heading, list or table"


def test_every_question_is_answered_by_two_files_at_most_that_exist() -> None:
    answers = QUESTION.findall((ROOT / "docs/how-it-works.md").read_text())
    assert len(answers) >= 20
    for answer in answers:
        places = PLACE.findall(answer)
        assert 1 <= len(places) <= 2, answer
        for path, name in places:
            text = (ROOT / path).read_text()
            assert not name or re.search(rf"^(def|class) {name}\b|^ *(def )?{name}\b.*[=:(]", text, re.MULTILINE), name


@pytest.mark.parametrize("block", [*blocks("sh")], ids=str)
def test_every_command_is_one(block: Block) -> None:
    subprocess.run(["bash", "-n", "-c", block.text], check=True)
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for command, *arguments in commands(block.text):
        if command == "make":
            assert {one for one in arguments if "=" not in one} <= targets
        elif command.startswith(".venv/bin/"):
            assert command in {".venv/bin/ocr", ".venv/bin/python"}
            if command.endswith("ocr"):
                understood(arguments)
        else:
            assert command in TOOLS


def commands(text: str) -> Iterator[list[str]]:
    """The words of each command of a block, without variables set before it; a here-document is none."""
    text = re.sub(r"<<'(\w+)'\n.*?^\1$", "", text.replace("\\\n", " "), flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"^\w+=\$\((.*)\)$", r"\1", text, flags=re.MULTILINE)
    lines = (shlex.split(line, comments=True) for line in text.splitlines())
    return filter(None, ([*dropwhile(lambda word: re.match(r"\w+=", word), words)] for words in lines))


def understood(arguments: list[str]) -> None:
    """Raise for a command line that `ocr` does not take."""
    assert isinstance(ocr, click.Group)
    command = ocr.commands[arguments[0]]
    command.make_parser(click.Context(command)).parse_args(arguments[1:])


def test_every_metric_is_explained() -> None:
    code = [*(ROOT / "layers/ocr/ocr").rglob("*.py"), *(ROOT / "functions").rglob("*.py")]
    counted = {name for path in code for name in re.findall(r"(\w+)=\(MetricUnit\.", path.read_text())}
    assert counted
    page = (ROOT / "docs/operating.md").read_text()
    assert {name for name in counted if f"`{name}`" not in page} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_row_of_a_table_lacks_its_meaning(page: Path) -> None:
    tables = re.findall(
        r"^\| (?:member|parameter|variable|option) \|.*?\n\n", page.read_text() + "\n", re.MULTILINE | re.DOTALL
    )
    assert [row for table in tables for row in table.splitlines() if "|  |" in row.removesuffix(" |  |")] == []


@pytest.mark.parametrize("block", [*blocks("python")], ids=str)
def test_every_python_block_is_python(block: Block) -> None:
    compile(block.text, str(block.page), "exec")


def test_every_status_is_explained() -> None:
    [table] = re.findall(r"\| status \| meaning \|\n(.*?)\n\n", (ROOT / "docs/records.md").read_text(), re.DOTALL)
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == set(Status)


@pytest.mark.parametrize("model", [Record, Document, Evidence, Attempt, PictureInfo, Source, Announcement])
def test_every_member_is_described(model: type[Record]) -> None:
    assert [name for name, field in model.model_fields.items() if not field.description] == []


def test_the_picture_of_the_readme_shows_every_field() -> None:
    sample = next(samples(["id_card"]))
    document = Document(fields=sample.truth)
    assert [field.name for field in fields(document)] == list(sample.truth)
    assert drawn(sample.picture, document).startswith(b"\x89PNG")
    assert FILE.stat().st_size < PICTURE_BYTES
