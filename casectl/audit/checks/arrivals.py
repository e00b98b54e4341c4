"""Steps that arrived long after they are said to have been taken: until then they changed nobody's figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from casectl.audit.finding import SHORT, Code, Finding, show_log
from casectl.audit.history import History
from casectl.model.scrutiny import Scrutiny
from casectl.reports.words import count, span
from casectl.store.commitlog import Commit

CODES = {
    "late-merge": Code(
        "observation", "A merge brought together steps of cases of which one side did not know for long."
    ),
}
"""What each merge on the way from the beginning to the commit that is audited, first parent by first parent, newly
brought. Which of its sides was away, and whether by chance, no history tells."""


def at_the_end(history: History) -> Iterator[Finding]:
    policies = history.book.policies.values()
    allowed = max((policy.scrutiny.claims_seconds for policy in policies), default=Scrutiny().claims_seconds)
    known: set[str] = set()
    for commit in _main_line(history):
        brought = [each for each in _newly(history, commit, known) if len(each.parents) < 2]
        if len(commit.parents) > 1:
            yield from _late(history, commit, brought, allowed)


def _main_line(history: History) -> list[Commit]:
    line: list[Commit] = []
    at = history.commits.get(history.commit)
    while at is not None:
        line.append(at)
        at = history.commits.get(at.parents[0]) if at.parents else None
    return line[::-1]


def _newly(history: History, commit: Commit, known: set[str]) -> list[Commit]:
    """The commits up to this one that were not `known` before; now they are. The first is the commit itself."""
    found, waiting = [], [commit.id]
    while waiting:
        name = waiting.pop()
        if name not in known and name in history.commits:
            known.add(name)
            found.append(history.commits[name])
            waiting += history.commits[name].parents
    return found


def _late(history: History, merge: Commit, brought: Sequence[Commit], allowed: int) -> Iterator[Finding]:
    """Nothing of what another system's log tells: that was never here before."""
    steps = [each for each in brought if history.cases_in(each.id) and each.id not in history.testified]
    oldest = min((each.committer.at for each in steps if each.committer.at is not None), default=None)
    if oldest is None or merge.committer.at is None or merge.committer.at - oldest <= allowed:
        return
    cases = sorted({case for each in steps for case in history.cases_in(each.id)})
    told = (
        f"brought {count(len(steps), 'commit')} of {count(len(cases), 'case')}, the oldest "
        f"{span(merge.committer.at - oldest)} old: until then one side did not know of them"
    )
    case = cases[0] if len(cases) == 1 else ""
    show = show_log(merge.id, f"^{merge.parents[0][:SHORT]}")
    yield Finding("late-merge", merge.id, told, case, show=show)
