"""Notes beside the repository about steps: on their way to the user's files, and taken but not yet told to anybody.

`unfinished/ID` is written before the branch moves: a step that died half-way can be told from a person's edit. When the
files are there it becomes `untold/ID`, until whoever asked has been answered: a repetition can be told from a new step.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from casectl.model.caseid import is_id
from casectl.model.instants import Instant
from casectl.store.durable import sync_file, sync_folder
from casectl.store.repo import Repo


class Note(NamedTuple):
    """One step of one case: from blob `old` (None: no file) to blob `new`, by a commit at the instant `at`."""

    case_id: str
    old: str | None
    new: str
    commit: str = "-"
    at: Instant = 0
    writer: int = 0
    """The process that took the step."""
    digest: str = "-"
    """Of the command that asked for it; `-` when nobody will ask again."""


def is_running(process: int) -> bool:
    """Whether there is such a process; in doubt, yes."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def note(repo: Repo, about: Note) -> None:
    """Says, and it is on the disk before this returns, that the step is about to be taken."""
    folder = _folder(repo, "unfinished")
    if not folder.is_dir():
        folder.mkdir(parents=True)
        sync_folder(folder.parent)
    line = f"{about.old or '-'} {about.new} {about.commit} {about.at} {about.writer} {about.digest}\n"
    place = folder / about.case_id
    place.write_text(line, encoding="ascii")
    sync_file(place)
    sync_folder(folder)


def drop(repo: Repo, about: Note) -> None:
    """Says that the step was not taken, or that nobody needs to know any more."""
    for kind in ("unfinished", "untold"):
        (_folder(repo, kind) / about.case_id).unlink(missing_ok=True)


def arrived(repo: Repo, about: Note) -> None:
    """Says that the user's files are there. A step that somebody may ask for again is remembered until it is told."""
    place = _folder(repo, "unfinished") / about.case_id
    if about.digest == "-":
        place.unlink(missing_ok=True)
        return
    _folder(repo, "untold").mkdir(exist_ok=True)
    place.replace(_folder(repo, "untold") / about.case_id)


def told(repo: Repo, case_id: str) -> None:
    """Says that whoever asked for the last step of the case has been answered."""
    (_folder(repo, "untold") / case_id).unlink(missing_ok=True)


def unfinished(repo: Repo) -> list[Note]:
    """The steps that were begun and are not known to have arrived."""
    return _notes(repo, "unfinished")


def left_unfinished(repo: Repo) -> list[str]:
    """The cases of those steps, by one look at a folder; a sync or an import that died counts as one, too."""
    folder = _folder(repo, "unfinished")
    many = ["several cases"] if folder.with_name("carrying").exists() else []
    try:
        return [*sorted(place.name for place in folder.iterdir()), *many]
    except FileNotFoundError:
        return many


def untold(repo: Repo) -> list[Note]:
    """The steps that were taken while whoever asked for them has not been answered."""
    return _notes(repo, "untold")


def _notes(repo: Repo, kind: str) -> list[Note]:
    folder = _folder(repo, kind)
    try:
        places = sorted(folder.iterdir())
    except FileNotFoundError:
        return []
    return [_read(place) for place in places if is_id(place.name)]


def _read(place: Path) -> Note:
    """The note; one that was cut short by a loss of power names no blob, and its step was not taken."""
    try:
        words = place.read_text(encoding="ascii", errors="replace").split()
    except FileNotFoundError:
        words = []
    old, new, *rest = words if len(words) >= 2 else ("-", "-")
    about = Note(place.name, None if old == "-" else old, new)
    if len(rest) < 4 or not rest[1].isdigit() or not rest[2].isdigit():
        return about
    return about._replace(commit=rest[0], at=int(rest[1]), writer=int(rest[2]), digest=rest[3])


def _folder(repo: Repo, kind: str) -> Path:
    return repo.git_dir / "casectl" / kind
