"""A step goes by the policy text that judges the case: the one committed when the case was opened."""

from __future__ import annotations

import json
import subprocess
from datetime import date

from casectl.desk.record import record
from casectl.desk.verb import Scene, change
from casectl.model.change import Change
from casectl.store.repo import find_repo
from tests.cli.conftest import Terminal, moment_of


def add_priority(desk: Terminal) -> None:
    """Changes the policy's file in place and commits that: what nobody should do, and somebody does."""
    path = desk.root / "policies/acme-desk/1.0.yaml"
    text = path.read_text()
    assert "p3: {}}" in text
    path.write_text(text.replace("p3: {}}", "p3: {}, p9: {}}").replace("[p2, p3]", "[p2, p3, p9]"))
    desk.git("commit", "-q", "-a", "-m", "A priority more")


def test_a_priority_added_later_is_refused_for_a_case_opened_before(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    opening = desk.git("rev-parse", "HEAD").strip()
    add_priority(desk)
    before = desk.commits()
    said = desk.run("triage", case, "--priority", "p9", code=2, at="10:05")
    assert "has no priority 'p9'" in said.err
    assert f"{case} is judged by the text of commit {opening[:12]}: git show {opening[:12]}:policies/" in said.err
    assert desk.commits() == before
    assert desk.step("triage", case, "--priority", "p1", at="10:10")["warnings"] == []
    assert desk.step("note", case, "-m", "Still judged.", at="10:15")["next_due"] is not None


def test_it_is_taken_for_a_case_opened_after(desk: Terminal) -> None:
    add_priority(desk)
    case = desk.open(at="10:00")
    assert desk.step("triage", case, "--priority", "p9", at="10:05")["priority"] == "p9"


def test_a_refusal_says_nothing_of_texts_when_there_is_only_one(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    said = desk.run("triage", case, "--priority", "p9", code=2, at="10:05")
    assert "judged by the text" not in said.err


def test_a_shallow_clone_goes_by_the_text_as_it_is_now_and_says_so(desk: Terminal) -> None:
    case = desk.open(at="10:00")
    desk.step("note", case, "-m", "Rang them.", at="10:05")
    add_priority(desk)
    clone = desk.home / "clone"
    subprocess.run(["git", "clone", "-q", "--depth", "1", desk.root.as_uri(), str(clone)], check=True)
    said = desk.run("-C", str(clone), "triage", case, "--priority", "p9", at="10:10")
    assert "goes by the policy as it is now, not as when the case was opened" in said.err


def test_a_verb_can_look_back(desk: Terminal) -> None:
    """It gets the case's life so far, and all that has judged it."""
    case = desk.open(at="10:00")
    opening = desk.git("rev-parse", "HEAD").strip()
    note = desk.step("note", case, "-m", "Rang them.", at="10:05")["commit"]
    seen: list[Scene] = []

    def act(scene: Scene) -> Change:
        seen.append(scene)
        return change(scene, "note", "looked back", {"title": "Nobody at all"})

    record(find_repo(desk.root), case, act, lambda: moment_of("10:10"))
    (scene,) = seen
    assert [(terms.policy, terms.since) for terms in scene.terms] == [(scene.policy, opening)]
    assert [step.commit for step in scene.timeline.steps] == [opening, note]


def with_holidays(desk: Terminal, *days: str, at: str) -> None:
    """Commits the desk's calendar with a holiday list of these days."""
    path = desk.root / "policies/acme-desk/1.0.yaml"
    path.write_text(path.read_text().replace('18:00"}}', '18:00"}, holidays: bank}'))
    rows = "".join(f"  {date.fromisoformat(day)}: A holiday\n" for day in days)
    listed = desk.root / "policies/holidays/bank.yaml"
    listed.parent.mkdir(exist_ok=True)
    listed.write_text(f"name: bank\nyears: 2026-2027\ndates:\n{rows}")
    desk.git("add", "policies")
    instant = f"@{moment_of(at)} +0000"
    with desk.monkeypatch.context() as patch:
        patch.setenv("GIT_COMMITTER_DATE", instant)
        desk.git("commit", "-q", "-m", "Holidays", "--date", instant)


def due_at(desk: Terminal, case: str, at: str) -> tuple[str, str]:
    """When the resolution is due, and what was said beside the figures."""
    said = desk.run("sla", case, "-o", "json", at=at)
    rows = said.json["cases"][0]["targets"]
    return next(row["due_at"] for row in rows if row["target"] == "resolution"), said.err


def test_a_holiday_announced_in_time_moves_what_is_due(desk: Terminal) -> None:
    """Eight open hours from Monday 16:00, with Tuesday off: announced on Monday night, it counts for the open case."""
    with_holidays(desk, "2026-12-25", at="09:00")
    case = desk.open(at="16:00")
    assert due_at(desk, case, "16:05") == ("2026-11-24T14:00:00+00:00", "")
    with_holidays(desk, "2026-12-25", "2026-11-24", at="23:00")
    assert due_at(desk, case, "23:05") == ("2026-11-25T14:00:00+00:00", "")
    assert desk.run("sla", "-o", "json").json["cases"][0] == desk.run("sla", case, "-o", "json").json["cases"][0]


def test_a_holiday_announced_on_the_day_changes_nothing_and_is_told(desk: Terminal) -> None:
    with_holidays(desk, "2026-12-25", at="09:00")
    case = desk.open(at="16:00")
    with_holidays(desk, "2026-12-25", "2026-11-24", at="2026-11-24 07:00")
    due, said = due_at(desk, case, "2026-11-24 08:00")
    assert due == "2026-11-24T14:00:00+00:00"
    assert "policies/holidays/bank.yaml:5: warning: 2026-11-24 was added on 2026-11-24T07:00:00+00:00" in said
    assert desk.run("show", case).err.count("2026-11-24 was added on") == 1
    assert desk.run("report", "breaches").out == ""


def test_an_undone_move_to_another_policy_leaves_the_text_of_the_opening(desk: Terminal) -> None:
    """Between the move and its undo somebody took the old version's file away; the case is judged as if nothing was."""
    case = desk.open(at="10:00")
    old = desk.root / "policies/acme-desk/1.0.yaml"
    newer = old.read_text().replace('version: "1.0"', 'version: "2.0"').replace("effective: 2026", "effective: 2027")
    assert 'version: "2.0"' in newer
    (old.parent / "2.0.yaml").write_text(newer)
    desk.git("add", "policies")
    desk.git("commit", "-q", "-m", "Another version")
    before = desk.run("sla", case, "-o", "json", at="10:30").out
    assert "acme-desk/2.0" in desk.run("set", case, "policy=acme-desk/2.0", at="10:40").out
    desk.git("rm", "-q", "policies/acme-desk/1.0.yaml")
    desk.git("commit", "-q", "-m", "Take the old version away")
    desk.run("undo", case, "--reason", "Moved by mistake.", at="10:50")
    figures = [json.loads(text)["cases"][0] for text in (before, desk.run("sla", case, "-o", "json", at="10:30").out)]
    after = json.loads(desk.run("sla", case, "--as-of", "2026-11-23T10:55:00+00:00", "-o", "json", at="10:55").out)
    assert figures[0]["targets"] == figures[1]["targets"]
    assert [row["clause"] for row in after["cases"][0]["targets"]] == [row["clause"] for row in figures[0]["targets"]]
    assert desk.step("note", case, "-m", "Goes on.", at="11:00")["next_due"] is not None


def test_a_case_opened_beside_a_broken_customer_record_says_so(desk: Terminal) -> None:
    """Its plan and its figures are lost to that case for good, so whoever opens it has to know."""
    customers = desk.root / "policies/acme-desk/customers.yaml"
    customers.write_text("customers:\n  oakfield: {plann: gold}\n  acme: {}\n")
    desk.git("add", "policies")
    desk.git("commit", "-q", "-m", "A slip")
    said = desk.run("open", "--title", "Nobody can sign in", "--customer", "acme", at="10:00")
    assert "policies/acme-desk/customers.yaml:2: customer 'oakfield': unknown field 'plann'" in said.err
    assert "counts for nothing in this case" in said.err
