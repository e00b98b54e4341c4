"""A history begins once, and what merges bring in is what their parents had."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from casectl.audit.finding import Code, Finding, show_file, show_log
from casectl.audit.history import History
from casectl.audit.merges import own_touches
from casectl.audit.trial import Trial
from casectl.sla.disputes import open_disputes
from casectl.store.book import desk_of_file, is_policy_file
from casectl.store.commitlog import Commit

CODES = {
    "second-root": Code("major", "The history has a second beginning: a part of it comes from elsewhere."),
    "evil-merge": Code("major", "A merge changed a case by itself, beside what it united."),
    "merged-policy": Code("minor", "A merge decided what a file of policies/ says: none of its parents had it so."),
    "disputed": Code("minor", "Two steps contradict each other without knowing of it, and nobody has settled that."),
}


def of_history(history: History) -> Iterator[Finding]:
    for root in history.roots if len(history.roots) > 1 else ():
        told = f"is one of {len(history.roots)} beginnings of this history, which is to have one"
        yield Finding("second-root", root, told, show=show_log(history.commit, "--max-parents=0"))
    for commit in history.commits.values():
        if len(commit.parents) > 1:
            yield from _policies(history, commit)


def _policies(history: History, commit: Commit) -> Iterator[Finding]:
    differing = Counter(touch.path for touch in history.touches.get(commit.id, ()))
    for path in (touch.path for touch in own_touches(history, commit, is_policy_file)):
        told = f"left {path} as none of its parents had it: a person decided what it says"
        if differing[path] < len(commit.parents):
            told = f"took back what one side had changed in {path}"
        yield Finding(
            "merged-policy", commit.id, told, desk=desk_of_file(path) or "", about=path, show=show_file(commit.id, path)
        )


def of_case(trial: Trial) -> Iterator[Finding]:
    for dispute in open_disputes(trial.timeline, trial.timeline.steps):
        told = f"gave '{dispute.field}' another value than {dispute.against[:12]}, without knowing of it"
        show = show_file(dispute.commit, trial.timeline.path, dispute.against)
        yield trial.finding("disputed", dispute.commit, told, f"{dispute.field} {dispute.against}", show=show)
    for place, step in enumerate(trial.timeline.steps):
        if len(trial.history.commits[step.commit].parents) > 1:
            what = [*sorted(step.changes), *(f"log entry {entry.id}" for entry in step.entries)]
            did = f"changed {', '.join(what)}" if place else "opened the case"
            yield trial.finding("evil-merge", step.commit, f"{did} by itself while it merged")
