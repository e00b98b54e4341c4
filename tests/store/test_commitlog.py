"""Every commit as git stores it: raw names, raw times, nothing mapped, repaired or hidden."""

from __future__ import annotations

import subprocess

import pytest

from casectl.store.commitlog import Commit, Hand, parse_commit, read_commits
from casectl.store.gitlog import LAST_COMMITTED
from tests.conftest import EPOCH, GitRepo

TREE = b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n"
GOOD = b"author Jo <jo@example.com> 1790000000 +0000\ncommitter Sam <sam@example.com> 1790000060 +0200\n"


def commits(git_repo: GitRepo) -> list[Commit]:
    return list(read_commits(git_repo.repo, git_repo.head))


def raw(git_repo: GitRepo, people: bytes, message: bytes = b"by hand\n") -> str:
    """HEAD's child, from the bytes of its object; git is asked to swallow them whatever they are."""
    tree = git_repo.git("rev-parse", "HEAD^{tree}").encode()
    content = b"tree " + tree + b"\nparent " + git_repo.head.encode() + b"\n" + people + b"\n" + message
    write = ["git", "-C", str(git_repo.root), "hash-object", "-t", "commit", "-w", "--stdin", "--literally"]
    made = subprocess.run(write, input=content, capture_output=True, check=True).stdout.decode().strip()
    git_repo.git("update-ref", "HEAD", made)
    return made


def test_parents_come_before_their_children_whatever_the_clocks_say(git_repo: GitRepo) -> None:
    for number in range(3):
        git_repo.commit(f"cases/{number}.txt", "x", EPOCH - number * 1000)
    found = commits(git_repo)
    places = {commit.id: place for place, commit in enumerate(found)}
    assert len(found) == 4
    assert all(places[parent] < place for place, commit in enumerate(found) for parent in commit.parents)


def test_author_and_committer_are_told_apart(git_repo: GitRepo) -> None:
    made = raw(git_repo, GOOD)
    last = commits(git_repo)[-1]
    assert last.id == made
    assert last.author == Hand("Jo", "jo@example.com", 1_790_000_000)
    assert last.committer == Hand("Sam", "sam@example.com", 1_790_000_060)


def test_no_mailmap_and_no_replacement_is_heeded(git_repo: GitRepo) -> None:
    made = raw(git_repo, GOOD)
    git_repo.commit(".mailmap", "Else <else@example.com> <jo@example.com>\n", EPOCH + 100)
    other = raw(git_repo, GOOD.replace(b"Jo", b"Else"))
    git_repo.git("replace", made, other)
    assert {commit.author.name for commit in commits(git_repo) if commit.id == made} == {"Jo"}


@pytest.mark.parametrize(
    ("line", "hand"),
    [
        (b"Jo <jo@example.com> notanumber +0000", Hand("Jo", "jo@example.com", None)),
        (b"Jo <jo@example.com>", Hand("Jo", "jo@example.com", None)),
        (b"Jo <jo@example.com> 99999999999999 +0000", Hand("Jo", "jo@example.com", None)),
        (b"Jo <jo@example.com> 17179869184 +0000", Hand("Jo", "jo@example.com", None)),
        (b"Jo <jo@example.com> 17179869183 +0000", Hand("Jo", "jo@example.com", LAST_COMMITTED)),
        (b"Jo <jo@example.com> -5 +0000", Hand("Jo", "jo@example.com", None)),
        (b"Jo jo@example.com 5 +0000", Hand("Jo jo@example.com 5 +0000", "", None)),
        (b"<> 5 +0000", Hand("", "", 5)),
        (b"J\xf6rg <jo@example.com> 5 +0000", Hand("J\ufffdrg", "jo@example.com", 5)),
        (b"Jo <a@b> <jo@example.com> 5 +0000", Hand("Jo", "a@b", 5)),
        (b"", Hand("", "", None)),
    ],
)
def test_a_line_that_names_nobody_in_order_is_read_as_far_as_it_goes(line: bytes, hand: Hand) -> None:
    found = parse_commit("x", TREE + b"author " + line + b"\ncommitter " + line + b"\n\nwords")
    assert (found.author, found.committer) == (hand, hand)


def test_of_two_committers_the_last_counts_as_git_shows_it(git_repo: GitRepo) -> None:
    made = raw(git_repo, GOOD + b"committer Eve <eve@example.com> 1790000120 +0000\n")
    last = commits(git_repo)[-1]
    shown = git_repo.git("log", "-1", "--format=%cn %ct", made)
    assert (last.id, f"{last.committer.name} {last.committer.at}") == (made, shown)
    assert last.odd == "committer"


def test_a_parent_that_stands_elsewhere_is_none_as_to_git(git_repo: GitRepo) -> None:
    made = raw(git_repo, GOOD + b"parent " + git_repo.head.encode() + b"\n")
    last = commits(git_repo)[-1]
    assert (last.id, " ".join(last.parents)) == (made, git_repo.git("log", "-1", "--format=%P", made))
    assert last.odd == "parent"


@pytest.mark.parametrize("more", [b"", b"gpgsig -----BEGIN\n more\n", b"encoding UTF-8\n", b"mergetag x\n"])
def test_what_git_writes_is_not_odd(more: bytes) -> None:
    assert parse_commit("x", TREE + b"parent " + b"1" * 40 + b"\n" + GOOD + more + b"\nwords").odd == ""


@pytest.mark.parametrize(
    "head", [GOOD, GOOD + TREE, TREE + b"author Jo <jo@example.com> 5 +0000\n", b"", TREE + b"x y\n" + GOOD]
)
def test_what_git_does_not_write_is_odd(head: bytes) -> None:
    assert parse_commit("x", head + b"\nwords").odd


def test_only_what_is_signed_is_kept_whole() -> None:
    plain, signed = TREE + GOOD + b"\nwords", TREE + GOOD + b"gpgsig -----BEGIN\n more\n\nwords"
    assert parse_commit("x", plain).signed == b""
    assert parse_commit("x", signed).signed == signed


@pytest.mark.parametrize(
    ("message", "trailers"),
    [
        ("A verb: words\n\nCase: A\nEvent: note\n", {"Case": "A", "Event": "note"}),
        ("A verb: words\n\nCase: A\n\nsome more\n", {}),
        ("words alone", {}),
        ("A: b\n\nCase: A\nCase: B\n", {"Case": "B"}),
    ],
)
def test_trailers_are_those_of_the_last_paragraph(message: str, trailers: dict[str, str]) -> None:
    found = parse_commit("x", TREE + GOOD + b"\n" + message.encode())
    assert found.trailers == trailers
    assert found.subject == message.partition("\n")[0]
