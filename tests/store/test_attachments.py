"""Files beside a case: in the commit of their step, byte for byte, and never over anything that lies there."""

from __future__ import annotations

import pytest

from casectl.model.case import Case, Entry
from casectl.model.change import Attached, Change
from casectl.model.problems import InvalidFiles, NotAllowed
from casectl.store.history import read_timeline, read_timelines
from casectl.store.lookup import case_ids, current_cases
from casectl.store.unfinished import Note, note
from tests.conftest import EPOCH, GitRepo
from tests.store.stories import PATH_A, A, Decide, noting, opened, stepped

FOLDER = PATH_A.removesuffix(".yaml") + ".files"
LOG = f"{FOLDER}/router.log"
AWKWARD = b"caf\xe9\r\n\x00\x01line\r\n"


def attaching(*files: Attached) -> Decide:
    def decide(_: Case | None, now: int) -> Change:
        entries = tuple(Entry(f"a{now}{n}", "attachment", {"file": file.name}) for n, file in enumerate(files))
        return Change("attach", A, "files", {}, entries, files=files)

    return decide


def attached(git_repo: GitRepo, name: str = "router.log", content: bytes = AWKWARD, at: int = EPOCH + 120) -> None:
    stepped(git_repo, attaching(Attached(name, content)), at)


def shown(git_repo: GitRepo, path: str) -> bytes:
    import subprocess

    return subprocess.run(
        ["git", "-C", str(git_repo.root), "cat-file", "blob", f"HEAD:{path}"], capture_output=True, check=True
    ).stdout


def test_they_come_in_one_commit_with_the_case(git_repo: GitRepo) -> None:
    opened(git_repo)
    before = git_repo.head
    stepped(git_repo, attaching(Attached("a.txt", b"a"), Attached("b ü.png", b"b")), EPOCH + 120)
    assert git_repo.git("rev-list", "--count", f"{before}..HEAD") == "1"
    names = git_repo.git("-c", "core.quotePath=false", "diff", "--name-only", before, "HEAD").split("\n")
    assert names == [f"{FOLDER}/a.txt", f"{FOLDER}/b ü.png", PATH_A]
    assert (git_repo.root / FOLDER / "b ü.png").read_bytes() == b"b"
    assert git_repo.git("status", "--porcelain") == ""


def test_every_byte_stays_whatever_git_is_told_of_line_ends_and_filters(git_repo: GitRepo) -> None:
    git_repo.commit(".gitattributes", "* text=auto eol=crlf ident filter=shout\n", EPOCH + 1)
    git_repo.git("config", "core.autocrlf", "true")
    git_repo.git("config", "filter.shout.clean", "tr a-z A-Z")
    opened(git_repo)
    attached(git_repo, content=AWKWARD + b"$Id$ quiet\n")
    assert shown(git_repo, LOG) == AWKWARD + b"$Id$ quiet\n"
    assert (git_repo.root / LOG).read_bytes() == AWKWARD + b"$Id$ quiet\n"


def test_further_ones_leave_those_that_are_there(git_repo: GitRepo) -> None:
    opened(git_repo)
    attached(git_repo, "a.txt")
    attached(git_repo, "b.txt", at=EPOCH + 180)
    stepped(git_repo, noting("fine"), EPOCH + 240)
    listed = git_repo.git("ls-tree", "--name-only", "HEAD", f"{FOLDER}/").split("\n")
    assert listed == [f"{FOLDER}/a.txt", f"{FOLDER}/b.txt"]


def test_what_the_user_has_staged_edited_or_left_lying_stays(git_repo: GitRepo) -> None:
    opened(git_repo)
    git_repo.write("policies/README.md", "half-edited\n")
    git_repo.write("staged.txt", "staged\n")
    git_repo.git("add", "staged.txt")
    git_repo.write(f"{FOLDER}/of-mine.txt", "untracked, beside it\n")
    attached(git_repo)
    assert git_repo.git("status", "--porcelain", "-uall").split("\n") == [
        " M policies/README.md", "A  staged.txt", f"?? {FOLDER}/of-mine.txt",
    ]  # fmt: skip


@pytest.mark.parametrize("way", ["untracked", "staged", "committed", "link", "folder link"])
def test_what_is_in_the_way_is_refused_by_name_and_kept(git_repo: GitRepo, way: str) -> None:
    opened(git_repo)
    outside = git_repo.root.parent / "outside"
    outside.mkdir()
    if way == "link":
        (git_repo.root / FOLDER).mkdir()
        (git_repo.root / LOG).symlink_to(outside / "target")
    elif way == "folder link":
        (git_repo.root / FOLDER).symlink_to(outside)
    else:
        git_repo.write(LOG, "mine\n")
    if way in ("staged", "committed"):
        git_repo.git("add", "-f", LOG)
    if way == "staged":
        (git_repo.root / LOG).unlink()
    if way == "committed":
        git_repo.git("commit", "-qm", "by hand", at=EPOCH + 100)
    before = git_repo.head
    with pytest.raises(NotAllowed, match=r"files|out of the work tree"):
        attached(git_repo)
    assert git_repo.head == before
    assert list(outside.iterdir()) == []
    if way in ("untracked", "committed"):
        assert (git_repo.root / LOG).read_text() == "mine\n"


def test_a_file_in_the_place_of_the_folder_is_refused(git_repo: GitRepo) -> None:
    opened(git_repo)
    git_repo.commit(FOLDER, "not a folder\n", EPOCH + 100)
    with pytest.raises(InvalidFiles, match="not a folder"):
        attached(git_repo)


def test_a_refused_step_keeps_nothing(git_repo: GitRepo) -> None:
    opened(git_repo)

    def refuse(_: Case | None, __: int) -> Change:
        raise NotAllowed("no")

    with pytest.raises(NotAllowed):
        stepped(git_repo, refuse, EPOCH + 120)
    assert not (git_repo.root / FOLDER).exists()


def test_a_case_that_is_not_checked_out_keeps_its_files_away_too(git_repo: GitRepo) -> None:
    opened(git_repo)
    assert git_repo.git("status", "--porcelain") == ""
    git_repo.git("sparse-checkout", "set", "policies")
    (git_repo.root / "cases").mkdir(exist_ok=True)
    assert not (git_repo.root / PATH_A).exists()
    attached(git_repo)
    assert not (git_repo.root / LOG).exists()
    assert shown(git_repo, LOG) == AWKWARD
    assert git_repo.git("status", "--porcelain") == ""


def test_the_next_step_brings_what_a_step_that_died_left_behind(git_repo: GitRepo) -> None:
    """The commit is there; its files were never put on disk nor into the index."""
    opened(git_repo)
    before, old = git_repo.head, git_repo.git("rev-parse", f"HEAD:{PATH_A}")
    attached(git_repo)
    done, new = git_repo.head, git_repo.git("rev-parse", f"HEAD:{PATH_A}")
    git_repo.git("reset", "-q", "--hard", before)
    git_repo.git("update-ref", "HEAD", done)
    note(git_repo.repo, Note(A, old, new))
    stepped(git_repo, noting("goes on"), EPOCH + 240)
    assert (git_repo.root / LOG).read_bytes() == AWKWARD
    assert git_repo.git("status", "--porcelain") == ""


def test_no_reader_takes_a_file_for_a_case(git_repo: GitRepo) -> None:
    """Also one that is called like a case, and holds one."""
    opened(git_repo)
    attached(git_repo, "ABC-260921-0000B.yaml", (git_repo.root / PATH_A).read_bytes())
    commit = git_repo.head
    assert [timeline.case_id for timeline in read_timelines(git_repo.repo, commit)] == [A]
    assert list(case_ids(git_repo.repo, commit)) == [A]
    assert [problems for _, problems in current_cases(git_repo.repo, commit)] == [()]
    timeline = read_timeline(git_repo.repo, A, commit)
    assert len(timeline.steps) == 2
    assert timeline.problems == ()
