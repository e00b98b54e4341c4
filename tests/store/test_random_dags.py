"""Histories of every shape that git can hold, made by plumbing: the fold at each commit is that commit's file."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from casectl.model.case import Case, Entry, Value
from casectl.model.timeline import Timeline
from casectl.store.canonical import dump
from casectl.store.history import read_timeline, read_timelines
from casectl.store.repo import find_repo
from tests.conftest import EPOCH, GitRepo
from tests.store.stories import PATH_A, A, opening

Commit = tuple[str, Case | None]
"""A commit and the case in it; None where its file is deleted."""


class Builder:
    """Makes commits of one case, each with any parents, any time and any content."""

    def __init__(self, git_repo: GitRepo, seed: int) -> None:
        self.repo = git_repo
        self.chance = random.Random(seed)
        self.made: list[Commit] = []
        self.entries = 0
        self.own: dict[str, tuple[dict[str, Value], str | None]] = {}
        """What each commit with one parent set, and the entry that it wrote."""

    def born(self) -> None:
        change = opening()(None, EPOCH)
        self.commit(Case({}).changed(change.fields), (self.repo.head,), EPOCH + 60)

    def commit(self, case: Case | None, parents: tuple[str, ...], at: int) -> str:
        git = self.repo.git
        git("read-tree", parents[0])
        if case is None:
            git("update-index", "--force-remove", PATH_A)
        else:
            blob = self.repo.write("draft.yaml", dump(case))
            name = git("hash-object", "-w", str(blob))
            git("update-index", "--add", "--cacheinfo", f"100644,{name},{PATH_A}")
        tree = git("write-tree")
        flags = [flag for parent in parents for flag in ("-p", parent)]
        made = git("commit-tree", tree, *flags, "-m", f"number {len(self.made)}", at=at)
        self.made.append((made, case))
        return made

    def step(self) -> None:
        """A commit on top of a random one: a field or two, an entry; sometimes the file goes, or comes back."""
        parent, case = self.chance.choice(self.made[-6:])
        at = EPOCH + 60 + len(self.made) * 100 + self.chance.randint(-400, 400)
        if case is None:
            case = next(each for _, each in reversed(self.made) if each is not None)
            self.commit(case, (parent,), at)
            return
        if self.chance.random() < 0.05:
            self.commit(None, (parent,), at)
            return
        fields, entry = self.change()
        log = () if entry is None else (Entry(entry, "note", {"text": entry}),)
        made = self.commit(case.changed(fields, log), (parent,), at)
        self.own[made] = ({name: value for name, value in fields.items() if case.fields.get(name) != value}, entry)

    def change(self) -> tuple[dict[str, Value], str | None]:
        self.entries += 1
        values: dict[str, Value] = {
            "assignee": f"person-{self.chance.randint(1, 3)}",
            "priority": self.chance.choice(["p1", "p2", "p3"]),
            "status": self.chance.choice(["new", "active", "resolved"]),
            "agreed": {self.chance.choice(["response", "resolution"]): EPOCH + self.entries},
            "commitments": ({"id": f"c{self.chance.randint(1, 4)}", "kind": "call", "due": EPOCH + self.entries},),
        }
        names = self.chance.sample(sorted(values), self.chance.randint(0, 2))
        entry = f"e{self.entries}" if self.chance.random() < 0.6 or not names else None
        return {name: values[name] for name in names}, entry

    def merge(self) -> None:
        """A merge of two or three: ours, theirs, what the fold says, or something else (an evil one)."""
        some = self.chance.sample(self.made[-6:], min(len(self.made), self.chance.choice([2, 2, 2, 3])))
        parents = tuple(dict.fromkeys(commit for commit, _ in some))
        way = self.chance.random()
        case = some[0][1] if way < 0.4 else some[-1][1]
        if way > 0.7 and case is not None:
            fields, _ = self.change()
            case = case.changed(fields, (Entry(f"m{len(self.made)}", "note", {"text": "evil"}),))
        self.commit(case, parents, EPOCH + 60 + len(self.made) * 100 + self.chance.randint(-300, 300))

    def tip(self) -> str:
        """A merge of everything, so that one commit has it all."""
        last = next(case for _, case in reversed(self.made) if case is not None)
        return self.commit(last, tuple(commit for commit, _ in self.made), EPOCH + 100_000)


def timeline_at(repo: GitRepo, commit: str) -> Timeline | None:
    found = list(read_timelines(repo.repo, commit))
    return found[0] if found else None


def built(git_repo: GitRepo, seed: int, turns: int) -> tuple[Builder, str]:
    builder = Builder(git_repo, seed)
    builder.born()
    for _ in range(turns):
        (builder.merge if builder.chance.random() < 0.3 else builder.step)()
    return builder, builder.tip()


@pytest.mark.parametrize("seed", range(10))
def test_the_fold_at_each_commit_is_its_file(git_repo: GitRepo, seed: int) -> None:
    builder, _ = built(git_repo, seed, 14)
    for commit, case in builder.made:
        timeline = timeline_at(git_repo, commit)
        assert timeline is not None
        if case is None:
            continue
        folded = timeline.case()
        assert dict(folded.fields) == dict(case.fields), commit
        # What a commit took out of the log is still known; beyond that the logs are the same.
        gone = {entry.id for entry in folded.log} - {entry.id for entry in case.log}
        assert {entry.id for entry in case.log} <= {entry.id for entry in folded.log}
        assert len(folded.log) == len({entry.id for entry in folded.log})
        assert not gone or any("removed log entry" in problem.message for problem in timeline.problems)
        assert read_timeline(git_repo.repo, A, commit) == timeline


@pytest.mark.parametrize("seed", range(10, 16))
def test_no_step_vanishes_and_none_counts_twice(git_repo: GitRepo, seed: int) -> None:
    builder, tip = built(git_repo, seed, 20)
    timeline = timeline_at(git_repo, tip)
    assert timeline is not None
    commits = [step.commit for step in timeline.steps]
    assert len(commits) == len(set(commits))
    by_commit = {step.commit: step for step in timeline.steps}
    for commit, (fields, entry) in builder.own.items():
        if not fields and entry is None:
            continue
        step = by_commit.get(commit)
        assert set(step.changes if step else ()) == set(fields)
    # A file put back by hand may bring an entry along that another branch wrote: it counts where it was told first.
    written = [entry.id for step in timeline.steps for entry in step.entries]
    assert len(written) == len(set(written))
    assert {entry for _, entry in builder.own.values() if entry} <= set(written)
    assert [step.at for step in timeline.steps] == sorted(step.at for step in timeline.steps)
    own_times = {commit: int(git_repo.git("show", "-s", "--format=%ct", commit)) for commit in commits}
    assert all(step.at >= own_times[step.commit] for step in timeline.steps)


def test_every_clone_tells_the_same(git_repo: GitRepo, tmp_path: Path) -> None:
    _, tip = built(git_repo, 77, 18)
    git_repo.git("branch", "-f", "all", tip)
    timeline = timeline_at(git_repo, tip)
    for name in ("one", "two"):
        git_repo.git("clone", "-q", "--branch", "all", str(git_repo.root), str(tmp_path / name))
        clone = GitRepo(find_repo(tmp_path / name))
        clone.git("repack", "-adq")
        assert timeline_at(clone, tip) == timeline


def test_steps_of_a_second_root_and_of_a_rename_stay(git_repo: GitRepo) -> None:
    """A stretch of history with a root of its own, and a file that was moved away by hand: its life stays."""
    builder = Builder(git_repo, 1)
    builder.born()
    first, case = builder.made[0]
    assert case is not None
    tree = git_repo.git("rev-parse", f"{first}^{{tree}}")
    root = git_repo.git("commit-tree", tree, "-m", "another root", at=EPOCH + 500)
    builder.made.append((root, case))
    merged = builder.commit(case, (first, root), EPOCH + 600)
    timeline = timeline_at(git_repo, merged)
    assert timeline is not None
    assert [step.at for step in timeline.steps] == [EPOCH + 60, EPOCH + 500]
    assert timeline.case() == case
    assert timeline.disputes == ()
    assert "opened twice" in timeline.problems[0].message
    git_repo.git("reset", "-q", "--hard", merged)
    git_repo.git("mv", PATH_A, "cases/2026/09/21/elsewhere.yaml")
    git_repo.git("commit", "-q", "-m", "moved by hand", at=EPOCH + 700)
    moved = timeline_at(git_repo, git_repo.head)
    assert moved is not None
    assert moved.steps == timeline.steps
    assert any("deleted" in problem.message for problem in moved.problems)


def test_an_arm_whose_clock_was_years_behind_is_no_less_read_for_one_case(git_repo: GitRepo) -> None:
    """The merge took that arm's file, so that the rest looks whole without it."""
    builder = Builder(git_repo, 2)
    builder.born()
    first, case = builder.made[0]
    assert case is not None
    ours, theirs = case.changed({"owner": "sam"}), case.changed({"assignee": "jo"})
    main = builder.commit(ours, (first,), EPOCH + 100)
    behind = builder.commit(theirs, (first,), EPOCH - 900 * 86_400)
    merged = builder.commit(theirs, (main, behind), EPOCH + 300)
    timeline = timeline_at(git_repo, merged)
    assert timeline is not None
    assert [step.commit for step in timeline.steps] == [first, behind, main, merged]
    assert read_timeline(git_repo.repo, A, merged) == timeline
