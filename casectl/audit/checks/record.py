"""The record itself: what was fixed stays, the log only grows, no case vanishes, and files lie where they belong."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from hashlib import sha256

from casectl.audit.finding import Code, Finding, show_file, show_names
from casectl.audit.history import History, Opening
from casectl.audit.merges import own_touches
from casectl.audit.touches import Touch, case_of
from casectl.audit.trial import Trial
from casectl.model.case import FIELD
from casectl.model.fold import OPENED_TWICE
from casectl.model.timeline import Step
from casectl.sla.voids import has_voids, unknown_voids
from casectl.store.lookup import is_case_path

CODES = {
    "fixed-field": Code("major", "A field that is fixed when a case is opened was changed, such as `received`."),
    "policy-moved": Code("observation", "A case was moved to another policy on the record: casectl set policy=."),
    "policy-changed": Code("major", "A case's policy was changed by something else than casectl set policy=."),
    "entry-edited": Code("major", "A log entry was edited; it counts as it was first written."),
    "entry-removed": Code("major", "A log entry was removed; it counts all the same."),
    "log-order": Code("minor", "A log entry was put before older ones; it counts when it was written."),
    "deleted": Code("major", "A case's file was deleted. The case stays in the population."),
    "renamed": Code("major", "A case's file was moved away. The case stays in the population."),
    "misplaced": Code("minor", "A file under cases/ lies where no case belongs; nothing counts it."),
    "unreadable": Code("minor", "A version of a case's file could not be read; it changed nothing."),
    "unknown-word": Code("minor", "A case held a word that its policy does not have."),
    "unjudged": Code("major", "Nothing judges a case: its policy cannot be read, or more was taken back than can be."),
    "copied": Code("major", "A case was opened as a copy of another: they share log entries."),
    "opened-twice": Code("minor", "Two commits opened a case under one ID without knowing of each other."),
    "void-of-nothing": Code("observation", "A void names no earlier entry or step: it takes nothing back."),
}

_PROVED = 3
"""How much that two cases have alike proves that one is a copy: more than one log entry."""
_UNREADABLE = "unreadable"
_TOLD_ELSEWHERE = (_UNREADABLE, "deleted", "no-date")
"""Remarks about a case's life that are told in another way: by version, or of the commits."""


def of_history(history: History) -> Iterator[Finding]:
    for commit in history.commits.values():
        yield from _of_files(commit.id, own_touches(history, commit))


def _of_files(commit: str, touches: tuple[Touch, ...]) -> Iterator[Finding]:
    arrived = {touch.new: touch.path for touch in touches if touch.status == "A"}
    for touch in touches:
        if is_case_path(touch.path) and touch.status in "DT":
            case, to = case_of(touch.path), arrived.get(touch.old)
            show = show_file(commit, touch.path)
            if to:
                yield Finding("renamed", commit, f"moved the case's file to {to}", case, show=show_names(commit))
            else:
                yield Finding("deleted", commit, "deleted the case's file", case, show=show)
        elif touch.status == "A" and _is_misplaced(touch.path):
            told = f"put {touch.path} where no case belongs"
            yield Finding("misplaced", commit, told, about=touch.path, show=show_file(commit, touch.path))


def _is_misplaced(path: str) -> bool:
    return path.startswith("cases/") and path.endswith((".yaml", ".yml")) and not case_of(path)


def of_case(trial: Trial) -> Iterator[Finding]:
    for problem in (*trial.timeline.problems, *trial.unjudged):
        if problem.code == "clock-back":  # where the commit is told to run behind its parent, this is the same finding
            if problem.commit not in trial.told:
                yield trial.finding(problem.code, problem.commit, problem.message)
        elif problem.code in CODES and problem.code not in _TOLD_ELSEWHERE:
            yield trial.finding(problem.code, problem.commit, problem.message, problem.about)
        elif not problem.code:
            commit = problem.commit or trial.timeline.opened.commit
            yield trial.finding("unjudged", commit, problem.message)
    yield from _unreadable(trial)
    openings = {problem.commit for problem in trial.timeline.problems if problem.code == OPENED_TWICE}
    for step in trial.timeline.steps[1:]:
        if step.commit not in openings:
            yield from _fixed(trial, step)
    for commit, name in unknown_voids(trial.timeline.steps, trial.id):
        told = f"voids '{name}', no earlier entry or step: it takes nothing back"
        yield trial.finding("void-of-nothing", commit, told, name)
    yield from _copied(trial)


def _unreadable(trial: Trial) -> Iterator[Finding]:
    """One for each version, however many mistakes there are in it."""
    mistakes: dict[str, list[str]] = defaultdict(list)
    for problem in trial.timeline.problems:
        if problem.code == _UNREADABLE:
            mistakes[problem.commit].append(problem.message)
    for commit, told in mistakes.items():
        several = f"{len(told)} mistakes, the first: " if len(told) > 1 else ""
        yield trial.finding(_UNREADABLE, commit, f"{several}{told[0]}")


def _fixed(trial: Trial, step: Step) -> Iterator[Finding]:
    """What a step changed that stays as it is. One that takes another back is not blamed for what it puts right."""
    restoring = has_voids((step,))
    counted = next((each for each in trial.steps if restoring and each.commit == step.commit), step)
    for name in sorted(counted.changes):
        if name in FIELD and FIELD[name].fixed:
            yield trial.finding("fixed-field", step.commit, f"changed '{name}', fixed when a case is opened", name)
    if "policy" in step.changes:
        yield _moved(trial, step.commit, str(step.changes["policy"]))


def _copied(trial: Trial) -> Iterator[Finding]:
    """The later opening is the copy. That two cases began alike proves a little, too."""
    if not trial.timeline.steps:
        return
    opened = trial.timeline.opened
    said = sorted((name, value) for name, value in opened.changes.items() if name != "id")
    mine = Opening(trial.id, opened.commit, opened.at, _digest(said))
    known, alike = trial.history.seen, Counter[Opening]()
    for mark, proof in _marks(trial):
        alike[known.setdefault(mark, mine)] += proof
    for other, proof in alike.items():
        if other.case == trial.id or proof + (other.said == mine.said) < _PROVED:
            continue
        copy, origin = sorted((mine, other), key=lambda each: (each.at, each.case), reverse=True)
        told = f"opened the case with what {origin.case} has as its own"
        yield Finding("copied", copy.commit, told, copy.case, about=origin.case)


def _marks(trial: Trial) -> Iterator[tuple[bytes, int]]:
    """What hardly two cases have alike, and how much that proves: the number that another system knows it by; a log
    entry with its id, and more so with its words. Ids are random and short: of many equal entries two share one by
    chance."""
    opened = trial.timeline.opened.changes
    if trial.testimony and opened.get("external_id"):
        yield _digest((opened["source"], opened["external_id"])), _PROVED
    for step in filter(trial.witnessed, trial.timeline.steps):
        for entry in step.entries:
            words = entry.fields.get("text")
            yield _digest((entry.id, entry.kind, words or [*entry.fields.items()])), 2 if words else 1


def _digest(of: Sequence[object]) -> bytes:
    return sha256(repr(of).encode(errors="replace")).digest()[:16]


def _moved(trial: Trial, commit: str, to: str) -> Finding:
    made_by = trial.history.commits[commit]
    formal = made_by.trailers.get("Case") == trial.id and made_by.trailers.get("Event") in ("set", "undo", "settle")
    code, how = ("policy-moved", "on the record") if formal else ("policy-changed", "without a step of its own")
    return trial.finding(code, commit, f"moved the case to policy {to} {how}")
