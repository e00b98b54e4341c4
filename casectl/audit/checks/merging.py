"""Whether a case was merged into one in which it can go on: into whatever the verb `merge` would have taken then."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from casectl.audit.finding import Code, Finding
from casectl.audit.past import Past
from casectl.audit.scenes import scene_of
from casectl.audit.trial import Trial
from casectl.desk.verbs.merge import merge
from casectl.model.problems import CasectlError

CODES = {
    "merge-astray": Code("major", "A case was merged into one in which it cannot go on: nobody works on it any more."),
}

_MERGED = "merged_into"


def of_case(trial: Trial) -> Iterator[Finding]:
    for place, step in enumerate(trial.steps):
        into = step.changes.get(_MERGED)
        if into is not None and trial.witnessed(step):
            refusal = trial.held_against(place, partial(_refusal, trial, str(into)))
            if refusal:
                yield trial.finding("merge-astray", step.commit, f"merged the case into {into}: {refusal}")


def _refusal(trial: Trial, into: str, past: Past) -> str:
    """Why the verb would have refused a merge; empty where it would not."""
    case = past.before.case() if past.before.steps else past.own.case().changed({_MERGED: None})
    try:
        merge(scene_of(trial, past, case), into)
    except CasectlError as refusal:
        return refusal.message
    return ""
