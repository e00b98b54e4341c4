"""What is asked again because nobody was told that it had worked is done once."""

from __future__ import annotations

from casectl.store.asked import PATIENCE_SECONDS, Asked
from casectl.store.unfinished import told, untold
from casectl.store.write import write_step
from casectl.store.written import Written
from tests.conftest import EPOCH, SAM, GitRepo
from tests.store.stories import A, case_id, noting, opened, stepped

NOTE = Asked("note", "note A 'hello'")


def asked(git_repo: GitRepo, at: int, how: Asked = NOTE, name: str = A) -> Written:
    return write_step(git_repo.repo, name, noting("hello", name), lambda: at, SAM, how)


def test_the_same_words_are_recognised_until_somebody_was_told(git_repo: GitRepo) -> None:
    opened(git_repo)
    first = asked(git_repo, EPOCH + 120)
    again = asked(git_repo, EPOCH + 180)
    assert (again.commit, again.at, again.repeated, again.case) == (first.commit, first.at, True, first.case)
    assert (again.parent, again.before, again.author) == (first.parent, first.before, first.author)
    assert again.change.entries == first.change.entries
    assert again.warnings[0].startswith("already taken at 2026-09-21T14:15:20Z as commit")
    assert git_repo.head == first.commit
    told(git_repo.repo, A)
    assert asked(git_repo, EPOCH + 240).commit == git_repo.head != first.commit


def test_later_or_after_another_step_they_are_a_new_step(git_repo: GitRepo) -> None:
    opened(git_repo)
    first = asked(git_repo, EPOCH + 120)
    late = asked(git_repo, EPOCH + 120 + PATIENCE_SECONDS + 1)
    assert late.commit != first.commit
    stepped(git_repo, noting("between"), EPOCH + 2000)
    assert not asked(git_repo, EPOCH + 2010).repeated


def test_other_words_are_another_step(git_repo: GitRepo) -> None:
    opened(git_repo)
    asked(git_repo, EPOCH + 120)
    assert not asked(git_repo, EPOCH + 130, Asked("note", "note A 'bye'")).repeated


def test_nothing_is_noted_of_what_nobody_will_ask_again(git_repo: GitRepo) -> None:
    opened(git_repo)
    stepped(git_repo, noting("automatic"), EPOCH + 120)
    assert untold(git_repo.repo) == []


def test_a_token_is_recognised_for_ever_and_on_its_case_only(git_repo: GitRepo) -> None:
    opened(git_repo)
    opened(git_repo, case_id("B"))
    token = Asked("note", "note …", "mail-4711")
    first = asked(git_repo, EPOCH + 120, token)
    told(git_repo.repo, A)
    stepped(git_repo, noting("between"), EPOCH + 200)
    again = asked(git_repo, EPOCH + 900_000, token)
    assert (again.commit, again.repeated) == (first.commit, True)
    assert "Request: mail-4711" in git_repo.git("log", "-1", "--format=%B", first.commit)
    assert not asked(git_repo, EPOCH + 900_001, token._replace(token="mail-471")).repeated
    assert not asked(git_repo, EPOCH + 900_002, token, case_id("B")).repeated
