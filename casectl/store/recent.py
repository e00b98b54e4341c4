"""The newest cases of a desk, found by the dates in their paths: a bounded look, whatever the size of the history."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from casectl.model.case import Case
from casectl.model.caseid import is_id
from casectl.model.instants import Instant
from casectl.store.objects import ObjectReader
from casectl.store.repo import Repo
from casectl.store.trees import REGULAR, read_folder
from casectl.store.versions import CaseReader

DAYS = 3
MOST = 400
"""Cases that are read at most, the newest day's first."""


def recent_cases(repo: Repo, commit: str, now: Instant, prefix: str) -> tuple[Case, ...]:
    """Cases whose IDs begin with `prefix`, opened on the UTC day of `now` or on one of the two before it, as `commit`
    has them; at most `MOST`. What cannot be read is left out."""
    with ObjectReader(repo) as reader:
        found = [each for ago in range(DAYS) for each in _of_day(reader, commit, now, ago, prefix)][:MOST]
        contents = reader.look_at_all([blob for _, _, blob in found])
    read = (
        CaseReader(name, path).read(content.content)[0]
        for (name, path, _), content in zip(found, contents, strict=True)
        if content is not None
    )
    return tuple(case for case in read if case is not None)


def _of_day(reader: ObjectReader, commit: str, now: Instant, ago: int, prefix: str) -> Iterator[tuple[str, str, str]]:
    """The ID, path and object of each case of one day."""
    day = f"cases/{datetime.fromtimestamp(now, UTC) - timedelta(days=ago):%Y/%m/%d}"
    if reader.look(f"{commit}:{day}") is None:
        return
    for file, entry in read_folder(reader, f"{commit}:{day}", day).items():
        name, dot, suffix = file.decode(errors="replace").partition(".")
        if (dot + suffix) == ".yaml" and name.startswith(f"{prefix}-") and is_id(name) and entry.mode in REGULAR:
            yield name, f"{day}/{name}.yaml", entry.id
