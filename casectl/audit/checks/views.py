"""Files of the history that change what git shows of it: whoever looks by git may then be told something else."""

from __future__ import annotations

from collections.abc import Iterator

from casectl.audit.finding import Code, Finding, show_file
from casectl.audit.history import History
from casectl.audit.merges import own_touches
from casectl.audit.touches import Touch
from casectl.store.driver import ATTRIBUTES, ATTRIBUTES_TEXT
from casectl.store.objects import ObjectReader

CODES = {
    "view-changed": Code(
        "minor", "A commit changed .gitattributes or .mailmap, which decide what git shows of others."
    ),
}

_SHOWS = {ATTRIBUTES: "which contents git shows", ".mailmap": "whose names git shows"}


def of_history(history: History) -> Iterator[Finding]:
    """What a repository begins with is nobody's change, and what casectl puts there changes nothing that is shown."""
    with ObjectReader(history.repo) as reader:
        for commit in history.commits.values():
            for touch in own_touches(history, commit, _shows) if commit.parents else ():
                if touch.status != "D" and not _is_ours(reader, touch):
                    told = f"changed {touch.path}, which decides {_shows(touch.path)}"
                    show = show_file(commit.id, touch.path)
                    yield Finding("view-changed", commit.id, told, about=touch.path, show=show)


def _shows(path: str) -> str:
    return _SHOWS.get(path.rpartition("/")[2], "")


def _is_ours(reader: ObjectReader, touch: Touch) -> bool:
    return touch.path == ATTRIBUTES and reader.read(touch.new) == ATTRIBUTES_TEXT.encode()
