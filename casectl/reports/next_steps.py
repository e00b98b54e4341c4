"""What the screen of one case says of the people in it: what is owed, who was last in touch, what may be done next."""

from __future__ import annotations

from collections.abc import Iterator

from casectl.desk.remedies import duty_remedy, duty_words, lack_words, planned
from casectl.model.moves import ways
from casectl.model.timeline import Dispute
from casectl.reports.entries import entry_words, field_words
from casectl.reports.onecase import OneCase
from casectl.reports.standing import TAIL, open_duties
from casectl.reports.words import SHORT, count, distance, moment
from casectl.sla.facts import is_contact
from casectl.sla.life import Life
from casectl.sla.readiness import lacks
from casectl.sla.voids import effective, is_taken_back

MOST_OWED = 6
MOST_DISPUTED = 4


def owed_block(found: OneCase, zone: str) -> Iterator[str]:
    """What somebody has to see to, each with its command; nothing when nothing is owed."""
    mine = open_duties(found.figures)
    tail = found.figures.id[-TAIL:]
    for row in mine[:MOST_OWED]:
        late = " (overdue)" if row.state == "overdue" else ""
        yield f"owed: {duty_words(row, zone)}{late}; {duty_remedy(row, tail)}"
    if len(mine) > MOST_OWED:
        yield f"owed: {count(len(mine) - MOST_OWED, 'thing')} more; casectl report duties"
    for due in found.figures.upcoming:
        deed = planned(found.pinned.policy, found.figures, due)
        yield f"due by time alone: {deed} ({due.rule}: {due.reason}); casectl sweep"


def disputed_block(found: OneCase, zone: str) -> Iterator[str]:
    """Each contradiction between two clones, with the command that settles it either way."""
    steps, tail = {step.commit: step for step in found.timeline.steps}, found.figures.id[-TAIL:]

    def side(dispute: Dispute, commit: str) -> str:
        value = steps[commit].changes.get(dispute.field)
        unset = "nothing" if dispute.field in steps[commit].changes else "as it was settled"
        words = unset if value is None else field_words(dispute.field, value, zone)
        return f"{words} ({moment(steps[commit].at, zone)}, {found.who(steps[commit].author)}, {commit[:SHORT]})"

    disputes = found.figures.disputes
    for dispute in disputes[:MOST_DISPUTED]:
        yield f"disputed: {dispute.field} {side(dispute, dispute.commit)} against {side(dispute, dispute.against)}"
    if len(disputes) > MOST_DISPUTED:
        yield f"disputed: {count(len(disputes) - MOST_DISPUTED, 'field')} more"
    if disputes:
        yield f"settle: casectl settle {tail} keeps the first; casectl settle {tail} --keep COMMIT the other"


def last_contact(found: OneCase, zone: str) -> str | None:
    """`Tue 2026-11-24 10:00 GMT, 2 h ago, by jo: call out, 4 m`; None when nobody was in touch yet."""
    if found.figures.facts.contact is None:
        return None
    for step in reversed(_life(found).spells):
        for entry in reversed(step.step.entries):
            if is_contact(entry):
                when = f"{moment(step.at, zone)}, {distance(step.at, found.as_of)}"
                return f"{when}, by {found.who(step.step.author)}: {entry_words(entry, zone)}"
    return None


def steps_block(found: OneCase, zone: str) -> Iterator[str]:
    """The states that the case may move to, and what each wants first."""
    if found.figures.void:
        return
    if found.figures.merged_into is not None:
        yield _goes_on(found)
        return
    tail, life = found.figures.id[-TAIL:], _life(found)
    ready, wanting = [], []
    for state, command in ways(found.pinned.policy, found.case):
        missing = [lack for lack in lacks(life, state, found.as_of) if lack.name != "resolution"]
        shown = command.replace(found.figures.id, tail)
        if missing:
            wanting.append(f"{state} needs first: {'; '.join(lack_words(lack, zone) for lack in missing)}")
        else:
            ready.append(f"{state} ({shown})")
    if ready:
        yield f"may become: {', '.join(ready)}"
    yield from wanting


def _goes_on(found: OneCase) -> str:
    """Where the work on a merged case goes on; or that it does not."""
    into, further = found.figures.merged_into or "", found.goes_on_as
    if further is None or is_taken_back(further):
        undo = f"casectl undo {found.figures.id[-TAIL:]} --reason TEXT takes the merging back"
        why = "is not there" if further is None else "was taken back as a whole"
        return f"merged into {into}, which {why}: nobody works on this case; {undo}"
    return f"goes on in {into} ({further.status}): casectl show {into[-TAIL:]}"


def _life(found: OneCase) -> Life:
    return Life(effective(found.timeline.until(found.as_of), found.timeline.case_id).steps, found.terms)
