"""Plain `git pull` unites a case that both sides changed, into the very bytes that `casectl sync` would have made."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from casectl.model.case import Case
from casectl.model.timeline import Timeline
from casectl.sla.disputes import open_disputes
from casectl.store.casefile import parse_case
from casectl.store.driver import ATTRIBUTES, ATTRIBUTES_TEXT, lacks_driver, set_driver
from casectl.store.history import read_timeline
from casectl.store.merge import merge_trees
from tests.conftest import EPOCH, MakeRepo
from tests.store.clones import Clone, clone, share
from tests.store.stories import PATH_A, A, case_id, noting, setting

AT = 1000


@pytest.fixture(autouse=True)
def _on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`casectl`, as git finds it; every run leaves a line in `runs`."""
    program = tmp_path / "bin" / "casectl"
    program.parent.mkdir()
    house = Path(__file__).resolve().parents[2]
    runs = f"echo \"$*\" >>'{tmp_path}/runs'"
    program.write_text(f"#!/bin/sh\n{runs}\nPYTHONPATH='{house}' exec '{sys.executable}' -m casectl \"$@\"\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")


@pytest.fixture
def pair(make_repo: MakeRepo, tmp_path: Path) -> tuple[Clone, Clone]:
    """Two clones that both have case A, and whose git knows casectl's merge."""
    hub = share(make_repo(files={ATTRIBUTES: ATTRIBUTES_TEXT}), tmp_path / "hub.git")
    one, two = clone(hub, "ann"), clone(hub, "bob")
    one.open()
    one.git("push", "-q")
    two.git("pull", "-q")
    for each in (one, two):
        set_driver(each.repo)
    return one, two


def pulled(here: Clone, there: Clone, check: bool = True) -> str:
    """What a person sees who pulls what the other one has pushed."""
    there.git("push", "-q")
    return here.git("pull", "--no-rebase", "--no-edit", at=EPOCH + AT, check=check)


def synced(here: Clone, there: Clone) -> bytes:
    """The bytes that a sync would put into the case's file at a merge of what both have."""
    here.git("fetch", "-q", str(there.root), "main")
    theirs = there.head
    return here.git("show", f"{merge_trees(here.repo, here.head, theirs).tree}:{PATH_A}").encode() + b"\n"


def runs(tmp_path: Path) -> int:
    return (tmp_path / "runs").read_text().count("merge-driver") if (tmp_path / "runs").exists() else 0


def life(here: Clone) -> Timeline:
    return read_timeline(here.repo, A, here.head)


def case_in(here: Clone) -> Case | None:
    return parse_case(here.file(PATH_A).decode(), PATH_A)[0]


def test_notes_and_fields_of_both_sides_are_united(pair: tuple[Clone, Clone], tmp_path: Path) -> None:
    one, two = pair
    one.take(setting(assignee="ann"), 100)
    one.take(noting("from ann"), 130)
    two.take(noting("from bob"), 110)
    two.take(setting(owner="bob"), 120)
    expected = synced(two, one)
    pulled(two, one)
    assert runs(tmp_path) == 1
    assert two.file(PATH_A) == expected
    assert two.git("status", "--porcelain") == ""
    assert len(two.git("show", "-s", "--format=%P").split()) == 2
    assert case_in(two) == life(two).case()
    assert [step.at - EPOCH for step in life(two).steps] == [60, 100, 110, 120, 130]
    assert life(two).problems == life(two).disputes == ()
    pulled(one, two)
    assert one.head == two.head
    assert one.sync().sent == two.sync().sent == 0


def test_whoever_merges_by_whichever_tool_comes_to_the_same_file_and_life(pair: tuple[Clone, Clone]) -> None:
    one, two = pair
    one.take(setting(priority="p1"), 100)
    two.take(setting(priority="p2"), 110)
    two.take(noting("from bob"), 120)
    theirs, ours = one.head, two.head
    pulled(two, one)
    by_git, told = two.file(PATH_A), life(two)
    two.git("reset", "-q", "--hard", ours)
    two.sync(AT)
    assert two.file(PATH_A) == by_git
    assert life(two) == told
    one.git("fetch", "-q", str(two.root), ours)
    one.git("merge", "-q", "--no-edit", "FETCH_HEAD")
    assert (one.git("rev-parse", "HEAD^1"), one.file(PATH_A), life(one)) == (theirs, by_git, told)


def test_a_contradiction_is_a_dispute_and_no_conflict(pair: tuple[Clone, Clone]) -> None:
    one, two = pair
    one.take(setting(priority="p1"), 100)
    two.take(setting(priority="p2"), 110)
    one.git("push", "-q")
    said = two.git("-c", "merge.verbosity=1", "pull", "--no-rebase", "--no-edit")
    assert "CONFLICT" not in said
    case = case_in(two)
    assert case is not None
    assert case.priority == "p2"
    assert [dispute.field for dispute in open_disputes(life(two), life(two).steps)] == ["priority"]


def test_a_case_opened_on_both_sides_under_one_id(pair: tuple[Clone, Clone]) -> None:
    one, two = pair
    one.open(case_id("B"), 100, title="Ann's")
    two.open(case_id("B"), 110, title="Bob's")
    pulled(two, one)
    steps = read_timeline(two.repo, case_id("B"), two.head).steps
    assert [step.at - EPOCH for step in steps] == [100, 110]


def test_comments_of_a_hand_edit_stay(pair: tuple[Clone, Clone]) -> None:
    one, two = pair
    text = one.file(PATH_A).decode()
    one.commit(PATH_A, text.replace("priority: p3", "priority: p1  # said Ann"), EPOCH + 100)
    two.take(noting("from bob"), 110)
    expected = synced(two, one)
    pulled(two, one)
    assert two.file(PATH_A) == expected
    assert b"# said Ann" in expected
    assert b"from bob" in expected


@pytest.mark.parametrize("recursive", [True, False])
def test_merges_that_cross_are_united_too(pair: tuple[Clone, Clone], tmp_path: Path, recursive: bool) -> None:
    """Their common ancestors are merged first: that is no merge of ours, whether git asks us about it or not."""
    one, two = pair
    if not recursive:
        two.git("config", "--unset", "merge.casectl.recursive")
    one.take(setting(assignee="ann"), 100)
    two.take(setting(owner="bob"), 110)
    ours, theirs = one.head, two.head
    one.git("fetch", "-q", str(two.root), theirs)
    two.git("fetch", "-q", str(one.root), ours)
    one.git("merge", "-q", "--no-edit", theirs, at=EPOCH + 200)
    two.git("merge", "-q", "--no-edit", ours, at=EPOCH + 210)
    one.take(noting("from ann"), 300)
    two.take(noting("from bob"), 310)
    two.git("fetch", "-q", str(one.root), "main")
    assert len(two.git("merge-base", "--all", "HEAD", "FETCH_HEAD").split()) == 2
    expected = synced(two, one)
    pulled(two, one)
    assert two.file(PATH_A) == expected
    assert case_in(two) == life(two).case()
    assert [step.at - EPOCH for step in life(two).steps] == [60, 100, 110, 300, 310]
    assert runs(tmp_path) == (3 if recursive else 4)


@pytest.mark.parametrize("how", ["rebase", "cherry-pick", "stash"])
def test_where_no_two_commits_are_merged_lines_are(pair: tuple[Clone, Clone], how: str) -> None:
    one, two = pair
    one.take(setting(priority="p1"), 100)
    one.git("push", "-q")
    two.git("fetch", "-q")
    if how == "stash":
        two.write(PATH_A, two.file(PATH_A).decode().replace("priority: p3", "priority: p2"))
        two.git("stash", "-q")
        two.git("merge", "-q", "--ff-only", "origin/main")
        two.git("stash", "pop", check=False)
    else:
        two.take(setting(priority="p2"), 110)
        two.git(how, "origin/main", check=False)
    text = two.file(PATH_A).decode()
    assert "<<<<<<<" in text
    assert {"priority: p1", "priority: p2"} <= set(text.splitlines())
    assert two.git("ls-files", "-u", "--", PATH_A).count("\n") == 2


def test_lines_that_do_not_touch_are_merged_as_git_does_it(pair: tuple[Clone, Clone]) -> None:
    one, two = pair
    one.take(setting(title="Both of them"), 100)
    two.take(setting(owner="bob"), 110)
    one.git("push", "-q")
    two.git("fetch", "-q")
    two.git("rebase", "-q", "origin/main")
    case = case_in(two)
    assert case is not None
    assert (case.text("title"), case.text("owner")) == ("Both of them", "bob")


def test_a_version_that_is_no_case_is_left_to_a_person(pair: tuple[Clone, Clone]) -> None:
    one, two = pair
    one.commit(PATH_A, one.file(PATH_A).decode().replace("priority: p3", "priority: [p1"), EPOCH + 100)
    two.take(setting(priority="p2"), 110)
    ours = two.head
    pulled(two, one, check=False)
    assert "<<<<<<<" in two.file(PATH_A).decode()
    assert (two.head, two.git("status", "--porcelain")) == (ours, f"UU {PATH_A}")


def test_a_clone_without_the_whole_history_cannot_unite(pair: tuple[Clone, Clone]) -> None:
    one, two = pair
    one.take(noting("from ann"), 100)
    two.take(noting("from bob"), 110)
    (two.repo.git_dir / "shallow").write_text(two.git("rev-parse", "HEAD~1") + "\n")
    pulled(two, one, check=False)
    assert "<<<<<<<" in two.file(PATH_A).decode()


def test_a_clone_without_the_driver_merges_lines_and_a_doctor_would_say_so(pair: tuple[Clone, Clone]) -> None:
    one, two = pair
    two.git("config", "--remove-section", "merge.casectl")
    assert (lacks_driver(one.repo), lacks_driver(two.repo)) == (False, True)
    one.take(noting("from ann"), 100)
    two.take(noting("from bob"), 110)
    pulled(two, one, check=False)
    assert "<<<<<<<" in two.file(PATH_A).decode()
    two.git("merge", "--abort")
    set_driver(two.repo)
    pulled(two, one)
    assert b"from ann" in two.file(PATH_A)


def test_reading_and_syncing_never_run_it(pair: tuple[Clone, Clone], tmp_path: Path) -> None:
    one, two = pair
    one.take(noting("from ann"), 100)
    two.take(noting("from bob"), 110)
    one.sync(AT)
    two.sync(AT)
    assert life(two).steps
    assert runs(tmp_path) == 0
