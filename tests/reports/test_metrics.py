"""The arithmetic of reviews: medians, percentiles, means, averages."""

from __future__ import annotations

from decimal import Decimal

import pytest

from casectl.reports.metrics import average, mean, median, nearest_rank
from casectl.reports.words import percent


@pytest.mark.parametrize(
    ("values", "middle", "ninetieth", "average_"),
    [
        ([5], 5, 5, 5),
        ([1, 2], 2, 2, 2),
        ([1, 2, 3, 4], 3, 4, 3),
        ([10, 0, 20], 10, 20, 10),
        (list(range(1, 11)), 6, 9, 6),
        (list(range(1, 101)), 51, 90, 51),
    ],
)
def test_median_nearest_rank_and_mean(values: list[int], middle: int, ninetieth: int, average_: int) -> None:
    assert (median(values), nearest_rank(values, 90), mean(values)) == (middle, ninetieth, average_)


def test_the_order_of_values_does_not_matter() -> None:
    assert nearest_rank([9, 1, 5], 90) == nearest_rank([1, 5, 9], 90) == 9


@pytest.mark.parametrize(
    ("share", "words"),
    [
        ("1", "100 %"),
        ("0.999999", "99.99 %"),
        ("0.5", "50 %"),
        ("0", "0 %"),
        ("0.125", "12.5 %"),
        ("0.66666", "66.67 %"),
    ],
)
def test_only_all_are_a_hundred_per_cent(share: str, words: str) -> None:
    assert percent(Decimal(share)) == words


def test_an_average_of_scores_has_two_digits() -> None:
    assert (average([]), average([4]), average([1, 2, 2])) == (None, "4.00", "1.67")
