"""Over a whole month of the demo: every ledger adds up, every total ties, every commit named is there."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from casectl.model.figures import CaseFigures
from casectl.model.instants import parse_stored
from casectl.reports.explain import explained, explanation_document
from casectl.reports.onecase import one_case
from casectl.reports.population import population
from casectl.store.history import read_timeline
from casectl.store.repo import find_repo, head_commit
from tests.cli.conftest import Said, Terminal

AS_OF = "2026-11-20T18:00:00+00:00"


@pytest.fixture
def told(terminal: Terminal) -> Said:
    """What `casectl demo` said when it made the month."""
    return terminal.run("demo", str(terminal.root), "--as-of", AS_OF)


@pytest.fixture
def month(terminal: Terminal, told: Said) -> Terminal:
    return terminal


def test_every_ledger_adds_up_to_its_figure(month: Terminal) -> None:
    repo = find_repo(month.root)
    commit = head_commit(repo)
    everyone = population(repo, commit, parse_stored(AS_OF))
    known = set(month.git("rev-list", "HEAD").split())
    rows = 0
    for figures in everyone.figures:
        found = one_case(repo, commit, read_timeline(repo, figures.id, commit), parse_stored(AS_OF))
        assert as_told(found.figures) == as_told(figures), "one case read alone has the figures of the whole pass"
        document = json.loads(json.dumps(explanation_document(explained(found), found)))
        for row in document["targets"]:
            counted = sum(line["counted_seconds"] for line in row["ledger"])
            assert counted == row["sums"]["total"] == row["elapsed_seconds"], (figures.id, row["target"])
            edges = [line["to_at"] for line in row["ledger"]][:-1]
            assert edges == [line["from_at"] for line in row["ledger"]][1:], "no gap and no overlap"
            assert known.issuperset(line["commit"] for line in row["ledger"] if line["commit"])
            assert known.issuperset(row["evidence"])
            rows += 1
    assert rows == sum(len(figures.rows) for figures in everyone.figures) > 100


def as_told(figures: CaseFigures) -> CaseFigures:
    """All that two readings can have in common: calendars are compared by identity, and each reading has its own."""
    rows = (row._replace(rule=row.rule._replace(calendars={})) for row in figures.rows)
    return figures._replace(rows=tuple(rows))


def test_totals_tie_and_desks_add_up(month: Terminal) -> None:
    """A desk that only measures has nothing to report; its rows and cases are in the totals of all."""

    def totals(*words: str) -> dict[str, Counter[str]]:
        found = month.run("report", "breaches", "--as-of", AS_OF, "-o", "json", *words, code=3).json["totals"]
        for parts in found.values():
            total = parts.pop("total")
            assert total == sum(parts.values())
        return {name: Counter(parts) for name, parts in found.items()}

    cases = month.run("sla", "--as-of", AS_OF, "-o", "json").json["cases"]
    late = {case["policy"].partition("/")[0] for case in cases for row in case["targets"] if row["breached_at"]}
    silent = {case["policy"].partition("/")[0] for case in cases} - late
    assert len(late) > 1
    assert silent
    parts = [totals("--desk", desk) for desk in sorted(late)]
    for desk in sorted(silent):
        month.run("report", "breaches", "--as-of", AS_OF, "--desk", desk, code=0)
        own = [case for case in cases if case["policy"].startswith(f"{desk}/")]
        rows = Counter(row["state"] for case in own for row in case["targets"])
        parts.append({"targets": rows, "cases": Counter(case["phase"] for case in own), "breached": Counter()})
    everyone = totals()
    assert everyone["targets"] == Counter(row["state"] for case in cases for row in case["targets"])
    for name in everyone:
        assert everyone[name] == sum((part[name] for part in parts), Counter())


def test_what_to_try_next_works_as_printed(month: Terminal, told: Said) -> None:
    """Whoever types the last lines of `casectl demo` gets what they say; a breach that was taken away among them."""
    tries = [line.strip().split("  ")[0].split()[1:] for line in told.err.splitlines() if line.startswith("  casectl ")]
    said = [month.run(*words, code=3 if words[0] == "report" else 0) for words in tries]
    assert [words[:3] for words in tries if words[0] == "report"] == [["report", "breaches", "--at-risk"],
                                                                     ["report", "breaches", "--since"]]  # fmt: skip
    assert any("overturned" in found.out for words, found in zip(tries, said, strict=True) if words[0] == "explain")
    assert not month.run("report", "breaches", "--since", "last", code=0).out, "it was all told already"
