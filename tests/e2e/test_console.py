"""Promise: a person without a terminal has files read, corrects and approves them in a browser, and takes them home."""

import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy
import pytest
import requests
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from openpyxl import load_workbook
from PIL import Image, ImageChops
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

from local.cloud.aws import ROOT
from local.cloud.stack import Stack
from local.samples import samples
from local.samples.catalogue import Layout, documents
from local.samples.digital import ofd

CONSOLE = ROOT / "functions/records/console.html"
# What the page looked like is kept, to be looked at.
PICTURES = ROOT / ".local/console"
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
# Without these it asks hosts of its maker's for updates.
QUIET = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
PATIENT = 60_000
# At length there is a photo of 12 megapixels among them, and two uploads are lost on their way.
AT_LENGTH = "PILE" in os.environ
PHOTO = 4000, 3000
PILE = 20
# Documents of which a program has written files, the kind that the page calls them, and how many of each layout. They
# hold their text, so that the engine need not read them.
WRITTEN = {
    ("account_opening_permit", "permit"): "account opening permit",
    ("business_license", "duplicate"): "business license",
    ("marriage_certificate", "open"): "marriage certificate",
    ("vat_invoice", "electronic"): "vat invoice",
}
LAYOUTS: tuple[Layout, ...] = ("a", "b")
COPIES = range(2)
# What the browser itself tells of answers that the test has provoked.
EXPECTED = ("409", "412", "favicon", *(("404", "503", "ERR_FAILED") if AT_LENGTH else ()))
# What the page may weigh on the wire, its picture, style and script together.
PAGE_BYTES = 150 * 1024
# Markup of pages and of drawings, and a letter that turns what follows it around.
HOSTILE = "<img src=x onerror=document.title=7><svg onload=document.title=7>\u202egpj.exe.jpg"
FORMULA = '=HYPERLINK("http://x","方")'
# What the browser refused under the page's policy, and what its storage holds.
WATCH = "addEventListener('securitypolicyviolation', one => console.error('policy', one.violatedDirective))"
KEPT = "JSON.stringify({...sessionStorage, ...localStorage})"
# When the page's first words are seen, in milliseconds.
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
# The median time of a frame, in milliseconds, while the picture is dragged.
PAN = """new Promise(done => {
  const frame = document.querySelector('.frame'), times = [];
  frame.setPointerCapture = () => undefined;
  const step = at => {
    if (times.push(at) > 40) {
      done(times.slice(1).map((time, place) => time - times[place]).sort((one, other) => one - other)[20]);
      return;
    }
    const moved = {bubbles: true, buttons: 1, movementX: times.length % 20 < 10 ? 8 : -8, movementY: 2};
    frame.dispatchEvent(new PointerEvent('pointermove', moved));
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})"""

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
    """Files whose kind is for the gateway to find out: a PDF, two cards on a page, and a name that is markup."""
    pictures = {kind: drawn(kind) for kind in ("id_card", "bank_card", "train_ticket")}
    cards = [drawn(kind, "b") for kind in ("id_card", "bank_card")]
    sheet = Image.new("RGB", (max(one.width for one in cards) + 200, sum(one.height for one in cards) + 300), "white")
    sheet.paste(cards[0], (100, 100))
    sheet.paste(cards[1], (100, 200 + cards[0].height))
    found = [tmp_path / name for name in (HOSTILE, "bank_card.jpg", "ticket.pdf", "two.jpg")]
    (photo(pictures["bank_card"]) if AT_LENGTH else pictures["bank_card"]).save(found[1], quality=96)
    pictures["id_card"].save(found[0], "JPEG", quality=92)
    pictures["train_ticket"].save(found[2], "PDF", resolution=200)
    sheet.save(found[3], quality=92)
    return found


@pytest.fixture
def written(tmp_path: Path) -> dict[str, list[Path]]:
    """Files as programs write them, by the kind of document that a person says they are."""
    found: dict[str, list[Path]] = {kind: [] for kind in WRITTEN.values()}
    for each in (one for one in documents() if (one.product, one.name) in WRITTEN):
        for layout in LAYOUTS:
            page = each.printed(layout)
            for copy in COPIES:
                path = tmp_path / f"{each.product}-{layout}-{copy}.ofd"
                path.write_bytes(ofd([page], {"copy": str(copy)}))
                found[WRITTEN[each.product, each.name]].append(path)
    return found


def bring(page: Page, written: dict[str, list[Path]]) -> None:
    """Say of each file what it is, one kind after the other: so one process of each function reads them all."""
    for few in zip(*written.values(), strict=True):
        for kind, path in zip(written, few, strict=True):
            page.get_by_label("Kind of document").select_option(label=kind)
            page.locator("input[type=file][multiple]").first.set_input_files(path)


def photo(card: Image.Image) -> Image.Image:
    """A card as a telephone has it: 12 megapixels, grainy, larger than a request may be."""
    card = card.resize((4000, 4000 * card.height // card.width)).crop((0, 0, *PHOTO))
    grain = numpy.random.default_rng(1).integers(0, 24, PHOTO[::-1], numpy.uint8)
    return ImageChops.subtract(card, Image.merge("RGB", [Image.fromarray(grain)] * 3))


def drawn(kind: str, layout: Layout = "a") -> Image.Image:
    return Image.open(BytesIO(next(samples([kind], layouts=[layout])).picture)).convert("RGB")


# What a page does after it is painted waits for a frame.
LATE_EFFECTS = """() => {
  window.frame = requestAnimationFrame;
  requestAnimationFrame = (run) => setTimeout(run, 1000);
}"""


def reviewer(browser: Browser, stack: Stack, said: list[str]) -> Page:
    """A page of somebody who has signed in; `said` is what the browser's console tells."""
    return signed_in(browser.new_context(locale="en-GB", accept_downloads=True).new_page(), stack, said)


def signed_in(page: Page, stack: Stack, said: list[str]) -> Page:
    page.add_init_script(WATCH)
    page.set_default_timeout(PATIENT)
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{stack.url}/console")
    page.get_by_label("API key").fill(stack.api_key)
    page.get_by_role("button", name="Enter").click()
    expect(page.get_by_role("button", name="Review", exact=True)).to_be_visible()
    return page


def taken_home(page: Page, stack: Stack, product: str, review: str, folder: Path) -> list[tuple[Any, ...]]:
    """The lines of the workbook with these records; each cell holds what the API says."""
    page.locator("form.filters").get_by_label("Kind of document").select_option(product)
    page.locator("form.filters").get_by_label("Review").select_option(review)
    with page.expect_response(lambda answer: f"product={product}" in answer.url):
        page.get_by_role("button", name="Search").click()
    page.get_by_label("Select all").check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export Excel").click()
    download.value.save_as(folder / "records.xlsx")
    head, *lines = load_workbook(folder / "records.xlsx")[product].iter_rows()
    for line in lines:
        cells = {str(name.value): cell for name, cell in zip(head, line, strict=True)}
        fields = record(stack, str(cells["id"].value))["document"]["fields"]
        shown = {name: one if isinstance(one, str) else json.dumps(one) for name, one in fields.items()}
        assert {name: str(cells[name].value) for name in fields} == shown
        assert {cell.data_type for cell in cells.values() if cell.value is not None} <= {"s", "n"}
    return lines


class Failing:
    """A bucket that refuses the first upload, and a line that is cut in the second."""

    def __init__(self) -> None:
        self.uploads = 0

    def __call__(self, route: Route) -> None:
        self.uploads += route.request.method == "POST"
        if self.uploads == 1:
            route.fulfill(status=503)
        elif self.uploads == 2:
            route.abort()
        else:
            route.continue_()


def barriers(page: Page) -> list[str]:
    """What keeps people with a disability from using what the page shows: rules of WCAG that it breaks."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found if one["impact"] in {"serious", "critical"}]


def record(stack: Stack, id: str) -> dict[str, Any]:
    answer = requests.get(f"{stack.url}/records/{id}", headers={"x-api-key": stack.api_key}, timeout=60)
    return answer.json()  # type: ignore[no-any-return]


def opened(page: Page, field: str, value: str) -> None:
    """Open the value of a field and type another."""
    page.locator(f"#row-{field} button.value").click()
    page.locator(f"#row-{field} input").fill(value)


def test_a_pile_of_files_is_read_reviewed_and_taken_home(
    browser: Browser, stack: Stack, files: list[Path], written: dict[str, list[Path]], tmp_path: Path
) -> None:
    said: list[str] = []
    page = reviewer(browser, stack, said)
    # All that is needed for the first picture is one small page.
    assert page.evaluate("performance.getEntriesByType('navigation')[0].encodedBodySize") <= PAGE_BYTES
    assert page.evaluate("performance.getEntriesByType('resource').filter(one => one.initiatorType != 'fetch')") == []
    print(f"first picture: {page.evaluate(PAINTED):.0f} ms")
    if AT_LENGTH:
        page.route(lambda url: f"/{stack.uploads}" in url, Failing())
    page.locator("input[type=file][multiple]").first.set_input_files(files)
    # One page shows two cards.
    expect(page.get_by_text(f"{len(files) + 1} of {len(files) + 1} done")).to_be_visible(timeout=5 * PATIENT)
    # Of others the person says what they are, and has no pictures kept: each is one request.
    page.get_by_label("Keep the pictures for review").uncheck()
    bring(page, written)
    page.get_by_label("Kind of document").select_option(label="Recognize by itself")
    pile = len(files) + sum(map(len, written.values()))
    assert pile == PILE
    done = f"{pile + 1} of {pile + 1} done"
    expect(page.get_by_text(done)).to_be_visible(timeout=5 * PATIENT)
    rows = page.locator("table.cards tbody tr")
    for kind in ("id card", "bank card", "train ticket", *WRITTEN.values()):
        expect(rows.filter(has=page.get_by_role("cell", name=kind, exact=True)).first).to_contain_text("succeeded")
    expect(rows.get_by_text(HOSTILE)).to_be_visible()
    # Of two cards on a page each has a record of its own.
    for kind in ("id card", "bank card"):
        expect(rows.filter(has_text="two.jpg").filter(has_text=kind)).to_contain_text("succeeded")
    assert barriers(page) == []

    # A page of a PDF is drawn, and a picture follows the hand: how fast is told, not judged.
    rows.filter(has_text="ticket.pdf").get_by_role("button", name="Open").click()
    page.get_by_role("button", name="Show personal data").click()
    expect(page.locator(".sheet img[src^=blob]")).to_be_visible()
    expect(page.locator("g.mark").first).to_be_visible()
    page.get_by_role("button", name="Back").click()
    # The picture is there before anything that the page does after it is painted.
    page.evaluate(LATE_EFFECTS)
    rows.filter(has_text="bank_card.jpg").get_by_role("button", name="Open").click()
    expect(page.locator(".sheet img[src^=blob]")).to_be_visible()
    page.evaluate("() => { requestAnimationFrame = window.frame }")
    expect(page.locator("g.mark").first).to_be_visible()
    print(f"panning: {page.evaluate(PAN):.1f} ms a frame")
    page.get_by_role("button", name="Hide personal data").click()
    page.get_by_role("button", name="Back").click()

    # The tab is closed: what was sent is found again, by whoever has the key, and is not sent twice.
    context = page.context
    page.close()
    page = signed_in(context.new_page(), stack, said)
    rows = page.locator("table.cards tbody tr")
    expect(page.get_by_text(done)).to_be_visible()
    page.locator("input[type=file][multiple]").first.set_input_files(files)
    expect(page.get_by_text(f"{len(files)} files were left out")).to_be_visible()

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
    page.screenshot(path=PICTURES / "record-1280.png")

    # A digit is mistyped, which shows while it is typed, and saved all the same.
    wrong = number[:16] + str((int(number[16]) + 2) % 10) + number[17:]
    opened(page, "id_number", wrong)
    expect(row).to_contain_text("✗ ID number's check digit")
    assert barriers(page) == []
    page.get_by_role("button", name="Save corrections").click()
    expect(page.get_by_text("Saved")).to_be_visible()

    # Somebody else finds it in the queue; the first one is told that it is being reviewed.
    other = reviewer(browser, stack, said)
    other.get_by_role("button", name="Review", exact=True).click()
    other.get_by_role("row").filter(has_text="id card").first.get_by_role("button", name="Open").click()
    other.get_by_role("button", name="Show personal data").click()
    opened(other, "id_number", number)
    expect(other.locator("#row-id_number")).to_contain_text("✓ ID number's check digit")
    page.get_by_role("button", name="Review", exact=True).click()
    expect(page.get_by_role("row").filter(has_text="id card").first).to_be_visible()
    assert barriers(page) == []
    page.get_by_role("row").filter(has_text="id card").first.get_by_role("button", name="Open").click()
    expect(page.get_by_text("Another person is reviewing this record.")).to_be_visible()
    opened(page, "name", FORMULA)
    page.get_by_role("button", name="Save corrections").click()
    expect(page.locator("#row-name")).to_contain_text(FORMULA)
    other.get_by_role("button", name="Approve").click()
    expect(other.get_by_text("Somebody else has just changed this record")).to_be_visible()
    expect(other.locator("#row-name")).to_contain_text(FORMULA)
    other.get_by_role("button", name="Approve").click()
    expect(other.locator(".pill.approved").first).to_be_visible()
    expect(other.locator("#row-id_number")).to_contain_text("✓ ID number's check digit")

    # Everything goes home as a workbook, cell by cell what the API says.
    page.get_by_role("button", name="Records", exact=True).click()
    lines = taken_home(page, stack, "id_card", "approved", tmp_path)
    assert any(cell.value == FORMULA for line in lines for cell in line)
    if AT_LENGTH:
        assert len(taken_home(page, stack, "business_license", "", tmp_path)) >= len(LAYOUTS) * len(COPIES)

    page.get_by_role("button", name="Watch").click()
    for part in ("Vendors", "Queues", "Budgets", "Costs", "Tenants' keys"):
        expect(page.get_by_role("heading", name=part)).to_be_visible()
    assert barriers(page) == []

    page.get_by_role("button", name="Records", exact=True).click()
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.emulate_media(color_scheme="dark")
    assert barriers(page) == []
    page.screenshot(path=PICTURES / "records-390.png")
    assert page.title() == "OCR console"
    everything = json.dumps(said) + page.url + page.evaluate(KEPT) + other.url + other.evaluate(KEPT)
    assert number not in everything
    assert HOSTILE not in page.evaluate(KEPT), "names of files are kept encrypted"
    assert "policy" not in everything
    assert not [one for one in said if not any(code in one for code in EXPECTED)], said


class Reading:
    """An API that reads whatever it is sent; `sent` are the products that it was asked for."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    @property
    def record(self) -> dict[str, Any]:
        """A record whose lines are markup."""
        lists: dict[str, Any] = {part: [] for part in ("others", "also_shows", "pages", "attempts")}
        record = {"id": str(len(self.sent)), "product": "vat_invoice", "status": "succeeded", "options": {}, **lists}
        return {**record, "lines": [{"text": HOSTILE, "confidence": 0.9}]}

    def __call__(self, route: Route) -> None:
        kind, _, name = route.request.url.partition("/v1/")[2].partition("/")
        if kind == "console":
            route.fulfill(body=CONSOLE.read_text(encoding="utf-8"), content_type="text/html")
        elif kind == "products" and name:
            route.fulfill(json={"schema": {"properties": {}}})
        elif kind == "products":
            slugs = [slug for slug, _ in WRITTEN]
            route.fulfill(
                json=[{"product": slug, "name": slug, "category": "general", "vendors": []} for slug in slugs]
            )
        elif kind == "ocr":
            self.sent.append(name)
            route.fulfill(json=self.record)
        elif kind == "records" and name:
            route.fulfill(json=self.record, headers={"ETag": "1"})
        elif not kind.startswith("records"):
            route.fulfill(status=403, json={})


def test_files_that_come_one_after_the_other_are_each_sent_once(
    browser: Browser, written: dict[str, list[Path]]
) -> None:
    page, api = browser.new_context(locale="en-GB").new_page(), Reading()
    page.route("http://127.0.0.1:9/v1/**", api)
    page.goto("http://127.0.0.1:9/v1/console")
    page.get_by_label("API key").fill("a key")
    page.get_by_role("button", name="Enter").click()
    page.get_by_label("Keep the pictures for review").uncheck()
    page.get_by_label("Label").fill("case 1")
    bring(page, written)
    pile = sum(map(len, written.values()))
    expect(page.get_by_text(f"{pile} of {pile} done")).to_be_visible()
    assert Counter(api.sent) == {f"{slug}?label=case+1": len(LAYOUTS) * len(COPIES) for slug, _ in WRITTEN}

    # The lines of what is text are shown with the personal data, as text.
    page.get_by_role("button", name="Open").first.click()
    page.get_by_role("button", name="Show personal data").click()
    page.get_by_text("All lines as read").click()
    expect(page.get_by_text(HOSTILE, exact=True)).to_be_visible()
    page.get_by_role("button", name="Back").click()

    # Whoever types on while a search runs has the next one by Enter.
    page.get_by_role("button", name="Records", exact=True).click()
    label = page.locator("form.filters").get_by_label("Label")
    for wanted in ("a", "ab"):
        label.fill(wanted)
        with page.expect_request(lambda one, wanted=wanted: f"records?label={wanted}&" in one.url):
            label.press("Enter")


def test_a_key_that_is_not_valid_opens_nothing(browser: Browser, stack: Stack) -> None:
    page = browser.new_context(locale="zh-CN").new_page()
    page.goto(f"{stack.url}/console")
    page.get_by_label("API 密钥").fill("not a key")
    page.get_by_role("button", name="进入").click()
    expect(page.get_by_role("alert")).to_have_text("密钥无效。")
    assert page.evaluate(KEPT).count("key") == 0
