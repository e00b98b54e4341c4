"""A note beside the repository while a step brings the user's files along, so that the next one can tell a step that
died half-way from a person's edit."""

from __future__ import annotations

from pathlib import Path

from casectl.store.repo import Repo


def note(repo: Repo, case_id: str, old: str | None, new: str) -> bytes | None:
    """Says that this case's file is on its way from blob `old` (None: no file) to `new`; gives what was said before."""
    place = _place(repo, case_id)
    place.parent.mkdir(parents=True, exist_ok=True)
    before = place.read_bytes() if place.exists() else None
    place.write_text(f"{old or '-'} {new}", encoding="ascii")
    return before


def clear(repo: Repo, case_id: str) -> None:
    """Says that it arrived."""
    _place(repo, case_id).unlink(missing_ok=True)


def take_back(repo: Repo, case_id: str, before: bytes | None) -> None:
    """Says again what was said before the last note, whose step was not taken."""
    if before is None:
        clear(repo, case_id)
    else:
        _place(repo, case_id).write_bytes(before)


def leftovers(repo: Repo, case_id: str, blob: str | None) -> frozenset[str]:
    """The blobs ("" for no file) that may still lie about, if the last thing noted led to `blob`; else none."""
    try:
        old, new = _place(repo, case_id).read_text(encoding="ascii").split()
    except (FileNotFoundError, ValueError):
        return frozenset()
    return frozenset({"" if old == "-" else old, new}) if new == blob else frozenset()


def _place(repo: Repo, case_id: str) -> Path:
    return repo.git_dir / "casectl" / "unfinished" / case_id
