"""A policy file's tree as a `Policy`, with every mistake of the file in one go. Pure: no file is opened here."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from pathlib import PurePosixPath

from casectl.model.calendar import HolidayList
from casectl.model.calendar_reader import read_calendars, read_zone
from casectl.model.policy import (
    PHASES,
    CaseType,
    Channel,
    Defaults,
    Ladder,
    LadderLevel,
    Policy,
    Priority,
    State,
)
from casectl.model.problems import Problem
from casectl.model.reading import Reading
from casectl.model.target_reader import LOG_ANCHORS, Vocabulary, read_targets
from casectl.model.tree import Branch, Node, Row, Text

REQUIRED = (
    "desk",
    "version",
    "name",
    "prefix",
    "effective",
    "zone",
    "calendars",
    "channels",
    "types",
    "priorities",
    "states",
    "defaults",
    "targets",
)
FIELDS = (*REQUIRED, "binding", "clause", "waiting_for", "responses", "ladders")

SECTIONS = ("calendars", "channels", "types", "priorities", "states", "targets")
"""What names at least one thing each."""

DESK = re.compile(r"[a-z0-9][a-z0-9-]*")
_PREFIX = re.compile(r"[A-Z0-9]{2,8}")
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def read_policy(
    node: Node, path: str, holiday_lists: Mapping[str, HolidayList]
) -> tuple[Policy | None, tuple[Problem, ...]]:
    """One version of a desk's policy from the tree of its file, and all that is wrong with it.

    The policy is None when anything but warnings was found. `path` is as it is to be shown; under `policies/` it also
    says which desk and version the file must be. `holiday_lists` holds the lists that calendars may name.
    """
    reading = Reading(path)
    branch = reading.fields(node, "the policy", FIELDS, REQUIRED)
    desk = _spelt(reading, branch, "desk", DESK, "small letters, digits and dashes, such as acme-desk")
    version = _spelt(reading, branch, "version", _VERSION, 'letters, digits, dots and dashes, such as "1.0"')
    _check_place(reading, branch, desk, version)
    for key in SECTIONS:
        if key in branch.items and isinstance(branch.items[key], Branch | Text) and not names_in(branch, key):
            reading.mistake(branch.items[key].line, f"'{key}' names none", "a policy has at least one")
    prefix = _spelt(reading, branch, "prefix", _PREFIX, "two to eight capital letters or digits, such as ACM")
    effective = _effective(reading, branch)
    zone = read_zone(reading, branch, "UTC")
    states = _states(reading, branch)
    priorities = _priorities(reading, branch)
    types = _types(reading, branch)
    policy = Policy(
        desk=desk,
        version=version,
        name=reading.text(branch, "name"),
        prefix=prefix,
        effective=effective,
        zone=zone,
        path=path,
        calendars=read_calendars(reading, branch, zone, holiday_lists),
        channels=_channels(reading, branch),
        types=types,
        priorities=priorities,
        states=states,
        waiting_for=_waiting_for(reading, branch),
        responses=reading.known_words(branch, "responses", [k for k in LOG_ANCHORS if k != "notice"], "log kind"),
        targets=read_targets(reading, branch, _vocabulary(branch)),
        ladders=_ladders(reading, branch),
        defaults=_defaults(reading, branch),
        binding=reading.flag(branch, "binding", True),
        clause=reading.clause(branch),
    )
    _check_responses(reading, branch, policy)
    return (None if reading.failed else policy), reading.problems


def names_in(branch: Branch, key: str) -> Collection[str]:
    """The names that a section gives, so that a mistake inside one entry is not reported again at each mention."""
    section = branch.items.get(key)
    return section.items.keys() if isinstance(section, Branch) else ()


def _vocabulary(branch: Branch) -> Vocabulary:
    return Vocabulary(
        calendars=names_in(branch, "calendars"),
        waiting_for=names_in(branch, "waiting_for"),
        priority=names_in(branch, "priorities"),
        type=names_in(branch, "types"),
        channel=names_in(branch, "channels"),
    )


def _spelt(reading: Reading, branch: Branch, key: str, pattern: re.Pattern[str], hint: str) -> str:
    value = reading.text(branch, key)
    if value and not pattern.fullmatch(value):
        reading.mistake(branch.items[key].line, f"'{value}' is no {key}", hint)
    return value


def _check_place(reading: Reading, branch: Branch, desk: str, version: str) -> None:
    """A file under `policies/DESK/VERSION.yaml` must be what its place says; any other place says nothing."""
    parts = PurePosixPath(reading.path.replace("\\", "/")).parts
    if len(parts) < 3 or parts[-3] != "policies":
        return
    folder, stem = parts[-2], parts[-1].removesuffix(".yaml")
    if desk and desk != folder:
        reading.mistake(branch.items["desk"].line, f"desk '{desk}' stands in the folder '{folder}'", "name both alike")
    if version and version != stem:
        hint = f'name the file {version}.yaml, or write version: "{stem}"'
        reading.mistake(branch.items["version"].line, f"version '{version}' stands in a file named '{stem}'", hint)


def _effective(reading: Reading, branch: Branch) -> date:
    text = reading.text(branch, "effective")
    day = reading.day(text, branch.items["effective"].line, "effective") if text else None
    return day or date.min


def _channels(reading: Reading, branch: Branch) -> dict[str, Channel]:
    calendars = names_in(branch, "calendars")
    channels = {}
    for name, node in reading.section(branch, "channels", "channel"):
        fields = reading.fields(node, f"channel '{name}'", ("calendar", "deemed", "label", "clause"), ("calendar",))
        calendar = reading.known(fields, "calendar", calendars, "calendar")
        deemed = reading.known(fields, "deemed", ("next-opening",), "way to deem a receipt")
        label = reading.text(fields, "label", name)
        channels[name] = Channel(name, calendar, bool(deemed), label, reading.clause(fields))
    return channels


def _types(reading: Reading, branch: Branch) -> dict[str, CaseType]:
    priorities = names_in(branch, "priorities")
    types = {}
    for name, node in reading.section(branch, "types", "type"):
        fields = reading.fields(node, f"type '{name}'", ("priority", "label", "clause"), ("priority",))
        priority = reading.known(fields, "priority", priorities, "priority")
        types[name] = CaseType(name, priority, reading.text(fields, "label", name), reading.clause(fields))
    return types


def _priorities(reading: Reading, branch: Branch) -> dict[str, Priority]:
    found = {}
    for rank, (name, node) in enumerate(reading.section(branch, "priorities", "priority")):
        fields = reading.fields(node, f"priority '{name}'", ("label", "clause"))
        found[name] = Priority(name, rank, reading.text(fields, "label", name), reading.clause(fields))
    return found


def _states(reading: Reading, branch: Branch) -> dict[str, State]:
    known = names_in(branch, "states")
    states = {}
    for name, node in reading.section(branch, "states", "state"):
        fields = reading.fields(node, f"state '{name}'", ("phase", "to", "label", "clause"), ("phase",))
        phase = reading.known(fields, "phase", PHASES, "phase")
        moves = reading.known_words(fields, "to", known, "state")
        states[name] = State(name, phase, moves, reading.text(fields, "label", name), reading.clause(fields))
    return states


def _waiting_for(reading: Reading, branch: Branch) -> dict[str, str]:
    section = branch.items.get("waiting_for")
    names = [name for name, _ in reading.section(branch, "waiting_for", "one to wait for")]
    return {name: reading.text(section, name, name) for name in names} if isinstance(section, Branch) else {}


def _defaults(reading: Reading, branch: Branch) -> Defaults:
    wanted = ("status", "type", "channel")
    if "defaults" not in branch.items:
        return Defaults("", "", "")
    fields = reading.fields(branch.items["defaults"], "defaults", wanted, wanted)
    return Defaults(
        reading.known(fields, "status", names_in(branch, "states"), "state"),
        reading.known(fields, "type", names_in(branch, "types"), "type"),
        reading.known(fields, "channel", names_in(branch, "channels"), "channel"),
    )


def _ladders(reading: Reading, branch: Branch) -> dict[str, Ladder]:
    types = names_in(branch, "types")
    ladders: dict[str, Ladder] = {}
    taken: dict[str, str] = {}
    for name, node in reading.section(branch, "ladders", "ladder"):
        fields = reading.fields(node, f"ladder '{name}'", ("types", "levels", "clause"), ("levels",))
        mine = reading.known_words(fields, "types", types, "type")
        for claimed in mine or ("",):
            if claimed in taken:
                subject = f"type '{claimed}' has" if claimed else "the types that no ladder names have"
                reading.mistake(node.line, f"{subject} two ladders, '{taken[claimed]}' and '{name}'")
            taken[claimed] = name
        ladders[name] = Ladder(name, _levels(reading, fields, name), frozenset(mine), reading.clause(fields))
    return ladders


def _levels(reading: Reading, fields: Branch, ladder: str) -> tuple[LadderLevel, ...]:
    rows = fields.items.get("levels")
    if rows is None:
        return ()
    if not isinstance(rows, Row) or not rows.items:
        reading.mistake(rows.line, f"ladder '{ladder}': levels must be a list", "- {name: Service desk, role: agent}")
        return ()
    levels = []
    for number, node in enumerate(rows.items, 1):
        entry = reading.fields(node, f"ladder '{ladder}', level {number}", ("name", "role", "clause"), ("name",))
        name, role = reading.text(entry, "name"), reading.text(entry, "role")
        levels.append(LadderLevel(number, name, role, reading.clause(entry)))
    return tuple(levels)


def _check_responses(reading: Reading, branch: Branch, policy: Policy) -> None:
    """A target that waits for a response needs to know what one is."""
    for target in policy.targets.values():
        speaks = any("responded" in (*rule.start, *rule.stop) for rule in (*target.rules, target.otherwise))
        if speaks and not policy.responses and "responses" not in branch.items:
            line = target.otherwise.line
            message = f"target '{target.name}' uses 'responded', but `responses` does not say what a response is"
            reading.mistake(line, message, "responses: [response, call:out, email:out]")
