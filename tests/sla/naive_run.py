"""One occurrence of one target, counted grain by grain: what is open, paused and exempt, and when it was late."""

from __future__ import annotations

from casectl.model.instants import Instant
from casectl.model.target import Ahead, Figure, Lookup, Rule, Span
from tests.sla.naive_hours import FAR
from tests.sla.naive_life import Life, Occurrence

UNITS = {"s": 1, "m": 60, "h": 3600}


def figure_of(rule: Rule) -> Figure | None:
    """What the rule counts towards: its limit, or where it promises none, its goal."""
    return rule.within or rule.goal


def names_a_moment(figure: Figure | None) -> bool:
    return isinstance(figure, Ahead) or (isinstance(figure, Lookup) and figure.source in ("agreed", "promised"))


def parse(text: str) -> Span:
    if text.endswith("wd"):
        return Span("days", int(text[:-2]), written=text)
    return Span("seconds", int(text[:-1]) * UNITS[text[-1]], written=text)


class Run:
    """`exempt` false leaves exemptions and announced windows out of account."""

    def __init__(self, life: Life, name: str, occurrence: Occurrence, as_of: Instant, exempt: bool = True) -> None:
        self.life, self.name, self.occurrence, self.as_of, self.exempt = life, name, occurrence, as_of, exempt
        self.grain, self.subject = life.grain, occurrence.subject
        self.written = [life.rule(name, i, self.subject) for i in range(len(life.steps))]
        self.rules = [rule if life.covered(i) else None for i, rule in enumerate(self.written)]
        """In force after each step: none while the case is about something that the desk does not cover."""
        self.start = occurrence.start
        self.end = as_of if occurrence.stop is None else occurrence.stop
        self.last = len(life.steps) - 1 if occurrence.stop is None else occurrence.stop_step
        self.periods = self._periods()
        self.open_ended = any(ends is None for _, ends in self.periods)
        self.grains = list(range(self.start, self.end, self.grain))
        self.paused = {g: self._is_paused(g) for g in self.grains}
        self.run_on = self._run_on()
        self._sums: dict[tuple[int, Instant, bool], dict[Instant, int]] = {}

    def without_exemptions(self) -> Run:
        return Run(self.life, self.name, self.occurrence, self.as_of, exempt=False)

    # What does not count

    def _periods(self) -> list[tuple[Instant, Instant | None]]:
        """The exemptions as approved, an open end as first given; no claim speaks of what comes after its step."""
        steps, states = self.life.steps, self.life.states
        periods: list[tuple[Instant, Instant | None]] = []
        for name, record in states[-1]["exemptions"].items() if self.exempt else ():
            said = [state["exemptions"].get(name, {}) for state in states]
            approved = next((i for i, then in enumerate(said) if then.get("approved_by")), None)
            if not record.get("approved_by") or approved is None or "from" not in said[approved]:
                continue
            if said[approved].get("code") not in self.life.policy(approved).exemptions:
                continue
            begins = said[approved]["from"]
            begins = min(begins, next(steps[i].at for i, then in enumerate(said) if then.get("from") == begins))
            ends = next((then["until"] for then in said[approved:] if then.get("until") is not None), None)
            if ends is not None:
                ends = min(ends, next(steps[i].at for i, then in enumerate(said) if then.get("until") == ends))
            periods.append((begins, ends))
        return periods

    def is_exempt(self, g: Instant) -> bool:
        """An approved exemption's time up to now, or a window announced for then by what was known then."""
        if g < self.as_of and any(begins <= g and (ends is None or g < ends) for begins, ends in self.periods):
            return True
        return self.exempt and self._in_window(g, self.life.index_at(g))

    def any_exempt(self) -> bool:
        return any(self.is_exempt(g) for g in self.grains)

    def _in_window(self, g: Instant, i: int) -> bool:
        """In a window that the rule then in force excludes."""
        exclude = self.need(i).exclude
        if not exclude:
            return False
        announced = [
            (record["due"], record["until"])
            for record in self.life.states[i]["commitments"].values()
            if record.get("kind") in exclude and not record.get("cancelled") and "until" in record
        ]
        return any(begins <= g < ends for begins, ends in announced)

    def _is_paused(self, g: Instant) -> bool:
        if any(spell.begins <= g < spell.ends and not spell.counts for spell in self.occurrence.spells):
            return True
        return self.waits(self.life.index_at(g))

    def waits(self, i: int) -> bool:
        """Whether the rule in force after step `i` says that such a state pauses the clock."""
        if self.life.phase(i) != "waiting":
            return False
        rule = self.need(i)
        return rule.pause_for is None or self.life.states[i].get("waiting_for") in rule.pause_for

    def withdrawn(self, i: int) -> bool:
        """Whether after step `i` nothing is promised any more, though the condition may hold."""
        merged = bool(self.life.states[i].get("merged_into"))
        return merged or bool(self.life.commitment(i, self.subject).get("cancelled"))

    def _solved(self, g: Instant) -> bool:
        return any(spell.begins <= g < spell.ends for spell in self.occurrence.spells)

    def _open(self, rule: Rule, g: Instant) -> bool:
        return self.life.hours(rule.calendars, rule.calendar).is_open(g)

    # Running on past closing

    def _run_on(self) -> dict[Instant, bool]:
        answer: dict[Instant, bool] = {}
        going = False
        for g in self.grains:
            going = self._goes_on(g, going, self.life.index_at(g), self.paused[g] or self._solved(g))
            answer[g] = going
        return answer

    def _runs_on(self, i: int) -> Rule | None:
        """The rule in force after step `i` when it is one that runs on: a duration."""
        rule = self.rules[i]
        span = self._span(rule.within, i) if rule and rule.run_on and not self.withdrawn(i) else None
        return rule if span and span.unit == "seconds" else None

    def _goes_on(self, g: Instant, going: bool, i: int, paused: bool) -> bool:
        """Whether the closed grain at `g`, after step `i`, counts all the same."""
        rule = self._runs_on(i)
        if rule is None or paused or self._open(rule, g):
            return False
        return going or self._closes(g)

    def _closes(self, g: Instant) -> bool:
        """Whether `g` is a closing instant that found the target running under a `run_on` rule."""
        before = g - self.grain
        if before < self.start or self.paused.get(before, False) or self._solved(before):
            return False
        rule = self._runs_on(self.life.index_at(before) if before < self.end else self.last)
        return rule is not None and self._open(rule, before) and not self._open(rule, g)

    # Counting

    def by_wall(self, rule: Rule, i: int) -> bool:
        """Whether after step `i` the rule's figure is an instant: wall time counts towards it, paused or not."""
        figure = figure_of(rule)
        return self.rules[i] is not None and names_a_moment(figure) and self._moment(figure, i) is not None

    def _counts(self, rule: Rule, g: Instant, wall: bool) -> bool:
        if self.is_exempt(g):
            return False
        return wall or (not self.paused[g] and (self.run_on[g] or self._open(rule, g)))

    def elapsed(self, rule: Rule, since: Instant, t: Instant, wall: bool) -> int:
        """Counted seconds in [since, t) under `rule`, at the grid point `t`."""
        key = (id(rule), since, wall)
        if key not in self._sums:
            total, sums = 0, {}
            for g in self.grains:
                sums[g] = total
                total += self.grain if g >= since and self._counts(rule, g, wall) else 0
            sums[self.end] = total
            self._sums[key] = sums
        return self._sums[key].get(t, 0)

    def paused_seconds(self, rule: Rule, since: Instant, wall: bool) -> int:
        if wall:
            return 0
        return sum(self.grain for g in self.grains if g >= since and self.paused[g] and self._open(rule, g))

    def exempt_seconds(self, rule: Rule, since: Instant, wall: bool) -> int:
        exempt = (g for g in self.grains if g >= since and self.is_exempt(g))
        return sum(self.grain for g in exempt if wall or (self._open(rule, g) and not self.paused[g]))

    def since(self, rule: Rule, t: Instant, i: int) -> Instant:
        """From when `rule`, in force at `t` after step `i`, counts."""
        if rule.on_change == "from-start" or rule.index < 0 or self.rules[i] is None:
            return self.start
        begins: Instant | None = t if t >= self.life.steps[0].at else None
        for at in sorted({step.at for step in self.life.steps if step.at <= t}, reverse=True):
            held = self.rules[self.life.index_at(at)]
            if at == t and held is not rule:
                continue
            if held is not rule:
                break
            begins = at
        if begins == self.life.steps[0].at and self.rules[0] is rule:
            begins = None
        return self.start if begins is None else max(begins, self.start)

    # Figures

    def _span(self, figure: Figure | None, i: int) -> Span | None:
        """The figure itself, or what the case or the customer says where the policy points to them."""
        if isinstance(figure, Span):
            return figure
        if not isinstance(figure, Lookup):
            return None
        state = self.life.states[i]
        if figure.source == "case":
            return parse(str(state[figure.name])) if figure.name in state else None
        customer = self.life.customer(i)
        service = customer.services.get(str(state.get("service"))) if customer else None
        own = service.figures.get(figure.name) if service else None
        return own or (customer.figures.get(figure.name) if customer else None)

    def _moment(self, figure: Figure, i: int) -> Instant | None:
        """The instant that the figure names after step `i`, or None when nobody has said it."""
        due = self.life.commitment(i, self.subject).get("due")
        if isinstance(figure, Ahead):
            return None if due is None else due - figure.span.amount
        assert isinstance(figure, Lookup)
        agreed = self.life.states[i]["agreed"].get(figure.name)
        return due if figure.source == "promised" else agreed

    def limit(self, rule: Rule, i: int, since: Instant, figure: Figure | None) -> tuple[int | None, Instant]:
        """The limit in seconds, and the moment before which it is not due."""
        if figure is not None and names_a_moment(figure):
            moment = self._moment(figure, i)
            return (None if moment is None else moment - since), since
        span = self._span(figure, i)
        if span is None:
            return None, since
        if span.unit == "seconds":
            return span.amount, since
        due0 = self.life.hours(rule.calendars, rule.days or rule.calendar).due_by_days(
            since, span.amount, span.end_of_day
        )
        return self.life.hours(rule.calendars, rule.calendar).open_seconds(since, due0), due0

    def need(self, i: int) -> Rule:
        return self.written[i] or self.life.otherwise(self.name, i)

    # Judging

    def first_breach(self) -> tuple[Instant, Rule, int] | None:
        """The infimum of the moments at which elapsed > limit, with the rule then broken and its step."""
        moments = [(spell.begins, spell.step) for spell in self.occurrence.spells] + [(self.end, self.last)]
        known: dict[tuple[int, Instant], int | None] = {}
        for g in [*self.grains, self.end]:
            for t, i in moments:
                if t == g and t >= self.start and self._over(g, i, 0, known) is not None:
                    return g, self.need(i), i
            if g < self.end and not self._solved(g):
                i = self.life.index_at(g)
                over = self._over(g, i, self.grain, known)
                if over is not None:
                    return over, self.need(i), i
        return None

    def _over(self, g: Instant, i: int, length: int, known: dict[tuple[int, Instant], int | None]) -> Instant | None:
        """The first moment in [g, g + length) with elapsed > limit (at g alone when length is 0), or None."""
        rule = self.rules[i]
        if rule is None or self.withdrawn(i):
            return None
        since = self.since(rule, g, i)
        if (i, since) not in known:
            known[i, since] = self.limit(rule, i, since, rule.within)[0]
        limit = known[i, since]
        if limit is None:
            return None
        wall = self.by_wall(rule, i)
        elapsed = self.elapsed(rule, since, g, wall)
        if elapsed > limit:
            return g
        over_later = length > 0 and self._counts(rule, g, wall) and elapsed + length > limit
        return g + limit - elapsed if over_later else None

    def due(self, rule: Rule, i: int, since: Instant, limit: int, due0: Instant) -> Instant | None:
        """The earliest t >= due0 at which elapsed reaches the limit, if nothing else happens after the end."""
        if limit < 0:
            return since + limit
        total, going, wall = 0, False, self.by_wall(rule, i)
        for g in range(self.start, max(self.start, self.end) + FAR, self.grain):
            if g >= max(due0, since) and total >= limit:
                return g
            if g < self.end:
                going, counts = self.run_on[g], self._counts(rule, g, wall)
            else:
                going = self._goes_on(g, going, i, paused=False)
                counts = (wall or going or self._open(rule, g)) and not self._announced(g, i)
            step = self.grain if counts and g >= since else 0
            if total + step > limit > total and g + self.grain > due0:
                return g + limit - total
            total += step
        return None

    def _announced(self, g: Instant, i: int) -> bool:
        """Whether a running clock, as known after step `i`, will not count the grain at `g`."""
        return self.exempt and self.occurrence.stop is None and self._in_window(g, i)
