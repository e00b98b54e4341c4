"""Over a whole month of the demo: every ledger adds up, every total ties, every commit named is there."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from casectl.model.instants import parse_stored
from casectl.reports.explain import explained, explanation_document
from casectl.reports.onecase import one_case
from casectl.reports.population import population
from casectl.store.history import read_timeline
from casectl.store.repo import find_repo, head_commit
from tests.cli.conftest import Terminal

AS_OF = "2026-11-20T18:00:00+00:00"


@pytest.fixture
def month(terminal: Terminal) -> Terminal:
    terminal.run("demo", str(terminal.root), "--as-of", AS_OF, code=0)
    return terminal


def test_every_ledger_adds_up_to_its_figure(month: Terminal) -> None:
    repo = find_repo(month.root)
    commit = head_commit(repo)
    everyone = population(repo, commit, parse_stored(AS_OF))
    known = set(month.git("rev-list", "HEAD").split())
    rows = 0
    for figures in everyone.figures:
        found = one_case(repo, commit, read_timeline(repo, figures.id, commit), parse_stored(AS_OF))
        assert found.figures == figures, "one case read alone has the figures of the whole pass"
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


def test_totals_tie_and_desks_add_up(month: Terminal) -> None:
    def totals(*words: str) -> dict[str, Counter[str]]:
        found = month.run("report", "breaches", "--as-of", AS_OF, "-o", "json", *words, code=3).json["totals"]
        for parts in found.values():
            total = parts.pop("total")
            assert total == sum(parts.values())
        return {name: Counter(parts) for name, parts in found.items()}

    everyone = totals()
    rows = [row for case in month.run("sla", "--as-of", AS_OF, "-o", "json").json["cases"] for row in case["targets"]]
    assert everyone["targets"] == Counter(row["state"] for row in rows)
    desks = sorted({case["policy"].partition("/")[0] for case in _cases(month)})
    assert len(desks) > 1
    for name in everyone:
        assert everyone[name] == sum((totals("--desk", desk)[name] for desk in desks), Counter())


def _cases(month: Terminal) -> list[dict[str, str]]:
    cases: list[dict[str, str]] = month.run("sla", "--as-of", AS_OF, "-o", "json").json["cases"]
    return cases
