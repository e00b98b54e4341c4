"""A believable month at the shipped desks, as real git history: the same for the same seed and moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from casectl.desk.demo_aims import is_overturned
from casectl.desk.demo_examples import read_examples
from casectl.desk.demo_life import DAY, DemoLife, Done
from casectl.desk.demo_month import DEMO_DAYS, Month
from casectl.model.instants import Instant
from casectl.model.problems import CasectlError
from casectl.store.book import read_book
from casectl.store.bulk import BulkStep, write_bulk, write_commit_graph
from casectl.store.canonical import dump
from casectl.store.commits import message_of
from casectl.store.create import create_repo
from casectl.store.driver import set_driver
from casectl.store.repo import Identity, Repo, head_commit
from casectl.store.shipped import shipped_desks, shipped_examples, shipped_files

WHO = Identity("casectl demo", "demo@example.com")


@dataclass(frozen=True, slots=True)
class Demo:
    """What was made."""

    repo: Repo
    cases: int
    steps: int
    example: str
    """The ID of a case with many kinds of steps, worth looking at."""
    overturned: str
    """The ID of a case with a breach that an exemption took away; empty when there is none."""


def make_demo(
    root: Path,
    seed: int,
    as_of: Instant,
    cases: int,
    files: dict[str, str],
    on_progress: Callable[[int], None] | None = None,
) -> Demo:
    """A case repository in `root` (new or empty) with about `cases` cases opened in the month before `as_of`.

    There are no fewer than it takes to show every kind of breach and every state of a clock (`demo_aims`).
    `files` are those that every new repository gets beside the desks' own. Needs no git identity: the people of the
    shipped `staff.yaml` act. Raises as `create_repo` does; on failure nothing but the empty repository is left.
    """
    begin = as_of - (DEMO_DAYS + 200) * DAY
    desks = {desk: shipped_files(desk) for desk in shipped_desks()}
    contents = files | {path: text for shipped in desks.values() for path, text in shipped.items()}
    repo = create_repo(root, contents, "Set up the demo desks", begin, WHO)
    set_driver(repo)
    book, problems = read_book(repo, head_commit(repo))
    if any(not problem.warning for problem in problems):
        raise CasectlError("the shipped policies cannot be read", "casectl policy check")
    examples = {desk: read_examples(*shipped_examples(desk)) for desk in desks}
    lives = list(Month(book, examples, Random(seed), as_of).lives(cases))
    done = sorted((each for life in lives for each in life.done), key=lambda each: (each.at, each.case.id))
    write_bulk(repo, (_step(each) for each in done), on_progress=on_progress)
    write_commit_graph(repo)
    return Demo(repo, len(lives), len(done), _worth_a_look(lives), _overturned(lives))


def _worth_a_look(lives: list[DemoLife]) -> str:
    """The case with the most kinds of steps; the first of them by ID."""
    verbs = {life.case.id: {each.change.verb for each in life.done} for life in lives}
    return min(verbs, key=lambda case_id: (-len(verbs[case_id]), case_id), default="")


def _overturned(lives: list[DemoLife]) -> str:
    return next((life.case.id for life in lives if is_overturned(life)), "")


def _step(done: Done) -> BulkStep:
    return BulkStep(
        done.case.id, dump(done.case), done.at, done.by.name, done.by.mail, message_of(done.change, done.request)
    )
