"""The files of a new case repository: the desks' policies, the first person of the staff, a place for cases."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType

from casectl.model.instants import Instant
from casectl.model.json_schema import schema_text
from casectl.model.policy import Policy
from casectl.model.problems import InvalidFiles, NotFound, UsageMistake
from casectl.model.tree import Branch, Row, Text
from casectl.store.create import create_repo
from casectl.store.driver import ATTRIBUTES, ATTRIBUTES_TEXT, set_driver
from casectl.store.inspect import describe_work_tree
from casectl.store.join import has_policies, join_repo
from casectl.store.policy_files import check_policy_files, read_policy_files
from casectl.store.policy_tree import is_desk
from casectl.store.repo import Identity, Repo, open_repo
from casectl.store.shipped import shipped_common, shipped_desks, shipped_files
from casectl.store.yamltree import read_tree

STAFF = "policies/staff.yaml"
SCHEMAS = ".schema"
"""In `policies/`: where editors find what its files may say."""
CASES_README = """\
# Cases

One file a case, at `cases/yyyy/mm/dd/ID.yaml` by the UTC date in its ID; it never moves. The fields at the top say how
the case stands, `log` below them what happened; the log only grows. Every step is one commit: `casectl note ID -m TEXT`
makes one, and `git log -p` reads like a diary. A file may be edited by hand: `casectl adopt` makes a step of it, as it
lies there, and figures count from then.
"""
_STAFF_HEAD = """\
# Who works cases here. `mail` is what `git config user.email` says on their machine.
# `roles` are the policies' own words; `desks` may name where somebody works, all desks otherwise.
# `rotas`, below the staff, say who is on call when: policies/README.md explains them.
"""


def common_files() -> dict[str, str]:
    """What every new repository gets besides its desks: repository path -> text."""
    return {**shipped_common(), **schema_files(), "cases/README.md": CASES_README, ATTRIBUTES: ATTRIBUTES_TEXT}


def schema_files() -> dict[str, str]:
    """What the first lines of policies, customers and staff name, for editors: repository path -> text."""
    return {f"policies/{SCHEMAS}/{name}.json": schema_text(name) for name in ("policy", "customers", "staff")}


def with_schema(text: str, name: str, folder: str = "../") -> str:
    """A file's text with the line that tells editors its schema, unless it has one; `folder` leads to `policies/`."""
    if "yaml-language-server:" in text:
        return text
    return f"# yaml-language-server: $schema={folder}{SCHEMAS}/{name}.json\n{text}"


def founding_files(wanted: Iterable[str], who: Identity | None, today: date, key: str = "") -> dict[str, str]:
    """All files of a new repository with the desks in `wanted`: names of shipped desks, or policy files.

    All shipped desks when none is wanted; `who` becomes the first person of the staff, and signs with `key`, the line
    of a `.pub` file, from today on. Raises `NotFound` for an unknown name and `InvalidFiles` for a policy file with
    mistakes.
    """
    files = common_files()
    for name in list(wanted) or shipped_desks():
        files |= _from_file(Path(name), today) if _means_file(name) else shipped_files(name)
    return {**files, STAFF: staff_text(who, rotas_named(files), today, key)}


def desks_among(files: Iterable[str]) -> tuple[str, ...]:
    """The desks to which the files belong, by their repository paths, in alphabetical order."""
    folders = {path.split("/")[1] for path in files if path.count("/") == 2}
    return tuple(sorted(folder for folder in folders if is_desk(folder)))


def is_case_repo(root: Path) -> bool:
    """Whether a case repository begins at `root` already."""
    return describe_work_tree(root).has_commits and has_policies(open_repo(root.absolute()), "HEAD")


def found_repo(
    root: Path,
    files: Mapping[str, str],
    message: str,
    at: Instant,
    who: Identity,
    signing: Mapping[str, str] = MappingProxyType({}),
) -> Repo:
    """A case repository with `files` at `root`: a new one, or one commit more in a git repository that is there.

    With `signing`, settings by which git signs, that commit is signed, and so are all later ones. git's attributes that
    are there already stay as they are. git is told how cases are merged.
    Raises `NotAllowed` for a directory with other files, and for one that is a case repository already.
    """
    if (root / ATTRIBUTES).exists():
        files = {path: text for path, text in files.items() if path != ATTRIBUTES}
    make = join_repo if describe_work_tree(root).has_commits else create_repo
    repo = make(root, files, message, at, who, signing)
    set_driver(repo)
    return repo


def rotas_named(files: Mapping[str, str]) -> dict[str, str]:
    """The rotas that policies among the files name, for routing or for a site, each with the zone of its desk."""
    found: dict[str, str] = {}
    for path, text in files.items():
        speaks = path.endswith(".yaml") and ("\nrouting:" in text or "\nsites:" in text)
        tree = read_tree(text, path)[0] if speaks else None
        if not isinstance(tree, Branch):
            continue
        zone = tree.items.get("zone")
        for name in _rotas_in(tree):
            found.setdefault(name, zone.value if isinstance(zone, Text) else "UTC")
    return found


def _rotas_in(tree: Branch) -> Iterator[str]:
    rows, sites = tree.items.get("routing"), tree.items.get("sites")
    named = [(row, key) for row in (rows.items if isinstance(rows, Row) else ()) for key in ("owner", "assignee")]
    named += [(site, "rota") for site in (sites.items.values() if isinstance(sites, Branch) else ())]
    for entry, key in named:
        name = entry.items.get(key) if isinstance(entry, Branch) else None
        if isinstance(name, Text):
            yield name.value


def staff_text(
    who: Identity | None, rotas: Mapping[str, str] = MappingProxyType({}), today: date = date.min, key: str = ""
) -> str:
    """A staff list with `who` on it, who is on duty by all `rotas` and signs with `key` from today on; or a list with
    nobody."""
    if who is None:
        return with_schema(f"{_STAFF_HEAD}staff: {{}}\n", "staff", "")
    person, on_duty = person_entry(who, key, today), _rotas(rotas, _short_name(who), today)
    return with_schema(f"{_STAFF_HEAD}staff:\n{person}{on_duty}", "staff", "")


def person_entry(who: Identity, key: str, today: date) -> str:
    """The line of a staff list that is about `who`, with the line of a `.pub` file unless `key` is empty."""
    keys = f", keys: [{key_entry(key, today)}]" if key else ""
    return f"  {_short_name(who)}: {{name: {_quoted(who.name)}, mail: {_quoted(who.mail)}{keys}}}\n"


def key_entry(key: str, today: date) -> str:
    """What a staff list says of a key that holds from today on."""
    return f"{{key: {_quoted(key)}, from: {today}}}"


def _short_name(who: Identity) -> str:
    return re.sub(r"[^a-z0-9]+", "-", who.name.partition(" ")[0].lower()).strip("-") or "me"


def _rotas(rotas: Mapping[str, str], key: str, today: date) -> str:
    shift = f'    - {{who: {key}, begins: "{today} 00:00", repeats: FREQ=DAILY, lasts: 24h}}\n'
    listed = "".join(f"  {name}:\n    zone: {zone}\n    shifts:\n{shift}" for name, zone in rotas.items())
    return f"rotas:\n{listed}" if listed else ""


def _quoted(text: str) -> str:
    escaped = "".join(c for c in text if c.isprintable()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _means_file(name: str) -> bool:
    if name in shipped_desks():
        return False
    if Path(name).is_file():
        return True
    if name.endswith((".yaml", ".yml")) or "/" in name:
        raise NotFound(f"there is no policy file {name}", f"or one of the shipped desks: {', '.join(shipped_desks())}")
    return False


def _from_file(path: Path, today: date) -> dict[str, str]:
    """A policy file at its place, with the customers, clauses, messages and holiday lists that stand beside it."""
    mistakes = [problem for problem in check_policy_files([path], today) if not problem.warning]
    if mistakes:
        raise InvalidFiles(mistakes, "casectl policy check FILE checks it again")
    policies, _ = read_policy_files([path])
    if not policies:
        raise UsageMistake(f"{path} holds no policy", "policies/README.md explains what one says")
    policy, text = policies[0], path.read_text(encoding="utf-8-sig")
    files = {f"policies/{policy.desk}/{policy.version}.yaml": with_schema(text, "policy")}
    customers = path.parent / "customers.yaml"
    if customers.is_file():
        files[f"policies/{policy.desk}/customers.yaml"] = with_schema(_checked(customers, today), "customers")
    clauses = path.parent / "clauses.yaml"
    if clauses.is_file():
        files[f"policies/{policy.desk}/clauses.yaml"] = _checked(clauses, today)
    texts = sorted(one for one in (path.parent / "messages").glob("*.txt") if one.is_file())
    files |= {f"policies/{policy.desk}/messages/{one.name}": one.read_text(encoding="utf-8-sig") for one in texts}
    return files | _holiday_lists(path, text, policy)


def _checked(path: Path, today: date) -> str:
    mistakes = [problem for problem in check_policy_files([path], today) if not problem.warning]
    if mistakes:
        raise InvalidFiles(mistakes, "casectl policy check FILE checks it again")
    return path.read_text(encoding="utf-8-sig")


def _holiday_lists(path: Path, text: str, policy: Policy) -> dict[str, str]:
    """The lists beside a policy file that it speaks of; one too many does no harm."""
    if not any(calendar.holidays for calendar in policy.calendars.values()):
        return {}
    around = path.absolute().parent.parent / "holidays"
    folder = around if around.is_dir() else path.parent / "holidays"
    lists = {one.stem: one for one in sorted(folder.glob("*.yaml"))}
    spoken_of = (name for name in lists if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text))
    return {f"policies/holidays/{name}.yaml": lists[name].read_text(encoding="utf-8") for name in spoken_of}
