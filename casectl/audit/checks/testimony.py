"""Cases for which another system's log speaks: nobody here saw what they tell."""

from __future__ import annotations

from collections.abc import Iterator

from casectl.audit.finding import Code, Finding
from casectl.audit.history import IMPORT, History
from casectl.audit.trial import Trial
from casectl.reports.words import count

CODES = {
    "testimony": Code("observation", "Cases were taken over from another system's log, which nobody here witnessed.")
}


def of_case(trial: Trial) -> Iterator[Finding]:
    """Testimony begins with the opening, and ends where work on the case begins here."""
    if not trial.timeline.steps:
        return
    opened = trial.timeline.opened
    source = str(opened.changes.get("source"))
    trial.history.testified.update(dict.fromkeys(trial.told | trial.told_again, (source, trial.id)))
    if trial.testimony and trial.witnessed(opened):
        told = f"says that the log of {source} speaks for the case, and was not taken over from there"
        yield trial.finding("form", opened.commit, told, "source")
    for step in filter(trial.witnessed, trial.timeline.steps):
        if trial.history.commits[step.commit].trailers.get("Event") == IMPORT:
            why = "that log speaks for the case no more" if trial.testimony else "no such log speaks for the case"
            yield trial.finding("form", step.commit, f"says that another system's log told it, and {why}")


def at_the_end(history: History) -> Iterator[Finding]:
    """One for each run of steps that were taken over one after the other, by the last of them: whoever accepts it
    accepts nothing that was taken over since."""
    runs: dict[tuple[str, str], list[str]] = {}
    for commit in history.commits:
        if commit in history.testified:
            source, case = history.testified[commit]
            run = runs[commit, source] = runs.pop((history.before(commit), source), [])
            run.append(case)
    for (last, source), cases in runs.items():
        told = f"ends {count(len(cases), 'step')} of {count(len(set(cases)), 'case')} told by the log of {source}"
        yield Finding("testimony", last, told, about=source)
