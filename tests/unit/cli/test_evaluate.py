"""Promises of `ocr evaluate`: it counts what is right, wrong and silent, goes on where it was, shows what failed."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.app import main
from tests.support.api import KEY, TICKET, Answer, Call, Gateway, problem, serving

TRUTH = {"number": "A-17", "items": [{"price": "1.50"}]}
# Of each vendor: what it reads, whether a check doubts the number, its price. The paid one errs without a doubt once.
SAYS: dict[str, Any] = {
    "first": {"one": ("A-17", "passed"), "two": ("A-71", "failed"), "three": ("A-17", "passed")},
    "second": {"one": ("A-17", "passed"), "two": ("A-17", "passed"), "three": ("<b>-17", "passed")},
}
PRICES = {"first": 0.0, "second": 0.5}


def record(picture: bytes, vendor: str) -> dict[str, Any]:
    number, outcome = SAYS[vendor][picture.decode()]
    fields = {"number": number, "items": [{"price": "1.50"}], "never_printed": "x"}
    box = [[1, 1], [9, 1], [9, 3], [1, 3]]
    document = {
        "fields": fields,
        "evidence": {"number": {"label": "编号", "text": number, "confidence": 0.97, "box": box}},
        "checks": [{"name": "luhn", "fields": ["number"], "outcome": outcome, "detail": ""}],
    }
    attempt = {
        "vendor": vendor,
        "outcome": "read",
        "milliseconds": 2000,
        "units": PRICES[vendor],
        "cost": PRICES[vendor],
    }
    shown = {"sha256": hashlib.sha256(picture).hexdigest(), "width": 20, "height": 10}
    return {"id": "a" * 32, "product": "ticket", "status": "succeeded", "picture": shown, "document": document} | {
        "attempts": [attempt]
    }


def read(call: Call) -> Answer:
    """As the gateway with the policy `checks`: the second vendor is asked where the first one's check fails."""
    vendors = call.query["vendor"].split(",")
    asked = vendors[:1]
    found = record(call.body, vendors[0])
    if call.query.get("escalate") and SAYS[vendors[0]][call.body.decode()][1] == "failed":
        asked, found = vendors, record(call.body, vendors[1])
    found["attempts"] = [{"vendor": one, "outcome": "read", "code": "kept"} for one in asked[:-1]] + found["attempts"]
    return Answer(200, found)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    described = TICKET | {"vendors": ["first", "second"], "options": {"properties": {"vendor": {}, "escalate": {}}}}
    routes: dict[str, Any] = {"GET /products/ticket": lambda _: Answer(200, described), "POST /ocr/ticket": read}
    with serving(Gateway(routes=routes)) as serves:
        yield serves


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three pictures of which the truth is told in three ways, and one of which nobody knows it."""
    cards = tmp_path / "cards"
    cards.mkdir()
    for name in ("one", "two", "three", "unknown"):
        (cards / f"{name}.jpg").write_text(name)
    lines = [
        {"file": "cards/one.jpg", "fields": TRUTH},
        {"file": "cards/two.jpg", "product": "ticket", "record": {"document": {"fields": TRUTH}}},
        record(b"three", "first") | {"document": {"fields": TRUTH}},
    ]
    (tmp_path / "truth.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return cards


def evaluate(gateway: Gateway, folder: Path, *more: str | Path) -> Result:
    truth = folder.with_name("truth.jsonl")
    asked = ["evaluate", folder, "--product", "ticket", "--truth", truth, "--vendors", "first,second", *more]
    return CliRunner().invoke(main, [*map(str, asked), "--url", gateway.url, "--key", KEY], catch_exceptions=False)


def tables(done: Result) -> dict[str, list[dict[str, str]]]:
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return {one["table"]: [dict(zip(one["columns"], row, strict=True)) for row in one["rows"]] for one in found}


def test_vendors_and_policies_are_counted_on_pictures_whose_truth_is_known(gateway: Gateway, folder: Path) -> None:
    done = evaluate(gateway, folder, "--json")
    assert done.exit_code == 0, done.stderr
    found = tables(done)
    columns = ("exactly right", "silently wrong", "escalated", "yuan", "yuan a right one", "seconds")
    assert {row["reader"]: [row[name] for name in columns] for row in found["Records"]} == {
        "first": ["2", "0", "0", "0", "0", "2.0"],
        "second": ["2", "1", "0", "1.5", "0.75", "2.0"],
        "first, second: checks": ["3", "0", "1", "0.5", "0.1667", "2.7"],
    }
    numbers = {row["reader"]: row for row in found["Fields"] if row["field"] == "number"}
    assert [numbers["first"][name] for name in ("exact", "wrong", "silently wrong", "characters misread")] == list(
        "2102"
    )
    assert [row["exact"] for row in found["Fields"] if row["field"] == "items[].price"] == ["3"] * 3
    assert "never_printed" not in {row["field"] for row in found["Fields"]}
    checks = {row["reader"]: row for row in found["Checks"]}
    assert [checks["second"][name] for name in ("passed, right", "passed, wrong", "failed, wrong")] == list("210")
    error = {
        row["reader"]: row["share right"] for row in found["Confidence"] if row["confidence"] == "calibration error"
    }
    assert error["first"] == "0.303"


def test_an_evaluation_goes_on_where_it_was(gateway: Gateway, folder: Path) -> None:
    busy = iter([problem(503, "busy")])
    gateway.routes["POST /ocr/ticket"] = lambda call: next(busy, None) or read(call)
    assert evaluate(gateway, folder, "--jobs", "1").exit_code == 1
    before = len(gateway.of("POST /ocr/"))
    assert evaluate(gateway, folder).exit_code == 0
    assert len(gateway.of("POST /ocr/")) == before + 1
    (folder / "one.jpg").write_text("two")
    evaluate(gateway, folder)
    assert len(gateway.of("POST /ocr/")) == before + 1 + 3


def test_the_report_needs_nothing_else_and_shows_what_went_wrong(
    gateway: Gateway, folder: Path, tmp_path: Path
) -> None:
    report = tmp_path / "report.html"
    assert evaluate(gateway, folder, "--report", report).exit_code == 0
    text = report.read_text()
    assert "&lt;b&gt;-17" in text
    assert "silently wrong" in text
    assert "<b>" not in text
    assert text.count("data:image/jpeg;base64,") == 2
    assert text.index("<h3>") < text.index("three.jpg") < text.index("two.jpg")
    assert "http" not in text.replace('http-equiv="Content-Security-Policy"', "")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("no json", "line 1 is no JSON"),
        ('{"file": "cards/one.jpg", "product": "other", "fields": {}}', "about other"),
        ('{"file": "cards/one.jpg"}', "no fields"),
        ('{"file": "elsewhere.jpg", "fields": {}}', "none of the pictures"),
    ],
)
def test_a_truth_that_tells_nothing_is_refused_before_anything_is_paid(
    gateway: Gateway, folder: Path, line: str, says: str
) -> None:
    folder.with_name("truth.jsonl").write_text(line)
    done = evaluate(gateway, folder)
    assert (done.exit_code, says in done.stderr, gateway.of("POST /ocr/")) == (2, True, [])


def test_a_vendor_that_does_not_read_the_product_is_refused(gateway: Gateway, folder: Path) -> None:
    done = evaluate(gateway, folder, "--vendors", "first,third")
    assert (done.exit_code, "not by third" in done.stderr) == (2, True)


def test_the_report_says_why_a_record_is_not_right_whose_values_are(
    gateway: Gateway, folder: Path, tmp_path: Path
) -> None:
    why = {"type": "urn:ocr:problem:incomplete", "detail": "Not read: vin.", "advice": ""}
    gateway.routes["POST /ocr/ticket"] = lambda call: Answer(
        200, record(call.body, "second") | {"status": "incomplete", "problem": why}
    )
    report = tmp_path / "report.html"
    evaluate(gateway, folder, "--report", report)
    assert "<p>first: incomplete. Not read: vin.</p>" in report.read_text()


def test_a_truth_with_a_field_that_the_product_does_not_have_is_refused(gateway: Gateway, folder: Path) -> None:
    line = {"file": "cards/one.jpg", "fields": TRUTH | {"nubmer": "1"}}
    folder.with_name("truth.jsonl").write_text(json.dumps(line))
    done = evaluate(gateway, folder)
    assert (done.exit_code, gateway.of("POST /ocr/")) == (2, [])
    assert "no field for: nubmer" in " ".join(done.output.split())
