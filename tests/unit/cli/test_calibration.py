"""Promise: what is said of confidences is right: how many values of each range are right, and how far both part."""

import pytest

from cli.calibration import calibration_error, reliability


def test_confidences_are_compared_with_what_is_right_range_by_range() -> None:
    told = [(0.92, True)] * 9 + [(0.92, False)] + [(1.0, True)] * 10
    bins = reliability(told)
    assert [(one.low, one.high, one.values) for one in bins] == [(0.9, 0.95, 10), (0.99, 1.0, 10)]
    assert [(one.sure, one.right) for one in bins] == [(pytest.approx(0.92), 0.9), (1.0, 1.0)]
    assert calibration_error(bins) == pytest.approx(0.01)


def test_errors_of_both_kinds_do_not_cancel_out() -> None:
    told = [(0.6, True)] * 4 + [(0.96, False)] * 4
    assert calibration_error(reliability(told)) == pytest.approx((0.4 + 0.96) / 2)


def test_without_confidences_there_is_nothing_to_tell() -> None:
    assert reliability([]) == []
