"""Many commits at once: all of them, or nothing that anybody could see."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from casectl.model.case import Case
from casectl.model.caseid import path_of
from casectl.model.problems import NotAllowed
from casectl.store.bulk import BulkStep, write_bulk, write_commit_graph
from casectl.store.canonical import dump
from casectl.store.history import read_timeline, read_timelines
from tests.conftest import EPOCH, GitRepo
from tests.store.stories import A, case_id, noting, opened, opening, stepped


def imported(letters: str = "BC", steps: int = 3) -> Iterator[BulkStep]:
    """A few cases with a few steps each, in the order of time."""
    cases = {letter: Case({}).changed(opening(case_id(letter))(None, EPOCH + 60).fields) for letter in letters}
    for number in range(steps):
        for place, letter in enumerate(letters):
            at = EPOCH + 60 + number * 100 + place
            if number:
                cases[letter] = cases[letter].changed({}, noting(f"note {number}")(None, at).entries)
            name = case_id(letter)
            yield BulkStep(name, dump(cases[letter]), at, "Jo <Clerk>", "jo@example.org", f"{name} import: {number}\n")


def seen(git_repo: GitRepo) -> tuple[str, ...]:
    """Everything that a person could notice: refs, index, files."""
    refs = git_repo.git("for-each-ref")
    files = sorted(str(path) for path in git_repo.root.rglob("*") if ".git" not in path.parts)
    return refs, git_repo.git("ls-files", "-s"), "\n".join(files)


def test_steps_become_commits_in_their_order(git_repo: GitRepo) -> None:
    opened(git_repo)
    counts: list[int] = []
    last = write_bulk(git_repo.repo, imported(), counts.append)
    assert last == git_repo.head
    assert counts[-1] == 6
    log = git_repo.git("log", "-6", "--reverse", "--format=%an <%ae> %at %cn %ct %s").split("\n")
    assert log[0] == f"Jo Clerk <jo@example.org> {EPOCH + 60} Jo Clerk {EPOCH + 60} {case_id('B')} import: 0"
    assert [line[-len("import: 0") :] for line in log] == [f"import: {n}" for n in (0, 0, 1, 1, 2, 2)]


def test_index_and_files_come_along(git_repo: GitRepo) -> None:
    opened(git_repo)
    git_repo.write("untracked.txt", "mine\n")
    git_repo.write("staged.txt", "mine\n")
    git_repo.git("add", "staged.txt")
    write_bulk(git_repo.repo, imported())
    assert git_repo.git("status", "--porcelain") == "A  staged.txt\n?? untracked.txt"
    assert (git_repo.root / path_of(case_id("C"))).read_text().count("- id:") == 2
    assert "refs/casectl" not in git_repo.git("for-each-ref")


def test_more_steps_of_a_case_that_is_there(git_repo: GitRepo) -> None:
    write_bulk(git_repo.repo, list(imported("B", 2)))
    write_bulk(git_repo.repo, list(imported("B", 4))[2:])
    assert git_repo.git("status", "--porcelain") == ""
    assert len(read_timeline(git_repo.repo, case_id("B"), git_repo.head).steps) == 4


def test_nothing_to_import_changes_nothing(git_repo: GitRepo) -> None:
    before = seen(git_repo)
    assert write_bulk(git_repo.repo, ()) == git_repo.head
    assert seen(git_repo) == before


def test_an_error_in_the_middle_leaves_nothing(git_repo: GitRepo) -> None:
    opened(git_repo)
    before = seen(git_repo)

    def broken() -> Iterator[BulkStep]:
        yield from imported()
        raise ValueError("row 7")

    with pytest.raises(ValueError, match="row 7"):
        write_bulk(git_repo.repo, broken())
    assert seen(git_repo) == before
    assert list(git_repo.repo.git_dir.glob("fast_import_crash_*")) == []


def test_a_file_in_the_way_stops_it_all(git_repo: GitRepo) -> None:
    git_repo.write(path_of(case_id("C")), "mine\n")
    before = seen(git_repo)
    with pytest.raises(NotAllowed, match="in the way"):
        write_bulk(git_repo.repo, imported())
    assert seen(git_repo) == before
    assert (git_repo.root / path_of(case_id("C"))).read_text() == "mine\n"


def test_a_hand_edit_stops_it_all(git_repo: GitRepo) -> None:
    write_bulk(git_repo.repo, list(imported("B", 2)))
    git_repo.write(path_of(case_id("B")), "half an edit")
    before = seen(git_repo)
    with pytest.raises(NotAllowed, match="not committed"):
        write_bulk(git_repo.repo, list(imported("B", 4))[2:])
    assert seen(git_repo) == before


def test_with_a_commit_graph_histories_read_the_same(git_repo: GitRepo) -> None:
    write_bulk(git_repo.repo, imported())
    opened(git_repo, at=EPOCH + 500)
    stepped(git_repo, noting("done"), EPOCH + 600)
    before = list(read_timelines(git_repo.repo, git_repo.head))
    write_commit_graph(git_repo.repo)
    assert list(read_timelines(git_repo.repo, git_repo.head)) == before
    assert [read_timeline(git_repo.repo, case_id(letter), git_repo.head) for letter in "ABC"] == before
    assert before[0].case_id == A
