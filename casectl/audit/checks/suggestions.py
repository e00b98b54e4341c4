"""What a rating says that its policy suggested, worked out once more from the answers that it gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from casectl.audit.finding import Code, Finding
from casectl.audit.past import Past
from casectl.audit.trial import Trial
from casectl.desk.rating import reread, suggestion
from casectl.model.case import Case, Entry
from casectl.model.problems import UsageMistake

CODES = {
    "suggestion-false": Code("minor", "A rating says that the policy suggested another priority than it does."),
}


def of_case(trial: Trial) -> Iterator[Finding]:
    for place, step in enumerate(trial.steps):
        for entry in filter(_says_so, step.entries):
            told = trial.held_against(place, partial(_untrue, entry)) if trial.witnessed(step) else ""
            if told:
                yield trial.finding("suggestion-false", step.commit, told, entry.id)


def _says_so(entry: Entry) -> bool:
    return entry.kind == "triage" and not entry.fields.keys().isdisjoint(("suggested", "answers"))


def _untrue(entry: Entry, past: Past) -> str:
    """What is untrue about it, in words; empty where the verb would have written the same."""
    said = entry.fields.get("suggested")
    try:
        due = _suggested(past, reread(past.policy, entry.fields.get("answers")))
    except UsageMistake as mistake:
        return f"says that the case was rated by answers which cannot be: {mistake.message}"
    if said == due:
        return ""
    return f"says that {said or 'nothing'} was suggested, and {past.policy.ref} suggested {due or 'nothing'}"


def _suggested(past: Past, answers: Mapping[str, str]) -> str | None:
    """By the facts of the case before the step; `open` falls back on what its type suggests."""
    case = Case({}).changed(past.fields or past.step.changes)
    kind = None if past.fields else past.policy.types.get(case.need("type"))
    return suggestion(past.policy, case, answers) or (kind.priority if kind else None)
