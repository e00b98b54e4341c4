"""The folder `policies/` turned into values, wherever it stands: at a commit, or half-edited on disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from casectl.model.calendar import HolidayList
from casectl.model.people_reader import read_customers, read_holidays, read_staff
from casectl.model.policy import Book, Customer, Person, Policy
from casectl.model.policy_reader import read_policy
from casectl.model.problems import Problem
from casectl.model.rota import Rota
from casectl.model.rota_reader import read_rotas
from casectl.model.tree import Node

SUFFIX = ".yaml"
CUSTOMERS = "customers.yaml"
CLAUSES = "clauses.yaml"
BESIDE = frozenset({CUSTOMERS, CLAUSES, "examples.yaml"})
"""Files of a desk's folder that are not versions of its policy."""

HOLIDAYS = "holidays"
MESSAGES = "messages"
"""Of a desk's folder: the texts of its messages, `NAME.txt` each."""
TEXT = ".txt"
STAFF = "staff.yaml"
ACCEPTED = "accepted.yaml"
"""The findings of audits that somebody has accepted."""


def is_desk(folder: str) -> bool:
    """Whether a folder of `policies/` holds a desk's policy: not holiday lists, nor what is hidden (schemas)."""
    return folder != HOLIDAYS and not folder.startswith(".")


def is_version(name: str) -> bool:
    """Whether a file of that name in a desk's folder is a version of its policy."""
    return name.endswith(SUFFIX) and name not in BESIDE


def name_in_desk(path: str) -> str:
    """The name of a file directly in a desk's folder, by its path relative to `policies/`; empty for any other."""
    folder, _, name = path.rpartition("/")
    return name if folder and "/" not in folder and is_desk(folder) else ""


def is_customers(path: str) -> bool:
    """Whether a path relative to `policies/` is that of a desk's customers."""
    return name_in_desk(path) == CUSTOMERS


def is_clauses(path: str) -> bool:
    """Whether a path relative to `policies/` is that of a desk's list of clauses."""
    return name_in_desk(path) == CLAUSES


def is_holiday_list(path: str) -> bool:
    """Whether a path relative to `policies/` is that of a holiday list."""
    folder, _, name = path.rpartition("/")
    return folder == HOLIDAYS and name.endswith(SUFFIX)


class PolicyTree(Protocol):
    """A `policies/` folder to read from. Paths are relative to it: `acme-desk/1.0.yaml`."""

    def folders(self) -> tuple[str, ...]:
        """The folders directly inside it."""
        ...

    def files(self, folder: str) -> tuple[str, ...]:
        """The names of the files directly inside one of its folders (at any depth), or inside itself (empty text)."""
        ...

    def shown(self, path: str) -> str:
        """How a path is named to people."""
        ...

    def node(self, path: str) -> tuple[Node | None, tuple[Problem, ...]]:
        """One file's tree, or None and why."""
        ...


@dataclass(eq=False)
class Holidays(Mapping[str, HolidayList]):
    """Holiday lists by name, each read when a calendar first asks for it; what was wrong with them is collected."""

    tree: PolicyTree
    problems: list[Problem] = field(default_factory=list)
    _read: dict[str, HolidayList | None] = field(default_factory=dict)

    def __getitem__(self, name: str) -> HolidayList:
        if name not in self._read:
            self._read[name] = self._load(f"{HOLIDAYS}/{name}{SUFFIX}") if name in tuple(self) else None
        found = self._read[name]
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        names = self.tree.files(HOLIDAYS)
        return (name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _load(self, path: str) -> HolidayList | None:
        node, problems = self.tree.node(path)
        self.problems += problems
        if node is None or problems:
            return None
        listed, problems = read_holidays(node, self.tree.shown(path))
        self.problems += problems
        return listed


def read_policies(tree: PolicyTree, desk: str | None = None) -> tuple[Book, tuple[Problem, ...]]:
    """Everything that a `policies/` folder says, and all that is wrong with it; only one desk's part when one is named.

    A file that cannot be read is a problem and takes nothing else with it. An unknown `desk` reads them all.
    """
    problems: list[Problem] = []
    lists = Holidays(tree)
    desks = [name for name in tree.folders() if is_desk(name)]
    wanted = [desk] if desk in desks else desks
    policies: dict[str, Policy] = {}
    customers: dict[str, Mapping[str, Customer]] = {}
    messages: dict[str, frozenset[str]] = {}
    for name in wanted:
        files = tree.files(str(name))
        for policy in _versions(tree, str(name), files, lists, problems):
            policies[policy.ref] = policy
        customers[str(name)] = _customers(tree, str(name), files, problems)
        messages[str(name)] = _messages(tree, str(name))
    staff, rotas, wrong = _staff(tree, problems)
    return Book(policies, customers, staff, rotas, wrong, messages), (*problems, *lists.problems)


def _versions(
    tree: PolicyTree, desk: str, files: tuple[str, ...], lists: Holidays, problems: list[Problem]
) -> Iterator[Policy]:
    for name in sorted(filter(is_version, files)):
        path = f"{desk}/{name}"
        node, found = tree.node(path)
        problems += found
        if node is not None:
            policy, found = read_policy(node, tree.shown(path), lists)
            problems += found
            if policy:
                yield policy


def _customers(tree: PolicyTree, desk: str, files: tuple[str, ...], problems: list[Problem]) -> Mapping[str, Customer]:
    path = f"{desk}/{CUSTOMERS}"
    node, found = tree.node(path) if CUSTOMERS in files else (None, ())
    problems += found
    if node is None:
        return {}
    customers, found = read_customers(node, tree.shown(path))
    problems += found
    return customers


def _messages(tree: PolicyTree, desk: str) -> frozenset[str]:
    names = tree.files(f"{desk}/{MESSAGES}")
    return frozenset(name.removesuffix(TEXT) for name in names if name.endswith(TEXT))


def _staff(
    tree: PolicyTree, problems: list[Problem]
) -> tuple[Mapping[str, Person], Mapping[str, Rota], tuple[Problem, ...]]:
    """People, rotas, and what is wrong with the people."""
    node, mistakes = tree.node(STAFF) if STAFF in tree.files("") else (None, ())
    staff: Mapping[str, Person] = {}
    rotas: Mapping[str, Rota] = {}
    wrong: tuple[Problem, ...] = ()
    if node is not None:
        staff, found = read_staff(node, tree.shown(STAFF))
        rotas, wrong = read_rotas(node, tree.shown(STAFF), staff)
        mistakes = (*mistakes, *found)
    problems += (*mistakes, *wrong)
    return staff, rotas, tuple(problem for problem in mistakes if not problem.warning)
