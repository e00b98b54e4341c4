"""A believable month at the shipped desks, as real git history: the same for the same seed and moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from casectl.desk.demo_examples import Examples, Report, read_examples
from casectl.desk.demo_life import DAY, HOUR, MINUTE, Deed, DemoLife
from casectl.model.caseid import path_of
from casectl.model.instants import Instant, zone_named
from casectl.model.policy import Book, Person, Policy
from casectl.model.problems import CasectlError
from casectl.store.book import read_book
from casectl.store.bulk import BulkStep, write_bulk, write_commit_graph
from casectl.store.canonical import dump
from casectl.store.commits import message_of
from casectl.store.create import create_repo
from casectl.store.repo import Identity, Repo, head_commit
from casectl.store.shipped import shipped_desks, shipped_examples, shipped_files

DEMO_DAYS = 31
AROUND_THE_CHANGE = 4
"""So many cases are opened around the last clock change, be it in this month or months ago."""
WHO = Identity("casectl demo", "demo@example.com")


@dataclass(frozen=True, slots=True)
class Demo:
    """What was made."""

    repo: Repo
    cases: int
    steps: int
    example: str
    """The ID of a case with a breach and a wait, worth looking at."""


def make_demo(
    root: Path,
    seed: int,
    as_of: Instant,
    cases: int,
    files: dict[str, str],
    on_progress: Callable[[int], None] | None = None,
) -> Demo:
    """A case repository in `root` (new or empty) with about `cases` cases opened in the month before `as_of`.

    `files` are those that every new repository gets beside the desks' own. Needs no git identity: the people of the
    shipped `staff.yaml` act. Raises as `create_repo` does; on failure nothing but the empty repository is left.
    """
    begin = as_of - (DEMO_DAYS + 200) * DAY
    desks = {desk: shipped_files(desk) for desk in shipped_desks()}
    contents = files | {path: text for shipped in desks.values() for path, text in shipped.items()}
    repo = create_repo(root, contents, "Set up the demo desks", begin, WHO)
    book, problems = read_book(repo, head_commit(repo))
    if any(not problem.warning for problem in problems):
        raise CasectlError("the shipped policies cannot be read", "casectl policy check")
    examples = {desk: read_examples(*shipped_examples(desk)) for desk in desks}
    deeds = sorted(_month(book, examples, Random(seed), as_of, cases), key=lambda deed: (deed.at, deed.case.id))
    write_bulk(repo, (_step(deed) for deed in deeds), on_progress=on_progress)
    write_commit_graph(repo)
    return Demo(repo, len({deed.case.id for deed in deeds}), len(deeds), _worth_a_look(deeds))


def _worth_a_look(deeds: list[Deed]) -> str:
    """The case with the most kinds of steps; the first of them by ID."""
    verbs: dict[str, set[str]] = {}
    for deed in deeds:
        verbs.setdefault(deed.case.id, set()).add(deed.change.verb)
    return min(verbs, key=lambda case_id: (-len(verbs[case_id]), case_id), default="")


def _step(deed: Deed) -> BulkStep:
    return BulkStep(
        deed.case.id, dump(deed.case), deed.at, deed.by.name, deed.by.mail, message_of(deed.change, deed.request)
    )


def _month(book: Book, examples: dict[str, Examples], random: Random, as_of: Instant, cases: int) -> Iterator[Deed]:
    taken: set[str] = set()
    misses = [(desk, target) for desk in examples for target in _policy(book, desk, as_of).targets]
    for number in range(cases):
        miss = number - AROUND_THE_CHANGE
        desk, late = misses[miss] if 0 <= miss < len(misses) else (_some_desk(examples, random), None)
        reported = _moment(random, as_of, number, cases, _policy(book, desk, as_of).zone)
        policy = _policy(book, desk, reported)
        life = DemoLife(book, policy, examples[desk], _first_line(book, policy), random, as_of, late)
        report = _some_report(examples[desk].reports, policy, late, random)
        deeds = life.live(report, reported, random.choice(sorted(book.customers[desk])))
        if deeds and path_of(deeds[0].case.id) not in taken:
            taken.add(path_of(deeds[0].case.id))
            yield from deeds


def _some_desk(examples: dict[str, Examples], random: Random) -> str:
    desks = list(examples)
    return random.choices(desks, [examples[desk].weight for desk in desks])[0]


def _some_report(reports: tuple[Report, ...], policy: Policy, late: str | None, random: Random) -> Report:
    """One of the reports by weight; of those that the target to be missed is about, when there is one."""
    scope = policy.targets[late].scope.values if late else {}
    types, channels = scope.get("type"), scope.get("channel")
    fitting = [
        replace(one, channels=tuple(name for name in one.channels if not channels or name in channels))
        for one in reports
        if not types or one.type in types
    ]
    able = [one for one in fitting if one.channels]
    return random.choices(able, [one.weight for one in able])[0]


def _first_line(book: Book, policy: Policy) -> tuple[Person, ...]:
    """The staff who stand on the first rung of one of the desk's ladders; everybody where there is none."""
    staff = [person for person in book.staff.values() if not person.desks or policy.desk in person.desks]
    roles = {ladder.levels[0].role for ladder in policy.ladders.values() if ladder.levels}
    return tuple(person for person in staff if roles.intersection(person.roles)) or tuple(staff)


def _policy(book: Book, desk: str, at: Instant) -> Policy:
    policy = book.in_force(desk, datetime.fromtimestamp(at, UTC).date())
    if policy is None:
        raise CasectlError(f"no policy of {desk} is in force by then", "choose a later --as-of")
    return policy


def _moment(random: Random, as_of: Instant, number: int, cases: int, zone: str) -> Instant:
    """When something is reported: mostly by day, some nights and weekends, and a few around the last clock change."""
    if number < AROUND_THE_CHANGE:
        change = last_clock_change(as_of - 3 * DAY, zone)
        if change is not None:
            return change + random.randint(-14 * HOUR, 10 * HOUR)
    local = datetime.fromtimestamp(as_of, zone_named(zone)).replace(hour=0, minute=0, second=0)
    day = local - timedelta(days=DEMO_DAYS * (cases - number) / cases)
    shape = random.random()
    if day.weekday() >= 5 and shape < 0.6:
        day -= timedelta(days=random.choice((2, 3)))
    hour = random.uniform(8, 17.5) if shape < 0.82 else random.uniform(0, 24)
    midnight = day.replace(hour=0, minute=0, second=0, microsecond=0)
    return int(midnight.timestamp()) + int(hour * HOUR) // MINUTE * MINUTE + random.randint(0, 59)


def last_clock_change(before: Instant, zone: str) -> Instant | None:
    """The last instant before `before` at which the zone's offset from UTC changed, within 200 days; None if none."""
    hours = range(before // HOUR, before // HOUR - 200 * 24, -1)
    known = zone_named(zone)

    def offset(hour: int) -> timedelta | None:
        return datetime.fromtimestamp(hour * HOUR, known).utcoffset()

    return next((hour * HOUR for hour in hours if offset(hour) != offset(hour - 1)), None)
