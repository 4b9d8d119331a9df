"""Promise: the console that ships is the one that its sources make, and is small."""

import gzip
import hashlib
import re

from local.cloud.aws import ROOT

SOURCES = ROOT / "console"
PAGE = ROOT / "functions/records/console.html"


def test_the_page_is_not_older_than_its_sources() -> None:
    names = ["build.mjs", "package-lock.json", "tsconfig.json", *(f"src/{one.name}" for one in SOURCES.glob("src/*"))]
    text = "".join(f"{name}\0{(SOURCES / name).read_text(encoding='utf-8')}\0" for name in sorted(names))
    built = re.search('<meta name="sources" content="([0-9a-f]{64})">', PAGE.read_text(encoding="utf-8"))
    assert built
    assert built[1] == hashlib.sha256(text.encode()).hexdigest(), "make console"


def test_the_page_is_small_on_the_way_and_loads_nothing() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert len(gzip.compress(page.encode())) <= 150 * 1024
    assert not re.search(r"<script[^>]+src|<link[^>]+href=\"(?!data:)|@import|url\(|eval\(|new Function", page)


def test_every_package_of_the_page_is_pinned_by_a_hash() -> None:
    lock = (SOURCES / "package-lock.json").read_text(encoding="utf-8")
    packages = re.findall(r'"node_modules/[^"]+": \{(.*?)\n    \}', lock, re.DOTALL)
    assert packages
    assert all('"integrity": "sha512-' in one for one in packages)
    assert "resolved" not in lock
