"""Stories seen from above: the reports that a desk's reviews ask for, over cases that were never stored."""

from __future__ import annotations

from casectl.model.instants import Instant
from casectl.model.policy import Book
from casectl.reports.population import Population
from casectl.reports.report import Asked, Built, Report
from casectl.reports.table import Row, Table
from tests.clauses.case_story import CaseStory


def seen(*stories: CaseStory, at: str | None = None, book: Book | None = None) -> Population:
    """The cases as of a local moment of the first story's desk, or of the latest story."""
    as_of: Instant = max(story.now for story in stories) if at is None else stories[0].instant(at)
    figures = tuple(story.at(story.local(as_of)).figures() for story in stories)
    policies = {story.policy.ref: story.policy for story in stories}
    return Population("story", as_of, "test", policies, figures, (), book=book or stories[0].book)


def told(report: Report, population: Population, *switches: str) -> list[Table]:
    """The tables that a report gives; none when it is silent."""
    built: Built = report.build(population, Asked(switches=frozenset(switches)))
    return [] if built is None else built if isinstance(built, list) else [built]


def named(report: Report, population: Population, title: str) -> tuple[Row, ...]:
    """The rows of the table of that title."""
    return next(table.rows for table in told(report, population) if table.title == title)


def rows(report: Report, population: Population, *switches: str) -> tuple[Row, ...]:
    """The rows of its first table."""
    tables = told(report, population, *switches)
    return tables[0].rows if tables else ()
