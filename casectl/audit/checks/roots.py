"""A history begins once, and what merges bring in is what their parents had."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from casectl.audit.finding import Code, Finding, show_file
from casectl.audit.history import History, Trial
from casectl.sla.disputes import open_disputes

CODES = {
    "second-root": Code("major", "The history has a second beginning: a part of it comes from elsewhere."),
    "evil-merge": Code("major", "A merge changed a case by itself, beside what it united."),
    "merged-policy": Code("minor", "A merge left a file of policies/ as none of its parents had it."),
    "disputed": Code("minor", "Two steps contradict each other without knowing of it, and nobody has settled that."),
}

_POLICIES = "policies/"


def of_history(history: History) -> Iterator[Finding]:
    roots = [commit for commit in history.commits.values() if not commit.parents]
    first = next(iter(history.commits.values()), None)
    for root in roots:
        if first is not None and root.id != first.id:
            told = f"begins a history of its own, beside that of {first.id[:12]}"
            yield Finding("second-root", root.id, told, show=f"git log --max-parents=0 {history.commit[:12]}")
    for commit in history.commits.values():
        if len(commit.parents) > 1:
            yield from _policies(history, commit.id, len(commit.parents))


def _policies(history: History, commit: str, parents: int) -> Iterator[Finding]:
    paths = Counter(touch.path for touch in history.touches.get(commit, ()) if touch.path.startswith(_POLICIES))
    for path, differing in sorted(paths.items()):
        if differing == parents:
            told = f"left {path} as none of its parents had it: a person decided what it says"
            desk = path.removeprefix(_POLICIES).partition("/")[0] if path.count("/") > 1 else ""
            yield Finding("merged-policy", commit, told, desk=desk, about=path, show=show_file(commit, path))


def of_case(trial: Trial) -> Iterator[Finding]:
    for dispute in open_disputes(trial.timeline, trial.timeline.steps):
        told = f"gave '{dispute.field}' another value than {dispute.against[:12]}, without knowing of it"
        show = f"git show {dispute.commit[:12]} {dispute.against[:12]} -- {trial.timeline.path}"
        yield trial.finding("disputed", dispute.commit, told, f"{dispute.field} {dispute.against}", show=show)
    for step in trial.timeline.steps[1:]:
        if len(trial.history.commits[step.commit].parents) > 1:
            what = [*sorted(step.changes), *(f"log entry {entry.id}" for entry in step.entries)]
            yield trial.finding("evil-merge", step.commit, f"changed {', '.join(what)} by itself while it merged")
