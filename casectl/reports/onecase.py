"""One case with all that its figures rest on, read without a walk over the others' history."""

from __future__ import annotations

from typing import NamedTuple

from casectl.model.case import Case
from casectl.model.caseid import is_id, path_of
from casectl.model.figures import CaseFigures
from casectl.model.instants import Instant
from casectl.model.policy import Book
from casectl.model.problems import InvalidFiles, NotFound, Problem
from casectl.model.terms import Terms
from casectl.model.timeline import Timeline
from casectl.reports.population import judge, unreadable_now
from casectl.store.objects import ObjectReader
from casectl.store.pinned import PolicyShelf
from casectl.store.repo import Repo
from casectl.store.versions import CaseReader


class OneCase(NamedTuple):
    """A case as of a moment: its life, what judges it, its figures, and the staff of the commit that was read."""

    timeline: Timeline
    case: Case
    terms: tuple[Terms, ...]
    """From its opening, and from each step that moved it to another policy."""
    figures: CaseFigures
    book: Book
    text: bytes
    """The file as that commit holds it."""
    unreadable: tuple[Problem, ...]
    """What is wrong with that file; the case is then as its last readable version has it."""
    commit: str
    as_of: Instant
    warnings: tuple[Problem, ...] = ()
    """Holidays that were listed too late to count for it."""
    goes_on_as: Case | None = None
    """The case that it is merged into, as that commit has it."""

    @property
    def pinned(self) -> Terms:
        """What judges it now: the last of its terms."""
        return self.terms[-1]

    def who(self, mail: str) -> str:
        """The staff key that belongs to a committer's mail address, or the address itself."""
        person = self.book.person_by_mail(mail)
        return person.key if person else mail


def mended_versions(found: OneCase) -> int:
    """How many versions of the file brought mistakes that it does not hold any more."""
    now = {(problem.line, problem.message) for problem in found.unreadable}
    told = (problem for problem in found.timeline.problems if not problem.warning)
    brought = [(problem.line, *problem.message.rpartition(" (commit ")) for problem in told]
    return len({commit for line, message, _, commit in brought if (line, message) not in now})


def one_case(repo: Repo, commit: str, timeline: Timeline, as_of: Instant, to_its_end: bool = False) -> OneCase:
    """The case whose life at `commit` is `timeline`, as of a moment; `to_its_end`: as of its last step where that lies
    later (clocks of clones differ).

    Raises `NotFound` for a case that was opened later; `InvalidFiles` for one that cannot be judged.
    """
    if not timeline.steps:
        raise InvalidFiles(timeline.problems)
    as_of = max(as_of, timeline.steps[-1].at) if to_its_end else as_of
    if timeline.opened.at > as_of:
        raise NotFound(f"{timeline.case_id} was opened after that moment", "give a later --as-of")
    with ObjectReader(repo) as reader:
        shelf = PolicyShelf(repo, reader, commit)
        outcome = judge(shelf, timeline, as_of)
        if isinstance(outcome, Problem):
            raise InvalidFiles([outcome])
        text = reader.read(f"{commit}:{timeline.path}") or b""
        terms, figures = outcome
        book, _ = shelf.book_at(commit, terms[-1].policy.desk)
        mistakes = unreadable_now(reader, commit, timeline)
        case, late = timeline.case(as_of), shelf.warnings
        further = _another(reader, commit, figures.merged_into)
        return OneCase(timeline, case, terms, figures, book, text, mistakes, commit, as_of, late, further)


def _another(reader: ObjectReader, commit: str, case_id: str | None) -> Case | None:
    if case_id is None or not is_id(case_id):
        return None
    path = path_of(case_id)
    content = reader.read(f"{commit}:{path}")
    return None if content is None else CaseReader(case_id, path).read(content)[0]
