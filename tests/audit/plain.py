"""Histories made by plain git alone, as honest people and others would make them: `desk.open()`, `desk.step("hold")`.

Every commit is written object by object, so that it can say anything of who and when. casectl itself is not asked.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from casectl.audit.review import Review, Wanted, review
from casectl.store.repo import find_repo
from tests.cli.conftest import moment_of

ID, OTHER = "ACM-261123-K7Q4P", "ACM-261123-M3XNB"
NOW = "2026-12-24 12:00"
ROBOT = "Robot <robot@import.invalid>"
"""Who commits what another system's log tells."""
HERE = Path(__file__).parent
POLICY = (HERE / "desk.yaml").read_text(encoding="utf-8")
ROLES = {"sam": "agent", "jo": "agent", "lee": "lead", "max": "head"}
STAFF = "staff:\n" + "".join(
    f"  {key}: {{name: {key.title()}, mail: {key}@example.org, roles: [{role}]}}\n" for key, role in ROLES.items()
)
FILES = {
    "policies/acme/1.0.yaml": POLICY,
    "policies/acme/customers.yaml": "customers:\n  oakfield: {figures: {repair: 8h}}\n  hilltop: {}\n",
    "policies/staff.yaml": STAFF,
    "policies/holidays/feasts.yaml": (HERE / "holidays/feasts.yaml").read_text(encoding="utf-8"),
    "cases/README.md": "Cases.\n",
}

Entry = tuple[tuple[str, str], ...]
Files = Mapping[str, str | bytes | None]


def path_of(case: str = ID) -> str:
    """Where a case's file lies."""
    _, day, _ = case.split("-")
    return f"cases/20{day[:2]}/{day[2:4]}/{day[4:]}/{case}.yaml"


def entry(name: str, kind: str, text: str = "", **fields: str | int) -> Entry:
    """One log entry."""
    said = {"id": name, "kind": kind, **{key: str(value) for key, value in fields.items()}, "text": text}
    return tuple((key, value) for key, value in said.items() if value)


@dataclass(frozen=True)
class Sheet:
    """What a case's file says."""

    fields: Mapping[str, str]
    log: tuple[Entry, ...] = ()

    @property
    def text(self) -> str:
        lines = [f"{name}:{value if value.startswith(chr(10)) else ' ' + value}" for name, value in self.fields.items()]
        log = [
            f"{'  ' if place else '- '}{key}: {value}" for each in self.log for place, (key, value) in enumerate(each)
        ]
        return "\n".join([*lines, *(["log:"] if log else []), *log]) + "\n"

    def changed(self, entries: tuple[Entry, ...], fields: Mapping[str, str | None]) -> Sheet:
        both = {**self.fields, **fields}
        return Sheet({name: value for name, value in both.items() if value is not None}, (*self.log, *entries))


def record(name: str, **fields: str) -> str:
    """A list with one record, as the value of `exemptions` or `commitments`."""
    return "\n" + f"- id: {name}" + "".join(f"\n  {key.rstrip('_')}: {value}" for key, value in fields.items())


@dataclass
class Plain:
    """A case repository on Monday, 2026-11-23: `09:00` is UTC on that day. What commits gives the commit."""

    root: Path
    head: str = ""
    last: int = 0
    """The instant of the last commit."""
    sheets: dict[str, dict[str, Sheet]] = field(default_factory=dict)
    """By commit: every case as its file stands there."""

    def git(self, *args: str, stdin: str | bytes = b"", **env: str) -> str:
        """Plain git here; what it says, without the last newline. Whatever bytes it says are kept."""
        given = stdin.encode(errors="surrogateescape") if isinstance(stdin, str) else stdin
        done = subprocess.run(
            ["git", *args], cwd=self.root, input=given, capture_output=True, env={**os.environ, **env}
        )
        assert not done.returncode, f"git {args}: {done.stderr.decode(errors='replace')}"
        return done.stdout.decode(errors="surrogateescape").removesuffix("\n")

    def commit(
        self,
        files: Files,
        message: str = "by hand",
        who: str = "sam",
        at: str | None = None,
        committer: str | None = None,
        committed: str | None = None,
        parents: tuple[str, ...] | None = None,
        modes: Mapping[str, str] | None = None,
        heads: bytes | None = None,
    ) -> str:
        """One commit of these files (None takes one away), a minute after the last unless said. `who` is a name, or a
        whole line of author and committer; `heads` stands for both lines."""
        instant = self.last + 60 if at is None else moment_of(at)
        until = instant if committed is None else moment_of(committed)
        lines = heads or b"author %b\ncommitter %b" % (_line(who, instant), _line(committer or who, until))
        before = (self.head,) * bool(self.head) if parents is None else parents
        tree = self.tree(files, before[0] if before else "", modes or {})
        above = "".join(f"parent {parent}\n" for parent in before)
        content = f"tree {tree}\n{above}".encode() + lines + b"\n\n" + message.encode(errors="surrogateescape") + b"\n"
        new = self.git("hash-object", "-t", "commit", "-w", "--stdin", "--literally", stdin=content)
        self.sheets[new] = dict(self.sheets.get(self.head, {}))
        self.last = until
        return self.go(new)

    def tree(self, files: Files, base: str, modes: Mapping[str, str]) -> str:
        """The tree of a commit with these files put in or taken out. Content of mode 160000 is a commit's name."""
        self.git("read-tree", base or "--empty")
        rows = []
        for path, content in files.items():
            mode = modes.get(path, "100644")
            blob = "0" * 40 if content is None else self.blob(content) if mode != "160000" else str(content)
            rows.append(f"{'0' if content is None else mode} {blob}\t{path}\0")
        self.git("update-index", "-z", "--index-info", stdin="".join(rows).encode(errors="surrogateescape"))
        return self.git("write-tree", "--missing-ok")

    def blob(self, content: str | bytes) -> str:
        return self.git("hash-object", "-w", "--stdin", stdin=content)

    def go(self, commit: str) -> str:
        """The branch goes to a commit, as `git reset` would take it there."""
        self.head = commit
        self.git("update-ref", "HEAD", commit)
        return commit

    def take_over(self, case: str = ID, *entries: Entry, at: str = "09:00", **fields: str | None) -> str:
        """A case, opened as the log of another system tells it."""
        known = {"source": "old", "external_id": f"INC-{case}"}
        return self.open(case, *entries, at=at, who=ROBOT, verb="import", **(known | fields))

    def open(
        self,
        case: str = ID,
        *entries: Entry,
        at: str = "09:00",
        who: str = "sam",
        verb: str = "open",
        **fields: str | None,
    ) -> str:
        """A case, opened by Sam at nine unless said otherwise."""
        known = {"id": case, "policy": "acme/1.0", "type": "fault", "title": "Nobody can sign in", "channel": "phone"}
        sheet = Sheet({**known, "status": "open", "priority": "p2"}).changed(entries, fields)
        return self.write(verb, sheet, case, at=at, who=who)

    def step(
        self,
        verb: str,
        *entries: Entry,
        case: str = ID,
        at: str | None = None,
        who: str = "sam",
        event: str | None = None,
        also: Files | None = None,
        **fields: str | None,
    ) -> str:
        """A step in casectl's form: fields changed (None takes one away), entries added, perhaps other files `also`."""
        sheet = self.sheets[self.head][case].changed(entries, fields)
        return self.write(verb, sheet, case, at=at, who=who, event=event, also=also)

    def write(
        self,
        verb: str,
        sheet: Sheet,
        case: str = ID,
        event: str | None = None,
        also: Files | None = None,
        **how: str | None,
    ) -> str:
        """A commit that makes a case's file what the sheet says, in casectl's form."""
        message = f"{case} {verb}: as said\n\nCase: {case}\nEvent: {event or verb}\nRequest: 0123456789abcdef"
        made = self.commit({path_of(case): sheet.text, **(also or {})}, message, **how)  # type: ignore[arg-type]
        self.sheets[made][case] = sheet
        return made

    def sheet(self, case: str = ID) -> Sheet:
        """What the case's file says now."""
        return self.sheets[self.head][case]

    def merge(self, other: str, at: str | None = None, sheet: Sheet | None = None, files: Files | None = None) -> str:
        """The branch and another commit united by Sam: case by case fields and entries of both, or what `sheet` says of
        the one case; and `files`."""
        ours, theirs = self.head, other
        bases = self.git("rev-list", "--boundary", f"{ours}...{theirs}").split("\n")
        base = next((self.sheets[each[1:]] for each in bases if each.startswith("-")), {})
        mine, yours = self.sheets[ours], self.sheets[theirs]
        united = {case: _united(base.get(case), mine.get(case), yours.get(case)) for case in {**mine, **yours}}
        united |= {} if sheet is None else {ID: sheet}
        content = {path_of(case): each.text for case, each in united.items()}
        made = self.commit({**content, **(files or {})}, "Merge branch 'other'", at=at, parents=(ours, theirs))
        self.sheets[made] = united
        return made

    def review(self, now: str = NOW, **wanted: str) -> Review:
        """The audit of what is there."""
        times = {name: moment_of(text) for name, text in wanted.items() if name != "desk"}
        asked = Wanted(moment_of(now), times.get("since"), times.get("until"), wanted.get("desk"))
        return review(find_repo(self.root), self.head, asked)

    def codes(self, **wanted: str) -> list[str]:
        """The codes of all that is found, in order."""
        return [str(row["code"]) for row in self.review(**wanted).table.rows]


def _line(who: str, at: int) -> bytes:
    """Name, address and date, as a commit holds them."""
    known = who if "<" in who else f"{who.title()} <{who}@example.org>"
    return known.encode(errors="surrogateescape") + b" %d +0000" % at


def _united(base: Sheet | None, ours: Sheet | None, theirs: Sheet | None) -> Sheet:
    if ours is None or theirs is None:
        return ours or theirs or Sheet({})
    before = base.fields if base else {}
    changed = {name: value for name, value in theirs.fields.items() if before.get(name) != value}
    more = tuple(each for each in theirs.log if each not in ours.log)
    return replace(ours, fields={**ours.fields, **changed}, log=(*ours.log, *more))


def begin(root: Path, files: Files | None = None, at: str = "08:00") -> Plain:
    """A new repository whose first commit, by Max, holds the desk's policy, and other `files` beside or instead."""
    for folder in ("policies", "cases"):
        (root / folder).mkdir(parents=True)
    desk = Plain(root)
    desk.git("init", "-q", "-b", "main")
    desk.commit({**FILES, **(files or {})}, "Our policy", who="max", at=at)
    return desk
