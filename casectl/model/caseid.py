"""Case IDs, `PREFIX-yymmdd-XXXXX`, and the path that follows from them for ever."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime

from casectl.model.instants import Instant
from casectl.model.problems import NotFound

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U, so that an ID survives a phone call."""

ID = rf"([A-Z0-9]{{2,8}})-([0-9]{{6}})-([{ALPHABET}]{{5}})"
ID_PATTERN = re.compile(ID)
CASE_PATH = re.compile(r"cases/\d{4}/\d\d/\d\d/([A-Z0-9]{2,8}-\d{6}-[0-9A-HJKMNP-TV-Z]{5})\.yaml")

_SPOKEN = str.maketrans("ILO", "110")


def mint_id(prefix: str, opened: Instant, random_characters: Callable[[int], str]) -> str:
    """A new ID for a case opened at `opened` (its UTC date counts); `random_characters(5)` supplies the tail."""
    return f"{prefix}-{datetime.fromtimestamp(opened, UTC):%y%m%d}-{random_characters(5)}"


def is_id(text: str) -> bool:
    """Whether `text` is a complete ID in its one stored spelling, with a date that exists."""
    found = ID_PATTERN.fullmatch(text)
    return bool(found) and _date_of(found[2] if found else "") is not None


def normalise(text: str) -> str:
    """An ID or its tail as typed or dictated, in the stored spelling: upper case, I and L as 1, O as 0.

    The prefix of a complete ID is a name and keeps its letters; only the tail is read so.
    """
    head, dash, tail = text.strip().upper().rpartition("-")
    return f"{head}{dash}{tail.translate(_SPOKEN)}"


def path_of(case_id: str) -> str:
    """The repository path of a case: `cases/yyyy/mm/dd/ID.yaml`. Raises `NotFound` for what is no ID."""
    day = opened_on(case_id)
    return f"cases/{day:%Y/%m/%d}/{case_id}.yaml"


def opened_on(case_id: str) -> date:
    """The UTC date in an ID. Raises `NotFound` for what is no ID."""
    found = ID_PATTERN.fullmatch(case_id)
    day = _date_of(found[2]) if found else None
    if day is None:
        raise NotFound(f"'{case_id}' is no case ID", "an ID looks like ABC-261123-K7Q4P; its last characters do")
    return day


def _date_of(digits: str) -> date | None:
    try:
        return date(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:6]))
    except ValueError:
        return None


def id_in(path: str) -> str:
    """The ID that a case's path ends in; of another path, its last name."""
    return path.rpartition("/")[2].removesuffix(".yaml")
