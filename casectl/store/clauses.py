"""The clauses of each desk at a commit: what they say, which entries of policies carry them, which tests name them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from casectl.model.clause_reader import Clause, carriers, read_clauses
from casectl.model.problems import Problem
from casectl.store.book import CommitTree, commit_tree
from casectl.store.git import GitError, run_git
from casectl.store.objects import ObjectReader
from casectl.store.policy_tree import BESIDE, CLAUSES, SUFFIX, is_desk
from casectl.store.repo import Repo

TESTS = "tests/clauses"
_TEST = re.compile(r"^[^:]+:(?P<path>[^:]+):(?P<line>\d+):\s*def (?P<name>test_\w+)")


class Place(NamedTuple):
    """Where something carries a clause: a file of the repository, a line of it, and what stands there."""

    path: str
    line: int
    what: str


class DeskClauses(NamedTuple):
    """All that one desk's files say of clauses."""

    desk: str
    clauses: Mapping[str, Clause]
    carried: Mapping[str, tuple[Place, ...]]
    """By clause, listed or not: every `clause:` of every version."""
    problems: tuple[Problem, ...] = ()


def read_desk_clauses(repo: Repo, commit: str) -> Iterator[DeskClauses]:
    """Of every desk that has policies at `commit`, in alphabetical order."""
    with ObjectReader(repo) as reader:
        tree = commit_tree(repo, reader, commit)
        for desk in sorted(name for name in tree.folders() if is_desk(name)):
            yield _of_desk(tree, desk)


def _of_desk(tree: CommitTree, desk: str) -> DeskClauses:
    files = tree.files(desk)
    clauses: Mapping[str, Clause] = {}
    problems: list[Problem] = []
    if CLAUSES in files:
        node, found = tree.node(f"{desk}/{CLAUSES}")
        problems += found
        if node is not None:
            clauses, found = read_clauses(node, tree.shown(f"{desk}/{CLAUSES}"))
            problems += found
    carried: dict[str, list[Place]] = {}
    for name in sorted(set(files) - BESIDE):
        node, found = tree.node(f"{desk}/{name}") if name.endswith(SUFFIX) else (None, ())
        problems += found
        for clause, where, line in carriers(node) if node is not None else ():
            carried.setdefault(clause, []).append(Place(tree.shown(f"{desk}/{name}"), line, where))
    return DeskClauses(desk, clauses, {name: tuple(places) for name, places in carried.items()}, tuple(problems))


def clause_tests(repo: Repo, commit: str) -> tuple[Place, ...] | None:
    """Every test below `tests/clauses` at `commit`; None where that tree has no such folder."""
    with ObjectReader(repo) as reader:
        if reader.look(f"{commit}:{TESTS}") is None:
            return None
    try:
        options = ("-n", "-E", "--no-color", "--no-column", "--full-name", "--no-heading", "--no-break")
        said = run_git(repo, "grep", *options, r"^ *def test_", commit, "--", TESTS).decode(errors="replace")
    except GitError as error:
        if error.said.strip():
            raise
        return ()  # it found none, and says nothing
    found = (_TEST.match(line) for line in said.splitlines())
    return tuple(Place(one["path"], int(one["line"]), one["name"]) for one in found if one)


def tests_of(clause: str, tests: tuple[Place, ...], known: Iterable[str]) -> tuple[Place, ...]:
    """Those whose name begins with the clause's ID: `test_abc_1_…` for ABC-1, but not for an ABC-1-2 among `known`."""
    longer = [name for name in known if name.startswith(f"{clause}-")]
    return tuple(test for test in tests if _is_of(test, clause) and not any(_is_of(test, name) for name in longer))


def _is_of(test: Place, clause: str) -> bool:
    stem = f"test_{clause.lower().replace('-', '_')}"
    return test.what == stem or test.what.startswith(f"{stem}_")
