"""A command that is given again because nobody learned that it had worked is recognised, and not repeated.

By a token that whoever asks makes up (`Request:` in the commit), or, without one, by what the step noted while it had
not been told yet.
"""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

from casectl.model.case import Case, Value
from casectl.model.caseid import ALPHABET, opened_on, path_of
from casectl.model.change import Change
from casectl.model.instants import Instant
from casectl.model.problems import UsageMistake
from casectl.store.git import run_git
from casectl.store.objects import ObjectReader
from casectl.store.repo import Repo
from casectl.store.unfinished import Note, is_running, told, untold
from casectl.store.versions import CaseReader
from casectl.store.written import Written

PATIENCE_SECONDS = 15 * 60
"""How much later the same words may still mean the same step, where nobody was told of it."""
DAYS = 8
"""How many days of openings, the last one included, are looked at for a token."""
MARGIN = timedelta(days=2)
"""How far before the date in its ID a case's commits are looked for: clocks and zones differ."""

_TOKEN = re.compile(r"[!-~]{1,100}")


class Asked(NamedTuple):
    """How a step was asked for."""

    verb: str = ""
    words: str = ""
    """The command and all its options; empty when nobody will ask again."""
    token: str = ""

    def of(self, mail: str) -> Asked:
        """The same, asked by somebody: what a colleague types is never a repetition."""
        return self._replace(words=f"{mail} {self.words}") if self.words else self

    def digest(self) -> str:
        """What is noted of the words."""
        if not self.words:
            return "-"
        import hashlib  # 3 ms, while git is at work

        return hashlib.sha256(self.words.encode(errors="surrogatepass")).hexdigest()[:32]


NOBODY = Asked()


def refuse_odd_token(token: str) -> None:
    """Raises `UsageMistake` for a token that cannot stand in a commit's message."""
    if not _TOKEN.fullmatch(token):
        raise UsageMistake("a request's token is 1 to 100 printable characters without spaces", "uuidgen makes one")


def taken_already(
    repo: Repo, reader: ObjectReader, head: str, case_id: str | None, asked: Asked, now: Instant
) -> Written | None:
    """The step that this very request has led to before; None when it is new. The caller holds casectl's lock.

    Raises `UsageMistake` when the token was another verb's.
    """
    if asked.token and case_id:
        found = _with_token(repo, reader, head, asked.token, path_of(case_id), _first_day(case_id))
        return _retold(reader, found, case_id, asked) if found else None
    return None if asked.token or not asked.words else _not_told(repo, reader, head, asked, now)


def taken_lately(repo: Repo, reader: ObjectReader, head: str, asked: Asked, now: Instant) -> Written | None:
    """The step of any case, in the last days, that carries the token; for who asks without naming a case."""
    since = max(0, now - DAYS * 86_400)
    found = _with_token(repo, reader, head, asked.token, "cases", since) if asked.token else None
    named = re.search(r"^Case: (\S+)$", _message(reader, found), re.MULTILINE) if found else None
    return _retold(reader, found, named[1], asked) if found and named else None


class Openings(NamedTuple):
    """The IDs that a token gives to a new case: the first that is free is the one, so a retry finds what is there."""

    repo: Repo
    reader: ObjectReader
    head: str
    asked: Asked
    now: Instant

    def look(self, prefix: str) -> tuple[Written | None, str]:
        """The opening that carries the token, or the characters for the ID of a new one."""
        for turn in range(len(ALPHABET)):
            tail = _characters(f"{self.asked.token}\n{prefix}\n{turn}")
            names = [f"{prefix}-{self._day(ago):%y%m%d}-{tail}" for ago in range(DAYS)]
            objects = self.reader.look_at_all([f"{self.head}:{path_of(name)}" for name in names])
            there = [name for name, found in zip(names, objects, strict=True) if found is not None]
            for name in there:
                token, path = self.asked.token, path_of(name)
                commit = _with_token(self.repo, self.reader, self.head, token, path, _first_day(name))
                if commit:
                    return _retold(self.reader, commit, name, self.asked), ""
            if not there:
                return None, tail
        raise UsageMistake("that token finds no free ID", "give another one")

    def _day(self, ago: int) -> datetime:
        return datetime.fromtimestamp(self.now, UTC) - timedelta(days=ago)


def _characters(text: str) -> str:
    import hashlib

    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in hashlib.sha256(text.encode()).digest()[:5])


def _not_told(repo: Repo, reader: ObjectReader, head: str, asked: Asked, now: Instant) -> Written | None:
    for about in untold(repo):
        at_head = reader.look(f"{head}:{path_of(about.case_id)}")
        if now - about.at > PATIENCE_SECONDS or at_head is None or at_head.id != about.new:
            told(repo, about.case_id)
        elif about.digest == asked.digest() and not _is_at_work(about):
            return _retold(reader, about.commit, about.case_id, asked)
    return None


def _is_at_work(about: Note) -> bool:
    """Whether the process that took the step may still be about to tell of it."""
    return about.writer not in (0, os.getpid()) and is_running(about.writer)


def _with_token(repo: Repo, reader: ObjectReader, head: str, token: str, path: str, since: Instant) -> str | None:
    """The newest commit of the path whose message carries the token."""
    limits = ("--full-history", f"--since={since}", "-F", f"--grep=Request: {token}", "--format=%H")
    listed = run_git(repo, "log", *limits, "--end-of-options", head, "--", path).decode().split()
    return next((each for each in listed if f"Request: {token}" in _message(reader, each).splitlines()), None)


def _first_day(case_id: str) -> Instant:
    return max(0, int((datetime.combine(opened_on(case_id), time.min, UTC) - MARGIN).timestamp()))


def _message(reader: ObjectReader, commit: str) -> str:
    return (reader.read(commit) or b"").partition(b"\n\n")[2].decode(errors="replace")


def _retold(reader: ObjectReader, commit: str, case_id: str, asked: Asked) -> Written | None:
    """The step of that commit as its own writer would have told it; None when it cannot be read."""
    head, path = (reader.read(commit) or b"").partition(b"\n\n")[0].decode(errors="replace"), path_of(case_id)
    parent = re.search(r"^parent (\S+)$", head, re.MULTILINE)
    signed = re.search(r"^committer .*<(.*)> (\d+) ", head, re.MULTILINE)
    after, before = _case(reader, commit, case_id), _case(reader, parent[1], case_id) if parent else None
    if after is None or signed is None:
        return None
    verb, _, summary = _message(reader, commit).partition("\n")[0].removeprefix(f"{case_id} ").partition(": ")
    if asked.token and asked.verb and verb != asked.verb:
        message = f"request {asked.token} was '{verb}' of {case_id}, in commit {commit[:12]}; not '{asked.verb}'"
        raise UsageMistake(message, "a new step needs a new token")
    fields = _changed(before, after)
    log = before.log if before else ()
    change = Change(verb, case_id, summary, fields, tuple(each for each in after.log if each not in log))
    when = f"{datetime.fromtimestamp(int(signed[2]), UTC):%Y-%m-%dT%H:%M:%SZ}"
    warning = f"already taken at {when} as commit {commit[:12]}; not repeated"
    return Written(
        after, change, commit, int(signed[2]), path, (warning,), parent[1] if parent else "", before, signed[1], True
    )


def _changed(before: Case | None, after: Case) -> dict[str, Value | None]:
    old = before.fields if before else {}
    return {name: after.fields.get(name) for name in {*old, *after.fields} if old.get(name) != after.fields.get(name)}


def _case(reader: ObjectReader, commit: str, case_id: str) -> Case | None:
    path = path_of(case_id)
    content = reader.read(f"{commit}:{path}")
    return None if content is None else CaseReader(case_id, path).read(content)[0]
