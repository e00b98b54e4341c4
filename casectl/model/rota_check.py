"""What can be wrong with a rota that reads well: nobody is on call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from casectl.model.instants import Instant, local_midnight, zone_named
from casectl.model.problems import Problem
from casectl.model.rota import AHEAD_DAYS, Interval, Rota, begun_at, gaps, is_over, needed

_HINT = 'add a shift for it in {path}, or say when somebody must be on: covers: {{mon-fri: "08:00-18:00"}}'
_OVER = "add shifts to it in {path}, or take the rota out"


def check_rotas(rotas: Mapping[str, Rota], path: str, today: date) -> tuple[Problem, ...]:
    """Rotas that have run out, and those with a gap within `AHEAD_DAYS` from `today`, or from their first shift if that
    comes later: a line each. `path` is the file's."""
    return tuple(problem for rota in rotas.values() for problem in _check(rota, path, today))


def gap_words(rota: Rota, found: list[Interval], until: Instant) -> str:
    """`nobody is on from Mon 2026-12-21 08:00 to Wed 2026-12-23 08:00 EST (and 2 more gaps before 2027-02-27)`."""
    begins, ends = found[0]
    before = datetime.fromtimestamp(until, zone_named(rota.zone)).date()
    more = f"{len(found) - 1} more gap{'s' if len(found) > 2 else ''}"
    tail = f" (and {more} before {before})" if len(found) > 1 else ""
    if is_over(rota, begins):
        return f"nobody is on from {_wall(begins, rota.zone)} on{tail}"
    return f"nobody is on from {_stretch(begins, ends, rota.zone)}{tail}"


def _check(rota: Rota, path: str, today: date) -> Iterator[Problem]:
    zone = zone_named(rota.zone)
    since = max(local_midnight(today, rota.zone), begun_at(rota) or 0)
    if is_over(rota, since):
        message = f"rota '{rota.name}' has run out: all of its shifts have ended"
        yield Problem(path, rota.line, message, _OVER.format(path=path))
        return
    first = datetime.fromtimestamp(since, zone).date()
    until = local_midnight(first + timedelta(days=AHEAD_DAYS), rota.zone)
    found = gaps(rota, since, until, needed(rota, since, until))
    if found:
        message = f"rota '{rota.name}': {gap_words(rota, found, until)}"
        yield Problem(path, rota.line, message, _HINT.format(path=path))


def _stretch(begins: Instant, ends: Instant, zone: str) -> str:
    """Both ends on the wall clock of `zone`; the first says which time that is only where it is another's."""
    first, last = _wall(begins, zone), _wall(ends, zone)
    shared = first.rpartition(" ")[2] == last.rpartition(" ")[2]
    return f"{first.rpartition(' ')[0] if shared else first} to {last}"


def _wall(instant: Instant, zone: str) -> str:
    return f"{datetime.fromtimestamp(instant, zone_named(zone)):%a %Y-%m-%d %H:%M %Z}"
