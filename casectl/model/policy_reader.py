"""A policy file's tree as a `Policy`, with every mistake of the file in one go. Pure: no file is opened here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import PurePosixPath
from typing import NamedTuple

from casectl.model import policy_shape
from casectl.model.calendar import HolidayList
from casectl.model.calendar_reader import read_calendars, read_zone
from casectl.model.choice_reader import read_choices
from casectl.model.desk_sections import (
    read_commitments,
    read_exemptions,
    read_labels,
    read_raising,
    read_roles,
    read_services,
)
from casectl.model.policy import (
    CaseType,
    Channel,
    Defaults,
    Ladder,
    LadderLevel,
    Policy,
    Priority,
    PromisedTo,
    State,
)
from casectl.model.policy_shape import (
    CHANNEL,
    DEFAULTS,
    LADDER,
    MEANT_FOR,
    POLICY,
    PRIORITY,
    PROMISED_TO,
    RUNG,
    SECTIONS,
    STATE,
    TYPE,
)
from casectl.model.problems import Problem
from casectl.model.reading import Reading, is_empty
from casectl.model.rubric_reader import read_rubric
from casectl.model.sanction_reader import read_credits, read_money, read_notice, read_sites
from casectl.model.scrutiny_reader import read_scrutiny
from casectl.model.target import Condition
from casectl.model.target_reader import Around, read_targets
from casectl.model.tree import Branch, Node, Row, Text
from casectl.model.vocabulary import Vocabulary, names_in, read_condition, vocabulary
from casectl.model.workflow_reader import read_guard, read_workflow

_DESK = re.compile(policy_shape.DESK)
_PREFIX = re.compile(policy_shape.PREFIX)
_VERSION = re.compile(policy_shape.VERSION)


def read_policy(
    node: Node, path: str, holiday_lists: Mapping[str, HolidayList]
) -> tuple[Policy | None, tuple[Problem, ...]]:
    """One version of a desk's policy from the tree of its file, and all that is wrong with it.

    The policy is None when anything but warnings was found. `path` is as it is to be shown; under `policies/` it also
    says which desk and version the file must be. `holiday_lists` holds the lists that calendars may name.
    """
    reading = Reading(path)
    if reading.is_crowded(node):
        return None, reading.problems
    branch = reading.record(node, "the policy", POLICY)
    about = _about(reading, branch)
    policy = _policy(reading, branch, about, holiday_lists)
    _check_responses(reading, branch, policy)
    return (None if reading.failed else policy), reading.problems


class _About(NamedTuple):
    """Which version of which desk's policy a file is, and what its other sections rest on."""

    desk: str
    version: str
    prefix: str
    effective: date
    zone: str


def _about(reading: Reading, branch: Branch) -> _About:
    desk = _spelt(reading, branch, "desk", _DESK, "small letters, digits and dashes, such as acme-desk")
    version = _spelt(reading, branch, "version", _VERSION, 'letters, digits, dots and dashes, such as "1.0"')
    _check_place(reading, branch, desk, version)
    for key in SECTIONS:
        if key in branch.items and isinstance(branch.items[key], Branch | Text) and not names_in(branch, key):
            reading.mistake(branch.items[key].line, f"'{key}' names none", "a policy has at least one")
    prefix = _spelt(reading, branch, "prefix", _PREFIX, "two to eight capital letters or digits, such as ACM")
    return _About(desk, version, prefix, _effective(reading, branch), read_zone(reading, branch, "UTC"))


def _policy(reading: Reading, branch: Branch, about: _About, holiday_lists: Mapping[str, HolidayList]) -> Policy:
    """All sections; those first that others speak of."""
    commitments = read_commitments(reading, branch)
    words = vocabulary(branch, commitments)
    calendars = read_calendars(reading, branch, about.zone, holiday_lists)
    choices = read_choices(reading, branch, words)
    promised_to = _promised_to(reading, branch, words)
    return Policy(
        **about._asdict(),
        name=reading.text(branch, "name"),
        path=reading.path,
        calendars=calendars,
        channels=_channels(reading, branch, words),
        types=_types(reading, branch),
        priorities=_priorities(reading, branch),
        states=_states(reading, branch),
        waiting_for=read_labels(reading, branch, "waiting_for", "one to wait for"),
        responses=reading.known_words(branch, "responses", POLICY.words("responses"), "log kind"),
        targets=read_targets(reading, branch, Around(words, calendars, choices, promised_to.when)),
        ladders=_ladders(reading, branch, words),
        defaults=_defaults(reading, branch),
        binding=reading.flag(branch, "binding", True),
        clause=reading.clause(branch),
        plans=read_labels(reading, branch, "plans", "plan"),
        services=read_services(reading, branch),
        categories=read_labels(reading, branch, "categories", "category"),
        commitments=commitments,
        exemptions=read_exemptions(reading, branch),
        paths=read_labels(reading, branch, "paths", "path"),
        rubric=read_rubric(reading, branch, words),
        raising=read_raising(reading, branch),
        choices=choices,
        promised_to=promised_to,
        sites=read_sites(reading, branch, words),
        credits=read_credits(reading, branch, words),
        notice=read_notice(reading, branch),
        scrutiny=read_scrutiny(reading, branch),
        workflow=read_workflow(reading, branch, words),
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


def _channels(reading: Reading, branch: Branch, words: Vocabulary) -> dict[str, Channel]:
    channels = {}
    for name, node in reading.section(branch, "channels", "channel"):
        what = f"channel '{name}'"
        fields = reading.record(node, what, CHANNEL)
        calendar = reading.text(fields, "calendar")
        if calendar and not words.calendars.is_plain(reading, calendar, fields.items["calendar"].line):
            calendar = ""
        deemed = reading.known(fields, "deemed", CHANNEL.words("deemed"), "way to deem a receipt")
        meant_for = Condition()
        if "for" in fields.items:
            meant_for = read_condition(reading, fields.items["for"], f"{what}, for", words, MEANT_FOR)
        label = reading.text(fields, "label", name)
        fee = read_money(reading, fields, "fee", what)
        if fee is not None and "for" not in fields.items:
            reading.mistake(
                fields.keys["fee"], f"{what} is kept for nobody, so nobody misuses it", "for: {priority: …}"
            )
        channels[name] = Channel(name, calendar, bool(deemed), label, reading.clause(fields), meant_for, fee)
    return channels


def _types(reading: Reading, branch: Branch) -> dict[str, CaseType]:
    priorities = names_in(branch, "priorities")
    types = {}
    for name, node in reading.section(branch, "types", "type"):
        fields = reading.record(node, f"type '{name}'", TYPE)
        priority = reading.known(fields, "priority", priorities, "priority")
        types[name] = CaseType(name, priority, reading.text(fields, "label", name), reading.clause(fields))
    return types


def _priorities(reading: Reading, branch: Branch) -> dict[str, Priority]:
    found = {}
    for rank, (name, node) in enumerate(reading.section(branch, "priorities", "priority")):
        fields = reading.record(node, f"priority '{name}'", PRIORITY)
        label, involved = reading.text(fields, "label", name), read_roles(reading, fields, "involve")
        found[name] = Priority(name, rank, label, reading.clause(fields), involved)
    return found


def _states(reading: Reading, branch: Branch) -> dict[str, State]:
    known = names_in(branch, "states")
    states = {}
    for name, node in reading.section(branch, "states", "state"):
        fields = reading.record(node, f"state '{name}'", STATE)
        phase = reading.known(fields, "phase", STATE.words("phase"), "phase")
        moves = reading.known_words(fields, "to", known, "state")
        states[name] = State(name, phase, moves, reading.text(fields, "label", name), reading.clause(fields))
    return states


def _promised_to(reading: Reading, branch: Branch, words: Vocabulary) -> PromisedTo:
    if "promised_to" not in branch.items:
        return PromisedTo()
    node = branch.items["promised_to"]
    when = read_condition(reading, node, "promised_to", words, PROMISED_TO)
    if not when.values and (is_empty(node) or isinstance(node, Branch)):
        reading.mistake(node.line, "promised_to speaks of no fact of a case", "promised_to: {plan: [PLAN]}")
    clause = reading.clause(node) if isinstance(node, Branch) else ()
    return PromisedTo(when, clause)


def _defaults(reading: Reading, branch: Branch) -> Defaults:
    if "defaults" not in branch.items:
        return Defaults("", "", "")
    fields = reading.record(branch.items["defaults"], "defaults", DEFAULTS)
    return Defaults(
        reading.known(fields, "status", names_in(branch, "states"), "state"),
        reading.known(fields, "type", names_in(branch, "types"), "type"),
        reading.known(fields, "channel", names_in(branch, "channels"), "channel"),
        read_roles(reading, fields, "approved_by"),
    )


def _ladders(reading: Reading, branch: Branch, words: Vocabulary) -> dict[str, Ladder]:
    types = names_in(branch, "types")
    ladders: dict[str, Ladder] = {}
    taken: dict[str, str] = {}
    for name, node in reading.section(branch, "ladders", "ladder"):
        fields = reading.record(node, f"ladder '{name}'", LADDER)
        mine = reading.known_words(fields, "types", types, "type")
        for claimed in mine or ("",):
            if claimed in taken:
                subject = f"type '{claimed}' has" if claimed else "the types that no ladder names have"
                reading.mistake(node.line, f"{subject} two ladders, '{taken[claimed]}' and '{name}'")
            taken[claimed] = name
        guard = read_guard(reading, fields, f"ladder '{name}'", words)
        levels, clause = _levels(reading, fields, name), reading.clause(fields)
        ladders[name] = Ladder(name, levels, frozenset(mine), clause, guard)
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
        entry = reading.record(node, f"ladder '{ladder}', level {number}", RUNG)
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
