"""Case files edited by hand become steps: one commit each, exactly the bytes that lie there, at the time of now."""

from __future__ import annotations

import os
from collections.abc import Callable

from casectl.model.case import FIELDS, Case
from casectl.model.caseid import path_of
from casectl.model.change import Change
from casectl.model.instants import Instant
from casectl.model.problems import InvalidFiles, NotAllowed, NotFound, Problem
from casectl.store.casefile import parse_case
from casectl.store.commits import message_of, move_branch, write_blob
from casectl.store.durable import sync_branch, sync_objects
from casectl.store.git import run_git
from casectl.store.heal import heal
from casectl.store.hooks import make_commit, run_after
from casectl.store.index import IndexChange
from casectl.store.interrupts import undisturbed
from casectl.store.lock import lock
from casectl.store.lookup import is_case_path
from casectl.store.objects import ObjectReader
from casectl.store.refusals import refuse_nobody, refuse_unwritable
from casectl.store.repo import Identity, Repo, head_commit
from casectl.store.trees import NEW_FILE, Chain, graft, read_chain
from casectl.store.unfinished import Note, arrived, drop, note
from casectl.store.versions import CaseReader
from casectl.store.worktree import read_file, refuse_links
from casectl.store.written import Written


def edited_cases(repo: Repo) -> list[str]:
    """The cases whose files differ from the last commit or are in none; deleted ones are no edits to adopt."""
    said = run_git(repo, "status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--", "cases")
    lines = said.decode(errors="replace").split("\0")
    paths = [line[3:] for line in lines if is_case_path(line[3:]) and (repo.root / line[3:]).is_file()]
    return sorted(path.rpartition("/")[2].removesuffix(".yaml") for path in paths)


def adopt_case(repo: Repo, case_id: str, text: str | None, clock: Callable[[], Instant], who: Identity) -> Written:
    """Commits the case's file as it lies on disk; `text` is for the commit's subject instead of what changed.

    Raises `InvalidFiles` for what no step may do: a file that is no case, log entries edited or removed, fixed fields
    changed; `NotAllowed` when nothing was edited, and as writing a step does. When it raises, nothing was written.
    """
    refuse_nobody(who)
    with lock(repo), ObjectReader(repo) as reader:
        refuse_unwritable(repo)
        head = head_commit(repo)
        heal(repo, reader, head)
        path = path_of(case_id)
        refuse_links(repo.root, path)
        chain, content = read_chain(reader, head, path), read_file(repo.root / path)
        if content is None:
            raise NotFound(f"there is no file {path}", f"to have it back: git checkout HEAD -- {path}")
        before = _before(reader, chain, case_id)
        case = _read(content, path)
        refuse_rewriting(content.decode(), path, before, case)
        change = _change(before, case, text)
        draft = Written(case, change, "", clock(), path, (), head, before, who.mail)
        written = _commit(repo, chain, draft, content, who)
    run_after(repo)
    return written


def refuse_rewriting(text: str, path: str, before: Case | None, case: Case) -> None:
    """Raises `InvalidFiles` where the file goes back on what was recorded: the log only grows, and claims stay."""
    problems = []
    for spec in FIELDS:
        if before and spec.fixed and before.fields.get(spec.name) != case.fields.get(spec.name):
            hint = "it was fixed when the case was opened: put it back"
            problems.append(Problem(path, _line(text, f"{spec.name}:"), f"{spec.name} was changed", hint))
    if before and case.log[: len(before.log)] != before.log:
        kept = {entry.id: entry for entry in case.log}
        for entry in before.log:
            if kept.get(entry.id) != entry:
                deed = "edited" if entry.id in kept else "removed"
                hint = "the log only grows: put it back; casectl undo takes a step back on the record"
                problems.append(Problem(path, _line(text, f"id: {entry.id}"), f"log entry {entry.id} was {deed}", hint))
        if not problems:
            problems.append(Problem(path, _line(text, "log:"), "log entries were moved", "new ones come at the end"))
    if problems:
        raise InvalidFiles(problems, "nothing was written")


def _before(reader: ObjectReader, chain: Chain, case_id: str) -> Case | None:
    content = reader.read(chain.file.id) if chain.file else None
    return None if content is None else CaseReader(case_id, chain.path).read(content)[0]


def _read(content: bytes, path: str) -> Case:
    try:
        case, problems = parse_case(content.decode(), path)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise InvalidFiles([Problem(path, line, "the file is not UTF-8")], "nothing was written") from None
    if case is None:
        raise InvalidFiles(problems, "correct the file, then try again; nothing was written")
    if path_of(case.id) != path:
        raise InvalidFiles([Problem(path, 1, f"the file says that it is {case.id}", "its name is its ID")])
    return case


def _change(before: Case | None, case: Case, text: str | None) -> Change:
    old = before.fields if before else {}
    names = [spec.name for spec in FIELDS if old.get(spec.name) != case.fields.get(spec.name)]
    new = case.log[len(before.log) if before else 0 :]
    grown = [f"{len(new)} log {'entry' if len(new) == 1 else 'entries'} more"] if new else []
    said = "opened by hand" if before is None else ", ".join([*names, *grown]) or "layout only"
    fields = {name: case.fields.get(name) for name in names}
    return Change("adopt", case.id, text or said, fields, new, event="adopt" if before else "open")


def _line(text: str, wanted: str) -> int:
    lines = text.splitlines()
    return next((at for at, line in enumerate(lines, 1) if line.lstrip(" -").startswith(wanted)), 0)


def _commit(repo: Repo, chain: Chain, draft: Written, content: bytes, who: Identity) -> Written:
    blob, folders, parent = write_blob(repo, content), list[str](), draft.parent
    if chain.file and chain.file.id == blob:
        raise NotAllowed(f"{draft.case.id} has no edits to adopt", f"git status -- {chain.path}")
    tree = graft(repo, chain, blob, None, folders)
    commit = make_commit(repo, tree, (parent,), message_of(draft.change), who, draft.at)
    with IndexChange(repo, True) as index:
        index.add([(chain.file.mode if chain.file else NEW_FILE, blob, chain.path)])
        sync_objects(repo, [commit, blob, *folders])
        about = Note(draft.case.id, chain.file.id if chain.file else None, blob, commit, draft.at, os.getpid())
        with undisturbed():
            try:
                note(repo, about)
                move_branch(repo, commit, parent, f"{draft.case.id} adopt", who, draft.at)
            except BaseException:
                drop(repo, about)
                raise
            sync_branch(repo)
            index.put()
            arrived(repo, about)
    return draft._replace(commit=commit)
