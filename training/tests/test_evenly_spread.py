"""Some of many, from the first to the last."""

import pytest

from mmfs_training.common.evenly_spread import evenly_spread


@pytest.mark.parametrize(
    ("items", "count", "wanted"),
    [
        ("abcdef", 3, "acf"),  # places 0, 2.5 and 5, rounded down
        ("abcde", 3, "ace"),
        ("abcdefghij", 4, "adgj"),
        ("abc", 3, "abc"),
        ("abc", 9, "abc"),
        ("abc", 2, "ac"),
        ("abc", 1, "a"),
        ("", 4, ""),
    ],
)
def test_the_first_and_the_last_are_among_them(items: str, count: int, wanted: str) -> None:
    assert evenly_spread(items, count) == list(wanted)
