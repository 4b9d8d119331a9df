"""Promises of `make policies`: simulated vendors say what is printed, err in the way written down, and are weighed."""

import pytest

from local import policies
from local.accuracy import offline
from local.accuracy.marks import Misread
from local.accuracy.printed import printed
from local.samples import Sample, samples
from local.simulators import slips
from ocr.declare.catalogue import products
from ocr.model.reading import ExtractedDocument, Item, Reading

CARD = products()["id_card"].fields


@pytest.fixture(scope="module")
def sample() -> Sample:
    return next(iter(samples(["id_card"])))


def said(sample: Sample, vendor: str = policies.ENGINE) -> Reading:
    return Reading(vendor=vendor, findings=[printed(CARD, sample.truth)])


@pytest.mark.parametrize("slug", ["vat_invoice", "driving_license", "bank_statement"])
def test_a_vendor_without_an_error_says_what_is_printed(slug: str) -> None:
    sample = next(iter(samples([slug])))
    found = Reading(vendor="any", findings=[printed(products()[slug].fields, sample.truth)])
    document = offline.settled_as(slug, found, sample.picture).document
    assert document
    assert {name: document.fields.get(name) for name in sample.truth} == sample.truth


def test_a_vendor_errs_alike_on_the_same_picture_and_more_on_a_degraded_one() -> None:
    page = ExtractedDocument(items=[Item(label=f"{number}", text="0123456789", confidence=1) for number in range(2000)])
    reading = Reading(vendor="embedded", findings=[page])

    def wrong(picture: str, *, degraded: bool) -> int:
        [finding] = slips.slipped(reading, "ctyun", picture, degraded=degraded).findings
        assert {item.confidence for item in finding.items} == {None}
        return sum(item.text != "0123456789" for item in finding.items)

    once, again, degraded = wrong("a", degraded=False), wrong("a", degraded=False), wrong("a", degraded=True)
    assert 0 < once == again < degraded


def test_a_doubted_reading_goes_to_a_paid_vendor_and_any_other_does_not(
    sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine reads the number wrong, which its check digit tells; the vendors read all right."""
    number = sample.truth["id_number"]
    misread = number[:6] + ("1" if number[6] == "2" else "2") + number[7:]
    wrong = said(sample.__class__(**{**vars(sample), "truth": sample.truth | {"id_number": misread}}))
    monkeypatch.setattr(slips, "slipped", lambda reading, vendor, *_, **__: said(sample, vendor))
    for own, right, calls in ((wrong, 0, 1), (said(sample), 1, 0)):
        monkeypatch.setattr(offline, "reading", lambda *_, own=own: own)
        monkeypatch.setattr(policies, "samples", lambda *_: [sample])
        found = {reader: one for (*_, reader), one in policies.measured("id_card", "a", ["clean"], ["checks"]).items()}
        assert (found["embedded"].right, found["etoplive"].right) == (right, 1)
        for reader in ("checks", policies.RECOMMENDED):
            assert (found[reader].right, found[reader].silent, found[reader].calls) == (1, [], calls)


SILENT = Misread("id_card", "a", "clean", "name", "林一一", "林一")


@pytest.mark.parametrize(
    ("ours", "said"),
    [
        ((10, 9, 2, 0), []),
        ((10, 8, 2, 0), ["have 8 exactly right, etoplive alone 9"]),
        ((10, 9, 3, 0), ["take 3 calls, etoplive alone 10"]),
        ((10, 9, 2, 1), ["have 1 values silently wrong, etoplive alone 1"]),
    ],
)
def test_what_the_recommended_settings_are_not_recommended_for_is_said(
    ours: tuple[int, int, int, int], said: list[str]
) -> None:
    def came(records: int, right: int, calls: int, silent: int) -> policies.Sum:
        return policies.Sum(records, right, calls, [SILENT] * silent)

    key = "id_card", "a"
    found = {(*key, "etoplive"): came(10, 9, 10, 1), (*key, policies.RECOMMENDED): came(*ours)}
    found |= {("vin", "a", policies.RECOMMENDED): came(10, 0, 10, 9)}  # which etoplive does not read here
    assert [one.partition("settings ")[2] for one in policies._shortfalls(found)] == said
