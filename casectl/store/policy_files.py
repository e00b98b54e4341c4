"""Policies as they stand on disk, half-edited or outside any repository: what `casectl policy check FILE` looks at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from casectl.model.people_reader import read_customers, read_holidays, read_staff
from casectl.model.policy import Policy
from casectl.model.policy_check import check_policy, check_together
from casectl.model.policy_reader import read_policy
from casectl.model.problems import Problem
from casectl.model.tree import Node
from casectl.store.book import parse_tree
from casectl.store.policy_tree import BESIDE, HOLIDAYS, STAFF, SUFFIX, Holidays


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A policy, the tree it came from, and the holiday lists that stand beside it."""

    policy: Policy
    node: Node
    lists: Holidays


def read_policy_files(paths: Sequence[Path]) -> tuple[tuple[Policy, ...], tuple[Problem, ...]]:
    """The policies among files (or folders of files) on disk, and all that their readers found wrong with any.

    Holiday lists are looked up in `holidays/` beside the desk's folder, else beside the file.
    """
    loaded, problems = _load(_files_in(paths))
    return tuple(one.policy for one in loaded), problems


def check_policy_files(paths: Sequence[Path], today: date) -> tuple[Problem, ...]:
    """Every problem of files (or folders of files) on disk: of reading, of each policy, and between them.

    Customers, staff and holiday lists are told by their names. `today` decides whether a holiday list has run out.
    """
    loaded, problems = _load(_files_in(paths))
    deeper = [problem for one in loaded for problem in check_policy(one.policy, one.node, one.lists, today)]
    found = {*problems, *deeper, *check_together(one.policy for one in loaded)}
    return tuple(sorted(found, key=lambda problem: (problem.path, problem.line, problem.message)))


def _files_in(paths: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        found += sorted(path.rglob(f"*{SUFFIX}")) if path.is_dir() else [path]
    return found


def _load(paths: Sequence[Path]) -> tuple[list[_Loaded], tuple[Problem, ...]]:
    loaded: list[_Loaded] = []
    problems: list[Problem] = []
    beside: dict[Path, Holidays] = {}
    for path in paths:
        node, found = _node(path)
        problems += found
        if node is None:
            continue
        if _is_other(path):
            problems += _problems_of_other(node, path)
            continue
        folder = _folder_of_lists(path)
        lists = beside.setdefault(folder, Holidays(_DiskLists(folder)))
        policy, found = read_policy(node, path.as_posix(), lists)
        problems += found
        if policy:
            loaded.append(_Loaded(policy, node, lists))
    problems += [problem for lists in beside.values() for problem in lists.problems]
    return loaded, tuple(dict.fromkeys(problems))


def _node(path: Path) -> tuple[Node | None, tuple[Problem, ...]]:
    try:
        return parse_tree(path.read_bytes(), path.as_posix())
    except OSError as wrong:
        return None, (Problem(path.as_posix(), 0, f"cannot be read: {wrong.strerror}"),)


def _is_other(path: Path) -> bool:
    return path.name in BESIDE or path.name == STAFF or path.parent.name == HOLIDAYS


def _problems_of_other(node: Node, path: Path) -> tuple[Problem, ...]:
    shown = path.as_posix()
    if path.parent.name == HOLIDAYS:
        return read_holidays(node, shown)[1]
    if path.name == STAFF:
        return read_staff(node, shown)[1]
    return read_customers(node, shown)[1] if path.name == "customers.yaml" else ()


def _folder_of_lists(path: Path) -> Path:
    around = path.parent.parent / HOLIDAYS
    return around if around.is_dir() else path.parent / HOLIDAYS


@dataclass(frozen=True, slots=True)
class _DiskLists:
    """The holiday lists in one folder on disk; a `PolicyTree` of nothing else."""

    folder: Path

    def folders(self) -> tuple[str, ...]:
        return (HOLIDAYS,)

    def files(self, folder: str) -> tuple[str, ...]:
        return tuple(sorted(path.name for path in self.folder.glob(f"*{SUFFIX}"))) if folder == HOLIDAYS else ()

    def shown(self, path: str) -> str:
        return (self.folder / Path(path).name).as_posix()

    def node(self, path: str) -> tuple[Node | None, tuple[Problem, ...]]:
        return _node(self.folder / Path(path).name)
