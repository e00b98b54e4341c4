"""What an auditor is told of a desk's history: raises against the rules, policies without notice. With real git."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import pytest

from casectl.audit.review import Wanted, review
from casectl.model.instants import parse_stored
from casectl.store.create import create_repo
from casectl.store.repo import find_repo, head_commit
from casectl.store.shipped import shipped_files
from tests.cli.conftest import Terminal, moment_of, terminal
from tests.conftest import SAM, GitRepo

__all__ = ["terminal"]

CHECKOUT = Path(__file__).parents[2]
LONG_AFTER = parse_stored("2027-06-30T12:00:00+00:00")


@pytest.fixture
def desks(terminal: Terminal) -> Terminal:
    """The desks of ESS and 2sms, begun on a Monday."""
    files = {**shipped_files("ess"), **shipped_files("2sms"), "cases/README.md": "Cases.\n"}
    staff = (CHECKOUT / "policies/staff.yaml").read_text(encoding="utf-8")
    create_repo(terminal.root, {**files, "policies/staff.yaml": staff}, "Begin", moment_of("08:00"), SAM)
    return terminal


def audited(desks: Terminal) -> list[tuple[str, str, tuple[str, ...]]]:
    """Code, sentence and clauses of each finding."""
    repo = find_repo(desks.root)
    rows = review(repo, head_commit(repo), Wanted(LONG_AFTER)).table.rows
    told = [(str(row["code"]), str(row["finding"]), row["clause"]) for row in rows]
    return [(code, said, clause if isinstance(clause, tuple) else ()) for code, said, clause in told]


def raised(desks: Terminal, at: str, by: str) -> list[tuple[str, str, tuple[str, ...]]]:
    """What an audit finds in a question of 09:00 that somebody raises from p4 to p2."""
    desks.git("config", "user.email", "sam@example.com")
    words = ("--desk", "ess", "--type", "information-request", "--customer", "acme")
    case = desks.step("open", "--title", "Nobody can sign in", *words, at="2026-11-23 09:00")["id"]
    desks.git("config", "user.email", f"{by}@example.com")
    desks.run("triage", case, "--priority", "p2", at=at)
    return audited(desks)


def test_ess_10_a_raise_within_half_an_hour_by_the_team_leader_is_no_finding(desks: Terminal) -> None:
    assert raised(desks, "2026-11-23 09:30", "lee") == []


def test_ess_10_an_audit_finds_a_raise_that_came_later(desks: Terminal) -> None:
    ((code, said, clause),) = raised(desks, "2026-11-23 09:31", "lee")
    assert (code, clause) == ("raise-late", ("ESS-10",))
    assert "from p4 to p2 more than 30 minutes after the opening" in said


def test_ess_10_an_audit_finds_a_raise_by_another_role(desks: Terminal) -> None:
    ((code, said, clause),) = raised(desks, "2026-11-23 09:10", "jo")
    assert (code, clause) == ("raise-role", ("ESS-10",))
    assert "without the role team-leader" in said


def test_2sms_19_a_review_takes_its_evidence_along_and_it_is_whole(desks: Terminal) -> None:
    """One file holds the cases of the period with every figure, the policies, the history, and its own sums."""
    desks.git("config", "user.email", "sam@example.com")
    words = ("--desk", "2sms", "--customer", "acme", "--channel", "email")
    case = desks.step("open", "--title", "Whose name is shown?", *words, at="2026-11-24 10:00")["id"]
    desks.run("audit", "pack", "--out", "review.zip", "--until", "2026-12-01", at="2026-12-02 09:00")
    with ZipFile(desks.root / "review.zip") as pack:
        assert str(case) in pack.read("population.csv").decode()
        assert ",5.28," in pack.read("controls.csv").decode()
    assert "their sums agree" in desks.run("audit", "verify", "review.zip").out


def next_version(desks: Terminal, effective: str) -> None:
    """Version 2.0 of 2sms's agreement, committed on 2026-12-01, when there were cases already."""
    desks.git("config", "user.email", "sam@example.com")
    words = ("--desk", "2sms", "--customer", "acme", "--channel", "email")
    desks.step("open", "--title", "Whose name is shown?", *words, at="2026-11-24 10:00")
    old = Path(desks.root / "policies/2sms/1.0.yaml").read_text(encoding="utf-8")
    begun = next(line for line in old.splitlines() if line.startswith("effective:"))
    new = old.replace('version: "1.0"', 'version: "2.0"').replace(begun, f"effective: {effective}")
    path, at = "policies/2sms/2.0.yaml", moment_of("2026-12-01 12:00")
    GitRepo(find_repo(desks.root)).commit(path, new, at, "Version 2.0")


@pytest.mark.parametrize("effective", ["2026-12-31", "2027-03-01"])
def test_2sms_23_a_version_made_known_30_days_ahead_is_no_finding(desks: Terminal, effective: str) -> None:
    next_version(desks, effective)
    assert audited(desks) == []


def test_2sms_23_an_audit_finds_one_that_came_a_day_too_late(desks: Terminal) -> None:
    next_version(desks, "2026-12-30")
    ((code, said, clause),) = audited(desks)
    assert (code, clause) == ("policy-notice", ("2SMS-23",))
    assert "29 days ahead instead of 30" in said
