"""Case files edited by hand become steps: one commit each, exactly the bytes that lie there, at the time of now."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from casectl.model.case import FIELDS, Case
from casectl.model.caseid import path_of
from casectl.model.change import Change
from casectl.model.instants import Instant
from casectl.model.problems import InvalidFiles, NotAllowed, NotFound, Problem
from casectl.store.casefile import parse_case
from casectl.store.edits import find_edits
from casectl.store.land import Landing, land
from casectl.store.objects import ObjectReader
from casectl.store.refusals import refuse_nobody
from casectl.store.repo import Identity, Repo
from casectl.store.rewriting import refuse_rewriting
from casectl.store.trees import REGULAR, read_chain
from casectl.store.versions import CaseReader
from casectl.store.worktree import read_file, refuse_links
from casectl.store.written import Written
from casectl.store.yamltree import decode_text


def edited_cases(repo: Repo) -> list[str]:
    """The cases whose files differ from the last commit or are in none; deleted ones are no edits to adopt."""
    return [each.case_id for each in find_edits(repo) if (repo.root / each.path).is_file()]


def adopt_case(repo: Repo, case_id: str, text: str | None, clock: Callable[[], Instant], who: Identity) -> Written:
    """Commits the case's file as it lies on disk; `text` is for the commit's subject instead of what changed.

    Raises `InvalidFiles` for what no step may do: a file that is no case, log entries edited or removed, fixed fields
    changed, claims of what is yet to come; `NotAllowed` when nothing was edited, and as `write_step` does. When it
    raises, nothing was written.
    """
    refuse_nobody(who)
    return land(repo, _Request(repo, case_id, text, clock, who).prepare)


class _Request(NamedTuple):
    """What `adopt_case` was asked."""

    repo: Repo
    case_id: str
    text: str | None
    clock: Callable[[], Instant]
    who: Identity

    def prepare(self, reader: ObjectReader, head: str) -> Landing:
        """The file as it lies there, held against HEAD as it is now; raises as `adopt_case` does."""
        path = path_of(self.case_id)
        refuse_links(self.repo.root, path)
        chain, content = read_chain(reader, head, path), read_file(self.repo.root / path)
        if content is None:
            raise NotFound(f"there is no file {path}", f"to have it back: git checkout HEAD -- {path}")
        if chain.file and chain.file.mode not in REGULAR:
            raise NotAllowed(f"{path} is no regular file in the last commit", "put the case's file back with git")
        committed = reader.read(chain.file.id) if chain.file else None
        if content == committed:
            raise NotAllowed(f"{self.case_id} has no edits to adopt", f"git status -- {path}")
        before = CaseReader(self.case_id, path).read(committed)[0] if committed is not None else None
        text, case = _read(content, path)
        now = self.clock()
        refuse_rewriting(text, path, before, case, now)
        change = _change(before, case, self.text, is_new=chain.file is None)
        draft = Written(case, change, "", now, path, (), head, before, self.who.mail)
        return Landing(draft, chain, content, self.who, lies_there=True)


def _read(content: bytes, path: str) -> tuple[str, Case]:
    text, problems = decode_text(content, path)
    case = None
    if text is not None:
        case, problems = parse_case(text, path)
    if text is None or case is None:
        raise InvalidFiles(problems, "correct the file, then try again; nothing was written")
    if path_of(case.id) != path:
        raise InvalidFiles([Problem(path, 1, f"the file says that it is {case.id}", "its name is its ID")])
    return text, case


def _change(before: Case | None, case: Case, text: str | None, is_new: bool) -> Change:
    old = before or Case({})
    names = [spec.name for spec in FIELDS if old.fields.get(spec.name) != case.fields.get(spec.name)]
    new = case.log[len(old.log) :]
    grown = [f"{len(new)} log {'entry' if len(new) == 1 else 'entries'} more"] if new else []
    said = ", ".join([*names, *grown]) or "layout only"
    if before is None:
        said = "opened by hand" if is_new else "readable again"
    fields = {name: case.fields.get(name) for name in names}
    return Change("adopt", case.id, text or said, fields, new, event="open" if is_new else "adopt")
