"""Every vendor × product × input form × trigger on the deployed stack, against simulators that judge every byte.

And what happens when a vendor is down, refuses, is used up or answers what nobody understands: the next one reads.
"""

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from itertools import cycle
from itertools import product as product_of
from time import monotonic
from typing import Any

import pytest
from PIL import Image

from local.cloud.sending import TRIGGERS, Picture, Reading, Trigger, send
from local.cloud.stack import Stack
from local.samples import Sample, samples
from local.simulators import VENDORS, Control
from ocr.declare.catalogue import products
from ocr.declare.offers import Offer
from ocr.declare.options import known
from ocr.declare.product import Product
from tests.support.photographs import PHONE

# All of etoplive's 46 products in all ways take minutes; without this set, each goes one way, in turn.
FULL = "MATRIX" in os.environ
MANY = 10
Way = tuple[str | None, Trigger]
# Vendor → our name of an input form → the simulator's.
FORMS: Mapping[str, Mapping[str, str]] = {
    "juhe": {"base64": "base64", "file": "file"},
    "etoplive": {"base64": "file", "file": "mfile", "url": "urlPath"},
}
SENDERS = 2
# Read by the first vendor, and by the second when the first is at fault.
FIRST, SECOND = "juhe", "ctyun"
FAILURES = 5  # CircuitFailures in the template
RECOVERY_SECONDS = 60.0  # far more than the CircuitSeconds of these tests


def pairs() -> Iterator[tuple[Product, Offer]]:
    for product in products().values():
        for offer in product.offers:
            if offer.vendor in VENDORS:
                yield product, offer


@pytest.fixture(scope="module")
def pictures() -> Mapping[str, Sample]:
    """The first sample of every product."""
    found: dict[str, Sample] = {}
    for sample in samples():
        found.setdefault(sample.product, sample)
    return found


@pytest.fixture
def controls(simulators: Mapping[str, str]) -> Iterator[Mapping[str, Control]]:
    """The simulators' other side; they forget everything before and after."""
    found = {vendor: Control(url) for vendor, url in simulators.items()}
    for control in found.values():
        control.reset()
    yield found
    for control in found.values():
        control.reset()


def picture(sample: Sample, **options: str) -> Picture:
    chosen = {**sample.options, **options}
    return Picture(sample.product, sample.name, sample.picture, sample.media_type, chosen, sample.truth)


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_product_form_and_trigger_ends_in_a_record_with_every_field_right(
    stack: Stack, pictures: Mapping[str, Sample], controls: Mapping[str, Control], vendor: str
) -> None:
    def read(product: Product, form: str | None, trigger: Trigger) -> Reading:
        options = {"vendor": vendor} | ({"input": form} if form else {})
        return send(stack, picture(pictures[product.slug], **options), trigger)

    read_by_it = [product for product, offer in pairs() if offer.vendor == vendor]
    # What comes by HTTPS is no object in the bucket: there is nothing that a vendor could fetch.
    ways = [way for way in product_of(FORMS.get(vendor, (None,)), TRIGGERS) if way != ("url", "https")]
    wanted = [(product, *way) for product in read_by_it for way in ways]
    if not FULL and len(read_by_it) > MANY:
        turns = cycle(ways)
        wanted = [one for product in read_by_it for one in _some(product, ways, turns)]
    with ThreadPoolExecutor(SENDERS) as threads:
        readings = list(threads.map(lambda one: read(*one), wanted))
    failed = [
        (product.slug, form, by, reading.body)
        for (product, form, by), reading in zip(wanted, readings, strict=True)
        if not reading.is_right or reading.body["vendor"] != vendor
    ]
    assert failed == []
    report = controls[vendor].report()
    assert report["violations"] == []
    assert len(report["charges"]) == len(wanted)
    came = {charge["sha256"]: charge["source"] for charge in report["charges"]}
    assert came == {
        reading.body["picture"]["sha256"]: _source(vendor, form)
        for (_, form, _by), reading in zip(wanted, readings, strict=True)
    }


def _source(vendor: str, form: str | None) -> str:
    """How the picture must have reached the simulator; "" where its vendor knows one way only."""
    return FORMS[vendor][form] if form else ""


def _some(product: Product, ways: list[Way], turns: Iterator[Way]) -> list[tuple[Product, str | None, Trigger]]:
    """All ways for what several vendors sell, the next way in turn for the rest."""
    several = len([offer for offer in product.offers if offer.vendor in VENDORS]) > 1
    return [(product, *way) for way in (ways if several else [next(turns)])]


@pytest.mark.parametrize(
    ("vendor", "product", "options"),
    [("juhe", "license_plate", {}), ("esign", "general_text", {}), ("etoplive", "general_text", {"showPosition": "1"})],
)
def test_a_photograph_of_12_megapixels_comes_back_in_its_own_pixels(
    stack: Stack,
    pictures: Mapping[str, Sample],
    controls: Mapping[str, Control],
    vendor: str,
    product: str,
    options: dict[str, str],
) -> None:
    photograph, (left, top, right, bottom) = _photograph(pictures[product].picture)
    assert 5_500_000 < len(photograph) < 8_000_000
    sent = Picture(product, "photograph.jpg", photograph, "image/jpeg", options | {"vendor": vendor})

    record = send(stack, sent, "s3").body

    assert (record["status"], record["vendor"]) == ("succeeded", vendor), record
    assert (record["picture"]["width"], record["picture"]["height"]) == PHONE
    boxes = [part["box"] for part in [*record["document"]["evidence"].values(), *record["lines"]] if "box" in part]
    assert boxes
    assert all(left <= x <= right and top <= y <= bottom for box in boxes for x, y in box)
    assert controls[vendor].report()["violations"] == []


def _photograph(sample: bytes) -> tuple[bytes, tuple[int, int, int, int]]:
    """A sample on a far larger, noisy ground, and where it lies on that: left, top, right, bottom."""
    ground = Image.effect_noise(PHONE, 40).convert("RGB")
    with Image.open(BytesIO(sample)) as document:
        document = document.convert("RGB").resize((2 * document.width, 2 * document.height))
        corner = PHONE[0] - document.width - 40, PHONE[1] - document.height - 40
        ground.paste(document, corner)
    file = BytesIO()
    ground.save(file, "JPEG", quality=94)
    return file.getvalue(), (*corner, corner[0] + document.width, corner[1] + document.height)


def attempts(reading: Reading) -> list[tuple[str, str]]:
    return [(attempt["vendor"], attempt["outcome"]) for attempt in reading.body["attempts"]]


FAULTS = [
    pytest.param({"fault": "http500"}, "vendor_unavailable", id="500"),
    pytest.param({"fault": "http429"}, "vendor_unavailable", id="429"),
    pytest.param({"fault": "cut"}, "vendor_unavailable", id="cut mid-answer"),
    pytest.param({"fault": "garbage"}, "vendor_unavailable", id="garbage"),
    pytest.param({"fault": "maintenance"}, "vendor_unavailable", id="maintenance page"),
    pytest.param({"fault": "redirect"}, "vendor_unavailable", id="a way to a login"),
    pytest.param({"fault": "truncated"}, "vendor_unavailable", id="truncated JSON"),
    pytest.param({"fault": "empty"}, "vendor_unavailable", id="empty answer"),
    pytest.param({"fault": "wrong_types"}, "unexpected_response", id="wrong types"),
    pytest.param({"fault": "wrong_secret"}, "vendor_rejected", id="key refused"),
    pytest.param({"code": 10012}, "vendor_rejected", id="out of quota"),
    pytest.param({"code": 999999}, "unexpected_response", id="a code nobody knows"),
    pytest.param({"code": 10011}, "vendor_unavailable", id="rate limit"),
]


@pytest.mark.parametrize(("order", "outcome"), FAULTS)
@pytest.mark.parametrize("trigger", TRIGGERS)
def test_the_record_comes_from_the_next_vendor(
    stack: Stack,
    pictures: Mapping[str, Sample],
    controls: Mapping[str, Control],
    order: dict[str, Any],
    outcome: str,
    trigger: Trigger,
) -> None:
    plate = picture(pictures["license_plate"], vendor=f"{FIRST},{SECOND}")
    controls[FIRST].order(**order)
    reading = send(stack, plate, trigger)
    assert reading.status == "succeeded", reading.body
    assert attempts(reading) == [(FIRST, outcome), (SECOND, "read")]
    # A success in between, so that these faults never come in a row.
    assert attempts(send(stack, plate, trigger)) == [(FIRST, "read")]


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_a_vendor_that_hangs_is_waited_for_by_the_queue_only(
    stack: Stack, pictures: Mapping[str, Sample], controls: Mapping[str, Control], trigger: Trigger
) -> None:
    """By HTTPS there is no time left for another vendor: the caller gets 202, and asks for the record."""
    controls[FIRST].order(fault="hang")
    reading = send(stack, picture(pictures["license_plate"], vendor=f"{FIRST},{SECOND}"), trigger)
    assert reading.status == "succeeded", reading.body
    assert reading.body["resends"] == 1


def test_a_circuit_opens_after_the_configured_failures_and_closes_after_recovery(
    stack: Stack, pictures: Mapping[str, Sample], controls: Mapping[str, Control]
) -> None:
    plate = picture(pictures["license_plate"], vendor=f"{FIRST},{SECOND}")
    # The failures of a test before would count: a success, and there are none.
    assert attempts(_read_once_closed(stack, plate)) == [(FIRST, "read")]
    controls[FIRST].reset()
    controls[FIRST].order(fault="http500", times=None)
    readings = [send(stack, plate, "https") for _ in range(FAILURES + 1)]
    assert [attempts(reading) for reading in readings] == [[(FIRST, "vendor_unavailable"), (SECOND, "read")]] * len(
        readings
    )
    codes = [reading.body["attempts"][0]["code"] for reading in readings]
    assert codes == ["http_500"] * FAILURES + ["circuit"]
    assert controls[FIRST].report()["calls"] == FAILURES
    controls[FIRST].reset()
    assert attempts(_read_once_closed(stack, plate)) == [(FIRST, "read")]


def _read_once_closed(stack: Stack, plate: Picture) -> Reading:
    """The first reading that an open circuit does not send to the second vendor."""
    deadline = monotonic() + RECOVERY_SECONDS
    while (reading := send(stack, plate, "https")).body["vendor"] == SECOND:
        assert reading.body["attempts"][0]["code"] == "circuit"
        assert monotonic() < deadline, "the circuit stays open"
    return reading


@pytest.mark.parametrize(
    ("code", "problem"),
    [(10012, "urn:ocr:problem:vendor_rejected"), (271103, "urn:ocr:problem:no_result")],
    ids=["out of quota", "nothing on it"],
)
def test_no_refusal_and_no_empty_picture_opens_a_circuit(
    stack: Stack, pictures: Mapping[str, Sample], controls: Mapping[str, Control], code: int, problem: str
) -> None:
    plate = picture(pictures["license_plate"], vendor=FIRST)
    controls[FIRST].order(code=code, times=2 * FAILURES)
    assert [send(stack, plate, "https").body["type"] for _ in range(2 * FAILURES)] == [problem] * (2 * FAILURES)
    assert controls[FIRST].report()["calls"] == 2 * FAILURES
    assert send(stack, plate, "https").status == "succeeded"


def test_options_are_the_same_for_all_sellers_of_a_product() -> None:
    assert all("vendor" in known(product.offers) for product, _ in pairs())
