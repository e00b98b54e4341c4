"""How a policy changes: the table of revisions, and the notice that customers get of a new version. With real git."""

from __future__ import annotations

from pathlib import Path

import pytest

from casectl.reports.revisions import revision_table
from casectl.reports.table import Row
from casectl.store.book import read_book
from casectl.store.policy_history import read_revisions
from casectl.store.repo import head_commit
from casectl.store.shipped import shipped_files
from tests.conftest import GitRepo, MakeRepo

BEGUN = 1_790_000_000
"""2026-09-21, 14:13 UTC."""
DAY = 86_400


@pytest.fixture
def desks(make_repo: MakeRepo) -> GitRepo:
    return make_repo(files={**shipped_files("ess"), **shipped_files("2sms")})


def revisions(desks: GitRepo, desk: str) -> tuple[tuple[Row, ...], bool]:
    commit = head_commit(desks.repo)
    table, found = revision_table(
        desk, read_revisions(desks.repo, commit, desk), read_book(desks.repo, commit)[0], commit, ()
    )
    return table.rows, found


def next_version(desks: GitRepo, desk: str, old: str, new: str, effective: str, at: int) -> None:
    text = Path(desks.root / f"policies/{desk}/{old}.yaml").read_text(encoding="utf-8")
    begun = next(line for line in text.splitlines() if line.startswith("effective:"))
    text = text.replace(f'version: "{old}"', f'version: "{new}"').replace(begun, f"effective: {effective}")
    desks.commit(f"policies/{desk}/{new}.yaml", text, at, f"Version {new}: what changed")


def test_ess_24_the_table_says_version_date_who_and_what(desks: GitRepo) -> None:
    next_version(desks, "ess", "2.0", "3.0", "2026-11-02", BEGUN + 10 * DAY)
    rows, found = revisions(desks, "ess")
    assert [(row["version"], row["what"], row["date"], row["who"], row["subject"]) for row in rows] == [
        ("2.0", "published", "Mon 2026-09-21 15:13 BST", "sam@example.org", "first commit"),
        ("3.0", "published", "Thu 2026-10-01 15:13 BST", "sam@example.org", "Version 3.0: what changed"),
    ]
    assert not found


def test_ess_24_an_edit_of_what_is_in_force_is_a_row_of_its_own_and_a_finding(desks: GitRepo) -> None:
    path = "policies/ess/2.0.yaml"
    text = Path(desks.root / path).read_text(encoding="utf-8")
    desks.commit(path, text.replace("within: 4h", "within: 5h"), BEGUN + DAY, "Five hours")
    rows, found = revisions(desks, "ess")
    assert found
    assert (rows[1]["version"], rows[1]["revision"], rows[1]["what"]) == ("2.0", 2, "edited")
    assert "edited (targets) while in force: cases opened before keep the text" in str(rows[1]["finding"])


def test_ess_24_comments_and_layout_are_a_row_and_no_finding(desks: GitRepo) -> None:
    path = "policies/ess/2.0.yaml"
    text = Path(desks.root / path).read_text(encoding="utf-8")
    desks.commit(path, f"# Ours.\n\n{text}", BEGUN + DAY, "A remark")
    rows, found = revisions(desks, "ess")
    assert (rows[1]["what"], rows[1]["finding"], rows[1]["notice"]) == ("reworded", None, None)
    assert not found


def test_ess_24_on_its_first_day_a_version_is_in_force_and_the_day_before_it_is_not(desks: GitRepo) -> None:
    next_version(desks, "ess", "2.0", "3.0", "2026-10-02", BEGUN + 60)
    path = "policies/ess/3.0.yaml"
    text = Path(desks.root / path).read_text(encoding="utf-8")
    desks.commit(path, text.replace("within: 4h", "within: 5h"), BEGUN + 10 * DAY, "A slip mended in time")
    assert not revisions(desks, "ess")[1]
    desks.commit(path, text.replace("within: 4h", "within: 6h"), BEGUN + 11 * DAY, "Too late")
    assert "edited (targets) while in force" in str(revisions(desks, "ess")[0][-1]["finding"])


def test_ess_24_what_a_merge_brings_in_is_told_once(desks: GitRepo) -> None:
    desks.git("checkout", "-q", "-b", "draft")
    next_version(desks, "ess", "2.0", "3.0", "2026-12-01", BEGUN + DAY)
    desks.git("checkout", "-q", "main")
    desks.commit("cases/README.md", "Cases, anew.\n", BEGUN + 2 * DAY)
    desks.git("merge", "-q", "--no-ff", "-m", "Take the draft", "draft", at=BEGUN + 3 * DAY)
    assert [row["version"] for row in revisions(desks, "ess")[0]] == ["2.0", "3.0"]


def test_2sms_23_what_was_made_known_is_changed_with_as_much_notice(desks: GitRepo) -> None:
    next_version(desks, "2sms", "1.0", "2.0", "2027-06-01", BEGUN + 60)
    path = "policies/2sms/2.0.yaml"
    text = Path(desks.root / path).read_text(encoding="utf-8")
    desks.commit(path, text.replace("2027-06-01", "2026-10-01"), BEGUN + DAY, "Sooner")
    rows, found = revisions(desks, "2sms")
    assert found
    assert (rows[-1]["what"], rows[-1]["finding"]) == ("edited", "made known 9 days ahead instead of 30")
    desks.commit(path, text.replace("within: 12h", "within: 11h"), BEGUN + 2 * DAY, "In time")
    assert revisions(desks, "2sms")[0][-1]["finding"] is None


@pytest.mark.parametrize(
    ("effective", "finding"),
    [
        ("2026-10-21", None),
        ("2026-10-20", "made known 29 days ahead instead of 30"),
        ("2026-09-01", "made known 0 days ahead instead of 30"),
    ],
)
def test_2sms_23_a_new_version_is_made_known_thirty_days_ahead(
    desks: GitRepo, effective: str, finding: str | None
) -> None:
    """Committed on 21 September, New York's day: in force on 21 October at the earliest."""
    next_version(desks, "2sms", "1.0", "2.0", effective, BEGUN + 60)
    rows, found = revisions(desks, "2sms")
    assert rows[0]["wanted"] is None, "the first version owes no notice"
    assert (rows[1]["wanted"], found) == ("30 d", finding is not None)
    assert rows[1]["finding"] == finding


def test_2sms_23_days_are_those_of_the_desk(desks: GitRepo) -> None:
    """At two in the morning in London it is still the evening before in New York."""
    next_version(desks, "2sms", "1.0", "2.0", "2026-10-21", 1_790_000_000 + 10 * 3600 + 3000)
    assert revisions(desks, "2sms")[0][1]["notice"] == "30 d"
