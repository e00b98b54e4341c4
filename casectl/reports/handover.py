"""What the next shift, or the next site, must know: open cases by urgency, what is due, owed, promised and said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from casectl.model.calendar import DAY_SECONDS
from casectl.model.figures import CaseFigures, Promise
from casectl.model.instants import Instant, format_instant
from casectl.model.policy import Book, Policy
from casectl.model.rota import on_duty
from casectl.model.sanctions import Site
from casectl.reports.hours import version_in_force
from casectl.reports.population import Population
from casectl.reports.report import Asked, Report, facts_of
from casectl.reports.rotas import duty_table
from casectl.reports.rows import case_cells, columns, stamp
from casectl.reports.standing import is_owed, missing, open_duties
from casectl.reports.table import Cell, Column, Table, tally
from casectl.reports.words import distance, moment
from casectl.reports.worklist import Wanted, select, urgency, why
from casectl.reports.zones import wall_zone, zone_notes
from casectl.sla.opentime import open_time

_CASES = (
    *columns("id external_id policy desk customer priority type status phase owner"),
    Column("assignee", width=16),
    Column("team", shown="wide"),
    Column("level", shown="wide"),
    Column("involved", shown="wide"),
    Column("waiting_for", width=16),
    Column("next_due", "next due", shown="words", width=64),
    Column("due_target", shown="data"),
    Column("due_at", shown="data"),
    Column("contact", "last contact", width=48),
    Column("contact_at", shown="data"),
    Column("owed", width=48),
    Column("promised", width=56),
    Column("handed", "said at handover", width=56),
    Column("title", width=40),
)
_SOLVED = (
    *columns("id desk customer priority status"),
    Column("assignee", width=16),
    Column("solved", shown="words"),
    Column("solved_at", shown="data"),
    Column("owed", width=48),
    Column("title", width=40),
)
_SITES = (
    Column("desk"),
    Column("site"),
    Column("state"),
    Column("at", shown="words"),
    Column("at_utc", shown="data"),
    Column("there", shown="words"),
    Column("on_duty", "on duty"),
    Column("clause", shown="wide"),
)
WEEK = 7 * DAY_SECONDS


def handover(population: Population, asked: Asked) -> list[Table] | None:
    """The open cases; what was solved in the window, which is the shift that ends; who is on call now and next; where
    somebody is now and next. None where no case is open and none was solved."""
    wanted, solved = list(select(population, Wanted())), list(_solved(population, asked))
    if not (wanted or solved) and all(problem.warning for problem in population.exceptions):
        return None
    sites = list(_sites(population, asked))
    owing = sum(_owed(figures) is not None for figures in wanted)
    cases = Table(
        title=f"Handover: {len(wanted)} open",
        columns=_CASES,
        rows=tuple(_case(figures, population, asked) for figures in wanted),
        schema="casectl.handover/1",
        stamp=stamp(population),
        facts=facts_of("handover", population, asked),
        totals={"open": tally({"owed something": owing, "owed nothing": len(wanted) - owing})},
        notes=zone_notes(wanted, asked.zone),
        exceptions=population.exceptions,
    )
    over = Table(f"Solved in the shift: {len(solved)}", _SOLVED, tuple(solved))
    return [cases, over, _on_call(population), Table("Sites", _SITES, tuple(sites))]


def _solved(population: Population, asked: Asked) -> Iterator[dict[str, Cell]]:
    """What was solved in the window; nothing where none is asked for."""
    if asked.since is None and asked.until is None and asked.month is None:
        return
    for figures in population.figures:
        zone, at = population.zone_of(figures), figures.facts.resolved_at
        if at is not None and figures.counts and asked.holds(at, population.as_of, zone):
            shown = moment(at, wall_zone(figures, zone, asked.zone))
            yield {**case_cells(figures), "solved": shown, "solved_at": format_instant(at), "owed": _owed(figures)}


def _on_call(population: Population) -> Table:
    """The rotas that the desks asked about route cases to, or have at a site."""
    named = {name for policy in _desks(population) for name in policy.rotas}
    book = population.book
    mine = replace(book, rotas={name: rota for name, rota in book.rotas.items() if name in named})
    return duty_table(mine, population.commit, population.as_of).table._replace(stamp={}, schema="")


def _case(figures: CaseFigures, population: Population, asked: Asked) -> dict[str, Cell]:
    zone = wall_zone(figures, population.zone_of(figures), asked.zone)
    _, row = urgency(figures)
    contact, facts = figures.facts.contact, figures.facts
    due_at = row.due_at if row else None
    said = None
    if contact is not None:
        who = population.book.person_by_mail(contact.by)
        said = f"{contact.kind} {distance(contact.at, population.as_of)} by {who.key if who else contact.by}"
    return {
        **case_cells(figures),
        **{name: getattr(figures, name) for name in ("team", "level", "waiting_for")},
        "involved": _involved(population.policy_of(figures), figures),
        "next_due": why(figures, population.as_of, zone),
        "due_target": row.target if row else None,
        "due_at": None if due_at is None else format_instant(due_at),
        "contact": said,
        "contact_at": None if contact is None else format_instant(contact.at),
        "owed": _owed(figures),
        "promised": "; ".join(_promised(one, zone) for one in facts.promises if one.state == "open") or None,
        "handed": facts.handed or None,
    }


def _involved(policy: Policy, figures: CaseFigures) -> tuple[str, ...]:
    """The roles that have a part in cases of this rating."""
    priority = policy.priorities.get(figures.priority)
    return priority.involve if priority else ()


def _promised(one: Promise, zone: str) -> str:
    return f"{one.kind} {moment(one.due_at, zone)}" + (f": {one.text}" if one.text else "")


def _owed(figures: CaseFigures) -> str | None:
    clocks = [missing(row) for row in figures.rows if is_owed(row)]
    others = [row.label if row.kind == "contact" else row.duty for row in open_duties(figures)]
    return "; ".join([*clocks, *others]) or None


def _sites(population: Population, asked: Asked) -> Iterator[dict[str, Cell]]:
    """Of each desk that works from several places: where somebody is now, and which comes next."""
    now = population.as_of
    for policy in _desks(population):
        spells = [(site, *_spell(policy, site, now)) for site in policy.sites.values()]
        for site, _, closes in sorted((each for each in spells if each[1] <= now), key=lambda each: each[2]):
            yield _site(policy, site, population.book, ("on until", closes, now), asked)
        later = [each for each in spells if each[1] > now]
        for site, opens, _ in sorted(later, key=lambda each: each[1])[:1]:
            yield _site(policy, site, population.book, ("next from", opens, opens), asked)


def _desks(population: Population) -> Iterator[Policy]:
    """The policy in force of each desk asked about."""
    for desk in population.book.desks():
        if population.desk in (None, desk):
            yield version_in_force(population.book, desk, population.as_of)


def _spell(policy: Policy, site: Site, now: Instant) -> tuple[Instant, Instant]:
    """When somebody is there, now or next: [from, until). Of hours that never end, a week."""
    hours = open_time(policy.calendars[site.calendar], now, now + 2 * WEEK)
    opens = hours.next_opening(now)
    return next(iter(hours.intervals(opens, opens + WEEK)))


def _site(policy: Policy, site: Site, book: Book, when: tuple[str, Instant, Instant], asked: Asked) -> dict[str, Cell]:
    state, at, asked_at = when
    rota = book.rotas.get(site.rota)
    own = policy.calendars[site.calendar].zone
    zone = policy.zone if asked.zone in ("desk", "customer") else asked.zone
    return {
        "desk": policy.desk,
        "site": site.label,
        "state": state,
        "at": moment(at, zone),
        "at_utc": format_instant(at),
        "there": moment(at, own),
        "on_duty": on_duty(rota, asked_at) if rota else None,
        "clause": site.clause,
    }


REPORT = Report(
    help="What the next shift or site must know: open cases, what is due, owed, promised; with a window, which is the "
    "shift that ends, also what was solved in it. Silent when there is nothing.",
    build=handover,
    informs=True,
)
