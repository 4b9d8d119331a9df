"""Promise: a person without a terminal has files read, corrects and approves them in a browser, and takes them home."""

import json
import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import requests
from openpyxl import load_workbook
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from local.cloud.stack import Stack
from local.samples import samples

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
# Without these it asks hosts of its maker's for updates.
QUIET = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
PATIENT = 60_000
HOSTILE = "<img src=x onerror=document.title=7>.jpg"
FORMULA = '=HYPERLINK("http://x","方")'
# What the browser refused under the page's policy, and what its storage holds.
WATCH = "addEventListener('securitypolicyviolation', one => console.error('policy', one.violatedDirective))"
KEPT = "JSON.stringify({...sessionStorage, ...localStorage})"

pytestmark = [
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium here"),
    pytest.mark.filterwarnings("ignore:Workbook contains no default style"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENT)
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *QUIET])
        yield started
        started.close()


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Files of several products, one of them a PDF and one with a name that is markup."""
    pictures = {kind: next(samples([kind])).picture for kind in ("id_card", "bank_card", "train_ticket")}
    found = [tmp_path / HOSTILE, tmp_path / "bank_card.jpg", tmp_path / "ticket.pdf"]
    found[0].write_bytes(pictures["id_card"])
    found[1].write_bytes(pictures["bank_card"])
    Image.open(BytesIO(pictures["train_ticket"])).convert("RGB").save(found[2], "PDF", resolution=200)
    return found


def reviewer(browser: Browser, stack: Stack, said: list[str]) -> Page:
    """A page of somebody who has signed in; `said` is what the browser's console tells."""
    page = browser.new_context(locale="en-GB", accept_downloads=True).new_page()
    page.add_init_script(WATCH)
    page.set_default_timeout(PATIENT)
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{stack.url}/console")
    page.get_by_label("API key").fill(stack.api_key)
    page.get_by_role("button", name="Enter").click()
    expect(page.get_by_role("button", name="Review")).to_be_visible()
    return page


def record(stack: Stack, id: str) -> dict[str, Any]:
    answer = requests.get(f"{stack.url}/records/{id}", headers={"x-api-key": stack.api_key}, timeout=60)
    return answer.json()  # type: ignore[no-any-return]


def opened(page: Page, field: str, value: str) -> None:
    """Open the value of a field and type another."""
    page.locator(f"#row-{field} button.value").click()
    page.locator(f"#row-{field} input").fill(value)


def test_a_pile_of_files_is_read_reviewed_and_taken_home(
    browser: Browser, stack: Stack, files: list[Path], tmp_path: Path
) -> None:
    said: list[str] = []
    page = reviewer(browser, stack, said)
    page.locator("input[type=file][multiple]").first.set_input_files(files)
    expect(page.get_by_text("3 of 3 done")).to_be_visible(timeout=5 * PATIENT)
    rows = page.locator("table.cards tbody tr")
    for kind in ("id card", "bank card", "train ticket"):
        expect(rows.filter(has=page.get_by_role("cell", name=kind, exact=True))).to_contain_text("succeeded")
    expect(rows.get_by_text(HOSTILE)).to_be_visible()

    card = rows.filter(has_text=HOSTILE)
    card.get_by_role("button", name="Open").click()
    expect(page.get_by_text("Personal data is hidden")).to_be_visible()
    number = next(samples(["id_card"])).truth["id_number"]
    assert number not in page.content()
    page.get_by_role("button", name="Show personal data").click()
    row = page.locator("#row-id_number")
    expect(row).to_contain_text(number)
    row.hover()
    expect(page.locator("g.mark.chosen")).to_have_count(1)
    page.screenshot(path=tmp_path / "record-1280.png")

    # A digit is mistyped, which shows while it is typed, and saved all the same.
    wrong = number[:16] + str((int(number[16]) + 2) % 10) + number[17:]
    opened(page, "id_number", wrong)
    expect(row).to_contain_text("✗ cn_resident_id")
    page.get_by_role("button", name="Save corrections").click()
    expect(page.get_by_text("Saved")).to_be_visible()

    # Somebody else finds it in the queue, and so does the first one.
    other = reviewer(browser, stack, said)
    other.get_by_role("button", name="Review").click()
    other.get_by_role("row").filter(has_text="id card").first.get_by_role("button", name="Open").click()
    other.get_by_role("button", name="Show personal data").click()
    opened(other, "id_number", number)
    expect(other.locator("#row-id_number")).to_contain_text("✓ cn_resident_id")
    opened(page, "name", FORMULA)
    page.get_by_role("button", name="Save corrections").click()
    expect(page.locator("#row-name")).to_contain_text(FORMULA)
    other.get_by_role("button", name="Approve").click()
    expect(other.get_by_text("Somebody else has just changed this record")).to_be_visible()
    expect(other.locator("#row-name")).to_contain_text(FORMULA)
    other.get_by_role("button", name="Approve").click()
    expect(other.locator(".pill.approved").first).to_be_visible()
    expect(other.locator("#row-id_number")).to_contain_text("✓ cn_resident_id")

    # Everything goes home as a workbook, cell by cell what the API says.
    page.get_by_role("button", name="Records", exact=True).click()
    page.locator("form.filters").get_by_label("Kind of document").select_option("id_card")
    page.locator("form.filters").get_by_label("Review").select_option("approved")
    with page.expect_response(lambda answer: "review=approved" in answer.url):
        page.get_by_role("button", name="Search").click()
    page.get_by_label("Select all").check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export Excel").click()
    download.value.save_as(tmp_path / "records.xlsx")
    head, *lines = load_workbook(tmp_path / "records.xlsx")["id_card"].iter_rows()
    names = [cell.value for cell in head]
    for line in lines:
        cells = {str(name): cell for name, cell in zip(names, line, strict=True)}
        whole = record(stack, str(cells["id"].value))
        shown = {name: str(cells[name].value) for name in whole["document"]["fields"]}
        assert shown == {name: str(value) for name, value in whole["document"]["fields"].items()}
        assert {cell.data_type for cell in cells.values() if cell.value is not None} <= {"s", "n"}
    assert any(cell.value == FORMULA for line in lines for cell in line)

    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.screenshot(path=tmp_path / "records-390.png")
    assert page.title() == "OCR console"
    everything = json.dumps(said) + page.url + page.evaluate(KEPT) + other.url + other.evaluate(KEPT)
    assert number not in everything
    assert "policy" not in everything
    assert not [one for one in said if "412" not in one and "favicon" not in one], said


def test_a_key_that_is_not_valid_opens_nothing(browser: Browser, stack: Stack) -> None:
    page = browser.new_context(locale="zh-CN").new_page()
    page.goto(f"{stack.url}/console")
    page.get_by_label("API 密钥").fill("not a key")
    page.get_by_role("button", name="进入").click()
    expect(page.get_by_role("alert")).to_have_text("密钥无效。")
    assert page.evaluate(KEPT).count("key") == 0
