"""Promise: /docs is found in and read on a phone: by slug and by Chinese name, no wider than its screen."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from local.cloud.aws import ROOT
from records.docs import page as docs

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
# Without these it asks hosts of its maker's for updates.
QUIET = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
URL, WIDTH = "https://gateway.example/docs", 390
ID_CARD, PASSPORT = "/ocr/id_card", "/ocr/passport"

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no Chromium here")


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """The page on a telephone, under its own policy."""
    body, policy = docs((ROOT / "functions/records/openapi.json").read_text(encoding="utf-8"))
    headers = {"Content-Security-Policy": policy, "Content-Type": "text/html; charset=utf-8"}
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *QUIET])
        shown = browser.new_page(viewport={"width": WIDTH, "height": 844})
        shown.route("**/*", lambda route: route.fulfill(body=body, headers=headers))
        shown.goto(URL)
        yield shown
        browser.close()


def operation(path: str) -> str:
    return f'details[data-words^="{path} "]'


@pytest.mark.parametrize("word", ["id_card", "身份证", " ID_CARD "])
def test_a_product_is_found_by_its_slug_and_by_its_chinese_name(page: Page, word: str) -> None:
    page.locator("#search").fill(word)
    expect(page.locator(operation(ID_CARD))).to_be_visible()
    expect(page.locator(operation(PASSPORT))).to_be_hidden()


def test_it_is_no_wider_than_a_phone_also_where_a_product_is_opened(page: Page) -> None:
    page.locator("#search").fill("id_card")
    page.locator(f"{operation(ID_CARD)} > summary").click()
    expect(page.locator(f"{operation(ID_CARD)} > div")).to_contain_text("公民身份号码")
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH
