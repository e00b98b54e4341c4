"""What was done to the files beside the policies of which no other question asks: clauses, messages, rotas, and any
file that casectl does not read.

Versions are the matter of `policies.py`, customers and holidays of `lists.py`, people of `staff.py`; what is accepted
stands in the report itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from casectl.audit.edits import Edit, edits
from casectl.audit.finding import Code, Finding, show_file
from casectl.audit.history import History
from casectl.audit.merges import own_touches
from casectl.audit.touches import Touch
from casectl.model.clause_reader import Clause, read_clauses
from casectl.model.problems import Problem
from casectl.model.tree import Branch, Node, changed_keys
from casectl.store.book import FOLDER, commit_tree, desk_of_file, is_policy_file
from casectl.store.objects import ObjectReader
from casectl.store.policy_tree import (
    ACCEPTED,
    STAFF,
    is_clauses,
    is_customers,
    is_holiday_list,
    is_version,
    name_in_desk,
)

CODES = {
    "beside-changed": Code(
        "observation", "A file beside the policies was changed: clauses, messages, rotas, or one that nothing reads."
    ),
}

_DONE = {"A": "added", "D": "removed"}
_NO_ROTAS = Branch({}, 0, {})


def of_history(history: History) -> Iterator[Finding]:
    """One for each commit and file; a root that others were merged with is told as that."""
    no_clauses: Mapping[str, Clause] = {}
    with ObjectReader(history.repo) as reader:
        tree = commit_tree(history.repo, reader, history.commit)
        for listed in edits(history, tree, is_clauses, read_clauses, no_clauses):
            yield listed.finding("beside-changed", _of_clauses(listed))
        for rotas in edits(history, tree, STAFF.__eq__, _read_rotas, _NO_ROTAS):
            if not rotas.wrong and (names := changed_keys(rotas.before, rotas.now)):
                yield rotas.finding("beside-changed", f"changed what {rotas.path} says of {_rotas(names)}")
    for commit in history.commits.values():
        for touch in own_touches(history, commit, _is_other) if commit.parents else ():
            if not history.is_founding(commit.id):
                yield _of_another(commit.id, touch)


def _of_another(commit: str, touch: Touch) -> Finding:
    told, show = f"{_DONE.get(touch.status, 'changed')} {touch.path}", show_file(commit, touch.path)
    return Finding("beside-changed", commit, told, desk=desk_of_file(touch.path) or "", about=touch.path, show=show)


def _is_other(path: str) -> bool:
    below = path.removeprefix(f"{FOLDER}/")
    asked = below in (STAFF, ACCEPTED) or is_version(name_in_desk(below))
    return is_policy_file(path) and not (asked or any(f(below) for f in (is_clauses, is_customers, is_holiday_list)))


def _of_clauses(edit: Edit[Mapping[str, Clause]]) -> str:
    """Obligations that are struck are named."""
    if edit.wrong:
        return f"left {edit.path} unreadable ({edit.wrong})"
    gone = [name for name in edit.before if name not in edit.now]
    return f"changed {edit.path}" + (f": it lists {', '.join(gone)} no more" if gone else "")


def _read_rotas(node: Node, _: str) -> tuple[Branch, Sequence[Problem]]:
    """As they are written: whether they, and the people in them, can be read is not asked here."""
    rotas = node.items.get("rotas") if isinstance(node, Branch) else None
    return rotas if isinstance(rotas, Branch) else _NO_ROTAS, ()


def _rotas(names: Sequence[str]) -> str:
    return f"the rota{'s' if len(names) > 1 else ''} {', '.join(names)}"
