"""Lists that a policy may close words with: plans, services, categories, commitments, exemptions, paths; raising."""

from __future__ import annotations

from casectl.model.figure_reader import read_duration
from casectl.model.policy import Commitment, Exemption, Raising, Service
from casectl.model.policy_shape import COMMITMENT, EXEMPTION, RAISING, SERVICE
from casectl.model.reading import Reading
from casectl.model.tree import Branch


def read_labels(reading: Reading, branch: Branch, key: str, noun: str) -> dict[str, str]:
    """A section of names with a label each."""
    section = branch.items.get(key)
    names = [name for name, _ in reading.section(branch, key, noun)]
    return {name: reading.text(section, name, name) for name in names} if isinstance(section, Branch) else {}


def read_services(reading: Reading, branch: Branch) -> dict[str, Service]:
    """The catalogue of what the desk supports."""
    found = {}
    for name, node in reading.section(branch, "services", "service"):
        fields = reading.record(node, f"service '{name}'", SERVICE)
        ours, supplied = reading.flag(fields, "in_scope", True), reading.flag(fields, "supplier_sla")
        if ours and supplied:
            message = f"service '{name}' is in scope, so a supplier's agreement changes nothing"
            reading.mistake(fields.keys["supplier_sla"], message, "say `in_scope: false` too, or leave it out")
        found[name] = Service(name, reading.text(fields, "label", name), ours, supplied, reading.clause(fields))
    return found


def read_commitments(reading: Reading, branch: Branch) -> dict[str, Commitment]:
    """Kinds of promises; one with a mistake is there all the same, so that others may name it."""
    found = {}
    for name, node in reading.section(branch, "commitments", "commitment"):
        fields = reading.record(node, f"commitment '{name}'", COMMITMENT)
        label, window = reading.text(fields, "label", name), reading.flag(fields, "window")
        notice = 0
        if "notice" in fields.items:
            notice = read_duration(reading, fields, "notice", f"commitment '{name}'")
            if not window:
                message = f"commitment '{name}' is no window, so no notice of it counts"
                reading.mistake(fields.keys["notice"], message, "window: true, or leave it out")
        found[name] = Commitment(name, label, window, notice, reading.clause(fields))
    return found


def read_exemptions(reading: Reading, branch: Branch) -> dict[str, Exemption]:
    """Coded reasons, with the roles that approve them: their own, else those that `defaults` names."""
    found = {}
    defaults = branch.items.get("defaults")
    anyone_s = read_roles(reading, defaults, "approved_by") if isinstance(defaults, Branch) else ()
    for name, node in reading.section(branch, "exemptions", "exemption"):
        fields = reading.record(node, f"exemption '{name}'", EXEMPTION)
        label, roles = reading.text(fields, "label", name), read_roles(reading, fields, "approved_by")
        found[name] = Exemption(name, label, roles or anyone_s, reading.clause(fields))
    return found


def read_raising(reading: Reading, branch: Branch) -> Raising | None:
    """Who may raise a priority, and until when; None where the policy says nothing of it."""
    if "raising" not in branch.items:
        return None
    fields = reading.record(branch.items["raising"], "raising", RAISING)
    seconds = read_duration(reading, fields, "within", "raising") if "within" in fields.items else 0
    return Raising(seconds, read_roles(reading, fields, "by"), reading.clause(fields))


def read_roles(reading: Reading, fields: Branch, key: str) -> tuple[str, ...]:
    """One role or a list of them, none left out; none when the field is absent."""
    roles = tuple(word for word, _ in reading.words(fields, key))
    if key in fields.items and not roles:
        reading.mistake(fields.keys[key], f"'{key}' names no role", "one or more roles of policies/staff.yaml")
    return roles
