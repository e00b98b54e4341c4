"""The MAP.yaml of `casectl import csv`: which column of a foreign event log says what about a case.

`tests/uci/README.md` documents the language with an example of every key.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from casectl.model.instants import zone_named
from casectl.model.policy import Book, Policy
from casectl.model.problems import Problem, UsageMistake, did_you_mean
from casectl.model.reading import Reading, is_empty
from casectl.model.tree import Branch, Node, Text

MAPPED_FIELDS = (
    "type",
    "description",
    "customer",
    "contact",
    "channel",
    "service",
    "category",
    "owner",
    "assignee",
    "team",
    "resolution",
    "reason_for_outage",
)
"""Case fields that `fields:` may fill; the others have a key of their own in the map, or are casectl's business."""

_KEYS = (
    "source",
    "desk",
    "policy",
    "delimiter",
    "nothing",
    "times",
    "external_id",
    "event",
    "opened",
    "title",
    "states",
    "priorities",
    "fields",
    "log",
)
_REQUIRED = ("source", "times", "external_id", "event", "title", "states", "priorities")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class TimeForm:
    """How times are written: a strptime format (None: ISO 8601), and the zone of those that name none."""

    format: str | None
    zone: str | None


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """Where one case field comes from. Without `values` the cell itself counts, less `strip`, as a slug if wished."""

    field: str
    column: str
    values: Mapping[str, str] | None = None
    strip: str = ""
    slug: bool = False


@dataclass(frozen=True, slots=True)
class MappedState:
    """What one value of the state column means here. `junk`: it says nothing; the row is kept, and listed."""

    status: str = ""
    waiting_for: str | None = None
    junk: bool = False


@dataclass(frozen=True, slots=True)
class CsvMap:
    """One map, checked against the table's header and the desk's policies."""

    source: str
    desk: str
    policy: str | None
    """Pins every case to this `DESK/VERSION`; None: to the one in force when the case was opened."""
    delimiter: str
    nothing: frozenset[str]
    """Cells that mean "no value"; the empty cell always does."""
    times: TimeForm
    external_id: str
    at: str
    by: str | None
    sequence: tuple[str, ...]
    """Columns that tell apart the events of one case at one moment."""
    opened: str | None
    opened_by: str | None
    opened_status: str | None
    title: str
    state: str
    states: Mapping[str, MappedState]
    priority: MappedColumn
    fields: tuple[MappedColumn, ...]
    said: tuple[str, ...]
    """Columns whose changes become the text of log entries."""

    @property
    def title_columns(self) -> tuple[str, ...]:
        """The columns named in the title's template."""
        return tuple(_PLACEHOLDER.findall(self.title))

    def title_of(self, words: Mapping[str, str]) -> str:
        """The template with those words in the place of their columns."""
        return _PLACEHOLDER.sub(lambda found: words[found[1]], self.title)


def delimiter_of(root: Node | None) -> str:
    """What separates the table's cells according to a map that has not been checked yet: a comma unless it says so."""
    node = root.items.get("delimiter") if isinstance(root, Branch) else None
    return node.value if isinstance(node, Text) and _is_delimiter(node.value) else ","


def read_map(
    root: Node, path: str, header: Sequence[str], book: Book, desk: str | None = None
) -> tuple[CsvMap | None, tuple[Problem, ...]]:
    """The map in a parsed YAML file, or None with every problem found in it.

    `header` holds the table's column names; statuses, priorities and the like must be known to some version of the
    desk's policy. `desk` overrides what the map says.
    """
    reader = _MapReading(path, header)
    top = reader.fields(root, "the map", _KEYS, _REQUIRED)
    desk_name, policies = reader.desk(top, book, desk)
    if not policies:  # without a desk no word can be known, and all would be reported
        return None, reader.problems
    built = _build(reader, top, desk_name, _Known(policies, book.customers.get(desk_name, {})))
    return (None if reader.failed else built), reader.problems


def _build(reader: _MapReading, top: Branch, desk: str, known: _Known) -> CsvMap:
    event = reader.part(top, "event", ("at", "by", "sequence"), ("at",))
    opened = reader.part(top, "opened", ("at", "by", "status"), ("at",))
    states = reader.part(top, "states", ("column", "values"), ("column", "values"))
    return CsvMap(
        source=reader.text(top, "source"),
        desk=desk,
        policy=reader.text(top, "policy") or None,
        delimiter=reader.delimiter(top),
        nothing=frozenset({"", *(word for word, _ in reader.words(top, "nothing"))}),
        times=reader.times(top),
        external_id=reader.column(top, "external_id"),
        at=reader.column(event, "at"),
        by=reader.column(event, "by") or None,
        sequence=reader.columns(event, "sequence"),
        opened=reader.column(opened, "at") or None,
        opened_by=reader.column(opened, "by") or None,
        opened_status=reader.known(opened, "status", known.statuses, "status") or None,
        title=reader.title(top),
        state=reader.column(states, "column"),
        states=reader.states(states, known),
        priority=reader.mapped("priority", "priorities", top, known.priorities),
        fields=reader.case_fields(top, known),
        said=reader.columns(top, "log"),
    )


def _is_delimiter(mark: str) -> bool:
    return len(mark) == 1 and mark.isascii() and mark not in '"\r\n '


class _Known:
    """The words that a desk understands, over all versions of its policy."""

    def __init__(self, policies: Sequence[Policy], customers: Collection[str]) -> None:
        self.statuses = {name: state.phase for policy in policies for name, state in policy.states.items()}
        self.priorities = {name for policy in policies for name in policy.priorities}
        self.waiting_for = {name for policy in policies for name in policy.waiting_for}
        self.of_field: Mapping[str, Collection[str] | None] = {
            "type": {name for policy in policies for name in policy.types},
            "channel": {name for policy in policies for name in policy.channels},
            "customer": customers or None,
        }


class _MapReading(Reading):
    """Reads parts of a map; what is wrong comes back empty."""

    def __init__(self, path: str, header: Sequence[str]) -> None:
        super().__init__(path)
        self.header = frozenset(header)

    def part(self, parent: Branch, key: str, known: Collection[str], required: Collection[str] = ()) -> Branch:
        """The mapping under `key`; an empty one when it is absent (whether it may be is the parent's business)."""
        node = parent.items.get(key)
        return Branch({}, parent.line, {}) if node is None else self.fields(node, f"'{key}'", known, required)

    def column(self, branch: Branch, key: str) -> str:
        """The name of one of the table's columns; empty when absent."""
        name = self.text(branch, key)
        if name:
            self.is_known(name, branch.items[key].line, self.header, "column")
        return name

    def columns(self, branch: Branch, key: str) -> tuple[str, ...]:
        """The names of several of the table's columns; those that it does not have are left out, and noted."""
        return self.known_words(branch, key, self.header, "column")

    def desk(self, top: Branch, book: Book, chosen: str | None) -> tuple[str, tuple[Policy, ...]]:
        """The desk's name, and those versions of its policy that cases may be pinned to."""
        desks = book.desks()
        name = chosen or self.text(top, "desk", desks[0] if len(desks) == 1 else "")
        line = top.items["desk"].line if "desk" in top.items else 0
        if name not in desks:
            message = f"unknown desk '{name}'" if name else "which desk? 'desk' is missing"
            self.mistake(line, message, did_you_mean(name, desks))
        refs = [policy.ref for policy in book.policies.values() if policy.desk == name]
        pinned = self.known(top, "policy", refs, "policy of that desk")
        return name, tuple(book.policies[ref] for ref in refs if pinned in ("", ref))

    def delimiter(self, top: Branch) -> str:
        """What separates the table's cells; a comma unless the map says another character."""
        mark = self.text(top, "delimiter", ",")
        if not _is_delimiter(mark):
            self.mistake(top.keys["delimiter"], "'delimiter' must be one character, and no quote, space or line end")
        return mark

    def times(self, top: Branch) -> TimeForm:
        """How the table writes its times. One without an offset needs a zone; notes a mistake where there is none."""
        branch = self.part(top, "times", ("format", "zone"))
        form, zone = self.text(branch, "format") or None, self.text(branch, "zone") or None
        if zone:
            try:
                zone_named(zone)
            except UsageMistake as mistake:
                self.mistake(branch.items["zone"].line, mistake.message, mistake.hint)
        elif form and "%z" not in form:
            self.mistake(branch.line, "times without an offset need a 'zone'", "an IANA name such as Europe/London")
        return TimeForm(form, zone)

    def title(self, top: Branch) -> str:
        """The template of titles; each column that it names must be one of the table's."""
        template = self.text(top, "title")
        for name in _PLACEHOLDER.findall(template):
            self.is_known(name, top.items["title"].line, self.header, "column")
        return template

    def states(self, branch: Branch, known: _Known) -> Mapping[str, MappedState]:
        """What each of the table's states is at the desk, by its word there."""
        entries = self.mapping(branch.items.get("values", _NONE), "'values'")
        return {theirs: self.state(node, theirs, known) for theirs, node in entries.items.items()}

    def state(self, node: Node, theirs: str, known: _Known) -> MappedState:
        """One state: `STATUS`, or `{status: …, waiting_for: …}`, or `{junk: true}` for a word that is no state."""
        short = isinstance(node, Text) and not is_empty(node)
        full = Branch({"status": node}, node.line, {"status": node.line}) if short else node
        branch = self.fields(full, f"state '{theirs}'", ("status", "waiting_for", "junk"))
        if self.flag(branch, "junk"):
            return MappedState(junk=True)
        status = self.known(branch, "status", known.statuses, "status")
        waiting_for = self.known(branch, "waiting_for", known.waiting_for, "party to wait for")
        if status and (known.statuses[status] == "waiting") != bool(waiting_for):
            wants = f"'{status}' waits for nobody" if waiting_for else f"'{status}' needs a 'waiting_for'"
            self.mistake(node.line, f"state '{theirs}': {wants}", did_you_mean("", known.waiting_for))
        elif not status and "status" not in branch.items:
            self.mistake(node.line, f"state '{theirs}' needs a status of yours", did_you_mean("", known.statuses))
        return MappedState(status, waiting_for or None)

    def case_fields(self, top: Branch, known: _Known) -> tuple[MappedColumn, ...]:
        """Which fields of a case come from which columns, in the order of the map."""
        branch = self.part(top, "fields", MAPPED_FIELDS)
        return tuple(
            self.mapped(name, name, branch, known.of_field.get(name)) for name in branch.items if name in MAPPED_FIELDS
        )

    def mapped(self, field: str, key: str, parent: Branch, known: Collection[str] | None) -> MappedColumn:
        """`key: COLUMN`, or `key: {column: …, values: …, strip: …, slug: …}`."""
        node = parent.items.get(key, _NONE)
        if isinstance(node, Text):
            return MappedColumn(field, self.column(parent, key))
        branch = self.fields(node, f"'{key}'", ("column", "values", "strip", "slug"), ("column",))
        values = self.values(branch, field, known) if "values" in branch.items else None
        return MappedColumn(
            field, self.column(branch, "column"), values, self.text(branch, "strip"), self.flag(branch, "slug")
        )

    def values(self, branch: Branch, field: str, known: Collection[str] | None) -> Mapping[str, str]:
        """Their words to ours; ours must be among `known`, unless that is None."""
        entries = self.mapping(branch.items["values"], "'values'")
        ours = {theirs: self.text(entries, theirs) for theirs in entries.items}
        for theirs, word in ours.items():
            if word and known is not None:
                self.is_known(word, entries.items[theirs].line, known, field)
        return ours


_NONE = Text("", 0)
