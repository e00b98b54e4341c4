"""The rotas of `policies/staff.yaml`: who is on call when. Pure: trees in, values and problems out."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from casectl.model import people_shape
from casectl.model.calendar_reader import read_week, read_zone
from casectl.model.figure_reader import parse_span
from casectl.model.people_shape import ROTA, SHIFT
from casectl.model.policy import Person
from casectl.model.problems import Problem, UsageMistake
from casectl.model.reading import Reading, is_empty
from casectl.model.recurrence import counts_out, happens, parse_rule, shortest_step
from casectl.model.rota import Rota, Shift
from casectl.model.tree import Branch, Node, Row, line_of, node_at

MOST_ROTAS, MOST_SHIFTS, MOST_SHIFTS_IN_ALL = 50, 200, 500
LONGEST_SHIFT_SECONDS = 744 * 3600
YEARS = range(2000, 2101)

_BEGINS = re.compile(people_shape.BEGINS)
_BEGINS_HINT = 'a local date and time, such as "2026-01-05 08:00"'
_LASTS_HINT = "hours and minutes by the wall clock, such as 12h or 168h"
_NEVER_HINT = "say what does happen, such as BYMONTHDAY=-1 for the last day of a month"
_COUNT_HINT = "say UNTIL=20281231, or fewer times"


def read_rotas(node: Node, path: str, staff: Mapping[str, Person]) -> tuple[Mapping[str, Rota], tuple[Problem, ...]]:
    """The section `rotas`, with shifts of the `staff` of the same file; what else it says is left to `read_staff`.

    A rota with a mistake is left out; the others are there.
    """
    reading = Reading(path)
    rotas: dict[str, Rota] = {}
    if not isinstance(node, Branch) or _is_crowded(reading, node):
        return rotas, reading.problems
    people = node_at(node, "staff")
    spoilt = people.items.keys() - staff.keys() if isinstance(people, Branch) else set()
    for name, entry in reading.section(node, "rotas", "rota"):
        one = _RotaReading(path, name, staff, spoilt)
        line = line_of(node, "rotas", name)
        rota = one.rota(Branch({}, line, {}) if is_empty(entry) else entry)
        reading.found += one.found
        if not one.failed:
            rotas[name] = rota._replace(line=line)
    return rotas, reading.problems


def _is_crowded(reading: Reading, node: Branch) -> bool:
    """Whether there is more than anybody can be on call for; every command reads all of it."""
    rotas = node.items.get("rotas")
    if not isinstance(rotas, Branch):
        return False
    if len(rotas.items) > MOST_ROTAS:
        reading.mistake(rotas.line, f"{len(rotas.items)} rotas are too many", f"{MOST_ROTAS} at most")
        return True
    shifts = [node_at(rotas, name, "shifts") for name in rotas.items]
    in_all = sum(len(each.items) for each in shifts if isinstance(each, Row))
    if in_all > MOST_SHIFTS_IN_ALL:
        hint = f"{MOST_SHIFTS_IN_ALL} in all rotas together; let them repeat"
        reading.mistake(rotas.line, f"{in_all} shifts are too many", hint)
    return in_all > MOST_SHIFTS_IN_ALL


class _RotaReading(Reading):
    """One pass over one rota. `spoilt` are people of the file whose own entries have mistakes."""

    def __init__(self, path: str, name: str, staff: Collection[str], spoilt: Collection[str]) -> None:
        super().__init__(path)
        self.name = name
        self.staff = staff
        self.spoilt = spoilt

    def rota(self, node: Node) -> Rota:
        """The rota, with less than is written where a mistake was noted."""
        what = f"rota '{self.name}'"
        fields = self.record(node, what, ROTA)
        zone = read_zone(self, fields, "UTC")
        covers = read_week(self, fields.items["covers"], f"{what}, covers") if "covers" in fields.items else ()
        label = self.text(fields, "label", self.name)
        return Rota(self.name, label, zone, self._shifts(fields, what), covers)

    def _shifts(self, fields: Branch, what: str) -> tuple[Shift, ...]:
        node = fields.items.get("shifts")
        if node is None:
            return ()
        if not isinstance(node, Row) or not node.items:
            self.mistake(
                fields.keys["shifts"],
                f"{what} has no list of shifts",
                '- {who: sam, begins: "2026-01-05 08:00", lasts: 8h}',
            )
            return ()
        if len(node.items) > MOST_SHIFTS:
            self.mistake(node.line, f"{what}: {len(node.items)} shifts are too many", f"{MOST_SHIFTS} in one rota")
            return ()
        read = (self._shift(item, f"{what}, shift {number}") for number, item in enumerate(node.items, 1))
        return tuple(shift for shift in read if shift)

    def _shift(self, node: Node, what: str) -> Shift | None:
        fields = self.record(node, what, SHIFT)
        who, begins, lasts = self._who(fields, what), self._begins(fields, what), self._lasts(fields, what)
        repeats = self._rule(fields, what)
        if not (who and begins and lasts) or repeats is None:
            return None
        shift = Shift(who, begins, repeats, lasts, self.flag(fields, "instead"), node.line)
        line = fields.items["repeats"].line if repeats else node.line
        return shift if self._happens(shift, line, what) else None

    def _who(self, fields: Branch, what: str) -> str:
        who = self.text(fields, "who")
        if who in self.staff or not who:
            return who
        line = fields.items["who"].line
        if who in self.spoilt:
            self.mistake(line, f"{what}: the entry of '{who}' has a mistake", "mend that first")
        else:
            self.mistake(line, f"{what}: '{who}' is not on the staff", self.near(who, self.staff))
        return ""

    def _begins(self, fields: Branch, what: str) -> datetime | None:
        text = self.text(fields, "begins")
        if not text:
            return None
        try:
            begins = datetime.fromisoformat(text if _BEGINS.fullmatch(text) else "")
        except ValueError:
            self.mistake(fields.items["begins"].line, f"{what}: '{text}' is no beginning", _BEGINS_HINT)
            return None
        if begins.year in YEARS:
            return begins
        hint = f"a day from {YEARS[0]} to {YEARS[-1]}"
        self.mistake(fields.items["begins"].line, f"{what}: '{text}' is out of reach", hint)
        return None

    def _lasts(self, fields: Branch, what: str) -> int:
        text = self.text(fields, "lasts")
        span = parse_span(text) if text else None
        if not text or (span and span.unit == "seconds" and 0 < span.amount <= LONGEST_SHIFT_SECONDS):
            return span.amount if span else 0
        line = fields.items["lasts"].line
        if span and span.amount > LONGEST_SHIFT_SECONDS:
            hint = f"{LONGEST_SHIFT_SECONDS // 3600}h at most; let a shorter one repeat"
            self.mistake(line, f"{what}: '{text}' is too long", hint)
        else:
            self.mistake(line, f"{what}: it cannot last '{text}'", _LASTS_HINT)
        return 0

    def _rule(self, fields: Branch, what: str) -> str | None:
        """Empty for a shift that does not repeat; None when a mistake was noted."""
        if "repeats" not in fields.items:
            return ""
        text = self.text(fields, "repeats")
        try:
            parse_rule(text or "-")
        except UsageMistake as mistake:
            if text:
                self.mistake(fields.items["repeats"].line, f"{what}: {mistake.message}", mistake.hint)
            return None
        return text

    def _happens(self, shift: Shift, line: int, what: str) -> bool:
        """Whether the shift comes at all, ends its count, and is over before it comes again."""
        lasts = timedelta(seconds=shift.lasts_seconds)
        if not happens(shift.begins, shift.repeats):
            self.mistake(line, f"{what}: '{shift.repeats}' never happens from {shift.begins:%Y-%m-%d} on", _NEVER_HINT)
        elif not counts_out(shift.begins, shift.repeats):
            self.mistake(line, f"{what}: '{shift.repeats}' does not come to its last time", _COUNT_HINT)
        elif step := shortest_step(shift.begins, shift.repeats, lasts):
            hours = f"{step.total_seconds() / 3600:g}h"
            hint = f"lasts: {hours} at most, or a rule that comes round less often"
            self.mistake(line, f"{what}: it lasts longer than the {hours} until it comes again", hint)
        else:
            return True
        return False
