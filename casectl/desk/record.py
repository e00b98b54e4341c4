"""From a verb to a commit: the only door to the store's write path."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from casectl.desk.consequences import Setting, with_consequences
from casectl.desk.known import UnknownDeskError
from casectl.desk.verb import Opening, Scene
from casectl.model.case import Case
from casectl.model.caseid import ALPHABET, path_of
from casectl.model.change import Change, Moment
from casectl.model.instants import Instant, format_instant
from casectl.model.policy import Book, Policy
from casectl.model.problems import CasectlError, InvalidFiles, NotFound, Problem, did_you_mean
from casectl.model.terms import Terms
from casectl.model.timeline import Timeline
from casectl.store.asked import NOBODY, Asked, Openings
from casectl.store.book import read_book
from casectl.store.history import read_timeline
from casectl.store.objects import ObjectReader
from casectl.store.pinned import PolicyShelf
from casectl.store.recent import recent_cases
from casectl.store.repo import Repo, head_commit, identity, is_shallow
from casectl.store.versions import CaseReader
from casectl.store.write import write_step
from casectl.store.written import Written

Clock = Callable[[], Instant]
Mint = Callable[[int], str]
Life = Callable[[], tuple[str, Timeline]]
"""Gives a commit, and the case's life as that commit tells it."""


def random_characters(amount: int) -> str:
    """So many random characters of the alphabet of IDs."""
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in os.urandom(amount))


def record(
    repo: Repo,
    case_id: str,
    act: Callable[[Scene], Change],
    clock: Clock,
    mint: Mint = random_characters,
    life: Life | None = None,
    asked: Asked = NOBODY,
) -> Written:
    """One step in the life of a case, committed. `act` runs under the lock, on the case as it is then.

    It gets the policy that judges the case: the text that it is pinned to. Finding that takes the case's life; who has
    read it already gives it as `life`. What `asked` has led to before is given again, and nothing is written.
    Raises what the verb raises, `InvalidFiles` for a case or a policy that cannot be read, `CasectlError` without a
    git identity, `Busy` and `NotAllowed` as the store says; whatever it raises, nothing was written.
    """
    who = identity(repo)

    def decide(case: Case | None, now: Instant) -> Change:
        if case is None:
            raise NotFound(f"there is no case {case_id}")
        head = head_commit(repo)
        with ObjectReader(repo) as reader:
            rules = _rules(PolicyShelf(repo, reader, head), case, now, life)
        moment = Moment(now, _name_in(rules.book, who.mail), mint)
        look = partial(case_at, repo, head)
        try:
            change = act(Scene(case, rules.policy, rules.book, moment, rules.terms, rules.timeline, look))
            steps = rules.timeline.steps
            change = with_consequences(change, Setting(case, rules.policy, rules.book, moment, rules.terms, steps))
        except CasectlError as refusal:
            refusal.hint = "; ".join(filter(None, (refusal.hint, rules.remark))) or None
            raise
        change = change._replace(warnings=(*change.warnings, *rules.warnings, *clock_behind(rules.timeline, now)))
        return _signed(change, rules.book, who.mail)

    return write_step(repo, case_id, decide, clock, who, asked)


def record_opening(
    repo: Repo,
    act: Callable[[Opening], Change],
    clock: Clock,
    mint: Mint = random_characters,
    asked: Asked = NOBODY,
) -> Written:
    """A new case, committed. Raises as `record` does. The ID follows from the token of `asked`, if it has one."""
    who = identity(repo)

    def decide(_: Case | None, now: Instant) -> Change | Written:
        commit = head_commit(repo)
        with ObjectReader(repo) as reader:
            book, problems = read_book(repo, commit, reader=reader)
            look = partial(case_at, repo, commit)
            recent = partial(recent_cases, repo, commit, now)
            opening = Opening(book, Moment(now, _name_in(book, who.mail), mint), look, recent)
            change = _open(act, opening, problems)
            while reader.look(f"{commit}:{path_of(change.case_id)}"):
                change = act(opening)
            if asked.token:
                taken, tail = Openings(repo, reader, commit, asked, now).look(change.case_id.partition("-")[0])
                if taken:
                    return taken
                change = _with_tail(act, opening, tail)
        policy = book.policies[str(change.fields["policy"])]
        change = with_consequences(change, Setting(None, policy, book, opening.moment))
        return _signed(change, book, who.mail)

    return write_step(repo, None, decide, clock, who, asked)


def _with_tail(act: Callable[[Opening], Change], opening: Opening, tail: str) -> Change:
    """The opening once more, with these characters where it mints its ID and the same as before everywhere else."""
    minted: list[str] = []

    def remembering(amount: int) -> str:
        minted.append(opening.moment.mint(amount))
        return minted[-1]

    drawn = act(opening._replace(moment=opening.moment._replace(mint=remembering))).case_id.rpartition("-")[2]
    again = iter([tail if each == drawn else each for each in minted])
    return act(opening._replace(moment=opening.moment._replace(mint=lambda amount: next(again))))


def clock_behind(life: Timeline, now: Instant) -> tuple[str, ...]:
    """A clock that was set back: the step counts when the one before it did, and an audit will say so."""
    last = life.steps[-1].at if life.steps else now
    if last <= now:
        return ()
    when = f"the last step of this case, {format_instant(last)}"
    return (f"this machine's clock says {format_instant(now)}, before {when}: the step will count at that time",)


def case_at(repo: Repo, commit: str, case_id: str) -> Case | None:
    """Another case as a commit has it; None for one that is not there or cannot be read."""
    path = path_of(case_id)
    with ObjectReader(repo) as reader:
        content = reader.read(f"{commit}:{path}")
    return None if content is None else CaseReader(case_id, path).read(content)[0]


def _open(act: Callable[[Opening], Change], opening: Opening, problems: tuple[Problem, ...]) -> Change:
    """The opening, unless a version of its desk's policy cannot be read: another might be in force then."""
    try:
        change = act(opening)
    except UnknownDeskError as unknown:
        _refuse_broken(unknown.desk, problems)
        raise
    desk = str(change.fields["policy"]).partition("/")[0]
    _refuse_broken(desk, problems)
    lost = [f"{each}; such a record counts for nothing in this case" for each in _mistakes_in_customers(desk, problems)]
    return change._replace(warnings=(*change.warnings, *lost))


def _mistakes_in_customers(desk: str, problems: tuple[Problem, ...]) -> Iterator[str]:
    """Each mistake of the desk's customers: a case is judged by the records as committed when it was opened."""
    path = f"policies/{desk}/customers.yaml"
    found = (problem for problem in problems if problem.path == path and not problem.warning)
    return (f"{path}:{problem.line}: {problem.message}" for problem in found)


def _refuse_broken(desk: str | None, problems: tuple[Problem, ...]) -> None:
    """Raise `InvalidFiles` for mistakes in the policies of a desk (of any desk, when None)."""
    folder = f"policies/{desk}/" if desk else "policies/"
    mistakes = [
        problem
        for problem in problems
        if not problem.warning and problem.path.startswith(folder) and not problem.path.endswith("/customers.yaml")
    ]
    if mistakes:
        raise InvalidFiles(mistakes, "casectl policy check")


class _Rules(NamedTuple):
    """What a step goes by: the policy that judges the case, everybody as HEAD lists them, and the case's life."""

    policy: Policy
    book: Book
    remark: str = ""
    """For whoever is refused and reads another text at HEAD."""
    warnings: tuple[str, ...] = ()
    terms: tuple[Terms, ...] = ()
    timeline: Timeline = Timeline("", "", ())


def _rules(shelf: PolicyShelf, case: Case, now: Instant, life: Life | None) -> _Rules:
    ref, head = case.need("policy"), shelf.commit
    book, problems = shelf.book_at(head, ref.partition("/")[0])
    if is_shallow(shelf.repo):
        warning = "this clone is shallow: the step goes by the policy as it is now, not as when the case was opened"
        return _Rules(_at_head(case, book, problems), book, "", (warning,))
    timeline = _life_at(shelf.repo, head, case.id, life)
    terms = shelf.pinned(timeline, max(now, timeline.steps[-1].at)) if timeline.steps else ()
    if not terms or isinstance(terms, Problem):
        why = f": {terms.message}" if isinstance(terms, Problem) else ""
        warning = f"the step goes by the policy as it is now{why}"
        return _Rules(_at_head(case, book, problems), book, "", (warning,), (), timeline)
    path, commit = f"policies/{ref}.yaml", terms[-1].since
    now_there, then_there = shelf.reader.look_at_all([f"{head}:{path}", f"{commit}:{path}"])
    same = now_there is not None and then_there is not None and now_there.id == then_there.id
    remark = f"{case.id} is judged by the text of commit {commit[:12]}: git show {commit[:12]}:{path}"
    return _Rules(terms[-1].policy, book, "" if same else remark, (), terms, timeline)


def _life_at(repo: Repo, head: str, case_id: str, life: Life | None) -> Timeline:
    commit, timeline = life() if life else ("", None)
    return timeline if timeline and commit == head else read_timeline(repo, case_id, head)


def _at_head(case: Case, book: Book, problems: tuple[Problem, ...]) -> Policy:
    ref = case.need("policy")
    policy = book.policies.get(ref)
    if policy is None:
        path = f"policies/{ref}.yaml"
        causes = [problem for problem in problems if problem.path == path and not problem.warning]
        missing = Problem(path_of(case.id), 0, f"policy '{ref}' is not in policies/", did_you_mean(ref, book.policies))
        raise InvalidFiles(causes or [missing])
    return policy


def _name_in(book: Book, mail: str) -> str:
    person = book.person_by_mail(mail)
    return person.key if person else mail


def _signed(change: Change, book: Book, mail: str) -> Change:
    """A stranger is warned of; what the program does by itself says so in its trailers, whoever runs it."""
    return change if change.rule else change._replace(warnings=(*change.warnings, *stranger(book, mail)))


def stranger(book: Book, mail: str) -> tuple[str, ...]:
    """What to say of a step by somebody whom the staff list does not have; nothing of one that it has."""
    if book.person_by_mail(mail):
        return ()
    broken = book.staff_mistakes[:1]
    told = tuple(f"{each.path}:{each.line}: {each.message}; nobody's roles are known" for each in broken)
    return told or (f"{mail} is not in policies/staff.yaml: an audit will ask who that is",)
