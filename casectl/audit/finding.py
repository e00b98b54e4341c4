"""What an audit finds: which commit did what, how much it matters, and the git command that shows it."""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

SEVERITIES = ("observation", "minor", "major")
"""From the least. As ISO 19011 and certifiers use the words: a major one puts figures or evidence in doubt, a minor one
departs from what was agreed, an observation is worth a question."""

_ID_CHARACTERS = 12
_UNREAD = "\ufffd"
"""What stands for bytes that are no text."""
_PATTERN = frozenset("*?[\\")
"""What git takes for a pattern in a path."""
_AS_NAMED = "--no-mailmap"
_AS_IT_IS = f"--text {_AS_NAMED}"
"""A commit of `.gitattributes` can make git show "Binary files differ", and one of `.mailmap` other names: not here."""
SHORT = 12
"""Characters of a commit that people are shown."""


class Code(NamedTuple):
    """One kind of finding."""

    severity: str
    says: str
    """What it means, in a line."""


class Finding(NamedTuple):
    """One finding. The same history gives the same ones, whoever reads it and wherever."""

    code: str
    commit: str
    sentence: str
    case: str = ""
    desk: str = ""
    """Whose policy it is about, or whose case, as the history tells; empty for the history as a whole."""
    clause: tuple[str, ...] = ()
    about: str = ""
    """What tells it from another of the same code, case and commit: a name, never words that may come to be others."""
    show: str = ""
    """The git command that shows it; left out: `git show` of the commit."""

    @property
    def id(self) -> str:
        """What the finding is accepted by: it stays the same as long as the commit does, whatever comes after."""
        said = "\0".join((self.code, "" if self.case else self.desk, self.case, self.commit, self.about))
        return sha256(said.encode(errors="replace")).hexdigest()[:_ID_CHARACTERS]

    @property
    def command(self) -> str:
        """The git command that shows it."""
        return self.show or show_commit(self.commit)


def named_mail(mail: str) -> str:
    """A mail address in a sentence: a commit may hold an empty one."""
    return mail if mail.strip() else "an empty address"


def show_commit(commit: str) -> str:
    """The command that shows a commit and all that it changed."""
    return f"git show {_AS_IT_IS} {commit[:SHORT]}"


def show_names(commit: str) -> str:
    """The command that shows which files a commit added, changed and took away."""
    return f"git show {_AS_NAMED} -m --name-status {commit[:SHORT]}"


def show_file(commit: str, path: str, *others: str) -> str:
    """The command that shows what a commit, and perhaps `others`, did to one file."""
    named = " ".join(each[:SHORT] for each in (commit, *others))
    return f"git show {_AS_IT_IS} -m {named} -- {quoted(path)}"


def show_log(commit: str, *options: str) -> str:
    """The command that lists the history of a commit, as `options` of git log say."""
    return f"git log {' '.join((_AS_NAMED, *options))} {commit[:SHORT]}"


def show_people(commit: str) -> str:
    """The command that shows who made a commit and when, raw."""
    return f"git cat-file commit {commit[:SHORT]}"


def quoted(path: str) -> str:
    """A path as a shell and git take it, with nothing in it that a terminal would act on: that is left to a pattern."""
    from shlex import quote

    if path.isprintable() and _UNREAD not in path:
        return quote(f":(literal){path}" if _PATTERN & set(path) else path)
    plain = ((each, each.isprintable() and each != _UNREAD) for each in path)
    return quote("".join((f"\\{each}" if each in _PATTERN else each) if told else "*" for each, told in plain))
