"""Hostile policies, customers, staff, holidays: told at once with their line; nothing is founded or opened by them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import ACME, Terminal

SECONDS = 10
"""Of work for one command; most take a tenth of one. Some of these files took minutes."""
TEXT = ACME.read_text()
DESK = '  desk: {hours: {mon-fri: "08:00-18:00"}}\n'
FIRST_RULE = "    - {when: {priority: p1}, within: 30m}\n"
LONG = 100_000


def acme(old: str, new: str, text: str = TEXT) -> str:
    """The policy of the desk with something put in the place of something."""
    assert old in text
    return text.replace(old, new, 1)


def calendars(more: str) -> str:
    return acme(DESK, DESK + more)


def rows(key: str, number: int, then: str) -> str:
    """Rows of a list that each take cases of their own, and one for all others."""
    return "".join(f"    - {{when: {{{key}: s{n}}}, {then}}}\n" for n in range(number)) + f"    - {{{then}}}\n"


def unions(levels: int, wide: int) -> str:
    """Each level has so many unions of all those below it."""
    below = [f"a{n}" for n in range(wide)]
    text = "".join(f'  {name}: {{hours: {{mon: "08:00-18:00"}}}}\n' for name in below)
    for level in range(levels):
        names = [f"u{level}-{n}" for n in range(wide)]
        text += "".join(f"  {name}: {{union: [{', '.join(below)}]}}\n" for name in names)
        below = names
    return text


def days(number: int) -> list[str]:
    return [f"{date(1950, 1, 1) + timedelta(days=n)}" for n in range(number)]


def replaced(number: int) -> str:
    return calendars("  x:\n    replaced:\n" + "".join(f"      {day}: closed\n" for day in days(number)))


CHOICE = calendars("  support:\n    choose:\n" + rows("service", 400, "calendar: desk"))
TWO_CHOICES = acme(
    "targets:\n",
    "targets:\n  update: {start: opened, stop: update, calendar: support, days: other, within: 1h}\n",
    acme(DESK, f"{DESK}  other:\n    choose:\n" + rows("category", 400, "calendar: desk"), CHOICE),
)

POLICIES = {
    "brackets": (acme(DESK, f"  desk: {'[' * 20_000}\n"), 8, "nested too deeply"),
    "braces": (acme(DESK, f"  desk: {'{a: ' * 20_000}\n"), 8, "nested too deeply"),
    "tag": (acme("Acme support", "!!python/object/apply:os.system [true]"), 3, "tags are not read"),
    "alias-bomb": (f"{TEXT}a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", 44, "anchors are not read"),
    "merge-key": (f"{TEXT}<<: {{name: x}}\n", 44, "a key that is no text"),
    "directive": (f"%YAML 1.1\n---\n{TEXT}", 1, "directives are not read"),
    "duplicate-key": (f"{TEXT}name: Other\n", 44, "'name' is here a second time"),
    "megabyte": (f"{TEXT}# {'x' * 1_000_000}\n", 0, "larger than 256 KiB"),
    "control": (acme("Acme support", "Acme\x07"), 3, "a hidden character, U+0007"),
    "bidi": (acme("Acme support", "Acme\u202e"), 3, "a hidden character, U+202E"),
    "empty": ("", 0, "the file is empty"),
    "no-mapping": ("- a\n", 1, "must be a mapping"),
    "zone-upward": (acme("Europe/London", "../../etc/passwd"), 6, "unknown time zone '../../etc/passwd'"),
    "zone-absolute": (acme("Europe/London", "/etc/passwd"), 6, "unknown time zone '/etc/passwd'"),
    "zone-folder": (acme("Europe/London", "Europe"), 6, "unknown time zone 'Europe'"),
    "zone-two-lines": (acme("Europe/London", '"Europe/London\\n"'), 6, "unknown time zone 'Europe/London\\n'"),
    "zone-long": (acme("Europe/London", "A" * LONG), 6, f"unknown time zone '{'A' * 80}…'"),
    "desk-upward": (acme("desk: acme-desk", "desk: ../acme"), 1, "'../acme' is no desk"),
    "desk-hidden": (acme("desk: acme-desk", "desk: .git"), 1, "'.git' is no desk"),
    "desk-of-holidays": (acme("desk: acme-desk", "desk: holidays"), 1, "'holidays' is no desk"),
    "version-upward": (acme('"1.0"', '"../../../x"'), 2, "'../../../x' is no version"),
    "version-dots": (acme('"1.0"', '".."'), 2, "'..' is no version"),
    "version-of-customers": (acme('"1.0"', "customers"), 2, "'customers' is no version"),
    "version-long": (acme('"1.0"', "v" * 300), 2, f"'{'v' * 80}…' is no version"),
    "name-with-a-slash": (acme("request: {", "../request: {"), 15, "'../request' is no name for a type"),
    "list-upward": (acme(DESK, DESK.replace("}}", "}, holidays: ../../x}")), 8, "no readable holiday list '../../x'"),
    "figure": (acme("within: 30m", f'within: "{"9h" * LONG}"'), 34, f"'{'9h' * 40}…' is no figure"),
    "figure-of-spaces": (acme("within: 30m", f'within: "{" " * LONG}m"'), 34, "rule 1: '   "),
    "window": (acme("08:00-18:00", f"{' ' * LONG}x"), 8, "'x' are no hours"),
    "windows": (acme("08:00-18:00", "08:00-18:00," * 10_000 + "x"), 8, "'x' are no hours"),
    "day": (acme("2026-01-01", "2" * LONG), 5, f"'{'2' * 80}…' is no date"),
    "last-day": (acme(DESK, DESK.replace("}}", "}, replaced: {9999-12-31: closed}}")), 8, "9999-12-31 is out of reach"),
    "first-day": (acme("2026-01-01", "0001-01-01"), 5, "0001-01-01 is out of reach"),
    "replaced": (replaced(LONG), 0, "larger than 256 KiB"),
    "replaced-fewer": (replaced(2000), 11, "2000 entries in one place are too many"),
    "choose": (calendars("  support:\n    choose:\n" + rows("service", 2000, "calendar: desk")), 11, "2001 entries"),
    "choose-by-two": (TWO_CHOICES, 835, "target 'update': its rules, times the rows that"),
    "rubric": (acme("targets:\n", "rubric:\n    suggest:\n" + rows("service", 2000, "priority: p1") + "targets:\n"),
               30, "2001 entries in one place are too many"),
    "rules": (acme(FIRST_RULE, FIRST_RULE * 2000), 34, "2001 entries in one place are too many"),
    "unknown-keys": (TEXT + "".join(f"k{n}: x\n" for n in range(400)), 44, "unknown field 'k0'"),
    "among-warnings": (acme("30m", "soon", acme(DESK, DESK.replace("}}", f"}}, except: [{', '.join(days(400))}]}}"))),
                       34, "'soon' is no figure"),
    "unions": (calendars(unions(7, 10)), 29, "calendar 'u1-0' is a union of 100 calendars"),
}  # fmt: skip

CUSTOMERS = {
    "brackets": ("customers: " + "[" * 20_000, 1, "nested too deeply"),
    "tag": ("customers:\n  oakfield: {label: !!python/name:os.system x}\n", 2, "tags are not read"),
    "alias": ("customers:\n  a: &a {}\n  b: *a\n", 3, "aliases are not read"),
    "duplicate": ("customers:\n  oakfield: {}\n  oakfield: {}\n", 3, "'oakfield' is here a second time"),
    "slash": ("customers:\n  ../oakfield: {}\n", 2, "'../oakfield' is no name for a customer"),
    "zone": ("customers:\n  oakfield: {zone: ../../etc/passwd}\n", 2, "unknown time zone '../../etc/passwd'"),
    "figure": (f'customers:\n  oakfield: {{figures: {{ttr: "{"9h" * LONG}"}}}}\n', 2, "…' is no figure"),
    "control": ('customers:\n  oakfield: {label: "a\x1b[31m"}\n', 2, "a hidden character, U+001B"),
    "megabyte": (f"customers:\n  oakfield: {{label: {'x' * 1_000_000}}}\n", 0, "larger than 256 KiB"),
    "mistakes": ("customers:\n" + "".join(f"  c{n}: {{lbel: x}}\n" for n in range(2000)), 102, "1900 more like these"),
}
STAFF = {
    "brackets": ("staff: " + "[" * 20_000, 1, "nested too deeply"),
    "tag": ("staff:\n  sam: !!set {name: Sam, mail: sam@example.com}\n", 2, "tags are not read"),
    "mail": (f'staff:\n  sam: {{name: Sam, mail: "{"a@" * LONG}"}}\n', 2, "…' is no mail address"),
    "slash": ("staff:\n  a/b: {name: Sam, mail: sam@example.com}\n", 2, "'a/b' is no name for a person"),
    "duplicate": ("staff:\n  sam: {}\n  sam: {}\n", 3, "'sam' is here a second time"),
    "one-for-all": ("staff:\n" + "".join(f"  c{n}: {{name: x, mail: x@example.com}}\n" for n in range(1000)),
                    103, "899 more like these"),
}  # fmt: skip
HEAD = "name: uk\nyears: 2020-2030\n"
HOLIDAYS = {
    "brackets": (f"{HEAD}dates: {'[' * 20_000}", 3, "nested too deeply"),
    "tag": (f"{HEAD}dates: !!omap {{}}\n", 3, "tags are not read"),
    "duplicate": (f"{HEAD}dates:\n  2026-12-25: x\n  2026-12-25: y\n", 5, "'2026-12-25' is here a second time"),
    "name": (f"{HEAD.replace('uk', '../uk')}dates: {{}}\n", 1, "list '../uk' stands in a file named 'uk'"),
    "last-day": ("name: uk\nyears: 0001-9999\ndates: {9999-12-31: x}\n", 3, "9999-12-31 is out of reach"),
    "no-days": (f"{HEAD}dates:\n" + "".join(f"  x{n}: x\n" for n in range(2000)), 104, "1900 more like these"),
    "100,000-days": (f"{HEAD}dates:\n" + "".join(f"  {day}: x\n" for day in days(LONG)), 0, "larger than 256 KiB"),
}

Hostile = tuple[str, int, str]


@contextmanager
def at_once() -> Iterator[None]:
    began = time.process_time()
    yield
    assert time.process_time() - began < SECONDS


def told(said: str, path: str, hostile: Hostile) -> None:
    """The file is named with its line, in lines that a person can read, and not too many of them."""
    _, line, message = hostile
    where = f"{path}:{line}: " if line else f"{path}: "
    assert any(where in one and message in one for one in said.splitlines())
    assert max(map(len, said.splitlines())) < 800
    assert len(said.splitlines()) <= 210


def founding_refused(terminal: Terminal, policy: Path, path: Path, hostile: Hostile) -> None:
    """No repository is made of it."""
    with at_once():
        said = terminal.run("init", str(terminal.root), "--policy", str(policy), code=3)
    told(said.err, str(path), hostile)
    assert said.out == ""
    assert not terminal.root.exists()


@pytest.mark.parametrize("hostile", POLICIES.values(), ids=POLICIES)
def test_a_hostile_policy(terminal: Terminal, hostile: Hostile) -> None:
    path = terminal.home / "policy.yaml"
    path.write_text(hostile[0])
    with at_once():
        said = terminal.run("policy", "check", str(path), code=3)
    told(said.out, str(path), hostile)
    assert said.err == ""
    founding_refused(terminal, path, path, hostile)


@pytest.mark.parametrize(
    "name", ["brackets", "tag", "megabyte", "control", "zone-upward", "unions", "choose-by-two", "last-day"]
)
def test_no_case_is_opened_by_a_hostile_policy(desk: Terminal, name: str) -> None:
    """Nor does it take away what cases that were opened before it are judged by."""
    case = desk.open(at="10:00")
    (desk.root / "policies/acme-desk/1.0.yaml").write_text(POLICIES[name][0])
    desk.git("commit", "-qam", "hostile")
    with at_once():
        said = desk.run("open", "--title", "x", "--customer", "oakfield", code=3, at="10:10")
    told(said.err, "policies/acme-desk/1.0.yaml", POLICIES[name])
    assert (desk.files(), desk.git("log", "-1", "--format=%s")) == ("", "hostile\n")
    with at_once():
        assert desk.step("note", case, "-m", "x", at="10:11")["next_due"]["target"] == "response"


@pytest.mark.parametrize("hostile", CUSTOMERS.values(), ids=CUSTOMERS)
def test_hostile_customers(terminal: Terminal, hostile: Hostile) -> None:
    folder = terminal.home / "policies/acme-desk"
    folder.mkdir(parents=True)
    (folder / "1.0.yaml").write_text(TEXT)
    path = folder / "customers.yaml"
    path.write_text(hostile[0])
    with at_once():
        told(terminal.run("policy", "check", str(folder), code=3).out, str(path), hostile)
    founding_refused(terminal, folder / "1.0.yaml", path, hostile)


@pytest.mark.parametrize("hostile", STAFF.values(), ids=STAFF)
def test_hostile_staff(desk: Terminal, hostile: Hostile) -> None:
    """Nobody is known by it; a step warns of that, and is taken."""
    path = desk.root / "policies/staff.yaml"
    path.write_text(hostile[0])
    with at_once():
        told(desk.run("policy", "check", code=3).out, path.relative_to(desk.root).as_posix(), hostile)
    desk.git("commit", "-qam", "hostile")
    with at_once():
        assert desk.step("open", "--title", "x", "--customer", "oakfield", at="10:00")["warnings"]


@pytest.mark.parametrize("hostile", HOLIDAYS.values(), ids=HOLIDAYS)
def test_hostile_holidays(desk: Terminal, hostile: Hostile) -> None:
    """No calendar that closes on them can be read, so no case is opened by it."""
    policy = desk.root / "policies/acme-desk/1.0.yaml"
    policy.write_text(acme(DESK, DESK.replace("}}", "}, holidays: uk}")))
    path = desk.root / "policies/holidays/uk.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(hostile[0])
    with at_once():
        told(desk.run("policy", "check", code=3).out, path.relative_to(desk.root).as_posix(), hostile)
    desk.git("add", "-A")
    desk.git("commit", "-qm", "hostile")
    with at_once():
        said = desk.run("open", "--title", "x", "--customer", "oakfield", code=3, at="10:00")
    told(said.err, "policies/holidays/uk.yaml", hostile)
    assert (desk.files(), desk.git("log", "-1", "--format=%s")) == ("", "hostile\n")
    founding_refused(Terminal(desk.home, desk.home / "new", desk.monkeypatch), policy, path, hostile)


def test_as_much_as_a_policy_may_say(terminal: Terminal) -> None:
    """Hundreds of rows are warned of where they cannot all be tried, and judge a case at once."""
    used = CHOICE.replace("    calendar: desk\n    rules", "    calendar: support\n    rules")
    path = terminal.home / "policy.yaml"
    path.write_text(used)
    with at_once():
        assert "too many kinds of case" in terminal.run("policy", "check", str(path)).out
    with at_once():
        terminal.run("init", str(terminal.root), "--policy", str(path), at="08:00")
        assert terminal.step("open", "--title", "x", at="10:00")["next_due"]["target"] == "response"
