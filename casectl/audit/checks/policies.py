"""What became of the policies: edited in force, made known too late, missing, and holidays listed after their day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime

from casectl.audit.finding import Code, Finding, show_file, show_names
from casectl.audit.history import History, Touch
from casectl.audit.merges import own_touches
from casectl.model.instants import format_instant
from casectl.model.people_reader import read_customers, read_holidays
from casectl.model.policy import Customer
from casectl.reports.revisions import revision_table
from casectl.reports.words import count
from casectl.store.book import FOLDER, CommitTree, commit_tree
from casectl.store.commitlog import Commit
from casectl.store.objects import ObjectReader
from casectl.store.policy_history import Revision, read_revisions
from casectl.store.policy_tree import CUSTOMERS, HOLIDAYS, is_version

SOME_DAYS = 3
"""Of many that a finding names."""

CODES = {
    "policy-edited": Code("major", "A version of a policy was edited after it had come into force."),
    "policy-reworded": Code("minor", "A version was edited after it had come into force, where no figure rests on it."),
    "policy-removed": Code("major", "A version of a policy was removed while it was in force."),
    "policy-notice": Code("major", "A policy was made known less ahead than the one before it promises."),
    "policy-backdated": Code("major", "A policy was made known after the day from which it is in force."),
    "policy-unreadable": Code("minor", "A version of a policy could not be read."),
    "policy-missing": Code("major", "For a while a desk had no policy."),
    "customer-changed": Code("observation", "What a desk promises a customer was changed in the customer's record."),
    "holidays-changed": Code(
        "observation", "Days to come became holidays, or are none any more: open cases are due later."
    ),
    "holiday-late": Code("minor", "A holiday was put on a list on its day or after it."),
}


def of_history(history: History) -> Iterator[Finding]:
    yield from _customers(history)
    yield from _holidays(history)
    for desk in sorted(history.desks_touched):
        yield from _revised(history, desk, read_revisions(history.repo, history.commit, desk))
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


def _customers(history: History) -> Iterator[Finding]:
    """Records of customers that were changed or taken away, what they spent aside."""
    with ObjectReader(history.repo) as reader:
        tree = commit_tree(history.repo, reader, history.commit)
        for commit in history.commits.values():
            skipped = len(commit.parents) > 1 or history.is_founding(commit.id)
            for touch in () if skipped else history.touches.get(commit.id, ()):
                if touch.path.startswith(f"{FOLDER}/") and touch.path.endswith(f"/{CUSTOMERS}") and touch.status != "A":
                    yield from _changed(tree, commit.id, touch)


def _changed(tree: CommitTree, commit: str, touch: Touch) -> Iterator[Finding]:
    desk = touch.path.split("/")[1]
    path = touch.path.removeprefix(f"{FOLDER}/")
    before, now = (_records(tree, blob, path) for blob in (touch.old, touch.new))
    names = sorted(name for name, record in before.items() if now.get(name) != record)
    if names:
        told = f"changed the record of {', '.join(names)} in {touch.path}: cases opened before keep the old one"
        yield Finding("customer-changed", commit, told, desk=desk, about=touch.path, show=show_file(commit, touch.path))


def _records(tree: CommitTree, blob: str, path: str) -> dict[str, Customer]:
    """What a version of the file says of each customer, but for what they spent; nothing where it cannot be read."""
    node = tree.parsed(blob, path)[0] if blob.strip("0") else None
    records = read_customers(node, tree.shown(path))[0] if node is not None else {}
    return {name: record._replace(spend={}) for name, record in records.items()}


def _holidays(history: History) -> Iterator[Finding]:
    """Days that were to come when a list was changed: cases that were open then are due by the new list."""
    with ObjectReader(history.repo) as reader:
        tree = commit_tree(history.repo, reader, history.commit)
        for commit in history.commits.values():
            for touch in own_touches(history, commit, _is_list) if commit.parents else ():
                if not history.is_founding(commit.id):
                    yield from _days(tree, commit, touch)


def _is_list(path: str) -> bool:
    return path.startswith(f"{FOLDER}/{HOLIDAYS}/")


def _days(tree: CommitTree, commit: Commit, touch: Touch) -> Iterator[Finding]:
    before, now = (_dates(tree, blob, touch.path.removeprefix(f"{FOLDER}/")) for blob in (touch.old, touch.new))
    today = datetime.fromtimestamp(commit.committer.at or 0, UTC).date()
    ways = (("put {} on", now - before), ("took {} off", before - now))
    told = [words.format(_listed(days)) for words, found in ways if (days := sorted(d for d in found if d >= today))]
    if told:
        sentence, show = f"{' and '.join(told)} {touch.path}", show_file(commit.id, touch.path)
        yield Finding("holidays-changed", commit.id, sentence, about=touch.path, show=show)


def _listed(days: Sequence[date]) -> str:
    more = ", ..." if len(days) > SOME_DAYS else ""
    return f"{count(len(days), 'day')} to come ({', '.join(map(str, days[:SOME_DAYS]))}{more})"


def _dates(tree: CommitTree, blob: str, path: str) -> set[date]:
    """The days that a version of a list names; none where it cannot be read."""
    node = tree.parsed(blob, path)[0] if blob.strip("0") else None
    listed = read_holidays(node, tree.shown(path))[0] if node is not None else None
    return set(listed.dates) if listed else set()


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


def at_the_end(history: History) -> Iterator[Finding]:
    for problem in history.warnings:
        show = show_file(problem.commit, problem.path)
        yield Finding(problem.code, problem.commit, problem.message, about=problem.about, show=show)
