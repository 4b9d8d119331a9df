"""The adapters against the simulated vendors, which judge every byte by their documents and count what they sell."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from local.simulators import SECRETS, VENDORS, Control, running, sight
from local.simulators.credentials import CTYUN_EOP
from local.simulators.sight import Line, Page, Plate
from ocr.declare.catalogue import products
from ocr.declare.fields import Fields, label
from ocr.declare.offers import Offer, Outcome, VendorRequest
from ocr.model.picture import Picture, Upload
from ocr.model.reading import Reading
from ocr.pages.examine import examine
from ocr.pages.resize import fit
from ocr.pipeline.normalization import normalize
from ocr.platform import aws
from ocr.platform.errors import Busy, CallerError, Changed, NoResult, OcrError, Refused
from ocr.platform.settings import settings
from ocr.vendors import ctyun, esign, etoplive, juhe
from ocr.vendors.etoplive import Pid
from tests.contract.test_error_tables import (
    CTYUN,
    CTYUN_OFFERS,
    ESIGN,
    ESIGN_GATEWAY,
    ETOPLIVE,
    JUHE_CAPTCHA,
    JUHE_PLATE,
    JUHE_SYSTEM,
)
from tests.contract.vendors import Host, adapters

PRINTED = ["姓名 周一", "性别 男 民族 汉", "出生 1900年1月1日", "住址 某市某路1号", "公民身份号码 990000190001010016"]


class Card(Fields):
    name: str | None = label("姓名", "Name")
    vin: str | None = label("VIN")


def place(row: int) -> Any:
    top = 20 + 40 * row
    return ((20, top), (300, top), (300, top + 30), (20, top + 30))


@pytest.fixture(scope="module")
def addresses() -> Iterator[dict[str, str]]:
    with running() as urls:
        yield urls


@pytest.fixture
def wire(addresses: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Control]]:
    """The simulators' controls by vendor, nothing ordered; every picture shows one card and one plate."""
    told = {"TABLE": "t", "UPLOADS_BUCKET": "uploads", "ANSWERS_BUCKET": "answers", "ENGINE_FUNCTION": "engine"}
    for name, value in (told | {"VENDOR_URLS": " ".join(map("=".join, addresses.items()))}).items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    lines = [Line(text, 0.9, place(row)) for row, text in enumerate(PRINTED)]
    monkeypatch.setattr(sight, "page", lambda picture: Page(picture.width, picture.height, 0, lines))
    monkeypatch.setattr(sight, "plates", lambda picture: [Plate("粤B12345", 0.97, place(0), "blue")])
    controls = {vendor: Control(url) for vendor, url in addresses.items()}
    for control in controls.values():
        control.reset()
    yield controls
    settings.cache_clear()


def picture(kind: str = "PNG", color: str = "white", **notes: str) -> Picture:
    info = PngInfo()
    for name, text in notes.items():
        info.add_text(name, text)
    file = BytesIO()
    Image.new("RGB", (400, 300), color).save(file, kind, **({"pnginfo": info} if kind == "PNG" else {}))
    return examine(file.getvalue())


def gif(size: tuple[int, int] = (400, 300), **more: Any) -> bytes:
    file = BytesIO()
    Image.new("RGB", size).save(file, "GIF", **more)
    return file.getvalue()


@dataclass(frozen=True)
class Sold:
    """One way to ask one vendor."""

    offer: Offer
    options: dict[str, str] = field(default_factory=dict)
    secret: dict[str, str] = field(default_factory=dict)
    kind: str = "PNG"

    def read(self, *documents: Picture, seconds: float = 20) -> list[Outcome]:
        secret = {**SECRETS[self.offer.vendor], **self.secret}
        asked = documents or (picture(self.kind, answer="23"),)
        return self.offer.read(VendorRequest("card", Card, asked, self.options, seconds, secret))

    def __str__(self) -> str:
        told = [*self.options.values(), *self.secret, self.kind]
        return "-".join([self.offer.vendor, type(self.offer).__name__, *told])


SOLD = [
    *(Sold(juhe.Captcha(), {"codetype": "6001", "input": form}) for form in ("base64", "file")),
    *(Sold(juhe.Plate(), {"input": form}, kind=kind) for form in ("base64", "file") for kind in ("JPEG", "PNG", "BMP")),
    *(Sold(Pid(2), {"input": form}, kind=kind) for form in ("base64", "file") for kind in ("JPEG", "PNG", "BMP")),
    Sold(Pid(6)),
    Sold(Pid(1001), {"requestId": "订单-1"}),
    Sold(Pid(2), {"openSeal": "1", "showPosition": "1", "imageCheck": "11111", "imageCheckVaule": "1"}),
    Sold(Pid(2), {"removeImgData": "0"}),
    Sold(esign.GeneralText(), {"requestId": "订单-1"}),
    Sold(esign.GeneralText(), secret={"mode": "oauth2"}),
    *(Sold(offer, kind=kind) for offer in CTYUN_OFFERS for kind in ("JPEG", "PNG", "BMP")),
    *(Sold(offer, secret={"gateway": "eop", **CTYUN_EOP}) for offer in CTYUN_OFFERS),
    Sold(ctyun.Plate(), secret={"plate_path": "driven-plate-ocr/plateLicense.json"}),
    *(Sold(offer, options) for adapter in adapters() for offer, options in adapter.SOLD),
]
ONE_EACH = [SOLD[0], SOLD[2], Sold(Pid(2)), Sold(Pid(1001)), Sold(esign.GeneralText()), *map(Sold, CTYUN_OFFERS)]


@pytest.mark.parametrize("sold", SOLD, ids=str)
def test_the_vendor_finds_nothing_wrong_with_the_call(wire: dict[str, Control], table: Any, sold: Sold) -> None:
    [outcome] = sold.read()
    assert isinstance(outcome, Reading), repr(outcome)
    report = wire[sold.offer.vendor].report()
    assert report["violations"] == []
    assert report["units"] == outcome.units
    assert outcome.trace or sold.offer.vendor == "ctyun" or isinstance(sold.offer, Pid)


SMALL = [
    (juhe.Captcha(), {"codetype": "1004"}, (60, 20), "GIF", "GIF"),
    (juhe.Captcha(), {"codetype": "1004"}, (50, 25), "PNG", "PNG"),
    (juhe.Plate(), {}, (94, 24), "JPEG", "JPEG"),
    (Pid(6), {}, (94, 24), "JPEG", "JPEG"),
    (Pid(6), {}, (94, 24), "GIF", "JPEG"),
    (esign.GeneralText(), {}, (130, 31), "GIF", "JPEG"),
]


@pytest.mark.parametrize(("offer", "options", "size", "kind", "sent"), SMALL)
def test_what_is_small_or_moves_reaches_whoever_takes_it(
    wire: dict[str, Control],
    offer: Offer,
    options: dict[str, str],
    size: tuple[int, int],
    kind: str,
    sent: str,
) -> None:
    frames = [Image.new("RGB", size, color) for color in ("white", "black")]
    moving = {"save_all": True, "append_images": frames[1:], "comment": b"8f2k"} if kind == "GIF" else {}
    note = PngInfo()
    note.add_text("answer", "8f2k")
    file = BytesIO()
    frames[0].save(file, kind, **moving, **({"pnginfo": note} if kind == "PNG" else {}))
    fitted = fit(examine(file.getvalue()), offer.limits).document
    [outcome] = Sold(offer, options).read(fitted)
    assert isinstance(outcome, Reading), repr(outcome)
    report = wire[offer.vendor].report()
    assert report["violations"] == []
    assert [one["format"] for one in report["last"]["pictures"]] == [sent]
    assert (fitted.content == file.getvalue()) is (kind == sent)


def test_a_plate_cut_out_is_no_picture_for_ctyun() -> None:
    file = BytesIO()
    Image.new("RGB", (94, 24)).save(file, "PNG")
    with pytest.raises(CallerError) as refused:
        fit(examine(file.getvalue()), ctyun.Plate().limits)
    assert "24" in refused.value.detail


def test_a_link_into_the_bucket_is_fetched(
    wire: dict[str, Control], vendor: Host, monkeypatch: pytest.MonkeyPatch, addresses: dict[str, str]
) -> None:
    monkeypatch.setenv("VENDOR_URLS", f"etoplive={addresses['etoplive']}")
    settings.cache_clear()
    document = picture()
    vendor.says(document.content)

    class S3:
        def generate_presigned_url(self, *_: Any, **__: Any) -> str:
            return f"{vendor.url}/uploads/a.png"

    monkeypatch.setattr(aws, "s3", S3)
    uploaded = Picture(document.content, "PNG", 400, 300, upload=Upload("uploads", "a.png", "v1"))
    [outcome] = Sold(Pid(2), {"input": "url"}).read(uploaded)
    assert isinstance(outcome, Reading), repr(outcome)
    assert [asked.path for asked in vendor.asked] == ["/uploads/a.png"]
    assert wire["etoplive"].report()["violations"] == []


@pytest.mark.parametrize("shape", ["page", "list", "flat"])
@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize("pid", [2, 6])
def test_every_shape_of_etoplives_answers(wire: dict[str, Control], shape: str, wrapped: bool, pid: int) -> None:
    wire["etoplive"].set(shape=shape, wrapped=wrapped)
    [outcome] = Sold(Pid(pid)).read()
    assert isinstance(outcome, Reading), repr(outcome)
    texts = {item.text for item in outcome.findings[0].items}
    assert {"周一", "粤B12345"} & texts


@pytest.mark.parametrize("polygons", [True, False])
def test_esigns_boxes(wire: dict[str, Control], polygons: bool) -> None:
    wire["esign"].set(polygons=polygons)
    [outcome] = Sold(esign.GeneralText()).read()
    assert isinstance(outcome, Reading)
    assert [line.text for line in outcome.lines] == PRINTED
    assert all(line.box for line in outcome.lines)
    [first, *_] = outcome.lines
    assert first.box is not None
    assert all(abs(a - b) <= 2 for a, b in zip(sum(first.box, ()), sum(place(0), ()), strict=True))


@pytest.mark.parametrize("ahead", [3600, -86_400])
def test_a_clock_that_differs_is_gone_by_from_the_second_call_on(
    wire: dict[str, Control], monkeypatch: pytest.MonkeyPatch, ahead: int
) -> None:
    monkeypatch.setattr(esign, "_ahead", [0.0])
    wire["esign"].set(ahead=ahead)
    for calls in (2, 3):
        [outcome] = Sold(esign.GeneralText()).read()
        assert isinstance(outcome, Reading), repr(outcome)
        assert wire["esign"].report()["calls"] == calls


def test_many_containers_use_one_token(wire: dict[str, Control], table: Any, container: Any) -> None:
    for _ in range(5):
        [outcome] = Sold(esign.GeneralText(), secret={"mode": "oauth2"}).read()
        assert isinstance(outcome, Reading)
        container()
    assert wire["esign"].report()["paths"]["/v1/oauth2/access_token"] == 1


@pytest.mark.parametrize(("errors_at", "calls"), [("picture", 1), ("root", 51)])
@pytest.mark.parametrize("gateway", ["legacy", "eop"])
def test_fifty_pictures_in_one_request(wire: dict[str, Control], errors_at: str, calls: int, gateway: str) -> None:
    wire["ctyun"].set(errors_at=errors_at)
    pictures = [picture(color=f"rgb({shade},0,0)") for shade in range(50)]
    pictures[7] = replace(pictures[7], content=gif())  # `examine` lets none through
    outcomes = Sold(ctyun.GeneralText(), secret={"gateway": gateway, **CTYUN_EOP}).read(*pictures)
    failed = [number for number, outcome in enumerate(outcomes) if not isinstance(outcome, Reading)]
    assert failed == [7]
    assert isinstance(outcomes[7], Refused)
    assert outcomes[7].code == "4009"
    report = wire["ctyun"].report()
    assert report["calls"] == calls
    assert len(report["charges"]) == 49
    assert {violation["reason"] for violation in report["violations"]} == {"a picture is GIF"}


@pytest.mark.parametrize("plate_key", ["platelicense", "plate_license"])
@pytest.mark.parametrize("envelope", ["result", "returnObj"])
def test_ctyuns_spellings(wire: dict[str, Control], plate_key: str, envelope: str) -> None:
    wire["ctyun"].set(plate_key=plate_key, envelope=envelope)
    [outcome] = Sold(ctyun.Plate()).read()
    assert isinstance(outcome, Reading)
    assert outcome.findings[0].items[0].text == "粤B12345"


SELLERS = [
    ("id_card", [Sold(ctyun.IdCard()), Sold(Pid(2))]),
    ("license_plate", [Sold(juhe.Plate()), Sold(ctyun.Plate()), Sold(Pid(6))]),
    ("general_text", [Sold(ctyun.GeneralText()), Sold(esign.GeneralText()), Sold(Pid(1001))]),
]


@pytest.mark.parametrize(("slug", "sellers"), SELLERS, ids=[slug for slug, _ in SELLERS])
def test_whoever_reads_it_the_record_is_the_same(wire: dict[str, Control], slug: str, sellers: list[Sold]) -> None:
    product = products()[slug]
    records = []
    for sold in sellers:
        [outcome] = sold.read()
        assert isinstance(outcome, Reading), repr(outcome)
        [found] = normalize(product.fields, product.checks, outcome)
        assert all(check.outcome != "failed" for check in found.checks if check.name == "type")
        records.append(found.fields)
    common = set.intersection(*(set(fields) for fields in records))
    assert common >= EXPECTED[slug].keys()
    for fields in records:
        assert {name: fields[name] for name in EXPECTED[slug]} == EXPECTED[slug]


EXPECTED: dict[str, dict[str, Any]] = {
    "id_card": {
        "name": "周一",
        "sex": "male",
        "ethnicity": "汉",
        "birth_date": "1900-01-01",
        "address": "某市某路1号",
        "id_number": "990000190001010016",
    },
    "license_plate": {"plate_number": "粤B12345", "color": "blue"},
    "general_text": {"text": "\n".join(PRINTED)},
}


WRONG_KEYS = [
    *((Sold(offer, options, {key: "wrong"})) for offer, options, key in [
        (juhe.Captcha(), {"codetype": "1004"}, "captcha_key"),
        (juhe.Plate(), {}, "plate_key"),
        (Pid(2), {}, "key"),
        (Pid(2), {}, "secret"),
        (esign.GeneralText(), {}, "app_id"),
        (esign.GeneralText(), {}, "app_secret"),
        (ctyun.GeneralText(), {}, "app_key"),
        (ctyun.GeneralText(), {}, "app_secret"),
        (ctyun.GeneralText(), {}, "general_code"),
    ]),
    Sold(ctyun.GeneralText(), secret={"gateway": "eop", **CTYUN_EOP, "sk": "wrong"}),
    Sold(ctyun.GeneralText(), secret={"gateway": "eop", **CTYUN_EOP, "app_key": "wrong"}),
    Sold(esign.GeneralText(), secret={"mode": "oauth2", "app_secret": "wrong"}),
]  # fmt: skip


@pytest.mark.parametrize("sold", WRONG_KEYS, ids=str)
def test_a_wrong_key_is_refused(wire: dict[str, Control], table: Any, sold: Sold) -> None:
    [outcome] = sold.read()
    assert isinstance(outcome, Refused), repr(outcome)
    assert not outcome.paid
    assert wire[sold.offer.vendor].report()["charges"] == []


BY_FAULT: dict[str, tuple[type[Any], bool | None]] = {
    "slow": (Reading, None),
    "drip": (Reading, None),
    "hang": (Busy, True),
    "cut": (Busy, True),
    "http500": (Busy, False),
    "http429": (Busy, False),
    "garbage": (Busy, True),
    "maintenance": (Busy, False),
    "redirect": (Busy, False),
    "wrong_secret": (Refused, False),
    "truncated": (Busy, True),
    "empty": (Busy, True),
    "wrong_types": (Changed, True),
    "string_code": (Reading, None),
    "missing_code": (Changed, True),
    "nested_code": (OcrError, None),
    "gbk": (Reading, None),
    "short_batch": (Reading, None),
}


@pytest.mark.parametrize("sold", ONE_EACH, ids=str)
@pytest.mark.parametrize("fault", BY_FAULT)
def test_faults(wire: dict[str, Control], sold: Sold, fault: str) -> None:
    control = wire[sold.offer.vendor]
    # Who is told that its clock may be wrong asks once more.
    control.order(fault=fault, seconds=0.1, times=2 if fault == "wrong_secret" else 1)
    [outcome] = sold.read(seconds=0.5 if fault == "hang" else 20)
    kind, paid = BY_FAULT[fault]
    if fault == "missing_code" and isinstance(sold.offer, Pid):
        kind, paid = Reading, None  # the codes on its other levels still say 0
    if fault == "short_batch" and sold.offer.vendor == "ctyun":
        kind, paid = Changed, True  # the others take one picture at a time
    if fault == "nested_code" and isinstance(sold.offer, juhe.Captcha | juhe.Plate | esign.GeneralText):
        kind = Changed  # they have one level
    assert isinstance(outcome, kind), repr(outcome)
    assert paid is None or outcome.paid is paid
    _nothing_is_sold_for_free(control, outcome)
    if fault == "http429":
        assert outcome.retry_after == 0


CODES = [
    *((SOLD[0], code) for code in JUHE_CAPTCHA | JUHE_SYSTEM),
    *((SOLD[2], code) for code in JUHE_PLATE | JUHE_SYSTEM),
    *((Sold(Pid(2)), str(code)) for code in ETOPLIVE),
    *((Sold(esign.GeneralText()), code) for code in ESIGN),
    *((Sold(offer), code) for code in CTYUN for offer in CTYUN_OFFERS),
]


@pytest.mark.parametrize(("sold", "code"), CODES, ids=str)
def test_every_code_of_every_table(wire: dict[str, Control], sold: Sold, code: int | str) -> None:
    control = wire[sold.offer.vendor]
    control.order(code=code)
    [outcome] = sold.read()
    assert isinstance(outcome, CallerError | NoResult | Busy | Refused), repr(outcome)
    assert outcome.code == str(code)
    _nothing_is_sold_for_free(control, outcome)


@pytest.mark.parametrize("message", ESIGN_GATEWAY)
def test_every_refusal_of_esigns_gateway(wire: dict[str, Control], message: str) -> None:
    wire["esign"].order(code=401, message=message, times=2)
    [outcome] = Sold(esign.GeneralText()).read()
    assert isinstance(outcome, Refused)
    assert outcome.code == f"401/{message}"


def _nothing_is_sold_for_free(control: Control, outcome: Outcome) -> None:
    """What the vendor bills, the outcome must at least suspect."""
    report = control.report()
    assert report["violations"] == []
    if report["charges"]:
        assert isinstance(outcome, Reading) or outcome.paid


def test_all_vendors_are_here() -> None:
    assert {sold.offer.vendor for sold in SOLD} == set(VENDORS) == set(SECRETS)
    assert etoplive.VENDOR in VENDORS
