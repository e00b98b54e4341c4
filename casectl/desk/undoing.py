"""What a case's life is without some of its steps: which were taken back, and what the fields are then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from casectl.desk.deeds import deeds
from casectl.model.case import FIELD, Case, Entry, Scalar, Value
from casectl.model.policy import Policy
from casectl.model.timeline import Step, Timeline
from casectl.sla.voids import effective, voided_steps

OPENING = 0
"""The position of the step that opened the case."""


class Past:
    """The steps of one case, oldest first, told apart by position.

    An undo is a step with a `void` entry. That names an entry of the step that it takes back (or the case's ID, for the
    opening; or the commit, for a step without entries). A step is undone while an undo that is not undone names it.
    """

    def __init__(self, timeline: Timeline) -> None:
        self.case_id = timeline.case_id
        self.steps: tuple[Step, ...] = timeline.steps
        self._place: dict[str, int] = {}
        for index, step in enumerate(self.steps):
            for name in (step.commit, *(entry.id for entry in step.entries)):
                self._place.setdefault(name, index)
        self._place[self.case_id] = OPENING
        self.undone = frozenset(voided_steps(self.steps, self.case_id))

    def place(self, name: str) -> int | None:
        """The step that an entry's id, a commit or the case's own ID names; None when there is none."""
        return self._place.get(name)

    def is_undo(self, index: int) -> bool:
        """Whether the step takes another one back."""
        return bool(_voids(self.steps[index]))

    def last(self) -> int | None:
        """The last step that is neither an undo nor undone already, nor empty; None when nothing is left."""
        for index in reversed(range(len(self.steps))):
            step = self.steps[index]
            if not self.is_undo(index) and index not in self.undone and (step.changes or step.entries):
                return index
        return None

    def name_of(self, index: int) -> str:
        """How a `void` entry names that step."""
        if index == OPENING:
            return self.case_id
        step = self.steps[index]
        return step.entries[0].id if step.entries else step.commit

    def reversed_by(self, index: int) -> tuple[int, ...]:
        """The steps that the undo at `index` took back, and that come into force again when it is undone."""
        return tuple(self._targets(index))

    def taken_back(self, index: int, policy: Policy) -> tuple[tuple[str, ...], ...]:
        """All that the undo at `index` takes back or brings back, as the commands that do it: any one of each will do.

        What time did needed nobody's leave, and is not among it.
        """
        found = [way for place in sorted(self._meant(index)) for way in self._deeds(place, policy)]
        return tuple(dict.fromkeys(found))

    def _meant(self, index: int) -> set[int]:
        """The steps that an undo is about; those of the undos among them, too."""
        meant: set[int] = set()
        waiting = list(self._targets(index))
        while waiting:
            place = waiting.pop()
            if place not in meant:
                meant.add(place)
                waiting += self._targets(place)
        return meant

    def _deeds(self, index: int, policy: Policy) -> Iterator[tuple[str, ...]]:
        """What a step did itself: what it put back is left out."""
        step = self.steps[index]
        if any(entry.fields.get("rule") in policy.workflow.automatic for entry in step.entries):
            return
        put_back = {name for place in self._targets(index) for name in self.steps[place].changes}
        changes = {name: value for name, value in step.changes.items() if name not in put_back}
        entries = tuple(entry for entry in step.entries if entry.kind != "void")
        before: dict[str, Value | None] = {}
        for earlier in self.steps[:index]:
            before.update(earlier.changes)
        yield from deeds(step._replace(changes=changes, entries=entries), before, policy)

    def without(self, *indexes: int) -> dict[str, Value | None]:
        """The fields that the steps changed, as they are when these are taken back; None where there is nothing then.

        What a later step changed, that stands, stays as that step made it.
        """
        voids = tuple(Entry("", "void", {"void": self.name_of(index)}) for index in indexes)
        steps = (*self.steps, Step("", self.steps[-1].at, "", {}, voids))
        case = Case({})
        for step in effective(steps, self.case_id).steps:
            case = case.changed(step.changes)
        turned = voided_steps(steps, self.case_id).keys() ^ self.undone
        touched = dict.fromkeys(name for place in sorted(turned) for name in self.steps[place].changes)
        return {name: case.fields.get(name) for name in touched}

    def restored(self, now: Mapping[str, Value], *indexes: int) -> dict[str, Value | None]:
        """What to change in the fields as they are `now`, when these steps are taken back."""
        before = self.without(*indexes)
        return {name: value for name, value in before.items() if now.get(name) != value and _may_be(name, value)}

    def in_words(self, index: int) -> str:
        """What a step did, in a few words: the fields that it changed, and its log entries."""
        step = self.steps[index]
        told = [entry.fields["chosen"] for entry in step.entries if "chosen" in entry.fields]
        changed = [name for name in FIELD if name in step.changes and not _fixed(name)]
        values = {name: step.changes[name] for name in changed if step.changes[name] not in told}
        fields = [f"{name} {self._value_in_words(index, name, value)}" for name, value in values.items()]
        return ", ".join([*fields, *map(_says, step.entries)]) or "a step that changed nothing"

    def _value_in_words(self, index: int, name: str, value: Value | None) -> str:
        """A value; of a list of records, the ids of those that the step added, or changed and in what."""
        if not isinstance(value, tuple):
            return _short(value)
        earlier = (step.changes[name] for step in reversed(self.steps[:index]) if name in step.changes)
        before = next(earlier, None)
        known = {record.get("id"): record for record in before} if isinstance(before, tuple) else {}
        new = [record for record in value if record != known.get(record.get("id"))]
        return " and ".join(_record_in_words(record, known.get(record.get("id"))) for record in new) or "changed"

    def _targets(self, index: int) -> Iterator[int]:
        for void in _voids(self.steps[index]):
            place = self._place.get(str(void.fields.get("void")))
            if place is not None and place < index:
                yield place


def _voids(step: Step) -> list[Entry]:
    return [entry for entry in step.entries if entry.kind == "void"]


def _fixed(name: str) -> bool:
    return name not in FIELD or FIELD[name].fixed


def _may_be(name: str, value: Value | None) -> bool:
    return value is not None or not FIELD[name].required


def back_to(fields: Mapping[str, Value | None]) -> str:
    """What a case has again when these fields are put back: `assigned, priority p3, without owner`."""
    plain = {name: fields[name] for name in FIELD if isinstance(fields.get(name), str | int)}
    has = [("" if name == "status" else f"{name} ") + _short(value) for name, value in plain.items()]
    gone = [name for name in FIELD if name in fields and fields[name] is None]
    lacks = [name for name in gone if name != "waiting_for" or "status" not in fields]
    return ", ".join([*has, f"without {' and '.join(lacks)}"] if lacks else has)


def _record_in_words(record: Mapping[str, Scalar], before: Mapping[str, Scalar] | None) -> str:
    changed = [key for key in record if before is not None and record[key] != before.get(key)]
    return " ".join([str(record.get("id")), *changed])


def _says(entry: Entry) -> str:
    told = [str(entry.fields[key])[:40] for key in ("direction", "chosen", "void") if key in entry.fields]
    return " ".join([entry.kind, *told, f"({entry.id})"])


def _short(value: Value | None) -> str:
    if value is None:
        return "taken away"
    if isinstance(value, str):
        line = value.partition("\n")[0]
        return line if len(line) <= 30 else line[:29].rstrip() + "…"
    return _flat(value) if isinstance(value, int) else "changed"


def _flat(value: Scalar) -> str:
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)
