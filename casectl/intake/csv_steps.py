"""The commits that an imported log becomes: one for each event, and one for an opening that is no event itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

from casectl.intake.csv_log import LONGEST_ROW, LogCase, LogEvent, hashed, slug
from casectl.model.case import FIELD, Case, Entry, Value
from casectl.model.caseid import mint_id
from casectl.model.instants import Instant
from casectl.store.bulk import IMPORTED, BulkStep
from casectl.store.canonical import MAX_BYTES, dump_entry, dump_fields
from casectl.store.casefile import edit_case

_LONGEST_SUBJECT = 100
_FULL = MAX_BYTES - 2 * LONGEST_ROW
"""Bytes from which on a case's file takes no more rows."""

_TOLD = ("status", "priority", "team", "assignee", "category")
"""Fields whose new value a commit's subject names."""


@dataclass(frozen=True, slots=True)
class KnownCase:
    """A case that was imported earlier: as it is now, and its file's text."""

    case: Case
    text: str


@dataclass(frozen=True, slots=True)
class ImportCase:
    """One case and what is still to be told of it."""

    case_id: str
    told: LogCase
    known: KnownCase | None
    events: tuple[LogEvent, ...]
    """Those that the repository does not have yet."""

    @property
    def opens_apart(self) -> bool:
        """Whether the opening needs a commit of its own: it is known, and no row happened at that moment."""
        opened_at = self.told.opened_at
        return self.known is None and opened_at is not None and self.events[0].at != opened_at


def mint_ids(cases: Mapping[str, LogCase], source: str, taken: Collection[str]) -> dict[str, str]:
    """An ID for each external ID, from a hash of it; one that is taken is hashed again, in order of external IDs."""
    used = set(taken)
    minted = {}
    for external_id in sorted(cases):
        told = cases[external_id]
        opened = told.events[0].at if told.opened_at is None else told.opened_at
        minted[external_id] = next(
            candidate for candidate in _candidates(told, opened, source) if candidate not in used
        )
        used.add(minted[external_id])
    return minted


def _candidates(told: LogCase, opened: Instant, source: str) -> Iterator[str]:
    again = 0
    while True:
        parts = (source, told.external_id, again) if again else (source, told.external_id)
        yield mint_id(told.policy.prefix, opened, lambda length, parts=parts: hashed(length, *parts))  # type: ignore[misc]
        again += 1


def unknown_events(told: LogCase, known: Case | None) -> tuple[LogEvent, ...]:
    """The events that a case does not hold yet. One that comes before others which it holds can change no field any
    more: only its note is added."""
    if known is None:
        return tuple(told.events)
    held = {entry.id for entry in known.log}
    last = max((place for place, event in enumerate(told.events) if event.entry_id in held), default=-1)
    late = [_without_fields(event) for event in told.events[: last + 1] if event.entry_id not in held]
    return (*late, *told.events[last + 1 :])


def _without_fields(event: LogEvent) -> LogEvent:
    return LogEvent(event.line, event.at, event.by, event.entry_id, {}, event.said)


def import_steps(
    cases: Collection[ImportCase], source: str, too_long: Callable[[ImportCase, LogEvent], None]
) -> Iterator[BulkStep]:
    """The steps of all cases, ordered by time and then by row; within a case, by row alone. `too_long` hears of
    events that were left out because the case's file would outgrow what is ever read."""
    order: list[tuple[Instant, int, int, ImportCase]] = []
    for case in cases:
        latest = 0
        if case.opens_apart:
            latest = case.told.opened_at or 0
            order.append((latest, case.events[0].line, -1, case))
        for place, event in enumerate(case.events):
            latest = max(latest, event.at)
            order.append((latest, event.line, place, case))
    order.sort(key=lambda item: item[:3])
    writers: dict[str, _Writer] = {}
    for _, _, place, case in order:
        writer = writers.pop(case.case_id, None) or _Writer(case, source)
        step = writer.opening() if place < 0 else writer.event(case.events[place])
        if step is None:
            too_long(case, case.events[place])
        else:
            yield step
        if place < len(case.events) - 1:
            writers[case.case_id] = writer


@dataclass(slots=True)
class _Writer:
    """Writes the versions of one case's file, one after the other."""

    planned: ImportCase
    source: str
    fields: dict[str, Value] = field(default_factory=dict)
    head: str = ""
    log: str = ""
    case: Case | None = None
    text: str = ""

    def __post_init__(self) -> None:
        if self.planned.known:
            self.case, self.text = self.planned.known.case, self.planned.known.text
            self.fields = dict(self.case.fields)

    def opening(self) -> BulkStep:
        """The case as its first row has it, but in the state that cases are opened in."""
        told = self.planned.told
        first = {**self.planned.events[0].fields, "status": None, "waiting_for": None}
        self._apply({**self._at_opening(), **_given(first)})
        self._compose(None)
        return self._step(told.opened_at or 0, told.opened_by, f"{told.external_id} opened")

    def event(self, event: LogEvent) -> BulkStep | None:
        """The case after this row; None when its file might outgrow what is read."""
        if len(self.text) * 4 > _FULL and len(self.text.encode()) > _FULL:
            return None
        opens = not self.fields
        changes = {**self._at_opening(), **_given(event.fields)} if opens else event.fields
        entry = Entry(event.entry_id, "note", {"text": event.said} if event.said else {})
        told = self._apply(changes)
        self._compose(entry)
        summary = f"{self.planned.told.external_id} opened" if opens else told or event.said or "touched"
        return self._step(event.at, event.by, summary)

    def _at_opening(self) -> dict[str, Value | None]:
        told = self.planned.told
        defaults = told.policy.defaults
        return {
            "id": self.planned.case_id,
            "external_id": told.external_id,
            "source": self.source,
            "policy": told.policy.ref,
            "type": defaults.type,
            "channel": defaults.channel,
            "status": told.opened_status,
            "priority": told.policy.types[defaults.type].priority,
        }

    def _apply(self, changes: Mapping[str, Value | None]) -> str:
        """Set the fields that differ; what changed, in words."""
        changed = set()
        for name, value in changes.items():
            if self.fields.get(name) == value or (value is None and FIELD[name].required):
                continue
            if value is None:
                del self.fields[name]
            else:
                self.fields[name] = value
            self.head = ""
            changed.add(name)
        return ", ".join(f"{name} {self.fields.get(name, 'none')}" for name in _TOLD if name in changed)

    def _compose(self, entry: Entry | None) -> None:
        """The file's text now: put together from canonical parts, or edited where people may have written in it."""
        if self.case is not None:
            changes = {name: self.fields.get(name) for name in {*self.fields, *self.case.fields}}
            case = self.case.changed(changes, (entry,) if entry else ())
            self.text, self.case = edit_case(self.text, self.case, case), case
            return
        self.head = self.head or dump_fields(Case(self.fields))
        self.log += dump_entry(entry) if entry else ""
        self.text = f"{self.head}log:\n{self.log}" if self.log else self.head

    def _step(self, at: Instant, by: str | None, summary: str) -> BulkStep:
        case_id = self.planned.case_id
        name = (by or self.source).translate(_NO_BRACKETS)
        message = (
            f"{case_id} import: {summary}"[:_LONGEST_SUBJECT].rstrip()
            + f"\n\nCase: {case_id}\nEvent: import\nImported: {self.source}\n"
        )
        return BulkStep(case_id, self.text, at, name, f"{slug(name) or 'unknown'}{IMPORTED}", message)


_NO_BRACKETS = str.maketrans("", "", "<>")


def _given(fields: Mapping[str, Value | None]) -> dict[str, Value]:
    return {name: value for name, value in fields.items() if value is not None}
