"""Counted by hand."""

import pytest

from mmfs_training.figures.hit_rates import Judged, confusion, hit_rates

JUDGED = [
    Judged("red", ["red", "red", "blue", "red"]),
    Judged("red", ["blue", "blue", "red", "green"]),
    Judged("blue", ["blue", "red", "blue", "red"]),
]


def test_shares_and_majorities() -> None:
    assert [each.hit_rate for each in JUDGED] == [0.75, 0.25, 0.5]
    # as many blue as red is no majority
    assert [each.majority for each in JUDGED] == [True, False, False]
    figures = hit_rates(JUDGED)
    assert figures == {"count": 3, "hitRate": 0.5, "majority": pytest.approx(1 / 3)}
    assert hit_rates([Judged("red", ["blue"])]) == {"count": 1, "hitRate": 0, "majority": 0}


def test_rows_are_asked_for_and_columns_seen() -> None:
    assert confusion(JUDGED, ["blue", "green", "red"]) == {
        "blue": {"blue": 0.5, "green": 0, "red": 0.5},
        "red": {"blue": 0.375, "green": 0.125, "red": 0.5},
    }
