"""Who is on call at a moment: turns, swaps, gaps and clock changes, each against what a person would say."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casectl.model.calendar import Window, Windows
from casectl.model.instants import LAST_INSTANT, Instant, zone_named
from casectl.model.problems import UsageMistake
from casectl.model.recurrence import counts_out, first_time, last_time, parse_rule, shortest_step, times
from casectl.model.rota import Rota, Shift, begun_at, gaps, is_over, needed, on_duty, spells

HOUR, DAY = 3600, 86_400
WEEK = 7 * DAY


def local(text: str) -> datetime:
    return datetime.fromisoformat(text)


def at(text: str, zone: str = "America/Toronto") -> Instant:
    """`2026-11-02 08:00` on the wall clock of a zone."""
    return int(local(text).replace(tzinfo=zone_named(zone)).timestamp())


def utc(text: str) -> Instant:
    return at(text, "UTC")


def shift(who: str, begins: str, lasts: int, repeats: str = "", instead: bool = False) -> Shift:
    return Shift(who, local(begins), repeats, lasts, instead)


def rota(*shifts: Shift, zone: str = "America/Toronto", covers: tuple[Windows, ...] = ()) -> Rota:
    return Rota("experts", "Systems expert on call", zone, shifts, covers)


KIM = shift("kim", "2026-01-05 08:00", WEEK, "FREQ=WEEKLY;INTERVAL=2")
JO = shift("jo", "2026-01-12 08:00", WEEK, "FREQ=WEEKLY;INTERVAL=2")
SAM = shift("sam", "2026-12-24 08:00", 72 * HOUR, instead=True)
TURNS = rota(KIM, JO, SAM)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """What is promised to be quick, with room for a busy machine: the slow way took seconds, or for ever."""
    before = time.process_time()
    yield
    assert time.process_time() - before < seconds


class TestTurns:
    @pytest.mark.parametrize(
        ("moment", "who"),
        [
            ("2026-01-05 07:59", None),
            ("2026-01-05 08:00", "kim"),
            ("2026-01-12 07:59", "kim"),
            ("2026-01-12 08:00", "jo"),
            ("2026-01-19 08:00", "kim"),
            ("2026-11-23 12:00", "kim"),
            ("2026-11-30 12:00", "jo"),
        ],
    )
    def test_week_about(self, moment: str, who: str | None) -> None:
        assert on_duty(TURNS, at(moment)) == who

    def test_the_last_second_is_the_one_before_the_next_begins(self) -> None:
        handover = at("2026-01-12 08:00")
        assert [on_duty(TURNS, handover + second) for second in (-1, 0)] == ["kim", "jo"]

    def test_of_two_at_one_time_the_first_in_the_file(self) -> None:
        both = rota(shift("jo", "2026-01-05 10:00", 2 * HOUR), shift("kim", "2026-01-05 08:00", 8 * HOUR))
        assert spells(both, at("2026-01-05 00:00"), at("2026-01-06 00:00")) == [
            (at("2026-01-05 08:00"), at("2026-01-05 10:00"), "kim"),
            (at("2026-01-05 10:00"), at("2026-01-05 12:00"), "jo"),
            (at("2026-01-05 12:00"), at("2026-01-05 16:00"), "kim"),
        ]

    def test_who_goes_on_has_one_spell(self) -> None:
        alone = rota(shift("kim", "2026-01-05 08:00", DAY, "FREQ=DAILY"))
        window = at("2026-01-06 00:00"), at("2026-02-06 00:00")
        assert spells(alone, *window) == [(*window, "kim")]

    def test_spells_end_where_one_stops_looking(self) -> None:
        since, until = at("2026-01-07 00:00"), at("2026-01-14 00:00")
        handover = at("2026-01-12 08:00")
        assert spells(TURNS, since, until) == [(since, handover, "kim"), (handover, until, "jo")]


class TestSwaps:
    @pytest.mark.parametrize(
        ("moment", "who"),
        [
            ("2026-12-24 07:59", "kim"),
            ("2026-12-24 08:00", "sam"),
            ("2026-12-27 07:59", "sam"),
            ("2026-12-27 08:00", "kim"),
        ],
    )
    def test_one_takes_the_place_of_whoever_is_on(self, moment: str, who: str) -> None:
        assert on_duty(TURNS, at(moment)) == who
        assert on_duty(rota(SAM, KIM, JO), at(moment)) == who

    def test_of_two_swaps_the_first_in_the_file(self) -> None:
        second = shift("lee", "2026-12-25 08:00", DAY, instead=True)
        assert on_duty(rota(KIM, JO, SAM, second), at("2026-12-25 12:00")) == "sam"
        assert on_duty(rota(KIM, JO, second, SAM), at("2026-12-25 12:00")) == "lee"


class TestClockChanges:
    """Toronto goes back on 2026-11-01 at 02:00 and forward on 2026-03-08 at 02:00."""

    @pytest.mark.parametrize(
        ("monday", "seconds"),
        [("2026-10-26", WEEK + HOUR), ("2026-03-02", WEEK - HOUR), ("2026-06-01", WEEK)],
    )
    def test_a_week_ends_at_the_same_time_of_day(self, monday: str, seconds: int) -> None:
        week = rota(shift("kim", f"{monday} 08:00", WEEK))
        begins = at(f"{monday} 08:00")
        assert spells(week, begins - DAY, begins + 9 * DAY) == [(begins, begins + seconds, "kim")]

    def test_turns_leave_no_gap_in_years(self) -> None:
        assert gaps(TURNS, at("2026-01-05 08:00"), at("2034-01-05 08:00")) == []

    def test_a_time_that_comes_twice_is_its_first(self) -> None:
        night = rota(shift("kim", "2026-11-01 01:30", HOUR))
        assert spells(night, at("2026-10-31 00:00"), at("2026-11-02 00:00")) == [
            (utc("2026-11-01 05:30"), utc("2026-11-01 07:30"), "kim")
        ]

    def test_a_time_that_is_left_out_moves_on(self) -> None:
        night = rota(shift("kim", "2026-03-08 02:30", 2 * HOUR))
        assert spells(night, at("2026-03-07 00:00"), at("2026-03-09 00:00")) == [
            (utc("2026-03-08 07:30"), utc("2026-03-08 08:30"), "kim")
        ]

    def test_an_hour_that_is_left_out_is_nobody_s(self) -> None:
        hour = rota(shift("kim", "2026-03-08 02:30", HOUR))
        assert spells(hour, at("2026-03-07 00:00"), at("2026-03-09 00:00")) == []


class TestGaps:
    DAYS = rota(shift("kim", "2026-01-05 08:00", 10 * HOUR, "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"))

    def test_between_shifts_and_at_both_ends(self) -> None:
        assert gaps(self.DAYS, at("2026-01-08 00:00"), at("2026-01-10 00:00")) == [
            (at("2026-01-08 00:00"), at("2026-01-08 08:00")),
            (at("2026-01-08 18:00"), at("2026-01-09 08:00")),
            (at("2026-01-09 18:00"), at("2026-01-10 00:00")),
        ]

    def test_only_where_somebody_is_needed(self) -> None:
        asked = [(at("2026-01-08 17:00"), at("2026-01-08 19:00")), (at("2026-01-08 09:00"), at("2026-01-08 12:00"))]
        assert gaps(self.DAYS, at("2026-01-08 00:00"), at("2026-01-10 00:00"), asked) == [
            (at("2026-01-08 18:00"), at("2026-01-08 19:00"))
        ]
        assert gaps(self.DAYS, at("2026-01-08 00:00"), at("2026-01-10 00:00"), []) == []

    def test_hours_that_are_covered(self) -> None:
        evenings: tuple[Windows, ...] = ((Window(17 * HOUR, DAY),),) * 5 + ((Window(0, DAY),),) * 2
        thursday, saturday = at("2026-01-08 00:00"), at("2026-01-10 06:00")
        days = rota(*self.DAYS.shifts, covers=evenings)
        assert needed(days, thursday, saturday) == [
            (at("2026-01-08 17:00"), at("2026-01-09 00:00")),
            (at("2026-01-09 17:00"), saturday),
        ]
        assert gaps(days, thursday, saturday, needed(days, thursday, saturday)) == [
            (at("2026-01-08 18:00"), at("2026-01-09 00:00")),
            (at("2026-01-09 18:00"), saturday),
        ]

    def test_a_night_that_is_covered_begins_the_evening_before(self) -> None:
        night = rota(KIM, covers=((Window(22 * HOUR, 30 * HOUR),),) * 7)
        assert needed(night, at("2026-01-08 02:00"), at("2026-01-08 23:00")) == [
            (at("2026-01-08 02:00"), at("2026-01-08 06:00")),
            (at("2026-01-08 22:00"), at("2026-01-08 23:00")),
        ]

    def test_nobody_is_needed_before_a_rota_begins(self) -> None:
        assert begun_at(TURNS) == at("2026-01-05 08:00")
        assert needed(TURNS, at("2025-12-01 00:00"), at("2026-02-01 00:00")) == [
            (at("2026-01-05 08:00"), at("2026-02-01 00:00"))
        ]
        assert needed(TURNS, at("2025-12-01 00:00"), at("2026-01-01 00:00")) == []

    def test_a_rota_is_over_when_all_of_its_shifts_are(self) -> None:
        ends = shift("jo", "2026-01-12 08:00", WEEK, "FREQ=WEEKLY;COUNT=2")
        assert [is_over(rota(SAM, ends), at(f"2026-12-27 0{hour}:00")) for hour in (7, 8)] == [False, True]
        assert not is_over(TURNS, at("2099-01-01 00:00"))


class TestRules:
    @pytest.mark.parametrize(
        ("begins", "rule", "found"),
        [
            ("2026-01-31 08:00", "FREQ=MONTHLY", "01-31 03-31 05-31 07-31 08-31 10-31 12-31"),
            ("2026-01-01 08:00", "FREQ=MONTHLY;BYMONTHDAY=-1;UNTIL=20260331", "01-31 02-28 03-31"),
            ("2026-01-01 08:00", "FREQ=MONTHLY;BYDAY=-1FR;COUNT=3", "01-30 02-27 03-27"),
            ("2026-01-01 08:00", "FREQ=MONTHLY;INTERVAL=5;BYDAY=1MO", "01-05 06-01 11-02"),
            ("2026-01-01 08:00", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;UNTIL=20260301", "01-30 02-27"),
            ("2026-01-07 08:00", "FREQ=WEEKLY;INTERVAL=20;BYDAY=MO,FR", "01-09 05-25 05-29 10-12 10-16"),
            ("2026-01-04 08:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU;COUNT=4", "01-04 01-05 01-18 01-19"),
            ("2026-01-04 08:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=MO;COUNT=4", "01-04 01-12 01-18 01-26"),
            ("2026-01-05 08:00", "FREQ=WEEKLY;BYMONTH=2", "02-02 02-09 02-16 02-23"),
            ("2026-01-01 08:00", "FREQ=DAILY;INTERVAL=100", "01-01 04-11 07-20 10-28"),
            ("2026-01-01 08:00", "FREQ=DAILY;BYMONTH=3,5;BYMONTHDAY=1,-1", "03-01 03-31 05-01 05-31"),
            ("2026-01-01 08:00", "FREQ=DAILY;BYDAY=SA;BYMONTH=2", "02-07 02-14 02-21 02-28"),
            ("2024-02-29 08:00", "FREQ=YEARLY", ""),
            ("2025-12-24 08:00", "FREQ=YEARLY", "12-24"),
            ("2025-01-24 08:00", "FREQ=YEARLY;BYMONTH=6,7", "06-24 07-24"),
            ("2025-01-01 08:00", "FREQ=YEARLY;BYDAY=20MO", "05-18"),
            ("2026-01-01 08:00", "FREQ=DAILY;UNTIL=20260103T075959", "01-01 01-02"),
            ("2026-01-01 08:00", "FREQ=DAILY;UNTIL=20260103", "01-01 01-02 01-03"),
        ],
    )
    def test_the_days_of_2026(self, begins: str, rule: str, found: str) -> None:
        year = times(local(begins), rule, local("2026-01-01 00:00"), local("2026-12-31 23:59"))
        assert [f"{moment:%m-%d}" for moment in year if moment.hour == 8] == found.split()

    @settings(max_examples=60)
    @given(
        freq=st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
        interval=st.integers(1, 5),
        more=st.sampled_from(["", ";BYDAY=MO,FR", ";BYMONTH=1,6,9", ";BYDAY=SU;WKST=SU", ";COUNT=40"]),
        begins=st.datetimes(datetime(2001, 1, 1), datetime(2003, 1, 1)),
        later=st.integers(0, 4000),
    )
    def test_whoever_comes_in_later_finds_the_same(
        self, freq: str, interval: int, more: str, begins: datetime, later: int
    ) -> None:
        """As dateutil counts from the first time on."""
        from dateutil.rrule import rrulestr

        begins = begins.replace(second=0, microsecond=0)
        first, last = begins + timedelta(days=later), begins + timedelta(days=later + 400)
        rule = f"FREQ={freq};INTERVAL={interval}{more}"
        expected = rrulestr(rule, dtstart=begins).between(first, last, inc=True)
        assert list(times(begins, rule, first, last)) == expected

    @pytest.mark.parametrize(
        "rule",
        [
            "FREQ=YEARLY;BYMONTHDAY=31;BYMONTH=2",
            "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2",
            "FREQ=DAILY;BYMONTHDAY=31;BYMONTH=2",
            "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
            "FREQ=WEEKLY;INTERVAL=366;BYMONTH=2;UNTIL=20260301",
            "FREQ=MONTHLY;INTERVAL=12;BYMONTH=5",
            "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6",
            "FREQ=YEARLY;INTERVAL=366;BYDAY=5MO;BYMONTH=2",
            "FREQ=DAILY;UNTIL=20260104",
        ],
    )
    def test_what_never_happens_is_found_out_at_once(self, rule: str) -> None:
        begins = local("2026-01-05 08:00")
        never = rota(Shift("kim", begins, rule, HOUR))
        with within(0.2):
            assert first_time(begins, rule) is None
            assert on_duty(never, at("2035-01-01 08:30")) is None
            assert spells(never, at("2026-01-01 00:00"), at("2027-01-01 00:00")) == []

    @pytest.mark.parametrize("rule", ["FREQ=DAILY", "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "FREQ=MONTHLY;BYDAY=-1MO"])
    def test_a_rule_of_many_years_is_quick(self, rule: str) -> None:
        old = rota(shift("kim", "2000-01-03 08:00", 8 * HOUR, rule))
        on_duty(old, at("2026-11-30 09:00"))
        with within(0.05):
            assert on_duty(old, at("2026-11-30 09:00")) == "kim"

    def test_the_last_moments_that_can_be_written(self) -> None:
        assert on_duty(TURNS, LAST_INSTANT) in (None, "kim", "jo")
        assert on_duty(rota(KIM, JO, zone="Pacific/Kiritimati"), 0) is None

    def test_a_rule_that_counts_ends(self) -> None:
        begins = local("2026-01-05 08:00")
        assert last_time(begins, "FREQ=WEEKLY;COUNT=3") == local("2026-01-19 08:00")
        assert last_time(begins, "FREQ=WEEKLY") is None
        assert last_time(begins, "") == begins
        assert last_time(begins, "FREQ=WEEKLY;UNTIL=20991231") == local("2099-12-28 08:00")
        assert last_time(begins, "FREQ=YEARLY;BYMONTH=2;UNTIL=20400101") == local("2039-02-05 08:00")
        assert counts_out(begins, "FREQ=DAILY;COUNT=500")
        assert not counts_out(begins, "FREQ=DAILY;BYMONTHDAY=31;BYMONTH=2;COUNT=2")

    @pytest.mark.parametrize(
        ("rule", "hours", "step"),
        [
            ("FREQ=DAILY", 24, None),
            ("FREQ=DAILY", 25, 24),
            ("FREQ=WEEKLY;BYDAY=MO,TH", 72, None),
            ("FREQ=WEEKLY;BYDAY=MO,TH", 73, 72),
            ("FREQ=WEEKLY;INTERVAL=2", 336, None),
            ("FREQ=MONTHLY", 672, None),
            ("FREQ=MONTHLY;BYMONTHDAY=1,3", 49, 48),
            ("FREQ=YEARLY", 744, None),
            ("FREQ=DAILY;COUNT=1", 744, 24),
        ],
    )
    def test_how_soon_it_comes_again(self, rule: str, hours: int, step: int | None) -> None:
        found = shortest_step(local("2026-01-05 08:00"), rule, timedelta(hours=hours))
        assert found == (None if step is None else timedelta(hours=step))

    @pytest.mark.parametrize(
        ("rule", "message"),
        [
            ("", "'' is no recurrence rule"),
            ("weekly", "'weekly' is no recurrence rule"),
            ("FREQ=WEEKLY;", "'FREQ=WEEKLY;' is no recurrence rule"),
            ("RRULE:FREQ=WEEKLY", "a rule cannot say 'RRULE:FREQ'"),
            ("INTERVAL=2", "'INTERVAL=2' does not say FREQ"),
            ("FREQ=HOURLY", "FREQ cannot be 'HOURLY'"),
            ("FREQ=WEEKLY;FREQ=DAILY", "FREQ stands twice"),
            ("FREQ=WEEKLY;BYHOUR=8", "a rule cannot say 'BYHOUR'"),
            ("FREQ=WEEKLY;INTERVAL=0", "INTERVAL cannot be '0'"),
            ("FREQ=WEEKLY;INTERVAL=367", "INTERVAL cannot be '367'"),
            ("FREQ=WEEKLY;INTERVAL=1,2", "INTERVAL cannot be '1,2'"),
            ("FREQ=WEEKLY;COUNT=501", "COUNT cannot be '501'"),
            ("FREQ=WEEKLY;BYDAY=XX", "BYDAY cannot be 'XX'"),
            ("FREQ=MONTHLY;BYDAY=0MO", "BYDAY cannot be '0MO'"),
            ("FREQ=MONTHLY;BYDAY=6MO", "no weekday comes more than five times in a month"),
            ("FREQ=YEARLY;BYDAY=-53MO;BYMONTH=2", "no weekday comes more than five times in a month"),
            ("FREQ=YEARLY;BYDAY=54MO", "BYDAY cannot be '54MO'"),
            ("FREQ=WEEKLY;BYDAY=1MO", "BYDAY=1MO needs months or years"),
            ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY cannot be '32'"),
            ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY cannot be '0'"),
            ("FREQ=YEARLY;BYMONTH=13", "BYMONTH cannot be '13'"),
            ("FREQ=YEARLY;BYMONTH=-1", "BYMONTH cannot be '-1'"),
            ("FREQ=WEEKLY;BYMONTHDAY=1", "FREQ=WEEKLY takes no BYMONTHDAY"),
            ("FREQ=WEEKLY;BYDAY=MO;BYSETPOS=2", "FREQ=WEEKLY takes no BYSETPOS"),
            ("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS needs days"),
            ("FREQ=WEEKLY;WKST=1MO", "WKST cannot be '1MO'"),
            ("FREQ=WEEKLY;COUNT=2;UNTIL=20261231", "COUNT or UNTIL, not both"),
            ("FREQ=WEEKLY;UNTIL=20261331", "UNTIL cannot be '20261331'"),
            ("FREQ=WEEKLY;UNTIL=99991231", "UNTIL cannot be '99991231'"),
            ("FREQ=WEEKLY;UNTIL=20261231T080000Z", "UNTIL cannot be '20261231T080000Z'"),
            ("FREQ=WEEKLY;BYDAY=" + ",".join(["MO"] * 100), "a rule of 317 characters is too long"),
        ],
    )
    def test_what_is_no_rule(self, rule: str, message: str) -> None:
        with pytest.raises(UsageMistake) as refused:
            parse_rule(rule)
        assert message in refused.value.message
        assert refused.value.hint


RULES = (
    " FREQ=DAILY FREQ=DAILY;INTERVAL=3 FREQ=WEEKLY FREQ=WEEKLY;BYDAY=MO,WE FREQ=WEEKLY;COUNT=9 FREQ=MONTHLY;BYDAY=-1FR "
    "FREQ=MONTHLY;BYMONTHDAY=31 FREQ=YEARLY FREQ=DAILY;UNTIL=20261101"
).split(" ")
IN_2026 = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)).map(
    lambda each: each.replace(second=0, microsecond=0)
)
shifts = st.builds(
    Shift,
    st.sampled_from(["kim", "jo", "sam"]),
    IN_2026,
    st.sampled_from(RULES),
    st.integers(1, 24 * 60).map(lambda minutes: minutes * 60),
    st.booleans(),
)


@settings(max_examples=60, deadline=None)
@given(
    of=st.lists(shifts, max_size=5),
    zone=st.sampled_from(["America/Toronto", "Europe/London", "Australia/Lord_Howe", "UTC", "Pacific/Apia"]),
    since=IN_2026.map(lambda each: int(each.replace(tzinfo=UTC).timestamp())),
    days=st.integers(1, 60),
    shares=st.lists(st.floats(0, 1, exclude_max=True), min_size=5, max_size=20),
)  # fmt: skip
def test_spells_and_gaps_say_what_on_duty_says(
    of: list[Shift], zone: str, since: Instant, days: int, shares: list[float]
) -> None:
    """At random moments, and at both sides of every edge; together they fill the time, and nothing twice."""
    drawn, until = rota(*of, zone=zone), since + days * DAY
    on, off = spells(drawn, since, until), gaps(drawn, since, until)
    parts = sorted([(begins, ends, who) for begins, ends, who in on] + [(*gap, None) for gap in off])
    edges = [since, *(edge for begins, ends, _ in parts for edge in (begins, ends))]
    assert [edge for begins, ends, _ in parts for edge in (begins, ends)] == sorted(edges[1:])
    assert all(before[1] == after[0] for before, after in pairwise(parts))
    assert (parts[0][0], parts[-1][1]) == (since, until)
    moments = [since + int(share * days * DAY) for share in shares] + [edge - late for edge in edges for late in (0, 1)]
    for moment in moments:
        if since <= moment < until:
            (said,) = [who for begins, ends, who in parts if begins <= moment < ends]
            assert said == on_duty(drawn, moment)
