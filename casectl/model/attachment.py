"""Files that a case keeps beside it: how they may be called, and how large they may be."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from casectl.model.problems import NotAllowed, UsageMistake

MOST_BYTES = 10 * 1024 * 1024
MOST_FILES = 100
"""Of one case."""
LONGEST_NAME = 120

_FORBIDDEN = re.compile(r'[/\\:*?"<>|]')
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?", re.IGNORECASE)
_HINT = "another name: --as NAME"


def checked_name(name: str, taken: Collection[str] = ()) -> str:
    """The name under which a file is kept: any system can have it, and nobody takes it for another.

    Raises `UsageMistake` for a name that leads elsewhere, that some system cannot have or shows as another, and for one
    that a file of the case has already but for the case of its letters (`taken`).
    """
    shown = name if name.isprintable() else ascii(name)
    shown = shown if len(shown) <= LONGEST_NAME else f"{shown[:LONGEST_NAME]}…"
    name = unicodedata.normalize("NFC", name)
    wrong = _wrong_with(name)
    if wrong:
        raise UsageMistake(f"no file can be kept as '{shown}': {wrong}", _HINT)
    twin = next((known for known in taken if known.casefold() == name.casefold()), None)
    if twin is not None:
        raise UsageMistake(f"the case has a file '{twin}' already, with another content", _HINT)
    return name


def checked_size(name: str, content: bytes) -> None:
    """Raise `UsageMistake` for an empty file, and for one over `MOST_BYTES`."""
    if not content:
        raise UsageMistake(f"'{name}' is empty", "attach a file that says something")
    if len(content) > MOST_BYTES:
        limit = f"{MOST_BYTES // (1024 * 1024)} MiB"
        raise UsageMistake(f"'{name}' is larger than {limit}", "attach the part that matters, or compress it")


def refuse_too_many(case_id: str, there: int, more: int) -> None:
    """Raise `NotAllowed` when the case would have more than `MOST_FILES`."""
    if there + more > MOST_FILES:
        raise NotAllowed(
            f"{case_id} would have {there + more} attachments; it holds {MOST_FILES}", "put them into an archive"
        )


def _wrong_with(name: str) -> str:
    if not name or len(name) > LONGEST_NAME or len(name.encode(errors="replace")) > 2 * LONGEST_NAME:
        return f"1 to {LONGEST_NAME} characters, please"
    if any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") for character in name):
        return "it holds hidden or broken characters"
    if _FORBIDDEN.search(name):
        return 'it holds one of / \\ : * ? " < > |'
    if name[0] in ".- " or name[-1] in ". ":
        return "it begins with a dot, dash or blank, or ends in a dot or blank"
    return "that is a device on some systems" if _DEVICES.fullmatch(name) else ""
