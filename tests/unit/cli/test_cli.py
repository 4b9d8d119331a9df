"""Promises of the command line: a line a picture, none sent twice for nothing, exit codes that mean something.

The API is one on this machine that answers as each test says; what the real one answers is in the end-to-end tests.
"""

import csv
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from click.testing import CliRunner, Result

from cli.app import main
from cli.reading import INLINE_BYTES
from tests.support.api import KEY, TICKET, Answer, Call, Gateway, problem, serving

COLUMNS = ["file", "record_id", "status", "options", "number", "document.status", "items"]
COLUMNS += ["checks_failed", "lowest_confidence", "problem"]


def record(id: str = "a" * 32, number: str = "A-17", **more: Any) -> dict[str, Any]:
    """A record as the API tells it."""
    document = {
        "fields": {"number": number, "items": [{"price": "1.50"}]},
        "evidence": {"number": {"label": "编号", "text": number, "confidence": 0.9876}},
        "checks": [{"name": "luhn", "fields": ["number"], "outcome": "failed", "detail": "Wrong digit."}],
    }
    body = {"id": id, "product": "ticket", "status": "succeeded", "vendor": "first", "document": document}
    return body | more


def echo(call: Call) -> Answer:
    """A record whose number is the picture's own text."""
    return Answer(200, record(number=call.body.decode()))


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    """An API that reads every ticket, and knows no other product."""
    known: dict[str, Any] = {"GET /products/ticket": lambda _: Answer(200, TICKET), "POST /ocr/ticket": echo}
    with serving(Gateway(routes=known)) as serves:
        yield serves


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three pictures and something else."""
    scans = tmp_path / "scans"
    (scans / "more").mkdir(parents=True)
    for name in ("one.jpg", "two.png", "more/three.jpg"):
        (scans / name).write_text(Path(name).stem)
    (scans / "notes.txt").write_text("nothing to read")
    return scans


def ocr(gateway: Gateway, *arguments: str | Path) -> Result:
    """One command, as a user gives it."""
    address = ["--url", gateway.url, "--key", KEY]
    return CliRunner().invoke(main, [*map(str, arguments), *address], catch_exceptions=False)


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8-sig") as opened:
        return list(csv.DictReader(opened))


def read(gateway: Gateway, folder: Path, out: Path, *more: str) -> Result:
    return ocr(gateway, "read", folder, "--product", "ticket", "--out", out, *more)


def test_a_picture_becomes_a_table_of_its_fields(gateway: Gateway, folder: Path) -> None:
    read = ocr(gateway, "read", folder / "one.jpg", "--product", "ticket", "--option", "mood=good")
    assert read.exit_code == 0
    for part in ("a" * 32, "number", "one", "0.988", "✗ luhn: Wrong digit.", "price", "1.50"):
        assert part in read.stdout
    [sent] = gateway.of("POST /ocr/")
    assert (sent.query, sent.headers["Content-Type"], sent.headers["x-api-key"]) == (
        {"mood": "good"},
        "image/jpeg",
        KEY,
    )


def test_what_was_read_is_printed_as_it_is(gateway: Gateway, folder: Path) -> None:
    (folder / "one.jpg").write_text("[red]\x1b[31m[/nothing]")
    assert "[red]\ufffd[31m[/nothing]" in ocr(gateway, "read", folder / "one.jpg", "--product", "ticket").stdout
    (folder / "one.jpg").write_text("海棠市\u3000松岭区\u202e1号")
    assert "海棠市\u3000松岭区\ufffd1号" in ocr(gateway, "read", folder / "one.jpg", "--product", "ticket").stdout


def test_a_folder_becomes_a_line_a_picture(gateway: Gateway, folder: Path, tmp_path: Path) -> None:
    gateway.routes["POST /ocr/ticket"] = lambda call: (
        problem(422, "no_result", record_id="b" * 32) if call.body == b"two" else echo(call)
    )
    done = read(gateway, folder, tmp_path / "out.csv")
    assert done.exit_code == 1
    assert "two.png: no_result: It is no_result. Do better." in done.stderr
    assert "notes.txt" in done.stderr
    found = {Path(row["file"]).name: row for row in rows(tmp_path / "out.csv")}
    assert sorted(found) == ["one.jpg", "three.jpg", "two.png"]
    assert list(found["one.jpg"]) == COLUMNS
    one, two = found["one.jpg"], found["two.png"]
    assert (one["status"], one["number"], one["items"], one["problem"]) == (
        "succeeded",
        "one",
        '[{"price": "1.50"}]',
        "",
    )
    assert (two["status"], two["record_id"], two["problem"]) == ("no_result", "b" * 32, "It is no_result. Do better.")


def test_every_file_that_is_left_out_is_named_with_why(gateway: Gateway, folder: Path, tmp_path: Path) -> None:
    (folder / ".cache").mkdir()
    for name in ("._one.jpg", ".hidden.jpg", ".cache/four.jpg", "no suffix"):
        (folder / name).write_text("nothing to read")
    done = read(gateway, folder, tmp_path / "out.csv")
    printed = " ".join(done.stderr.split())
    for name, why in [("._one.jpg", "macOS"), (".hidden.jpg", "hidden"), (".cache/four.jpg", "hidden")]:
        assert f"{name} is left out: it is" in printed, name
        assert why in printed
    for name in ("notes.txt", "no suffix"):
        assert f"{name} is left out: it is no picture by its name." in printed
    assert len(rows(tmp_path / "out.csv")) == len(gateway.of("POST /ocr/")) == 3
    assert ocr(gateway, "read", folder / ".hidden.jpg", "--product", "ticket").exit_code == 0


BYTES = [
    b"\0\0\0\x18ftypheic",
    b"RIFF\1\2\3\4WEBPVP8 ",
    b"%PDF-1.7",
    b"PK\x03\x04",
    b'\n<?xml version="1.0"?>',
    b"II*\0",
]


@pytest.mark.parametrize("content", BYTES)
def test_a_file_whose_name_says_nothing_is_told_by_its_bytes(gateway: Gateway, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "0001").write_bytes(content)
    read(gateway, tmp_path / "in", tmp_path / "out.csv")
    assert [call.body for call in gateway.of("POST /ocr/")] == [content]


def test_what_is_doubtful_stands_in_the_table_too(gateway: Gateway, folder: Path, tmp_path: Path) -> None:
    read(gateway, folder, tmp_path / "out.csv")
    assert {(row["checks_failed"], row["lowest_confidence"]) for row in rows(tmp_path / "out.csv")} == {
        ("luhn(number)", "0.9876")
    }


def test_a_picture_that_was_not_read_as_a_whole_keeps_what_was_read(
    gateway: Gateway, folder: Path, tmp_path: Path
) -> None:
    half = record("b" * 32, status="incomplete", problem={"detail": "Not read: price.", "advice": "Send it whole."})
    gateway.routes["POST /ocr/ticket"] = lambda _: problem(422, "incomplete", record_id="b" * 32)
    gateway.routes["GET /records/" + "b" * 32] = lambda _: Answer(200, half)
    assert read(gateway, folder, tmp_path / "out.csv").exit_code == 1
    found = rows(tmp_path / "out.csv")[0]
    assert (found["status"], found["number"]) == ("incomplete", "A-17")
    assert found["problem"] == "Not read: price. Send it whole."
    assert "skipped" in read(gateway, folder, tmp_path / "out.csv").stderr


@pytest.mark.parametrize(
    ("number", "cell"),
    [
        pytest.param("6229004840756250332", "\t6229004840756250332", id="more digits than a spreadsheet keeps"),
        pytest.param("00951077", "\t00951077", id="zeros that a spreadsheet drops"),
        pytest.param('=HYPERLINK("http://x")', '\t=HYPERLINK("http://x")', id="a formula"),
        pytest.param("@SUM(A1)", "\t@SUM(A1)", id="an older formula"),
        pytest.param("-12.50", "-12.50", id="a negative amount"),
        pytest.param("2026-01-31", "2026-01-31", id="a date"),
    ],
)
def test_a_spreadsheet_shows_a_cell_as_it_was_read(
    gateway: Gateway, folder: Path, tmp_path: Path, number: str, cell: str
) -> None:
    (folder / "one.jpg").write_text(number)
    out = tmp_path / "out.csv"
    ocr(gateway, "read", folder / "one.jpg", "--product", "ticket", "--out", out)
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    assert [row["number"] for row in rows(out)] == [cell]


def test_a_failed_check_of_a_field_that_was_not_filled_is_shown(gateway: Gateway, folder: Path) -> None:
    check = {"name": "type", "fields": ["valid_period"], "outcome": "failed", "detail": "The text is no period."}
    body = record(document={"fields": {"number": "A-17"}, "checks": [check]})
    gateway.routes["POST /ocr/ticket"] = lambda _: Answer(200, body)
    shown = ocr(gateway, "read", folder / "one.jpg", "--product", "ticket").stdout
    assert "valid_period" in shown
    assert "✗ type: The text is no period." in shown


def test_a_narrow_terminal_cuts_no_value(gateway: Gateway, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.options.WIDTH", 60)
    (folder / "one.jpg").write_text("海" * 60 + "棠" * 60)
    shown = ocr(gateway, "read", folder / "one.jpg", "--product", "ticket").stdout
    assert (shown.count("海"), shown.count("棠"), "…" in shown) == (60, 60, False)


@pytest.mark.parametrize(
    ("name", "torn"),
    [
        pytest.param("out.csv", "", id="csv"),
        pytest.param("out.csv", "more/thr", id="csv, cut off"),
        pytest.param("out.csv", '"more/three.jpg\n', id="csv, cut off within quotes"),
        pytest.param("out.jsonl", "", id="json lines"),
        pytest.param("out.jsonl", '{"file": "mo', id="json lines, cut off"),
    ],
)
def test_what_is_finished_is_not_sent_again(
    gateway: Gateway, folder: Path, tmp_path: Path, name: str, torn: str
) -> None:
    out = tmp_path / name
    (folder / "one.jpg").write_text('a "quoted"\nline, and more')
    assert read(gateway, folder / "one.jpg", out).exit_code == 0
    before = out.read_text()
    out.write_text(before + torn)
    again = read(gateway, folder, out)
    assert "1 of 3 pictures are finished" in again.stderr
    assert again.exit_code == 0
    assert sorted(call.body for call in gateway.of("POST /ocr/")[1:]) == [b"three", b"two"]
    assert out.read_text().startswith(before)
    assert read(gateway, folder, out).exit_code == 0
    assert len(gateway.of("POST /ocr/")) == 3


def test_what_was_not_read_stays_unread_when_it_is_skipped(gateway: Gateway, folder: Path, tmp_path: Path) -> None:
    gateway.routes["POST /ocr/ticket"] = lambda _: problem(422, "damaged")
    assert [read(gateway, folder, tmp_path / "out.csv").exit_code for _ in range(2)] == [1, 1]
    assert len(gateway.of("POST /ocr/")) == 3


def test_what_may_go_right_later_is_sent_again_and_has_one_line(gateway: Gateway, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    gateway.routes["POST /ocr/ticket"] = lambda call: problem(503, "no_vendor") if call.body == b"two" else echo(call)
    assert read(gateway, folder, out).exit_code == 1
    assert [row["status"] for row in rows(out) if "two" in row["file"]] == ["pending"]
    gateway.routes["POST /ocr/ticket"] = echo
    assert read(gateway, folder, out).exit_code == 0
    assert [row["status"] for row in rows(out)] == ["succeeded"] * 3


def test_a_file_with_other_results_is_left_alone(gateway: Gateway, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_text("name,sum\nme,3\n")
    refused = read(gateway, folder, out)
    assert (refused.exit_code, out.read_text()) == (2, "name,sum\nme,3\n")
    assert not gateway.of("POST /ocr/")


@pytest.mark.parametrize("name", ["out.csv", "out.jsonl"])
def test_results_are_of_one_product_with_the_same_options(
    gateway: Gateway, folder: Path, tmp_path: Path, name: str
) -> None:
    out = tmp_path / name
    assert read(gateway, folder, out, "--option", "mood=good").exit_code == 0
    before, sent = out.read_text(), len(gateway.of("POST /ocr/"))
    assert read(gateway, folder, out, "--option", "mood=bad").exit_code == 2
    assert read(gateway, folder, out).exit_code == 2
    assert (out.read_text(), len(gateway.of("POST /ocr/"))) == (before, sent)
    assert read(gateway, folder, out, "--option", "mood=good").exit_code == 0
    assert len(gateway.of("POST /ocr/")) == sent


def test_lines_of_results_end_where_json_lines_end(gateway: Gateway, folder: Path, tmp_path: Path) -> None:
    (folder / "one.jpg").write_text("a\u2028b\u0085c")
    for _ in range(2):
        assert read(gateway, folder, tmp_path / "out.jsonl").exit_code == 0
    assert len(gateway.of("POST /ocr/")) == 3


def test_json_is_a_line_a_picture(gateway: Gateway, folder: Path, tmp_path: Path) -> None:
    printed = ocr(gateway, "read", folder, "--product", "ticket", "--json", "--out", tmp_path / "out.jsonl").stdout
    lines = [json.loads(line) for line in printed.splitlines()]
    assert sorted(line["record"]["document"]["fields"]["number"] for line in lines) == ["one", "three", "two"]
    kept = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    order = {"product": "ticket", "options": {}}
    assert sorted((order | line for line in lines), key=str) == sorted(kept, key=str)


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(problem(503, "vendor_unavailable", "0"), id="busy"),
        pytest.param(problem(409, "in_progress", "0"), id="in flight"),
        pytest.param(problem(429, "throttled", "0"), id="throttled"),
        pytest.param(None, id="no answer"),
    ],
)
def test_a_picture_is_sent_again_under_the_same_key(gateway: Gateway, folder: Path, fault: Answer | None) -> None:
    gateway.routes["POST /ocr/ticket"] = lambda call: fault if len(gateway.of("POST /ocr/")) < 3 else echo(call)
    assert ocr(gateway, "read", folder / "one.jpg", "--product", "ticket").exit_code == 0
    assert ocr(gateway, "read", folder / "two.png", "--product", "ticket").exit_code == 0
    keys = [call.headers["Idempotency-Key"] for call in gateway.of("POST /ocr/")]
    assert [len(keys), len(set(keys)), len(set(keys[:3]))] == [4, 2, 1]


def test_a_stack_that_breaks_down_is_not_asked_for_ever(gateway: Gateway, folder: Path) -> None:
    gateway.routes["POST /ocr/ticket"] = lambda _: problem(500, "internal", "0")
    broken = ocr(gateway, "read", folder / "one.jpg", "--product", "ticket")
    assert (broken.exit_code, len(gateway.of("POST /ocr/"))) == (1, 3)
    assert "one.jpg: pending: It is internal." in broken.stderr


def test_a_picture_that_takes_longer_is_asked_for(gateway: Gateway, folder: Path) -> None:
    waits = iter([Answer(200, record(status="pending"), {"Retry-After": "0"}), Answer(200, record(number="at last"))])
    gateway.routes["POST /ocr/ticket"] = lambda _: Answer(
        202, {"id": "a" * 32, "status": "pending"}, {"Retry-After": "0"}
    )
    gateway.routes["GET /records/" + "a" * 32] = lambda _: next(waits)
    assert "at last" in ocr(gateway, "read", folder / "one.jpg", "--product", "ticket").stdout
    assert len(gateway.of("POST /ocr/")) == 1


def uploading(gateway: Gateway, bucket: Answer) -> None:
    """Let the gateway take uploads into a bucket that answers so."""
    form = {"id": "c" * 32, "url": gateway.url + "/bucket", "fields": {"key": "uploads/ticket/c", "policy": "p"}}
    gateway.routes |= {
        "POST /uploads/ticket": lambda _: Answer(201, form),
        "POST /bucket": lambda _: bucket,
        "GET /records/" + "c" * 32: lambda _: Answer(200, record("c" * 32)),
    }


def test_a_picture_too_large_for_a_request_is_uploaded(gateway: Gateway, folder: Path) -> None:
    uploading(gateway, Answer(204))
    (folder / "one.jpg").write_bytes(b"x" * (INLINE_BYTES + 1))
    done = ocr(gateway, "read", folder / "one.jpg", "--product", "ticket", "--option", "mood=bad")
    assert (done.exit_code, "c" * 32 in done.stdout) == (0, True)
    [asked], [sent] = gateway.of("POST /uploads/ticket"), gateway.of("POST /bucket")
    assert json.loads(asked.body) == {"mood": "bad"}
    assert "x-api-key" not in sent.headers
    for part in (b'name="policy"', b"image/jpeg", b"x" * (INLINE_BYTES + 1)):
        assert part in sent.body
    assert sent.body.index(b'name="key"') < sent.body.index(b'name="file"')


def test_an_upload_that_the_bucket_refuses_was_not_read(gateway: Gateway, folder: Path) -> None:
    uploading(gateway, Answer(400, "<Error><Code>EntityTooLarge</Code></Error>"))
    (folder / "one.jpg").write_bytes(b"x" * (INLINE_BYTES + 1))
    done = ocr(gateway, "read", folder / "one.jpg", "--product", "ticket")
    assert (done.exit_code, "failed: The bucket refused the upload: EntityTooLarge." in done.stderr) == (1, True)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        pytest.param(problem(401, "unauthorized"), 4, id="wrong key"),
        pytest.param(problem(403, "forbidden"), 4, id="a policy"),
        pytest.param(problem(429, "quota_exceeded"), 4, id="quota used up"),
        pytest.param(Answer(200, "<html>Welcome</html>"), 3, id="something else answers"),
        pytest.param(None, 3, id="nothing answers"),
    ],
)
def test_what_goes_wrong_for_all_ends_the_run(
    gateway: Gateway, folder: Path, tmp_path: Path, answer: Answer | None, code: int
) -> None:
    gateway.routes["POST /ocr/ticket"] = lambda call: echo(call) if call.body == b"three" else answer
    done = read(gateway, folder, tmp_path / "out.csv", "--jobs", "1")
    assert (done.exit_code, [row["number"] for row in rows(tmp_path / "out.csv")]) == (code, ["three"])
    assert {call.body for call in gateway.of("POST /ocr/")} == {b"three", b"one"}


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["--product", "unicorn"], id="unknown product"),
        pytest.param(["--product", "ticket", "--option", "size=9"], id="unknown option"),
        pytest.param(["--product", "ticket", "--option", "mood=grim"], id="value that the option has not"),
        pytest.param(["--product", "ticket", "--option", "mood"], id="no value"),
        pytest.param(["--product", "ticket", "--out", "out.txt"], id="results of no known kind"),
        pytest.param(["--product", "ticket", "--jobs", "0"], id="no jobs"),
        pytest.param([], id="no product"),
    ],
)
def test_a_wrong_command_sends_nothing(gateway: Gateway, folder: Path, arguments: list[str]) -> None:
    assert ocr(gateway, "read", folder, *arguments).exit_code == 2
    assert not gateway.of("POST")


def test_an_address_where_no_such_api_is_is_told_from_a_product_that_is_not_there(
    gateway: Gateway, folder: Path
) -> None:
    gateway.routes["GET /"] = gateway.routes["GET /products/ticket"] = lambda _: problem(404, "unknown_path")
    for arguments in (["read", folder, "--product", "ticket"], ["list"], ["products"]):
        assert ocr(gateway, *arguments).exit_code == 3


def test_a_list_that_the_api_does_not_take_is_a_wrong_command(gateway: Gateway) -> None:
    gateway.routes["GET /records"] = lambda _: problem(400, "invalid_request")
    assert ocr(gateway, "list", "--from", "yesterday").exit_code == 2


def test_what_was_read_before_the_stack_was_gone_is_shown(gateway: Gateway, folder: Path) -> None:
    gateway.routes["POST /ocr/ticket"] = lambda call: (
        problem(401, "unauthorized") if call.body == b"two" else echo(call)
    )
    done = ocr(gateway, "read", folder, "--product", "ticket", "--jobs", "1")
    assert done.exit_code == 4
    assert "a" * 32 in done.stdout


# Whoever runs the tests in the background may have had interruptions ignored, for all that they start.
INTERRUPTIBLE = """
import signal
from cli.__main__ import main
signal.signal(signal.SIGINT, signal.default_int_handler)
main()
"""


def test_an_interrupted_run_keeps_the_picture_under_way(gateway: Gateway, folder: Path, tmp_path: Path) -> None:
    came, go = Event(), Event()

    def slowly(call: Call) -> Answer:
        if call.body == b"one":
            came.set()
            go.wait(30)
        return echo(call)

    gateway.routes["POST /ocr/ticket"] = slowly
    command = [sys.executable, "-c", INTERRUPTIBLE, "read", folder, "--product", "ticket"]
    address = ["--out", tmp_path / "out.csv", "--jobs", "1", "--url", gateway.url, "--key", KEY]
    with subprocess.Popen([*command, *address], stderr=subprocess.PIPE) as process:
        assert came.wait(30)
        process.send_signal(signal.SIGINT)
        assert process.stderr
        assert any(b"Interrupted" in line for line in process.stderr)
        go.set()
        assert process.wait(30) == 130
    assert [row["number"] for row in rows(tmp_path / "out.csv")] == ["three", "one"]
    assert read(gateway, folder, tmp_path / "out.csv").exit_code == 0
    assert [row["number"] for row in rows(tmp_path / "out.csv")] == ["three", "one", "two"]


def test_an_interruption_does_not_wait_for_a_picture_that_hangs(gateway: Gateway, folder: Path) -> None:
    came, go = Event(), Event()

    def hanging(call: Call) -> Answer:
        came.set()
        go.wait(120)
        return echo(call)

    gateway.routes["POST /ocr/ticket"] = hanging
    command = [sys.executable, "-c", INTERRUPTIBLE, "read", folder, "--product", "ticket"]
    with subprocess.Popen([*command, "--url", gateway.url, "--key", KEY], stderr=subprocess.PIPE) as process:
        assert came.wait(30)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        assert process.stderr
        assert b"Traceback" not in process.stderr.read()
    go.set()


def test_the_version_is_told() -> None:
    assert "version" in CliRunner().invoke(main, ["--version"]).stdout


def test_a_list_of_a_product_that_is_not_there_is_refused(gateway: Gateway) -> None:
    gateway.routes["GET /products/tiket"] = lambda _: problem(404, "unknown_product", advice="Did you mean ticket?")
    refused = ocr(gateway, "list", "--product", "tiket")
    assert refused.exit_code == 2
    assert "Did you mean ticket?" in refused.stderr


def summary(number: int) -> dict[str, Any]:
    return {
        "id": f"{number:032}",
        "product": "ticket",
        "status": "failed",
        "created_at": "2026-01-31T08:00:00Z",
        "fields": {"number": "***"},
    }


def test_a_list_follows_its_cursors(gateway: Gateway) -> None:
    def page(call: Call) -> Answer:
        begin, limit = int(call.query.get("cursor", 0)), int(call.query["limit"])
        return Answer(200, {"records": [summary(begin + one) for one in range(limit)], "next": str(begin + limit)})

    gateway.routes["GET /records"] = page
    listed = ocr(gateway, "list", "--status", "failed", "--from", "2026-01-31", "--limit", "150", "--json")
    assert [json.loads(line)["id"] for line in listed.stdout.splitlines()] == [f"{one:032}" for one in range(150)]
    assert gateway.calls[0].query == {"status": "failed", "from": "2026-01-31", "limit": "100"}
    assert "number=***" in ocr(gateway, "list", "--limit", "1").stdout


def test_a_record_says_why_it_failed(gateway: Gateway) -> None:
    failed = record(status="failed", document=None, problem={"detail": "It is cut off.", "advice": "Send it whole."})
    gateway.routes["GET /records/"] = lambda _: Answer(200, failed)
    shown = ocr(gateway, "get", "a" * 32)
    assert (shown.exit_code, "It is cut off. Send it whole." in shown.stdout) == (0, True)


def test_a_record_is_shown_or_is_not_there(gateway: Gateway) -> None:
    gateway.routes["GET /records/" + "a" * 32] = lambda _: Answer(200, record(status="pending"), {"Retry-After": "9"})
    assert "pending" in ocr(gateway, "get", "a" * 32).stdout
    assert json.loads(ocr(gateway, "get", "a" * 32, "--json").stdout)["id"] == "a" * 32
    missing = ocr(gateway, "get", "../products")
    assert (missing.exit_code, missing.stderr) == (1, "ocr: It is not_found. Do better.\n")
    assert gateway.calls[-1].path == "/records/..%2Fproducts"


def test_deleting_says_what_is_gone_and_what_was_not_there(gateway: Gateway) -> None:
    gateway.routes["DELETE /records/" + "a" * 32] = lambda _: Answer(204)
    assert ocr(gateway, "delete", "a" * 32).exit_code == 2
    assert not gateway.calls
    done = ocr(gateway, "delete", "b" * 32, "a" * 32, "--yes")
    assert (done.exit_code, done.stdout) == (1, f"deleted {'a' * 32}\n")
    assert done.stderr.startswith(f"ocr: {'b' * 32}: It is not_found.")
    gateway.routes["DELETE /records/" + "c" * 32] = lambda _: problem(401, "unauthorized")
    assert ocr(gateway, "delete", "c" * 32, "--yes").exit_code == 4


def test_products_are_listed_and_described(gateway: Gateway) -> None:
    gateway.routes["GET /products/unicorn"] = lambda _: problem(404, "unknown_product")
    gateway.routes["GET /products"] = lambda _: Answer(200, [TICKET])
    assert "票" in ocr(gateway, "products").stdout
    described = ocr(gateway, "products", "ticket").stdout
    for part in ("good, bad", "number", "1 a picture"):
        assert part in described
    assert ocr(gateway, "products", "unicorn").exit_code == 2


# --- Finding the stack ------------------------------------------------------------------------------------------------

CREDENTIALS = Credentials("AKID", "secret")
OUTPUT = "<member><OutputKey>{}</OutputKey><OutputValue>{}</OutputValue></member>"
STACK = """<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>ocr</StackName>
<CreationTime>2026-01-31T08:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus><Outputs>{}</Outputs>
<Parameters><member><ParameterKey>ApiAuth</ParameterKey><ParameterValue>{}</ParameterValue></member></Parameters>
</member></Stacks></DescribeStacksResult></DescribeStacksResponse>"""
REFUSAL = "<ErrorResponse><Error><Type>Sender</Type><Code>{}</Code><Message>No.</Message></Error></ErrorResponse>"
URL = "https://abc123.execute-api.us-east-1.amazonaws.com/v1"
SERVED = "/restapis/abc123/v1/_user_request_"


@pytest.fixture
def aws(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> Gateway:
    """The gateway as an AWS that has one stack, at the address that the environment says."""
    settings = {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}
    for name, value in (settings | {"AWS_ENDPOINT_URL": gateway.url, "AWS_CONFIG_FILE": os.devnull}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    gateway.routes[f"GET {SERVED}/products"] = lambda _: Answer(200, [TICKET])
    return gateway


def deployed(aws: Gateway, auth: str = "NONE") -> None:
    """Let the gateway tell of a stack whose API asks for this beside its key."""
    outputs = "".join(OUTPUT.format(name, value) for name, value in {"Url": URL, "ApiKeyId": "k1"}.items())
    aws.routes["POST /"] = lambda _: Answer(200, STACK.format(outputs, auth), {"Content-Type": "text/xml"})
    aws.routes["GET /apikeys/k1"] = lambda _: Answer(200, {"id": "k1", "value": KEY})


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), catch_exceptions=False)


def test_a_stack_is_found_by_its_name_and_opened_with_its_key(aws: Gateway) -> None:
    deployed(aws)
    assert "ticket" in run("products", "--stack", "mine").stdout
    assert b"StackName=mine" in aws.calls[0].body
    assert aws.calls[-1].headers["x-api-key"] == KEY


def test_a_stack_with_iam_gets_requests_that_are_signed_as_they_are_sent(aws: Gateway) -> None:
    deployed(aws, "AWS_IAM")
    aws.routes[f"GET {SERVED}/records"] = lambda _: Answer(200, {"records": [], "next": None})
    assert run("list", "--vendor", "a b/c+d", "--from", "2026-01-31T08:00:00Z").exit_code == 0
    sent = aws.calls[-1]
    assert sent.headers["x-api-key"] == KEY
    # AWS takes a space for %20 when it checks the signature, never for a plus.
    assert "vendor=a%20b%2Fc%2Bd" in sent.target
    assert sent.headers["Authorization"].rpartition("=")[2] == signature(aws.url, sent)


def signature(url: str, sent: Call) -> str:
    """What AWS would want the signature of this request to be."""
    signer = SigV4Auth(CREDENTIALS, "execute-api", "us-east-1")
    date = sent.headers["X-Amz-Date"]
    request = AWSRequest(sent.method, url + sent.target, headers={"X-Amz-Date": date}, data=sent.body)
    request.context["timestamp"] = date
    return signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [(400, "ValidationError", 3), (403, "AccessDenied", 4), (403, "ExpiredToken", 4)],
)
def test_a_stack_that_is_not_found_is_told_from_one_that_is_not_shown(
    aws: Gateway, status: int, error: str, code: int
) -> None:
    aws.routes["POST /"] = lambda _: Answer(status, REFUSAL.format(error), {"Content-Type": "text/xml"})
    refused = run("products")
    assert (refused.exit_code, error in refused.stderr) == (code, True)


def test_a_profile_that_is_not_there_finds_no_stack(aws: Gateway) -> None:
    assert run("products", "--profile", "nobody").exit_code == 3


def test_the_key_goes_to_no_other_host(gateway: Gateway) -> None:
    with serving(Gateway()) as other:
        gateway.routes["GET /records/"] = lambda _: Answer(302, headers={"Location": f"{other.url}/records/1"})
        assert ocr(gateway, "get", "a" * 32).exit_code
        assert other.calls == []


def test_the_key_goes_nowhere_without_tls_but_within_this_machine() -> None:
    ended = CliRunner().invoke(main, ["get", "a" * 32, "--url", "http://ocr.example.com", "--key", KEY])
    assert (ended.exit_code, KEY in ended.output) == (2, False)
    assert "https://" in ended.output


def test_what_calls_cost_is_a_table_or_csv(gateway: Gateway) -> None:
    costs = {"calls": 3, "units": 2.0, "cost": 1.5, "possible_units": 1.0, "possible_cost": 0.75}
    report = {"from": "2026-01-01", "to": "2026-01-31", "rows": [{"vendor": "first"} | costs], "total": costs}
    gateway.routes["GET /usage"] = lambda _: Answer(200, report | {"unpriced": ["second"]})
    shown = ocr(gateway, "usage", "--from", "2026-01-01")
    assert shown.exit_code == 0
    assert all(part in shown.stdout for part in ("first", "1.5", "0.75", "in all"))
    assert "second" in shown.stderr
    table = [*csv.DictReader(ocr(gateway, "usage", "--by", "vendor", "--csv").stdout.splitlines())]
    assert table == [{"vendor": "first"} | {name: str(value) for name, value in costs.items()}]
    assert json.loads(ocr(gateway, "usage", "--json").stdout)["total"] == costs
    assert [call.query for call in gateway.of("GET /usage")][0] == {"by": "vendor", "from": "2026-01-01"}


def test_the_operator_sees_vendors_and_queues(gateway: Gateway) -> None:
    circuit = {"vendor": "first", "interface": "card", "state": "half_open", "since": "2026-01-15T08:00:00Z"}
    budget = {"vendor": "first", "of": "cost", "period": "month", "most": 20.0, "spent": 12.5}
    gateway.routes["GET /vendors"] = lambda _: Answer(200, {"circuits": [circuit], "budgets": [budget]})
    shown = ocr(gateway, "vendors").stdout
    assert all(part in shown for part in ("half open", "2026-01-15T08:00:00Z", "12.5", "month"))
    queue = {"queue": "id_card", "waiting": 3, "delayed": 0, "in_progress": 2, "oldest_seconds": 90}
    gateway.routes["GET /queues"] = lambda _: Answer(200, {"queues": [queue]})
    assert all(part in ocr(gateway, "queues").stdout for part in ("id_card", "3", "2", "90"))
    assert json.loads(ocr(gateway, "queues", "--json").stdout)["queues"] == [queue]
