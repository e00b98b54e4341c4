"""The demo's month: the same for the same seed and moment, believable, and explained to the second."""

from __future__ import annotations

from pathlib import Path

import pytest

from casectl.desk.demo import Demo, last_clock_change, make_demo
from casectl.desk.founding import common_files
from casectl.model.instants import parse_stored
from casectl.model.policy import DONE_PHASES
from casectl.model.problems import NotAllowed
from casectl.sla.clock import evaluate
from casectl.sla.ledger import explain
from casectl.store.book import read_book
from casectl.store.history import read_timeline, read_timelines
from casectl.store.repo import head_commit

AS_OF = parse_stored("2026-11-06T17:00:00+00:00")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return make_demo(tmp_path_factory.mktemp("demo") / "desk", 1, AS_OF, 80, common_files())


def test_the_same_seed_and_moment_make_the_same_commits(demo: Demo, tmp_path: Path) -> None:
    again = make_demo(tmp_path / "again", 1, AS_OF, 80, common_files())
    assert head_commit(again.repo) == head_commit(demo.repo)
    other = make_demo(tmp_path / "other", 2, AS_OF, 80, common_files())
    assert head_commit(other.repo) != head_commit(demo.repo)


def test_every_ledger_adds_up_to_its_figure(demo: Demo) -> None:
    """For every row of every case: counted and run-on seconds are the elapsed ones, and lines join without a gap."""
    commit = head_commit(demo.repo)
    book, _ = read_book(demo.repo, commit)
    rows = 0
    for timeline in read_timelines(demo.repo, commit):
        case = timeline.case()
        policy = book.policies[case.need("policy")]
        customers = book.customers[policy.desk]
        explained = explain(timeline, policy, customers, AS_OF)
        assert tuple(one.row for one in explained) == evaluate(timeline, policy, customers, AS_OF).rows
        for one in explained:
            counted = sum(line.counted_seconds for line in one.lines)
            assert counted == one.row.elapsed_seconds, (timeline.case_id, one.row.target)
            joins = zip(one.lines, one.lines[1:], strict=False)
            assert all(before.ends == after.begins for before, after in joins)
            rows += 1
    assert rows > 100


def test_it_is_a_month_in_its_real_shape(demo: Demo) -> None:
    """Nights and weekends, holds, reopenings, escalations, breaches of several kinds, a clock change, open cases."""
    commit = head_commit(demo.repo)
    book, problems = read_book(demo.repo, commit)
    timelines = {timeline.case_id: timeline for timeline in read_timelines(demo.repo, commit)}
    assert not [problem for problem in problems if not problem.warning]
    assert len(timelines) == demo.cases >= 75
    assert sum(len(timeline.steps) for timeline in timelines.values()) == demo.steps
    cases = {case_id: timeline.case() for case_id, timeline in timelines.items()}
    policies = {case_id: book.policies[case.need("policy")] for case_id, case in cases.items()}
    assert {policy.desk for policy in policies.values()} == set(book.desks())
    statuses = [change for t in timelines.values() for step in t.steps if (change := step.changes.get("status"))]
    assert any(policies[i].phase_of(cases[i].status) not in DONE_PHASES for i in cases)
    assert {"on-hold", "waiting"} <= {str(status) for status in statuses}
    assert {entry.kind for case in cases.values() for entry in case.log} >= {"triage", "response", "note", "escalation"}
    figures = [evaluate(timelines[i], policies[i], book.customers[policies[i].desk], AS_OF) for i in cases]
    breached = {(case.desk, row.target) for case in figures for row in case.rows if row.state == "breached"}
    assert breached == {(policy.desk, name) for policy in policies.values() for name in policy.targets}
    kept = sum(row.state == "met" for case in figures for row in case.rows)
    assert kept > sum(len(case.rows) for case in figures) / 2, "a desk worth working at"
    change = last_clock_change(AS_OF, "Europe/London")
    assert change is not None
    assert any(t.steps[0].at < change < t.steps[-1].at for t in timelines.values())


def test_one_case_read_alone_is_the_same_case(demo: Demo) -> None:
    commit = head_commit(demo.repo)
    for timeline in read_timelines(demo.repo, commit):
        if timeline.case_id.endswith(("0", "7")):
            assert read_timeline(demo.repo, timeline.case_id, commit) == timeline


def test_a_directory_with_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me")
    with pytest.raises(NotAllowed):
        make_demo(tmp_path, 1, AS_OF, 10, common_files())
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
