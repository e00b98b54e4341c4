"""What the last delivered report had found: kept whole or not at all, and never believed when damaged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from casectl.model.instants import parse_stored
from casectl.store.delivered import DamagedError, Delivered, Finding, keep_delivered, load_delivered, report_key
from casectl.store.repo import Repo

NINE = parse_stored("2026-11-23T09:00:00+00:00")
REPORT = Delivered(
    "c0ffee",
    NINE + 60,
    (
        Finding("breached", ("ACM-261123-K7Q4P", "response", 1), NINE),
        Finding("overturned", ("ACM-261123-K7Q4P", "update", 3), NINE),
        Finding("ahead", ("ACM-261123-ZQTHM", "resolution", 1)),
    ),
    ("cases/x.yaml:7: unknown status",),
)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    (tmp_path / ".git").mkdir()
    return Repo(tmp_path, tmp_path / ".git", tmp_path / ".git")


def test_what_is_kept_comes_back(repo: Repo) -> None:
    assert load_delivered(repo, "breaches") is None
    keep_delivered(repo, "breaches", REPORT)
    assert load_delivered(repo, "breaches") == REPORT
    assert load_delivered(repo, "breaches-acme-desk") is None


def test_it_is_replaced_as_a_whole_and_leaves_nothing_beside(repo: Repo) -> None:
    keep_delivered(repo, "breaches", REPORT)
    keep_delivered(repo, "breaches", REPORT._replace(findings=()))
    kept = load_delivered(repo, "breaches")
    assert kept is not None
    assert kept.findings == ()
    assert [path.name for path in (repo.common_dir / "casectl" / "delivered").iterdir()] == ["breaches.json"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: text.replace("casectl.delivered/1", "casectl.delivered/9"),
        lambda text: text.replace("breached", "bleached"),
        lambda text: text.replace("as_of", "of"),
        lambda text: text.replace(", 1, ", ', "one", '),
        lambda text: "[" * 100_000,
        lambda text: json.dumps([1]),
        lambda text: "\0",
        lambda text: text.replace(", 1, ", ", 1e400, "),
        lambda text: text.replace(", 1, ", ", 1.5, "),
        lambda text: text.replace(", 1, ", ", true, "),
        lambda text: text.replace(", 1, ", ', "1", '),
        lambda text: text.replace(", 3, ", ", [3], "),
        lambda text: text.replace('"resolution"', '{"a": [[]]}'),
        lambda text: text.replace('"resolution"', "null"),
        lambda text: text.replace('"ahead"', "[]"),
        lambda text: text.replace('"c0ffee"', "[[]]"),
        lambda text: text.replace("c0ffee", "HEAD~1"),
        lambda text: text.replace('["cases/x.yaml:7: unknown status"]', "[{}]"),
        lambda text: text.replace("2026-11-23T09:00:00+00:00", "0001-01-01T00:00:00+23:00"),
        lambda text: text.replace("2026-11-23T09:00:00+00:00", "9999-12-31T23:59:59-23:00"),
        lambda text: text.replace('"2026-11-23T09:01:00+00:00"', "1e400"),
    ],
)
def test_damage_is_noticed(repo: Repo, damage: object) -> None:
    keep_delivered(repo, "breaches", REPORT)
    path = repo.common_dir / "casectl" / "delivered" / "breaches.json"
    whole = path.read_text()
    path.write_text(damage(whole))  # type: ignore[operator]
    assert path.read_text() != whole
    with pytest.raises(DamagedError):
        load_delivered(repo, "breaches")


def test_names_tell_reports_desks_and_switches_apart() -> None:
    assert report_key("breaches", None) == "breaches"
    assert report_key("breaches", "acme-desk", ["b", "a"]) == "breaches-acme-desk+a+b"


def test_keys_by_kind() -> None:
    assert REPORT.keys("breached") == {("ACM-261123-K7Q4P", "response", 1)}
    assert len(REPORT.keys("breached", "overturned")) == 2
