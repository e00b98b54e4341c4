"""What one screen has room for: which clocks it shows of many, and how log entries read."""

from __future__ import annotations

import pytest

from casectl.model.case import Entry
from casectl.model.figures import TargetRow
from casectl.reports.entries import entry_words
from casectl.reports.screen import MOST_ROWS, _telling


def row(target: str, occurrence: int, state: str = "met", stopped: int | None = 1) -> TargetRow:
    never: tuple[None, ...] = (None,)
    return TargetRow(target, occurrence, (), state, 0, stopped, *never * 2, 0, *never * 2, 0, 0, (), None)  # type: ignore[arg-type]


def test_no_target_is_hidden_by_the_occurrences_of_another() -> None:
    rows = [
        row("response", 1),
        row("resolution", 1, "breached", None),
        *(row("update", number, "breached" if number == 3 else "met") for number in range(1, 30)),
        row("update", 30, "running", None),
    ]
    shown = [(each.target, each.occurrence) for each in _telling(rows)]
    assert len(shown) == MOST_ROWS
    assert shown[:2] == [("response", 1), ("resolution", 1)]
    assert ("update", 30) in shown
    assert ("update", 3) in shown, "a late one is told before those in good time"
    assert shown == sorted(shown, key=lambda each: (each[0] == "update", each[1] if each[0] == "update" else 0))


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (Entry("1", "escalation", {"from_level": 1, "to_level": 2, "reason": "It stalls."}),
         "escalation, from level 1, to level 2: It stalls."),
        (Entry("1", "escalation", {"from_level": 1, "to_level": 2, "reason": "late", "rule": "r"}),
         "escalation, from level 1, to level 2: late (rule r)"),
        (Entry("1", "notice", {"to": "boss", "rule": "r", "text": "News"}), "notice, to boss: News (rule r)"),
        (Entry("1", "link", {"to": "ABC-1", "reason": "merged", "text": "It."}), "link, to ABC-1, reason merged: It."),
        (Entry("1", "call", {"direction": "in", "minutes": 9}), "call in, 9 m"),
    ],
)  # fmt: skip
def test_an_entry_reads_as_a_line(entry: Entry, words: str) -> None:
    assert entry_words(entry, "UTC") == words
