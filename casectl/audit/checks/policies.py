"""What became of the versions of policies: edited in force, made known too late, missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from casectl.audit.finding import Code, Finding, show_file, show_names
from casectl.audit.history import History
from casectl.model.instants import format_instant
from casectl.reports.revisions import revision_table
from casectl.store.book import FOLDER, commit_tree
from casectl.store.objects import ObjectReader
from casectl.store.policy_history import Revision, read_revisions
from casectl.store.policy_tree import is_version

CODES = {
    "policy-edited": Code(
        "major", "A version of a policy was edited, or left unreadable, after it had come into force."
    ),
    "policy-reworded": Code("minor", "A version's audit, name or binding was edited after it had come into force."),
    "policy-removed": Code("major", "A version of a policy was removed while it was in force."),
    "policy-notice": Code("major", "A policy was made known less ahead than the one before it promises."),
    "policy-backdated": Code("major", "A policy was made known after the day from which it is in force."),
    "policy-unreadable": Code("minor", "A version of a policy could not be read."),
    "desk-added": Code("observation", "A desk came after the founding: its first version owed nobody any notice."),
    "policy-missing": Code("major", "For a while a desk had no policy."),
}


def of_history(history: History) -> Iterator[Finding]:
    for desk in sorted(history.desks_touched):
        revisions = read_revisions(history.repo, history.commit, desk)
        yield from _revised(history, desk, revisions)
        yield from _added(history, desk, revisions)
        yield from _gaps(history, desk)


def _revised(history: History, desk: str, revisions: Sequence[Revision]) -> Iterator[Finding]:
    table, _ = revision_table(desk, revisions, history.book, history.commit, history.founding)
    for row in table.rows:
        commit, clause = str(row["commit"]), row["clause"]
        if row["code"] is None:
            continue
        path = f"{FOLDER}/{desk}/{row['version']}.yaml"
        told, clauses = f"{row['what']} {path}: {row['finding']}", clause if isinstance(clause, tuple) else ()
        show = show_file(commit, path)
        yield Finding(str(row["code"]), commit, told, "", desk, clauses, str(row["version"]), show)


def _added(history: History, desk: str, revisions: Sequence[Revision]) -> Iterator[Finding]:
    """The first commit with a version that can be read, where it is no founding one."""
    first = next((each for each in revisions if each.policy), None)
    if first and not history.is_founding(first.commit):
        path = f"{FOLDER}/{desk}/{first.version}.yaml"
        told = f"added the desk {desk} by {path}, in force from {first.effective}"
        yield Finding("desk-added", first.commit, told, desk=desk, show=show_file(first.commit, path))


def _gaps(history: History, desk: str) -> Iterator[Finding]:
    """The times in which none of a desk's versions was there, on the line that others were merged into, though one had
    been."""
    had, gone = False, ""
    with ObjectReader(history.repo) as reader:
        for commit in _line(history, f"{FOLDER}/{desk}/"):
            has = any(map(is_version, commit_tree(history.repo, reader, commit).files(desk)))
            if had and not has and not history.is_founding(commit):
                gone = commit
            elif gone and has:
                yield _gap(history, desk, gone, f"until {format_instant(history.times[commit])}")
                gone = ""
            had = has
    if gone:
        yield _gap(history, desk, gone, "on")


def _line(history: History, folder: str) -> list[str]:
    """The commits that changed what a folder holds, each against its first parent from the last one back; the oldest
    first."""
    line: list[str] = []
    each: str | None = history.commit
    while each:
        if any(touch.path.startswith(folder) for touch in history.touches.get(each, ())):
            line.append(each)
        each = next(iter(history.commits[each].parents), None)
    return line[::-1]


def _gap(history: History, desk: str, gone: str, until: str) -> Finding:
    since = format_instant(history.times[gone])
    told = f"took away the last version of {desk}: it had no policy from {since} {until}"
    return Finding("policy-missing", gone, told, desk=desk, show=show_names(gone))
