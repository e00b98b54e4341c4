"""What the last report that reached its reader had found, so that the next one can tell what is new.

Kept beside the caches: derived, disposable, this clone's own. Without it everything is new.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from casectl.model.instants import LAST_INSTANT, Instant, format_instant, parse_stored
from casectl.store.repo import Repo, state_dir

SCHEMA = "casectl.delivered/1"
_COMMIT = re.compile(r"[0-9a-f]{4,64}")

Key = tuple[str, str, int]
"""Case, target, occurrence."""

FindingKind = Literal["breached", "overturned", "ahead"]
"""A breach, one that was taken back on the record, or what was about to be late."""


class Finding(NamedTuple):
    """One finding; reports are compared by `kind` and `key`, never by its moment."""

    kind: FindingKind
    key: Key
    breached_at: Instant | None = None


class Delivered(NamedTuple):
    """What one report rested on and found."""

    commit: str
    as_of: Instant
    findings: tuple[Finding, ...]
    exceptions: tuple[str, ...] = ()
    """Files that could not be read, in words."""

    def keys(self, *kinds: FindingKind) -> frozenset[Key]:
        """The keys of its findings of these kinds."""
        return frozenset(finding.key for finding in self.findings if finding.kind in kinds)


class DamagedError(Exception):
    """What is kept is not what was written: nothing can be said about the last report."""


def report_key(report: str, desk: str | None, switches: Iterable[str] = ()) -> str:
    """The name under which a report's last delivery is kept: `breaches`, `breaches-acme-desk+at-risk`."""
    return "+".join(["-".join(filter(None, [report, desk])), *sorted(switches)])


def load_delivered(repo: Repo, name: str) -> Delivered | None:
    """The last delivery kept under `name`; None when there is none. Raises `DamagedError` for what cannot be read."""
    try:
        kept = json.loads(_path(repo, name).read_bytes())
        if kept["schema"] != SCHEMA:
            raise DamagedError(f"it is not {SCHEMA}")
        findings = tuple(_finding(*found) for found in kept["findings"])
        exceptions = tuple(_word(each) for each in kept["exceptions"])
        return Delivered(_commit(kept["commit"]), _instant(kept["as_of"]), findings, exceptions)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, ArithmeticError, AttributeError, RecursionError) as error:
        raise DamagedError(f"{type(error).__name__}: {error}") from error


def keep_delivered(repo: Repo, name: str, delivered: Delivered) -> None:
    """Remember a delivery, whole or not at all. Raises OSError where nothing can be written."""
    document = {
        "schema": SCHEMA,
        "commit": delivered.commit,
        "as_of": format_instant(delivered.as_of),
        "findings": [[kind, *key, _text(at)] for kind, key, at in delivered.findings],
        "exceptions": list(delivered.exceptions),
    }
    path = _path(repo, name)
    path.parent.mkdir(exist_ok=True)
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with scratch.open("w", encoding="utf-8") as file:
            file.write(json.dumps(document) + "\n")
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)


def _path(repo: Repo, name: str) -> Path:
    return state_dir(repo) / "delivered" / f"{name}.json"


def _finding(kind: object, case_id: object, target: object, occurrence: object, breached_at: object) -> Finding:
    known: tuple[FindingKind, ...] = get_args(FindingKind)
    if type(occurrence) is not int:
        raise TypeError("an occurrence is a whole number")
    key = _word(case_id), _word(target), occurrence
    return Finding(known[known.index(kind)], key, None if breached_at is None else _instant(breached_at))


def _word(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is missing")
    return value


def _commit(value: object) -> str:
    if not _COMMIT.fullmatch(_word(value)):
        raise ValueError("it names no commit")
    return _word(value)


def _instant(value: object) -> Instant:
    at = parse_stored(_word(value))
    if not 0 <= at <= LAST_INSTANT:
        raise ValueError("a moment that nobody lives in")
    return at


def _text(instant: Instant | None) -> str | None:
    return None if instant is None else format_instant(instant)
