"""What a step did, told from what it changed alone: the commands by which casectl would have done it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from casectl.model.case import FIELD, Value
from casectl.model.policy import DONE_PHASES, Policy
from casectl.model.timeline import Step

_BY_KIND = {
    "triage": "triage",
    "response": "respond",
    "update": "update",
    "root-cause": "root-cause",
    "pathway": "confirm-path",
    "handover": "handover",
    "attempt": "attempt",
    "confirmation": "confirm",
    "escalation": "escalate",
    "escalation-answer": "respond",
    "complaint-answer": "respond",
    "referral": "refer",
    "checklist": "check",
    "attachment": "attach",
    "call": "call",
    "email": "email",
}
"""What goes with other steps, such as a note, stands for none by itself, and asking for help with a rating is none."""

_BY_FIELD = {
    "expedited": ("expedite",),
    "exemptions": ("exempt",),
    "agreed": ("agree",),
    "commitments": ("promise",),
    "merged_into": ("merge",),
    **dict.fromkeys(("title", "description", "customer", "contact", "service", "category", "type"), ("set",)),
    **dict.fromkeys(("policy", "update_every"), ("set",)),
    "satisfaction": ("set", "close"),
    "reason_for_outage": ("set", "resolve", "close"),
    "resolution": ("resolve", "reopen"),
    "assignee": ("assign", "take", "handover"),
    "owner": ("set", "assign", "take"),
    "team": ("set", "assign"),
}

_CHANGED = frozenset(("status", "waiting_for", "priority", "level", *_BY_FIELD))
"""What commands change in a case that is there."""

_PUT_RIGHT = ("undo", "settle")
"""What they put back may be anything."""

AUTOMATIC = "automatic "
"""How the `Event:` begins of what time did."""


def deeds(step: Step, before: Mapping[str, Value | None], policy: Policy) -> Iterator[tuple[str, ...]]:
    """Each thing that a step did, as the commands that do it: any one of them will do. `before` are the fields until
    then; nothing for a step that opened the case. What a step puts back by a void is no change of its own."""
    kinds = {entry.kind for entry in step.entries}
    if not before:
        yield ("open",)
        if "triage" in kinds:
            yield ("triage",)
        return
    if "void" in kinds:
        yield ("undo", "settle")
    moved = _move(step, before, policy)
    if moved:
        yield moved
    yield from ((verb,) for kind, verb in _BY_KIND.items() if kind in kinds)
    if "priority" in step.changes and "triage" not in kinds:
        yield ("triage",)
    if "level" in step.changes and "escalation" not in kinds:
        yield ("escalate",)
    for name, verbs in _BY_FIELD.items():
        if name in step.changes and not (moved and "take" in moved and "take" in verbs):
            yield verbs


def unlike(event: str, step: Step, before: Mapping[str, Value | None], policy: Policy, void: bool = False) -> str:
    """What a step did that the command which it says it was never does, in words; empty where all fits. An undo of
    nothing (`void`) puts nothing right. `automatic …` has to name its rule: whether that does such a thing is another
    question, and so is what is fixed at opening."""
    kinds = {entry.kind for entry in step.entries}
    if event.startswith(AUTOMATIC):
        by_rule = any(entry.fields.get("rule") in policy.workflow.automatic for entry in step.entries)
        return "" if by_rule else "names no rule of the policy that did it"
    if event in _PUT_RIGHT and "void" in kinds and not void:
        return ""
    now = {name: value for name, value in step.changes.items() if value != before.get(name)}
    strange = sorted(name for name in now if name not in _CHANGED and not FIELD[name].fixed) if before else []
    if strange:
        return f"changed {strange[0]}, which no command does"
    for ways in deeds(step._replace(changes=now), before, policy):
        if event not in ways:
            return f"did what {' or '.join(ways)} does"
        if not before:
            break
    return ""


def _move(step: Step, before: Mapping[str, Value | None], policy: Policy) -> tuple[str, ...]:
    status = step.changes.get("status")
    if status is None or status == before.get("status"):
        return ("hold", "refer") if step.changes.get("waiting_for") is not None else ()
    here, there = policy.phase_of(str(before.get("status"))), policy.phase_of(str(status))
    if there == "closed":
        return ("close",)
    if there in DONE_PHASES:
        return ("resolve",)
    if there == "waiting":
        return ("hold", "refer")
    if here in DONE_PHASES:
        return ("reopen",)
    return ("resume", "take", "assign") if here == "waiting" else ("take", "assign")
