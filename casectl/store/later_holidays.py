"""Holidays that were put on a list after a case was pinned to its policy: those that were there before their day count.

Histories are read up to the commit that is read, whatever moment is asked about, and only where the lists differ from
those beside the pinned policy. A date that was taken off a list after the pinning stays: it was promised.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from casectl.model.calendar import DAY_SECONDS, HolidayList
from casectl.model.instants import Instant, format_instant, zone_named
from casectl.model.policy import Policy
from casectl.model.policy_reader import read_policy
from casectl.model.problems import Problem
from casectl.model.timeline import Step
from casectl.model.tree import Branch, Node, Row, Text, line_of
from casectl.sla.opentime import local_instant
from casectl.store.book import FOLDER, CommitTree, commit_tree
from casectl.store.holiday_history import Listing, Listings, read_listings, stood_before
from casectl.store.objects import ObjectReader
from casectl.store.policy_tree import HOLIDAYS, SUFFIX, Holidays
from casectl.store.repo import Repo

_SHORT = 12

_Asked = tuple[str, str]
"""A list's name, and the zone of a calendar that asks for it: whose midnight begins the day."""
_Since = Mapping[_Asked, frozenset[date]]


class _History(NamedTuple):
    """What happened to the lists after a pin, and when that was."""

    begins: Instant
    listings: Listings


class _Late(NamedTuple):
    """A date that was added too late: when its day ends, and the finding."""

    ends: Instant
    problem: Problem


class _Growth(NamedTuple):
    """How the holiday lists that one version of a policy asks for grew since it stood in one tree."""

    history: _History
    node: Node | None
    """The policy's file there, and below the lists there."""
    lists: Mapping[_Asked, HolidayList]
    in_time: Mapping[_Asked, tuple[tuple[Instant, date], ...]]
    """Dates that were listed before they began, each with the instant at which it did."""
    late: tuple[_Late, ...]


@dataclass(eq=False, slots=True)
class LaterHolidays:
    """Policies with what their holiday lists got later, as `commit` tells. Each history is read once."""

    repo: Repo
    reader: ObjectReader
    commit: str
    warnings: dict[Problem, None] = field(default_factory=dict)
    """Dates that were added on or after their day, to lists of the policies asked for so far."""
    _now: CommitTree | None = None
    _folders: dict[str, str] = field(default_factory=dict)
    _histories: dict[str, _History] = field(default_factory=dict)
    _growths: dict[tuple[str, str], _Growth] = field(default_factory=dict)
    _policies: dict[tuple[str, str, frozenset[tuple[_Asked, frozenset[date]]]], Policy] = field(default_factory=dict)

    def policy(self, pinned: Policy, pin: Step, then: str, now: str) -> Policy:
        """The policy to judge by from `pin` on: `pinned` itself, unless its lists got dates in time that it lacks.

        `then` and `now` are the tree objects that `policies/` is at `pin` and at the commit that is read. Where
        `holidays/` is the same in both, what it was in between is not looked into.
        """
        if then == now or self._lists_in(then) == self._lists_in(now):
            return pinned
        growth = self._growth(pinned, pin, then)
        self.warnings.update((late.problem, None) for late in growth.late if late.ends > pin.at)
        since = {asked: frozenset(day for at, day in days if at > pin.at) for asked, days in growth.in_time.items()}
        if not any(since.values()):
            return pinned
        key = (then, pinned.ref, frozenset(since.items()))
        if key not in self._policies:
            self._policies[key] = _with_dates(pinned, growth, since) or pinned
        return self._policies[key]

    def _lists_in(self, folder: str) -> str:
        """The tree object that `holidays/` is in a `policies/`; empty text for none."""
        if folder not in self._folders:
            found = self.reader.look(f"{folder}:{HOLIDAYS}") if folder else None
            self._folders[folder] = found.id if found else ""
        return self._folders[folder]

    def _growth(self, pinned: Policy, pin: Step, then: str) -> _Growth:
        history = self._history(pin, self._lists_in(then))
        known = self._growths.get((then, pinned.ref))
        if known is None or known.history is not history:
            known = self._growths[then, pinned.ref] = self._grown(pinned, pin, history)
        return known

    def _history(self, pin: Step, lists: str) -> _History:
        """That after the earliest pin with these lists beside it, of those asked for: any later one's is its end."""
        known = self._histories.get(lists)
        if known is None or pin.at < known.begins:
            listings = read_listings(self.repo, self._tree(), pin.commit)
            known = self._histories[lists] = _History(pin.at, listings)
        return known

    def _tree(self) -> CommitTree:
        if self._now is None:
            self._now = commit_tree(self.repo, self.reader, self.commit)
        return self._now

    def _grown(self, pinned: Policy, pin: Step, history: _History) -> _Growth:
        tree = commit_tree(self.repo, self.reader, pin.commit)
        node, _ = tree.node(pinned.path.removeprefix(f"{FOLDER}/"))
        beside = Holidays(tree)
        lists = {asked: beside[asked[0]] for asked in _asked_for(node, pinned)}
        in_time: dict[_Asked, tuple[tuple[Instant, date], ...]] = {}
        late: list[_Late] = []
        for asked, listed in lists.items():
            new = {day: told for day, told in history.listings.get(asked[0], {}).items() if day not in listed.dates}
            begins = {day: local_instant(day, 0, zone_named(asked[1])) for day in sorted(new)}
            in_time[asked] = tuple((at, day) for day, at in begins.items() if stood_before(new[day], at))
            counted = {day for _, day in in_time[asked]}
            missed = (day for day, told in new.items() if told[-1].listed and day not in counted)
            late += [self._late(asked, day, new[day]) for day in missed]
        return _Growth(history, node, lists, in_time, tuple(late))

    def _late(self, asked: _Asked, day: date, told: Sequence[Listing]) -> _Late:
        name, zone = asked
        added = next(each for each in reversed(told) if each.listed)
        path = f"{HOLIDAYS}/{name}{SUFFIX}"
        node, _ = self._tree().node(path)
        line = line_of(node, "dates", day.isoformat()) if isinstance(node, Branch) else 0
        message = (
            f"{day} was added on {format_instant(added.at)}, after its day had begun in {zone}: "
            "it changes no figure of a case from before"
        )
        hint = f"git show {added.commit[:_SHORT]}"
        code, about = "holiday-late", f"{name} {day} {zone}"
        problem = Problem(self._tree().shown(path), line, message, hint, True, code, added.commit, about=about)
        return _Late(local_instant(day, DAY_SECONDS, zone_named(zone)), problem)


def _asked_for(node: Node | None, policy: Policy) -> dict[_Asked, None]:
    """The lists that a policy's calendars name, each with their zones."""
    return {(word.value, zone): None for _, calendar, zone in _calendars(node, policy) for word in _names_in(calendar)}


def _calendars(node: Node | None, policy: Policy) -> Iterator[tuple[str, Branch, str]]:
    """Name, node and zone of each calendar that names holiday lists."""
    section = node.items.get("calendars") if isinstance(node, Branch) else None
    for name, calendar in section.items.items() if isinstance(section, Branch) else ():
        if isinstance(calendar, Branch) and "holidays" in calendar.items and name in policy.calendars:
            yield name, calendar, policy.calendars[name].zone


def _names_in(calendar: Branch) -> tuple[Text, ...]:
    named = calendar.items["holidays"]
    return tuple(word for word in (named.items if isinstance(named, Row) else (named,)) if isinstance(word, Text))


def _with_dates(pinned: Policy, growth: _Growth, since: _Since) -> Policy | None:
    """The policy read again as committed, its lists longer by these dates."""
    lists = {
        _joint(*asked): listed._replace(dates={**listed.dates, **dict.fromkeys(since[asked], "")})
        for asked, listed in growth.lists.items()
    }
    node = growth.node
    if not isinstance(node, Branch):
        return None
    section = node.items["calendars"]
    if not isinstance(section, Branch):
        return None
    asking = {name: _asking(calendar, zone) for name, calendar, zone in _calendars(node, pinned)}
    calendars = section._replace(items={**section.items, **asking})
    return read_policy(node._replace(items={**node.items, "calendars": calendars}), pinned.path, lists)[0]


def _asking(calendar: Branch, zone: str) -> Branch:
    """The calendar's node, asking for its lists as they are in its zone."""
    line = calendar.items["holidays"].line
    words = tuple(word._replace(value=_joint(word.value, zone)) for word in _names_in(calendar))
    return calendar._replace(items={**calendar.items, "holidays": Row(words, line)})


def _joint(name: str, zone: str) -> str:
    return f"{name} in {zone}"
