"""What a verb of the desk was given when somebody took a step, to be asked once more what it would have done."""

from __future__ import annotations

from functools import partial

from casectl.audit.past import Past
from casectl.audit.trial import Trial
from casectl.desk.record import case_at
from casectl.desk.verb import Scene
from casectl.model.case import Case
from casectl.model.change import Moment


def scene_of(trial: Trial, past: Past, case: Case) -> Scene:
    """The scene of a step on a case, by the policies and the staff list of just before it. New ids are empty."""
    step = past.step
    moment, look = Moment(step.at, step.author, lambda _: ""), partial(case_at, trial.history.repo, step.commit)
    return Scene(case, past.policy, trial.book_before(step.commit), moment, trial.terms, past.before, look)
