"""Promise: a person signs in on the page and is let in as who they are; a session that ends takes nothing away."""

import shutil
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from sign_in import tokens
from tests.support.identity_provider import IdentityProvider, new_key
from tests.support.served_api import served
from tests.support.signing_in import OPERATORS, OURS, THEIRS

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
PATIENT = 60_000
WATCH = "addEventListener('securitypolicyviolation', one => console.error('policy', one.violatedDirective))"
KEPT = "JSON.stringify({...localStorage}) + location.href + history.length"

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no Chromium here")


@pytest.fixture
def url(provider: IdentityProvider) -> Iterator[str]:
    """The page's address."""
    with served({OURS: "ours", THEIRS: "theirs", OPERATORS: "operators"}) as api:
        provider.redirects = {f"{api}/console"}
        yield f"{api}/console"


@pytest.fixture
def browser() -> Iterator[BrowserContext]:
    with sync_playwright() as driver:
        expect.set_options(timeout=PATIENT)
        started = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        context = started.new_context(locale="en-GB")
        context.add_init_script(WATCH)
        context.set_default_timeout(PATIENT)
        yield context
        started.close()


def sign_in(page: Page, person: str, button: str = "Sign in") -> None:
    with page.expect_popup() as opened:
        page.get_by_role("button", name=button, exact=True).click()
    opened.value.get_by_role("link", name=person).click()


def test_people_sign_in_and_go_on_after_their_session(
    browser: BrowserContext, url: str, provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The provider's keys are asked for each time.
    monkeypatch.setattr(tokens, "HOLD_SECONDS", 0.0)
    said: list[str] = []
    browser.on("console", lambda message: said.append(f"{message.text} {message.location['url']}"))
    page = browser.new_page()
    answered = page.goto(url)
    assert answered is not None
    policy = answered.headers["content-security-policy"]
    [reached] = [part for part in policy.split("; ") if part.startswith("connect-src")]
    uploads = [one for one in policy.split("; ") if one.startswith("img-src")][0].split()[3:]
    assert reached.split()[1:] == ["'self'", *uploads, provider.url]

    # Who belongs to no team is told so, and may sign in as somebody else.
    sign_in(page, "nina")
    expect(page.get_by_role("alert")).to_have_text("Your account belongs to no team here. Ask the operator.")
    sign_in(page, "anna")
    tabs = page.get_by_role("navigation")
    expect(tabs.get_by_role("button", name="Review")).to_be_visible()
    expect(tabs.get_by_role("button", name="Watch")).to_have_count(0)
    # The token is the tab's alone, and no code is in an address.
    token = page.evaluate("JSON.parse(sessionStorage.getItem('ocr-credential')).value")
    assert token not in page.evaluate(KEPT)
    assert page.url == url

    # The provider's keys are others now: her token holds no more, and what she asks for waits for another one.
    page.get_by_role("button", name="Records", exact=True).click()
    expect(page.get_by_text("No records")).to_be_visible()
    monkeypatch.setattr(provider, "keys", {"next": new_key("ES256")})
    page.locator("form.filters").get_by_label("Review").select_option("approved")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("alert")).to_contain_text("Your session has ended. Nothing is lost")
    with page.expect_response(lambda one: "review=approved" in one.url and one.status == 200):
        sign_in(page, "anna", "Sign in again")
    expect(page.get_by_text("Your session has ended")).to_have_count(0)
    assert page.locator("form.filters").get_by_label("Review").input_value() == "approved"

    # The operator sees what is the operator's.
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, "olga")
    expect(tabs.get_by_role("button", name="Watch")).to_be_visible()
    assert not [one for one in said if "policy" in one or urlsplit(one.split()[-1]).query.startswith("code")], said


def test_a_code_that_nobody_asked_for_is_good_for_nothing(browser: BrowserContext, url: str) -> None:
    page = browser.new_page()
    page.goto(f"{url}?code=a-code&state=a-state")
    expect(page.get_by_text("You can close this window.")).to_be_visible()
    assert page.url == url
    assert page.evaluate("JSON.stringify({...sessionStorage, ...localStorage})") == "{}"
