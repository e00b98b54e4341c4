"""One complete small policy as a file, and ways to change a line of it and see what is said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache

from casectl.model.calendar import HolidayList
from casectl.model.policy import Policy
from casectl.model.policy_check import check_policy
from casectl.model.policy_reader import read_policy
from casectl.model.problems import Problem
from casectl.model.tree import Node
from casectl.store.yamltree import read_tree

PATH = "policies/acme-desk/1.0.yaml"
TODAY = date(2026, 11, 23)

ACME = """\
desk: acme-desk
version: "1.0"
name: Service desk of Acme
prefix: ACM
effective: 2020-10-01
zone: Europe/London
clause: ACM-00
calendars:
  desk:
    hours: {mon-thu: "08:00-12:00, 13:00-18:00", fri: ["08:00-12:00", "13:00-16:00"]}
    holidays: acme
    except: [2026-12-28]
    replaced: {2026-12-24: "08:00-12:00"}
    clause: ACM-01
  watch: {hours: {"sat,sun": "22:00-06:00"}, zone: America/Toronto}
  round-the-clock: 24x7
  either: {union: [desk, watch]}
channels:
  phone: {calendar: round-the-clock, label: Telephone}
  email: {calendar: desk, deemed: next-opening, clause: [ACM-02, ACM-03]}
types:
  fault: {priority: p2}
  request: {priority: p3, label: A request}
priorities:
  p1: {label: Everything is down}
  p2: {}
  p3:
states:
  open: {phase: new, to: [working, on-hold, resolved]}
  working: {phase: active, to: [on-hold, resolved]}
  on-hold: {phase: waiting, to: [working, resolved]}
  resolved: {phase: resolved, to: [working, closed]}
  closed: {phase: closed}
waiting_for: {customer: the customer, supplier: a supplier}
responses: [response, "call:out"]
defaults: {status: open, type: fault, channel: phone}
targets:
  response:
    start: received
    stop: responded
    calendar: desk
    within: 30m
    clause: ACM-04
  resolution:
    start: [detected, opened]
    stop: resolved
    calendar: desk
    pause: {waiting_for: [customer]}
    warn_at: 80%
    clause: ACM-05
    rules:
    - {when: {priority: p1}, within: 4h, goal: 2h, run_on: true, clause: [ACM-06, ACM-07]}
    - {when: {priority: p2, reported: {in: desk}}, within: 1h30m, pause: {waiting_for: any}}
    - {when: {priority: p2}, within: 1wd, on_reopen: continue}
    - {when: {type: fault}, within: 3wd by end-of-day, days: watch, on_change: from-change, stop: [resolved, pathway]}
    - {within: {agreed: resolution}, pause: {waiting_for: []}}
  update:
    when: {type: [fault], plan: enhanced}
    start: opened
    stop: ["email:out", update]
    calendar: round-the-clock
    repeat: true
    measured: true
    within: {case: update_every}
ladders:
  general:
    levels: [{name: Desk, role: agent}, {name: Team leader, role: team-leader, clause: ACM-08}]
  requests: {types: [request], levels: [{name: Desk}]}
"""

SUPPORT = """\
  support:
    choose:
    - {when: {category: technical, plan: [enterprise, basic]}, calendar: desk}
    - {when: {plan: basic}, calendar: watch}
    - {calendar: round-the-clock}
    clause: ACM-09
"""
PROMISES = """\
  commitment: {start: promised, stop: kept, calendar: round-the-clock, within: {promised: due}}
  lead-time:
    when: {commitment: [engineer-visit, maintenance]}
    start: promised
    stop: promised
    calendar: round-the-clock
    rules:
    - {when: {commitment: engineer-visit}, within: 24h ahead, goal: 48h ahead}
    - {goal: 72h ahead}
  completion:
    start: opened
    stop: [resolved, path-confirmed]
    calendar: support
    exclude: [maintenance]
    goal: 15wd
  pick-up:
    start: call-ended
    stop: assigned
    calendar: support
    days: support
    rules:
    - {when: {category: account}, within: 1wd}
    - {when: {category: technical, plan: enterprise}, within: 2wd}
    - {within: {customer: ttr}, calendar: desk, days: watch}
"""
LISTS = """\
plans: {enterprise: Enterprise support, basic: Basic support}
services:
  sms: {label: Sending messages}
  handset: {label: A handset, in_scope: false}
  carrier: {label: A carrier, in_scope: false, supplier_sla: true, clause: ACM-10}
categories: {technical: Technical help, account: Account matters}
commitments:
  engineer-visit: {label: A visit, clause: ACM-11}
  maintenance: {label: Announced maintenance, window: true}
exemptions:
  regulator: {label: An order, approved_by: [desk-manager], clause: ACM-12}
  force-majeure:
paths: {a: Works as required, b: Pursued urgently}
rubric:
  questions:
    impact: {ask: What does not work?, answers: {all: Nothing works, part: Some things, none: Everything works}}
    workaround: {ask: Is there another way?, answers: {"yes": There is, "no": There is none}}
  suggest:
  - {when: {impact: all}, priority: p1, clause: ACM-13}
  - {when: {impact: [part, none], workaround: "no", type: fault, service: sms}, priority: p2}
  - {priority: p3}
raising: {within: 30m, by: [team-leader], clause: ACM-14}
"""

WORKED = """\
teams: {desk: The desk, workshop: The workshop}
routing:
- {when: {category: technical, reported: {in: desk}}, team: workshop, clause: ACM-15}
- {hours: {in: desk, out: watch}, owner: managers, assignee: on-call}
- {first_line: true, refer: first_line, waiting_for: customer}
intake:
- when: {channel: [phone]}
  fields: [customer, description]
  entries: [triage, attachment]
  checklist: {power: It has power, cables: The cables are in}
  clause: ACM-16
advice:
- {when: {channel: email, priority: p1}, say: Ring them., clause: ACM-17}
authority:
  triage: {by: [agent, team-leader], clause: ACM-18}
  close: {by: agent, otherwise: warn}
strangers: warn
requires:
- {to: closed, when: {priority: p1}, fields: reason_for_outage, clause: ACM-19}
- to: [closed]
  from: resolved
  entries: attempt
  at_least: 3
  since: state
  after: 24h
  calendar: desk
  duties: [resolved-notice]
  unless: [confirmation, "call:in"]
automatic:
  late: {label: Late, when: {priority: p1}, of: [resolution], at: 80%, escalate: 2, tell: [involved], message: late}
  missed: {of: commitment, at: breach, escalate: next, clause: ACM-21}
  quiet: {in: resolved, after: 24h, calendar: round-the-clock, unless: "email:in", move: closed}
  chase: {in: [on-hold], waiting_for: supplier, after: 4h, repeat: true, tell: agent}
  old: {age: 72h, calendar: desk, tell: [team-leader]}
duties:
  resolved-notice:
    label: The customer is told
    on: [resolved, "call:in"]
    when: {type: fault}
    through: ["call:out", "email:out"]
    each: true
    within: 1h
    calendar: desk
    message: resolution
    clause: ACM-22
  evening: {before_closing: desk, through: handover}
  thanks: {on: opened, automatic: true, to: [customer, level]}
fallback:
- {when: {service: sms}, ways: [notice, "email:out"], use: "call:out", clause: ACM-23}
"""

HOLIDAYS: Mapping[str, HolidayList] = {
    "acme": HolidayList("acme", 2015, 2035, {date(2026, 12, 25): "Christmas Day", date(2026, 12, 28): "Boxing Day"})
}


@cache
def tree(text: str, path: str = PATH) -> Node:
    node, problems = read_tree(text, path)
    assert node is not None, problems
    return node


def read(
    text: str = ACME, path: str = PATH, lists: Mapping[str, HolidayList] = HOLIDAYS
) -> tuple[Policy | None, tuple[Problem, ...]]:
    return read_policy(tree(text, path), path, lists)


def acme(text: str = ACME, lists: Mapping[str, HolidayList] = HOLIDAYS) -> Policy:
    """The policy; fails the test when its file has a mistake."""
    policy, problems = read(text, lists=lists)
    assert policy is not None, problems
    return policy


def check(text: str = ACME, today: date = TODAY, lists: Mapping[str, HolidayList] = HOLIDAYS) -> tuple[Problem, ...]:
    """What the checks beyond reading say."""
    return check_policy(acme(text, lists), tree(text), lists, today)


def changed(old: str, new: str, text: str = ACME) -> str:
    """The file with one passage changed, which must be there once."""
    assert text.count(old) == 1, f"{text.count(old)} times: {old}"
    return text.replace(old, new)


FULL = changed("channels:\n", f"{SUPPORT}channels:\n") + LISTS
FULL = changed("label: Telephone}", "label: Telephone, for: {priority: [p1, p2]}}", FULL)
FULL = changed("plan: enhanced", "plan: enterprise", FULL)
FULL = changed("ladders:\n", f"{PROMISES}ladders:\n", FULL)
"""The same with everything that a policy may say beside."""

WHOLE = changed("  p1: {label: Everything is down}", "  p1: {label: Everything is down, involve: agent}", FULL) + WORKED
WHOLE = changed(
    "clause: ACM-08}]\n",
    "clause: ACM-08}]\n    guard: {hours: desk, of: resolution, at: 80%, idle: 4h, calendar: desk, clause: ACM-24}\n",
    WHOLE,
)
"""And with everything about working cases."""
