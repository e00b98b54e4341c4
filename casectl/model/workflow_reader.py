"""The sections of a policy about working cases, as values; every mistake in them is noted with its line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TypeVar

from casectl.model.desk_sections import read_labels, read_roles
from casectl.model.figure_reader import read_duration
from casectl.model.reading import Reading
from casectl.model.shapes import Record
from casectl.model.target import Condition
from casectl.model.target_shape import LOG_ANCHORS, PERCENT
from casectl.model.tree import Branch, Node, Row
from casectl.model.vocabulary import Vocabulary, names_in, read_condition
from casectl.model.workflow import (
    CUSTOMER,
    NEXT_LEVEL,
    Advice,
    Authority,
    Automatic,
    Duty,
    Fallback,
    Guard,
    Hours,
    Intake,
    Requirement,
    Route,
    Workflow,
)
from casectl.model.workflow_shape import (
    ADVICE,
    AUTHORITY,
    AUTOMATIC,
    BREACH,
    CASE_WHEN,
    DUTY,
    DUTY_EVENTS,
    FALLBACK,
    GUARD,
    HOURS_NOW,
    INTAKE,
    INTAKE_FIELDS,
    NEEDED_FIELDS,
    NEXT,
    REQUIREMENT,
    ROUTE,
    STRANGERS,
    VERBS,
)

_PERCENT = re.compile(PERCENT)
Made = TypeVar("Made")


def read_workflow(reading: Reading, branch: Branch, words: Vocabulary) -> Workflow:
    """All sections of `WORKFLOW_FIELDS` of a whole policy file."""
    return _Reader(reading, branch, words).workflow()


def read_guard(reading: Reading, fields: Branch, what: str, words: Vocabulary) -> Guard | None:
    """The key `guard` of a ladder; None when it has none."""
    if "guard" not in fields.items:
        return None
    what = f"{what}, guard"
    entry = reading.record(fields.items["guard"], what, GUARD)
    targets = reading.known_words(entry, "of", words.targets, "target")
    if targets and "at" not in entry.items:
        reading.mistake(entry.line, f"{what}: `of` needs `at`", "at: breach, or a share such as at: 80%")
    hours = _calendar(reading, entry, "hours", words)
    idle = read_duration(reading, entry, "idle", what) if "idle" in entry.items else 0
    share, clause = _share(reading, entry, what), reading.clause(entry)
    return Guard(hours, targets, share, idle, _calendar(reading, entry, "calendar", words), clause)


def _calendar(reading: Reading, fields: Branch, key: str, words: Vocabulary) -> str:
    """The calendar with hours of its own that a field names; empty when it names none."""
    name = reading.text(fields, key)
    known = bool(name) and words.calendars.is_plain(reading, name, fields.items[key].line)
    return name if known else ""


def _share(reading: Reading, fields: Branch, what: str) -> float | None:
    """The key `at`: a share from 0 to 1; None for a breach."""
    text = reading.text(fields, "at", BREACH)
    found = _PERCENT.fullmatch(text)
    if not found and text != BREACH:
        hint = "breach, or a share of the limit from 1% to 99%, such as 80%"
        reading.mistake(fields.items["at"].line, f"{what}: at cannot be '{text}'", hint)
    return int(found[1]) / 100 if found else None


class _Reader:
    """One pass over the sections of one file."""

    def __init__(self, reading: Reading, branch: Branch, words: Vocabulary) -> None:
        self.reading, self.branch, self.words = reading, branch, words
        self.states = names_in(branch, "states")
        self.teams = names_in(branch, "teams")
        self.duties = names_in(branch, "duties")

    def workflow(self) -> Workflow:
        reading, branch = self.reading, self.branch
        strangers = reading.known(branch, "strangers", STRANGERS.words, "way with strangers")
        return Workflow(
            teams=read_labels(reading, branch, "teams", "team"),
            routing=tuple(self._rows("routing", "- {when: {category: hardware}, team: workshop}", self._route)),
            authority=dict(self._named("authority", "step", self._authority)),
            refuses_strangers=strangers == "refuse",
            duties=dict(self._named("duties", "duty", self._duty)),
            intake=tuple(self._rows("intake", "- {when: {channel: email}, fields: [description]}", self._intake)),
            requires=tuple(self._rows("requires", "- {to: closed, fields: resolution}", self._requirement)),
            automatic=dict(self._named("automatic", "automatic rule", self._automatic)),
            advice=tuple(self._rows("advice", "- {when: {priority: p1}, say: Ring them.}", self._advice)),
            fallback=tuple(self._rows("fallback", '- {when: {service: mail}, ways: "email:out", use: "call:out"}',
                                      self._fallback)),
        )  # fmt: skip

    def _rows(self, key: str, hint: str, read: Callable[[str, Node], Made]) -> Iterator[Made]:
        rows = self.branch.items.get(key)
        if rows is None:
            return
        if not isinstance(rows, Row) or not rows.items:
            self.reading.mistake(rows.line, f"{key} must be a list", hint)
            return
        for number, node in enumerate(rows.items, 1):
            yield read(f"{key}, row {number}", node)

    def _named(self, key: str, noun: str, read: Callable[[str, str, Node], Made]) -> Iterator[tuple[str, Made]]:
        for name, node in self.reading.section(self.branch, key, noun):
            yield name, read(f"{noun} '{name}'", name, node)

    def _when(self, fields: Branch, what: str) -> Condition:
        if "when" not in fields.items:
            return Condition()
        return read_condition(self.reading, fields.items["when"], f"{what}, when", self.words, CASE_WHEN)

    def _seconds(self, fields: Branch, key: str, what: str) -> int:
        return read_duration(self.reading, fields, key, what) if key in fields.items else 0

    def _kinds(self, fields: Branch, key: str) -> tuple[str, ...]:
        return self.reading.known_words(fields, key, LOG_ANCHORS, "log kind")

    def _record(self, node: Node, what: str, shape: Record) -> Branch:
        return self.reading.record(node, what, shape)

    def _route(self, what: str, node: Node) -> Route:
        reading = self.reading
        fields = self._record(node, what, ROUTE)
        if not fields.items.keys() & {"team", "owner", "assignee", "refer", "waiting_for"}:
            reading.mistake(
                fields.line, f"{what} sends a case nowhere", "team:, owner:, assignee:, refer: or waiting_for:"
            )
        team = reading.text(fields, "team")
        if team and self.teams:
            team = reading.known(fields, "team", self.teams, "team")
        return Route(
            when=self._when(fields, what),
            hours=self._hours(fields, what),
            first_line=reading.flag(fields, "first_line"),
            team=team,
            owner=reading.text(fields, "owner"),
            assignee=reading.text(fields, "assignee"),
            refer=reading.text(fields, "refer"),
            waiting_for=reading.known(fields, "waiting_for", self.words.waiting_for, "one to wait for"),
            clause=reading.clause(fields),
        )

    def _hours(self, fields: Branch, what: str) -> Hours:
        if "hours" not in fields.items:
            return Hours()
        sides = self._record(fields.items["hours"], f"{what}, hours", HOURS_NOW)
        return Hours(self._calendars(sides, "in"), self._calendars(sides, "out"))

    def _calendars(self, sides: Branch, key: str) -> tuple[str, ...]:
        named = self.reading.words(sides, key)
        return tuple(word for word, line in named if self.words.calendars.is_plain(self.reading, word, line))

    def _authority(self, what: str, name: str, node: Node) -> Authority:
        reading = self.reading
        reading.is_known(name, node.line, VERBS, "step")
        fields = self._record(node, what, AUTHORITY)
        otherwise = reading.known(fields, "otherwise", AUTHORITY.words("otherwise"), "way with others", "refuse")
        return Authority(name, read_roles(reading, fields, "by"), otherwise != "warn", reading.clause(fields))

    def _duty(self, what: str, name: str, node: Node) -> Duty:
        reading = self.reading
        fields = self._record(node, what, DUTY)
        if ("on" in fields.items) == ("before_closing" in fields.items):
            hint = "on: triage, or before_closing: CALENDAR"
            reading.mistake(fields.line, f"{what} says in no way, or in two, when it is owed", hint)
        automatic, through = reading.flag(fields, "automatic"), self._kinds(fields, "through")
        if not automatic and not through:
            reading.mistake(fields.line, f"{what} could never be done", 'through: ["call:out", "email:out"]')
        return Duty(
            name=name,
            label=reading.text(fields, "label", name),
            on=reading.known_words(fields, "on", DUTY_EVENTS, "event"),
            before_closing=_calendar(reading, fields, "before_closing", self.words),
            when=self._when(fields, what),
            through=through,
            each=reading.flag(fields, "each"),
            within_seconds=self._seconds(fields, "within", what) if "within" in fields.items else None,
            calendar=_calendar(reading, fields, "calendar", self.words),
            automatic=automatic,
            to=read_roles(reading, fields, "to") or (CUSTOMER,),
            message=reading.text(fields, "message"),
            clause=reading.clause(fields),
        )

    def _intake(self, what: str, node: Node) -> Intake:
        reading = self.reading
        fields = self._record(node, what, INTAKE)
        if not fields.items.keys() & {"fields", "entries", "checklist"}:
            reading.mistake(fields.line, f"{what} needs nothing", "fields:, entries: or checklist:")
        section = fields.items.get("checklist")
        names = [item for item, _ in reading.section(fields, "checklist", "item of a checklist")]
        labels = {item: reading.text(section, item, item) for item in names} if isinstance(section, Branch) else {}
        return Intake(
            self._when(fields, what),
            reading.known_words(fields, "fields", INTAKE_FIELDS, "field that a case may need"),
            self._kinds(fields, "entries"),
            labels,
            reading.clause(fields),
        )

    def _requirement(self, what: str, node: Node) -> Requirement:
        reading = self.reading
        fields = self._record(node, what, REQUIREMENT)
        if not fields.items.keys() & {"fields", "entries", "after", "duties"}:
            reading.mistake(fields.line, f"{what} requires nothing", "fields:, entries:, after: or duties:")
        return Requirement(
            to=frozenset(reading.known_words(fields, "to", self.states, "state")),
            origin=frozenset(reading.known_words(fields, "from", self.states, "state")),
            when=self._when(fields, what),
            fields=reading.known_words(fields, "fields", NEEDED_FIELDS, "field that a state may require"),
            entries=self._kinds(fields, "entries"),
            at_least=self._number(fields, "at_least", what),
            since_state=reading.known(fields, "since", REQUIREMENT.words("since"), "beginning") == "state",
            after_seconds=self._seconds(fields, "after", what),
            calendar=_calendar(reading, fields, "calendar", self.words),
            duties=reading.known_words(fields, "duties", self.duties, "duty"),
            unless=self._kinds(fields, "unless"),
            clause=reading.clause(fields),
        )

    def _number(self, fields: Branch, key: str, what: str) -> int:
        text = self.reading.text(fields, key, "1")
        if re.fullmatch(r"[1-9][0-9]?", text):
            return int(text)
        self.reading.mistake(fields.items[key].line, f"{what}: {key} cannot be '{text}'", "a whole number from 1 to 99")
        return 1

    def _automatic(self, what: str, name: str, node: Node) -> Automatic:
        reading = self.reading
        fields = self._record(node, what, AUTOMATIC)
        if len(fields.items.keys() & {"of", "in", "age"}) != 1:
            reading.mistake(fields.line, f"{what} says in no way, or in two, when it happens", "of:, in: or age:")
        if not fields.items.keys() & {"escalate", "move", "tell"}:
            reading.mistake(fields.line, f"{what} does nothing", "escalate:, move: or tell:")
        if ("of" in fields.items) != ("at" in fields.items):
            reading.mistake(fields.line, f"{what}: `of` and `at` go together", "of: resolution, at: 80%")
        if "repeat" in fields.items and not fields.items.keys() >= {"in", "after"}:
            reading.mistake(fields.keys["repeat"], f"{what}: what repeats is `in` a state `after` so long", "after: 4h")
        level = reading.text(fields, "escalate")
        if level and not re.fullmatch(rf"{NEXT}|[2-9]|[1-9][0-9]", level):
            reading.mistake(
                fields.items["escalate"].line, f"{what}: escalate cannot be '{level}'", "next, or a level from 2 on"
            )
            level = ""
        return Automatic(
            name=name,
            label=reading.text(fields, "label", name),
            when=self._when(fields, what),
            targets=reading.known_words(fields, "of", self.words.targets, "target"),
            share=_share(reading, fields, what),
            states=reading.known_words(fields, "in", self.states, "state"),
            waiting_for=reading.known_words(fields, "waiting_for", self.words.waiting_for, "one to wait for"),
            after_seconds=self._seconds(fields, "after", what),
            repeat=reading.flag(fields, "repeat"),
            age_seconds=self._seconds(fields, "age", what) if "age" in fields.items else None,
            calendar=_calendar(reading, fields, "calendar", self.words),
            unless=self._kinds(fields, "unless"),
            escalate=None if not level else NEXT_LEVEL if level == NEXT else int(level),
            move=reading.known(fields, "move", self.states, "state"),
            tell=read_roles(reading, fields, "tell"),
            message=reading.text(fields, "message"),
            clause=reading.clause(fields),
        )

    def _advice(self, what: str, node: Node) -> Advice:
        fields = self._record(node, what, ADVICE)
        return Advice(self._when(fields, what), self.reading.text(fields, "say"), self.reading.clause(fields))

    def _fallback(self, what: str, node: Node) -> Fallback:
        reading = self.reading
        fields = self._record(node, what, FALLBACK)
        use = reading.known(fields, "use", LOG_ANCHORS, "log kind")
        return Fallback(self._when(fields, what), frozenset(self._kinds(fields, "ways")), use, reading.clause(fields))
