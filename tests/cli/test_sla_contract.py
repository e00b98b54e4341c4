"""`casectl sla -o json` is a promise to other programs: these keys, in this order, these kinds of values."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime

import pytest

from tests.cli.conftest import Terminal

TOP = ["schema", "as_of", "commit", "tzdata", "cases"]
CASE = ["id", "external_id", "policy", "customer", "priority", "status", "phase", "targets"]
TARGET = [
    "target", "occurrence", "clause", "state", "started_at", "stopped_at", "due_at", "breached_at", "elapsed_seconds",
    "limit_seconds", "goal_seconds", "remaining_seconds", "paused_seconds", "exempt_seconds", "overturned", "evidence",
]  # fmt: skip
INSTANTS = ("started_at", "stopped_at", "due_at", "breached_at")


@pytest.fixture
def held(desk: Terminal) -> str:
    case = desk.open(at="09:00")
    desk.step("respond", case, "-m", "On it.", at="09:15")
    desk.step("hold", case, "--waiting-for", "customer", at="10:00")
    desk.set_clock("10:10")
    return case


def test_the_whole_document(desk: Terminal, held: str) -> None:
    commits = desk.git("rev-list", "--reverse", "HEAD").split()
    assert desk.run("sla", "-o", "json").json == {
        "schema": "casectl.sla/1",
        "as_of": "2026-11-23T10:10:00+00:00",
        "commit": commits[-1],
        "tzdata": desk.run("sla", "-o", "json").json["tzdata"],
        "cases": [
            {
                "id": held,
                "external_id": None,
                "policy": "acme-desk/1.0",
                "customer": "oakfield",
                "priority": "p2",
                "status": "on-hold",
                "phase": "waiting",
                "targets": [
                    {
                        "target": "response",
                        "occurrence": 1,
                        "clause": [],
                        "state": "met",
                        "started_at": "2026-11-23T09:00:00+00:00",
                        "stopped_at": "2026-11-23T09:15:00+00:00",
                        "due_at": "2026-11-23T11:00:00+00:00",
                        "breached_at": None,
                        "elapsed_seconds": 900,
                        "limit_seconds": 7200,
                        "goal_seconds": None,
                        "remaining_seconds": 6300,
                        "paused_seconds": 0,
                        "exempt_seconds": 0,
                        "overturned": None,
                        "evidence": [commits[1], commits[2]],
                    },
                    {
                        "target": "resolution",
                        "occurrence": 1,
                        "clause": [],
                        "state": "paused",
                        "started_at": "2026-11-23T09:00:00+00:00",
                        "stopped_at": None,
                        "due_at": None,
                        "breached_at": None,
                        "elapsed_seconds": 3600,
                        "limit_seconds": 28800,
                        "goal_seconds": None,
                        "remaining_seconds": 25200,
                        "paused_seconds": 600,
                        "exempt_seconds": 0,
                        "overturned": None,
                        "evidence": [commits[1], commits[3]],
                    },
                ],
            }
        ],
    }


def test_keys_stand_in_their_order(desk: Terminal, held: str) -> None:
    document = json.loads(desk.run("sla", "-o", "json").out)
    assert list(document) == TOP
    for case in document["cases"]:
        assert list(case) == CASE
        for target in case["targets"]:
            assert list(target) == TARGET


def test_instants_are_rfc_3339_in_utc(desk: Terminal, held: str) -> None:
    document = desk.run("sla", "-o", "json").json
    written = [target[name] for case in document["cases"] for target in case["targets"] for name in INSTANTS]
    for text in [document["as_of"], *filter(None, written)]:
        assert text.endswith("+00:00")
        assert datetime.fromisoformat(text).isoformat() == text


def test_the_zone_data_is_the_packages_own(desk: Terminal, held: str) -> None:
    import tzdata

    assert json.loads(desk.process("sla", "-o", "json", "--as-of", "2026-11-23").out)["tzdata"] == tzdata.__version__


def test_named_cases_only_and_in_the_order_named(desk: Terminal, held: str) -> None:
    other = desk.open(at="10:20")
    document = desk.run("sla", other, held[-5:], "-o", "json").json
    assert [case["id"] for case in document["cases"]] == [other, held]
    everyone = desk.run("sla", "-o", "json").json
    assert sorted(everyone["cases"], key=lambda case: case["id"]) == everyone["cases"]
    assert {case["id"]: case for case in document["cases"]} == {case["id"]: case for case in everyone["cases"]}


def test_one_desk_or_none_of_that_name(desk: Terminal, held: str) -> None:
    assert len(desk.run("sla", "--desk", "acme-desk", "-o", "json").json["cases"]) == 1
    assert "no desk" in desk.run("sla", "--desk", "elsewhere", code=4).err


def test_a_case_opened_later_is_not_there_yet(desk: Terminal, held: str) -> None:
    assert desk.run("sla", "-o", "json", "--as-of", "2026-11-23T08:30:00+00:00").json["cases"] == []


def test_as_of_counts_steps_up_to_that_very_second(desk: Terminal, held: str) -> None:
    for moment, state in (("09:59:59", "running"), ("10:00:00", "paused")):
        document = desk.run("sla", held, "-o", "json", "--as-of", f"2026-11-23T{moment}+00:00").json
        assert document["cases"][0]["targets"][1]["state"] == state


def test_at_a_commit_later_ones_are_unknown(desk: Terminal, held: str) -> None:
    document = desk.run("sla", held, "-o", "json", "--at", "HEAD~1").json
    assert document["cases"][0]["status"] == "open"
    assert document["commit"] == desk.git("rev-parse", "HEAD~1").strip()


def test_csv_and_jsonl_hold_one_target_a_row(desk: Terminal, held: str) -> None:
    rows = list(csv.DictReader(io.StringIO(desk.run("sla", "-o", "csv").out)))
    lines = [json.loads(line) for line in desk.run("sla", "-o", "jsonl").out.splitlines()]
    assert [row["target"] for row in rows] == [line["target"] for line in lines] == ["response", "resolution"]
    assert rows[1]["remaining_seconds"] == "25200"
    assert lines[1]["remaining_seconds"] == 25200
    assert set(rows[0]) == set(lines[0])
