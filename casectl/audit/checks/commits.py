"""What commits say of themselves: who and when, and that each is one action on one case."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from casectl.audit.finding import Code, Finding, show_log, show_names, show_people
from casectl.audit.history import IMPORT, History
from casectl.audit.past import Past
from casectl.audit.trial import Trial
from casectl.desk.deeds import AUTOMATIC, unlike
from casectl.model.instants import format_instant
from casectl.model.workflow_shape import VERBS
from casectl.sla.voids import unknown_voids
from casectl.store.commitlog import Commit

CODES = {
    "several-cases": Code("major", "One commit changed several cases: an action is one commit of one case."),
    "mixed-commit": Code("minor", "One commit changed a case and something else, such as a policy."),
    "form": Code("minor", "A case was changed by a commit that casectl did not make so: nobody's rules were asked."),
    "adopted": Code("minor", "A hand edit was made a step of the desk's by casectl adopt."),
    "other-author": Code("minor", "Author and committer are not the same: somebody committed another's work."),
    "other-time": Code("minor", "Author's and committer's times differ: the commit was amended, rebased or picked."),
    "odd-commit": Code(
        "major", "A commit object holds headers as git never writes them: who reads it is told two things."
    ),
    "no-date": Code("major", "A commit holds no date that can be read, or one later than the year 2513."),
    "clock-back": Code("minor", "A commit is dated before one that it follows."),
    "future": Code("major", "A commit is dated later than now: somebody's clock is ahead, or the date was chosen."),
}

_ADOPT = "adopt"
_UNASKED = (_ADOPT, IMPORT)
"""Events of steps for which no command stands; of each another question asks."""
_BY_TIME = (*VERBS, "move", "notify")


def of_history(history: History) -> Iterator[Finding]:
    for commit in history.commits.values():
        cases = history.cases_in(commit.id)
        case = cases[0] if len(cases) == 1 else ""
        found = [*_odd(commit), *_dated(history, commit), *_signed_by(commit)]
        if len(commit.parents) < 2:
            found += _one_action(history, commit, cases)
        yield from (each._replace(case=case) for each in found)


def _odd(commit: Commit) -> Iterator[Finding]:
    if commit.odd:
        told = f"holds the header '{commit.odd[:20]}' where git writes none, or lacks one"
        yield Finding("odd-commit", commit.id, told, show=show_people(commit.id))


def _dated(history: History, commit: Commit) -> Iterator[Finding]:
    show = show_people(commit.id)
    at = commit.committer.at
    if at is None or commit.author.at is None:
        yield Finding("no-date", commit.id, "holds no date that can be read", show=show)
        return
    if at > history.now:
        told = f"is dated {format_instant(at)}, later than {format_instant(history.now)}"
        yield Finding("future", commit.id, told, show=show)


def _behind(history: History, commit: Commit) -> Iterator[Finding]:
    at = commit.committer.at
    if at is None or commit.author.at is None:
        return
    for parent in commit.parents:
        known = history.commits.get(parent)
        before = known.committer.at if known else None
        if before is not None and at < before:
            told = f"is dated {format_instant(at)}, before its parent {parent[:12]} of {format_instant(before)}"
            yield Finding("clock-back", commit.id, told, show=show_log(commit.id, "-2", "--format=fuller"))


def _signed_by(commit: Commit) -> Iterator[Finding]:
    author, committer, show = commit.author, commit.committer, show_people(commit.id)
    if (author.name, author.mail) != (committer.name, committer.mail):
        told = f"was written by {author.name} <{author.mail}> and committed by {committer.name} <{committer.mail}>"
        yield Finding("other-author", commit.id, told, show=show)
    if author.at is not None and committer.at is not None and author.at != committer.at:
        told = f"was written at {format_instant(author.at)} and committed at {format_instant(committer.at)}"
        yield Finding("other-time", commit.id, told, show=show)


def _one_action(history: History, commit: Commit, cases: tuple[str, ...]) -> Iterator[Finding]:
    if not cases:
        return
    if len(cases) > 1:
        shown = ", ".join(cases[:3]) + (f" and {len(cases) - 3} more" if len(cases) > 3 else "")
        told = f"changed {len(cases)} cases: {shown}"
        yield Finding("several-cases", commit.id, told, show=show_names(commit.id))
        return
    others = sorted(touch.path for touch in history.touches[commit.id] if not touch.path.startswith("cases/"))
    if others:
        told = f"changed {cases[0]} and {others[0]}" + (f" and {len(others) - 1} more" if len(others) > 1 else "")
        yield Finding("mixed-commit", commit.id, told, show=show_names(commit.id))
    yield from _formal(commit, cases[0])


def _formal(commit: Commit, case: str) -> Iterator[Finding]:
    trailers = commit.trailers
    if not commit.subject.startswith(f"{case} ") or trailers.get("Case") != case or not trailers.get("Event"):
        told = f"changed {case} without the words and trailers of a step: '{commit.subject[:60]}'"
        yield Finding("form", commit.id, told)
    elif not _is_known(trailers["Event"]):
        told = f"says that it was '{trailers['Event'][:60]}', which is nothing that casectl does"
        yield Finding("form", commit.id, told, show=show_people(commit.id))
    elif commit.subject.startswith(f"{case} {_ADOPT}:") or trailers["Event"] == _ADOPT:
        yield Finding("adopted", commit.id, "took a hand edit as it lay there: the policy was asked for nothing")
    elif not commit.subject.startswith(f"{case} {trailers['Event'].removeprefix(AUTOMATIC)}:"):
        told = f"says that it was '{trailers['Event']}', and under the subject '{commit.subject[:60]}'"
        yield Finding("form", commit.id, told)


def _is_known(event: str) -> bool:
    """Whether casectl writes commits of one case with that `Event:`."""
    done_by_time = event.startswith(AUTOMATIC) and event.removeprefix(AUTOMATIC) in _BY_TIME
    return event in VERBS or event in _UNASKED or done_by_time


def at_the_end(history: History) -> Iterator[Finding]:
    """Dates that run backwards; those of testimony, another system's log said."""
    for commit in history.commits.values():
        for finding in _behind(history, commit) if commit.id not in history.testified else ():
            cases = history.cases_in(commit.id)
            yield finding._replace(case=cases[0] if len(cases) == 1 else "")


def of_case(trial: Trial) -> Iterator[Finding]:
    """Whether each step is what its commit says that it was."""
    idle = {commit for commit, _ in unknown_voids(trial.timeline.steps, trial.id)}
    for place, step in enumerate(trial.steps):
        made_by = trial.history.commits[step.commit]
        event = made_by.trailers.get("Event", "")
        if len(made_by.parents) < 2 and event not in _UNASKED and _is_known(event):
            does = trial.held_against(place, partial(_unlike, event, step.commit in idle))
            if does:
                yield trial.finding("form", step.commit, f"says that it was '{event}', and {does}")


def _unlike(event: str, idle: bool, past: Past) -> str:
    return unlike(event, past.step, past.fields, past.policy, idle)
