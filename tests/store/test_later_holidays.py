"""Holidays count as committed when a case was opened, or added later but before their own day. From real git."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from casectl.model.problems import Problem
from casectl.store.objects import ObjectReader
from casectl.store.pinned import PolicyShelf
from tests.conftest import MakeRepo
from tests.store.pinned_story import BOXING, CHRISTMAS, FOREVER, POLICY, TUESDAY, Desk, bank, desk_with, moment
from tests.store.stories import A, case_id

LIST = "policies/holidays/bank.yaml"
B = case_id("B")


@pytest.fixture
def desk(make_repo: MakeRepo) -> Desk:
    """With Christmas on its list, and case A from the first of December."""
    made = desk_with(make_repo)
    made.open(at="2026-12-01 10:00")
    return made


def test_a_holiday_added_before_its_day_reaches_an_old_case(desk: Desk) -> None:
    """In the union of calendars, too."""
    desk.holidays(CHRISTMAS, BOXING, at="2026-12-10 09:00")
    terms, warnings = desk.told()
    assert warnings == ()
    calendars = terms[0].policy.calendars
    assert calendars["desk"].holidays == {CHRISTMAS, BOXING}
    assert [member.holidays for member in calendars["both"].members] == [{CHRISTMAS, BOXING}] * 2
    (rule,) = terms[0].policy.targets["resolution"].rules
    assert rule.hours is calendars["both"]


def test_the_moment_asked_about_does_not_hide_it(desk: Desk) -> None:
    """What a commit says of holidays is known, whatever `--as-of` asks."""
    desk.holidays(CHRISTMAS, BOXING, at="2026-12-10 09:00")
    terms, _ = desk.told(as_of=moment("2026-12-02 00:00"))
    assert terms[0].policy.calendars["desk"].holidays == {CHRISTMAS, BOXING}


def test_the_commit_that_is_read_does(desk: Desk) -> None:
    """At an earlier commit nothing is known of it."""
    before = desk.git_repo.head
    desk.holidays(CHRISTMAS, BOXING, at="2026-12-10 09:00")
    with ObjectReader(desk.git_repo.repo) as reader:
        (terms,) = desk.terms(PolicyShelf(desk.git_repo.repo, reader, before))
    assert terms.policy.calendars["desk"].holidays == {CHRISTMAS}


def test_a_holiday_added_on_its_day_is_told_and_changes_nothing(desk: Desk) -> None:
    added = desk.holidays(CHRISTMAS, BOXING, at="2026-12-28 08:00")
    terms, warnings = desk.told()
    assert terms[0].policy.calendars["desk"].holidays == {CHRISTMAS}
    told = "2026-12-28 was added on 2026-12-28T08:00:00+00:00, after its day had begun in"
    tail = "it changes no figure of a case from before"
    show, about = f"git show {added[:12]}", "bank 2026-12-28"
    assert warnings == (
        Problem(
            LIST, 5, f"{told} Europe/London: {tail}", show, True, "holiday-late", added, about=f"{about} Europe/London"
        ),
        Problem(LIST, 5, f"{told} Asia/Tokyo: {tail}", show, True, "holiday-late", added, about=f"{about} Asia/Tokyo"),
    )


def test_it_counts_for_a_case_that_is_opened_after_that(desk: Desk) -> None:
    """Its opening commit has it on the list; nothing needs to be told."""
    desk.holidays(CHRISTMAS, BOXING, at="2026-12-28 08:00")
    desk.open(at="2026-12-28 09:00", name=B)
    assert desk.closed(name=B) == {CHRISTMAS, BOXING}
    assert desk.told(B)[1] == ()


@pytest.mark.parametrize(
    ("at", "counts_in", "too_late_in"),
    [
        ("2026-12-27 14:59", ["desk", "tokyo"], []),
        ("2026-12-27 15:00", ["desk"], ["Asia/Tokyo"]),
        ("2026-12-27 23:59", ["desk"], ["Asia/Tokyo"]),
        ("2026-12-28 00:00", [], ["Europe/London", "Asia/Tokyo"]),
    ],
)
def test_each_calendar_s_own_midnight_decides(
    desk: Desk, at: str, counts_in: list[str], too_late_in: list[str]
) -> None:
    """28 December begins at 15:00 UTC of the 27th in Tokyo; at that very second it is too late."""
    desk.holidays(CHRISTMAS, BOXING, at=at)
    calendars = desk.judged_by().calendars
    assert [name for name in ("desk", "tokyo") if BOXING in calendars[name].holidays] == counts_in
    assert [
        problem.message.partition(" had begun in ")[2].partition(":")[0] for problem in desk.told()[1]
    ] == too_late_in


def test_days_on_which_a_calendar_works_all_the_same_stay_so(desk: Desk) -> None:
    """`except` of the policy takes out later dates, too."""
    desk.holidays(CHRISTMAS, TUESDAY, at="2026-12-10 09:00")
    assert desk.closed("desk") == {CHRISTMAS}
    assert desk.closed("tokyo") == {CHRISTMAS, TUESDAY}


def test_a_holiday_taken_off_the_list_stays_for_an_old_case(desk: Desk) -> None:
    desk.holidays(at="2026-12-10 09:00")
    desk.open(at="2026-12-11 10:00", name=B)
    assert desk.closed() == {CHRISTMAS}
    assert desk.closed(name=B) == frozenset()
    assert desk.told()[1] == ()


def test_added_and_taken_off_again_before_its_day(desk: Desk) -> None:
    """The list as it stood last before midnight decides."""
    desk.holidays(CHRISTMAS, BOXING, at="2026-12-10 09:00")
    desk.holidays(CHRISTMAS, TUESDAY, at="2026-12-11 09:00")
    assert desk.closed("tokyo") == {CHRISTMAS, TUESDAY}
    assert desk.told()[1] == ()


def test_added_before_its_day_and_taken_off_after_it(desk: Desk) -> None:
    """It was a holiday, and no clearing up of the list undoes that."""
    desk.holidays(CHRISTMAS, BOXING, at="2026-12-10 09:00")
    desk.holidays(CHRISTMAS, date(2027, 12, 27), at="2027-01-10 09:00")
    assert desk.closed() == {CHRISTMAS, BOXING, date(2027, 12, 27)}


def test_a_list_that_was_broken_for_a_while(desk: Desk) -> None:
    """What cannot be read changes nothing; nor does it take away what was listed."""
    desk.holidays(CHRISTMAS, BOXING, at="2026-12-10 09:00")
    desk.edit(LIST, "dates: [", at="2026-12-11 09:00")
    assert desk.closed() == {CHRISTMAS, BOXING}
    desk.holidays(CHRISTMAS, BOXING, at="2027-01-10 09:00", note="# mended\n")
    assert desk.closed() == {CHRISTMAS, BOXING}
    assert desk.told()[1] == ()


def test_a_list_that_was_deleted_and_came_back_too_late(desk: Desk) -> None:
    """In between nothing was listed; what the opening commit had stays."""
    desk.holidays(CHRISTMAS, BOXING, at="2026-12-10 09:00")
    (desk.git_repo.root / LIST).unlink()
    desk.git_repo.git("commit", "-q", "-a", "-m", "Away", at=moment("2026-12-11 09:00"))
    assert desk.closed() == {CHRISTMAS}
    desk.holidays(CHRISTMAS, BOXING, at="2026-12-28 09:00")
    assert desk.closed() == {CHRISTMAS}
    assert {problem.line for problem in desk.told()[1]} == {5}


def test_a_clock_that_ran_back(desk: Desk) -> None:
    """A commit after one of the 28th is no earlier than that, whatever its own time says."""
    desk.holidays(CHRISTMAS, date(2027, 1, 1), at="2026-12-28 09:00")
    desk.holidays(CHRISTMAS, date(2027, 1, 1), BOXING, at="2026-12-20 09:00")
    assert desk.closed() == {CHRISTMAS, date(2027, 1, 1)}
    assert {problem.message[:10] for problem in desk.told()[1]} == {"2026-12-28"}


def test_dates_from_two_branches(desk: Desk) -> None:
    """Each branch added one; neither takes the other's away, and the merge says nothing new."""
    git_repo, start = desk.git_repo, desk.git_repo.head
    desk.holidays(CHRISTMAS, BOXING, at="2026-12-10 09:00")
    git_repo.git("checkout", "-q", "-b", "other", start)
    desk.holidays(CHRISTMAS, TUESDAY, at="2026-12-11 09:00")
    git_repo.git("merge", "-q", "--no-commit", "-s", "ours", "main")
    git_repo.write(LIST, bank(CHRISTMAS, BOXING, TUESDAY))
    git_repo.git("commit", "-q", "-a", "-m", "Both", at=moment("2027-01-10 09:00"))
    assert desk.closed("tokyo") == {CHRISTMAS, BOXING, TUESDAY}
    assert desk.told()[1] == ()


def test_a_branch_that_a_merge_made_superfluous(desk: Desk) -> None:
    """The date came late on the branch that went on, and in time on the one that was merged."""
    git_repo, start = desk.git_repo, desk.git_repo.head
    desk.holidays(CHRISTMAS, BOXING, at="2026-12-10 09:00")
    git_repo.git("checkout", "-q", "-b", "other", start)
    desk.holidays(CHRISTMAS, BOXING, at="2026-12-29 09:00")
    git_repo.git("merge", "-q", "-m", "Both", "main", at=moment("2026-12-30 09:00"))
    assert desk.closed() == {CHRISTMAS, BOXING}
    assert desk.told()[1] == ()


def test_a_new_list_of_old_dates_has_nothing_to_say(desk: Desk) -> None:
    """The pinned policy does not ask for it; and days that were over when the case was opened change nothing."""
    desk.edit("policies/holidays/other.yaml", bank(date(2026, 5, 1)).replace("bank", "other"), at="2026-12-10 09:00")
    desk.holidays(date(2026, 5, 1), CHRISTMAS, at="2026-12-10 09:00")
    terms, warnings = desk.told()
    assert (terms[0].policy.calendars["desk"].holidays, warnings) == ({CHRISTMAS}, ())


def test_each_step_that_pins_has_its_own_holidays(make_repo: MakeRepo) -> None:
    """What was too late for the opening was on the list when the case was moved."""
    newer = POLICY.replace('version: "1.0"', 'version: "2.0"').replace("2026-01-01", "2027-01-01")
    desk = desk_with(make_repo, {"policies/acme-desk/2.0.yaml": newer})
    desk.open(at="2026-12-01 10:00")
    desk.holidays(CHRISTMAS, BOXING, at="2026-12-28 09:00")
    desk.set(at="2026-12-28 10:00", policy="acme-desk/2.0")
    desk.holidays(CHRISTMAS, BOXING, date(2027, 1, 1), at="2026-12-30 09:00")
    first, second = (each.policy.calendars["desk"].holidays for each in desk.told()[0])
    assert first == {CHRISTMAS, date(2027, 1, 1)}
    assert second == {CHRISTMAS, BOXING, date(2027, 1, 1)}


@pytest.mark.parametrize("order", [(A, B), (B, A)])
def test_cases_agree_in_whatever_order_they_are_asked_about(desk: Desk, order: tuple[str, str]) -> None:
    """An older case and a younger one with the same list at their openings, which in between was another."""
    desk.holidays(CHRISTMAS, date(2026, 12, 7), at="2026-12-03 09:00")
    desk.holidays(CHRISTMAS, at="2026-12-09 09:00")
    desk.open(at="2026-12-10 10:00", name=B)
    desk.holidays(CHRISTMAS, BOXING, at="2026-12-11 09:00")
    with ObjectReader(desk.git_repo.repo) as reader:
        shelf = PolicyShelf(desk.git_repo.repo, reader, desk.git_repo.head)
        found = {name: desk.terms(shelf, name)[0].policy.calendars["desk"].holidays for name in order}
    assert found == {A: {CHRISTMAS, BOXING, date(2026, 12, 7)}, B: {CHRISTMAS, BOXING}}
    assert {name: desk.closed(name=name) for name in order} == found


def test_cases_with_the_same_holidays_share_their_policy(desk: Desk) -> None:
    desk.open(at="2026-12-02 10:00", name=B)
    desk.holidays(CHRISTMAS, BOXING, at="2026-12-10 09:00")
    with ObjectReader(desk.git_repo.repo) as reader:
        shelf = PolicyShelf(desk.git_repo.repo, reader, desk.git_repo.head)
        assert desk.terms(shelf, A)[0].policy is desk.terms(shelf, B)[0].policy


@pytest.fixture
def traced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git on the PATH that writes down how it was called and is git in all else."""
    trace, program = tmp_path / "calls", tmp_path / "bin" / "git"
    real = next(f"{folder}/git" for folder in os.environ["PATH"].split(":") if os.access(f"{folder}/git", os.X_OK))
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$@" >> "{trace}"\nexec "{real}" "$@"\n')
    program.chmod(0o755)
    trace.touch()
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    return trace


def logs_of_holidays(trace: Path) -> int:
    lines = trace.read_text().splitlines()
    assert lines, "nothing was traced"
    return sum(" log " in line and line.endswith("policies/holidays") for line in lines)


def test_no_history_is_read_while_the_lists_are_the_same(desk: Desk, traced: Path) -> None:
    """Other files of `policies/` may change as they like."""
    desk.edit("policies/staff.yaml", "staff: {}\n", at="2026-12-10 09:00")
    assert desk.closed() == {CHRISTMAS}
    assert logs_of_holidays(traced) == 0


def test_one_history_is_read_for_all_cases_with_the_same_lists(desk: Desk, traced: Path) -> None:
    for number in range(3):
        desk.open(at=f"2026-12-0{number + 2} 10:00", name=case_id(str(number)))
    desk.holidays(CHRISTMAS, BOXING, at="2026-12-10 09:00")
    with ObjectReader(desk.git_repo.repo) as reader:
        shelf = PolicyShelf(desk.git_repo.repo, reader, desk.git_repo.head)
        found = {desk.terms(shelf, name, FOREVER)[0].policy for name in (A, *map(case_id, "012"))}
    assert len(found) == 1
    assert logs_of_holidays(traced) == 1
