"""`make console-picture`: the console as docs/console.md shows it, taken from the stack that `make up` left running."""

import os
import shutil
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image

from local.arguments import Arguments
from local.cloud.aws import ROOT, UP, Aws
from local.cloud.build import Failed
from local.cloud.stack import Stack
from local.samples import samples
from local.samples.page import FACES

FILE = ROOT / "docs/console.png"
SIZE = {"width": 1280, "height": 860}
PRODUCT, FIELD = "id_card", "id_number"
PALETTE = 128
PATIENT = 300_000


def main() -> None:
    """Write the picture."""
    Arguments(description="Take the picture of the console.").parse_args()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise Failed("There is no Chromium here that could show the page.")
    aws = Aws.running(UP)
    if aws is None:
        raise Failed("Nothing is running: `make up` deploys the stack whose console is shown.")
    with tempfile.TemporaryDirectory() as folder:
        # The browser finds Chinese characters where fonts are looked for.
        fonts = Path(folder) / "fonts"
        fonts.mkdir()
        shutil.copy(FACES["sans"], fonts)
        shown = taken(Stack.of(aws), chromium, folder)
    Image.open(BytesIO(shown)).convert("RGB").quantize(PALETTE).save(FILE, optimize=True)
    print(f"wrote {FILE.relative_to(ROOT)}")


def taken(stack: Stack, chromium: str, fonts: str) -> bytes:
    """A sample's record in the console, with one field chosen."""
    from playwright.sync_api import sync_playwright

    sample = {"name": "card.jpg", "mimeType": "image/jpeg", "buffer": next(samples([PRODUCT])).picture}
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"], env={**os.environ, "XDG_DATA_HOME": fonts}
        )
        page = browser.new_context(locale="zh-CN", viewport=SIZE).new_page()  # type: ignore[arg-type]
        page.set_default_timeout(PATIENT)
        page.goto(f"{stack.url}/console")
        page.locator("input[name=key]").fill(stack.api_key)
        page.locator("form button").click()
        page.locator("select").first.select_option(PRODUCT)
        page.locator("input[type=file][multiple]").first.set_input_files(sample)  # type: ignore[arg-type]
        page.get_by_role("button", name="查看").click()
        page.get_by_role("button", name="显示个人信息").click()
        page.locator(f"#row-{FIELD}").hover()
        page.locator("img").evaluate("picture => picture.decode()")
        shown = page.screenshot()
        browser.close()
    return shown


if __name__ == "__main__":
    main()
