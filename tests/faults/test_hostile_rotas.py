"""Hostile rotas: refused at once with their line; the staff beside them still works, and nothing waits for ever."""

from __future__ import annotations

import pytest

from tests.cli.conftest import MAIL, Terminal
from tests.faults.test_hostile_policies import at_once

HEAD = f"""\
staff:
  sam: {{name: Sam, mail: {MAIL}}}
rotas:
  r:
    zone: UTC
    shifts:
"""
GOOD = '    - {who: sam, begins: "2020-01-01 00:00", repeats: FREQ=DAILY, lasts: 24h}\n'


def shift(**fields: str) -> str:
    written = {"who": "sam", "begins": "2026-01-05 08:00", "lasts": "1h"} | fields
    return "    - {" + ", ".join(f'{key}: "{value}"' for key, value in written.items()) + "}\n"


def repeating(rule: str) -> str:
    return HEAD + shift(repeats=rule)


def rotas(number: int, shifts: str) -> str:
    return HEAD + GOOD + "".join(f"  r{n}:\n    zone: UTC\n    shifts:\n{shifts}" for n in range(number))


HOSTILE = {
    "never-yearly": (repeating("FREQ=YEARLY;BYMONTHDAY=31;BYMONTH=2"), 7, "never happens from 2026-01-05 on"),
    "never-monthly": (repeating("FREQ=MONTHLY;BYMONTHDAY=30;BYMONTH=2"), 7, "never happens"),
    "never-daily": (repeating("FREQ=DAILY;BYMONTHDAY=31;BYMONTH=2"), 7, "never happens"),
    "never-by-interval": (repeating("FREQ=DAILY;INTERVAL=364;BYDAY=TU"), 7, "never happens"),
    "never-by-position": (repeating("FREQ=YEARLY;BYMONTH=1;BYDAY=MO;BYSETPOS=366"), 7, "never happens"),
    "hundred-nevers": (HEAD + shift(repeats="FREQ=DAILY;BYMONTHDAY=31;BYMONTH=2") * 200, 7, "never happens"),
    "every-second": (repeating("FREQ=SECONDLY"), 7, "FREQ cannot be 'SECONDLY'"),
    "by-second": (repeating("FREQ=DAILY;BYSECOND=0"), 7, "a rule cannot say 'BYSECOND'"),
    "by-easter": (repeating("FREQ=YEARLY;BYEASTER=0"), 7, "a rule cannot say 'BYEASTER'"),
    "rule-long": (repeating("FREQ=DAILY;BYMONTHDAY=" + "1," * 50_000 + "1"), 7, "characters is too long"),
    "rule-two-lines": (repeating("FREQ=DAILY\\nDTSTART:19970902T090000"), 7, "FREQ cannot be 'DAILY\\nDTSTART"),
    "rule-with-a-start": (repeating("DTSTART=19970902T090000;FREQ=DAILY"), 7, "a rule cannot say 'DTSTART'"),
    "interval-huge": (repeating("FREQ=DAILY;INTERVAL=" + "9" * 100), 7, "INTERVAL cannot be '9999"),
    "interval-other-digits": (repeating("FREQ=DAILY;INTERVAL=١"), 7, "INTERVAL cannot be"),
    "count-huge": (repeating("FREQ=DAILY;COUNT=100000"), 7, "COUNT cannot be '100000'"),
    "count-unreached": (repeating("FREQ=DAILY;BYMONTH=2;COUNT=500"), 7, "does not come to its last time"),
    "until-year-9999": (repeating("FREQ=DAILY;UNTIL=99991231"), 7, "UNTIL cannot be '99991231'"),
    "until-no-date": (repeating("FREQ=DAILY;UNTIL=00000000"), 7, "UNTIL cannot be '00000000'"),
    "week-beyond-its-month": (repeating("FREQ=YEARLY;BYDAY=53MO;BYMONTH=12"), 7, "no weekday comes more than five"),
    "begins-first-day": (HEAD + shift(begins="0001-01-01 00:00"), 7, "is out of reach"),
    "begins-last-day": (HEAD + shift(begins="9999-12-31 23:59"), 7, "is out of reach"),
    "begins-long": (HEAD + shift(begins="2" * 100_000), 7, "is no beginning"),
    "lasts-long": (HEAD + shift(lasts="999999h"), 7, "'999999h' is too long"),
    "lasts-pattern": (HEAD + shift(lasts="9h" * 50_000), 7, "it cannot last '9h9h"),
    "lasts-over-itself": (HEAD + shift(repeats="FREQ=DAILY;BYDAY=MO,WE", lasts="49h"), 7, "longer than the 48h"),
    "who-upward": (HEAD + shift(who="../sam"), 7, "'../sam' is not on the staff"),
    "who-control": (HEAD + shift(who="sam\\u202e"), 7, "is not on the staff"),
    "zone-upward": (HEAD.replace("UTC", "../../etc/passwd") + GOOD, 5, "unknown time zone '../../etc/passwd'"),
    "name-upward": (HEAD.replace("  r:", "  ../r:") + GOOD, 4, "'../r' is no name for a rota"),
    "covers": (HEAD.replace("UTC\n", f'UTC\n    covers: {{mon: "{"08:00-09:00," * 9000}x"}}\n') + GOOD, 6, "'x' are"),
    "shifts-201": (HEAD + GOOD * 201, 7, "201 shifts are too many"),
    "shifts-2000": (rotas(10, GOOD * 200), 4, "2001 shifts are too many"),
    "rotas-51": (rotas(50, GOOD), 4, "51 rotas are too many"),
    "shifts-nested": (HEAD + f"    - {'[' * 20_000}\n", 7, "nested too deeply"),
    "rotas-list": (HEAD.partition("rotas:")[0] + "rotas: [r]\n", 3, "must be a mapping"),
    "a-hidden-character": (HEAD + shift(repeats="FREQ=DAILY\u202e"), 7, "a hidden character, U+202E"),
    "one-minute-a-month": (HEAD + shift(repeats="FREQ=MONTHLY;BYDAY=-1MO", lasts="1m") * 200, 4, "nobody is on from"),
}  # fmt: skip


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_hostile_rotas(desk: Terminal, hostile: tuple[str, int, str]) -> None:
    text, line, message = hostile
    path = desk.root / "policies/staff.yaml"
    path.write_text(text)
    with at_once():
        said = desk.run("policy", "check", code=3, at="10:00")
    first = next(each for each in said.out.splitlines() if message in each)
    assert first.startswith(f"policies/staff.yaml:{line}: "), first
    assert len(said.out) < 100_000
    desk.git("commit", "-qam", "hostile")
    with at_once():
        assert desk.step("open", "--title", "x", "--customer", "oakfield", at="10:00")["id"]
    with at_once():
        desk.run("rota", code=3)
    with at_once():
        desk.run("rota", "r", "--days", "366", code=3)


DEAR = [
    "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12;COUNT=500",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=99",
    "FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=-366",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=SU",
    "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR",
]


@pytest.mark.parametrize("rule", DEAR)
def test_as_many_shifts_as_there_may_be(desk: Terminal, rule: str) -> None:
    """Each of them begun at another time, by a rule that is as dear as rules get."""
    lines = [shift(begins=f"20{n % 20:02}-01-01 {n // 60:02}:{n % 60:02}", repeats=rule) for n in range(499)]
    parts = ["".join(lines[at : at + 200]) for at in range(0, 499, 200)]
    text = HEAD + GOOD + "".join(f"  r{n}:\n    zone: UTC\n    shifts:\n{part}" for n, part in enumerate(parts))
    (desk.root / "policies/staff.yaml").write_text(text)
    desk.git("commit", "-qam", "hostile")
    with at_once():
        desk.run("policy", "check", code=3, at="10:00")
    with at_once():
        assert "sam" in desk.run("rota", "r", "--days", "366").out
    with at_once():
        desk.run("rota", "r0", "--days", "366", code=3)
