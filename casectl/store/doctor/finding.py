"""What the doctor has to say: values, for the command to print."""

from __future__ import annotations

from typing import NamedTuple


class Finding(NamedTuple):
    """One thing that is, or was, not as it should be; a `note` is worth knowing and leaves nothing to do."""

    code: str
    severity: str
    """`problem` or `note`."""
    what: str
    hint: str = ""
    """The command that settles it, or what was done."""
    mended: bool = False

    @property
    def left(self) -> bool:
        """Whether somebody has to do something."""
        return self.severity == "problem" and not self.mended


def problem(code: str, what: str, hint: str | None = None) -> Finding:
    """Something for somebody to settle."""
    return Finding(code, "problem", what, hint or "")


def mended(code: str, what: str, done: str) -> Finding:
    """Something that was put right."""
    return Finding(code, "problem", what, done, True)


def note(code: str, what: str, hint: str = "") -> Finding:
    """Something worth knowing."""
    return Finding(code, "note", what, hint)
