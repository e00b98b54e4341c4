"""Cases for which another system's log speaks: nobody here saw what they tell."""

from __future__ import annotations

from collections.abc import Iterator

from casectl.audit.finding import Code, Finding
from casectl.audit.history import IMPORT, History, Trial

CODES = {
    "testimony": Code("observation", "Cases were taken over from another system's log, which nobody here witnessed.")
}


def of_case(trial: Trial) -> Iterator[Finding]:
    if trial.testimony:
        opened = trial.timeline.opened
        sources, source = trial.history.sources, str(opened.changes["source"])
        first, cases = sources.get(source, (opened.commit, 0))
        sources[source] = (first, cases + 1)
    for step in trial.timeline.steps:
        says = trial.history.commits[step.commit].trailers.get("Event") == IMPORT
        if says and not (trial.testimony and trial.history.says_imported(step.commit)):
            told = "says that another system's log told it, and no such log speaks for the case"
            yield trial.finding("form", step.commit, told)


def at_the_end(history: History) -> Iterator[Finding]:
    """One for each source."""
    for source, (first, cases) in sorted(history.sources.items()):
        which = f"first of {cases} cases that rest" if cases > 1 else "one case that rests"
        yield Finding("testimony", first, f"opened the {which} on the log of {source}", about=source)
