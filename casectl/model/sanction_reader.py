"""Credits, fees, sites and notice of a policy as values; every mistake in them is noted with its line."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from casectl.model.money import Money, parse_money, parse_share
from casectl.model.reading import Reading
from casectl.model.sanction_shape import CREDIT, CREDIT_WHEN, CREDITS, MONTH, NOTICE, SITE, TIER
from casectl.model.sanctions import Credit, Credits, Notice, Site, Tier
from casectl.model.target import Condition
from casectl.model.tree import Branch, Node, Row
from casectl.model.vocabulary import Vocabulary, read_condition

if TYPE_CHECKING:
    from decimal import Decimal

_MONTH = re.compile(MONTH)
MONEY_HINT = "digits with a point, a blank, and the three capital letters of a currency: 1500.00 CAD"


def read_money(reading: Reading, branch: Branch, key: str, what: str) -> Money | None:
    """A field of so much money; None where it is absent or a mistake was noted."""
    text = reading.text(branch, key)
    money = parse_money(text) if text else None
    if text and money is None:
        reading.mistake(branch.items[key].line, f"{what}: '{text}' is no money", MONEY_HINT)
    return money


def read_credits(reading: Reading, branch: Branch, words: Vocabulary) -> Credits | None:
    """What customers get back; None where the policy says nothing of it."""
    if "credits" not in branch.items:
        return None
    fields = reading.record(branch.items["credits"], "credits", CREDITS)
    rows = fields.items.get("rows")
    found = []
    if isinstance(rows, Row):
        found = [_credit(reading, f"credit {number}", node, words) for number, node in enumerate(rows.items, 1)]
    elif rows is not None:
        reading.mistake(rows.line, "credits: rows must be a list", "- {name: missed-target, share: 10%}")
    twice = {row.name for row in found if [each.name for each in found].count(row.name) > 1}
    if twice:
        reading.mistake(fields.line, f"two credits are called '{min(twice)}'", "a name of its own for each")
    return Credits(tuple(found), _share(reading, fields, "cap", "credits"), reading.clause(fields))


def _credit(reading: Reading, what: str, node: Node, words: Vocabulary) -> Credit:
    fields = reading.record(node, what, CREDIT)
    if ("share" in fields.items) == ("tiers" in fields.items):
        reading.mistake(fields.line, f"{what} says in no way, or in two, how much it is", "share: 10%, or tiers:")
    if "tiers" in fields.items and reading.flag(fields, "each"):
        reading.mistake(fields.keys["each"], f"{what}: `each` goes with `share`", "leave it out")
    when = Condition()
    if "when" in fields.items:
        when = read_condition(reading, fields.items["when"], f"{what}, when", words, CREDIT_WHEN)
    name = reading.text(fields, "name")
    return Credit(
        name,
        reading.text(fields, "label", name),
        when,
        frozenset(reading.known_words(fields, "targets", words.targets, "target")),
        _share(reading, fields, "share", what),
        reading.flag(fields, "each"),
        _tiers(reading, fields, what),
        reading.text(fields, "instead_of"),
        reading.clause(fields),
    )


def _tiers(reading: Reading, fields: Branch, what: str) -> tuple[Tier, ...]:
    rows = fields.items.get("tiers")
    if not isinstance(rows, Row):
        if rows is not None:
            reading.mistake(rows.line, f"{what}: tiers must be a list", "- {below: 99%, share: 10%}")
        return ()
    found = []
    for number, node in enumerate(rows.items, 1):
        tier = reading.record(node, f"{what}, tier {number}", TIER)
        below, share = (_share(reading, tier, key, f"{what}, tier {number}") for key in ("below", "share"))
        if below is not None and share is not None:
            found.append(Tier(below, share))
    if not rows.items:
        reading.mistake(rows.line, f"{what}: there are no tiers", "- {below: 99%, share: 10%}")
    if any(upper.below <= lower.below for upper, lower in pairwise(found)):
        reading.mistake(rows.line, f"{what}: a tier is not below the one before it", "the highest `below` first")
    elif any(upper.share >= lower.share for upper, lower in pairwise(found)):
        reading.mistake(
            rows.line, f"{what}: a lower tier gives no more than the one before it", "the smallest share first"
        )
    return tuple(found)


def _share(reading: Reading, fields: Branch, key: str, what: str) -> Decimal | None:
    text = reading.text(fields, key)
    share = parse_share(text) if text else None
    if text and share is None:
        reading.mistake(fields.items[key].line, f"{what}: '{text}' is no share", "such as 10%, or 99.95%")
    if share is not None and not share:
        reading.mistake(fields.items[key].line, f"{what}: {key} of 0 % can never give anything", "leave the entry out")
        return None
    return share


def read_sites(reading: Reading, branch: Branch, words: Vocabulary) -> dict[str, Site]:
    """The places from which the desk works."""
    found = {}
    for name, node in reading.section(branch, "sites", "site"):
        fields = reading.record(node, f"site '{name}'", SITE)
        calendar = reading.text(fields, "calendar")
        if calendar and not words.calendars.is_plain(reading, calendar, fields.items["calendar"].line):
            calendar = ""
        label, rota = reading.text(fields, "label", name), reading.text(fields, "rota")
        found[name] = Site(name, label, calendar, rota, reading.clause(fields))
    return found


def read_notice(reading: Reading, branch: Branch) -> Notice | None:
    """How long ahead a version is published; None where nothing is said."""
    if "notice" not in branch.items:
        return None
    fields = reading.record(branch.items["notice"], "notice", NOTICE)
    text = reading.text(fields, "days")
    if text and not (text.isascii() and text.isdigit() and len(text) <= 3):
        reading.mistake(fields.items["days"].line, f"notice: '{text}' is no number of days", "days: 30")
        text = ""
    return Notice(int(text or 0), reading.clause(fields))


def read_spend(reading: Reading, fields: Branch, what: str) -> dict[str, Money]:
    """What a customer spent, by month."""
    section = fields.items.get("spend")
    found: dict[str, Money] = {}
    if section is None:
        return found
    branch = reading.mapping(section, f"{what}, spend")
    for month in branch.items:
        if not _MONTH.fullmatch(month):
            reading.mistake(branch.keys[month], f"{what}: '{month}' is no month", 'such as "2026-10": 812.50 GBP')
            continue
        money = read_money(reading, branch, month, f"{what}, spend of {month}")
        if money is not None:
            found[month] = money
    return found
