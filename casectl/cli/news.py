"""`--since last`: what the last delivered report had found, and remembering this one once it is out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from casectl.cli.context import clock
from casectl.cli.errors import warn
from casectl.model.problems import UsageMistake

if TYPE_CHECKING:
    from casectl.model.instants import Instant
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


def refuse_mixed(
    since: str | None, until: str | None, compared: str | None, switches: frozenset[str], narrow: bool = False
) -> None:
    """Raise `UsageMistake` for options that do not go together; `narrow`: one customer or team is asked about."""
    if is_news(since) and narrow:
        raise UsageMistake(f"--since {since} tells of whole desks", "leave --customer and --team out")
    if is_news(since) and until is not None:
        raise UsageMistake(f"--since {since} asks about no window", "leave --until out, or give --since a moment")
    if compared is not None and (since is not None or until is not None or switches):
        raise UsageMistake("--compare looks at every row", "leave --since, --until and the other switches out")


class Question(NamedTuple):
    """What a report is asked about: at which commit, as of which moment, and of which desk (None: all)."""

    repo: Repo
    commit: str
    as_of: Instant
    desk: str | None


def news_since(question: Question, name: str, report: Report, since: str, asked: Asked) -> Asked:
    """What is asked, with the report that it is asked since; everything is new when there is none."""
    from dataclasses import replace

    earlier = _last(question, name, asked) if since == LAST else _recomputed(question, report, since, asked)
    return asked if earlier is None else replace(asked, earlier=_opened_by(question, earlier))


def kept_aside(repo: Repo, name: str, report: Report, asked: Asked) -> Remember:
    """Remembers a population for the next `--since last`, unless an earlier moment was asked about than last time, or
    one that is still to come."""

    def remember(found: Population) -> None:
        from casectl.store.delivered import keep_delivered, report_key

        if found.as_of > clock():
            warn("a report about the future is not remembered: the next --since last goes by the one before it")
            return
        if asked.earlier is not None and found.as_of < asked.earlier.as_of:
            return
        try:
            keep_delivered(repo, report_key(name, found.desk, asked.switches), _delivered(report, found, asked))
        except OSError as error:
            warn(f"this report cannot be remembered, so the next one will tell the same: {error}")

    return remember


def _last(question: Question, name: str, asked: Asked) -> Delivered | None:
    """What is remembered of the last report; None when there is none, or none that can be believed."""
    from casectl.model.instants import format_instant
    from casectl.store.delivered import DamagedError, load_delivered, report_key

    try:
        kept = load_delivered(question.repo, report_key(name, question.desk, asked.switches))
    except DamagedError as error:
        warn(f"what the last report found cannot be read, so everything is new: {error}")
        return None
    if kept is not None and kept.as_of > clock():
        warn(f"the last report lies in the future ({format_instant(kept.as_of)}), so everything is new")
        return None
    return kept


def _opened_by(question: Question, earlier: Delivered) -> Delivered:
    """An earlier report that is about a later moment, without what it found in cases that were opened only then."""
    if question.as_of >= earlier.as_of:
        return earlier
    from casectl.model.caseid import is_id
    from casectl.store.lives import read_lives

    named = {finding.key[0] for finding in earlier.findings}
    lives = read_lives(question.repo, question.commit, filter(is_id, named))
    later = {name for name, life in lives.items() if life.steps and life.opened.at > question.as_of}
    return earlier._replace(findings=tuple(each for each in earlier.findings if each.key[0] not in later))


def _recomputed(question: Question, report: Report, since: str, asked: Asked) -> Delivered:
    from casectl.cli.reading import moment, progress
    from casectl.reports.population import population
    from casectl.store.repo import head_commit

    rev, _, typed = since.rpartition("@")
    commit = head_commit(question.repo, rev)
    with progress() as told:
        found = population(question.repo, commit, moment(typed), question.desk, told)
    return _delivered(report, found, asked)


def _delivered(report: Report, found: Population, asked: Asked) -> Delivered:
    """All that a report of `found` is about, told or not."""
    from dataclasses import replace

    from casectl.store.delivered import Delivered

    assert report.findings is not None
    findings = report.findings(found, replace(asked, earlier=None))
    return Delivered(found.commit, found.as_of, findings, tuple(map(str, found.exceptions)))
