"""The real hosts, when their keys are in the environment: OCR_JUHE, OCR_ETOPLIVE, OCR_ESIGN, OCR_CTYUN.

Each holds its vendor's secret as the JSON that would stand in Secrets Manager. A call is charged by the vendor.
"""

import json
import os
import re
from collections.abc import Iterator

import pytest

from local.samples import samples
from ocr.declare.catalogue import products
from ocr.declare.offers import Offer, VendorRequest
from ocr.model.problem import problem_of
from ocr.pages.examine import examine
from ocr.pages.resize import fit
from ocr.pipeline.normalization import normalize
from ocr.platform.errors import OcrError, VendorRejected
from ocr.platform.settings import settings

# What the vendors' own documents sell; etoplive's other pids take the same road as these.
WANTED = {
    "juhe": ("captcha", "license_plate"),
    "etoplive": ("id_card", "general_text", "license_plate", "business_license"),
    "esign": ("general_text",),
    "ctyun": ("general_text", "id_card", "license_plate"),
}
NOWHERE = {"TABLE": "none", "UPLOADS_BUCKET": "none", "ANSWERS_BUCKET": "none", "ENGINE_FUNCTION": "none"}


@pytest.fixture(autouse=True)
def real_hosts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in NOWHERE.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    yield
    settings.cache_clear()


def secret(vendor: str) -> dict[str, str]:
    name = f"OCR_{vendor.upper()}"
    if name not in os.environ:
        pytest.skip(f"{name} is not set: the real {vendor} is not asked")
    members: dict[str, str] = json.loads(os.environ[name])
    return members


def offer_of(vendor: str, product: str) -> Offer:
    return next(offer for offer in products()[product].offers if offer.vendor == vendor)


# A link would need a bucket that the vendor can reach.
FORMS = {"juhe": ("base64", "file"), "etoplive": ("base64", "file")}
CALLS = [
    (vendor, slug, form) for vendor, slugs in WANTED.items() for slug in slugs for form in FORMS.get(vendor, ("",))
]


@pytest.mark.parametrize(("vendor", "slug", "form"), CALLS)
def test_the_vendor_reads_a_sample(vendor: str, slug: str, form: str) -> None:
    key, product, sample = secret(vendor), products()[slug], next(iter(samples([slug])))
    offer = offer_of(vendor, slug)
    fitted = fit(examine(sample.picture), offer.limits)
    options = {**sample.options, **({"input": form} if form else {})}
    [outcome] = offer.read(VendorRequest(slug, product.fields, [fitted.document], options, 30.0, key))
    assert not isinstance(outcome, OcrError), problem_of(outcome)
    assert normalize(product.fields, product.checks, fitted.restored(outcome))


# What proves who asks; the other members say what is asked for, where and by which of the vendor's gateways.
PROOFS = re.compile(r"(app_)?secret|sk|(.+_)?key")


def spoilt(secret: dict[str, str]) -> dict[str, str]:
    """The secret with its proofs reversed."""
    return {name: value[::-1] if PROOFS.fullmatch(name) else value for name, value in secret.items()}


def test_only_what_proves_who_asks_is_spoilt() -> None:
    others = {"mode": "oauth2", "gateway": "eop", "plate_path": "a/b", "general_code": "12", "app_id": "12", "ak": "12"}
    keys = dict.fromkeys(("key", "secret", "app_key", "app_secret", "captcha_key", "plate_key", "sk"), "12")
    assert spoilt(others | keys) == others | dict.fromkeys(keys, "21")


@pytest.mark.parametrize("vendor", WANTED)
def test_the_vendor_refuses_a_wrong_key(vendor: str) -> None:
    wrong, slug = spoilt(secret(vendor)), WANTED[vendor][0]
    sample = next(iter(samples([slug])))
    fitted = fit(examine(sample.picture), offer_of(vendor, slug).limits)
    asked = VendorRequest(slug, products()[slug].fields, [fitted.document], sample.options, 30.0, wrong)
    [outcome] = offer_of(vendor, slug).read(asked)
    assert isinstance(outcome, VendorRejected)
