"""What a report is: one file in this folder that holds a `REPORT`. The command line finds it there by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from casectl.model.instants import Instant, format_instant
from casectl.reports.population import Population
from casectl.reports.table import Table


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader wants to know: a window [since, until), open where None, and the report's own switches."""

    since: Instant | None = None
    until: Instant | None = None
    """None: up to and including the moment that the report speaks of."""
    switches: frozenset[str] = frozenset()

    def holds(self, instant: Instant | None, as_of: Instant) -> bool:
        """Whether an instant lies in the window of a report as of `as_of`."""
        if instant is None or (self.since is not None and instant < self.since):
            return False
        return instant <= as_of if self.until is None else instant < self.until


@dataclass(frozen=True, slots=True)
class Report:
    """`build` gives the table, or None when there is nothing to say; `switches` are options of its own, with help."""

    help: str
    build: Callable[[Population, Asked], Table | None]
    switches: Mapping[str, str] = field(default_factory=dict)


def reproduce(name: str, population: Population, asked: Asked) -> str:
    """The command that gives the same report again, byte for byte, from any clone that has the commit."""
    import shlex

    words = ["casectl", "--at", population.commit, "report", name, "--as-of", format_instant(population.as_of)]
    words += ["--since", format_instant(asked.since)] if asked.since is not None else []
    words += ["--until", format_instant(asked.until)] if asked.until is not None else []
    words += ["--desk", population.desk] if population.desk else []
    words += [f"--{switch}" for switch in sorted(asked.switches)]
    return shlex.join(words)
