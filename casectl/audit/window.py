"""Which commits a window of time holds: whoever dates a commit back, or keeps it on a branch, hides it from none."""

from __future__ import annotations

from casectl.audit.history import History
from casectl.audit.lineage import later_of
from casectl.model.instants import Instant


def commits_in(history: History, since: Instant | None, until: Instant | None) -> frozenset[str]:
    """The commits that count from `since` on and before `until` (UTC seconds); those that are dated later than now, or
    not at all, are in every window.

    What is older is left out only if everything from `since` on was built on it. The rest came to some branch later
    than that; which branch had been looked at by then, and on which side of a merge it stands, no history tells.
    """
    times = history.times
    known = _known(history, {name for name, at in times.items() if since is not None and at < since})
    return frozenset(
        name
        for name, commit in history.commits.items()
        if not history.is_dated(commit) or (name not in known and (until is None or times[name] < until))
    )


def _known(history: History, old: set[str]) -> set[str]:
    """Those of the `old` commits (each with all that it follows) on which every commit that is not old was built."""
    commits = history.commits
    tips = {parent for name in commits.keys() - old for parent in commits[name].parents} & old
    later = later_of(commits, [commits[name] for name in tips])
    return {name for name in old if later[name] == (1 << len(tips)) - 1}
