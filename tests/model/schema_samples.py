"""One full document of each kind of file, and how each is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from casectl.model.people_reader import read_customers, read_holidays, read_staff
from casectl.model.policy_reader import read_policy
from casectl.model.problems import Problem
from casectl.model.rawcase import case_from_raw, raw_from_tree
from casectl.model.rota_reader import read_rotas
from casectl.model.tree import Branch, Node
from casectl.store.yamltree import read_tree
from tests.model import one_policy

CASE = """\
id: ABC-261123-K7Q4P
external_id: 17
policy: acme-desk/1.0
type: fault
title: Nobody can sign in
description: |-
  All of them
  since Monday.
channel: phone
received: 2026-11-23T09:02:11+00:00
status: open
priority: p3
expedited: true
level: 2
update_every: 1h
agreed:
  resolution: 2026-11-24T09:00:00+00:00
commitments:
- id: q8d3x
  kind: visit
  due: 2026-11-24T09:00:00+00:00
  kept: true
- id: r7k2m
  kind: maintenance
  due: 2026-11-24T09:00:00+00:00
  until: 2026-11-24T10:00:00+00:00
  text: A new line.
exemptions:
- id: f4r6p
  code: no-water
  from: 2026-11-24T09:00:00+00:00
  approved_by: lee
satisfaction: 4
log:
- id: 7mq2c
  kind: call
  direction: in
  started: 2026-11-23T09:02:11+00:00
  minutes: 9
  text: Every pupil sees "account disabled" since Monday.
- id: 9d0kq
  kind: triage
  suggested: p3
  chosen: p3
"""
CUSTOMERS = """\
customers:
  oakfield:
    label: Oakfield School
    plan: gold
    zone: Europe/London
    figures: {ttr: 8h, visit: 3wd by end-of-day}
    services:
      line: {label: A line, figures: {ttr: 4h}}
      mail: {}
  old-mill:
"""
STAFF = """\
staff:
  sam:
    name: Sam
    mail: sam@example.com
    roles: [agent, engineer]
    desks: acme-desk
    keys:
    - key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f sam@laptop
      from: 2026-01-01
      until: 2026-12-31
  jo: {name: Jo, mail: jo@example.com}
rotas:
  experts:
    label: Systems expert on call
    zone: America/Toronto
    covers: {mon-fri: "17:00-24:00", "sat,sun": ["00:00-12:00", "12:00-24:00"]}
    shifts:
    - {who: sam, begins: "2026-01-05 08:00", repeats: FREQ=WEEKLY;INTERVAL=2, lasts: 168h}
    - {who: jo, begins: "2026-12-24 08:00", lasts: 72h30m, instead: true}
"""
HOLIDAYS = """\
name: ours
years: 2026-2027
dates: {2026-12-25: Christmas Day, 2027-01-01: }
"""
POLICY = one_policy.changed(
    "calendars:\n", "promised_to: {plan: [enterprise], clause: ACM-20}\ncalendars:\n", one_policy.WHOLE
).replace("channel: phone}\n", "channel: phone, approved_by: desk-manager}\n")

Reader = Callable[[Node, str], tuple[object, tuple[Problem, ...]]]


class Sample(NamedTuple):
    """A document that uses every key there is, where it stands, and who reads it."""

    text: str
    path: str
    read: Reader

    def tree(self) -> Branch:
        node, problems = read_tree(self.text, self.path)
        assert isinstance(node, Branch), problems
        return node

    def problems(self, node: Node) -> list[str]:
        """What the reader finds wrong, warnings left out; empty when it accepts the document."""
        return [problem.message for problem in self.read(node, self.path)[1] if not problem.warning]


def _case(node: Node, path: str) -> tuple[object, tuple[Problem, ...]]:
    raw, shapeless = raw_from_tree(node, path)
    case, problems = case_from_raw(raw, path)
    return case, (*shapeless, *problems)


def _staff(node: Node, path: str) -> tuple[object, tuple[Problem, ...]]:
    staff, problems = read_staff(node, path)
    rotas, wrong = read_rotas(node, path, staff)
    return (staff, rotas), (*problems, *wrong)


def _policy(node: Node, path: str) -> tuple[object, tuple[Problem, ...]]:
    return read_policy(node, path, one_policy.HOLIDAYS)


SAMPLES = {
    "case": Sample(CASE, "case.yaml", _case),
    "policy": Sample(POLICY, one_policy.PATH, _policy),
    "customers": Sample(CUSTOMERS, "policies/acme-desk/customers.yaml", read_customers),
    "staff": Sample(STAFF, "policies/staff.yaml", _staff),
    "holidays": Sample(HOLIDAYS, "policies/holidays/ours.yaml", read_holidays),
}
