"""`--since last`: what the last delivered report had found, and remembering this one once it is out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from casectl.cli.errors import warn
from casectl.model.problems import UsageMistake

if TYPE_CHECKING:
    from casectl.reports.population import Population
    from casectl.reports.report import Asked, Report
    from casectl.store.delivered import Delivered
    from casectl.store.repo import Repo

LAST = "last"

Remember = Callable[["Population"], None]


def forget(_found: Population) -> None:
    """Remember nothing."""


def is_news(since: str | None) -> bool:
    """Whether `--since` names an earlier report (`last`, `COMMIT@INSTANT`) and no moment."""
    return since is not None and (since == LAST or "@" in since)


def refuse_mixed(since: str | None, until: str | None, compared: str | None, switches: frozenset[str]) -> None:
    """Raise `UsageMistake` for options that do not go together."""
    if is_news(since) and until is not None:
        raise UsageMistake(f"--since {since} asks about no window", "leave --until out, or give --since a moment")
    if compared is not None and (since is not None or until is not None or switches):
        raise UsageMistake("--compare looks at every row", "leave --since, --until and the other switches out")


def news_since(repo: Repo, name: str, report: Report, since: str, asked: Asked, desk: str | None) -> Asked:
    """What is asked, with the report that it is asked since; everything is new when there is none."""
    from dataclasses import replace

    if since != LAST:
        return replace(asked, earlier=_recomputed(repo, report, since, asked, desk))
    from casectl.store.delivered import DamagedError, load_delivered, report_key

    try:
        return replace(asked, earlier=load_delivered(repo, report_key(name, desk, asked.switches)))
    except DamagedError as error:
        warn(f"what the last report found cannot be read, so everything is new: {error}")
        return asked


def kept_aside(repo: Repo, name: str, report: Report, asked: Asked) -> Remember:
    """Remembers a population for the next `--since last`, unless an earlier moment was asked about than last time."""

    def remember(found: Population) -> None:
        from casectl.store.delivered import keep_delivered, report_key

        if asked.earlier is not None and found.as_of < asked.earlier.as_of:
            return
        try:
            keep_delivered(repo, report_key(name, found.desk, asked.switches), _delivered(report, found, asked))
        except OSError as error:
            warn(f"this report cannot be remembered, so the next one will tell the same: {error}")

    return remember


def _recomputed(repo: Repo, report: Report, since: str, asked: Asked, desk: str | None) -> Delivered:
    from casectl.cli.reading import moment, progress
    from casectl.reports.population import population
    from casectl.store.repo import head_commit

    rev, _, typed = since.rpartition("@")
    commit = head_commit(repo, rev)
    with progress() as told:
        found = population(repo, commit, moment(typed), desk, told)
    return _delivered(report, found, asked)


def _delivered(report: Report, found: Population, asked: Asked) -> Delivered:
    """All that a report of `found` is about, told or not."""
    from dataclasses import replace

    from casectl.store.delivered import Delivered

    assert report.findings is not None
    findings = report.findings(found, replace(asked, earlier=None))
    return Delivered(found.commit, found.as_of, findings, tuple(map(str, found.exceptions)))
