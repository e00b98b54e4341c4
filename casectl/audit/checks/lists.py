"""What became of the lists beside the policies: what they say of customers, and which days are holidays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import UTC, date, datetime

from casectl.audit.edits import Edit, edits
from casectl.audit.finding import Code, Finding, show_file
from casectl.audit.history import History
from casectl.model.people_check import check_plans
from casectl.model.people_reader import read_customers, read_holidays
from casectl.model.policy import Customer
from casectl.model.problems import Problem
from casectl.model.tree import Branch, Node
from casectl.reports.words import count
from casectl.store.book import commit_tree, read_book
from casectl.store.objects import ObjectReader
from casectl.store.policy_tree import is_customers, is_holiday_list

SOME_DAYS = 3
"""Of many that a finding names."""
NO_LINES = Branch({}, 0, {})
"""Where records stand is told by the command that shows a finding."""

CODES = {
    "customer-changed": Code("observation", "What a desk promises a customer was changed in the customer's record."),
    "customers-unreadable": Code("major", "Customers were left with records, or plans, that nobody can read."),
    "spend-changed": Code("minor", "What a customer spent in a month that was over was changed: credits go by it."),
    "holidays-changed": Code(
        "observation", "Days to come became holidays, which makes open cases due later; or days are none any more."
    ),
    "holidays-unreadable": Code("major", "A holiday list was left unreadable, and with it each version that names it."),
    "holiday-late": Code("minor", "A holiday was put on a list on its day or after it."),
}

Customers = Mapping[str, Customer]
Days = Set[date]


def of_history(history: History) -> Iterator[Finding]:
    nobody: Customers = {}
    never: Days = frozenset()
    with ObjectReader(history.repo) as reader:
        tree = commit_tree(history.repo, reader, history.commit)
        for edit in edits(history, tree, is_customers, read_customers, nobody):
            yield from _of_customers(edit)
            yield from _of_plans(edit, reader, history)
            yield from _of_spend(edit, history)
        for days in edits(history, tree, is_holiday_list, _read_days, never):
            yield from _of_days(days, history)


def _of_customers(edit: Edit[Customers]) -> Iterator[Finding]:
    """Records of customers that were changed or taken away, what they spent aside."""
    if edit.wrong:
        lost = ", ".join(sorted(edit.before.keys() - edit.now.keys())) or "its customers"
        told = f"left {edit.path} unreadable ({edit.wrong}): cases opened since lack what it promises {lost}"
        yield edit.finding("customers-unreadable", told)
    names = [name for name, before, now in _records(edit) if _promised(now) != _promised(before)]
    if names:
        told = f"changed the record of {', '.join(names)} in {edit.path}: cases opened before keep the old one"
        yield edit.finding("customer-changed", told)


def _records(edit: Edit[Customers]) -> Iterator[tuple[str, Customer, Customer | None]]:
    """What each customer's record was and is, by name; None for none any more. Not of those that a mistake hides."""
    for name, before in sorted(edit.before.items()):
        if name in edit.now or not edit.wrong:
            yield name, before, edit.now.get(name)


def _promised(record: Customer | None) -> Customer | None:
    return record and record._replace(spend={})


def _of_plans(edit: Edit[Customers], reader: ObjectReader, history: History) -> Iterator[Finding]:
    """Customers who came to be on a plan that no version has: by none of its rules are they promised anything."""
    before = {name: record.plan for name, record in edit.before.items()}
    moved = {name: record for name, record in edit.now.items() if record.plan and record.plan != before.get(name)}
    if moved:
        versions = read_book(history.repo, edit.commit.id, edit.desk, reader)[0].policies.values()
        for name, record in sorted(moved.items()):
            for problem in check_plans([*versions], {name: record}, edit.path, NO_LINES):
                yield edit.finding("customers-unreadable", f"put in {edit.path}: {problem.message}", name)


def _of_spend(edit: Edit[Customers], history: History) -> Iterator[Finding]:
    """Months that were over (UTC) and had been entered: to enter one for the first time, late as well, is no change."""
    today = datetime.fromtimestamp(history.made_at(edit.commit), UTC)
    for name, before, now in _records(edit):
        later = now.spend if now else {}
        for month, money in sorted(before.spend.items()):
            if month < f"{today:%Y-%m}" and later.get(month) != money:
                told = f"changed what {name} spent in {month} from {money} to {later.get(month, 'nothing')}"
                yield edit.finding("spend-changed", told, f"{name} {month}")


def _of_days(edit: Edit[Days], history: History) -> Iterator[Finding]:
    """Days that were to come when a list was changed: what is due after a new one is due later. Those of the past that
    were taken off: a case that is imported, or moved to another version, after that reckons without them."""
    if edit.wrong:
        lost = f"left {edit.path} unreadable ({edit.wrong}), and with it each version of a policy that names it"
        yield edit.finding("holidays-unreadable", lost)
        return
    today = datetime.fromtimestamp(history.made_at(edit.commit), UTC).date()
    on, off = edit.now - edit.before, edit.before - edit.now
    ways = (
        ("put {} to come ({}) on", [day for day in on if day >= today]),
        ("took {} to come ({}) off", [day for day in off if day >= today]),
        ("took {} of the past ({}) off", [day for day in off if day < today]),
    )
    told = [words.format(count(len(days), "day"), _listed(sorted(days))) for words, days in ways if days]
    if told:
        yield edit.finding("holidays-changed", f"{' and '.join(told)} {edit.path}")


def _listed(days: Sequence[date]) -> str:
    return ", ".join(map(str, days[:SOME_DAYS])) + (", ..." if len(days) > SOME_DAYS else "")


def _read_days(node: Node, path: str) -> tuple[Days | None, Sequence[Problem]]:
    listed, problems = read_holidays(node, path)
    return listed and listed.dates.keys(), problems


def at_the_end(history: History) -> Iterator[Finding]:
    for problem in history.warnings:
        show = show_file(problem.commit, problem.path)
        yield Finding(problem.code, problem.commit, problem.message, about=problem.about, show=show)
