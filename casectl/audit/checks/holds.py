"""Clocks that were stopped: without a word why, when time was nearly up, again and again, while the customer spoke."""

from __future__ import annotations

from collections.abc import Iterator

from casectl.audit.finding import Code, Finding
from casectl.audit.nearness import near_due
from casectl.audit.past import Past
from casectl.audit.trial import Trial
from casectl.desk.wording import nth
from casectl.model.calendar import DAY_SECONDS
from casectl.model.workflow import CUSTOMER
from casectl.reports.words import duration
from casectl.sla.life import Spell

CODES = {
    "hold-unexplained": Code("minor", "A case was put on hold without a word why."),
    "hold-near-due": Code("minor", "A hold stopped a clock that had little left."),
    "hold-often": Code("minor", "A case was put on hold again and again within a day."),
    "contact-on-hold": Code("minor", "The customer was heard, and the case went on waiting for the customer."),
}

_WORDS = {"text", "reason", "to"}
"""Fields of a log entry that say why; a referral says to whom."""


def of_case(trial: Trial) -> Iterator[Finding]:
    if not trial.steps:
        return
    spells = trial.life.spells
    waits = [place for place, spell in enumerate(spells) if place and _begins(spells[place - 1], spell)]
    witnessed = [place for place in waits if trial.witnessed(spells[place].step)]
    for place in witnessed:
        yield from _begun(trial, spells[place], trial.past(place))
    yield from _often(trial, [spells[place] for place in witnessed if spells[place - 1].phase != "waiting"])
    yield from _answered(trial, spells)


def _begins(before: Spell, spell: Spell) -> bool:
    """Whether a case begins to wait, or to wait for somebody else: by that, too, a clock may stop."""
    waited = before.waiting_for if before.phase == "waiting" else None
    return spell.phase == "waiting" and (before.phase != "waiting" or spell.waiting_for != waited)


def _begun(trial: Trial, spell: Spell, past: Past) -> Iterator[Finding]:
    step = spell.step
    if not any(entry.fields.keys() & _WORDS for entry in step.entries):
        whom = f" for {spell.waiting_for}" if spell.waiting_for else ""
        told = f"put the case on hold{whom} without a word why"
        yield trial.finding("hold-unexplained", step.commit, told, clause=trial.scrutiny().clause)
    for row, left in near_due(trial, past):
        if row.state == "paused":
            told = f"stopped the clock of {row.target} when {left} of it were left"
            yield trial.finding("hold-near-due", step.commit, told, f"{row.target} {row.occurrence}", row.clause)


def _often(trial: Trial, holds: list[Spell]) -> Iterator[Finding]:
    often = trial.scrutiny().often
    for last in range(often - 1, len(holds)):
        first = holds[last - often + 1]
        if holds[last].at - first.at <= DAY_SECONDS:
            told = f"put the case on hold for the {nth(last + 1)} time, {often} of them within a day"
            yield trial.finding("hold-often", holds[last].step.commit, told, clause=trial.scrutiny().clause)
            return


def _answered(trial: Trial, spells: tuple[Spell, ...]) -> Iterator[Finding]:
    grace, taken_back = trial.scrutiny().grace_seconds, trial.effective.ended_by
    over = trial.history.now if taken_back is None else taken_back.at
    for place, spell in enumerate(spells):
        heard = [entry for entry in spell.step.entries if entry.direction == "in"]
        if not heard or not _waits_for_customer(spell) or not trial.witnessed(spell.step):
            continue
        if place == 0 or not _waits_for_customer(spells[place - 1]):
            continue
        ended = next((later.at for later in spells[place:] if not _waits_for_customer(later)), over)
        if ended - spell.at > grace:
            told = f"logged {heard[0].kind} from the customer, who was waited for {duration(ended - spell.at)} more"
            yield trial.finding("contact-on-hold", spell.step.commit, told, clause=trial.scrutiny().clause)


def _waits_for_customer(spell: Spell) -> bool:
    """A case that goes on in another waits for nobody."""
    who = spell.waiting_for or ""
    waits = spell.phase == "waiting" and spell.fields.get("merged_into") is None
    return waits and who.partition("-")[0] == CUSTOMER
