"""Policies as they stand on disk, half-edited or outside any repository: what `casectl policy check FILE` looks at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from casectl.model.clause_reader import read_clauses
from casectl.model.people_check import check_figures, check_plans, check_roles, check_rotas_named, standing
from casectl.model.people_reader import read_customers, read_holidays, read_staff
from casectl.model.policy import Customer, Person, Policy
from casectl.model.policy_check import check_policy, check_together
from casectl.model.policy_reader import read_policy
from casectl.model.problems import Problem
from casectl.model.rota import Rota
from casectl.model.rota_check import check_rotas
from casectl.model.rota_reader import read_rotas
from casectl.model.scrutiny_reader import read_accepted
from casectl.model.tree import Branch, Node, line_of
from casectl.store.book import parse_tree
from casectl.store.policy_tree import ACCEPTED, BESIDE, CLAUSES, CUSTOMERS, HOLIDAYS, MESSAGES, STAFF, SUFFIX, Holidays
from casectl.store.regular import read_regular


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A policy, the tree it came from, and the holiday lists that stand beside it."""

    policy: Policy
    node: Node
    lists: Holidays


@dataclass(frozen=True, slots=True)
class _Customers:
    """The customers of one desk, and the file that says so."""

    customers: Mapping[str, Customer]
    node: Node
    path: Path


@dataclass(frozen=True, slots=True)
class _Rotas:
    """The rotas that read well, and the file that says so."""

    rotas: Mapping[str, Rota]
    path: Path


@dataclass(slots=True)
class _Files:
    """All that was read, the people by the folder that their file stands in."""

    policies: list[_Loaded] = field(default_factory=list)
    customers: dict[Path, _Customers] = field(default_factory=dict)
    staff: dict[Path, Mapping[str, Person]] = field(default_factory=dict)
    rotas: list[_Rotas] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_policy_files(paths: Sequence[Path]) -> tuple[tuple[Policy, ...], tuple[Problem, ...]]:
    """The policies among files (or folders of files) on disk, and all that their readers found wrong with any.

    Holiday lists are looked up in `holidays/` beside the desk's folder, else beside the file.
    """
    files = _load(paths)
    return tuple(one.policy for one in files.policies), tuple(dict.fromkeys(files.problems))


def check_policy_files(paths: Sequence[Path], today: date) -> tuple[Problem, ...]:
    """Every problem of files (or folders of files) on disk: of reading, of each policy, and between them.

    Customers, staff and holiday lists are told by their names; customers and staff are held against the policies when
    their files are among those given. `today` decides whether a holiday list or a rota has run out, and which versions
    matter to people.
    """
    files = _load(paths)
    deeper = [problem for one in files.policies for problem in check_policy(one.policy, one.node, one.lists, today)]
    together = check_together(one.policy for one in files.policies)
    unfilled = [problem for one in files.rotas for problem in check_rotas(one.rotas, one.path.as_posix(), today)]
    found = {*files.problems, *deeper, *together, *unfilled, *_between(files, today), *_without_text(files)}
    return tuple(sorted(found, key=lambda problem: (problem.path, problem.line, problem.message)))


def _without_text(files: _Files) -> Iterator[Problem]:
    """Messages that a policy names and that no text stands for, in `messages/` beside it."""
    for one in files.policies:
        path, workflow = one.policy.path, one.policy.workflow
        named = [("duties", each.name, each.message) for each in workflow.duties.values()]
        named += [("automatic", each.name, each.message) for each in workflow.automatic.values()]
        for section, name, message in named:
            if message and not (Path(path).parent / MESSAGES / f"{message}.txt").is_file():
                line = line_of(one.node, section, name, "message") if isinstance(one.node, Branch) else 0
                hint = f"write it as {MESSAGES}/{message}.txt beside the policy, or leave `message` out"
                yield Problem(path, line, f"{section} '{name}': there is no message '{message}'", hint)


def _between(files: _Files, today: date) -> Iterator[Problem]:
    """Problems between each desk's policies, its customers and the staff, as far as their files were read."""
    desks: dict[Path, list[_Loaded]] = {}
    for one in files.policies:
        desks.setdefault(Path(one.policy.path).parent, []).append(one)
    for folder, versions in desks.items():
        now = standing((one.policy for one in versions), today)
        beside = files.customers.get(folder)
        staff = files.staff.get(folder.parent, files.staff.get(folder))
        if beside:
            yield from check_plans(now, beside.customers, beside.path.as_posix(), beside.node)
        for one in versions:
            if beside and one.policy in now:
                yield from check_figures(one.policy, beside.customers.values())
            if staff is not None and one.policy in now:
                yield from check_roles(one.policy, one.node, staff.values())
                yield from check_rotas_named(one.policy, one.node, _rotas_beside(files, folder))


def _rotas_beside(files: _Files, folder: Path) -> set[str]:
    """The rotas of the staff list that stands above a desk's folder, or in it."""
    return {name for one in files.rotas if one.path.parent in (folder.parent, folder) for name in one.rotas}


def _files_in(paths: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        found += sorted(_within(path)) if path.is_dir() else [path]
    return found


def _within(folder: Path) -> Iterator[Path]:
    for path in folder.rglob(f"*{SUFFIX}"):
        if not any(part.startswith(".") for part in path.relative_to(folder).parts):
            yield path


def _load(paths: Sequence[Path]) -> _Files:
    """All that stands in files and folders. A link is followed for what was named itself, and nowhere else."""
    files = _Files()
    beside: dict[Path, Holidays] = {}
    for path in _files_in(paths):
        named = path in paths
        node, found = _node(path, named)
        files.problems += found
        if node is None:
            continue
        if _is_other(path):
            files.problems += _other(files, node, path)
            continue
        folder = _folder_of_lists(path)
        lists = beside.setdefault(folder, Holidays(_DiskLists(folder, named)))
        policy, found = read_policy(node, path.as_posix(), lists)
        files.problems += found
        if policy:
            files.policies.append(_Loaded(policy, node, lists))
    files.problems += [problem for lists in beside.values() for problem in lists.problems]
    return files


def _node(path: Path, follow: bool = False) -> tuple[Node | None, tuple[Problem, ...]]:
    try:
        return parse_tree(read_regular(path, follow), path.as_posix())
    except OSError as wrong:
        link = path.is_symlink() and not follow
        why = "a symbolic link is not followed" if link else f"cannot be read: {wrong.strerror}"
        return None, (Problem(path.as_posix(), 0, why),)


def _is_other(path: Path) -> bool:
    return path.name in BESIDE or path.name in (STAFF, ACCEPTED) or path.parent.name == HOLIDAYS


def _other(files: _Files, node: Node, path: Path) -> tuple[Problem, ...]:
    """Takes in what is no policy, and says what is wrong with it. A file of people with a mistake is left out."""
    shown = path.as_posix()
    if path.parent.name == HOLIDAYS:
        return read_holidays(node, shown)[1]
    if path.name == CLAUSES:
        return read_clauses(node, shown)[1]
    if path.name == ACCEPTED:
        return read_accepted(node, shown)[1]
    if path.name == STAFF:
        staff, problems = read_staff(node, shown)
        if not problems:
            files.staff[path.parent] = staff
        rotas, wrong = read_rotas(node, shown, staff)
        files.rotas.append(_Rotas(rotas, path))
        return *problems, *wrong
    if path.name == CUSTOMERS:
        customers, problems = read_customers(node, shown)
        if not problems:
            files.customers[path.parent] = _Customers(customers, node, path)
        return problems
    return ()


def _folder_of_lists(path: Path) -> Path:
    around = path.parent.parent / HOLIDAYS
    return around if around.is_dir() else path.parent / HOLIDAYS


@dataclass(frozen=True, slots=True)
class _DiskLists:
    """The holiday lists in one folder on disk; a `PolicyTree` of nothing else."""

    folder: Path
    may_be_link: bool

    def folders(self) -> tuple[str, ...]:
        return (HOLIDAYS,)

    def files(self, folder: str) -> tuple[str, ...]:
        here = folder == HOLIDAYS and (self.may_be_link or not self.folder.is_symlink())
        return tuple(sorted(path.name for path in self.folder.glob(f"*{SUFFIX}"))) if here else ()

    def shown(self, path: str) -> str:
        return (self.folder / Path(path).name).as_posix()

    def node(self, path: str) -> tuple[Node | None, tuple[Problem, ...]]:
        return _node(self.folder / Path(path).name)
