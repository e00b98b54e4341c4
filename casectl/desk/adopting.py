"""A hand edit becomes a step of the desk's: taken as it lies there, and told of what its policy would have refused."""

from __future__ import annotations

from collections.abc import Iterator

from casectl.desk.record import Clock, clock_behind, stranger
from casectl.desk.wording import personal_data
from casectl.model.problems import CasectlError, Problem
from casectl.model.timeline import Timeline
from casectl.sla.soundness import sound_steps
from casectl.store.adopt import adopt_case
from casectl.store.book import read_book
from casectl.store.history import read_timeline
from casectl.store.objects import ObjectReader
from casectl.store.pinned import PolicyShelf
from casectl.store.repo import Repo, identity, is_shallow
from casectl.store.written import Written

_TEXTS = ("title", "description", "resolution", "reason_for_outage")


def adopt(repo: Repo, case_id: str, text: str | None, clock: Clock) -> Written:
    """The case's file as it lies there, committed; `text` is for the commit instead of what changed.

    Raises as `store.adopt.adopt_case` does, and `CasectlError` without a git identity. What is odd about the step and
    no reason to refuse it is among its warnings: git alone would have committed it without a word.
    """
    who = identity(repo)
    written = adopt_case(repo, case_id, text, clock, who)
    return written._replace(warnings=(*written.warnings, *_private(written), *_remarks(repo, written)))


def _private(written: Written) -> Iterator[str]:
    for name in _TEXTS:
        if name in written.change.fields:
            yield from personal_data(written.case.text(name), name)
    for entry in written.change.entries:
        yield from personal_data(str(entry.fields.get("text", "")), f"log entry {entry.id}")


def _remarks(repo: Repo, written: Written) -> list[str]:
    """The step stands: that one of these cannot be told is only worth a warning, too."""
    try:
        found = list(stranger(read_book(repo, written.commit)[0], written.author))
        if is_shallow(repo):
            return found
        life = read_timeline(repo, written.case.id, written.commit)
        return [*found, *clock_behind(life, written.at), *_unsound(repo, written.commit, life)]
    except CasectlError as error:
        return [f"whether the step is sound cannot be told: {error.message}"]


def _unsound(repo: Repo, commit: str, life: Timeline) -> Iterator[str]:
    """Words that the policy which judges the case does not have; why nothing judges it, if so."""
    if not life.steps:
        return
    with ObjectReader(repo) as reader:
        terms = PolicyShelf(repo, reader, commit).pinned(life, life.steps[-1].at)
    problems = (terms,) if isinstance(terms, Problem) else sound_steps(life, life.steps, terms)[1]
    for each in problems:
        if not each.warning:
            yield f"{each.message}: the case is not judged until that is put right"
