"""Every mistake of a policy file: said once, on its line, with a hint; all of them at once."""

from __future__ import annotations

import pytest

from tests.model.one_policy import ACME, PATH, changed, read

RESPONSE = "    within: 30m\n"
P1 = "within: 4h, goal: 2h, run_on: true"

MISTAKES = [
    # passage, what stands there instead, message, hint
    ("desk: acme-desk", "desk: acme", "desk 'acme' stands in the folder 'acme-desk'", "name both alike"),
    ("desk: acme-desk", "desk: Acme Desk", "'Acme Desk' is no desk", "small letters"),
    ('version: "1.0"', 'version: "1.1"', "version '1.1' stands in a file named '1.0'", "name the file 1.1.yaml"),
    ("name: Service desk of Acme", "nam: Service desk", "unknown field 'nam'", "did you mean 'name'?"),
    ("name: Service desk of Acme", "nam: Service desk", "the policy lacks 'name'", "its fields are"),
    ("name: Service desk of Acme", "name: [a, b]", "'name' must be one value, not a list", None),
    ("prefix: ACM", "prefix: acm", "'acm' is no prefix", "capital letters"),
    ("effective: 2020-10-01", "effective: 1 October 2020", "'1 October 2020' is no date", "2026-12-24"),
    ("effective: 2020-10-01", "effective: 2020-13-45", "'2020-13-45' is no date", None),
    ("effective: 2020-10-01", "effective: 20201001", "'20201001' is no date", None),
    ("zone: Europe/London\nclause", "zone: Europe/Londn\nclause", "unknown time zone 'Europe/Londn'", "IANA"),
    ("clause: ACM-00", "binding: yes", "'binding' must be true or false", None),
    ("clause: ACM-00", "clause: {a: b}", "'clause' must be one value or a list of values", None),
    ("  round-the-clock: 24x7", "  round-the-clock: 24/7", "calendar 'round-the-clock' must be 24x7", "write hours"),
    ("  round-the-clock: 24x7", "  round the clock: 24x7", "'round the clock' is no name for a calendar", "on-hold"),
    ("mon-thu: ", "mon-thr: ", "'mon-thr' is no day of the week", "mon tue wed"),
    ("mon-thu: ", "mon-fri: ", "fri has hours twice", "once"),
    ("08:00-12:00, 13:00-18:00", "8-12", "'8-12' are no hours", "08:00-18:00"),
    ("08:00-12:00, 13:00-18:00", "08:00-12:00, 13:00-25:00", "'13:00-25:00' are no hours", None),
    ("08:00-12:00, 13:00-18:00", "08:00-12:60", "'08:00-12:60' are no hours", None),
    ("08:00-12:00, 13:00-18:00", "09:00-09:00", "opens and closes at the same time", "00:00-24:00"),
    ("08:00-12:00, 13:00-18:00", "24:00-02:00", "'24:00-02:00' are no hours", None),
    ("08:00-12:00, 13:00-18:00", "08:00-13:00, 12:00-18:00", "the windows of mon overlap", None),
    ("08:00-12:00, 13:00-18:00", "08:00-12:00, 20:00-09:00", "the windows of mon overlap", "past midnight"),
    ('{2026-12-24: "08:00-12:00"}', '{24 December: "08:00-12:00"}', "'24 December' is no date", None),
    ('{"sat,sun": "22:00-06:00"}', "{}", "calendar 'watch' never opens", None),
    ('{"sat,sun": "22:00-06:00"}', "{sat: closed}", "calendar 'watch' never opens", None),
    ('hours: {"sat,sun": "22:00-06:00"}, ', "", "calendar 'watch' lacks 'hours'", None),
    ("zone: America/Toronto", "zone: Toronto", "unknown time zone 'Toronto'", None),
    ("holidays: acme", "holidays: acne", "no readable holiday list 'acne'", "did you mean 'acme'?"),
    ("except: [2026-12-28]", "except: [28.12.2026]", "'28.12.2026' is no date", None),
    ("{union: [desk, watch]}", "{union: [desk, wacth]}", "unknown calendar 'wacth'", "did you mean 'watch'?"),
    ("{union: [desk, watch]}", "{union: [desk]}", "a union needs two calendars or more", None),
    ("{union: [desk, watch]}", "{union: [desk, either]}", "the union goes in a circle: either > either", None),
    ("{union: [desk, watch]}", "{union: [desk, watch], hours: {}}", "unknown field 'hours'", None),
    ("email: {calendar: desk", "email: {calendar: dask", "unknown calendar 'dask'", "did you mean 'desk'?"),
    ("deemed: next-opening", "deemed: later", "unknown way to deem a receipt 'later'", "next-opening"),
    ("fault: {priority: p2}", "fault: {priority: p9}", "unknown priority 'p9'", "one of: p1, p2, p3"),
    ("fault: {priority: p2}", "fault: {}", "type 'fault' lacks 'priority'", None),
    ("fault: {priority: p2}", "fault: [p2]", "type 'fault' must be a mapping (`key: value`), not a list", None),
    ("p1: {label: Everything is down}", "p1: {lable: Down}", "unknown field 'lable'", "did you mean 'label'?"),
    ("phase: active", "phase: busy", "unknown phase 'busy'", "one of"),
    ("phase: new, to: [working", "phase: new, to: [workin", "unknown state 'workin'", "did you mean 'working'?"),
    ("waiting_for: {customer: the customer", "waiting_for: {customer: [a]", "'customer' must be one value", None),
    ('[response, "call:out"]', "[response, notice]", "unknown log kind 'notice'", "did you mean 'note'?"),
    ('[response, "call:out"]', '["note:out"]', "unknown log kind 'note:out'", None),
    ('responses: [response, "call:out"]\n', "", "uses 'responded', but `responses` does not say", "responses:"),
    ("status: open,", "status: new,", "unknown state 'new'", None),
    ("channel: phone}", "channel: fone}", "unknown channel 'fone'", "did you mean 'phone'?"),
    (", channel: phone}", "}", "defaults lacks 'channel'", None),
    ("  response:\n    start", "  respons:\n    start", "unknown target 'respons'", "did you mean 'response'?"),
    ("start: received", "start: recieved", "unknown anchor 'recieved'", "did you mean 'received'?"),
    ("start: received", "start: []", "'start' names no anchor", "received"),
    ("    start: received\n", "", "target 'response' lacks 'start'", None),
    (RESPONSE, "", "target 'response' promises no figure", "measured: true"),
    (RESPONSE, "    within: 2d\n", "'2d' is no figure", "2wd"),
    (RESPONSE, "    within: soon\n", "'soon' is no figure", "15m"),
    (RESPONSE, "    within: {case: ttr}\n", "unknown figure of a case 'ttr'", "update_every"),
    (RESPONSE, "    within: {customer: ttr, agreed: response}\n", "within names one record", None),
    (RESPONSE, "    within: {customer: TTR 1}\n", "'TTR 1' is no name for a customer's figure", None),
    (RESPONSE, "    within: 30m\n    rules: []\n", "rules must be a list", None),
    (RESPONSE, "    rules: [{when: {priority: p1}}]\n", "target 'response', rule 1 lacks 'within'", None),
    (P1, "within: 4h, goal: 5h", "the goal '5h' is not earlier than the limit", None),
    (P1, "within: 4h, goal: 4h", "the goal '4h' is not earlier than the limit", None),
    (P1, "within: 4h, goal: 1wd", "the goal '1wd' is of another kind than the limit", None),
    (P1, "within: {customer: ttr}, goal: 1h", "is of another kind than the limit", None),
    (P1, "within: 1wd, run_on: true", "run_on does not go with '1wd'", "run_on: false"),
    (P1, "within: 4h, measured: true", "unknown field 'measured'", None),
    ("{agreed: resolution}", "{agreed: resolutoin}", "unknown target 'resolutoin'", "did you mean 'resolution'?"),
    ("warn_at: 80%", "warn_at: 0.8", "warn_at cannot be '0.8'", "80%"),
    ("warn_at: 80%", "warn_at: 100%", "warn_at cannot be '100%'", None),
    ("pause: {waiting_for: [customer]}", "pause: {waiting_for: [custmer]}", "unknown one to wait for 'custmer'", "did"),
    ("pause: {waiting_for: [customer]}", "pause: customer", "pause must be a mapping", None),
    ("days: watch", "days: watches", "unknown calendar 'watches'", "did you mean 'watch'?"),
    ("on_change: from-change", "on_change: restart", "unknown on_change 'restart'", "from-"),
    ("on_reopen: continue", "on_reopen: continues", "unknown on_reopen 'continues'", "did you mean 'continue'?"),
    ("when: {priority: p1}", "when: {priority: p7}", "unknown priority 'p7'", None),
    ("when: {priority: p1}", "when: {prioritee: p1}", "unknown field 'prioritee'", "did you mean 'priority'?"),
    ("when: {priority: p1}", "when: {priority: []}", "'priority' lists nothing", "leave the key out"),
    ("reported: {in: desk}", "reported: {in: dusk}", "unknown calendar 'dusk'", None),
    ("reported: {in: desk}", "reported: {}", "reported lacks a calendar", None),
    ("repeat: true", 'repeat: "true"', "'repeat' must be true or false", None),
    ("types: [request], levels", "types: [requests], levels", "unknown type 'requests'", "did you mean 'request'?"),
    ("requests: {types: [request], ", "requests: {", "the types that no ladder names have two ladders", None),
    ("levels: [{name: Desk}]", "levels: []", "levels must be a list", None),
    ("levels: [{name: Desk}]", "levels: [{role: agent}]", "level 1 lacks 'name'", None),
]


@pytest.mark.parametrize(("old", "new", "message", "hint"), MISTAKES, ids=[str(row[2]) for row in MISTAKES])
def test_a_mistake_is_said_on_its_line(old: str, new: str, message: str, hint: str | None) -> None:
    text = changed(old, new)
    policy, problems = read(text)
    assert policy is None
    found = [problem for problem in problems if message in problem.message]
    assert len(found) == 1, problems
    assert found[0].path == PATH
    assert hint is None or hint in (found[0].hint or "")
    if new and "lacks" not in message and "responded" not in message:
        first = ACME[: ACME.index(old)].count("\n") + 1
        last = first + (new if "\n" in new else old).count("\n")
        assert first <= found[0].line <= last, f"line {found[0].line}: {text.splitlines()[found[0].line - 1]}"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("{2026-12-24:", "{2026-12-25:", "2026-12-25 is a holiday, so its replaced hours never count"),
        ("except: [2026-12-28]", "except: [2026-12-29]", "2026-12-29 is no holiday, so except changes nothing"),
    ],
)
def test_what_is_only_worth_a_warning(old: str, new: str, message: str) -> None:
    policy, problems = read(changed(old, new))
    assert policy is not None
    assert [problem.warning for problem in problems] == [True]
    assert message in problems[0].message


def test_all_mistakes_of_a_file_at_once_in_order_of_lines() -> None:
    text = ACME
    for old, new in [
        ("prefix: ACM", "prefix: acm"),
        ("mon-thu: ", "mon-thr: "),
        ("email: {calendar: desk", "email: {calendar: dask"),
        ("phase: active", "phase: busy"),
        ("start: received", "start: recieved"),
        (P1, "within: 2d"),
        ("levels: [{name: Desk}]", "levels: []"),
    ]:
        text = changed(old, new, text)
    _, problems = read(text)
    assert [problem.message for problem in problems] == [
        "'acm' is no prefix",
        "calendar 'desk': 'mon-thr' is no day of the week",
        "unknown calendar 'dask'",
        "unknown phase 'busy'",
        "unknown anchor 'recieved'",
        "target 'resolution', rule 1: '2d' is no figure",
        "ladder 'requests': levels must be a list",
    ]
    assert [problem.line for problem in problems] == sorted(problem.line for problem in problems)


def test_a_mistake_inside_an_entry_is_not_said_again_where_the_entry_is_named() -> None:
    """The calendar `desk` cannot be read; its channel, targets and union still find it by its name."""
    _, problems = read(changed("08:00-12:00, 13:00-18:00", "8 to 6"))
    assert [problem.message for problem in problems] == ["calendar 'desk': '8 to 6' are no hours"]


@pytest.mark.parametrize("text", ["- a\n- b\n", "just words\n"])
def test_a_file_that_is_no_mapping(text: str) -> None:
    policy, problems = read(text)
    assert policy is None
    assert len(problems) == 1
    assert "the policy must be a mapping" in problems[0].message


def test_an_empty_section() -> None:
    start, end = ACME.index("priorities:"), ACME.index("states:")
    _, problems = read(ACME[:start] + "priorities: {}\n" + ACME[end:])
    assert "'priorities' names none" in [problem.message for problem in problems]


def test_unions_in_a_wider_circle() -> None:
    text = changed("  round-the-clock: 24x7", "  round-the-clock: {union: [desk, either]}")
    text = changed("{union: [desk, watch]}", "{union: [desk, round-the-clock]}", text)
    _, problems = read(text)
    assert "the union goes in a circle: round-the-clock > either > round-the-clock" in [p.message for p in problems]


def test_an_overnight_window_that_meets_the_next_day_at_its_opening_does_not_overlap() -> None:
    text = changed("08:00-12:00, 13:00-18:00", "08:00-12:00, 20:00-08:00")
    assert read(text)[1] == ()


def test_a_replaced_day_overlaps_its_neighbours_too() -> None:
    text = changed("2026-12-24:", "2026-12-23:")
    _, problems = read(changed('{2026-12-23: "08:00-12:00"}', '{2026-12-23: "20:00-09:00"}', text))
    assert [problem.message for problem in problems] == ["calendar 'desk': the windows of 2026-12-23 overlap"]
