"""The clock agrees with `naive.py`, which walks time grain by grain, on thousands of random calendars and lives.

`CASECTL_LONG=10 pytest tests/sla/test_agreement.py` tries ten times as many; a failure prints its seed.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from casectl.model.figures import Overturned, TargetRow
from casectl.sla.clock import evaluate
from casectl.sla.ledger import ledger
from casectl.sla.opentime import open_time
from tests.sla import naive
from tests.sla.desks import CLOCK_CHANGES, DAY, GRAIN, random_calendar
from tests.sla.lives import RandomLife, lives, random_instant, random_lives
from tests.sla.naive_hours import Hours

LONG = int(os.environ.get("CASECTL_LONG", "1"))
BATCHES = range(10)
DESKS, LIVES, CALENDARS = 18 * LONG, 8, 60 * LONG


def compared(row: TargetRow | naive.NaiveRow) -> dict[str, Any]:
    """What both clocks must say alike; of a withdrawn row's figures nothing, for it promises nothing."""
    names = ["target", "occurrence", "state", "subject", "owed"]
    if row.state != "withdrawn":
        names += ["started_at", "stopped_at", "due_at", "breached_at", "elapsed_seconds"]
    if row.state != "withdrawn" and row.started_at is not None:
        names += ["limit_seconds", "goal_seconds", "paused_seconds", "exempt_seconds"]
    facts: dict[str, Any] = {name: getattr(row, name) for name in names}
    if row.state != "withdrawn":
        facts["rule"] = row.rule.index if isinstance(row, TargetRow) else row.rule
    gone = row.overturned
    facts["overturned"] = (gone.breached_at, gone.by) if isinstance(gone, Overturned) else gone
    return facts


def by_target(rows: Sequence[TargetRow | naive.NaiveRow]) -> list[dict[str, Any]]:
    """Compared in one order, whatever the order of the targets in policies that the case was moved between."""
    return sorted((compared(row) for row in rows), key=lambda facts: (facts["target"], facts["occurrence"]))


def agree(life: RandomLife) -> None:
    """Both clocks give the same rows, and each row's ledger adds up to its figure."""
    figures = evaluate(life.timeline, life.terms, life.as_of)
    assert by_target(figures.rows) == by_target(naive.evaluate(life.timeline, life.terms, life.as_of, GRAIN))
    for row in figures.rows:
        lines = ledger(life.timeline, life.terms, life.as_of, row.target, row.occurrence)
        assert sum(line.counted_seconds for line in lines) == row.elapsed_seconds, row


@pytest.mark.parametrize("batch", BATCHES)
def test_clocks_agree_on_random_lives(batch: int) -> None:
    """Rules that change, holds, reopenings, repeats, run-on, clock changes: the same figures from two readings."""
    for seed in range(batch * DESKS, (batch + 1) * DESKS):
        for nth, life in enumerate(random_lives(Random(seed), LIVES)):
            try:
                agree(life)
            except AssertionError as error:
                raise AssertionError(f"seed {seed}, life {nth}: {error}") from None


@settings(max_examples=25 * LONG, deadline=None, suppress_health_check=list(HealthCheck), derandomize=LONG == 1)
@given(lives)
def test_clocks_agree_on_lives_that_hypothesis_shrinks(life: RandomLife) -> None:
    agree(life)


@pytest.mark.parametrize("batch", BATCHES)
def test_calendars_agree(batch: int) -> None:
    """Open or closed, how long between, when next and when done: as if one asked the local clock every quarter hour."""
    for seed in range(batch * CALENDARS, (batch + 1) * CALENDARS):
        rng = Random(seed)
        around = rng.choice((*CLOCK_CHANGES, date(2026, 6, 1), date(2011, 12, 30)))
        calendar = random_calendar(rng, around=around)
        a = random_instant(rng, calendar.zone, around)
        b = a + rng.randint(0, 6 * DAY // GRAIN) * GRAIN
        fast, slow = open_time(calendar, a, b), Hours(calendar, GRAIN)
        assert fast.between(a, b) == slow.open_seconds(a, b), seed
        for _ in range(30):
            t = rng.randint(a, b) // GRAIN * GRAIN
            assert fast.is_open(t) == slow.is_open(t), (seed, t)
            assert fast.next_opening(t) == slow.next_open(t), (seed, t)
        seconds = rng.randint(1, 40) * GRAIN
        done = fast.add(a, seconds)
        assert slow.open_seconds(a, done) == seconds, seed
        assert slow.is_open(done - GRAIN), seed
