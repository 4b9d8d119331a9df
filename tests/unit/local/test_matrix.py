"""The command that asks for documents under wrong names, and for parts of them; and the baseline of the scores."""

from local.accuracy import baseline, offline
from local.matrix import CUTS, EVERY_VALUE, OTHER, OWN, ended, show
from tests.support.printed import page


def lines(*prints: tuple[float, float, str]) -> list[dict[str, object]]:
    return [line.model_dump(mode="json") for line in page(*prints)]


def test_parts_are_the_lines_of_a_third_and_of_the_halves() -> None:
    rows = [(60.0, float(y), f"第{number}行") for number, y in enumerate(range(0, 600, 100))]
    read = page(*rows)
    held = {cut.name: [line["text"] for line in cut.through(read)["lines"]] for cut in CUTS}
    assert held == {
        "top third": ["第0行", "第1行"],
        "top half": ["第0行", "第1行", "第2行"],
        "bottom half": ["第3行", "第4行", "第5行"],
        "left half": ["第"] * 6,
        "right half": ["行"] * 6,
    }
    assert not any(cut.through([])["lines"] for cut in CUTS)


def test_what_a_cut_leaves_of_a_text_reaches_to_the_edge_of_the_picture() -> None:
    for cut in CUTS[-2:]:
        said = cut.through(page((60, 60, "海棠市松岭区新月街")))
        [line] = said["lines"]
        xs = [x for x, _ in line["box"]]
        assert (min(xs) == 0) == (cut.name == "right half")
        assert (round(max(xs)) == said["width"]) == (cut.name == "left half")


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
    assert [line.strip() for line in shown[7:]] == [
        "right product, incomplete: bank_card a 1",
        "wrong product, succeeded: vin a 1 as taxi_receipt",
        "top half, succeeded: vin a 1",
    ]


def test_a_part_with_every_value_of_the_whole_is_told_apart() -> None:
    number = (60.0, 110.0, "LSVAA4187E2184841")
    whole = offline.record_of("vin", {"lines": lines((60, 60, "车辆识别代号"), number)})

    assert ended("vin", {"lines": lines(number)}, whole) == EVERY_VALUE
    assert ended("vin", {"lines": lines((60, 60, "车辆识别代号"))}, whole) == "no_result"


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
