"""A second, deliberately naive implementation of design.md "The clock": it walks time grain by grain.

Written from design.md and traps.md alone, and sharing nothing with `casectl.sla` but the values of `casectl.model`.
Every moment in a life, every window edge and every zone offset must be a multiple of the grain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from casectl.model.instants import Instant
from casectl.model.target import Figure, Rule
from casectl.model.terms import Terms
from casectl.model.timeline import Step, Timeline
from tests.sla.naive_life import Life, Occurrence, has_own_life
from tests.sla.naive_record import Record, undoes
from tests.sla.naive_run import Run

Identity = tuple[str, int, int, str]
"""Target, the step that began it, the step that brought its anchor about, the commitment."""


@dataclass(frozen=True)
class NaiveRow:
    """What the naive clock says of one occurrence: the fields of `TargetRow` that it can judge."""

    target: str
    occurrence: int
    state: str
    started_at: Instant | None
    stopped_at: Instant | None
    due_at: Instant | None
    breached_at: Instant | None
    elapsed_seconds: int
    limit_seconds: int | None
    goal_seconds: int | None
    paused_seconds: int
    exempt_seconds: int
    rule: int
    """Position of the rule, -1 for `otherwise`."""
    subject: str = ""
    owed: bool = False
    overturned: tuple[Instant, str] | None = None
    """The breach that was taken back, and the commit that did it."""
    within: Figure | None = None


def evaluate(timeline: Timeline, terms: Sequence[Terms], as_of: Instant, grain: int) -> tuple[NaiveRow, ...]:
    """Rows by order of targets, then occurrence; none for a case that was opened after `as_of`."""
    steps = tuple(step for step in timeline.steps if step.at <= as_of)
    if not steps:
        return ()
    knew = _Views(timeline.case_id, steps, terms, grain)
    last = knew.after(len(steps))
    earlier = [knew.after(i) for i in range(1, len(steps)) if undoes(steps[i])]
    overturned = _overturned(knew, last, as_of)
    return tuple(replace(row, overturned=overturned.get(identity)) for identity, row in last.rows(earlier, as_of))


class _Views:
    """What was known of a case after each of its steps."""

    def __init__(self, case_id: str, steps: tuple[Step, ...], terms: Sequence[Terms], grain: int) -> None:
        self.case_id, self.steps, self.terms, self.grain = case_id, steps, terms, grain
        self._known: dict[int, _View] = {}

    def after(self, count: int) -> _View:
        """After the first `count` steps."""
        if count not in self._known:
            self._known[count] = _View(Life(Record(self.case_id, self.steps[:count]), self.terms, self.grain))
        return self._known[count]


def _overturned(knew: _Views, last: _View, as_of: Instant) -> dict[Identity, tuple[Instant, str]]:
    """Breaches that stood just before a step reached back, and not just after, nor now; the first of each row."""
    found: dict[Identity, tuple[Instant, str]] = {}
    for i, step in enumerate(knew.steps):
        if i == 0 or not (undoes(step) or "exemptions" in step.changes):
            continue
        before = knew.after(i).breaches(step.at)
        after = knew.after(i + 1).breaches(step.at) if before or found else {}
        gone = {key: (at, step.commit) for key, at in before.items() if key not in after or after[key] > at}
        still = {key: breach for key, breach in found.items() if key not in after or after[key] > breach[0]}
        found = still | (gone if i not in last.life.record.taken else {})
    now = last.breaches(as_of) if found else {}
    return {key: gone for key, gone in found.items() if key not in now or now[key] > gone[0]}


class _View:
    """What is known of a case after some of its steps."""

    def __init__(self, life: Life) -> None:
        self.life = life

    def breaches(self, as_of: Instant) -> dict[Identity, Instant]:
        """The moment of breach of each row that is breached as of then, which no step comes after."""
        if self.life.record.void:
            return {}
        begun = [(name, occurrence) for name in self.life.names() for occurrence in self.life.occurrences(name)]
        runs = {(name, *one.identity): Run(self.life, name, one, as_of) for name, one in begun}
        return {identity: breach[0] for identity, run in runs.items() if (breach := run.first_breach())}

    def rows(self, earlier: Sequence[_View], as_of: Instant) -> list[tuple[Identity, NaiveRow]]:
        """All rows as known now, and as withdrawn those that `earlier` views knew: they keep their numbers."""
        rows = []
        names = dict.fromkeys(name for view in (self, *earlier) for name in view.life.names())
        for name in names:
            begun = self.life.occurrences(name) if name in self.life.names() else []
            known: dict[tuple[int, int, str], tuple[_View, Occurrence, bool]] = {}
            for view in [*earlier, self]:
                its = view.life.occurrences(name) if name in view.life.names() else []
                known |= {one.identity: (view, one, one is its[0]) for one in its}
            for number, (identity, (view, occurrence, first)) in enumerate(sorted(known.items(), key=_order), 1):
                row = _Row(view.life, name, occurrence, as_of, number, first, view is not self).reckon()
                rows.append(((name, *identity), row or _taken_back(earlier, name, identity, as_of, number)))
            if not begun and name in self.life.names():
                rows.append(((name, -1, -1, ""), _not_begun(self.life, name, len(known) + 1)))
        return [(identity, row) for identity, row in rows if row]


def _taken_back(
    earlier: Sequence[_View], name: str, identity: tuple[int, int, str], as_of: Instant, number: int
) -> NaiveRow | None:
    """The row as the last of the earlier views that had one knew it, withdrawn: what was a row once stays one."""
    for view in reversed(earlier):
        its = view.life.occurrences(name) if name in view.life.names() else []
        for one in its:
            if one.identity == identity and (
                row := _Row(view.life, name, one, as_of, number, one is its[0], True).reckon()
            ):
                return row
    return None


def _order(known: tuple[tuple[int, int, str], object]) -> tuple[int, int]:
    begun_in, source, _ = known[0]
    return begun_in, source


def _not_begun(life: Life, name: str, number: int) -> NaiveRow | None:
    """A target that has a rule and waits for its start anchor."""
    i = len(life.steps) - 1
    rule = life.rule(name, i)
    if rule is None or not has_own_life(rule.start):
        return None
    state = "pending" if rule.within else "untargeted"
    if life.record.void or life.states[i].get("merged_into"):
        state = "withdrawn"
    elif not life.covered(i):
        state = "exempt"
    return NaiveRow(name, number, state, None, None, None, None, 0, None, None, 0, 0, rule.index)


class _Row:
    def __init__(
        self, life: Life, name: str, occurrence: Occurrence, as_of: Instant, number: int, first: bool, gone: bool
    ) -> None:
        self.life, self.name, self.occurrence, self.as_of = life, name, occurrence, as_of
        self.number, self.first = number, first
        self.gone = gone or life.record.void
        self.run = Run(life, name, occurrence, as_of)

    def reckon(self) -> NaiveRow | None:
        run, stop = self.run, self.occurrence.stop
        breach = run.first_breach()
        if breach:
            breached_at, rule, i = breach
            since = run.since(rule, breached_at, i)
        else:
            breached_at, i = None, run.last
            rule = run.need(i)
            since = run.since(rule, run.end, i)
        targeted = run.rules[i] is not None
        limit, due0 = run.limit(rule, i, since, rule.within) if targeted else (None, since)
        goal = run.limit(rule, i, since, rule.goal)[0] if targeted else None
        wall = run.by_wall(rule, i)
        elapsed = run.elapsed(rule, since, run.end, wall)
        waits = stop is None and run.waits(run.last) and not wall
        state = self._state(breached_at, waits, elapsed, limit, goal, rule)
        if state is None:
            return None
        no_due = breach is None and stop is None and (run.open_ended or (waits and run.start <= self.as_of))
        due = None if limit is None or no_due else run.due(rule, i, since, limit, due0)
        return NaiveRow(
            self.name, self.number, state, since, stop, due, breached_at, elapsed, limit, goal,
            run.paused_seconds(rule, since, wall), run.exempt_seconds(rule, since, wall), rule.index,
            subject=self.occurrence.subject, owed=state == "pending" and limit is None,
            within=rule.within,
        )  # fmt: skip

    def _state(
        self, breached_at: Instant | None, waits: bool, elapsed: int, limit: int | None, goal: int | None, rule: Rule
    ) -> str | None:
        """The first state of design.md's rule 10 that holds; None when there is no such promise at all."""
        run, last = self.run, self.run.last
        held = self._rules_so_far()
        target = self.life.target(self.name, last)  # a policy without the target measures nothing
        measured = target is not None and target.measured and self.life.holds(target.scope, last, run.subject)
        if not any(held) and not measured:
            return None
        if self.gone:
            return "withdrawn"
        if breached_at is not None:
            return "breached"
        if run.withdrawn(last) or (held[-1] is None and not measured):
            return "withdrawn"
        if not self.life.covered(last) or (run.any_exempt() and run.without_exemptions().first_breach()):
            return "exempt"
        if held[-1] is None or rule.within is None:
            return "untargeted"
        if self.occurrence.stop is not None:
            return "met" if limit is not None else "untargeted"
        if run.start > self.as_of or limit is None:
            return "pending"
        if waits:
            return "paused"
        late_for_goal = goal is not None and elapsed > goal
        warned = rule.warn_at is not None and elapsed >= rule.warn_at * limit
        return "at-risk" if late_for_goal or warned else "running"

    def _rules_so_far(self) -> list[Rule | None]:
        """The rules that held while this row existed, each for some time, and the one at its end."""
        run = self.run
        own_life = self.first and has_own_life(run.need(0).start)
        born = 0 if own_life else self.life.index_at(run.start)
        held = [run.written[i] for i in range(born, run.last + 1) if i == self.life.index_at(self.life.steps[i].at)]
        before_opening = [run.written[0]] if born == 0 else []
        return [*before_opening, *held, run.written[run.last]]
