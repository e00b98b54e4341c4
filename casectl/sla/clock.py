"""The clock: every target of a case, as of a moment, from its timeline and its terms. design.md, The clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from casectl.model.case import Value
from casectl.model.figures import CaseFigures, TargetRow
from casectl.model.instants import Instant
from casectl.model.problems import Problem
from casectl.model.terms import Terms
from casectl.model.timeline import Step, Timeline
from casectl.sla.automatic import upcoming_of
from casectl.sla.course import Course, courses_of, promised_in
from casectl.sla.disputes import open_disputes
from casectl.sla.duties import duties_of
from casectl.sla.excuse import Excuse, exemptions_of
from casectl.sla.facts import facts_of
from casectl.sla.life import Life, terms_at
from casectl.sla.pending import not_started
from casectl.sla.reach import Judged, Key, reaching, with_overturned, withdrawn
from casectl.sla.runs import Run, of_own_life, runs_of
from casectl.sla.soundness import sound_steps
from casectl.sla.verdict import Judgement, Trial
from casectl.sla.voids import effective


def evaluate(timeline: Timeline, terms: Sequence[Terms], as_of: Instant) -> CaseFigures:
    """All figures of one case as of a moment (UTC seconds), steps at that very second included.

    `terms` are what it is judged by: from its opening, and from each step that moved it to another policy.

    A case opened later has no rows. A word that the policy does not know is a problem of the figures, and while it
    stands there are no rows either: a figure that rests on a guess is none.
    """
    steps = timeline.until(as_of)
    sound, problems = sound_steps(timeline, steps, terms)
    life = Life(effective(sound, timeline.case_id).steps, terms) if sound else None
    rows = tuple(judgement.row for judgement in judgements(sound, terms, as_of, timeline.case_id, life))
    figures = _figures(timeline, steps, terms, rows, (*timeline.problems, *problems))
    return figures if life is None else _lived(figures, life, sound, as_of)


def _lived(figures: CaseFigures, life: Life, steps: tuple[Step, ...], as_of: Instant) -> CaseFigures:
    """The figures with what the life tells beside the times, what is owed, and what time alone has made due."""
    figures = figures._replace(facts=facts_of(life))
    workflow = life.policy.workflow
    if figures.void or not (workflow.duties or workflow.intake or workflow.automatic):
        return figures
    logged = frozenset(entry.id for step in steps for entry in step.entries)
    upcoming = upcoming_of(life, figures.rows, as_of, figures.id, logged)
    return figures._replace(duties=duties_of(life, as_of), upcoming=upcoming)


def judgements(
    steps: tuple[Step, ...], terms: Sequence[Terms], as_of: Instant, case_id: str, life: Life | None = None
) -> list[Judgement]:
    """Each target and occurrence judged, in the policy's order of targets; nothing for no steps.

    `steps` are sound (`sound_steps`); `life` is what they come to, voids heeded, where that is known already.
    """
    if not steps:
        return []
    judge = partial(_judged, terms, case_id)
    found = judge(steps, as_of, life)
    if reaching(steps):
        found = with_overturned(found, steps, judge)
    return [one.judgement for one in found]


def _judged(
    terms: Sequence[Terms], case_id: str, steps: tuple[Step, ...], as_of: Instant, life: Life | None = None
) -> list[Judged]:
    """The rows as these steps tell them. Those of a void case are what they were, withdrawn."""
    left, ended_by = effective(steps, case_id)
    life = life or Life(left, terms)
    moment = as_of if ended_by is None else ended_by.at
    found = list(_rows(life, moment, exemptions_of(life), promised_in(steps)))
    return found if ended_by is None else [_void(one, ended_by) for one in found]


def _rows(life: Life, as_of: Instant, excuses: tuple[Excuse, ...], promised: tuple[str, ...]) -> Iterator[Judged]:
    """Each run judged. What starts with commitments is numbered as these were `promised`, those taken back included."""
    begun: dict[str, int] = {}
    for course in courses_of(life):
        if course.empty:
            continue
        first = promised.index(course.commitment) if course.commitment else 0
        found = list(_of_course(course, max(first, begun.get(course.name, 0)), as_of, excuses))
        begun[course.name] = max((one.judgement.row.occurrence for one in found), default=0)
        yield from found


def _of_course(course: Course, before: int, as_of: Instant, excuses: tuple[Excuse, ...]) -> Iterator[Judged]:
    runs = runs_of(course)
    last = course.would[-1] if course.outside[-1] else course.rules[-1]
    if not runs and last is not None and of_own_life(last):
        yield Judged((course.name, course.commitment, ""), Judgement(not_started(course, last, before + 1)))
    taken: set[Key] = set()
    for number, run in enumerate(runs, start=before + 1):
        judgement = Trial(course, run, number, as_of, excuses).judge()
        if judgement is not None:
            yield Judged(_key(course, run, taken), judgement)


def _key(course: Course, run: Run, taken: set[Key]) -> Key:
    """A row is known by the commit that started it; of several that one step began, each has a place of its own."""
    commit = course.life.spells[run.source].step.commit
    key, nth = (course.name, course.commitment, commit), 1
    while key in taken:
        nth += 1
        key = (course.name, course.commitment, f"{commit}#{nth}")
    taken.add(key)
    return key


def _void(one: Judged, by: Step) -> Judged:
    row = withdrawn(one, "the case is void").judgement.row
    return one._replace(judgement=one.judgement._replace(row=row._replace(evidence=(*row.evidence, by.commit))))


def next_due(figures: CaseFigures) -> TargetRow | None:
    """The row that falls due first of those that still run; None when nothing does."""
    running = [row for row in figures.rows if row.stopped_at is None and row.due_at is not None]
    return min(running, key=lambda row: (row.due_at or 0, row.target), default=None)


def _fields_at_end(steps: tuple[Step, ...]) -> dict[str, Value]:
    fields: dict[str, Value] = {}
    for step in steps:
        for name, value in step.changes.items():
            if value is None:
                fields.pop(name, None)
            else:
                fields[name] = value
    return fields


def _links(counting: tuple[Step, ...]) -> tuple[str, ...]:
    """Other cases that log entries of the steps that count link the case with."""
    entries = (entry for step in counting for entry in step.entries if entry.kind == "link")
    return tuple(dict.fromkeys(str(entry.fields.get("to")) for entry in entries))


def _figures(
    timeline: Timeline,
    steps: tuple[Step, ...],
    terms: Sequence[Terms],
    rows: tuple[TargetRow, ...],
    problems: tuple[Problem, ...],
) -> CaseFigures:
    counting, ended_by = effective(steps, timeline.case_id)
    # Whoever voids a step and leaves what it did in the file hides nothing. A case that is void is as it was left.
    fields: Mapping[str, Value] = _fields_at_end(counting if ended_by is None else steps)
    policy, customers, _, _ = terms_at(steps, terms)[-1] if steps else terms[0]

    def text(name: str) -> str | None:
        value = fields.get(name)
        return None if value is None else str(value)

    status, customer = text("status") or "", customers.get(text("customer") or "")
    phase = policy.states[status].phase if status in policy.states else ""
    return CaseFigures(
        id=timeline.case_id,
        external_id=text("external_id"),
        source=text("source"),
        policy=policy.ref,
        desk=policy.desk,
        title=text("title") or "",
        customer=text("customer"),
        type=text("type") or "",
        channel=text("channel") or "",
        priority=text("priority") or "",
        status=status,
        phase=phase,
        owner=text("owner"),
        assignee=text("assignee"),
        rows=rows,
        problems=problems,
        customer_zone=customer.zone if customer else None,
        merged_into=text("merged_into"),
        team=text("team"),
        level=int(text("level") or 1),
        # Where one clone held the case and another went on, whom it waited for may have been left behind.
        waiting_for=text("waiting_for") if phase == "waiting" else None,
        expedited=bool(fields.get("expedited")),
        follows=text("follows"),
        links=_links(counting),
        void=ended_by is not None,
        disputes=open_disputes(timeline, steps),
    )
