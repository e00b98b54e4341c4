"""What a pack shows of each case of the sample: its file, its steps, the ledger of each figure, its commits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from casectl.model.caseid import path_of
from casectl.model.instants import Instant, format_instant
from casectl.model.problems import CasectlError, InvalidFiles
from casectl.model.timeline import Timeline
from casectl.reports.explain import explained, ledger_table
from casectl.reports.lifelog import told
from casectl.reports.onecase import one_case
from casectl.reports.plain import plain
from casectl.reports.render import render, render_all
from casectl.reports.table import Cell, Table, sheet
from casectl.store.commitlog import Commit, hand_lines, parse_commit
from casectl.store.lives import read_changes, read_lives
from casectl.store.objects import ObjectReader
from casectl.store.repo import Repo

FOLDER = "sample"
TIMELINE_COLUMNS = "commit at committed_at authored_at counts author committer what"


class Told(NamedTuple):
    """A commit, and its lines on who made it when as git stores them: `Name <mail> seconds zone`."""

    commit: Commit
    author: str
    committer: str


class Closely(NamedTuple):
    """A case of the sample, and what the repository has of it."""

    case_id: str
    life: Timeline
    content: bytes | None
    """Its file at the commit; None where there is none."""
    commits: tuple[Told, ...]
    """Each commit that changed its file, oldest first, also one that is no step: a merge, an unreadable version."""
    deleted_in: str


def sample_files(
    repo: Repo, commit: str, until: Instant, drawn: Sequence[str], deleted_in: dict[str, str]
) -> dict[str, bytes]:
    """The files of `sample/`, by path. `deleted_in` says of cases that `commit` has no more which one deleted them."""
    lives = read_lives(repo, commit, drawn)
    changes = read_changes(repo, commit, drawn)
    files: dict[str, bytes] = {}
    with ObjectReader(repo) as reader:
        for case_id in drawn:
            found = reader.look(f"{commit}:{path_of(case_id)}")
            content = found.content if found and found.type == "blob" else None
            names = list(dict.fromkeys(change.commit for change in changes[case_id]))
            commits = tuple(_commits(reader, names))
            each = Closely(case_id, lives[case_id], content, commits, deleted_in.get(case_id, ""))
            folder = f"{FOLDER}/{case_id}"
            files |= {f"{folder}/{name}": text for name, text in _files(repo, commit, until, each)}
    return files


def _commits(reader: ObjectReader, names: Sequence[str]) -> Iterator[Told]:
    for found in reader.look_at_all(names):
        if found is not None and found.type == "commit":
            yield Told(parse_commit(found.id, found.content), *hand_lines(found.content))


def _files(repo: Repo, commit: str, until: Instant, each: Closely) -> Iterator[tuple[str, bytes]]:
    if each.content is not None:
        yield "case.yaml", each.content
    else:
        yield "deleted.txt", _deletion(each, commit).encode()
    yield "timeline.csv", render(_timeline(each, until), "csv").encode()
    yield "ledger.txt", _ledger(repo, commit, until, each.life).encode()
    yield "commits.txt", "\n".join(map(_commit_words, each.commits)).encode()


def _deletion(each: Closely, commit: str) -> str:
    path = path_of(each.case_id)
    if not each.deleted_in:
        return f"{path} is no file at commit {commit}: something else stands in its place.\n"
    return (
        f"{path} is not there at commit {commit}.\n"
        f"It was deleted by commit {each.deleted_in}; its last version:\n"
        f"git show {each.deleted_in}^:{path}\n"
    )


def _timeline(each: Closely, until: Instant) -> Table:
    """The steps that the file's history tells, in the order in which they count. `at` is the effective time: never
    before that of the step before it; `committed_at` is what the commit says."""
    commits = {found.commit.id: found for found in each.commits}
    return sheet("Steps", TIMELINE_COLUMNS, _steps(each.life, commits, until))


def _steps(life: Timeline, commits: dict[str, Told], until: Instant) -> Iterator[dict[str, Cell]]:
    for step in life.steps:
        raw = commits.get(step.commit)
        yield {
            "commit": step.commit,
            "at": format_instant(step.at),
            "committed_at": _utc(raw.commit.committer.at if raw else None),
            "authored_at": _utc(raw.commit.author.at if raw else None),
            "counts": step.at <= until,
            "author": raw.author if raw else None,
            "committer": raw.committer if raw else None,
            "what": told(life, step, "UTC"),
        }


def _ledger(repo: Repo, commit: str, until: Instant, life: Timeline) -> str:
    """What `casectl explain` prints of the case; why it prints nothing, where nothing can judge it."""
    try:
        found = one_case(repo, commit, life, until)
        rows = explained(found)
    except InvalidFiles as broken:
        return "".join(f"{plain(str(problem))}\n" for problem in broken.problems) or "no version can be read\n"
    except CasectlError as mistake:
        return f"{plain(mistake.message)}\n"
    return render_all([ledger_table(row, found) for row in rows]) if rows else "no target applies to this case\n"


def _commit_words(raw: Told) -> str:
    lines = {
        "commit": raw.commit.id,
        "author": raw.author,
        "committer": raw.committer,
        "authored": _utc(raw.commit.author.at) or "-",
        "committed": _utc(raw.commit.committer.at) or "-",
        "subject": raw.commit.subject,
    }
    return "".join(f"{name:<9}  {plain(text)}\n" for name, text in lines.items())


def _utc(instant: Instant | None) -> str | None:
    return None if instant is None else format_instant(instant)
