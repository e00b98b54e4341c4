"""Another system's event log, read row by row: which cases it tells of, and what happened to each."""

from __future__ import annotations

import re
from base64 import b32encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from operator import itemgetter

from casectl.desk.known import policy_at_opening
from casectl.intake.csv_map import CsvMap, MappedColumn, TimeForm
from casectl.intake.csv_table import Cells
from casectl.model.case import Case
from casectl.model.caseid import ALPHABET
from casectl.model.instants import Instant, zone_named
from casectl.model.policy import Book, Policy
from casectl.model.problems import NotAllowed, Problem

EARLIEST: Instant = 631_152_000
"""1990-01-01: a row that claims to be older is a mistake in the table."""

LONGEST_ROW = 30_000
LONGEST_TITLE = 200
_ENTRY_ID_LENGTH = 8
_CROCKFORD = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ALPHABET.encode())
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
_BROKEN = re.compile("[\ud800-\udfff]")

Fields = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class LogEvent:
    """One row: when it happened, by whom, and what it says of the case's fields (None: that it has none)."""

    line: int
    at: Instant
    by: str | None
    entry_id: str
    fields: Fields
    said: str
    """Changes that no case field holds, in words."""


@dataclass(frozen=True, slots=True)
class LogCase:
    """All rows of one case, in the order of the table, which is the order in which they happened."""

    external_id: str
    policy: Policy
    opened_at: Instant | None
    """When the log says that it was opened, if its map names such a column; else the first row opens it."""
    opened_by: str | None
    opened_status: str
    """The state that a case is in from its opening to its first row."""
    events: list[LogEvent] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CsvLog:
    """A table that was read to its end. `problems` are rows that were left out; warnings, rows kept as mere notes."""

    cases: Mapping[str, LogCase]
    problems: tuple[Problem, ...]


class RowError(ValueError):
    """A row, or a cell of it, that cannot be used; says why."""


def hashed(length: int, *parts: object) -> str:
    """So many base-32 characters (at most 16) that follow from `parts` and nothing else."""
    digest = sha256("\n".join(map(str, parts)).encode(errors="replace")).digest()
    return b32encode(digest[:10])[:length].translate(_CROCKFORD).decode()


def slug(text: str) -> str:
    """Small letters, digits and dashes: `Opened by  8` is `opened-by-8`."""
    return _NOT_A_WORD.sub("-", text.lower()).strip("-")


def read_log(
    rows: Iterator[tuple[int, Cells]],
    path: str,
    header: Sequence[str],
    csv_map: CsvMap,
    book: Book,
    now: Instant,
    known: Mapping[str, Case],
    on_row: Callable[[int], None] | None = None,
) -> CsvLog:
    """Every case that the rows tell of. `known` are cases imported earlier, by external ID; no row may lie after
    `now`. `on_row` hears the number of rows read, from time to time."""
    reader = _LogReader(header, csv_map, book, now, known)
    problems: list[Problem] = []
    for count, (line, cells) in enumerate(rows):
        try:
            reservation = reader.row(line, cells)
        except RowError as mistake:
            problems.append(Problem(path, line, f"row left out: {mistake}"))
        else:
            if reservation:
                problems.append(Problem(path, line, f"row kept as a note: {reservation}", warning=True))
        if on_row and count % 1000 == 0:
            on_row(count)
    return CsvLog(reader.cases, tuple(problems))


class _LogReader:
    """Takes rows one by one and sorts them into cases."""

    def __init__(
        self, header: Sequence[str], csv_map: CsvMap, book: Book, now: Instant, known: Mapping[str, Case]
    ) -> None:
        self.cases: dict[str, LogCase] = {}
        self.map = csv_map
        self.book = book
        self.known = known
        self.width = len(header)
        self.place = {name: index for index, name in enumerate(header)}
        self.moments = _Moments(csv_map.times, now)
        columns = (csv_map.priority, *csv_map.fields)
        self.columns = [_Column(column, self.place[column.column], csv_map.nothing) for column in columns]
        self.customers = book.customers.get(csv_map.desk, {})
        telling = {csv_map.external_id, csv_map.state, *csv_map.title_columns, *(column.column for column in columns)}
        self.telling = itemgetter(*(self.place[name] for name in sorted(telling)))
        self.before: tuple[object, Policy | None, Fields, str | None] = ((), None, {}, None)
        """The last row's telling cells and what they meant: most rows of a case repeat them."""
        self.said_before: dict[str, tuple[str, ...]] = {}
        self.entry_ids: dict[str, set[str]] = {}

    def row(self, line: int, cells: Cells) -> str | None:
        """Take one row; what to say about it, if anything. Raises `RowError` for a row that cannot be used."""
        if isinstance(cells, str):
            raise RowError(cells)
        if len(cells) != self.width:
            raise RowError(f"{len(cells)} cells under {self.width} columns")
        text = "".join(cells)
        if len(text) > LONGEST_ROW:
            raise RowError(f"longer than {LONGEST_ROW} characters")
        if "\0" in text or (not text.isascii() and _BROKEN.search(text)):
            raise RowError("not UTF-8, or a NUL in it")
        external_id = self.cell(cells, self.map.external_id)
        if external_id is None:
            raise RowError(f"no {self.map.external_id}")
        at = self.moments.read(self.map.at, cells[self.place[self.map.at]])
        case = self.cases.get(external_id) or self.new_case(cells, external_id, at)
        key = self.telling(cells)
        if key != self.before[0] or case.policy is not self.before[1]:
            fields, reservation = self.fields(cells, external_id)
            _require_known(fields, case.policy, self.customers)
            self.before = key, case.policy, fields, reservation
        _, _, fields, reservation = self.before
        entry_id = self.entry_id(cells, external_id, at)
        said = self.said(cells, external_id)
        case.events.append(LogEvent(line, at, self.cell(cells, self.map.by), entry_id, fields, said))
        self.cases[external_id] = case
        return reservation

    def cell(self, cells: Sequence[str], column: str | None) -> str | None:
        """What stands under a column, tidied; None for nothing."""
        cell = cells[self.place[column]] if column else ""
        return None if cell in self.map.nothing else " ".join(cell.split()) or None

    def fields(self, cells: Sequence[str], external_id: str) -> tuple[Fields, str | None]:
        """What the row says of the case's fields, and a reservation when its state says nothing."""
        fields: dict[str, str | None] = {}
        mistakes: list[str] = []
        for column in self.columns:
            try:
                fields[column.field] = column.read(cells)
            except RowError as mistake:
                mistakes.append(str(mistake))
        theirs = self.cell(cells, self.map.state)
        state = self.map.states.get(theirs or "")
        if theirs and state is None:
            mistakes.append(f"{self.map.state}: the map has no state '{theirs}'")
        if mistakes:
            raise RowError("; ".join(mistakes))
        fields["title"] = self.title(cells, external_id)
        if state and not state.junk:
            fields["status"], fields["waiting_for"] = state.status, state.waiting_for
        return fields, f"{self.map.state}: '{theirs}' is no state" if state and state.junk else None

    def title(self, cells: Sequence[str], external_id: str) -> str:
        """The title that the map's template makes of a row, cut to size; their ID when all its columns are empty."""
        words = {name: self.cell(cells, name) for name in self.map.title_columns}
        if words and not any(words.values()):
            return external_id
        return self.map.title_of({name: word or "unknown" for name, word in words.items()})[:LONGEST_TITLE].strip()

    def new_case(self, cells: Sequence[str], external_id: str, at: Instant) -> LogCase:
        """A case seen for the first time in this table, pinned to its policy."""
        opened_at = None
        if self.map.opened and self.cell(cells, self.map.opened):
            opened_at = self.moments.read(self.map.opened, cells[self.place[self.map.opened]])
        policy = self.policy_for(external_id, at if opened_at is None else opened_at)
        status = self.map.opened_status or policy.defaults.status
        _require_known({"status": status}, policy, {})
        return LogCase(external_id, policy, opened_at, self.cell(cells, self.map.opened_by), status)

    def policy_for(self, external_id: str, opened: Instant) -> Policy:
        """What judges a case: the policy it is pinned to already, the map's, else the one in force at its opening.

        Raises `RowError` when there is none.
        """
        known = self.known.get(external_id)
        ref = known.need("policy") if known else self.map.policy
        if ref:
            policy = self.book.policies.get(ref)
            if policy is None:
                raise RowError(f"the case is pinned to policy {ref}, which is not in policies/")
            return policy
        try:
            return policy_at_opening(self.book, self.map.desk, opened)
        except NotAllowed as none:
            raise RowError(none.message) from None

    def entry_id(self, cells: Sequence[str], external_id: str, at: Instant) -> str:
        """What recognises this event when the table is read again: its case, time and sequence columns."""
        seen = self.entry_ids.setdefault(external_id, set())
        sequence = [cells[self.place[name]] for name in self.map.sequence]
        for again in range(len(seen) + 1):
            found = hashed(_ENTRY_ID_LENGTH, self.map.source, external_id, at, *sequence, again).lower()
            if found not in seen:
                break
        seen.add(found)
        return found

    def said(self, cells: Sequence[str], external_id: str) -> str:
        """The map's `log` columns that differ from the row before, in words."""
        now = tuple(cells[self.place[name]] for name in self.map.said)
        before = self.said_before.get(external_id, now)
        self.said_before[external_id] = now
        if before == now:
            return ""
        changed = [name for name, old, new in zip(self.map.said, before, now, strict=True) if old != new]
        return "; ".join(f"{name.replace('_', ' ')} = {self.cell(cells, name) or 'none'}" for name in changed)


class _Column:
    """Reads one column as values of one case field, each spelling once."""

    def __init__(self, column: MappedColumn, place: int, nothing: frozenset[str]) -> None:
        self.field = column.field
        self.column = column
        self.place = place
        self.read_before: dict[str, str | None] = dict.fromkeys(nothing)

    def read(self, cells: Sequence[str]) -> str | None:
        """The field's value, or None for nothing. Raises `RowError` for a value that the map does not know."""
        cell = cells[self.place]
        if cell not in self.read_before:
            self.read_before[cell] = self._meant(" ".join(cell.split()))
        return self.read_before[cell]

    def _meant(self, word: str) -> str | None:
        if self.column.values is not None:
            if word not in self.column.values:
                raise RowError(f"{self.column.column}: the map has no {self.field} for '{word}'")
            return self.column.values[word]
        word = word.removeprefix(self.column.strip)
        return (slug(word) if self.column.slug else word) or None


class _Moments:
    """Reads times as the map says that they are written, each spelling once."""

    def __init__(self, form: TimeForm, now: Instant) -> None:
        self.format = form.format
        self.zone = zone_named(form.zone) if form.zone else None
        self.now = now
        self.read_before: dict[str, Instant] = {}

    def read(self, column: str, cell: str) -> Instant:
        """The instant, between 1990 and now. Raises `RowError` for anything else."""
        if cell not in self.read_before:
            self.read_before[cell] = self._meant(column, cell.strip())
        return self.read_before[cell]

    def _meant(self, column: str, text: str) -> Instant:
        try:
            moment = datetime.strptime(text, self.format) if self.format else datetime.fromisoformat(text)
            if moment.tzinfo is None and self.zone is None:
                raise RowError(f"{column}: a time without an offset: '{text}'")
            instant = int((moment if moment.tzinfo else moment.replace(tzinfo=self.zone)).timestamp())
        except RowError:
            raise
        except (ValueError, OverflowError):
            raise RowError(f"{column}: not a time as the map says: '{text}'") from None
        if not EARLIEST <= instant <= self.now:
            when = "in the future" if instant > self.now else "before 1990"
            raise RowError(f"{column}: '{text}' is {when}")
        return instant


def _require_known(fields: Fields, policy: Policy, customers: Mapping[str, object]) -> None:
    """Raise `RowError` for words that the policy of the case does not have."""
    words: Mapping[str, Mapping[str, object]] = {
        "status": policy.states,
        "priority": policy.priorities,
        "type": policy.types,
        "channel": policy.channels,
        "customer": customers,
    }
    for name, known in words.items():
        word = fields.get(name)
        if word is not None and word not in known and (known or name != "customer"):
            raise RowError(f"desk '{policy.desk}' has no {name} '{word}'")
