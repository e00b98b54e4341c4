"""The demo's month: the same for the same seed and moment, believable, and explained to the second."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from casectl.desk.demo import Demo, make_demo
from casectl.desk.demo_month import last_clock_change
from casectl.desk.founding import common_files
from casectl.model.case import Case
from casectl.model.figures import STATES, CaseFigures, TargetRow
from casectl.model.instants import parse_stored
from casectl.model.policy import DONE_PHASES, Book, Policy
from casectl.model.problems import NotAllowed
from casectl.model.terms import Terms
from casectl.model.timeline import Timeline
from casectl.sla.clock import evaluate
from casectl.sla.ledger import explain
from casectl.store.book import read_book
from casectl.store.history import read_timeline, read_timelines
from casectl.store.repo import head_commit

AS_OF = parse_stored("2026-11-06T17:00:00+00:00")


class Lived(NamedTuple):
    """One case of the demo as its repository tells it."""

    timeline: Timeline
    case: Case
    terms: tuple[Terms, ...]
    figures: CaseFigures

    @property
    def policy(self) -> Policy:
        return self.terms[0].policy


class Month(NamedTuple):
    """All of a demo."""

    book: Book
    lives: list[Lived]

    def rows(self) -> Iterator[tuple[Lived, TargetRow]]:
        return ((life, row) for life in self.lives for row in life.figures.rows)


def read_month(demo: Demo, as_of: int) -> Month:
    commit = head_commit(demo.repo)
    book, problems = read_book(demo.repo, commit)
    assert not [problem for problem in problems if not problem.warning]
    lives = []
    for timeline in read_timelines(demo.repo, commit):
        case = timeline.case()
        policy = book.policies[case.need("policy")]
        terms = (Terms(policy, book.customers[policy.desk], book.staff),)
        lives.append(Lived(timeline, case, terms, evaluate(timeline, terms, as_of)))
    return Month(book, lives)


def promised_figures(book: Book) -> set[tuple[str, str]]:
    """Every target of every desk that has a rule with a figure."""
    return {
        (policy.desk, name)
        for policy in book.policies.values()
        for name, target in policy.targets.items()
        if any(rule.within is not None for rule in target.rules)
    }


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return make_demo(tmp_path_factory.mktemp("demo") / "desk", 1, AS_OF, 80, common_files())


@pytest.fixture(scope="module")
def month(demo: Demo) -> Month:
    return read_month(demo, AS_OF)


def test_the_same_seed_and_moment_make_the_same_commits(demo: Demo, tmp_path: Path) -> None:
    again = make_demo(tmp_path / "again", 1, AS_OF, 80, common_files())
    assert head_commit(again.repo) == head_commit(demo.repo)
    other = make_demo(tmp_path / "other", 2, AS_OF, 80, common_files())
    assert head_commit(other.repo) != head_commit(demo.repo)


def test_every_ledger_adds_up_to_its_figure(month: Month) -> None:
    """For every row of every case: counted and run-on seconds are the elapsed ones, and lines join without a gap."""
    rows = 0
    for life in month.lives:
        explained = explain(life.timeline, life.terms, AS_OF)
        assert tuple(one.row for one in explained) == life.figures.rows
        for one in explained:
            counted = sum(line.counted_seconds for line in one.lines)
            assert counted == one.row.elapsed_seconds, (life.case.id, one.row.target)
            joins = zip(one.lines, one.lines[1:], strict=False)
            assert all(before.ends == after.begins for before, after in joins)
            rows += 1
    assert rows > 100


def shows_everything(made: Demo, month: Month) -> None:
    """Every promised figure is missed somewhere, no other, and every state of a clock is to be seen."""
    breached = {(life.policy.desk, row.target) for life, row in month.rows() if row.state == "breached"}
    assert breached == promised_figures(month.book)
    assert {desk for desk, _ in breached} < set(month.book.desks()), "a desk that only measures breaches nothing"
    assert {row.state for _, row in month.rows()} == set(STATES)
    overturned = next(life for life in month.lives if life.case.id == made.overturned)
    assert any(row.overturned and row.state == "exempt" for row in overturned.figures.rows)
    assert not [problem for life in month.lives for problem in life.figures.problems]


def test_the_month_shows_everything(demo: Demo, month: Month) -> None:
    shows_everything(demo, month)


@pytest.mark.parametrize(
    ("seed", "as_of"), [(7, "2027-01-02T03:00:00+00:00"), (23, "2024-05-27T23:59:59+00:00")], ids=["new year", "May"]
)
def test_every_month_does_whatever_the_seed(seed: int, as_of: str, tmp_path: Path) -> None:
    """At night after holidays, and in the evening of one; with no more cases than it takes."""
    moment = parse_stored(as_of)
    made = make_demo(tmp_path / "desk", seed, moment, 30, common_files())
    shows_everything(made, read_month(made, moment))


def test_it_is_a_month_in_its_real_shape(demo: Demo, month: Month) -> None:
    """Nights and weekends, holds, reopenings, escalations, a clock change, open cases; most promises are kept."""
    assert len(month.lives) == demo.cases >= 75
    assert sum(len(life.timeline.steps) for life in month.lives) == demo.steps
    assert {life.policy.desk for life in month.lives} == set(month.book.desks())
    assert any(life.policy.phase_of(life.case.status) not in DONE_PHASES for life in month.lives)
    changes = [step.changes.get("status") for life in month.lives for step in life.timeline.steps]
    assert {"on-hold", "waiting"} <= {str(status) for status in changes}
    states = Counter(row.state for _, row in month.rows())
    assert states["met"] > 4 * states["breached"], "a desk worth working at"
    change = last_clock_change(AS_OF, "Europe/London")
    assert change is not None
    assert any(life.timeline.steps[0].at < change < life.timeline.steps[-1].at for life in month.lives)


def test_people_do_what_they_do_at_desks(month: Month) -> None:
    """They rate by answers, log calls, agree times, promise and keep, give news, exempt, confirm, take back."""
    entries = [entry for life in month.lives for entry in life.case.log]
    assert {"triage", "call", "response", "note", "update", "escalation", "email", "pathway", "void"} <= {
        entry.kind for entry in entries
    }
    assert any(entry.fields.get("answers") for entry in entries)
    assert any("agreed" in life.case.fields for life in month.lives)
    promises = Counter(row.state for _, row in month.rows() if row.target == "commitment")
    assert promises["met"] > 2 * promises["breached"] > 0, "most promises are kept"
    exemptions = [record for life in month.lives for record in life.case.records("exemptions")]
    assert any("approved_by" in record for record in exemptions)
    assert all("until" in record for record in exemptions)
    steps = [step for life in month.lives for step in life.timeline.steps]
    asked = [value for step in steps if isinstance(value := step.changes.get("exemptions"), tuple)]
    assert any("until" not in record for records in asked for record in records), "one lasted on, and was ended later"


def test_customers_report_what_they_have(month: Month) -> None:
    """A customer without a plan is promised nothing; a service from customers' own records is one of theirs."""
    without: set[str] = set()
    for life in month.lives:
        customers = month.book.customers[life.policy.desk]
        record = customers[life.case.need("customer")]
        if life.policy.plans and record.plan is None:
            without.update(row.state for row in life.figures.rows)
        ordered = {service for each in customers.values() for service in each.services}
        service = life.case.text("service")
        assert service not in ordered or service in record.services
    assert "untargeted" in without
    assert without <= {"untargeted", "withdrawn", "exempt"}


def test_one_case_read_alone_is_the_same_case(demo: Demo) -> None:
    commit = head_commit(demo.repo)
    for timeline in read_timelines(demo.repo, commit):
        if timeline.case_id.endswith(("0", "7")):
            assert read_timeline(demo.repo, timeline.case_id, commit) == timeline


def test_a_directory_with_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me")
    with pytest.raises(NotAllowed):
        make_demo(tmp_path, 1, AS_OF, 30, common_files())
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
