"""From the contents of one case's file, commit by commit, to the versions that `model.fold` takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from casectl.model.case import Case, Value
from casectl.model.fold import Version, fold
from casectl.model.problems import Problem
from casectl.model.rawcase import entries_from_raw, fields_from_raw
from casectl.model.timeline import Timeline
from casectl.store.canonical import MAX_BYTES, scan_header, scan_log, split
from casectl.store.gitlog import FileChange, Mark, read_mark

Follows = Callable[[Sequence[str]], list[tuple[int, ...]]]
"""For commits, parents before children: the positions of the nearest ancestors of each among them."""
Content = Callable[[bytes], bytes | None]
"""What a blob holds; None where that is missing. Each is asked for once, in the order in which marks name them."""
Parsed = tuple[Case | None, tuple[Problem, ...]]


def timeline_of(case_id: str, path: str, marks: Sequence[Mark], content: Content, follows: Follows) -> Timeline:
    """The timeline of the file at `path`. `marks` come oldest first; `content` knows every blob that they name.

    `follows` is asked only where the contents do not show that the history is one line.
    """
    commits = [tuple(changes) for _, changes in groupby(map(read_mark, marks), key=lambda change: change.commit)]
    line = _in_line(commits)
    history = _History(case_id, path, content)
    for changes in line or commits:
        history.add(changes)
    names = [version.commit for version in history.versions]
    ancestors = follows(names) if line is None else [(place - 1,) if place else () for place in range(len(names))]
    versions = [version._replace(follows=own) for version, own in zip(history.versions, ancestors, strict=True)]
    return fold(case_id, path, versions, history.problems)


def _in_line(commits: Sequence[tuple[FileChange, ...]]) -> list[tuple[FileChange, ...]] | None:
    """The commits that made the file what it is, where contents prove that each follows the last; else None.

    They do when each commit changes what the last one made and makes what nothing had been before: what it changed can
    have come from nowhere else. A merge that has what the line came to adds nothing to it.
    """
    line: list[tuple[FileChange, ...]] = []
    known: set[bytes | None] = {None}
    tip: bytes | None = None
    for changes in commits:
        if len(changes[0].parents) > 1:
            if changes[0].new != tip or any(change.old not in known for change in changes):
                return None
            continue
        (change,) = changes
        if change.old != tip or change.new in known:
            return None
        tip = change.new
        known.add(tip)
        line.append(changes)
    return line


class CaseReader:
    """Reads versions of one case's file. What a version shares with the one read before it is not read again."""

    def __init__(self, case_id: str, path: str) -> None:
        self._id = case_id
        self._path = path
        self._header: str | None = None
        self._log = ""
        self._case = Case({})
        self._names: set[str] = set()

    def read(self, content: bytes) -> Parsed:
        """The case that these bytes hold, or None and what is wrong with them."""
        try:
            text = content.decode()
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            return None, (Problem(self._path, line, "not UTF-8 text", "save the file as UTF-8"),)
        case = self._scan(text) if len(content) <= MAX_BYTES else None
        if case is not None:
            return case, ()
        from casectl.store.casefile import parse_case

        return parse_case(text, self._path)

    def _scan(self, text: str) -> Case | None:
        """The case if the text is canonical and sound, else None."""
        header, log = split(text)
        fields = self._case.fields if header == self._header else self._fields(header)
        if fields is None or (not log and header != text):
            return None
        kept, cut = self._shared(log)
        raw = scan_log(log[cut:])
        entries, problems = entries_from_raw(raw or (), self._path)
        names = {entry.id for entry in entries}
        shared = self._case.log[:kept]
        known = self._names if kept == len(self._case.log) else {entry.id for entry in shared}
        if raw is None or problems or len(names) != len(entries) or not known.isdisjoint(names):
            return None
        self._header, self._log = header, log
        self._names = known | names
        self._case = Case(fields, shared + entries)
        return self._case

    def _shared(self, log: str) -> tuple[int, int]:
        """How many whole entries this log and the one before begin with alike, and how many characters those take."""
        before = self._log
        if log.startswith(before):
            return len(self._case.log), len(before)
        least, most = 0, min(len(log), len(before))
        while least < most:
            middle = (least + most + 1) // 2
            least, most = (middle, most) if log.startswith(before[:middle]) else (least, middle - 1)
        cut = before.rfind("\n- ", 0, least) + 1
        return (1 + before.count("\n- ", 0, cut), cut) if cut else (0, 0)

    def _fields(self, header: str) -> Mapping[str, Value] | None:
        raw = scan_header(header)
        fields, problems = fields_from_raw(raw or {}, self._path)
        return None if problems or fields.get("id") != self._id else fields


@dataclass(slots=True)
class _Content:
    """What one blob holds."""

    case: Case | None
    """Of a blob that cannot be read: the version before it, which the next one is compared with."""
    readable: bool


class _History:
    """The versions so far. Lives inside one call of `timeline_of`."""

    def __init__(self, case_id: str, path: str, content: Content) -> None:
        self.path = path
        self.versions: list[Version] = []
        self.problems: list[Problem] = []
        self._reader = CaseReader(case_id, path)
        self._content = content
        self._known: dict[bytes, _Content] = {}
        self._reported: set[tuple[int, str]] = set()

    def add(self, changes: tuple[FileChange, ...]) -> None:
        """One commit: one change, or for a merge one for each parent whose version differs."""
        change = changes[0]
        merge = len(change.parents) > 1
        before = self._known[change.old].case if change.old in self._known and not merge else None
        after = self._case(change)
        self.versions.append(Version(change.commit, change.committed, change.mail, before, after, merge=merge))
        if change.new is not None and change.new not in self._known:
            self._known[change.new] = _Content(after if after is not None else before, after is not None)

    def _case(self, change: FileChange) -> Case | None:
        blob = change.new
        if blob is None:
            hint = "restore it: git revert COMMIT"
            self._report(change, Problem(self.path, 0, "the case's file is deleted", hint, code="deleted"))
            return None
        known = self._known.get(blob)
        if known is not None:
            return known.case if known.readable else None
        content = self._content(blob) if change.plain else None
        if content is None:
            what = "its content is missing from this clone" if change.plain else "no regular file"
            self._report(change, Problem(self.path, 0, what, "fetch the whole repository" if change.plain else None))
            return None
        case, problems = self._reader.read(content)
        for problem in problems:
            self._report(change, problem)
        return case

    def _report(self, change: FileChange, problem: Problem) -> None:
        """Once for each mistake, with the commit that brought it: later versions tend to repeat it."""
        if (problem.line, problem.message) not in self._reported:
            self._reported.add((problem.line, problem.message))
            told, code = f"{problem.message} (commit {change.commit[:12]})", problem.code or "unreadable"
            self.problems.append(problem._replace(message=told, code=code, commit=change.commit))
