"""Histories that try to mislead: files that come back, mistakes that repeat, and git's own ways of showing less."""

from __future__ import annotations

from pathlib import Path

from casectl.store.casefile import parse_case
from tests.conftest import EPOCH, GitRepo
from tests.store.stories import PATH_A, opened, setting, stepped
from tests.store.test_history import case_at_head, life, text_of


def test_a_case_that_was_deleted_and_restored_is_what_its_file_says(git_repo: GitRepo) -> None:
    """Held, deleted, restored without the hold: nothing of the hold stays behind in the fold."""
    opened(git_repo)
    before = text_of(git_repo)
    stepped(git_repo, setting(status="on-hold", waiting_for="customer"), EPOCH + 100)
    git_repo.git("rm", "-q", PATH_A)
    git_repo.git("commit", "-q", "-m", "gone", at=EPOCH + 120)
    git_repo.commit(PATH_A, before, EPOCH + 140)
    timeline = life(git_repo)
    assert timeline.case() == case_at_head(git_repo)
    assert timeline.steps[-1].changes == {"status": "new", "waiting_for": None}


def test_a_version_that_cannot_be_read_changes_nothing_the_second_time_either(git_repo: GitRepo) -> None:
    """broken, mended, rated, the same broken bytes again: the rating stays."""
    opened(git_repo)
    good = text_of(git_repo)
    git_repo.commit(PATH_A, "broken: [\n", EPOCH + 100)
    git_repo.commit(PATH_A, good, EPOCH + 110)
    git_repo.commit(PATH_A, good.replace("p3", "p1"), EPOCH + 120)
    git_repo.commit(PATH_A, "broken: [\n", EPOCH + 130)
    timeline = life(git_repo)
    assert [dict(step.changes) for step in timeline.steps[1:]] == [{"priority": "p1"}]
    git_repo.commit(PATH_A, good.replace("p3", "p2"), EPOCH + 140)
    assert life(git_repo).case().priority == "p2"


def test_a_replace_ref_shows_nobody_another_past(git_repo: GitRepo) -> None:
    opened(git_repo)
    stepped(git_repo, setting(priority="p1"), EPOCH + 100)
    told = life(git_repo)
    blob = git_repo.git("rev-parse", f"HEAD:{PATH_A}")
    forged = git_repo.write("forged", text_of(git_repo).replace("p1", "p4"))
    other = git_repo.git("hash-object", "-w", str(forged))
    git_repo.git("replace", blob, other)
    assert "p4" in git_repo.git("show", f"HEAD:{PATH_A}"), "plain git is taken in"
    assert life(git_repo) == told


def test_a_graft_cuts_no_history_short(git_repo: GitRepo) -> None:
    opened(git_repo)
    stepped(git_repo, setting(priority="p1"), EPOCH + 100)
    told = life(git_repo)
    (git_repo.repo.git_dir / "info").mkdir(exist_ok=True)
    (git_repo.repo.git_dir / "info" / "grafts").write_text(f"{git_repo.head}\n")
    assert git_repo.git("rev-list", "--count", "HEAD", check=False) == "1", "plain git is taken in"
    assert life(git_repo) == told


def test_reading_runs_no_text_converter_and_no_external_diff(git_repo: GitRepo, tmp_path: Path) -> None:
    opened(git_repo)
    marker = tmp_path / "ran"
    program = git_repo.write("evil.sh", f'#!/bin/sh\ntouch {marker}\ncat "$1"\n')
    program.chmod(0o755)
    git_repo.git("config", "diff.evil.textconv", str(program))
    git_repo.git("config", "diff.external", str(program))
    git_repo.git("config", "core.pager", str(program))
    git_repo.commit(".gitattributes", "*.yaml diff=evil\n", EPOCH + 90)
    stepped(git_repo, setting(priority="p1"), EPOCH + 100)
    assert len(life(git_repo).steps) == 2
    assert not marker.exists()


def test_the_fold_is_the_file_whatever_a_person_commits(git_repo: GitRepo) -> None:
    """Fields set, taken away and reordered by hand."""
    opened(git_repo)
    text = text_of(git_repo).replace("priority: p3\n", "").replace("title:", "priority: p2\ntitle:")
    git_repo.commit(PATH_A, text + "service: mail  # by hand\n", EPOCH + 100)
    case, problems = parse_case(text + "service: mail\n", PATH_A)
    assert not problems
    assert case is not None
    assert life(git_repo).case().fields == case.fields
