"""Rotas as `policies/staff.yaml` says them: what is read, every mistake with its line, and what the check finds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import pytest

from casectl.model.calendar import Window
from casectl.model.people_reader import read_staff
from casectl.model.problems import Problem
from casectl.model.rota import Rota, Shift
from casectl.model.rota_check import check_rotas
from casectl.model.rota_reader import read_rotas
from tests.model.one_policy import changed, tree

PATH = "policies/staff.yaml"
TODAY = date(2026, 11, 27)

STAFF = """\
staff:
  kim: {name: Kim, mail: kim@example.com}
  jo: {name: Jo, mail: jo@example.com}
  sam: {name: Sam, mail: sam@example.com}
rotas:
  experts:
    label: Systems expert on call
    zone: America/Toronto
    shifts:
    - {who: kim, begins: "2026-01-05 08:00", repeats: FREQ=WEEKLY;INTERVAL=2, lasts: 168h}
    - {who: jo, begins: "2026-01-12 08:00", repeats: FREQ=WEEKLY;INTERVAL=2, lasts: 168h}
    - {who: sam, begins: "2026-12-24 08:00", lasts: 72h, instead: true}
  nights:
    zone: Europe/London
    covers: {mon-fri: "17:00-24:00", "sat,sun": "00:00-24:00"}
    shifts:
    - {who: sam, begins: "2026-01-05 17:00", repeats: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", lasts: 7h}
    - {who: jo, begins: "2026-01-10 00:00", repeats: FREQ=WEEKLY, lasts: 48h}
"""


def read(text: str = STAFF) -> tuple[Mapping[str, Rota], tuple[Problem, ...]]:
    staff, _ = read_staff(tree(text), PATH)
    return read_rotas(tree(text), PATH, staff)


def check(text: str = STAFF, today: date = TODAY) -> tuple[Problem, ...]:
    rotas, problems = read(text)
    assert problems == ()
    return check_rotas(rotas, PATH, today)


def test_rotas() -> None:
    rotas, problems = read()
    assert problems == read_staff(tree(STAFF), PATH)[1] == ()
    every_other = "FREQ=WEEKLY;INTERVAL=2"
    assert rotas["experts"] == Rota(
        "experts",
        "Systems expert on call",
        "America/Toronto",
        (
            Shift("kim", datetime(2026, 1, 5, 8), every_other, 604_800, line=10),
            Shift("jo", datetime(2026, 1, 12, 8), every_other, 604_800, line=11),
            Shift("sam", datetime(2026, 12, 24, 8), "", 259_200, instead=True, line=12),
        ),
        line=6,
    )
    nights = rotas["nights"]
    assert (nights.label, nights.line) == ("nights", 13)
    assert nights.covers == ((Window(61_200, 86_400),),) * 5 + ((Window(0, 86_400),),) * 2


def test_a_staff_without_rotas() -> None:
    assert read(STAFF.partition("rotas:")[0]) == ({}, ())
    assert read(STAFF.partition("rotas:")[0] + "rotas:\n") == ({}, ())
    assert check() == ()


JO_LEAVES_EARLY = changed("lasts: 168h}\n    - {who: sam", "lasts: 120h}\n    - {who: sam", STAFF)
"""On Saturdays."""

MISTAKES = [
    ("who: kim", "who: kin", 10, "rota 'experts', shift 1: 'kin' is not on the staff", "did you mean 'kim'?"),
    ("who: kim, ", "", 10, "rota 'experts', shift 1 lacks 'who'", "its fields are: who, begins"),
    ("who: kim", "who: [kim]", 10, "'who' must be one value, not a list", None),
    ("2026-01-05 08:00", "5 January", 10, "shift 1: '5 January' is no beginning", '"2026-01-05 08:00"'),
    ("2026-01-05 08:00", "2026-02-30 08:00", 10, "'2026-02-30 08:00' is no beginning", '"2026-01-05 08:00"'),
    ("2026-01-05 08:00", "2026-01-05 24:00", 10, "'2026-01-05 24:00' is no beginning", '"2026-01-05 08:00"'),
    ("2026-01-05 08:00", "2026-01-05 08:00+01:00", 10, "is no beginning", '"2026-01-05 08:00"'),
    ("2026-01-05 08:00", "1999-12-31 08:00", 10, "'1999-12-31 08:00' is out of reach", "a day from 2000 to 2100"),
    ("2026-01-05 08:00", "2101-01-01 08:00", 10, "'2101-01-01 08:00' is out of reach", "a day from 2000 to 2100"),
    ('kim, begins: "2026-01-05 08:00"', "kim", 10, "rota 'experts', shift 1 lacks 'begins'", "its fields"),
    ("FREQ=WEEKLY;INTERVAL=2, lasts: 168h}\n    - {who: jo", "weekly, lasts: 168h}\n    - {who: jo", 10,
     "rota 'experts', shift 1: 'weekly' is no recurrence rule", "FREQ=WEEKLY;INTERVAL=2"),
    ("MO,TU,WE,TH,FR", "MO,TU,WE,TH,FRI", 17, "rota 'nights', shift 1: BYDAY cannot be 'FRI'", "MO TU WE"),
    ("FREQ=WEEKLY, lasts: 48h", "FREQ=WEEKLI, lasts: 48h", 18, "FREQ cannot be 'WEEKLI'", "did you mean 'WEEKLY'?"),
    ("FREQ=WEEKLY, lasts: 48h", "FREQ=WEEKLY;UNTIL=20260109, lasts: 48h", 18,
     "'FREQ=WEEKLY;UNTIL=20260109' never happens from 2026-01-10 on", "BYMONTHDAY=-1"),
    ("FREQ=WEEKLY, lasts: 48h", "FREQ=YEARLY;BYMONTHDAY=31;BYMONTH=2, lasts: 48h", 18,
     "'FREQ=YEARLY;BYMONTHDAY=31;BYMONTH=2' never happens", "BYMONTHDAY=-1"),
    ("FREQ=WEEKLY, lasts: 48h", "FREQ=YEARLY;COUNT=500, lasts: 48h", 18, "does not come to its last time", "UNTIL="),
    ("FREQ=WEEKLY, lasts: 48h", "FREQ=WEEKLY, lasts: 169h", 18,
     "rota 'nights', shift 2: it lasts longer than the 168h until it comes again", "lasts: 168h at most"),
    ("lasts: 7h", "lasts: 25h", 17, "shift 1: it lasts longer than the 24h until it comes again", "lasts: 24h at most"),
    ("lasts: 72h, ", "", 12, "rota 'experts', shift 3 lacks 'lasts'", "its fields"),
    ("lasts: 72h", "lasts: 3d", 12, "rota 'experts', shift 3: it cannot last '3d'", "by the wall clock"),
    ("lasts: 72h", "lasts: 3wd", 12, "shift 3: it cannot last '3wd'", "by the wall clock"),
    ("lasts: 72h", "lasts: 0h", 12, "shift 3: it cannot last '0h'", "by the wall clock"),
    ("lasts: 72h", "lasts: 745h", 12, "rota 'experts', shift 3: '745h' is too long", "744h at most"),
    ("lasts: 72h", "lasts: ", 12, "'lasts' must be one value, not nothing", None),
    ("instead: true", "instead: yes", 12, "'instead' must be true or false", None),
    ("instead: true", "insted: true", 12, "shift 3: unknown field 'insted'", "did you mean 'instead'?"),
    ("America/Toronto", "Toronto", 8, "unknown time zone 'Toronto'", "America/Toronto"),
    ("    zone: America/Toronto\n", "", 7, "rota 'experts' lacks 'zone'", "its fields"),
    ("    zone: Europe/London\n", "    zone: Europe/London\n    shift: []\n", 15,
     "rota 'nights': unknown field 'shift'", "did you mean 'shifts'?"),
    ("17:00-24:00", "17-24", 15, "rota 'nights', covers: '17-24' are no hours", "08:00-18:00"),
    ("mon-fri:", "mon-fry:", 15, "rota 'nights', covers: 'mon-fry' is no day of the week", "mon tue wed"),
    ('{mon-fri: "17:00-24:00", "sat,sun": "00:00-24:00"}', "{mon: closed}", 15, "rota 'nights', covers never opens",
     "08:00-18:00"),
    ('mon-fri: "17:00-24:00"', 'mon-fri: "17:00-24:00, 18:00-19:00"', 15,
     "covers: the windows of mon overlap", "midnight"),
    ("  experts:", "  Experts:", 6, "'Experts' is no name for a rota", "small letters"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "message", "hint"), MISTAKES, ids=[row[3] for row in MISTAKES])
def test_a_mistake_takes_its_own_rota_and_no_other(
    old: str, new: str, line: int, message: str, hint: str | None
) -> None:
    rotas, problems = read(changed(old, new, STAFF))
    found = [problem for problem in problems if message in problem.message]
    assert [problem.line for problem in found] == [line], problems
    assert (hint or "") in (found[0].hint or "")
    assert not any(problem.warning for problem in problems)
    assert len(rotas) == 1 or "Experts" in new


@pytest.mark.parametrize("shifts", ["", " []", " {who: kim}", " kim"])
def test_a_rota_needs_shifts(shifts: str) -> None:
    head, _, rest = STAFF.partition("    shifts:\n")
    rotas, problems = read(f"{head}    shifts:{shifts}\n  nights:{rest.partition('  nights:')[2]}")
    assert list(rotas) == ["nights"]
    assert [(problem.line, problem.message) for problem in problems] == [(9, "rota 'experts' has no list of shifts")]
    rotas, problems = read(f"{head}  nights:{rest.partition('  nights:')[2]}")
    assert list(rotas) == ["nights"]
    assert [(problem.line, problem.message) for problem in problems] == [(7, "rota 'experts' lacks 'shifts'")]


@pytest.mark.parametrize("entry", ["", " []", " soon"])
def test_a_rota_is_a_mapping(entry: str) -> None:
    rotas, problems = read(f"{STAFF}  later:{entry}\n")
    assert list(rotas) == ["experts", "nights"]
    assert [problem.line for problem in problems] == [19]


def test_somebody_whose_own_entry_has_a_mistake() -> None:
    rotas, problems = read(changed("sam@example.com", "sam at example", STAFF))
    assert not rotas
    assert [(problem.line, problem.message, problem.hint) for problem in problems] == [
        (12, "rota 'experts', shift 3: the entry of 'sam' has a mistake", "mend that first"),
        (17, "rota 'nights', shift 1: the entry of 'sam' has a mistake", "mend that first"),
    ]


def shifts(number: int) -> str:
    return '    - {who: kim, begins: "2026-01-05 08:00", lasts: 1h}\n' * number


def test_more_than_anybody_can_be_on_call_for() -> None:
    empty = STAFF.partition("  nights:")[0]
    many = empty + f"  many:\n    zone: UTC\n    shifts:\n{shifts(201)}"
    rotas, problems = read(many)
    assert list(rotas) == ["experts"]
    assert [(problem.line, problem.message) for problem in problems] == [(16, "rota 'many': 201 shifts are too many")]
    three = "".join(f"  r{n}:\n    zone: UTC\n    shifts:\n{shifts(200)}" for n in range(3))
    rotas, problems = read(empty + three)
    assert (dict(rotas), [problem.message for problem in problems]) == ({}, ["603 shifts are too many"])
    rotas, problems = read(STAFF + "".join(f"  r{n}: {{}}\n" for n in range(49)))
    assert (dict(rotas), [problem.message for problem in problems]) == ({}, ["51 rotas are too many"])


class TestCheck:
    """As of Friday, 27 November 2026; Kim's week is the one from the 23rd."""

    def test_a_gap_is_told_in_one_line_on_the_wall_clock_of_the_rota(self) -> None:
        (problem,) = check(JO_LEAVES_EARLY)
        assert (problem.path, problem.line, problem.warning) == (PATH, 6, False)
        assert problem.message == (
            "rota 'experts': nobody is on from Sat 2026-12-05 08:00 to Mon 2026-12-07 08:00 EST "
            "(and 5 more gaps before 2027-02-27)"
        )
        hint = "add a shift for it in policies/staff.yaml, or say when somebody must be on: covers: {mon-fri: "
        assert problem.hint == f'{hint}"08:00-18:00"}}'

    def test_how_many_gaps_more(self) -> None:
        """Nobody has the nights of weekdays before 18 February 2027, a Thursday; or before two of them."""
        late = changed('sam, begins: "2026-01-05 17:00"', 'sam, begins: "2027-02-18 17:00"', STAFF)
        for today, more in [(date(2026, 11, 21), "62 more gaps"), (date(2027, 2, 16), "1 more gap")]:
            (problem,) = check(late, today)
            assert f"(and {more} before " in problem.message
        (problem,) = check(late, date(2027, 2, 17))
        assert problem.message.endswith("nobody is on from Wed 2027-02-17 17:00 to Thu 2027-02-18 00:00 GMT")

    def test_the_clock_change_is_told_where_it_lies_between(self) -> None:
        later = changed('kim, begins: "2026-01-05 08:00"', 'kim, begins: "2027-01-04 08:00"', STAFF)
        (problem,) = check(later, date(2026, 10, 24))
        assert "nobody is on from Mon 2026-10-26 08:00 EDT to Mon 2026-11-02 08:00 EST (and 5 more" in problem.message

    def test_only_the_hours_that_are_covered(self) -> None:
        assert check() == ()
        (problem,) = check(changed('covers: {mon-fri: "17:00-24:00"', 'covers: {mon-fri: "16:30-24:00"', STAFF))
        assert "rota 'nights': nobody is on from Fri 2026-11-27 16:30 to Fri 2026-11-27 17:00 GMT" in problem.message
        (problem,) = check(changed('    covers: {mon-fri: "17:00-24:00", "sat,sun": "00:00-24:00"}\n', "", STAFF))
        assert "rota 'nights': nobody is on from Fri 2026-11-27 00:00 to Fri 2026-11-27 17:00 GMT" in problem.message

    def test_a_rota_that_begins_later_is_looked_at_from_then_on(self) -> None:
        assert check(today=date(2025, 6, 1)) == ()
        (problem,) = check(JO_LEAVES_EARLY, date(2025, 6, 1))
        first = "from Sat 2026-01-17 08:00 to Mon 2026-01-19 08:00 EST (and 5 more gaps before 2026-04-07)"
        assert problem.message == f"rota 'experts': nobody is on {first}"

    def test_a_rota_that_will_run_out(self) -> None:
        ends = STAFF.replace("FREQ=WEEKLY;INTERVAL=2", "FREQ=WEEKLY;INTERVAL=2;UNTIL=20261231")
        (problem,) = check(ends)
        assert problem.message == "rota 'experts': nobody is on from Mon 2027-01-04 08:00 EST on"
        assert check(ends, date(2026, 10, 1)) == ()

    def test_a_rota_that_has_run_out(self) -> None:
        ends = STAFF.replace("FREQ=WEEKLY;INTERVAL=2", "FREQ=WEEKLY;INTERVAL=2;COUNT=3")
        (problem,) = check(ends, date(2026, 12, 27))
        assert "nobody is on from Sun 2026-12-27 08:00 EST on" in problem.message
        (problem,) = check(ends, date(2026, 12, 28))
        assert problem.message == "rota 'experts' has run out: all of its shifts have ended"
        assert problem.hint == "add shifts to it in policies/staff.yaml, or take the rota out"
