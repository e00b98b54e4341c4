"""A note beside the repository while a step brings the user's files along, so that the next one can tell a step that
died half-way from a person's edit."""

from __future__ import annotations

from pathlib import Path

from casectl.store.repo import Repo


def note(repo: Repo, case_id: str, old: str | None, new: str) -> None:
    """Says that this case's file is on its way from blob `old` (None: no file) to `new`."""
    place = _place(repo, case_id)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(f"{old or '-'} {new}", encoding="ascii")


def clear(repo: Repo, case_id: str) -> None:
    """Says that it arrived."""
    _place(repo, case_id).unlink(missing_ok=True)


def leftovers(repo: Repo, case_id: str, blob: str | None) -> frozenset[str]:
    """The blobs ("" for no file) that may still lie about, if the last thing noted led to `blob`; else none."""
    try:
        old, new = _place(repo, case_id).read_text(encoding="ascii").split()
    except (FileNotFoundError, ValueError):
        return frozenset()
    return frozenset({"" if old == "-" else old, new}) if new == blob else frozenset()


def _place(repo: Repo, case_id: str) -> Path:
    return repo.git_dir / "casectl" / "unfinished" / case_id
