"""A long case: what an audit holds of it grows with its steps, and not with their square."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from casectl.audit.history import read_history
from casectl.audit.trial import Trial, trials
from casectl.store.history import read_timelines
from casectl.store.repo import find_repo
from tests.audit.plain import ID, Plain, begin, entry, path_of
from tests.cli.conftest import moment_of

STEPS = 400
MOST_BYTES_A_STEP = 1500
NOTES = [entry(f"n{each:04}", "note", "They rang and were told that somebody is on the way") for each in range(STEPS)]
LOGS = [tuple(NOTES[:number]) for number in range(1, STEPS)]


def grown(desk: Plain, texts: list[str]) -> None:
    """The case's file as it was in one step after the other, a minute each."""
    told = f"{ID} note: as said\n\nCase: {ID}\nEvent: note\n"
    stream = []
    for number, text in enumerate(texts, 1):
        who = f"Sam <sam@example.org> {desk.last + 60 * number} +0000"
        begun = f"from {desk.head}\n" if number == 1 else ""
        content = f"M 100644 inline {path_of()}\ndata {len(text)}\n{text}\n"
        stream.append(f"commit refs/heads/main\ncommitter {who}\ndata {len(told)}\n{told}{begun}{content}")
    desk.git("fast-import", "--quiet", stdin="".join(stream))
    desk.go(desk.git("rev-parse", "main"))


@pytest.fixture
def desk(tmp_path: Path) -> Plain:
    desk = begin(tmp_path / "desk")
    desk.open()
    return desk


def trial_of(desk: Plain) -> Trial:
    """The case, read; its reader is gone by then, and what is asked of it here needs none."""
    history = read_history(find_repo(desk.root), desk.head, moment_of("2027-06-01 12:00"))
    (trial,) = trials(history)
    return trial


def test_what_each_step_was_taken_on(desk: Plain) -> None:
    grown(desk, [desk.sheet().changed(log, {"priority": f"p{1 + len(log) % 3}"}).text for log in LOGS])
    trial = trial_of(desk)
    places = range(len(trial.steps))
    assert len(places) == STEPS
    assert trial.policy_at(desk.head).ref == "acme/1.0"
    tracemalloc.start()
    pasts = [trial.past(place) for place in places]
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < MOST_BYTES_A_STEP * STEPS
    for place in (0, 1, 7, STEPS - 1):
        past = pasts[place]
        assert past.own.steps == trial.timeline.steps[: place + 1]
        assert (past.before.steps, past.steps, past.step) == (
            past.own.steps[:-1],
            past.own.steps[:-1],
            past.own.steps[-1],
        )
        assert past.fields == past.before.case().fields


def test_the_versions_of_its_file_are_read_one_by_one(desk: Plain) -> None:
    """Eight megabytes in all."""
    grown(desk, [desk.sheet().changed(log, {}).text for log in LOGS])
    tracemalloc.start()
    (life,) = read_timelines(find_repo(desk.root), desk.head)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(life.steps) == STEPS
    assert peak < 4_000_000
