"""A policy for people: rules as they were written, and the lists beside them."""

from __future__ import annotations

import pytest

from casectl.reports.policy_sheet import policy_sheet
from tests.model.one_policy import FULL, acme, changed, read
from tests.model.test_sanctions import WHOLE


def sheet(title: str) -> list[dict[str, object]]:
    (found,) = (table for table in policy_sheet(acme(FULL)) if table.title == title)
    return [dict(row) for row in found.rows]


def test_people_see_rules_as_they_were_written() -> None:
    rows = [row for row in sheet("Targets") if row["target"] == "pick-up"]
    assert [(row["when"], row["within"], row["calendar"]) for row in rows] == [
        ("category account", "1wd", "watch or round-the-clock"),
        ("plan enterprise, category technical", "2wd", "desk"),
        ("every case", "as the customer's record says (ttr)", "desk (days: watch)"),
    ]


@pytest.mark.parametrize(
    ("title", "column", "words"),
    [
        ("Services", "covered", ["yes", "no", "by a supplier's agreement"]),
        ("Plans, categories and paths", "name", ["enterprise", "basic", "technical", "account", "a", "b"]),
        ("Commitments", "lasts", ["", "until another moment"]),
        ("Exemptions", "approved_by", [("desk-manager",), "anybody"]),
        ("Rubric", "when",
         ["impact all", "impact none or part, workaround no, type fault, service sms", "otherwise"]),
        ("Channels", "for", ["priority p1 or p2", ""]),
    ],
)  # fmt: skip
def test_people_see_the_lists(title: str, column: str, words: list[object]) -> None:
    assert [row[column] for row in sheet(title)] == words


def test_people_see_what_a_calendar_is_chosen_by() -> None:
    head = policy_sheet(acme(FULL))[0]
    assert head.rows[-1]["hours"] == (
        "desk for plan basic or enterprise, category technical; watch for plan basic; else round-the-clock"
    )
    assert head.facts["raising"] == "by team-leader, until 30 m after the opening"


def test_whom_it_is_promised_to_is_said_once() -> None:
    promised = "promised_to: {plan: [enterprise, basic], clause: ACM-20}\n"
    first, *others = policy_sheet(acme(changed("calendars:\n", f"{promised}calendars:\n", FULL)))
    assert first.facts["promised to"] == "plan basic or enterprise (ACM-20); all others are measured"
    (targets,) = (table for table in others if table.title == "Targets")
    assert [row["when"] for row in targets.rows if row["target"] == "pick-up"] == [
        "category account",
        "plan enterprise, category technical",
        "every case",
        "everything else, measured only",
    ]


def test_people_see_what_a_miss_costs_and_where_the_desk_works() -> None:
    policy, problems = read(WHOLE)
    assert policy is not None, problems
    tables = {table.title: [dict(row) for row in table.rows] for table in policy_sheet(policy)}
    assert [row["gives"] for row in tables["Credits"]] == [
        "10 % of the month's spend for each that was missed",
        "5 % below 99.5 %, 12.5 % below 95 %",
    ]
    assert tables["Credits"][0]["cap"] == "50 %"
    assert tables["Sites"][0]["rota"] == "on-call"
    assert "90.00 GBP" in [row["fee"] for row in tables["Channels"]]
    assert policy_sheet(policy)[0].facts["notice"] == "a new version is made known 30 days ahead"
