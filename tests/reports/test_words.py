from __future__ import annotations

import pytest

from casectl.model.instants import parse_stored
from casectl.reports.words import count, distance, duration, moment, span

NINE = parse_stored("2026-11-23T09:00:00+00:00")


@pytest.mark.parametrize(
    ("seconds", "words", "exact"),
    [
        (0, "0 s", "0 s"),
        (20, "20 s", "20 s"),
        (60, "1 m", "1 m"),
        (6_900, "1 h 55 m", "1 h 55 m"),
        (6_925, "1 h 55 m", "1 h 55 m 25 s"),
        (3_601, "1 h", "1 h 1 s"),
        (93_900, "26 h 5 m", "26 h 5 m"),
        (-90, "-1 m", "-1 m 30 s"),
    ],
)
def test_durations(seconds: int, words: str, exact: str) -> None:
    assert duration(seconds) == words
    assert duration(seconds, exact=True) == exact


def test_plain_time_is_counted_in_days_from_two_on() -> None:
    assert span(47 * 3600) == "47 h"
    assert span(76 * 3600 + 59) == "3 d 4 h"
    assert distance(NINE + 6_900, NINE) == "in 1 h 55 m"
    assert distance(NINE - 76 * 3600, NINE) == "3 d 4 h ago"
    assert distance(NINE, NINE) == "now"


def test_moments_stand_on_the_desks_wall_clock() -> None:
    assert moment(NINE, "Europe/London") == "Mon 2026-11-23 09:00 GMT"
    assert moment(NINE, "America/Toronto", exact=True) == "Mon 2026-11-23 04:00:00 EST"


def test_counts() -> None:
    assert [count(n, "case") for n in (0, 1, 2)] == ["0 cases", "1 case", "2 cases"]
    assert count(2, "entry", "entries") == "2 entries"
