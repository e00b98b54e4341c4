"""Whether a case was merged into one in which it can go on: into whatever the verb `merge` would have taken then."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from casectl.audit.finding import Code, Finding
from casectl.audit.past import Past
from casectl.audit.trial import Trial
from casectl.desk.record import case_at
from casectl.desk.verb import Scene
from casectl.desk.verbs.merge import merge
from casectl.model.change import Moment
from casectl.model.problems import CasectlError

CODES = {
    "merge-astray": Code("major", "A case was merged into one in which it cannot go on: nobody works on it any more."),
}

_MERGED = "merged_into"


def of_case(trial: Trial) -> Iterator[Finding]:
    for place, step in enumerate(trial.steps):
        into = step.changes.get(_MERGED)
        # What another clone did meanwhile is no fault of this one: before it is blamed, its past is read to the letter.
        if into is not None and trial.witnessed(step) and _refusal(trial, trial.past(place), str(into)):
            refusal = _refusal(trial, trial.read_past(place), str(into))
            if refusal:
                yield trial.finding("merge-astray", step.commit, f"merged the case into {into}: {refusal}")


def _refusal(trial: Trial, past: Past, into: str) -> str:
    """Why the verb would have refused a merge; empty where it would not."""
    step, policy = past.step, past.policy
    book, moment = trial.shelf.book_at(step.commit, policy.desk)[0], Moment(step.at, step.author, lambda _: "")
    case = past.before.case() if past.before.steps else past.own.case().changed({_MERGED: None})
    look = partial(case_at, trial.history.repo, step.commit)
    try:
        merge(Scene(case, policy, book, moment, trial.terms, past.before, look), into)
    except CasectlError as refusal:
        return refusal.message
    return ""
