"""The command that asks for documents under wrong names, and for parts of them; and the baseline of the scores."""

from local.accuracy import baseline
from local.matrix import OTHER, OWN, parts, show
from tests.support.printed import page


def lines(*prints: tuple[float, float, str]) -> list[dict[str, object]]:
    return [line.model_dump(mode="json") for line in page(*prints)]


def test_parts_are_the_lines_of_a_third_and_of_either_half() -> None:
    rows = [(60.0, float(y), f"行{number}") for number, y in enumerate(range(0, 600, 100))]
    held = {part: [line["text"] for line in found] for part, found in parts(lines(*rows))}
    assert held == {
        "top third": ["行0", "行1"],
        "top half": ["行0", "行1", "行2"],
        "bottom half": ["行3", "行4", "行5"],
    }
    assert all(not found for _, found in parts([]))


def test_what_should_not_have_ended_so_is_told() -> None:
    found = [
        (OWN, "succeeded", "vin a 1"),
        (OWN, "incomplete", "bank_card a 1"),
        (OTHER, "wrong_document", "vin a 1 as id_card"),
        (OTHER, "succeeded", "vin a 1 as taxi_receipt"),
        ("top half", "succeeded", "vin a 1"),
    ]
    shown = list(show(found))
    assert shown[0] == "right product: 1 succeeded, 1 incomplete (50.00 % succeeded)"
    assert shown[1] == "wrong product: 1 wrong_document, 1 succeeded (50.00 % succeeded)"
    assert [line.strip() for line in shown[5:]] == [
        "right product, incomplete: bank_card a 1",
        "wrong product, succeeded: vin a 1 as taxi_receipt",
        "top half, succeeded: vin a 1",
    ]


def test_the_baseline_takes_what_stands_behind_right_of_or_below_a_label() -> None:
    said = {
        "lines": lines(
            *[
                (60, 60, "车号：FT8021"),
                (60, 120, "金额"),
                (300, 122, "31.00元"),
                (60, 180, "日期"),
                (60, 215, "2023-05-07"),
            ]
        )
    }
    found = baseline.document_of("taxi_receipt", said)
    assert found is not None
    assert found.fields == {"plate_number": "FT8021", "total": "31.00", "date": "2023-05-07"}
    assert baseline.document_of("taxi_receipt", {"lines": []}) is None
    assert (baseline.applies("taxi_receipt"), baseline.applies("general_text")) == (True, False)
